//! The floors hold: who may import whom, and which crate alone may name which heavy dependency.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde_json::Value;

use super::source::{files, root};

/// Every package and the floor it stands on.
const FLOORS: [(&str, u8); 9] = [
    ("catalog", 0),
    ("oltp", 1),
    ("warehouse", 1),
    ("query-service", 2),
    ("ingest", 2),
    ("report-builder", 3),
    ("scoring-model", 3),
    ("dashboards", 4),
    ("leadhouse", 5),
];

/// Dependencies that cost a lot or decide a lot, and the only packages that may name them.
const HOMES: [(&str, &[&str]); 18] = [
    ("argon2", &["oltp"]),
    ("arrow58", &["query-service"]),
    ("calamine", &["ingest"]),
    ("datafusion", &["query-service"]),
    ("deltalake-core", &["warehouse"]),
    ("duckdb", &["query-service"]),
    ("jsonwebtoken", &["oltp"]),
    ("lettre", &["dashboards"]),
    ("linfa", &["scoring-model"]),
    ("linfa-logistic", &["scoring-model"]),
    ("ndarray", &["scoring-model"]),
    ("pg_walstream", &["ingest"]),
    ("pgwire-replication", &["ingest"]),
    ("polars", &["ingest", "scoring-model"]),
    ("rust_xlsxwriter", &["report-builder"]),
    ("sqlparser", &["query-service"]),
    // query-service reads Postgres in `verify` only: comparing both sides is its job.
    ("sqlx", &["oltp", "ingest", "query-service"]),
    ("vega_lite_4", &["dashboards"]),
];

/// Crates of HTTP, which only routes and the root package speak.
const HTTP_CRATES: [&str; 2] = ["axum", "utoipa"];

#[test]
fn every_package_stands_on_a_floor_and_every_floor_is_there() {
    let packages = packages();
    let present: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();

    let mut planned: Vec<&str> = FLOORS.iter().map(|(name, _)| *name).collect();
    planned.sort_unstable();
    assert_eq!(present, planned);
}

#[test]
fn imports_only_go_down() {
    let mut wrong = Vec::new();
    for package in packages() {
        for import in package.dependencies.iter().filter(|import| import.ours) {
            if floor(&import.name) >= floor(&package.name) {
                wrong.push(format!("{} imports {}", package.name, import.name));
            }
        }
    }
    assert!(wrong.is_empty(), "these imports do not go down a floor: {wrong:#?}");
}

#[test]
fn heavy_dependencies_are_named_by_their_homes_only() {
    let mut wrong = Vec::new();
    for package in packages() {
        for dependency in &package.dependencies {
            let home = HOMES.iter().find(|(name, _)| *name == dependency.name);
            if home.is_some_and(|(_, packages)| !packages.contains(&package.name.as_str())) {
                wrong.push(format!("{} names {}", package.name, dependency.name));
            }
        }
    }
    assert!(wrong.is_empty(), "these dependencies belong to other packages: {wrong:#?}");
}

#[test]
fn every_package_inherits_the_lints_and_every_version() {
    let mut wrong = Vec::new();
    for package in packages() {
        let manifest: toml::Table = fs::read_to_string(&package.manifest).unwrap().parse().unwrap();
        if !inherited(manifest.get("lints")) {
            wrong.push(format!("{}: [lints] is not `workspace = true`", package.name));
        }
        for (section, name, dependency) in dependency_entries(&manifest) {
            if !inherited(Some(dependency)) {
                wrong.push(format!("{}: [{section}] {name} is not `workspace = true`", package.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_external_dependency_says_what_it_is_for() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("[workspace.dependencies]").nth(1).expect("the workspace has dependencies");
    let entries = section.lines().take_while(|line| !line.starts_with('['));
    let external: Vec<&str> =
        entries.filter(|line| line.contains('=') && !line.starts_with('#') && !line.contains("path = ")).collect();

    let silent: Vec<&&str> = external
        .iter()
        .filter(|line| line.rsplit_once(" # ").is_none_or(|(_, purpose)| purpose.trim().len() < 4))
        .collect();

    assert!(external.len() > 30, "only {} dependencies were found", external.len());
    assert!(silent.is_empty(), "these lines need a comment on what the dependency is for: {silent:#?}");
}

#[test]
fn only_routes_and_the_root_package_speak_http() {
    let mut wrong = Vec::new();
    for file in files(&["rs"]) {
        let Some((_, inside)) = file.path.split_once("/src/") else { continue };
        let routes =
            ["api.rs", "http.rs"].contains(&inside) || inside.starts_with("api/") || inside.starts_with("http/");
        if routes {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            // A type may derive its own schema where it is defined.
            let schema = ["use utoipa::ToSchema;", "use utoipa::IntoParams;"].contains(&line.trim());
            if !schema && imported_crate(line).is_some_and(|name| HTTP_CRATES.contains(&name)) {
                wrong.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "HTTP belongs in api.rs, api/, http.rs, http/ and the root src/: {wrong:#?}");
}

/// A package of the workspace, as cargo sees it.
struct Package {
    name: String,
    manifest: String,
    dependencies: Vec<Dependency>,
}

/// A dependency of any kind: normal, for tests, for building.
struct Dependency {
    name: String,
    ours: bool,
}

/// The packages of the workspace by name.
fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut packages: Vec<Package> = metadata["packages"].as_array().unwrap().iter().map(package).collect();
    packages.sort_by(|one, other| one.name.cmp(&other.name));
    packages
}

fn package(json: &Value) -> Package {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let dependency = |json: &Value| Dependency {
        // A renamed dependency goes by the name that our manifests use.
        name: json["rename"].as_str().or(json["name"].as_str()).unwrap().to_owned(),
        ours: json["path"].is_string(),
    };
    Package {
        name: text(&json["name"]),
        manifest: text(&json["manifest_path"]),
        dependencies: json["dependencies"].as_array().unwrap().iter().map(dependency).collect(),
    }
}

fn floor(package: &str) -> u8 {
    let floors = BTreeMap::from(FLOORS);
    *floors.get(package).unwrap_or_else(|| panic!("give package `{package}` a floor in tests/sweeps/architecture.rs"))
}

/// Whether a manifest entry says `workspace = true`.
fn inherited(entry: Option<&toml::Value>) -> bool {
    entry.and_then(|entry| entry.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
}

/// Section, name and entry of all dependencies in a manifest, those of single targets included.
fn dependency_entries(manifest: &toml::Table) -> Vec<(&'static str, &str, &toml::Value)> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let holders = targets.into_iter().flat_map(|targets| targets.values().filter_map(toml::Value::as_table));
    let mut entries = Vec::new();
    for holder in holders.chain([manifest]) {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let table = holder.get(section).and_then(toml::Value::as_table);
            entries.extend(table.into_iter().flatten().map(|(name, entry)| (section, name.as_str(), entry)));
        }
    }
    entries
}

/// The crate that a `use` line begins with.
fn imported_crate(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let path = line.strip_prefix("use ")?.trim_start_matches("::");
    path.split([':', ';', ' ']).next()
}

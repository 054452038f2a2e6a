//! The public Maven data set: imported with the project's mapping files, reported on both engines.

use serde_json::Value;

use crate::harness::{Workspace, repository_file, shared_data};

/// Imports teams, people, companies, products, stages and opportunities.
pub(crate) async fn imported() -> Option<Workspace> {
    let data = shared_data("maven_crm")?;
    let workspace = Workspace::start().await;
    let file = |name: &str| data.join(name).to_string_lossy().into_owned();
    let example = |name: &str| repository_file(&format!("docs/examples/maven/{name}"));
    for (object, source, mapping) in [
        ("user", file("sales_teams.csv"), "managers.toml"),
        ("team", file("sales_teams.csv"), "teams.toml"),
        ("user", file("sales_teams.csv"), "managers.toml"),
        ("user", file("sales_teams.csv"), "agents.toml"),
        ("company", file("accounts.csv"), "companies.toml"),
        ("product", file("products.csv"), "products.toml"),
    ] {
        workspace.ok(&["import", object, &source, "--map", &example(mapping)]);
    }
    workspace.ok(&["import", "pipeline", &example("pipelines.csv"), "--match", "name", "--policy", "skip"]);
    workspace.ok(&["import", "stage", &example("stages.csv"), "--map", &example("stages.toml")]);
    let deals = file("sales_pipeline.csv");
    workspace.ok(&["import", "deal", &deals, "--map", &example("opportunities.toml")]);
    workspace.settled().await;
    Some(workspace)
}

const STAGES: [(&str, i64); 4] = [("Engaging", 1589), ("Lost", 2473), ("Prospecting", 500), ("Won", 4238)];

#[tokio::test(flavor = "multi_thread")]
async fn the_maven_numbers_come_out_of_reports_and_sql() {
    let Some(workspace) = imported().await else { return };

    for engine in ["datafusion", "duckdb"] {
        let text = workspace.ok(&["report", "run", "pipeline-by-stage", "--engine", engine, "--format", "csv"]);
        for (stage, deals) in STAGES {
            assert!(text.lines().any(|line| line.starts_with(&format!("{stage},{deals}"))), "{engine}: {text}");
        }
        let text = workspace.ok(&["report", "run", "won-by-region", "--engine", engine, "--format", "csv"]);
        let regions = [
            "Central,3512,1629,975,3346293.00,",
            "East,2291,1171,687,3090594.00,",
            "West,2997,1438,811,3568647.00,",
            "Total,8800,4238,2473,10005534.00,",
        ];
        for row in regions {
            assert!(text.contains(row), "{engine}: {row} is missing in\n{text}");
        }
    }

    let rows = workspace.sql(
        "select s.name as stage, count(*) as deals from deals d join stages s on s.id = d.stage_id group by s.name order by s.name",
        &[],
    );
    let stages: Vec<(&str, i64)> =
        rows.iter().map(|row| (text(row, "stage"), row["deals"].as_i64().expect("a number"))).collect();
    assert_eq!(stages, STAGES);
    let won = workspace.sql("select sum(amount) as won from deals where status = 'won'", &[]);
    assert_eq!(won[0]["won"], "10005534.00");
    let without_company = workspace.sql("select count(*) as deals from deals where company_id is null", &[]);
    assert_eq!(without_company[0]["deals"], 1425);
    workspace.ok(&["warehouse", "verify"]);
}

pub(crate) fn text<'v>(row: &'v Value, key: &str) -> &'v str {
    row.get(key).and_then(Value::as_str).unwrap_or_default()
}

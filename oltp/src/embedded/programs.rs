//! Finds the PostgreSQL server programs of this machine.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Error, Result};

/// Oldest major version that works.
const OLDEST_MAJOR: u32 = 15;

/// Folders of the usual distributions; `*` is a version. The search path comes before them.
const FOLDERS: [&str; 8] = [
    "/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
    "/usr/pgsql-*/bin",                                   // PGDG packages for Red Hat and SUSE
    "/usr/lib/postgresql*/bin",                           // SUSE, Alpine (/usr/libexec below)
    "/usr/libexec/postgresql*",                           // Alpine
    "/opt/homebrew/opt/postgresql@*/bin",                 // Homebrew on Apple silicon
    "/usr/local/opt/postgresql@*/bin",                    // Homebrew on Intel
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",    // Homebrew on Linux
    "/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
];

/// The server programs of one PostgreSQL installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Programs {
    folder: PathBuf,
    /// Major version, such as 15.
    pub(crate) major: u32,
    /// What `postgres --version` says.
    pub(crate) version: String,
}

impl Programs {
    /// The newest installation, or the newest of the major version that made a cluster.
    pub(crate) async fn find(wanted: Option<u32>) -> Result<Self> {
        let found = tokio::task::spawn_blocking(installed)
            .await
            .map_err(|error| Error::embedded("looking for PostgreSQL", error))?;
        choose(found, wanted)
    }

    /// The path of one of the programs.
    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }
}

/// Every installation on this machine, newest first.
pub(crate) fn installed() -> Vec<Programs> {
    let mut found: Vec<Programs> = folders().iter().filter_map(|folder| inspect(folder)).collect();
    found.sort_by_key(|programs| std::cmp::Reverse(programs.major));
    found
}

/// The search path is how the machine names programs, not a setting of ours.
fn folders() -> Vec<PathBuf> {
    let search_path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&search_path).chain(FOLDERS.iter().flat_map(|pattern| expand(pattern))).collect()
}

/// The existing folders that a pattern with one `*` stands for.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![PathBuf::from(pattern)];
    };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    named
        .map(|entry| PathBuf::from(format!("{}{after}", entry.path().display())))
        .filter(|path| path.is_dir())
        .collect()
}

fn inspect(folder: &Path) -> Option<Programs> {
    if !["initdb", "postgres"].iter().all(|program| folder.join(program).is_file()) {
        return None;
    }
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Some(Programs { folder: folder.to_owned(), major: major_of(&version)?, version })
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`; betas count too.
fn major_of(version: &str) -> Option<u32> {
    let number = version.split(')').nth(1)?.trim_start();
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn choose(found: Vec<Programs>, wanted: Option<u32>) -> Result<Programs> {
    let majors: Vec<String> = found.iter().map(|programs| programs.major.to_string()).collect();
    let fits = |programs: &Programs| wanted.map_or(programs.major >= OLDEST_MAJOR, |wanted| programs.major == wanted);
    if let Some(programs) = found.into_iter().find(fits) {
        return Ok(programs);
    }
    let there = if majors.is_empty() { "none".to_owned() } else { format!("only version {}", majors.join(", ")) };
    Err(Error::ProgramsMissing(match wanted {
        Some(major) => format!(
            "this data directory was made by PostgreSQL {major}, whose server programs are not here (found {there}); \
             install them: apt-get install postgresql-{major}, or brew install postgresql@{major}"
        ),
        None => format!(
            "PostgreSQL {OLDEST_MAJOR} or newer is needed with its server programs (found {there}); \
             install it: apt-get install postgresql, dnf install postgresql-server, or brew install postgresql@17; \
             or set DATABASE_URL to a server that runs elsewhere"
        ),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(major: u32) -> Programs {
        Programs { folder: PathBuf::from(format!("/opt/{major}/bin")), major, version: String::new() }
    }

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_of("gibberish"), None);
    }

    #[test]
    fn the_cluster_decides_the_version_and_a_missing_one_is_named() {
        assert_eq!(choose(vec![of(17), of(15)], Some(15)).expect("there").major, 15);
        assert_eq!(choose(vec![of(17), of(15)], None).expect("there").major, 17);
        let error = choose(vec![of(17)], Some(15)).expect_err("absent").to_string();
        assert!(error.contains("apt-get install postgresql-15"), "{error}");
        let error = choose(vec![of(13)], None).expect_err("too old").to_string();
        assert!(error.contains("only version 13"), "{error}");
    }

    #[test]
    fn this_machine_has_server_programs() {
        assert!(installed().iter().any(|programs| programs.major >= OLDEST_MAJOR));
    }
}

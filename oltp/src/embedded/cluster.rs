//! Sets a cluster up.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{TryRngCore, rngs::OsRng};

use super::{
    NAME,
    account::{Account, command, hand_over},
    place::Place,
    programs::Programs,
    settings,
};
use crate::{Error, Result};

/// Locales with UTF-8 letters and byte order, the same on every machine; macOS lacks the first.
const LOCALES: [&[&str]; 2] = [&["--locale=C.UTF-8"], &["--lc-collate=C", "--lc-ctype=UTF-8"]];

/// What a new cluster is made of.
#[derive(Debug, Clone)]
pub(crate) struct NewCluster {
    /// The Postgres data directory; must not exist.
    pub(crate) path: PathBuf,
    /// A file with the password of the role.
    pub(crate) password_file: PathBuf,
    /// Whom it will belong to; `None` means ourselves.
    pub(crate) account: Option<Account>,
    /// Whether it must survive a power cut.
    pub(crate) durable: bool,
}

/// Makes the cluster of `place` unless it is there, and answers the password of the role.
pub(crate) async fn ensure(programs: &Programs, place: &Place, durable: bool) -> Result<String> {
    let new = NewCluster {
        path: place.cluster(),
        password_file: place.password_file(),
        account: place.account.clone(),
        durable,
    };
    let programs = programs.clone();
    let work = move || {
        if new.path.join("PG_VERSION").exists() {
            return repair_password(&programs, &new);
        }
        tracing::info!("setting up a private Postgres in {} with {}", new.path.display(), programs.version);
        let password = write_password(&new)?;
        create(&programs, &new)?;
        Ok(password)
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::embedded("setting up the private Postgres", error))?
}

/// Makes a cluster with the database; a half-made one is never seen under its name.
pub(crate) fn create(programs: &Programs, new: &NewCluster) -> Result<()> {
    let failed = |error| Error::embedded(format!("making {}", new.path.display()), error);
    let draft = new.path.with_extension("new");
    initialise(programs, new, &draft)?;
    let mut config = fs::OpenOptions::new().append(true).open(draft.join("postgresql.conf")).map_err(failed)?;
    writeln!(config, "\ninclude_if_exists = '{}'", settings::FILE).map_err(failed)?;
    single_user(programs, new, &draft, &format!("create database {NAME}"))?;
    fs::rename(&draft, &new.path).map_err(failed)
}

/// A fresh password of 256 random bits, written where only the account can read it.
pub(crate) fn write_password(new: &NewCluster) -> Result<String> {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(|error| Error::embedded("making a password", error))?;
    let password = URL_SAFE_NO_PAD.encode(bytes);
    let path = &new.password_file;
    let failed = |error| Error::embedded(format!("writing {}", path.display()), error);
    let mut file =
        fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path).map_err(failed)?;
    writeln!(file, "{password}").map_err(failed)?;
    hand_over(path, new.account.as_ref())?;
    Ok(password)
}

fn initialise(programs: &Programs, new: &NewCluster, draft: &Path) -> Result<()> {
    let mut said = String::new();
    for locale in LOCALES {
        if draft.exists() {
            fs::remove_dir_all(draft).map_err(|error| Error::embedded("removing a half-made cluster", error))?;
        }
        let mut initdb = command(&programs.path("initdb"), new.account.as_ref());
        initdb.arg("--pgdata").arg(draft).arg("--pwfile").arg(&new.password_file).args(locale);
        initdb.args(["--username", NAME, "--encoding=UTF8", "--data-checksums", "--no-instructions"]);
        initdb.args(["--auth-local=scram-sha-256", "--auth-host=scram-sha-256"]);
        if !new.durable {
            initdb.arg("--no-sync");
        }
        match run(initdb, "") {
            Ok(()) => return Ok(()),
            Err(error) => said = error,
        }
    }
    Err(Error::embedded(format!("initdb for {}", new.path.display()), said))
}

/// Gives the role a new password when the file with the old one is lost.
fn repair_password(programs: &Programs, new: &NewCluster) -> Result<String> {
    let known = fs::read_to_string(&new.password_file).unwrap_or_default().trim().to_owned();
    if !known.is_empty() {
        return Ok(known);
    }
    tracing::warn!("{} is lost; the role gets a new password", new.password_file.display());
    let password = write_password(new)?;
    single_user(programs, new, &new.path, &format!("alter role {NAME} password '{password}'"))?;
    Ok(password)
}

/// Runs one statement without a server: nothing listens yet, and no password is needed.
fn single_user(programs: &Programs, new: &NewCluster, cluster: &Path, statement: &str) -> Result<()> {
    let mut postgres = command(&programs.path("postgres"), new.account.as_ref());
    postgres.arg("--single").arg("-D").arg(cluster).args(["-c", "exit_on_error=on", "-c", "logging_collector=off"]);
    if !new.durable {
        postgres.arg("-F");
    }
    postgres.arg("postgres");
    run(postgres, &format!("{statement};\n"))
        .map_err(|said| Error::embedded(format!("preparing the database in {}", cluster.display()), said))
}

/// Runs a program to its end with `input`; the error is what it said.
fn run(mut command: Command, input: &str) -> Result<(), String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{} cannot be run: {error}", command.get_program().display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).map_err(|error| error.to_string())?;
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{} ({})", String::from_utf8_lossy(&output.stderr).trim(), output.status))
}

//! A private Postgres that a test can stop and crash.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use sqlx::{Connection, PgConnection};

const SETTINGS: &str = "
listen_addresses = ''
wal_level = logical
max_wal_senders = 8
max_replication_slots = 8
fsync = off
shared_buffers = 32MB
max_connections = 40
timezone = 'America/New_York'
datestyle = 'German, DMY'
";

/// One cluster in a temporary folder, reached through a socket in it.
#[derive(Debug)]
pub(crate) struct Server {
    folder: tempfile::TempDir,
    account: Option<(u32, u32)>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("cap").tempdir_in("/tmp").unwrap();
        let account = unprivileged();
        if let Some((uid, gid)) = account {
            std::os::unix::fs::chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let server = Self { folder, account };
        let data = server.data().display().to_string();
        server.run("initdb", &["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-locale"]);
        let settings = format!("{SETTINGS}\nunix_socket_directories = '{}'\n", server.folder.path().display());
        fs::write(server.data().join("postgresql.auto.conf"), settings).unwrap();
        server.launch();
        server
    }

    pub(crate) fn url(&self) -> String {
        let socket = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{socket}:5432/postgres")
    }

    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.unwrap()
    }

    /// Runs statements on a connection of their own.
    pub(crate) async fn execute(&self, sql: &str) {
        let mut connection = self.connect().await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// One value as text.
    pub(crate) async fn text(&self, sql: &str) -> Option<String> {
        let mut connection = self.connect().await;
        let value = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_optional(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        value.flatten()
    }

    pub(crate) fn launch(&self) {
        let log = self.folder.path().join("log").display().to_string();
        self.run("pg_ctl", &["-D", &self.data().display().to_string(), "-l", &log, "-w", "-t", "60", "start"]);
    }

    /// Stops the server in one of the modes of `pg_ctl`; answers how long that took.
    pub(crate) fn stop(&self, mode: &str) -> Duration {
        let began = Instant::now();
        self.run("pg_ctl", &["-D", &self.data().display().to_string(), "-w", "-t", "60", "-m", mode, "stop"]);
        began.elapsed()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let output = self.command(program).args(arguments).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        assert!(output.status.success(), "{program} {arguments:?}: {errors} {log}");
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(programs().join(program));
        command.current_dir(self.folder.path()).stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null());
        if let Some((uid, gid)) = self.account {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.data().display().to_string();
        let _already_stopped = self.command("pg_ctl").args(["-D", &data, "-w", "-m", "immediate", "stop"]).output();
    }
}

/// Postgres refuses to run as root; tests in a container often do.
fn unprivileged() -> Option<(u32, u32)> {
    if !nix::unistd::geteuid().is_root() {
        return None;
    }
    let user = ["postgres", "nobody"].iter().find_map(|name| nix::unistd::User::from_name(name).ok().flatten())?;
    Some((user.uid.as_raw(), user.gid.as_raw()))
}

/// The folder of the newest installed server programs.
fn programs() -> PathBuf {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> = installed.map(|path| path.join("bin")).filter(|bin| has_server(bin)).collect();
    folders.sort();
    let others = ["/usr/local/bin", "/usr/bin", "/opt/homebrew/bin", "/usr/local/pgsql/bin"];
    folders.pop().or_else(|| others.iter().map(PathBuf::from).find(|bin| has_server(bin))).unwrap()
}

fn has_server(bin: &Path) -> bool {
    bin.join("initdb").exists() && bin.join("postgres").exists()
}

//! A mail server on this machine for one test, and what it took.

use std::{
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::harness::{repository_file, wait_for};

/// Longest time the server may take to listen.
const START_LIMIT: Duration = Duration::from_secs(30);
/// Debian's Python, because Debian's packages are not those of another one in the path.
const PYTHON: &str = "/usr/bin/python3";

/// The mail server.
#[derive(Debug)]
pub(crate) struct PostOffice {
    dir: tempfile::TempDir,
    port: u16,
    server: Option<Child>,
}

/// A mail as Python's parser read it.
#[derive(Debug)]
pub(crate) struct Mail {
    folder: PathBuf,
    headers: Value,
}

impl PostOffice {
    /// An address where nobody answers yet.
    pub(crate) fn closed() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("its address").port();
        Self { dir: tempfile::tempdir().expect("a scratch folder"), port, server: None }
    }

    /// A mail server that answers.
    pub(crate) async fn opened() -> Self {
        let mut office = Self::closed();
        office.open().await;
        office
    }

    /// Starts to answer.
    pub(crate) async fn open(&mut self) {
        let child = Command::new(PYTHON)
            .arg(repository_file("tests/fixtures/mail_server.py"))
            .arg(self.port.to_string())
            .arg(self.dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("python3 and the Debian package python3-aiosmtpd are installed");
        self.server = Some(child);
        let port = self.port;
        let ready = wait_for(START_LIMIT, async || TcpStream::connect(("127.0.0.1", port)).is_ok()).await;
        assert!(ready, "the mail server did not start; is the Debian package python3-aiosmtpd installed?");
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Steers it; see `tests/fixtures/mail_server.py`.
    pub(crate) fn set(&self, name: &str, content: &str) {
        std::fs::write(self.dir.path().join(name), content).expect("a file of the mail server");
    }

    /// Ends what [`set`](Self::set) began.
    pub(crate) fn unset(&self, name: &str) {
        std::fs::remove_file(self.dir.path().join(name)).expect("a file of the mail server");
    }

    /// Everything it took, in order.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        let mail = |number: usize| {
            let folder = self.dir.path().join("mail").join(number.to_string());
            let headers = std::fs::read_to_string(folder.join("headers.json")).ok()?;
            Some(Mail { folder, headers: serde_json::from_str(&headers).expect("headers") })
        };
        (1..).map_while(mail).collect()
    }

    /// What it took for an address.
    pub(crate) fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.headers["envelope_to"][0] == address).collect()
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().ok(); // it may have ended already
            server.wait().ok();
        }
    }
}

impl Mail {
    /// A header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.headers))
    }

    /// The text of the body.
    pub(crate) fn text(&self) -> String {
        std::fs::read_to_string(self.folder.join("text.txt")).expect("a plain text body")
    }

    /// The only attached file with this ending.
    pub(crate) fn file(&self, ending: &str) -> PathBuf {
        let mut found = self.files(ending);
        assert_eq!(found.len(), 1, "one .{ending} among {found:?}");
        found.remove(0)
    }

    /// The attached files with this ending.
    pub(crate) fn files(&self, ending: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.folder).expect("a mail").map(|entry| entry.expect("a file").path());
        entries.filter(|path| path.extension().is_some_and(|extension| extension == ending)).collect()
    }
}

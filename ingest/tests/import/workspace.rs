//! A fresh database to import into.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use catalog::{Principal, Role, Scope};
use ingest::import::{Error, ImportRequest, ImportSummary, Mapping, run};
use oltp::{Oltp, testing::Cluster};
use sqlx::AssertSqlSafe;
use tempfile::TempDir;
use uuid::Uuid;

/// A database and a folder for files.
pub(crate) struct Workspace {
    pub(crate) oltp: Oltp,
    folder: TempDir,
    _cluster: Cluster,
}

impl Workspace {
    pub(crate) async fn start() -> Self {
        let cluster = Cluster::start().await;
        let oltp = cluster.oltp().await;
        Self { oltp, folder: TempDir::new().expect("a folder"), _cluster: cluster }
    }

    /// Writes a file into the folder.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    }

    /// A request to import text as a CSV file, mapped by name.
    pub(crate) fn csv(&self, object: &str, text: &str) -> ImportRequest {
        self.request(object, &self.file("rows.csv", text))
    }

    pub(crate) fn request(&self, object: &str, path: &Path) -> ImportRequest {
        let rejects = self.folder.path().join("rejects.csv");
        ImportRequest {
            object: object.to_owned(),
            path: path.to_owned(),
            rejects: Some(rejects),
            ..ImportRequest::default()
        }
    }

    pub(crate) async fn import(&self, request: ImportRequest) -> ImportSummary {
        self.try_import(request).await.expect("imported")
    }

    pub(crate) async fn try_import(&self, request: ImportRequest) -> Result<ImportSummary, Error> {
        run(&self.oltp, &Principal::system(), request, Arc::new(|_| ())).await
    }

    /// The first column of the answer, one text per row.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let rows: Vec<Option<String>> =
            sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(self.oltp.pool()).await.expect("an answer");
        rows.into_iter().map(|text| text.unwrap_or_else(|| "null".to_owned())).collect()
    }

    pub(crate) fn rejects(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("rejects.csv")).unwrap_or_default()
    }

    /// A person who may sign in.
    pub(crate) async fn person(&self, username: &str, role: Role, scope: Scope) -> Principal {
        let csv = format!("username,email,name,role\n{username},{username}@x.example,{username},{}\n", role.as_str());
        self.import(self.csv("user", &csv)).await;
        let id = self.texts(&format!("select id::text from users where username = '{username}'")).await;
        let user_id: Uuid = id[0].parse().expect("an id");
        Principal {
            user_id,
            username: username.to_owned(),
            role,
            scope,
            visible_owner_ids: [user_id].into(),
            team_ids: [].into(),
            ..Principal::system()
        }
    }
}

pub(crate) fn mapping(text: &str) -> Mapping {
    Mapping::parse(text).expect("a mapping")
}

//! The Delta log of one table: written here, read by `deltalake-core`.
//!
//! A commit is one JSON file that must not exist yet. It is written directly and not through
//! `CommitBuilder` for three reasons: the local store of `object_store` 0.13 never syncs, so a
//! commit could count in the epoch and be gone after a loss of power; the builder replays the log
//! after every commit, thirty times per flush; and a flush runs on a blocking thread.

use std::path::{Path, PathBuf};

use catalog::{Ids, Lsn};
use chrono::{DateTime, Utc};
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError, kernel::StorageType};
use serde_json::{Value, json};
use url::Url;

use crate::{Error, deletion_vector::VectorRef, disk::Disk, error::Result};

/// Commits between two checkpoints.
pub(crate) const CHECKPOINT_EVERY: u64 = 200;

/// The log of one table, at the version that its one writer knows.
#[derive(Debug, Clone)]
pub(crate) struct DeltaLog {
    /// Folder of the table.
    pub(crate) dir: PathBuf,
    /// Under which name the position is stored in the log.
    app: String,
    pub(crate) version: u64,
    /// Version of the last checkpoint.
    pub(crate) checkpointed: u64,
}

/// A file that a commit adds.
#[derive(Debug)]
pub(crate) struct AddedFile<'a> {
    pub(crate) name: &'a str,
    pub(crate) size: u64,
    pub(crate) rows: u64,
    pub(crate) id_range: Option<(u128, u128)>,
    pub(crate) vector: Option<&'a VectorRef>,
}

/// A file as the log has it.
#[derive(Debug)]
pub(crate) struct StoredFile {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) rows: u64,
    pub(crate) id_range: Option<(u128, u128)>,
    pub(crate) vector: Option<VectorRef>,
}

/// What a log says at one version.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) version: u64,
    pub(crate) files: Vec<StoredFile>,
    /// The position stored with the data.
    pub(crate) lsn: Lsn,
    /// Names and types of the columns.
    pub(crate) schema: Value,
    /// The table's own id, needed to change its description.
    pub(crate) id: String,
}

impl DeltaLog {
    pub(crate) fn new(dir: PathBuf, app: String) -> Self {
        let mut log = Self { dir, app, version: 0, checkpointed: 0 };
        log.checkpointed = log.last_checkpoint().unwrap_or(0);
        log
    }

    pub(crate) fn exists(&self) -> bool {
        self.log_dir().join(file_name(0)).exists() || self.log_dir().join("_last_checkpoint").exists()
    }

    /// Whether the log has grown long since its last checkpoint.
    pub(crate) fn checkpoint_due(&self) -> bool {
        self.version.saturating_sub(self.checkpointed) >= CHECKPOINT_EVERY
    }

    /// `deltalake-core` does not sync what it writes.
    fn sync_checkpoint(&self, disk: Disk) -> Result<()> {
        let dir = self.log_dir();
        for entry in std::fs::read_dir(&dir).map_err(Error::io("list", &dir))?.flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|kind| kind == "parquet") || path.ends_with("_last_checkpoint") {
                let file = std::fs::File::open(&path).map_err(Error::io("open", &path))?;
                disk.sync_file(&file, &path)?;
            }
        }
        disk.sync_dir(&dir)
    }

    fn last_checkpoint(&self) -> Option<u64> {
        let bytes = std::fs::read(self.log_dir().join("_last_checkpoint")).ok()?;
        serde_json::from_slice::<Value>(&bytes).ok()?["version"].as_u64()
    }

    fn log_dir(&self) -> PathBuf {
        self.dir.join("_delta_log")
    }

    /// Creates the table: version 0.
    pub(crate) fn create(&mut self, schema: &str, with_vectors: bool, at: DateTime<Utc>, disk: Disk) -> Result<()> {
        disk.make_dir(&self.dir)?;
        disk.make_dir(&self.log_dir())?;
        let features: &[&str] = if with_vectors { &["deletionVectors"] } else { &[] };
        let protocol = if with_vectors {
            json!({"protocol": {"minReaderVersion": 3, "minWriterVersion": 7,
                "readerFeatures": features, "writerFeatures": features}})
        } else {
            json!({"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}})
        };
        let metadata = metadata(&Ids.fresh().to_string(), schema, with_vectors, at);
        let info = commit_info("CREATE TABLE", at, &json!({}));
        self.put(0, &[info, protocol, metadata], disk)
    }

    /// Appends a commit.
    pub(crate) fn commit(&mut self, actions: &[Value], disk: Disk) -> Result<()> {
        self.put(self.version + 1, actions, disk)
    }

    fn put(&mut self, version: u64, actions: &[Value], disk: Disk) -> Result<()> {
        let mut text = String::new();
        for action in actions {
            text.push_str(&action.to_string());
            text.push('\n');
        }
        if !disk.put_if_absent(&self.log_dir().join(file_name(version)), text.as_bytes())? {
            return Err(Error::ForeignCommit { table: self.dir.display().to_string(), version });
        }
        self.version = version;
        Ok(())
    }

    /// The action that stores the position with the data.
    pub(crate) fn position(&self, lsn: Lsn, at: DateTime<Utc>) -> Value {
        json!({"txn": {"appId": self.app, "version": lsn.to_delta_version(), "lastUpdated": at.timestamp_millis()}})
    }

    async fn load(&self, version: Option<u64>) -> Result<DeltaTable> {
        let url = Url::from_directory_path(&self.dir)
            .map_err(|()| Error::damaged(&self.dir, "the path of the lake must be absolute"))?;
        let mut builder = DeltaTableBuilder::from_url(url).map_err(self.unreadable())?;
        if let Some(version) = version {
            builder = builder.with_version(version);
        }
        builder.load().await.map_err(self.unreadable())
    }

    fn unreadable(&self) -> impl Fn(DeltaTableError) -> Error + use<> {
        let table = self.dir.display().to_string();
        move |source| Error::Delta { table: table.clone(), source: Box::new(source) }
    }

    /// Reads the log at the given version, or the newest.
    pub(crate) async fn read(&self, version: Option<u64>) -> Result<Stored> {
        let table = self.load(version).await?;
        let snapshot = table.snapshot().map_err(self.unreadable())?;
        let log_store = table.log_store();
        let lsn = snapshot.transaction_version(log_store.as_ref(), &self.app).await.map_err(self.unreadable())?;
        let mut files = Vec::new();
        for view in snapshot.log_data().iter() {
            let stats: Value = view.stats().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
            let vector = view.deletion_vector_descriptor().map(|stored| self.vector_ref(stored)).transpose()?;
            files.push(StoredFile {
                name: view.path().into_owned(),
                size: u64::try_from(view.size()).unwrap_or(0),
                rows: stats["numRecords"].as_u64().unwrap_or(0),
                id_range: id_range(&stats),
                vector,
            });
        }
        let schema =
            serde_json::to_value(snapshot.schema()).map_err(|error| Error::damaged(&self.dir, error.to_string()))?;
        let version = snapshot.version();
        let lsn = Lsn::from_delta_version(lsn.unwrap_or(0));
        Ok(Stored { version, files, lsn, schema, id: snapshot.metadata().id().to_owned() })
    }

    fn vector_ref(&self, stored: deltalake_core::kernel::DeletionVectorDescriptor) -> Result<VectorRef> {
        match (stored.storage_type, stored.offset) {
            (StorageType::UuidRelativePath, Some(offset)) => Ok(VectorRef {
                encoded_id: stored.path_or_inline_dv,
                offset,
                size: stored.size_in_bytes,
                cardinality: stored.cardinality,
            }),
            (StorageType::UuidRelativePath | StorageType::Inline | StorageType::AbsolutePath, _) => {
                Err(Error::damaged(&self.dir, "it has a deletion vector that was not written here"))
            }
        }
    }

    /// Sums up the log in a checkpoint and drops entries that are older than the retention.
    pub(crate) async fn checkpoint(&self, disk: Disk) -> Result<()> {
        let table = self.load(None).await?;
        deltalake_core::checkpoints::create_checkpoint(&table, None).await.map_err(self.unreadable())?;
        self.sync_checkpoint(disk)?;
        deltalake_core::checkpoints::cleanup_metadata(&table, None).await.map_err(self.unreadable())?;
        Ok(())
    }
}

fn file_name(version: u64) -> String {
    format!("{version:020}.json")
}

/// The action that describes the table.
pub(crate) fn metadata(id: &str, schema: &str, with_vectors: bool, at: DateTime<Utc>) -> Value {
    let mut configuration = json!({
        "delta.checkpointInterval": CHECKPOINT_EVERY.to_string(),
        "delta.logRetentionDuration": "interval 7 days",
        "delta.deletedFileRetentionDuration": "interval 7 days",
        "delta.dataSkippingNumIndexedCols": "1",
    });
    if with_vectors {
        configuration["delta.enableDeletionVectors"] = json!("true");
    }
    json!({"metaData": {
        "id": id,
        "format": {"provider": "parquet", "options": {}},
        "schemaString": schema,
        "partitionColumns": [],
        "configuration": configuration,
        "createdTime": at.timestamp_millis(),
    }})
}

/// The action that says who committed what.
pub(crate) fn commit_info(operation: &str, at: DateTime<Utc>, parameters: &Value) -> Value {
    json!({"commitInfo": {
        "timestamp": at.timestamp_millis(),
        "operation": operation,
        "operationParameters": parameters,
        "engineInfo": concat!("leadhouse/", env!("CARGO_PKG_VERSION")),
    }})
}

/// The action that adds a file. `data_change` is false when only its place changes.
pub(crate) fn add(file: &AddedFile<'_>, data_change: bool, at: DateTime<Utc>) -> Value {
    let mut stats = json!({"numRecords": file.rows, "tightBounds": file.vector.is_none()});
    if let Some((least, greatest)) = file.id_range {
        stats["minValues"] = json!({"id": uuid::Uuid::from_u128(least).to_string()});
        stats["maxValues"] = json!({"id": uuid::Uuid::from_u128(greatest).to_string()});
        stats["nullCount"] = json!({"id": 0});
    }
    let mut add = json!({
        "path": file.name,
        "partitionValues": {},
        "size": file.size,
        "modificationTime": at.timestamp_millis(),
        "dataChange": data_change,
        "stats": stats.to_string(),
    });
    if let Some(vector) = file.vector {
        add["deletionVector"] = vector.to_json();
    }
    json!({"add": add})
}

/// The action that removes a file, with the deletion vector it had.
pub(crate) fn remove(name: &str, size: u64, vector: Option<&VectorRef>, change: (bool, DateTime<Utc>)) -> Value {
    let (data_change, at) = change;
    let mut remove = json!({
        "path": name,
        "deletionTimestamp": at.timestamp_millis(),
        "dataChange": data_change,
        "extendedFileMetadata": true,
        "partitionValues": {},
        "size": size,
    });
    if let Some(vector) = vector {
        remove["deletionVector"] = vector.to_json();
    }
    json!({"remove": remove})
}

fn id_range(stats: &Value) -> Option<(u128, u128)> {
    let bound = |side: &str| crate::postgres_text::uuid(stats[side]["id"].as_str()?).ok();
    Some((bound("minValues")?, bound("maxValues")?))
}

/// Whether there are tables in this folder.
pub(crate) fn has_tables(dir: &Path) -> bool {
    std::fs::read_dir(dir).is_ok_and(|entries| entries.flatten().any(|entry| entry.path().join("_delta_log").exists()))
}

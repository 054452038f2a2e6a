//! The bytes of documents: a folder of this machine or any S3-compatible service.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use object_store::{
    ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig, aws::AmazonS3Builder, buffered::BufWriter,
    local::LocalFileSystem, path::Path, prefix::PrefixStore,
};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::Incoming;
use crate::{Error, Result};

/// A piece of a large upload to a service; S3 takes none below 5 MiB.
const PART_BYTES: usize = 8 * 1024 * 1024;
/// Pieces on their way at once; together they bound the memory of one upload.
const PARTS_AT_ONCE: usize = 2;
/// Longest time of one request to a service, the body included.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(10);
/// How often a request to a service is tried, and within which time: somebody is waiting.
const MAX_RETRIES: usize = 3;
const RETRY_TIMEOUT: Duration = Duration::from_secs(10);

/// Where the bytes are kept.
#[derive(Debug, Clone)]
pub enum StoreConfig {
    /// A folder.
    Folder(PathBuf),
    /// A bucket.
    S3(S3Config),
}

/// A bucket of an S3-compatible service.
#[derive(Clone, Default)]
pub struct S3Config {
    /// Name of the bucket, which must exist.
    pub bucket: String,
    /// Where in the bucket; empty for its top.
    pub prefix: String,
    /// Address of the service; `None` for Amazon's own.
    pub endpoint: Option<String>,
    /// Region, such as `eu-central-1`.
    pub region: String,
    /// Who we are.
    pub access_key_id: String,
    /// And the proof.
    pub secret_access_key: String,
}

impl fmt::Debug for S3Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Config")
            .field("bucket", &self.bucket)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// The opened store.
#[derive(Debug)]
pub(super) struct Store {
    objects: Arc<dyn ObjectStore>,
    /// The same store when it is a folder: its files are synced by hand, because the library
    /// does not.
    folder: Option<Arc<LocalFileSystem>>,
}

impl Store {
    pub(super) fn open(config: &StoreConfig) -> Result<Self> {
        match config {
            StoreConfig::Folder(folder) => {
                std::fs::create_dir_all(folder)
                    .map_err(|error| Error::store("making the folder of documents", &error))?;
                let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| failed("opening", &error))?;
                let store = Arc::new(store.with_automatic_cleanup(false));
                Ok(Self { objects: Arc::<LocalFileSystem>::clone(&store), folder: Some(store) })
            }
            StoreConfig::S3(config) => Ok(Self { objects: service(config)?, folder: None }),
        }
    }

    /// Stores a received file; doing it again changes nothing.
    pub(super) async fn put(&self, id: Uuid, incoming: &Incoming) -> Result<()> {
        let location = location(id);
        let mut file = tokio::fs::File::open(incoming.file.path())
            .await
            .map_err(|error| Error::store("reading an upload", &error))?;
        let mut writer = BufWriter::with_capacity(Arc::clone(&self.objects), location.clone(), PART_BYTES)
            .with_max_concurrency(PARTS_AT_ONCE);
        if let Err(error) = tokio::io::copy(&mut file, &mut writer).await {
            // The row of the file stays; clean-up removes what has arrived, if anything has.
            writer.abort().await.ok();
            return Err(Error::store("storing a file", &error));
        }
        writer.shutdown().await.map_err(|error| Error::store("storing a file", &error))?;
        self.sync(&location).await
    }

    /// The bytes, piece by piece.
    pub(super) async fn get(&self, id: Uuid) -> Result<impl Stream<Item = std::io::Result<Bytes>> + Send + 'static> {
        let found = self.objects.get(&location(id)).await.map_err(|error| failed("reading a file", &error))?;
        Ok(found.into_stream().map_err(std::io::Error::other))
    }

    /// Removes the bytes; that they are gone already is no failure.
    pub(super) async fn remove(&self, id: Uuid) -> Result<()> {
        match self.objects.delete(&location(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed("removing a file", &error)),
        }
    }

    /// Waits until a file and its name are on disk.
    async fn sync(&self, location: &Path) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let path = folder.path_to_filesystem(location).map_err(|error| failed("syncing a file", &error))?;
        let synced = async {
            tokio::fs::File::open(&path).await?.sync_all().await?;
            let Some(parent) = path.parent() else { return Ok(()) };
            tokio::fs::File::open(parent).await?.sync_all().await
        };
        synced.await.map_err(|error: std::io::Error| Error::store("syncing a file", &error))
    }
}

fn service(config: &S3Config) -> Result<Arc<dyn ObjectStore>> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&config.bucket)
        .with_region(&config.region)
        .with_access_key_id(&config.access_key_id)
        .with_secret_access_key(&config.secret_access_key)
        .with_retry(RetryConfig { max_retries: MAX_RETRIES, retry_timeout: RETRY_TIMEOUT, ..RetryConfig::default() })
        .with_client_options(ClientOptions::new().with_timeout(REQUEST_TIMEOUT));
    if let Some(endpoint) = &config.endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    let store = builder.build().map_err(|error| failed("opening", &error))?;
    let prefix = config.prefix.trim_matches('/');
    if prefix.is_empty() { Ok(Arc::new(store)) } else { Ok(Arc::new(PrefixStore::new(store, Path::from(prefix)))) }
}

/// Only ever made from an id: nothing that a person typed becomes part of an address.
fn location(id: Uuid) -> Path {
    let name = id.simple().to_string();
    // The end of an id is random, its beginning is the time.
    let shelf = name.get(30..).unwrap_or_default().to_owned();
    Path::from_iter([shelf, name])
}

fn failed(attempt: &str, error: &object_store::Error) -> Error {
    Error::store(&format!("{attempt} in the store of documents"), error)
}

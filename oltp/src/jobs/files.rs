//! The files that jobs leave: where they lie, for how long, and the address to fetch one.

use std::{io, path::PathBuf};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use catalog::Principal;
use chrono::{DateTime, TimeDelta, Utc};
use rand::{TryRngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Job;
use crate::{Error, Oltp, Result};

/// How long a file can be fetched: long enough for the next working day.
///
/// **Units:** hours.
const KEPT_HOURS: i64 = 48;
/// How long an address counts: the browser follows it at once.
const LINK_LIFE: TimeDelta = TimeDelta::minutes(5);
/// Random bytes of an address; nobody guesses 256 bits.
const TOKEN_BYTES: usize = 32;

/// The folder of job files.
///
/// **Shape**: one file per job, named by the job's id, so that no name of a person reaches a path.
#[derive(Debug, Clone)]
pub struct JobFiles {
    dir: PathBuf,
}

/// A file of a job, as its result says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobFile {
    /// What it is called when it is saved.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// **Units:** bytes.
    pub size_bytes: u64,
    /// It is removed then.
    pub until: DateTime<Utc>,
}

/// An address that can be fetched once, without signing in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FileLink {
    /// The address on this server.
    pub url: String,
    /// It counts until then.
    pub until: DateTime<Utc>,
}

impl JobFiles {
    /// Files in this folder, which is made when the first one is written.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Where the finished file of a job is.
    pub fn path(&self, job: Uuid) -> PathBuf {
        self.dir.join(job.to_string())
    }

    /// Where the file of a job is written until it is finished; what an earlier attempt left is
    /// written over.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub async fn draft(&self, job: Uuid) -> io::Result<PathBuf> {
        tokio::fs::create_dir_all(&self.dir).await?;
        Ok(self.dir.join(format!("{job}.part")))
    }

    /// Makes a written draft the file of the job.
    ///
    /// # Errors
    /// The file cannot be renamed.
    pub async fn finish(&self, job: Uuid, (name, media_type): (&str, &str), now: DateTime<Utc>) -> io::Result<JobFile> {
        let (draft, path) = (self.draft(job).await?, self.path(job));
        tokio::fs::rename(&draft, &path).await?;
        Ok(JobFile {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            size_bytes: tokio::fs::metadata(&path).await?.len(),
            until: now + TimeDelta::hours(KEPT_HOURS),
        })
    }

    /// The finished files with the ids by which they are known.
    pub(crate) fn finished(&self) -> io::Result<Vec<(Uuid, PathBuf)>> {
        let entries = match std::fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut finished = Vec::new();
        for entry in entries {
            let entry = entry?;
            if let Ok(id) = Uuid::parse_str(&entry.file_name().to_string_lossy()) {
                finished.push((id, entry.path()));
            }
        }
        Ok(finished)
    }

    /// Removes every file whose time is over or whose job is gone.
    ///
    /// # Errors
    /// The queue or the folder cannot be read.
    pub async fn tidy(&self, oltp: &Oltp) -> Result<()> {
        let kept = sqlx::query_scalar(include_str!("../../sql/jobs_with_files.sql"));
        let now = oltp.clock().now();
        let kept: Vec<Uuid> = kept.bind(now - TimeDelta::hours(KEPT_HOURS)).fetch_all(oltp.pool()).await?;
        let broken = |error: io::Error| Error::Broken(format!("the folder of job files: {error}"));
        let mut files = match tokio::fs::read_dir(&self.dir).await {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(broken(error)),
        };
        while let Some(file) = files.next_entry().await.map_err(broken)? {
            let name = file.file_name();
            let name = name.to_string_lossy();
            let job = name.split('.').next().and_then(|id| Uuid::parse_str(id).ok());
            if job.is_some_and(|job| !kept.contains(&job)) {
                tokio::fs::remove_file(file.path()).await.map_err(broken)?;
            }
        }
        Ok(())
    }
}

impl Oltp {
    /// A fresh address for the file of a job of the caller; the one before does not count any more.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when the caller asked for no such job, or it has no file any more.
    pub async fn link_to_file(&self, caller: &Principal, job: Uuid) -> Result<FileLink> {
        let job = self.job(caller, job).await?;
        let now = self.clock().now();
        file_of(&job).filter(|file| file.until > now).ok_or_else(no_file)?;
        let mut bytes = [0; TOKEN_BYTES];
        OsRng.try_fill_bytes(&mut bytes).map_err(|error| Error::Broken(format!("no random numbers: {error}")))?;
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let until = now + LINK_LIFE;
        sqlx::query("update jobs set link_digest = $2, link_until = $3 where id = $1")
            .bind(job.id)
            .bind(digest(&token))
            .bind(until)
            .execute(self.pool())
            .await?;
        Ok(FileLink { url: format!("/api/downloads/{token}"), until })
    }

    /// The job and its file behind an address, which does not count any more afterwards.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when it was used, is over or never was.
    pub async fn use_link(&self, token: &str) -> Result<(Uuid, JobFile)> {
        let now = self.clock().now();
        let used = sqlx::query_as(include_str!("../../sql/use_link.sql")).bind(digest(token)).bind(now);
        let used: Option<(Uuid, Option<Value>)> = used.fetch_optional(self.pool()).await?;
        let (id, result) = used.ok_or_else(no_file)?;
        let file = result.as_ref().and_then(file_in).filter(|file| file.until > now).ok_or_else(no_file)?;
        Ok((id, file))
    }
}

fn file_of(job: &Job) -> Option<JobFile> {
    job.result.as_ref().and_then(file_in)
}

/// The file that a result names.
fn file_in(result: &Value) -> Option<JobFile> {
    serde_json::from_value(result.get("file")?.clone()).ok()
}

fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn no_file() -> Error {
    Error::RecordNotFound { object: "file".to_owned() }
}

//! What the workspace holds about a person, as one file, as a job.

use std::{io, io::Write, path::PathBuf};

use catalog::Principal;
use futures::{StreamExt, future::BoxFuture};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    Person, Privacy, administrators_only,
    gather::{Gathered, gather},
    journal,
    subject::{Subject, object_of},
};
use crate::{
    Error, Result,
    jobs::{JobKind, NewJob, Run, Step, Stopped},
    records::moment_text,
};

/// Its name in the queue of jobs.
const KIND: &str = "subject_access";
/// Pieces read ahead of the one that is written.
const READ_AHEAD: usize = 4;
/// The names of the file and of what in it says everything but documents.
const FILE_NAME: &str = "personal-data.zip";
const DATA_NAME: &str = "data.json";

/// Makes these files; cheap to clone.
#[derive(Debug, Clone)]
pub struct SubjectExports {
    privacy: Privacy,
}

/// What is written next.
enum Piece {
    /// A file of this name begins.
    File(String),
    Bytes(bytes::Bytes),
}

impl SubjectExports {
    /// Files about the people of this workspace.
    pub fn new(privacy: &Privacy) -> Self {
        Self { privacy: privacy.clone() }
    }

    async fn export(&self, run: &Run) -> Result<Value, Stopped> {
        let person: Person = run.parameters()?;
        let caller = run.caller().await?;
        administrators_only(&caller, "export what is held about people")?;
        let (oltp, files) = (self.privacy.oltp(), &self.privacy.inner.files);
        let now = oltp.clock().now();
        let mut tx = oltp.pool().begin().await?;
        sqlx::query("set transaction isolation level repeatable read").execute(&mut *tx).await?;
        let subject = Subject::find(&mut tx, oltp.catalog(), &person).await?;
        let mut gathered = gather(&mut tx, oltp.catalog(), &subject).await?;
        tx.rollback().await?;
        gathered.data["made_at"] = json!(moment_text(now));
        gathered.data["person"] = json!(person);
        let total = i64::try_from(gathered.versions.len() + 1).unwrap_or(i64::MAX);
        run.beat(&Step { done: 0, total: Some(total), ..Step::default() }).await?;

        let draft = files.draft(run.id).await.map_err(|error| disk(run, &error))?;
        let (sender, receiver) = mpsc::channel(READ_AHEAD);
        let writing = tokio::task::spawn_blocking(move || write(draft, receiver));
        let read = self.read(run, &gathered, (sender, total)).await;
        writing.await.unwrap_or_else(|died| Err(io::Error::other(died))).map_err(|error| disk(run, &error))?;
        read?;
        let file =
            files.finish(run.id, (FILE_NAME, "application/zip"), now).await.map_err(|error| disk(run, &error))?;

        let (mut tx, _done) = run.begin().await?;
        let changes = json!({ "counts": gathered.counts });
        let object = person.object.as_str();
        let entry = journal::Entry { action: "subject_access", object, record_id: person.id, changes };
        journal::note(&mut tx, &caller, now, entry).await?;
        run.advance(&mut tx, &Step { done: total, total: Some(total), ..Step::default() }).await?;
        tx.commit().await?;
        Ok(json!({ "counts": gathered.counts, "file": file }))
    }

    /// Hands everything over to be written.
    async fn read(
        &self,
        run: &Run,
        gathered: &Gathered,
        (sender, total): (mpsc::Sender<Piece>, i64),
    ) -> Result<(), Stopped> {
        // Whoever writes has failed when nobody takes the pieces; that failure is the one to tell.
        let data = serde_json::to_vec_pretty(&gathered.data).map_err(|error| {
            Stopped::from(Error::Broken(format!("what is held about a person has no JSON: {error}")))
        })?;
        sender.send(Piece::File(DATA_NAME.to_owned())).await.ok();
        sender.send(Piece::Bytes(data.into())).await.ok();
        let stored = gathered.versions.iter().filter_map(|version| Some((version, version.file_id?)));
        for (done, (version, file)) in (1..).zip(stored) {
            sender.send(Piece::File(version.path())).await.ok();
            let mut bytes = self.privacy.inner.documents.bytes(file).await?;
            while let Some(piece) = bytes.next().await {
                let piece = piece.map_err(|error| Error::store("reading a document", &error))?;
                sender.send(Piece::Bytes(piece)).await.ok();
            }
            run.beat(&Step { done, total: Some(total), ..Step::default() }).await?;
        }
        Ok(())
    }
}

impl Privacy {
    /// Makes a job of a file with everything that is held about a person, and answers its id.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`]; [`Error::RecordNotFound`]; [`Error::Invalid`] names the field;
    /// [`Error::TooManyJobs`].
    pub async fn start_export(&self, caller: &Principal, person: &Person) -> Result<Uuid> {
        administrators_only(caller, "export what is held about people")?;
        let object = object_of(self.oltp().catalog(), person)?;
        let mut tx = self.oltp().pool().begin().await?;
        // Whether the person is there and is one person is told at once.
        Subject::find(&mut tx, self.oltp().catalog(), person).await?;
        let job = NewJob {
            kind: KIND,
            title: format!("Personal data of a {}", object.label.to_lowercase()),
            object: Some(object.table.clone()),
            parameters: json!(person),
            undoable: false,
            undoes: None,
        };
        let id = self.oltp().add_job(&mut tx, caller, job).await?;
        tx.commit().await?;
        self.oltp().jobs_added();
        Ok(id)
    }
}

impl JobKind for SubjectExports {
    fn name(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Value, Stopped>> {
        Box::pin(async move {
            let outcome = self.export(run).await;
            if outcome.is_err()
                && let Ok(draft) = self.privacy.inner.files.draft(run.id).await
            {
                tokio::fs::remove_file(draft).await.ok(); // there may be none yet
            }
            outcome
        })
    }
}

/// Writes the pieces into an archive.
fn write(path: PathBuf, mut pieces: mpsc::Receiver<Piece>) -> io::Result<()> {
    let mut archive = ZipWriter::new(io::BufWriter::new(std::fs::File::create(path)?));
    let options = SimpleFileOptions::default().large_file(true);
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::File(name) => archive.start_file(name, options).map_err(io::Error::other)?,
            Piece::Bytes(bytes) => archive.write_all(&bytes)?,
        }
    }
    let written = archive.finish().map_err(io::Error::other)?;
    written.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

fn disk(run: &Run, error: &io::Error) -> Stopped {
    tracing::error!(job.id = %run.id, "what is held about a person cannot be written: {error}");
    Stopped::Failed("The server could not write the file; its disk may be full.".to_owned())
}

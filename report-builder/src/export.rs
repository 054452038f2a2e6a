//! Lists of records as files, of any size, as jobs.
//!
//! [`Exports`] is the kind of job: it asks Postgres once for every row of a list under the rights of
//! whoever asked, and hands batches on to a [`Sink`] that writes them to disk, so its memory does
//! not grow with the list. Columns and order are those of the list; a masked field is refused. Who
//! took what away stands in the audit log.

mod delimited;
mod parquet;
mod sink;
mod workbook;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use catalog::{ObjectDef, Principal, policy};
use futures::future::BoxFuture;
use oltp::{
    Oltp,
    jobs::{JobFiles, JobKind, NewJob, Run, Step, Stopped},
    records::{ExportColumn, ExportRow, ListQuery, export_columns},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::output::OutputFormat;
use sink::{Sink, SinkError, Writer};

/// Its name in the queue.
const KIND: &str = "export";
/// Batches read ahead of the one being written; bounds the memory.
const READ_AHEAD: usize = 2;
/// How often it is told how far the file is: each time is a commit that the rows wait for.
const TELL_EVERY: Duration = Duration::from_millis(200);
/// Ids in one export: as many as fit into a request several times over.
const MAX_IDS: usize = 10_000;

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// Comma-separated values.
    Csv,
    /// A workbook with real numbers and dates.
    Xlsx,
    /// A typed columnar file.
    Parquet,
}

impl ExportFormat {
    fn output(self) -> OutputFormat {
        match self {
            Self::Csv => OutputFormat::Csv,
            Self::Xlsx => OutputFormat::Xlsx,
            Self::Parquet => OutputFormat::Parquet,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xlsx => "Excel",
            Self::Parquet => "Parquet",
        }
    }
}

/// What is to be exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// Singular name of the object.
    pub object: String,
    /// How it is written.
    pub format: ExportFormat,
    /// Names of the fields, in the order of the columns.
    pub columns: Vec<String>,
    /// The part of the list's address after `?`.
    pub query: String,
    /// Only these records of the list.
    pub ids: Option<Vec<Uuid>>,
}

/// Makes and runs exports; cheap to clone.
#[derive(Debug, Clone)]
pub struct Exports {
    oltp: Oltp,
    files: JobFiles,
}

/// A request that has been checked under the rights of somebody.
struct Checked<'a> {
    object: &'a ObjectDef,
    columns: Vec<ExportColumn>,
    query: ListQuery,
}

impl Exports {
    /// Exports whose files lie in this folder.
    pub fn new(oltp: Oltp, files: JobFiles) -> Self {
        Self { oltp, files }
    }

    /// The records that exports are about.
    pub fn oltp(&self) -> &Oltp {
        &self.oltp
    }

    /// Makes a job of an export and answers its id.
    ///
    /// # Errors
    /// [`oltp::Error::Invalid`] names what is wrong; [`oltp::Error::MaskedField`].
    pub async fn start(&self, caller: &Principal, request: ExportRequest) -> Result<Uuid, oltp::Error> {
        let checked = check(&self.oltp, caller, &request).await?;
        let title = format!("Export {} as {}", checked.object.plural_label.to_lowercase(), request.format.words());
        let parameters = serde_json::to_value(&request)
            .map_err(|error| oltp::Error::Broken(format!("an export without a form: {error}")))?;
        let object = Some(checked.object.table.clone());
        let job = NewJob { kind: KIND, title, object, parameters, undoable: false, undoes: None };
        let mut tx = self.oltp.pool().begin().await?;
        let id = self.oltp.add_job(&mut tx, caller, job).await?;
        tx.commit().await?;
        self.oltp.jobs_added();
        Ok(id)
    }
}

async fn check<'a>(oltp: &'a Oltp, caller: &Principal, request: &ExportRequest) -> Result<Checked<'a>, oltp::Error> {
    let unknown = || oltp::Error::unknown_object(&request.object);
    let object = oltp.catalog().object(&request.object).ok_or_else(unknown)?;
    if !policy(caller, object).read {
        return Err(oltp::Error::UnknownObject { name: object.table.clone() });
    }
    let caller = &caller.exporting();
    if !policy(caller, object).read {
        return Err(oltp::Error::not_allowed("export", object));
    }
    let columns = export_columns(caller, object, &request.columns)?;
    let query = oltp.whole_list(caller, object, &request.query).await?;
    let query = match &request.ids {
        Some(ids) if ids.is_empty() || ids.len() > MAX_IDS => {
            let message = format!("give between 1 and {MAX_IDS} ids; for more, export the whole list");
            return Err(catalog::Invalid::field("ids", "invalid_list", message).into());
        }
        Some(ids) => query.only(ids.clone()),
        None => query,
    };
    Ok(Checked { object, columns, query })
}

impl JobKind for Exports {
    fn name(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Value, Stopped>> {
        Box::pin(async move {
            let outcome = self.export(run).await;
            if outcome.is_err()
                && let Ok(draft) = self.files.draft(run.id).await
            {
                tokio::fs::remove_file(draft).await.ok(); // there may be none yet
            }
            outcome
        })
    }

    fn tidy<'a>(&'a self, oltp: &'a Oltp) -> BoxFuture<'a, Result<(), oltp::Error>> {
        Box::pin(self.files.tidy(oltp))
    }
}

impl Exports {
    async fn export(&self, run: &Run) -> Result<Value, Stopped> {
        let request: ExportRequest = run.parameters()?;
        let caller = run.caller().await?;
        let checked = check(&self.oltp, &caller, &request).await?;
        // What their role may export can be less than what they see.
        let caller = caller.exporting();
        let total = self.oltp.count(&caller, checked.object, &checked.query).await?;
        run.beat(&Step { done: 0, total: Some(total), ..Step::default() }).await?;

        let draft = self.files.draft(run.id).await.map_err(|error| disk(run, &error))?;
        let columns = Arc::new(checked.columns.clone());
        let sink = sink::open(request.format, draft, Arc::clone(&columns)).await.map_err(|error| failed(run, error))?;
        let (sender, receiver) = mpsc::channel(READ_AHEAD);
        let of = (&caller, checked.object);
        let reading = self.oltp.export_rows(of, &checked.query, &columns, sender);
        let writing = write(run, &caller, sink, (receiver, total));
        let (read, written) = tokio::join!(reading, writing);
        let rows = written?;
        read?;

        let name = format!("{}.{}", checked.object.table, request.format.output().extension());
        let now = self.oltp.clock().now();
        let file = self.files.finish(run.id, (&name, request.format.output().media_type()), now).await;
        let file = file.map_err(|error| disk(run, &error))?;
        let taken = json!({
            "rows": rows, "format": request.format, "columns": request.columns, "query": request.query,
        });
        let (mut tx, _done) = run.begin().await?;
        self.oltp.note_export(&mut tx, &caller, checked.object, (taken, &run.source)).await?;
        run.advance(&mut tx, &Step { done: rows, total: Some(rows), ..Step::default() }).await?;
        tx.commit().await?;
        Ok(json!({ "rows": rows, "file": file }))
    }
}

/// Writes what is received; answers how many rows. Stops when whoever asked has other rights now.
async fn write(
    run: &Run,
    caller: &Principal,
    sink: Box<dyn Sink>,
    (mut receiver, total): (mpsc::Receiver<Vec<ExportRow>>, i64),
) -> Result<i64, Stopped> {
    let mut writer = Writer::new(sink);
    let (mut done, mut told) = (0, Instant::now());
    while let Some(rows) = receiver.recv().await {
        if run.caller().await?.exporting() != *caller {
            return Err(Stopped::Failed(
                "What you may see has changed meanwhile; ask for the export again.".to_owned(),
            ));
        }
        done += i64::try_from(rows.len()).unwrap_or_default();
        writer.write(rows).await.map_err(|error| failed(run, error))?;
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            // Rows that come while it is counted and read do not make the bar run over.
            run.beat(&Step { done, total: Some(total.max(done)), ..Step::default() }).await?;
        }
    }
    writer.finish().await.map_err(|error| failed(run, error))?;
    Ok(done)
}

fn failed(run: &Run, error: SinkError) -> Stopped {
    match error {
        SinkError::TooManyRows { most } => Stopped::Failed(format!(
            "A workbook holds at most {most} rows; narrow the filter, or export as CSV or Parquet."
        )),
        SinkError::Disk(error) => disk(run, &error),
        SinkError::Defect(words) => {
            tracing::error!(job.id = %run.id, "an export failed: {words}");
            Stopped::Failed("The file could not be written; the server's log says why.".to_owned())
        }
    }
}

fn disk(run: &Run, error: &std::io::Error) -> Stopped {
    tracing::error!(job.id = %run.id, "an export cannot be written: {error}");
    Stopped::Failed("The server could not write the file; its disk may be full.".to_owned())
}

//! Imports from a page: a file is uploaded, looked into, tried, and brought in by a job.

use std::{ops::ControlFlow, path::PathBuf};

use catalog::{Ids, ObjectDef, Principal};
use futures::future::BoxFuture;
use oltp::{
    Oltp,
    jobs::{JobFiles, JobKind, NewJob, Run, Step, Stopped},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::import::{
    Error, ImportRequest, ImportSummary, JobSteps, Mapping, MatchPolicy, Source, SourceOptions, bind, check,
    run_as_job, suggested_fields,
};

/// Its name in the queue.
const KIND: &str = "import";
/// Rows shown of a file before it is imported.
const SHOWN_ROWS: usize = 20;
/// Characters shown of one cell.
const SHOWN_CHARS: usize = 120;

/// What is to be imported, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportJob {
    /// The uploaded file.
    pub file: Uuid,
    /// Singular or plural name of the object.
    pub object: String,
    /// The mapping, in the words of a mapping file.
    pub mapping: Value,
    /// Field that decides whether a row is already there.
    pub match_field: Option<String>,
    /// What happens to rows that are already there.
    pub policy: Option<MatchPolicy>,
    /// Check everything, write nothing.
    pub dry_run: bool,
}

/// A file as it can be mapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportFile {
    /// Its id, to import it by.
    pub id: Uuid,
    /// What the person calls it.
    pub name: String,
    /// **Units:** bytes.
    pub size_bytes: i64,
    /// How it is written.
    pub format: String,
    /// The sheets of a workbook; empty for text.
    pub sheets: Vec<String>,
    /// Its columns, in order.
    pub columns: Vec<FileColumn>,
    /// The first rows, as written.
    pub rows: Vec<Vec<String>>,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FileColumn {
    /// What stands above it.
    pub name: String,
    /// The field that its name means, if any.
    pub field: Option<String>,
}

/// Takes in files and makes jobs of them; cheap to clone.
#[derive(Debug, Clone)]
pub struct Imports {
    oltp: Oltp,
    files: JobFiles,
}

#[derive(Debug, FromRow)]
struct Uploaded {
    name: String,
    size_bytes: i64,
}

impl Imports {
    /// Imports whose files lie in this folder.
    pub fn new(oltp: Oltp, files: JobFiles) -> Self {
        Self { oltp, files }
    }

    /// The records that files are imported into.
    pub fn oltp(&self) -> &Oltp {
        &self.oltp
    }

    /// Where the next upload is written, and the id it will have.
    pub(crate) async fn place(&self) -> Result<(Uuid, PathBuf), Error> {
        let id = Ids.fresh();
        let scratch = |source| Error::Read { path: "the folder of uploads".into(), source };
        Ok((id, self.files.draft(id).await.map_err(scratch)?))
    }

    /// Keeps what was written to a place as a file of the caller.
    pub(crate) async fn keep(&self, caller: &Principal, id: Uuid, name: &str) -> Result<(), Error> {
        let now = self.oltp.clock().now();
        let file = self.files.finish(id, (name, ""), now).await;
        let file = file.map_err(|source| Error::Read { path: name.into(), source })?;
        sqlx::query(
            "insert into import_files (id, owner_id, name, size_bytes, created_at) values ($1, $2, $3, $4, $5)",
        )
        .bind(id)
        .bind(author(caller))
        .bind(name)
        .bind(i64::try_from(file.size_bytes).unwrap_or(i64::MAX))
        .bind(now)
        .execute(self.oltp.pool())
        .await?;
        Ok(())
    }

    /// Looks into an uploaded file: columns with the fields they seem to mean, and the first rows.
    ///
    /// # Errors
    /// [`Error::Records`] when the caller has no such file; the file is not what can be imported.
    pub async fn look(
        &self,
        caller: &Principal,
        id: Uuid,
        (object, sheet): (&str, Option<String>),
    ) -> Result<ImportFile, Error> {
        let uploaded = self.uploaded(caller, id).await?;
        let object = self.writable(caller, object)?;
        let path = self.files.path(id);
        let Uploaded { name, size_bytes } = uploaded;
        let looked = tokio::task::spawn_blocking(move || -> Result<ImportFile, Error> {
            let options = SourceOptions { sheet, ..SourceOptions::default() };
            let source = Source::open(&path, &name, &options)?;
            let (header, format, sheets) = (source.header().to_vec(), source.describe(), source.sheets());
            let fields = suggested_fields(&object, &header);
            let columns = header
                .iter()
                .zip(fields)
                .map(|(name, field)| FileColumn { name: name.clone(), field: field.map(|field| field.name.clone()) });
            let columns = columns.collect();
            Ok(ImportFile { id, name, size_bytes, format, sheets, columns, rows: first_rows(source)? })
        });
        looked.await.unwrap_or(Err(Error::Interrupted))
    }

    /// Makes a job of an import and answers its id.
    ///
    /// # Errors
    /// The caller may not, has no such file, or the mapping does not fit it.
    pub async fn start(&self, caller: &Principal, job: ImportJob) -> Result<Uuid, Error> {
        let uploaded = self.uploaded(caller, job.file).await?;
        let request = self.request(&job, &uploaded)?;
        let object = check(&self.oltp, caller, &request)?;
        let (path, name) = (request.path.clone(), uploaded.name.clone());
        let catalog = std::sync::Arc::clone(self.oltp.catalog());
        let (mapping, target) = (request.mapping.clone(), object.clone());
        let bound = tokio::task::spawn_blocking(move || -> Result<(), Error> {
            let source = Source::open(&path, &name, &mapping.source)?;
            bind(&mapping, &catalog, &target, source.header())?;
            Ok(())
        });
        bound.await.unwrap_or(Err(Error::Interrupted))?;
        let verb = if job.dry_run { "Check" } else { "Import" };
        let new = NewJob {
            kind: KIND,
            title: format!("{verb} {}", uploaded.name),
            object: Some(object.table),
            undoable: !job.dry_run,
            undoes: None,
            parameters: json!(job),
        };
        let mut tx = self.oltp.pool().begin().await?;
        let id = self.oltp.add_job(&mut tx, caller, new).await?;
        tx.commit().await?;
        self.oltp.jobs_added();
        Ok(id)
    }

    async fn uploaded(&self, caller: &Principal, id: Uuid) -> Result<Uploaded, Error> {
        let sql = "select name, size_bytes from import_files where id = $1 and owner_id is not distinct from $2";
        let uploaded = sqlx::query_as(sql).bind(id).bind(author(caller)).fetch_optional(self.oltp.pool()).await?;
        let unknown = || oltp::Error::RecordNotFound { object: "uploaded file".to_owned() };
        uploaded.ok_or_else(|| unknown().into())
    }

    fn writable(&self, caller: &Principal, name: &str) -> Result<ObjectDef, Error> {
        let request = ImportRequest { object: name.to_owned(), ..ImportRequest::default() };
        check(&self.oltp, caller, &request)
    }

    fn request(&self, job: &ImportJob, uploaded: &Uploaded) -> Result<ImportRequest, Error> {
        let mapping: Mapping = serde_json::from_value(job.mapping.clone())
            .map_err(|error| Error::mapping("mapping", format!("the mapping cannot be read: {error}")))?;
        let mapping = Mapping {
            match_field: job.match_field.clone().or(mapping.match_field),
            policy: job.policy.or(mapping.policy),
            ..mapping
        };
        Ok(ImportRequest {
            object: job.object.clone(),
            path: self.files.path(job.file),
            file_name: Some(uploaded.name.clone()),
            mapping,
            dry_run: job.dry_run,
            ..ImportRequest::default()
        })
    }

    async fn import(&self, run: &Run) -> Result<Value, Stopped> {
        let job: ImportJob = run.parameters()?;
        let caller = run.caller().await?;
        let uploaded = self.uploaded(&caller, job.file).await.map_err(Error::stopped)?;
        let draft = self.files.draft(run.id).await.map_err(|error| disk(run, &error))?;
        let request = ImportRequest { rejects: Some(draft), ..self.request(&job, &uploaded).map_err(Error::stopped)? };
        let steps = JobSteps::new(run.clone(), caller.clone(), job.dry_run);
        let summary = run_as_job(steps, &caller, request).await.map_err(Error::stopped)?;
        let done = i64::try_from(summary.rows).unwrap_or(i64::MAX);
        let mut result = result(&summary);
        if summary.rejects.is_some() {
            let stem = uploaded.name.rsplit_once('.').map_or(uploaded.name.as_str(), |(stem, _)| stem);
            let name = format!("{stem}.rejects.csv");
            let now = self.oltp.clock().now();
            let file = self.files.finish(run.id, (&name, "text/csv; charset=utf-8"), now).await;
            result["file"] = json!(file.map_err(|error| disk(run, &error))?);
        }
        run.beat(&Step { done, total: Some(done), ..Step::default() }).await?;
        Ok(result)
    }
}

impl JobKind for Imports {
    fn name(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Value, Stopped>> {
        Box::pin(self.import(run))
    }

    fn tidy<'a>(&'a self, oltp: &'a Oltp) -> BoxFuture<'a, Result<(), oltp::Error>> {
        Box::pin(self.files.tidy(oltp))
    }
}

/// What came of an import, as its job says.
fn result(summary: &ImportSummary) -> Value {
    json!({
        "dry_run": summary.dry_run,
        "rows": summary.rows,
        "created": summary.created,
        "updated": summary.updated,
        "skipped": summary.skipped,
        "rejected": summary.rejected,
        "versions": summary.versions,
        "linked_created": summary.linked_created,
        "causes": summary.causes,
        "ignored_columns": summary.ignored_columns,
        "mapped_columns": summary.mapped_columns,
    })
}

fn first_rows(source: Source) -> Result<Vec<Vec<String>>, Error> {
    let mut rows = Vec::new();
    source.read(&mut |chunk| {
        for row in 0..chunk.lines.len().min(SHOWN_ROWS) {
            let cells = chunk.frame.columns().iter().map(|column| {
                let text = column.str().ok().and_then(|text| text.get(row)).unwrap_or_default();
                text.chars().take(SHOWN_CHARS).collect()
            });
            rows.push(cells.collect());
        }
        ControlFlow::Break(())
    })?;
    Ok(rows)
}

fn author(caller: &Principal) -> Option<Uuid> {
    Some(caller.user_id).filter(|id| !id.is_nil())
}

fn disk(run: &Run, error: &std::io::Error) -> Stopped {
    tracing::error!(job.id = %run.id, "the files of an import cannot be written: {error}");
    Stopped::Failed("The server could not write its files; its disk may be full.".to_owned())
}

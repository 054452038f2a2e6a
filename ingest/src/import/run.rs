//! An import from beginning to end.

use std::{collections::HashSet, ops::ControlFlow, path::Path, sync::Arc, time::Instant};

use catalog::{ObjectDef, Principal, policy};
use oltp::{Oltp, bulk::BulkAudit};
use tokio::{runtime::Handle, sync::mpsc};
use tokio_util::sync::CancellationToken;

use super::{
    Error, ImportRequest, ImportSummary, Progress,
    batch::Importer,
    causes,
    lookup::Lookups,
    mapping::Mapping,
    outcome::Outcome,
    plan::{Origin, Plan, bind},
    reading::{Prepared, prepare},
    rejects::{RejectsFile, next_to},
    source::Source,
    steps::{JobSteps, Kept},
};

/// Chunks read ahead of the one being written; bounds the memory.
const READ_AHEAD: usize = 2;

/// Files up to this size get an audit entry per record, as if somebody had typed them; for larger
/// ones, whose entries would cost as much as the records, one entry per chunk counts them.
const AUDITED_PER_RECORD_BYTES: u64 = 16 * 1024 * 1024;

/// Told how far an import is, after every chunk.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// Imports a file as `caller`, who needs the right to create records of the object.
///
/// Reading and writing run on threads of their own. Dropping the future stops the import after the
/// chunk it is at; what was committed stays.
///
/// # Errors
/// The object, the file or the mapping is wrong, the caller may not, or the database went away.
/// A row that cannot be stored is no error; it is counted and written to the file of rejects.
pub async fn run(
    oltp: &Oltp,
    caller: &Principal,
    request: ImportRequest,
    progress: OnProgress,
) -> Result<ImportSummary, Error> {
    let object = check(oltp, caller, &request)?;
    run_with(oltp, caller, (object, request), progress, None).await
}

/// Imports a file in steps of a job, going on where an earlier attempt was.
pub(crate) async fn run_as_job(
    steps: JobSteps,
    caller: &Principal,
    request: ImportRequest,
) -> Result<ImportSummary, Error> {
    let oltp = steps.oltp().clone();
    let object = check(&oltp, caller, &request)?;
    run_with(&oltp, caller, (object, request), Arc::new(|_| ()), Some(steps)).await
}

async fn run_with(
    oltp: &Oltp,
    caller: &Principal,
    (object, request): (ObjectDef, ImportRequest),
    progress: OnProgress,
    steps: Option<JobSteps>,
) -> Result<ImportSummary, Error> {
    let stop = CancellationToken::new();
    let _stops_when_dropped = stop.clone().drop_guard();
    let job = Job { oltp: oltp.clone(), caller: caller.clone(), object, request, progress, stop, steps };
    let runtime = Handle::current();
    // Typing, checking and diffing rows is work for a processor; waiting for Postgres happens in
    // between, so the whole job has one thread and drives its own waiting.
    let done = tokio::task::spawn_blocking(move || runtime.block_on(job.run()));
    done.await.unwrap_or(Err(Error::Interrupted))
}

/// Checks, before a file is uploaded, that the object exists, fits the mapping and may be written
/// by `caller`; answers the object.
///
/// # Errors
/// One of these is not so.
pub fn check(oltp: &Oltp, caller: &Principal, request: &ImportRequest) -> Result<ObjectDef, Error> {
    let object = object(oltp, caller, request)?;
    let policy = policy(caller, &object);
    if !policy.create {
        return Err(Error::NotAllowed { objects: object.plural_label.to_lowercase() });
    }
    // Matching by a field tells which values there are.
    let matched = request.match_field.as_ref().or(request.mapping.match_field.as_ref());
    if let Some(field) = matched.filter(|field| policy.masked.contains(*field)) {
        return Err(Error::mapping("match", format!("your role may not see {field}, so nothing can be matched by it")));
    }
    Ok(object)
}

fn object(oltp: &Oltp, caller: &Principal, request: &ImportRequest) -> Result<ObjectDef, Error> {
    let catalog = oltp.catalog();
    let readable = |object: &&ObjectDef| policy(caller, object).read;
    let found = catalog.find(&request.object).filter(readable).ok_or_else(|| {
        let known = catalog.objects.iter().filter(readable).map(|object| object.name.as_str());
        Error::UnknownObject { name: request.object.clone(), known: known.collect::<Vec<_>>().join(", ") }
    })?;
    match &request.mapping.object {
        Some(name) if catalog.find(name) != Some(found) => {
            Err(Error::mapping("object", format!("the mapping is for `{name}`, not for `{}`", found.name)))
        }
        _ => Ok(found.clone()),
    }
}

struct Job {
    oltp: Oltp,
    caller: Principal,
    object: ObjectDef,
    request: ImportRequest,
    progress: OnProgress,
    stop: CancellationToken,
    steps: Option<JobSteps>,
}

impl Job {
    async fn run(self) -> Result<ImportSummary, Error> {
        let started = Instant::now();
        let Self { oltp, caller, object, request, progress, stop, steps } = self;
        let (path, file) = (request.path.clone(), file_name(&request));
        let mapping = Mapping {
            match_field: request.match_field.or(request.mapping.match_field),
            policy: request.policy.or(request.mapping.policy),
            ..request.mapping
        };
        let source = Source::open(&path, &file, &mapping.source)?;
        let (header, format) = (source.header().to_vec(), source.describe());
        let plan = bind(&mapping, oltp.catalog(), &object, &header)?;
        let mut summary = empty_summary(&plan, &file, format, request.dry_run);
        summary.mapped_columns = mapped(&plan, &header);
        let rejects = request.rejects.unwrap_or_else(|| next_to(&path));
        let before = steps.as_ref().map(JobSteps::before).unwrap_or_default();
        let rejects = RejectsFile::again(rejects, &header, before.rejects_bytes)?;
        before.add_to(&mut summary);
        let lookups = Lookups::new(&oltp, &caller, &plan).await?;
        let plan = Arc::new(plan);
        let importer = Importer {
            now: oltp.clock().now(),
            audit: steps.as_ref().map_or_else(|| audit(&file, source.size_bytes()), JobSteps::audit),
            oltp,
            caller,
            plan,
            dry_run: request.dry_run,
            lookups,
            imagined: HashSet::new(),
            imagined_links: HashSet::new(),
        };
        let bytes_total = source.size_bytes();
        let mut writer = Writer { importer, rejects, summary, progress, bytes_total, before, steps };
        writer.all(source, &stop).await.map_err(|error| writer.stopped(error))?;
        writer.finish(started).await
    }
}

fn audit(file: &str, size_bytes: u64) -> BulkAudit {
    let source = format!("import {file}");
    if size_bytes <= AUDITED_PER_RECORD_BYTES {
        return BulkAudit::PerRecord { source };
    }
    BulkAudit::Summary { source }
}

struct Writer {
    importer: Importer,
    rejects: RejectsFile,
    summary: ImportSummary,
    progress: OnProgress,
    bytes_total: u64,
    /// Where an earlier attempt was.
    before: Kept,
    steps: Option<JobSteps>,
}

impl Writer {
    /// Reads on one thread, writes on this one.
    async fn all(&mut self, source: Source, stop: &CancellationToken) -> Result<(), Error> {
        let (send, mut receive) = mpsc::channel::<Prepared>(READ_AHEAD);
        let plan = Arc::clone(&self.importer.plan);
        let reading = tokio::task::spawn_blocking(move || read(source, &plan, &send));
        while let Some(mut prepared) = receive.recv().await {
            if stop.is_cancelled() {
                return Ok(());
            }
            if prepared.last_line() <= self.before.line {
                continue; // an earlier attempt has committed it
            }
            self.chunk(&mut prepared).await?;
        }
        reading.await.unwrap_or(Err(Error::Interrupted))
    }

    /// Deals with a chunk in one transaction; in a job, it is a step.
    async fn chunk(&mut self, prepared: &mut Prepared) -> Result<(), Error> {
        let mut tx = self.importer.oltp.pool().begin().await?;
        if let Some(steps) = &self.steps {
            steps.hold(&mut tx).await?;
        }
        let outcome = self.importer.store(&mut tx, prepared).await?;
        let reasons: Vec<(u64, String)> =
            outcome.rejects.iter().map(|reject| (reject.line, reject.reason.clone())).collect();
        self.note(outcome, prepared)?;
        if let Some(steps) = &self.steps {
            let kept = Kept::of(&self.summary, prepared.last_line(), self.rejects.flush()?);
            let read = (prepared.bytes_read, self.bytes_total);
            steps.keep(&mut tx, &kept, &reasons, read).await?;
        }
        tx.commit().await?;
        let (summary, bytes_total) = (&self.summary, self.bytes_total);
        (self.progress)(Progress {
            bytes_read: prepared.bytes_read.min(bytes_total),
            bytes_total,
            rows: summary.rows,
            created: summary.created,
            updated: summary.updated,
            skipped: summary.skipped,
            rejected: summary.rejected,
        });
        Ok(())
    }

    fn note(&mut self, outcome: Outcome, prepared: &Prepared) -> Result<(), Error> {
        let Outcome { created, updated, skipped, versions, linked_created, rejects } = outcome;
        let summary = &mut self.summary;
        summary.created += created;
        summary.updated += updated;
        summary.skipped += skipped;
        summary.rejected += rejects.len() as u64;
        summary.versions += versions;
        summary.linked_created += linked_created;
        summary.rows = summary.created + summary.updated + summary.skipped + summary.rejected;
        causes::count(&mut summary.causes, &rejects);
        self.rejects.add(rejects, &prepared.frame)
    }

    /// Says what is in the database although the import did not reach its end.
    fn stopped(&self, error: Error) -> Error {
        let ImportSummary { created, updated, rows, dry_run, .. } = &self.summary;
        if *rows == 0 || *dry_run {
            return error;
        }
        let done = format!("{rows} rows are done and stay: {created} created, {updated} updated");
        Error::Stopped { done, source: Box::new(error) }
    }

    async fn finish(self, started: Instant) -> Result<ImportSummary, Error> {
        let Self { importer, rejects, mut summary, .. } = self;
        (summary.rejects, summary.first_rejects) = rejects.finish()?;
        if !summary.dry_run && summary.versions > 0 {
            let lsn: String =
                sqlx::query_scalar("select pg_current_wal_lsn()::text").fetch_one(importer.oltp.pool()).await?;
            summary.lsn = lsn.parse().ok();
        }
        summary.seconds = started.elapsed().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people, exact below 2^53 rows")]
        let rows = summary.rows as f64;
        summary.rows_per_second = rows / summary.seconds.max(0.001);
        Ok(summary)
    }
}

fn read(source: Source, plan: &Plan, send: &mpsc::Sender<Prepared>) -> Result<(), Error> {
    let mut failed = None;
    source.read(&mut |chunk| match prepare(plan, chunk) {
        Ok(prepared) => match send.blocking_send(prepared) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()), // the writer has stopped
        },
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    failed.map_or(Ok(()), Err)
}

fn file_name(request: &ImportRequest) -> String {
    let in_path = || Path::new(&request.path).file_name().map(|name| name.to_string_lossy().into_owned());
    request.file_name.clone().or_else(in_path).unwrap_or_else(|| "file".to_owned())
}

fn mapped(plan: &Plan, header: &[String]) -> Vec<(String, String)> {
    let pairs = plan.rules.iter().map(|rule| {
        let field = match &rule.entry {
            Some(entry) => format!("{}.{entry}", rule.field.name),
            None => rule.field.name.clone(),
        };
        let column = match &rule.origin {
            Origin::Column(index, _) => header[*index].clone(),
            Origin::Template(_) => "(composed)".to_owned(),
            Origin::Constant(text) => format!("(always {text})"),
        };
        (column, field)
    });
    pairs.collect()
}

fn empty_summary(plan: &Plan, file: &str, format: String, dry_run: bool) -> ImportSummary {
    ImportSummary {
        object: plan.object.name.clone(),
        file: file.to_owned(),
        format,
        dry_run,
        rows: 0,
        created: 0,
        updated: 0,
        skipped: 0,
        rejected: 0,
        versions: 0,
        linked_created: 0,
        first_rejects: Vec::new(),
        causes: Vec::new(),
        rejects: None,
        ignored_columns: plan.ignored.clone(),
        mapped_columns: Vec::new(),
        seconds: 0.0,
        rows_per_second: 0.0,
        lsn: None,
    }
}

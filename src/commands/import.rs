//! `import`: sends a file to the server and shows how it goes.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::Outcome;
use crate::{
    cli::{ImportArgs, print, say},
    client::Client,
    config::Config,
};

/// Imports a file.
///
/// # Errors
/// The file or the mapping cannot be used; the server's sentence says why.
pub(super) async fn run(config: &Config, args: &ImportArgs) -> anyhow::Result<Outcome> {
    let client = Client::find(&config.data_dir)?.acting_as(args.as_user.as_deref());
    let file =
        tokio::fs::File::open(&args.file).await.with_context(|| format!("cannot read {}", args.file.display()))?;
    let size = file.metadata().await?.len();
    let bytes = futures::stream::unfold(file, async |mut file| {
        let mut buffer = vec![0; UPLOAD_BYTES];
        match tokio::io::AsyncReadExt::read(&mut file, &mut buffer).await {
            Ok(0) => None,
            Ok(read) => {
                buffer.truncate(read);
                Some((Ok(buffer), file))
            }
            Err(error) => Some((Err(error), file)),
        }
    });
    let request = client
        .request(reqwest::Method::POST, "/api/imports")
        .query(&query(args)?)
        .header("content-type", "application/octet-stream")
        .body(reqwest::Body::wrap_stream(bytes));
    let response = client.send(request).await?;
    let mut events = Events::new(size, rejects_file(args));
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        events.take(&chunk.context("the connection was lost; rows before the last progress are stored")?)?;
    }
    events.finish(args.dry_run)
}

/// Bytes read from the file at a time.
const UPLOAD_BYTES: usize = 256 * 1024;

fn query(args: &ImportArgs) -> anyhow::Result<Vec<(&'static str, String)>> {
    let name = args.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut query = vec![("object", args.object.clone()), ("file_name", name)];
    if let Some(map) = &args.map {
        let text = std::fs::read_to_string(map).with_context(|| format!("cannot read {}", map.display()))?;
        query.push(("map", text));
    }
    query.extend(args.match_field.clone().map(|field| ("match", field)));
    query.extend(args.policy.clone().map(|policy| ("policy", policy)));
    if args.dry_run {
        query.push(("dry_run", "true".to_owned()));
    }
    Ok(query)
}

fn rejects_file(args: &ImportArgs) -> PathBuf {
    args.rejects.clone().unwrap_or_else(|| {
        let mut name = args.file.as_os_str().to_owned();
        name.push(".rejected.csv");
        PathBuf::from(name)
    })
}

/// What the server tells while it imports: one JSON object per line.
struct Events {
    bar: ProgressBar,
    line: Vec<u8>,
    rejects: PathBuf,
    rejects_open: Option<File>,
    summary: Option<Value>,
}

impl Events {
    fn new(size: u64, rejects: PathBuf) -> Self {
        let bar = ProgressBar::new(size);
        // The template is a constant; a wrong one would only cost the looks of the bar.
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent}%  {msg}  {elapsed}") {
            bar.set_style(style);
        }
        Self { bar, line: Vec::new(), rejects, rejects_open: None, summary: None }
    }

    fn take(&mut self, chunk: &[u8]) -> anyhow::Result<()> {
        for byte in chunk {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.event(&line)?;
            } else {
                self.line.push(*byte);
            }
        }
        Ok(())
    }

    fn event(&mut self, line: &[u8]) -> anyhow::Result<()> {
        if line.is_empty() {
            return Ok(());
        }
        let event: Value = serde_json::from_slice(line).context("the server sent something that is not an event")?;
        match event.get("event").and_then(Value::as_str) {
            Some("progress") => {
                self.bar.set_position(number(&event, "bytes_read"));
                self.bar.set_message(format!(
                    "{} rows, {} rejected",
                    number(&event, "rows"),
                    number(&event, "rejected")
                ));
            }
            Some("rejects") => self.reject(event.get("csv").and_then(Value::as_str).unwrap_or_default())?,
            Some("done") => self.summary = event.get("summary").cloned(),
            Some("failed") => {
                self.bar.abandon();
                bail!("{}", event.get("detail").and_then(Value::as_str).unwrap_or("the import failed"));
            }
            _ => {}
        }
        Ok(())
    }

    fn reject(&mut self, csv: &str) -> anyhow::Result<()> {
        let file = match &mut self.rejects_open {
            Some(file) => file,
            None => self.rejects_open.insert(create(&self.rejects)?),
        };
        file.write_all(csv.as_bytes()).with_context(|| format!("cannot write {}", self.rejects.display()))
    }

    fn finish(self, dry_run: bool) -> anyhow::Result<Outcome> {
        self.bar.finish_and_clear();
        let summary = self.summary.context("the server ended without a summary")?;
        let count = |key: &str| number(&summary, key);
        let seconds = summary.get("seconds").and_then(Value::as_f64).unwrap_or_default();
        let rate = summary.get("rows_per_second").and_then(Value::as_f64).unwrap_or_default();
        print(&format!(
            "{}{} rows: {} created, {} updated, {} skipped, {} rejected in {seconds:.2} s ({rate:.0} rows/s)",
            if dry_run { "dry run, nothing written: " } else { "" },
            count("rows"),
            count("created"),
            count("updated"),
            count("skipped"),
            count("rejected"),
        ))?;
        if count("rejected") > 0 {
            say(&format!("rejected rows with line and reason: {}", self.rejects.display()));
        }
        Ok(if count("rejected") > 0 && count("rejected") == count("rows") { Outcome::No } else { Outcome::Done })
    }
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("cannot write {}", path.display()))
}

fn number(value: &Value, key: &str) -> u64 {
    value.get(key).and_then(Value::as_u64).unwrap_or_default()
}

//! `privacy`: what is held about a person, and to be forgotten.

use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::Outcome;
use crate::{
    cli::{PersonArgs, PrivacyCommand, print, say, table},
    client::Client,
    config::Config,
};

/// Time between two looks at a job.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// Runs one privacy command.
///
/// # Errors
/// The server is away or refuses, or the file cannot be written.
pub(super) async fn run(config: &Config, command: &PrivacyCommand) -> anyhow::Result<Outcome> {
    let client = Client::find(&config.data_dir)?;
    match command {
        PrivacyCommand::Export { person, output } => export(&client, person, output).await,
        PrivacyCommand::Ask { person, reason } => {
            let mut body = described(person);
            body["reason"] = json!(reason);
            let erasure = client.post("/api/privacy/erasures", &body).await?;
            show(erasure.get("preview"))?;
            say("nothing was erased; confirm with `leadhouse privacy erase REQUEST --name NAME`:");
            print(text(&erasure, "id"))?;
            Ok(Outcome::Done)
        }
        PrivacyCommand::Erase { request, name } => erase(&client, request, name).await,
        PrivacyCommand::List => {
            let list = client.get("/api/privacy/erasures").await?;
            let columns = ["id", "object", "record_id", "state", "requested_by_name", "created_at"];
            let mut shown = table(columns);
            for erasure in list.get("items").and_then(Value::as_array).into_iter().flatten() {
                shown.add_row(columns.map(|column| text(erasure, column)));
            }
            print(&shown.to_string())?;
            Ok(Outcome::Done)
        }
        PrivacyCommand::Proof { request } => {
            let erasure = client.get(&format!("/api/privacy/erasures/{}", plain(request)?)).await?;
            let Some(proof) = erasure.get("proof").filter(|proof| !proof.is_null()) else {
                say(&format!("there is no proof yet: the request is {}", text(&erasure, "state")));
                return Ok(Outcome::No);
            };
            print(&serde_json::to_string_pretty(proof)?)?;
            Ok(if text(&erasure, "state") == "done" { Outcome::Done } else { Outcome::No })
        }
    }
}

async fn export(client: &Client, person: &PersonArgs, output: &std::path::Path) -> anyhow::Result<Outcome> {
    let job = client.post("/api/privacy/exports", &described(person)).await?;
    let path = format!("/api/jobs/{}", text(&job, "id"));
    loop {
        let job = client.get(&path).await?;
        match text(&job, "state") {
            "queued" | "running" => tokio::time::sleep(LOOK_AGAIN).await,
            "done" => break,
            state => bail!("the export is {state}: {}", text(&job, "message")),
        }
    }
    let link = client.post(&format!("{path}/link"), &json!({})).await?;
    let request = client.request(reqwest::Method::GET, text(&link, "url"));
    let mut answer = client.send(request).await?;
    let mut file =
        tokio::fs::File::create(output).await.with_context(|| format!("cannot write {}", output.display()))?;
    while let Some(bytes) = answer.chunk().await? {
        tokio::io::AsyncWriteExt::write_all(&mut file, &bytes).await?;
    }
    file.sync_all().await?;
    say(&format!("wrote {}", output.display()));
    Ok(Outcome::Done)
}

async fn erase(client: &Client, request: &str, name: &str) -> anyhow::Result<Outcome> {
    let path = format!("/api/privacy/erasures/{}", plain(request)?);
    client.post(&format!("{path}/confirm"), &json!({ "name": name })).await?;
    let erasure = loop {
        let erasure = client.get(&path).await?;
        match text(&erasure, "job_state") {
            "queued" | "running" => tokio::time::sleep(LOOK_AGAIN).await,
            "done" => break erasure,
            state => bail!("the erasure is {state}: {}", text(&erasure, "job_message")),
        }
    };
    show(erasure.get("places"))?;
    if text(&erasure, "state") == "done" {
        say("everything is erased, and nothing was found afterwards");
        return Ok(Outcome::Done);
    }
    let mut shown = table(["still found in", "count"]);
    for place in erasure.get("remains").and_then(Value::as_array).into_iter().flatten() {
        shown.add_row([text(place, "place").to_owned(), number(place, "count")]);
    }
    print(&shown.to_string())?;
    say("something is left; see to it and confirm again");
    Ok(Outcome::No)
}

fn described(person: &PersonArgs) -> Value {
    json!({ "object": person.object, "id": person.id, "include_matches": person.matches })
}

fn show(places: Option<&Value>) -> anyhow::Result<()> {
    let mut shown = table(["place", "removed", "changed"]);
    for place in places.and_then(Value::as_array).into_iter().flatten() {
        shown.add_row([text(place, "place").to_owned(), number(place, "removed"), number(place, "changed")]);
    }
    print(&shown.to_string())
}

/// An id as it may stand in an address.
fn plain(id: &str) -> anyhow::Result<&str> {
    anyhow::ensure!(id.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-'), "`{id}` is not an id");
    Ok(id)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, name: &str) -> String {
    value.get(name).map(Value::to_string).unwrap_or_default()
}

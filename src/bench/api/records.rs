//! One lead at a time: made, read and changed by 32 clients at once.

use std::time::Duration;

use anyhow::Context;
use comfy_table::Table;
use oltp::baseline::LeadStatements;
use reqwest::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::clients::{Load, ask};
use crate::{
    bench::{
        figures::median,
        workspace::{Person, Workspace},
    },
    cli::{BenchArgs, say},
};

/// Clients at once.
const CLIENTS: usize = 32;
/// How long each of the two asks in a round, unless `--repeat` says how many seconds.
const SECONDS: u32 = 4;
/// Rounds, in each of which both are measured.
const ROUNDS: usize = 3;
/// Leads that are read and changed: different ones, so that no client waits for another's lock.
const LEADS: usize = 500;

/// What is done with a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Create,
    Read,
    Update,
}

const DEEDS: [(Deed, &str); 3] = [(Deed::Create, "create"), (Deed::Read, "read"), (Deed::Update, "update")];

/// What a lead says at first, and what it is changed to.
fn fields(deed: Deed, number: usize) -> Map<String, Value> {
    let fields = match deed {
        Deed::Create => json!({
            "name": format!("Lead {number}"), "email": format!("fresh{number}@example.com"), "phone": "+1 555 0100",
            "company_name": "Example", "source": "website", "status": "new", "priority": "medium",
            "estimated_value": "1200.00", "currency": "USD", "country": "DE",
        }),
        Deed::Read => json!({}),
        Deed::Update => json!({"estimated_value": format!("{number}.50"), "job_title": format!("Buyer {number}")}),
    };
    fields.as_object().cloned().unwrap_or_default()
}

/// Measures all deeds in turn.
pub(super) async fn measure(workspace: &Workspace, args: &BenchArgs, shown: &mut Table) -> anyhow::Result<Value> {
    let rep = workspace.rep().await?;
    let statements = LeadStatements::of(&workspace.app.oltp, &rep.principal)?;
    let ids = leads_of(&rep).await?;
    let how_long = Duration::from_secs(u64::from(args.repeat.unwrap_or(SECONDS)));
    let mut figures = Map::new();
    for (deed, name) in DEEDS {
        say(&format!("{CLIENTS} clients: {name}"));
        let (mut over_http, mut straight, mut ratios) = (Load::default(), Load::default(), Vec::new());
        for _ in 0..ROUNDS {
            let floor = by_statements(&statements, &ids, deed, how_long).await?;
            let load = by_requests(&rep, &ids, deed, how_long).await?;
            ratios.push(load.rate() / floor.rate());
            straight = straight.and(floor);
            over_http = over_http.and(load);
        }
        for load in [&over_http, &straight] {
            anyhow::ensure!(load.failures == 0, "{name}: {:?}", load.first_failure);
        }
        let share = 100.0 * median(&ratios);
        let rate = |load: &Load| format!("{:.0}/s, p99 {:.1} ms", load.rate(), load.at(990));
        shown.add_row([&format!("{name}: statements on the same pool"), &rate(&straight), ""]);
        shown.add_row([&format!("{name}: over HTTP"), &rate(&over_http), "p99 <= 50 ms"]);
        shown.add_row([&format!("{name}: share of the statements"), &format!("{share:.0} %"), ">= 60 %"]);
        let of = |load: &Load| json!({"per_second": load.rate(), "p50_ms": load.at(500), "p99_ms": load.at(990)});
        figures.insert(
            name.to_owned(),
            json!({"http": of(&over_http), "statements": of(&straight), "share_percent": share}),
        );
    }
    Ok(Value::Object(figures))
}

async fn leads_of(rep: &Person) -> anyhow::Result<Vec<Uuid>> {
    let page = rep.client.get(&format!("/api/leads?limit={LEADS}")).await?;
    let items = page["items"].as_array().context("a page of leads")?;
    let ids: Vec<Uuid> = items.iter().filter_map(|lead| lead["id"].as_str()?.parse().ok()).collect();
    anyhow::ensure!(ids.len() == LEADS, "the rep has {} leads", ids.len());
    Ok(ids)
}

/// The lead of a question, and a number that no other question has.
fn place(ids: &[Uuid], client: usize, question: usize) -> (Uuid, usize) {
    let share = ids.len() / CLIENTS;
    let id = ids.get(client * share + question % share).copied().unwrap_or_default();
    (id, question * CLIENTS + client)
}

async fn by_statements(
    statements: &LeadStatements,
    ids: &[Uuid],
    deed: Deed,
    how_long: Duration,
) -> anyhow::Result<Load> {
    let (statements, ids) = (statements.clone(), ids.to_vec());
    ask(CLIENTS, how_long, move |client, question| {
        let (statements, (id, number)) = (statements.clone(), place(&ids, client, question));
        async move {
            match deed {
                Deed::Create => statements.create(&fields(deed, number)).await?,
                Deed::Read => statements.read(id).await?,
                Deed::Update => statements.update(id, &fields(deed, number)).await?,
            }
            Ok(())
        }
    })
    .await
}

async fn by_requests(rep: &Person, ids: &[Uuid], deed: Deed, how_long: Duration) -> anyhow::Result<Load> {
    let (client, ids) = (rep.client.clone(), ids.to_vec());
    ask(CLIENTS, how_long, move |number_of_client, question| {
        let (client, (id, number)) = (client.clone(), place(&ids, number_of_client, question));
        async move {
            let request = match deed {
                Deed::Create => client.request(Method::POST, "/api/leads").json(&fields(deed, number)),
                Deed::Read => client.request(Method::GET, &format!("/api/leads/{id}")),
                Deed::Update => client.request(Method::PATCH, &format!("/api/leads/{id}")).json(&fields(deed, number)),
            };
            client.send(request).await?.bytes().await?;
            Ok(())
        }
    })
    .await
}

//! Pages of fifty leads, filtered and in order, and how many leads there are behind them.

use std::time::{Duration, Instant};

use anyhow::Context;
use comfy_table::Table;
use serde_json::{Map, Value, json};

use super::clients::{Load, ask};
use crate::{
    bench::{
        figures::quantile,
        workspace::{Person, Workspace},
    },
    cli::{BenchArgs, say},
};

/// Clients at once.
const CLIENTS: usize = 10;
/// How long they ask for each list, unless `--repeat` says how many seconds.
const SECONDS: u32 = 4;
/// Counts of each kind.
const COUNTS: usize = 20;

/// Lists as people have them.
const LISTS: [(&str, &str); 6] = [
    ("newest qualified", "filter[status]=qualified"),
    ("last changed", "filter[priority]=medium&sort=-updated_at"),
    ("highest value in a country", "filter[country]=DE&sort=-estimated_value"),
    ("best score among the open", "filter[status][in]=new,contacted&sort=-score"),
    ("by name from a source", "filter[source]=fair&sort=name"),
    ("smallest value that is known", "filter[source]=website&filter[estimated_value][gt]=100&sort=estimated_value"),
];

/// What is counted.
const COUNTED: [(&str, &str); 3] = [
    ("a status", "filter[status]=qualified"),
    (
        "a status or a high score in a country",
        r#"filter={"and":[{"field":"country","value":"DE"},{"or":[{"field":"status","value":"qualified"},{"field":"score","operator":"gte","value":80}]}]}"#,
    ),
    ("a range of values", "filter[estimated_value][between]=1000,20000"),
];

/// Measures lists and counts.
pub(super) async fn measure(workspace: &Workspace, args: &BenchArgs, shown: &mut Table) -> anyhow::Result<Value> {
    let how_long = Duration::from_secs(u64::from(args.repeat.unwrap_or(SECONDS)));
    let (admin, rep) = (workspace.admin().await?, workspace.rep().await?);
    let mut figures = Map::new();
    for (person, who) in [(&admin, "all leads"), (&rep, "own leads")] {
        let (mut all, mut single) = (Load::default(), Map::new());
        for (name, query) in LISTS {
            say(&format!("{CLIENTS} clients: {name}, {who}"));
            let load = pages(person, query, how_long).await?;
            shown.add_row([&format!("list of {who}: {name}: p50 / p95"), &two(&load), ""]);
            single.insert(name.to_owned(), json!({"p50_ms": load.at(500), "p95_ms": load.at(950)}));
            all = all.and(load);
        }
        let failed = all.failures.to_string();
        shown.add_row([&format!("list of {who}, every kind: p95"), &format!("{:.1} ms", all.at(950)), "<= 100 ms"]);
        shown.add_row([&format!("list of {who}: failures"), &failed, "0"]);
        if let Some(reason) = &all.first_failure {
            say(&format!("a list failed: {reason}"));
        }
        let figure = json!({"p95_ms": all.at(950), "failures": all.failures, "lists": single});
        figures.insert(who.to_owned(), figure);
    }
    figures.insert("counts".to_owned(), counts(workspace, &admin, shown).await?);
    Ok(Value::Object(figures))
}

fn two(load: &Load) -> String {
    format!("{:.1} / {:.1} ms", load.at(500), load.at(950))
}

async fn pages(person: &Person, query: &str, how_long: Duration) -> anyhow::Result<Load> {
    let (client, path) = (person.client.clone(), format!("/api/leads?limit=50&{query}"));
    ask(CLIENTS, how_long, move |_client, _question| {
        let (client, path) = (client.clone(), path.clone());
        async move {
            client.send(client.request(reqwest::Method::GET, &path)).await?.bytes().await?;
            Ok(())
        }
    })
    .await
}

/// How long it takes to say how many leads match: as the list says it, and as Postgres counts them.
async fn counts(workspace: &Workspace, admin: &Person, shown: &mut Table) -> anyhow::Result<Value> {
    let lead = workspace.app.oltp.catalog().object("lead").context("the catalogue has no leads")?;
    let mut figures = Map::new();
    for (name, query) in COUNTED {
        let (mut listed, mut counted) = (Vec::new(), Vec::new());
        let list = workspace.app.oltp.whole_list(&admin.principal, lead, query).await?;
        for _ in 0..COUNTS {
            let started = Instant::now();
            let answer = admin.client.get(&format!("/api/leads?limit=1&total=true&{query}")).await?;
            listed.push(started.elapsed().as_secs_f64() * 1000.0);
            let started = Instant::now();
            let count = workspace.app.oltp.count(&admin.principal, lead, &list).await?;
            counted.push(started.elapsed().as_secs_f64() * 1000.0);
            anyhow::ensure!(answer["total"] == json!(count), "{name}: {} is not {count}", answer["total"]);
        }
        let at = |samples: &[f64], per_mille| quantile(samples, per_mille).unwrap_or_default();
        let figure = |samples: &[f64]| format!("{:.1} / {:.1} ms", at(samples, 500), at(samples, 950));
        shown.add_row([&format!("count of {name}, in a list: p50 / p95"), &figure(&listed), "<= 50 ms"]);
        shown.add_row([&format!("count of {name}, in Postgres: p50 / p95"), &figure(&counted), ""]);
        let pair = |samples: &[f64]| json!({"p50_ms": at(samples, 500), "p95_ms": at(samples, 950)});
        figures.insert(name.to_owned(), json!({"list": pair(&listed), "postgres": pair(&counted)}));
    }
    Ok(Value::Object(figures))
}

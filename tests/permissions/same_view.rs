//! One policy, every path: the ids that a person sees of an object are the same everywhere.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{ObjectDef, policy};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    office::{Office, Person},
    samples::Samples,
};

/// Tables that one statement can name.
const TABLES_PER_STATEMENT: usize = 12;

type Ids = BTreeSet<String>;

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_the_same_records_on_every_path() {
    let office = Office::open().await;
    let mut samples = Samples::default();
    let objects = office.oltp.catalog().objects.clone();
    for object in &objects {
        for owner in ["ben", "nora", "cal", "mia"] {
            samples.make(&office, object, &office.person(owner).principal).await;
        }
        share(&office, &mut samples, object).await;
    }
    let worked_on = work_together(&office).await;
    office.workspace.settled().await;
    let mut everything: BTreeMap<&str, Ids> = BTreeMap::new();
    for object in &objects {
        everything.insert(&object.name, listed(&office, office.person("ada"), object).await);
    }

    for person in &office.people {
        let asked = asked_in_sql(&office, person, &objects).await;
        for object in &objects {
            let name = format!("{} {}", person.name, object.name);
            let seen = listed(&office, person, object).await;
            assert_eq!(
                read_one_by_one(&office, person, object, &everything[&*object.name]).await,
                seen,
                "read: {name}"
            );
            assert_eq!(asked.get(&object.name).cloned().unwrap_or_default(), seen, "SQL: {name}");
            for engine in ["datafusion", "duckdb"] {
                assert_eq!(reported(&office, person, object, engine).await, seen, "report on {engine}: {name}");
            }
            let exportable = policy(&person.principal.exporting(), object);
            let exported = exported(&office, person, object).await;
            assert_eq!(exported.is_some(), exportable.read, "export: {name}");
            if exportable.rows == policy(&person.principal, object).rows {
                assert_eq!(exported.unwrap_or_default(), seen, "export: {name}");
            }
        }
    }
    assert!(everything.values().all(|ids| ids.len() >= 2), "{everything:?}");
    for (table, id) in worked_on {
        let object = office.oltp.catalog().by_table(table).expect("an object");
        assert!(listed(&office, office.person("nora"), object).await.contains(&id), "nora sees {table} {id}");
    }
}

/// Nora of the South works on records of Ben of the North; answers these with a part of each.
async fn work_together(office: &Office) -> Vec<(&'static str, String)> {
    let (ben, nora) = (office.person("ben"), office.person("nora").principal.user_id);
    let mut worked_on = Vec::new();
    for (table, link) in
        [("leads", "lead_id"), ("contacts", "contact_id"), ("companies", "company_id"), ("deals", "deal_id")]
    {
        let path = format!("/api/{table}?limit=1&filter[owner_id]={}", ben.principal.user_id);
        let page = office.get(office.person("ada"), &path).await;
        let id = page["items"][0]["id"].as_str().expect("a record of ben's").to_owned();
        let path = format!("/api/{table}/{id}/collaborators/{nora}");
        let access = json!({"access": "read"});
        let (status, answer) = office.ask(Some(&ben.token), &Method::PUT, &path, Some(&access)).await;
        assert_eq!(status, StatusCode::OK, "{table}: {answer}");
        let comment = office.make_as(ben, "comments", json!({link: id, "body": "together"})).await;
        worked_on.push((table, id));
        worked_on.push(("comments", comment["id"].as_str().expect("an id").to_owned()));
    }
    worked_on
}

/// A personal record that everybody may read, and one for the North.
async fn share(office: &Office, samples: &mut Samples, object: &ObjectDef) {
    if object.ownership != catalog::Ownership::Personal {
        return;
    }
    let nora = office.person("nora").principal.clone();
    let north = office.get(office.person("ada"), "/api/teams?filter[name]=North").await["items"][0]["id"].clone();
    for (audience, team) in [("everyone", Value::Null), ("team", north)] {
        let mut body = samples.body(office, object, &nora).await;
        (body["audience"], body["team_id"]) = (json!(audience), team);
        office.make(&object.table, body).await;
    }
}

/// Through the list, page by page; nothing when there is no such list for them.
async fn listed(office: &Office, person: &Person, object: &ObjectDef) -> Ids {
    let (mut ids, mut cursor) = (Ids::new(), String::new());
    loop {
        let path = format!("/api/{}?limit=4&{cursor}", object.table);
        let (status, page) = office.ask(Some(&person.token), &Method::GET, path.trim_end_matches('&'), None).await;
        if status == StatusCode::NOT_FOUND {
            return Ids::new();
        }
        assert!(status.is_success(), "{} {path}: {page}", person.name);
        ids.extend(texts(&page["items"], "id"));
        let Some(next) = page["next"].as_str() else { return ids };
        cursor = format!("cursor={next}");
    }
}

/// Through reading each record there is.
async fn read_one_by_one(office: &Office, person: &Person, object: &ObjectDef, all: &Ids) -> Ids {
    let mut seen = Ids::new();
    for id in all {
        let path = format!("/api/{}/{id}", object.table);
        if office.status(Some(&person.token), &Method::GET, &path, None).await.is_success() {
            seen.insert(id.clone());
        }
    }
    seen
}

/// Through their own SQL; a table that they may not see is one that does not exist.
async fn asked_in_sql(office: &Office, person: &Person, objects: &[ObjectDef]) -> BTreeMap<String, Ids> {
    let mut seen: BTreeMap<String, Ids> = BTreeMap::new();
    let (known, unknown): (Vec<&ObjectDef>, Vec<&ObjectDef>) =
        objects.iter().partition(|object| policy(&person.principal, object).read);
    for part in known.chunks(TABLES_PER_STATEMENT) {
        let selects = part.iter().map(|object| format!("select '{}' as name, id from {}", object.name, object.table));
        let sql = selects.collect::<Vec<_>>().join(" union all ");
        let (status, answer) =
            office.ask(Some(&person.token), &Method::POST, "/api/sql", Some(&json!({"sql": sql}))).await;
        assert!(status.is_success(), "{} {sql}: {answer}", person.name);
        for row in answer["rows"].as_array().expect("rows") {
            let text = |name: &str| row[name].as_str().expect("text").to_owned();
            seen.entry(text("name")).or_default().insert(text("id"));
        }
    }
    for object in unknown.into_iter().take(2) {
        let body = json!({"sql": format!("select id from {}", object.table)});
        let (status, answer) = office.ask(Some(&person.token), &Method::POST, "/api/sql", Some(&body)).await;
        let code = answer["errors"][0]["code"].as_str();
        assert_eq!((status, code), (StatusCode::UNPROCESSABLE_ENTITY, Some("unknown_table")), "{answer}");
    }
    seen
}

fn report(object: &ObjectDef, engine: &str, format: &str) -> Value {
    let spec = json!({
        "spec_version": 1,
        "rows": [{"id": "id", "field": format!("{}.id", object.name)}],
        "values": [{"id": "n", "measure": format!("{}.count", object.name)}],
    });
    json!({"spec": spec, "engine": engine, "format": format})
}

/// Through a report by id; one about records that they may not see is refused.
async fn reported(office: &Office, person: &Person, object: &ObjectDef, engine: &str) -> Ids {
    let body = report(object, engine, "csv");
    let body = if policy(&person.principal.exporting(), object).read { body } else { report(object, engine, "table") };
    let (status, answer) = office.ask(Some(&person.token), &Method::POST, "/api/reports/run", Some(&body)).await;
    if !policy(&person.principal, object).read {
        let code = answer["errors"][0]["code"].as_str().unwrap_or_default();
        let unknown = ["unknown_object", "unknown_measure"].contains(&code);
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && unknown, "{} {}: {answer}", person.name, object.name);
        return Ids::new();
    }
    assert!(status.is_success(), "{} {}: {answer}", person.name, object.name);
    ids_in(answer.as_str().expect("text"))
}

/// Through the file of a report; `None` when they may not have it.
async fn exported(office: &Office, person: &Person, object: &ObjectDef) -> Option<Ids> {
    let body = report(object, "auto", "csv");
    let (status, answer) = office.ask(Some(&person.token), &Method::POST, "/api/reports/run", Some(&body)).await;
    if [StatusCode::FORBIDDEN, StatusCode::UNPROCESSABLE_ENTITY].contains(&status) {
        return None;
    }
    assert!(status.is_success(), "{} {}: {answer}", person.name, object.name);
    Some(ids_in(answer.as_str().expect("text")))
}

/// The ids in a text.
fn ids_in(text: &str) -> Ids {
    let words = text.split(|letter: char| !letter.is_ascii_hexdigit() && letter != '-');
    words.filter(|word| uuid::Uuid::try_parse(word).is_ok()).map(str::to_owned).collect()
}

fn texts(items: &Value, name: &str) -> Ids {
    items.as_array().expect("items").iter().filter_map(|item| item[name].as_str().map(str::to_owned)).collect()
}

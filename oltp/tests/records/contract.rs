//! One contract for every object: what holds for one record type holds for all.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use catalog::{FieldDef, FieldKind, ObjectDef, Writers};
use serde_json::{Value, json};

use super::{
    samples::{Samples, decided},
    workspace::{Client, Workspace, encoded},
};

/// Records made per object to page through.
const MANY: usize = 23;

#[tokio::test]
async fn a_record_of_any_object_is_written_as_given_and_read_as_written() {
    let workspace = Workspace::start().await;
    let samples = Samples::make(&workspace).await;
    let client = workspace.client(&workspace.admin().await);

    for object in workspace.written_by_people() {
        let path = format!("/api/{}", object.table);
        let body = samples.full(object, 1);
        let made = client.post(&path, Value::Object(body.clone())).await;

        assert_eq!(made.status, StatusCode::CREATED, "{}: {made:?}", object.name);
        for (name, value) in &body {
            assert_eq!(&made.body[name], value, "{}.{name}", object.name);
        }
        assert_eq!(made.body["version"], 1, "{}", object.name);
        assert_eq!(made.headers["etag"], "\"1\"");
        assert_eq!(made.headers["location"], format!("{path}/{}", made.id()));
        assert_eq!(client.get(&format!("{path}/{}", made.id())).await.body, made.body, "{}", object.name);
        assert_eq!(workspace.traces(made.id()).await, (1, 1), "{}", object.name);
    }
}

#[tokio::test]
async fn every_kind_of_bad_value_is_refused_by_name_and_leaves_nothing_written() {
    let workspace = Workspace::start().await;
    let samples = Samples::make(&workspace).await;
    let client = workspace.client(&workspace.admin().await);
    let before = everything(&workspace).await;

    for object in workspace.written_by_people() {
        for field in object.fields.iter().filter(|field| !field.computed) {
            refuse_values(&client, &samples, object, field).await;
        }
        refuse_names(&client, &samples, object).await;
    }

    assert_eq!(everything(&workspace).await, before);
}

async fn refuse_values(client: &Client, samples: &Samples, object: &ObjectDef, field: &FieldDef) {
    let table = format!("/api/{}", object.table);
    let record = format!("{table}/{}", samples.id(&object.name));
    let pointer = format!("/{}", field.name);
    for (value, code) in Samples::bad(field) {
        let mut body = samples.required(object, 2);
        body.insert(field.name.clone(), value.clone());

        let posted = client.post(&table, Value::Object(body)).await;
        let patched = client.patch(&record, json!({ field.name.as_str(): value })).await;

        for answer in [posted, patched] {
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{pointer} {value} {answer:?}");
            assert!(answer.refused().contains(&(&pointer, code)), "{} {pointer} {value} {answer:?}", object.name);
        }
    }
}

async fn refuse_names(client: &Client, samples: &Samples, object: &ObjectDef) {
    let computed = object.fields.iter().filter(|field| field.computed).map(|field| field.name.as_str());
    let read_only = computed.chain(["id", "version", "created_at", "updated_at", "deleted_at"]);
    for (name, code) in read_only.map(|name| (name, "read_only")).chain([("colour", "unknown_field")]) {
        let path = format!("/api/{}/{}", object.table, samples.id(&object.name));
        let answer = client.patch(&path, json!({ name: 1 })).await;

        assert_eq!(answer.refused(), [(format!("/{name}").as_str(), code)], "{}.{name}", object.name);
    }
}

#[tokio::test]
async fn a_record_of_any_object_changes_once_per_version() {
    let workspace = Workspace::start().await;
    let samples = Samples::make(&workspace).await;
    let client = workspace.client(&workspace.admin().await);

    for object in workspace.written_by_people() {
        let made = client.post(&format!("/api/{}", object.table), Value::Object(samples.full(object, 1))).await;
        let path = format!("/api/{}/{}", object.table, made.id());
        let other = changes(object, &samples, &made.body);

        let same = client.send("PATCH", &path, Some(Value::Object(samples.full(object, 1))), Some("\"1\"")).await;
        let changed = client.send("PATCH", &path, Some(other.clone()), Some("\"1\"")).await;
        let stale = client.send("PUT", &path, Some(Value::Object(samples.full(object, 3))), Some("\"1\"")).await;
        let read = client.get(&path).await;

        assert_eq!(same.body, made.body, "{}: nothing differs, so no version", object.name);
        assert_eq!((changed.status, &changed.body["version"]), (StatusCode::OK, &json!(2)), "{changed:?}");
        for (name, value) in other.as_object().expect("an object") {
            assert_eq!(&changed.body[name], value, "{}.{name}", object.name);
        }
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{stale:?}");
        assert_eq!(read.body, changed.body, "{}: a stale write changes nothing", object.name);
        assert_eq!(workspace.traces(made.id()).await, (2, 2), "{}", object.name);
    }
}

/// Other values for every field that can change, and nothing for those that can be empty.
fn changes(object: &ObjectDef, samples: &Samples, made: &Value) -> Value {
    let mut patch = samples.full(object, 2);
    let optional = object.fields.iter().filter(|field| !field.required && !field.computed && !decided(object, field));
    for field in optional.step_by(3).filter(|field| !field.name.ends_with("_id")) {
        patch.insert(field.name.clone(), Value::Null);
    }
    patch.retain(|name, value| made.get(name) != Some(value));
    Value::Object(patch)
}

#[tokio::test]
async fn a_deleted_record_of_any_object_is_gone_until_it_is_restored() {
    let workspace = Workspace::start().await;
    let samples = Samples::make(&workspace).await;
    let client = workspace.client(&workspace.admin().await);

    for object in workspace.written_by_people() {
        let table = format!("/api/{}", object.table);
        let made = client.post(&table, Value::Object(samples.full(object, 1))).await;
        let path = format!("{table}/{}", made.id());
        let in_list = async |query: &str| {
            let page = client.get(&format!("{table}?{query}filter[id]={}", made.id())).await;
            page.body["items"].as_array().expect("items").len()
        };

        let early = client.post(&format!("{path}/restore"), json!({})).await;
        let deleted = client.delete(&path).await;
        let gone = [client.get(&path).await, client.delete(&path).await, client.patch(&path, json!({})).await];
        let listed = [in_list("").await, in_list("deleted=only&").await, in_list("deleted=with&").await];
        let restored = client.post(&format!("{path}/restore"), json!({})).await;
        let audit = client.get(&format!("{path}/audit")).await;

        assert_eq!(early.status, StatusCode::CONFLICT, "{}: {early:?}", object.name);
        assert_eq!(deleted.status, StatusCode::OK, "{}: {deleted:?}", object.name);
        assert!(gone.iter().all(|answer| answer.status == StatusCode::NOT_FOUND), "{}: {gone:?}", object.name);
        assert_eq!(listed, [0, 1, 1], "{}", object.name);
        assert_eq!((restored.status, &restored.body["deleted_at"]), (StatusCode::OK, &Value::Null), "{restored:?}");
        let actions: Vec<&str> = audit.body["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter_map(|entry| entry["action"].as_str())
            .collect();
        assert_eq!(actions, ["restore", "delete", "create"], "{}", object.name);
        assert_eq!(workspace.traces(made.id()).await, (3, 3), "{}", object.name);
    }
}

#[tokio::test]
async fn every_object_is_listed_filtered_and_paged_without_loss() {
    let workspace = Workspace::start().await;
    let samples = Samples::make(&workspace).await;
    let client = workspace.client(&workspace.admin().await);

    for object in workspace.written_by_people() {
        let made = make_many(&client, &samples, object).await;
        page_by_each_field(&client, object, &made).await;
        filter_by_each_field(&client, &samples, object).await;
    }
}

/// Every third record has only what it must have, so that there are empty values to sort.
async fn make_many(client: &Client, samples: &Samples, object: &ObjectDef) -> BTreeSet<String> {
    let mut made = BTreeSet::new();
    for n in 1..=MANY {
        let body = if n % 3 == 0 { samples.required(object, n) } else { samples.full(object, n) };
        let answer = client.post(&format!("/api/{}", object.table), Value::Object(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}: {answer:?}", object.name);
        made.insert(answer.id().to_string());
    }
    made
}

async fn page_by_each_field(client: &Client, object: &ObjectDef, made: &BTreeSet<String>) {
    let sortable = object.fields.iter().filter(|field| field.kind != FieldKind::Json).map(|field| &field.name);
    for sort in sortable.flat_map(|name| [name.clone(), format!("-{name}"), format!("-created_at,{name}")]) {
        let ids = all_pages(client, object, &sort).await;
        let distinct: BTreeSet<String> = ids.iter().cloned().collect();
        assert_eq!(ids.len(), distinct.len(), "{} by {sort}: a record twice", object.name);
        assert!(distinct.is_superset(made), "{} by {sort}: a record lost", object.name);
    }
}

async fn all_pages(client: &Client, object: &ObjectDef, sort: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut cursor = Some(String::new());
    let mut total = Value::Null;
    while let Some(after) = cursor {
        let page = client.get(&format!("/api/{}?limit=7&total=true&sort={sort}{after}", object.table)).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        let items = page.body["items"].as_array().expect("items");
        ids.extend(items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)));
        cursor = page.body["next"].as_str().map(|next| format!("&cursor={next}"));
        total = page.body["total"].clone();
    }
    assert_eq!(total, ids.len(), "{}", object.name);
    ids
}

async fn filter_by_each_field(client: &Client, samples: &Samples, object: &ObjectDef) {
    for field in object.fields.iter().filter(|field| !decided(object, field) && !field.computed) {
        let count = async |filter: String| {
            let page = client.get(&format!("/api/{}?limit=500&{filter}", object.table)).await;
            assert_eq!(page.status, StatusCode::OK, "{filter} {page:?}");
            page.body["items"].as_array().expect("items").len()
        };
        let name = &field.name;
        let all = count(String::new()).await;
        let empty = count(format!("filter[{name}][is_null]=true")).await;
        assert_eq!(empty + count(format!("filter[{name}][is_null]=false")).await, all, "{}.{name}", object.name);
        if field.kind == FieldKind::Json {
            continue;
        }
        let value = samples.value(object, field, 1);
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let equal = count(format!("filter[{name}]={}", encoded(&value))).await;
        let other = count(format!("filter[{name}][ne]={}", encoded(&value))).await;
        let listed = count(format!("filter[{name}][in]={}", encoded(&json!([value]).to_string()))).await;
        assert!(equal > 0, "{}.{name} = {value}", object.name);
        assert_eq!((equal + other, listed), (all, equal), "{}.{name} = {value}", object.name);
    }
}

#[tokio::test]
async fn what_the_program_keeps_is_written_by_nobody_else() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let kept = workspace.oltp.catalog().objects.iter().filter(|object| object.writers == Writers::System);

    for object in kept {
        let answer = client.post(&format!("/api/{}", object.table), json!({})).await;

        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}: {answer:?}", object.name);
    }
}

async fn everything(workspace: &Workspace) -> (i64, i64, i64) {
    let records = workspace
        .count(
            "select sum((xpath('/row/n/text()', query_to_xml(format('select sum(version) as n from %I', relname), false, true, '')))[1]::text::bigint)::bigint
             from pg_stat_user_tables t
             where relname not in ('_sqlx_migrations', 'audit_log')
               and exists (select 1 from pg_attribute a where a.attrelid = t.relid and a.attname = 'version')",
        )
        .await;
    let audit = workspace.count("select count(*) from audit_log").await;
    (records, audit, workspace.count("select count(*) from outbox").await)
}

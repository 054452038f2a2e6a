//! The same person twice: warned of, listed, merged into one, and taken apart again.

use axum::http::StatusCode;
use catalog::{Role, Scope};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    jobs::run_all,
    workspace::{Workspace, id_of},
};

fn names(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().expect("items").iter().filter_map(|item| item["name"].as_str()).collect()
}

#[tokio::test]
async fn whoever_makes_a_record_twice_is_warned_of_what_they_may_see() {
    let workspace = Workspace::start().await;
    let (rep, stranger) = (workspace.rep().await, workspace.rep().await);
    let analyst = workspace.person(Role::Analyst, Scope::All, &[]).await;
    let make = |name: &str, email: &str, phone: &str, owner: Uuid| json!({"name": name, "email": email, "phone": phone, "company_name": "Acme Ltd.", "owner_id": owner});
    workspace.make("lead", make("Ada Lovelace", "Ada@acme.example", "030 123 4567", rep.user_id)).await;
    workspace.make("lead", make("Ada Lovelace", "ada@home.example", "", stranger.user_id)).await;
    workspace.make("lead", make("Charles Babbage", "charles@acme.example", "", rep.user_id)).await;
    let check = async |caller, fields: Value| {
        workspace.client(caller).post("/api/leads/duplicates/check", json!({"fields": fields})).await.body
    };

    let by_mail = check(&rep, json!({"name": "A. King", "email": "ada@ACME.example"})).await;
    let by_phone = check(&rep, json!({"phone": "+49 30 1234567"})).await;
    let by_name = check(&rep, json!({"name": "Lovelace Ada", "company_name": "ACME"})).await;
    let typo = check(&rep, json!({"name": "Ada Lovelac", "company_name": "ACME"})).await;
    let none = check(&rep, json!({"name": "Grace Hopper", "email": "grace@acme.example"})).await;
    let masked = check(&analyst, json!({"email": "ada@acme.example"})).await;

    assert_eq!(names(&by_mail), ["Ada Lovelace"]);
    assert_eq!(by_mail["items"][0]["reasons"], json!(["Same e-mail address: ada@acme.example"]));
    assert_eq!(names(&by_phone), ["Ada Lovelace"], "{by_phone}");
    assert_eq!(names(&typo), ["Ada Lovelace"], "{typo}");
    assert_eq!(names(&none), [""; 0]);
    assert_eq!(names(&masked), [""; 0], "what one may not see is no way to find");
    // The first letters differ, so this one is found only by those who give more than a name.
    assert_eq!(names(&by_name), [""; 0]);
}

#[tokio::test]
async fn pairs_are_listed_the_likeliest_first_and_only_to_those_who_see_both() {
    let workspace = Workspace::start().await;
    let (rep, stranger) = (workspace.rep().await, workspace.rep().await);
    for (name, email, phone, owner) in [
        ("Ada Lovelace", "ada@acme.example", "", rep.user_id),
        ("Ada King", "ADA@acme.example", "", rep.user_id),
        ("Charles Babbage", "c@x.example", "+49 30 7654321", rep.user_id),
        ("C. Babbage", "", "030 7654321", rep.user_id),
        ("Ada L", "ada@acme.example", "", stranger.user_id),
    ] {
        let given = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
        let contact = json!({"name": name, "email": given(email), "phone": given(phone), "owner_id": owner});
        workspace.make("contact", contact).await;
    }

    let seen = workspace.client(&rep).get("/api/contacts/duplicates").await.body;
    let alone = workspace.client(&stranger).get("/api/contacts/duplicates").await.body;

    let pair = |at: usize| {
        let records = seen["items"][at]["records"].as_array().expect("a pair");
        records.iter().map(|record| record["name"].as_str().expect("a name")).collect::<Vec<_>>()
    };
    assert_eq!(seen["items"].as_array().map(Vec::len), Some(2), "{seen}");
    assert_eq!((pair(0), pair(1)), (vec!["Ada Lovelace", "Ada King"], vec!["Charles Babbage", "C. Babbage"]));
    assert_eq!(alone["items"], json!([]));
}

/// Two companies with everything that can hang on one.
async fn two_companies(workspace: &Workspace) -> (Uuid, Uuid) {
    let keep = id_of(&workspace.make("company", json!({"name": "Acme", "industry": "Tools"})).await);
    let gone =
        json!({"name": "ACME Inc.", "industry": "Anvils", "phone": "030 1234567", "website": "https://acme.example"});
    let gone = id_of(&workspace.make("company", gone).await);
    workspace.make("company", json!({"name": "Acme Berlin", "parent_id": gone})).await;
    for object in &workspace.oltp.catalog().objects {
        let links = object.links().any(|(field, target)| target == "company" && field.name == "company_id");
        if links && ["contact", "lead", "deal", "activity", "task", "note"].contains(&object.name.as_str()) {
            let title = if object.title == "name" { "name" } else { object.title.as_str() };
            let mut body = json!({"company_id": gone});
            body[title] = json!("of the company that goes");
            for field in
                object.fields.iter().filter(|field| field.required && field.default.is_none() && !field.computed)
            {
                let kind = field.kind.pg_type();
                body[&field.name] = json!(if let catalog::FieldKind::Choice { options } = &field.kind {
                    options[0].as_str()
                } else if kind.starts_with("timestamp") {
                    "2026-03-01T00:00:00Z"
                } else if kind == "date" {
                    "2026-03-01"
                } else {
                    "of the company that goes"
                });
            }
            workspace.make(&object.name, body).await;
        }
    }
    (keep, gone)
}

#[tokio::test]
async fn merging_moves_every_link_and_taking_it_back_moves_them_home() {
    let workspace = Workspace::start().await;
    let admin = workspace.admin().await;
    let (keep, gone) = two_companies(&workspace).await;
    let client = workspace.client(&admin);
    let counts = client.post("/api/companies/merge/preview", json!({"ids": [keep, gone]})).await.body;
    let linked = counts.as_array().expect("counts").iter().filter(|count| count["id"] == json!(gone)).count();
    assert!(linked >= 4, "{counts}");

    let body = json!({"keep": keep, "merge": [gone], "take": {"industry": gone}});
    let merged = client.post("/api/companies/merge", body).await;

    assert_eq!(merged.status, StatusCode::OK, "{merged:?}");
    assert_eq!((&merged.body["state"], &merged.body["undoable"]), (&json!("done"), &json!(true)));
    let company = client.get(&format!("/api/companies/{keep}")).await.body;
    assert_eq!(
        (&company["name"], &company["industry"], &company["phone"]),
        (&json!("Acme"), &json!("Anvils"), &json!("030 1234567")),
        "its own name, the chosen industry, the phone number it lacked"
    );
    assert_eq!(client.get(&format!("/api/companies/{gone}")).await.status, StatusCode::NOT_FOUND);
    let after = client.post("/api/companies/merge/preview", json!({"ids": [keep]})).await.body;
    assert_eq!(after.as_array().map(Vec::len), Some(linked), "{after}");
    let child = workspace
        .count("select count(*) from companies c join companies p on p.id = c.parent_id where p.name = 'Acme'");
    assert_eq!(child.await, 1);

    client.patch(&format!("/api/companies/{keep}"), json!({"phone": "030 9999999"})).await;
    let undo = client.post(&format!("/api/jobs/{}/undo", merged.id()), json!({})).await;
    assert_eq!(undo.status, StatusCode::ACCEPTED, "{undo:?}");
    run_all(&workspace).await;

    let undone = client.get(&format!("/api/jobs/{}", undo.id())).await.body;
    assert_eq!((&undone["state"], &undone["problems"]), (&json!("done"), &json!(1)), "{undone}");
    let company = client.get(&format!("/api/companies/{keep}")).await.body;
    assert_eq!(
        (&company["industry"], &company["phone"], &company["website"]),
        (&json!("Tools"), &json!("030 9999999"), &Value::Null)
    );
    let back = client.post("/api/companies/merge/preview", json!({"ids": [keep, gone]})).await.body;
    assert_eq!(back, counts);
}

#[tokio::test]
async fn a_merge_takes_the_right_to_delete_and_records_that_one_sees() {
    let workspace = Workspace::start().await;
    let (rep, admin) = (workspace.rep().await, workspace.admin().await);
    let lead = async |name: &str| id_of(&workspace.make("lead", json!({"name": name, "owner_id": rep.user_id})).await);
    let (one, other) = (lead("Ada").await, lead("Ada").await);
    let client = workspace.client(&admin);
    let merge = |body: Value| client.post("/api/leads/merge", body);

    let by_rep = workspace.client(&rep).post("/api/leads/merge", json!({"keep": one, "merge": [other]})).await;
    let itself = merge(json!({"keep": one, "merge": [one]})).await;
    let nobody = merge(json!({"keep": one, "merge": [Uuid::from_u128(5)]})).await;
    let computed = merge(json!({"keep": one, "merge": [other], "take": {"score": other}})).await;
    let foreign = merge(json!({"keep": one, "merge": [other], "take": {"phone": Uuid::from_u128(5)}})).await;

    assert_eq!(by_rep.status, StatusCode::FORBIDDEN);
    assert_eq!(itself.refused(), [("/merge", "invalid_list")]);
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert_eq!(computed.refused(), [("/take/score", "unknown_field")]);
    assert_eq!(foreign.refused(), [("/take/phone", "unknown_record")]);
    assert_eq!(workspace.count("select count(*) from leads where deleted_at is null and version = 1").await, 2);
    assert_eq!(workspace.count("select count(*) from jobs").await, 0);
}

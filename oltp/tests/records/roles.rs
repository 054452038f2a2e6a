//! Custom roles: what they grant, what they hide, and that nothing but that is there.

use std::sync::Arc;

use axum::http::StatusCode;
use catalog::{CustomRole, Principal, Role, RoleDefinition, Scope};
use oltp::identity::Identity;
use serde_json::{Value, json};
use uuid::Uuid;

use super::workspace::{Client, Workspace, encoded, id_of};

/// Sees their own deals without the amount, contacts without a phone, and no companies.
fn narrow() -> Value {
    json!({ "objects": {
        "deal": {
            "read": "own", "create": "own", "update": "own", "audit": "own",
            "fields": {"amount": "masked", "probability": "read"},
        },
        "contact": {"read": "all", "create": "own", "update": "own", "fields": {"phone": "hidden"}},
        "user": {"read": "all"},
        "activity": {"read": "all"},
    } })
}

fn bearer(person: Principal, definition: &Value) -> Principal {
    let definition = RoleDefinition::stored(definition).expect("a definition");
    let granted = CustomRole { name: "Field sales".to_owned(), base: Role::Rep, definition };
    Principal { role: Role::Custom, scope: Scope::All, granted: Some(Arc::new(granted)), ..person }
}

async fn status(client: &Client, method: &str, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    let answer = client.send(method, path, body, None).await;
    let kind = answer.body["type"].clone();
    let code = answer.body["errors"][0]["code"].clone();
    (answer.status, if code.is_null() { kind } else { code })
}

#[tokio::test]
async fn an_object_that_is_not_granted_is_as_if_it_were_not_there() {
    let workspace = Workspace::start().await;
    let person = bearer(workspace.rep().await, &narrow());
    let company = id_of(&workspace.make("company", json!({"name": "Acme", "owner_id": person.user_id})).await);
    let before = workspace.traces(company).await;
    let client = workspace.client(&person);

    let random = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
    for (method, suffix, body) in [
        ("GET", "", None),
        ("PATCH", "", Some(json!({"name": "x"}))),
        ("DELETE", "", None),
        ("POST", "/restore", Some(json!({}))),
        ("GET", "/audit", None),
        ("GET", "/timeline", None),
    ] {
        let hidden = client.send(method, &format!("/api/companies/{company}{suffix}"), body.clone(), None).await;
        let random = client.send(method, &format!("/api/companies/{random}{suffix}"), body, None).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{method} {suffix}");
        assert_eq!(hidden.body, random.body, "{method} {suffix}");
    }
    for (method, body) in [("GET", None), ("POST", Some(json!({"name": "New"})))] {
        let (status, kind) = status(&client, method, "/api/companies", body).await;
        assert_eq!((status, kind), (StatusCode::NOT_FOUND, json!("/problems/unknown_object")), "{method}");
    }
    let linked = client.post("/api/deals", json!({"name": "x", "company_id": company})).await;
    assert_eq!(linked.refused(), [("/company_id", "unknown_record")]);
    let named = client.post("/api/deals", json!({"name": "x", "company": "Acme"})).await;
    assert_eq!(named.refused(), [("/company_id", "unknown_record")]);
    assert_eq!(workspace.traces(company).await, before, "nothing moved");
    let catalogue = client.get("/api/catalog").await;
    let objects: Vec<&str> = catalogue.body["objects"]
        .as_array()
        .expect("objects")
        .iter()
        .filter_map(|object| object["definition"]["name"].as_str())
        .collect();
    assert_eq!(objects, ["user", "contact", "deal", "activity"]);
}

#[tokio::test]
async fn customers_show_only_the_kinds_and_fields_that_the_role_shows() {
    let workspace = Workspace::start().await;
    let person = bearer(workspace.rep().await, &narrow());
    workspace.make("company", json!({"name": "Acme", "lifecycle": "customer"})).await;
    workspace.make("contact", json!({"name": "Ada", "lifecycle": "customer", "phone": "9137"})).await;

    let customers = workspace.client(&person).get("/api/customers").await;
    let by_phone = workspace.client(&person).get("/api/customers?filter[phone]=9137").await;
    let nothing = bearer(workspace.rep().await, &json!({"objects": {}}));
    let refused = workspace.client(&nothing).get("/api/customers").await;

    let items = customers.body["items"].as_array().expect("items");
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!((&items[0]["name"], &items[0]["phone"]), (&json!("Ada"), &Value::Null));
    assert_eq!(by_phone.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_masked_field_cannot_be_read_found_ordered_or_written() {
    let workspace = Workspace::start().await;
    let person = bearer(workspace.rep().await, &narrow());
    let deal = json!({"name": "Deal", "amount": "9137.77", "owner_id": person.user_id});
    let deal = format!("/api/deals/{}", id_of(&workspace.make("deal", deal).await));
    let admin = workspace.client(&workspace.admin().await);
    admin.patch(&deal, json!({"amount": "9137.78", "description": "x"})).await;
    let client = workspace.client(&person);

    for path in [deal.clone(), "/api/deals".to_owned(), format!("{deal}/audit"), format!("{deal}/timeline")] {
        let answer = client.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.body.to_string().contains("9137.7"), "{path} {}", answer.body);
    }
    assert!(admin.get(&format!("{deal}/audit")).await.body.to_string().contains("9137.78"));
    let masked = (StatusCode::FORBIDDEN, json!("/problems/masked_field"));
    for path in ["filter[amount][gt]=1", "filter[amount][is_null]=true", "sort=amount", "sort=-amount,name"] {
        assert_eq!(status(&client, "GET", &format!("/api/deals?{path}"), None).await, masked, "{path}");
    }
    for value in [json!("9137.78"), json!("1"), Value::Null] {
        assert_eq!(status(&client, "PATCH", &deal, Some(json!({"amount": value}))).await, masked);
    }
    assert_eq!(client.get(&deal).await.body["amount"], Value::Null);
}

#[tokio::test]
async fn a_hidden_field_is_unknown_everywhere() {
    let workspace = Workspace::start().await;
    let person = bearer(workspace.rep().await, &narrow());
    let contact = json!({"name": "Ada", "phone": "9137", "owner_id": person.user_id});
    let contact = format!("/api/contacts/{}", id_of(&workspace.make("contact", contact).await));
    let client = workspace.client(&person);

    let read = client.get(&contact).await;
    let listed = client.get("/api/contacts").await;
    let catalogue = client.get("/api/catalog").await;
    let objects = catalogue.body["objects"].as_array().expect("objects").iter();
    let described = objects.filter(|object| object["definition"]["name"] == "contact");

    for known in described.chain([&read.body, &listed.body]) {
        assert!(!known.to_string().contains("phone"), "{known}");
    }
    let unknown = (StatusCode::UNPROCESSABLE_ENTITY, json!("unknown_field"));
    assert_eq!(status(&client, "GET", "/api/contacts?filter[phone]=9137", None).await, unknown);
    assert_eq!(status(&client, "GET", "/api/contacts?sort=phone", None).await, unknown);
    for (method, path) in [("PATCH", contact.as_str()), ("POST", "/api/contacts")] {
        let hidden = client.send(method, path, Some(json!({"name": "B", "phone": "1"})), None).await;
        let absent = client.send(method, path, Some(json!({"name": "B", "phony": "1"})), None).await;
        let as_absent = hidden.body.to_string().replace("phone", "phony").replace("Phone", "Phony");
        assert_eq!((hidden.status, as_absent), (absent.status, absent.body.to_string()), "{method}");
    }
}

#[tokio::test]
async fn a_fixed_field_is_seen_and_not_changed() {
    let workspace = Workspace::start().await;
    let person = bearer(workspace.rep().await, &narrow());
    let deal = json!({"name": "Deal", "probability": "40", "owner_id": person.user_id});
    let deal = format!("/api/deals/{}", id_of(&workspace.make("deal", deal).await));
    let client = workspace.client(&person);

    let changed = client.patch(&deal, json!({"probability": "50"})).await;
    let same = client.patch(&deal, json!({"probability": "40", "name": "Renamed"})).await;

    assert_eq!((changed.status, &changed.body["type"]), (StatusCode::FORBIDDEN, &json!("/problems/fixed_field")));
    assert_eq!((same.status, &same.body["probability"]), (StatusCode::OK, &json!("40.00")));
}

#[tokio::test]
async fn each_action_has_a_reach_of_its_own() {
    let workspace = Workspace::start().await;
    let colleague = workspace.rep().await;
    let stranger = workspace.rep().await;
    let lead = json!({"read": "all", "create": "team", "update": "team", "delete": "own", "audit": "own"});
    let definition = json!({"objects": {"lead": lead, "user": {"read": "all"}}});
    let person = workspace.person(Role::Rep, Scope::Team, &[colleague.user_id]).await;
    let person = bearer(person, &definition);
    let client = workspace.client(&person);
    let mut leads = Vec::new();
    for owner in [&person, &colleague, &stranger] {
        let lead = workspace.make("lead", json!({"name": "Lead", "owner_id": owner.user_id})).await;
        leads.push(format!("/api/leads/{}", id_of(&lead)));
    }

    let mut grid = Vec::new();
    for lead in &leads {
        let read = client.get(lead).await.status;
        let update = client.patch(lead, json!({"name": "Changed"})).await.status;
        let audit = client.get(&format!("{lead}/audit")).await.status;
        let delete = client.delete(lead).await.status;
        grid.push([read, update, audit, delete].map(|status| status.as_u16()));
    }
    let for_colleague = client.post("/api/leads", json!({"name": "New", "owner_id": colleague.user_id})).await;
    let for_stranger = client.post("/api/leads", json!({"name": "New", "owner_id": stranger.user_id})).await;
    let bin = client.get("/api/leads?deleted=only").await;

    assert_eq!(grid, [[200, 200, 200, 200], [200, 200, 403, 403], [200, 403, 403, 403]]);
    assert_eq!(for_colleague.status, StatusCode::CREATED);
    assert_eq!(for_stranger.refused(), [("/owner_id", "outside_your_scope")]);
    assert_eq!(bin.body["items"].as_array().map(Vec::len), Some(1));
    let narrowed = Principal { scope: Scope::Own, ..person };
    assert_eq!(workspace.client(&narrowed).get(&leads[1]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_looks_or_exports_writes_nothing() {
    let workspace = Workspace::start().await;
    let admin = workspace.admin().await;
    let deal = format!("/api/deals/{}", id_of(&workspace.make("deal", json!({"name": "Deal"})).await));

    for caller in [admin.looking(), admin.exporting()] {
        let client = workspace.client(&caller);
        assert_eq!(client.get(&deal).await.status, StatusCode::OK);
        assert_eq!(client.patch(&deal, json!({"name": "x"})).await.status, StatusCode::FORBIDDEN);
        assert_eq!(client.post("/api/roles", json!({"name": "x"})).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let role = json!({"name": "x", "base": "rep", "definition": narrow()});
        assert_eq!(client.post("/api/roles", role).await.status, StatusCode::FORBIDDEN);
        assert!(!caller.administers());
    }
}

#[tokio::test]
async fn roles_that_cannot_be_are_refused_by_name() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let role = |name: &str, definition: Value| json!({"name": name, "base": "rep", "definition": definition});

    for (name, definition, refused) in [
        ("Manager", narrow(), ("/name", "preset")),
        ("custom", narrow(), ("/name", "preset")),
        (" Sales", narrow(), ("/name", "invalid_name")),
        ("Sales", json!({"objects": {"deal": {"read": "most"}}}), ("/definition/objects/deal/read", "unknown_scope")),
        (
            "Sales",
            json!({"objects": {"role": {"read": "all", "update": "all"}}}),
            ("/definition/objects/role/update", "admins_only"),
        ),
    ] {
        let answer = client.post("/api/roles", role(name, definition)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert_eq!(answer.refused(), [refused], "{name}");
    }
    let rep = workspace.client(&workspace.rep().await);
    assert_eq!(rep.post("/api/roles", role("Sales", narrow())).await.status, StatusCode::FORBIDDEN);
    let user = json!({"username": "u1", "email": "u1@example.com", "name": "U", "role": "Sales"});
    assert_eq!(client.post("/api/users", user.clone()).await.refused(), [("/role", "unknown_role")]);
    let made = client.post("/api/roles", role("Sales", narrow())).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    assert_eq!(client.post("/api/roles", role("SALES", narrow())).await.refused(), [("/name", "duplicate")]);
    assert_eq!(client.post("/api/users", user).await.status, StatusCode::CREATED);
    let path = format!("/api/roles/{}", made.id());
    for answer in [client.delete(&path).await, client.patch(&path, json!({"name": "Other"})).await] {
        assert_eq!((answer.status, answer.refused()), (StatusCode::CONFLICT, vec![("/name", "role_in_use")]));
    }
    let path = format!("/api/users?filter[role]={}", encoded("Sales"));
    assert_eq!(client.get(&path).await.body["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_changed_role_holds_at_once_and_a_broken_one_shows_nothing() {
    let workspace = Workspace::start().await;
    let identity = Identity::new(workspace.oltp.clone(), [7; 32]);
    let admin = workspace.client(&workspace.admin().await);
    let role = admin.post("/api/roles", json!({"name": "Sales", "base": "rep", "definition": narrow()})).await.id();
    let rep = workspace.rep().await;
    let deal = workspace.make("deal", json!({"name": "Deal", "owner_id": rep.user_id})).await;
    let deal = format!("/api/deals/{}", id_of(&deal));
    let now = async || {
        let principal = identity.act_as(&Principal::system(), &rep.username).await.expect("the person");
        let client = workspace.client(&principal);
        let objects = client.get("/api/catalog").await.body["objects"].as_array().map_or(0, Vec::len);
        (principal.role_name().to_owned(), client.get(&deal).await.status.as_u16(), objects)
    };
    let all = workspace.oltp.catalog().objects.len();

    assert_eq!(now().await, ("rep".to_owned(), 200, all));
    let given = admin.patch(&format!("/api/users/{}", rep.user_id), json!({"role": "Sales"})).await;
    assert_eq!(given.status, StatusCode::OK, "{:?}", given.body);
    assert_eq!(now().await, ("Sales".to_owned(), 200, 4));
    let less = json!({"objects": {"contact": {"read": "all"}}});
    admin.patch(&format!("/api/roles/{role}"), json!({"definition": less})).await;
    assert_eq!(now().await, ("Sales".to_owned(), 404, 1));
    for sql in
        ["update roles set definition = '{\"deal\": \"all\"}'", "update users set role = 'gone' where role = 'Sales'"]
    {
        sqlx::query(sql).execute(workspace.oltp.pool()).await.expect("tampered with");
        workspace.oltp.people_changed();
        assert_eq!(now().await, ("custom".to_owned(), 404, 0), "{sql}");
    }
}

#[tokio::test]
async fn an_administrator_looks_through_other_eyes_and_the_log_says_so_once() {
    let workspace = Workspace::start().await;
    let identity = Identity::new(workspace.oltp.clone(), [7; 32]);
    let (admin, rep) = (workspace.admin().await, workspace.rep().await);

    for _ in 0..3 {
        let seen = identity.act_as(&admin, &rep.username).await.expect("the rep");
        assert_eq!(seen, rep.looking());
    }

    let sql = "select count(*) from security_log where event = 'previewed'";
    assert_eq!(workspace.count(sql).await, 1);
    assert!(identity.act_as(&admin.looking(), &rep.username).await.is_err(), "no preview within a preview");
}

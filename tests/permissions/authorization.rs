//! Every operation of the served interface as every person: what the policy says is what is answered.

use std::collections::{BTreeMap, BTreeSet};

use catalog::policy;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    cases::{self, Case, PUBLIC, Who},
    office::{METHODS, NOBODY, Office, Person},
    operation::Operation,
    samples::Samples,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_other_operation_is_for_those_whom_the_grid_names() {
    let office = Office::open().await;
    let ids = things(&office).await;
    let mut wrong = Vec::new();

    for case in cases::all() {
        let filled =
            |text: &str| ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id));
        let path = filled(&case.filled.replace("{id}", &format!("{{{}}}", case.about)));
        let body: Option<Value> = case.body.as_ref().map(|body| filled(&body.to_string()).parse().expect("JSON"));
        for person in &office.people {
            let status = office.status(Some(&person.token), &case.method, &path, body.as_ref()).await;
            // Somebody before them may have deleted it already.
            let gone = case.method == Method::DELETE && status == StatusCode::NOT_FOUND;
            let refused = [401, 403, 404].contains(&status.as_u16()) && !gone || status.is_server_error();
            let expected = refusal(&case, &office, person);
            if expected.map_or(refused, |refusal| refusal != status) {
                wrong.push(format!("{} {} {path}: {status}, not {expected:?}", person.name, case.method));
            }
        }
    }
    for person in &office.people {
        let token = office.sign_in(person.name).await;
        let status = office.status(Some(&token), &Method::POST, "/api/auth/logout", Some(&json!({}))).await;
        if !status.is_success() {
            wrong.push(format!("{} signs out: {status}", person.name));
        }
    }
    assert!(wrong.is_empty(), "{} answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What the grid asks about, by name: records of Ben's, and what hangs on them or is set up once.
async fn things(office: &Office) -> BTreeMap<&'static str, String> {
    let mut samples = Samples::default();
    let (ada, ben) = (office.person("ada"), office.person("ben"));
    let mut ids: BTreeMap<&str, String> = BTreeMap::from([("ben", ben.principal.user_id.to_string())]);
    for name in [
        "company",
        "contact",
        "lead",
        "deal",
        "schedule",
        "user",
        "task",
        "dashboard",
        "saved_report",
        "saved_view",
        "workflow_rule",
    ] {
        let object = office.oltp.catalog().object(name).expect("an object").clone();
        ids.insert(name, samples.make(office, &object, &ben.principal).await);
    }
    let bulk = json!({"action": "update", "query": "", "set": {"source": "fair"}});
    ids.insert("job", id_of(&office.ask_for(ben, "/api/leads/bulk", &bulk).await));
    ids.insert("document", office.attach(ben, &format!("/api/leads/{}/documents", ids["lead"])).await);
    let webhook = json!({"name": "Warehouse", "url": "https://hook.invalid/", "events": ["lead.*"]});
    let webhook = id_of(&office.ask_for(ada, "/api/webhooks", &webhook).await);
    office.ask_for(ada, &format!("/api/webhooks/{webhook}/test"), &Value::Null).await;
    let deliveries = office.get(ada, &format!("/api/webhooks/{webhook}/deliveries")).await;
    ids.insert("delivery", id_of(&deliveries["items"][0]));
    ids.insert("webhook", webhook);
    let contact = office.oltp.catalog().object("contact").expect("contacts").clone();
    ids.insert("forgotten", samples.make(office, &contact, &ben.principal).await);
    let person = json!({"object": "contact", "id": ids["forgotten"]});
    ids.insert("erasure", id_of(&office.ask_for(ada, "/api/privacy/erasures", &person).await));
    let field = json!({"object": "deal", "label": "Sweep", "kind": {"type": "bool"}});
    ids.insert("field", id_of(&office.ask_for(ada, "/api/catalog/fields", &field).await));
    let object = json!({"label": "Project", "plural_label": "Projects"});
    ids.insert("object", id_of(&office.ask_for(ada, "/api/catalog/objects", &object).await));
    ids
}

fn id_of(answer: &Value) -> String {
    answer["id"].as_str().unwrap_or_else(|| panic!("no id: {answer}")).to_owned()
}

fn refusal(case: &Case, office: &Office, person: &Person) -> Option<StatusCode> {
    let owner = Some(office.person("ben").principal.user_id);
    let decided = |name| policy(&person.principal, office.oltp.catalog().object(name).expect("an object"));
    let (allowed, refusal) = match case.who {
        Who::Anyone => (true, StatusCode::FORBIDDEN),
        Who::Only(names) => (names.contains(&person.name), StatusCode::FORBIDDEN),
        Who::Found(names) => (names.contains(&person.name), StatusCode::NOT_FOUND),
        Who::ReadersOf(name) => (decided(name).rows.covers(owner), StatusCode::NOT_FOUND),
        Who::WritersOf(name) if !decided(name).rows.covers(owner) => (false, StatusCode::NOT_FOUND),
        Who::WritersOf(name) => (decided(name).changeable.covers(owner), StatusCode::FORBIDDEN),
        Who::ChangersOf(name) if !decided(name).rows.covers(owner) => (false, StatusCode::NOT_FOUND),
        Who::ChangersOf(name) => (decided(name).update, StatusCode::FORBIDDEN),
        Who::NotingOn(name) if !decided(name).rows.covers(owner) => (false, StatusCode::NOT_FOUND),
        Who::NotingOn(_) => (decided("activity").create, StatusCode::FORBIDDEN),
        Who::Knowing(name) => (decided(name).read, StatusCode::FORBIDDEN),
        Who::CreatorsOf(name) => (decided(name).create, StatusCode::FORBIDDEN),
        Who::Nobody(status) => (false, status),
    };
    (!allowed).then_some(refusal)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_and_bad_tokens_get_nothing_and_undeclared_methods_do_not_exist() {
    let office = Office::open().await;
    let operations = office.described();
    let expired = office.expired_token().await;
    let ada = office.person("ada").token.clone();

    let mut open = BTreeSet::new();
    for (method, path) in &operations {
        let filled = filled(path);
        let status = office.status(None, method, &filled, Some(&json!({}))).await;
        if status != StatusCode::UNAUTHORIZED {
            open.insert(format!("{method} {path}"));
        }
        for token in ["nonsense", "lh_nonsense", "eyJhbGciOiJub25lIn0.e30.", expired.as_str()] {
            let status = office.status(Some(token), method, &filled, Some(&json!({}))).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path} with {token}");
        }
    }
    let paths: BTreeSet<&String> = operations.iter().map(|(_, path)| path).collect();
    for path in paths {
        for method in METHODS {
            if !operations.contains(&(method.clone(), path.clone())) {
                let status = office.status(Some(&ada), &method, &filled(path), Some(&json!({}))).await;
                assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            }
        }
    }

    assert_eq!(open, PUBLIC.map(str::to_owned).into());
    assert_eq!(without_a_case(&office, &operations), Vec::<String>::new());
}

/// The address with an id that nothing has in every place.
fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { NOBODY.to_string() } else { part.to_owned() })
        .collect::<Vec<_>>()
        .join("/")
}

/// Operations that nothing but the checks for all of them holds; each needs a line in the grid.
fn without_a_case(office: &Office, operations: &[(Method, String)]) -> Vec<String> {
    let cases: BTreeSet<(String, String)> =
        cases::all().into_iter().map(|case| (case.method.to_string(), case.path)).collect();
    let objects = &office.oltp.catalog().objects;
    let records: BTreeSet<(String, String)> = objects
        .iter()
        .flat_map(|object| Operation::ALL.map(|operation| (operation.method().to_string(), operation.path(object))))
        .collect();
    let held = |method: &Method, path: &String| {
        let name = (method.to_string(), path.clone());
        let signs_out = path == "/api/auth/logout";
        signs_out
            || cases.contains(&name)
            || records.contains(&name)
            || PUBLIC.contains(&format!("{method} {path}").as_str())
    };
    let left = operations.iter().filter(|(method, path)| !held(method, path));
    left.map(|(method, path)| format!("{method} {path}")).collect()
}

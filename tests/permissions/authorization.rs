//! The hand-written operations of the served interface as every person, and every operation as nobody.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use catalog::{ObjectDef, policy};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    cases::{self, Case, PUBLIC, Who},
    office::{Office, Person},
    samples::Samples,
};

/// An id that no record has.
const NOBODY: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

/// Every method of the interface.
const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// What is done to one record, or to all of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    List,
    Read,
    History,
    Create,
    Update,
    Replace,
    Delete,
    Restore,
}

impl Operation {
    const ALL: [Self; 8] =
        [Self::List, Self::Read, Self::History, Self::Create, Self::Update, Self::Replace, Self::Restore, Self::Delete];

    fn method(self) -> Method {
        match self {
            Self::List | Self::Read | Self::History => Method::GET,
            Self::Create | Self::Restore => Method::POST,
            Self::Update => Method::PATCH,
            Self::Replace => Method::PUT,
            Self::Delete => Method::DELETE,
        }
    }

    /// As in the description of the interface.
    fn path(self, object: &ObjectDef) -> String {
        let table = &object.table;
        match self {
            Self::List | Self::Create => format!("/api/{table}"),
            Self::Read | Self::Update | Self::Replace | Self::Delete => format!("/api/{table}/{{id}}"),
            Self::History => format!("/api/{table}/{{id}}/audit"),
            Self::Restore => format!("/api/{table}/{{id}}/restore"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_operation_is_for_those_whom_the_grid_names() {
    let office = Office::open().await;
    let mut samples = Samples::default();
    let ben = office.person("ben").principal.clone();
    let mut ids: BTreeMap<&str, String> = BTreeMap::new();
    let catalog = Arc::clone(office.oltp.catalog());
    for name in ["company", "contact", "lead", "deal", "schedule"] {
        let object = catalog.object(name).expect("an object");
        ids.insert(name, samples.make(&office, object, &ben).await);
    }

    for case in cases::all() {
        let path = case.filled.replace("{id}", ids.get(case.about).map_or("", String::as_str));
        for person in &office.people {
            let status = office.status(Some(&person.token), &case.method, &path, case.body.as_ref()).await;
            let name = format!("{} {} {path}: {status}", person.name, case.method);
            if let Some(refusal) = refusal(&case, &office, person) {
                assert_eq!(status, refusal, "{name}");
                continue;
            }
            let refused = [401, 403, 404].contains(&status.as_u16()) || status.is_server_error();
            assert!(!refused, "{name}");
        }
    }
}

fn refusal(case: &Case, office: &Office, person: &Person) -> Option<StatusCode> {
    let owner = office.person("ben").principal.user_id;
    let decided = |name| policy(&person.principal, office.oltp.catalog().object(name).expect("an object"));
    let (allowed, refusal) = match case.who {
        Who::Anyone => (true, StatusCode::FORBIDDEN),
        Who::Only(names) => (names.contains(&person.name), StatusCode::FORBIDDEN),
        Who::ReadersOf(name) => (decided(name).rows.covers(Some(owner)), StatusCode::NOT_FOUND),
        Who::CreatorsOf(name) => (decided(name).create, StatusCode::FORBIDDEN),
    };
    (!allowed).then_some(refusal)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_and_bad_tokens_get_nothing_and_undeclared_methods_do_not_exist() {
    let office = Office::open().await;
    let description: Value = serde_json::from_str(&office.workspace.ok(&["openapi"])).expect("JSON");
    let operations = operations(&description);
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
    say_what_has_no_case(&office, &operations);
}

/// Every operation of a description.
fn operations(description: &Value) -> Vec<(Method, String)> {
    let paths = description["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let declared = METHODS.into_iter().filter(|method| item.get(method.as_str().to_lowercase()).is_some());
        declared.map(|method| (method, path.clone())).collect::<Vec<(Method, String)>>()
    };
    paths.iter().flat_map(of_path).collect()
}

/// The address with an id that nothing has in every place.
fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { NOBODY.to_string() } else { part.to_owned() })
        .collect::<Vec<_>>()
        .join("/")
}

/// Operations that only the checks for all of them hold; each deserves a line in the grid.
fn say_what_has_no_case(office: &Office, operations: &[(Method, String)]) {
    let cases: BTreeSet<(String, String)> =
        cases::all().into_iter().map(|case| (case.method.to_string(), case.path.to_owned())).collect();
    let objects = &office.oltp.catalog().objects;
    let records: BTreeSet<(String, String)> = objects
        .iter()
        .flat_map(|object| Operation::ALL.map(|operation| (operation.method().to_string(), operation.path(object))))
        .collect();
    for (method, path) in operations {
        let name = (method.to_string(), path.clone());
        if !cases.contains(&name) && !records.contains(&name) && !PUBLIC.contains(&format!("{method} {path}").as_str())
        {
            println!("no case in the grid: {method} {path}");
        }
    }
}

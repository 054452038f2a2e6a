//! Every operation of the served interface as every person: what the policy says is what is answered.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use catalog::{ObjectDef, Policy, RowScope, policy};
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

    /// Whether it may be done with a record of this owner: the status of the refusal if not.
    fn refusal(self, policy: &Policy, owner: Option<Uuid>) -> Option<StatusCode> {
        let (allowed, reach) = match self {
            Self::List => return (!policy.read).then_some(StatusCode::NOT_FOUND),
            Self::Create => (policy.create, &RowScope::All),
            Self::Read => (policy.read, &policy.rows),
            Self::History => (policy.audit, &policy.audited),
            Self::Update | Self::Replace => (policy.update, &policy.changeable),
            Self::Delete | Self::Restore => (policy.delete, &policy.deletable),
        };
        let known = if self == Self::Create { policy.read } else { policy.rows.covers(owner) };
        if !known {
            return Some(StatusCode::NOT_FOUND);
        }
        (!allowed || !reach.covers(owner)).then_some(StatusCode::FORBIDDEN)
    }
}

/// The records of one object that are looked at.
struct Target<'a> {
    object: &'a ObjectDef,
    owner: Option<Uuid>,
    live: String,
    binned: Option<String>,
}

impl Target<'_> {
    fn id(&self, operation: Operation) -> &str {
        match &self.binned {
            Some(binned) if operation == Operation::Restore => binned,
            _ => &self.live,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "its samples cannot make two links of one lead and contact, and know no record that only its owner changes"]
async fn every_person_may_do_with_records_what_the_policy_says_and_no_more() {
    let office = Office::open().await;
    let mut samples = Samples::default();
    let objects = office.oltp.catalog().objects.clone();
    let ben = office.person("ben").principal.clone();

    for object in &objects {
        let live = samples.make(&office, object, &ben).await;
        let other = samples.make(&office, object, &ben).await;
        let (status, _) = as_person(&office, office.person("ada"), Operation::Delete, (object, &other), None).await;
        let owner = object.field("owner_id").map(|_| ben.user_id);
        let target = Target { object, owner, live, binned: status.is_success().then_some(other) };
        for person in &office.people {
            check_refusals(&office, &mut samples, &target, person).await;
        }
        for person in &office.people {
            check_what_is_allowed(&office, &mut samples, &target, person).await;
        }
    }
}

/// What the policy refuses is refused, tells nothing, and leaves everything as it was.
async fn check_refusals(office: &Office, samples: &mut Samples, target: &Target<'_>, person: &Person) {
    let policy = policy(&person.principal, target.object);
    let before = state(office, target).await;
    for operation in Operation::ALL {
        let Some(refusal) = operation.refusal(&policy, target.owner) else { continue };
        let body = body_of(operation, samples, target.object, person);
        let id = target.id(operation);
        let (status, answer) = as_person(office, person, operation, (target.object, id), body.as_ref()).await;
        let name = format!("{} {operation:?} {}: {answer}", person.name, target.object.name);
        assert_eq!(status, refusal, "{name}");
        if refusal == StatusCode::NOT_FOUND && operation != Operation::List && operation != Operation::Create {
            let random = NOBODY.to_string();
            let (_, absent) = as_person(office, person, operation, (target.object, &random), body.as_ref()).await;
            assert_eq!(told(answer), told(absent), "{name}");
        }
    }
    assert_eq!(state(office, target).await, before, "{} changed {}", person.name, target.object.name);
}

/// What the policy allows is not refused; the administrator and the owner succeed, so that no
/// refusal is a coincidence.
async fn check_what_is_allowed(office: &Office, samples: &mut Samples, target: &Target<'_>, person: &Person) {
    let policy = policy(&person.principal, target.object);
    for operation in Operation::ALL {
        if operation.refusal(&policy, target.owner).is_some() {
            continue;
        }
        if operation == Operation::Restore && target.binned.is_none() {
            continue;
        }
        let body = body_of(operation, samples, target.object, person);
        let id = target.id(operation);
        let (status, answer) = as_person(office, person, operation, (target.object, id), body.as_ref()).await;
        let name = format!("{} {operation:?} {}: {status} {answer}", person.name, target.object.name);
        let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status);
        assert!(!refused && !status.is_server_error(), "{name}");
        assert!(
            status.is_success() || !["ada", "ben"].contains(&person.name) || status == StatusCode::CONFLICT,
            "{name}"
        );
        put_back(office, operation, target, status).await;
    }
}

/// The next person finds the records where this one found them.
async fn put_back(office: &Office, operation: Operation, target: &Target<'_>, status: StatusCode) {
    let opposite = match operation {
        Operation::Delete => Operation::Restore,
        Operation::Restore => Operation::Delete,
        Operation::List
        | Operation::Read
        | Operation::History
        | Operation::Create
        | Operation::Update
        | Operation::Replace => return,
    };
    if status.is_success() {
        let (status, answer) =
            as_person(office, office.person("ada"), opposite, (target.object, target.id(operation)), None).await;
        assert!(status.is_success(), "{} {opposite:?}: {answer}", target.object.name);
    }
}

fn body_of(operation: Operation, samples: &mut Samples, object: &ObjectDef, person: &Person) -> Option<Value> {
    match operation {
        Operation::Create => Some(samples.body(object, &person.principal)),
        Operation::Update | Operation::Replace => Some(json!({})),
        Operation::List | Operation::Read | Operation::History | Operation::Delete | Operation::Restore => None,
    }
}

async fn as_person(
    office: &Office,
    person: &Person,
    operation: Operation,
    (object, id): (&ObjectDef, &str),
    body: Option<&Value>,
) -> (StatusCode, Value) {
    let path = operation.path(object).replace("{id}", id);
    office.ask(Some(&person.token), &operation.method(), &path, body).await
}

/// The record as stored, how often it was written, and how many there are.
async fn state(office: &Office, target: &Target<'_>) -> (Value, Value, Value) {
    let (ada, table) = (office.person("ada"), &target.object.table);
    let record = office.get(ada, &format!("/api/{table}/{}", target.live)).await;
    let history = office.get(ada, &format!("/api/{table}/{}/audit", target.live)).await;
    let list = format!("/api/{table}?total=true&limit=1");
    (record, history, office.get(ada, &list).await["total"].clone())
}

/// A problem without the id of its request.
fn told(mut problem: Value) -> String {
    if let Some(problem) = problem.as_object_mut() {
        problem.remove("instance");
    }
    problem.to_string()
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

//! One workspace with a person of every kind, asked over HTTP by all of them.

use std::sync::Arc;

use catalog::{Catalog, Clock as _, FixedClock, Principal, SystemClock};
use chrono::TimeDelta;
use oltp::{
    Oltp,
    identity::{Identity, NewToken, TokenScope},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::Workspace;

/// An id that no record has.
pub(super) const NOBODY: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

/// Every method of the interface.
pub(super) const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

const PASSWORD: &str = "correct horse battery";

/// The people: login name, role and team. Ben owns what the sweeps look at; Nora is of another team.
const PEOPLE: [(&str, &str, &str); 8] = [
    ("ada", "admin", ""),
    ("mia", "manager", "North"),
    ("ben", "rep", "North"),
    ("nora", "rep", "South"),
    ("sue", "support", ""),
    ("ana", "analyst", ""),
    ("eve", "executive", ""),
    ("cal", CUSTOM, "North"),
];

/// The sweeps ask more than any person would.
const NO_LIMITS: [(&str, &str); 4] = [
    ("LEADHOUSE_EXPORTS_PER_MINUTE", "0"),
    ("LEADHOUSE_REQUESTS_PER_MINUTE", "0"),
    ("LEADHOUSE_STRANGER_REQUESTS_PER_MINUTE", "0"),
    ("LEADHOUSE_SIGN_INS_PER_MINUTE", "0"),
];

/// The name of the one custom role.
pub(super) const CUSTOM: &str = "Field sales";

/// What the custom role grants: some objects, some reaches and some fields less than a rep has.
pub(super) fn custom_definition() -> Value {
    json!({ "objects": {
        "user": {"read": "all"},
        "team": {"read": "all"},
        "pipeline": {"read": "all"},
        "stage": {"read": "all"},
        "product": {"read": "all", "export": "all"},
        "deal": {
            "read": "own", "create": "own", "update": "own", "delete": "own", "audit": "own", "export": "own",
            "fields": {"amount": "masked"},
        },
        "stage_span": {"read": "own"},
        "contact": {
            "read": "all", "create": "own", "update": "own", "audit": "all", "export": "all",
            "fields": {"phone": "hidden", "email": "read"},
        },
        "lead": {"read": "team", "create": "own", "update": "own", "audit": "team", "fields": {"source": "masked"}},
        "activity": {"read": "all", "create": "own", "update": "own", "delete": "own"},
        "task": {"read": "team", "create": "team", "update": "team", "delete": "team", "export": "team"},
        "saved_report": {"read": "own", "create": "own", "update": "own", "delete": "own", "export": "own"},
        "dashboard": {"read": "own", "create": "own", "update": "own", "export": "own"},
        "schedule": {"read": "own", "create": "own", "update": "own", "export": "own"},
        "delivery": {"read": "own"},
    } })
}

/// Somebody who asks.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// How they sign in.
    pub(super) name: &'static str,
    /// What they hold.
    pub(super) token: String,
    /// Who they are to the policy.
    pub(super) principal: Principal,
}

/// The workspace and its people.
pub(super) struct Office {
    pub(super) workspace: Workspace,
    pub(super) oltp: Oltp,
    pub(super) people: Vec<Person>,
    http: reqwest::Client,
}

impl Office {
    pub(super) async fn open() -> Self {
        let workspace = Workspace::start_with(&NO_LIMITS).await;
        let oltp = Oltp::connect(workspace.cluster.url(), Arc::new(Catalog::standard()), Arc::new(SystemClock)).await;
        let oltp = oltp.expect("a connection");
        let mut office = Self { workspace, oltp, people: Vec::new(), http: reqwest::Client::new() };
        let north = office.make("teams", json!({"name": "North"})).await;
        let south = office.make("teams", json!({"name": "South"})).await;
        let role = json!({"name": CUSTOM, "base": "rep", "definition": custom_definition()});
        office.make("roles", role).await;
        let identity = Identity::new(office.oltp.clone(), [0; 32]);
        for (name, role, team) in PEOPLE {
            let mut body = json!({"username": name, "email": format!("{name}@example.com"), "name": name});
            (body["role"], body["password"]) = (json!(role), json!(PASSWORD));
            body["team_id"] = match team {
                "North" => north["id"].clone(),
                "South" => south["id"].clone(),
                _ => Value::Null,
            };
            office.make("users", body).await;
        }
        // A principal names the others of the team: they are all there by now.
        for (name, ..) in PEOPLE {
            let token = office.sign_in(name).await;
            let principal = identity.act_as(&Principal::system(), name).await.expect("the person");
            office.people.push(Person { name, token, principal });
        }
        office
    }

    /// The person of this login name.
    pub(super) fn person(&self, name: &str) -> &Person {
        self.people.iter().find(|person| person.name == name).expect("one of the people")
    }

    /// Every operation that the interface describes: method and address.
    pub(super) fn described(&self) -> Vec<(Method, String)> {
        let description: Value = serde_json::from_str(&self.workspace.ok(&["openapi"])).expect("JSON");
        let paths = description["paths"].as_object().expect("paths");
        let of_path = |(path, item): (&String, &Value)| {
            let declared = METHODS.into_iter().filter(|method| item.get(method.as_str().to_lowercase()).is_some());
            declared.map(|method| (method, path.clone())).collect::<Vec<(Method, String)>>()
        };
        paths.iter().flat_map(of_path).collect()
    }

    /// Makes a record with the local administrator's token.
    pub(super) async fn make(&self, table: &str, body: Value) -> Value {
        let request = self.workspace.request(Method::POST, &format!("/api/{table}")).json(&body);
        let (status, answer) = answered(request).await;
        assert_eq!(status, StatusCode::CREATED, "{table} {body}: {answer}");
        answer
    }

    /// Makes a record as one of the people.
    pub(super) async fn make_as(&self, person: &Person, table: &str, body: Value) -> Value {
        let path = format!("/api/{table}");
        let (status, answer) = self.ask(Some(&person.token), &Method::POST, &path, Some(&body)).await;
        assert_eq!(status, StatusCode::CREATED, "{} {table} {body}: {answer}", person.name);
        answer
    }

    /// Posts something as a person; it must succeed.
    pub(super) async fn ask_for(&self, person: &Person, path: &str, body: &Value) -> Value {
        let body = Some(body).filter(|body| !body.is_null());
        let (status, answer) = self.ask(Some(&person.token), &Method::POST, path, body).await;
        assert!(status.is_success(), "{} POST {path}: {status} {answer}", person.name);
        answer
    }

    /// Attaches a small text to a record and answers the id of the document.
    pub(super) async fn attach(&self, person: &Person, path: &str) -> String {
        let form = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"offer.txt\"\r\n\
                    Content-Type: text/plain\r\n\r\nan offer\r\n--edge--\r\n";
        let request = self.http.post(format!("{}{path}", self.workspace.url())).bearer_auth(&person.token);
        let request = request.header("content-type", "multipart/form-data; boundary=edge").body(form);
        let (status, answer) = answered(request).await;
        assert!(status.is_success(), "{} POST {path}: {status} {answer}", person.name);
        answer["id"].as_str().expect("an id").to_owned()
    }

    /// Asks as the bearer of a token, or as nobody.
    pub(super) async fn ask(
        &self,
        token: Option<&str>,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> (StatusCode, Value) {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.workspace.url()));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        answered(request).await
    }

    /// Only the status: a stream of events never ends.
    pub(super) async fn status(
        &self,
        token: Option<&str>,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> StatusCode {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.workspace.url()));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.expect("an answer").status()
    }

    /// An API token of the administrator that ended yesterday.
    pub(super) async fn expired_token(&self) -> String {
        let clock = Arc::new(FixedClock::at(SystemClock.now() - TimeDelta::days(2)));
        let catalog = Arc::new(Catalog::standard());
        let past = Oltp::connect(self.workspace.cluster.url(), catalog, clock).await.expect("a connection");
        let wish = NewToken { name: "old".to_owned(), scope: TokenScope::Full, expires_in_days: Some(1) };
        let issued = Identity::new(past, [0; 32]).create_token(&self.person("ada").principal, &wish).await;
        issued.expect("a token").token
    }

    /// Reads as a person; it must succeed.
    pub(super) async fn get(&self, person: &Person, path: &str) -> Value {
        let (status, answer) = self.ask(Some(&person.token), &Method::GET, path, None).await;
        assert!(status.is_success(), "{} GET {path}: {status} {answer}", person.name);
        answer
    }

    /// Signs in and answers the token.
    pub(super) async fn sign_in(&self, name: &str) -> String {
        let body = json!({"username": name, "password": PASSWORD});
        let (status, answer) = self.ask(None, &Method::POST, "/api/auth/login", Some(&body)).await;
        assert!(status.is_success(), "{answer}");
        answer["token"].as_str().expect("a token").to_owned()
    }
}

/// Status and body; a body that is not JSON comes as text.
async fn answered(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let text = String::from_utf8_lossy(&answer.bytes().await.expect("a body")).into_owned();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

//! The operations that are no plain records: how each is asked, and who may ask it.
//!
//! This is the grid of the hand-written operations; that of the records is the snapshot of the
//! presets in `catalog`, which the sweep compares with what the server answers.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Who may ask an operation.
#[derive(Debug, Clone, Copy)]
pub(super) enum Who {
    /// Everybody who is signed in.
    Anyone,
    /// Only these people; others are told so.
    Only(&'static [&'static str]),
    /// Those who see the sample record of this object; to others it is not there.
    ReadersOf(&'static str),
    /// These people; to others it is not there.
    Found(&'static [&'static str]),
    /// Those who may change the sample record of this object; others who see it are told so.
    WritersOf(&'static str),
    /// Those whose role changes records of this object, whichever they reach; others who see the sample
    /// record are told so.
    ChangersOf(&'static str),
    /// Those who see the sample record of this object and may write down what they did with it; others who see
    /// it are told so.
    NotingOn(&'static str),
    /// Those whose role sees records of this object; others are told so.
    Knowing(&'static str),
    /// Those who may create records of this object.
    CreatorsOf(&'static str),
    /// Nobody: the question is about nothing that there is, or nothing that a token lets one do.
    Nobody(StatusCode),
}

/// One operation with a question that its strongest person may ask.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) method: Method,
    /// As in the description of the interface.
    pub(super) path: String,
    /// The object whose sample record fills `{id}`.
    pub(super) about: &'static str,
    /// What stands in the address instead, and after it.
    pub(super) filled: String,
    pub(super) body: Option<Value>,
    pub(super) who: Who,
}

/// Operations that need nobody signed in; each new one is a decision. A new access token is not
/// among them: it answers 401 without the cookie or the token that it is exchanged for.
pub(super) const PUBLIC: [&str; 15] = [
    "GET /api/auth/oidc/{provider}/start",
    "GET /api/auth/providers",
    // The signed address is what lets one in.
    "GET /api/downloads/{token}",
    "GET /api/files/{token}",
    // The signed link in a mail says who it is about.
    "GET /api/unsubscribe/{token}",
    "POST /api/auth/confirm",
    "POST /api/auth/confirm/resend",
    "POST /api/auth/forgot",
    "POST /api/auth/invitation",
    "POST /api/auth/login",
    "POST /api/auth/oauth/{provider}",
    "POST /api/auth/oidc/{provider}/callback",
    "POST /api/auth/register",
    "POST /api/auth/reset",
    "POST /api/unsubscribe/{token}",
];

pub(super) fn all() -> Vec<Case> {
    let spec = json!({"spec_version": 1, "values": [{"id": "n", "measure": "user.count"}]});
    let mut cases = vec![
        get("/api/auth/me", Who::Anyone),
        get("/api/auth/tokens", Who::Anyone),
        post("/api/auth/tokens", json!({"name": "sweep"}), Who::Anyone),
        get("/api/auth/sessions", Who::Anyone),
        get("/api/auth/account", Who::Anyone),
        get("/api/auth/identities", Who::Anyone),
        Case { filled: "/api/search?q=deal".to_owned(), ..get("/api/search", Who::Anyone) },
        get("/api/catalog", Who::Anyone),
        get("/api/catalog/fields", Who::Only(&["ada"])),
        post("/api/catalog/fields", added_field(), Who::Only(&["ada"])),
        get("/api/catalog/objects", Who::Only(&["ada"])),
        get("/api/customers", Who::Anyone),
        get("/api/events", Who::Anyone),
        get("/api/permissions", Who::Only(&["ada"])),
        post("/api/users/invite", json!({"email": "invited@example.com"}), Who::Only(&["ada"])),
        get("/api/sql/schema", Who::Anyone),
        post("/api/sql", json!({"sql": "select 1 as one"}), Who::Anyone),
        get("/api/warehouse/status", Who::Anyone),
        get("/api/warehouse/capture", Who::Anyone),
        post("/api/warehouse/flush", json!({}), Who::Only(&["ada"])),
        post("/api/warehouse/verify", json!({}), Who::Only(&["ada"])),
        get("/api/reports", Who::Anyone),
        Case { filled: "/api/reports/pipeline-by-stage".to_owned(), ..get("/api/reports/{name}", Who::Anyone) },
        post("/api/reports/run", json!({ "spec": spec }), Who::Anyone),
        get("/api/model", Who::Anyone),
        post("/api/charts", json!({"report": spec, "chart": {"kind": "kpi"}}), Who::Anyone),
        get("/api/dashboards/ready", Who::Anyone),
        Case {
            filled: "/api/dashboards/sales_overview/view".to_owned(),
            ..get("/api/dashboards/{id}/view", Who::Anyone)
        },
        post("/api/schedules/preview", json!({}), Who::Anyone),
        Case { about: "schedule", ..post("/api/schedules/{id}/run", Value::Null, Who::ReadersOf("schedule")) },
        Case { about: "lead", ..get("/api/leads/{id}/score", Who::ReadersOf("lead")) },
        get("/api/scoring/status", Who::Anyone),
        get("/api/scoring/features", Who::Anyone),
        post("/api/scoring/train", Value::Null, Who::Only(&["ada", "mia"])),
        post("/api/scoring/apply", Value::Null, Who::Only(&["ada", "mia"])),
        Case {
            filled: "/api/imports?object=lead".to_owned(),
            ..post("/api/imports", Value::Null, Who::CreatorsOf("lead"))
        },
    ];
    cases.extend(super::grid::all());
    cases
}

/// Reads; the address stands for itself.
pub(super) fn get(path: &str, who: Who) -> Case {
    Case { method: Method::GET, path: path.to_owned(), about: "", filled: path.to_owned(), body: None, who }
}

/// Sends a body, or none for null.
pub(super) fn post(path: &str, body: Value, who: Who) -> Case {
    let body = Some(body).filter(|body| !body.is_null());
    Case { method: Method::POST, body, ..get(path, who) }
}

fn added_field() -> Value {
    json!({"object": "lead", "label": "Sweep", "kind": {"type": "bool"}})
}

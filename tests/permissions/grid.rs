//! More of the grid: records and what hangs on them, accounts, and what only administrators do.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    cases::{Case, Who, get, post},
    office::NOBODY,
};

/// What a person works with all day.
const SUBJECTS: [(&str, &str); 4] =
    [("lead", "leads"), ("contact", "contacts"), ("company", "companies"), ("deal", "deals")];
/// What else is marked as a favourite and followed.
const MARKED: [(&str, &str); 4] =
    [("task", "tasks"), ("dashboard", "dashboards"), ("saved_report", "saved_reports"), ("saved_view", "saved_views")];

const MISSING: Who = Who::Nobody(StatusCode::NOT_FOUND);

pub(super) fn all() -> Vec<Case> {
    let marked = SUBJECTS.into_iter().chain(MARKED);
    let mut cases: Vec<Case> = marked.flat_map(|(object, table)| marks(object, table)).collect();
    cases.extend(
        SUBJECTS.map(|(object, table)| {
            about(object, get(&format!("/api/{table}/{{id}}/timeline"), Who::ReadersOf(object)))
        }),
    );
    cases.extend(
        [("lead", "leads"), ("deal", "deals"), ("task", "tasks")].map(|(object, table)| assignment(object, table)),
    );
    cases.extend(SUBJECTS.into_iter().flat_map(|(object, table)| collaboration(object, table)));
    cases.extend(conversion());
    cases.extend(SUBJECTS.into_iter().take(3).flat_map(|(object, table)| duplicates(object, table)));
    cases.extend(documents());
    cases.extend(jobs());
    cases.extend(correspondence("lead", "leads"));
    cases.extend(correspondence("contact", "contacts"));
    cases.extend(people());
    cases.extend(administration());
    cases.extend(privacy());
    // Whoever ends their sessions asks nothing more.
    cases.extend(account());
    cases
}

fn marks(object: &'static str, table: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for mark in ["favourite", "follow"] {
        let path = format!("/api/{table}/{{id}}/{mark}");
        cases.push(about(object, with(Method::PUT, get(&path, Who::ReadersOf(object)))));
        // One's own mark goes also from a record that one does not see any more.
        cases.push(about(object, with(Method::DELETE, get(&path, Who::Anyone))));
    }
    cases
}

fn assignment(object: &'static str, table: &str) -> Case {
    let path = format!("/api/{table}/{{id}}/assign");
    about(object, post(&path, json!({"assignedUser": "ben"}), Who::WritersOf(object)))
}

fn collaboration(object: &'static str, table: &str) -> Vec<Case> {
    let path = format!("/api/{table}/{{id}}/collaborators/{{user_id}}");
    let filled = format!("/api/{table}/{{id}}/collaborators/{{user}}");
    let add = Case { filled, ..post(&path, json!({"access": "read"}), Who::WritersOf(object)) };
    let remove = Case { method: Method::DELETE, body: None, ..add.clone() };
    let cases = vec![
        get(&format!("/api/{table}/{{id}}/collaborators"), Who::ReadersOf(object)),
        with(Method::PUT, add),
        remove,
    ];
    cases.into_iter().map(|case| about(object, case)).collect()
}

fn conversion() -> Vec<Case> {
    let convert = json!({"contact": "from_lead", "company": "none", "deal": "none"});
    let convert = post("/api/leads/{id}/convert", convert, Who::ChangersOf("lead"));
    let undo = post("/api/leads/{id}/convert/undo", Value::Null, Who::ChangersOf("lead"));
    vec![about("lead", convert), about("lead", undo)]
}

fn duplicates(object: &'static str, table: &str) -> Vec<Case> {
    let path = |rest: &str| format!("/api/{table}/{rest}");
    let mut cases = vec![
        get(&path("duplicates"), Who::Knowing(object)),
        post(&path("duplicates/check"), json!({"fields": {"name": "Ada"}}), Who::Knowing(object)),
        post(&path("merge"), json!({}), Who::Anyone),
        post(&path("merge/preview"), json!({}), Who::Anyone),
    ];
    if object != "lead" {
        cases.push(get(&path("analytics"), Who::Anyone));
    }
    cases
}

/// Of a document on the lead.
fn documents() -> Vec<Case> {
    let path = |rest: &str| format!("/api/documents/{{id}}{rest}");
    let (readers, writers) = (Who::ReadersOf("lead"), Who::WritersOf("lead"));
    let first = Case { filled: path("/versions/1"), ..get(&path("/versions/{number}"), writers) };
    let cases = vec![
        get(&path(""), readers),
        get(&path("/content"), readers),
        get(&path("/versions"), readers),
        post(&path("/links"), json!({"expires_in_seconds": 60}), readers),
        with(Method::PATCH, post(&path(""), json!({"name": "renamed.txt"}), writers)),
        post(&path("/versions"), json!({}), writers),
        with(Method::DELETE, first),
        with(Method::DELETE, get(&path(""), writers)),
        post(&path("/restore"), Value::Null, writers),
        post(&path("/erase"), Value::Null, Who::Only(&["ada"])),
    ];
    cases.into_iter().map(|case| about("document", case)).collect()
}

/// Of a job of Ben's.
fn jobs() -> Vec<Case> {
    let of_job = [
        (Method::GET, ""),
        (Method::GET, "/problems"),
        (Method::GET, "/problems.csv"),
        (Method::POST, "/cancel"),
        (Method::POST, "/undo"),
    ];
    let mut cases: Vec<Case> = of_job
        .into_iter()
        .map(|(method, rest)| about("job", with(method, get(&format!("/api/jobs/{{id}}{rest}"), Who::Found(&["ben"])))))
        .collect();
    // A link is to a file, and this job has made none.
    cases.push(about("job", post("/api/jobs/{id}/link", Value::Null, MISSING)));
    cases.push(get("/api/jobs", Who::Anyone));
    cases.push(Case {
        filled: "/api/imports/files?object=leads&name=a.csv".to_owned(),
        ..post("/api/imports/files", json!({}), Who::CreatorsOf("lead"))
    });
    let file = format!("/api/imports/files/{NOBODY}?object=leads");
    cases.push(Case { filled: file, ..get("/api/imports/files/{id}", MISSING) });
    cases.push(post("/api/imports/jobs", json!({}), Who::Anyone));
    cases
}

/// Mail to customers; no mail server is set up here, which is told to whoever may write.
fn correspondence(object: &'static str, table: &str) -> Vec<Case> {
    let email = json!({"subject": "Hello", "text": "Dear {name}"});
    let one = post(&format!("/api/{table}/{{id}}/emails"), email, Who::NotingOn(object));
    let many = json!({"subject": "Hello", "text": "Dear {name}", "ids": [NOBODY]});
    vec![about(object, one), post(&format!("/api/{table}/emails"), many, Who::CreatorsOf("activity"))]
}

/// What is done to somebody's account.
fn people() -> Vec<Case> {
    let path = |rest: &str| format!("/api/users/{{id}}/{rest}");
    let own = Who::Only(&["ada", "ben"]);
    let admins = Who::Only(&["ada"]);
    let cases = vec![
        with(Method::PUT, post(&path("settings"), json!({}), own)),
        get(&path("logs"), own),
        // What is no picture is refused whoever brings it.
        with(Method::PUT, post(&path("avatar"), json!({}), Who::Nobody(StatusCode::UNPROCESSABLE_ENTITY))),
        with(Method::DELETE, get(&path("avatar"), own)),
        get(&path("avatar"), MISSING),
        // It counts what the one who asks could hand over: for most that is nothing.
        get(&path("handoff"), Who::Anyone),
    ];
    let mut cases: Vec<Case> = cases.into_iter().map(|case| about("ben", case)).collect();
    let of_another = vec![
        // They have nothing that anybody could hand over.
        post(&path("handoff"), json!({"to": "{ben}", "objects": ["lead"]}), Who::Anyone),
        post(&path("invite"), Value::Null, admins),
        with(Method::DELETE, get(&path("second-factor"), admins)),
        with(Method::DELETE, get(&path("sessions"), admins)),
    ];
    cases.extend(of_another.into_iter().map(|case| about("user", case)));
    cases
}

fn administration() -> Vec<Case> {
    let admins = Who::Only(&["ada"]);
    let mut cases: Vec<Case> = [
        "/api/audit",
        "/api/audit/export",
        "/api/audit/verification",
        "/api/security/events",
        "/api/security/suspicions",
        "/api/webhooks",
    ]
    .map(|path| get(path, admins))
    .into();
    let preset = json!({"preset": "simple"});
    cases.push(post("/api/lead_statuses/preset", preset, Who::ChangersOf("lead_status")));
    let runs = get("/api/workflow_rules/{id}/runs", Who::ChangersOf("workflow_rule"));
    cases.push(about("workflow_rule", runs));
    let another = json!({"name": "Another", "url": "https://another.invalid/", "events": ["lead.*"]});
    cases.push(post("/api/webhooks", another, admins));
    let webhook = |rest: &str| format!("/api/webhooks/{{id}}{rest}");
    let of_webhook = vec![
        get(&webhook(""), admins),
        with(Method::PATCH, post(&webhook(""), json!({"active": true}), admins)),
        get(&webhook("/deliveries"), admins),
        post(&webhook("/secret"), Value::Null, admins),
        post(&webhook("/test"), Value::Null, admins),
        post(&webhook("/deliveries/{delivery}/replay"), Value::Null, admins),
        with(Method::DELETE, get(&webhook(""), admins)),
    ];
    cases.extend(of_webhook.into_iter().map(|case| about("webhook", case)));
    for (sample, table, seen) in [("field", "fields", "values"), ("object", "objects", "records")] {
        let path = format!("/api/catalog/{table}/{{id}}");
        let deletion = Case { filled: format!("{path}?{seen}=0"), ..get(&path, admins) };
        cases.push(about(sample, get(&path, admins)));
        cases.push(about(sample, with(Method::PATCH, post(&path, json!({"label": "Renamed"}), admins))));
        cases.push(about(sample, with(Method::DELETE, deletion)));
    }
    cases.push(post("/api/catalog/objects", json!({"label": "Sweep", "plural_label": "Sweeps"}), admins));
    cases
}

/// Of a contact whom nothing else of the grid is about.
fn privacy() -> Vec<Case> {
    let admins = Who::Only(&["ada"]);
    let person = json!({"object": "contact", "id": "{forgotten}"});
    let cases = vec![
        post("/api/privacy/exports", person.clone(), admins),
        post("/api/privacy/erasures", person, admins),
        get("/api/privacy/erasures", admins),
        get("/api/privacy/erasures/{id}", admins),
        post("/api/privacy/erasures/{id}/confirm", json!({"name": "somebody else"}), admins),
    ];
    cases.into_iter().map(|case| about("erasure", case)).collect()
}

/// One's own account; ending the sessions comes last.
fn account() -> Vec<Case> {
    let mut cases: Vec<Case> = ["/api/notifications", "/api/notifications/preferences", "/api/favourites", "/api/feed"]
        .map(|path| get(path, Who::Anyone))
        .into();
    cases.push(get("/api/documents", Who::Anyone));
    cases.push(Case {
        filled: "/api/dashboards/sales_overview/export?format=xlsx".to_owned(),
        ..get("/api/dashboards/{id}/export", Who::Anyone)
    });
    cases.push(post("/api/notifications/read", json!({"ids": []}), Who::Anyone));
    cases.push(with(Method::PUT, post("/api/notifications/preferences", json!({"items": []}), Who::Anyone)));
    let tile = "/api/dashboards/sales_overview/tiles/deals".to_owned();
    cases.push(Case { filled: tile, ..get("/api/dashboards/{id}/tiles/{tile}", Who::Anyone) });
    for path in ["/api/auth/second-factor", "/api/auth/second-factor/confirm", "/api/auth/second-factor/recovery-codes"]
    {
        cases.push(post(path, json!({}), Who::Anyone));
    }
    cases.push(with(Method::DELETE, post("/api/auth/second-factor", json!({}), Who::Anyone)));
    for path in ["/api/auth/identities/{id}", "/api/auth/sessions/{id}", "/api/auth/tokens/{id}"] {
        cases.push(absent(with(Method::DELETE, get(path, MISSING))));
    }
    cases.push(post("/api/auth/refresh", json!({}), Who::Nobody(StatusCode::UNAUTHORIZED)));
    cases.push(with(Method::DELETE, get("/api/auth/sessions", Who::Anyone)));
    cases
}

fn about(sample: &'static str, case: Case) -> Case {
    Case { about: sample, ..case }
}

fn with(method: Method, case: Case) -> Case {
    Case { method, ..case }
}

/// About something that nobody has.
fn absent(case: Case) -> Case {
    Case { filled: case.path.replace("{id}", &NOBODY.to_string()), ..case }
}

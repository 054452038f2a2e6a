//! Webhooks: what is told to whom, signatures, repetition, and where nobody may be called.

use std::{
    collections::VecDeque,
    net::TcpListener as Canary,
    sync::{Arc, Mutex},
};

use axum::{
    Extension, Router,
    body::{Body, Bytes, to_bytes},
    extract::State,
    http::{HeaderMap, Request, StatusCode, header},
    routing::post,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use catalog::{Changes, FixedClock, Principal, Role, Scope};
use chrono::TimeDelta;
use hmac::{Hmac, Mac};
use oltp::{
    Oltp,
    identity::Identity,
    relay::Relay,
    testing::Cluster,
    webhooks::{AllowedTargets, Webhooks},
};
use serde_json::{Value, json};
use sha2::Sha256;
use tower::ServiceExt;
use uuid::Uuid;

/// Calls as a receiver saw them, and what it answers next.
#[derive(Default)]
struct Seen {
    calls: Mutex<Vec<(HeaderMap, Value, Bytes)>>,
    answers: Mutex<VecDeque<StatusCode>>,
}

struct Office {
    oltp: Oltp,
    clock: Arc<FixedClock>,
    relay: Relay,
    webhooks: Webhooks,
    seen: Arc<Seen>,
    receiver: String,
    _cluster: Cluster,
}

async fn receive(
    State(seen): State<Arc<Seen>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(header::HeaderName, &'static str); 1]) {
    let json = serde_json::from_slice(&body).unwrap_or_default();
    seen.calls.lock().expect("calls").push((headers, json, body));
    let answer = seen.answers.lock().expect("answers").pop_front();
    (answer.unwrap_or(StatusCode::NO_CONTENT), [(header::LOCATION, "http://127.0.0.1:1/elsewhere")])
}

impl Office {
    async fn start() -> Self {
        let cluster = Cluster::start().await;
        let clock = Arc::new(FixedClock::at("2026-03-31T12:00:00Z".parse().expect("a moment")));
        let oltp = cluster.oltp_at(Arc::<FixedClock>::clone(&clock)).await;
        let identity = Arc::new(Identity::new(oltp.clone(), [7; 32]));
        let seen = Arc::new(Seen::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let receiver = listener.local_addr().expect("its address").to_string();
        let router = Router::new().route("/hook", post(receive)).with_state(Arc::clone(&seen));
        #[expect(clippy::disallowed_methods, reason = "the receiver of this test")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        let allowed = AllowedTargets([receiver.clone()].into());
        let webhooks = Webhooks::new(oltp.clone(), Arc::clone(&identity), allowed);
        let relay = Relay::new(oltp.clone(), identity);
        Self { oltp, clock, relay, webhooks, seen, receiver, _cluster: cluster }
    }

    async fn make(&self, caller: &Principal, object: &str, body: Value) -> Uuid {
        let object = self.oltp.catalog().object(object).expect("a standard object");
        let changes = Changes::parse_new(object, body.as_object().expect("an object")).expect("valid fields");
        let record = self.oltp.create(caller, object, changes).await.expect("created");
        record["id"].as_str().expect("an id").parse().expect("a uuid")
    }

    async fn person(&self, name: &str, role: Role, scope: Scope) -> Principal {
        let body = json!({"username": name, "email": format!("{name}@example.com"), "name": name, "role": role,
                          "visibility": scope.as_str()});
        let user_id = self.make(&Principal::system(), "user", body).await;
        let visible_owner_ids = [user_id].into();
        Principal { user_id, username: name.to_owned(), role, scope, visible_owner_ids, ..Principal::system() }
    }

    async fn send(&self, caller: &Principal, method: &str, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let router = oltp::api::webhooks::routes(&self.webhooks).layer(Extension(caller.clone()));
        let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = router.oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// A webhook of `owner` that listens to `events`; answers its id and secret.
    async fn webhook(&self, admin: &Principal, owner: Uuid, events: &[&str]) -> (String, String) {
        let url = format!("http://{}/hook", self.receiver);
        let body = json!({"name": "Hub", "url": url, "events": events, "owner_id": owner});
        let (status, made) = self.send(admin, "POST", "/api/webhooks", Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let text = |name: &str| made[name].as_str().expect("text").to_owned();
        (text("id"), text("secret"))
    }

    /// Lets the relay tell everything and makes the calls that are due.
    async fn settle(&self) -> usize {
        self.relay.tell_all().await.expect("told");
        self.webhooks.send_due().await.expect("sent")
    }

    fn calls(&self) -> Vec<(HeaderMap, Value, Bytes)> {
        self.seen.calls.lock().expect("calls").clone()
    }

    fn answer(&self, statuses: impl IntoIterator<Item = StatusCode>) {
        self.seen.answers.lock().expect("answers").extend(statuses);
    }

    async fn log(&self, admin: &Principal, id: &str) -> Vec<Value> {
        let (_, page) = self.send(admin, "GET", &format!("/api/webhooks/{id}/deliveries"), None).await;
        page["items"].as_array().unwrap_or_else(|| panic!("a page, not {page}")).clone()
    }
}

fn signature(secret: &str, headers: &HeaderMap, body: &[u8]) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
    let text = |name: &str| headers[name].to_str().expect("text").to_owned();
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&key).expect("a key");
    mac.update(format!("{}.{}.", text("webhook-id"), text("webhook-timestamp")).as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn a_change_is_told_once_signed_and_logged() {
    let office = Office::start().await;
    let admin = office.person("ada", Role::Admin, Scope::All).await;
    let (id, secret) = office.webhook(&admin, admin.user_id, &["deal.created", "lead.*"]).await;

    let deal = office.make(&admin, "deal", json!({"name": "Big", "amount": "10.00"})).await;
    office.make(&admin, "company", json!({"name": "Nobody listens"})).await;
    let sent = office.settle().await;
    let again = office.settle().await;

    assert_eq!((sent, again), (1, 0));
    let calls = office.calls();
    let (headers, body, bytes) = &calls[0];
    assert_eq!(
        (&body["type"], &body["data"]["id"], &body["data"]["object"]),
        (&json!("deal.created"), &json!(deal), &json!("deal"))
    );
    assert_eq!((&body["data"]["record"]["amount"], &body["data"]["version"]), (&json!("10.00"), &json!(1)));
    assert_eq!(headers["webhook-signature"], signature(&secret, headers, bytes).as_str());
    assert_eq!(headers["webhook-timestamp"], "1774958400");
    let log = office.log(&admin, &id).await;
    assert_eq!(
        (&log[0]["status"], &log[0]["answered"], &log[0]["attempts"]),
        (&json!("delivered"), &json!(204), &json!(1))
    );
    assert_eq!(headers["webhook-id"], log[0]["id"].as_str().expect("an id"));
}

#[tokio::test]
async fn a_call_tells_no_more_than_its_owner_may_see_at_that_moment() {
    let office = Office::start().await;
    let admin = office.person("ada", Role::Admin, Scope::All).await;
    let (anna, ben) =
        (office.person("anna", Role::Rep, Scope::Own).await, office.person("ben", Role::Rep, Scope::Own).await);
    let analyst = office.person("ana", Role::Analyst, Scope::All).await;
    let (annas, _) = office.webhook(&admin, anna.user_id, &["*"]).await;
    let (analysts, _) = office.webhook(&admin, analyst.user_id, &["contact.*"]).await;
    office.settle().await;
    office.seen.calls.lock().expect("calls").clear();

    let hers = office.make(&anna, "lead", json!({"name": "Hers"})).await;
    office.make(&ben, "lead", json!({"name": "His"})).await;
    office.make(&ben, "contact", json!({"name": "Eve Canary", "email": "fls-7f3a@example.com"})).await;
    office.settle().await;

    let told = office.calls();
    let text = format!("{told:?}");
    assert!(!text.contains("fls-7f3a") && !text.contains("His"), "{text}");
    assert!(told.iter().any(|(_, body, _)| body["data"]["id"] == json!(hers)));
    let of_analyst = told.iter().find(|(_, body, _)| body["type"] == "contact.created").expect("told");
    assert_eq!(of_analyst.1["data"]["record"]["email"], Value::Null);
    assert!(!of_analyst.1["data"]["fields"].to_string().contains("email"), "not even the name of a hidden field");
    let refused = office.log(&admin, &annas).await.iter().filter(|line| line["status"] == "refused").count();
    assert_eq!(refused, 2, "Ben's lead and his contact");
    let suspended = Changes::parse_patch(
        office.oltp.catalog().object("user").expect("users"),
        json!({"status": "suspended"}).as_object().expect("an object"),
    );
    let users = office.oltp.catalog().object("user").expect("users");
    office.oltp.update(&Principal::system(), users, analyst.user_id, suspended.expect("valid")).await.expect("changed");
    office.clock.advance(TimeDelta::seconds(1));
    office.make(&admin, "contact", json!({"name": "Late One"})).await;
    office.settle().await;
    assert_eq!(office.log(&admin, &analysts).await[0]["error"], "The owner's account is closed.");
}

#[tokio::test]
async fn a_deleted_record_is_told_without_its_values() {
    let office = Office::start().await;
    let admin = office.person("ada", Role::Admin, Scope::All).await;
    office.webhook(&admin, admin.user_id, &["deal.*"]).await;
    let deal = office.make(&admin, "deal", json!({"name": "Big"})).await;
    let deals = office.oltp.catalog().object("deal").expect("deals");
    office.oltp.delete(&admin, deals, deal).await.expect("deleted");

    office.settle().await;

    let told: Vec<(Value, Value)> =
        office.calls().into_iter().map(|(_, body, _)| (body["type"].clone(), body["data"]["record"].clone())).collect();
    assert!(told.contains(&(json!("deal.deleted"), Value::Null)), "{told:?}");
}

#[tokio::test]
async fn a_failed_call_is_repeated_under_the_same_id_with_growing_pauses() {
    let office = Office::start().await;
    let admin = office.person("ada", Role::Admin, Scope::All).await;
    let (id, _) = office.webhook(&admin, admin.user_id, &["deal.*"]).await;
    office.make(&admin, "deal", json!({"name": "Big"})).await;
    office.answer([StatusCode::INTERNAL_SERVER_ERROR, StatusCode::FOUND]);

    assert_eq!(office.settle().await, 1);
    assert_eq!(office.settle().await, 0, "not at once");
    office.clock.advance(TimeDelta::seconds(7));
    assert_eq!(office.settle().await, 1);
    let waiting = office.log(&admin, &id).await;
    office.clock.advance(TimeDelta::seconds(7));
    assert_eq!(office.settle().await, 0, "the second pause is longer");
    office.clock.advance(TimeDelta::seconds(40));
    assert_eq!(office.settle().await, 1);

    assert_eq!((&waiting[0]["status"], &waiting[0]["answered"]), (&json!("pending"), &json!(302)));
    assert_eq!(waiting[0]["error"], "redirects are not followed");
    let ids: Vec<_> = office.calls().iter().map(|(headers, ..)| headers["webhook-id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]) && ids.len() == 3, "{ids:?}");
    let log = office.log(&admin, &id).await;
    assert_eq!((&log[0]["status"], &log[0]["attempts"]), (&json!("delivered"), &json!(3)));
    let delivery = log[0]["id"].as_str().expect("an id").to_owned();
    let (status, _) =
        office.send(&admin, "POST", &format!("/api/webhooks/{id}/deliveries/{delivery}/replay"), None).await;
    assert_eq!((status, office.settle().await), (StatusCode::ACCEPTED, 1));
    assert_eq!(office.calls()[3].0["webhook-id"], delivery.as_str());
}

#[tokio::test]
async fn a_receiver_that_only_fails_is_given_up_and_its_webhook_switched_off_with_a_notice() {
    let office = Office::start().await;
    let admin = office.person("ada", Role::Admin, Scope::All).await;
    let (id, _) = office.webhook(&admin, admin.user_id, &["deal.*"]).await;
    office.answer(std::iter::repeat_n(StatusCode::BAD_GATEWAY, 40));
    office.make(&admin, "deal", json!({"name": "Lost"})).await;
    office.settle().await;
    for _ in 0..11 {
        office.clock.advance(TimeDelta::hours(13));
        office.settle().await;
    }
    let (_, off) = office.send(&admin, "GET", &format!("/api/webhooks/{id}"), None).await;
    assert_eq!((&off["active"], &off["disabled_reason"]), (&json!(false), &json!("Every call failed for three days.")));
    let notices: i64 =
        sqlx::query_scalar("select count(*) from security_log where event = 'webhook_disabled' and user_id = $1")
            .bind(admin.user_id)
            .fetch_one(office.oltp.pool())
            .await
            .expect("a number");
    assert_eq!(notices, 1);
    office.seen.answers.lock().expect("answers").clear();
    office.make(&admin, "deal", json!({"name": "While off"})).await;
    assert_eq!(office.settle().await, 0);

    let (_, on) = office.send(&admin, "PATCH", &format!("/api/webhooks/{id}"), Some(json!({"active": true}))).await;
    office.make(&admin, "deal", json!({"name": "On again"})).await;
    office.clock.advance(TimeDelta::hours(13));
    office.settle().await;
    office.answer([StatusCode::GONE]);
    office.make(&admin, "deal", json!({"name": "Gone"})).await;
    office.settle().await;
    let (_, gone) = office.send(&admin, "GET", &format!("/api/webhooks/{id}"), None).await;

    assert_eq!((&on["active"], &on["failing_since"]), (&json!(true), &Value::Null));
    assert!(office.calls().iter().any(|(_, body, _)| body["data"]["record"]["name"] == "On again"));
    assert_eq!(gone["active"], json!(false), "410 means for good: {gone}");
}

#[tokio::test]
async fn with_a_new_secret_both_sign_for_a_day() {
    let office = Office::start().await;
    let admin = office.person("ada", Role::Admin, Scope::All).await;
    let (id, old) = office.webhook(&admin, admin.user_id, &["deal.*"]).await;
    let (_, issued) = office.send(&admin, "POST", &format!("/api/webhooks/{id}/secret"), None).await;
    let new = issued["secret"].as_str().expect("a secret").to_owned();
    let test = format!("/api/webhooks/{id}/test");

    office.send(&admin, "POST", &test, None).await;
    office.settle().await;
    office.clock.advance(TimeDelta::hours(25));
    office.send(&admin, "POST", &test, None).await;
    office.settle().await;

    let calls = office.calls();
    let (headers, body, bytes) = &calls[0];
    assert_eq!(body["type"], "webhook.test");
    let both = format!("{} {}", signature(&new, headers, bytes), signature(&old, headers, bytes));
    assert_eq!(headers["webhook-signature"], both.as_str());
    let (headers, _, bytes) = &calls[1];
    assert_eq!(headers["webhook-signature"], signature(&new, headers, bytes).as_str());
    let (_, shown) = office.send(&admin, "GET", &format!("/api/webhooks/{id}"), None).await;
    assert!(!shown.to_string().contains("whsec_"), "a secret is shown once");
}

#[tokio::test]
async fn nobody_in_a_private_network_is_called() {
    let office = Office::start().await;
    let admin = office.person("ada", Role::Admin, Scope::All).await;
    let canary = Canary::bind("127.0.0.1:0").expect("a free port");
    canary.set_nonblocking(true).expect("nonblocking");
    let port = canary.local_addr().expect("its address").port();
    let (id, _) = office.webhook(&admin, admin.user_id, &["deal.*"]).await;

    for url in [
        format!("https://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://[::ffff:7f00:1]:{port}/"),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://metadata.internal/".to_owned(),
        "http://example.com/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let body = json!({"name": "Bad", "url": url, "events": ["*"], "owner_id": admin.user_id});
        let (status, refused) = office.send(&admin, "POST", "/api/webhooks", Some(body)).await;
        assert_eq!(
            (status, &refused["errors"][0]["pointer"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("/url")),
            "{url}"
        );
        // As if it had been saved before the rule, or its name led elsewhere since.
        sqlx::query("update webhooks set url = $1").bind(&url).execute(office.oltp.pool()).await.expect("changed");
        office.send(&admin, "POST", &format!("/api/webhooks/{id}/test"), None).await;
        office.webhooks.send_due().await.expect("sent");
        let log = office.log(&admin, &id).await;
        assert!(log.iter().all(|line| line["answered"].is_null()), "{url}: {log:?}");
    }
    let untouched = canary.accept().expect_err("no connection came");
    assert_eq!(untouched.kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn only_administrators_set_up_webhooks_and_mistakes_are_named() {
    let office = Office::start().await;
    let admin = office.person("ada", Role::Admin, Scope::All).await;
    let manager = office.person("mia", Role::Manager, Scope::All).await;
    let good = json!({"name": "Hub", "url": "https://example.com/hook", "events": ["deal.*"]});

    for (method, path) in [("GET", "/api/webhooks"), ("POST", "/api/webhooks")] {
        let body = (method == "POST").then(|| good.clone());
        assert_eq!(office.send(&manager, method, path, body).await.0, StatusCode::FORBIDDEN);
    }
    for (field, value, code) in [
        ("name", json!(" "), "required"),
        ("events", json!([]), "required"),
        ("events", json!(["deal.won"]), "unknown_event"),
        ("owner_id", json!("0190a0b0-0000-7000-8000-000000000000"), "unknown_record"),
        ("colour", json!("red"), "unknown_field"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let (status, refused) = office.send(&admin, "POST", "/api/webhooks", Some(body)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert_eq!(
            (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
            (&json!(format!("/{field}")), &json!(code))
        );
    }
    let (_, list) = office.send(&admin, "GET", "/api/webhooks", None).await;
    assert_eq!(list["items"], json!([]));
    let (status, _) = office.send(&admin, "GET", "/api/webhooks/0190a0b0-0000-7000-8000-000000000000", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

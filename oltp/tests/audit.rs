//! The audit log as a whole: its chain, its filters, security events and what looks unusual.

use std::sync::Arc;

use axum::{
    Extension,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use catalog::{Changes, FixedClock, Principal, Role, Scope};
use chrono::{DateTime, TimeDelta, Utc};
use oltp::{
    Oltp,
    audit::{Checkpoint, FindingKind, Verification},
    testing::Cluster,
};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

struct Office {
    oltp: Oltp,
    clock: Arc<FixedClock>,
    _cluster: Cluster,
}

impl Office {
    async fn start() -> Self {
        let cluster = Cluster::start().await;
        let clock = Arc::new(FixedClock::at("2026-03-31T12:00:00Z".parse().expect("a moment")));
        let oltp = cluster.oltp_at(Arc::<FixedClock>::clone(&clock)).await;
        Self { oltp, clock, _cluster: cluster }
    }

    async fn make(&self, caller: &Principal, object: &str, body: Value) -> Uuid {
        let object = self.oltp.catalog().object(object).expect("a standard object");
        let changes = Changes::parse_new(object, body.as_object().expect("an object")).expect("valid fields");
        let record = self.oltp.create(caller, object, changes).await.expect("created");
        record["id"].as_str().expect("an id").parse().expect("a uuid")
    }

    async fn person(&self, name: &str, role: Role) -> Principal {
        let body = json!({"username": name, "email": format!("{name}@example.com"), "name": name, "role": role});
        let user_id = self.make(&Principal::system(), "user", body).await;
        Principal { user_id, username: name.to_owned(), role, scope: Scope::All, ..Principal::system() }
    }

    async fn sql(&self, sql: &'static str) {
        sqlx::query(sql).execute(self.oltp.pool()).await.expect("done");
    }

    /// What the walk finds, as kind and entry.
    async fn found(&self, known: Option<Checkpoint>) -> Vec<(FindingKind, Option<i64>)> {
        let Verification { intact, findings, finding_count, .. } = self.oltp.verify_audit(known).await.expect("a walk");
        assert_eq!((intact, finding_count), (findings.is_empty(), findings.len() as u64));
        findings.into_iter().map(|finding| (finding.kind, finding.entry_id)).collect()
    }

    /// Ten companies, sealed.
    async fn sealed(&self) -> Checkpoint {
        for n in 0..10 {
            self.make(&Principal::system(), "company", json!({"name": format!("Company {n}")})).await;
        }
        self.oltp.seal_audit().await.expect("sealed");
        self.oltp.audit_checkpoint().await.expect("an answer").expect("a checkpoint").0
    }

    async fn get(&self, caller: &Principal, path: &str) -> (StatusCode, Value, String) {
        let router = oltp::api::record_routes(&self.oltp).layer(Extension(caller.clone()));
        let response = router.oneshot(Request::builder().uri(path).body(Body::empty()).expect("a request")).await;
        let response = response.expect("an answer");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        (status, serde_json::from_str(&text).unwrap_or_default(), text)
    }
}

#[tokio::test]
async fn every_entry_is_sealed_once_in_the_order_of_transactions() {
    let office = Office::start().await;
    let first = office.sealed().await;

    assert_eq!(first.position, 10);
    assert_eq!(office.oltp.seal_audit().await.expect("sealed"), 0, "nothing is sealed twice");
    assert_eq!(office.found(Some(first)).await, []);
    office.make(&Principal::system(), "company", json!({"name": "Late"})).await;
    assert_eq!(office.oltp.seal_audit().await.expect("sealed"), 1);
    assert_eq!(office.found(Some(first)).await, [], "the chain leads on through the checkpoint");
    assert_eq!(first.to_string().parse::<Checkpoint>().as_ref(), Ok(&first));
}

#[tokio::test]
async fn an_entry_of_a_slow_transaction_is_sealed_after_it_commits() {
    let office = Office::start().await;
    let mut slow = office.oltp.pool().begin().await.expect("a transaction");
    let insert = "insert into audit_log (at, actor_name, action, object, changes) values (now(), 'slow', 'update', 'deal', '{}')";
    sqlx::query(insert).execute(&mut *slow).await.expect("written");
    office.make(&Principal::system(), "company", json!({"name": "Fast"})).await;

    let early = office.oltp.seal_audit().await.expect("sealed");
    slow.commit().await.expect("committed");
    let late = office.oltp.seal_audit().await.expect("sealed");

    assert_eq!((early, late), (0, 2), "what is younger than a running transaction waits for it");
    assert_eq!(office.found(None).await, []);
}

#[tokio::test]
async fn what_is_changed_removed_or_inserted_afterwards_is_found_where_it_is() {
    let office = Office::start().await;
    office.sealed().await;
    let ids: Vec<i64> = sqlx::query_scalar("select entry_id from audit_chain order by position")
        .fetch_all(office.oltp.pool())
        .await
        .expect("ids");

    office.sql("update audit_log set actor_name = 'somebody else' where id = (select entry_id from audit_chain where position = 3)").await;
    office.sql("update audit_log set changes = changes - 'name' where id = (select entry_id from audit_chain where position = 4)").await;
    office.sql("delete from audit_log where id = (select entry_id from audit_chain where position = 7)").await;
    office.sql("insert into audit_log (id, at, actor_name, action, object, changes, tx) overriding system value
                values (999999, now(), 'forger', 'update', 'deal', '{}', (select tx from audit_log order by tx limit 1))").await;

    assert_eq!(
        office.found(None).await,
        [
            (FindingKind::Changed, Some(ids[2])),
            (FindingKind::Changed, Some(ids[3])),
            (FindingKind::Removed, Some(ids[6])),
            (FindingKind::Inserted, Some(999_999)),
        ]
    );
}

#[tokio::test]
async fn a_chain_with_links_missing_or_made_anew_is_found() {
    let office = Office::start().await;
    let checkpoint = office.sealed().await;

    office.sql("delete from audit_chain where position in (4, 5)").await;
    office.sql("delete from audit_log where id not in (select entry_id from audit_chain)").await;
    assert_eq!(office.found(None).await, [(FindingKind::Gap, None)], "entries and links removed together");
    office.sql("delete from audit_chain where position > 8").await;
    let cut = office.found(Some(checkpoint)).await;
    assert!(cut.contains(&(FindingKind::OtherThanCheckpoint, None)), "{cut:?}");
    office.sql("delete from audit_chain").await;
    office.sql("update audit_log set actor_name = 'nobody'").await;
    office.sql("update audit_seal set sealed_below = '0'").await;
    for n in 0..10 {
        office.make(&Principal::system(), "company", json!({"name": format!("More {n}")})).await;
    }
    office.oltp.seal_audit().await.expect("sealed");

    assert_eq!(office.found(None).await, [], "made anew by somebody who can write to the database");
    assert_eq!(
        office.found(Some(checkpoint)).await.first().map(|found| found.0),
        Some(FindingKind::OtherThanCheckpoint)
    );
}

#[tokio::test]
async fn after_a_restore_into_another_server_sealing_goes_on() {
    let office = Office::start().await;
    office.sealed().await;
    // Numbers of transactions begin anew there, far below those in the backup.
    office.sql("update audit_seal set sealed_below = '900000000'").await;
    office.make(&Principal::system(), "company", json!({"name": "After"})).await;

    assert_eq!(office.oltp.seal_audit().await.expect("sealed"), 1);
    assert_eq!(office.oltp.seal_audit().await.expect("sealed"), 0);
    assert_eq!(office.found(None).await, []);
}

#[tokio::test]
async fn many_sealers_at_once_make_one_chain() {
    let office = Office::start().await;
    for n in 0..20 {
        office.make(&Principal::system(), "company", json!({"name": format!("Company {n}")})).await;
    }

    let sealed = futures::future::join_all((0..6).map(|_| office.oltp.seal_audit())).await;
    let rest = office.oltp.seal_audit().await.expect("sealed");

    let sealed: u64 = sealed.into_iter().map(|sealed| sealed.expect("sealed")).sum();
    assert_eq!(sealed + rest, 20);
    assert_eq!(office.found(None).await, []);
}

#[tokio::test]
async fn an_administrator_reads_what_everybody_did_and_nobody_else_does() {
    let office = Office::start().await;
    let (admin, manager) = (office.person("ada", Role::Admin).await, office.person("mia", Role::Manager).await);
    let deal = office.make(&manager, "deal", json!({"name": "Big"})).await;
    office.clock.advance(TimeDelta::hours(1));
    office.make(&manager, "company", json!({"name": "=cmd|' /C calc'!A0"})).await;

    let objects = async |query: &str| {
        let (status, page, text) = office.get(&admin, &format!("/api/audit?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{text}");
        let items = page["items"].as_array().expect("items").clone();
        items.iter().map(|item| item["object"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };

    assert_eq!(objects("actor=mia").await, ["company", "deal"]);
    assert_eq!(objects(&format!("actor={}&object=deal&action=create", manager.user_id)).await, ["deal"]);
    assert_eq!(objects(&format!("record_id={deal}")).await, ["deal"]);
    assert_eq!(objects("actor=mia&from=2026-03-31T12:30:00Z").await, ["company"]);
    assert_eq!(objects("actor=mia&to=2026-03-31T12:30:00Z").await, ["deal"]);
    assert_eq!(objects("actor=mia&action=delete").await, Vec::<String>::new());
    let (_, page, _) = office.get(&admin, "/api/audit?limit=1&actor=mia").await;
    let next = page["next"].as_str().expect("a next page").to_owned();
    assert_eq!(objects(&format!("limit=1&actor=mia&cursor={next}")).await, ["deal"]);
    for path in [
        "/api/audit",
        "/api/audit/export",
        "/api/audit/verification",
        "/api/security/events",
        "/api/security/suspicions",
    ] {
        assert_eq!(office.get(&manager, path).await.0, StatusCode::FORBIDDEN, "{path}");
    }
    let (status, _, csv) = office.get(&admin, "/api/audit/export?actor=mia").await;
    assert_eq!((status, csv.lines().count()), (StatusCode::OK, 3), "{csv}");
    assert!(!csv.contains("\n=") && !csv.contains(",="), "no cell runs as a formula: {csv}");
    assert_eq!(objects("action=export").await, ["audit_log"], "who took it is noted");
    let (_, wrong, _) = office.get(&admin, "/api/audit/verification?checkpoint=x").await;
    assert_eq!(wrong["errors"][0]["pointer"], "/checkpoint");
}

#[tokio::test]
async fn what_looks_unusual_is_told() {
    let office = Office::start().await;
    let (admin, rep) = (office.person("ada", Role::Admin).await, office.person("ben", Role::Rep).await);
    let now = catalog::Clock::now(office.clock.as_ref());
    let event = async |event: &str, user: Option<Uuid>, ip: &str, at: DateTime<Utc>| {
        let sql = "insert into security_log (at, event, user_id, ip) values ($1, $2, $3, $4)";
        sqlx::query(sql).bind(at).bind(event).bind(user).bind(ip).execute(office.oltp.pool()).await.expect("written");
    };
    event("logged_in", Some(rep.user_id), "192.0.2.1", now - TimeDelta::days(40)).await;
    event("logged_in", Some(rep.user_id), "192.0.2.1", now - TimeDelta::days(1)).await;
    event("logged_in", Some(admin.user_id), "192.0.2.7", now - TimeDelta::days(1)).await;
    let (_, quiet, _) = office.get(&admin, "/api/security/suspicions").await;

    event("logged_in", Some(rep.user_id), "203.0.113.9", now - TimeDelta::hours(3)).await;
    for minute in 0..12 {
        event("login_failed", None, "198.51.100.4", now - TimeDelta::minutes(40) + TimeDelta::seconds(minute)).await;
    }
    for _ in 0..60 {
        let sql = "insert into audit_log (at, actor_id, actor_name, action, object, changes)
                   values ($1, $2, 'ben', 'download', 'document', '{}')";
        sqlx::query(sql).bind(now).bind(rep.user_id).execute(office.oltp.pool()).await.expect("written");
    }
    let (_, found, text) = office.get(&admin, "/api/security/suspicions").await;

    assert_eq!(quiet["items"], json!([]), "a first address is not a new one");
    let told: Vec<(&str, &str, &str, i64)> = found["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| {
            let text = |name: &str| item[name].as_str().unwrap_or_default();
            (text("kind"), text("username"), text("ip"), item["occurrences"].as_i64().unwrap_or_default())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("many_exports", "ben", "", 60),
            ("many_failures", "", "198.51.100.4", 12),
            ("new_address", "ben", "203.0.113.9", 1)
        ],
        "{text}"
    );
    let (_, events, _) = office.get(&admin, "/api/security/events?ip=198.51.100.4&limit=5").await;
    assert_eq!((events["items"].as_array().map(Vec::len), events["next"].is_string()), (Some(5), true));
    let (_, of_ben, _) = office.get(&admin, "/api/security/events?user=ben&event=logged_in").await;
    assert_eq!(of_ben["items"].as_array().map(Vec::len), Some(3));
}

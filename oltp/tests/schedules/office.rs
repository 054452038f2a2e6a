//! A database with people who schedule reports, and a clock that is moved by hand.

use std::sync::Arc;

use catalog::{Catalog, Changes, FixedClock, ObjectDef, Principal, Role, Scope};
use chrono::TimeDelta;
use oltp::{Oltp, Result, records::Record, testing::Cluster};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A database of its own.
pub(crate) struct Office {
    pub(crate) oltp: Oltp,
    clock: Arc<FixedClock>,
    _cluster: Cluster,
}

impl Office {
    pub(crate) async fn start(now: &str) -> Self {
        let cluster = Cluster::start().await;
        let clock = Arc::new(FixedClock::at(now.parse().expect("a moment")));
        let catalog = Arc::new(Catalog::standard().with_ready("report", ["won-by-month"]));
        let oltp = Oltp::connect(cluster.url(), catalog, Arc::<FixedClock>::clone(&clock)).await.expect("a connection");
        oltp.migrate().await.expect("migrated");
        Self { oltp, clock, _cluster: cluster }
    }

    pub(crate) fn wait(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    pub(crate) fn object(&self, name: &str) -> &ObjectDef {
        self.oltp.catalog().object(name).expect("a standard object")
    }

    /// A rep who sees their own records.
    pub(crate) async fn person(&self, name: &str) -> Principal {
        let body = json!({"username": name, "email": format!("{name}@example.com"), "name": name, "role": "rep"});
        let record = self.make(&Principal::system(), "user", body).await.expect("a person");
        let user_id = id_of(&record);
        Principal {
            user_id,
            username: name.to_owned(),
            role: Role::Rep,
            scope: Scope::Own,
            visible_owner_ids: [user_id].into(),
            team_ids: [].into(),
            ..Principal::system()
        }
    }

    pub(crate) async fn suspend(&self, id: Uuid) {
        let changes = Changes::parse_patch(self.object("user"), &fields(json!({"status": "suspended"})));
        let changes = changes.expect("valid");
        self.oltp.update(&Principal::system(), self.object("user"), id, changes).await.expect("suspended");
    }

    pub(crate) async fn saved_report(&self, owner: &Principal, audience: &str) -> Uuid {
        let body = json!({"name": "Mine", "definition": {"version": 1}, "audience": audience});
        id_of(&self.make(owner, "saved_report", body).await.expect("a saved report"))
    }

    /// A daily schedule at 08:00 in Berlin to its owner, but for what is given.
    pub(crate) async fn schedule(&self, owner: &Principal, more: Value) -> Record {
        self.try_schedule(owner, more).await.expect("a schedule")
    }

    pub(crate) async fn try_schedule(&self, owner: &Principal, more: Value) -> Result<Record> {
        self.make(owner, "schedule", Value::Object(schedule_of(owner, more))).await
    }

    pub(crate) async fn change(&self, caller: &Principal, id: Uuid, body: Value) -> Result<Record> {
        let object = self.object("schedule");
        let changes = Changes::parse_patch(object, &fields(body))?;
        self.oltp.update(caller, object, id, changes).await
    }

    async fn make(&self, caller: &Principal, object: &str, body: Value) -> Result<Record> {
        let object = self.object(object);
        let changes = Changes::parse_new(object, &fields(body))?;
        self.oltp.create(caller, object, changes).await
    }
}

/// The fields of a daily schedule at 08:00 in Berlin to its owner, but for what is given.
pub(crate) fn schedule_of(owner: &Principal, more: Value) -> Map<String, Value> {
    let mut schedule = fields(json!({
        "name": "Daily numbers", "subject_kind": "report", "subject": "won-by-month", "cadence": "daily",
        "time_of_day": "08:00", "time_zone": "Europe/Berlin", "formats": ["csv"], "recipients": [owner.user_id],
    }));
    schedule.extend(fields(more));
    schedule
}

fn fields(value: Value) -> Map<String, Value> {
    let Value::Object(fields) = value else { panic!("not an object: {value}") };
    fields
}

pub(crate) fn id_of(record: &Record) -> Uuid {
    record["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

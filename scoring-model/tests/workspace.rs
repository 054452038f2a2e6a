//! A private Postgres, a warehouse that captures it, and scoring on both.

use std::{sync::Arc, time::Duration};

use catalog::{Changes, Clock, Principal, Role, Scope, SystemClock};
use chrono::{DateTime, TimeDelta, Utc};
use ingest::{Capture, CaptureConfig, CaptureHandle};
use oltp::{
    Oltp,
    bulk::{BulkAudit, BulkRow},
    records::Record,
    testing::Cluster,
};
use query_service::{QueryConfig, QueryService};
use scoring_model::Scoring;
use serde_json::{Value, json};
use uuid::Uuid;
use warehouse::{Lake, LakeConfig, TableSpec};

/// Longest time the warehouse may take to follow, on a busy machine.
const FOLLOW_LIMIT: Duration = Duration::from_mins(1);

pub(crate) struct Workspace {
    pub(crate) oltp: Oltp,
    pub(crate) scoring: Scoring,
    handle: CaptureHandle,
    capture: Option<Capture>,
    _dir: tempfile::TempDir,
    _cluster: Cluster,
}

impl Workspace {
    pub(crate) async fn start() -> Self {
        let cluster = Cluster::start().await;
        let oltp = cluster.oltp().await;
        let dir = tempfile::tempdir().unwrap();
        let lake_dir = dir.path().join("lake");
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let tables = oltp.catalog().objects.iter().map(TableSpec::from_object).collect();
        let (lake, reader) = Lake::open(LakeConfig::new(lake_dir.clone()), tables, Arc::clone(&clock)).await.unwrap();
        let capture = Capture::start(&oltp, lake, CaptureConfig::new(lake_dir.clone())).unwrap();
        let config = QueryConfig::new(lake_dir, dir.path().join("scratch"));
        let query = QueryService::new(reader, Arc::clone(oltp.catalog()), clock, config).unwrap();
        let scoring = Scoring::new(oltp.clone(), query);
        let handle = capture.handle();
        let workspace = Self { oltp, scoring, handle, capture: Some(capture), _dir: dir, _cluster: cluster };
        workspace.follow().await;
        workspace
    }

    /// Waits until the warehouse has copied what there is.
    async fn follow(&self) {
        let goal = self.oltp.log_position().await.unwrap();
        let mut status = self.handle.watch();
        let reached = tokio::time::timeout(FOLLOW_LIMIT, status.wait_for(|now| now.applied_lsn >= goal)).await;
        reached.unwrap().unwrap();
    }

    /// Ends the capture; a test that forgets it leaves a task behind.
    pub(crate) async fn stop(mut self) {
        if let Some(capture) = self.capture.take() {
            capture.stop().await.unwrap();
        }
    }

    pub(crate) async fn create(&self, caller: &Principal, object: &str, fields: &Value) -> Uuid {
        let object = self.oltp.catalog().object(object).unwrap();
        let changes = Changes::parse_new(object, fields.as_object().unwrap()).unwrap();
        let record = self.oltp.create(caller, object, changes).await.unwrap();
        record["id"].as_str().unwrap().parse().unwrap()
    }

    pub(crate) async fn update(&self, caller: &Principal, object: &str, id: Uuid, fields: &Value) {
        let object = self.oltp.catalog().object(object).unwrap();
        let changes = Changes::parse_patch(object, fields.as_object().unwrap()).unwrap();
        self.oltp.update(caller, object, id, changes).await.unwrap();
    }

    pub(crate) async fn lead(&self, id: Uuid) -> Record {
        self.oltp.read(&system(), self.oltp.catalog().object("lead").unwrap(), id).await.unwrap()
    }

    /// Leads of the last year that were closed 40 days after they arrived, and some that are open.
    pub(crate) async fn past_leads(&self, count: u32) {
        let now = self.oltp.clock().now();
        let (mut arrivals, mut closings) = (Vec::new(), Vec::new());
        for lead in 0..count {
            let at = now - TimeDelta::days(330) + TimeDelta::minutes(i64::from(lead) * 180);
            let id = uuid_of(lead);
            let source = if lead % 3 == 0 { "referral" } else { "website" };
            arrivals.push((id, at, json!({"name": format!("Lead {lead}"), "source": source})));
            let closed_at = at + TimeDelta::days(40);
            if closed_at < now && lead % 20 != 19 {
                let won = (lead * 37) % 100 < if lead % 3 == 0 { 60 } else { 20 };
                let lost = json!({"status": "lost", "lost_reason": "No budget"});
                closings.push((id, closed_at, if won { json!({"status": "converted"}) } else { lost }));
            }
        }
        let object = self.oltp.catalog().object("lead").unwrap();
        let audit = BulkAudit::Summary { source: "test".to_owned() };
        let row = |(id, effective_at, fields): &(Uuid, DateTime<Utc>, Value), new: bool| {
            let fields = fields.as_object().unwrap();
            let changes = if new { Changes::parse_new(object, fields) } else { Changes::parse_patch(object, fields) };
            BulkRow { id: *id, changes: changes.unwrap(), effective_at: *effective_at }
        };
        let mut tx = self.oltp.pool().begin().await.unwrap();
        let rows: Vec<BulkRow> = arrivals.iter().map(|lead| row(lead, true)).collect();
        self.oltp.bulk_insert(&mut tx, &system(), object, &rows, &audit).await.unwrap();
        let rows: Vec<BulkRow> = closings.iter().map(|lead| row(lead, false)).collect();
        self.oltp.bulk_update(&mut tx, &system(), object, &rows, &audit).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Ids whose last digits are spread evenly.
fn uuid_of(lead: u32) -> Uuid {
    Uuid::from_u128(0x7000_0000_0000 + u128::from(lead) * 7)
}

pub(crate) fn system() -> Principal {
    Principal::system()
}

pub(crate) fn person(number: u128, role: Role) -> Principal {
    let user_id = Uuid::from_u128(number);
    let scope = if role == Role::Rep { Scope::Own } else { Scope::All };
    Principal {
        user_id,
        username: format!("{}{number}", role.as_str()),
        role,
        scope,
        visible_owner_ids: [user_id].into(),
        team_ids: [].into(),
        ..Principal::system()
    }
}

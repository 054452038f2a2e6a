//! The job of an erasure: one step per place, each of which can be done again.
//!
//! What goes in Postgres is chosen and removed in the first step, in one transaction; from then on the
//! request itself knows whom it is about. The last step looks whether anything is left, writes the
//! proof and forgets the person.

use std::time::Duration;

use catalog::{Catalog, Principal};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgTransaction, types::Json};
use uuid::Uuid;

use super::{
    Person, Privacy,
    erasure::{Erasure, KIND},
    files, journal, ledger,
    order::{Known, Place, Remains},
    records::{self, Erasing, counted},
    remains::answer_patterns,
    subject::Subject,
    texts,
};
use crate::{
    Error, Oltp,
    jobs::{JobKind, Run, Step, Stopped},
    records::moment_text,
};

/// Steps before those of the stores that follow.
const OWN_STEPS: i64 = 4;
/// How often a long step says that it is alive; a third of what a runner may be silent for.
const BEAT_EVERY: Duration = Duration::from_secs(10);
/// Time between two looks for jobs that still write what they read before.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Does erasures; cheap to clone.
#[derive(Debug, Clone)]
pub struct Erasures {
    privacy: Privacy,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    erasure: Uuid,
}

impl Erasures {
    /// Erasures from this workspace.
    pub fn new(privacy: &Privacy) -> Self {
        Self { privacy: privacy.clone() }
    }
}

impl JobKind for Erasures {
    fn name(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Value, Stopped>> {
        Box::pin(async move {
            let Parameters { erasure } = run.parameters()?;
            let work = Work { privacy: &self.privacy, run, id: erasure };
            while work.step().await? {}
            Ok(json!({ "erasure": erasure }))
        })
    }
}

/// One attempt at an erasure.
struct Work<'a> {
    privacy: &'a Privacy,
    run: &'a Run,
    id: Uuid,
}

impl Work<'_> {
    /// Does the next step; `false` when there is none.
    async fn step(&self) -> Result<bool, Stopped> {
        let caller = self.run.caller().await?;
        super::administrators_only(&caller, "erase people")?;
        let (mut tx, done) = self.run.begin().await?;
        let copies = &self.privacy.inner.copies;
        let erasing = Erasing { catalog: self.catalog(), caller: &caller, at: self.now(), id: self.id };
        let following = usize::try_from(done - OWN_STEPS).ok().and_then(|at| copies.get(at));
        if done >= self.total() {
            return Ok(false);
        }
        match (done, following) {
            (0, _) => {
                let known = self.known_or_found(&mut tx).await?;
                let places = records::erase(&mut tx, erasing, &known).await?;
                self.finish(tx, done, places).await?;
                if known.subject.account().is_some() {
                    self.oltp().people_changed();
                }
            }
            (1, _) => {
                let known = self.known(&mut tx).await?;
                let places = words(&mut tx, erasing, &known).await?;
                self.finish(tx, done, places).await?;
            }
            (2, _) => {
                let known = self.known(&mut tx).await?;
                tx.rollback().await?;
                let place = self.beating(done, self.documents(&known)).await??;
                self.finish(self.run.begin().await?.0, done, vec![place]).await?;
            }
            (3, _) => {
                let known = self.known(&mut tx).await?;
                tx.rollback().await?;
                let place = self.beating(done, self.files(&known)).await??;
                self.finish(self.run.begin().await?.0, done, vec![place]).await?;
            }
            (_, Some(copies)) => {
                let order = self.known(&mut tx).await?.order(self.catalog());
                tx.rollback().await?;
                let place = self.beating(done, copies.erase(&order)).await??;
                self.finish(self.run.begin().await?.0, done, vec![place]).await?;
            }
            (_, None) => {
                let known = self.known(&mut tx).await?;
                tx.rollback().await?;
                let remains = self.beating(done, self.privacy.remains(&known)).await??;
                self.prove(&caller, done, (&known, remains)).await?;
            }
        }
        Ok(true)
    }

    /// Whom it is about: as the first step found them, under lock.
    async fn known_or_found(&self, tx: &mut PgConnection) -> Result<Known, Stopped> {
        let sql = "select subject from erasures where id = $1 for update";
        let known: Option<Json<Known>> = sqlx::query_scalar(sql).bind(self.id).fetch_one(&mut *tx).await?;
        if let Some(Json(known)) = known {
            return Ok(known);
        }
        let sql = "select object, record_id, include_matches from erasures where id = $1";
        let (object, id, include_matches): (String, Uuid, bool) =
            sqlx::query_as(sql).bind(self.id).fetch_one(&mut *tx).await?;
        let person = Person { object, id, include_matches };
        let subject = Subject::find(tx, self.catalog(), &person).await?;
        let known = Known { subject, ..Known::default() };
        records::lock(tx, self.catalog(), &known).await?;
        let known = Known::find(tx, self.catalog(), known.subject).await?;
        let stored = sqlx::query("update erasures set subject = $2 where id = $1").bind(self.id).bind(Json(&known));
        stored.execute(tx).await?;
        Ok(known)
    }

    async fn known(&self, tx: &mut PgConnection) -> Result<Known, Stopped> {
        let sql = "select subject from erasures where id = $1";
        let known: Option<Json<Known>> = sqlx::query_scalar(sql).bind(self.id).fetch_one(tx).await?;
        known
            .map(|Json(known)| known)
            .ok_or_else(|| Error::Broken("an erasure under way does not know whom it is about".to_owned()).into())
    }

    /// Documents go with their bytes, unless another document has the same bytes.
    async fn documents(&self, known: &Known) -> Result<Place, Stopped> {
        let ids = known.targets.documents.iter().copied().collect::<Vec<_>>();
        let erased = self.privacy.inner.documents.erase_for_good(&ids).await?;
        let mut hash = Sha256::new();
        for sha256 in &erased {
            hash.update(sha256);
        }
        let removed = i64::try_from(erased.len()).unwrap_or(i64::MAX);
        let sha256 = Some(texts::hex(&hash.finalize()));
        Ok(Place { place: "documents".to_owned(), removed, changed: 0, sha256 })
    }

    /// Files of jobs; those that read before the first step may still be writing.
    async fn files(&self, known: &Known) -> Result<Place, Stopped> {
        let sql = "select exists (select 1 from jobs j, jobs own where own.id = $1 and j.id <> own.id \
                   and j.state = 'running' and j.kind in ('export', 'import', 'subject_access') \
                   and j.started_at < own.started_at)";
        while sqlx::query_scalar(sql).bind(self.run.id).fetch_one(self.oltp().pool()).await? {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(files::erase(&self.privacy.inner.files, self.oltp().pool(), &known.words()).await?)
    }

    /// Writes down what was removed and moves on to the next step.
    async fn finish(&self, mut tx: PgTransaction<'static>, done: i64, places: Vec<Place>) -> Result<(), Stopped> {
        sqlx::query("update erasures set places = places || $2 where id = $1")
            .bind(self.id)
            .bind(Json(places))
            .execute(&mut *tx)
            .await?;
        let step = Step { done: done + 1, total: Some(self.total()), ..Step::default() };
        self.run.advance(&mut tx, &step).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The last step: the proof, or what is left.
    async fn prove(
        &self,
        caller: &Principal,
        done: i64,
        (known, remains): (&Known, Vec<Remains>),
    ) -> Result<(), Stopped> {
        let (mut tx, _done) = self.run.begin().await?;
        let complete = remains.is_empty();
        let erasure: Erasure = sqlx::query_as(include_str!("../../sql/erasures.sql"))
            .bind(self.id)
            .bind(1_i64)
            .fetch_one(&mut *tx)
            .await?;
        let now = self.now();
        let mut proof = json!({
            "erasure": erasure.id,
            "object": erasure.object,
            "record_id": erasure.record_id,
            "asked": { "by": erasure.requested_by_name, "at": moment_text(erasure.created_at) },
            "confirmed": { "by": erasure.confirmed_by_name, "at": erasure.confirmed_at.map(moment_text) },
            "finished_at": moment_text(now),
            "complete": complete,
            "records": known.subject.ids().len(),
            "words_sought": known.sought.words.len(),
            "words_spared": known.sought.spared,
            "places": erasure.places,
            "remains": remains,
        });
        let sha256 = texts::hex(&Sha256::digest(proof.to_string()));
        proof["sha256"] = Value::String(sha256.clone());
        let reason =
            erasure.reason.as_deref().map(|text| known.words().taken_out(text).unwrap_or_else(|| text.to_owned()));
        sqlx::query(include_str!("../../sql/finish_erasure.sql"))
            .bind(self.id)
            .bind(complete)
            .bind(Json(&remains))
            .bind(now)
            .bind(Json(&proof))
            .bind(reason)
            .execute(&mut *tx)
            .await?;
        let changes = json!({ "erasure": self.id, "complete": complete, "sha256": sha256 });
        let entry = journal::Entry { action: "erase", object: &erasure.object, record_id: erasure.record_id, changes };
        journal::note(&mut tx, caller, now, entry).await?;
        let step = Step { done: done + 1, total: Some(self.total()), ..Step::default() };
        self.run.advance(&mut tx, &step).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Waits for something long; the job stays alive meanwhile, and is stopped when its author says so.
    async fn beating<T: Send>(&self, done: i64, work: impl Future<Output = T> + Send) -> Result<T, Stopped> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                outcome = &mut work => return Ok(outcome),
                () = tokio::time::sleep(BEAT_EVERY) => {
                    self.run.beat(&Step { done, total: Some(self.total()), ..Step::default() }).await?;
                }
            }
        }
    }

    /// How many steps there are: ours, one per store, and the look at the end.
    fn total(&self) -> i64 {
        OWN_STEPS + i64::try_from(self.privacy.inner.copies.len()).unwrap_or_default() + 1
    }

    fn oltp(&self) -> &Oltp {
        self.privacy.oltp()
    }

    fn catalog(&self) -> &Catalog {
        self.oltp().catalog()
    }

    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.oltp().clock().now()
    }
}

/// Takes the words out of every text of Postgres, and forgets answers that hold them.
async fn words(tx: &mut PgConnection, erasing: Erasing<'_>, known: &Known) -> Result<Vec<Place>, Stopped> {
    let (words, patterns) = (known.words(), texts::patterns(&known.sought.words));
    let mut places = texts::erase(tx, (&words, &patterns), erasing.at).await?;
    places.push(ledger::clean(tx, erasing, (&words, &patterns)).await?);
    let answers = sqlx::query(include_str!("../../sql/forget_answers.sql")).bind(answer_patterns(known));
    places.push(counted("idempotency_keys", answers.execute(tx).await?.rows_affected(), 0));
    places.retain(|place| place.removed + place.changed > 0);
    Ok(places)
}

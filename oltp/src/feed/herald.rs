//! Tells the notices of writes once their transactions are committed, many at a time.
//!
//! `NOTIFY` within a transaction holds a lock of the whole database until its commit is on the disk, so
//! writers would commit one after the other. Instead, what is to be told waits here with the name of
//! its transaction, and Postgres is asked how that ended. A process that is killed in between takes its
//! last notices with it; the next start tells everybody to look again.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::PgPool;
use tokio::{sync::Notify, time::sleep};

use super::{CHANNEL, ChangeFeed, spawn};
use crate::Result;

/// First and longest pause while transactions go on.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
/// Pause while the database is away.
const AWAY: Duration = Duration::from_secs(1);
/// Notices told in one statement; the rest waits for the next.
const AT_ONCE: usize = 1_000;
/// Notices that wait; more are not told one by one: everybody looks again.
const MOST: usize = 50_000;
/// What is no notice, so that whoever hears it looks at everything again.
pub(super) const LOOK_AGAIN: &str = "{}";

/// Notices that wait for the ends of their transactions.
#[derive(Debug, Clone, Default)]
pub(super) struct Herald {
    queue: Arc<Mutex<Queue>>,
    /// Woken when nothing waits any more.
    silent: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<Waiting>,
    running: bool,
}

#[derive(Debug)]
struct Waiting {
    tx: String,
    notice: String,
}

impl ChangeFeed {
    /// Tells the notices when, and only when, the transaction commits.
    pub(crate) fn tell_after(&self, pool: &PgPool, tx: &str, notices: Vec<String>) {
        if notices.is_empty() {
            return;
        }
        let herald = &self.0.herald;
        let starts = herald.with(|queue| {
            if queue.waiting.len() + notices.len() > MOST {
                queue.waiting.clear();
                queue.waiting.push(Waiting { tx: tx.to_owned(), notice: LOOK_AGAIN.to_owned() });
            } else {
                queue.waiting.extend(notices.into_iter().map(|notice| Waiting { tx: tx.to_owned(), notice }));
            }
            !mem::replace(&mut queue.running, true)
        });
        if starts {
            spawn(herald.clone().tell_all(pool.clone()));
        }
    }

    /// Waits until everything committed so far is told, for as long as somebody writes.
    pub async fn told(&self) {
        let herald = &self.0.herald;
        loop {
            let silent = herald.silent.notified();
            if !herald.with(|queue| queue.running) {
                return;
            }
            silent.await;
        }
    }

    /// Lets everybody look at everything again: what was told before may have been lost.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn resync(&self, pool: &PgPool) -> Result<()> {
        sqlx::query("select pg_notify($1, $2)").bind(CHANNEL).bind(LOOK_AGAIN).execute(pool).await?;
        Ok(())
    }
}

impl Herald {
    fn with<T>(&self, work: impl FnOnce(&mut Queue) -> T) -> T {
        work(&mut self.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells what waits until nothing is left.
    async fn tell_all(self, pool: PgPool) {
        let mut pause = FIRST_PAUSE;
        while let Some(batch) = self.next() {
            match tell(&pool, &batch).await {
                Ok(states) => {
                    let goes_on = |state: &Option<String>| state.as_deref() == Some("in progress");
                    let pairs = batch.into_iter().zip(states);
                    let left: Vec<Waiting> = pairs.filter(|(_, state)| goes_on(state)).map(|(one, _)| one).collect();
                    if left.is_empty() {
                        pause = FIRST_PAUSE;
                        continue;
                    }
                    self.put_back(left);
                }
                Err(sqlx::Error::PoolClosed) => return,
                Err(error) => {
                    tracing::warn!("changes cannot be told right now: {error}");
                    self.put_back(batch);
                    pause = AWAY;
                }
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn next(&self) -> Option<Vec<Waiting>> {
        let batch = self.with(|queue| {
            let rest = queue.waiting.split_off(queue.waiting.len().min(AT_ONCE));
            let batch = mem::replace(&mut queue.waiting, rest);
            queue.running = !batch.is_empty();
            queue.running.then_some(batch)
        });
        if batch.is_none() {
            self.silent.notify_waiters();
        }
        batch
    }

    fn put_back(&self, mut left: Vec<Waiting>) {
        self.with(|queue| {
            left.append(&mut queue.waiting);
            queue.waiting = left;
        });
    }
}

/// Tells what is committed; answers how each transaction stands.
async fn tell(pool: &PgPool, batch: &[Waiting]) -> std::result::Result<Vec<Option<String>>, sqlx::Error> {
    let transactions: Vec<&str> = batch.iter().map(|one| one.tx.as_str()).collect();
    let notices: Vec<&str> = batch.iter().map(|one| one.notice.as_str()).collect();
    let states = sqlx::query_as(include_str!("../../sql/tell_committed.sql")).bind(transactions).bind(notices);
    let states: Vec<(Option<String>, Option<String>)> = states.fetch_all(pool).await?;
    Ok(states.into_iter().map(|(state, _)| state).collect())
}

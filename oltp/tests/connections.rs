//! Connections are what the next one who takes them believes them to be.

use std::{task::Poll, time::Duration};

use oltp::testing::Cluster;
use sqlx::{Acquire, Row};

/// Longest time until connections are back in the pool, on a busy machine.
const SOON: Duration = Duration::from_secs(30);
/// Who goes away in the middle: more than the pool has connections.
const CALLERS: usize = 40;

#[tokio::test]
async fn whoever_goes_away_while_a_transaction_begins_leaves_none_open() {
    let cluster = Cluster::start().await;
    let oltp = cluster.oltp().await;
    for _ in 0..CALLERS {
        let mut connection = oltp.pool().acquire().await.expect("a connection");
        let mut begin = std::pin::pin!(connection.begin());
        // It is asked once, so that the statement is on its way, and then nobody waits for it any more.
        std::future::poll_fn(|context| Poll::Ready(begin.as_mut().poll(context).is_ready())).await;
    }

    let sql = "select count(*) from pg_stat_activity where state like 'idle in transaction%'";
    let none = async {
        loop {
            let open: i64 = sqlx::query_scalar(sql).fetch_one(oltp.pool()).await.expect("a number");
            let outside = sqlx::raw_sql("select now() = statement_timestamp()").fetch_one(oltp.pool()).await;
            let outside: bool = outside.expect("an answer").get(0);
            assert!(outside, "the pool gave out a connection within somebody's transaction");
            if open == 0 {
                return;
            }
        }
    };
    tokio::time::timeout(SOON, none).await.expect("no transaction stays open");
}

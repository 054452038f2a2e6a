//! The stream of changes over real HTTP: who hears what.

use std::time::Duration;

use axum::Extension;
use catalog::{Changes, ObjectDef, Principal, Role, Scope};
use oltp::{
    Oltp,
    bulk::{BulkAudit, BulkRow},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::workspace::Workspace;

/// Longest time a change may take to be heard, on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// A server for one person, and their open stream.
struct Listener {
    lines: tokio::io::Lines<BufReader<TcpStream>>,
    event: String,
    server: JoinHandle<()>,
}

impl Listener {
    #[expect(clippy::disallowed_methods, reason = "the server runs beside the test and is aborted at its end")]
    async fn open(oltp: &Oltp, caller: &Principal, headers: &str) -> Self {
        // How the people came to be is not what is listened to.
        oltp.feed().told().await;
        let router = oltp::api::record_routes(oltp).layer(Extension(caller.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        let mut stream = TcpStream::connect(address).await.expect("connected");
        let request = format!("GET /api/events HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut listener = Self { lines: BufReader::new(stream).lines(), event: String::new(), server };
        let status = listener.line().await.expect("a status line");
        assert!(status.contains("200"), "{status}");
        // The greeting is sent once the feed listens.
        while !listener.line().await.expect("a greeting").starts_with("retry:") {}
        listener
    }

    /// The next line of the answer; `None` at its end.
    async fn line(&mut self) -> Option<String> {
        tokio::time::timeout(SOON, self.lines.next_line()).await.expect("something in time").expect("readable")
    }

    /// The next event and its data; `None` when the stream has ended.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            let line = self.line().await?;
            if line == "0" {
                return None;
            }
            if let Some(event) = line.strip_prefix("event: ") {
                event.clone_into(&mut self.event);
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Some((std::mem::take(&mut self.event), serde_json::from_str(data).expect("JSON")));
            }
        }
    }

    /// What was heard up to and including the record with this name of the actor's last write.
    async fn until(&mut self, last: &str) -> Vec<(String, String)> {
        let mut heard = Vec::new();
        loop {
            let (event, data) = self.next().await.expect("the stream goes on");
            assert_eq!(event, "change", "{data}");
            let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
            if text("table") == last {
                return heard;
            }
            heard.push((text("table"), format!("{} {}", text("action"), text("actor"))));
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn words(pairs: &[(&str, String)]) -> Vec<(String, String)> {
    pairs.iter().map(|(table, what)| ((*table).to_owned(), what.clone())).collect()
}

#[tokio::test]
async fn two_people_hear_different_changes() {
    let workspace = Workspace::start().await;
    let (anna, ben) = (workspace.rep().await, workspace.rep().await);
    let boss = workspace.person(Role::Manager, Scope::All, &[]).await;
    let mut to_anna = Listener::open(&workspace.oltp, &anna, "").await;
    let mut to_ben = Listener::open(&workspace.oltp, &ben, "").await;
    let by_anna = workspace.client(&anna);
    let by_boss = workspace.client(&boss);

    let deal = by_anna.post("/api/deals", json!({"name": "Big"})).await.id();
    let path = format!("/api/deals/{deal}");
    by_anna.patch(&path, json!({"name": "Bigger"})).await;
    let refused = by_anna.patch(&path, json!({"name": ""})).await;
    by_boss.patch(&path, json!({"owner_id": ben.user_id})).await;
    by_boss.patch(&path, json!({"name": "Ben's"})).await;
    by_boss.delete(&path).await;
    by_boss.post(&format!("{path}/restore"), json!({})).await;
    by_boss.post("/api/products", json!({"name": "The last change"})).await;

    assert!(refused.status.is_client_error());
    let (anna, boss) = (anna.username, boss.username);
    assert_eq!(
        to_anna.until("products").await,
        words(&[
            ("deals", format!("create {anna}")),
            ("deals", format!("update {anna}")),
            ("deals", "delete ".to_owned()),
        ])
    );
    assert_eq!(
        to_ben.until("products").await,
        words(&[
            ("deals", format!("update {boss}")),
            ("deals", format!("update {boss}")),
            ("deals", format!("delete {boss}")),
            ("deals", format!("restore {boss}")),
        ])
    );
}

#[tokio::test]
async fn a_bulk_load_is_one_event_and_what_is_rolled_back_is_none() {
    let workspace = Workspace::start().await;
    let boss = workspace.person(Role::Manager, Scope::All, &[]).await;
    let mut heard = Listener::open(&workspace.oltp, &boss, "").await;
    let object = workspace.object("lead").clone();
    let audit = BulkAudit::PerRecord { source: "test".to_owned() };
    let rows: Vec<BulkRow> = (0..200)
        .map(|number| BulkRow {
            id: catalog::Ids.fresh(),
            changes: Changes::parse_new(&object, json!({"name": format!("{number}")}).as_object().unwrap()).unwrap(),
            effective_at: workspace.oltp.clock().now(),
        })
        .collect();

    for keep in [false, true] {
        let mut tx = workspace.oltp.pool().begin().await.unwrap();
        let system = Principal::system();
        workspace.oltp.bulk_insert(&mut tx, &system, &object, &rows, &audit).await.unwrap();
        if keep {
            tx.commit().await.unwrap();
        } else {
            tx.rollback().await.unwrap();
        }
    }
    workspace.client(&boss).post("/api/products", json!({"name": "The last change"})).await;

    assert_eq!(heard.next().await, Some(("change".to_owned(), json!({"table": "leads", "action": "bulk"}))));
    assert_eq!(heard.next().await.map(|(_, data)| data["table"].clone()), Some(json!("products")));
}

#[tokio::test]
async fn a_stream_ends_with_a_resync_when_rights_may_have_changed() {
    let workspace = Workspace::start().await;
    let anna = workspace.rep().await;
    let mut heard = Listener::open(&workspace.oltp, &anna, "").await;

    workspace.make("team", json!({"name": "South"})).await;

    assert_eq!(heard.next().await.map(|(event, _)| event).as_deref(), Some("resync"));
    assert_eq!(heard.next().await, None);
}

#[tokio::test]
async fn who_comes_back_is_told_to_resync_and_a_closed_feed_ends() {
    let workspace = Workspace::start().await;
    let anna = workspace.rep().await;
    let mut heard = Listener::open(&workspace.oltp, &anna, "last-event-id: 4\r\n").await;

    assert_eq!(heard.next().await.map(|(event, _)| event).as_deref(), Some("resync"));
    workspace.oltp.feed().close();

    assert_eq!(heard.next().await, None);
}

#[tokio::test]
async fn only_their_author_hears_how_far_a_job_is() {
    let workspace = Workspace::start().await;
    let (anna, ben) = (workspace.rep().await, workspace.rep().await);
    let lead = workspace.make("lead", json!({"name": "A", "owner_id": anna.user_id})).await;
    let mut to_anna = Listener::open(&workspace.oltp, &anna, "").await;
    let mut to_ben = Listener::open(&workspace.oltp, &ben, "").await;

    let request = json!({"action": "update", "set": {"source": "fair"}, "ids": [lead["id"]]});
    let job = workspace.client(&anna).post("/api/leads/bulk", request).await.body;
    super::jobs::run_all(&workspace).await;
    workspace.client(&anna).post("/api/products", json!({"name": "refused"})).await;
    workspace.make("product", json!({"name": "The last change"})).await;

    let mut states = Vec::new();
    while let Some((event, data)) = to_anna.next().await {
        if event == "job" {
            assert_eq!((&data["id"], &data["total"]), (&job["id"], &json!(1)));
            states.push(data["state"].clone());
        }
        if data["table"] == "products" {
            break;
        }
    }
    assert_eq!(states, [json!("running"), json!("done")]);
    let (first, second) = (to_ben.next().await, to_ben.next().await);
    let tables = [first, second].map(|heard| heard.map(|(event, data)| (event, data["table"].clone())));
    let change = |table: &str| Some(("change".to_owned(), json!(table)));
    assert_eq!(tables, [change("leads"), change("products")], "bulk changes are told to everybody, jobs are not");
}

#[tokio::test]
async fn a_change_is_told_once_its_transaction_is_committed_and_never_if_it_is_not() {
    let workspace = Workspace::start().await;
    let boss = workspace.admin().await;
    let mut to_boss = Listener::open(&workspace.oltp, &boss, "").await;
    let client = workspace.client(&boss);
    let audit = BulkAudit::Summary { source: "test".to_owned() };
    let row = |object: &ObjectDef, body: Value| {
        let changes = Changes::parse_new(object, body.as_object().expect("an object")).expect("valid fields");
        BulkRow { id: catalog::Ids.fresh(), changes, effective_at: workspace.oltp.clock().now() }
    };
    let (task, note) = (workspace.object("task"), workspace.object("note"));
    let (tasks, notes) = ([row(task, json!({"name": "Call"}))], [row(note, json!({"body": "Gone"}))]);

    let mut kept = workspace.oltp.pool().begin().await.expect("a transaction");
    workspace.oltp.bulk_insert(&mut kept, &boss, task, &tasks, &audit).await.expect("written");
    let mut undone = workspace.oltp.pool().begin().await.expect("a transaction");
    workspace.oltp.bulk_insert(&mut undone, &boss, note, &notes, &audit).await.expect("written");
    client.post("/api/products", json!({"name": "Meanwhile"})).await;
    let before = to_boss.until("products").await;
    undone.rollback().await.expect("rolled back");
    kept.commit().await.expect("committed");
    let (event, told) = to_boss.next().await.expect("the stream goes on");
    client.post("/api/products", json!({"name": "The last change"})).await;
    let after = to_boss.until("products").await;

    assert_eq!((before, after), (Vec::new(), Vec::new()));
    assert_eq!((event.as_str(), &told["table"], &told["action"]), ("change", &json!("tasks"), &json!("bulk")));
}

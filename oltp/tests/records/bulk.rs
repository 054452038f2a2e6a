//! Bulk loads: exact rejects, effective times, the same rules as single records.

use catalog::{Changes, Fault, ObjectDef, Principal, Role, Scope};
use oltp::{
    Error,
    bulk::{BulkAudit, BulkRow, RowOutcome},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::workspace::{Workspace, at, id_of};

pub(super) fn row(object: &ObjectDef, body: Value, effective_at: &str) -> BulkRow {
    let Value::Object(body) = body else { panic!("not an object: {body}") };
    let changes = Changes::parse_new(object, &body).expect("valid");
    BulkRow { id: catalog::Ids.fresh(), changes, effective_at: at(effective_at) }
}

pub(super) fn change(object: &ObjectDef, id: Uuid, body: Value, effective_at: &str) -> BulkRow {
    let Value::Object(body) = body else { panic!("not an object: {body}") };
    let changes = Changes::parse_patch(object, &body).expect("valid");
    BulkRow { id, changes, effective_at: at(effective_at) }
}

fn per_record() -> BulkAudit {
    BulkAudit::PerRecord { source: "import test.csv".to_owned() }
}

pub(super) fn summary() -> BulkAudit {
    BulkAudit::Summary { source: "simulator".to_owned() }
}

fn codes(outcomes: &[RowOutcome]) -> Vec<&'static str> {
    let code = |outcome: &RowOutcome| match outcome {
        RowOutcome::Written => "",
        RowOutcome::Refused(error) => error.invalid().map_or(error.code(), |invalid| invalid.0[0].code),
    };
    outcomes.iter().map(code).collect()
}

#[tokio::test]
async fn exactly_the_bad_rows_of_a_load_are_refused() {
    let workspace = Workspace::start().await;
    let object = workspace.object("order");
    let company = id_of(&workspace.make("company", json!({"name": "Acme"})).await);
    let order = |n: usize| json!({"number": format!("A-{n}"), "ordered_on": "2025-01-01", "company_id": company});
    let mut bodies: Vec<Value> = (0..1_000).map(order).collect();
    bodies[17]["number"] = json!("A-16");
    bodies[500]["total_amount"] = json!("-1");
    bodies[501]["company_id"] = json!(Uuid::from_u128(5));
    bodies[999]["number"] = json!("A-0");
    let rows: Vec<BulkRow> = bodies.into_iter().map(|body| row(object, body, "2025-01-01T00:00:00Z")).collect();

    let mut tx = workspace.oltp.pool().begin().await.expect("a transaction");
    let system = Principal::system();
    let outcomes =
        workspace.oltp.bulk_insert_each(&mut tx, &system, object, &rows, &per_record()).await.expect("loaded");
    tx.commit().await.expect("committed");

    let refused: Vec<(usize, &str)> =
        codes(&outcomes).into_iter().enumerate().filter(|(_, code)| !code.is_empty()).collect();
    assert_eq!(refused, [(17, "duplicate"), (500, "not_allowed"), (501, "unknown_record"), (999, "duplicate")]);
    assert_eq!(workspace.count("select count(*) from orders").await, 996);
    assert_eq!(
        workspace.count("select count(*) from audit_log where object = 'order' and source like 'import%'").await,
        996
    );
}

#[tokio::test]
async fn a_strict_load_writes_all_or_nothing() {
    let workspace = Workspace::start().await;
    let object = workspace.object("order");
    let order = |n: usize| json!({"number": format!("A-{}", n % 9), "ordered_on": "2025-01-01"});
    let rows: Vec<BulkRow> = (0..10).map(|n| row(object, order(n), "2025-01-01T00:00:00Z")).collect();
    let system = Principal::system();

    let mut tx = workspace.oltp.pool().begin().await.expect("a transaction");
    let refused = workspace.oltp.bulk_insert(&mut tx, &system, object, &rows, &summary()).await;
    let written = workspace.oltp.bulk_insert(&mut tx, &system, object, &rows[..9], &summary()).await;
    tx.commit().await.expect("committed");

    assert!(matches!(refused, Err(Error::BulkRow { index: 9, .. })), "{refused:?}");
    assert_eq!(written.expect("written"), 9);
    assert_eq!(workspace.count("select count(*) from orders").await, 9);
    assert_eq!(workspace.count("select count(*) from audit_log where object = 'order'").await, 1);
    assert_eq!(
        workspace.count("select (payload ->> 'records')::bigint from outbox where topic = 'order.bulk_created'").await,
        9
    );
}

#[tokio::test]
async fn loaded_versions_carry_their_effective_times_and_follow_the_rules() {
    let workspace = Workspace::start().await;
    let object = workspace.object("deal");
    let stages = workspace.oltp.titled(&Principal::system(), workspace.object("stage"), "won").await.expect("stages");
    let won = stages[0]["id"].clone();
    let rows: Vec<BulkRow> =
        (0..50).map(|n| row(object, json!({"name": format!("d{n}"), "amount": "1"}), "2017-01-02T03:04:05Z")).collect();
    let close = |row: &BulkRow| change(object, row.id, json!({"stage_id": won}), "2017-06-30T00:00:00Z");
    let closing: Vec<BulkRow> = rows.iter().take(20).map(close).collect();
    let late: Vec<BulkRow> =
        rows.iter().take(1).map(|row| change(object, row.id, json!({"name": "x"}), "2017-02-01T00:00:00Z")).collect();
    let (oltp, system) = (&workspace.oltp, Principal::system());

    let mut tx = oltp.pool().begin().await.expect("a transaction");
    assert_eq!(oltp.bulk_insert(&mut tx, &system, object, &rows, &summary()).await.expect("inserted"), 50);
    assert_eq!(oltp.bulk_update(&mut tx, &system, object, &closing, &per_record()).await.expect("updated"), 20);
    let late = oltp.bulk_update_each(&mut tx, &system, object, &late, &summary()).await.expect("answered");
    let gone: Vec<BulkRow> =
        rows.iter().skip(40).map(|row| BulkRow { effective_at: at("2018-01-01T00:00:00Z"), ..row.clone() }).collect();
    assert_eq!(oltp.bulk_soft_delete(&mut tx, &system, object, &gone, &summary()).await.expect("deleted"), 10);
    tx.commit().await.expect("committed");

    let record = oltp.read(&system, object, rows[0].id).await.expect("there");
    assert_eq!(
        (&record["created_at"], &record["updated_at"]),
        (&json!("2017-01-02T03:04:05.000000Z"), &json!("2017-06-30T00:00:00.000000Z"))
    );
    assert_eq!((&record["stage_entered_at"], &record["closed_on"]), (&record["updated_at"], &json!("2017-06-30")));
    assert_eq!(
        (&record["status"], &record["probability"], &record["version"]),
        (&json!("won"), &json!("100.00"), &json!(2))
    );
    assert_eq!(codes(&late), ["out_of_order"]);
    assert_eq!(workspace.count("select count(*) from deals where status = 'open' and deleted_at is null").await, 20);
    assert_eq!(
        workspace.count("select count(*) from deals where deleted_at = '2018-01-01Z' and version = 2").await,
        10
    );
    assert_eq!(workspace.traces(rows[0].id).await, (1, 0));
}

#[tokio::test]
async fn loaded_items_make_the_totals_of_their_orders() {
    let workspace = Workspace::start().await;
    let (oltp, system) = (&workspace.oltp, Principal::system());
    let (order, item) = (workspace.object("order"), workspace.object("order_item"));
    let new =
        |n: usize| row(order, json!({"number": n.to_string(), "ordered_on": "2025-01-01"}), "2025-01-01T00:00:00Z");
    let orders: Vec<BulkRow> = (0..10).map(new).collect();
    let item_of = |n: usize| {
        let body = json!({"order_id": orders[n % 10].id, "quantity": n + 1, "unit_price": "1.50"});
        row(item, body, "2025-01-02T00:00:00Z")
    };
    let items: Vec<BulkRow> = (0..100).map(item_of).collect();

    let mut tx = oltp.pool().begin().await.expect("a transaction");
    oltp.bulk_insert(&mut tx, &system, order, &orders, &summary()).await.expect("orders");
    oltp.bulk_insert(&mut tx, &system, item, &items, &summary()).await.expect("items");
    tx.commit().await.expect("committed");

    let record = oltp.read(&system, order, orders[3].id).await.expect("there");
    // (4 + 14 + ... + 94) * 1.50
    assert_eq!((&record["total_amount"], &record["version"]), (&json!("735.00"), &json!(2)));
    assert_eq!(record["updated_at"], "2025-01-02T00:00:00.000000Z");
}

#[tokio::test]
async fn a_load_obeys_the_permissions_of_its_author() {
    let workspace = Workspace::start().await;
    let (oltp, rep, stranger) = (&workspace.oltp, workspace.rep().await, workspace.rep().await);
    let analyst = workspace.person(Role::Analyst, Scope::All, &[]).await;
    let lead = workspace.object("lead");
    let hidden = id_of(&workspace.make("lead", json!({"name": "hidden", "owner_id": stranger.user_id})).await);
    let rows = [
        row(lead, json!({"name": "own"}), "2025-01-01T00:00:00Z"),
        row(lead, json!({"name": "foreign", "owner_id": stranger.user_id}), "2025-01-01T00:00:00Z"),
    ];
    let twice = change(lead, rows[0].id, json!({"name": "y"}), "2025-02-01T00:00:00Z");
    let changes = [change(lead, hidden, json!({"name": "x"}), "2027-01-01T00:00:00Z"), twice.clone(), twice];

    let mut tx = oltp.pool().begin().await.expect("a transaction");
    let inserted = oltp.bulk_insert_each(&mut tx, &rep, lead, &rows, &summary()).await.expect("answered");
    let updated = oltp.bulk_update_each(&mut tx, &rep, lead, &changes, &summary()).await.expect("answered");
    let refused = oltp.bulk_insert_each(&mut tx, &analyst, lead, &rows, &summary()).await;
    tx.commit().await.expect("committed");

    assert_eq!(codes(&inserted), ["", "outside_your_scope"]);
    assert_eq!(codes(&updated), ["record_not_found", "", "duplicate"]);
    assert!(matches!(refused, Err(Error::NotAllowed { .. })), "{refused:?}");
    assert_eq!(oltp.read(&rep, lead, rows[0].id).await.expect("there")["owner_id"], json!(rep.user_id));
}

//! Every row of a list for a file: the caller's rows, fields and names, and the trace it leaves.

use catalog::{Fault, Principal, Role, Scope};
use oltp::records::{ExportRow, export_columns};
use serde_json::json;
use tokio::sync::mpsc;

use super::workspace::{Workspace, id_of};

async fn rows(workspace: &Workspace, caller: &Principal, query: &str, columns: &[&str]) -> Vec<ExportRow> {
    let lead = workspace.object("lead");
    let names: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
    let columns = export_columns(caller, lead, &names).expect("columns");
    let query = workspace.oltp.whole_list(caller, lead, query).await.expect("a list");
    let (sender, mut receiver) = mpsc::channel(1);
    let collect = async {
        let mut rows = Vec::new();
        while let Some(batch) = receiver.recv().await {
            rows.extend(batch);
        }
        rows
    };
    let (count, rows) = tokio::join!(workspace.oltp.export_rows((caller, lead), &query, &columns, sender), collect);
    assert_eq!(count.expect("exported"), rows.len() as u64);
    rows
}

fn texts(cells: &[Option<&str>]) -> ExportRow {
    cells.iter().map(|cell| cell.map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_file_holds_the_rows_the_order_and_the_names_that_its_author_sees() {
    let workspace = Workspace::start().await;
    let (rep, stranger) = (workspace.rep().await, workspace.rep().await);
    let own = id_of(&workspace.make("company", json!({"name": "Acme", "owner_id": rep.user_id})).await);
    let hidden = id_of(&workspace.make("company", json!({"name": "Secret", "owner_id": stranger.user_id})).await);
    let lead = |name: &str, value: &str, company, owner| json!({"name": name, "estimated_value": value, "company_id": company, "owner_id": owner, "source": "web"});
    workspace.make("lead", lead("b", "10", own, rep.user_id)).await;
    workspace.make("lead", lead("a", "0.5", hidden, rep.user_id)).await;
    workspace.make("lead", lead("c", "7", own, stranger.user_id)).await;
    workspace.make("lead", json!({"name": "d", "owner_id": rep.user_id})).await;

    let columns = ["name", "estimated_value", "company_id", "owner_id", "created_at"];
    let seen = rows(&workspace, &rep, "filter[source][eq]=web&sort=name&limit=1&total=true", &columns).await;

    let moment = Some("2026-03-31T12:00:00.000000Z");
    let me = Some(rep.username.as_str());
    assert_eq!(
        seen,
        [
            texts(&[Some("a"), Some("0.50"), None, me, moment]),
            texts(&[Some("b"), Some("10.00"), Some("Acme"), me, moment])
        ],
        "names of records that their author does not see are absent"
    );
    assert_eq!(rows(&workspace, &Principal::system(), "", &["name"]).await.len(), 4);
}

#[tokio::test]
async fn a_field_that_is_hidden_is_no_column() {
    let workspace = Workspace::start().await;
    let analyst = workspace.person(Role::Analyst, Scope::All, &[]).await;
    let lead = workspace.object("lead");
    let refused = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        export_columns(&analyst, lead, &names).expect_err("refused").code()
    };

    assert_eq!(refused(&["name", "email"]), "masked_field");
    assert_eq!(refused(&["colour"]), "invalid_fields");
    assert_eq!(refused(&[]), "invalid_fields");
    assert!(workspace.oltp.whole_list(&analyst, lead, "sort=email").await.is_err(), "nor an order");
}

#[tokio::test]
async fn who_takes_records_away_stands_in_the_audit_log() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let mut tx = workspace.oltp.pool().begin().await.expect("a transaction");
    let taken = json!({"rows": 3, "columns": ["name"]});
    let lead = workspace.object("lead");

    workspace.oltp.note_export(&mut tx, &rep, lead, (taken, "Export leads")).await.expect("noted");
    tx.commit().await.expect("committed");

    let sql = "select count(*) from audit_log where action = 'export' and object = 'lead' and record_id is null
               and changes ->> 'rows' = '3' and source = 'Export leads'";
    assert_eq!(workspace.count(sql).await, 1);
}

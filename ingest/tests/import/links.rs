//! References to other records.

use catalog::{Role, Scope};
use ingest::import::run;

use super::workspace::{Workspace, mapping};

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_may_come_after_its_child() {
    let workspace = Workspace::start().await;
    let csv = "name,parent\nLeaf,Branch\nBranch,Root\nRoot,\nLost,Nowhere\n";

    let summary = workspace.import(workspace.csv("company", csv)).await;

    assert_eq!((summary.created, summary.rejected), (3, 1), "{summary:?}");
    let rows = "select c.name || ' < ' || p.name from companies c join companies p on p.id = c.parent_id order by 1";
    assert_eq!(workspace.texts(rows).await, ["Branch < Root", "Leaf < Branch"]);
    assert!(workspace.rejects().contains("5,parent_id: there is no company whose name is `Nowhere`,Lost,Nowhere"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_of_parents_is_rejected() {
    let workspace = Workspace::start().await;

    let summary = workspace.import(workspace.csv("company", "name,parent\nA,B\nB,A\nC,\n")).await;

    assert_eq!((summary.created, summary.rejected), (1, 2), "{summary:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_record_is_made_left_out_or_refused_as_the_mapping_says() {
    let workspace = Workspace::start().await;
    let make = |on_missing: &str| {
        let mut request = workspace.csv("contact", "name,company\nAda,New Ltd\nBob,New Ltd\n");
        request.mapping = mapping(&format!(
            "[columns]\nname = \"name\"\ncompany = {{ field = \"company_id\", lookup = {{ on_missing = \"{on_missing}\" }} }}"
        ));
        request
    };

    let refused = workspace.import(make("reject")).await;
    let empty = workspace.import(make("null")).await;
    let mut request = make("create");
    request.dry_run = true;
    let dry_run = workspace.import(request).await;
    let created = workspace.import(make("create")).await;

    assert_eq!((refused.rejected, empty.created), (2, 2));
    assert_eq!((dry_run.created, dry_run.linked_created), (2, 1));
    assert_eq!((created.created, created.linked_created), (2, 1));
    assert_eq!(workspace.texts("select name from companies").await, ["New Ltd"]);
    assert_eq!(workspace.texts("select count(company_id)::text from contacts").await, ["2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ambiguous_name_is_refused() {
    let workspace = Workspace::start().await;
    workspace.import(workspace.csv("company", "name\nTwin\nTwin\n")).await;

    let summary = workspace.import(workspace.csv("contact", "name,company\nAda,Twin\n")).await;

    assert_eq!(summary.rejected, 1);
    assert!(summary.first_rejects[0].reason.contains("2 records"), "{summary:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_imports_for_themselves_only() {
    let workspace = Workspace::start().await;
    let rep = workspace.person("rita", Role::Rep, Scope::Own).await;
    workspace.person("otto", Role::Rep, Scope::Own).await;
    let request = workspace.csv("lead", "name,owner\nAda,rita\nBob,otto\nCid,\n");

    let summary = run(&workspace.oltp, &rep, request, std::sync::Arc::new(|_| ())).await.expect("imported");
    let refused = run(&workspace.oltp, &rep, workspace.csv("product", "name\nX\n"), std::sync::Arc::new(|_| ())).await;

    assert_eq!((summary.created, summary.rejected), (2, 1), "{summary:?}");
    let owners = "select l.name || ' ' || u.username from leads l join users u on u.id = l.owner_id order by 1";
    assert_eq!(workspace.texts(owners).await, ["Ada rita", "Cid rita"]);
    assert!(refused.expect_err("reps make no products").to_string().contains("may not import"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_in_an_earlier_chunk_is_found() {
    let workspace = Workspace::start().await;
    let filler = (0..6_000).map(|id| format!("Company {id},\n")).collect::<Vec<_>>().concat();
    let csv = format!("name,parent\nEarly,Late\n{filler}Late,\n{filler}After,Late\n");

    let summary = workspace.import(workspace.csv("company", &csv)).await;

    assert_eq!(
        (summary.created, summary.rejected),
        (12_002, 1),
        "a parent that is not there yet is missing: {summary:?}"
    );
    assert_eq!(workspace.texts("select name from companies where parent_id is not null").await, ["After"]);
}

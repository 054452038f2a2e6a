//! Effective times and stage histories.

use super::workspace::{Workspace, mapping};

const LEADS: &str = r#"
    match = "external_id"
    policy = "update"
    [columns]
    id = "external_id"
    name = "name"
    status = "status"
    [time]
    column = "came"
    [[stages]]
    at = "called"
    stage = "contacted"
    [[stages]]
    at = "won"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn versions_have_the_times_of_their_stages() {
    let workspace = Workspace::start().await;
    let csv =
        "id,name,status,came,called,won\n1,Ada,converted,2025-01-01,2025-01-03,2025-02-01\n2,Bob,new,2025-01-05,,\n";
    let mut request = workspace.csv("lead", csv);
    request.mapping = mapping(LEADS);

    let summary = workspace.import(request).await;

    assert_eq!((summary.created, summary.versions, summary.rejected), (2, 4, 0), "{summary:?}");
    let rows = "select external_id || ' ' || version || ' ' || created_at::date || ' ' || updated_at::date from leads order by 1";
    assert_eq!(workspace.texts(rows).await, ["1 3 2025-01-01 2025-02-01", "2 1 2025-01-05 2025-01-05"]);
    assert_eq!(
        workspace.texts("select converted_at::date::text from leads where external_id = '1'").await,
        ["2025-02-01"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_file_adds_what_happened_since() {
    let workspace = Workspace::start().await;
    let mut first = workspace.csv("lead", "id,name,status,came,called,won\n1,Ada,contacted,2025-01-01,2025-01-03,\n");
    first.mapping = mapping(LEADS);
    workspace.import(first).await;
    let mut second =
        workspace.csv("lead", "id,name,status,came,called,won\n1,Ada,converted,2025-01-01,2025-01-03,2025-03-01\n");
    second.mapping = mapping(LEADS);

    let summary = workspace.import(second.clone()).await;
    let again = workspace.import(second).await;

    assert_eq!((summary.updated, summary.versions), (1, 1), "{summary:?}");
    assert_eq!((again.updated, again.skipped), (0, 1), "{again:?}");
    assert_eq!(workspace.texts("select status || ' ' || updated_at::date from leads").await, ["converted 2025-03-01"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_without_its_date_rejects_the_row() {
    let workspace = Workspace::start().await;
    let mut request = workspace.csv("lead", "id,name,status,came,called,won\n1,Ada,converted,2025-01-01,2025-01-03,\n");
    request.mapping = mapping(LEADS);

    let summary = workspace.import(request).await;

    assert_eq!((summary.created, summary.rejected), (0, 1));
    assert!(summary.first_rejects[0].reason.contains("won is empty"), "{summary:?}");
}

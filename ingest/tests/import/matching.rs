//! Rows that are already there.

use ingest::import::{ImportRequest, MatchPolicy};

use super::workspace::Workspace;

fn by_external_id(mut request: ImportRequest, policy: MatchPolicy) -> ImportRequest {
    request.match_field = Some("external_id".to_owned());
    request.policy = Some(policy);
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_skip_update_and_create() {
    let workspace = Workspace::start().await;
    workspace.import(workspace.csv("lead", "external_id,name,city\n1,Ada,Bonn\n")).await;
    let csv = "external_id,name,city\n1,Eda,\n2,Bob,Ulm\n";

    let skipped = workspace.import(by_external_id(workspace.csv("lead", csv), MatchPolicy::Skip)).await;
    let updated = workspace.import(by_external_id(workspace.csv("lead", csv), MatchPolicy::Update)).await;
    let created = workspace.import(by_external_id(workspace.csv("lead", csv), MatchPolicy::Create)).await;

    assert_eq!((skipped.skipped, skipped.created), (1, 1));
    assert_eq!((updated.updated, updated.skipped), (1, 1));
    assert_eq!((created.created, created.rejected), (0, 2), "an external id is unique: {created:?}");
    assert!(created.first_rejects[0].reason.contains("another lead already has `1`"), "{created:?}");
    let rows = "select external_id || name || city from leads order by 1";
    assert_eq!(workspace.texts(rows).await, ["1EdaBonn", "2BobUlm"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_named_twice_in_a_file_gets_both_versions() {
    let workspace = Workspace::start().await;
    let csv = "external_id,name\n1,Ada\n2,Bob\n1,Eda\n1,Ida\n";

    let summary = workspace.import(by_external_id(workspace.csv("lead", csv), MatchPolicy::Update)).await;

    assert_eq!((summary.created, summary.updated), (2, 2), "{summary:?}");
    assert_eq!(workspace.texts("select name || version from leads order by 1").await, ["Bob1", "Ida3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_would_happen_and_writes_nothing() {
    let workspace = Workspace::start().await;
    workspace.import(workspace.csv("lead", "external_id,name\n1,Ada\n")).await;
    let rows = (1..=7_000).map(|id| format!("{},Lead {id}\n", id % 6_000)).collect::<Vec<_>>().concat();
    let request = by_external_id(workspace.csv("lead", &format!("external_id,name\n{rows}")), MatchPolicy::Skip);

    let rehearsed = workspace.import(ImportRequest { dry_run: true, ..request.clone() }).await;
    let stored = workspace.texts("select count(*)::text from leads").await;
    let real = workspace.import(request).await;

    assert_eq!(stored, ["1"]);
    assert_eq!((rehearsed.created, rehearsed.skipped), (real.created, real.skipped));
    assert_eq!((real.created, real.skipped), (5_999, 1_001), "{real:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_made_by_an_import_cannot_sign_in() {
    let workspace = Workspace::start().await;

    workspace.import(workspace.csv("user", "username,email,name\nada,ada@x.example,Ada\n")).await;

    let passwords =
        "select count(*)::text from user_credentials c join users u on u.id = c.user_id where u.username = 'ada'";
    assert_eq!(workspace.texts(passwords).await, ["0"]);
}

//! A bad row costs that row.

use super::workspace::{Workspace, mapping};

#[tokio::test(flavor = "multi_thread")]
async fn every_rejected_row_is_in_the_file_with_its_line_and_reason() {
    let workspace = Workspace::start().await;
    let csv = "name,email,estimated_value\nAda,ada@x.example,12.50\nBob,nonsense,x\n,c@x.example,1\n\"Long\nname\",d@x.example,1.005\nEve,e@x.example,-1\n";

    let summary = workspace.import(workspace.csv("lead", csv)).await;

    assert_eq!((summary.rows, summary.created, summary.rejected), (5, 1, 4), "{summary:?}");
    let rejects = workspace.rejects();
    let lines: Vec<&str> = rejects.lines().collect();
    assert_eq!(lines[0], "line,reason,name,email,estimated_value");
    assert!(lines[1].starts_with("3,estimated_value: `x` is not a number such as 1234.50,Bob,nonsense,x"), "{rejects}");
    assert!(lines[2].starts_with("4,name: Name must have a value,,c@x.example,1"), "{rejects}");
    assert!(lines[3].starts_with("5,estimated_value: Estimated value can have at most 2 digits"), "{rejects}");
    assert!(rejects.contains("7,estimated_value: "), "{rejects}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_the_database_refuses_leaves_nothing_behind() {
    let workspace = Workspace::start().await;
    let csv = "name,status,amount,came\nAda,qualified,-1,2025-01-01\nBob,contacted,5,2025-01-02\n";
    let mut request = workspace.csv("lead", csv);
    request.mapping = mapping(
        "[columns]\nname = \"name\"\nstatus = \"status\"\namount = \"estimated_value\"\n[time]\ncolumn = \"came\"\n\
         default = \"2025-01-01\"\n[[stages]]\nat = \"came\"\nwith = [\"estimated_value\"]\n",
    );

    let summary = workspace.import(request).await;

    assert_eq!((summary.created, summary.rejected), (1, 1), "{summary:?}");
    assert_eq!(workspace.texts("select name from leads").await, ["Bob"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_without_rejects_leaves_no_file() {
    let workspace = Workspace::start().await;
    workspace.import(workspace.csv("lead", "name,email\nBob,nonsense\n")).await;
    assert!(!workspace.rejects().is_empty());

    let summary = workspace.import(workspace.csv("lead", "name\nBob\n")).await;

    assert_eq!(summary.rejects, None);
    assert!(workspace.rejects().is_empty());
}

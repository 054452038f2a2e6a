//! The other public data sets import as leads the same way, and what is wrong is said.

use crate::harness::{Workspace, repository_file, shared_data};

#[tokio::test(flavor = "multi_thread")]
async fn olist_and_x_education_import_as_leads() {
    let (Some(olist), Some(education)) = (shared_data("olist_funnel"), shared_data("xeducation")) else { return };
    let workspace = Workspace::start().await;
    let qualified = olist.join("olist_marketing_qualified_leads_dataset.csv").to_string_lossy().into_owned();
    let leads = education.join("Leads.csv").to_string_lossy().into_owned();

    workspace.ok(&["import", "leads", &qualified, "--map", &repository_file("docs/examples/olist/leads.toml")]);
    workspace.ok(&["import", "leads", &leads, "--map", &repository_file("docs/examples/xeducation/leads.toml")]);
    workspace.settled().await;

    let counted = workspace.sql("select count(*) as leads from leads", &[]);
    assert_eq!(counted[0]["leads"], 17_240);
    workspace.ok(&["warehouse", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_rows_land_in_a_file_with_line_and_reason() {
    let workspace = Workspace::start().await;
    let file = workspace.file("products.csv", "name,price\nLamp,12.50\nChair,cheap\n,3\nTable,99\n");
    let path = file.to_string_lossy();

    let dry = workspace.run(&["import", "products", &path, "--dry-run"]);
    workspace.settled().await;
    let before = workspace.sql("select count(*) as products from products", &[]);
    let output = workspace.run(&["import", "products", &path]);
    workspace.settled().await;
    let after = workspace.sql("select count(*) as products from products", &[]);

    assert_eq!(before[0]["products"], 0, "{}", String::from_utf8_lossy(&dry.stderr));
    assert_eq!(after[0]["products"], 2, "{}", String::from_utf8_lossy(&output.stderr));
    let rejected = std::fs::read_to_string(format!("{path}.rejected.csv")).expect("a file of rejected rows");
    assert!(rejected.lines().any(|line| line.starts_with('3') && line.contains("price")), "{rejected}");
    assert!(rejected.lines().any(|line| line.starts_with('4') && line.contains("name")), "{rejected}");
}

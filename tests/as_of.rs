//! The past can be asked: imported history has its effective times.

use crate::{
    harness::repository_file,
    maven::{imported, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_maven_pipeline_stands_as_it_did_on_a_past_day() {
    let Some(workspace) = imported().await else { return };
    let day = ["--as-of", "2017-06-30"];

    let rows = workspace.sql(
        "select s.name as stage, count(*) as deals, sum(d.amount) as amount \
         from deals d join stages s on s.id = d.stage_id \
         where d.engaged_on is not null group by s.name order by s.name",
        &day,
    );
    let stages: Vec<(&str, i64)> =
        rows.iter().map(|row| (text(row, "stage"), row["deals"].as_i64().expect("a number"))).collect();
    assert_eq!(stages, [("Engaging", 1686), ("Lost", 894), ("Won", 1785)]);
    assert_eq!(text(&rows[2], "amount"), "4220783.00");

    let spec = repository_file("docs/examples/maven/engaged-by-stage.json");
    for engine in ["datafusion", "duckdb"] {
        let report = workspace.ok(&["report", "run", &spec, "--engine", engine, "--format", "csv", day[0], day[1]]);
        for row in ["Engaging,1686,", "Lost,894,", "Won,1785,4220783.00"] {
            assert!(report.lines().any(|line| line.starts_with(row)), "{engine}: {row} is missing in\n{report}");
        }
    }
}

//! The public CRM data set: known figures.

use std::path::Path;

use query_service::rel::{Literal, testing::Engines};
use serde_json::json;

use super::{Records, lines, money, report, text};
use crate::ReadyReport;

const FOLDER: &str = "../../shared/data/maven_crm";

fn rows(file: &str) -> Vec<Vec<String>> {
    let path = [FOLDER, "/work/shared/data/maven_crm"].iter().map(|folder| Path::new(folder).join(file));
    let path = path.into_iter().find(|path| path.exists()).expect("checked before");
    let mut reader = ::csv::Reader::from_path(path).expect("readable");
    reader.records().map(|record| record.expect("a record").iter().map(str::to_owned).collect()).collect()
}

fn present() -> bool {
    let found = [FOLDER, "/work/shared/data/maven_crm"].iter().any(|folder| Path::new(folder).exists());
    if !found {
        println!("skipped: the Maven data set is not on this machine");
    }
    found
}

fn engines() -> Engines {
    let mut records = Records::default();
    for (at, (stage, category)) in
        [("Prospecting", "open"), ("Engaging", "open"), ("Won", "won"), ("Lost", "lost")].into_iter().enumerate()
    {
        let position = Literal::Int(i64::try_from(at).expect("small") + 1);
        let record =
            vec![("id", text(stage)), ("name", text(stage)), ("position", position), ("category", text(category))];
        records.add("stages", record);
    }
    let mut teams = std::collections::BTreeSet::new();
    for row in rows("sales_teams.csv") {
        let [agent, manager, office] = row.as_slice() else { panic!("{row:?}") };
        if teams.insert(manager.clone()) {
            records.add("teams", vec![("id", text(manager)), ("name", text(manager)), ("region", text(office))]);
        }
        records.add("users", vec![("id", text(agent)), ("name", text(agent)), ("team_id", text(manager))]);
    }
    for row in rows("sales_pipeline.csv") {
        let [id, agent, product, account, stage, _engaged, closed, value] = row.as_slice() else { panic!("{row:?}") };
        let status = match stage.as_str() {
            "Won" => "won",
            "Lost" => "lost",
            _ => "open",
        };
        let mut record = vec![
            ("id", text(id)),
            ("stage_id", text(stage)),
            ("status", text(status)),
            ("owner_id", text(agent)),
            ("name", text(product)),
        ];
        if !account.is_empty() {
            record.push(("company_id", text(account)));
        }
        if !closed.is_empty() {
            record.push(("closed_on", super::day(closed)));
        }
        if !value.is_empty() {
            record.push(("amount", money(&format!("{:.2}", value.parse::<f64>().expect("a number")))));
        }
        records.add("deals", record);
    }
    records.engines()
}

#[test]
fn the_known_figures_come_out_of_the_ready_reports() {
    if !present() {
        return;
    }
    let engines = engines();
    let ready = |name: &str| {
        let json = ReadyReport::named(name).expect("a ready report").json;
        lines(&report(&engines, &serde_json::from_str(json).expect("JSON")))
    };

    let stages = ready("pipeline-by-stage");
    let regions = ready("won-by-region");
    let months = ready("won-by-month");

    let starts =
        ["Prospecting | 500", "Engaging | 1589", "Won | 4238 | 10005534.00", "Lost | 2473", "∅ | 8800 | 10005534.00"];
    assert_eq!(stages.len(), starts.len(), "{stages:?}");
    assert!(stages.iter().zip(starts).all(|(line, start)| line.starts_with(start)), "{stages:?}");
    let parts = |line: &String| line.split(" | ").map(str::to_owned).collect::<Vec<_>>();
    let figures: Vec<String> = regions
        .iter()
        .map(parts)
        .map(|cells| format!("{} {} / {} / {}", cells[0], cells[2], cells[3], cells[4]))
        .collect();
    assert_eq!(
        figures,
        [
            "Central 1629 / 975 / 3346293.00",
            "East 1171 / 687 / 3090594.00",
            "West 1438 / 811 / 3568647.00",
            "∅ 4238 / 2473 / 10005534.00"
        ]
    );
    assert!(
        months.last().is_some_and(|total| total.starts_with("∅ | 4238 | 10005534.00 | 2360.909391 | ")),
        "{months:?}"
    );
}

#[test]
fn every_ready_report_runs_on_both_engines() {
    if !present() {
        return;
    }
    let engines = engines();

    for ready in crate::READY_REPORTS {
        let result = report(&engines, &serde_json::from_str(ready.json).expect("JSON"));
        assert!(!result.values.is_empty(), "{}", ready.name);
    }
}

#[test]
fn deals_without_a_company_stay_in_the_figures() {
    if !present() {
        return;
    }
    let spec = json!({"spec_version": 1, "values": [{"measure": "deal.count"}],
        "where": {"field": "deal.company_id", "op": "empty"}});

    assert_eq!(lines(&report(&engines(), &spec)), ["1425"]);
}

//! Tiles and files hold what the one who asks may see, and say what they are of.

use std::{io::Write as _, process::Stdio};

use catalog::{Fault, FaultKind, Principal};
use dashboards::{Dashboard, DashboardFormat, Error, ShownAs, parse_definition, ready_dashboards};
use query_service::ReadAt;
use serde_json::{Value, json};

use crate::fixture::{World, id, rep};

/// A figure, a chart and a table of won revenue.
fn dashboard() -> Dashboard {
    let revenue = json!({"id": "revenue", "label": "Won revenue", "measure": "deal.won_amount"});
    let total = json!({"spec_version": 1, "values": [revenue]});
    let months = json!({"spec_version": 1, "values": [revenue],
        "rows": [{"id": "month", "field": "deal.closed_on", "grain": "month", "label": "Month"}],
        "where": {"field": "deal.status", "op": "=", "value": "won"}, "totals": true});
    let tile = |id: &str, kind: &str, report: &Value, y: u32| json!({"id": id, "title": format!("Tile {id}"), "kind": kind, "report": report, "x": 0, "y": y, "w": 12, "h": 5});
    let definition = json!({"version": 1, "tiles": [
        tile("total", "kpi", &total, 0), tile("months", "line", &months, 5), tile("table", "table", &months, 10),
    ]});
    Dashboard {
        name: "revenue".to_owned(),
        title: "Revenue <all>".to_owned(),
        description: "What was won".to_owned(),
        definition: parse_definition(&definition).unwrap(),
    }
}

/// The text of a PDF as poppler reads it.
fn read_back(pdf: &[u8]) -> String {
    let mut reader = std::process::Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext of poppler-utils is installed");
    reader.stdin.take().unwrap().write_all(pdf).unwrap();
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_person_gets_their_own_numbers_in_the_pdf() {
    let world = World::new().await;

    let anna = world.dashboards.write(&rep(1), &dashboard(), DashboardFormat::Pdf).await.unwrap();
    let ben = world.dashboards.write(&rep(2), &dashboard(), DashboardFormat::Pdf).await.unwrap();
    let all = world.dashboards.write(&Principal::system(), &dashboard(), DashboardFormat::Pdf).await.unwrap();

    let [anna, ben, all] = [anna, ben, all].map(|file| read_back(&file.bytes));
    assert!(anna.contains("5,000") && !anna.contains("5,125") && !anna.contains("125.00"), "{anna}");
    assert!(ben.contains("125.00") && !ben.contains("5,000") && !ben.contains("5,125"), "{ben}");
    assert!(all.contains("5,125"), "{all}");
    for page in [&anna, &ben, &all] {
        assert!(page.contains("Revenue <all>") && page.contains("Tile months") && page.contains("Page 1 of"), "{page}");
        assert!(page.contains("As of 15 June 2026, 12:00 UTC"), "{page}");
        assert!(page.contains("2026-03-01"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_and_a_workbook_hold_every_tile() {
    let world = World::new().await;

    let svg = world.dashboards.write(&rep(1), &dashboard(), DashboardFormat::Svg).await.unwrap();
    let png = world.dashboards.write(&rep(1), &dashboard(), DashboardFormat::Png).await.unwrap();
    let xlsx = world.dashboards.write(&rep(1), &dashboard(), DashboardFormat::Xlsx).await.unwrap();

    let svg_text = String::from_utf8(svg.bytes).unwrap();
    for words in ["Revenue &lt;all&gt;", "Tile total", "mark-line", "Tile table", "5,000"] {
        assert!(svg_text.contains(words), "{words} is missing: {svg_text}");
    }
    assert_eq!(
        (svg.name.as_str(), png.name.as_str(), xlsx.name.as_str()),
        ("revenue.svg", "revenue.png", "revenue.xlsx")
    );
    assert!(png.bytes.starts_with(b"\x89PNG") && png.bytes.len() > 20_000);
    assert!(xlsx.bytes.starts_with(b"PK"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tile_of_every_ready_dashboard_can_be_shown_and_printed() {
    let world = World::new().await;
    for dashboard in ready_dashboards().unwrap() {
        for tile in &dashboard.definition.tiles {
            let shown =
                world.dashboards.tile(&Principal::system(), &dashboard.name, &tile.id, &ReadAt::default()).await;

            let shown = shown.unwrap_or_else(|error| panic!("{} {}: {error}", dashboard.name, tile.id));
            let there = match shown.kind {
                ShownAs::Kpi | ShownAs::Progress => shown.kpi.is_some(),
                ShownAs::Chart => shown.vega.is_some(),
                ShownAs::Table => shown.table.is_some(),
            };
            assert!(there, "{} {}", dashboard.name, tile.id);
        }
        let file = world.dashboards.export(&Principal::system(), &dashboard.name, DashboardFormat::Pdf).await.unwrap();
        let page = read_back(&file.bytes);
        assert!(page.contains(&dashboard.title) && !page.contains("cannot be shown"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_named() {
    let world = World::new().await;
    let caller = rep(1);
    let missing = id(77).to_string();

    let by_name = world.dashboards.export(&caller, "nothing", DashboardFormat::Pdf).await.unwrap_err();
    let by_tile = world.dashboards.tile(&caller, "team", "nothing", &ReadAt::default()).await.unwrap_err();
    let by_id = world.dashboards.find(&caller, &missing).await.unwrap_err();

    assert!(matches!(by_name, Error::UnknownDashboard(_)), "{by_name}");
    assert!(by_tile.to_string().contains("activities, meetings"), "{by_tile}");
    assert_eq!(by_id.kind(), FaultKind::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tile_that_cannot_be_shown_says_so_beside_the_others() {
    let world = World::new().await;
    let mut dashboard = dashboard();
    dashboard.definition.tiles[1].report = json!({"spec_version": 1, "values": [{"measure": "deal.gone_amount"}]});

    let file = world.dashboards.write(&rep(1), &dashboard, DashboardFormat::Pdf).await.unwrap();

    let page = read_back(&file.bytes);
    assert!(page.contains("This tile cannot be shown.") && page.contains("5,000"), "{page}");
}

//! `bench reports`: 22 report queries in five arms, interleaved, on the same data.
//!
//! The arms: Postgres with its indexes; DuckDB and DataFusion by themselves on plain Parquet files
//! of the same rows; Leadhouse on each engine. A query whose arms disagree voids the run.

use std::{collections::BTreeMap, time::Instant};

use anyhow::{Context, ensure};
use catalog::Principal;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use query_service::{EngineChoice, ReadAt, answer::to_csv, baseline::PlainFiles};
use serde_json::json;

use super::{
    digest::{Header, of_csv},
    figures::{median, publish},
};
use crate::{
    app::App,
    cli::{BenchArgs, say, table},
    commands::Outcome,
    config::{Config, Overrides},
    demo,
};

/// Measured runs per arm and query, after one to warm up.
const REPETITIONS: u32 = 3;
/// Objects whose history the queries read.
const WITH_HISTORY: [&str; 2] = ["leads", "deals"];
/// Columns of the history tables that the queries read.
const HISTORY_COLUMNS: [&str; 2] = [
    "id, created_at, updated_at, version, name, status, source",
    "id, created_at, updated_at, version, name, status, stage_id",
];
/// Seed of the data.
const SEED: u64 = 42;

const QUERIES: [(&str, &str); 22] = [
    ("01 pipeline by stage", include_str!("queries/01_pipeline_by_stage.sql")),
    ("02 won by month", include_str!("queries/02_won_by_month.sql")),
    ("03 region by stage", include_str!("queries/03_matrix_region_stage.sql")),
    ("04 subtotals", include_str!("queries/04_subtotals_rollup.sql")),
    ("05 leads by source", include_str!("queries/05_leads_by_source_status.sql")),
    ("06 conversion by month", include_str!("queries/06_lead_conversion_by_month.sql")),
    ("07 activities by week", include_str!("queries/07_activities_by_owner_week.sql")),
    ("08 activity kinds", include_str!("queries/08_activity_kinds.sql")),
    ("09 busiest companies", include_str!("queries/09_top_companies_by_activity.sql")),
    ("10 never bought", include_str!("queries/10_companies_without_won_deals.sql")),
    ("11 recent meeting", include_str!("queries/11_open_deals_with_recent_meeting.sql")),
    ("12 two facts", include_str!("queries/12_two_facts_by_industry.sql")),
    ("13 stage duration", include_str!("queries/13_stage_duration.sql")),
    ("14 funnel", include_str!("queries/14_funnel.sql")),
    ("15 cohorts", include_str!("queries/15_cohort_retention.sql")),
    ("16 running total", include_str!("queries/16_running_total.sql")),
    ("17 year over year", include_str!("queries/17_year_over_year.sql")),
    ("18 drill rows", include_str!("queries/18_drill_rows.sql")),
    ("19 team pipeline", include_str!("queries/19_team_pipeline.sql")),
    ("20 active companies", include_str!("queries/20_active_companies.sql")),
    ("21 top deals per owner", include_str!("queries/21_top_deals_per_owner.sql")),
    ("22 export deals", include_str!("queries/22_export_deals.sql")),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Arm {
    Postgres,
    DuckDb,
    DataFusion,
    LeadhouseDuckDb,
    LeadhouseDataFusion,
}

const ARMS: [(Arm, &str); 5] = [
    (Arm::Postgres, "Postgres"),
    (Arm::DuckDb, "DuckDB"),
    (Arm::DataFusion, "DataFusion"),
    (Arm::LeadhouseDuckDb, "Leadhouse on DuckDB"),
    (Arm::LeadhouseDataFusion, "Leadhouse on DataFusion"),
];

/// Measures and prints.
///
/// # Errors
/// Something could not be started, or the arms disagree.
pub(crate) async fn run(args: &BenchArgs) -> anyhow::Result<Outcome> {
    let bench = Bench::open(args).await?;
    let mut shown =
        table(["query", "Postgres", "DuckDB", "DataFusion", "Leadhouse on DuckDB", "Leadhouse on DataFusion", "same"]);
    let mut sums: BTreeMap<Arm, f64> = BTreeMap::new();
    let mut figures = Vec::new();
    let mut equal = true;
    for (name, query) in QUERIES {
        say(name);
        let query = bench.fill_in(query);
        let digests = bench.digests(&query).await.with_context(|| name.to_owned())?;
        let same = digests.values().all(|digest| Some(digest) == digests.values().next());
        equal &= same;
        let medians = bench.medians(&query, args.repeat.unwrap_or(REPETITIONS)).await?;
        let mut row = vec![name.to_owned()];
        row.extend(ARMS.iter().map(|(arm, _)| format!("{:.1}", medians[arm])));
        row.push(if same { "yes".to_owned() } else { format!("NO {digests:x?}") });
        shown.add_row(row);
        for (arm, ms) in &medians {
            *sums.entry(*arm).or_default() += ms;
        }
        let by_name: BTreeMap<&str, f64> = ARMS.iter().map(|(arm, name)| (*name, medians[arm])).collect();
        figures.push(json!({"query": name, "median_ms": by_name, "same": same}));
    }
    let mut row = vec!["sum, ms".to_owned()];
    row.extend(ARMS.iter().map(|(arm, _)| format!("{:.0}", sums[arm])));
    row.push(String::new());
    shown.add_row(row);
    let duckdb = sums[&Arm::LeadhouseDuckDb] / sums[&Arm::DuckDb];
    let datafusion = sums[&Arm::LeadhouseDataFusion] / sums[&Arm::DataFusion];
    let json =
        json!({"queries": figures, "ratio_on_the_sum": {"duckdb": duckdb, "datafusion": datafusion}, "equal": equal});
    publish(args, "reports", &shown, &json)?;
    say(&format!(
        "Leadhouse over the raw engine, on the sum: DuckDB {duckdb:.2}, DataFusion {datafusion:.2} (target <= 1.3)"
    ));
    bench.app.shutdown().await?;
    Ok(if equal { Outcome::Done } else { Outcome::No })
}

struct Bench {
    app: App,
    files: PlainFiles,
    now: DateTime<Utc>,
    rep: String,
    team: String,
}

impl Bench {
    /// A filled workspace, kept between runs, with its rows as plain Parquet files and in `bench` views.
    async fn open(args: &BenchArgs) -> anyhow::Result<Self> {
        let mut config = Config::load(&Overrides::default())?;
        let scale = super::demo_scale(args.scale);
        config.data_dir = config.data_dir.with_file_name(format!("leadhouse-bench-{scale:?}").to_lowercase());
        config.database_url = None;
        let filled = config.data_dir.join("filled");
        let app = App::start(&config).await?;
        if !filled.exists() {
            say("filling the workspace; later runs reuse it");
            demo::fill(&app, scale, SEED).await?;
            std::fs::write(&filled, "by `leadhouse bench reports`\n")?;
        }
        app.capture.flush().await?;
        say("writing the rows as plain Parquet files and preparing Postgres");
        let files = PlainFiles::write(&app.query, &config.data_dir.join("plain"), &WITH_HISTORY).await?;
        let now = app.oltp.clock().now();
        let mut bench = Self { app, files, now, rep: String::new(), team: String::new() };
        bench.prepare_postgres().await?;
        bench.rep = bench.one("select owner_id from deals where status = 'open' group by owner_id order by count(*) desc, owner_id limit 1").await?;
        bench.team = bench.one("select team_id from users where team_id is not null group by team_id order by count(*) desc, team_id limit 1").await?;
        Ok(bench)
    }

    async fn prepare_postgres(&self) -> anyhow::Result<()> {
        let oltp = &self.app.oltp;
        oltp::baseline::prepare(oltp, &WITH_HISTORY).await?;
        for (table, columns) in WITH_HISTORY.iter().zip(HISTORY_COLUMNS) {
            let object = oltp.catalog().by_table(table).context("a table of the catalogue")?;
            // An answer holds so many rows at most, and the last digit of an id is random.
            for digit in "0123456789abcdef".chars() {
                let slice = format!(
                    "select {columns} from {table}_history \
                     where id like '%{digit}' and created_at is not null"
                );
                let rows = self.leadhouse(EngineChoice::DuckDb, &slice).await?;
                oltp::baseline::load_history(oltp, object, columns, &rows).await?;
            }
            oltp::baseline::index_history(oltp, object).await?;
        }
        oltp::baseline::analyze(oltp).await?;
        Ok(())
    }

    fn fill_in(&self, query: &str) -> String {
        let day = |days: i64| (self.now - TimeDelta::days(days)).date_naive().to_string();
        let moment = |days: i64| (self.now - TimeDelta::days(days)).to_rfc3339_opts(SecondsFormat::Secs, true);
        let mut text: String = query.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
        for days in [30, 90, 365, 730] {
            text = text
                .replace(&format!("{{day_{days}}}"), &day(days))
                .replace(&format!("{{moment_{days}}}"), &moment(days));
        }
        text.replace("{rep}", &self.rep).replace("{team}", &self.team)
    }

    async fn digests(&self, query: &str) -> anyhow::Result<BTreeMap<Arm, u64>> {
        let mut digests = BTreeMap::new();
        for (arm, name) in ARMS {
            let csv = self.ask(arm, query).await.with_context(|| name.to_owned())?;
            let header = if arm == Arm::Postgres { Header::Absent } else { Header::Present };
            digests.insert(arm, of_csv(&csv, header)?);
        }
        Ok(digests)
    }

    async fn medians(&self, query: &str, repetitions: u32) -> anyhow::Result<BTreeMap<Arm, f64>> {
        let mut samples: BTreeMap<Arm, Vec<f64>> = BTreeMap::new();
        for _ in 0..repetitions {
            for (arm, _) in ARMS {
                let start = Instant::now();
                self.ask(arm, query).await?;
                samples.entry(arm).or_default().push(start.elapsed().as_secs_f64() * 1000.0);
            }
        }
        Ok(samples.into_iter().map(|(arm, samples)| (arm, median(&samples))).collect())
    }

    async fn ask(&self, arm: Arm, query: &str) -> anyhow::Result<Vec<u8>> {
        match arm {
            Arm::Postgres => Ok(oltp::baseline::query_csv(&self.app.oltp, query).await?),
            Arm::DuckDb => Ok(to_csv(&self.files.duckdb(query).await?)?),
            Arm::DataFusion => Ok(to_csv(&self.files.datafusion(query).await?)?),
            Arm::LeadhouseDuckDb => self.leadhouse(EngineChoice::DuckDb, query).await,
            Arm::LeadhouseDataFusion => self.leadhouse(EngineChoice::DataFusion, query).await,
        }
    }

    async fn leadhouse(&self, engine: EngineChoice, query: &str) -> anyhow::Result<Vec<u8>> {
        let system = Principal::system();
        let answer = self.app.query.run_trusted_sql(&system, engine, query, &ReadAt::default()).await?;
        ensure!(!answer.truncated, "the answer is truncated");
        Ok(to_csv(&answer)?)
    }

    async fn one(&self, query: &str) -> anyhow::Result<String> {
        let csv = self.leadhouse(EngineChoice::DataFusion, query).await?;
        let text = String::from_utf8(csv)?;
        text.lines().nth(1).map(str::to_owned).context("the workspace is empty")
    }
}

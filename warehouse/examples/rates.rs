//! Measures the lake alone: rows copied, changes applied, publishing, flushing, merging.
//!
//! `cargo run -p warehouse --example rates [ROWS] [FOLDER]`; a folder given is kept.

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use catalog::{Catalog, Clock, Lsn, SystemClock};
use uuid::Uuid;
use warehouse::{Cell, Lake, LakeConfig, Op, SnapshotMark, TableSpec};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A row of `activities`-like width for a table of the catalogue.
struct Rows {
    spec: TableSpec,
    texts: Vec<String>,
}

impl Rows {
    fn new(spec: TableSpec) -> Self {
        let texts = vec![String::new(); spec.columns.len()];
        Self { spec, texts }
    }

    fn cells(&mut self, number: u64) -> Vec<Cell<'_>> {
        for (at, column) in self.spec.columns.iter().enumerate() {
            let text = &mut self.texts[at];
            text.clear();
            let written = match column.pg_type.as_str() {
                "uuid" if at == 0 => write!(text, "{}", id(number)),
                "uuid" => write!(text, "{}", id(number % 1_000)),
                "bigint" => write!(text, "{}", number % 97),
                "boolean" => write!(text, "t"),
                "date" => write!(text, "2026-03-{:02}", 1 + number % 28),
                "timestamp with time zone" => {
                    write!(text, "2026-03-{:02} 10:{:02}:{:02}.123456+00", 1 + number % 28, number % 60, number % 59)
                }
                kind if kind.starts_with("numeric") => write!(text, "{}.25", number % 90),
                _ => write!(text, "word {}", number % 5_000),
            };
            debug_assert!(written.is_ok(), "writing to a string cannot fail");
        }
        let null = |at: usize| at > 6 && at % 3 == 0;
        self.texts.iter().enumerate().map(|(at, text)| if null(at) { Cell::Null } else { Cell::Text(text) }).collect()
    }
}

/// Ids as version 7 makes them: rising, with a random end.
fn id(number: u64) -> Uuid {
    let random = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    Uuid::from_u128((u128::from(1_700_000_000_000 + number / 10) << 80) | u128::from(random))
}

fn narrow() -> TableSpec {
    let columns = [
        ("id", "uuid"),
        ("created_at", "timestamp with time zone"),
        ("updated_at", "timestamp with time zone"),
        ("version", "bigint"),
        ("name", "text"),
        ("amount", "numeric(18,2)"),
        ("owner_id", "uuid"),
    ];
    let column = |(name, kind): (&str, &str)| warehouse::ColumnSpec {
        name: name.to_owned(),
        pg_type: kind.to_owned(),
        nullable: true,
    };
    TableSpec { name: "narrow".to_owned(), columns: columns.into_iter().map(column).collect() }
}

fn report(what: &str, count: u64, took: Duration) -> Outcome {
    let ms = took.as_millis().max(1);
    writeln!(std::io::stdout(), "{what:<44} {count:>9} in {ms:>6} ms = {:>9} /s", u128::from(count) * 1_000 / ms)?;
    Ok(())
}

#[tokio::main]
async fn main() -> Outcome {
    let rows: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(500_000);
    let temporary = tempfile::tempdir()?;
    let dir = std::env::args().nth(2).map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    for spec in [narrow(), deals()] {
        measure(&dir.join(&spec.name), spec, rows).await?;
    }
    Ok(())
}

fn deals() -> TableSpec {
    let catalog = Catalog::standard();
    catalog.object("deal").map_or_else(narrow, TableSpec::from_object)
}

async fn measure(dir: &Path, spec: TableSpec, rows: u64) -> Outcome {
    let name = spec.name.clone();
    let clock = Arc::new(SystemClock);
    writeln!(std::io::stdout(), "{name}: {} columns", spec.columns.len())?;
    let (mut lake, reader) = Lake::open(LakeConfig::new(dir), vec![spec.clone()], clock.clone()).await?;
    let mut maker = Rows::new(spec);

    let start = Instant::now();
    for number in 0..rows {
        std::hint::black_box(maker.cells(number));
    }
    report("(making the rows themselves)", rows, start.elapsed())?;

    let start = Instant::now();
    lake.begin_snapshot(SnapshotMark {
        lsn: Lsn(100),
        system_id: "1".into(),
        slot: "s".into(),
        taken_at: clock.now(),
    })?;
    let mut writer = lake.snapshot_table(&name)?;
    for number in 0..rows {
        writer.row(&maker.cells(number))?;
    }
    lake.finish_snapshot(vec![writer.finish()?]).await?;
    report("initial copy, rows", rows, start.elapsed())?;

    let start = Instant::now();
    let mut lsn = 1_000;
    let inserts = rows / 5;
    for number in 0..inserts / 10 {
        lake.begin(Lsn(lsn), clock.now(), 1)?;
        for row in 0..10 {
            lake.change(&name, Op::Insert, None, &maker.cells(rows + number * 10 + row))?;
        }
        lake.commit(Lsn(lsn + 50))?;
        lsn += 100;
    }
    report("inserts applied and published, 10 a time", inserts, start.elapsed())?;
    let start = Instant::now();
    lake.flush().await?;
    report("flush of these", inserts, start.elapsed())?;

    let start = Instant::now();
    lake.begin(Lsn(lsn), clock.now(), 1)?;
    lake.change(&name, Op::Update, None, &maker.cells(7))?;
    lake.commit(Lsn(lsn + 50))?;
    lsn += 100;
    report("first update (makes the key index)", 1, start.elapsed())?;

    let updates = rows / 10;
    let start = Instant::now();
    let mut published = Duration::ZERO;
    for number in 0..updates / 5 {
        lake.begin(Lsn(lsn), clock.now(), 1)?;
        for row in 0..5 {
            lake.change(&name, Op::Update, None, &maker.cells((number * 5 + row) * 7_919 % rows))?;
        }
        let commit = Instant::now();
        lake.commit(Lsn(lsn + 50))?;
        published = published.max(commit.elapsed());
        lsn += 100;
    }
    report("random updates applied and published, 5 a time", updates, start.elapsed())?;
    report("longest commit with its publish", 1, published)?;
    let start = Instant::now();
    lake.flush().await?;
    report("flush of these, with deletion vectors", updates, start.elapsed())?;
    let start = Instant::now();
    lake.compact().await?;
    report("merging everything", reader.snapshot().tables[&name].live_rows(), start.elapsed())?;

    let start = Instant::now();
    for round in 0..20 {
        lake.begin(Lsn(lsn), clock.now(), 1)?;
        lake.change(&name, Op::Update, None, &maker.cells(round))?;
        lake.commit(Lsn(lsn + 50))?;
        lsn += 100;
        lake.flush().await?;
    }
    report("flushes of one row", 20, start.elapsed())?;
    let status = reader.status();
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&status)?)?;
    Ok(())
}

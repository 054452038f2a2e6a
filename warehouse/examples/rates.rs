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
use warehouse::{Cell, Lake, LakeConfig, LakeReader, Op, SnapshotMark, TableSpec};

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
        let null = |at: usize| at > 6 && at.is_multiple_of(3);
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

/// A lake with one table, and the stream that feeds it.
struct Bench {
    lake: Lake,
    reader: LakeReader,
    clock: Arc<dyn Clock>,
    maker: Rows,
    table: String,
    lsn: u64,
}

async fn measure(dir: &Path, spec: TableSpec, rows: u64) -> Outcome {
    writeln!(std::io::stdout(), "{}: {} columns", spec.name, spec.columns.len())?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (lake, reader) = Lake::open(LakeConfig::new(dir), vec![spec.clone()], Arc::clone(&clock)).await?;
    let table = spec.name.clone();
    let mut bench = Bench { lake, reader, clock, maker: Rows::new(spec), table, lsn: 1_000 };
    bench.copy(rows).await?;
    bench.insert(rows, rows / 5).await?;
    bench.update(rows, rows / 10).await?;
    bench.update_unchanged(2_000)?;
    bench.keep_up().await?;
    let status = bench.reader.status();
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&status)?)?;
    Ok(())
}

impl Bench {
    async fn copy(&mut self, rows: u64) -> Outcome {
        let start = Instant::now();
        for number in 0..rows {
            std::hint::black_box(self.maker.cells(number));
        }
        report("(making the rows themselves)", rows, start.elapsed())?;
        let start = Instant::now();
        let taken_at = self.clock.now();
        self.lake.begin_snapshot(SnapshotMark { lsn: Lsn(100), system_id: "1".into(), slot: "s".into(), taken_at })?;
        let mut writer = self.lake.snapshot_table(&self.table)?;
        for number in 0..rows {
            writer.row(&self.maker.cells(number))?;
        }
        self.lake.finish_snapshot(vec![writer.finish()?]).await?;
        report("initial copy, rows", rows, start.elapsed())
    }

    fn transaction(&mut self, op: Op, numbers: impl Iterator<Item = u64>, unchanged: bool) -> Outcome {
        self.lake.begin(Lsn(self.lsn), self.clock.now(), 1)?;
        for number in numbers {
            let mut cells = self.maker.cells(number);
            if unchanged {
                cells[5] = Cell::Unchanged;
            }
            self.lake.change(&self.table, op, None, &cells)?;
        }
        self.lake.commit(Lsn(self.lsn + 50))?;
        self.lsn += 100;
        Ok(())
    }

    async fn insert(&mut self, rows: u64, inserts: u64) -> Outcome {
        let start = Instant::now();
        for number in 0..inserts / 10 {
            self.transaction(Op::Insert, (0..10).map(|row| rows + number * 10 + row), false)?;
        }
        report("inserts applied and published, 10 a time", inserts, start.elapsed())?;
        let start = Instant::now();
        self.lake.flush().await?;
        report("flush of these", inserts, start.elapsed())
    }

    async fn update(&mut self, rows: u64, updates: u64) -> Outcome {
        let start = Instant::now();
        self.transaction(Op::Update, std::iter::once(7), false)?;
        report("first update (makes the key index)", 1, start.elapsed())?;
        let start = Instant::now();
        let mut longest = Duration::ZERO;
        for number in 0..updates / 5 {
            let begin = Instant::now();
            self.transaction(Op::Update, (0..5).map(|row| (number * 5 + row) * 7_919 % rows), false)?;
            longest = longest.max(begin.elapsed());
        }
        report("random updates applied and published, 5 a time", updates, start.elapsed())?;
        report("longest of these transactions, with its publish", 1, longest)?;
        let start = Instant::now();
        self.lake.flush().await?;
        report("flush of these, with deletion vectors", updates, start.elapsed())
    }

    fn update_unchanged(&mut self, updates: u64) -> Outcome {
        let start = Instant::now();
        for number in 0..updates {
            self.transaction(Op::Update, std::iter::once(number * 31), true)?;
        }
        report("updates with a cell taken from a file", updates, start.elapsed())
    }

    async fn keep_up(&mut self) -> Outcome {
        self.lake.flush().await?;
        let start = Instant::now();
        self.lake.compact().await?;
        report("merging everything", self.reader.snapshot().tables[&self.table].live_rows(), start.elapsed())?;
        let start = Instant::now();
        for round in 0..20 {
            self.transaction(Op::Update, std::iter::once(round), false)?;
            self.lake.flush().await?;
        }
        report("flushes of one row", 20, start.elapsed())
    }
}

//! Many rows in bounded memory.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use catalog::Principal;
use ingest::import::run;

use super::workspace::Workspace;

/// Enough for several chunks; a million more take the same memory (measured by hand: 52 MB).
const ROWS: u64 = 30_000;

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kb| kb.parse().ok()).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_file_streams() {
    let workspace = Workspace::start().await;
    let mut csv = String::from("external_id,name,email,city,source,estimated_value\n");
    for id in 0..ROWS {
        writeln!(csv, "x{id},Lead {id},lead{id}@x.example,Bonn,web,{id}.25").expect("written");
    }
    let request = workspace.csv("lead", &csv);
    drop(csv);
    let (before_kb, seen) = (resident_kb(), Arc::new(Mutex::new((0, 0))));
    let note = Arc::clone(&seen);

    let summary = run(
        &workspace.oltp,
        &Principal::system(),
        request,
        Arc::new(move |progress| {
            let mut seen = note.lock().expect("not poisoned");
            assert!(progress.rows >= seen.0 && progress.bytes_read <= progress.bytes_total);
            *seen = (progress.rows, seen.1.max(resident_kb()));
        }),
    )
    .await
    .expect("imported");

    let (last, peak_kb) = *seen.lock().expect("not poisoned");
    println!("{} rows/s, {} MB more at the peak", summary.rows_per_second, (peak_kb.saturating_sub(before_kb)) / 1024);
    assert_eq!((summary.created, last), (ROWS, ROWS));
    assert!(peak_kb.saturating_sub(before_kb) < 300 * 1024, "{before_kb} kB before, {peak_kb} kB at the peak");
}

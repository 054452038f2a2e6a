//! Figures: quantiles, the table on the terminal, the JSON file.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::Value;

use crate::cli::{BenchArgs, print, say};

/// The value below which a share of the samples lies, by the nearest-rank method; `None` without samples.
///
/// `share` is per mille, so that it needs no float: 500 is the median.
pub(super) fn quantile(samples: &[f64], per_mille: usize) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * per_mille).div_ceil(1000).max(1);
    sorted.get(rank - 1).copied()
}

/// The median, or zero without samples.
pub(super) fn median(samples: &[f64]) -> f64 {
    quantile(samples, 500).unwrap_or_default()
}

/// Prints a table and writes the figures to the benchmark's JSON file.
///
/// # Errors
/// The file cannot be written.
pub(super) fn publish(args: &BenchArgs, name: &str, table: &comfy_table::Table, figures: &Value) -> anyhow::Result<()> {
    print(&table.to_string())?;
    let file = args.json.clone().unwrap_or_else(|| PathBuf::from(format!("bench-{name}.json")));
    std::fs::write(&file, serde_json::to_string_pretty(figures)?)
        .with_context(|| format!("cannot write {}", file.display()))?;
    say(&format!("figures written to {}", file.display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_samples_that_occurred() {
        let samples = [4.0, 1.0, 3.0, 2.0];

        assert_eq!(quantile(&samples, 500), Some(2.0));
        assert_eq!(quantile(&samples, 990), Some(4.0));
        assert_eq!(quantile(&[], 500), None);
    }
}

//! What a verification found.

use catalog::Lsn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::digest::Digest;

/// Ids named per kind of difference.
const NAMED_IDS: usize = 10;

/// The result of comparing the warehouse with Postgres.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifyReport {
    /// Whether nothing differs.
    pub equal: bool,
    /// The position at which both were compared.
    #[schema(value_type = String)]
    pub lsn: Lsn,
    /// How long writers were held back, in milliseconds.
    pub writers_held_ms: u64,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
    /// One entry per table.
    pub tables: Vec<TableReport>,
}

/// The result for one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TableReport {
    /// Its name.
    pub table: String,
    /// Rows in Postgres.
    pub rows: u64,
    /// One entry per way of reading the warehouse.
    pub checks: Vec<Check>,
}

impl TableReport {
    /// Whether nothing differs.
    pub fn equal(&self) -> bool {
        self.checks.iter().all(Check::equal)
    }
}

/// What one way of reading a table showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// `datafusion`, `duckdb`, or `history`: the newest versions in the history.
    pub source: String,
    /// Rows it gave.
    pub rows: u64,
    /// Rows of Postgres that it lacks.
    pub missing: Difference,
    /// Rows that Postgres does not have.
    pub extra: Difference,
    /// Rows with another value in some column.
    pub different: Difference,
}

/// Some rows, the first of them by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// How many.
    pub count: u64,
    /// The first ten ids.
    pub ids: Vec<Uuid>,
}

impl Difference {
    fn add(&mut self, id: u128) {
        self.count += 1;
        if self.ids.len() < NAMED_IDS {
            self.ids.push(Uuid::from_u128(id));
        }
    }
}

impl Check {
    /// Compares two sorted digests.
    pub(super) fn of(source: &str, postgres: &Digest, found: &Digest) -> Self {
        let mut check = Self {
            source: source.to_owned(),
            rows: found.rows(),
            missing: Difference::default(),
            extra: Difference::default(),
            different: Difference::default(),
        };
        let (mut expected, mut actual) = (postgres.iter().peekable(), found.iter().peekable());
        loop {
            match (expected.peek(), actual.peek()) {
                (None, None) => return check,
                (Some(row), None) => {
                    check.missing.add(row.id);
                    expected.next();
                }
                (None, Some(row)) => {
                    check.extra.add(row.id);
                    actual.next();
                }
                (Some(left), Some(right)) if left.id < right.id => {
                    check.missing.add(left.id);
                    expected.next();
                }
                (Some(left), Some(right)) if left.id > right.id => {
                    check.extra.add(right.id);
                    actual.next();
                }
                (Some(left), Some(right)) => {
                    if left.hash != right.hash {
                        check.different.add(left.id);
                    }
                    expected.next();
                    actual.next();
                }
            }
        }
    }

    /// Whether nothing differs.
    pub fn equal(&self) -> bool {
        self.missing.count + self.extra.count + self.different.count == 0
    }
}

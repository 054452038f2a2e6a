//! A small relational algebra that reports are lowered to, and its two printers.
//!
//! Reading order: [`ValueType`], [`Literal`] and [`Column`] say what a value is; [`Expr`] computes
//! one value per row; [`Rel`] is a relation; [`datafusion::plan`] and [`duckdb::sql`] print it.
//!
//! Invariants: every relation has columns with names that are unique without regard to case (the
//! second engine folds case), so no column is ever qualified; every expression has one type that
//! follows from its inputs alone; an operation is only in here if both engines give the same
//! result for it, bit for bit. That is why there is no `avg`, no float and no engine date function:
//! where the engines differ, the printers spell the operation out in operations that do not.

mod aggregate;
mod conform;
pub mod datafusion;
pub mod duckdb;
mod expr;
mod fault;
mod fold;
mod literal;
mod schema;
pub mod testing;
#[cfg(test)]
mod tests;
mod value_type;
mod zone;

pub use aggregate::{AggregateCall, AggregateFunction, Measure};
pub use conform::{arrow_schema, conform};
pub use expr::{Arithmetic, Comparison, Expr, Grain, TextMatch};
pub use fault::RelError;
pub use fold::fold_case;
pub use literal::Literal;
pub use value_type::{Column, ValueType};
pub use zone::{Transition, Zone};

/// A relation: a bag of rows with named, typed columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rel {
    /// Reads a table or view by its plain name.
    Scan {
        /// The plain name, such as `deals`.
        table: String,
        /// The columns to read and what to call them.
        columns: Vec<ScanColumn>,
    },
    /// Rows written in the plan itself.
    Values {
        /// Names and types of the columns.
        columns: Vec<Column>,
        /// One list of literals per row, in column order; may be empty.
        rows: Vec<Vec<Literal>>,
    },
    /// Keeps the rows for which a condition is true (not false, not null).
    Filter {
        /// Where the rows come from.
        input: Box<Rel>,
        /// A boolean expression.
        predicate: Expr,
    },
    /// Computes new columns; columns that are not named are dropped.
    Project {
        /// Where the rows come from.
        input: Box<Rel>,
        /// What to compute and what to call it.
        items: Vec<Named>,
    },
    /// Pairs rows of two relations whose keys are equal.
    Join {
        /// The left relation.
        left: Box<Rel>,
        /// The right relation; its column names differ from those of the left one.
        right: Box<Rel>,
        /// What happens to rows without a partner, and which columns come out.
        kind: JoinKind,
        /// Pairs of a left and a right column; never empty.
        on: Vec<(String, String)>,
        /// Whether two nulls are equal (`is not distinct from`) or not (`=`).
        nulls_equal: bool,
    },
    /// Groups rows and computes one row per group.
    Aggregate {
        /// Where the rows come from.
        input: Box<Rel>,
        /// The columns to group by.
        keys: Vec<String>,
        /// How to combine the keys.
        sets: GroupingSets,
        /// What to compute per group.
        measures: Vec<Measure>,
    },
    /// Adds columns computed over partitions of the rows.
    Window {
        /// Where the rows come from.
        input: Box<Rel>,
        /// The columns to add.
        items: Vec<WindowItem>,
    },
    /// Orders the rows; only meaningful at the top of a plan or directly below a limit.
    Sort {
        /// Where the rows come from.
        input: Box<Rel>,
        /// The order, most significant key first.
        keys: Vec<SortKey>,
    },
    /// Keeps the first rows.
    Limit {
        /// Where the rows come from.
        input: Box<Rel>,
        /// How many rows to skip.
        skip: u64,
        /// How many rows to keep.
        count: u64,
    },
    /// The rows of all inputs, duplicates kept; names come from the first, types must be equal.
    UnionAll {
        /// At least one relation.
        inputs: Vec<Rel>,
    },
}

/// A column of a table and its name in the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanColumn {
    /// The column of the table.
    pub source: String,
    /// Its name in the plan.
    pub name: String,
    /// Its type; the engine's column is converted to it when it differs in width only.
    pub ty: ValueType,
}

/// A computed column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Name of the new column.
    pub name: String,
    /// What it holds.
    pub expr: Expr,
}

/// What a join does with rows that have no partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// Drops them.
    Inner,
    /// Keeps left rows, the right columns are null.
    Left,
    /// Keeps both sides.
    Full,
    /// Keeps left rows that have a partner; left columns only; no row is doubled.
    Semi,
    /// Keeps left rows that have no partner; left columns only.
    Anti,
}

/// How an aggregate combines its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupingSets {
    /// One group per combination of all keys; one row when there are no keys.
    AllKeys,
    /// Several groupings in one pass.
    Sets {
        /// The key positions of each grouping; an empty list is the grand total (which has one
        /// row even when the input has none).
        sets: Vec<Vec<usize>>,
        /// Name of an added integer column: bit `i` is set where key `i` is not grouped by, so
        /// that a null key can be told from a total.
        mask: String,
    },
}

/// A column computed over a partition of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowItem {
    /// Name of the new column.
    pub name: String,
    /// What it holds.
    pub function: WindowFunction,
    /// The columns that make a partition; empty means all rows.
    pub partition_by: Vec<String>,
    /// The order within the partition, for ranks; must be empty for the others.
    pub order_by: Vec<SortKey>,
}

/// What a window computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowFunction {
    /// 1, 2, 3 in order; ties are broken arbitrarily, so the order must be total.
    RowNumber,
    /// 1 for the first rows, equal rows get equal numbers, no gaps.
    DenseRank,
    /// The least value in the whole partition.
    Min(Expr),
    /// The greatest value in the whole partition.
    Max(Expr),
    /// The exact sum over the whole partition.
    Sum(Expr),
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// The column to order by; text is ordered by bytes.
    pub column: String,
    /// Greatest first.
    pub descending: bool,
    /// Nulls before everything else, in either direction.
    pub nulls_first: bool,
}

impl SortKey {
    /// Least first, nulls last.
    pub fn ascending(column: &str) -> Self {
        Self { column: column.to_owned(), descending: false, nulls_first: false }
    }

    /// Greatest first, nulls last.
    pub fn descending(column: &str) -> Self {
        Self { column: column.to_owned(), descending: true, nulls_first: false }
    }
}

impl Rel {
    /// Keeps the rows for which `predicate` is true.
    #[must_use]
    pub fn filter(self, predicate: Expr) -> Self {
        Self::Filter { input: Box::new(self), predicate }
    }

    /// Computes new columns.
    #[must_use]
    pub fn project(self, items: Vec<Named>) -> Self {
        Self::Project { input: Box::new(self), items }
    }

    /// Joins on columns that are equal; nulls are never equal.
    #[must_use]
    pub fn join(self, right: Self, kind: JoinKind, on: Vec<(String, String)>) -> Self {
        Self::Join { left: Box::new(self), right: Box::new(right), kind, on, nulls_equal: false }
    }

    /// Joins on columns that are not distinct; two nulls are equal.
    #[must_use]
    pub fn join_nulls_equal(self, right: Self, kind: JoinKind, on: Vec<(String, String)>) -> Self {
        Self::Join { left: Box::new(self), right: Box::new(right), kind, on, nulls_equal: true }
    }

    /// Groups by all keys.
    #[must_use]
    pub fn aggregate(self, keys: Vec<String>, measures: Vec<Measure>) -> Self {
        Self::Aggregate { input: Box::new(self), keys, sets: GroupingSets::AllKeys, measures }
    }

    /// Adds window columns.
    #[must_use]
    pub fn window(self, items: Vec<WindowItem>) -> Self {
        Self::Window { input: Box::new(self), items }
    }

    /// Orders the rows.
    #[must_use]
    pub fn sort(self, keys: Vec<SortKey>) -> Self {
        Self::Sort { input: Box::new(self), keys }
    }

    /// Keeps the first `count` rows.
    #[must_use]
    pub fn limit(self, count: u64) -> Self {
        Self::Limit { input: Box::new(self), skip: 0, count }
    }

    /// The names of all tables it reads, each once, in name order.
    pub fn tables(&self) -> Vec<&str> {
        let mut found = std::collections::BTreeSet::new();
        self.collect_tables(&mut found);
        found.into_iter().collect()
    }

    /// The names and types of its columns.
    ///
    /// # Errors
    /// The relation is not well formed: a defect of whoever built it.
    pub fn columns(&self) -> Result<Vec<Column>, RelError> {
        schema::columns(self)
    }

    fn collect_tables<'a>(&'a self, found: &mut std::collections::BTreeSet<&'a str>) {
        match self {
            Self::Scan { table, .. } => {
                found.insert(table);
            }
            Self::Values { .. } => {}
            Self::Filter { input, .. }
            | Self::Project { input, .. }
            | Self::Aggregate { input, .. }
            | Self::Window { input, .. }
            | Self::Sort { input, .. }
            | Self::Limit { input, .. } => input.collect_tables(found),
            Self::Join { left, right, .. } => {
                left.collect_tables(found);
                right.collect_tables(found);
            }
            Self::UnionAll { inputs } => inputs.iter().for_each(|input| input.collect_tables(found)),
        }
    }
}

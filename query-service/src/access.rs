//! What one person may see of one table, in the form that both engines enforce.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use arrow::datatypes::Schema;
use catalog::{ObjectDef, Principal, RowScope, policy};
use datafusion::{
    logical_expr::{Expr, col, lit},
    prelude::in_list,
};
use uuid::Uuid;

/// Rows and columns of one table that a query may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    rows: Rows,
    masked: BTreeSet<String>,
    hidden: BTreeSet<String>,
    versions: Versions,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rows {
    Nobody,
    All,
    /// Owned by one of these ids or by nobody, or with one of these ids in the column.
    Owners {
        owners: BTreeSet<Uuid>,
        worked_on: BTreeMap<String, BTreeSet<Uuid>>,
    },
    /// Owned by one of these ids, shared with a team that is one of them, or with everyone.
    Shared(BTreeSet<Uuid>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Versions {
    /// One row per live record; soft-deleted records are hidden.
    Live,
    /// Every version there ever was.
    Every,
    /// Exactly what is stored; only verification reads like this.
    Stored,
}

impl Access {
    /// The live records of `object` that `principal` sees.
    pub(crate) fn live(principal: &Principal, object: &ObjectDef) -> Self {
        Self::with_versions(principal, object, Versions::Live)
    }

    /// The versions of records of `object` that `principal` sees.
    pub(crate) fn history(principal: &Principal, object: &ObjectDef) -> Self {
        Self::with_versions(principal, object, Versions::Every)
    }

    /// Everything that is stored, for verification.
    pub(crate) fn stored() -> Self {
        Self { rows: Rows::All, masked: BTreeSet::new(), hidden: BTreeSet::new(), versions: Versions::Stored }
    }

    fn with_versions(principal: &Principal, object: &ObjectDef, versions: Versions) -> Self {
        let policy = policy(principal, object);
        let rows = match policy.rows {
            RowScope::None => Rows::Nobody,
            RowScope::All => Rows::All,
            RowScope::Owners { owners, worked_on } => Rows::Owners { owners, worked_on },
            RowScope::Shared(ids) => Rows::Shared(ids),
        };
        Self { rows, masked: policy.masked, hidden: policy.hidden, versions }
    }

    /// Whether there are rows or values that the person must not learn about.
    pub(crate) fn restricted(&self) -> bool {
        self.rows != Rows::All || !self.masked.is_empty()
    }

    /// Whether this column reads as null.
    pub(crate) fn masks(&self, column: &str) -> bool {
        self.masked.contains(column)
    }

    /// Whether there is no such column for the person.
    pub(crate) fn hides(&self, column: &str) -> bool {
        self.hidden.contains(column)
    }

    /// The columns that [`Self::predicate`] needs.
    pub(crate) fn predicate_columns(&self) -> Vec<&str> {
        let mut columns = Vec::new();
        if self.versions == Versions::Live {
            columns.push("deleted_at");
        }
        match &self.rows {
            Rows::Nobody | Rows::All => return columns,
            Rows::Owners { worked_on, .. } => {
                columns.push("owner_id");
                columns.extend(worked_on.keys().map(String::as_str));
            }
            Rows::Shared(_) => columns.extend(["owner_id", "audience", "team_id"]),
        }
        if self.versions == Versions::Every {
            columns.push("_op");
        }
        columns
    }

    /// The condition that visible rows satisfy, for `DataFusion`.
    pub(crate) fn predicate(&self) -> Option<Expr> {
        let live = (self.versions == Versions::Live).then(|| col("deleted_at").is_null());
        let one_of = |column: &str, ids: &BTreeSet<Uuid>| {
            in_list(col(column), ids.iter().map(|id| lit(id.to_string())).collect(), false)
        };
        let owned = match &self.rows {
            Rows::All => None,
            Rows::Nobody => Some(lit(false)),
            Rows::Owners { owners, worked_on } => {
                let owned = col("owner_id").is_null().or(one_of("owner_id", owners));
                Some(worked_on.iter().fold(owned, |seen, (column, ids)| seen.or(one_of(column, ids))))
            }
            Rows::Shared(ids) => {
                let with_team = col("audience").eq(lit("team")).and(one_of("team_id", ids));
                Some(one_of("owner_id", ids).or(col("audience").eq(lit("everyone"))).or(with_team))
            }
        };
        let versions = self.versions == Versions::Every && self.rows != Rows::Nobody;
        let owned = owned.map(|owned| if versions { owned.and(version_row()) } else { owned });
        match (live, owned) {
            (Some(live), Some(owned)) => Some(live.and(owned)),
            (live, owned) => live.or(owned),
        }
    }

    /// The condition that visible rows satisfy, for `DuckDB`.
    pub(crate) fn sql_predicate(&self) -> Option<String> {
        let mut terms = Vec::new();
        if self.versions == Versions::Live {
            terms.push("deleted_at is null".to_owned());
        }
        let one_of = |column: &str, ids: &BTreeSet<Uuid>| {
            let list: Vec<String> = ids.iter().map(|id| format!("'{id}'")).collect();
            format!("{column} in ({})", list.join(", "))
        };
        match &self.rows {
            Rows::All => {}
            Rows::Nobody => terms.push("false".to_owned()),
            Rows::Owners { owners, worked_on } => {
                let worked_on = worked_on.iter().map(|(column, ids)| format!(" or {}", one_of(column, ids)));
                let worked_on: String = worked_on.collect();
                terms.push(format!("(owner_id is null or {}{worked_on})", one_of("owner_id", owners)));
            }
            Rows::Shared(ids) => terms.push(format!(
                "({} or audience = 'everyone' or (audience = 'team' and {}))",
                one_of("owner_id", ids),
                one_of("team_id", ids)
            )),
        }
        if matches!(self.rows, Rows::Owners { .. } | Rows::Shared(_)) && self.versions == Versions::Every {
            terms.push("_op in ('I', 'U', 'S')".to_owned());
        }
        (!terms.is_empty()).then(|| terms.join(" and "))
    }

    /// Whether the schema has what the condition needs; without it nothing may be shown.
    pub(crate) fn enforceable_on(&self, schema: &Schema) -> bool {
        self.predicate_columns().into_iter().all(|column| schema.column_with_name(column).is_some())
    }

    /// Canonical text of the effective rules: part of the key of cached answers and of pooled views.
    pub(crate) fn fingerprint(&self) -> String {
        let mut text = self.sql_predicate().unwrap_or_default();
        for column in &self.masked {
            let _ = write!(text, "|mask {column}");
        }
        for column in &self.hidden {
            let _ = write!(text, "|hide {column}");
        }
        text
    }
}

/// Deletions and truncations carry no owner, so they are not shown to people who see some owners only.
fn version_row() -> Expr {
    in_list(col("_op"), vec![lit("I"), lit("U"), lit("S")], false)
}

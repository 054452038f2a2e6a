//! What one person can ask in SQL: tables, columns, and about how many rows they would find.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use arrow::array::AsArray;
use catalog::{ObjectDef, Principal, RowScope, policy};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Error, QueryService, ReadAt,
    service::{Limits, Statement},
    sight::{CUSTOMER_COLUMNS, CUSTOMERS, Sight},
};

/// The tables of the warehouse as one person sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SqlSchema {
    /// The tables, in the order of the catalogue, then `customers`.
    pub tables: Vec<SqlTable>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SqlTable {
    /// Its name in SQL.
    pub name: String,
    /// Its name on screen.
    pub label: String,
    /// About how many rows the person finds in it; null before its first copy.
    pub rows: Option<u64>,
    /// Whether `<name>_history` has every version of every row.
    pub history: bool,
    /// Its columns.
    pub columns: Vec<SqlColumn>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SqlColumn {
    /// Its name in SQL.
    pub name: String,
    /// Its name on screen.
    pub label: String,
    /// Its type in SQL; ids and JSON are text.
    #[serde(rename = "type")]
    pub data_type: String,
    /// Whether it is null for this person in every row.
    pub masked: bool,
}

/// The column of `customers` that companies and contacts have not.
const KIND: &str = "kind";

impl QueryService {
    /// The tables and columns that `caller` can name in SQL.
    ///
    /// Row counts are exact for people who see some rows only, and include the bin for others.
    ///
    /// # Errors
    /// When the rows cannot be counted.
    pub async fn schema(&self, caller: &Principal) -> Result<SqlSchema, Error> {
        let sight = self.sight(caller, &ReadAt::default()).await?;
        let mut counts = self.counts(caller, &sight).await?;
        let catalog = Arc::clone(self.catalog());
        let mut tables: Vec<SqlTable> = catalog
            .objects
            .iter()
            .filter(|object| policy(caller, object).read)
            .map(|object| SqlTable {
                name: object.table.clone(),
                label: object.plural_label.clone(),
                rows: counts.remove(&object.table),
                history: true,
                columns: columns(caller, object),
            })
            .collect();
        tables.extend(customers(&sight, &tables, counts.remove(CUSTOMERS)));
        Ok(SqlSchema { tables })
    }

    /// Rows by table; tables that were never copied are absent.
    async fn counts(&self, caller: &Principal, sight: &Sight) -> Result<BTreeMap<String, u64>, Error> {
        let mut counts = BTreeMap::new();
        let mut counted = Vec::new();
        for object in &self.catalog().objects {
            let Some(table) = sight.snapshot.tables.get(&object.table) else {
                continue;
            };
            match policy(caller, object).rows {
                RowScope::None => {}
                RowScope::All => drop(counts.insert(object.table.clone(), table.live_rows())),
                RowScope::Owners { .. } | RowScope::Shared(_) => counted.push(object.table.as_str()),
            }
        }
        let halves = sight.customers();
        if !halves.is_empty() && halves.iter().all(|half| sight.snapshot.tables.contains_key(half.table)) {
            counted.push(CUSTOMERS);
        }
        if counted.is_empty() {
            return Ok(counts);
        }
        let sql = counted.iter().fold(String::new(), |mut sql, table| {
            let glue = if sql.is_empty() { "" } else { " union all " };
            // Writing into a String cannot fail.
            let _ = write!(sql, "{glue}select '{table}' as name, count(*) as n from {table}");
            sql
        });
        let limits = Limits { rows: counted.len(), bytes: usize::MAX };
        let rows = self.datafusion(sight.clone(), Statement::Sql(sql), limits).await?;
        for batch in &rows.batches {
            let names = batch.column(0).as_string::<i32>();
            let numbers = batch.column(1).as_primitive::<arrow::datatypes::Int64Type>();
            for (name, number) in names.iter().zip(numbers) {
                let (Some(name), Some(number)) = (name, number) else { continue };
                counts.insert(name.to_owned(), u64::try_from(number).unwrap_or_default());
            }
        }
        Ok(counts)
    }
}

fn columns(caller: &Principal, object: &ObjectDef) -> Vec<SqlColumn> {
    let policy = policy(caller, object);
    let column = |(name, pg_type): (&str, String)| SqlColumn {
        name: name.to_owned(),
        label: object.field(name).map_or_else(|| system_label(name).to_owned(), |field| field.label.clone()),
        data_type: sql_type(&pg_type).to_owned(),
        masked: policy.masked.contains(name),
    };
    policy.known(object).columns().map(column).collect()
}

/// The view over companies and contacts, described by the columns they share.
fn customers(sight: &Sight, tables: &[SqlTable], rows: Option<u64>) -> Option<SqlTable> {
    let halves = sight.customers();
    let halves: Vec<&SqlTable> =
        tables.iter().filter(|table| halves.iter().any(|half| half.table == table.name)).collect();
    halves.first()?;
    let column = |name: &str| {
        if name == KIND {
            let (name, label, data_type) = (KIND.to_owned(), "Kind".to_owned(), "text".to_owned());
            return Some(SqlColumn { name, label, data_type, masked: false });
        }
        let found = halves.iter().flat_map(|table| &table.columns).filter(|column| column.name == name);
        let found: Vec<&SqlColumn> = found.collect();
        let masked = found.iter().any(|column| column.masked);
        found.last().map(|column| SqlColumn { masked, ..(*column).clone() })
    };
    let columns = CUSTOMER_COLUMNS.into_iter().filter_map(column).collect();
    Some(SqlTable { name: CUSTOMERS.to_owned(), label: "Customers".to_owned(), rows, history: false, columns })
}

fn system_label(name: &str) -> &str {
    match name {
        "id" => "Id",
        "created_at" => "Created at",
        "updated_at" => "Changed at",
        "deleted_at" => "Deleted at",
        "version" => "Version",
        other => other,
    }
}

fn sql_type(pg_type: &str) -> &str {
    match pg_type {
        "uuid" | "jsonb" => "text",
        "timestamp with time zone" => "timestamp",
        other => other,
    }
}

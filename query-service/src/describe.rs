//! What one person can ask in SQL: tables, columns, and about how many rows they would find.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::Arc,
};

use arrow::array::AsArray;
use catalog::{ObjectDef, Principal, RowScope, policy};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Error, QueryService, ReadAt,
    service::{Limits, Statement},
    sight::{CUSTOMERS, Sight},
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

/// Columns of `customers` that differ from those of a company.
const KIND: &str = "kind";
/// Columns of `customers`, in order.
const CUSTOMER_COLUMNS: [&str; 15] = [
    "id",
    KIND,
    "name",
    "email",
    "phone",
    "street",
    "city",
    "region",
    "postal_code",
    "country",
    "company_id",
    "owner_id",
    "external_id",
    "created_at",
    "updated_at",
];

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
            .map(|object| SqlTable {
                name: object.table.clone(),
                label: object.plural_label.clone(),
                rows: counts.remove(&object.table),
                history: true,
                columns: columns(caller, object),
            })
            .collect();
        tables.extend(customers(&tables, counts.remove(CUSTOMERS)));
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
                RowScope::All => drop(counts.insert(object.table.clone(), table.live_rows())),
                RowScope::Owners(_) | RowScope::Shared(_) => counted.push(object.table.as_str()),
            }
        }
        if ["companies", "contacts"].iter().all(|table| sight.snapshot.tables.contains_key(*table)) {
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
    let masked = policy(caller, object).masked;
    let column = |(name, pg_type): (&str, String)| SqlColumn {
        name: name.to_owned(),
        label: object.field(name).map_or_else(|| system_label(name).to_owned(), |field| field.label.clone()),
        data_type: sql_type(&pg_type).to_owned(),
        masked: masked.contains(name),
    };
    object.columns().map(column).collect()
}

/// The view over companies and contacts, described by the columns they share.
fn customers(tables: &[SqlTable], rows: Option<u64>) -> Option<SqlTable> {
    let table = |name: &str| tables.iter().find(|table| table.name == name);
    let (companies, contacts) = (table("companies")?, table("contacts")?);
    let found = |table: &SqlTable, name: &str| table.columns.iter().find(|column| column.name == name).cloned();
    let masked: BTreeSet<&str> =
        [companies, contacts].iter().flat_map(|table| &table.columns).filter(|c| c.masked).map(|c| &*c.name).collect();
    let column = |name: &str| {
        if name == KIND {
            let (name, label, data_type) = (KIND.to_owned(), "Kind".to_owned(), "text".to_owned());
            return Some(SqlColumn { name, label, data_type, masked: false });
        }
        let column = found(contacts, name)?;
        Some(SqlColumn { masked: masked.contains(name), ..column })
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

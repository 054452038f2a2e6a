//! The temporary views of one connection: the relations of a sight by their plain names.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use duckdb::Connection;
use warehouse::TableSnapshot;

use super::{
    lake_rows::HeldRows,
    source::{Source, quoted, sql_type},
};
use crate::{
    Error,
    access::Access,
    facts::Facts,
    sight::{CUSTOMER_COLUMNS, CUSTOMERS, CustomerColumn, Relation, Sight, Versions},
};

/// What a connection has defined, so that equal requests reuse it.
#[derive(Default)]
pub(super) struct Views(BTreeMap<String, View>);

struct View {
    /// The content; holding it keeps its files on disk.
    table: Arc<TableSnapshot>,
    versions: Versions,
    access: Access,
    _held: Vec<HeldRows>,
}

impl Views {
    /// Makes the relations `names` of `sight` available on `connection`.
    pub(super) fn prepare(
        &mut self,
        connection: &Connection,
        sight: &Sight,
        names: &BTreeSet<String>,
        facts: &Facts,
    ) -> Result<(), Error> {
        for name in Sight::tables_behind(names) {
            // A name that is no relation of ours is one of the statement's own.
            if let Some(Relation::Table { table, versions, access }) = sight.relation(&name)? {
                self.define(connection, &name, (table, versions, access), facts)?;
            }
        }
        if names.contains(CUSTOMERS) && !sight.customers().is_empty() {
            let sql = customers_sql(sight);
            connection.execute_batch(&format!("create or replace temp view {CUSTOMERS} as {sql}"))?;
        }
        Ok(())
    }

    fn define(
        &mut self,
        connection: &Connection,
        name: &str,
        (table, versions, access): (Arc<TableSnapshot>, Versions, Access),
        facts: &Facts,
    ) -> Result<(), Error> {
        let same = self
            .0
            .get(name)
            .is_some_and(|view| Arc::ptr_eq(&view.table, &table) && view.versions == versions && view.access == access);
        if same {
            return Ok(());
        }
        let (sql, held) = view_sql(&table, versions, &access, facts)?;
        connection.execute_batch(&format!("create or replace temp view {} as {sql}", quoted(name)))?;
        self.0.insert(name.to_owned(), View { table, versions, access, _held: held });
        Ok(())
    }
}

/// The rows of `customers` as the person of `sight` sees them; the views below it mask and hide.
fn customers_sql(sight: &Sight) -> String {
    let halves = sight.customers().into_iter().map(|half| {
        let columns = CUSTOMER_COLUMNS.map(|name| match half.source(name) {
            CustomerColumn::Kind => format!("'{}' as {name}", half.kind),
            CustomerColumn::Of(column) => format!("{column} as {name}"),
            CustomerColumn::Hidden => format!("null::varchar as {name}"),
        });
        format!("select {} from {} where lifecycle = 'customer'", columns.join(", "), half.table)
    });
    halves.collect::<Vec<_>>().join(" union all ")
}

fn view_sql(
    table: &TableSnapshot,
    versions: Versions,
    access: &Access,
    facts: &Facts,
) -> Result<(String, Vec<HeldRows>), Error> {
    let history = Source { schema: &table.hist_schema, files: &table.hist_files, tail: &table.hist_tail };
    let (rows, held, schema) = match versions {
        Versions::Current => {
            let source = Source { schema: &table.schema, files: &table.files, tail: &table.tail };
            let (sql, held) = source.sql(facts)?;
            (sql, held, &table.schema)
        }
        Versions::Every => {
            let (sql, held) = history.sql(facts)?;
            (sql, held, &table.hist_schema)
        }
        Versions::AsOf(at) => {
            let (sql, held) = history.sql(facts)?;
            (folded(&sql, Some(at)), held, &table.schema)
        }
        Versions::Folded => {
            let (sql, held) = history.sql(facts)?;
            (folded(&sql, None), held, &table.schema)
        }
    };
    if !access.enforceable_on(schema) {
        return Err(Error::Defect(format!("`{}` lacks the columns its policy needs", table.name)));
    }
    // Only statements of our own run here and name their columns, so a hidden one reads as null.
    let columns = schema.fields().iter().map(|field| {
        let name = quoted(field.name());
        if access.masks(field.name()) { format!("null::{} as {name}", sql_type(field)) } else { name }
    });
    let columns: Vec<String> = columns.collect();
    let condition = access.sql_predicate().map_or_else(String::new, |predicate| format!(" where {predicate}"));
    Ok((format!("select {} from ({rows}){condition}", columns.join(", ")), held))
}

/// The history `rows` folded to one version per id, as [`Fold`](crate::fold::Fold) does it.
fn folded(rows: &str, at: Option<DateTime<Utc>>) -> String {
    let micros = |at: DateTime<Utc>| format!("make_timestamptz({})", at.timestamp_micros());
    let effective = at.map_or_else(String::new, |at| format!(" and updated_at <= {}", micros(at)));
    let ended = at.map_or_else(String::new, |at| format!(" and _commit_ts <= {}", micros(at)));
    let order = if at.is_some() { "updated_at desc, _lsn desc, _seq desc" } else { "_lsn desc, _seq desc" };
    format!(
        "with versions as not materialized ({rows}),
              ends as (
                  select id, max((_lsn, _seq)) as position
                  from versions
                  where _op in ('D', 'T'){ended}
                  group by id)
         select v.*
         from versions v
         where v._op not in ('D', 'T'){effective}
           and not exists (select 1 from ends e where e.id = v.id and e.position > (v._lsn, v._seq))
           and not exists (select 1 from ends e where e.id is null and e.position > (v._lsn, v._seq))
         qualify row_number() over (partition by v.id order by {order}) = 1"
    )
}

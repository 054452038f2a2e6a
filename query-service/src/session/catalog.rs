//! The one schema of a session: names resolve to secured tables of the pinned snapshot.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    catalog::{SchemaProvider, TableProvider, view::ViewTable},
    common::ScalarValue,
    datasource::provider_as_source,
    error::{DataFusionError, Result},
    logical_expr::{LogicalPlan, LogicalPlanBuilder, col, lit},
};

use crate::{
    access::Access,
    facts::Facts,
    fold::Fold,
    lake_scan::LakeScan,
    secure::SecureTable,
    sight::{CUSTOMER_COLUMNS, CustomerColumn, CustomerHalf, Relation, Sight, Versions},
};

/// The relations of one [`Sight`].
#[derive(Debug)]
pub(crate) struct LakeSchema {
    sight: Sight,
    facts: Arc<Facts>,
}

impl LakeSchema {
    /// The schema of `sight`.
    pub(crate) fn new(sight: Sight, facts: Arc<Facts>) -> Self {
        Self { sight, facts }
    }

    /// The table of this name; does no I/O.
    pub(crate) fn resolve(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let relation = self.sight.relation(name).map_err(|error| DataFusionError::External(Box::new(error)))?;
        match relation {
            None => Ok(None),
            Some(Relation::Customers) => Ok(Some(Arc::new(ViewTable::new(self.customers()?, None)))),
            Some(Relation::Table { table, versions, access }) => {
                let facts = Arc::clone(&self.facts);
                let folded = |fold: Fold, access: Access, facts: Arc<Facts>| {
                    SecureTable::folded(&table.schema, LakeScan::history(&table), fold, access, facts)
                };
                let table = match versions {
                    Versions::Current => SecureTable::new(LakeScan::current(&table), access, facts),
                    Versions::Every => SecureTable::new(LakeScan::history(&table), access, facts),
                    Versions::AsOf(at) => folded(Fold::EffectiveAt(at), access, facts),
                    Versions::Folded => folded(Fold::Newest, access, facts),
                };
                Ok(Some(Arc::new(table)))
            }
        }
    }

    fn customers(&self) -> Result<LogicalPlan> {
        let half = |half: CustomerHalf| {
            let missing = || DataFusionError::Internal(format!("no table {}", half.table));
            let provider = self.resolve(half.table)?.ok_or_else(missing)?;
            let columns = CUSTOMER_COLUMNS.map(|name| match half.source(name) {
                CustomerColumn::Kind => lit(half.kind).alias(name),
                CustomerColumn::Of(column) => col(column).alias(name),
                CustomerColumn::Hidden => lit(ScalarValue::Utf8View(None)).alias(name),
            });
            LogicalPlanBuilder::scan(half.table, provider_as_source(provider), None)?
                .filter(col("lifecycle").eq(lit("customer")))?
                .project(columns)?
                .build()
        };
        let mut halves = self.sight.customers().into_iter().map(half);
        let first = halves.next().ok_or_else(|| DataFusionError::Internal("no customers".to_owned()))??;
        match halves.next() {
            Some(second) => LogicalPlanBuilder::from(first).union(second?)?.build(),
            None => Ok(first),
        }
    }
}

#[async_trait]
impl SchemaProvider for LakeSchema {
    fn table_names(&self) -> Vec<String> {
        self.sight.names()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        self.resolve(name)
    }

    fn table_exist(&self, name: &str) -> bool {
        matches!(self.sight.relation(name), Ok(Some(_)))
    }
}

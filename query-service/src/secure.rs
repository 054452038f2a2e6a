//! The only tables that a query session can name: policy first, everything else above it.
//!
//! A predicate appended to a query is not a barrier, because an optimizer may evaluate the user's
//! condition before the policy and show hidden values in an error message. Here the policy is part
//! of the table: [`barrier::SecureExec`] drops hidden rows and nulls masked columns, and no
//! optimizer rule moves anything through it. Only conditions that cannot fail and reveal nothing
//! are used below it, and only to skip row groups.

mod barrier;
mod leakproof;

use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::{
    catalog::{Session, TableProvider},
    common::DFSchema,
    error::{DataFusionError, Result},
    logical_expr::{Expr, TableProviderFilterPushDown, TableType, utils::conjunction},
    physical_expr::PhysicalExpr,
    physical_plan::ExecutionPlan,
};

use self::barrier::OutputColumn;
pub(crate) use self::barrier::SecureExec;
use crate::{
    access::Access,
    facts::Facts,
    fold::{Fold, FoldExec},
    lake_scan::{LakeScan, ScanRequest, viewed},
};

/// One table of one snapshot as one person sees it.
#[derive(Debug)]
pub(crate) struct SecureTable {
    schema: SchemaRef,
    scan: LakeScan,
    fold: Option<Fold>,
    access: Access,
    facts: Arc<Facts>,
}

impl SecureTable {
    /// The rows of `scan` under `access`.
    pub(crate) fn new(scan: LakeScan, access: Access, facts: Arc<Facts>) -> Self {
        Self { schema: known(scan.schema(), &access), scan, fold: None, access, facts }
    }

    /// The rows that the history in `scan` folds to, with the columns of `current`, under `access`.
    pub(crate) fn folded(current: &Schema, scan: LakeScan, fold: Fold, access: Access, facts: Arc<Facts>) -> Self {
        Self { schema: known(&viewed(current), &access), scan, fold: Some(fold), access, facts }
    }

    /// Whether some stored row may have to be hidden.
    fn guarded(&self) -> Result<bool> {
        if self.access.restricted() {
            return Ok(true);
        }
        if self.access.predicate().is_none() {
            return Ok(false);
        }
        for file in self.scan.files() {
            let facts = self.facts.of(&file.path).map_err(|error| DataFusionError::External(Box::new(error)))?;
            if facts.deleted_rows != Some(0) {
                return Ok(true);
            }
        }
        let tail_deleted =
            self.scan.tail().iter().any(|batch| {
                batch.column_by_name("deleted_at").is_none_or(|column| column.null_count() < column.len())
            });
        Ok(tail_deleted || self.fold.is_some())
    }

    /// The plan of the columns named `columns`, policy not applied.
    fn input(
        &self,
        state: &dyn Session,
        columns: &[String],
        pruning: Option<Expr>,
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let pruning = pruning.map(|expr| physical(state, expr, self.scan.schema())).transpose()?;
        let mut read = columns.to_vec();
        if self.fold.is_some() {
            read.extend(Fold::columns().map(str::to_owned).filter(|column| !columns.contains(column)));
        }
        let projection = read.iter().map(|column| Ok(self.scan.schema().index_of(column)?)).collect::<Result<_>>()?;
        let plan = self.scan.plan(state, &ScanRequest { projection, pruning, limit })?;
        match &self.fold {
            None => Ok(plan),
            Some(fold) => Ok(Arc::new(FoldExec::try_new(plan, fold.clone(), columns)?)),
        }
    }
}

#[async_trait]
impl TableProvider for SecureTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let supported = |filter: &&Expr| {
            // A condition on a folded table must not hide the newest version of a row.
            if self.fold.is_none() && leakproof::leakproof(filter, &self.schema, &self.access) {
                TableProviderFilterPushDown::Inexact
            } else {
                TableProviderFilterPushDown::Unsupported
            }
        };
        Ok(filters.iter().map(supported).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if !self.access.enforceable_on(self.scan.schema()) {
            return Err(DataFusionError::Internal("the table lacks the columns its policy needs".to_owned()));
        }
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let projection = projection.unwrap_or(&all);
        let user = filters.iter().filter(|filter| leakproof::leakproof(filter, &self.schema, &self.access)).cloned();
        let pruning = match &self.fold {
            None => conjunction(self.access.predicate().into_iter().chain(user)),
            Some(fold) => fold.pruning(),
        };
        let wanted = projection.iter().map(|index| self.schema.field(*index).name().clone());
        if !self.guarded()? {
            let columns: Vec<String> = wanted.collect();
            let limit = limit.filter(|_| filters.is_empty());
            return self.input(state, &columns, pruning, limit);
        }
        let mut columns: Vec<String> = wanted.filter(|column| !self.access.masks(column)).collect();
        for column in self.access.predicate_columns() {
            if !columns.iter().any(|present| present == column) {
                columns.push(column.to_owned());
            }
        }
        let input = self.input(state, &columns, pruning, None)?;
        let predicate = self.access.predicate().map(|expr| physical(state, expr, &input.schema())).transpose()?;
        let mut output = Vec::with_capacity(projection.len());
        for index in projection {
            let name = self.schema.field(*index).name();
            output.push(if self.access.masks(name) {
                OutputColumn::Null
            } else {
                OutputColumn::Input(input.schema().index_of(name)?)
            });
        }
        let schema = Arc::new(self.schema.project(projection)?);
        Ok(Arc::new(SecureExec::new(input, predicate, output, schema, self.scan.rows())))
    }
}

/// The columns that the person may know of.
fn known(schema: &SchemaRef, access: &Access) -> SchemaRef {
    if schema.fields().iter().all(|field| !access.hides(field.name())) {
        return Arc::clone(schema);
    }
    let fields: Vec<_> = schema.fields().iter().filter(|field| !access.hides(field.name())).cloned().collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

fn physical(state: &dyn Session, expr: Expr, schema: &Schema) -> Result<Arc<dyn PhysicalExpr>> {
    let schema = DFSchema::try_from(schema.clone())?;
    // Literals of the policy are plain text; the columns may be views.
    let expr = leakproof::coerced(expr, &schema)?;
    state.create_physical_expr(expr, &schema)
}

//! Prints a relation as a DataFusion logical plan.

mod aggregate;
mod expr;
mod number;

use std::{collections::BTreeMap, sync::Arc};

use datafusion::{
    common::{Column as PlanColumn, DFSchema, NullEquality, TableReference},
    datasource::{TableProvider, provider_as_source},
    execution::context::SessionContext,
    logical_expr::{
        Expr as PlanExpr, JoinType, LogicalPlan, LogicalPlanBuilder, SortExpr, cast, expr::WindowFunction as Over,
        ident,
    },
};

use super::{
    Column, JoinKind, Named, Rel, RelError, ScanColumn, SortKey, ValueType, WindowFunction, WindowItem, schema,
};

/// Plans a relation; its tables are resolved by plain name in `context`.
///
/// **Shape:** the plan's columns have the names and order of [`Rel::columns`]; their widths can
/// still differ (`Utf8View` for text), see [`conform`](super::conform).
///
/// # Errors
/// The relation is malformed, or a table or column is not there.
pub async fn plan(rel: &Rel, context: &SessionContext) -> Result<LogicalPlan, RelError> {
    rel.columns()?;
    let mut tables = BTreeMap::new();
    for table in rel.tables() {
        let provider = context.table_provider(TableReference::bare(table)).await?;
        tables.insert(table.to_owned(), provider);
    }
    Ok(Printer { tables }.print(rel)?.plan)
}

/// A literal as the engine holds it.
pub(super) fn scalar(value: &super::Literal) -> datafusion::common::ScalarValue {
    expr::scalar(value)
}

struct Printer {
    tables: BTreeMap<String, Arc<dyn TableProvider>>,
}

/// A printed relation and its columns, so that types are computed once per node.
struct Printed {
    plan: LogicalPlan,
    columns: Vec<Column>,
}

impl Printer {
    fn print(&self, rel: &Rel) -> Result<Printed, RelError> {
        match rel {
            Rel::Scan { table, columns } => self.scan(table, columns),
            Rel::Values { columns, rows } => values(columns, rows),
            Rel::Filter { input, predicate } => {
                let Printed { plan, columns } = self.print(input)?;
                let predicate = expr::print(predicate, &columns)?;
                Ok(Printed { plan: LogicalPlanBuilder::from(plan).filter(predicate)?.build()?, columns })
            }
            Rel::Project { input, items } => project(self.print(input)?, items),
            Rel::Join { left, right, kind, on, nulls_equal } => {
                let equality =
                    if *nulls_equal { NullEquality::NullEqualsNull } else { NullEquality::NullEqualsNothing };
                join(self.print(left)?, self.print(right)?, (*kind, equality), on)
            }
            Rel::Aggregate { input, keys, sets, measures } => {
                aggregate::print(self.print(input)?, keys, sets, measures)
            }
            Rel::Window { input, items } => items.iter().try_fold(self.print(input)?, window),
            Rel::Sort { input, keys } => {
                let Printed { plan, columns } = self.print(input)?;
                Ok(Printed { plan: LogicalPlanBuilder::from(plan).sort(order(keys))?.build()?, columns })
            }
            Rel::Limit { input, skip, count } => {
                let Printed { plan, columns } = self.print(input)?;
                let (skip, count) = (rows(*skip)?, rows(*count)?);
                Ok(Printed { plan: LogicalPlanBuilder::from(plan).limit(skip, Some(count))?.build()?, columns })
            }
            Rel::UnionAll { inputs } => self.union(inputs),
        }
    }

    fn scan(&self, table: &str, wanted: &[ScanColumn]) -> Result<Printed, RelError> {
        let provider = self.tables.get(table).ok_or(RelError::Malformed("a table was not resolved"))?;
        let of_table = provider.schema();
        let builder =
            LogicalPlanBuilder::scan(TableReference::bare(table), provider_as_source(Arc::clone(provider)), None)?;
        let mut items = Vec::with_capacity(wanted.len());
        for column in wanted {
            let found = of_table.field_with_name(&column.source).map_err(|_missing| RelError::UnknownColumn {
                name: format!("{table}.{}", column.source),
                known: of_table.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join(", "),
            })?;
            let read = PlanExpr::Column(PlanColumn::new(Some(TableReference::bare(table)), &column.source));
            let same = *found.data_type() == column.ty.arrow()
                || (column.ty == ValueType::Text && found.data_type().is_string());
            let typed = if same { read } else { cast(read, column.ty.arrow()) };
            items.push(typed.alias(&column.name));
        }
        let columns = wanted.iter().map(|column| Column::new(&column.name, column.ty)).collect();
        Ok(Printed { plan: builder.project(items)?.build()?, columns })
    }

    fn union(&self, inputs: &[Rel]) -> Result<Printed, RelError> {
        let mut printed = inputs.iter().map(|input| self.print(input));
        let Printed { mut plan, columns } = printed.next().ok_or(RelError::Malformed("a union needs an input"))??;
        for other in printed {
            let other = other?;
            // The names of the first input win, so the others take them before they are united.
            let renamed = other.columns.iter().zip(&columns).map(|(from, to)| ident(&from.name).alias(&to.name));
            let other = LogicalPlanBuilder::from(other.plan).project(renamed)?.build()?;
            plan = LogicalPlanBuilder::from(plan).union(other)?.build()?;
        }
        Ok(Printed { plan, columns })
    }
}

fn values(columns: &[Column], rows: &[Vec<super::Literal>]) -> Result<Printed, RelError> {
    let fields = columns
        .iter()
        .map(|column| arrow::datatypes::Field::new(&column.name, column.ty.arrow(), true))
        .collect::<Vec<_>>();
    let schema = Arc::new(DFSchema::try_from(arrow::datatypes::Schema::new(fields))?);
    let literals = rows.iter().map(|row| row.iter().map(expr::literal).collect::<Vec<_>>()).collect::<Vec<_>>();
    let builder = if literals.is_empty() {
        let nulls = columns.iter().map(|column| expr::literal(&super::Literal::Null(column.ty))).collect();
        LogicalPlanBuilder::values_with_schema(vec![nulls], &schema)?.limit(0, Some(0))?
    } else {
        LogicalPlanBuilder::values_with_schema(literals, &schema)?
    };
    let names = builder.schema().columns().into_iter().zip(columns);
    let names = names.map(|(found, column)| PlanExpr::Column(found).alias(&column.name)).collect::<Vec<_>>();
    Ok(Printed { plan: builder.project(names)?.build()?, columns: columns.to_vec() })
}

fn project(input: Printed, items: &[Named]) -> Result<Printed, RelError> {
    let mut exprs = Vec::with_capacity(items.len());
    let mut columns = Vec::with_capacity(items.len());
    for item in items {
        columns.push(Column::new(&item.name, schema::type_of(&item.expr, &input.columns)?));
        exprs.push(expr::print(&item.expr, &input.columns)?.alias(&item.name));
    }
    Ok(Printed { plan: LogicalPlanBuilder::from(input.plan).project(exprs)?.build()?, columns })
}

fn join(
    left: Printed,
    right: Printed,
    (kind, equality): (JoinKind, NullEquality),
    on: &[(String, String)],
) -> Result<Printed, RelError> {
    let join_type = match kind {
        JoinKind::Inner => JoinType::Inner,
        JoinKind::Left => JoinType::Left,
        JoinKind::Full => JoinType::Full,
        JoinKind::Semi => JoinType::LeftSemi,
        JoinKind::Anti => JoinType::LeftAnti,
    };
    let keys: (Vec<PlanColumn>, Vec<PlanColumn>) =
        on.iter().map(|(of_left, of_right)| (PlanColumn::from_name(of_left), PlanColumn::from_name(of_right))).unzip();
    let mut columns = left.columns;
    match kind {
        JoinKind::Inner | JoinKind::Left | JoinKind::Full => columns.extend(right.columns),
        JoinKind::Semi | JoinKind::Anti => {}
    }
    let plan =
        LogicalPlanBuilder::from(left.plan).join_detailed(right.plan, join_type, keys, None, equality)?.build()?;
    Ok(Printed { plan, columns })
}

fn window(input: Printed, item: &WindowItem) -> Result<Printed, RelError> {
    use datafusion::functions_aggregate::{min_max, sum};
    use datafusion::functions_window::{rank, row_number};
    use datafusion::logical_expr::ExprFunctionExt;

    let whole_partition = |function, argument: &super::Expr| -> Result<PlanExpr, RelError> {
        Ok(PlanExpr::from(Over::new(function, vec![expr::print(argument, &input.columns)?])))
    };
    let function = match &item.function {
        WindowFunction::RowNumber => row_number::row_number(),
        WindowFunction::DenseRank => rank::dense_rank(),
        WindowFunction::Min(argument) => whole_partition(min_max::min_udaf(), argument)?,
        WindowFunction::Max(argument) => whole_partition(min_max::max_udaf(), argument)?,
        WindowFunction::Sum(argument) => {
            let wide = ValueType::decimal(schema::type_of(argument, &input.columns)?.scale().unwrap_or(0));
            let argument = expr::print_as(argument, &input.columns, wide)?;
            PlanExpr::from(Over::new(sum::sum_udaf(), vec![argument]))
        }
    };
    let partition = item.partition_by.iter().map(ident).collect::<Vec<_>>();
    let mut builder = function.partition_by(partition);
    if !item.order_by.is_empty() {
        builder = builder.order_by(order(&item.order_by));
    }
    let plan = LogicalPlanBuilder::from(input.plan).window(vec![builder.build()?])?.build()?;
    // The window's own column comes last; give it its name and type.
    let ty = schema::window_type(&item.function, &input.columns)?;
    let added = plan.schema().columns().pop().ok_or(RelError::Malformed("a window has no column"))?;
    let mut exprs: Vec<PlanExpr> = input.columns.iter().map(|column| ident(&column.name)).collect();
    exprs.push(cast(PlanExpr::Column(added), ty.arrow()).alias(&item.name));
    let mut columns = input.columns;
    columns.push(Column::new(&item.name, ty));
    Ok(Printed { plan: LogicalPlanBuilder::from(plan).project(exprs)?.build()?, columns })
}

fn order(keys: &[SortKey]) -> Vec<SortExpr> {
    keys.iter().map(|key| ident(&key.column).sort(!key.descending, key.nulls_first)).collect()
}

fn rows(count: u64) -> Result<usize, RelError> {
    usize::try_from(count).map_err(|_too_large| RelError::Malformed("a limit does not fit the machine"))
}

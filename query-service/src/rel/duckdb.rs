//! Prints a relation as DuckDB SQL text.
//!
//! No text of a user is ever part of the SQL unquoted: names are double-quoted, literals are
//! printed by type. Every node is a subquery with an explicit column list, so names never clash.

mod expr;
mod number;

use super::{
    AggregateCall, AggregateFunction, Column, GroupingSets, JoinKind, Literal, Measure, Named, Rel, RelError,
    ScanColumn, SortKey, ValueType, WindowFunction, WindowItem, schema,
};

/// Prints a relation as one select statement; tables are plain names.
///
/// # Errors
/// The relation is malformed.
pub fn sql(rel: &Rel) -> Result<String, RelError> {
    Ok(print(rel)?.sql)
}

/// A printed relation and its columns, so that types are computed once per node.
struct Printed {
    sql: String,
    columns: Vec<Column>,
}

fn print(rel: &Rel) -> Result<Printed, RelError> {
    match rel {
        Rel::Scan { table, columns } => scan(table, columns),
        Rel::Values { columns, rows } => values(columns, rows),
        Rel::Filter { input, predicate } => {
            let Printed { sql, columns } = print(input)?;
            schema::type_of(predicate, &columns)?;
            let predicate = expr::print(predicate, &columns)?;
            Ok(Printed { sql: format!("select {} from ({sql}) where {predicate}", names(&columns)), columns })
        }
        Rel::Project { input, items } => project(&print(input)?, items),
        Rel::Join { left, right, kind, on, nulls_equal } => {
            join(print(left)?, print(right)?, *kind, (on, *nulls_equal))
        }
        Rel::Aggregate { input, keys, sets, measures } => aggregate(&print(input)?, keys, sets, measures),
        Rel::Window { input, items } => windows(&print(input)?, items),
        Rel::Sort { input, keys } => {
            let Printed { sql, columns } = print(input)?;
            let sql = format!("select {} from ({sql}) order by {}", names(&columns), order(keys));
            Ok(Printed { sql, columns })
        }
        Rel::Limit { input, skip, count } => {
            let Printed { sql, columns } = print(input)?;
            // A limit belongs to the select that orders: an order inside a subquery is not kept.
            let sql = match input.as_ref() {
                Rel::Sort { .. } => format!("{sql} limit {count} offset {skip}"),
                Rel::Scan { .. }
                | Rel::Values { .. }
                | Rel::Filter { .. }
                | Rel::Project { .. }
                | Rel::Join { .. }
                | Rel::Aggregate { .. }
                | Rel::Window { .. }
                | Rel::Limit { .. }
                | Rel::UnionAll { .. } => {
                    format!("select {} from ({sql}) limit {count} offset {skip}", names(&columns))
                }
            };
            Ok(Printed { sql, columns })
        }
        Rel::UnionAll { inputs } => union(inputs),
    }
}

fn scan(table: &str, wanted: &[ScanColumn]) -> Result<Printed, RelError> {
    let columns: Vec<Column> = wanted.iter().map(|column| Column::new(&column.name, column.ty)).collect();
    let items = wanted.iter().map(|column| format!("{} as {}", quoted(&column.source), quoted(&column.name)));
    let items = items.collect::<Vec<_>>().join(", ");
    schema::distinct(columns.clone())?;
    let items = if items.is_empty() { "1 as nothing".to_owned() } else { items };
    Ok(Printed { sql: format!("select {items} from {}", quoted(table)), columns })
}

fn values(columns: &[Column], rows: &[Vec<Literal>]) -> Result<Printed, RelError> {
    let tuple = |row: &[Literal]| format!("({})", row.iter().map(expr::literal).collect::<Vec<_>>().join(", "));
    let nulls: Vec<Literal> = columns.iter().map(|column| Literal::Null(column.ty)).collect();
    let (tuples, condition) = if rows.is_empty() {
        (tuple(&nulls), " where false")
    } else {
        (rows.iter().map(|row| tuple(row)).collect::<Vec<_>>().join(", "), "")
    };
    // The first row decides the types of the list, so every column is cast to its own type.
    let items = columns.iter().map(|column| {
        let name = quoted(&column.name);
        format!("cast({name} as {}) as {name}", expr::type_name(column.ty))
    });
    let items = items.collect::<Vec<_>>().join(", ");
    let sql = format!("select {items} from (values {tuples}) as v({}){condition}", names(columns));
    Ok(Printed { sql, columns: schema::values(columns, rows)? })
}

fn project(input: &Printed, items: &[Named]) -> Result<Printed, RelError> {
    let mut columns = Vec::with_capacity(items.len());
    let mut printed = Vec::with_capacity(items.len());
    for item in items {
        columns.push(Column::new(&item.name, schema::type_of(&item.expr, &input.columns)?));
        printed.push(format!("{} as {}", expr::print(&item.expr, &input.columns)?, quoted(&item.name)));
    }
    let sql = format!("select {} from ({})", printed.join(", "), input.sql);
    Ok(Printed { sql, columns: schema::distinct(columns)? })
}

fn join(
    left: Printed,
    right: Printed,
    kind: JoinKind,
    (on, nulls_equal): (&[(String, String)], bool),
) -> Result<Printed, RelError> {
    let word = match kind {
        JoinKind::Inner => "inner join",
        JoinKind::Left => "left join",
        JoinKind::Full => "full join",
        JoinKind::Semi => "semi join",
        JoinKind::Anti => "anti join",
    };
    let equals = if nulls_equal { "is not distinct from" } else { "=" };
    let pairs = on.iter().map(|(of_left, of_right)| format!("l.{} {equals} r.{}", quoted(of_left), quoted(of_right)));
    let pairs = pairs.collect::<Vec<_>>().join(" and ");
    let columns = schema::joined(left.columns, right.columns, kind, on)?;
    let sql = format!("select {} from ({}) as l {word} ({}) as r on {pairs}", names(&columns), left.sql, right.sql);
    Ok(Printed { sql, columns })
}

fn aggregate(input: &Printed, keys: &[String], sets: &GroupingSets, measures: &[Measure]) -> Result<Printed, RelError> {
    let columns = schema::aggregated(&input.columns, keys, sets, measures)?;
    let mut items: Vec<String> = keys.iter().map(|key| quoted(key)).collect();
    let group = match sets {
        GroupingSets::AllKeys if keys.is_empty() => String::new(),
        GroupingSets::AllKeys => format!(" group by {}", items.join(", ")),
        GroupingSets::Sets { sets, mask } => {
            let bits = keys
                .iter()
                .enumerate()
                .map(|(at, key)| format!("cast(grouping({}) as bigint) * {}", quoted(key), 1_i64 << at.min(62)));
            let bits = bits.collect::<Vec<_>>().join(" + ");
            let bits = if keys.is_empty() { "cast(0 as bigint)".to_owned() } else { bits };
            items.push(format!("{bits} as {}", quoted(mask)));
            let list = |set: &Vec<usize>| {
                let names = set.iter().filter_map(|at| keys.get(*at)).map(|key| quoted(key));
                format!("({})", names.collect::<Vec<_>>().join(", "))
            };
            // A grand total of no rows has no row in this algebra, as in the first engine.
            let sets = sets.iter().map(list).collect::<Vec<_>>().join(", ");
            format!(" group by grouping sets ({sets}) having count(*) > 0")
        }
    };
    for measure in measures {
        let ty = schema::aggregate_type(&measure.call.function, &input.columns)?;
        let call = call(&measure.call, &input.columns)?;
        items.push(format!("cast({call} as {}) as {}", expr::type_name(ty), quoted(&measure.name)));
    }
    Ok(Printed { sql: format!("select {} from ({}){group}", items.join(", "), input.sql), columns })
}

fn call(call: &AggregateCall, input: &[Column]) -> Result<String, RelError> {
    let printed = match &call.function {
        AggregateFunction::CountRows => "count(*)".to_owned(),
        AggregateFunction::Count(argument) => format!("count({})", expr::print(argument, input)?),
        AggregateFunction::CountDistinct(argument) => format!("count(distinct {})", expr::print(argument, input)?),
        AggregateFunction::Sum(argument) => format!("sum({})", summand(argument, input)?),
        AggregateFunction::Min(argument) => format!("min({})", expr::print(argument, input)?),
        AggregateFunction::Max(argument) => format!("max({})", expr::print(argument, input)?),
    };
    match &call.filter {
        Some(filter) => Ok(format!("{printed} filter (where {})", expr::print(filter, input)?)),
        None => Ok(printed),
    }
}

/// Integers are summed as exact numbers.
fn summand(argument: &super::Expr, input: &[Column]) -> Result<String, RelError> {
    match schema::type_of(argument, input)? {
        ValueType::Int => expr::print_as(argument, input, ValueType::decimal(0)),
        ValueType::Bool | ValueType::Decimal { .. } | ValueType::Text | ValueType::Date | ValueType::Timestamp => {
            expr::print(argument, input)
        }
    }
}

fn windows(input: &Printed, items: &[WindowItem]) -> Result<Printed, RelError> {
    let columns = schema::windowed(&input.columns, items)?;
    let mut printed: Vec<String> = input.columns.iter().map(|column| quoted(&column.name)).collect();
    for item in items {
        let function = match &item.function {
            WindowFunction::RowNumber => "row_number()".to_owned(),
            WindowFunction::DenseRank => "dense_rank()".to_owned(),
            WindowFunction::Min(argument) => format!("min({})", expr::print(argument, &input.columns)?),
            WindowFunction::Max(argument) => format!("max({})", expr::print(argument, &input.columns)?),
            WindowFunction::Sum(argument) => format!("sum({})", summand(argument, &input.columns)?),
        };
        let mut over = Vec::new();
        if !item.partition_by.is_empty() {
            let keys = item.partition_by.iter().map(|name| quoted(name)).collect::<Vec<_>>();
            over.push(format!("partition by {}", keys.join(", ")));
        }
        if !item.order_by.is_empty() {
            over.push(format!("order by {}", order(&item.order_by)));
        }
        let ty = expr::type_name(schema::window_type(&item.function, &input.columns)?);
        printed.push(format!("cast({function} over ({}) as {ty}) as {}", over.join(" "), quoted(&item.name)));
    }
    Ok(Printed { sql: format!("select {} from ({})", printed.join(", "), input.sql), columns })
}

fn union(inputs: &[Rel]) -> Result<Printed, RelError> {
    let columns = schema::united(inputs)?;
    let printed = inputs.iter().map(|input| Ok(format!("({})", print(input)?.sql)));
    let sql = printed.collect::<Result<Vec<_>, RelError>>()?.join(" union all ");
    Ok(Printed { sql, columns })
}

fn order(keys: &[SortKey]) -> String {
    let keys = keys.iter().map(|key| {
        let direction = if key.descending { "desc" } else { "asc" };
        let nulls = if key.nulls_first { "first" } else { "last" };
        format!("{} {direction} nulls {nulls}", quoted(&key.column))
    });
    keys.collect::<Vec<_>>().join(", ")
}

fn names(columns: &[Column]) -> String {
    if columns.is_empty() {
        return "1 as nothing".to_owned();
    }
    columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
}

/// A name in double quotes, with quotes inside it doubled.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

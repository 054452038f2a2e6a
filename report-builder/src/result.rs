//! What a report says: row groups, their cells and totals, and how, when and where it was computed.

mod cell;

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use catalog::Lsn;
use chrono::{DateTime, Utc};
use query_service::Engine;
use serde::Serialize;

pub use cell::Cell;
pub(crate) use cell::decimal_text;

use crate::{
    Error,
    compile::{Layout, LayoutColumn, ResolvedRange},
    spec::{Format, TotalsSpec},
};

/// Most columns of a pivot; each has all values, so a wider table cannot be read.
pub(crate) const MAX_COLUMN_GROUPS: usize = 200;

/// A finished report.
///
/// **Shape:** one [`ResultRow`] per row group, in order. A row's `cells` has one list of values
/// per column group (exactly one for reports without column fields).
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReportResult {
    /// Name of the report; empty for an ad-hoc one.
    pub name: String,
    /// Title on screen; empty for an ad-hoc one.
    pub title: String,
    /// One sentence on what it shows.
    pub description: String,
    /// The row fields.
    pub row_fields: Vec<ResultField>,
    /// The column fields.
    pub column_fields: Vec<ResultField>,
    /// The values.
    pub values: Vec<ResultField>,
    /// The column groups, in order; one without keys when there are no column fields.
    pub columns: Vec<ColumnGroup>,
    /// The row groups, in order.
    pub rows: Vec<ResultRow>,
    /// The totals over all rows, if asked for: values per column group.
    pub column_totals: Option<Vec<Option<Vec<Cell>>>>,
    /// The total over everything, if asked for.
    pub grand_total: Option<Vec<Cell>>,
    /// Row groups that pass `having` and `top`; more than `rows` when `truncated`.
    pub row_count: u64,
    /// Whether rows are missing because of the limit.
    pub truncated: bool,
    /// Whether totals also cover row groups that are not shown (`having`, `top` or the limit).
    pub totals_cover_all: bool,
    /// The zone that days were counted in.
    pub time_zone: String,
    /// The days that relative dates stood for.
    pub ranges: Vec<ResolvedRange>,
    /// Things to know about the numbers.
    pub warnings: Vec<String>,
    /// How, when and where it was computed.
    pub run: Run,
}

/// One field or value of a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ResultField {
    /// Id in the specification.
    pub id: String,
    /// Label for people.
    pub label: String,
    /// How it is shown.
    pub format: Format,
}

/// One group of columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ColumnGroup {
    /// The values of the column fields.
    pub keys: Vec<Cell>,
}

/// One row group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ResultRow {
    /// The values of the row fields.
    pub keys: Vec<Cell>,
    /// Whether it is everything outside the top.
    pub others: bool,
    /// The values per column group; `None` where the group has no record in this row.
    pub cells: Vec<Option<Vec<Cell>>>,
    /// The row's total over all column groups, if asked for.
    pub total: Option<Vec<Cell>>,
}

/// How, when and where a result was computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Run {
    /// The engine that answered.
    pub engine: Engine,
    /// The moment the numbers are of.
    pub as_of: DateTime<Utc>,
    /// Everything committed up to this log position is in them.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String)]
    pub lsn: Lsn,
    /// Age of the warehouse's state when the query began, in milliseconds.
    pub lag_ms: i64,
    /// Time from the request to the result, in milliseconds.
    pub elapsed_ms: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde calls")]
fn as_text<S: serde::Serializer>(lsn: &Lsn, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(lsn)
}

/// A record of the answer.
struct Record {
    mask: i64,
    others: bool,
    row: Vec<Cell>,
    column: Vec<Cell>,
    column_order: Vec<Cell>,
    values: Vec<Cell>,
    groups: u64,
}

/// Builds the result from the engine's answer.
///
/// # Errors
/// The answer does not have the plan's shape (a defect), or there are too many column groups.
pub fn assemble(layout: &Layout, batches: &[RecordBatch], run: Run) -> Result<ReportResult, Error> {
    let mut records = Vec::new();
    for batch in batches {
        read(layout, batch, &mut records)?;
    }
    let columns = column_groups(layout, &records)?;
    let places: BTreeMap<&[Cell], usize> =
        columns.iter().enumerate().map(|(at, group)| (group.keys.as_slice(), at)).collect();
    let masks = Masks::of(layout);
    let mut result = ReportResult {
        name: String::new(),
        title: String::new(),
        description: String::new(),
        row_fields: fields(&layout.rows),
        column_fields: fields(&layout.columns),
        values: fields(&layout.values),
        columns: columns.clone(),
        rows: Vec::new(),
        column_totals: None,
        grand_total: None,
        row_count: records.iter().map(|record| record.groups).max().unwrap_or(0),
        truncated: false,
        totals_cover_all: layout.totals_cover_all,
        time_zone: layout.zone.name().to_owned(),
        ranges: layout.ranges.clone(),
        warnings: Vec::new(),
        run,
    };
    for record in records {
        place(&mut result, (&masks, layout.totals), &places, record);
    }
    result.truncated = result.row_count > layout.limit;
    result.totals_cover_all |= result.truncated;
    if result.truncated {
        let (shown, all) = (result.rows.len(), result.row_count);
        result.warnings.push(format!("only the first {shown} of {all} rows are shown; raise `limit` or filter"));
    }
    Ok(result)
}

/// Which records are what, by which keys they are not grouped by.
struct Masks {
    rows_total: i64,
    columns_total: i64,
    grand: i64,
    pivot: bool,
    rows: bool,
}

impl Masks {
    fn of(layout: &Layout) -> Self {
        let rows = layout.rows.len() + usize::from(layout.others);
        let bits = |from: usize, until: usize| (from..until).map(|at| 1_i64 << at.min(62)).sum::<i64>();
        let width = rows + layout.columns.len();
        Self {
            rows_total: bits(rows, width),
            columns_total: bits(0, rows),
            grand: bits(0, width),
            pivot: !layout.columns.is_empty(),
            rows: rows > 0,
        }
    }
}

fn place(
    result: &mut ReportResult,
    (masks, totals): (&Masks, TotalsSpec),
    places: &BTreeMap<&[Cell], usize>,
    record: Record,
) {
    let width = result.columns.len();
    let in_row = record.mask == 0 || (masks.pivot && record.mask == masks.rows_total);
    if in_row {
        let same = |row: &ResultRow| row.keys == record.row && row.others == record.others;
        if !result.rows.last().is_some_and(same) {
            let (keys, others) = (record.row.clone(), record.others);
            result.rows.push(ResultRow { keys, others, cells: vec![None; width], total: None });
        }
        let at = places.get(record.column.as_slice()).copied();
        let Some(row) = result.rows.last_mut() else { return };
        if masks.pivot && record.mask == masks.rows_total {
            // Totals that were only computed to order the rows are not shown.
            row.total = totals.rows.then_some(record.values);
        } else if let Some(cell) = at.and_then(|at| row.cells.get_mut(at)) {
            *cell = Some(record.values);
        }
        return;
    }
    if masks.rows && record.mask == masks.grand {
        result.grand_total = (totals.grand || !masks.pivot).then_some(record.values);
        return;
    }
    if masks.pivot && record.mask == masks.columns_total {
        let sums = result.column_totals.get_or_insert_with(|| vec![None; width]);
        if let Some(cell) = places.get(record.column.as_slice()).and_then(|at| sums.get_mut(*at)) {
            *cell = Some(record.values);
        }
    }
}

/// The column groups in order: by the order of their field, then by value, missing ones last.
fn column_groups(layout: &Layout, records: &[Record]) -> Result<Vec<ColumnGroup>, Error> {
    if layout.columns.is_empty() {
        return Ok(vec![ColumnGroup { keys: Vec::new() }]);
    }
    let masks = Masks::of(layout);
    let mut groups: BTreeMap<&[Cell], Vec<Cell>> = BTreeMap::new();
    for record in records.iter().filter(|record| record.mask == 0 || record.mask == masks.columns_total) {
        if record.mask == masks.columns_total && masks.columns_total != 0 && record.column.is_empty() {
            continue;
        }
        let order = groups.entry(&record.column).or_insert_with(|| record.column_order.clone());
        if record.column_order < *order {
            order.clone_from(&record.column_order);
        }
    }
    if groups.len() > MAX_COLUMN_GROUPS {
        return Err(Error::TooManyGroups { what: "columns", found: groups.len(), most: MAX_COLUMN_GROUPS });
    }
    let mut sorted: Vec<(Vec<Cell>, Vec<Cell>)> =
        groups.into_iter().map(|(keys, order)| (order, keys.to_vec())).collect();
    sorted.sort();
    Ok(sorted.into_iter().map(|(_, keys)| ColumnGroup { keys }).collect())
}

fn fields(columns: &[LayoutColumn]) -> Vec<ResultField> {
    let field = |column: &LayoutColumn| ResultField {
        id: column.id.clone(),
        label: column.label.clone(),
        format: column.format,
    };
    columns.iter().map(field).collect()
}

fn read(layout: &Layout, batch: &RecordBatch, records: &mut Vec<Record>) -> Result<(), Error> {
    let named = |name: &str| {
        batch.column_by_name(name).ok_or_else(|| Error::Defect(format!("the answer has no column {name}")))
    };
    let integers = |name: &str| {
        let column = named(name)?;
        column.as_primitive_opt::<Int64Type>().ok_or_else(|| Error::Defect(format!("{name} is not a number")))
    };
    let all = |columns: &[LayoutColumn]| -> Result<Vec<_>, Error> {
        columns.iter().map(|column| named(&column.name)).collect()
    };
    let (masks, groups) = (integers("mask")?, integers("groups")?);
    let others = if layout.others { Some(named("others")?) } else { None };
    let (rows, columns, values) = (all(&layout.rows)?, all(&layout.columns)?, all(&layout.values)?);
    let orders = layout.columns.iter().map(|column| column.order.as_deref().map(named).transpose());
    let orders = orders.collect::<Result<Vec<_>, _>>()?;
    let cells = |arrays: &[&arrow::array::ArrayRef], at: usize| -> Result<Vec<Cell>, Error> {
        arrays.iter().map(|array| Cell::read(array, at)).collect()
    };
    for at in 0..batch.num_rows() {
        let column = cells(&columns, at)?;
        let order = orders
            .iter()
            .zip(&column)
            .map(|(order, key)| order.map_or_else(|| Ok(key.clone()), |order| Cell::read(order, at)));
        let in_row = masks.value(at) == 0 || masks.value(at) == Masks::of(layout).rows_total;
        records.push(Record {
            mask: masks.value(at),
            others: others.is_some_and(|others| {
                others.as_boolean_opt().is_some_and(|others| others.is_valid(at) && others.value(at))
            }),
            row: cells(&rows, at)?,
            column_order: order.collect::<Result<_, _>>()?,
            column,
            values: cells(&values, at)?,
            groups: if in_row { u64::try_from(groups.value(at)).unwrap_or(0) } else { 0 },
        });
    }
    Ok(())
}

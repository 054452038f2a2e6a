//! A report's result as the data of a chart.

use report_builder::{Cell, Format, ReportResult, ResultField};
use serde_json::Value;

use crate::{ChartColumn, ChartData, ColumnKind, Error, NumberFormat};

/// What everything outside the top is called.
const OTHERS: &str = "(others)";

impl From<&ReportResult> for ChartData {
    /// Lays a result out for drawing.
    ///
    /// **Shape**: the row fields, then the column fields, then the values; one row per row group
    /// and column group that have a record together, in the order of the result. Totals are left
    /// out: a chart adds up what it stacks.
    fn from(result: &ReportResult) -> Self {
        let keys = result.row_fields.iter().chain(&result.column_fields).map(|field| column(field, key_kind(field)));
        let values = result.values.iter().map(|field| column(field, ColumnKind::Quantitative));
        let mut rows = Vec::new();
        for row in &result.rows {
            for (group, values) in result.columns.iter().zip(&row.cells) {
                let Some(values) = values else { continue };
                let row_keys = row.keys.iter().map(|key| match (key, row.others) {
                    (Cell::Null, true) => Value::from(OTHERS),
                    (key, _) => json(key),
                });
                rows.push(row_keys.chain(group.keys.iter().chain(values).map(json)).collect());
            }
        }
        Self { columns: keys.chain(values).collect(), rows }
    }
}

/// A result as the data of one chart, and what had to be left out of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawable {
    /// The keys and one value.
    pub data: ChartData,
    /// What is not drawn, in words.
    pub notes: Vec<String>,
}

/// Names side by side in one chart; more become lines too thin to tell apart.
const MOST_NAMES: usize = 25;

impl Drawable {
    /// The keys of a result and one of its values: the one asked for, otherwise its first amount
    /// of money, otherwise its first value.
    ///
    /// Rows without a date have no place along time, and names beyond the first 25 no room; both
    /// are left out and said so.
    ///
    /// # Errors
    /// [`Error::UnknownMeasure`].
    pub fn of(result: &ReportResult, measure: Option<&str>) -> Result<Self, Error> {
        let all = ChartData::from(result);
        let keys = all.columns.len() - result.values.len();
        let value = match measure {
            Some(id) => value_named(result, id)?,
            None => result.values.iter().position(|value| value.format == Format::Money).unwrap_or(0),
        };
        let kept = |at: usize| at < keys || at == keys + value;
        let only = |cells: Vec<Value>| cells.into_iter().enumerate().filter(|(at, _)| kept(*at)).map(|(_, cell)| cell);
        let columns: Vec<ChartColumn> =
            all.columns.into_iter().enumerate().filter(|(at, _)| kept(*at)).map(|(_, column)| column).collect();
        let rows: Vec<Vec<Value>> = all.rows.into_iter().map(|row| only(row).collect()).collect();
        let mut drawable = Self { data: ChartData { columns, rows }, notes: Vec::new() };
        drawable.leave_out_what_has_no_date();
        drawable.leave_out_what_has_no_room();
        if result.truncated {
            drawable.notes.extend(result.warnings.iter().cloned());
        }
        Ok(drawable)
    }

    fn leave_out_what_has_no_date(&mut self) {
        let times: Vec<(usize, String)> = self.keys_of(ColumnKind::Temporal);
        let before = self.data.rows.len();
        self.data.rows.retain(|row| times.iter().all(|(at, _)| row.get(*at).is_some_and(|cell| !cell.is_null())));
        let without = before - self.data.rows.len();
        if let Some((_, label)) = times.first().filter(|_| without > 0) {
            self.notes.push(format!("{without} without {} not drawn", label.to_lowercase()));
        }
    }

    fn leave_out_what_has_no_room(&mut self) {
        if !self.keys_of(ColumnKind::Temporal).is_empty() {
            return;
        }
        let Some((at, label)) = self.keys_of(ColumnKind::Nominal).into_iter().next() else { return };
        let mut names: Vec<Value> = Vec::new();
        for name in self.data.rows.iter().filter_map(|row| row.get(at)) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        if names.len() > MOST_NAMES {
            self.notes.push(format!("the first {MOST_NAMES} of {} ({})", names.len(), label.to_lowercase()));
            names.truncate(MOST_NAMES);
            self.data.rows.retain(|row| row.get(at).is_some_and(|name| names.contains(name)));
        }
    }

    fn keys_of(&self, kind: ColumnKind) -> Vec<(usize, String)> {
        let columns = self.data.columns.iter().enumerate().filter(|(_, column)| column.kind == kind);
        columns.map(|(at, column)| (at, column.label.clone())).collect()
    }
}

/// The place of a value in a result.
///
/// # Errors
/// [`Error::UnknownMeasure`].
pub(crate) fn value_named(result: &ReportResult, id: &str) -> Result<usize, Error> {
    result.values.iter().position(|value| value.id == id).ok_or_else(|| Error::UnknownMeasure {
        id: id.to_owned(),
        known: result.values.iter().map(|value| value.id.as_str()).collect::<Vec<_>>().join(", "),
    })
}

fn column(field: &ResultField, kind: ColumnKind) -> ChartColumn {
    let format = match field.format {
        Format::Money => NumberFormat::Money,
        Format::Percent => NumberFormat::Percent,
        Format::Text | Format::Bool | Format::Integer | Format::Decimal | Format::Date | Format::DateTime => {
            NumberFormat::Plain
        }
    };
    ChartColumn { name: field.id.clone(), label: field.label.clone(), kind, format }
}

/// Rows are grouped by dates along time and by anything else as names.
fn key_kind(field: &ResultField) -> ColumnKind {
    match field.format {
        Format::Date | Format::DateTime => ColumnKind::Temporal,
        Format::Text | Format::Bool | Format::Integer | Format::Decimal | Format::Money | Format::Percent => {
            ColumnKind::Nominal
        }
    }
}

fn json(cell: &Cell) -> Value {
    match cell {
        Cell::Bool(yes) => Value::from(*yes),
        Cell::Int(number) => Value::from(*number),
        Cell::Null | Cell::Decimal { .. } | Cell::Text(_) | Cell::Date(_) | Cell::Moment(_) => {
            cell.exact().map_or(Value::Null, Value::from)
        }
    }
}

#[cfg(test)]
mod tests {
    use catalog::Lsn;
    use chrono::{DateTime, NaiveDate};
    use query_service::Engine;
    use report_builder::{ColumnGroup, ResultRow, Run};
    use serde_json::json;

    use super::*;
    use crate::{ChartKind, vega_lite};

    fn field(id: &str, label: &str, format: Format) -> ResultField {
        ResultField { id: id.to_owned(), label: label.to_owned(), format }
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    fn row(key: Cell, cells: Vec<Option<Vec<Cell>>>) -> ResultRow {
        ResultRow { keys: vec![key], others: false, cells, total: None }
    }

    /// Won revenue per region, the two stages side by side, everything outside the top as one row.
    fn pivot() -> ReportResult {
        let money = |unscaled| Some(vec![Cell::Decimal { unscaled, scale: 2 }]);
        ReportResult {
            name: String::new(),
            title: "Revenue".to_owned(),
            description: String::new(),
            row_fields: vec![field("region", "Region", Format::Text)],
            column_fields: vec![field("stage", "Stage", Format::Text)],
            values: vec![field("amount", "Amount", Format::Money)],
            columns: vec![ColumnGroup { keys: vec![text("Won")] }, ColumnGroup { keys: vec![text("Lost")] }],
            rows: vec![
                row(text("West"), vec![money(356_864_700), None]),
                ResultRow { others: true, ..row(Cell::Null, vec![money(100), money(250)]) },
            ],
            column_totals: None,
            grand_total: money(356_865_050),
            row_count: 2,
            truncated: false,
            totals_cover_all: false,
            time_zone: "UTC".to_owned(),
            ranges: Vec::new(),
            warnings: Vec::new(),
            run: Run {
                engine: Engine::DataFusion,
                as_of: DateTime::UNIX_EPOCH,
                lsn: Lsn::default(),
                lag_ms: 0,
                elapsed_ms: 0,
            },
        }
    }

    #[test]
    fn a_pivot_becomes_one_row_per_pair_of_groups_with_records() {
        let data = ChartData::from(&pivot());

        assert_eq!(
            data.rows,
            [
                vec![json!("West"), json!("Won"), json!("3568647.00")],
                vec![json!("(others)"), json!("Won"), json!("1.00")],
                vec![json!("(others)"), json!("Lost"), json!("2.50")],
            ]
        );
        assert!(vega_lite(ChartKind::Bar, "Revenue", &data).is_ok());
    }

    #[test]
    fn a_report_by_month_is_drawn_along_time() {
        let month = |month| Cell::Date(NaiveDate::from_ymd_opt(2017, month, 1).unwrap());
        let result = ReportResult {
            row_fields: vec![field("closed", "Closed", Format::Date)],
            column_fields: Vec::new(),
            values: vec![field("count", "Deals", Format::Integer)],
            columns: vec![ColumnGroup { keys: Vec::new() }],
            rows: vec![row(month(3), vec![Some(vec![Cell::Int(12)])]), row(month(4), vec![Some(vec![Cell::Int(9)])])],
            ..pivot()
        };

        let chart = vega_lite(ChartKind::Line, "Deals", &ChartData::from(&result)).unwrap();

        assert_eq!(chart["encoding"]["x"]["timeUnit"], "yearmonth");
        assert_eq!(chart["data"]["values"][1], json!({ "column_0": "2017-04-01T00:00:00", "column_1": 9.0 }));
    }
}

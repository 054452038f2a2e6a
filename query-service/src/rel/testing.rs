//! Runs relations over small tables in memory on both engines; the oracle of printer tests.
//!
//! Nothing here is used by the running product: there, `QueryService` runs plans over the lake.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, Int64Array, RecordBatch, StringArray},
    compute::{cast, concat_batches},
    error::ArrowError,
};
use datafusion::{common::TableReference, datasource::MemTable, execution::context::SessionContext};

use super::{Column, Literal, Rel, RelError, ScanColumn, ValueType, arrow_schema, conform};

/// Rows in one insert statement; the parser's memory grows fast with the length of a statement.
const ROWS_PER_INSERT: usize = 500;

/// Tables in memory, present in both engines.
pub struct Engines {
    context: SessionContext,
    connection: duckdb::Connection,
}

impl std::fmt::Debug for Engines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engines").finish_non_exhaustive()
    }
}

/// Why a test relation could not be run.
#[derive(Debug, thiserror::Error)]
pub enum OracleError {
    /// The relation is malformed.
    #[error(transparent)]
    Plan(#[from] RelError),
    /// The first engine failed.
    #[error(transparent)]
    DataFusion(#[from] datafusion::error::DataFusionError),
    /// The second engine failed.
    #[error("{sql}")]
    DuckDb {
        /// What it was given.
        sql: String,
        /// What it said.
        #[source]
        source: duckdb::Error,
    },
    /// An answer has another shape than its plan.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}

/// A table in memory.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its plain name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Vec<Literal>>,
}

impl Engines {
    /// Both engines with these tables.
    ///
    /// # Errors
    /// A table cannot be created.
    pub fn with(tables: &[Table]) -> Result<Self, OracleError> {
        let context = SessionContext::new();
        let connection = duckdb::Connection::open_in_memory()
            .map_err(|source| OracleError::DuckDb { sql: "open".to_owned(), source })?;
        let engines = Self { context, connection };
        tables.iter().try_for_each(|table| engines.add(table))?;
        Ok(engines)
    }

    fn add(&self, table: &Table) -> Result<(), OracleError> {
        let batch = batch_of(table)?;
        let provider = MemTable::try_new(batch.schema(), vec![vec![batch]])?;
        self.context.register_table(TableReference::bare(table.name.as_str()), Arc::new(provider))?;
        let name = table.name.replace('"', "\"\"");
        let empty = Rel::Values { columns: table.columns.clone(), rows: Vec::new() };
        self.execute(format!("create table \"{name}\" as {}", super::duckdb::sql(&empty)?))?;
        for rows in table.rows.chunks(ROWS_PER_INSERT) {
            let values = Rel::Values { columns: table.columns.clone(), rows: rows.to_vec() };
            self.execute(format!("insert into \"{name}\" {}", super::duckdb::sql(&values)?))?;
        }
        Ok(())
    }

    fn execute(&self, sql: String) -> Result<(), OracleError> {
        self.connection.execute_batch(&sql).map_err(|source| OracleError::DuckDb { sql, source })
    }

    /// The answer of the first engine.
    ///
    /// # Errors
    /// The relation is malformed or the engine fails.
    pub fn datafusion<'a>(
        &self,
        rel: &'a Rel,
    ) -> impl Future<Output = Result<RecordBatch, OracleError>> + Send + use<'a> {
        let context = self.context.clone();
        async move {
            let columns = rel.columns()?;
            let plan = super::datafusion::plan(rel, &context).await?;
            let batches = context.execute_logical_plan(plan).await?.collect().await?;
            let batches = batches.iter().map(|batch| conform(batch, &columns)).collect::<Result<Vec<_>, _>>()?;
            Ok(concat_batches(&Arc::new(arrow_schema(&columns)), &batches)?)
        }
    }

    /// The answer of the second engine.
    ///
    /// # Errors
    /// The relation is malformed or the engine fails.
    pub fn duckdb(&self, rel: &Rel) -> Result<RecordBatch, OracleError> {
        let columns = rel.columns()?;
        let inner = super::duckdb::sql(rel)?;
        let cells = columns.iter().map(|column| {
            let name = format!("\"{}\"", column.name.replace('"', "\"\""));
            match column.ty {
                ValueType::Timestamp => format!("cast(epoch_us({name}) as varchar)"),
                ValueType::Bool | ValueType::Int | ValueType::Decimal { .. } | ValueType::Text | ValueType::Date => {
                    format!("cast({name} as varchar)")
                }
            }
        });
        let sql = format!("select {} from ({inner})", cells.collect::<Vec<_>>().join(", "));
        let rows = self.rows(&sql, columns.len()).map_err(|source| OracleError::DuckDb { sql, source })?;
        let arrays = columns.iter().enumerate().map(|(at, column)| typed(&rows, at, column));
        Ok(RecordBatch::try_new(Arc::new(arrow_schema(&columns)), arrays.collect::<Result<_, _>>()?)?)
    }

    fn rows(&self, sql: &str, width: usize) -> Result<Vec<Vec<Option<String>>>, duckdb::Error> {
        let mut statement = self.connection.prepare(sql)?;
        let mut found = statement.query([])?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            rows.push((0..width).map(|at| row.get(at)).collect::<Result<Vec<Option<String>>, _>>()?);
        }
        Ok(rows)
    }
}

/// Reads all columns of a table under their own names.
pub fn scan(table: &Table) -> Rel {
    let column = |column: &Column| ScanColumn { source: column.name.clone(), name: column.name.clone(), ty: column.ty };
    Rel::Scan { table: table.name.clone(), columns: table.columns.iter().map(column).collect() }
}

/// The rows of an answer as text, in the order of the answer.
///
/// # Errors
/// A column cannot be shown as text.
pub fn rows(batch: &RecordBatch) -> Result<Vec<Vec<Option<String>>>, ArrowError> {
    let options = arrow::util::display::FormatOptions::default();
    let formatters = batch.columns().iter().map(|array| arrow::util::display::ArrayFormatter::try_new(array, &options));
    let formatters = formatters.collect::<Result<Vec<_>, _>>()?;
    let cell = |row: usize, (array, formatter): (&ArrayRef, &arrow::util::display::ArrayFormatter<'_>)| {
        array.is_valid(row).then(|| formatter.value(row).to_string())
    };
    Ok((0..batch.num_rows())
        .map(|row| batch.columns().iter().zip(&formatters).map(|pair| cell(row, pair)).collect())
        .collect())
}

fn batch_of(table: &Table) -> Result<RecordBatch, OracleError> {
    let mut arrays = Vec::with_capacity(table.columns.len());
    for (at, column) in table.columns.iter().enumerate() {
        let cells: Vec<_> = table.rows.iter().filter_map(|row| row.get(at)).map(super::datafusion::scalar).collect();
        let array = if cells.is_empty() {
            arrow::array::new_empty_array(&column.ty.arrow())
        } else {
            datafusion::common::ScalarValue::iter_to_array(cells)?
        };
        arrays.push(array);
    }
    Ok(RecordBatch::try_new(Arc::new(arrow_schema(&table.columns)), arrays)?)
}

fn typed(rows: &[Vec<Option<String>>], at: usize, column: &Column) -> Result<ArrayRef, ArrowError> {
    let cells = rows.iter().map(|row| row.get(at).cloned().flatten());
    match column.ty {
        ValueType::Timestamp => {
            let micros = cells.map(|cell| cell.and_then(|text| text.parse().ok())).collect::<Int64Array>();
            cast(&micros, &column.ty.arrow())
        }
        ValueType::Bool | ValueType::Int | ValueType::Decimal { .. } | ValueType::Text | ValueType::Date => {
            cast(&cells.collect::<StringArray>(), &column.ty.arrow())
        }
    }
}

//! Reads the columns of an answer as plain vectors; the only module that knows Arrow types.

use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{Float64Type, Int64Type},
};
use query_service::Answer;

use crate::Error;

/// The rows of an answer, column by column.
#[derive(Debug)]
pub(crate) struct Rows<'a>(pub(crate) &'a Answer);

impl Rows<'_> {
    /// Whole numbers of a column; null is `None`.
    ///
    /// # Errors
    /// [`Error::Defect`] when our own statement has no such column.
    pub(crate) fn integers(&self, name: &str) -> Result<Vec<Option<i64>>, Error> {
        self.read(name, |column, row| column.as_primitive_opt::<Int64Type>().map(|values| values.value(row)))
    }

    /// Whole numbers of a column that has no nulls.
    ///
    /// # Errors
    /// As [`Rows::integers`].
    pub(crate) fn required_integers(&self, name: &str) -> Result<Vec<i64>, Error> {
        required(name, self.integers(name)?)
    }

    /// Numbers of a column, whole or not; null is `None`.
    ///
    /// # Errors
    /// As [`Rows::integers`].
    #[expect(clippy::cast_precision_loss, reason = "counts of activities stay far below 2^53")]
    pub(crate) fn floats(&self, name: &str) -> Result<Vec<Option<f64>>, Error> {
        self.read(name, |column, row| {
            let float = column.as_primitive_opt::<Float64Type>().map(|values| values.value(row));
            float.or_else(|| column.as_primitive_opt::<Int64Type>().map(|values| values.value(row) as f64))
        })
    }

    /// Texts of a column, booleans as `yes` and `no`; null is `None`.
    ///
    /// # Errors
    /// As [`Rows::integers`].
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<Option<String>>, Error> {
        self.read(name, |column, row| {
            let flag = column.as_boolean_opt().map(|values| if values.value(row) { "yes" } else { "no" }.to_owned());
            flag.or_else(|| column.as_string_opt::<i32>().map(|values| values.value(row).to_owned()))
        })
    }

    /// Texts of a column that has no nulls.
    ///
    /// # Errors
    /// As [`Rows::integers`].
    pub(crate) fn required_texts(&self, name: &str) -> Result<Vec<String>, Error> {
        required(name, self.texts(name)?)
    }

    /// Yes or no of a column that has no nulls.
    ///
    /// # Errors
    /// As [`Rows::integers`].
    pub(crate) fn flags(&self, name: &str) -> Result<Vec<bool>, Error> {
        required(name, self.read(name, |column, row| column.as_boolean_opt().map(|values| values.value(row)))?)
    }

    fn read<T>(&self, name: &str, value: impl Fn(&ArrayRef, usize) -> Option<T>) -> Result<Vec<Option<T>>, Error> {
        let mut values = Vec::with_capacity(self.0.row_count());
        for batch in &self.0.batches {
            let column = batch.column_by_name(name).ok_or_else(|| Error::defect(format!("no column {name}")))?;
            for row in 0..batch.num_rows() {
                if column.is_null(row) {
                    values.push(None);
                    continue;
                }
                let found = value(column, row);
                values.push(Some(
                    found.ok_or_else(|| Error::defect(format!("column {name} holds {}", column.data_type())))?,
                ));
            }
        }
        Ok(values)
    }
}

fn required<T>(name: &str, values: Vec<Option<T>>) -> Result<Vec<T>, Error> {
    let all: Option<Vec<T>> = values.into_iter().collect();
    all.ok_or_else(|| Error::defect(format!("column {name} has nulls")))
}

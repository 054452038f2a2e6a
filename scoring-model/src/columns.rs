//! Reads the columns of a frame as plain vectors; the only module that knows Polars types.

use polars::prelude::{Column, DataFrame, DataType};

use crate::Error;

/// Numbers of a column; missing and not-a-number are `None`.
///
/// **Shape**: one entry per row, in the order of the frame.
///
/// # Errors
///
/// [`Error::MissingColumn`]; [`Error::WrongColumnKind`] unless it holds numbers or yes and no.
pub(crate) fn numbers(frame: &DataFrame, name: &str) -> Result<Vec<Option<f64>>, Error> {
    let column = find(frame, name)?;
    // A column without any value has no type; it is a feature that nobody has filled in yet.
    if !(column.dtype().is_primitive_numeric() || column.dtype().is_bool() || column.dtype().is_null()) {
        return Err(wrong_kind(column, "numbers"));
    }
    let floats = column.cast(&DataType::Float64)?;
    Ok(floats.f64()?.iter().map(|value| value.filter(|number| !number.is_nan())).collect())
}

/// Texts of a column; missing, empty and the words in `missing_words` are `None`.
///
/// **Shape**: one entry per row, in the order of the frame.
///
/// # Errors
///
/// [`Error::MissingColumn`]; [`Error::WrongColumnKind`] if its values have no text form.
pub(crate) fn texts(frame: &DataFrame, name: &str, missing_words: &[String]) -> Result<Vec<Option<String>>, Error> {
    let column = find(frame, name)?;
    let dtype = column.dtype();
    if !(dtype.is_string() || dtype.is_primitive_numeric() || dtype.is_bool() || dtype.is_null()) {
        return Err(wrong_kind(column, "texts"));
    }
    let texts = column.cast(&DataType::String)?;
    let given = |text: &&str| !text.is_empty() && !missing_words.iter().any(|word| word == text);
    Ok(texts.str()?.iter().map(|value| value.filter(given).map(str::to_owned)).collect())
}

/// Positions in time of a column's rows: dates, moments or running numbers, in their own unit.
///
/// # Errors
///
/// [`Error::MissingColumn`], [`Error::MissingValue`]; [`Error::WrongColumnKind`] for anything but
/// dates, moments and whole numbers.
pub(crate) fn moments(frame: &DataFrame, name: &str) -> Result<Vec<i64>, Error> {
    let column = find(frame, name)?;
    let dtype = column.dtype();
    if !(dtype.is_integer() || matches!(dtype, DataType::Date | DataType::Datetime(_, _))) {
        return Err(wrong_kind(column, "dates, moments or running numbers"));
    }
    let whole = column.cast(&DataType::Int64)?;
    required(name, whole.i64()?.iter())
}

/// Texts that identify the rows.
///
/// # Errors
///
/// As [`texts`], and [`Error::MissingValue`].
pub(crate) fn keys(frame: &DataFrame, name: &str) -> Result<Vec<String>, Error> {
    required(name, texts(frame, name, &[])?.into_iter())
}

/// Outcomes of a column.
///
/// # Errors
///
/// As [`numbers`]; [`Error::MissingValue`] and [`Error::NotAnOutcome`] name the row.
pub(crate) fn outcomes(frame: &DataFrame, name: &str) -> Result<Vec<bool>, Error> {
    let values = required(name, numbers(frame, name)?.into_iter())?;
    let outcome = |(row, value): (usize, f64)| match value {
        1.0 => Ok(true),
        0.0 => Ok(false),
        other => Err(Error::NotAnOutcome { column: name.to_owned(), row, value: other }),
    };
    values.into_iter().enumerate().map(outcome).collect()
}

fn find<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a Column, Error> {
    frame.column(name).ok().ok_or_else(|| Error::MissingColumn { column: name.to_owned() })
}

fn wrong_kind(column: &Column, needed: &'static str) -> Error {
    Error::WrongColumnKind { column: column.name().to_string(), needed, found: column.dtype().to_string() }
}

fn required<T>(name: &str, values: impl Iterator<Item = Option<T>>) -> Result<Vec<T>, Error> {
    let value =
        |(row, value): (usize, Option<T>)| value.ok_or_else(|| Error::MissingValue { column: name.to_owned(), row });
    values.enumerate().map(value).collect()
}

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::*;

    #[test]
    fn the_empty_text_and_the_missing_words_are_missing() {
        let frame = df!("city" => [Some("Mumbai"), Some("Select"), Some(""), None]).unwrap();

        let cities = texts(&frame, "city", &["Select".to_owned()]).unwrap();

        assert_eq!(cities, [Some("Mumbai".to_owned()), None, None, None]);
    }

    #[test]
    fn an_outcome_of_two_is_refused_with_its_row() {
        let frame = df!("won" => [0, 1, 2]).unwrap();

        let error = outcomes(&frame, "won").unwrap_err();

        assert_eq!(error.to_string(), "column `won` holds 2 in row 2; an outcome is true or false, 1 or 0");
    }

    #[test]
    fn a_text_column_is_refused_as_numbers_with_its_name() {
        let frame = df!("visits" => ["many", "few"]).unwrap();

        let error = numbers(&frame, "visits").unwrap_err();

        assert_eq!(error.to_string(), "column `visits` holds str, but it must hold numbers");
    }

    #[test]
    fn a_missing_column_and_a_missing_key_are_named() {
        let frame = df!("id" => [Some("a"), None]).unwrap();

        assert_eq!(keys(&frame, "key").unwrap_err().to_string(), "there is no column `key`");
        assert_eq!(keys(&frame, "id").unwrap_err().to_string(), "column `id` has no value in row 1");
    }
}

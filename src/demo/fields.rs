//! Field values as the simulation writes them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};

/// The fields of one record, by name; fields without a value are left out.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// No fields yet.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// With a value; `null` leaves the field out.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !value.is_null() {
            self.0.insert(name.to_owned(), value);
        }
        self
    }

    /// With an id.
    #[must_use]
    pub(super) fn link(self, name: &str, id: uuid::Uuid) -> Self {
        self.with(name, id.to_string())
    }

    /// With an amount of money given in cents.
    #[must_use]
    pub(super) fn money(self, name: &str, cents: i64) -> Self {
        self.with(name, format!("{}.{:02}", cents / 100, cents % 100))
    }

    /// With a moment.
    #[must_use]
    pub(super) fn moment(self, name: &str, at: DateTime<Utc>) -> Self {
        self.with(name, at.to_rfc3339_opts(SecondsFormat::Micros, true))
    }

    /// With the day of a moment.
    #[must_use]
    pub(super) fn day(self, name: &str, at: DateTime<Utc>) -> Self {
        self.with(name, at.date_naive().to_string())
    }

    /// The JSON object.
    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

//! The two engines and the choice between them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The engine that gave an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Apache `DataFusion`: analysts' SQL and most reports.
    DataFusion,
    /// `DuckDB`: compiled reports with large windows, sorts and joins.
    DuckDb,
}

impl Engine {
    /// The stored and transmitted name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DataFusion => "datafusion",
            Self::DuckDb => "duckdb",
        }
    }
}

/// The engine that somebody asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EngineChoice {
    /// The one that is expected to be faster.
    #[default]
    Auto,
    /// `DataFusion`.
    DataFusion,
    /// `DuckDB`.
    DuckDb,
}

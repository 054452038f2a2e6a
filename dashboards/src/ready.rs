//! Dashboards that come with the product.

use serde::Deserialize;
use serde_json::Value;

use crate::{Definition, Error, definition};

/// The embedded files, in the order of the list on screen.
const FILES: [&str; 3] = [
    include_str!("../ready/sales_overview.json"),
    include_str!("../ready/team.json"),
    include_str!("../ready/executive_summary.json"),
];

/// A dashboard that comes with the product, or a stored one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dashboard {
    /// Name or id to ask for it by.
    pub name: String,
    /// Title on screen.
    pub title: String,
    /// One sentence on what it shows.
    pub description: String,
    /// Its tiles.
    pub definition: Definition,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadyFile {
    name: String,
    title: String,
    description: String,
    definition: Value,
}

/// Every ready dashboard.
///
/// # Errors
/// An embedded file is broken: a defect that a test rules out.
pub fn ready_dashboards() -> Result<Vec<Dashboard>, Error> {
    let read = |file: &&str| {
        let ReadyFile { name, title, description, definition } = serde_json::from_str(file)?;
        Ok(Dashboard { name, title, description, definition: definition::parse(&definition)? })
    };
    FILES.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ready_dashboard_is_well_formed() {
        let names: Vec<String> = ready_dashboards().unwrap().into_iter().map(|dashboard| dashboard.name).collect();

        assert_eq!(names, ["sales_overview", "team", "executive_summary"]);
    }
}

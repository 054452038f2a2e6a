//! The field a test looks at: one of the record itself, or one at the end of a chain of links.
//!
//! `company.industry` follows `company_id`. A record that the caller may not see, or that is in
//! the bin, is as if the link were empty, so that no test finds out what it says.

use catalog::{FieldKind, ObjectDef, RowScope, policy};

use super::{Refusal, Setting};
use crate::{
    Error,
    records::{
        page::{Bind, Conditions},
        scope, statement,
    },
};

/// Links in one path; more is a report.
const MAX_LINKS: usize = 3;

/// Where a value is found.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    links: Vec<Link>,
    column: String,
    /// What the value is.
    pub(crate) kind: FieldKind,
    /// The Postgres type that a value to compare with is cast to.
    pub(crate) cast: String,
    /// Why the caller may not look there.
    pub(crate) forbidden: Option<Error>,
}

#[derive(Debug, Clone)]
struct Link {
    column: String,
    table: String,
    rows: RowScope,
}

impl Path {
    /// Reads `industry`, `company.industry` or `company_id.industry`.
    pub(crate) fn parse(setting: &Setting<'_>, text: &str) -> Result<Self, Refusal> {
        let mut segments: Vec<&str> = text.split('.').collect();
        let name = segments.pop().unwrap_or_default();
        if segments.len() > MAX_LINKS {
            return Err(("too_many_links", format!("a path follows at most {MAX_LINKS} links")));
        }
        let (mut object, mut links, mut forbidden) = (setting.object, Vec::new(), None);
        for segment in segments {
            let (column, target) = link(setting, object, segment)?;
            forbidden = forbidden.or_else(|| masked(setting, object, &column));
            let policy = policy(setting.caller, target);
            if !policy.read {
                forbidden = forbidden.or_else(|| Some(Error::not_allowed("read", target)));
            }
            links.push(Link { column, table: target.table.clone(), rows: policy.rows });
            object = target;
        }
        let unknown = || ("unknown_field", format!("{} has no field {name}", object.label));
        let kind = statement::kind_of(object, name).ok_or_else(unknown)?;
        let cast = statement::cast_type(object, name).ok_or_else(unknown)?;
        let forbidden = forbidden.or_else(|| masked(setting, object, name));
        Ok(Self { links, column: name.to_owned(), kind, cast, forbidden })
    }

    /// The column of the last record.
    pub(crate) fn column(&self) -> String {
        statement::column(&self.column)
    }

    /// Name of the last record's field.
    pub(crate) fn name(&self) -> &str {
        &self.column
    }

    /// Whether it leaves the record.
    pub(crate) fn linked(&self) -> bool {
        !self.links.is_empty()
    }

    /// The record's condition that the record at the end of the path satisfies `last`.
    ///
    /// Every step is an uncorrelated `in`, which Postgres answers by a hash or an index, never by
    /// asking again for each row.
    pub(crate) fn reaching(&self, last: String, conditions: &mut Conditions) -> String {
        self.links.iter().rev().fold(last, |inside, link| {
            let parameter = scope::ids(&link.rows).map_or(0, |owners| conditions.bind(Bind::Ids(owners)));
            format!(
                "{column} in (select {id} from {table} {row} where {deleted} is null and {scope} and {inside})",
                column = statement::column(&link.column),
                id = statement::column("id"),
                table = statement::quoted(&link.table),
                row = statement::ROW,
                deleted = statement::column("deleted_at"),
                scope = scope::condition(&link.rows, parameter),
            )
        })
    }
}

/// The link field that a segment names, and the object at its end.
fn link<'a>(setting: &Setting<'a>, object: &ObjectDef, segment: &str) -> Result<(String, &'a ObjectDef), Refusal> {
    let unknown = || ("unknown_field", format!("{} has no link {segment}", object.label));
    let named = |name: &str| name == segment || name.strip_suffix("_id") == Some(segment);
    let (field, target) = object.links().find(|(field, _)| named(&field.name)).ok_or_else(unknown)?;
    let target = setting.catalog.object(target).ok_or_else(unknown)?;
    Ok((field.name.clone(), target))
}

fn masked(setting: &Setting<'_>, object: &ObjectDef, field: &str) -> Option<Error> {
    let masked = if std::ptr::eq(object, setting.object) {
        setting.policy.masked.contains(field)
    } else {
        policy(setting.caller, object).masked.contains(field)
    };
    masked.then(|| Error::MaskedField { field: field.to_owned() })
}

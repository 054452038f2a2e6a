//! What becomes of the records that are about a person, and of those that only link to them.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, ERASED, FieldDef, FieldKind, Invalid, ObjectDef};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::subject::Subject;
use crate::{Error, Result, records::statement};

/// Records of one object that link to one person; more is not one person's.
const MAX_LINKED: usize = 50_000;

/// Objects whose records say something about the person and nothing else: they go with them.
const ABOUT: [&str; 4] = ["note", "comment", "lead_feedback", "lead_contact"];
/// Objects whose records stay countable for the people who did the work, without a word of it.
const WORK: [&str; 2] = ["activity", "task"];

/// What becomes of records, by singular name of the object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Targets {
    /// They go.
    pub(super) gone: BTreeMap<String, BTreeSet<Uuid>>,
    /// They stay without their texts.
    pub(super) emptied: BTreeMap<String, BTreeSet<Uuid>>,
    /// They stay without the link: what was sold stays countable.
    pub(super) cut: BTreeMap<String, BTreeSet<Uuid>>,
    /// Documents of records that go or are emptied.
    pub(super) documents: BTreeSet<Uuid>,
}

impl Targets {
    /// Everything that the erasure of a person concerns.
    pub(super) async fn find(tx: &mut PgConnection, catalog: &Catalog, subject: &Subject) -> Result<Self> {
        let mut targets = Self::default();
        for (object, ids) in subject.each(catalog) {
            let of_people = if object.name == "user" { &mut targets.emptied } else { &mut targets.gone };
            of_people.entry(object.name.clone()).or_default().extend(ids);
        }
        for (other, field, ids) in links_to(catalog, subject) {
            let linked = linked(tx, other, field, &ids).await?;
            let known = targets.gone.get(&other.name).cloned().unwrap_or_default();
            let fate = match &other.name {
                name if ABOUT.contains(&name.as_str()) => &mut targets.gone,
                name if WORK.contains(&name.as_str()) => &mut targets.emptied,
                _ if field.required => &mut targets.gone,
                _ => &mut targets.cut,
            };
            let fresh = linked.into_iter().filter(|id| !known.contains(id));
            fate.entry(other.name.clone()).or_default().extend(fresh);
        }
        for fates in [&mut targets.gone, &mut targets.emptied, &mut targets.cut] {
            fates.retain(|_, ids| !ids.is_empty());
        }
        targets.documents = documents(tx, &targets).await?;
        Ok(targets)
    }

    /// The ids of records that go.
    pub(super) fn gone_ids(&self) -> Vec<Uuid> {
        self.gone.values().flatten().copied().collect()
    }

    /// The ids of records that go or lose their texts, and of their documents.
    pub(super) fn told_ids(&self) -> Vec<Uuid> {
        let emptied = self.emptied.values().flatten();
        self.gone.values().flatten().chain(emptied).chain(&self.documents).copied().collect()
    }

    /// The names that the audit log has for the objects of those.
    pub(super) fn told_objects(&self) -> Vec<String> {
        self.gone.keys().chain(self.emptied.keys()).cloned().chain(["document".to_owned()]).collect()
    }
}

/// Links to records of the person: the object, the field, and the ids it may hold. An owner is not told
/// of by what they own, and an account stays, so nothing that links to it changes.
pub(super) fn links_to<'c>(catalog: &'c Catalog, subject: &Subject) -> Vec<(&'c ObjectDef, &'c FieldDef, Vec<Uuid>)> {
    let mut links = Vec::new();
    for (object, ids) in subject.each(catalog).filter(|(object, _)| object.name != "user") {
        for other in &catalog.objects {
            let fields = other.links().filter(|(field, target)| *target == object.name && field.name != "owner_id");
            links.extend(fields.map(|(field, _)| (other, field, ids.clone())));
        }
    }
    links
}

/// Columns of text of an emptied record and what they say instead.
pub(super) fn emptied_columns(object: &ObjectDef, id: Uuid) -> BTreeMap<String, Option<String>> {
    if object.name == "user" {
        return emptied_account(id);
    }
    let instead = |field: &FieldDef| match field.kind {
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Json => Some((field.name.clone(), field.required.then(|| ERASED.to_owned()))),
        FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Bool
        | FieldKind::Date
        | FieldKind::DateTime
        | FieldKind::Choice { .. }
        | FieldKind::Link { .. } => None,
    };
    object.fields.iter().filter_map(instead).collect()
}

/// How the account of an erased person is called from then on.
pub(super) fn account_name(id: Uuid) -> String {
    let id = id.simple().to_string();
    format!("erased-{}", id.get(20..).unwrap_or_default())
}

/// An account keeps its role and what it wrote, and cannot be signed in to.
fn emptied_account(id: Uuid) -> BTreeMap<String, Option<String>> {
    let name = account_name(id);
    let said = [
        ("username", name.clone()),
        ("email", format!("{name}@erased.invalid")),
        ("name", ERASED.to_owned()),
        ("time_zone", "UTC".to_owned()),
        ("locale", "en".to_owned()),
        ("status", "deactivated".to_owned()),
    ];
    let nothing = ["department", "job_title", "phone", "profile_picture", "settings", "external_id"];
    let said = said.into_iter().map(|(column, text)| (column.to_owned(), Some(text)));
    said.chain(nothing.map(|column| (column.to_owned(), None))).collect()
}

async fn linked(tx: &mut PgConnection, other: &ObjectDef, field: &FieldDef, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let sql = format!(
        "select {row}.id\nfrom {table} {row}\nwhere {link} = any($1)\nlimit {most}",
        row = statement::ROW,
        table = statement::quoted(&other.table),
        link = statement::column(&field.name),
        most = MAX_LINKED + 1,
    );
    let linked: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(ids).fetch_all(tx).await?;
    if linked.len() > MAX_LINKED {
        let message = format!("more than {MAX_LINKED} {} link to this person", other.plural_label.to_lowercase());
        return Err(Error::conflict("too_many_links", Invalid::field("id", "too_many_links", message)));
    }
    Ok(linked)
}

async fn documents(tx: &mut PgConnection, targets: &Targets) -> Result<BTreeSet<Uuid>> {
    let mut found = BTreeSet::new();
    for (object, ids) in targets.gone.iter().chain(&targets.emptied) {
        let sql = "select id from documents where object = $1 and record_id = any($2)";
        let ids = ids.iter().copied().collect::<Vec<_>>();
        found.extend(sqlx::query_scalar::<_, Uuid>(sql).bind(object).bind(ids).fetch_all(&mut *tx).await?);
    }
    Ok(found)
}

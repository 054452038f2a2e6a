//! Who a person is: the records that are about them, and the words that stand for them.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, Invalid, ObjectDef};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use uuid::Uuid;

use super::Person;
use crate::{Error, Result, records::statement};

/// Objects whose records are people.
const PEOPLE: [&str; 3] = ["lead", "contact", "user"];
/// Of those, the ones that are found by address and number: an account is only ever meant by its id.
const MATCHED: [&str; 2] = ["lead", "contact"];
/// Records of one person; more are not one person.
const MAX_RECORDS: usize = 200;

/// A person as the workspace knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Subject {
    /// Their records, by singular name of the object.
    pub(super) records: BTreeMap<String, BTreeSet<Uuid>>,
    /// Their addresses, now and before.
    pub(super) emails: BTreeSet<String>,
    /// Their numbers, now and before, as written and without spaces.
    pub(super) phones: BTreeSet<String>,
    /// Their names, now and before.
    pub(super) names: BTreeSet<String>,
    /// Login name of an account.
    pub(super) username: Option<String>,
}

#[derive(Debug, FromRow)]
struct Row {
    id: Uuid,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    username: Option<String>,
}

/// The object of a person.
pub(super) fn object_of<'c>(catalog: &'c Catalog, person: &Person) -> Result<&'c ObjectDef> {
    let known = PEOPLE.contains(&person.object.as_str()).then(|| catalog.object(&person.object)).flatten();
    let message = "must be lead, contact or user: their records are people";
    known.ok_or_else(|| Invalid::field("object", "invalid_choice", message).into())
}

impl Subject {
    /// Finds the person, from the bin too.
    pub(super) async fn find(tx: &mut PgConnection, catalog: &Catalog, person: &Person) -> Result<Self> {
        let object = object_of(catalog, person)?;
        let mut subject = Self::default();
        let row = by_ids(tx, object, &[person.id]).await?.pop().ok_or_else(|| Error::not_found(object))?;
        subject.take(object, row);
        if person.include_matches {
            subject.match_others(tx, catalog).await?;
        }
        subject.take_former_values(tx).await?;
        Ok(subject)
    }

    /// All ids of their records.
    pub(super) fn ids(&self) -> Vec<Uuid> {
        self.records.values().flatten().copied().collect()
    }

    /// Every record with its object.
    pub(super) fn each<'a>(&'a self, catalog: &'a Catalog) -> impl Iterator<Item = (&'a ObjectDef, Vec<Uuid>)> {
        let objects = self.records.iter();
        objects.filter_map(move |(name, ids)| Some((catalog.object(name)?, ids.iter().copied().collect())))
    }

    fn take(&mut self, object: &ObjectDef, row: Row) {
        self.records.entry(object.name.clone()).or_default().insert(row.id);
        self.add_name(&row.name);
        self.add_email(row.email.as_deref());
        self.add_phone(row.phone.as_deref());
        self.username = row.username.or(self.username.take());
    }

    fn add_name(&mut self, name: &str) {
        self.names.extend(Some(name.trim().to_owned()).filter(|name| !name.is_empty()));
    }

    fn add_email(&mut self, email: Option<&str>) {
        self.emails.extend(email.map(|email| email.trim().to_lowercase()).filter(|email| email.contains('@')));
    }

    fn add_phone(&mut self, phone: Option<&str>) {
        let Some(phone) = phone.map(str::trim).filter(|phone| !phone.is_empty()) else { return };
        self.phones.insert(phone.to_owned());
        self.phones.insert(phone.chars().filter(|letter| !letter.is_whitespace()).collect());
    }

    async fn match_others(&mut self, tx: &mut PgConnection, catalog: &Catalog) -> Result<()> {
        for object in MATCHED.iter().filter_map(|name| catalog.object(name)) {
            let sql = format!(
                "select {columns}\nfrom {table} {row}\n\
                 where lower({row}.email) = any($1)\n  \
                 or phone_key({row}.phone) in (select phone_key(p) from unnest($2::text[]) p)\n     \
                 and name_key({row}.name) in (select name_key(n) from unnest($3::text[]) n)\n\
                 limit {most}",
                columns = columns(object),
                table = statement::quoted(&object.table),
                row = statement::ROW,
                most = MAX_RECORDS + 1,
            );
            let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
                .bind(self.emails.iter().cloned().collect::<Vec<_>>())
                .bind(self.phones.iter().cloned().collect::<Vec<_>>())
                .bind(self.names.iter().cloned().collect::<Vec<_>>())
                .fetch_all(&mut *tx)
                .await?;
            if rows.len() > MAX_RECORDS {
                let message = format!("more than {MAX_RECORDS} records have this address or number");
                return Err(Error::conflict(
                    "too_many_matches",
                    Invalid::field("include_matches", "too_many", message),
                ));
            }
            for row in rows {
                self.take(object, row);
            }
        }
        Ok(())
    }

    /// What their records said before, out of the audit log.
    async fn take_former_values(&mut self, tx: &mut PgConnection) -> Result<()> {
        let former: Vec<(String, Value)> = sqlx::query_as(include_str!("../../sql/former_values.sql"))
            .bind(self.records.keys().cloned().collect::<Vec<_>>())
            .bind(self.ids())
            .fetch_all(tx)
            .await?;
        for (field, change) in former {
            for value in ["old", "new"].iter().filter_map(|side| change.get(*side)?.as_str()) {
                match field.as_str() {
                    "name" => self.add_name(value),
                    "email" => self.add_email(Some(value)),
                    _ => self.add_phone(Some(value)),
                }
            }
        }
        Ok(())
    }
}

async fn by_ids(tx: &mut PgConnection, object: &ObjectDef, ids: &[Uuid]) -> Result<Vec<Row>> {
    let sql = format!(
        "select {columns}\nfrom {table} {row}\nwhere {row}.id = any($1)",
        columns = columns(object),
        table = statement::quoted(&object.table),
        row = statement::ROW,
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(ids).fetch_all(tx).await?)
}

fn columns(object: &ObjectDef) -> String {
    let username = if object.field("username").is_some() { "t.username" } else { "null::text as username" };
    format!("t.id, t.name, t.email, t.phone, {username}")
}

//! What a store that follows Postgres has to do, and what it answers.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use catalog::{Catalog, Words};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    subject::Subject,
    targets::{Targets, account_name, emptied_columns},
};
use crate::Result;

/// Digits of a phone number that stands for somebody.
const LEAST_DIGITS: usize = 7;
/// Letters of a word that stands for somebody.
const LEAST_LETTERS: usize = 4;

/// A store that holds copies of what Postgres says: the lake, the search index.
pub trait Copies: fmt::Debug + Send + Sync {
    /// What it is called in a proof.
    fn name(&self) -> &'static str;

    /// Catches up with Postgres and erases, the past included.
    ///
    /// **Idempotent.**
    fn erase<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Result<Place>>;

    /// What it still holds of the person.
    fn remains<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Result<Vec<Remains>>>;
}

/// What is erased, in the words of the stores.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    /// Records that went, by table.
    pub gone: BTreeMap<String, BTreeSet<Uuid>>,
    /// Records that stayed without their texts, by table.
    pub emptied: BTreeMap<String, EmptiedRecords>,
    /// Links to these were cut.
    pub unlinked: BTreeSet<Uuid>,
    /// What stands for the person in texts.
    pub words: Words,
}

/// Records of a table that stayed without their texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmptiedRecords {
    /// The records.
    pub ids: BTreeSet<Uuid>,
    /// Their columns of text and what these say now.
    pub columns: BTreeMap<String, Option<String>>,
}

/// What was removed in one place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"place": "contacts", "removed": 1, "changed": 0, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}))]
pub struct Place {
    /// Which: a table of Postgres, the documents, the lake, the search index.
    pub place: String,
    /// How much went.
    pub removed: i64,
    /// How much stayed without what it said of the person.
    pub changed: i64,
    /// SHA-256 of what went; null in a preview.
    pub sha256: Option<String>,
}

/// What is left in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"place": "documents", "count": 1}))]
pub struct Remains {
    /// Where.
    pub place: String,
    /// In how many rows or files.
    pub count: i64,
}

/// What the job of an erasure knows of the person; kept until it is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) subject: Subject,
    pub(super) targets: Targets,
    pub(super) sought: Sought,
}

/// The words that are sought everywhere, and how many are not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sought {
    pub(super) words: Vec<String>,
    /// Words that another record says of itself too, or that are too common: taking them out would
    /// hit somebody else.
    pub(super) spared: usize,
}

impl Known {
    /// Finds everything about a person, under locks that keep it as it is when it is going to be erased.
    pub(super) async fn find(tx: &mut PgConnection, catalog: &Catalog, subject: Subject) -> Result<Self> {
        let targets = Targets::find(tx, catalog, &subject).await?;
        let sought = Sought::of(tx, &subject).await?;
        Ok(Self { subject, targets, sought })
    }

    pub(super) fn words(&self) -> Words {
        Words::new(&self.sought.words)
    }

    /// The order to the stores.
    pub(super) fn order(&self, catalog: &Catalog) -> Order {
        let table = |name: &str| catalog.object(name).map(|object| object.table.clone());
        let gone = self.targets.gone.iter().filter_map(|(name, ids)| Some((table(name)?, ids.clone())));
        let emptied = self.targets.emptied.iter().filter_map(|(name, ids)| {
            let object = catalog.object(name)?;
            let columns = emptied_columns(object, ids.first().copied().unwrap_or_default());
            Some((object.table.clone(), EmptiedRecords { ids: ids.clone(), columns }))
        });
        Order {
            gone: gone.collect(),
            emptied: emptied.collect(),
            unlinked: self.targets.gone_ids().into_iter().collect(),
            words: self.words(),
        }
    }
}

impl Sought {
    async fn of(tx: &mut PgConnection, subject: &Subject) -> Result<Self> {
        let common_to_others: Vec<String> = sqlx::query_scalar(include_str!("../../sql/shared_words.sql"))
            .bind(subject.emails.iter().cloned().collect::<Vec<_>>())
            .bind(subject.phones.iter().cloned().collect::<Vec<_>>())
            .bind(subject.names.iter().cloned().collect::<Vec<_>>())
            .bind(subject.ids())
            .fetch_all(tx)
            .await?;
        let common = |word: &String| common_to_others.contains(word) || word.chars().count() < LEAST_LETTERS;
        // One word is too many people's name.
        let name_common = |name: &String| common(name) || !name.contains(' ');
        // A short number is also the number of an order or a house.
        let long = |phone: &&String| phone.chars().filter(char::is_ascii_digit).count() >= LEAST_DIGITS;
        let addresses = subject.emails.iter().chain(subject.phones.iter().filter(long)).filter(|word| !common(word));
        let names = subject.names.iter().filter(|name| !name_common(name));
        let words: Vec<String> = addresses.chain(names).cloned().collect();
        let all = subject.emails.len() + subject.phones.len() + subject.names.len();
        let spared = all - words.len();
        let mentioned = subject.username.as_ref().map(|username| format!("@{username}"));
        Ok(Self { words: words.into_iter().chain(mentioned).collect(), spared })
    }
}

impl Subject {
    /// The erased account, if the person has one: its id and its name from then on.
    pub(super) fn account(&self) -> Option<(Uuid, String)> {
        let id = self.records.get("user")?.first().copied()?;
        Some((id, account_name(id)))
    }
}

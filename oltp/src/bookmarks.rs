//! Bookmarks: records a person keeps at hand (favourites) or wants to hear of (follows).

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Invalid, ObjectDef, Principal, policy};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Error, Oltp, Result, feed::Notice, records::visible};

/// Favourites of one person, and records one person follows.
const MAX_BOOKMARKS: i64 = 500;

/// What a person does with a record for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bookmark {
    /// It is kept at hand.
    Favourite,
    /// Its changes and comments are told.
    Follow,
}

impl Bookmark {
    fn as_str(self) -> &'static str {
        match self {
            Self::Favourite => "favourite",
            Self::Follow => "follow",
        }
    }
}

/// A favourite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Favourite {
    /// The record's object, such as `deal`.
    pub object: String,
    /// The record.
    pub record_id: Uuid,
    /// Its title.
    pub title: Option<String>,
}

/// What the caller does with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Bookmarked {
    /// Whether it is a favourite of theirs.
    pub favourite: bool,
    /// Whether they follow it.
    pub following: bool,
    /// How many people follow it.
    pub followers: i64,
}

impl Oltp {
    /// Sets or takes away a bookmark of the caller; doing it again changes nothing.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when the caller may not see the record; [`Error::Invalid`] when they have
    /// too many.
    pub async fn bookmark(
        &self,
        caller: &Principal,
        (object, id): (&ObjectDef, Uuid),
        (bookmark, set): (Bookmark, bool),
    ) -> Result<Bookmarked> {
        if caller.is_system() {
            return Err(Error::PersonsOnly);
        }
        let mut tx = self.pool().begin().await?;
        if set {
            self.read(caller, object, id).await?;
            let sql = "select count(*) from bookmarks where user_id = $1 and kind = $2";
            let count = sqlx::query_scalar(sql).bind(caller.user_id).bind(bookmark.as_str());
            let count: i64 = count.fetch_one(&mut *tx).await?;
            if count >= MAX_BOOKMARKS {
                let message = format!("you have {MAX_BOOKMARKS} already; take some away first");
                return Err(Invalid::field("id", "too_many", message).into());
            }
            let sql = "insert into bookmarks (user_id, kind, object, record_id, at) values ($1, $2, $3, $4, $5)
                       on conflict do nothing";
            let query = sqlx::query(sql).bind(caller.user_id).bind(bookmark.as_str()).bind(&object.name).bind(id);
            query.bind(self.clock().now()).execute(&mut *tx).await?;
        } else {
            let sql = "delete from bookmarks where user_id = $1 and kind = $2 and object = $3 and record_id = $4";
            let query = sqlx::query(sql).bind(caller.user_id).bind(bookmark.as_str()).bind(&object.name).bind(id);
            query.execute(&mut *tx).await?;
        }
        let notice = Notice::to_person("bookmarks", caller.user_id);
        sqlx::query("select pg_notify('leadhouse_changes', $1)").bind(notice).execute(&mut *tx).await?;
        let bookmarked = bookmarked(&mut tx, caller, (object, id)).await?;
        tx.commit().await?;
        Ok(bookmarked)
    }

    /// What the caller does with a record.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`].
    pub async fn bookmarked(&self, caller: &Principal, object: &ObjectDef, id: Uuid) -> Result<Bookmarked> {
        self.read(caller, object, id).await?;
        let mut connection = self.pool().acquire().await?;
        bookmarked(&mut connection, caller, (object, id)).await
    }

    /// The caller's favourites that they may see, the latest first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn favourites(&self, caller: &Principal) -> Result<Vec<Favourite>> {
        let sql = "select object, record_id from bookmarks where user_id = $1 and kind = 'favourite'
                   order by at desc, record_id limit $2";
        let marked = sqlx::query_as(sql).bind(caller.user_id).bind(MAX_BOOKMARKS);
        let marked: Vec<(String, Uuid)> = marked.fetch_all(self.pool()).await?;
        let mut wanted: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
        for (object, id) in &marked {
            wanted.entry(object).or_default().insert(*id);
        }
        let mut titles = BTreeMap::new();
        let mut connection = self.pool().acquire().await?;
        for (name, ids) in wanted {
            let Some(object) = self.catalog().object(name) else { continue };
            let policy = policy(caller, object);
            let seen: Vec<Uuid> = visible(&mut connection, &policy, object, &ids).await?.into_iter().collect();
            let hidden = policy.masked.contains(&object.title);
            titles.extend(
                crate::records::titles(&mut connection, object, &seen)
                    .await?
                    .into_iter()
                    .map(|(id, title)| ((name.to_owned(), id), title.filter(|_| !hidden))),
            );
        }
        let favourite = |(object, record_id): (String, Uuid)| {
            let title = titles.get(&(object.clone(), record_id))?.clone();
            Some(Favourite { object, record_id, title })
        };
        Ok(marked.into_iter().filter_map(favourite).collect())
    }
}

async fn bookmarked(
    connection: &mut PgConnection,
    caller: &Principal,
    (object, id): (&ObjectDef, Uuid),
) -> Result<Bookmarked> {
    let sql = "select
                 count(*) filter (where kind = 'favourite' and user_id = $3) > 0,
                 count(*) filter (where kind = 'follow' and user_id = $3) > 0,
                 count(*) filter (where kind = 'follow')
               from bookmarks where object = $1 and record_id = $2";
    let row = sqlx::query_as(sql).bind(&object.name).bind(id).bind(caller.user_id);
    let (favourite, following, followers) = row.fetch_one(connection).await?;
    Ok(Bookmarked { favourite, following, followers })
}

//! Lists: filters, search, order and pages.

use catalog::{Invalid, InvalidField, ObjectDef, Policy, Principal, policy};
use chrono_tz::Tz;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Record,
    cursor::{Cursor, fingerprint},
    filter::{Filter, MAX_TESTS, Refusal, Setting, Test, Today, parse_json},
    masked, page,
    sort::Sort,
    statement,
    total::Total,
};
use crate::{Error, Oltp, Result};

/// Records on a page when nothing is said.
const DEFAULT_LIMIT: u32 = 50;
/// Records on one page; more is an export.
pub const MAX_LIMIT: u32 = 500;
/// Words in one search, and characters in it.
const MAX_WORDS: usize = 8;
const MAX_SEARCH_LEN: usize = 200;
/// Parameters of a list that say which page of it is meant.
const PAGING: [&str; 3] = ["limit", "cursor", "total"];

/// Whether a list shows records in the bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deleted {
    /// Live records only.
    #[default]
    Without,
    /// Records in the bin only.
    Only,
    /// Both.
    With,
}

/// A checked list query.
#[derive(Debug, Clone)]
pub struct ListQuery {
    pub(crate) filters: Vec<Filter>,
    /// What relative days are relative to.
    pub(crate) today: Today,
    pub(crate) words: Vec<String>,
    pub(crate) sort: Sort,
    pub(crate) limit: u32,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) deleted: Deleted,
    total: bool,
    fingerprint: String,
    /// Only these records, when given.
    pub(crate) only: Option<Vec<Uuid>>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page {
    /// The records, in the order asked for.
    pub items: Vec<Record>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next: Option<String>,
    /// How many records match on all pages together, when asked for.
    pub total: Option<i64>,
    /// The total may lack what the caller has written last.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub total_approximate: bool,
}

impl ListQuery {
    fn parse(setting: &Setting<'_>, parameters: &[(String, String)], today: Today) -> Result<Self> {
        let Setting { catalog: _, caller, object, policy } = *setting;
        let mut raw = Raw::default();
        let mut refused = Vec::new();
        for (name, value) in parameters {
            if let Err(refusal) = raw.take(setting, name, value) {
                refused.push(refusal);
            }
        }
        let sort = Sort::parse(setting, &raw.sort).map_err(|refusal| refused.push(refusal_of("sort", refusal))).ok();
        let Some(sort) = sort.filter(|_| refused.is_empty()) else {
            return Err(Invalid(refused).into());
        };
        check_permissions(policy, object, &raw, &sort)?;
        let fingerprint = raw.fingerprint(object, &sort);
        let cursor = raw.cursor.as_deref().map(|text| checked_cursor(caller, text, &sort, &fingerprint)).transpose()?;
        Ok(Self {
            filters: raw.filters,
            today,
            words: raw.words,
            sort,
            limit: raw.limit.unwrap_or(DEFAULT_LIMIT),
            cursor,
            deleted: raw.deleted,
            total: raw.total,
            fingerprint,
            only: None,
        })
    }

    /// The same list with no other records than these.
    #[must_use]
    pub fn only(mut self, ids: Vec<Uuid>) -> Self {
        self.only = Some(ids);
        self
    }
}

impl Oltp {
    /// Checks the parameters of a list's query string, already decoded.
    ///
    /// Parameters: `filter[field][operator]`, `filter`, `q`, `sort`, `limit`, `cursor`, `deleted`,
    /// `total`. Days and relative periods are those of the caller's time zone, as of now.
    ///
    /// # Errors
    /// [`Error::Invalid`] names every wrong parameter at once; [`Error::MaskedField`] when the
    /// caller may not see a field that is filtered or sorted by; [`Error::NotAllowed`] when they
    /// may not see the bin, or the records of another object that a filter asks about;
    /// [`Error::UnknownObject`] when they may not know that there is the object.
    pub async fn list_query(
        &self,
        caller: &Principal,
        object: &ObjectDef,
        parameters: &[(String, String)],
    ) -> Result<ListQuery> {
        self.checked_query(caller, (object, &policy(caller, object)), parameters).await
    }

    /// The same under a policy that was decided elsewhere.
    pub(crate) async fn checked_query(
        &self,
        caller: &Principal,
        (object, policy): (&ObjectDef, &Policy),
        parameters: &[(String, String)],
    ) -> Result<ListQuery> {
        if !policy.read {
            return Err(Error::unknown_object(&object.table));
        }
        // What is hidden from them is unknown, also at the other end of a link.
        let (catalog, object) = (self.catalog().known_to(caller), policy.known(object));
        let setting = Setting { catalog: &catalog, caller, object: &object, policy };
        let today = Today { now: self.clock().now(), zone: Tz::UTC };
        let mut query = ListQuery::parse(&setting, parameters, today)?;
        if query.filters.iter().any(Filter::dated) {
            query.today.zone = self.zone_of(caller).await?;
        }
        Ok(query)
    }

    /// Checks the part of a list's address after `?`, whichever page it is of: all pages are meant.
    ///
    /// # Errors
    /// As [`list_query`](Self::list_query).
    pub async fn whole_list(&self, caller: &Principal, object: &ObjectDef, query: &str) -> Result<ListQuery> {
        let wrong = || super::invalid("query", "invalid_query", "this is not the query string of a list");
        let mut parameters = crate::http::query_pairs(query).ok_or_else(wrong)?;
        parameters.retain(|(name, _)| !PAGING.contains(&name.as_str()));
        self.list_query(caller, object, &parameters).await
    }

    /// The time zone of a person; UTC for the program itself and where theirs is no zone.
    async fn zone_of(&self, caller: &Principal) -> Result<Tz> {
        let zone: Option<String> = sqlx::query_scalar("select time_zone from users where id = $1")
            .bind(caller.user_id)
            .fetch_optional(self.pool())
            .await?;
        Ok(zone.and_then(|zone| zone.parse().ok()).unwrap_or(Tz::UTC))
    }

    /// Lists the records the caller may see.
    ///
    /// **Shape**: in the order asked for, empty values last, ties broken by id; going through all
    /// pages shows every record that stays as it is exactly once.
    ///
    /// The total of a large table comes from whoever [`count_with`](Self::count_with) named.
    ///
    /// # Errors
    /// [`Error::UnknownObject`] when they may not know that there is the object, or the database is away.
    pub async fn list(&self, caller: &Principal, object: &ObjectDef, query: &ListQuery) -> Result<Page> {
        let (policy, relation) = (policy(caller, object), statement::quoted(&object.table));
        if !query.total || !policy.read {
            return self.list_from(&policy, object, &relation, query).await;
        }
        let reading = self.page_from(&policy, object, &relation, query);
        let (page, total) = tokio::join!(reading, self.counted_elsewhere(caller, object, query));
        match (page?, total?) {
            (page, Some(Total { count, approximate })) => {
                Ok(Page { total: Some(count), total_approximate: approximate, ..page })
            }
            (page, None) => Ok(Page { total: self.counted_here((object, &relation), &policy, query).await?, ..page }),
        }
    }

    /// Lists rows of a relation that has the columns of the object.
    pub(crate) async fn list_from(
        &self,
        policy: &Policy,
        object: &ObjectDef,
        relation: &str,
        query: &ListQuery,
    ) -> Result<Page> {
        let page = self.page_from(policy, object, relation, query).await?;
        let total = if query.total { self.counted_here((object, relation), policy, query).await? } else { None };
        Ok(Page { total, ..page })
    }

    /// The records of a page, not counted.
    async fn page_from(&self, policy: &Policy, object: &ObjectDef, relation: &str, query: &ListQuery) -> Result<Page> {
        if !policy.read {
            return Err(Error::unknown_object(&object.table));
        }
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let mut items = Vec::new();
        let mut connection = self.pool().acquire().await?;
        for part in query.sort.parts(query.cursor.as_ref()) {
            // A record more than asked for tells whether there is a next page.
            let left = limit + 1 - items.len();
            let bound = page::page((object, relation), policy, query, (&part, left));
            items.extend(page::records(page::fetch(&mut connection, &bound).await?));
            if items.len() > limit {
                break;
            }
        }
        drop(connection);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| {
            let position = query.sort.position(last);
            Cursor { fingerprint: query.fingerprint.clone(), position }.to_text()
        });
        let items = items.into_iter().map(|record| masked(query.sort.without_links(record), policy)).collect();
        Ok(Page { items, next, total: None, total_approximate: false })
    }
}

#[derive(Debug, Default)]
struct Raw {
    filters: Vec<Filter>,
    /// The filters as they came, for the fingerprint.
    filter_texts: Vec<String>,
    words: Vec<String>,
    sort: String,
    limit: Option<u32>,
    cursor: Option<String>,
    deleted: Deleted,
    total: bool,
    seen: Vec<String>,
}

impl Raw {
    fn take(&mut self, setting: &Setting<'_>, name: &str, value: &str) -> Result<(), InvalidField> {
        if let Some(path) = name.strip_prefix("filter[") {
            return self.take_filter(setting, path, (name, value)).map_err(|refusal| refusal_of(name, refusal));
        }
        if name == "filter" {
            let filter = parse_json(setting, value, MAX_TESTS.saturating_sub(self.tests()))?;
            self.filters.push(filter);
            self.filter_texts.push(format!("{name}={value}"));
            return Ok(());
        }
        self.take_other(setting.object, name, value).map_err(|refusal| refusal_of(name, refusal))
    }

    fn take_other(&mut self, object: &ObjectDef, name: &str, value: &str) -> Result<(), Refusal> {
        if self.seen.iter().any(|seen| seen == name) {
            return Err(("duplicate_parameter", format!("{name} is given twice")));
        }
        self.seen.push(name.to_owned());
        match name {
            "q" => self.words = words(object, value)?,
            "sort" => value.clone_into(&mut self.sort),
            "limit" => self.limit = Some(limit(value)?),
            "cursor" => self.cursor = Some(value.to_owned()),
            "deleted" => self.deleted = deleted(value)?,
            "total" => self.total = flag(value)?,
            _ => {
                let known = "filter[field][operator], filter, q, sort, limit, cursor, deleted and total";
                return Err(("unknown_parameter", format!("there is no parameter {name}; there are {known}")));
            }
        }
        Ok(())
    }

    fn take_filter(&mut self, setting: &Setting<'_>, path: &str, (name, value): (&str, &str)) -> Result<(), Refusal> {
        let shape = || {
            ("invalid_filter", "a filter is written filter[field]=value or filter[field][operator]=value".to_owned())
        };
        let path = path.strip_suffix(']').ok_or_else(shape)?;
        let (field, operator) = path.split_once("][").unwrap_or((path, "eq"));
        if self.tests() >= MAX_TESTS {
            return Err(("too_many_filters", format!("a query has at most {MAX_TESTS} filters")));
        }
        self.filters.push(Filter::Test(Box::new(Test::of_parameter(setting, (field, operator), value)?)));
        self.filter_texts.push(format!("{name}={value}"));
        Ok(())
    }

    fn tests(&self) -> usize {
        self.filters.iter().map(|filter| filter.tests().len()).sum()
    }

    fn fingerprint(&self, object: &ObjectDef, sort: &Sort) -> String {
        let deleted = format!("{:?}", self.deleted);
        let mut parts = vec![object.table.as_str(), sort.spec(), &deleted];
        parts.extend(self.filter_texts.iter().map(String::as_str));
        parts.push("q");
        parts.extend(self.words.iter().map(String::as_str));
        fingerprint(&parts)
    }
}

fn check_permissions(policy: &Policy, object: &ObjectDef, raw: &Raw, sort: &Sort) -> Result<()> {
    if let Some(error) = raw.filters.iter().find_map(Filter::forbidden).or_else(|| sort.forbidden()) {
        return Err(error);
    }
    for field in sort.fields() {
        if policy.masked.contains(field) {
            return Err(Error::MaskedField { field: field.to_owned() });
        }
    }
    if raw.deleted != Deleted::Without && !policy.delete {
        return Err(Error::not_allowed("see deleted", object));
    }
    Ok(())
}

fn checked_cursor(caller: &Principal, text: &str, sort: &Sort, fingerprint: &str) -> Result<Cursor> {
    let ours = Cursor::parse(text).filter(|cursor| sort.check(caller, &cursor.position));
    let cursor =
        ours.ok_or_else(|| super::invalid("cursor", "invalid_cursor", "this cursor was not made by a list"))?;
    if cursor.fingerprint != fingerprint {
        let message = "this cursor belongs to a list with other filters or another order; start again without it";
        return Err(super::invalid("cursor", "invalid_cursor", message));
    }
    Ok(cursor)
}

fn refusal_of(parameter: &str, (code, message): Refusal) -> InvalidField {
    InvalidField { pointer: format!("/{parameter}"), code, message }
}

fn words(object: &ObjectDef, value: &str) -> Result<Vec<String>, Refusal> {
    if !object.fields.iter().any(|field| field.searchable) {
        return Err(("not_searchable", format!("{} have no text to search", object.plural_label.to_lowercase())));
    }
    if value.contains('\0') || value.chars().count() > MAX_SEARCH_LEN {
        return Err(("invalid_search", format!("search for at most {MAX_SEARCH_LEN} characters of plain text")));
    }
    let words: Vec<String> = value.split_whitespace().map(str::to_owned).collect();
    if words.len() > MAX_WORDS {
        return Err(("invalid_search", format!("search for at most {MAX_WORDS} words")));
    }
    Ok(words)
}

fn limit(value: &str) -> Result<u32, Refusal> {
    let limit = value.parse::<u32>().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| ("invalid_limit", format!("limit must be a whole number between 1 and {MAX_LIMIT}")))
}

fn deleted(value: &str) -> Result<Deleted, Refusal> {
    match value {
        "only" => Ok(Deleted::Only),
        "with" => Ok(Deleted::With),
        _ => Err(("unknown_choice", "deleted must be only or with".to_owned())),
    }
}

fn flag(value: &str) -> Result<bool, Refusal> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(("wrong_type", format!("`{value}` is not true or false"))),
    }
}

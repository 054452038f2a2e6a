//! What is asked of a timeline: kinds, page, and where the page before ended.

use std::collections::BTreeSet;

use catalog::Invalid;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::cursor::{Cursor, fingerprint};
use crate::Result;

/// Entries on a page when nothing is said.
const DEFAULT_LIMIT: u32 = 50;
/// Entries on one page.
const MAX_LIMIT: u32 = 200;

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TimelineKind)]
pub enum Kind {
    /// An e-mail was sent or came.
    Email,
    /// Somebody called.
    Call,
    /// People met.
    Meeting,
    /// A text message.
    Sms,
    /// The product was shown.
    Demo,
    /// Something was written down.
    Note,
    /// Something is or was to be done.
    Task,
    /// Fields changed.
    Change,
    /// Somebody said how good a lead is.
    Feedback,
    /// Somebody said something to colleagues.
    Comment,
}

impl Kind {
    const ALL: [(&str, Self); 10] = [
        ("email", Self::Email),
        ("call", Self::Call),
        ("meeting", Self::Meeting),
        ("sms", Self::Sms),
        ("demo", Self::Demo),
        ("note", Self::Note),
        ("task", Self::Task),
        ("change", Self::Change),
        ("feedback", Self::Feedback),
        ("comment", Self::Comment),
    ];

    /// The kind of this word.
    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, kind)| kind)
    }

    /// The word.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Call => "call",
            Self::Meeting => "meeting",
            Self::Sms => "sms",
            Self::Demo => "demo",
            Self::Note => "note",
            Self::Task => "task",
            Self::Change => "change",
            Self::Feedback => "feedback",
            Self::Comment => "comment",
        }
    }

    fn parts(self) -> &'static [Part] {
        match self {
            Self::Email | Self::Call | Self::Meeting | Self::Sms | Self::Demo => &[Part::Activity],
            Self::Note => &[Part::Activity, Part::Note],
            Self::Task => &[Part::Task],
            Self::Change => &[Part::Change],
            Self::Feedback => &[Part::Feedback],
            Self::Comment => &[Part::Comment],
        }
    }
}

/// Where entries come from; the order breaks ties between entries of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Change,
    Task,
    Note,
    Feedback,
    Comment,
    Activity,
}

impl Part {
    pub(super) const ALL: [Self; 6] =
        [Self::Change, Self::Task, Self::Note, Self::Feedback, Self::Comment, Self::Activity];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Task | Self::Note | Self::Feedback | Self::Comment | Self::Activity => self.object(),
        }
    }

    /// Name of the object whose records these are.
    pub(super) fn object(self) -> &'static str {
        match self {
            Self::Change => "audit_log",
            Self::Task => "task",
            Self::Note => "note",
            Self::Feedback => "lead_feedback",
            Self::Comment => "comment",
            Self::Activity => "activity",
        }
    }

    /// The field that holds who did it.
    pub(super) fn actor(self) -> &'static str {
        match self {
            Self::Comment => "author_id",
            Self::Task | Self::Note | Self::Feedback | Self::Change | Self::Activity => "owner_id",
        }
    }

    /// The moment an entry stands at: when it happened, when it was done, or when it was made.
    pub(super) fn moment(self) -> &'static str {
        match self {
            Self::Activity => "t.occurred_at",
            Self::Task => "coalesce(t.completed_at, t.created_at)",
            Self::Note | Self::Feedback | Self::Comment | Self::Change => "t.created_at",
        }
    }
}

/// The place of an entry in the timeline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) at: DateTime<Utc>,
    pub(super) part: Part,
    /// The id as text; numbers are padded so that they sort.
    pub(super) id: String,
}

/// A checked question for one page of a timeline.
#[derive(Debug, Clone)]
pub struct TimelineQuery {
    pub(super) kinds: Option<BTreeSet<Kind>>,
    pub(super) limit: u32,
    pub(super) after: Option<Position>,
    pub(super) fingerprint: String,
}

impl TimelineQuery {
    /// Checks the parameters for the timeline of one record: comma-separated kinds, the `next` of
    /// the page before, and how many.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) names the wrong parameter.
    pub fn parse(record: Uuid, kinds: Option<&str>, cursor: Option<&str>, limit: Option<u32>) -> Result<Self> {
        let fingerprint = fingerprint(&["timeline", &record.to_string(), kinds.unwrap_or_default()]);
        let kinds = kinds.map(parse_kinds).transpose()?;
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let message = format!("limit must be between 1 and {MAX_LIMIT}");
            return Err(Invalid::field("limit", "out_of_range", message).into());
        }
        let position = |text| {
            let known = Cursor::parse(text).filter(|cursor| cursor.fingerprint == fingerprint);
            known.and_then(|cursor| parse_position(cursor.position)).ok_or_else(|| {
                Invalid::field("cursor", "invalid_cursor", "the cursor does not belong to this timeline; start again")
            })
        };
        let after = cursor.map(position).transpose()?;
        Ok(Self { kinds, limit, after, fingerprint })
    }

    /// Whether entries of this part are asked for.
    pub(super) fn wants(&self, part: Part) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|kind| kind.parts().contains(&part)))
    }

    /// The kinds to choose among activities; `None` for all, and for parts that have one kind.
    pub(super) fn kind_words(&self, part: Part) -> Option<Vec<&'static str>> {
        let kinds = self.kinds.as_ref().filter(|_| part == Part::Activity)?;
        Some(kinds.iter().map(|kind| kind.as_str()).collect())
    }

    /// The moment and id that entries of `part` must be below.
    ///
    /// Entries of the cursor's moment have been shown if their part comes after the cursor's: no id
    /// is below the empty one, and every id is below a tilde.
    pub(super) fn bound(&self, part: Part) -> (Option<DateTime<Utc>>, Option<String>) {
        let Some(Position { at, part: last, id }) = &self.after else {
            return (None, None);
        };
        let id = match part.cmp(last) {
            std::cmp::Ordering::Less => "~".to_owned(),
            std::cmp::Ordering::Equal => id.clone(),
            std::cmp::Ordering::Greater => String::new(),
        };
        (Some(*at), Some(id))
    }
}

fn parse_kinds(text: &str) -> Result<BTreeSet<Kind>> {
    let mut kinds = BTreeSet::new();
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let known = || Kind::ALL.map(|(name, _)| name).join(", ");
        let kind = Kind::parse(word).ok_or_else(|| {
            Invalid::field("kinds", "unknown_choice", format!("there is no kind `{word}`; there are {}", known()))
        })?;
        kinds.insert(kind);
    }
    Ok(kinds)
}

fn parse_position(position: Vec<Option<String>>) -> Option<Position> {
    let [Some(at), Some(part), Some(id)] = <[Option<String>; 3]>::try_from(position).ok()? else {
        return None;
    };
    let at = DateTime::parse_from_rfc3339(&at).ok()?.to_utc();
    let part = Part::ALL.into_iter().find(|known| known.as_str() == part)?;
    (!id.contains('\0')).then_some(Position { at, part, id })
}

//! The best records per object among those in the caller's scope.

use std::{
    cmp::Ordering,
    collections::{BTreeSet, BinaryHeap},
    sync::Arc,
};

use catalog::RowScope;
use tantivy::{
    DocId, Score, SegmentOrdinal, SegmentReader,
    collector::{Collector, SegmentCollector},
    columnar::{Column, StrColumn},
};
use uuid::Uuid;

/// What the caller's own records are worth more.
const OWN: f32 = 2.0;
/// What a record that changed just now is worth more; half of it after a month.
const RECENT: f32 = 2.0;
const MICROSECONDS_PER_DAY: f32 = 86_400_000_000.0;
const HALF_AFTER_DAYS: f32 = 30.0;

/// Who asks, and which rows of which object count.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// Per object of the index; none for objects that are not asked about or not visible.
    pub(crate) rows: Vec<Option<RowScope>>,
    pub(crate) me: Uuid,
    /// Records per object.
    pub(crate) limit: usize,
    /// Microseconds since 1970.
    pub(crate) now: i64,
}

/// One record that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    pub(crate) score: f32,
    pub(crate) updated_at: i64,
    pub(crate) id: Uuid,
}

impl Eq for Hit {}

impl Ord for Hit {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap gives out its greatest first, and what goes first is the worst.
        let order = self.score.total_cmp(&other.score).then(self.updated_at.cmp(&other.updated_at));
        order.then(self.id.cmp(&other.id)).reverse()
    }
}

impl PartialOrd for Hit {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What was found of one object.
#[derive(Debug, Default)]
pub(crate) struct Best {
    /// All matches in the scope.
    pub(crate) matched: u64,
    heap: BinaryHeap<Hit>,
}

impl Best {
    fn offer(&mut self, hit: Hit, limit: usize) {
        self.heap.push(hit);
        if self.heap.len() > limit {
            self.heap.pop();
        }
    }

    /// The best first.
    pub(crate) fn into_hits(self) -> Vec<Hit> {
        self.heap.into_sorted_vec()
    }
}

/// Collects the best of every object.
#[derive(Debug, Clone)]
pub(crate) struct BestPerObject(pub(crate) Arc<Scope>);

impl Collector for BestPerObject {
    type Fruit = Vec<Best>;
    type Child = Segment;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<Segment> {
        let columns = segment.fast_fields();
        let owners = Owners::of(columns.str("_owner")?, &self.0)?;
        Ok(Segment {
            scope: Arc::clone(&self.0),
            kind: columns.u64("_kind")?,
            updated_at: columns.i64("_updated_at")?,
            id_high: columns.u64("_id_high")?,
            id_low: columns.u64("_id_low")?,
            owners,
            worked_on: WorkedOn::of(columns.str("_whole")?, &self.0)?,
            audience: columns.str("_audience")?,
            team: columns.str("_team")?,
            best: self.0.rows.iter().map(|_| Best::default()).collect(),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<Vec<Best>>) -> tantivy::Result<Vec<Best>> {
        let mut merged: Vec<Best> = self.0.rows.iter().map(|_| Best::default()).collect();
        for segment in segments {
            for (all, part) in merged.iter_mut().zip(segment) {
                all.matched += part.matched;
                part.heap.into_iter().for_each(|hit| all.offer(hit, self.0.limit));
            }
        }
        Ok(merged)
    }
}

/// The owners of a segment's records as numbers.
struct Owners {
    column: Option<Column<u64>>,
    me: Option<u64>,
    /// Numbers of the visible owners, per object.
    visible: Vec<BTreeSet<u64>>,
}

impl Owners {
    fn of(column: Option<StrColumn>, scope: &Scope) -> tantivy::Result<Self> {
        let number = |id: &Uuid| match &column {
            Some(column) => column.dictionary().term_ord(id.to_string()),
            None => Ok(None),
        };
        let me = number(&scope.me)?;
        let mut visible = Vec::new();
        for rows in &scope.rows {
            let mut numbers = BTreeSet::new();
            if let Some(RowScope::Owners { owners: ids, .. } | RowScope::Shared(ids)) = rows {
                for id in ids {
                    numbers.extend(number(id)?);
                }
            }
            visible.push(numbers);
        }
        Ok(Self { column: column.map(|column| column.ords().clone()), me, visible })
    }

    fn owner(&self, doc: DocId) -> Option<u64> {
        self.column.as_ref().and_then(|column| column.first(doc))
    }
}

/// Records of others that the caller works on, and what the records of a segment are parts of, as numbers.
struct WorkedOn {
    column: Option<Column<u64>>,
    /// Numbers of what the caller works on, per object.
    wholes: Vec<BTreeSet<u64>>,
}

impl WorkedOn {
    fn of(column: Option<StrColumn>, scope: &Scope) -> tantivy::Result<Self> {
        let mut wholes = Vec::new();
        for rows in &scope.rows {
            let mut numbers = BTreeSet::new();
            if let (Some(column), Some(RowScope::Owners { worked_on, .. })) = (&column, rows) {
                for id in worked_on.iter().filter(|(link, _)| *link != "id").flat_map(|(_, ids)| ids) {
                    numbers.extend(column.dictionary().term_ord(id.to_string())?);
                }
            }
            wholes.push(numbers);
        }
        Ok(Self { column: column.map(|column| column.ords().clone()), wholes })
    }

    /// Whether a record is a part of something that the caller works on.
    fn has_part(&self, kind: usize, doc: DocId) -> bool {
        let Some((column, wholes)) = self.column.as_ref().zip(self.wholes.get(kind)) else { return false };
        !wholes.is_empty() && column.values_for_doc(doc).any(|whole| wholes.contains(&whole))
    }
}

/// Collects within one segment.
pub(crate) struct Segment {
    scope: Arc<Scope>,
    kind: Column<u64>,
    updated_at: Column<i64>,
    id_high: Column<u64>,
    id_low: Column<u64>,
    owners: Owners,
    worked_on: WorkedOn,
    audience: Option<StrColumn>,
    team: Option<StrColumn>,
    best: Vec<Best>,
}

impl Segment {
    /// Whether the row is one that the caller sees.
    fn sees(&self, kind: usize, doc: DocId, owner: Option<u64>) -> bool {
        let by_visible = |id| self.owners.visible.get(kind).is_some_and(|visible| visible.contains(&id));
        match self.scope.rows.get(kind).and_then(Option::as_ref) {
            None | Some(RowScope::None) => false,
            Some(RowScope::All) => true,
            Some(RowScope::Owners { worked_on, .. }) => {
                owner.is_none_or(by_visible)
                    || worked_on.get("id").is_some_and(|ids| ids.contains(&self.id(doc)))
                    || self.worked_on.has_part(kind, doc)
            }
            Some(RowScope::Shared(ids)) => owner.is_some_and(by_visible) || self.shared(ids, doc),
        }
    }

    fn id(&self, doc: DocId) -> Uuid {
        let (high, low) = (self.id_high.first(doc).unwrap_or_default(), self.id_low.first(doc).unwrap_or_default());
        Uuid::from_u64_pair(high, low)
    }

    /// Personal objects are few, so their words are compared as they are.
    fn shared(&self, ids: &BTreeSet<Uuid>, doc: DocId) -> bool {
        match text(self.audience.as_ref(), doc).as_deref() {
            Some("everyone") => true,
            Some("team") => {
                let team = text(self.team.as_ref(), doc).and_then(|team| Uuid::parse_str(&team).ok());
                team.is_some_and(|team| ids.contains(&team))
            }
            Some(_) | None => false,
        }
    }
}

impl SegmentCollector for Segment {
    type Fruit = Vec<Best>;

    fn collect(&mut self, doc: DocId, score: Score) {
        let Some(kind) = self.kind.first(doc).and_then(|kind| usize::try_from(kind).ok()) else { return };
        let owner = self.owners.owner(doc);
        if !self.sees(kind, doc, owner) {
            return;
        }
        let updated_at = self.updated_at.first(doc).unwrap_or_default();
        let own = if owner.is_some() && owner == self.owners.me { OWN } else { 0.0 };
        let score = score + own + recency(self.scope.now - updated_at);
        let id = self.id(doc);
        if let Some(best) = self.best.get_mut(kind) {
            best.matched += 1;
            best.offer(Hit { score, updated_at, id }, self.scope.limit);
        }
    }

    fn harvest(self) -> Vec<Best> {
        self.best
    }
}

#[expect(clippy::cast_precision_loss, reason = "an age in days needs no exact microseconds")]
fn recency(age_us: i64) -> f32 {
    let days = age_us.max(0) as f32 / MICROSECONDS_PER_DAY;
    RECENT / (1.0 + days / HALF_AFTER_DAYS)
}

fn text(column: Option<&StrColumn>, doc: DocId) -> Option<String> {
    let column = column?;
    let number = column.ords().first(doc)?;
    let mut text = String::new();
    column.ord_to_str(number, &mut text).ok()?.then_some(text)
}

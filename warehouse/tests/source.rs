//! A pretend Postgres: turns wishes into transactions that Postgres could have sent.

use catalog::Lsn;
use uuid::Uuid;
use warehouse::Op;

use crate::model::{COPIED_AT, Change, Kept, Transaction, apply, cells, expected};

/// A change before it is known which rows there are.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) table: usize,
    pub(crate) row: u8,
    pub(crate) other: u8,
    pub(crate) kind: u8,
    pub(crate) seed: u32,
}

/// Everything that has been written so far.
pub(crate) struct Source {
    pub(crate) copied: Vec<Vec<Vec<Kept>>>,
    pub(crate) stream: Vec<Transaction>,
    pub(crate) lsn: u64,
}

pub(crate) fn id(row: u8) -> Uuid {
    Uuid::from_u128((u128::from(row) * 0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF) | 1)
}

impl Source {
    pub(crate) fn new() -> Self {
        let copied = vec![(0..4).map(|row| cells(id(row), u32::from(row))).collect(), Vec::new()];
        Self { copied, stream: Vec::new(), lsn: COPIED_AT }
    }

    /// Writes a transaction.
    pub(crate) fn write(&mut self, drafts: &[Draft]) -> Transaction {
        let mut tables = expected(&self.copied, &self.stream, Lsn(u64::MAX));
        let mut changes = Vec::new();
        for draft in drafts {
            let live = |id: Uuid| tables[draft.table].current.contains_key(&id.to_string());
            let change = change(draft, live(id(draft.row)), live(id(draft.other)));
            apply(&mut tables[draft.table], &change, (0, 0));
            changes.push(change);
        }
        // A transaction can commit right where the one before ended, or where the copy was made.
        let pause = if self.stream.len().is_multiple_of(2) { 0 } else { 10 };
        let transaction = Transaction { final_lsn: self.lsn + pause, end_lsn: self.lsn + 20, changes };
        self.lsn += 20;
        self.stream.push(transaction.clone());
        transaction
    }

    /// Writes transactions that follow from a seed.
    pub(crate) fn write_many(&mut self, count: u32) {
        let mut state = 12_345_u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        for _ in 0..count {
            let drafts: Vec<Draft> = (0..=next(6))
                .map(|_| Draft {
                    table: usize::try_from(next(2)).unwrap(),
                    row: u8::try_from(next(40)).unwrap(),
                    other: u8::try_from(next(40)).unwrap(),
                    kind: u8::try_from(if next(60) == 0 { 0 } else { 1 + next(39) }).unwrap(),
                    seed: next(10_000),
                })
                .collect();
            self.write(&drafts);
        }
    }
}

fn change(draft: &Draft, row_lives: bool, other_lives: bool) -> Change {
    let (row, other) = (id(draft.row), id(draft.other));
    let mut cells = cells(row, draft.seed);
    let (op, old_key) = match draft.kind {
        0 => (Op::Truncate, None),
        _ if !row_lives => (Op::Insert, None),
        1..=9 => (Op::Delete, Some(row)),
        10..=14 if !other_lives => {
            cells[0] = Kept::Text(other.to_string());
            (Op::Update, Some(row))
        }
        _ => (Op::Update, None),
    };
    if op == Op::Update && draft.seed.is_multiple_of(3) {
        cells[3] = Kept::Unchanged;
        cells[2] = if draft.seed.is_multiple_of(2) { Kept::Unchanged } else { cells[2].clone() };
    }
    if matches!(op, Op::Delete | Op::Truncate) {
        cells.clear();
    }
    Change { table: draft.table, op, old_key, cells }
}

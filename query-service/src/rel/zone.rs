//! Time zones as data, so that no engine's own zone rules are ever used.

/// Microseconds of a day.
pub(super) const MICROS_PER_DAY: i64 = 86_400_000_000;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// The offsets of a time zone from UTC over time.
///
/// **Shape:** `first_offset_s` holds before the first transition; each transition's offset holds
/// from its moment on. Transitions are in ascending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Name for people, such as `Europe/Berlin`.
    pub name: String,
    /// Seconds east of UTC before the first transition.
    pub first_offset_s: i32,
    /// Changes of the offset.
    pub transitions: Vec<Transition>,
}

/// One change of a zone's offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// When it happens, in seconds since 1970-01-01 UTC.
    pub at_s: i64,
    /// Seconds east of UTC from then on.
    pub offset_s: i32,
}

impl Zone {
    /// UTC itself.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), first_offset_s: 0, transitions: Vec::new() }
    }

    /// Prints the zone as a balanced tree of comparisons, so that a row is compared with about
    /// eight moments rather than with all of them. `leaf` gets an offset in microseconds, `branch`
    /// a moment in microseconds and what holds before it and from it on.
    pub(super) fn fold<T>(&self, leaf: &dyn Fn(i64) -> T, branch: &dyn Fn(i64, T, T) -> T) -> T {
        fold(self.first_offset_s, &self.transitions, leaf, branch)
    }
}

fn fold<T>(
    first_offset_s: i32,
    transitions: &[Transition],
    leaf: &dyn Fn(i64) -> T,
    branch: &dyn Fn(i64, T, T) -> T,
) -> T {
    let middle = transitions.len() / 2;
    let (before, from) = transitions.split_at(middle);
    match from.split_first() {
        None => leaf(i64::from(first_offset_s) * MICROS_PER_SECOND),
        Some((at, after)) => branch(
            at.at_s.saturating_mul(MICROS_PER_SECOND),
            fold(first_offset_s, before, leaf, branch),
            fold(at.offset_s, after, leaf, branch),
        ),
    }
}

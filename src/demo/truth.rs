//! What only the simulation knows: the true chance of each lead, for benchmarks of the scoring.

use std::collections::BTreeMap;

use uuid::Uuid;

/// True chances by lead, if somebody wants to know them; they never reach a record.
#[derive(Debug, Clone, Default)]
pub(super) struct Chances(Option<BTreeMap<Uuid, f64>>);

impl Chances {
    /// Keeps nothing.
    pub(super) fn forgotten() -> Self {
        Self(None)
    }

    /// Keeps every chance.
    pub(super) fn remembered() -> Self {
        Self(Some(BTreeMap::new()))
    }

    /// Notes the chance of a lead.
    pub(super) fn note(&mut self, lead: Uuid, chance: f64) {
        if let Some(chances) = &mut self.0 {
            chances.insert(lead, chance);
        }
    }

    /// The chances that were kept.
    pub(super) fn told(self) -> BTreeMap<Uuid, f64> {
        self.0.unwrap_or_default()
    }
}

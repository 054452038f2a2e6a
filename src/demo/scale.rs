//! How much history there is.

/// Size of a demo workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// About 10 thousand leads and 60 thousand activities.
    S,
    /// 1 million leads and 10 million activities.
    M,
    /// Ten times m.
    L,
}

/// The numbers behind a scale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// Leads over the whole time.
    pub(super) leads: u32,
    /// Mean number of activities per lead.
    pub(super) activities_per_lead: u32,
    /// Sales teams.
    pub(super) teams: u32,
    /// Reps per team.
    pub(super) reps_per_team: u32,
    /// Products.
    pub(super) products: u32,
}

impl Scale {
    /// The numbers.
    pub(super) fn size(self) -> Size {
        match self {
            Self::S => Size { leads: 10_000, activities_per_lead: 6, teams: 4, reps_per_team: 6, products: 12 },
            Self::M => Size { leads: 1_000_000, activities_per_lead: 10, teams: 20, reps_per_team: 10, products: 60 },
            Self::L => Size { leads: 10_000_000, activities_per_lead: 10, teams: 40, reps_per_team: 25, products: 200 },
        }
    }
}

impl Size {
    /// Activities over the whole time, about.
    pub(super) fn activities(self) -> u32 {
        self.leads.saturating_mul(self.activities_per_lead)
    }
}

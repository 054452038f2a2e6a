//! The six preset roles, the custom ones, and how far somebody sees.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What a person is in the organisation; decides what they may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the workspace: everything, including people and settings.
    Admin,
    /// Leads a team: everything about its records, including deletion and the audit log.
    Manager,
    /// Sells: creates and updates records, cannot delete leads, contacts, companies or deals.
    Rep,
    /// Helps customers: reads customer records, writes activities, tasks and notes.
    Support,
    /// Studies the data: reads everything but personal contact details, writes no records.
    Analyst,
    /// Watches the business: reads everything, writes no records.
    Executive,
    /// What administrators composed: [`CustomRole`](crate::CustomRole) says what it grants.
    Custom,
}

impl Role {
    /// Every preset, in the order of the documentation.
    pub const ALL: [Self; 6] = [Self::Admin, Self::Manager, Self::Rep, Self::Support, Self::Analyst, Self::Executive];

    /// The stored and transmitted name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Rep => "rep",
            Self::Support => "support",
            Self::Analyst => "analyst",
            Self::Executive => "executive",
            Self::Custom => "custom",
        }
    }

    /// How far the role sees unless the person's own `visibility` says otherwise; a custom role says
    /// it per object, so the person's own word can only narrow it.
    pub fn default_scope(self) -> Scope {
        match self {
            Self::Admin | Self::Support | Self::Analyst | Self::Executive | Self::Custom => Scope::All,
            Self::Manager => Scope::Team,
            Self::Rep => Scope::Own,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
            format!("`{text}` is not a role; the roles are admin, manager, rep, support, analyst and executive")
        })
    }
}

/// Whose records an action reaches, from nobody's to everybody's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// No record at all.
    #[default]
    None,
    /// Records they own.
    Own,
    /// Records owned by anybody in their team and the teams below it.
    Team,
    /// Every record.
    All,
}

impl Scope {
    /// Every scope, the narrowest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Own, Self::Team, Self::All];

    /// The stored and transmitted name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Own => "own",
            Self::Team => "team",
            Self::All => "all",
        }
    }
}

/// Reads a person's visibility: who may sign in sees something, so `none` is not one.
impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Own, Self::Team, Self::All]
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not a visibility; use own, team or all"))
    }
}

//! The filter language of lists, in two forms that mean the same.
//!
//! Parameters `filter[field][operator]=value`, all of which must hold; and one parameter `filter`
//! with a JSON tree of `and`, `or` and `not` over tests such as
//! `{"field": "company.industry", "operator": "in", "value": ["energy", "water"]}`.
//!
//! Reading order: a [`Filter`] is a checked tree, [`json`] reads it; a [`Test`] compares what a
//! [`path`] leads to by an [`operator`] with an [`operand`]; [`period`] turns "the last 30 days"
//! into days.
//!
//! Invariants: a test is true or false, never unknown: an empty value fails every test but those
//! that ask for something not to hold (`ne`, `not_in`, `not_contains`, `is_null`, `is_empty`), and
//! `not` holds exactly where its inside does not. Values are bound; only names of the catalogue
//! are spliced in.

use catalog::{Catalog, ObjectDef, Policy, Principal};

use super::{condition::Condition, page::Conditions};
use crate::Error;

mod json;
mod operand;
mod operator;
mod path;
mod period;
mod test;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use self::{
    json::parse as parse_json,
    period::Today,
    test::Test,
    value::{bound_text, containing, value_text},
};

/// Tests in one query, whichever form they come in.
pub(crate) const MAX_TESTS: usize = 50;

/// Why a parameter was refused: a stable code and a sentence.
pub(crate) type Refusal = (&'static str, String);

/// Whose list of what is being filtered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// Where the objects at the ends of links are found.
    pub(crate) catalog: &'a Catalog,
    /// Who asks; decides which linked records count.
    pub(crate) caller: &'a Principal,
    /// What is listed.
    pub(crate) object: &'a ObjectDef,
    /// What they may see of it; decided by the list, because nobody grants a view such as customers.
    pub(crate) policy: &'a Policy,
}

/// A checked condition on records.
#[derive(Debug, Clone)]
pub(crate) enum Filter {
    /// All of these hold.
    All(Vec<Filter>),
    /// One of these holds.
    Any(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// One field compares as asked.
    Test(Box<Test>),
}

impl Filter {
    /// The condition in SQL, its values bound.
    pub(crate) fn condition(&self, conditions: &mut Conditions, today: &Today) -> String {
        let joined = |parts: &[Self], word: &str, conditions: &mut Conditions| {
            let parts: Vec<String> = parts.iter().map(|part| part.condition(conditions, today)).collect();
            format!("({})", parts.join(word))
        };
        match self {
            Self::All(parts) => joined(parts, " and ", conditions),
            Self::Any(parts) => joined(parts, " or ", conditions),
            Self::Not(inside) => format!("(({}) is not true)", inside.condition(conditions, today)),
            Self::Test(test) => test.condition(conditions, today),
        }
    }

    /// The condition without SQL; `None` when one of its tests needs Postgres.
    pub(crate) fn plain(&self, today: &Today) -> Option<Condition> {
        let all = |parts: &[Self]| parts.iter().map(|part| part.plain(today)).collect::<Option<Vec<_>>>();
        Some(match self {
            Self::All(parts) => Condition::All(all(parts)?),
            Self::Any(parts) => Condition::Any(all(parts)?),
            Self::Not(inside) => Condition::Not(Box::new(inside.plain(today)?)),
            Self::Test(test) => test.plain(today)?,
        })
    }

    /// Its tests.
    pub(crate) fn tests(&self) -> Vec<&Test> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Not(inside) => inside.tests(),
            Self::Test(test) => vec![test],
        }
    }

    /// Why the caller may not ask this, if they may not.
    pub(crate) fn forbidden(&self) -> Option<Error> {
        self.tests().into_iter().find_map(Test::forbidden)
    }

    /// Whether it depends on what day it is where the caller is.
    pub(crate) fn dated(&self) -> bool {
        self.tests().into_iter().any(Test::dated)
    }
}

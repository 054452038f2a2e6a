//! One comparison of one field.

use super::{
    Refusal, Setting,
    operand::{Bound, Given, Operand},
    operator::{self, Operator},
    path::Path,
    period::Today,
    value::{containing, escaped},
};
use crate::{
    Error,
    records::{
        condition::{Condition, Sign},
        page::{Bind, Conditions},
    },
};

/// One comparison of one field.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    path: Path,
    operator: Operator,
    operand: Operand,
}

impl Test {
    /// Checks a test whose value came in a query string.
    pub(crate) fn of_parameter(
        setting: &Setting<'_>,
        (path, operator): (&str, &str),
        value: &str,
    ) -> Result<Self, Refusal> {
        let (path, operator) = Self::begin(setting, path, operator)?;
        let given = Given::of_parameter(operator, &path.kind, value)?;
        Self::finish(setting, path, operator, given)
    }

    /// The path and the operator, which must suit each other.
    pub(crate) fn begin(setting: &Setting<'_>, path: &str, operator: &str) -> Result<(Path, Operator), Refusal> {
        let (name, path) = (path, Path::parse(setting, path)?);
        let operator = Operator::parse(operator)?;
        if !operator.suits(&path.kind) {
            return Err(("unsuitable_operator", format!("{name} cannot be compared in this way")));
        }
        Ok((path, operator))
    }

    /// Checks what the field is compared with.
    pub(crate) fn finish(setting: &Setting<'_>, path: Path, operator: Operator, given: Given) -> Result<Self, Refusal> {
        let operand = Operand::check(setting.caller, &path.kind, operator, given)?;
        Ok(Self { path, operator, operand })
    }

    /// Why the caller may not ask this, if they may not.
    pub(crate) fn forbidden(&self) -> Option<Error> {
        self.path.forbidden.clone()
    }

    /// Whether it depends on what day it is where the caller is.
    pub(crate) fn dated(&self) -> bool {
        self.operand.dated()
    }

    /// The condition in SQL, its values bound.
    ///
    /// What asks for something not to hold is the opposite of what asks for it, so that it holds
    /// for an empty value and for an empty link too.
    pub(crate) fn condition(&self, conditions: &mut Conditions, today: &Today) -> String {
        let (last, opposite) = self.comparison(conditions, today);
        let condition = self.path.reaching(last, conditions);
        if opposite { format!("(({condition}) is not true)") } else { condition }
    }

    /// A comparison that fails for an empty value, and whether its opposite is meant.
    fn comparison(&self, conditions: &mut Conditions, today: &Today) -> (String, bool) {
        let column = self.path.column();
        match (&self.operand, self.operator) {
            (Operand::Truth(empty), _) => self.presence(*empty),
            (Operand::List(values), operator) => {
                let parameter = conditions.bind(Bind::Texts(values.clone()));
                let cast = &self.path.cast;
                let opposite = matches!(operator, Operator::NotIn | Operator::NotEqual);
                (format!("{column} = any ((${parameter}::text[])::{cast}[])"), opposite)
            }
            (Operand::Range(low, high), _) => {
                let low = self.compared(Operator::GreaterOrEqual, low, conditions, today);
                let high = self.compared(Operator::LessOrEqual, high, conditions, today);
                (format!("({low} and {high})"), false)
            }
            (Operand::One(bound), Operator::Contains | Operator::NotContains) => {
                let parameter = conditions.bind(Bind::Text(containing(bound.text())));
                (format!("{column} ilike ${parameter}"), self.operator == Operator::NotContains)
            }
            (Operand::One(bound), Operator::StartsWith) => {
                let parameter = conditions.bind(Bind::Text(format!("{}%", escaped(bound.text()))));
                (format!("{column} ilike ${parameter}"), false)
            }
            (Operand::One(bound), Operator::EndsWith) => {
                let parameter = conditions.bind(Bind::Text(format!("%{}", escaped(bound.text()))));
                (format!("{column} ilike ${parameter}"), false)
            }
            (Operand::One(bound), Operator::NotEqual) => {
                (self.compared(Operator::Equal, bound, conditions, today), true)
            }
            (Operand::One(bound), operator) => (self.compared(operator, bound, conditions, today), false),
        }
    }

    /// The same without SQL; `None` when it looks at linked records or at parts of texts, whose letters
    /// count differently elsewhere.
    pub(crate) fn plain(&self, today: &Today) -> Option<Condition> {
        if self.path.linked() {
            return None;
        }
        let field = self.path.name().to_owned();
        let (condition, opposite) = match (&self.operand, self.operator) {
            (Operand::Truth(empty), operator) => {
                let blank_counts = operator == Operator::IsEmpty && operator::textual(&self.path.kind);
                (if blank_counts { Condition::Filled { field } } else { Condition::Present { field } }, *empty)
            }
            (Operand::List(values), operator) => {
                let (kind, values) = (self.path.kind.clone(), values.clone());
                let opposite = matches!(operator, Operator::NotIn | Operator::NotEqual);
                (Condition::OneOf { field, kind, values }, opposite)
            }
            (Operand::Range(low, high), _) => {
                let ends = [(Operator::GreaterOrEqual, low), (Operator::LessOrEqual, high)];
                let ends = ends.map(|(operator, bound)| self.plainly(operator, bound, today));
                (Condition::All(ends.into_iter().collect::<Option<_>>()?), false)
            }
            (
                Operand::One(_),
                Operator::Contains | Operator::NotContains | Operator::StartsWith | Operator::EndsWith,
            ) => {
                return None;
            }
            (Operand::One(bound), Operator::NotEqual) => (self.plainly(Operator::Equal, bound, today)?, true),
            (Operand::One(bound), operator) => (self.plainly(operator, bound, today)?, false),
        };
        Some(if opposite { Condition::Not(Box::new(condition)) } else { condition })
    }

    /// As [`compared`](Self::compared), without SQL; texts have no order that everybody shares.
    fn plainly(&self, operator: Operator, bound: &Bound, today: &Today) -> Option<Condition> {
        let with = |sign: Sign, value: String| Condition::Compared {
            field: self.path.name().to_owned(),
            kind: self.path.kind.clone(),
            sign,
            value,
        };
        Some(match (bound.span(&self.path.kind, today), operator) {
            (Some((from, until)), Operator::Equal) => {
                Condition::All(vec![with(Sign::GreaterOrEqual, from), with(Sign::Less, until)])
            }
            (Some((_, until)), Operator::Greater) => with(Sign::GreaterOrEqual, until),
            (Some((from, _)), Operator::Less) => with(Sign::Less, from),
            (Some((_, until)), Operator::LessOrEqual) => with(Sign::Less, until),
            (Some((from, _)), _) => with(Sign::GreaterOrEqual, from),
            (None, Operator::Equal) => with(Sign::Equal, bound.text().to_owned()),
            (None, _) if operator::textual(&self.path.kind) => return None,
            (None, Operator::Greater) => with(Sign::Greater, bound.text().to_owned()),
            (None, Operator::GreaterOrEqual) => with(Sign::GreaterOrEqual, bound.text().to_owned()),
            (None, Operator::Less) => with(Sign::Less, bound.text().to_owned()),
            (None, Operator::LessOrEqual) => with(Sign::LessOrEqual, bound.text().to_owned()),
            (None, _) => return None,
        })
    }

    fn presence(&self, empty: bool) -> (String, bool) {
        let column = self.path.column();
        let blank_counts = self.operator == Operator::IsEmpty && operator::textual(&self.path.kind);
        let present = if blank_counts { format!("{column} <> ''") } else { format!("{column} is not null") };
        // An index serves `is null`, but not the opposite of `is not null`.
        if empty && !blank_counts && !self.path.linked() {
            return (format!("{column} is null"), false);
        }
        (present, empty)
    }

    /// Equal to, before or after a value; days are compared as a whole.
    fn compared(&self, operator: Operator, bound: &Bound, conditions: &mut Conditions, today: &Today) -> String {
        let span = bound.span(&self.path.kind, today);
        let mut with = |sign: &str, text: String| {
            let parameter = conditions.bind(Bind::Text(text));
            format!("{} {sign} (${parameter}::text)::{}", self.path.column(), self.path.cast)
        };
        match (span, operator) {
            (Some((from, until)), Operator::Equal) => format!("({} and {})", with(">=", from), with("<", until)),
            (Some((_, until)), Operator::Greater) => with(">=", until),
            (Some((from, _)), Operator::Less) => with("<", from),
            (Some((_, until)), Operator::LessOrEqual) => with("<", until),
            (Some((from, _)), _) => with(">=", from),
            (None, operator) => with(sign(operator), bound.text().to_owned()),
        }
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Equal
        | Operator::NotEqual
        | Operator::Between
        | Operator::In
        | Operator::NotIn
        | Operator::Contains
        | Operator::NotContains
        | Operator::StartsWith
        | Operator::EndsWith
        | Operator::IsNull
        | Operator::IsEmpty => "=",
    }
}

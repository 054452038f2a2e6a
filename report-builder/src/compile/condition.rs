//! Predicates from conditions.
//!
//! A condition has two values for a person: it holds or it does not. A missing value makes a
//! comparison not hold, so `not` of it holds; that is why `not` wraps its inside in `coalesce`.

use query_service::rel::{
    AggregateCall, AggregateFunction, Comparison, Expr, JoinKind, Literal, Measure, Rel, TextMatch, ValueType,
};

use super::{
    Context,
    literal::{self, When},
    named, path_refused,
    source::{Child, Source, is_moment},
};
use crate::{
    Error,
    calendar::{self, DayRange},
    fault::refused,
    model::ColumnDef,
    spec::{ConditionSpec, Operator, Quantifier, ValueLiteral},
};

/// Keeps the records for which a condition holds; related records at the top become semi and
/// anti joins.
pub(super) fn restrict(spec: &ConditionSpec, source: &mut Source, context: &mut Context<'_>) -> Result<(), Error> {
    match spec {
        ConditionSpec::And(all) => all.iter().try_for_each(|one| restrict(one, source, context)),
        ConditionSpec::Related { quantifier, .. } => {
            let kind = match quantifier {
                Quantifier::None => JoinKind::Anti,
                Quantifier::AtLeast(_) => JoinKind::Semi,
            };
            let child = related(spec, source, context)?;
            source.restrict(kind, child);
            Ok(())
        }
        ConditionSpec::Or(_) | ConditionSpec::Not(_) | ConditionSpec::Field { .. } => {
            let predicate = predicate(spec, source, context)?;
            source.filter(predicate);
            Ok(())
        }
    }
}

/// A condition as an expression over the source's columns.
pub(super) fn predicate(spec: &ConditionSpec, source: &mut Source, context: &mut Context<'_>) -> Result<Expr, Error> {
    match spec {
        ConditionSpec::And(all) => {
            Ok(Expr::And(all.iter().map(|one| predicate(one, source, context)).collect::<Result<_, _>>()?))
        }
        ConditionSpec::Or(any) => {
            Ok(Expr::Or(any.iter().map(|one| predicate(one, source, context)).collect::<Result<_, _>>()?))
        }
        ConditionSpec::Not(inner) => Ok(known(predicate(inner, source, context)?).not()),
        ConditionSpec::Field { fields, operator, value, pointer } => {
            let (field, resolved) = source.any_field(fields, &format!("{pointer}/field"), context)?;
            let column = resolved.dimension.column;
            Compare { field, column: &column, pointer }.with(*operator, value.as_ref(), context)
        }
        ConditionSpec::Related { quantifier, .. } => {
            let child = related(spec, source, context)?;
            let hit = source.has_children(child);
            Ok(match quantifier {
                Quantifier::None => hit.not(),
                Quantifier::AtLeast(_) => hit,
            })
        }
    }
}

/// The records that point here, one row per record they point at.
fn related(spec: &ConditionSpec, source: &mut Source, context: &mut Context<'_>) -> Result<Child, Error> {
    let ConditionSpec::Related { path, via, quantifier, condition, pointer } = spec else {
        return Err(Error::Defect("a related condition is expected".to_owned()));
    };
    let at = format!("{pointer}/related");
    let (prefix, plural) = path.rsplit_once('.').ok_or_else(|| {
        refused(&at, "invalid_path", "write an object and the records that point at it, such as deal.activities")
    })?;
    let (key_here, resolved) = source.field(&format!("{prefix}.id"), &at, context)?;
    let target = resolved.dimension.links.last().map_or(&resolved.dimension.root, |link| &link.target);
    let model = context.situation.model;
    let (child, link) =
        model.children(target, plural, via.as_deref()).map_err(|message| refused(&at, "unknown_related", message))?;
    let mut inner = Source::new(&child.name, context);
    let key = inner.column(&[], &link);
    inner.filter(Expr::column(&key).is_null().not());
    if let Some(condition) = condition {
        restrict(condition, &mut inner, context)?;
    }
    let hits = format!("{key}_hits");
    let count =
        Measure { name: hits.clone(), call: AggregateCall { function: AggregateFunction::CountRows, filter: None } };
    let mut rel = inner.read(context)?.aggregate(vec![key.clone()], vec![count]);
    if let Quantifier::AtLeast(least) = quantifier
        && *least > 1
    {
        let least = Expr::Literal(Literal::Int(i64::try_from(*least).unwrap_or(i64::MAX)));
        rel = rel.filter(Expr::column(&hits).compare(Comparison::GreaterOrEqual, least));
    }
    let rel: Rel = rel.project(vec![named(&key, Expr::column(&key))]);
    let Expr::Column(at) = key_here else {
        return Err(path_refused(&at, &crate::model::PathError::NotAPath(path.clone())).into());
    };
    Ok(Child { at, rel, key })
}

/// The predicate with null read as false.
fn known(predicate: Expr) -> Expr {
    Expr::Coalesce(vec![predicate, Expr::Literal(Literal::Bool(false))])
}

struct Compare<'a> {
    field: Expr,
    column: &'a ColumnDef,
    pointer: &'a str,
}

impl Compare<'_> {
    fn with(self, operator: Operator, value: Option<&ValueLiteral>, context: &mut Context<'_>) -> Result<Expr, Error> {
        match operator {
            Operator::Empty => Ok(self.field.is_null()),
            Operator::NotEmpty => Ok(self.field.is_null().not()),
            Operator::Contains => self.search(TextMatch::Contains, value),
            Operator::StartsWith => self.search(TextMatch::StartsWith, value),
            Operator::EndsWith => self.search(TextMatch::EndsWith, value),
            Operator::Equal => self.order(Comparison::Equal, value, context),
            Operator::NotEqual => self.order(Comparison::DistinctFrom, value, context),
            Operator::Less => self.order(Comparison::Less, value, context),
            Operator::LessOrEqual => self.order(Comparison::LessOrEqual, value, context),
            Operator::Greater => self.order(Comparison::Greater, value, context),
            Operator::GreaterOrEqual => self.order(Comparison::GreaterOrEqual, value, context),
            Operator::In => self.list(value, context),
            Operator::NotIn => Ok(known(self.list(value, context)?).not()),
            Operator::Between => self.between(value, context),
            Operator::InRange => self.in_range(value, context),
        }
    }

    fn value_pointer(&self) -> String {
        format!("{}/value", self.pointer)
    }

    fn wrong(&self, expected: &str) -> Error {
        refused(&self.value_pointer(), "wrong_type", format!("the value must be {expected}")).into()
    }

    fn search(self, kind: TextMatch, value: Option<&ValueLiteral>) -> Result<Expr, Error> {
        if self.column.ty != ValueType::Text {
            return Err(refused(
                &format!("{}/op", self.pointer),
                "wrong_type",
                format!("{} is not text, so nothing can be searched in it", self.column.label),
            )
            .into());
        }
        match value {
            Some(ValueLiteral::Scalar(serde_json::Value::String(piece))) => {
                Ok(Expr::Match { kind, expr: Box::new(self.field), piece: piece.clone() })
            }
            Some(ValueLiteral::Scalar(_) | ValueLiteral::List(_) | ValueLiteral::Relative(_) | ValueLiteral::Me)
            | None => Err(self.wrong("text")),
        }
    }

    fn order(self, op: Comparison, value: Option<&ValueLiteral>, context: &mut Context<'_>) -> Result<Expr, Error> {
        if is_moment(self.column.ty) {
            let when = self.when(value, context)?;
            return Ok(self.compare_when(op, when, context));
        }
        if self.column.ty == ValueType::Bool && !matches!(op, Comparison::Equal | Comparison::DistinctFrom) {
            let message = "yes or no can only be equal or not";
            return Err(refused(&format!("{}/op", self.pointer), "wrong_type", message).into());
        }
        let literal = match value {
            Some(ValueLiteral::Me) => self.me(context)?,
            Some(ValueLiteral::Scalar(value)) => literal::scalar(self.column, value, &self.value_pointer())?,
            Some(ValueLiteral::List(_) | ValueLiteral::Relative(_)) | None => return Err(self.wrong("one value")),
        };
        Ok(self.field.compare(op, Expr::Literal(literal)))
    }

    fn me(&self, context: &Context<'_>) -> Result<Literal, Error> {
        if self.column.ty == ValueType::Text {
            return Ok(Literal::Text(context.situation.caller.user_id.to_string()));
        }
        Err(self.wrong("of the field's type; `me` is the id of a person"))
    }

    fn list(self, value: Option<&ValueLiteral>, context: &mut Context<'_>) -> Result<Expr, Error> {
        let Some(ValueLiteral::List(items)) = value else { return Err(self.wrong("a list")) };
        let pointer = self.value_pointer();
        if is_moment(self.column.ty) {
            let mut any = Vec::new();
            for (at, item) in items.iter().enumerate() {
                let when = literal::when(self.column, item, &format!("{pointer}/{at}"))?;
                let one = Compare { field: self.field.clone(), column: self.column, pointer: self.pointer };
                any.push(one.compare_when(Comparison::Equal, when, context));
            }
            return Ok(Expr::Or(any));
        }
        let mut exact = Vec::new();
        let mut wider = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let literal = literal::scalar(self.column, item, &format!("{pointer}/{at}"))?;
            if literal.value_type() == self.column.ty {
                exact.push(literal);
            } else {
                wider.push(self.field.clone().compare(Comparison::Equal, Expr::Literal(literal)));
            }
        }
        let exact = Expr::InList { expr: Box::new(self.field), list: exact };
        if wider.is_empty() {
            return Ok(exact);
        }
        wider.push(exact);
        Ok(Expr::Or(wider))
    }

    fn between(self, value: Option<&ValueLiteral>, context: &mut Context<'_>) -> Result<Expr, Error> {
        let Some(ValueLiteral::List(items)) = value else { return Err(self.wrong("a list of two values")) };
        let [least, greatest] = items.as_slice() else { return Err(self.wrong("a list of two values")) };
        let side = |value: &serde_json::Value, op, context: &mut Context<'_>| {
            let one = Compare { field: self.field.clone(), column: self.column, pointer: self.pointer };
            one.order(op, Some(&ValueLiteral::Scalar(value.clone())), context)
        };
        let from = side(least, Comparison::GreaterOrEqual, context)?;
        Ok(Expr::And(vec![from, side(greatest, Comparison::LessOrEqual, context)?]))
    }

    fn in_range(self, value: Option<&ValueLiteral>, context: &mut Context<'_>) -> Result<Expr, Error> {
        if !is_moment(self.column.ty) {
            return Err(refused(
                &format!("{}/op", self.pointer),
                "wrong_type",
                format!("{} is not a date", self.column.label),
            )
            .into());
        }
        match value {
            Some(ValueLiteral::List(_)) => self.between(value, context),
            Some(ValueLiteral::Scalar(_) | ValueLiteral::Relative(_) | ValueLiteral::Me) | None => {
                self.order(Comparison::Equal, value, context)
            }
        }
    }

    fn when(&self, value: Option<&ValueLiteral>, context: &mut Context<'_>) -> Result<When, Error> {
        match value {
            Some(ValueLiteral::Relative(range)) => {
                let days = calendar::resolve(*range, context.today);
                Ok(When::Days(context.range(self.pointer, days)))
            }
            Some(ValueLiteral::Scalar(value)) => Ok(literal::when(self.column, value, &self.value_pointer())?),
            Some(ValueLiteral::List(_) | ValueLiteral::Me) | None => Err(self.wrong("one date")),
        }
    }

    /// A day stands for all its moments: `> day` begins on the next one, `= day` is any of them.
    fn compare_when(self, op: Comparison, when: When, context: &Context<'_>) -> Expr {
        let days = match when {
            When::Moment(at) => return self.field.compare(op, Expr::Literal(Literal::Timestamp(at))),
            When::Days(days) => days,
        };
        let DayRange { from, until } = days;
        let literal = |day| match self.column.ty {
            ValueType::Timestamp => Expr::Literal(Literal::Timestamp(calendar::day_start(day, context.zone))),
            ValueType::Date | ValueType::Bool | ValueType::Int | ValueType::Decimal { .. } | ValueType::Text => {
                Expr::Literal(Literal::Date(day))
            }
        };
        let field = || self.field.clone();
        let inside = || {
            let from = field().compare(Comparison::GreaterOrEqual, literal(from));
            Expr::And(vec![from, field().compare(Comparison::Less, literal(until))])
        };
        match op {
            Comparison::Equal | Comparison::NotDistinctFrom => inside(),
            Comparison::NotEqual | Comparison::DistinctFrom => known(inside()).not(),
            Comparison::Less => field().compare(Comparison::Less, literal(from)),
            Comparison::LessOrEqual => field().compare(Comparison::Less, literal(until)),
            Comparison::Greater => field().compare(Comparison::GreaterOrEqual, literal(until)),
            Comparison::GreaterOrEqual => field().compare(Comparison::GreaterOrEqual, literal(from)),
        }
    }
}

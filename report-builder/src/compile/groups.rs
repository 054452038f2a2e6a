//! The fields that records are grouped by.

use query_service::rel::{Comparison, Expr, Grain, Literal, ValueType};

use super::{
    Context, Measures, path_refused,
    source::{Source, is_moment},
};
use crate::{
    Error,
    fault::refused,
    formula::Formula,
    model::Resolved,
    spec::{Format, GroupSpec, ReportSpec},
};

/// The keys of a report.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    pub(super) rows: Vec<Key>,
    pub(super) columns: Vec<Key>,
}

/// One field to group by.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) format: Format,
    pub(super) ty: ValueType,
    pub(super) in_row: bool,
    fields: Vec<String>,
    grain: Option<Grain>,
    order: KeyOrder,
    pointer: String,
}

/// How the groups of a key are ordered.
#[derive(Debug, Clone)]
enum KeyOrder {
    /// By the value itself.
    Value,
    /// By the place of the word in the list of a choice.
    Options(Vec<String>),
    /// By the `position` of the linked records (stages), as aggregates of each home.
    Position(Vec<Formula>),
}

impl Keys {
    /// Row keys, then column keys.
    pub(super) fn all(&self) -> Vec<&Key> {
        self.rows.iter().chain(&self.columns).collect()
    }
}

impl Key {
    /// The key of one record of `home`.
    pub(super) fn expr(&self, home: &str, source: &mut Source, context: &Context<'_>) -> Result<Expr, Error> {
        debug_assert_eq!(home, source.home());
        let (field, resolved) = source.any_field(&self.fields, &format!("{}/field", self.pointer), context)?;
        let Some(grain) = self.grain else { return Ok(field) };
        let day = match resolved.dimension.column.ty {
            ValueType::Timestamp => {
                Expr::LocalDate { expr: Box::new(field), zone: context.zone_table.as_ref().clone() }
            }
            ValueType::Bool | ValueType::Int | ValueType::Decimal { .. } | ValueType::Text | ValueType::Date => field,
        };
        Ok(Expr::DateTrunc { grain, expr: Box::new(day) })
    }

    /// Whether its groups have an order other than their values'.
    pub(super) fn ordered(&self) -> bool {
        !matches!(self.order, KeyOrder::Value)
    }

    /// A number that orders the groups, for keys that are [`Key::ordered`].
    pub(super) fn order_expr(&self, name: &str) -> Option<Expr> {
        match &self.order {
            KeyOrder::Value => None,
            KeyOrder::Options(words) => {
                let branch = |(at, word): (usize, &String)| {
                    let found =
                        Expr::column(name).compare(Comparison::Equal, Expr::Literal(Literal::Text(word.clone())));
                    (found, Expr::Literal(Literal::Int(i64::try_from(at).unwrap_or(i64::MAX))))
                };
                Some(Expr::Case { branches: words.iter().enumerate().map(branch).collect(), otherwise: None })
            }
            KeyOrder::Position(homes) => {
                let columns = homes.iter().filter_map(|formula| match formula {
                    Formula::Value(name) => Some(Expr::column(name)),
                    Formula::Number { .. }
                    | Formula::Arithmetic(..)
                    | Formula::Divide(..)
                    | Formula::Coalesce(_)
                    | Formula::Round(..) => None,
                });
                Some(Expr::Coalesce(columns.collect()))
            }
        }
    }
}

/// Resolves the groups; keys that are ordered by a position add aggregates to `measures`.
pub(super) fn bind(spec: &ReportSpec, measures: &mut Measures, context: &mut Context<'_>) -> Result<Keys, Error> {
    let homes = measures.homes();
    let mut bind_all = |groups: &[GroupSpec], in_row: bool| -> Result<Vec<Key>, Error> {
        groups.iter().map(|group| bind_one(group, in_row, (&homes, &mut *measures), context)).collect()
    };
    Ok(Keys { rows: bind_all(&spec.rows, true)?, columns: bind_all(&spec.columns, false)? })
}

fn bind_one(
    group: &GroupSpec,
    in_row: bool,
    (homes, measures): (&[String], &mut Measures),
    context: &mut Context<'_>,
) -> Result<Key, Error> {
    let pointer = format!("{}/field", group.pointer);
    let model = context.situation.model;
    let resolved = group.fields.iter().map(|path| model.resolve(path).map_err(|error| path_refused(&pointer, &error)));
    let resolved = resolved.collect::<Result<Vec<Resolved>, _>>()?;
    let Some((path, first)) = group.fields.first().zip(resolved.first()) else {
        return Err(refused(&pointer, "required", "no field is named").into());
    };
    let column = &first.dimension.column;
    let ty = if group.grain.is_some() { ValueType::Date } else { column.ty };
    let fits = |other: &Resolved| match group.grain {
        Some(_) => is_moment(other.dimension.column.ty),
        None => other.dimension.column.ty == ty,
    };
    if let Some(other) = resolved.iter().find(|other| !fits(other)) {
        let message = match group.grain {
            Some(_) => format!("{} is not a date, so it has no periods", other.label),
            None => format!("{} and {} hold different kinds of values", first.label, other.label),
        };
        return Err(refused(&group.pointer, "wrong_type", message).into());
    }
    // Records of several homes have no common order but that of their names.
    let position = if group.fields.len() == 1 { position_path(path, first, context) } else { None };
    let order = match position {
        Some(position) if group.grain.is_none() => {
            KeyOrder::Position(homes.iter().map(|home| measures.order_base(home, &position, &pointer)).collect())
        }
        Some(_) | None if !column.options.is_empty() => KeyOrder::Options(column.options.clone()),
        Some(_) | None => KeyOrder::Value,
    };
    Ok(Key {
        id: group.id.clone(),
        label: group.label.clone().unwrap_or_else(|| first.label.clone()),
        format: if group.grain.is_some() { Format::Date } else { column.format() },
        ty,
        in_row,
        fields: group.fields.clone(),
        grain: group.grain,
        order,
        pointer: group.pointer.clone(),
    })
}

/// The path of the position of the linked record, when the key is the title of one that has it.
fn position_path(path: &str, resolved: &Resolved, context: &Context<'_>) -> Option<String> {
    let link = resolved.dimension.links.last()?;
    let target = context.situation.model.object(&link.target)?;
    target.field("position")?;
    if resolved.dimension.column.name != target.title {
        return None;
    }
    let prefix = if resolved.title_of_link { path } else { path.rsplit_once('.')?.0 };
    Some(format!("{prefix}.position"))
}

//! Formulas: their order, types and columns.

use query_service::rel::{Arithmetic, Expr, Literal, Named, Rel, ValueType};

use super::{Measures, base_name, named, value_name};
use crate::{Error, fault::refused, formula::Formula, spec::ReportSpec};

use super::measure::Value;

/// Digits after the point of quotients, and most digits of a product.
const SCALE: u8 = 6;

/// The formula with its ids replaced; ids without a replacement stay.
pub(super) fn replace(formula: &Formula, by: &dyn Fn(&str) -> Option<Formula>) -> Formula {
    let boxed = |inner: &Formula| Box::new(replace(inner, by));
    match formula {
        Formula::Value(id) => by(id).unwrap_or_else(|| formula.clone()),
        Formula::Number { .. } => formula.clone(),
        Formula::Arithmetic(op, left, right) => Formula::Arithmetic(*op, boxed(left), boxed(right)),
        Formula::Divide(left, right) => Formula::Divide(boxed(left), boxed(right)),
        Formula::Coalesce(all) => Formula::Coalesce(all.iter().map(|one| replace(one, by)).collect()),
        Formula::Round(inner, scale) => Formula::Round(boxed(inner), *scale),
    }
}

/// An order in which each value follows those it uses.
pub(super) fn evaluation_order(values: &[Value], spec: &ReportSpec) -> Result<Vec<usize>, Error> {
    let mut order: Vec<usize> = Vec::with_capacity(values.len());
    while order.len() < values.len() {
        let ready = |at: &usize| {
            !order.contains(at)
                && values.get(*at).is_some_and(|value| {
                    let used = value.formula.ids();
                    (0..values.len()).all(|other| order.contains(&other) || !used.contains(&value_name(other).as_str()))
                })
        };
        let Some(at) = (0..values.len()).find(ready) else {
            let stuck = spec.values.iter().enumerate().find(|(at, _)| !order.contains(at)).map(|(_, value)| value);
            let pointer = stuck.map(|value| format!("{}/formula", value.pointer)).unwrap_or_default();
            return Err(refused(&pointer, "circular_formula", "the formula uses itself").into());
        };
        order.push(at);
    }
    Ok(order)
}

/// The type of a value, given the types of the values it uses.
pub(super) fn value_type(measures: &Measures, at: usize) -> Result<ValueType, String> {
    let value = measures.values.get(at).ok_or("there is no such value")?;
    if let Formula::Value(name) = &value.formula {
        return column_type(measures, name);
    }
    Ok(ValueType::decimal(scale(&value.formula, measures)?))
}

/// Adds a column per value; the columns so far stay.
pub(super) fn values(rel: Rel, measures: &Measures) -> Result<Rel, Error> {
    let names = rel.columns()?.into_iter().map(|column| column.name).collect();
    let mut layers = Layers { rel, names, measures, temporaries: 0 };
    for at in &measures.order {
        if let Some(value) = measures.values.get(*at) {
            let expr = layers.expr(&value.formula)?;
            layers.add(&value_name(*at), expr);
        }
    }
    Ok(layers.rel)
}

/// A plan that grows by one column at a time, so that a quotient is computed once even where its
/// printed form names its operands many times.
struct Layers<'a> {
    rel: Rel,
    names: Vec<String>,
    measures: &'a Measures,
    temporaries: usize,
}

impl Layers<'_> {
    fn add(&mut self, name: &str, expr: Expr) {
        let mut items: Vec<Named> = self.names.iter().map(|name| named(name, Expr::column(name))).collect();
        items.push(named(name, expr));
        self.names.push(name.to_owned());
        let rel = std::mem::replace(&mut self.rel, Rel::UnionAll { inputs: Vec::new() });
        self.rel = rel.project(items);
    }

    /// The expression as a column or literal.
    fn atom(&mut self, expr: Expr) -> Expr {
        if matches!(expr, Expr::Column(_) | Expr::Literal(_)) {
            return expr;
        }
        let name = format!("t{}", self.temporaries);
        self.temporaries += 1;
        self.add(&name, expr);
        Expr::Column(name)
    }

    fn expr(&mut self, formula: &Formula) -> Result<Expr, Error> {
        let scale = |formula: &Formula| scale(formula, self.measures).map_err(Error::Defect);
        match formula {
            Formula::Value(name) => Ok(Expr::column(name)),
            Formula::Number { unscaled, scale } => {
                Ok(Expr::Literal(Literal::Decimal { unscaled: *unscaled, precision: 38, scale: *scale }))
            }
            Formula::Arithmetic(op, left, right) => {
                let digits = scale(left)?.saturating_add(scale(right)?);
                let exact = self.expr(left)?.arithmetic(*op, self.expr(right)?);
                if *op != Arithmetic::Multiply || digits <= SCALE {
                    return Ok(exact);
                }
                Ok(Expr::Round { expr: Box::new(self.atom(exact)), scale: SCALE })
            }
            Formula::Divide(left, right) => {
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                let left = self.atom(left);
                Ok(left.divide(self.atom(right)))
            }
            Formula::Coalesce(all) => {
                let to = ValueType::decimal(scale(formula)?);
                let widen = |one: &Formula| Ok(Expr::Widen { expr: Box::new(self.expr(one)?), to });
                Ok(Expr::Coalesce(all.iter().map(widen).collect::<Result<_, Error>>()?))
            }
            Formula::Round(inner, digits) => {
                let inner = self.expr(inner)?;
                Ok(Expr::Round { expr: Box::new(self.atom(inner)), scale: *digits })
            }
        }
    }
}

/// Digits after the point of a formula's value.
fn scale(formula: &Formula, measures: &Measures) -> Result<u8, String> {
    match formula {
        Formula::Value(name) => {
            let ty = column_type(measures, name)?;
            ty.scale().ok_or_else(|| "only numbers can be used in a formula".to_owned())
        }
        Formula::Number { scale, .. } => Ok(*scale),
        Formula::Arithmetic(op, left, right) => {
            let (left, right) = (scale(left, measures)?, scale(right, measures)?);
            Ok(match op {
                Arithmetic::Add | Arithmetic::Subtract => left.max(right),
                Arithmetic::Multiply => left.saturating_add(right).min(SCALE),
            })
        }
        Formula::Divide(left, right) => {
            scale(left, measures)?;
            scale(right, measures)?;
            Ok(SCALE)
        }
        Formula::Coalesce(all) => all.iter().try_fold(0, |most, one| Ok(scale(one, measures)?.max(most))),
        Formula::Round(inner, digits) => scale(inner, measures).map(|_| *digits),
    }
}

fn column_type(measures: &Measures, name: &str) -> Result<ValueType, String> {
    let base = measures.bases.iter().enumerate().find(|(at, _)| base_name(*at) == name).map(|(_, base)| base.ty);
    let value = measures.values.iter().enumerate().find(|(at, _)| value_name(*at) == name).map(|(_, value)| value.ty);
    base.or(value).ok_or_else(|| format!("there is no value {name}"))
}

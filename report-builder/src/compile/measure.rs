//! Values of a report as formulas over aggregates; each aggregate has one home object.

use std::collections::BTreeMap;

use catalog::Invalid;
use query_service::rel::{AggregateFunction, Arithmetic, Expr, Literal, Named, ValueType};

use super::{Context, formulas, named, path_refused, source::Source};
use crate::{
    Error,
    fault::refused,
    formula::Formula,
    model::{ColumnDef, MeasureBody, Model, NAMED_MEASURES, NamedMeasure, measures_only},
    spec::{Aggregate, ConditionSpec, Format, ReportSpec, ValueSource, ValueSpec},
};

/// Everything that is computed.
#[derive(Debug)]
pub(super) struct Measures {
    /// The aggregates, each once.
    pub(super) bases: Vec<Base>,
    /// The values, in the order of the specification.
    pub(super) values: Vec<Value>,
    /// Positions of the values in an order in which each follows those it uses.
    pub(super) order: Vec<usize>,
}

/// One aggregate at its home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) home: String,
    pub(super) kind: BaseKind,
    pub(super) filters: Vec<ConditionSpec>,
    pub(super) ty: ValueType,
    pointer: String,
}

/// What a base aggregates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BaseKind {
    /// Records.
    Rows,
    /// A field; never an average, which is a formula over two bases.
    Field(Aggregate, String),
    /// The sum of amount × percent ÷ 100.
    Weighted { amount: String, percent: String },
}

/// One value of the report.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) format: Format,
    pub(super) ty: ValueType,
    /// Over columns of the plan: `b0` is the first base, `v0` the first value.
    pub(super) formula: Formula,
}

/// A measure before it has its place: a formula over bases, how it is shown and called.
struct Meaning {
    formula: Formula,
    format: Format,
    label: String,
}

impl Base {
    /// Whether it counts, so that nothing found is 0.
    pub(super) fn counts(&self) -> bool {
        match &self.kind {
            BaseKind::Rows | BaseKind::Field(Aggregate::Count | Aggregate::CountDistinct, _) => true,
            BaseKind::Field(Aggregate::Sum | Aggregate::Avg | Aggregate::Min | Aggregate::Max, _)
            | BaseKind::Weighted { .. } => false,
        }
    }

    /// The aggregate over the home's source, and the columns it needs.
    pub(super) fn function(
        &self,
        at: usize,
        source: &mut Source,
        context: &mut Context<'_>,
    ) -> Result<(AggregateFunction, Vec<Named>), Error> {
        let name = format!("a{at}");
        let argument = Expr::column(&name);
        match &self.kind {
            BaseKind::Rows => Ok((AggregateFunction::CountRows, Vec::new())),
            BaseKind::Field(aggregate, path) => {
                let (field, _) = source.field(path, &self.pointer, context)?;
                let function = match aggregate {
                    Aggregate::Count => AggregateFunction::Count(argument),
                    Aggregate::CountDistinct => AggregateFunction::CountDistinct(argument),
                    Aggregate::Sum | Aggregate::Avg => AggregateFunction::Sum(argument),
                    Aggregate::Min => AggregateFunction::Min(argument),
                    Aggregate::Max => AggregateFunction::Max(argument),
                };
                Ok((function, vec![named(&name, field)]))
            }
            BaseKind::Weighted { amount, percent } => {
                let (amount, _) = source.field(amount, &self.pointer, context)?;
                let (percent, found) = source.field(percent, &self.pointer, context)?;
                let zero = Literal::Decimal { unscaled: 0, precision: 5, scale: 2 };
                let zero = if found.dimension.column.ty == zero.value_type() {
                    zero
                } else {
                    Literal::Null(found.dimension.column.ty)
                };
                let hundredth = Literal::Decimal { unscaled: 1, precision: 2, scale: 2 };
                let share = Expr::Coalesce(vec![percent, Expr::Literal(zero)])
                    .arithmetic(Arithmetic::Multiply, Expr::Literal(hundredth));
                let weighted = amount.arithmetic(Arithmetic::Multiply, share);
                Ok((AggregateFunction::Sum(argument), vec![named(&name, weighted)]))
            }
        }
    }
}

impl Measures {
    /// Binds all values of a specification.
    pub(super) fn bind(spec: &ReportSpec, context: &mut Context<'_>) -> Result<Self, Error> {
        let mut measures = Self { bases: Vec::new(), values: Vec::new(), order: Vec::new() };
        let ids: BTreeMap<&str, usize> =
            spec.values.iter().enumerate().map(|(at, value)| (value.id.as_str(), at)).collect();
        for value in &spec.values {
            let meaning = match &value.source {
                ValueSource::Measure(name) => measures.measure(name, value, context)?,
                ValueSource::Aggregate { field, aggregate } => {
                    measures.aggregate((field, *aggregate), value, context)?
                }
                ValueSource::Formula(text) => formula_over_values(text, value, &ids)?,
            };
            measures.values.push(Value {
                id: value.id.clone(),
                label: value.label.clone().unwrap_or(meaning.label),
                format: value.format.unwrap_or(meaning.format),
                ty: ValueType::Int,
                formula: meaning.formula,
            });
        }
        measures.order = formulas::evaluation_order(&measures.values, spec)?;
        for at in measures.order.clone() {
            let ty = formulas::value_type(&measures, at).map_err(|message| {
                let pointer = spec.values.get(at).map(|value| value.pointer.clone()).unwrap_or_default();
                refused(&format!("{pointer}/formula"), "wrong_type", message)
            })?;
            if let Some(value) = measures.values.get_mut(at) {
                value.ty = ty;
            }
        }
        Ok(measures)
    }

    /// The objects that something is aggregated at, in order of first use.
    pub(super) fn homes(&self) -> Vec<String> {
        let mut homes: Vec<String> = Vec::new();
        for base in &self.bases {
            if !homes.contains(&base.home) {
                homes.push(base.home.clone());
            }
        }
        homes
    }

    /// The position of the value of this id.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.values.iter().position(|value| value.id == id)
    }

    /// Adds a base, or finds the equal one, and returns the formula that is its value.
    pub(super) fn base(&mut self, base: Base) -> Formula {
        let same = |known: &Base| known.home == base.home && known.kind == base.kind && known.filters == base.filters;
        let at = self.bases.iter().position(same).unwrap_or_else(|| {
            self.bases.push(base);
            self.bases.len() - 1
        });
        Formula::Value(super::base_name(at))
    }

    /// The least value of a field per group, for ordering groups.
    pub(super) fn order_base(&mut self, home: &str, path: &str, pointer: &str) -> Formula {
        self.base(Base {
            home: home.to_owned(),
            kind: BaseKind::Field(Aggregate::Min, path.to_owned()),
            filters: Vec::new(),
            ty: ValueType::Int,
            pointer: pointer.to_owned(),
        })
    }

    fn measure(&mut self, name: &str, value: &ValueSpec, context: &Context<'_>) -> Result<Meaning, Error> {
        let pointer = format!("{}/measure", value.pointer);
        let unknown = || unknown_measure(name, &pointer, context.situation.model);
        let (object, rest) = name.split_once('.').ok_or_else(unknown)?;
        let definition = context.situation.model.catalog().object(object).ok_or_else(unknown)?;
        let own: Vec<ConditionSpec> = value.condition.iter().cloned().collect();
        if rest == "count" {
            let formula = self.rows(object, own, &pointer);
            return Ok(Meaning { formula, format: Format::Integer, label: definition.plural_label.clone() });
        }
        if let Some(named) = NAMED_MEASURES.iter().find(|named| named.object == object && named.name == rest) {
            let formula = self.named(named, (&own, &pointer), context)?;
            return Ok(Meaning { formula, format: named.format, label: named.label.to_owned() });
        }
        for (aggregate, word) in Aggregate::ALL {
            let field = rest.strip_suffix(word).and_then(|rest| rest.strip_suffix('_'));
            if let Some(field) = field.filter(|field| Model::column(definition, field).is_some()) {
                return self.field((&format!("{object}.{field}"), aggregate), own, (&pointer, context));
            }
        }
        Err(unknown().into())
    }

    fn aggregate(
        &mut self,
        (field, aggregate): (&str, Aggregate),
        value: &ValueSpec,
        context: &Context<'_>,
    ) -> Result<Meaning, Error> {
        let own = value.condition.iter().cloned().collect();
        self.field((field, aggregate), own, (&format!("{}/field", value.pointer), context))
    }

    fn rows(&mut self, home: &str, filters: Vec<ConditionSpec>, pointer: &str) -> Formula {
        let (home, pointer) = (home.to_owned(), pointer.to_owned());
        self.base(Base { home, kind: BaseKind::Rows, filters, ty: ValueType::Int, pointer })
    }

    #[expect(clippy::needless_pass_by_value, reason = "every aggregate of the field keeps a copy")]
    fn field(
        &mut self,
        (path, aggregate): (&str, Aggregate),
        filters: Vec<ConditionSpec>,
        (pointer, context): (&str, &Context<'_>),
    ) -> Result<Meaning, Error> {
        let resolved = context.situation.model.resolve(path).map_err(|error| path_refused(pointer, &error))?;
        let column = &resolved.dimension.column;
        check_aggregate(aggregate, column, pointer)?;
        let home = &resolved.dimension.root;
        let mut base = |aggregate: Aggregate, ty: ValueType| {
            self.base(Base {
                home: home.clone(),
                kind: BaseKind::Field(aggregate, path.to_owned()),
                filters: filters.clone(),
                ty,
                pointer: pointer.to_owned(),
            })
        };
        let sum_type = ValueType::decimal(column.ty.scale().unwrap_or(0));
        let formula = match aggregate {
            Aggregate::Count | Aggregate::CountDistinct => base(aggregate, ValueType::Int),
            Aggregate::Sum => base(Aggregate::Sum, sum_type),
            Aggregate::Avg => {
                let sum = base(Aggregate::Sum, sum_type);
                Formula::Divide(Box::new(sum), Box::new(base(Aggregate::Count, ValueType::Int)))
            }
            Aggregate::Min | Aggregate::Max => base(aggregate, column.ty),
        };
        let label = aggregate.label(&resolved.label);
        Ok(Meaning { formula, format: aggregate.format(column.format()), label })
    }

    fn named(
        &mut self,
        measure: &NamedMeasure,
        (own, pointer): (&[ConditionSpec], &str),
        context: &Context<'_>,
    ) -> Result<Formula, Error> {
        let object = measure.object;
        let filters = |only: Option<(&str, &[&str])>| -> Vec<ConditionSpec> {
            let only = only.map(|(field, words)| measures_only(object, field, words));
            only.into_iter().chain(own.iter().cloned()).collect()
        };
        match measure.body {
            MeasureBody::Filtered { field: None, only, .. } => Ok(self.rows(object, filters(only), pointer)),
            MeasureBody::Filtered { field: Some(field), aggregate, only } => {
                let path = format!("{object}.{field}");
                Ok(self.field((&path, aggregate), filters(only), (pointer, context))?.formula)
            }
            MeasureBody::WeightedOpen { amount, percent, only } => Ok(self.base(Base {
                home: object.to_owned(),
                kind: BaseKind::Weighted {
                    amount: format!("{object}.{amount}"),
                    percent: format!("{object}.{percent}"),
                },
                filters: filters(Some(only)),
                ty: ValueType::decimal(6),
                pointer: pointer.to_owned(),
            })),
            MeasureBody::Formula(text) => {
                let defect = |what: String| Error::Defect(format!("measure {}: {what}", measure.path()));
                let formula = Formula::parse(text).map_err(defect)?;
                let mut parts = BTreeMap::new();
                for id in formula.ids() {
                    let part = if id == "count" {
                        self.rows(object, own.to_vec(), pointer)
                    } else {
                        let named = NAMED_MEASURES.iter().find(|other| other.object == object && other.name == id);
                        self.named(named.ok_or_else(|| defect(format!("no {id}")))?, (own, pointer), context)?
                    };
                    parts.insert(id.to_owned(), part);
                }
                Ok(formulas::replace(&formula, &|id| parts.get(id).cloned()))
            }
        }
    }
}

fn formula_over_values(text: &str, value: &ValueSpec, ids: &BTreeMap<&str, usize>) -> Result<Meaning, Invalid> {
    let pointer = format!("{}/formula", value.pointer);
    let formula = Formula::parse(text).map_err(|message| refused(&pointer, "invalid_formula", message))?;
    for id in formula.ids() {
        if !ids.contains_key(id) {
            let known = ids.keys().copied().filter(|known| *known != value.id).collect::<Vec<_>>().join(", ");
            let message = format!("there is no value `{id}` in this report; there are {known}");
            return Err(refused(&pointer, "unknown_value", message));
        }
    }
    let formula = formulas::replace(&formula, &|id| ids.get(id).map(|at| Formula::Value(super::value_name(*at))));
    Ok(Meaning { formula, format: Format::Decimal, label: value.id.clone() })
}

fn check_aggregate(aggregate: Aggregate, column: &ColumnDef, pointer: &str) -> Result<(), Invalid> {
    let allowed = match aggregate {
        Aggregate::Count | Aggregate::CountDistinct => true,
        Aggregate::Sum | Aggregate::Avg => column.ty.is_number(),
        Aggregate::Min | Aggregate::Max => column.ty != ValueType::Bool,
    };
    if allowed {
        return Ok(());
    }
    let word = Aggregate::ALL.iter().find(|(known, _)| *known == aggregate).map_or("", |(_, word)| word);
    Err(refused(pointer, "wrong_type", format!("`{word}` is not defined for {}, which is not a number", column.label)))
}

fn unknown_measure(name: &str, pointer: &str, model: &Model) -> Invalid {
    let object = name.split('.').next().unwrap_or_default();
    let message = match model.catalog().object(object) {
        None => format!("there is no measure `{name}`: it begins with an object, such as deal.count"),
        Some(object) => {
            let named = NAMED_MEASURES.iter().filter(|measure| measure.object == object.name).map(NamedMeasure::path);
            let known = [format!("{}.count", object.name)].into_iter().chain(named).collect::<Vec<_>>().join(", ");
            format!(
                "there is no measure `{name}`; there are {known}, and each number field with _sum, _avg, _min, _max, \
                 _count or _count_distinct"
            )
        }
    };
    refused(pointer, "unknown_measure", message)
}

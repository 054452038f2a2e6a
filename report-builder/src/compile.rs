//! From a specification to a plan: names are resolved, measures are aggregated at their home,
//! homes are combined on the grouping keys, then formulas, ranks and limits follow.
//!
//! Reading order: `source` reads one object with everything to-one it needs; `condition` makes
//! predicates; `measure` makes aggregates; `groups` resolves the keys; `arrange` computes
//! formulas, order, top and limits. [`compile`] is the table of contents.

mod arrange;
mod condition;
mod formulas;
mod groups;
mod literal;
mod measure;
mod source;

use std::sync::Arc;

use catalog::{Invalid, Principal};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use query_service::rel::{
    AggregateCall, AggregateFunction, Expr, GroupingSets, JoinKind, Literal, Measure, Named, Rel, ValueType, Zone,
};

use crate::{
    Error,
    calendar::{self, DayRange},
    fault::refused,
    model::{Model, PathError},
    spec::{Format, ReportSpec},
};
use groups::{Key, Keys};
use measure::{Measures, Value};

/// Most records a plan may answer: cells and totals together.
const MAX_RECORDS: u64 = 1_000_000;

/// Everything outside the specification that a report depends on.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// What the caller can report on: all names of a specification are looked up in it.
    pub model: &'a Model,
    /// What there is: the same path means the same way to everybody, or is refused.
    pub whole: &'a Model,
    /// Who asks.
    pub caller: &'a Principal,
    /// The moment that relative dates are relative to.
    pub now: DateTime<Utc>,
    /// The zone that days are counted in when the specification does not say.
    pub zone: Tz,
}

/// A plan and what its columns mean.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The plan, for either engine.
    pub rel: Rel,
    /// What its columns mean.
    pub layout: Layout,
}

/// What the columns of a plan mean.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The row fields.
    pub rows: Vec<LayoutColumn>,
    /// The column fields.
    pub columns: Vec<LayoutColumn>,
    /// The values.
    pub values: Vec<LayoutColumn>,
    /// Whether there is a column that marks the row of everything else.
    pub others: bool,
    /// Which totals the specification asks for, and which exist.
    pub totals: crate::spec::TotalsSpec,
    /// Most rows shown.
    pub limit: u64,
    /// Whether totals cover more than the rows shown.
    pub totals_cover_all: bool,
    /// The zone that days were counted in.
    pub zone: Tz,
    /// The days that relative dates stood for.
    pub ranges: Vec<ResolvedRange>,
}

/// One column of a plan and how it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutColumn {
    /// Id in the specification.
    pub id: String,
    /// Label for people.
    pub label: String,
    /// How it is shown.
    pub format: Format,
    /// Its type.
    pub ty: ValueType,
    /// Its name in the plan.
    pub name: String,
    /// Name in the plan of the number that orders its values, where that is not the value itself.
    pub order: Option<String>,
}

/// What a relative date stood for in one run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ResolvedRange {
    /// JSON pointer of the condition.
    pub pointer: String,
    /// First day.
    pub from: NaiveDate,
    /// Day after the last.
    pub until: NaiveDate,
}

/// What all steps of one compilation share.
#[derive(Debug)]
struct Context<'a> {
    situation: Situation<'a>,
    zone: Tz,
    zone_table: Arc<Zone>,
    today: NaiveDate,
    ranges: Vec<ResolvedRange>,
    sources: usize,
}

impl Context<'_> {
    fn range(&mut self, pointer: &str, range: DayRange) -> DayRange {
        let known = ResolvedRange { pointer: pointer.to_owned(), from: range.from, until: range.until };
        if !pointer.is_empty() && !self.ranges.contains(&known) {
            self.ranges.push(known);
        }
        range
    }

    /// A prefix for column names that no other source of the plan has.
    fn prefix(&mut self) -> String {
        self.sources += 1;
        format!("s{}", self.sources)
    }
}

/// Compiles a specification.
///
/// # Errors
/// The first name, type or combination that has no meaning, with its JSON pointer.
pub fn compile(spec: &ReportSpec, situation: Situation<'_>) -> Result<Compiled, Error> {
    let zone = match &spec.time_zone {
        Some(name) => name.parse::<Tz>().map_err(|_unknown| {
            let message = format!("`{name}` is not a time zone such as Europe/Berlin");
            refused("/time_zone", "unknown_time_zone", message)
        })?,
        None => situation.zone,
    };
    let today = calendar::local_day(situation.now, zone);
    let zone_table = calendar::zone_table(zone);
    let mut context = Context { situation, zone, zone_table, today, ranges: Vec::new(), sources: 0 };
    let mut measures = Measures::bind(spec, &mut context)?;
    let keys = groups::bind(spec, &mut measures, &mut context)?;
    arrange::check(spec, &keys, &measures)?;
    let top = match &spec.top {
        Some(top) if top.others => Some(top_keys(spec, &keys, &measures, &mut context)?),
        Some(_) | None => None,
    };
    let sets = grouping(spec, &keys, top.is_some());
    let combined = combine(spec, &keys.all(), (&measures, &sets, top.as_ref()), &mut context)?;
    let valued = formulas::values(combined, &measures)?;
    let rel = arrange::arrange(valued, spec, (&keys, &measures, &sets))?;
    let layout = layout(spec, &keys, &measures, (&context, top.is_some(), &sets));
    Ok(Compiled { rel, layout })
}

/// Which combinations of keys are grouped by, as bit masks of the keys that are not.
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "grouping sets is the word of SQL")]
struct Sets {
    /// Number of keys, the marker of everything else included.
    width: usize,
    /// Key positions of each grouping; the first is the finest.
    sets: Vec<Vec<usize>>,
    /// Mask of the totals of rows over all columns, if they are computed.
    row_mask: i64,
    /// Whether there is a marker key, right after the row keys.
    others: bool,
}

fn grouping(spec: &ReportSpec, keys: &Keys, others: bool) -> Sets {
    let rows = keys.rows.len() + usize::from(others);
    let width = rows + keys.columns.len();
    let pivot = !keys.columns.is_empty();
    let by_value = spec.top.is_some()
        || !spec.having.is_empty()
        || spec.sort.iter().any(|sort| spec.values.iter().any(|value| value.id == sort.by));
    let wanted = spec.totals;
    let mut sets: Vec<Vec<usize>> = vec![(0..width).collect()];
    if pivot && (wanted.rows || by_value) {
        sets.push((0..rows).collect());
    }
    if pivot && wanted.columns && rows > 0 {
        sets.push((rows..width).collect());
    }
    let grand = if pivot { wanted.grand } else { wanted.columns || wanted.grand };
    if grand && rows > 0 {
        sets.push(Vec::new());
    }
    sets.dedup();
    let row_mask = (rows..width).map(|position| 1_i64 << position.min(62)).sum();
    Sets { width, sets, row_mask, others }
}

/// Aggregates every home at home and combines the results: each record has the values of one
/// grouping and one combination of keys.
///
/// Homes are united with nulls in each other's columns and folded with `max`: every home has at
/// most one row per grouping and combination, so the fold changes no value, and no null-safe
/// join is needed.
fn combine(
    spec: &ReportSpec,
    keys: &[&Key],
    (measures, sets, top): (&Measures, &Sets, Option<&Rel>),
    context: &mut Context<'_>,
) -> Result<Rel, Error> {
    let names = key_names(keys, sets);
    let mut homes = Vec::new();
    for home in measures.homes() {
        let aggregated = home_rel(spec, (&home, keys), (measures, sets, top), context)?;
        let mut items: Vec<Named> = names.iter().map(|name| named(name, Expr::column(name))).collect();
        items.push(named("mask", Expr::column("mask")));
        for (at, base) in measures.bases.iter().enumerate() {
            let name = base_name(at);
            let own = base.home == home;
            let value = if own { Expr::column(&name) } else { Expr::Literal(Literal::Null(base.ty)) };
            items.push(named(&name, value));
        }
        homes.push(aggregated.project(items));
    }
    let single = homes.len() == 1;
    let united = if single { homes.remove(0) } else { fold_homes(homes, &names, measures) };
    let mut items: Vec<Named> = names.iter().map(|name| named(name, Expr::column(name))).collect();
    items.push(named("mask", Expr::column("mask")));
    for (at, base) in measures.bases.iter().enumerate() {
        let name = base_name(at);
        let value = Expr::column(&name);
        // A home without a row for a group counted nothing there.
        let counted = base.counts() && !single;
        let value = if counted { Expr::Coalesce(vec![value, Expr::Literal(Literal::Int(0))]) } else { value };
        items.push(named(&name, value));
    }
    Ok(united.project(items))
}

fn fold_homes(homes: Vec<Rel>, names: &[String], measures: &Measures) -> Rel {
    let fold = |at: usize| Measure {
        name: base_name(at),
        call: AggregateCall { function: AggregateFunction::Max(Expr::column(&base_name(at))), filter: None },
    };
    let keys = names.iter().cloned().chain(["mask".to_owned()]).collect();
    Rel::UnionAll { inputs: homes }.aggregate(keys, (0..measures.bases.len()).map(fold).collect())
}

/// One home: its records with everything to-one, filtered, grouped, aggregated.
fn home_rel(
    spec: &ReportSpec,
    (home, keys): (&str, &[&Key]),
    (measures, sets, top): (&Measures, &Sets, Option<&Rel>),
    context: &mut Context<'_>,
) -> Result<Rel, Error> {
    let mut source = source::Source::new(home, context);
    let mut items = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        items.push(named(&key_name(at), key.expr(home, &mut source, context)?));
    }
    let mut calls = Vec::new();
    for (at, base) in measures.bases.iter().enumerate().filter(|(_, base)| base.home == home) {
        let (function, mut needed) = base.function(at, &mut source, context)?;
        items.append(&mut needed);
        let mut filters = Vec::new();
        for filter in &base.filters {
            filters.push(condition::predicate(filter, &mut source, context)?);
        }
        let filter = (!filters.is_empty()).then(|| {
            items.push(named(&format!("f{at}"), Expr::And(filters)));
            Expr::column(&format!("f{at}"))
        });
        calls.push(Measure { name: base_name(at), call: AggregateCall { function, filter } });
    }
    if items.is_empty() {
        items.push(named("nothing", Expr::Literal(Literal::Bool(true))));
    }
    if let Some(filter) = &spec.condition {
        condition::restrict(filter, &mut source, context)?;
    }
    let mut rel = source.read(context)?.project(items.clone());
    if let Some(top) = top {
        rel = mark_others(rel, spec, (keys, &items), top);
    }
    let names = key_names(keys, sets);
    if sets.sets.len() == 1 {
        let mut out: Vec<Named> = names.iter().map(|name| named(name, Expr::column(name))).collect();
        out.push(named("mask", Expr::Literal(Literal::Int(0))));
        out.extend(calls.iter().map(|call| named(&call.name, Expr::column(&call.name))));
        return Ok(rel.aggregate(names, calls).project(out));
    }
    let grouping = GroupingSets::Sets { sets: sets.sets.clone(), mask: "mask".to_owned() };
    Ok(Rel::Aggregate { input: Box::new(rel), keys: names, sets: grouping, measures: calls })
}

/// Replaces the row keys of records outside the top by nulls and marks them.
fn mark_others(rel: Rel, spec: &ReportSpec, (keys, items): (&[&Key], &[Named]), top: &Rel) -> Rel {
    let per = spec.top.as_ref().map(|top| top.per.as_slice()).unwrap_or_default();
    let pairs = (0..spec.rows.len()).map(|at| (key_name(at), format!("p{at}"))).collect();
    let outside = || Expr::column("inside").is_null();
    let joined = rel.join_nulls_equal(top.clone(), JoinKind::Left, pairs);
    let marked = items.iter().enumerate().map(|(at, item)| {
        let own = Expr::column(&item.name);
        let key = keys.get(at).filter(|key| at < spec.rows.len() && !per.contains(&key.id));
        let value = match key {
            Some(_) => Expr::Case { branches: vec![(outside().not(), own)], otherwise: None },
            None => own,
        };
        named(&item.name, value)
    });
    joined.project(marked.chain([named("others", outside())]).collect())
}

/// The row keys of the top groups, as `p0, p1, …`, with a marker `inside`.
fn top_keys(spec: &ReportSpec, keys: &Keys, measures: &Measures, context: &mut Context<'_>) -> Result<Rel, Error> {
    let plain = Keys { rows: keys.rows.clone(), columns: Vec::new() };
    let sets =
        Sets { width: plain.rows.len(), sets: vec![(0..plain.rows.len()).collect()], row_mask: 0, others: false };
    let combined = combine(spec, &plain.all(), (measures, &sets, None), context)?;
    let valued = formulas::values(combined, measures)?;
    let ranked = arrange::top_only(valued, spec, &plain, measures)?;
    let mut items: Vec<Named> =
        (0..plain.rows.len()).map(|at| named(&format!("p{at}"), Expr::column(&key_name(at)))).collect();
    items.push(named("inside", Expr::Literal(Literal::Bool(true))));
    Ok(ranked.project(items))
}

fn layout(
    spec: &ReportSpec,
    keys: &Keys,
    measures: &Measures,
    (context, others, sets): (&Context<'_>, bool, &Sets),
) -> Layout {
    let column = |(at, key): (usize, &Key), shift: usize| LayoutColumn {
        id: key.id.clone(),
        label: key.label.clone(),
        format: key.format,
        ty: key.ty,
        name: key_name(at + shift),
        order: key.ordered().then(|| format!("order{}", at + shift)),
    };
    let value = |(at, value): (usize, &Value)| LayoutColumn {
        id: value.id.clone(),
        label: value.label.clone(),
        format: value.format,
        ty: value.ty,
        name: value_name(at),
        order: None,
    };
    let totals = crate::spec::TotalsSpec {
        rows: spec.totals.rows && !keys.columns.is_empty(),
        columns: sets.sets.len() > 1 && (spec.totals.columns || spec.totals.grand),
        grand: spec.totals.grand || (keys.columns.is_empty() && spec.totals.columns),
    };
    Layout {
        rows: keys.rows.iter().enumerate().map(|pair| column(pair, 0)).collect(),
        columns: keys.columns.iter().enumerate().map(|pair| column(pair, keys.rows.len())).collect(),
        values: measures.values.iter().enumerate().map(value).collect(),
        others,
        totals,
        limit: spec.limit,
        totals_cover_all: !spec.having.is_empty() || spec.top.as_ref().is_some_and(|top| !top.others),
        zone: context.zone,
        ranges: context.ranges.clone(),
    }
}

/// Names of the grouping columns: row keys, the marker, column keys.
fn key_names(keys: &[&Key], sets: &Sets) -> Vec<String> {
    let mut names: Vec<String> = (0..keys.len()).map(key_name).collect();
    if sets.others {
        let columns = sets.width - 1 - keys.iter().filter(|key| key.in_row).count();
        names.insert(names.len() - columns, "others".to_owned());
    }
    names
}

fn key_name(at: usize) -> String {
    format!("k{at}")
}

fn base_name(at: usize) -> String {
    format!("b{at}")
}

fn value_name(at: usize) -> String {
    format!("v{at}")
}

fn named(name: &str, expr: Expr) -> Named {
    Named { name: name.to_owned(), expr }
}

fn path_refused(pointer: &str, error: &PathError) -> Invalid {
    let code = match error {
        PathError::NotAPath(_) | PathError::TooLong(_) => "invalid_path",
        PathError::UnknownObject { .. } => "unknown_object",
        PathError::UnknownField { .. } => "unknown_field",
        PathError::ToMany { .. } | PathError::Unreachable { .. } => "to_many",
        PathError::NotALink { .. } => "not_a_link",
        PathError::Json(_) => "wrong_type",
        PathError::Unrelated { .. } => "unrelated",
        PathError::Ambiguous { .. } => "ambiguous",
    };
    refused(pointer, code, error.to_string())
}

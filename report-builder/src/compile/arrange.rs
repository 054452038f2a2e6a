//! What comes after the aggregates: having, top, order, limit.
//!
//! A report with columns has several records per row: one per cell, one for the row's total. What
//! decides about a row is its total, so windows over the row's records carry the total to the
//! cells, and ranks number rows, not records.

use catalog::Invalid;
use query_service::rel::{Comparison, Expr, Literal, Named, Rel, SortKey, WindowFunction, WindowItem};
use serde_json::Value as Json;

use super::{
    MAX_RECORDS, Measures, Sets,
    groups::{Key, Keys},
    key_name, literal, named, value_name,
};
use crate::{
    Error,
    fault::refused,
    spec::{HavingSpec, Operator, ReportSpec, SortSpec, TopSpec},
};

/// Checks that order, top and having name what is there.
pub(super) fn check(spec: &ReportSpec, keys: &Keys, measures: &Measures) -> Result<(), Invalid> {
    let known_value = |id: &str, pointer: &str| {
        if measures.position(id).is_some() {
            return Ok(());
        }
        let known = measures.values.iter().map(|value| value.id.as_str()).collect::<Vec<_>>().join(", ");
        Err(refused(pointer, "unknown_value", format!("there is no value `{id}`; there are {known}")))
    };
    for having in &spec.having {
        known_value(&having.value, &format!("{}/value", having.pointer))?;
        number(having, measures)?;
    }
    for sort in &spec.sort {
        if !keys.rows.iter().any(|key| key.id == sort.by) {
            known_value(&sort.by, &format!("{}/by", sort.pointer))?;
        }
    }
    let Some(top) = &spec.top else { return Ok(()) };
    known_value(&top.by, &format!("{}/by", top.pointer))?;
    if keys.rows.is_empty() {
        return Err(refused(&top.pointer, "conflict", "`top` needs row fields to choose from"));
    }
    for (at, per) in top.per.iter().enumerate() {
        if !keys.rows.iter().any(|key| key.id == *per) {
            let known = keys.rows.iter().map(|key| key.id.as_str()).collect::<Vec<_>>().join(", ");
            let message = format!("`{per}` is not a row field; there are {known}");
            return Err(refused(&format!("{}/per/{at}", top.pointer), "unknown_field", message));
        }
    }
    if top.others && !spec.having.is_empty() {
        let message = "`others` holds everything that is not in the top, so it cannot be combined with `having`";
        return Err(refused(&format!("{}/others", top.pointer), "conflict", message));
    }
    Ok(())
}

/// The whole plan: rows that pass, ranked, limited and in order, each with its cells and totals.
pub(super) fn arrange(
    rel: Rel,
    spec: &ReportSpec,
    (keys, measures, sets): (&Keys, &Measures, &Sets),
) -> Result<Rel, Error> {
    let rows = Rows { spec, keys, measures, sets };
    let mut rel = rows.mark(rel)?;
    for having in &spec.having {
        rel = rows.having(rel, having)?;
    }
    if let Some(top) = spec.top.as_ref().filter(|top| !top.others) {
        rel = rows.top(rel, top);
    }
    rel = rows.rank(rel);
    let limit = Expr::Literal(Literal::Int(i64::try_from(spec.limit).unwrap_or(i64::MAX)));
    rel = rel.filter(Rows::or_total(Expr::column("rank").compare(Comparison::LessOrEqual, limit)));
    Ok(rel.project(rows.output()).sort(rows.record_order()).limit(MAX_RECORDS))
}

/// The rows of the top, for a report that folds the others into one row.
pub(super) fn top_only(rel: Rel, spec: &ReportSpec, keys: &Keys, measures: &Measures) -> Result<Rel, Error> {
    let width = keys.rows.len();
    let sets = Sets { width, sets: vec![(0..width).collect()], row_mask: 0, others: false };
    let rows = Rows { spec, keys, measures, sets: &sets };
    let rel = rows.mark(rel)?;
    match &spec.top {
        Some(top) => Ok(rows.top(rel, top)),
        None => Ok(rel),
    }
}

struct Rows<'a> {
    spec: &'a ReportSpec,
    keys: &'a Keys,
    measures: &'a Measures,
    sets: &'a Sets,
}

impl Rows<'_> {
    /// Adds `in_row` (the record belongs to a row, it is not a total over rows), the order of the
    /// keys, and for each value that decides about rows its value for the whole row.
    fn mark(&self, rel: Rel) -> Result<Rel, Error> {
        let mut items: Vec<Named> =
            rel.columns()?.iter().map(|column| named(&column.name, Expr::column(&column.name))).collect();
        let masks = vec![Literal::Int(0), Literal::Int(self.sets.row_mask)];
        let belongs = Expr::InList { expr: Box::new(Expr::column("mask")), list: masks };
        items.push(named("in_row", belongs));
        let mut windows = Vec::new();
        for (at, key) in self.keys.all().into_iter().enumerate() {
            let Some(order) = key.order_expr(&key_name(at)) else { continue };
            if !key.in_row {
                items.push(named(&format!("order{at}"), order));
                continue;
            }
            items.push(named(&format!("o{at}"), order));
            windows.push(WindowItem {
                name: format!("order{at}"),
                function: WindowFunction::Min(Expr::column(&format!("o{at}"))),
                partition_by: vec!["in_row".to_owned(), key_name(at)],
                order_by: Vec::new(),
            });
        }
        for at in self.deciding() {
            let whole_row =
                Expr::column("mask").compare(Comparison::Equal, Expr::Literal(Literal::Int(self.sets.row_mask)));
            let branches = vec![(whole_row, Expr::column(&value_name(at)))];
            windows.push(WindowItem {
                name: format!("x{at}"),
                function: WindowFunction::Max(Expr::Case { branches, otherwise: None }),
                partition_by: self.row_partition(),
                order_by: Vec::new(),
            });
        }
        let rel = rel.project(items);
        Ok(if windows.is_empty() { rel } else { rel.window(windows) })
    }

    /// Values that decide about rows; without columns each row has one record and its own value.
    fn deciding(&self) -> Vec<usize> {
        if self.keys.columns.is_empty() {
            return Vec::new();
        }
        let having = self.spec.having.iter().map(|having| &having.value);
        let sort = self.spec.sort.iter().map(|sort| &sort.by);
        let top = self.spec.top.iter().map(|top| &top.by);
        let wanted: std::collections::BTreeSet<usize> =
            having.chain(sort).chain(top).filter_map(|id| self.measures.position(id)).collect();
        wanted.into_iter().collect()
    }

    /// The column that holds a value for the whole row.
    fn row_value(&self, id: &str) -> Option<String> {
        let at = self.measures.position(id)?;
        Some(if self.keys.columns.is_empty() { value_name(at) } else { format!("x{at}") })
    }

    fn row_partition(&self) -> Vec<String> {
        let keys = (0..self.keys.rows.len()).map(key_name);
        let others = self.sets.others.then(|| "others".to_owned());
        ["in_row".to_owned()].into_iter().chain(keys).chain(others).collect()
    }

    fn or_total(kept: Expr) -> Expr {
        Expr::Or(vec![Expr::column("in_row").not(), kept])
    }

    fn having(&self, rel: Rel, having: &HavingSpec) -> Result<Rel, Error> {
        let Some(value) = self.row_value(&having.value) else { return Ok(rel) };
        let than = Expr::Literal(number(having, self.measures)?);
        let op = match having.operator {
            Operator::Equal => Comparison::Equal,
            Operator::Less => Comparison::Less,
            Operator::LessOrEqual => Comparison::LessOrEqual,
            Operator::Greater => Comparison::Greater,
            Operator::GreaterOrEqual => Comparison::GreaterOrEqual,
            Operator::NotEqual
            | Operator::In
            | Operator::NotIn
            | Operator::Between
            | Operator::InRange
            | Operator::Empty
            | Operator::NotEmpty
            | Operator::Contains
            | Operator::StartsWith
            | Operator::EndsWith => Comparison::DistinctFrom,
        };
        Ok(rel.filter(Self::or_total(Expr::column(&value).compare(op, than))))
    }

    fn top(&self, rel: Rel, top: &TopSpec) -> Rel {
        let Some(by) = self.row_value(&top.by) else { return rel };
        let by = if top.ascending { SortKey::ascending(&by) } else { SortKey::descending(&by) };
        let per = self.keys.rows.iter().enumerate().filter(|(_, key)| top.per.contains(&key.id));
        let partition = ["in_row".to_owned()].into_iter().chain(per.map(|(at, _)| key_name(at)));
        let place = WindowItem {
            name: "place".to_owned(),
            function: WindowFunction::DenseRank,
            partition_by: partition.collect(),
            order_by: [by].into_iter().chain(self.key_order()).collect(),
        };
        let most = Expr::Literal(Literal::Int(i64::try_from(top.count).unwrap_or(i64::MAX)));
        let kept = Self::or_total(Expr::column("place").compare(Comparison::LessOrEqual, most));
        rel.window(vec![place]).filter(kept)
    }

    /// Numbers the rows in their order and says how many there are.
    fn rank(&self, rel: Rel) -> Rel {
        let rank = WindowItem {
            name: "rank".to_owned(),
            function: WindowFunction::DenseRank,
            partition_by: vec!["in_row".to_owned()],
            order_by: self.row_order(),
        };
        let groups = WindowItem {
            name: "groups".to_owned(),
            function: WindowFunction::Max(Expr::column("rank")),
            partition_by: vec!["in_row".to_owned()],
            order_by: Vec::new(),
        };
        rel.window(vec![rank]).window(vec![groups])
    }

    fn row_order(&self) -> Vec<SortKey> {
        let mut order = Vec::new();
        if self.sets.others {
            order.push(SortKey::ascending("others"));
        }
        for sort in &self.spec.sort {
            order.extend(self.sort_keys(sort));
        }
        if let Some(top) = self.spec.top.as_ref().filter(|_| self.spec.sort.is_empty()) {
            let per = self.keys.rows.iter().enumerate().filter(|(_, key)| top.per.contains(&key.id));
            order.extend(per.flat_map(|(at, key)| one_key(at, key, false)));
            let by = self.row_value(&top.by);
            order.extend(by.map(|by| if top.ascending { SortKey::ascending(&by) } else { SortKey::descending(&by) }));
        }
        order.extend(self.key_order());
        if order.is_empty() {
            order.push(SortKey::ascending("in_row"));
        }
        order
    }

    fn sort_keys(&self, sort: &SortSpec) -> Vec<SortKey> {
        let key = self.keys.rows.iter().enumerate().find(|(_, key)| key.id == sort.by);
        if let Some((at, key)) = key {
            return one_key(at, key, sort.descending);
        }
        let by = self.row_value(&sort.by);
        by.map(|by| if sort.descending { SortKey::descending(&by) } else { SortKey::ascending(&by) })
            .into_iter()
            .collect()
    }

    /// All row keys, so that the order is total and the same in both engines.
    fn key_order(&self) -> Vec<SortKey> {
        self.keys.rows.iter().enumerate().flat_map(|(at, key)| one_key(at, key, false)).collect()
    }

    fn output(&self) -> Vec<Named> {
        let mut names = vec!["mask".to_owned(), "in_row".to_owned(), "rank".to_owned(), "groups".to_owned()];
        if self.sets.others {
            names.push("others".to_owned());
        }
        for (at, key) in self.keys.all().into_iter().enumerate() {
            names.push(key_name(at));
            names.extend(key.ordered().then(|| format!("order{at}")));
        }
        names.extend((0..self.measures.values.len()).map(value_name));
        names.iter().map(|name| named(name, Expr::column(name))).collect()
    }

    fn record_order(&self) -> Vec<SortKey> {
        let columns = self.keys.rows.len()..self.keys.rows.len() + self.keys.columns.len();
        [SortKey::descending("in_row"), SortKey::ascending("rank"), SortKey::ascending("mask")]
            .into_iter()
            .chain(columns.map(|at| SortKey::ascending(&key_name(at))))
            .collect()
    }
}

fn one_key(at: usize, key: &Key, descending: bool) -> Vec<SortKey> {
    let direction = |name: &str| SortKey { column: name.to_owned(), descending, nulls_first: false };
    let order = key.ordered().then(|| direction(&format!("order{at}")));
    order.into_iter().chain([direction(&key_name(at))]).collect()
}

/// The number a value is compared with.
fn number(having: &HavingSpec, measures: &Measures) -> Result<Literal, Invalid> {
    let pointer = format!("{}/than", having.pointer);
    let ty = measures.position(&having.value).and_then(|at| measures.values.get(at)).map(|value| value.ty);
    let Some(scale) = ty.and_then(query_service::rel::ValueType::scale) else {
        let message = format!("`{}` is not a number", having.value);
        return Err(refused(&format!("{}/value", having.pointer), "wrong_type", message));
    };
    let number = literal::decimal(&Json::String(having.than.clone()), &pointer)?;
    number
        .map(|number| literal::fit(number, 38, scale))
        .ok_or_else(|| refused(&pointer, "wrong_type", "must be a number"))
}

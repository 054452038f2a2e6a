//! From names to positions: binding a mapping to a header and an object.

use std::{collections::BTreeSet, sync::Arc};

use catalog::{Catalog, FieldDef, FieldKind, ObjectDef};
use chrono::NaiveTime;
use chrono_tz::Tz;

use super::{BoundLookup, Cleaning, FieldRule, Origin, Plan, Reading, times};
use crate::import::{
    Error, MatchPolicy,
    automatic::{self, plain},
    mapping::Mapping,
    rule::{EntryType, Lookup, OnMissing, Rule, RuleTable},
    template::Template,
};

/// Binds a mapping to a file and an object.
///
/// # Errors
/// A name that the file or the object does not have, options that do not go together, a required
/// field that nothing fills.
pub(crate) fn bind(
    mapping: &Mapping,
    catalog: &Arc<Catalog>,
    object: &ObjectDef,
    header: &[String],
) -> Result<Plan, Error> {
    let binder = Binder { mapping, catalog, object, header };
    let cleaning = binder.cleaning();
    let mut rules = Vec::new();
    if mapping.columns.is_empty() && mapping.fields.is_empty() {
        binder.automatic(&mut rules)?;
    }
    binder.columns(&mut rules)?;
    binder.fields(&mut rules)?;
    let times = times::bind(&binder, &rules)?;
    let ignored = binder.unmapped(&mut rules, &times)?;
    binder.no_field_twice(&rules)?;
    let plan = Plan {
        object: object.clone(),
        catalog: Arc::clone(catalog),
        cleaning,
        rules,
        match_field: mapping.match_field.clone(),
        policy: mapping.policy.unwrap_or_default(),
        times,
        ignored,
    };
    check_match(&plan)?;
    check_required(&plan, header)?;
    Ok(plan)
}

pub(super) struct Binder<'b> {
    pub(super) mapping: &'b Mapping,
    catalog: &'b Arc<Catalog>,
    pub(super) object: &'b ObjectDef,
    header: &'b [String],
}

impl Binder<'_> {
    /// The position of a column.
    pub(super) fn column(&self, at: &str, name: &str) -> Result<usize, Error> {
        let exact = self.header.iter().position(|column| column == name.trim());
        let found = exact.or_else(|| self.header.iter().position(|column| plain(column) == plain(name)));
        found.ok_or_else(|| {
            let columns = self.header.join(", ");
            Error::mapping(at, format!("the file has no column `{name}`; it has {columns}"))
        })
    }

    /// How dates and numbers are read, as far as the rule does not say otherwise.
    pub(super) fn reading(&self, at: &str, table: &RuleTable) -> Result<Reading, Error> {
        let Mapping { dates, numbers, time, .. } = self.mapping;
        let zone = table.zone.as_ref().or(dates.zone.as_ref()).map_or("UTC", String::as_str);
        let zone: Tz = zone.parse().map_err(|error| {
            Error::mapping(at, format!("`{zone}` is not a time zone such as Europe/Berlin: {error}"))
        })?;
        let hour = time.at.as_deref().unwrap_or("00:00");
        let hour = NaiveTime::parse_from_str(hour, "%H:%M").map_err(|error| {
            Error::mapping("time.at", format!("`{hour}` is not a time of day such as 12:00: {error}"))
        })?;
        let formats = table.format.as_ref().map_or_else(|| dates.formats.clone(), |format| vec![format.clone()]);
        if let Some(format) = formats.iter().find(|format| !is_strptime(format)) {
            return Err(Error::mapping(at, format!("`{format}` is not a date format such as %d-%m-%Y")));
        }
        let reading = Reading {
            default: table.default.clone(),
            formats,
            zone,
            at: hour,
            decimal: table.decimal.or(numbers.decimal).unwrap_or('.'),
            thousands: table.thousands.or(numbers.thousands),
            entry_type: table.entry_type.unwrap_or_default(),
        };
        if reading.thousands == Some(reading.decimal) {
            return Err(Error::mapping(at, "decimal and thousands separator are the same"));
        }
        Ok(reading)
    }

    fn cleaning(&self) -> Vec<Cleaning> {
        let mut cleaning: Vec<Cleaning> = Vec::with_capacity(self.header.len());
        for column in self.header {
            let rule = self.mapping.columns.iter().find(|(name, _)| *name == column || plain(name) == plain(column));
            let own = rule.map_or_else(Cleaning::default, |(_, rule)| Cleaning::of(&rule.long));
            let null_words = own.null_words.iter().chain(&self.mapping.null_words).cloned().collect();
            cleaning.push(Cleaning { null_words, replace: own.replace });
        }
        cleaning
    }

    fn automatic(&self, rules: &mut Vec<FieldRule>) -> Result<(), Error> {
        for (index, field) in automatic::fields(self.object, self.header).into_iter().enumerate() {
            let Some(field) = field else { continue };
            rules.push(self.rule(&self.header[index], field, Origin::Column(index, Cleaning::default()), None)?);
        }
        Ok(())
    }

    fn columns(&self, rules: &mut Vec<FieldRule>) -> Result<(), Error> {
        for (name, rule) in &self.mapping.columns {
            let at = format!("columns.{name}");
            if rule.long.column.is_some() || rule.long.template.is_some() || rule.long.value.is_some() {
                let reason = "column, template and value belong under [fields]; a rule under [columns] has its column";
                return Err(Error::mapping(&at, reason));
            }
            let Some(field) = rule.short.as_ref().or(rule.long.field.as_ref()) else {
                return Err(Error::mapping(&at, "say which `field` the column fills"));
            };
            let origin = Origin::Column(self.column(&at, name)?, Cleaning::default());
            rules.push(self.target(&at, field, origin, &rule.long)?);
        }
        Ok(())
    }

    fn fields(&self, rules: &mut Vec<FieldRule>) -> Result<(), Error> {
        for (name, rule) in &self.mapping.fields {
            let at = format!("fields.{name}");
            if rule.long.field.as_ref().is_some_and(|field| field != name) {
                return Err(Error::mapping(&at, "the field is named twice, and differently"));
            }
            let origin = self.origin(&at, rule)?;
            rules.push(self.target(&at, name, origin, &rule.long)?);
        }
        Ok(())
    }

    fn origin(&self, at: &str, rule: &Rule) -> Result<Origin, Error> {
        let RuleTable { column, template, value, .. } = &rule.long;
        match (rule.short.as_ref().or(column.as_ref()), template, value) {
            (Some(name), None, None) => Ok(Origin::Column(self.column(at, name)?, Cleaning::of(&rule.long))),
            (None, Some(template), None) => {
                let template = Template::parse(template)?;
                for name in template.columns() {
                    self.column(at, name)?;
                }
                Ok(Origin::Template(template))
            }
            (None, None, Some(toml::Value::String(text))) => Ok(Origin::Constant(text.clone())),
            (None, None, Some(value)) => Ok(Origin::Constant(value.to_string())),
            _ => Err(Error::mapping(at, "give exactly one of `column`, `template` and `value`")),
        }
    }

    fn target(&self, at: &str, target: &str, origin: Origin, table: &RuleTable) -> Result<FieldRule, Error> {
        let (name, entry) = match target.split_once('.') {
            Some((name, entry)) => (name, Some(entry)),
            None => (target, None),
        };
        let field = self.object.field(name).ok_or_else(|| {
            let fields: Vec<&str> = self.object.fields.iter().map(|field| field.name.as_str()).collect();
            Error::mapping(at, format!("{} has no field `{name}`; it has {}", self.object.label, fields.join(", ")))
        })?;
        if field.computed {
            return Err(Error::mapping(at, format!("{} is set by the system", field.label)));
        }
        let mut rule = self.rule(at, field, origin, Some(table))?;
        if let Some(entry) = entry {
            if field.kind != FieldKind::Json {
                return Err(Error::mapping(at, format!("{} has no entries; only JSON fields have", field.label)));
            }
            rule.entry = Some(entry.to_owned());
        }
        Ok(rule)
    }

    fn rule(&self, at: &str, field: &FieldDef, origin: Origin, table: Option<&RuleTable>) -> Result<FieldRule, Error> {
        let reading = self.reading(at, table.unwrap_or(&RuleTable::default()))?;
        let lookup = self.lookup(at, field, table.and_then(|table| table.lookup.as_ref()))?;
        Ok(FieldRule { field: field.clone(), entry: None, origin, reading, lookup })
    }

    fn lookup(&self, at: &str, field: &FieldDef, asked: Option<&Lookup>) -> Result<Option<BoundLookup>, Error> {
        let FieldKind::Link { object } = &field.kind else {
            let refused = asked.map(|_| Error::mapping(at, format!("{} is not a link to a record", field.label)));
            return refused.map_or(Ok(None), Err);
        };
        let options = asked.cloned().unwrap_or_default();
        if options.object.as_ref().is_some_and(|asked| asked != object) {
            return Err(Error::mapping(at, format!("{} links to a {object}", field.label)));
        }
        let missing = || Error::mapping(at, format!("there is no object `{object}`"));
        let target = self.catalog.object(object).ok_or_else(missing)?.clone();
        let by = match options.by.as_deref() {
            None | Some("name") => target.title.clone(),
            Some("id") => "id".to_owned(),
            Some(name) if target.field(name).is_some() => name.to_owned(),
            Some(name) => return Err(Error::mapping(at, format!("{} has no field `{name}`", target.label))),
        };
        let mut named = options.within.keys().chain(options.create.keys());
        if let Some(name) = named.find(|name| target.field(name).is_none()) {
            return Err(Error::mapping(at, format!("{} has no field `{name}`", target.label)));
        }
        if options.on_missing == OnMissing::Create && by == "id" {
            return Err(Error::mapping(at, "a record cannot be made from an id"));
        }
        Ok(Some(BoundLookup { object: target, by, options }))
    }

    fn columns_of(&self, origin: &Origin) -> Result<Vec<usize>, Error> {
        match origin {
            Origin::Column(index, _) => Ok(vec![*index]),
            Origin::Template(template) => template.columns().map(|name| self.column("template", name)).collect(),
            Origin::Constant(_) => Ok(Vec::new()),
        }
    }

    /// Puts the columns that no rule uses where the mapping wants them.
    fn unmapped(&self, rules: &mut Vec<FieldRule>, times: &super::Times) -> Result<Vec<String>, Error> {
        let mut used = vec![false; self.header.len()];
        for rule in rules.iter() {
            for index in self.columns_of(&rule.origin)? {
                used[index] = true;
            }
        }
        for index in times.steps.iter().map(|step| step.column).chain(times.column) {
            used[index] = true;
        }
        let left: Vec<usize> = (0..used.len()).filter(|&index| !used[index]).collect();
        let has_attributes = self.object.field("attributes").is_some();
        let target = self.mapping.unmapped.as_deref().unwrap_or(if has_attributes { "attributes" } else { "ignore" });
        if target == "ignore" {
            return Ok(left.into_iter().map(|index| self.header[index].clone()).collect());
        }
        let field = self.object.field(target).filter(|field| field.kind == FieldKind::Json);
        let wrong = || Error::mapping("unmapped", format!("`{target}` is neither `ignore` nor a JSON field"));
        let field = field.ok_or_else(wrong)?;
        for index in left {
            let origin = Origin::Column(index, Cleaning::default());
            let rule = self.rule("unmapped", field, origin, None)?;
            rules.push(FieldRule { entry: Some(plain(&self.header[index])), ..rule });
        }
        Ok(Vec::new())
    }

    fn no_field_twice(&self, rules: &[FieldRule]) -> Result<(), Error> {
        let mut seen: BTreeSet<(&str, Option<&str>)> = BTreeSet::new();
        for rule in rules {
            let target = (rule.field.name.as_str(), rule.entry.as_deref());
            let whole = (rule.field.name.as_str(), None);
            if !seen.insert(target) || (rule.entry.is_some() && seen.contains(&whole)) {
                let name = rule.entry.as_ref().map_or(String::new(), |entry| format!(".{entry}"));
                let reason = format!("{}{name} of {} is filled by two rules", rule.field.name, self.object.label);
                return Err(Error::mapping("columns", reason));
            }
        }
        Ok(())
    }
}

impl Cleaning {
    fn of(table: &RuleTable) -> Self {
        Self { null_words: table.null.iter().cloned().collect(), replace: table.replace.clone() }
    }
}

/// Whether every `%` begins something that a date format has.
fn is_strptime(format: &str) -> bool {
    let items = chrono::format::StrftimeItems::new(format);
    format.contains('%') && items.into_iter().all(|item| item != chrono::format::Item::Error)
}

fn check_match(plan: &Plan) -> Result<(), Error> {
    let Some(name) = &plan.match_field else {
        if plan.policy == MatchPolicy::Create {
            return Ok(());
        }
        return Err(Error::mapping("match", "to skip or update, say by which field rows are matched"));
    };
    let Some(index) = plan.rule(name) else {
        return Err(Error::mapping("match", format!("no column fills `{name}`, so rows cannot be matched by it")));
    };
    let comparable = match plan.rules[index].field.kind {
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Integer { .. }
        | FieldKind::Choice { .. }
        | FieldKind::Link { .. } => true,
        FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Bool
        | FieldKind::Date
        | FieldKind::DateTime
        | FieldKind::Json => false,
    };
    if !comparable {
        return Err(Error::mapping("match", format!("rows cannot be matched by `{name}`")));
    }
    Ok(())
}

/// Refuses a plan under which no row could become a record.
fn check_required(plan: &Plan, header: &[String]) -> Result<(), Error> {
    let columns = header.join(", ");
    if !plan.rules.iter().any(|rule| matches!(rule.origin, Origin::Column(..)) && rule.entry.is_none()) {
        let templates = plan.rules.iter().any(|rule| matches!(rule.origin, Origin::Template(_)));
        if !templates {
            let object = &plan.object.label;
            let reason = format!(
                "no column of the file is a field of {object}; the first line must name the columns, but reads: {columns}"
            );
            return Err(Error::mapping("columns", reason));
        }
    }
    if plan.policy == MatchPolicy::Update {
        return Ok(()); // rows that are there need no more than what changes
    }
    let missing = |field: &&FieldDef| {
        field.required && field.default.is_none() && !field.computed && !plan.fields().contains(field.name.as_str())
    };
    match plan.object.fields.iter().find(missing) {
        None => Ok(()),
        Some(field) => {
            let (field, object) = (&field.label, &plan.object.label);
            let reason = format!("nothing fills {field}, which every {object} must have; the file has {columns}");
            Err(Error::mapping("columns", reason))
        }
    }
}

impl Reading {
    /// How ISO dates of the mapping itself are read.
    pub(super) fn iso(&self) -> Self {
        Self { formats: Vec::new(), default: None, entry_type: EntryType::Text, ..self.clone() }
    }
}

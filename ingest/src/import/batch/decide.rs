//! What is to be done with each row, without writing anything.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
};

use catalog::{Policy, policy};
use serde_json::Value;
use sqlx::PgConnection;

use super::{Importer, Writes};
use crate::import::{
    Error, MatchPolicy,
    lookup::NewLink,
    matching::{Existing, existing, taken},
    outcome::{Outcome, Reject},
    rows::{Row, imports_for_others},
    versions::{of_existing, of_new},
    write::{new_row, next_row},
};

/// The writes that some rows come to.
#[derive(Debug, Default)]
pub(super) struct Decided {
    /// New records; those that others link to first.
    pub inserts: BTreeMap<usize, Writes>,
    /// Further versions, one per record in each round.
    pub updates: BTreeMap<usize, Writes>,
    /// What becomes of the rows if the writes succeed.
    pub outcome: Outcome,
    /// Fingerprints of what will be stored.
    pub stored: Vec<u64>,
    /// Linked records to make first.
    pub links: Vec<NewLink>,
}

/// What is known about a batch before its rows are decided.
struct Known {
    policy: Policy,
    existing: HashMap<String, Existing>,
    /// Values of unique fields, by field, that are taken in the database or by an earlier row.
    taken: BTreeMap<String, HashSet<String>>,
    /// Match keys of earlier rows of the batch.
    seen: HashSet<String>,
}

impl Importer {
    pub(super) async fn decide(
        &self,
        tx: &mut PgConnection,
        rows: &[&Row],
        stages: &[Option<Value>],
    ) -> Result<Decided, Error> {
        let mut known = self.known(tx, rows).await?;
        let mut decided = Decided::default();
        let mut links = BTreeSet::new();
        for row in rows {
            match self.decide_row(row, stages, &mut known, &mut decided) {
                Ok(Done::Written) => links.extend(row.new_links.iter().cloned()),
                Ok(Done::Skipped) => decided.outcome.skipped += 1,
                Err(reason) => decided.outcome.rejects.push(Reject::of_row(row.index, row.line, reason)),
            }
        }
        decided.links = links.into_iter().collect();
        Ok(decided)
    }

    async fn known(&self, tx: &mut PgConnection, rows: &[&Row]) -> Result<Known, Error> {
        let plan = &self.plan;
        let mut existing_rows = HashMap::new();
        if let Some(field) = plan.match_field.as_ref().filter(|_| plan.policy != MatchPolicy::Create) {
            let keys: Vec<String> = rows.iter().filter_map(|row| row.key(field)).collect();
            existing_rows = existing(tx, plan, &keys, plan.policy == MatchPolicy::Update).await?;
        }
        let mut all_taken = BTreeMap::new();
        for field in plan.object.fields.iter().filter(|field| field.unique) {
            let values: Vec<String> = rows.iter().filter_map(|row| row.key(&field.name)).collect();
            all_taken.insert(field.name.clone(), taken(tx, plan, &field.name, &values).await?);
        }
        Ok(Known {
            policy: policy(&self.caller, &plan.object),
            existing: existing_rows,
            taken: all_taken,
            seen: HashSet::new(),
        })
    }

    fn decide_row(
        &self,
        row: &Row,
        stages: &[Option<Value>],
        known: &mut Known,
        decided: &mut Decided,
    ) -> Result<Done, String> {
        let match_field = self.plan.match_field.as_ref().filter(|_| self.plan.policy != MatchPolicy::Create);
        let Some(field) = match_field else { return self.create(row, stages, known, decided) };
        let Some(key) = row.key(field) else { return self.create(row, stages, known, decided) };
        let repeated = !known.seen.insert(key.clone()) || self.imagined.contains(&fingerprint(field, &key));
        match (self.plan.policy, known.existing.get(&key)) {
            (MatchPolicy::Skip, Some(_)) => Ok(Done::Skipped),
            (MatchPolicy::Skip, None) if repeated => Ok(Done::Skipped),
            (MatchPolicy::Update, Some(existing)) => {
                self.update(row, stages, (field, existing, &known.policy), decided)
            }
            (MatchPolicy::Update, None) if repeated => {
                decided.outcome.updated += 1; // of a dry run, whose new records are not there to compare
                Ok(Done::Written)
            }
            (MatchPolicy::Create | MatchPolicy::Skip | MatchPolicy::Update, _) => {
                self.create(row, stages, known, decided)
            }
        }
    }

    fn create(
        &self,
        row: &Row,
        stages: &[Option<Value>],
        known: &mut Known,
        decided: &mut Decided,
    ) -> Result<Done, String> {
        let plan = &self.plan;
        for (field, taken) in &known.taken {
            let Some(value) = row.key(field) else { continue };
            if taken.contains(&value) || self.imagined.contains(&fingerprint(field, &value)) {
                let object = plan.object.label.to_lowercase();
                return Err(format!("{field}: another {object} already has `{value}`"));
            }
        }
        let mut versions = of_new(plan, row, stages, self.now)?.into_iter();
        let Some(mut first) = versions.next() else { return Ok(Done::Skipped) };
        if plan.object.field("owner_id").is_some() && !imports_for_others(&self.caller) {
            first.values.insert("owner_id".to_owned(), Value::String(self.caller.user_id.to_string()));
        }
        let insert = new_row(&plan.object, row.id, first.at, &first.values)?;
        let rest = versions.map(|version| next_row(&plan.object, row.id, version.at, &version.values));
        let rest = rest.collect::<Result<Vec<_>, _>>()?;
        decided.inserts.entry(row.depth).or_default().push(row.index, insert);
        for (round, version) in rest.into_iter().enumerate() {
            decided.updates.entry(round).or_default().push(row.index, version);
        }
        decided.outcome.created += 1;
        for (field, taken) in &mut known.taken {
            if let Some(value) = row.key(field) {
                decided.stored.push(fingerprint(field, &value));
                taken.insert(value);
            }
        }
        if let Some((field, key)) = plan.match_field.as_ref().and_then(|field| Some((field, row.key(field)?))) {
            decided.stored.push(fingerprint(field, &key));
        }
        Ok(Done::Written)
    }

    fn update(
        &self,
        row: &Row,
        stages: &[Option<Value>],
        (field, existing, policy): (&str, &Existing, &Policy),
        decided: &mut Decided,
    ) -> Result<Done, String> {
        let object = &self.plan.object;
        if existing.count > 1 {
            let (count, plural) = (existing.count, object.plural_label.to_lowercase());
            return Err(format!("{field}: {count} {plural} match; match by a field that tells them apart"));
        }
        let id_in = |column: &str| match column {
            "id" => Some(existing.id),
            "owner_id" => existing.owner_id,
            link => existing.fields.get(link)?.as_deref()?.parse().ok(),
        };
        if !policy.update || !policy.changeable.includes(id_in) {
            return Err(format!("{field}: you may not change the {} it matches", object.label.to_lowercase()));
        }
        let told = of_new(&self.plan, row, stages, self.now)?;
        let versions = of_existing(object, told, existing, self.now)?;
        if versions.is_empty() {
            return Ok(Done::Skipped);
        }
        let rows = versions.into_iter().map(|version| next_row(object, existing.id, version.at, &version.values));
        for (round, version) in rows.collect::<Result<Vec<_>, _>>()?.into_iter().enumerate() {
            decided.updates.entry(round).or_default().push(row.index, version);
        }
        decided.outcome.updated += 1;
        Ok(Done::Written)
    }
}

enum Done {
    Written,
    Skipped,
}

/// Eight bytes that stand for a value; among ten million values, two clash with a chance of
/// 3 in a million, and then a dry run reports one row too many as repeated.
fn fingerprint(field: &str, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (field, value).hash(&mut hasher);
    hasher.finish()
}

//! Who gets a new lead that nobody owns: the first rule that matches decides, in turn or by load.
//!
//! A rule that gives out leads is locked until the lead is stored, so that leads that come in at the
//! same moment are given out one after the other and the same leads always go to the same people.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    Result,
    records::{Batch, Draft},
};

#[derive(Debug, FromRow)]
struct Rule {
    id: Uuid,
    conditions: Option<Json<Map<String, Value>>>,
    strategy: String,
    /// Active members, in the order of the rule.
    members: Vec<Uuid>,
}

impl Rule {
    /// Whether every condition holds; words match in any case of letters.
    fn matches(&self, draft: &Draft) -> bool {
        let holds = |(field, wanted): (&String, &Value)| {
            let value = draft.after(field);
            match wanted {
                Value::Array(any) => any.iter().any(|one| same(one, value)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                    same(wanted, value)
                }
            }
        };
        self.conditions.as_ref().is_none_or(|conditions| conditions.iter().all(holds))
    }
}

fn same(wanted: &Value, value: &Value) -> bool {
    match (wanted.as_str(), value.as_str()) {
        (Some(wanted), Some(value)) => wanted.trim().to_lowercase() == value.trim().to_lowercase(),
        _ => wanted == value,
    }
}

/// Gives each new lead without an owner to a member of the first rule that matches; without one it stays
/// everybody's.
pub(super) async fn give_out(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    let unowned = |draft: &Draft| draft.alive() && draft.after("owner_id").is_null();
    if !drafts.iter().any(unowned) {
        return Ok(());
    }
    let rules: Vec<Rule> = sqlx::query_as(include_str!("../../sql/assignment_rules.sql")).fetch_all(&mut *tx).await?;
    let mut wanted: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, draft) in drafts.iter().enumerate().filter(|(_, draft)| unowned(draft)) {
        if let Some(rule) = rules.iter().position(|rule| rule.matches(draft)) {
            wanted.entry(rule).or_default().push(place);
        }
    }
    // Rules are locked in the order of their ids, whatever their positions.
    let mut wanted: Vec<(&Rule, Vec<usize>)> =
        wanted.into_iter().filter_map(|(rule, places)| rules.get(rule).map(|rule| (rule, places))).collect();
    wanted.sort_by_key(|(rule, _)| rule.id);
    for (rule, places) in wanted {
        let owners = owners(tx, rule, places.len()).await?;
        for (place, owner) in places.into_iter().zip(owners) {
            if let Some(draft) = drafts.get_mut(place) {
                draft.set(batch.object, "owner_id", &json!(owner));
            }
        }
    }
    Ok(())
}

/// The owners of the next `count` leads of a rule; the rule is locked from here on.
async fn owners(tx: &mut PgConnection, rule: &Rule, count: usize) -> Result<Vec<Uuid>> {
    let sql = "insert into assignment_turns as t (rule_id, given) values ($1, $2)
               on conflict (rule_id) do update set given = t.given + excluded.given
               returning given - $2";
    let count_given = i64::try_from(count).unwrap_or(i64::MAX);
    let turn = sqlx::query_scalar(sql).bind(rule.id).bind(count_given);
    let turn: i64 = turn.fetch_one(&mut *tx).await?;
    let members = &rule.members;
    if rule.strategy == "round_robin" {
        let start = usize::try_from(turn).unwrap_or_default();
        return Ok((0..count).filter_map(|step| members.get((start + step) % members.len())).copied().collect());
    }
    let loads = sqlx::query_as(include_str!("../../sql/open_leads.sql")).bind(members);
    let loads: Vec<(Uuid, i64)> = loads.fetch_all(tx).await?;
    let mut loads: BTreeMap<Uuid, i64> = loads.into_iter().collect();
    let mut owners = Vec::with_capacity(count);
    for _ in 0..count {
        let least = members.iter().min_by_key(|member| loads.get(member).copied().unwrap_or_default());
        let Some(owner) = least else { break };
        *loads.entry(*owner).or_default() += 1;
        owners.push(*owner);
    }
    Ok(owners)
}

/// Ids named in a list of members; `None` when it is no list of ids.
pub(super) fn members(value: &Value) -> Option<BTreeSet<Uuid>> {
    let ids = value.as_array()?.iter().map(|id| id.as_str().and_then(|id| Uuid::parse_str(id).ok()));
    ids.collect()
}

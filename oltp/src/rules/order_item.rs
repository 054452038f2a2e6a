//! Order items: their amount is computed, their owner is the order's, and the order's total is
//! their sum.

use std::{collections::BTreeMap, str::FromStr};

use catalog::Invalid;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Error, Result,
    records::{Batch, Draft, FollowUp, Record, Verb, locked},
};

const ORDER: &str = "order";

/// Computes amounts and owners; the orders stay locked until their totals are written.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    let orders = orders(tx, batch, drafts).await?;
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        let order = draft.link_after("order_id").and_then(|id| orders.get(&id));
        let deleted = order.is_none_or(|order| order.get("deleted_at").is_some_and(|at| !at.is_null()));
        if deleted && batch.verb != Verb::Delete {
            let message = "the order is deleted; restore it first";
            draft.refuse(Error::conflict("order_deleted", Invalid::field("order_id", "order_deleted", message)));
            continue;
        }
        if matches!(batch.verb, Verb::Create | Verb::Update) {
            if let Some(owner) = order.and_then(|order| order.get("owner_id")) {
                draft.set(batch.object, "owner_id", owner);
            }
            set_amount(draft, batch);
        }
    }
    Ok(())
}

/// Brings the totals of the orders concerned up to date.
pub(super) async fn after(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<Vec<FollowUp>> {
    let object = batch.catalog.object(ORDER).ok_or_else(|| Error::unknown_object(ORDER))?;
    let mut latest = BTreeMap::new();
    for draft in drafts {
        for id in order_ids(draft) {
            let at = latest.entry(id).or_insert(draft.effective_at);
            *at = draft.effective_at.max(*at);
        }
    }
    let ids: Vec<Uuid> = latest.keys().copied().collect();
    let totals = totals(tx, &ids).await?;
    let orders = locked(tx, object, &ids, ("true", None)).await?;
    let follow_ups = orders.into_iter().filter_map(|(id, record)| {
        let mut draft = Draft::follow_up(id, record, *latest.get(&id)?);
        let total = totals.get(&id).map_or("0.00", String::as_str);
        draft.set(object, "total_amount", &json!(total));
        Some(FollowUp { object: ORDER, verb: Verb::Update, draft })
    });
    Ok(follow_ups.collect())
}

/// The sum of the live items of each order that has some; one entry per order.
pub(super) async fn totals(tx: &mut PgConnection, orders: &[Uuid]) -> Result<BTreeMap<Uuid, String>> {
    let totals: Vec<(Uuid, String)> = sqlx::query_as(
        "select order_id, coalesce(sum(amount), 0)::numeric(38, 2)::text
         from order_items
         where order_id = any($1) and deleted_at is null
         group by order_id",
    )
    .bind(orders)
    .fetch_all(tx)
    .await?;
    Ok(totals.into_iter().collect())
}

fn order_ids(draft: &Draft) -> impl Iterator<Item = Uuid> {
    let before = draft.before("order_id").as_str().and_then(|id| Uuid::parse_str(id).ok());
    before.into_iter().chain(draft.link_after("order_id"))
}

async fn orders(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<BTreeMap<Uuid, Record>> {
    let object = batch.catalog.object(ORDER).ok_or_else(|| Error::unknown_object(ORDER))?;
    let alive = drafts.iter().filter(|draft| draft.alive());
    let ids: std::collections::BTreeSet<Uuid> = alive.flat_map(order_ids).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    locked(tx, object, &ids, ("true", None)).await
}

/// Sets the amount; one that is given and wrong is refused, so that nothing changes silently.
fn set_amount(draft: &mut Draft, batch: &Batch<'_>) {
    let number = |name: &str| match draft.after(name) {
        Value::Number(number) => Decimal::from_str(&number.to_string()).ok(),
        Value::String(text) => Decimal::from_str(text).ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let (Some(quantity), Some(price)) = (number("quantity"), number("unit_price")) else {
        return; // required fields: absent ones are refused by the catalogue
    };
    let Some(amount) = line_amount(quantity, price, number("discount").unwrap_or_default()) else {
        draft.refuse(Invalid::field("quantity", "out_of_range", "quantity times price is too large"));
        return;
    };
    let amount = json!(amount.to_string());
    if draft.changing("amount") && draft.after("amount") != &amount && !draft.after("amount").is_null() {
        let message =
            format!("Amount follows from quantity, price and discount: {}", amount.as_str().unwrap_or_default());
        draft.refuse(Invalid::field("amount", "derived", message));
        return;
    }
    draft.set(batch.object, "amount", &amount);
}

/// `quantity * unit_price * (1 - discount / 100)`, rounded half to even at two digits.
///
/// **Units**: price and answer in the order's currency, discount in percent. `None` when the
/// product has more digits than an exact number holds.
fn line_amount(quantity: Decimal, unit_price: Decimal, discount: Decimal) -> Option<Decimal> {
    let rest = Decimal::ONE_HUNDRED.checked_sub(discount)?;
    let amount = quantity.checked_mul(unit_price)?.checked_mul(rest)?.checked_div(Decimal::ONE_HUNDRED)?;
    let mut rounded = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven);
    rounded.rescale(2);
    Some(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(quantity: &str, price: &str, discount: &str) -> String {
        let number = |text| Decimal::from_str(text).expect("a number");
        line_amount(number(quantity), number(price), number(discount)).map_or("-".to_owned(), |n| n.to_string())
    }

    #[test]
    fn amounts_are_rounded_half_to_even() {
        assert_eq!(amount("3", "19.99", "0"), "59.97");
        assert_eq!(amount("1", "0.25", "50"), "0.12");
        assert_eq!(amount("1", "0.35", "50"), "0.18");
        assert_eq!(amount("2", "10", "12.5"), "17.50");
        assert_eq!(amount("1000000", "9999999999999999.99", "0"), "9999999999999999990000.00");
    }
}

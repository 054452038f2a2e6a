//! What one line costs.

use std::str::FromStr;

use catalog::Invalid;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use crate::records::{Batch, Draft};

/// Sets the amount; one that is given and wrong is refused, so that nothing changes silently.
pub(super) fn set(draft: &mut Draft, batch: &Batch<'_>) {
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

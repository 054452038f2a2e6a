//! Deal items: the products and services of a deal, and what they are worth.

use super::{Names, integer, link, money, part, percent, text};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names {
        name: "deal_item",
        table: "deal_items",
        label: "Deal item",
        plural_label: "Deal items",
        title: "description",
    };
    part(
        &names,
        Writers::Reps,
        vec![
            link("deal_id", "Deal", "deal").required(),
            link("product_id", "Product", "product"),
            text("description", "Description", 200),
            integer("quantity", "Quantity", 1, 1_000_000).required().default(1),
            money("unit_price", "Unit price").required(),
            percent("discount", "Discount"),
            money("amount", "Amount").help("Quantity times unit price, less the discount."),
        ],
        &["deal_id"],
    )
}

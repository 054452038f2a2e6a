//! Orders and their items: what was sold.

use super::{Names, choice, date, external_id, integer, link, money, owned, percent, text};
use crate::{ObjectDef, Writers};

pub(super) fn order() -> ObjectDef {
    let names = Names { name: "order", table: "orders", label: "Order", plural_label: "Orders", title: "number" };
    owned(
        &names,
        Writers::Reps,
        vec![
            text("number", "Number", 60).required().unique().searchable(),
            choice("status", "Status", &["draft", "placed", "shipped", "completed", "cancelled", "returned"])
                .required()
                .default("placed"),
            date("ordered_on", "Ordered on").required(),
            money("total_amount", "Total"),
            super::currency(),
            link("company_id", "Company", "company"),
            link("contact_id", "Contact", "contact"),
            link("deal_id", "Deal", "deal"),
            external_id(),
        ],
    )
}

pub(super) fn order_item() -> ObjectDef {
    let names = Names {
        name: "order_item",
        table: "order_items",
        label: "Order item",
        plural_label: "Order items",
        title: "description",
    };
    owned(
        &names,
        Writers::Reps,
        vec![
            link("order_id", "Order", "order").required(),
            link("product_id", "Product", "product"),
            text("description", "Description", 200),
            integer("quantity", "Quantity", 1, 1_000_000).required().default(1),
            money("unit_price", "Unit price").required(),
            percent("discount", "Discount"),
            money("amount", "Amount").help("Quantity times unit price, less the discount."),
            integer("stock_taken", "Taken from stock", 0, 1_000_000).required().computed().default(0),
        ],
    )
}

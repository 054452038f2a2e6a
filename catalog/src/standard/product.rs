//! Products: what we sell.

use super::{Names, choice, external_id, flag, integer, long_text, money, shared, text};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names { name: "product", table: "products", label: "Product", plural_label: "Products", title: "name" };
    shared(
        &names,
        Writers::Managers,
        vec![
            text("name", "Name", 200).required().searchable(),
            text("sku", "SKU", 60).searchable(),
            text("series", "Series", 120),
            long_text("description", "Description"),
            money("price", "Price"),
            super::currency(),
            integer("stock_quantity", "In stock", -1_000_000_000, 1_000_000_000).required().default(0),
            choice("stock_policy", "Stock", &["untracked", "tracked", "backorder"])
                .required()
                .default("untracked")
                .help("Whether orders move the stock, and whether it may be sold before it is there."),
            flag("active", "Active").default(true),
            external_id(),
        ],
    )
}

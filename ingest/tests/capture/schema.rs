//! Two small tables with every type that the catalogue uses.

use uuid::Uuid;
use warehouse::{ColumnSpec, TableSpec};

pub(crate) const TABLES: &str = "
create table items (
    id uuid primary key,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    version bigint not null default 1,
    name text not null,
    amount numeric(18,2),
    active boolean,
    due date,
    body text,
    extra jsonb
);
create table parts (
    id uuid primary key,
    updated_at timestamptz not null default now(),
    version bigint not null default 1,
    item_id uuid,
    quantity bigint not null
);
create table noise (id bigserial primary key, filler text);
";

pub(crate) fn specs() -> Vec<TableSpec> {
    vec![
        table(
            "items",
            &[
                ("id", "uuid"),
                ("created_at", "timestamp with time zone"),
                ("updated_at", "timestamp with time zone"),
                ("deleted_at", "timestamp with time zone"),
                ("version", "bigint"),
                ("name", "text"),
                ("amount", "numeric(18,2)"),
                ("active", "boolean"),
                ("due", "date"),
                ("body", "text"),
                ("extra", "jsonb"),
            ],
        ),
        table(
            "parts",
            &[
                ("id", "uuid"),
                ("updated_at", "timestamp with time zone"),
                ("version", "bigint"),
                ("item_id", "uuid"),
                ("quantity", "bigint"),
            ],
        ),
    ]
}

/// The nth id of a test.
pub(crate) fn id(number: u64) -> Uuid {
    Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0000 + u128::from(number))
}

fn table(name: &str, columns: &[(&str, &str)]) -> TableSpec {
    let columns = columns.iter().map(|(name, pg_type)| ColumnSpec {
        name: (*name).to_owned(),
        pg_type: (*pg_type).to_owned(),
        nullable: *name != "id",
    });
    TableSpec { name: name.to_owned(), columns: columns.collect() }
}

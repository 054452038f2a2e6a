//! The schema and the catalogue say the same, in both directions.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, FieldDef, FieldKind};
use oltp::testing::Cluster;
use sqlx::Row;

/// Tables that are not objects, and therefore not captured.
const OTHER_TABLES: &[&str] = &[
    "_sqlx_migrations",
    "account_links",
    "api_tokens",
    "assignment_turns",
    "audit_chain",
    "audit_erasures",
    "audit_log",
    "audit_seal",
    "avatars",
    "bookmarks",
    "collaborators",
    "confirmed_emails",
    "custom_fields",
    "custom_objects",
    "document_versions",
    "documents",
    "erasures",
    "external_identities",
    "idempotency_keys",
    "import_files",
    "job_problems",
    "job_records",
    "jobs",
    "lead_conversions",
    "login_failures",
    "mails",
    "notification_preferences",
    "notifications",
    "outbox",
    "recovery_codes",
    "refresh_tokens",
    "reminders",
    "second_factors",
    "security_log",
    "sessions",
    "stored_files",
    "used_sign_ins",
    "user_credentials",
    "webhook_deliveries",
    "webhooks",
    "workflow_runs",
];

/// Every field of the catalogue with its table.
fn fields() -> Vec<(String, FieldDef)> {
    let objects = Catalog::standard().objects.into_iter();
    objects.flat_map(|object| object.fields.into_iter().map(move |field| (object.table.clone(), field))).collect()
}

#[tokio::test]
async fn every_column_of_the_catalogue_exists_with_its_type_and_no_other() {
    let cluster = Cluster::start().await;
    let oltp = cluster.oltp().await;
    let sql = "select c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull
               from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
               where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
               order by c.relname, a.attnum";
    let mut stored: BTreeMap<String, BTreeSet<(String, String, bool)>> = BTreeMap::new();

    for row in sqlx::query(sql).fetch_all(oltp.pool()).await.expect("columns") {
        stored.entry(row.get(0)).or_default().insert((row.get(1), row.get(2), row.get(3)));
    }

    for object in &Catalog::standard().objects {
        let required = |name: &str| object.field(name).map_or(name != "deleted_at", |field| field.required);
        let described: BTreeSet<_> =
            object.columns().map(|(name, pg_type)| (name.to_owned(), pg_type, required(name))).collect();
        assert_eq!(stored.remove(&object.table), Some(described), "{}", object.table);
    }
    let others: BTreeSet<String> = OTHER_TABLES.iter().map(|&table| table.to_owned()).collect();
    assert_eq!(stored.into_keys().collect::<BTreeSet<_>>(), others);
}

#[tokio::test]
async fn choices_ranges_links_and_unique_fields_are_named_constraints() {
    let cluster = Cluster::start().await;
    let oltp = cluster.oltp().await;
    let sql = "select conname::text from pg_constraint where connamespace = 'public'::regnamespace
               union
               select indexname::text from pg_indexes
               where schemaname = 'public' and indexdef like '%UNIQUE%deleted_at IS NULL%'";
    let stored: Vec<String> = sqlx::query_scalar(sql).fetch_all(oltp.pool()).await.expect("constraints");

    for (table, field) in fields() {
        let rule = match &field.kind {
            FieldKind::Choice { .. } => Some("known"),
            FieldKind::Integer { .. } => Some("range"),
            FieldKind::Link { .. } => Some("fkey"),
            FieldKind::Money => Some("not_negative"),
            FieldKind::Decimal { precision: 5, .. } => Some("percent"),
            FieldKind::Decimal { .. }
            | FieldKind::Text { .. }
            | FieldKind::LongText
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Bool
            | FieldKind::Date
            | FieldKind::DateTime
            | FieldKind::Json => None,
        };
        for rule in rule.into_iter().chain(field.unique.then_some("unique")) {
            let name = format!("{table}_{}_{rule}", field.name);
            assert!(stored.contains(&name), "{name}");
        }
    }
}

#[tokio::test]
async fn choices_and_ranges_are_those_of_the_catalogue() {
    let cluster = Cluster::start().await;
    let oltp = cluster.oltp().await;
    let sql = "select conname::text, pg_get_constraintdef(oid) from pg_constraint where contype = 'c'";
    let stored: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(oltp.pool()).await.expect("constraints");
    let stored: BTreeMap<String, String> = stored.into_iter().collect();

    for (table, field) in fields() {
        let name = |rule: &str| format!("{table}_{}_{rule}", field.name);
        if let FieldKind::Choice { options } = &field.kind {
            let listed: Vec<&str> = stored[&name("known")].split('\'').skip(1).step_by(2).collect();
            assert_eq!(&listed, options, "{}", name("known"));
        }
        if let FieldKind::Integer { min, max } = &field.kind {
            let rule = stored[&name("range")]
                .replace(['(', ')', '\'', '"'], "")
                .replace("::bigint", "")
                .replace("::integer", "");
            assert_eq!(rule, format!("CHECK {0} >= {min} AND {0} <= {max}", field.name));
        }
    }
}

#[tokio::test]
async fn every_foreign_key_has_an_index_that_starts_with_it() {
    let cluster = Cluster::start().await;
    let oltp = cluster.oltp().await;
    let sql = "select c.conname::text
               from pg_constraint c
               where c.contype = 'f' and not exists (
                 select 1 from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
               )";

    let bare: Vec<String> = sqlx::query_scalar(sql).fetch_all(oltp.pool()).await.expect("constraints");

    assert!(bare.is_empty(), "{bare:?}");
}

#[tokio::test]
async fn migrating_twice_applies_nothing_the_second_time() {
    let cluster = Cluster::start().await;
    let oltp = cluster.oltp().await;

    assert_eq!(oltp.migrate().await.expect("migrated"), 0);
    assert_eq!(oltp.pending_migrations().await.expect("counted"), 0);
    oltp.check_capture().await.expect("a test cluster can be captured");
}

#[tokio::test]
async fn an_order_total_follows_its_items_and_makes_a_version_only_when_it_differs() {
    let cluster = Cluster::start().await;
    let oltp = cluster.oltp().await;
    let order = uuid::Uuid::from_u128(7);
    let sql = "insert into orders (id, number, ordered_on) values ($1, 'A-1', '2026-01-05')";
    sqlx::query(sql).bind(order).execute(oltp.pool()).await.expect("an order");
    let sql = "insert into order_items (id, order_id, quantity, unit_price, discount, amount, deleted_at)
               values (gen_random_uuid(), $1, 3, 19.99, 10, null, null),
                      (gen_random_uuid(), $1, 1, 5.00, null, 4.50, null),
                      (gen_random_uuid(), $1, 9, 1000, null, null, now())";
    sqlx::query(sql).bind(order).execute(oltp.pool()).await.expect("items");

    for _ in 0..2 {
        let total: String = sqlx::query_scalar("select recalculate_order_total($1)::text")
            .bind(order)
            .fetch_one(oltp.pool())
            .await
            .expect("a total");
        assert_eq!(total, "58.47"); // 3 x 19.99 less 10 % = 53.97, plus 4.50
    }

    let sql = "select total_amount::text, version from orders where id = $1";
    let stored: (String, i64) = sqlx::query_as(sql).bind(order).fetch_one(oltp.pool()).await.expect("the order");
    assert_eq!(stored, ("58.47".to_owned(), 2));
}

#[tokio::test]
async fn customers_are_live_companies_and_contacts_with_that_lifecycle() {
    let cluster = Cluster::start().await;
    let oltp = cluster.oltp().await;
    let sql = "insert into companies (id, name, lifecycle, city, country, deleted_at) values
                 (gen_random_uuid(), 'Acme', 'customer', 'Graz', 'Austria', null),
                 (gen_random_uuid(), 'Gone', 'customer', null, null, now()),
                 (gen_random_uuid(), 'Maybe', 'prospect', null, null, null)";
    sqlx::query(sql).execute(oltp.pool()).await.expect("companies");
    let sql = "insert into contacts (id, name, lifecycle) values (gen_random_uuid(), 'Ada', 'customer')";
    sqlx::query(sql).execute(oltp.pool()).await.expect("a contact");

    let sql = "select kind, name, address from customers order by name";
    let rows: Vec<(String, String, Option<String>)> =
        sqlx::query_as(sql).fetch_all(oltp.pool()).await.expect("customers");

    let acme = ("company".to_owned(), "Acme".to_owned(), Some("Graz, Austria".to_owned()));
    assert_eq!(rows, [acme, ("contact".to_owned(), "Ada".to_owned(), None)]);
}

#[tokio::test]
async fn deleting_for_good_does_what_the_schema_says() {
    let cluster = Cluster::start().await;
    let oltp = cluster.oltp().await;
    let seed = "
        insert into users (id, username, email, name) values ('00000000-0000-7000-8000-0000000000a1', 'ada', 'a@b.c', 'Ada');
        insert into companies (id, name, owner_id)
          values ('00000000-0000-7000-8000-0000000000c1', 'Acme', '00000000-0000-7000-8000-0000000000a1');
        insert into deals (id, name, company_id)
          values ('00000000-0000-7000-8000-0000000000d1', 'Big', '00000000-0000-7000-8000-0000000000c1');
        insert into orders (id, number, ordered_on) values ('00000000-0000-7000-8000-0000000000e1', '1', '2026-01-01');
        insert into order_items (id, order_id, unit_price)
          values (gen_random_uuid(), '00000000-0000-7000-8000-0000000000e1', 1);";
    sqlx::raw_sql(seed).execute(oltp.pool()).await.expect("rows");

    let owner = sqlx::query("delete from users").execute(oltp.pool()).await.expect_err("owners stay");
    let constraint = owner.as_database_error().and_then(|error| error.constraint());
    assert_eq!(constraint, Some("companies_owner_id_fkey"));
    sqlx::raw_sql("delete from companies; delete from orders;").execute(oltp.pool()).await.expect("deleted");

    let sql = "select (select company_id from deals), (select count(*) from order_items)";
    let left: (Option<uuid::Uuid>, i64) = sqlx::query_as(sql).fetch_one(oltp.pool()).await.expect("rows");
    assert_eq!(left, (None, 0));
}

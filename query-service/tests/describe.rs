//! What people are told about the tables they can ask.

use query_service::SqlTable;

use crate::fixture::{World, admin, analyst, id, rep};

async fn table(world: &World, caller: &catalog::Principal, name: &str) -> SqlTable {
    let schema = world.service.schema(caller).await.unwrap();
    schema.tables.into_iter().find(|table| table.name == name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_told_the_rows_they_would_find_and_the_fields_they_cannot_see() {
    let mut world = World::new().await;
    let (mine, other) = (id(1).to_string(), id(2).to_string());
    for (number, owner) in [(1, &mine), (2, &mine), (3, &other)] {
        world.insert("contacts", number, &[("name", "Ann"), ("owner_id", owner), ("lifecycle", "customer")]);
    }

    assert_eq!(table(&world, &admin(), "contacts").await.rows, Some(3));
    assert_eq!(table(&world, &rep(1), "contacts").await.rows, Some(2));
    assert_eq!(table(&world, &rep(1), "customers").await.rows, Some(2));
    assert_eq!(table(&world, &rep(1), "deals").await.rows, Some(0));
    for name in ["contacts", "customers"] {
        for (caller, hidden) in [(admin(), false), (analyst(), true)] {
            let table = table(&world, &caller, name).await;
            let email = table.columns.iter().find(|column| column.name == "email").unwrap();
            assert_eq!((email.masked, &*email.label, &*email.data_type), (hidden, "E-mail", "text"), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_and_column_that_is_told_can_be_asked() {
    let world = World::new().await;

    for table in world.service.schema(&admin()).await.unwrap().tables {
        let names: Vec<&str> = table.columns.iter().map(|column| &*column.name).collect();
        let sql = format!("select {} from {}", names.join(", "), table.name);
        assert!(world.rows(&admin(), &sql).await.is_empty(), "{sql}");
        if table.history {
            assert!(world.rows(&admin(), &format!("{sql}_history")).await.is_empty(), "{sql}_history");
        }
    }
}

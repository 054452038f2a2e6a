//! Our decoder against another one, and against nonsense.

use bytes::Bytes;
use ingest::capture::pgoutput::{self, Key, Message, Tuple};
use pg_walstream::{
    ColumnData, ColumnInfo, LogicalReplicationMessage as Theirs, LogicalReplicationParser, TupleData,
    encode_message_to_bytes,
};
use proptest::prelude::*;
use sqlx::Row;
use warehouse::Cell;

use super::{schema, server::Server};

#[test]
fn a_message_cut_short_or_with_a_rest_is_refused() {
    let whole = encode_message_to_bytes(&sample_update(), 1);

    assert!(pgoutput::decode(&whole).is_ok());
    for length in 0..whole.len() {
        assert!(pgoutput::decode(&whole[..length]).is_err(), "{length} of {} bytes", whole.len());
    }
    let longer = [&whole[..], b"x"].concat();
    let error = pgoutput::decode(&longer).unwrap_err().to_string();
    assert!(error.contains("malformed replication message `U`: expected the end of the message"), "{error}");
}

#[test]
fn text_that_is_not_utf8_and_binary_cells_are_refused() {
    let mut broken = encode_message_to_bytes(&sample_update(), 1).to_vec();
    *broken.last_mut().unwrap() = 0xff;

    assert!(pgoutput::decode(&broken).is_err());
    let binary = Theirs::Insert { relation_id: 1, tuple: TupleData::new(vec![ColumnData::binary(vec![1])]) };
    assert!(pgoutput::decode(&encode_message_to_bytes(&binary, 1)).is_err());
}

#[test]
fn moments_outside_the_calendar_stay_at_its_borders() {
    assert_eq!(pgoutput::moment(0).to_string(), "2000-01-01 00:00:00 UTC");
    assert_eq!(pgoutput::moment(i64::MIN), chrono::DateTime::<chrono::Utc>::MIN_UTC);
    assert_eq!(pgoutput::moment(i64::MAX), chrono::DateTime::<chrono::Utc>::MAX_UTC);
}

#[tokio::test]
async fn both_decoders_read_the_same_from_a_real_stream() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    server.execute("create publication p for table items, parts; create domain day as date;").await;
    server.execute("select pg_create_logical_replication_slot('s', 'pgoutput')").await;
    let body = "(select string_agg(md5(n::text), '') from generate_series(1, 250) n)";
    server
        .execute(&format!(
            "insert into items (id, name, body, extra) values ('{0}', E'tab\\tline\\n ☃', {body}, '{{\"a\": [1, null]}}');
             update items set name = 'toast stays' where id = '{0}';
             update items set id = '{1}' where id = '{0}';
             begin; insert into parts (id, quantity) select gen_random_uuid(), n from generate_series(1, 50) n;
             savepoint a; delete from parts; rollback to a; delete from parts where quantity > 40; commit;
             alter table items replica identity full; update items set amount = 1.5, due = '2024-02-29';
             select pg_logical_emit_message(true, 'prefix', 'content'); delete from items;
             truncate items, parts cascade;",
            schema::id(1),
            schema::id(2)
        ))
        .await;

    let mut connection = server.connect().await;
    let read = "select data from pg_logical_slot_get_binary_changes('s', null, null,
        'proto_version', '1', 'publication_names', 'p', 'messages', 'true')";
    let messages = sqlx::query(read).fetch_all(&mut connection).await.unwrap();

    let mut kinds = String::new();
    for message in &messages {
        let bytes: Vec<u8> = message.get(0);
        kinds.push(char::from(bytes[0]));
        assert_eq!(ours(&pgoutput::decode(&bytes).unwrap()), theirs(&oracle(&bytes).unwrap()));
    }
    for kind in "BCRIUDTM".chars() {
        assert!(kinds.contains(kind), "no {kind} in {kinds}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn both_decoders_read_the_same_from_generated_messages(message in message()) {
        let bytes = encode_message_to_bytes(&message, 1);

        let decoded = pgoutput::decode(&bytes).unwrap();

        prop_assert_eq!(ours(&decoded), theirs(&message));
        prop_assert_eq!(ours(&decoded), theirs(&oracle(&bytes).unwrap()));
    }

    #[test]
    fn arbitrary_bytes_never_panic(tag in prop::sample::select(&b"BCORYIUDTMx"[..]), rest in prop::collection::vec(any::<u8>(), 0..80)) {
        let bytes = [&[tag][..], &rest].concat();

        let _refused_or_not = pgoutput::decode(&bytes);
    }

    #[test]
    fn a_damaged_message_never_panics(message in message(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = encode_message_to_bytes(&message, 1).to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;

        let _refused_or_not = pgoutput::decode(&bytes);
    }
}

fn oracle(bytes: &[u8]) -> pg_walstream::Result<Theirs> {
    LogicalReplicationParser::with_protocol_version(1).parse_wal_message(bytes).map(|message| message.message)
}

fn sample_update() -> Theirs {
    Theirs::Update {
        relation_id: 7,
        old_tuple: Some(TupleData::new(vec![ColumnData::text(b"1".to_vec()), ColumnData::null()])),
        new_tuple: TupleData::new(vec![ColumnData::unchanged(), ColumnData::text("né".into())]),
        key_type: Some('K'),
    }
}

fn message() -> impl Strategy<Value = Theirs> {
    let name = "[a-zé_]{0,12}";
    prop_oneof![
        any::<(u64, i64, u32)>().prop_map(|(final_lsn, timestamp, xid)| Theirs::Begin { final_lsn, timestamp, xid }),
        any::<(u64, u64, i64)>().prop_map(|(commit_lsn, end_lsn, timestamp)| Theirs::Commit {
            flags: 0,
            commit_lsn,
            end_lsn,
            timestamp
        }),
        (any::<u64>(), name).prop_map(|(origin_lsn, origin_name)| Theirs::Origin { origin_lsn, origin_name }),
        (any::<u32>(), name, name).prop_map(|(type_id, namespace, type_name)| Theirs::Type {
            type_id,
            namespace,
            type_name
        }),
        (any::<u32>(), name, name, columns()).prop_map(|(relation_id, namespace, relation_name, columns)| {
            Theirs::Relation {
                relation_id,
                namespace: namespace.into(),
                relation_name: relation_name.into(),
                replica_identity: b'd',
                columns,
            }
        }),
        (any::<u32>(), tuple()).prop_map(|(relation_id, tuple)| Theirs::Insert { relation_id, tuple }),
        (any::<u32>(), prop::option::of((prop::sample::select(vec!['K', 'O']), tuple())), tuple()).prop_map(
            |(relation_id, old, new_tuple)| {
                let (key_type, old_tuple) = old.unzip();
                Theirs::Update { relation_id, old_tuple, new_tuple, key_type }
            }
        ),
        (any::<u32>(), prop::sample::select(vec!['K', 'O']), tuple())
            .prop_map(|(relation_id, key_type, old_tuple)| Theirs::Delete { relation_id, old_tuple, key_type }),
        (prop::collection::vec(any::<u32>(), 0..5), 0_u8..4)
            .prop_map(|(relation_ids, flags)| Theirs::Truncate { relation_ids, flags }),
        (0_u8..2, any::<u64>(), name, prop::collection::vec(any::<u8>(), 0..20)).prop_map(
            |(flags, lsn, prefix, content)| Theirs::Message { flags, lsn, prefix, content: Bytes::from(content) }
        ),
    ]
}

fn columns() -> impl Strategy<Value = Vec<ColumnInfo>> {
    let column = (0_u8..2, "[a-zé_]{1,12}", any::<u32>(), any::<i32>());
    prop::collection::vec(
        column.prop_map(|(flags, name, oid, modifier)| ColumnInfo::new(flags, name, oid, modifier)),
        0..6,
    )
}

fn tuple() -> impl Strategy<Value = TupleData> {
    let cell = prop_oneof![
        Just(ColumnData::null()),
        Just(ColumnData::unchanged()),
        ".{0,20}".prop_map(|text: String| ColumnData::text(text.into_bytes())),
    ];
    prop::collection::vec(cell, 0..8).prop_map(TupleData::new)
}

/// One message as a line, from our decoder.
fn ours(message: &Message<'_>) -> String {
    match message {
        Message::Begin(begin) => format!("begin {} {:?} {}", begin.final_lsn.0, begin.commit_at, begin.xid),
        Message::Commit(commit) => format!("commit {} {} {:?}", commit.lsn.0, commit.end_lsn.0, commit.commit_at),
        Message::Origin { lsn, name } => format!("origin {} {name}", lsn.0),
        Message::Relation(relation) => {
            let columns = relation
                .columns
                .iter()
                .map(|column| format!("{} {} {} {}", column.key, column.name, column.type_oid, column.type_modifier));
            let columns: Vec<_> = columns.collect();
            format!(
                "relation {} {}.{} {} {columns:?}",
                relation.oid, relation.namespace, relation.name, relation.identity
            )
        }
        Message::Type { oid, namespace, name } => format!("type {oid} {namespace}.{name}"),
        Message::Insert { relation, new } => format!("insert {relation} {}", row(new)),
        Message::Update { relation, old, new } => {
            format!("update {relation} {} {}", old.as_ref().map_or_else(String::new, key), row(new))
        }
        Message::Delete { relation, old } => format!("delete {relation} {}", key(old)),
        Message::Truncate { relations, options } => format!("truncate {relations:?} {options}"),
        Message::Logical { transactional, lsn, prefix, content } => {
            format!("message {transactional} {} {prefix} {content:?}", lsn.0)
        }
    }
}

fn key(key: &Key<'_>) -> String {
    match key {
        Key::Identity(tuple) => format!("K{}", row(tuple)),
        Key::Row(tuple) => format!("O{}", row(tuple)),
    }
}

fn row(tuple: &Tuple<'_>) -> String {
    let cells = tuple.cells.iter().map(|cell| match cell {
        Cell::Null => "null".to_owned(),
        Cell::Unchanged => "unchanged".to_owned(),
        Cell::Text(text) => format!("{text:?}"),
    });
    cells.collect::<Vec<_>>().join(",")
}

/// The same line from the other decoder.
fn theirs(message: &Theirs) -> String {
    match message {
        Theirs::Begin { final_lsn, timestamp, xid } => {
            format!("begin {final_lsn} {:?} {xid}", pgoutput::moment(*timestamp))
        }
        Theirs::Commit { commit_lsn, end_lsn, timestamp, .. } => {
            format!("commit {commit_lsn} {end_lsn} {:?}", pgoutput::moment(*timestamp))
        }
        Theirs::Origin { origin_lsn, origin_name } => format!("origin {origin_lsn} {origin_name}"),
        Theirs::Relation { relation_id, namespace, relation_name, replica_identity, columns } => {
            let columns = columns.iter().map(|column| {
                format!("{} {} {} {}", column.is_key(), column.name, column.type_id, column.type_modifier)
            });
            let columns: Vec<_> = columns.collect();
            format!("relation {relation_id} {namespace}.{relation_name} {replica_identity} {columns:?}")
        }
        Theirs::Type { type_id, namespace, type_name } => format!("type {type_id} {namespace}.{type_name}"),
        Theirs::Insert { relation_id, tuple } => format!("insert {relation_id} {}", their_row(tuple)),
        Theirs::Update { relation_id, old_tuple, new_tuple, key_type } => {
            let old =
                old_tuple.as_ref().map_or_else(String::new, |old| format!("{}{}", key_type.unwrap(), their_row(old)));
            format!("update {relation_id} {old} {}", their_row(new_tuple))
        }
        Theirs::Delete { relation_id, old_tuple, key_type } => {
            format!("delete {relation_id} {key_type}{}", their_row(old_tuple))
        }
        Theirs::Truncate { relation_ids, flags } => format!("truncate {relation_ids:?} {flags}"),
        Theirs::Message { flags, lsn, prefix, content } => {
            format!("message {} {lsn} {prefix} {:?}", flags & 1 != 0, &content[..])
        }
        Theirs::StreamStart { .. }
        | Theirs::StreamStop
        | Theirs::StreamCommit { .. }
        | Theirs::StreamAbort { .. }
        | Theirs::BeginPrepare { .. }
        | Theirs::Prepare { .. }
        | Theirs::CommitPrepared { .. }
        | Theirs::RollbackPrepared { .. }
        | Theirs::StreamPrepare { .. } => panic!("not in protocol version 1: {message:?}"),
    }
}

fn their_row(tuple: &TupleData) -> String {
    let cells = tuple.columns.iter().map(|cell| match cell.data_type {
        b'n' => "null".to_owned(),
        b'u' => "unchanged".to_owned(),
        _ => format!("{:?}", std::str::from_utf8(cell.as_bytes()).unwrap()),
    });
    cells.collect::<Vec<_>>().join(",")
}

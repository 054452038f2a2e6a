//! Files that are not what they should be.

use super::workspace::{Workspace, mapping};

async fn refusal(name: &str, bytes: &[u8]) -> String {
    let workspace = Workspace::start().await;
    let path = workspace.file(name, bytes);
    let error = workspace.try_import(workspace.request("lead", &path)).await.expect_err("refused");
    assert_eq!(workspace.texts("select count(*)::text from leads").await, ["0"]);
    format!("{error}")
}

#[tokio::test(flavor = "multi_thread")]
async fn unusable_files_are_refused_with_the_reason() {
    let protected = [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &[0; 600]].concat();
    let cases: [(&str, &[u8], &str); 11] = [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"\n\n  \n", "the file is empty"),
        ("a.csv", b"name,name\nAda,Bob\n", "both called `name`"),
        ("a.csv", b"1,2\n3,4\n", "no column of the file is a field of Lead"),
        ("a.csv", b"email\na@x.example\n", "nothing fills Name"),
        ("a.csv", &[0; 64], "not a text file"),
        ("a.csv", b"name\n\x81\n", "neither UTF-8 nor windows-1252"),
        ("a.xlsx", b"name\nAda\n", "its name ends in .xlsx"),
        ("a.csv", b"PK\x03\x04rest", "its name ends in .csv"),
        ("a.xlsx", b"PK\x03\x04rest", "cannot be read"),
        ("a.xlsx", &protected, "protected by a password"),
    ];
    for (name, bytes, expected) in cases {
        let refusal = refusal(name, bytes).await;
        assert!(refusal.contains(expected), "{name}: {refusal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_lines_cost_themselves_only() {
    let workspace = Workspace::start().await;
    let csv = "name,city\nAda,Bonn\nragged\nBob,Ulm,more\n\"open,quote\nCid,\"Ul\"m\nDan,Bonn\nEve,\0\n";

    let summary = workspace.import(workspace.csv("lead", csv)).await;

    assert_eq!((summary.created, summary.rejected), (2, 5), "{summary:?}\n{}", workspace.rejects());
    assert_eq!(workspace.texts("select name from leads order by 1").await, ["Ada", "Dan"]);
    let lines: Vec<u64> = summary.first_rejects.iter().map(|reject| reject.line).collect();
    assert_eq!(lines, [3, 4, 5, 6, 8]);
}

#[tokio::test(flavor = "multi_thread")]
async fn huge_cells_cost_their_row_only() {
    let workspace = Workspace::start().await;
    let csv = format!("name,description\nAda,{}\nBob,{}\nCid,ok\n", "x".repeat(200_000), "y".repeat(3_000_000));

    let summary = workspace.import(workspace.csv("lead", &csv)).await;

    assert_eq!((summary.created, summary.rejected), (1, 2), "{summary:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_encodings_and_separators_are_found_out() {
    let workspace = Workspace::start().await;
    let windows = workspace.file("a.csv", b"name;city;estimated_value\nM\xfcller;K\xf6ln;12.5\n");
    let unicode: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain("name\tcity\nJosé\tMálaga\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let unicode = workspace.file("b.txt", unicode);

    let first = workspace.import(workspace.request("lead", &windows)).await;
    workspace.import(workspace.request("lead", &unicode)).await;

    assert_eq!(first.format, "CSV, windows-1252, separated by semicolon");
    assert_eq!(
        workspace.texts("select name || ' ' || city from leads order by 1").await,
        ["José Málaga", "Müller Köln"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_in_a_mapping_are_named() {
    let workspace = Workspace::start().await;
    let cases = [
        ("[columns]\nnome = \"name\"", "has no column `nome`"),
        ("[columns]\nname = \"title\"", "has no field `title`"),
        ("[columns]\nname = \"score\"", "set by the system"),
        ("[columns]\nname = { field = \"name\", formt = \"x\" }", "unknown field"),
        ("[columns]\nname = \"name\"\n[dates]\nformats = [\"%Q\"]", "not a date format"),
        ("[columns]\nname = \"name\"\n[dates]\nzone = \"Mars/Base\"", "not a time zone"),
        ("object = \"deal\"", "is for `deal`"),
        ("policy = \"update\"", "by which field"),
        ("match = \"email\"\npolicy = \"skip\"", "no column fills `email`"),
        ("columns = 1", "line 1"),
    ];
    for (text, expected) in cases {
        let refused = match ingest::import::Mapping::parse(text) {
            Err(error) => error.to_string(),
            Ok(mapping) => {
                let mut request = workspace.csv("lead", "name\nAda\n");
                request.mapping = mapping;
                workspace.try_import(request).await.expect_err(text).to_string()
            }
        };
        assert!(refused.contains(expected), "{text}: {refused}");
    }
    assert!(mapping("").columns.is_empty());
}

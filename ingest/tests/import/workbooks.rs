//! XLSX.

use std::path::Path;

use super::workspace::Workspace;

/// Writes the smallest workbook with one sheet of these rows of XML cells.
fn workbook(path: &Path, rows: &[&str]) {
    let rows = rows.iter().enumerate().map(|(at, cells)| format!("<row r=\"{}\">{cells}</row>", at + 1));
    let rows = rows.collect::<Vec<_>>().concat();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    let styles = format!(
        "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
    );
    let book = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"Leads\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let links = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
         <Relationship Id=\"rId2\" Type=\"{office}/styles\" Target=\"styles.xml\"/></Relationships>"
    );
    let root = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let files = [
        ("_rels/.rels", root),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", links),
        ("xl/styles.xml", styles),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    std::fs::write(path, stored_zip(&files)).expect("written");
}

/// A ZIP archive whose files are stored as they are.
///
/// **Source:** PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
fn stored_zip(files: &[(&str, String)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let size = u32::try_from(text.len()).expect("small").to_le_bytes();
        let offset = u32::try_from(archive.len()).expect("small").to_le_bytes();
        let common = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..],
            &crc32(text.as_bytes()).to_le_bytes(),
            &size,
            &size,
            &u16::try_from(name.len()).expect("short").to_le_bytes(),
            &[0, 0],
        ]
        .concat();
        archive.extend([b"PK\x03\x04", common.as_slice(), name.as_bytes(), text.as_bytes()].concat());
        directory.extend([b"PK\x01\x02\x14\0", common.as_slice(), &[0; 10], &offset, name.as_bytes()].concat());
    }
    let count = u16::try_from(files.len()).expect("few").to_le_bytes();
    let size = u32::try_from(directory.len()).expect("small").to_le_bytes();
    let offset = u32::try_from(archive.len()).expect("small").to_le_bytes();
    archive.extend(directory);
    archive.extend([b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &size, &offset, &[0, 0]].concat());
    archive
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

fn text(at: &str, text: &str) -> String {
    format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_is_read_like_a_text_file() {
    let workspace = Workspace::start().await;
    let path = workspace.file("leads.xlsx", []);
    let header = ["name", "estimated_value", "converted_at", "status"];
    let header: String = header.iter().zip(["A1", "B1", "C1", "D1"]).map(|(name, at)| text(at, name)).collect();
    let first = format!(
        "{}<c r=\"B2\"><v>12.5</v></c><c r=\"C2\" s=\"1\"><v>43000</v></c>{}",
        text("A2", "Ada"),
        text("D2", "converted")
    );
    let broken = format!("{}<c r=\"B4\" t=\"e\"><v>#DIV/0!</v></c>", text("A4", "Bob"));
    let surplus = format!("{}{}", text("A5", "Cid"), text("F5", "more"));
    workbook(&path, &[&header, &first, "", &broken, &surplus]);

    let summary = workspace.import(workspace.request("lead", &path)).await;

    assert_eq!((summary.created, summary.rejected), (1, 2), "{summary:?}");
    let row = "select name || ' ' || estimated_value || ' ' || converted_at::date from leads";
    assert_eq!(workspace.texts(row).await, ["Ada 12.50 2017-09-22"]);
    let rejects: Vec<(u64, bool)> =
        summary.first_rejects.iter().map(|reject| (reject.line, reject.reason.contains("#DIV/0!"))).collect();
    assert_eq!(rejects, [(4, true), (5, false)], "{summary:?}");
}

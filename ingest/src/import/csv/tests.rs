//! Files written by another program's writer come back as they were.

use proptest::prelude::*;

use super::*;

fn read(bytes: &[u8]) -> (Vec<Vec<String>>, Vec<u64>, usize) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), bytes).expect("written");
    let options = SourceOptions { delimiter: Some(','), quote: Some('"'), ..SourceOptions::default() };
    let source = CsvSource::open(file.path(), "x.csv", &options).expect("opened");
    let (mut rows, mut lines, mut broken) = (Vec::new(), Vec::new(), 0);
    let all = source.read(file.path(), &mut |chunk| {
        for row in 0..chunk.frame.height() {
            let cell = |column: &polars::prelude::Column| column.str().expect("text").get(row).unwrap_or("").to_owned();
            rows.push(chunk.frame.columns().iter().map(cell).collect());
        }
        lines.extend(chunk.lines);
        broken += chunk.broken.len();
        ControlFlow::Continue(())
    });
    all.expect("read");
    (rows, lines, broken)
}

proptest! {
    #[test]
    fn whatever_the_csv_crate_writes_is_read_back(
        rows in proptest::collection::vec(proptest::collection::vec("[a-z,\"'; \n\r\té€]{0,6}", 3), 1..40)
    ) {
        let mut writer = ::csv::WriterBuilder::new().quote_style(::csv::QuoteStyle::NonNumeric).from_writer(Vec::new());
        writer.write_record(["a", "b", "c"]).expect("written");
        for row in &rows {
            writer.write_record(row).expect("written");
        }
        let bytes = writer.into_inner().expect("flushed");

        let (read, lines, broken) = read(&bytes);

        prop_assert_eq!(broken, 0);
        prop_assert_eq!(lines.len(), rows.len());
        prop_assert_eq!(read, rows);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), &bytes).expect("written");
        if let Ok(source) = CsvSource::open(file.path(), "x.csv", &SourceOptions::default()) {
            source.read(file.path(), &mut |_| ControlFlow::Continue(())).ok();
        }
    }
}

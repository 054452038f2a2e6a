//! Data goes to standard output or a file, everything else to standard error.

use std::{
    io::{self, Write},
    path::Path,
};

use anyhow::Context;

/// Prints text to standard output.
///
/// # Errors
/// Standard output is closed.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

/// Tells the person something on standard error.
pub(crate) fn say(text: &str) {
    // A closed standard error leaves nobody to tell.
    drop(writeln!(io::stderr(), "{text}"));
}

/// Writes an answer to a file, or to standard output when there is none.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn write_answer(bytes: &[u8], file: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = file else {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        return Ok(out.flush()?);
    };
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    say(&format!("wrote {} ({} bytes)", path.display(), bytes.len()));
    Ok(())
}

/// An empty table with these columns.
pub(crate) fn table<const N: usize>(columns: [&str; N]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED).set_header(columns);
    table
}

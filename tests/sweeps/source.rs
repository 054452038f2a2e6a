//! The files of the repository, as the sweeps read them.

use std::fs;
use std::path::Path;

/// Folders that hold what others wrote or what a build made.
const FOREIGN_FOLDERS: [&str; 4] = ["target", "node_modules", "dist", "__generated__"];

/// One text file of the repository.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// Path from the root of the repository, with `/` between the parts.
    pub(super) path: String,
    /// What it says.
    pub(super) text: String,
}

impl SourceFile {
    /// What follows the last point of the name; empty without a point.
    pub(super) fn extension(&self) -> &str {
        Path::new(&self.path).extension().and_then(|extension| extension.to_str()).unwrap_or_default()
    }
}

/// Root of the repository.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files with one of the extensions, by path, hidden and foreign folders left out.
pub(super) fn files(extensions: &[&str]) -> Vec<SourceFile> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() && !name.starts_with('.') && !FOREIGN_FOLDERS.contains(&name.as_str()) {
                folders.push(entry.path());
            } else if kind.is_file() && extensions.iter().any(|extension| has_extension(&name, extension)) {
                found.push(read(&entry.path()));
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// The code that people write: Rust, the web client, SQL and scripts, `./leadhouse` among them.
pub(super) fn code() -> Vec<SourceFile> {
    let mut code = files(&["rs", "ts", "tsx", "sql", "sh"]);
    let script = root().join("leadhouse");
    if script.is_file() {
        code.push(read(&script));
    }
    assert!(code.len() > 20, "only {} files of code were found under {}", code.len(), root().display());
    code
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}

fn read(path: &Path) -> SourceFile {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let relative = path.strip_prefix(root()).unwrap();
    let parts: Vec<_> = relative.iter().map(|part| part.to_str().unwrap()).collect();
    SourceFile { path: parts.join("/"), text }
}

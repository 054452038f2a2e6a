//! The documents lead somewhere: every link ends at a file, every decision is linked.

use std::fs;

use super::source::{SourceFile, code, files, root};

#[test]
fn every_relative_link_of_the_documents_leads_to_a_file() {
    let mut broken = Vec::new();
    for document in documents() {
        let folder = root().join(&document.path);
        let folder = folder.parent().unwrap();
        for target in links(&document.text) {
            let outside = target.contains("://") || target.starts_with("mailto:") || target.starts_with('#');
            let path = target.split('#').next().unwrap_or_default();
            if !outside && !folder.join(path).exists() {
                broken.push(format!("{}: {target}", document.path));
            }
        }
    }
    assert!(broken.is_empty(), "these links lead nowhere: {broken:#?}");
}

#[test]
fn every_decision_is_linked_from_the_documents_or_the_code() {
    let readers: Vec<SourceFile> = documents()
        .into_iter()
        .filter(|document| ["README.md", "docs/ARCHITECTURE.md"].contains(&document.path.as_str()))
        .chain(code())
        .collect();
    let folder = root().join("docs/decisions");
    if !folder.exists() {
        return;
    }

    let mut lonely = Vec::new();
    for decision in fs::read_dir(folder).unwrap() {
        let name = decision.unwrap().file_name().into_string().unwrap();
        // `docs/decisions/0003.` in code, `decisions/0003-title.md` in documents.
        let number: String = name.chars().take_while(char::is_ascii_digit).collect();
        assert_eq!(number.len(), 4, "docs/decisions/{name} must begin with a number of four digits");
        if !readers.iter().any(|reader| reader.text.contains(&format!("decisions/{number}"))) {
            lonely.push(name);
        }
    }
    assert!(lonely.is_empty(), "these decisions are linked from nowhere: {lonely:#?}");
}

#[test]
fn links_are_found_in_text_and_not_in_code() {
    let text =
        "See [a](docs/a.md) and ![b](b.png \"title\").\n```\n[no](link.md)\n```\nNot `[x](y.md)` but [c](<d e.md>).";

    assert_eq!(links(text), ["docs/a.md", "b.png", "d e.md"]);
}

/// The README and everything under `docs/`.
fn documents() -> Vec<SourceFile> {
    files(&["md"]).into_iter().filter(|file| file.path == "README.md" || file.path.starts_with("docs/")).collect()
}

/// The targets of Markdown links, outside code.
fn links(text: &str) -> Vec<String> {
    let mut targets = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        if in_code {
            continue;
        }
        // Every second piece between backticks is code.
        let prose: String = line.split('`').step_by(2).collect();
        for piece in prose.split("](").skip(1) {
            let target = match piece.strip_prefix('<') {
                Some(quoted) => quoted.split('>').next(),
                None => piece.split([')', ' ']).next(),
            };
            targets.extend(target.filter(|target| !target.is_empty()).map(str::to_owned));
        }
    }
    targets
}

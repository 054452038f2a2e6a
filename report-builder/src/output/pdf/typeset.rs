//! Lays pages out with Typst: a template of ours, data as JSON beside it, images in memory.
//!
//! What people wrote reaches the template as strings of `data.json` only, so it is set as text and
//! never read as markup. Nothing can be loaded from elsewhere: there is no file system, no network
//! and no package behind the names that a template may use.

use serde_json::Value;
use typst_as_lib::TypstEngine;
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use super::fonts;
use crate::{Error, output::failed};

/// What a template is set with.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// The template in Typst's language; it reads `data.json`.
    pub template: &'static str,
    /// The content of `data.json`.
    pub data: &'a Value,
    /// SVG images, which the template reads as `0.svg`, `1.svg` and so on.
    pub images: &'a [String],
}

/// Sets a template and writes the pages as PDF.
///
/// The same input gives the same bytes.
///
/// # Errors
/// The template does not fit its data: a defect.
pub fn typeset(sheet: &Sheet<'_>) -> Result<Vec<u8>, Error> {
    let data = serde_json::to_vec(sheet.data).map_err(|error| failed("PDF", error))?;
    let names: Vec<String> = (0..sheet.images.len()).map(|at| format!("{at}.svg")).collect();
    let images = names.iter().zip(sheet.images).map(|(name, svg)| (name.as_str(), svg.as_bytes()));
    let files: Vec<(&str, &[u8])> = images.chain([("data.json", data.as_slice())]).collect();
    let engine = TypstEngine::builder()
        .main_file(("main.typ", sheet.template))
        .with_static_file_resolver(files)
        .fonts(fonts::parsed())
        .build();
    let document: PagedDocument = engine.compile().output.map_err(|error| failed("PDF", error))?;
    typst_pdf::pdf(&document, &PdfOptions::default()).map_err(|problems| {
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        Error::Defect(format!("the pages could not be written: {}", messages.join("; ")))
    })
}

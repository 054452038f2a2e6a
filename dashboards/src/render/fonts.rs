//! The faces that pictures are drawn with, and how wide text is in them.

use std::sync::{Arc, LazyLock};

use fontdb::{Database, Family, Query, Source, Stretch, Style, Weight};
use rustybuzz::{Face, UnicodeBuffer};

/// The family of everything we draw.
pub(crate) const FAMILY: &str = "Inter";
/// The family for letters that the first one does not have.
const FALLBACK: &str = "DejaVu Sans";

/// Size, family, weight and slant of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Letters {
    /// In pixels.
    pub(crate) size: f64,
    family: String,
    weight: u16,
}

impl Letters {
    /// Letters of our own family.
    pub(crate) fn of(size: f64, weight: u16) -> Self {
        Self { size, family: FAMILY.to_owned(), weight }
    }

    /// Letters as CSS names them; what cannot be read is taken for the usual.
    ///
    /// Slanted letters are drawn upright: there is no slanted face.
    pub(crate) fn css(size: f64, family: &str, weight: &str, _style: &str) -> Self {
        let weight = match weight {
            "bold" | "bolder" => 700,
            "lighter" => 300,
            number => number.parse().unwrap_or(400),
        };
        Self { size, family: family.to_owned(), weight }
    }
}

/// All faces, as a database for drawing and parsed for measuring.
pub(crate) struct Fonts {
    database: Arc<Database>,
    faces: Vec<(fontdb::ID, Face<'static>)>,
}

impl Fonts {
    /// The faces of the program; parsed at the first call.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Fonts> = LazyLock::new(Fonts::load);
        &SHARED
    }

    /// The faces for those who draw.
    pub(crate) fn database(&self) -> Arc<Database> {
        Arc::clone(&self.database)
    }

    /// How wide a line of text is, in pixels.
    pub(crate) fn width(&self, text: &str, letters: &Letters) -> f64 {
        let (Some(main), fallback) = (self.face(&letters.family, letters.weight), self.face(FALLBACK, letters.weight))
        else {
            return 0.0;
        };
        let has = |letter: char| main.glyph_index(letter).is_some() || fallback.is_none();
        let mut width = 0.0;
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let inside = has(first);
            let end = rest.char_indices().find(|(_, letter)| has(*letter) != inside).map_or(rest.len(), |(at, _)| at);
            let (run, after) = rest.split_at(end);
            let face = if inside { main } else { fallback.unwrap_or(main) };
            width += shaped(face, run) * letters.size;
            rest = after;
        }
        width
    }

    /// The longest beginning of a text that fits, with an ellipsis where something was cut.
    pub(crate) fn fitted(&self, text: &str, letters: &Letters, room: f64) -> String {
        if self.width(text, letters) <= room {
            return text.to_owned();
        }
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let shortened = |count: usize| format!("{}…", text[..ends[count]].trim_end());
        let fitting = ends.partition_point(|end| {
            let beginning = format!("{}…", text[..*end].trim_end());
            self.width(&beginning, letters) <= room
        });
        shortened(fitting.saturating_sub(1))
    }

    fn load() -> Self {
        let mut database = Database::new();
        let mut faces = Vec::new();
        for bytes in report_builder::output::FACES {
            let ids = database.load_font_source(Source::Binary(Arc::new(bytes)));
            faces.extend(ids.into_iter().zip(Face::from_slice(bytes, 0)));
        }
        database.set_sans_serif_family(FAMILY);
        database.set_serif_family(FAMILY);
        database.set_monospace_family(FALLBACK);
        Self { database: Arc::new(database), faces }
    }

    fn face(&self, families: &str, weight: u16) -> Option<&Face<'static>> {
        let named = families.split(',').map(|name| name.trim().trim_matches(['"', '\'']));
        let families: Vec<Family<'_>> = named.map(Family::Name).chain([Family::SansSerif]).collect();
        let query =
            Query { families: &families, weight: Weight(weight), stretch: Stretch::Normal, style: Style::Normal };
        let id = self.database.query(&query)?;
        self.faces.iter().find(|(known, _)| *known == id).map(|(_, face)| face)
    }
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fonts").field("faces", &self.faces.len()).finish_non_exhaustive()
    }
}

/// Width of a text in parts of its size.
fn shaped(face: &Face<'_>, text: &str) -> f64 {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    let glyphs = rustybuzz::shape(face, &[], buffer);
    let advance: i32 = glyphs.glyph_positions().iter().map(|glyph| glyph.x_advance).sum();
    f64::from(advance) / f64::from(face.units_per_em().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bold_text_is_wider_and_size_scales() {
        let fonts = Fonts::shared();

        let plain = fonts.width("Won revenue", &Letters::of(11.0, 400));
        let bold = fonts.width("Won revenue", &Letters::of(11.0, 700));
        let double = fonts.width("Won revenue", &Letters::of(22.0, 400));

        assert!(plain > 50.0 && plain < 80.0, "{plain}");
        assert!(bold > plain, "{bold} {plain}");
        assert!((double - 2.0 * plain).abs() < 1e-9, "{double} {plain}");
    }

    #[test]
    fn letters_that_the_main_face_lacks_are_measured_in_the_other() {
        let fonts = Fonts::shared();

        let arabic = fonts.width("مرحبا", &Letters::of(10.0, 400));

        assert!(arabic > 10.0 && arabic < 60.0, "{arabic}");
    }

    #[test]
    fn a_long_text_is_cut_to_its_room() {
        let fonts = Fonts::shared();
        let letters = Letters::of(11.0, 400);

        let cut = fonts.fitted("A very long name of a company", &letters, 80.0);

        assert!(cut.ends_with('…') && cut.starts_with("A very"), "{cut}");
        assert!(fonts.width(&cut, &letters) <= 80.0);
        assert_eq!(fonts.fitted("Short", &letters, 80.0), "Short");
    }
}

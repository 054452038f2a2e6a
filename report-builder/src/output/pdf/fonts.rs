//! The faces that files are set in; they are part of the program, so a file looks the same anywhere.

use std::sync::LazyLock;

use typst::{foundations::Bytes, text::Font};

/// Inter in four weights for everything, `DejaVu Sans` for letters that Inter does not have.
///
/// Charts are measured and drawn with the same faces, which is why the files lie with the charts.
pub const FACES: [&[u8]; 6] = [
    include_bytes!("../../../../dashboards/fonts/Inter-Regular.otf"),
    include_bytes!("../../../../dashboards/fonts/Inter-Medium.otf"),
    include_bytes!("../../../../dashboards/fonts/Inter-SemiBold.otf"),
    include_bytes!("../../../../dashboards/fonts/Inter-Bold.otf"),
    include_bytes!("../../../../dashboards/fonts/DejaVuSans.ttf"),
    include_bytes!("../../../../dashboards/fonts/DejaVuSans-Bold.ttf"),
];

/// The faces as Typst reads them; parsed once.
pub(super) fn parsed() -> Vec<Font> {
    static PARSED: LazyLock<Vec<Font>> =
        LazyLock::new(|| FACES.iter().flat_map(|face| Font::iter(Bytes::new(*face))).collect());
    PARSED.clone()
}

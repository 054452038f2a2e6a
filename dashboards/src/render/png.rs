//! Pictures of dots from pictures of lines.

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{ImageHrefResolver, Options, Tree},
};

use super::fonts::{FAMILY, Fonts};
use crate::Error;

/// Most dots of a picture: about an A3 page at 200 dots per inch.
const MAX_DOTS: u64 = 32_000_000;

/// Draws an SVG as PNG, so many dots per pixel.
///
/// Nothing that the SVG points to is read: neither files nor images within.
///
/// # Errors
/// [`Error::NotDrawn`] when it is not SVG, [`Error::DrawingTooLarge`].
pub(crate) fn png(svg: &str, scale: f32) -> Result<Vec<u8>, Error> {
    let options = Options {
        font_family: FAMILY.to_owned(),
        fontdb: Fonts::shared().database(),
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let not_drawn = |reason: String| Error::NotDrawn { reason };
    let tree = Tree::from_str(svg, &options).map_err(|error| not_drawn(error.to_string()))?;
    let size = tree.size().to_int_size().scale_by(scale).ok_or_else(|| not_drawn("it has no size".to_owned()))?;
    if u64::from(size.width()) * u64::from(size.height()) > MAX_DOTS {
        return Err(Error::DrawingTooLarge {
            what: "picture",
            limit_bytes: usize::try_from(MAX_DOTS * 4).unwrap_or(0),
        });
    }
    let mut dots = Pixmap::new(size.width(), size.height()).ok_or_else(|| not_drawn("it has no size".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut dots.as_mut());
    dots.encode_png().map_err(|error| not_drawn(error.to_string()))
}

//! A dashboard as landscape pages.

use report_builder::output::{Sheet, typeset};
use serde_json::json;

use super::{
    Heading,
    cards::{Card, card},
    grid::{self, Placed, WIDTH},
};
use crate::Error;

/// Width of an A4 page that lies, without its margins, in millimetres.
const PAGE_WIDTH_MM: f64 = 297.0 - 2.0 * 12.0;
/// Height of such a page without margins, header and footer, in millimetres.
const PAGE_HEIGHT_MM: f64 = 162.0;

/// The cards on A4 pages, as large as the grid is wide.
///
/// # Errors
/// The pages cannot be set: a defect.
pub(super) fn pdf(heading: &Heading, cards: &[Card]) -> Result<Vec<u8>, Error> {
    let millimetres = PAGE_WIDTH_MM / WIDTH;
    let places: Vec<Placed> = cards.iter().map(|card| card.place).collect();
    let pages = grid::pages(&places, PAGE_HEIGHT_MM / millimetres);
    let pages = pages.iter().map(|page| {
        let tiles = page.iter().map(|(number, place)| {
            json!({
                "image": number,
                "title": cards[*number].title,
                "x": place.x * millimetres,
                "y": place.y * millimetres,
                "width": place.width * millimetres,
                "height": place.height * millimetres,
            })
        });
        tiles.collect::<Vec<_>>()
    });
    let data = json!({
        "title": heading.title,
        "description": heading.description,
        "as_of": heading.as_of,
        "pages": pages.collect::<Vec<_>>(),
    });
    let images: Vec<String> = cards.iter().enumerate().map(|(number, tile)| card(tile, number)).collect();
    Ok(typeset(&Sheet { template: include_str!("pages/dashboard.typ"), data: &data, images: &images })?)
}

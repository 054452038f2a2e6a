//! Where tiles stand on a picture, in pixels.

use crate::{TileDefinition, definition::COLUMNS};

/// Width of a picture without its margins.
pub(super) const WIDTH: f64 = 1_200.0;
/// Space between tiles.
const GAP: f64 = 14.0;
/// Height of one row of the grid.
const ROW: f64 = 46.0;
/// Space between the border of a card and what is in it.
pub(super) const PADDING: f64 = 16.0;
/// Height of a card's title with the space below it.
pub(super) const TITLE: f64 = 26.0;
/// Height of the line of notes at the bottom of a card.
pub(super) const NOTE: f64 = 16.0;

/// A rectangle, from the top left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Placed {
    /// The place of a tile in its grid.
    pub(super) fn of(tile: &TileDefinition) -> Self {
        let columns = f64::from(COLUMNS);
        let column = (WIDTH - (columns - 1.0) * GAP) / columns;
        let along = |cells: u32, size: f64| f64::from(cells) * (size + GAP);
        Self {
            x: along(tile.x, column),
            y: along(tile.y, ROW),
            width: along(tile.w, column) - GAP,
            height: along(tile.h, ROW) - GAP,
        }
    }

    /// The room below the title, relative to the tile.
    pub(super) fn content(self, notes: bool) -> Self {
        let note = if notes { NOTE } else { 0.0 };
        Self {
            x: PADDING,
            y: PADDING + TITLE,
            width: (self.width - 2.0 * PADDING).max(1.0),
            height: (self.height - 2.0 * PADDING - TITLE - note).max(1.0),
        }
    }

    /// Where it ends, going down.
    pub(super) fn bottom(self) -> f64 {
        self.y + self.height
    }
}

/// Tiles shared out over pages: per page, the number of each tile and its place on the page.
///
/// A page ends where no tile is cut. A row of tiles that is higher than a page has one of its own
/// and is made smaller.
pub(super) fn pages(places: &[Placed], page_height: f64) -> Vec<Vec<(usize, Placed)>> {
    let mut pages: Vec<Vec<(usize, Placed)>> = Vec::new();
    let mut used = f64::INFINITY;
    for band in bands(places) {
        let top = band.iter().map(|at| places[*at].y).fold(f64::INFINITY, f64::min);
        let height = band.iter().map(|at| places[*at].bottom()).fold(0.0, f64::max) - top;
        let scale = (page_height / height).min(1.0);
        if used + GAP + height > page_height {
            pages.push(Vec::new());
            used = 0.0;
        } else {
            used += GAP;
        }
        let offset = used;
        let moved = |at: &usize| {
            let Placed { x, y, width, height } = places[*at];
            let place =
                Placed { x: x * scale, y: offset + (y - top) * scale, width: width * scale, height: height * scale };
            (*at, place)
        };
        if let Some(page) = pages.last_mut() {
            page.extend(band.iter().map(moved));
        }
        used += height * scale;
    }
    pages
}

/// Tiles that no level line separates, from the top.
fn bands(places: &[Placed]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|one, other| places[*one].y.total_cmp(&places[*other].y).then(one.cmp(other)));
    let mut bands: Vec<Vec<usize>> = Vec::new();
    let mut bottom = f64::NEG_INFINITY;
    for at in order {
        let place = places[at];
        match bands.last_mut() {
            Some(band) if place.y < bottom => band.push(at),
            Some(_) | None => bands.push(vec![at]),
        }
        bottom = bottom.max(place.bottom());
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(y: f64, height: f64) -> Placed {
        Placed { x: 0.0, y, width: 100.0, height }
    }

    #[test]
    fn a_page_ends_between_tiles_and_never_within_one() {
        let places = [place(0.0, 100.0), place(0.0, 300.0), place(150.0, 100.0), place(320.0, 400.0)];

        let pages = pages(&places, 700.0);

        let numbers: Vec<Vec<usize>> = pages.iter().map(|page| page.iter().map(|(at, _)| *at).collect()).collect();
        assert_eq!(numbers, [vec![0, 1, 2], vec![3]]);
        assert!(pages[1][0].1.y.abs() < f64::EPSILON);
    }

    #[test]
    fn what_is_higher_than_a_page_is_made_smaller() {
        let pages = pages(&[place(0.0, 1_000.0)], 500.0);

        assert_eq!(pages[0][0].1, Placed { x: 0.0, y: 0.0, width: 50.0, height: 500.0 });
    }
}

//! How the cells of a table in the stream become the cells of a table in the lake.
//!
//! Columns are matched by name whenever Postgres describes a table anew. A column that the lake
//! has and the stream does not is null: the row is older than the column. A column that the stream
//! has and the lake does not is the caller's to judge, because only Postgres can say whether it
//! was added since or dropped long ago.

use uuid::Uuid;
use warehouse::{Cell, ColumnSpec, TableSpec};

use crate::{
    Error, Result,
    capture::pgoutput::{Key, Relation, RelationColumn, Tuple},
};

/// The mapping for one version of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// Name of the table.
    pub(crate) table: String,
    /// Per column of the lake its position in the stream.
    positions: Vec<Option<usize>>,
    /// Position of `id` in the stream.
    id: usize,
    /// Number of cells in the stream.
    width: usize,
}

impl Route {
    /// The mapping, and the names of the columns that the lake does not have.
    ///
    /// # Errors
    /// [`Error::SchemaDrift`] if the table has no `id` as its key, or a column changed its type.
    pub(crate) fn new(relation: &Relation<'_>, spec: &TableSpec) -> Result<(Self, Vec<String>)> {
        let find = |name: &str| relation.columns.iter().position(|column| column.name == name);
        let drift = |column: &str, problem: String| Error::SchemaDrift {
            table: spec.name.clone(),
            column: column.to_owned(),
            problem,
        };
        let id = find("id").ok_or_else(|| drift("id", "is missing in Postgres".to_owned()))?;
        if relation.columns.get(id).is_none_or(|column| !column.key) {
            return Err(drift("id", "is not the table's replica identity; it must be the primary key".to_owned()));
        }
        let mut positions = Vec::with_capacity(spec.columns.len());
        for column in &spec.columns {
            let position = find(&column.name);
            if let Some(found) = position.and_then(|position| relation.columns.get(position)) {
                check_type(column, found).map_err(|problem| drift(&column.name, problem))?;
            }
            positions.push(position);
        }
        let known = |name: &str| spec.columns.iter().any(|column| column.name == name);
        let extra =
            relation.columns.iter().filter(|column| !known(column.name)).map(|column| column.name.to_owned()).collect();
        Ok((Self { table: spec.name.clone(), positions, id, width: relation.columns.len() }, extra))
    }

    /// The cells of a new row in the order of the lake.
    ///
    /// A large value that did not change is taken from the old row if the stream carries it.
    ///
    /// # Errors
    /// [`Error::OutOfOrder`] if the row does not have the announced number of cells.
    pub(crate) fn cells<'a>(&self, new: &Tuple<'a>, old: Option<&Key<'a>>) -> Result<Vec<Cell<'a>>> {
        self.check_width(new)?;
        let old_row = match old {
            Some(Key::Row(tuple)) => Some(tuple),
            Some(Key::Identity(_)) | None => None,
        };
        let cell = |position: usize| match new.cells.get(position) {
            Some(Cell::Unchanged) => old_row
                .and_then(|tuple| tuple.cells.get(position))
                .filter(|cell| !matches!(cell, Cell::Null))
                .copied()
                .unwrap_or(Cell::Unchanged),
            Some(cell) => *cell,
            None => Cell::Null,
        };
        Ok(self.positions.iter().map(|position| position.map_or(Cell::Null, cell)).collect())
    }

    /// The id in a row or key.
    ///
    /// # Errors
    /// [`Error::BadKey`] if there is none.
    pub(crate) fn id(&self, tuple: &Tuple<'_>) -> Result<Uuid> {
        self.check_width(tuple)?;
        match tuple.cells.get(self.id) {
            Some(Cell::Text(text)) => text.parse().ok(),
            Some(Cell::Null | Cell::Unchanged) | None => None,
        }
        .ok_or_else(|| Error::BadKey { table: self.table.clone() })
    }

    fn check_width(&self, tuple: &Tuple<'_>) -> Result<()> {
        if tuple.cells.len() == self.width {
            return Ok(());
        }
        Err(Error::OutOfOrder { problem: "a row has another number of cells than its table has columns" })
    }
}

/// Whether the stream's type is the one that the lake stores the column as.
fn check_type(column: &ColumnSpec, found: &RelationColumn<'_>) -> Result<(), String> {
    let Some((oid, modifier)) = wire_type(&column.pg_type) else { return Ok(()) };
    if oid == found.type_oid && modifier.is_none_or(|modifier| modifier == found.type_modifier) {
        return Ok(());
    }
    Err(format!(
        "is not `{}` any more (type {} with modifier {}); run `leadhouse warehouse rebuild` with a catalogue that says so",
        column.pg_type, found.type_oid, found.type_modifier
    ))
}

/// Object id of a built-in type, and its modifier where the lake depends on it.
///
/// **Source:** `pg_type.dat`; numeric modifiers are `(precision << 16 | scale) + 4`. Types that
/// are not in this list are left to the lake's own reading of the text.
fn wire_type(pg_type: &str) -> Option<(u32, Option<i32>)> {
    let oid = match pg_type {
        "boolean" => 16,
        "bigint" => 20,
        "smallint" => 21,
        "integer" => 23,
        "text" => 25,
        "json" => 114,
        "double precision" => 701,
        "date" => 1082,
        "timestamp with time zone" => 1184,
        "uuid" => 2950,
        "jsonb" => 3802,
        _ => {
            let (precision, scale) = pg_type.strip_prefix("numeric(")?.strip_suffix(')')?.split_once(',')?;
            let precision: i32 = precision.trim().parse().ok()?;
            let scale: i32 = scale.trim().parse().ok()?;
            return Some((1700, Some(((precision << 16) | scale) + 4)));
        }
    };
    Some((oid, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "018f0000-0000-7000-8000-000000000001";

    fn spec() -> TableSpec {
        let column = |name: &str, pg_type: &str, nullable| ColumnSpec {
            name: name.to_owned(),
            pg_type: pg_type.to_owned(),
            nullable,
        };
        TableSpec {
            name: "deals".to_owned(),
            columns: vec![
                column("id", "uuid", false),
                column("name", "text", false),
                column("amount", "numeric(18,2)", true),
                column("added_later", "text", true),
            ],
        }
    }

    fn column(name: &str, type_oid: u32) -> RelationColumn<'_> {
        RelationColumn { key: name == "id", name, type_oid, type_modifier: -1 }
    }

    fn relation(columns: Vec<RelationColumn<'_>>) -> Relation<'_> {
        Relation { oid: 1, namespace: "public", name: "deals", identity: b'd', columns }
    }

    fn amount() -> RelationColumn<'static> {
        RelationColumn { type_modifier: ((18 << 16) | 2) + 4, ..column("amount", 1700) }
    }

    #[test]
    fn columns_are_matched_by_name_and_missing_ones_are_null() {
        let relation = relation(vec![amount(), column("name", 25), column("id", 2950), column("other", 25)]);

        let (route, extra) = Route::new(&relation, &spec()).unwrap();
        let row = Tuple { cells: vec![Cell::Text("1.50"), Cell::Text("n"), Cell::Text(ID), Cell::Text("x")] };

        assert_eq!(extra, ["other"]);
        let expected = [Cell::Text(ID), Cell::Text("n"), Cell::Text("1.50"), Cell::Null];
        assert_eq!(route.cells(&row, None).unwrap(), expected);
        assert_eq!(route.id(&row).unwrap().to_string(), ID);
    }

    #[test]
    fn an_unchanged_value_comes_from_the_old_row_when_the_stream_has_it() {
        let relation = relation(vec![column("id", 2950), column("name", 25), amount()]);
        let (route, _) = Route::new(&relation, &spec()).unwrap();
        let new = Tuple { cells: vec![Cell::Text(ID), Cell::Unchanged, Cell::Null] };
        let old = Tuple { cells: vec![Cell::Text(ID), Cell::Text("long"), Cell::Null] };

        let from_row = route.cells(&new, Some(&Key::Row(old.clone()))).unwrap();
        let from_key = route.cells(&new, Some(&Key::Identity(old))).unwrap();

        assert_eq!(from_row.get(1), Some(&Cell::Text("long")));
        assert_eq!(from_key.get(1), Some(&Cell::Unchanged));
    }

    #[test]
    fn drift_is_refused_with_table_and_column() {
        let no_key = RelationColumn { key: false, ..column("id", 2950) };
        let cases = [
            (vec![column("name", 25)], "table deals, column id: is missing"),
            (vec![no_key, column("name", 25), amount()], "table deals, column id: is not the table's replica identity"),
            (vec![column("id", 2950), column("name", 17), amount()], "table deals, column name: is not `text`"),
            (
                vec![column("id", 2950), column("name", 25), column("amount", 1700)],
                "column amount: is not `numeric(18,2)`",
            ),
        ];

        for (columns, message) in cases {
            let error = Route::new(&relation(columns), &spec()).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn a_row_of_the_wrong_width_or_without_id_is_refused() {
        let relation = relation(vec![column("id", 2950), column("name", 25), amount()]);
        let (route, _) = Route::new(&relation, &spec()).unwrap();

        let narrow = Tuple { cells: vec![Cell::Text(ID)] };
        let nameless = Tuple { cells: vec![Cell::Null, Cell::Null, Cell::Null] };

        assert!(matches!(route.cells(&narrow, None), Err(Error::OutOfOrder { .. })));
        assert!(matches!(route.id(&nameless), Err(Error::BadKey { .. })));
    }
}

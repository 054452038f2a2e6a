//! The shared words of Leadhouse: what an object, a field, a role and a permission is.
//!
//! Reading order: [`FieldDef`] and [`FieldKind`] describe one value; [`ObjectDef`] describes one
//! record type; [`Catalog`] holds them all, with what administrators [added](Additions);
//! [`LiveCatalog`] is the one in force; [`Changes`] is input that has been checked against an
//! object; [`policy`] answers who may see and do what; [`Words`] finds a person in texts.
//!
//! Invariants: this crate does no I/O and knows no async; nothing below a request handler ever
//! sees unchecked input, because [`Changes`] can only be made here; every path that shows rows
//! uses the one [`policy`] function.

mod additions;
mod catalog;
mod changes;
mod clock;
mod fault;
mod field;
mod invalid;
mod live;
mod lsn;
mod object;
mod policy;
mod preset;
mod principal;
mod rights;
mod role;
pub mod spreadsheet;
mod standard;
mod value;
mod words;

pub use additions::{
    AddedField, AddedObject, Additions, FIELD_PREFIX, MAX_ADDED_FIELDS, MAX_ADDED_OBJECTS, OBJECT_PREFIX, added_name,
    is_text,
};
pub use catalog::Catalog;
pub use changes::Changes;
pub use clock::{Clock, FixedClock, Ids, SystemClock};
pub use fault::{Fault, FaultKind};
pub use field::{FieldDef, FieldKind};
pub use invalid::{Invalid, InvalidField};
pub use live::{CatalogObject, LiveCatalog};
pub use lsn::{Lsn, LsnError};
pub use object::{ObjectDef, Ownership, SYSTEM_COLUMNS};
pub use policy::{Policy, RowScope, Writers, policy};
pub use principal::{Collaboration, Principal, Purpose};
pub use rights::{Action, CustomRole, FieldRule, ObjectRights, RoleDefinition};
pub use role::{Role, Scope};
pub use value::{MAX_EXACT_JSON_DIGITS, canonical_value};
pub use words::{ERASED, Words};

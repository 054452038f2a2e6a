//! Input that has been checked against an object.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{FieldDef, Invalid, InvalidField, ObjectDef, SYSTEM_COLUMNS, canonical_value};

/// A checked set of field values in canonical form: absent keeps, `null` clears, a value sets.
///
/// Only this crate can make one, so whoever holds it holds valid input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    values: BTreeMap<String, Value>,
}

impl Changes {
    /// Checks the fields of a new record: defaults are filled in, required fields must be there.
    ///
    /// # Errors
    /// Every wrong field at once: unknown, computed, of the wrong type, out of range, missing.
    pub fn parse_new(object: &ObjectDef, body: &Map<String, Value>) -> Result<Self, Invalid> {
        let mut body = body.clone();
        let given = |body: &Map<String, Value>, field: &FieldDef| body.contains_key(&field.name);
        let mut missing = Vec::new();
        for field in &object.fields {
            if given(&body, field) {
                continue;
            }
            if let Some(default) = &field.default {
                body.insert(field.name.clone(), default.clone());
            } else if field.required && !field.computed {
                missing.push(refusal(&field.name, "required", format!("{} must have a value", field.label)));
            }
        }
        let parsed = parse(object, &body, missing)?;
        Ok(parsed)
    }

    /// Checks the fields of an update.
    ///
    /// # Errors
    /// Every wrong field at once.
    pub fn parse_patch(object: &ObjectDef, body: &Map<String, Value>) -> Result<Self, Invalid> {
        parse(object, body, Vec::new())
    }

    /// Sets a value the system computed, bypassing the check for computed fields.
    ///
    /// # Errors
    /// The value does not fit the field, or there is no such field: a defect of the caller.
    pub fn set_computed(&mut self, object: &ObjectDef, name: &str, value: &Value) -> Result<(), Invalid> {
        let field = object
            .field(name)
            .ok_or_else(|| Invalid::field(name, "unknown_field", format!("{} has no field {name}", object.label)))?;
        let value = canonical_value(field, value).map_err(|(code, message)| Invalid::field(name, code, message))?;
        self.values.insert(name.to_owned(), value);
        Ok(())
    }

    /// The value given for a field, if any; `Value::Null` means it is cleared.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// The text given for a field; `None` when absent, cleared or not text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// The fields given, in name order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether nothing is given.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The values as one JSON object, ready to be bound to a statement.
    pub fn to_json(&self) -> Value {
        Value::Object(self.values.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
    }
}

fn parse(object: &ObjectDef, body: &Map<String, Value>, mut refused: Vec<InvalidField>) -> Result<Changes, Invalid> {
    let mut changes = Changes::default();
    for (name, value) in body {
        match check(object, name, value) {
            Ok(value) => {
                changes.values.insert(name.clone(), value);
            }
            Err(field) => refused.push(field),
        }
    }
    if refused.is_empty() { Ok(changes) } else { Err(Invalid(refused)) }
}

fn check(object: &ObjectDef, name: &str, value: &Value) -> Result<Value, InvalidField> {
    let Some(field) = object.field(name) else {
        let system = SYSTEM_COLUMNS.iter().any(|(column, _)| *column == name);
        return Err(if system {
            refusal(name, "read_only", format!("{name} is set by the system"))
        } else {
            refusal(name, "unknown_field", format!("{} has no field {name}", object.label))
        });
    };
    let is_default = field.default.as_ref() == Some(value);
    if field.computed && !is_default {
        return Err(refusal(name, "read_only", format!("{} is set by the system", field.label)));
    }
    canonical_value(field, value).map_err(|(code, message)| refusal(name, code, message))
}

fn refusal(name: &str, code: &'static str, message: String) -> InvalidField {
    let escaped = name.replace('~', "~0").replace('/', "~1"); // RFC 6901, section 3
    InvalidField { pointer: format!("/{escaped}"), code, message }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Catalog;

    fn codes(result: Result<Changes, Invalid>) -> Vec<(String, &'static str)> {
        result.map_or_else(|invalid| invalid.0.into_iter().map(|f| (f.pointer, f.code)).collect(), |_| Vec::new())
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let catalog = Catalog::standard();
        let deal = catalog.object("deal").expect("deals exist");
        let body = json!({"amount": "x", "colour": "red", "id": "1"});

        let refused = codes(Changes::parse_new(deal, body.as_object().expect("an object")));

        assert!(refused.contains(&("/name".to_owned(), "required")), "{refused:?}");
        assert!(refused.contains(&("/amount".to_owned(), "wrong_type")), "{refused:?}");
        assert!(refused.contains(&("/colour".to_owned(), "unknown_field")), "{refused:?}");
        assert!(refused.contains(&("/id".to_owned(), "read_only")), "{refused:?}");
    }

    #[test]
    fn a_patch_keeps_clears_and_sets() {
        let catalog = Catalog::standard();
        let deal = catalog.object("deal").expect("deals exist");
        let body = json!({"description": null, "amount": "12"});

        let changes = Changes::parse_patch(deal, body.as_object().expect("an object")).expect("valid");

        assert_eq!(changes.get("description"), Some(&Value::Null));
        assert_eq!(changes.text("amount"), Some("12.00"));
        assert_eq!(changes.get("name"), None);
    }
}

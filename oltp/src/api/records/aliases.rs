//! Other spellings of field names: camelCase, and the words other systems use.
//!
//! A body may say `phoneNumber`, `dueDate`, `assignedUser` or `stage`; below this module there are
//! only field names. Answers always use field names.

use catalog::{Invalid, ObjectDef, SYSTEM_COLUMNS};
use serde_json::{Map, Value};

/// Other words for fields, by field, where the object has that field.
const WORDS: [(&str, &[&str]); 9] = [
    ("owner_id", &["assigned_user", "assigned_user_id", "assigned_to", "owner"]),
    ("phone", &["phone_number"]),
    ("email", &["email_address"]),
    ("due_at", &["due_date", "due_on"]),
    ("expected_close_on", &["expected_close_date"]),
    ("closed_on", &["close_date", "closed_date"]),
    ("postal_code", &["zip", "zip_code"]),
    ("price", &["unit_price"]),
    ("product_id", &["services", "service"]),
];

/// Objects inside the body whose members are fields of the record itself.
const FLATTENED: [&str; 2] = ["contact_details", "address"];

/// A body with field names only.
#[derive(Debug, Default)]
pub(super) struct Renamed {
    /// Values by field name.
    pub(super) fields: Map<String, Value>,
    /// Fields whose value came under a word for the linked record, which may be its name.
    pub(super) worded_links: Vec<String>,
}

/// Renames what is spelled otherwise; names that mean nothing stay, to be refused by name.
///
/// # Errors
/// One field given under two names.
pub(super) fn renamed(object: &ObjectDef, body: Map<String, Value>) -> Result<Renamed, Invalid> {
    let mut renamed = Renamed::default();
    for (name, value) in body {
        let snake = snake_case(&name);
        let flattened = FLATTENED.contains(&snake.as_str()) && object.field(&snake).is_none();
        if let (true, Value::Object(inner)) = (flattened, &value) {
            for (name, value) in inner {
                renamed.put(object, name, value.clone())?;
            }
        } else {
            renamed.put(object, &name, value)?;
        }
    }
    Ok(renamed)
}

impl Renamed {
    fn put(&mut self, object: &ObjectDef, name: &str, value: Value) -> Result<(), Invalid> {
        let field = field_of(object, name);
        let worded = field != name && field != snake_case(name);
        let value = if worded && field == "due_at" { end_of_day(value) } else { value };
        if worded && field.ends_with("_id") {
            self.worded_links.push(field.clone());
        }
        if self.fields.insert(field.clone(), value).is_some() {
            return Err(Invalid::field(name, "duplicate_field", format!("{field} is given under two names")));
        }
        Ok(())
    }
}

/// The field a name stands for, or the name itself.
fn field_of(object: &ObjectDef, name: &str) -> String {
    let known = |name: &str| object.field(name).is_some() || SYSTEM_COLUMNS.iter().any(|(column, _)| *column == name);
    if known(name) {
        return name.to_owned();
    }
    let snake = snake_case(name);
    if known(&snake) {
        return snake;
    }
    let word = WORDS.iter().find(|(field, words)| known(field) && words.contains(&snake.as_str()));
    if let Some((field, _)) = word {
        return (*field).to_owned();
    }
    // `stage` or `contacts` for stage_id and contact_id
    let link = object.links().find(|(field, target)| {
        let stem = field.name.strip_suffix("_id").unwrap_or(&field.name);
        stem == snake || (stem == *target && plural(target) == snake)
    });
    link.map_or_else(|| name.to_owned(), |(field, _)| field.name.clone())
}

fn plural(singular: &str) -> String {
    singular.strip_suffix('y').map_or_else(|| format!("{singular}s"), |stem| format!("{stem}ies"))
}

/// `expectedCloseDate` as `expected_close_date`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            if !snake.is_empty() {
                snake.push('_');
            }
            snake.push(letter.to_ascii_lowercase());
        } else {
            snake.push(letter);
        }
    }
    snake
}

/// A due date without a time means the end of that day, in UTC.
fn end_of_day(value: Value) -> Value {
    let day = value.as_str().filter(|text| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok());
    day.map(|day| Value::String(format!("{day}T23:59:59Z"))).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use catalog::Catalog;
    use serde_json::json;

    use super::*;

    fn fields(object: &str, body: Value) -> Value {
        let catalog = Catalog::standard();
        let object = catalog.object(object).expect("a standard object");
        let Value::Object(body) = body else { panic!("not an object: {body}") };
        renamed(object, body).map_or_else(|invalid| json!(invalid.to_string()), |renamed| json!(renamed.fields))
    }

    #[test]
    fn the_words_of_the_requirements_mean_fields() {
        assert_eq!(
            fields("contact", json!({"phoneNumber": "1", "jobTitle": "x"})),
            json!({"phone": "1", "job_title": "x"})
        );
        assert_eq!(
            fields("task", json!({"dueDate": "2026-03-31", "assignedUser": "ada"})),
            json!({"due_at": "2026-03-31T23:59:59Z", "owner_id": "ada"})
        );
        assert_eq!(
            fields(
                "deal",
                json!({"expectedCloseDate": "2026-03-31", "stage": "Won", "contacts": ["c"], "companies": []})
            ),
            json!({"expected_close_on": "2026-03-31", "stage_id": "Won", "contact_id": ["c"], "company_id": []})
        );
        assert_eq!(fields("user", json!({"profilePicture": "u"})), json!({"profile_picture": "u"}));
        assert_eq!(fields("company", json!({"contactDetails": {"email": "e"}})), json!({"email": "e"}));
        assert_eq!(fields("company", json!({"colour": 1})), json!({"colour": 1}));
    }

    #[test]
    fn one_field_under_two_names_is_refused() {
        assert_eq!(
            fields("contact", json!({"phone": "1", "phoneNumber": "2"})),
            json!("phoneNumber: phone is given under two names")
        );
    }
}

//! An example made from a schema: what is required, with values a person would write.

use serde_json::{Map, Value, json};

/// Schemas within schemas; deeper ones are left out.
const MAX_DEPTH: usize = 6;
const ID: &str = "0190a0b0-0000-7000-8000-000000000001";
const MOMENT: &str = "2026-03-31T12:00:00.000000Z";

/// What an example is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A request: what must be there, and nothing that only an answer has.
    Request,
    /// An answer: everything.
    Answer,
}

/// Values for names that occur in many objects.
const BY_NAME: [(&str, &str); 26] = [
    ("name", "Northwind renewal"),
    ("username", "anna"),
    ("email", "anna@example.com"),
    ("password", "seven green bottles"),
    ("first_name", "Anna"),
    ("last_name", "Keller"),
    ("phone", "+49 30 1234567"),
    ("website", "https://example.com"),
    ("url", "https://example.com/hook"),
    ("city", "Berlin"),
    ("country", "Germany"),
    ("region", "Europe"),
    ("street", "Hauptstraße 1"),
    ("postal_code", "10115"),
    ("industry", "Manufacturing"),
    ("currency", "EUR"),
    ("amount", "12500.00"),
    ("unit_price", "99.00"),
    ("subject", "First call"),
    ("body", "Likes the offer; wants a longer term."),
    ("description", "Renewal for two years."),
    ("comment", "Strong fit"),
    ("time_zone", "Europe/Berlin"),
    ("locale", "en"),
    ("sql", "select stage_id, count(*) from deals group by stage_id"),
    ("object", "deal"),
];

/// An example of the schema.
pub(super) fn of(schema: &Value, schemas: &Map<String, Value>, purpose: Purpose) -> Value {
    Maker { schemas, purpose }.value("", schema, 0)
}

struct Maker<'a> {
    schemas: &'a Map<String, Value>,
    purpose: Purpose,
}

impl Maker<'_> {
    fn value(&self, name: &str, schema: &Value, depth: usize) -> Value {
        if let Some(target) = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
            let known = self.schemas.get(target).filter(|_| depth < MAX_DEPTH);
            return known.map_or(Value::Null, |schema| self.value(name, schema, depth + 1));
        }
        if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
            return example.clone();
        }
        if let Some(choice) = schema["enum"].get(0) {
            return choice.clone();
        }
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return parts.iter().fold(json!({}), |whole, part| merged(whole, self.value(name, part, depth + 1)));
        }
        if let Some(ways) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
            let way = ways.iter().find(|way| way["type"] != "null");
            return way.map_or(Value::Null, |way| self.value(name, way, depth + 1));
        }
        self.plain(name, schema, depth)
    }

    fn plain(&self, name: &str, schema: &Value, depth: usize) -> Value {
        match kind(schema) {
            "object" => self.object(schema, depth),
            "array" => {
                let item = self.value(name, &schema["items"], depth + 1);
                if item.is_null() { json!([]) } else { json!([item]) }
            }
            "integer" => schema.get("minimum").filter(|least| least.as_i64() > Some(1)).cloned().unwrap_or(json!(1)),
            "number" => json!(0.5),
            "boolean" => json!(self.purpose == Purpose::Answer),
            "string" => json!(text(name, schema)),
            _ => json!({}),
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = schema["properties"].as_object();
        let wanted = properties.into_iter().flatten().filter(|(name, property)| match self.purpose {
            Purpose::Request => property["readOnly"] != json!(true) && required.contains(&name.as_str()),
            Purpose::Answer => property["writeOnly"] != json!(true),
        });
        let made = wanted.map(|(name, property)| (name.clone(), self.value(name, property, depth + 1)));
        let mut made: Map<String, Value> = made.collect();
        if made.is_empty() && self.purpose == Purpose::Request {
            // Nothing is required: one field shows how it is written.
            let written =
                properties.into_iter().flatten().find(|(name, _)| BY_NAME.iter().any(|(known, _)| known == name));
            made.extend(written.map(|(name, property)| (name.clone(), self.value(name, property, depth + 1))));
        }
        Value::Object(made)
    }
}

/// The type of a schema that is not `null`.
fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(kind) => kind,
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
            if schema["properties"].is_object() {
                "object"
            } else {
                ""
            }
        }
    }
}

fn text(name: &str, schema: &Value) -> String {
    match schema["format"].as_str().unwrap_or_default() {
        "uuid" => return ID.to_owned(),
        "date-time" => return MOMENT.to_owned(),
        "date" => return "2026-03-31".to_owned(),
        "email" => return "anna@example.com".to_owned(),
        "uri" => return "https://example.com".to_owned(),
        _ => {}
    }
    let by_name = BY_NAME.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    let by_end = || match name {
        "id" => Some(ID),
        _ if name.ends_with("_id") => Some(ID),
        _ if name.ends_with("_at") => Some(MOMENT),
        _ if name.ends_with("_on") => Some("2026-03-31"),
        _ => None,
    };
    let value = by_name.or_else(by_end).unwrap_or("text");
    let most = schema["maxLength"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    value.chars().take(most).collect()
}

fn merged(whole: Value, part: Value) -> Value {
    match (whole, part) {
        (Value::Object(mut whole), Value::Object(part)) => {
            whole.extend(part);
            Value::Object(whole)
        }
        (_, part) => part,
    }
}

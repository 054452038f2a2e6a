//! Valid and invalid values for every field, derived from the catalogue.

use std::collections::BTreeMap;

use catalog::{FieldDef, FieldKind, ObjectDef};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::workspace::{Workspace, id_of};

/// More than the records that one test makes of one object.
const SPARE_CONTACTS: usize = 40;

/// Records that links can point at, by object.
pub(super) struct Samples {
    linked: BTreeMap<String, Uuid>,
    /// Contacts that belong to no lead yet: a lead has each of them once.
    contacts: Vec<Uuid>,
}

impl Samples {
    /// Makes one record of every object, in an order in which links find their targets.
    pub(super) async fn make(workspace: &Workspace) -> Self {
        let mut samples = Self { linked: BTreeMap::new(), contacts: Vec::new() };
        for n in 0..SPARE_CONTACTS {
            let body = json!({"name": format!("Spare {n}")});
            samples.contacts.push(id_of(&workspace.make("contact", body).await));
        }
        for object in workspace.written_by_people() {
            let body = samples.required(object, 0);
            let id = id_of(&workspace.make(&object.name, Value::Object(body)).await);
            samples.linked.insert(object.name.clone(), id);
        }
        samples
    }

    /// The id of the sample record of an object.
    pub(super) fn id(&self, object: &str) -> Uuid {
        self.linked[object]
    }

    /// The fields that a record must have; `n` tells samples apart.
    pub(super) fn required(&self, object: &ObjectDef, n: usize) -> Map<String, Value> {
        let fields = object.fields.iter().filter(|field| field.required && field.default.is_none() && !field.computed);
        let about = match object.name.as_str() {
            "comment" => Some(("lead_id".to_owned(), json!(self.linked.get("lead")))),
            // Rules at work would take the leads that nobody owns.
            "assignment_rule" => Some(("active".to_owned(), json!(false))),
            _ => None,
        };
        fields.map(|field| (field.name.clone(), self.value(object, field, n))).chain(about).collect()
    }

    /// Every field that a request may give and no rule decides.
    pub(super) fn full(&self, object: &ObjectDef, n: usize) -> Map<String, Value> {
        let fields = object.fields.iter().filter(|field| !field.computed && !decided(object, field));
        fields.map(|field| (field.name.clone(), self.value(object, field, n))).collect()
    }

    /// A valid value in its canonical form.
    pub(super) fn value(&self, object: &ObjectDef, field: &FieldDef, n: usize) -> Value {
        if let Some(value) = self.ruled(object, field, n) {
            return value;
        }
        match &field.kind {
            FieldKind::Text { max_len } if *max_len < 10 => json!("EUR"),
            FieldKind::Text { .. } => json!(format!("{} {n:05} Zoë", object.name)),
            FieldKind::LongText => json!(format!("line {n}\nß \"quoted\" \\ 🙂")),
            FieldKind::Email => json!(format!("{}{n}@example.com", object.name)),
            FieldKind::Phone => json!(format!("+49 30 {n:05}")),
            FieldKind::Url => json!(format!("https://example.com/{n}?a=b")),
            FieldKind::Integer { min, .. } if *min < 0 => json!(n),
            FieldKind::Integer { min, max } => json!((min + 1 + i64::try_from(n).expect("small")).min(*max)),
            FieldKind::Decimal { .. } => json!(format!("{}.25", n % 90)),
            // small enough that the items of one order add up
            FieldKind::Money if field.name == "unit_price" => json!(format!("{n}.10")),
            FieldKind::Money => json!(format!("{}.10", 9_000_000_000_000_000_u64 + u64::try_from(n).expect("small"))),
            FieldKind::Bool => json!(false),
            FieldKind::Date => json!(format!("2026-02-{:02}", n % 28 + 1)),
            FieldKind::DateTime => json!(format!("2026-02-{:02}T08:09:10.123456Z", n % 28 + 1)),
            FieldKind::Choice { options } => json!(options[n % options.len()]),
            FieldKind::Link { object: target } => self.linked.get(target).map_or(Value::Null, |id| json!(id)),
            FieldKind::Json => json!({"n": n, "list": [true, null, "x"]}),
        }
    }

    /// A value of a field that a rule checks beyond its kind.
    fn ruled(&self, object: &ObjectDef, field: &FieldDef, n: usize) -> Option<Value> {
        match (object.name.as_str(), field.name.as_str()) {
            (_, "tags") => Some(json!([format!("tag {n}")])),
            ("comment", "lead_id") => self.linked.get("lead").map(|lead| json!(lead)),
            ("comment", "contact_id" | "company_id" | "deal_id") => Some(Value::Null),
            ("assignment_rule", "conditions") => Some(json!({"country": [format!("Country {n}")]})),
            ("assignment_rule", "members") => self.linked.get("user").map(|user| json!([user])),
            ("workflow_rule", "object") => Some(json!("lead")),
            ("workflow_rule", "watched_fields") => Some(Value::from(vec![["status", "source"][n % 2]])),
            ("workflow_rule", "conditions") => {
                Some(json!({"field": "name", "operator": "eq", "value": format!("Name {n}")}))
            }
            ("workflow_rule", "actions") => Some(json!([{"kind": "add_tags", "tags": [format!("tag {n}")]}])),
            ("goal", "starts_on") => Some(json!(format!("{}-01-01", 2000 + n))),
            ("lead_contact", "contact_id") => self.contacts.get(n).map(|contact| json!(contact)),
            ("lead", "status") => Some(Value::from(["new", "contacted", "qualified"][n.min(2)])),
            ("lead_status", "category") => Some(Value::from(["open", "lost"][n % 2])),
            ("lead_status", "next_statuses") => Some(Value::from(vec![["new", "lost"][n % 2]])),
            ("lead_status", "required_fields") => Some(Value::from(vec![["email", "phone"][n % 2]])),
            ("user", "role") => Some(json!(["rep", "support"][n % 2])),
            ("role", "definition") => Some(Self::definition(["own", "team"][n % 2])),
            ("lead_feedback", "reasons") => Some(json!([["good_fit"], ["bad_timing"]][n % 2])),
            ("schedule", "time_of_day") => Some(json!(format!("{:02}:15", n % 24))),
            ("schedule", "time_zone") => Some(Value::from(["UTC", "Europe/Berlin", "Asia/Kolkata"][n % 3])),
            ("schedule", "formats") => Some(Value::from(vec![["pdf", "xlsx"][n % 2]])),
            ("schedule", "recipients") => self.linked.get("user").map(|user| json!([user])),
            _ => None,
        }
    }

    /// What a role grants, as it is stored: each action named.
    pub(super) fn definition(reach: &str) -> Value {
        let deal = json!({
            "read": reach, "create": "own", "update": "own", "delete": "none", "audit": "none", "export": reach,
            "fields": {"amount": "masked"},
        });
        json!({ "objects": { "deal": deal } })
    }

    /// Values the field must refuse, with their codes.
    pub(super) fn bad(field: &FieldDef) -> Vec<(Value, &'static str)> {
        let mut bad = match &field.kind {
            FieldKind::Text { max_len } => {
                let long = "x".repeat(usize::try_from(*max_len).expect("small") + 1);
                vec![(json!(1), "wrong_type"), (json!("a\u{0}b"), "invalid_text"), (json!(long), "too_long")]
            }
            FieldKind::LongText => vec![(json!([]), "wrong_type"), (json!("\u{0}"), "invalid_text")],
            FieldKind::Phone => vec![(json!(1), "wrong_type"), (json!("1".repeat(51)), "too_long")],
            FieldKind::Email => vec![(json!("nobody"), "invalid_email"), (json!({}), "wrong_type")],
            FieldKind::Url => vec![(json!("javascript:alert(1)"), "invalid_url"), (json!(true), "wrong_type")],
            FieldKind::Integer { max, .. } => {
                vec![(json!("1"), "wrong_type"), (json!(1.5), "wrong_type"), (json!(max + 1), "out_of_range")]
            }
            FieldKind::Decimal { .. } | FieldKind::Money => vec![
                (json!("abc"), "wrong_type"),
                (json!("1.234"), "too_precise"),
                (json!("99999999999999999"), "out_of_range"),
            ],
            FieldKind::Bool => vec![(json!("true"), "wrong_type"), (json!(1), "wrong_type")],
            FieldKind::Date => vec![(json!("2026-02-30"), "invalid_date"), (json!("31.03.2026"), "invalid_date")],
            FieldKind::DateTime => {
                vec![(json!("2026-03-31"), "invalid_moment"), (json!("2026-03-31T10:00:00"), "invalid_moment")]
            }
            FieldKind::Choice { .. } => vec![(json!("purple"), "unknown_choice"), (json!(1), "unknown_choice")],
            FieldKind::Link { .. } => {
                vec![(json!("1"), "invalid_id"), (json!(Uuid::from_u128(7)), "unknown_record")]
            }
            FieldKind::Json => vec![(json!("x".repeat(70_000)), "too_long")],
        };
        if field.required {
            bad.push((Value::Null, "required"));
        }
        bad
    }
}

/// Fields whose values follow from others by a rule.
pub(super) fn decided(object: &ObjectDef, field: &FieldDef) -> bool {
    let name = field.name.as_str();
    match object.name.as_str() {
        "deal" => matches!(name, "closed_on" | "pipeline_id" | "stage_id"),
        "lead" => name == "converted_at",
        "task" => matches!(name, "completed_at" | "repeat_every"),
        "schedule" => matches!(name, "weekday" | "day_of_month"),
        "comment" => matches!(name, "contact_id" | "company_id" | "deal_id" | "owner_id"),
        "lead_contact" => name == "owner_id",
        "order_item" | "deal_item" => matches!(name, "amount" | "owner_id"),
        _ => name == "parent_id" && matches!(object.name.as_str(), "company" | "team"),
    }
}

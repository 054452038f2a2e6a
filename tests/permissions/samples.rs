//! A record of every object, made over HTTP from the catalogue.

use std::collections::BTreeMap;

use catalog::{Changes, FieldDef, FieldKind, ObjectDef, Principal, Writers};
use serde_json::{Map, Value, json};

use super::office::Office;

/// Makes records, each linked to the first of the objects before it.
#[derive(Debug, Default)]
pub(super) struct Samples {
    linked: BTreeMap<String, Value>,
    made: usize,
}

impl Samples {
    /// The body of a new record that belongs to `owner`, where records of the object belong to people.
    pub(super) async fn body(&mut self, office: &Office, object: &ObjectDef, owner: &Principal) -> Value {
        self.made += 1;
        let needed = object.fields.iter().filter(|field| field.required && field.default.is_none() && !field.computed);
        let mut body: Map<String, Value> =
            needed.map(|field| (field.name.clone(), self.value(object, field, owner))).collect();
        if object.field("owner_id").is_some() && !["order_item", "comment"].contains(&object.name.as_str()) {
            body.insert("owner_id".to_owned(), json!(owner.user_id));
        }
        if object.name == "comment" {
            body.insert("lead_id".to_owned(), self.linked.get("lead").cloned().unwrap_or_default());
        }
        if object.name == "lead_contact" {
            // A lead and a contact are linked once.
            let contact = json!({"name": format!("contact of a lead {}", self.made), "owner_id": owner.user_id});
            body.insert("contact_id".to_owned(), office.make("contacts", contact).await["id"].clone());
        }
        if object.name == "user" {
            body.insert("password".to_owned(), json!("nine green bottles"));
        }
        Value::Object(body)
    }

    /// Makes a record that belongs to `owner` and answers its id.
    pub(super) async fn make(&mut self, office: &Office, object: &ObjectDef, owner: &Principal) -> String {
        let id = if object.writers == Writers::System {
            self.make_by_itself(office, object, owner).await
        } else if object.name == "comment" {
            // The first lead is Ben's, and so is what is said about it.
            let body = self.body(office, object, owner).await;
            office.make_as(office.person("ben"), &object.table, body).await["id"].clone()
        } else {
            let body = self.body(office, object, owner).await;
            office.make(&object.table, body).await["id"].clone()
        };
        self.linked.entry(object.name.clone()).or_insert_with(|| id.clone());
        id.as_str().unwrap_or_else(|| panic!("no id of a new {}", object.name)).to_owned()
    }

    /// What the program itself keeps: spans follow from deals, the rest is written as the program does.
    async fn make_by_itself(&mut self, office: &Office, object: &ObjectDef, owner: &Principal) -> Value {
        if object.name == "stage_span" {
            let deals = office.oltp.catalog().object("deal").expect("deals").clone();
            let body = self.body(office, &deals, owner).await;
            let deal = office.make("deals", body).await;
            let path = format!("/api/stage_spans?filter[deal_id]={}", deal["id"].as_str().expect("an id"));
            return office.get(office.person("ada"), &path).await["items"][0]["id"].clone();
        }
        self.made += 1;
        let mut changes = Changes::default();
        let given = object.fields.iter().filter(|field| field.required && field.default.is_none());
        for field in given {
            changes.set_computed(object, &field.name, &self.value(object, field, owner)).expect("a value that fits");
        }
        for field in object.fields.iter().filter(|field| field.name == "owner_id") {
            changes.set_computed(object, &field.name, &json!(owner.user_id)).expect("an owner");
        }
        for field in object.fields.iter().filter(|field| field.required && field.default.is_some()) {
            let default = field.default.clone().unwrap_or_default();
            changes.set_computed(object, &field.name, &default).expect("a default that fits");
        }
        let record = office.oltp.create(&Principal::system(), object, changes).await;
        record.unwrap_or_else(|error| panic!("{}: {error}", object.name))["id"].clone()
    }

    fn value(&self, object: &ObjectDef, field: &FieldDef, owner: &Principal) -> Value {
        let n = self.made;
        match (object.name.as_str(), field.name.as_str()) {
            ("role", "definition") => return json!({"objects": {"deal": {"read": "own"}}}),
            ("schedule", "subject") => return json!("pipeline-by-stage"),
            ("schedule", "recipients") | ("assignment_rule", "members") => return json!([owner.user_id]),
            ("workflow_rule", "object") => return json!("lead"),
            ("workflow_rule", "actions") => return json!([{"kind": "add_tags", "tags": ["hot"]}]),
            ("saved_report", "definition") => {
                return json!({"spec_version": 1, "values": [{"id": "n", "measure": "deal.count"}]});
            }
            ("dashboard", "definition") => return json!({"tiles": []}),
            // There is one champion at a time.
            ("score_model", "status") => return json!("retired"),
            (_, "position") => return json!(100 + n),
            ("user", "username") => return json!(format!("someone{n}")),
            _ => {}
        }
        match &field.kind {
            FieldKind::Text { .. } | FieldKind::LongText => json!(format!("{} {n}", object.name)),
            FieldKind::Email => json!(format!("someone{n}@example.com")),
            FieldKind::Phone => json!("+49 30 1"),
            FieldKind::Url => json!("https://example.com/"),
            FieldKind::Integer { min, .. } => json!(min),
            FieldKind::Decimal { .. } | FieldKind::Money => json!("1.00"),
            FieldKind::Bool => json!(false),
            FieldKind::Date => json!("2026-02-01"),
            FieldKind::DateTime => json!(format!("2026-02-01T08:{:02}:{:02}.000000Z", n / 60 % 60, n % 60)),
            FieldKind::Choice { options } => json!(options[0]),
            FieldKind::Link { object } if object == "user" => json!(owner.user_id),
            FieldKind::Link { object } => self.linked.get(object).cloned().unwrap_or_default(),
            FieldKind::Json => json!({}),
        }
    }
}

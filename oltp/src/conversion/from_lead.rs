//! What a lead says about the contact, the company and the deal that it becomes.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Conversion, Part};
use crate::records::Record;

/// Fields that a lead and a contact share.
const CONTACT: [&str; 10] = [
    "email",
    "phone",
    "marketing_consent",
    "job_title",
    "street",
    "city",
    "region",
    "postal_code",
    "country",
    "owner_id",
];
/// Fields that a lead and a company share; the person's address and phone are not the company's.
const COMPANY: [&str; 4] = ["industry", "region", "country", "owner_id"];
/// Fields that a lead and a deal share.
const DEAL: [&str; 2] = ["currency", "owner_id"];

/// The three parts of a conversion, completed from the lead.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    lead: &'a Record,
    wanted: Conversion,
}

impl<'a> Parts<'a> {
    pub(super) fn of(lead: &'a Record, wanted: Conversion) -> Self {
        Self { lead, wanted }
    }

    /// The company; nothing when the request is silent and the lead names none.
    pub(super) fn company(&self) -> Part {
        let company_name = self.text("company_name");
        let wanted = self.wanted.company.clone();
        if let (None, Some(id)) = (&wanted, self.linked("company_id")) {
            return Part::Existing(id);
        }
        let wanted = wanted.unwrap_or(if company_name.is_some() { Part::FromLead } else { Part::None });
        completed(wanted, || {
            let mut fields = self.shared(&COMPANY);
            fields.extend(company_name.map(|name| ("name".to_owned(), json!(name))));
            fields
        })
    }

    /// The contact, working at the company.
    pub(super) fn contact(&self, company: Option<Uuid>) -> Part {
        if let (Part::FromLead, Some(id)) = (&self.wanted.contact, self.linked("contact_id")) {
            return Part::Existing(id);
        }
        completed(self.wanted.contact.clone(), || {
            let mut fields = self.shared(&CONTACT);
            fields.insert("name".to_owned(), self.value("name"));
            fields.extend(company.map(|id| ("company_id".to_owned(), json!(id))));
            fields
        })
    }

    /// The deal with the company, named for it or for the person.
    pub(super) fn deal(&self, lead: Uuid, company: Option<Uuid>, contact: Option<Uuid>) -> Part {
        completed(self.wanted.deal.clone(), || {
            let mut fields = self.shared(&DEAL);
            let name = self.text("company_name").or_else(|| self.text("name")).unwrap_or_default();
            fields.insert("name".to_owned(), json!(name));
            fields.insert("amount".to_owned(), self.value("estimated_value"));
            fields.insert("lead_id".to_owned(), json!(lead));
            fields.extend(company.map(|id| ("company_id".to_owned(), json!(id))));
            fields.extend(contact.map(|id| ("contact_id".to_owned(), json!(id))));
            fields
        })
    }

    fn shared(&self, names: &[&str]) -> Map<String, Value> {
        let values = names.iter().map(|name| ((*name).to_owned(), self.value(name)));
        values.filter(|(_, value)| !value.is_null()).collect()
    }

    fn value(&self, name: &str) -> Value {
        self.lead.get(name).cloned().unwrap_or_default()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.lead.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
    }

    fn linked(&self, name: &str) -> Option<Uuid> {
        self.text(name).and_then(|id| Uuid::parse_str(id).ok())
    }
}

/// The part with the fields of the lead under those that are given.
fn completed(wanted: Part, fields: impl FnOnce() -> Map<String, Value>) -> Part {
    match wanted {
        Part::FromLead => Part::New(fields()),
        Part::New(given) => {
            let mut fields = fields();
            fields.extend(given);
            Part::New(fields)
        }
        Part::Existing(_) | Part::None => wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead() -> Record {
        let lead = json!({"name": "Ada", "company_name": "Acme", "email": "ada@acme.example", "phone": null,
                          "estimated_value": "12.00", "currency": "EUR", "industry": "Tools"});
        lead.as_object().cloned().unwrap_or_default()
    }

    fn new(part: Part) -> Value {
        let Part::New(fields) = part else { panic!("not a new record: {part:?}") };
        Value::Object(fields)
    }

    #[test]
    fn what_is_given_wins_over_what_the_lead_says() {
        let given = json!({"amount": "20", "name": "Acme pilot"}).as_object().cloned().unwrap_or_default();
        let (lead, id) = (lead(), Uuid::from_u128(1));
        let parts = Parts::of(&lead, Conversion { deal: Part::New(given), ..Conversion::default() });

        assert_eq!(new(parts.company()), json!({"name": "Acme", "industry": "Tools"}));
        assert_eq!(new(parts.contact(Some(id))), json!({"name": "Ada", "email": "ada@acme.example", "company_id": id}));
        assert_eq!(
            new(parts.deal(id, None, None)),
            json!({"name": "Acme pilot", "amount": "20", "currency": "EUR", "lead_id": id})
        );
    }

    #[test]
    fn a_lead_without_a_company_makes_none_unless_asked() {
        let mut lead = lead();
        lead.insert("company_name".to_owned(), Value::Null);

        assert_eq!(Parts::of(&lead, Conversion::default()).company(), Part::None);
        let asked = Conversion { company: Some(Part::FromLead), ..Conversion::default() };
        assert_eq!(new(Parts::of(&lead, asked).company()), json!({"industry": "Tools"}));
    }
}

//! Role definitions as administrators write them: checked against the catalogue, all mistakes at once.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Action, FieldRule, ObjectRights, RoleDefinition};
use crate::{Catalog, Invalid, InvalidField, ObjectDef, Ownership, Scope, Writers};

/// Where a definition stands in a role.
const ROOT: &str = "/definition";

impl RoleDefinition {
    /// Checks a definition: `{"objects": {"deal": {"read": "own", "fields": {"amount": "masked"}}}}`.
    ///
    /// # Errors
    /// Every mistake, each with a pointer: names that are not in the catalogue, words that are no
    /// scope or rule, and rights that an object cannot have.
    pub fn parse(value: &Value, catalog: &Catalog) -> Result<Self, Invalid> {
        let mut mistakes = Mistakes(Vec::new());
        let mut objects = BTreeMap::new();
        if let Some(members) = mistakes.members(ROOT, value) {
            for name in members.keys().filter(|name| *name != "objects") {
                mistakes.add(&at(ROOT, name), "unknown_field", "a definition has `objects` and nothing else");
            }
            let pointer = at(ROOT, "objects");
            let given = members.get("objects").unwrap_or(&Value::Null);
            for (name, rights) in mistakes.members(&pointer, given).into_iter().flatten() {
                let pointer = at(&pointer, name);
                let Some(object) = catalog.object(name) else {
                    mistakes.add(&pointer, "unknown_object", format!("there is no object called {name}"));
                    continue;
                };
                if let Some(rights) = mistakes.rights(&pointer, rights, object) {
                    objects.insert(name.clone(), rights);
                }
            }
        }
        if mistakes.0.is_empty() { Ok(Self { objects }) } else { Err(Invalid(mistakes.0)) }
    }

    /// Reads a stored definition. Names that the catalogue no longer has are harmless and stay.
    ///
    /// # Errors
    /// It has not the form of a definition; whoever bears it must see nothing.
    pub fn stored(value: &Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(value.clone())
    }
}

struct Mistakes(Vec<InvalidField>);

impl Mistakes {
    fn add(&mut self, pointer: &str, code: &'static str, message: impl Into<String>) {
        self.0.push(InvalidField { pointer: pointer.to_owned(), code, message: message.into() });
    }

    fn members<'v>(&mut self, pointer: &str, value: &'v Value) -> Option<&'v Map<String, Value>> {
        let members = value.as_object();
        if members.is_none() {
            self.add(pointer, "wrong_type", "this must be a JSON object");
        }
        members
    }

    fn rights(&mut self, pointer: &str, value: &Value, object: &ObjectDef) -> Option<ObjectRights> {
        let mut rights = ObjectRights::default();
        for (name, value) in self.members(pointer, value)? {
            let pointer = at(pointer, name);
            if name == "fields" {
                rights.fields = self.rules(&pointer, value, object);
                continue;
            }
            let Some(action) = Action::ALL.into_iter().find(|action| action.as_str() == name) else {
                let known = Action::ALL.map(Action::as_str).join(", ");
                self.add(
                    &pointer,
                    "unknown_action",
                    format!("there is no action {name}; there are {known} and fields"),
                );
                continue;
            };
            match Scope::ALL.into_iter().find(|scope| Some(scope.as_str()) == value.as_str()) {
                Some(reach) => rights = rights.with(action, reach),
                None => self.add(&pointer, "unknown_scope", "use none, own, team or all"),
            }
        }
        self.check(pointer, &rights, object);
        Some(rights)
    }

    fn rules(&mut self, pointer: &str, value: &Value, object: &ObjectDef) -> BTreeMap<String, FieldRule> {
        let mut rules = BTreeMap::new();
        for (name, value) in self.members(pointer, value).into_iter().flatten() {
            let pointer = at(pointer, name);
            let rule = FieldRule::ALL.into_iter().find(|rule| Some(rule.as_str()) == value.as_str());
            match (object.field(name), rule) {
                (None, _) => self.add(&pointer, "unknown_field", format!("{} has no field {name}", object.label)),
                (Some(_), None) => self.add(&pointer, "unknown_rule", "use hidden, masked, read or write"),
                (Some(_), Some(FieldRule::Hidden)) if *name == object.title => {
                    let message = format!("{} names the record, so it can be masked but not hidden", object.title);
                    self.add(&pointer, "title_hidden", message);
                }
                (Some(_), Some(FieldRule::Write)) => {}
                (Some(_), Some(rule)) => drop(rules.insert(name.clone(), rule)),
            }
        }
        rules
    }

    /// Rights that go together, and that the object can have.
    fn check(&mut self, pointer: &str, rights: &ObjectRights, object: &ObjectDef) {
        let plural = object.plural_label.to_lowercase();
        for action in Action::ALL {
            let (reach, pointer) = (rights.reach(action), at(pointer, action.as_str()));
            if reach > rights.read {
                let message = format!("{} cannot reach further than read", action.as_str());
                self.add(&pointer, "beyond_read", message);
            }
            if let Some(most) = unfit(reach, object.ownership) {
                self.add(&pointer, "unfit_scope", format!("{plural} {most}"));
            }
            if action.writes() && reach != Scope::None {
                match object.writers {
                    Writers::Admins => {
                        self.add(&pointer, "admins_only", format!("only administrators write {plural}; use none"));
                    }
                    Writers::System => {
                        self.add(&pointer, "system_only", format!("the program itself writes {plural}; use none"));
                    }
                    Writers::Managers | Writers::Reps | Writers::Everyone | Writers::Anyone => {}
                }
            }
        }
        if rights.create == Scope::None {
            return;
        }
        for (name, rule) in &rights.fields {
            let needed = object.field(name).is_some_and(|field| field.required && field.default.is_none());
            if needed && *rule != FieldRule::Write {
                let message =
                    format!("nobody can create {plural} without {name}; let it be written, or create be none");
                self.add(&at(&at(pointer, "fields"), name), "needed_to_create", message);
            }
        }
    }
}

/// Why a reach makes no sense for rows that belong to people in this way.
fn unfit(reach: Scope, ownership: Ownership) -> Option<&'static str> {
    match (ownership, reach) {
        (Ownership::Shared, Scope::Own | Scope::Team) => Some("belong to nobody; use none or all"),
        (Ownership::Personal, Scope::Team | Scope::All) => {
            Some("are their author's and of those they are shared with; use none or own")
        }
        (Ownership::Owned, _)
        | (Ownership::Shared, Scope::None | Scope::All)
        | (Ownership::Personal, Scope::None | Scope::Own) => None,
    }
}

/// The pointer to a member, its name escaped (RFC 6901, section 3).
fn at(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Role;

    fn mistakes(objects: &Value) -> Vec<(String, &'static str)> {
        let parsed = RoleDefinition::parse(&json!({ "objects": objects }), &Catalog::standard());
        parsed.err().map_or_else(Vec::new, |Invalid(all)| all.into_iter().map(|one| (one.pointer, one.code)).collect())
    }

    #[test]
    fn every_mistake_has_its_place_and_its_code() {
        let found = mistakes(&json!({
            "deal": {"read": "own", "update": "all", "destroy": "all", "fields": {"colour": "masked", "amount": "gone"}},
            "product": {"read": "team"},
            "saved_view": {"read": "all"},
            "user": {"read": "all", "update": "all"},
            "delivery": {"read": "own", "create": "own"},
            "contact": {"read": "own", "create": "own", "fields": {"name": "masked"}},
            "lead": {"read": "everything", "fields": {"name": "hidden"}},
            "unicorn": {},
        }));

        let expected = [
            ("/definition/objects/contact/fields/name", "needed_to_create"),
            ("/definition/objects/deal/destroy", "unknown_action"),
            ("/definition/objects/deal/fields/amount", "unknown_rule"),
            ("/definition/objects/deal/fields/colour", "unknown_field"),
            ("/definition/objects/deal/update", "beyond_read"),
            ("/definition/objects/delivery/create", "system_only"),
            ("/definition/objects/lead/fields/name", "title_hidden"),
            ("/definition/objects/lead/read", "unknown_scope"),
            ("/definition/objects/product/read", "unfit_scope"),
            ("/definition/objects/saved_view/read", "unfit_scope"),
            ("/definition/objects/unicorn", "unknown_object"),
            ("/definition/objects/user/update", "admins_only"),
        ];
        let mut found: Vec<(&str, &str)> = found.iter().map(|(pointer, code)| (pointer.as_str(), *code)).collect();
        found.sort_unstable();
        assert_eq!(found, expected);
        assert!(RoleDefinition::parse(&json!([]), &Catalog::standard()).is_err());
        assert!(RoleDefinition::parse(&json!({"objects": {}, "admin": true}), &Catalog::standard()).is_err());
    }

    #[test]
    fn every_preset_but_the_administrators_can_be_copied() {
        let catalog = Catalog::standard();

        for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
            let copied = RoleDefinition::of_preset(role, &catalog.objects);
            let value = serde_json::to_value(&copied).expect("JSON");
            assert_eq!(RoleDefinition::parse(&value, &catalog), Ok(copied), "{role}");
        }
    }

    #[test]
    fn a_stored_definition_of_another_form_is_refused() {
        assert!(RoleDefinition::stored(&json!({"objects": {"deal": {"read": "own", "gone_field": 1}}})).is_err());
        assert!(RoleDefinition::stored(&json!(null)).is_err());
        assert!(RoleDefinition::stored(&json!({"objects": {"gone_object": {"read": "own"}}})).is_ok());
    }
}

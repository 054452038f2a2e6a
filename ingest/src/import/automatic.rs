//! Which field a column means when no mapping says so.

use catalog::{FieldDef, FieldKind, ObjectDef};

/// Other names that exports of common systems use, field by field.
const ALIASES: [(&str, &[&str]); 24] = [
    ("external_id", &["id", "record_id", "external_key", "prospect_id", "opportunity_id"]),
    ("name", &["full_name", "display_name", "product", "account", "account_name", "company", "opportunity", "subject"]),
    ("email", &["e_mail", "mail", "email_address"]),
    ("phone", &["telephone", "tel", "phone_number", "mobile"]),
    ("company_name", &["company", "account", "organisation", "organization"]),
    ("company_id", &["account", "account_name", "company_name", "organisation", "organization", "customer"]),
    ("owner_id", &["assigned_to", "sales_agent", "sales_rep", "salesperson", "owner_name", "rep"]),
    ("source", &["lead_source", "origin", "channel"]),
    ("industry", &["sector", "branch"]),
    ("employee_count", &["employees", "number_of_employees", "headcount"]),
    ("annual_revenue", &["revenue", "turnover"]),
    ("founded_year", &["year_established", "established", "founded"]),
    ("region", &["state", "province", "regional_office"]),
    ("postal_code", &["zip", "zip_code", "postcode"]),
    ("street", &["address", "street_address"]),
    ("country", &["office_location"]),
    ("website", &["url", "web", "homepage"]),
    ("parent_id", &["parent", "subsidiary_of", "parent_company"]),
    ("job_title", &["position", "role", "title"]),
    ("stage_id", &["deal_stage", "status"]),
    ("amount", &["value", "deal_value", "close_value", "revenue"]),
    ("closed_on", &["close_date", "closed_date"]),
    ("price", &["sales_price", "list_price", "unit_price"]),
    ("engaged_on", &["engage_date", "engaged"]),
];

/// Finds a field for each column; the strongest reading of a name wins, each field once.
pub(crate) fn fields<'o>(object: &'o ObjectDef, header: &[String]) -> Vec<Option<&'o FieldDef>> {
    let mut chosen: Vec<Option<&FieldDef>> = vec![None; header.len()];
    let names: Vec<String> = header.iter().map(|name| plain(name)).collect();
    for reading in [own_name, label, without_id, title, alias] {
        for (index, name) in names.iter().enumerate() {
            if chosen[index].is_some() {
                continue;
            }
            let free = |field: &&FieldDef| !chosen.iter().flatten().any(|other| other.name == field.name);
            let field = object.fields.iter().filter(|field| !field.computed).filter(free);
            let field = field.clone().find(|field| reading(object, field, name));
            chosen[index] = field;
        }
    }
    chosen
}

fn own_name(_: &ObjectDef, field: &FieldDef, name: &str) -> bool {
    field.name == name
}

fn label(_: &ObjectDef, field: &FieldDef, name: &str) -> bool {
    plain(&field.label) == name
}

fn without_id(_: &ObjectDef, field: &FieldDef, name: &str) -> bool {
    matches!(field.kind, FieldKind::Link { .. }) && field.name.strip_suffix("_id") == Some(name)
}

/// `lead`, `lead_name` and `Lead name` mean the field that names a lead.
fn title(object: &ObjectDef, field: &FieldDef, name: &str) -> bool {
    let plain_title = name.strip_prefix(object.name.as_str()).map(|rest| rest.trim_start_matches('_'));
    let titled = name == "title" && object.field("job_title").is_none();
    field.name == object.title && (titled || plain_title.is_some_and(|rest| rest.is_empty() || rest == "name"))
}

fn alias(object: &ObjectDef, field: &FieldDef, name: &str) -> bool {
    let own_id = field.name == "external_id" && name.strip_suffix("_id") == Some(object.name.as_str());
    own_id || ALIASES.iter().any(|(of, aliases)| *of == field.name && aliases.contains(&name))
}

/// Lower case, words joined by underscores: `Lead Number` and `leadNumber` are `lead_number`.
pub(crate) fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut after_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && after_lower {
            plain.push('_');
        }
        after_lower = c.is_lowercase() || c.is_ascii_digit();
        if c.is_alphanumeric() {
            plain.extend(c.to_lowercase());
        } else if !plain.is_empty() && !plain.ends_with('_') {
            plain.push('_');
        }
    }
    plain.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use catalog::Catalog;

    use super::*;

    fn chosen(object: &str, header: &[&str]) -> Vec<String> {
        let catalog = Catalog::standard();
        let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
        let object = catalog.object(object).expect("an object");
        fields(object, &header).iter().map(|field| field.map_or("-".to_owned(), |field| field.name.clone())).collect()
    }

    #[test]
    fn names_labels_links_and_aliases_are_recognised() {
        assert_eq!(
            chosen("deal", &["Name", "owner", "Deal Stage", "expectedCloseOn", "Colour", "id"]),
            ["name", "owner_id", "stage_id", "expected_close_on", "-", "external_id"]
        );
        assert_eq!(chosen("company", &["account", "sector", "revenue"]), ["name", "industry", "annual_revenue"]);
    }

    #[test]
    fn a_field_is_given_to_one_column_only() {
        assert_eq!(chosen("lead", &["e-mail", "Email", "mail"]), ["-", "email", "-"]);
    }
}

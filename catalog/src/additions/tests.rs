//! Additions are checked by tables of good and bad ones, and come back as they were given.

use super::*;
use crate::Changes;

fn field(kind: FieldKind) -> AddedField {
    AddedField { object: "lead".to_owned(), field: FieldDef::new("cf_budget", "Budget", kind) }
}

fn codes(added: &AddedField) -> Vec<(String, &'static str)> {
    let refused = Catalog::standard().check_addition(added).err();
    refused.into_iter().flat_map(|invalid| invalid.0).map(|field| (field.pointer, field.code)).collect()
}

#[test]
fn no_standard_field_is_named_like_an_added_one() {
    for object in Catalog::standard().objects {
        assert!(object.fields.iter().all(|field| !field.added()), "{}", object.name);
    }
}

#[test]
fn what_is_added_is_a_field_like_any_other_and_can_be_read_back() {
    let options = vec!["gold".to_owned(), "silver".to_owned()];
    let additions = Additions { objects: Vec::new(), fields: vec![field(FieldKind::Choice { options })] };

    let catalog = Catalog::standard().with_additions(&additions).expect("valid");
    let lead = catalog.object("lead").expect("leads");
    let body = serde_json::json!({ "cf_budget": "bronze" });
    let refused = Changes::parse_patch(lead, body.as_object().expect("an object")).expect_err("no such option");

    assert_eq!(refused.0[0].pointer, "/cf_budget");
    assert_eq!(Additions::of(&catalog), additions);
    assert_eq!(catalog.with_additions(&Additions::default()).expect("valid"), Catalog::standard());
}

#[test]
fn kinds_have_limits() {
    let text = |max_len| FieldKind::Text { max_len };
    let decimal = |precision, scale| FieldKind::Decimal { precision, scale };
    let choice = |options: &[&str]| FieldKind::Choice { options: options.iter().map(|&o| o.to_owned()).collect() };
    let link = |object: &str| FieldKind::Link { object: object.to_owned() };
    let good = [
        text(1),
        text(1_000),
        FieldKind::LongText,
        FieldKind::Email,
        FieldKind::Phone,
        FieldKind::Url,
        FieldKind::Bool,
        FieldKind::Date,
        FieldKind::DateTime,
        FieldKind::Integer { min: 0, max: 0 },
        decimal(28, 10),
        decimal(1, 0),
        choice(&["a", "b"]),
        link("company"),
    ];
    let bad = [
        (text(0), "/kind/max_len"),
        (text(1_001), "/kind/max_len"),
        (FieldKind::Integer { min: 2, max: 1 }, "/kind"),
        (FieldKind::Integer { min: i64::MIN, max: 1 }, "/kind"),
        (decimal(29, 2), "/kind"),
        (decimal(2, 3), "/kind"),
        (decimal(0, 0), "/kind"),
        (choice(&[]), "/kind/options"),
        (choice(&["a", "A"]), "/kind/options/1"),
        (choice(&["a", " b"]), "/kind/options/1"),
        (link("dashboard"), "/kind/object"),
        (link("nothing"), "/kind/object"),
        (FieldKind::Json, "/kind"),
    ];

    for kind in good {
        assert!(codes(&field(kind.clone())).is_empty(), "{kind:?}");
    }
    for (kind, pointer) in bad {
        let refused = codes(&field(kind.clone()));
        assert_eq!(refused.iter().map(|(pointer, _)| pointer.as_str()).collect::<Vec<_>>(), [pointer], "{kind:?}");
    }
}

#[test]
fn names_labels_and_objects_are_checked_at_once() {
    let mut wrong = field(FieldKind::Bool);
    wrong.field.name = "budget".to_owned();
    wrong.field.label = "Company Name".to_owned();
    wrong.field.help = "x".repeat(MAX_HELP_LEN + 1);
    wrong.field.searchable = true;

    let refused = codes(&wrong);

    assert_eq!(
        refused.iter().map(|(pointer, code)| (pointer.as_str(), *code)).collect::<Vec<_>>(),
        [("/name", "invalid_name"), ("/help", "too_long"), ("/label", "duplicate"), ("/searchable", "not_text")]
    );
    for (object, code) in [("user", "not_extensible"), ("delivery", "not_extensible"), ("ufo", "unknown_object")] {
        assert_eq!(codes(&AddedField { object: object.to_owned(), ..field(FieldKind::Bool) })[0].1, code);
    }
}

#[test]
fn money_needs_the_currency_of_its_record() {
    let money = |object: &str| AddedField { object: object.to_owned(), ..field(FieldKind::Money) };

    assert!(codes(&money("deal")).is_empty());
    assert_eq!(codes(&money("contact")), [("/kind".to_owned(), "no_currency")]);
}

#[test]
fn an_object_has_room_for_so_many() {
    let many = |count: usize| {
        let fields = (0..count).map(|n| AddedField {
            object: "lead".to_owned(),
            field: FieldDef::new(&format!("cf_n{n}"), &format!("Number {n}"), FieldKind::Bool),
        });
        Catalog::standard().with_additions(&Additions { objects: Vec::new(), fields: fields.collect() })
    };

    assert!(many(MAX_ADDED_FIELDS).is_ok());
    assert!(many(MAX_ADDED_FIELDS + 1).is_err());
}

#[test]
fn names_come_from_labels_and_are_never_given_twice() {
    let long = "budget ".repeat(20);
    let taken = BTreeSet::from(["cf_annual_budget".to_owned(), "cf_annual_budget_2".to_owned()]);
    for (label, name) in [("Annual Budget (€)", "cf_annual_budget_3"), ("Größe", "cf_gr_e"), ("予算", "cf_field")]
    {
        assert_eq!(added_name(label, &taken), name);
    }

    let mut checked = field(FieldKind::Bool);
    checked.field.name = added_name(&long, &taken);

    assert!(codes(&checked).is_empty(), "{}", checked.field.name);
}

#[test]
fn an_object_of_ones_own_has_fields_like_any_other() {
    let none = BTreeSet::new();
    let project = AddedObject::named("Project", "Projects", &none);
    let mut field = field(FieldKind::Link { object: "co_project".to_owned() });
    let own = AddedField { object: project.name.clone(), ..field.clone() };
    "lead".clone_into(&mut field.object);
    let additions = Additions { objects: vec![project.clone()], fields: vec![own, field] };

    let catalog = Catalog::standard().with_additions(&additions).expect("valid");

    let object = catalog.by_table("co_projects").expect("projects");
    assert!(object.added() && object.field("cf_budget").is_some() && object.field("owner_id").is_some());
    let mut found = Additions::of(&catalog);
    found.fields.reverse();
    assert_eq!(found, additions);
    assert!(catalog.check_object(&AddedObject { name: "co_other".to_owned(), ..project.clone() }).is_err());
    assert!(catalog.check_object(&project).is_ok(), "it may keep its labels");
}

#[test]
fn names_of_objects_are_plain_and_none_is_taken_for_a_history() {
    let none = BTreeSet::new();
    let cases = [
        ("Order history", "Order histories", "co_order_history_1", "co_order_histories"),
        ("Series", "Series", "co_series", "co_series_2"),
        ("Ärger", "Ärger", "co_rger", "co_rger_2"),
        ("!", "?", "co_object", "co_object_2"),
    ];
    for (label, plural, name, table) in cases {
        let object = AddedObject::named(label, plural, &none);
        assert_eq!((object.name.as_str(), object.table.as_str()), (name, table));
        assert!(Catalog::standard().check_object(&object).is_ok(), "{label}");
    }
    for (label, pointer) in [("Lead", "/label"), ("", "/label"), (&*"x".repeat(41), "/label")] {
        let object = AddedObject { label: label.to_owned(), ..AddedObject::named("Thing", "Things", &none) };
        let refused = Catalog::standard().check_object(&object).expect_err("refused");
        assert_eq!(refused.0[0].pointer, pointer, "{label}");
    }
}

//! Random trees of filters against a naive evaluator over the same rows.

use std::{cmp::Ordering, collections::BTreeMap};

use axum::http::StatusCode;
use proptest::{prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::workspace::{Client, Workspace, encoded, id_of};

/// Trees that are compared; each asks the server once.
const TREES: u32 = 300;
const DEALS: usize = 60;

/// Fields that are tested, with what kind of value they hold.
const FIELDS: [(&str, Kind); 8] = [
    ("name", Kind::Text),
    ("lost_reason", Kind::Text),
    ("amount", Kind::Number),
    ("expected_close_on", Kind::Day),
    ("status", Kind::Choice),
    ("company.industry", Kind::Text),
    ("company.employee_count", Kind::Number),
    ("company.parent.industry", Kind::Text),
];

const WORDS: [&str; 7] = ["", "a", "Energy", "ENERGY", "50%", "a_b", "water"];
const NUMBERS: [&str; 5] = ["0", "1", "2", "10", "1000"];
const DAYS: [&str; 5] = ["2026-03-01", "2026-03-30", "2026-03-31", "2026-04-01", "2027-01-01"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Day,
    Choice,
}

fn value_of(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Text => select(WORDS.to_vec()).prop_map(Value::from).boxed(),
        Kind::Number => select(NUMBERS.to_vec()).prop_map(Value::from).boxed(),
        Kind::Day => prop_oneof![
            3 => select(DAYS.to_vec()).prop_map(Value::from),
            1 => Just(json!({"rel": "this", "unit": "month"})),
            1 => Just(json!({"rel": "last", "n": 30, "unit": "day"})),
        ]
        .boxed(),
        Kind::Choice => select(vec!["open", "won"]).prop_map(Value::from).boxed(),
    }
}

fn test() -> impl Strategy<Value = Value> {
    select(FIELDS.to_vec()).prop_flat_map(|(field, kind)| {
        let value = value_of(kind);
        let plain = if kind == Kind::Day { select(DAYS.to_vec()).prop_map(Value::from).boxed() } else { value.clone() };
        let list = prop::collection::vec(plain, 1..4).prop_map(Value::from);
        let truth = any::<bool>().prop_map(Value::from);
        let mut tests = vec![
            (select(vec!["eq", "ne"]), value.clone().boxed()),
            (select(vec!["in", "not_in"]), list.boxed()),
            (select(vec!["is_null", "is_empty"]), truth.boxed()),
        ];
        match kind {
            Kind::Text => {
                let words = vec!["contains", "not_contains", "starts_with", "ends_with"];
                tests.push((select(words), value.boxed()));
            }
            Kind::Number | Kind::Day => {
                tests.push((select(vec!["gt", "gte", "lt", "lte"]), value.clone().boxed()));
                let pair = (value.clone(), value).prop_map(|(low, high)| json!([low, high]));
                tests.push((select(vec!["between"]), pair.boxed()));
            }
            Kind::Choice => {}
        }
        select(tests).prop_flat_map(move |(operator, value)| {
            (operator, value)
                .prop_map(move |(operator, value)| json!({"field": field, "operator": operator, "value": value}))
        })
    })
}

fn tree() -> impl Strategy<Value = Value> {
    test().prop_recursive(4, 12, 3, |inside| {
        prop_oneof![
            prop::collection::vec(inside.clone(), 1..4).prop_map(|parts| json!({ "and": parts })),
            prop::collection::vec(inside.clone(), 1..4).prop_map(|parts| json!({ "or": parts })),
            inside.prop_map(|inside| json!({ "not": inside })),
        ]
    })
}

#[tokio::test]
async fn random_trees_find_what_a_naive_evaluator_finds() {
    let workspace = Workspace::start().await;
    let mut runner = TestRunner::deterministic();
    let rep = workspace.rep().await;
    fill(&workspace, rep.user_id, &mut runner).await;
    let client = workspace.client(&rep);
    let rows = Rows { deals: all(&client, "deals").await, companies: all(&client, "companies").await };

    let (mut some, mut none) = (0, 0);
    for _ in 0..TREES {
        let filter = tree().new_tree(&mut runner).expect("a tree").current();
        let answer = client.get(&format!("/api/deals?limit=500&filter={}", encoded(&filter.to_string()))).await;
        assert_eq!(answer.status, StatusCode::OK, "{filter}: {answer:?}");
        let mut found = ids(answer.body["items"].as_array().expect("items"));
        found.sort();

        let expected: Vec<String> =
            rows.deals.iter().filter(|(_, deal)| rows.holds(&filter, deal)).map(|(id, _)| id.clone()).collect();

        assert_eq!(found, expected, "{filter}");
        if found.is_empty() { none += 1 } else { some += 1 }
    }
    assert!(some > TREES / 4 && none > 0, "the trees tell rows apart: {some} found some, {none} none");
}

/// Companies of two owners, one of them in the bin, and deals at random of all of them.
async fn fill(workspace: &Workspace, rep: uuid::Uuid, runner: &mut TestRunner) {
    let stranger = workspace.rep().await.user_id;
    let mut pick = |of: &'static [&'static str]| {
        let strategy = prop::option::of(select(of.to_vec()));
        strategy.new_tree(runner).expect("a value").current()
    };
    let mut companies: Vec<Option<uuid::Uuid>> = vec![None];
    for n in 0..8 {
        let owner = if n % 3 == 2 { stranger } else { rep };
        let employees = pick(&NUMBERS).and_then(|number| number.parse::<i64>().ok());
        let body = json!({
            "name": format!("company {n}"), "owner_id": owner, "industry": pick(&WORDS), "employee_count": employees,
            "parent_id": companies[n / 2],
        });
        companies.push(Some(id_of(&workspace.make("company", body).await)));
    }
    for n in 0..DEALS {
        let word = pick(&WORDS).filter(|word| !word.is_empty()).unwrap_or("b");
        let body = json!({
            "name": word, "owner_id": rep, "lost_reason": pick(&WORDS), "amount": pick(&NUMBERS),
            "expected_close_on": pick(&DAYS), "company_id": companies[n % companies.len()],
        });
        workspace.make("deal", body).await;
    }
    let admin = workspace.client(&workspace.admin().await);
    let gone = companies[4].expect("a company");
    assert_eq!(admin.delete(&format!("/api/companies/{gone}")).await.status, StatusCode::OK);
}

async fn all(client: &Client, table: &str) -> BTreeMap<String, Value> {
    let page = client.get(&format!("/api/{table}?limit=500")).await;
    let items = page.body["items"].as_array().expect("items");
    ids(items).into_iter().zip(items.iter().cloned()).collect()
}

fn ids(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

/// What the person sees, by id.
struct Rows {
    deals: BTreeMap<String, Value>,
    companies: BTreeMap<String, Value>,
}

impl Rows {
    fn holds(&self, filter: &Value, deal: &Value) -> bool {
        if let Some(parts) = filter["and"].as_array() {
            return parts.iter().all(|part| self.holds(part, deal));
        }
        if let Some(parts) = filter["or"].as_array() {
            return parts.iter().any(|part| self.holds(part, deal));
        }
        if let Some(inside) = filter.get("not") {
            return !self.holds(inside, deal);
        }
        let value = self.value(filter["field"].as_str().expect("a field"), deal);
        compare(&value, filter["operator"].as_str().expect("an operator"), &filter["value"])
    }

    fn value(&self, path: &str, record: &Value) -> Value {
        let Some((link, rest)) = path.split_once('.') else { return record[path].clone() };
        let id = record[format!("{link}_id").as_str()].as_str().unwrap_or_default();
        self.companies.get(id).map_or(Value::Null, |company| self.value(rest, company))
    }
}

/// What the documentation of filters says, word for word.
fn compare(value: &Value, operator: &str, asked: &Value) -> bool {
    let text = plain(value);
    let lower = text.to_lowercase();
    let word = plain(asked).to_lowercase();
    let present = !value.is_null();
    match operator {
        "eq" => within(value, asked),
        "ne" => !within(value, asked),
        "in" => asked.as_array().expect("a list").iter().any(|asked| within(value, asked)),
        "not_in" => !asked.as_array().expect("a list").iter().any(|asked| within(value, asked)),
        "is_null" => present != (*asked == json!(true)),
        "is_empty" => (present && !text.is_empty()) != (*asked == json!(true)),
        "contains" => present && lower.contains(&word),
        "not_contains" => !(present && lower.contains(&word)),
        "starts_with" => present && lower.starts_with(&word),
        "ends_with" => present && lower.ends_with(&word),
        "between" => {
            present && order(value, &asked[0]) != Ordering::Less && order(value, &asked[1]) != Ordering::Greater
        }
        "gt" => present && order(value, asked) == Ordering::Greater,
        "gte" => present && order(value, asked) != Ordering::Less,
        "lt" => present && order(value, asked) == Ordering::Less,
        "lte" => present && order(value, asked) != Ordering::Greater,
        _ => panic!("{operator}"),
    }
}

fn within(value: &Value, asked: &Value) -> bool {
    !value.is_null() && order(value, asked) == Ordering::Equal
}

/// Before, in or after what is asked; a period is one place.
fn order(value: &Value, asked: &Value) -> Ordering {
    let text = plain(value);
    // The clock of a workspace stands at noon of 31 March 2026.
    let (first, last) = match asked["rel"].as_str() {
        Some("this") => ("2026-03-01".to_owned(), "2026-03-31".to_owned()),
        Some("last") => ("2026-03-01".to_owned(), "2026-03-30".to_owned()),
        _ => (plain(asked), plain(asked)),
    };
    let number = |text: &str| text.parse::<Decimal>().ok();
    if let (Some(value), Some(asked)) = (number(&text), number(&first)) {
        return value.cmp(&asked);
    }
    if text < first {
        Ordering::Less
    } else if text > last {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

//! One custom role on every path: no companies, deals of their own without amounts, contacts without phones.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::office::{Office, Person};

/// What must not be found anywhere: the amount of a deal, the phone of a contact, the source of a
/// lead, the name of a company.
const CANARIES: [&str; 4] = ["9137.7", "555-0199", "Secret fair", "Canary Corp"];

/// Records with the canaries in them that the person sees in part.
struct Seeded {
    deal: String,
    contact: String,
    lead: String,
    company: String,
}

async fn seed(office: &Office) -> Seeded {
    let cal = office.person("cal").principal.user_id;
    let id = |record: Value| record["id"].as_str().expect("an id").to_owned();
    let company =
        id(office.make("companies", json!({"name": "Canary Corp", "lifecycle": "customer", "owner_id": cal})).await);
    let deal = json!({"name": "Big deal", "amount": "9137.77", "company_id": company, "owner_id": cal});
    let deal = id(office.make("deals", deal).await);
    let contact = json!({"name": "Ada", "phone": "555-0199", "lifecycle": "customer", "company_id": company});
    let contact = id(office.make("contacts", contact).await);
    let lead = json!({"name": "Lea", "source": "Secret fair", "owner_id": cal});
    let lead = id(office.make("leads", lead).await);
    let ada = office.person("ada");
    for (path, body) in [
        (format!("/api/deals/{deal}"), json!({"amount": "9137.78"})),
        (format!("/api/contacts/{contact}"), json!({"phone": "555-0199-1"})),
        (format!("/api/leads/{lead}"), json!({"source": "Secret fair 2"})),
    ] {
        let (status, answer) = office.ask(Some(&ada.token), &Method::PATCH, &path, Some(&body)).await;
        assert!(status.is_success(), "{answer}");
    }
    office.workspace.settled().await;
    Seeded { deal, contact, lead, company }
}

async fn ask(office: &Office, person: &Person, path: &str, body: Value) -> (StatusCode, Value) {
    office.ask(Some(&person.token), &Method::POST, path, Some(&body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_the_role_hides_is_found_on_any_path() {
    let office = Office::open().await;
    let Seeded { deal, contact, lead, company } = seed(&office).await;
    let (ada, cal) = (office.person("ada"), office.person("cal"));
    let (status, applied) = ask(&office, ada, "/api/scoring/apply", json!({})).await;
    assert!(status.is_success(), "{applied}");
    office.workspace.settled().await;

    let mut texts = Vec::new();
    for path in [
        "/api/catalog".to_owned(),
        "/api/model".to_owned(),
        "/api/sql/schema".to_owned(),
        "/api/customers".to_owned(),
        "/api/deals?total=true".to_owned(),
        format!("/api/deals/{deal}"),
        format!("/api/deals/{deal}/audit"),
        format!("/api/deals/{deal}/timeline"),
        format!("/api/contacts/{contact}"),
        format!("/api/contacts/{contact}/audit"),
        format!("/api/contacts/{contact}/timeline"),
        format!("/api/leads/{lead}"),
        format!("/api/leads/{lead}/audit"),
        format!("/api/leads/{lead}/score"),
        "/api/leads".to_owned(),
    ] {
        texts.push((path.clone(), office.get(cal, &path).await.to_string()));
    }
    for sql in [
        "select * from deals",
        "select * from deals_history",
        "select * from contacts",
        "select * from contacts_history",
        "select * from customers",
        "select * from leads",
        "select * from leads_history",
        "select count(amount) as amounts, max(amount) as most from deals",
    ] {
        let (status, answer) = ask(&office, cal, "/api/sql", json!({ "sql": sql })).await;
        assert!(status.is_success(), "{sql}: {answer}");
        texts.push((sql.to_owned(), answer.to_string()));
    }

    for (path, text) in &texts {
        for canary in CANARIES {
            assert!(!text.contains(canary), "{canary} in {path}: {text}");
        }
        assert!(!text.contains("\"phone\"") || !path.contains("contact"), "{path}: {text}");
    }
    let (status, _) = office.ask(Some(&cal.token), &Method::GET, &format!("/api/companies/{company}"), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let seen = office.get(ada, &format!("/api/deals/{deal}/audit")).await.to_string();
    assert!(seen.contains("9137.78"), "the canaries are there for those who may see them");
    let score = office.get(cal, &format!("/api/leads/{lead}/score")).await;
    assert!(score["score"].is_i64(), "{score}");
    assert_eq!(score["reasons"], json!([]), "reasons would tell the source");
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_knows_no_hidden_column_and_no_hidden_table() {
    let office = Office::open().await;
    seed(&office).await;
    let cal = office.person("cal");

    for (sql, code) in [
        ("select * from companies", "unknown_table"),
        ("select * from companies_history", "unknown_table"),
        ("select d.name from deals d join companies c on c.id = d.company_id", "unknown_table"),
        ("select phone from contacts", "unknown_column"),
        ("select name from contacts where phone like '%1'", "unknown_column"),
        ("select name from contacts_history order by phone", "unknown_column"),
    ] {
        let (status, answer) = ask(&office, cal, "/api/sql", json!({ "sql": sql })).await;
        let found = answer["errors"][0]["code"].as_str();
        assert_eq!((status, found), (StatusCode::UNPROCESSABLE_ENTITY, Some(code)), "{sql}: {answer}");
        assert!(!answer.to_string().contains("companies,"), "the known tables do not name it: {answer}");
    }
    for probe in ["where amount > 1", "where cast(amount as bigint) > 0", "where 1 / (amount - 9137.78) > 0"] {
        let sql = format!("select count(*) as n from deals {probe}");
        let (status, answer) = ask(&office, cal, "/api/sql", json!({ "sql": sql })).await;
        assert_eq!((status, &answer["rows"][0]["n"]), (StatusCode::OK, &json!(0)), "{sql}: {answer}");
    }
    let (status, answer) =
        ask(&office, cal, "/api/sql", json!({"sql": "select kind, name, phone from customers"})).await;
    assert_eq!((status, answer["rows"].as_array().map(Vec::len)), (StatusCode::OK, Some(1)), "{answer}");
    assert_eq!(answer["rows"][0], json!({"kind": "contact", "name": "Ada", "phone": null}));
    let csv = json!({"sql": "select name from leads", "format": "csv"});
    let (status, answer) = ask(&office, cal, "/api/sql", csv).await;
    assert_eq!(
        (status, &answer["errors"][0]["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("export_not_allowed"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_charts_and_files_refuse_what_the_role_hides_on_both_engines() {
    let office = Office::open().await;
    seed(&office).await;
    let cal = office.person("cal");
    let spec = |more: Value| {
        let mut spec = json!({"spec_version": 1, "values": [{"id": "n", "measure": "deal.count"}]});
        for (name, value) in more.as_object().expect("an object") {
            spec[name] = value.clone();
        }
        spec
    };

    for (more, problem) in [
        (json!({"rows": [{"field": "deal.amount"}]}), "masked_field"),
        (json!({"rows": [{"field": "deal.company"}]}), "unknown_object"),
        (json!({"rows": [{"field": "deal.company.city"}]}), "unknown_object"),
        (json!({"where": {"field": "deal.amount", "op": ">", "value": "1"}}), "masked_field"),
        (json!({"where": {"related": "company.deals", "quantifier": "none"}}), "unknown_object"),
        (json!({"values": [{"id": "a", "measure": "deal.amount_sum"}]}), "masked_field"),
        (json!({"values": [{"id": "a", "measure": "deal.won_amount"}]}), "masked_field"),
        (json!({"values": [{"id": "a", "measure": "deal.weighted_amount"}]}), "masked_field"),
        (json!({"values": [{"id": "a", "measure": "company.count"}]}), "unknown_measure"),
        (json!({"values": [{"id": "a", "measure": "contact.phone_count_distinct"}]}), "unknown_measure"),
        (json!({"rows": [{"field": "contact.phone"}]}), "unknown_field"),
    ] {
        for engine in ["datafusion", "duckdb"] {
            for format in ["json", "csv"] {
                let body = json!({"spec": spec(more.clone()), "engine": engine, "format": format});
                let (status, answer) = ask(&office, cal, "/api/reports/run", body).await;
                let kind = answer["type"].as_str().unwrap_or_default().trim_start_matches("/problems/");
                let found = answer["errors"][0]["code"].as_str().unwrap_or(kind);
                assert_eq!(found, problem, "{more} on {engine} as {format}: {answer}");
                assert!(status.is_client_error() && !answer.to_string().contains("phone,"), "{answer}");
            }
        }
    }
    let leads = json!({"spec_version": 1, "values": [{"id": "n", "measure": "lead.count"}]});
    let (status, _) = ask(&office, cal, "/api/reports/run", json!({"spec": leads, "format": "json"})).await;
    assert_eq!(status, StatusCode::OK);
    for format in ["csv", "xlsx", "parquet", "pdf"] {
        let (status, answer) = ask(&office, cal, "/api/reports/run", json!({"spec": leads, "format": format})).await;
        assert_eq!(
            (status, &answer["type"]),
            (StatusCode::FORBIDDEN, &json!("/problems/export_not_allowed")),
            "{format}"
        );
    }
    let model = office.get(cal, "/api/model").await.to_string();
    for hidden in ["deal.amount", "deal.amount_sum", "deal.won_amount", "contact.phone", "deal.company", "company"] {
        assert!(!model.contains(&format!("\"{hidden}\"")), "{hidden} can be picked");
    }
}

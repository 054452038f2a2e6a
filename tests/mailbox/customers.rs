//! Mail to customers: in the name of whoever writes, noted where it belongs, and refused by who wants no more.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Office, Person, answer, post_office::PostOffice, text};
use crate::harness::Workspace;

const SITE: &str = "https://crm.example.com";

async fn office() -> Office {
    let post = PostOffice::opened().await;
    let settings = [("LEADHOUSE_SMTP_URL", post.url()), ("LEADHOUSE_PUBLIC_URL", SITE.to_owned())];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    Office { workspace: Workspace::start_with(&settings).await, post }
}

impl Office {
    async fn contact(&self, owner: &Person, fields: Value) -> String {
        text(&answer(self.by(owner, Method::POST, "/api/contacts").json(&fields)).await, "id")
    }

    async fn outcome(&self, reader: &Person, activity: &str) -> Value {
        answer(self.by(reader, Method::GET, &format!("/api/activities/{activity}"))).await["outcome"].clone()
    }

    /// Writes to these contacts and waits for the end; answers the problems of the job by code.
    async fn write_to(&self, writer: &Person, ids: &[&str]) -> Vec<String> {
        let body = json!({"subject": "News for {name}", "text": "Dear {name},\n\nnews.", "ids": ids,
                          "expected_count": ids.len()});
        let job = text(&answer(self.by(writer, Method::POST, "/api/contacts/emails").json(&body)).await, "id");
        let ended = async || answer(self.by(writer, Method::GET, &format!("/api/jobs/{job}"))).await["state"] == "done";
        self.wait_until("the job does not end", ended).await;
        let problems = answer(self.by(writer, Method::GET, &format!("/api/jobs/{job}/problems"))).await;
        let mut codes: Vec<String> =
            problems["items"].as_array().expect("problems").iter().map(|problem| text(problem, "code")).collect();
        codes.sort();
        codes
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_goes_out_in_the_name_of_its_writer_and_stands_on_the_timeline() {
    let office = office().await;
    let rita = office.hire("rita", "rep").await;
    let grace = office.contact(&rita, json!({"name": "Grace", "email": "grace@customer.example"})).await;
    let silent = office.contact(&rita, json!({"name": "Silent"})).await;
    let path = format!("/api/contacts/{grace}/emails");
    let email = json!({"subject": "Hello {name}", "text": "Dear {name},\r\n\r\nsee <you> on Monday."});

    let activity = answer(office.by(&rita, Method::POST, &path).json(&email)).await;

    let id = text(&activity, "id");
    assert_eq!((&activity["subject"], &activity["contact_id"]), (&json!("Hello Grace"), &json!(grace)));
    office.wait_until("the mail is not noted as sent", async || office.outcome(&rita, &id).await == "Sent").await;
    let mails = office.post.mails_to("grace@customer.example");
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.header("subject"), "Hello Grace");
    assert!(mail.header("from").starts_with("rita <"), "{}", mail.header("from"));
    assert!(mail.header("reply-to").contains(&rita.address), "{}", mail.header("reply-to"));
    assert_eq!(mail.text().replace("\r\n", "\n").trim(), "Dear Grace,\n\nsee <you> on Monday.");
    let timeline = answer(office.by(&rita, Method::GET, &format!("/api/contacts/{grace}/timeline"))).await;
    assert!(timeline.to_string().contains("Hello Grace"), "{timeline}");
    for (path, body, pointer) in [
        (&path, json!({"subject": " ", "text": "x"}), "/subject"),
        (&path, json!({"subject": "x", "text": "{shoe_size}"}), "/text"),
        (&format!("/api/contacts/{silent}/emails"), email, "/email"),
    ] {
        let refused = office.by(&rita, Method::POST, path).json(&body).send().await.expect("an answer");
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let refused: Value = refused.json().await.expect("JSON");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_more_mail_to_many_gets_none() {
    let office = office().await;
    let rita = office.hire("rita", "rep").await;
    let grace = office.contact(&rita, json!({"name": "Grace", "email": "grace@customer.example"})).await;
    let silent = office.contact(&rita, json!({"name": "Silent"})).await;
    let gone = json!({"name": "Gone", "email": "gone@customer.example", "marketing_consent": "withdrawn"});
    let gone = office.contact(&rita, gone).await;

    let problems = office.write_to(&rita, &[&grace, &silent, &gone]).await;

    assert_eq!(problems, ["consent_withdrawn", "no_address"]);
    let arrived = async || office.post.mails_to("grace@customer.example").len() == 1;
    office.wait_until("the mail does not arrive", arrived).await;
    assert!(office.post.mails_to("gone@customer.example").is_empty());
    let mails = office.post.mails_to("grace@customer.example");
    let link = mails[0].header("list-unsubscribe").trim_matches(['<', '>']).to_owned();
    assert_eq!(mails[0].header("list-unsubscribe-post"), "List-Unsubscribe=One-Click");
    assert!(mails[0].text().contains(&link), "{}", mails[0].text());
    let link = format!("{}{}", office.workspace.url(), link.strip_prefix(SITE).expect("a link to us"));
    let consent = async || {
        answer(office.by(&rita, Method::GET, &format!("/api/contacts/{grace}"))).await["marketing_consent"].clone()
    };
    let anybody = reqwest::Client::new();

    let asked = anybody.get(&link).send().await.expect("an answer");
    assert!(asked.text().await.expect("a page").contains("<button>"));
    assert_eq!(consent().await, Value::Null, "nothing changes by looking");
    let one_click = anybody.post(&link).header("content-type", "application/x-www-form-urlencoded");
    let left = one_click.body("List-Unsubscribe=One-Click").send().await.expect("an answer");
    assert_eq!(left.status(), StatusCode::OK);

    assert_eq!(consent().await, "withdrawn");
    let again = office.contact(&rita, json!({"name": "Grace again", "email": "GRACE@customer.example"})).await;
    let refused = office.write_to(&rita, &[&grace, &again]).await;
    assert_eq!(refused, ["consent_withdrawn", "consent_withdrawn"], "whichever record has the address");
    let forged = format!("{link}A");
    assert_eq!(anybody.post(&forged).send().await.expect("an answer").status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_nothing_is_written() {
    let workspace = Workspace::start().await;
    let office = Office { workspace, post: PostOffice::closed() };
    let rita = office.hire("rita", "rep").await;
    let grace = office.contact(&rita, json!({"name": "Grace", "email": "grace@customer.example"})).await;
    let email = json!({"subject": "Hello", "text": "Hello"});

    let refused = office.by(&rita, Method::POST, &format!("/api/contacts/{grace}/emails")).json(&email).send().await;

    let refused = refused.expect("an answer");
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    let body: Value = refused.json().await.expect("JSON");
    assert_eq!(body["errors"][0]["code"], "no_mail_server", "{body}");
    let activities = answer(office.by(&rita, Method::GET, "/api/activities?total=true&limit=1")).await;
    assert_eq!(activities["total"], 0);
}

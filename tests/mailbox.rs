//! Scheduled mail from outside: the real binary, a real SMTP server, a mailbox that is read back.

use std::{sync::Arc, time::Duration};

use catalog::{Catalog, Changes, Clock as _, FixedClock, Principal, SystemClock};
use chrono::TimeDelta;
use oltp::Oltp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Workspace, wait_for};

mod customers;
pub(crate) mod post_office;

use post_office::PostOffice;

const PASSWORD: &str = "correct horse battery";
/// Longest time until something that was due is in the mailbox, on a busy machine.
const MAIL_LIMIT: Duration = Duration::from_secs(90);

struct Person {
    id: String,
    address: String,
    token: String,
}

/// A workspace that mails through this post office, with a manager of nobody and reps.
struct Office {
    workspace: Workspace,
    post: PostOffice,
}

impl Office {
    async fn start(post: PostOffice) -> Self {
        let workspace = Workspace::start_with(&[("LEADHOUSE_SMTP_URL", &post.url())]).await;
        Self { workspace, post }
    }

    async fn hire(&self, name: &str, role: &str) -> Person {
        let address = format!("{name}@example.com");
        let body = json!({"username": name, "email": address, "name": name, "role": role, "password": PASSWORD});
        let created = answer(self.workspace.request(Method::POST, "/api/users").json(&body)).await;
        let login = json!({"username": name, "password": PASSWORD});
        let login = reqwest::Client::new().post(format!("{}/api/auth/login", self.workspace.url())).json(&login);
        Person { id: text(&created, "id"), address, token: text(&answer(login).await, "token") }
    }

    fn by(&self, person: &Person, method: Method, path: &str) -> reqwest::RequestBuilder {
        reqwest::Client::new().request(method, format!("{}{path}", self.workspace.url())).bearer_auth(&person.token)
    }

    async fn leads(&self, owner: &Person, count: usize) {
        for number in 0..count {
            let body = json!({"name": format!("Lead {number}"), "source": "referral", "estimated_value": "1000"});
            answer(self.by(owner, Method::POST, "/api/leads").json(&body)).await;
        }
    }

    /// A schedule of the ready report on leads, for these people.
    async fn schedule(&self, owner: &Person, recipients: &[&Person], more: Value) -> String {
        let recipients: Vec<&str> = recipients.iter().map(|person| person.id.as_str()).collect();
        let mut body = json!({
            "name": "Lead numbers", "subject_kind": "report", "subject": "lead-conversion-by-source",
            "cadence": "daily", "time_of_day": "08:00", "time_zone": "Europe/Berlin",
            "formats": ["pdf", "csv", "xlsx"], "recipients": recipients,
        });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        text(&answer(self.by(owner, Method::POST, "/api/schedules").json(&body)).await, "id")
    }

    async fn run(&self, owner: &Person, schedule: &str) {
        answer(self.by(owner, Method::POST, &format!("/api/schedules/{schedule}/run"))).await;
    }

    /// The deliveries as their owner sees them in the history.
    async fn history(&self, owner: &Person) -> Vec<Value> {
        let page = answer(self.by(owner, Method::GET, "/api/deliveries?sort=created_at")).await;
        page["items"].as_array().cloned().expect("a page")
    }

    async fn wait_until(&self, what: &str, condition: impl AsyncFn() -> bool) {
        assert!(wait_for(MAIL_LIMIT, condition).await, "{what}:\n{}", self.workspace.log());
    }

    async fn wait_for_status(&self, owner: &Person, status: &str, count: usize) {
        let reached =
            async || self.history(owner).await.iter().filter(|delivery| delivery["status"] == status).count() == count;
        self.wait_until(&format!("not {count} deliveries are {status}"), reached).await;
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let body = answer.text().await.expect("text");
    assert!(status.is_success(), "{status}: {body}");
    serde_json::from_str(&body).unwrap_or(Value::Null)
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}")).to_owned()
}

/// The number of leads in a report on leads from one source.
fn leads_in(csv: &std::path::Path) -> String {
    let csv = std::fs::read_to_string(csv).expect("a CSV file");
    let row = csv.lines().find(|line| line.to_lowercase().contains("referral")).unwrap_or("");
    row.split(',').nth(1).unwrap_or_else(|| panic!("no referrals in {csv}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_recipients_get_three_different_files() {
    let office = Office::start(PostOffice::opened().await).await;
    let (rita, otto) = (office.hire("rita", "rep").await, office.hire("otto", "rep").await);
    let erik = office.hire("erik", "executive").await;
    office.leads(&rita, 2).await;
    office.leads(&otto, 3).await;
    let schedule = office.schedule(&erik, &[&rita, &otto, &erik], json!({})).await;

    office.run(&erik, &schedule).await;
    office.wait_for_status(&erik, "sent", 3).await;

    for (person, leads) in [(&rita, "2"), (&otto, "3"), (&erik, "5")] {
        let mails = office.post.mails_to(&person.address);
        assert_eq!(mails.len(), 1, "{}", person.address);
        let mail = &mails[0];
        assert_eq!(leads_in(&mail.file("csv")), leads, "{}", person.address);
        assert_eq!(mail.header("subject"), "Lead numbers");
        assert!(mail.header("to").contains(&person.address));
        assert!(
            mail.text().contains("by erik") && mail.text().contains("lead-conversion-by-source-"),
            "{}",
            mail.text()
        );
        assert!(std::fs::read(mail.file("xlsx")).expect("a workbook").starts_with(b"PK"));
        let pages = pages_of(&mail.file("pdf"));
        let referrals =
            pages.lines().find(|line| line.to_lowercase().contains("referral")).expect("a row of referrals");
        assert_eq!(referrals.split_whitespace().nth(1), Some(leads), "{pages}");
    }
    for delivery in office.history(&erik).await {
        assert_eq!(delivery["message_id"], json!(format!("<{}@localhost>", text(&delivery, "id"))));
        assert_eq!(delivery["files"].as_array().map(Vec::len), Some(3), "{delivery}");
    }
}

/// What a person reads on the pages of a PDF.
fn pages_of(pdf: &std::path::Path) -> String {
    let read = std::process::Command::new("pdftotext").arg("-layout").arg(pdf).arg("-").output();
    let read = read.expect("pdftotext and the Debian package poppler-utils are installed");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    String::from_utf8(read.stdout).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dashboard_comes_as_pages_and_as_a_workbook() {
    let office = Office::start(PostOffice::opened().await).await;
    let (rita, erik) = (office.hire("rita", "rep").await, office.hire("erik", "executive").await);
    office.leads(&rita, 2).await;
    let dashboard = json!({
        "name": "The week", "subject_kind": "dashboard", "subject": "sales_overview", "formats": ["pdf", "xlsx"],
    });
    let schedule = office.schedule(&erik, &[&erik], dashboard).await;

    office.run(&erik, &schedule).await;
    office.wait_for_status(&erik, "sent", 1).await;

    let mail = office.post.mails_to(&erik.address).remove(0);
    let pages = pages_of(&mail.file("pdf"));
    assert!(pages.contains(mail.text().lines().next().expect("a heading")), "{pages}");
    assert!(std::fs::read(mail.file("xlsx")).expect("a workbook").starts_with(b"PK"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_missed_while_no_server_ran_is_made_up_for_once() {
    let mut office = Office::start(PostOffice::opened().await).await;
    let rita = office.hire("rita", "rep").await;
    office.leads(&rita, 1).await;
    office.workspace.kill();
    scheduled_in_the_past(&office, &rita).await;

    office.workspace.serve().await;
    office.wait_for_status(&rita, "sent", 1).await;

    assert_eq!(office.post.mails_to(&rita.address).len(), 1);
    let schedules = answer(office.by(&rita, Method::GET, "/api/schedules")).await;
    let schedule = &schedules["items"][0];
    assert!(text(schedule, "next_run_at") > text(schedule, "last_run_at"), "{schedule}");
    assert_eq!(schedule["last_run_at"], office.history(&rita).await[0]["due_at"]);
}

/// Saves a daily schedule as it was five days ago: four runs and more are missed since.
async fn scheduled_in_the_past(office: &Office, owner: &Person) {
    let past = SystemClock.now() - TimeDelta::days(5);
    let catalog = Arc::new(Catalog::standard());
    let clock = Arc::new(FixedClock::at(past));
    let oltp = Oltp::connect(office.workspace.cluster.url(), catalog, clock).await.expect("a connection");
    let body = json!({
        "name": "Lead numbers", "subject_kind": "report", "subject": "lead-conversion-by-source",
        "cadence": "daily", "formats": ["csv"], "recipients": [owner.id], "owner_id": owner.id,
    });
    let object = oltp.catalog().object("schedule").expect("schedules exist");
    let changes = Changes::parse_new(object, body.as_object().expect("an object")).expect("valid");
    oltp.create(&Principal::system(), object, changes).await.expect("a schedule");
    oltp.pool().close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_deliveries_wait_and_say_so() {
    let workspace = Workspace::start().await;
    let office = Office { workspace, post: PostOffice::closed() };
    let rita = office.hire("rita", "rep").await;
    let schedule = office.schedule(&rita, &[&rita], json!({})).await;

    office.run(&rita, &schedule).await;
    let explained = async || office.history(&rita).await.iter().any(|one| one["error"].is_string());
    office.wait_until("nothing says why it waits", explained).await;

    let waiting = office.history(&rita).await.remove(0);
    assert_eq!(waiting["status"], "pending");
    assert!(text(&waiting, "error").contains("LEADHOUSE_SMTP_URL"), "{waiting}");
    assert!(office.workspace.ok(&["doctor"]).contains("not configured"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_mail_server_is_asked_again_later() {
    let office = Office::start(PostOffice::opened().await).await;
    let rita = office.hire("rita", "rep").await;
    let schedule = office.schedule(&rita, &[&rita], json!({})).await;
    office.post.set("busy", "");

    office.run(&rita, &schedule).await;
    let tried = async || office.history(&rita).await.iter().any(|one| one["error"].is_string());
    office.wait_until("it was not tried", tried).await;

    let waiting = office.history(&rita).await.remove(0);
    assert_eq!((&waiting["status"], &waiting["attempts"]), (&json!("pending"), &json!(1)), "{waiting}");
    assert!(text(&waiting, "error").contains("451 4.3.1 come back later"), "{waiting}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_claim_and_send_neither_loses_nor_doubles_a_mail() {
    let mut office = Office::start(PostOffice::opened().await).await;
    let (rita, otto) = (office.hire("rita", "rep").await, office.hire("otto", "rep").await);
    office.leads(&rita, 1).await;
    let schedule = office.schedule(&rita, &[&rita, &otto], json!({})).await;
    office.post.set("hold-rcpt", "");

    office.run(&rita, &schedule).await;
    office.wait_for_status(&rita, "sending", 1).await;
    office.workspace.kill();
    office.post.unset("hold-rcpt");
    office.workspace.serve().await;
    office.wait_for_status(&rita, "sent", 2).await;

    for person in [&rita, &otto] {
        assert_eq!(office.post.mails_to(&person.address).len(), 1, "{}", person.address);
    }
    let attempts: Vec<Value> = office.history(&rita).await.iter().map(|one| one["attempts"].clone()).collect();
    assert!(attempts.contains(&json!(2)), "one was claimed before the kill: {attempts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_was_taken_but_not_confirmed_comes_again_under_the_same_message_id() {
    let mut office = Office::start(PostOffice::opened().await).await;
    let rita = office.hire("rita", "rep").await;
    office.leads(&rita, 1).await;
    let schedule = office.schedule(&rita, &[&rita], json!({})).await;
    office.post.set("hold-reply", "");

    office.run(&rita, &schedule).await;
    office.wait_until("nothing was taken", async || !office.post.mails().is_empty()).await;
    office.workspace.kill();
    office.post.unset("hold-reply");
    office.workspace.serve().await;
    office.wait_for_status(&rita, "sent", 1).await;

    let mails = office.post.mails_to(&rita.address);
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].header("message-id"), mails[1].header("message-id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_waits_for_a_server_that_is_away() {
    let mut office = Office::start(PostOffice::closed()).await;
    let rita = office.hire("rita", "rep").await;
    office.leads(&rita, 1).await;
    let schedule = office.schedule(&rita, &[&rita], json!({})).await;

    office.run(&rita, &schedule).await;
    let explained = async || office.history(&rita).await.iter().any(|one| one["error"].is_string());
    office.wait_until("nothing says why it waits", explained).await;
    let waiting = office.history(&rita).await.remove(0);
    office.post.open().await;
    office.wait_for_status(&rita, "sent", 1).await;

    assert_eq!((&waiting["status"], &waiting["attempts"]), (&json!("pending"), &json!(0)), "{waiting}");
    assert!(text(&waiting, "error").contains("Connection refused"), "{waiting}");
    assert_eq!(office.post.mails_to(&rita.address).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_the_right_is_refused_and_the_history_says_so() {
    let office = Office::start(PostOffice::opened().await).await;
    let (rita, otto) = (office.hire("rita", "rep").await, office.hire("otto", "rep").await);
    let lena = office.hire("lena", "rep").await;
    office.leads(&rita, 1).await;
    let spec = answer(office.by(&rita, Method::GET, "/api/reports/lead-conversion-by-source")).await;
    let saved = json!({"name": "My leads", "definition": spec, "audience": "everyone"});
    let report = text(&answer(office.by(&rita, Method::POST, "/api/saved_reports").json(&saved)).await, "id");
    let schedule = office.schedule(&rita, &[&rita, &otto, &lena], json!({"subject": report})).await;
    let mine = json!({"audience": "owner"});
    answer(office.by(&rita, Method::PATCH, &format!("/api/saved_reports/{report}")).json(&mine)).await;
    let left = json!({"status": "deactivated"});
    answer(office.workspace.request(Method::PATCH, &format!("/api/users/{}", lena.id)).json(&left)).await;

    office.run(&rita, &schedule).await;
    office.wait_for_status(&rita, "refused", 2).await;
    office.wait_for_status(&rita, "sent", 1).await;

    let history = office.history(&rita).await;
    let words = |person: &Person| {
        let delivery = history.iter().find(|one| one["recipient_id"] == json!(person.id)).expect("a delivery");
        text(delivery, "error")
    };
    assert!(words(&otto).contains("otto may not see the saved report"), "{}", words(&otto));
    assert!(words(&lena).contains("The account of lena is deactivated"), "{}", words(&lena));
    assert_eq!(office.post.mails().len(), 1);
    assert!(office.post.mails_to(&rita.address)[0].text().starts_with("My leads"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_mail_server_refuses_fails_with_its_words() {
    let office = Office::start(PostOffice::opened().await).await;
    let (rita, otto) = (office.hire("rita", "rep").await, office.hire("otto", "rep").await);
    office.leads(&rita, 1).await;
    let schedule = office.schedule(&rita, &[&rita, &otto], json!({})).await;
    office.post.set("unknown", &otto.address);

    office.run(&rita, &schedule).await;
    office.wait_for_status(&rita, "failed", 1).await;
    office.wait_for_status(&rita, "sent", 1).await;

    let history = office.history(&rita).await;
    let failed = history.iter().find(|one| one["status"] == "failed").expect("a failed one");
    assert!(text(failed, "error").contains("nobody of this name lives here"), "{failed}");
}

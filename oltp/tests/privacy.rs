//! What is held about a person, given out and erased.

use std::{collections::BTreeMap, io::Read, sync::Arc, time::Duration};

use axum::{
    Extension,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use catalog::{Changes, FixedClock, Principal, Role, Scope};
use chrono::TimeDelta;
use oltp::{
    Oltp,
    documents::{Documents, DocumentsConfig, StoreConfig},
    identity::Identity,
    jobs::{JobFiles, Runner},
    privacy::{Erasures, Privacy, SubjectExports},
    testing::Cluster,
};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use uuid::Uuid;

/// Longest time until a job has done its first step, on a busy machine.
const SOON: Duration = Duration::from_secs(30);
const NAME: &str = "Zyxwa Quuxcanary";
const EMAIL: &str = "zyxwa@canary.example";
const FORMER: &str = "former@canary.example";
const PHONE: &str = "+49 170 5550123987";

struct Office {
    oltp: Oltp,
    clock: Arc<FixedClock>,
    identity: Arc<Identity>,
    documents: Documents,
    files: JobFiles,
    privacy: Privacy,
    folder: tempfile::TempDir,
    _cluster: Cluster,
}

impl Office {
    async fn start() -> Self {
        let cluster = Cluster::start().await;
        let clock = Arc::new(FixedClock::at("2026-03-31T12:00:00Z".parse().expect("a moment")));
        let oltp = cluster.oltp_at(Arc::<FixedClock>::clone(&clock)).await;
        let identity = Arc::new(Identity::new(oltp.clone(), [7; 32]));
        let folder = tempfile::tempdir().expect("a scratch folder");
        let config = DocumentsConfig {
            store: StoreConfig::Folder(folder.path().join("documents")),
            incoming: folder.path().join("incoming"),
            max_bytes: 1 << 20,
        };
        let documents = Documents::open(oltp.clone(), Arc::clone(&identity), config, [7; 32]).expect("a store");
        let files = JobFiles::new(folder.path().join("jobs"));
        let folders = vec![folder.path().join("documents"), folder.path().join("jobs")];
        let privacy = Privacy::new(documents.clone(), files.clone(), Vec::new(), folders);
        Self { oltp, clock, identity, documents, files, privacy, folder, _cluster: cluster }
    }

    async fn make(&self, object: &str, body: Value) -> Uuid {
        let object = self.oltp.catalog().object(object).expect("a standard object");
        let changes = Changes::parse_new(object, body.as_object().expect("an object")).expect("valid fields");
        let record = self.oltp.create(&Principal::system(), object, changes).await.expect("created");
        record["id"].as_str().expect("an id").parse().expect("a uuid")
    }

    async fn change(&self, object: &str, id: Uuid, body: Value) {
        let object = self.oltp.catalog().object(object).expect("a standard object");
        let changes = Changes::parse_patch(object, body.as_object().expect("an object")).expect("valid fields");
        self.oltp.update(&Principal::system(), object, id, changes).await.expect("changed");
    }

    async fn person(&self, name: &str, role: Role) -> Principal {
        let body = json!({"username": name, "email": format!("{name}@example.com"), "name": name, "role": role});
        let user_id = self.make("user", body).await;
        Principal { user_id, username: name.to_owned(), role, scope: Scope::All, ..Principal::system() }
    }

    fn runner(&self) -> Runner {
        let runner = Runner::new(self.oltp.clone(), Arc::clone(&self.identity));
        runner.with(SubjectExports::new(&self.privacy)).with(Erasures::new(&self.privacy))
    }

    async fn run_all(&self) {
        while self.runner().next(&CancellationToken::new()).await.expect("the queue can be read") {}
    }

    async fn send(&self, caller: &Principal, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let routes = oltp::api::record_routes(&self.oltp)
            .merge(oltp::api::documents::routes(&self.documents))
            .merge(oltp::api::privacy::routes(&self.privacy));
        let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = routes.layer(Extension(caller.clone())).oneshot(request.body(body).expect("a request")).await;
        let response = response.expect("an answer");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// The tables of Postgres in which a text stands anywhere, found without the code that erases.
    async fn told_in(&self, text: &str) -> Vec<String> {
        let sql = "select table_name::text from information_schema.tables \
                   where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1";
        let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(self.oltp.pool()).await.expect("tables");
        let mut found = Vec::new();
        for table in tables {
            let sql = format!("select exists (select 1 from \"{table}\" t where t::text ilike $1)");
            let told = sqlx::query_scalar(AssertSqlSafe(sql)).bind(format!("%{text}%"));
            if told.fetch_one(self.oltp.pool()).await.expect("an answer") {
                found.push(table);
            }
        }
        found
    }

    /// How many files below the scratch folder hold a text.
    fn files_with(&self, text: &str) -> usize {
        let mut folders = vec![self.folder.path().to_owned()];
        let mut found = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found += usize::from(
                        std::fs::read(path).expect("a file").windows(text.len()).any(|w| w == text.as_bytes()),
                    );
                }
            }
        }
        found
    }

    async fn attach(&self, path: &str, name: &str, bytes: &str) {
        let (status, body) = self.upload(path, name, bytes).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
    }

    async fn upload(&self, path: &str, name: &str, bytes: &str) -> (StatusCode, Value) {
        let routes = oltp::api::documents::routes(&self.documents).layer(Extension(Principal::system()));
        let name: Vec<String> = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let request = Request::builder().method("POST").uri(format!("{path}?name={}", name.concat()));
        let response = routes.oneshot(request.body(Body::from(bytes.to_owned())).expect("a request")).await;
        let response = response.expect("an answer");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }
}

/// A person with everything that can be held about them, and somebody else.
struct Story {
    contact: Uuid,
    lead: Uuid,
    other: Uuid,
    deal: Uuid,
    activity: Uuid,
    task: Uuid,
    admin: Principal,
}

async fn tell(office: &Office) -> Story {
    let admin = office.person("ada", Role::Admin).await;
    let rep = office.person("rita", Role::Rep).await;
    let owner = json!(rep.user_id);
    let contact = json!({"name": NAME, "email": FORMER, "phone": PHONE, "owner_id": owner, "city": "Atlantis"});
    let contact = office.make("contact", contact).await;
    office.change("contact", contact, json!({"email": EMAIL})).await;
    let lead = json!({"name": "Z. Quuxcanary", "email": EMAIL.to_uppercase(), "owner_id": owner});
    let lead = office.make("lead", lead).await;
    let other = json!({"name": "Bo Quuxother", "email": "bo@other.example", "owner_id": owner});
    let other = office.make("contact", other).await;
    let deal =
        json!({"name": format!("Offer for {NAME}"), "contact_id": contact, "amount": "900.00", "owner_id": owner});
    let deal = office.make("deal", deal).await;
    let activity = json!({"kind": "call", "subject": "Secret subject", "body": format!("Called {PHONE}"), "contact_id": contact,
        "occurred_at": "2026-03-01T10:00:00Z", "owner_id": owner});
    let activity = office.make("activity", activity).await;
    let task = office.make("task", json!({"name": "Secret task", "contact_id": contact, "owner_id": owner})).await;
    office.make("note", json!({"body": "Secret note", "contact_id": contact, "owner_id": owner})).await;
    office.make("note", json!({"body": format!("Bo knows {EMAIL}."), "contact_id": other, "owner_id": owner})).await;
    office.make("comment", json!({"body": "Secret comment", "contact_id": contact})).await;
    office.attach(&format!("/api/contacts/{contact}/documents"), "letter.txt", &format!("Dear {NAME}")).await;
    office.attach(&format!("/api/contacts/{other}/documents"), "other.txt", "Dear Bo").await;
    let sql = "insert into mails (id, idempotency_key, to_name, to_address, subject, body_text, body_html, created_at, due_at) \
               values (gen_random_uuid(), 'k', $1, $2, 'Hello', $1, '', now(), now())";
    sqlx::query(sql).bind(NAME).bind(EMAIL).execute(office.oltp.pool()).await.expect("a mail");
    let sql = "insert into idempotency_keys (user_id, key, request_hash, started_at, finished_at, status, headers, body) \
               values (gen_random_uuid(), 'k', sha256('x'), now(), now(), 201, '{}', convert_to($1, 'UTF8'))";
    sqlx::query(sql)
        .bind(json!({"id": contact, "name": NAME}).to_string())
        .execute(office.oltp.pool())
        .await
        .expect("kept");
    std::fs::create_dir_all(office.folder.path().join("jobs")).expect("a folder");
    for content in [format!("Name\r\n{NAME}\r\n"), "Name\r\nBo\r\n".to_owned()] {
        let id = catalog::Ids.fresh();
        let sql = "insert into import_files (id, name, size_bytes, created_at) values ($1, 'list.csv', 1, now())";
        sqlx::query(sql).bind(id).execute(office.oltp.pool()).await.expect("a file");
        std::fs::write(office.files.path(id), content).expect("a file");
    }
    office.oltp.seal_audit().await.expect("sealed");
    Story { contact, lead, other, deal, activity, task, admin }
}

/// Asks for and confirms an erasure.
async fn confirmed(office: &Office, story: &Story) -> Uuid {
    let body = json!({"object": "contact", "id": story.contact, "include_matches": true, "reason": "Letter of 3 May"});
    let (status, asked) = office.send(&story.admin, "POST", "/api/privacy/erasures", body).await;
    assert_eq!(status, StatusCode::CREATED, "{asked}");
    let id = asked["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/privacy/erasures/{id}/confirm");
    let (status, body) = office.send(&story.admin, "POST", &path, json!({"name": "Somebody Else"})).await;
    assert_eq!((status, &body["errors"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("other_name")));
    let (status, body) = office.send(&story.admin, "POST", &path, json!({"name": NAME})).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{body}");
    id.parse().expect("a uuid")
}

async fn erasure(office: &Office, story: &Story, id: Uuid) -> Value {
    office.send(&story.admin, "GET", &format!("/api/privacy/erasures/{id}"), Value::Null).await.1
}

/// That nothing of the person is left, and everything of others is.
async fn nothing_is_left(office: &Office, story: &Story, id: Uuid) {
    let done = erasure(office, story, id).await;
    assert_eq!((&done["state"], &done["remains"]), (&json!("done"), &json!([])), "{done:#}");
    for text in [NAME, EMAIL, FORMER, PHONE, "Secret", "Atlantis", "Z. Quuxcanary"] {
        assert_eq!(office.told_in(text).await, Vec::<String>::new(), "{text}");
        assert_eq!(office.files_with(text), 0, "{text}");
    }
    let (status, _) = office.send(&story.admin, "GET", &format!("/api/contacts/{}", story.contact), Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = office.send(&story.admin, "GET", &format!("/api/leads/{}", story.lead), Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let read = async |path: String| office.send(&story.admin, "GET", &path, Value::Null).await.1;
    let deal = read(format!("/api/deals/{}", story.deal)).await;
    assert_eq!(
        (&deal["name"], &deal["contact_id"], &deal["amount"]),
        (&json!("Offer for [erased]"), &Value::Null, &json!("900.00")),
        "business stays countable"
    );
    let activity = read(format!("/api/activities/{}", story.activity)).await;
    assert_eq!(
        (&activity["kind"], &activity["body"], &activity["contact_id"]),
        (&json!("call"), &Value::Null, &Value::Null)
    );
    assert_eq!(read(format!("/api/tasks/{}", story.task)).await["name"], "[erased]");
    assert_eq!(read(format!("/api/contacts/{}", story.other)).await["name"], "Bo Quuxother");
    assert_eq!((office.files_with("Dear Bo"), office.files_with("Name\r\nBo")), (1, 1));
    assert_eq!(office.told_in("Bo knows").await, ["audit_log", "notes"]);
    office.oltp.seal_audit().await.expect("sealed");
    let walk = office.oltp.verify_audit(None).await.expect("a walk");
    assert!(walk.intact && walk.erased > 5, "{walk:?}");
}

#[tokio::test]
async fn whoever_asks_to_be_forgotten_is_and_the_proof_names_places_and_nobody() {
    let office = Office::start().await;
    let story = tell(&office).await;
    let checkpoint = office.oltp.audit_checkpoint().await.expect("an answer").expect("a checkpoint").0;

    let id = confirmed(&office, &story).await;
    let preview: BTreeMap<String, (i64, i64)> = erasure(&office, &story, id).await["preview"]
        .as_array()
        .expect("places")
        .iter()
        .map(|place| {
            let number = |name: &str| place[name].as_i64().expect("a number");
            (place["place"].as_str().expect("a place").to_owned(), (number("removed"), number("changed")))
        })
        .collect();
    assert_eq!((preview["contacts"], preview["leads"], preview["documents"]), ((1, 0), (1, 0), (1, 0)));
    assert_eq!((preview["activities"], preview["tasks"], preview["deals"]), ((0, 1), (0, 1), (0, 1)));
    office.run_all().await;

    nothing_is_left(&office, &story, id).await;
    assert!(office.oltp.verify_audit(Some(checkpoint)).await.expect("a walk").intact, "the chain leads on");
    let done = erasure(&office, &story, id).await;
    let proof = &done["proof"];
    assert_eq!((&proof["asked"]["by"], &proof["confirmed"]["by"]), (&json!("ada"), &json!("ada")));
    assert_eq!((&proof["complete"], &proof["records"]), (&json!(true), &json!(2)));
    let contacts = proof["places"].as_array().expect("places").iter().find(|place| place["place"] == "contacts");
    let contacts = contacts.expect("contacts");
    assert_eq!((&contacts["removed"], contacts["sha256"].as_str().map(str::len)), (&json!(1), Some(64)));
    let sql =
        "select changes ->> 'sha256' from audit_log where action = 'erase' and object = 'contact' and record_id = $1";
    let noted: String =
        sqlx::query_scalar(sql).bind(story.contact).fetch_one(office.oltp.pool()).await.expect("an entry");
    assert_eq!(proof["sha256"], json!(noted));
    let path = format!("/api/privacy/erasures/{id}/confirm");
    let (status, _) = office.send(&story.admin, "POST", &path, json!({"name": NAME})).await;
    assert_eq!(status, StatusCode::CONFLICT, "what is done is done");
}

#[tokio::test]
async fn an_erasure_that_is_killed_after_any_step_goes_on_and_ends_the_same() {
    let office = Office::start().await;
    let story = tell(&office).await;
    let id = confirmed(&office, &story).await;

    for step in 1..5 {
        let (runner, stop) = (office.runner(), CancellationToken::new());
        let watch = async {
            while erasure(&office, &story, id).await["job_done"].as_i64() < Some(step) {
                tokio::task::yield_now().await;
            }
        };
        // The runner is dropped where it is, as by a kill.
        tokio::select! {
            ended = runner.next(&stop) => assert!(ended.is_ok()),
            reached = tokio::time::timeout(SOON, watch) => reached.expect("a step is done"),
        }
        office.clock.advance(TimeDelta::minutes(1));
    }
    // Postgres may still be letting go of what the last kill held.
    let finished = async {
        while erasure(&office, &story, id).await["finished_at"].is_null() {
            office.run_all().await;
        }
    };
    tokio::time::timeout(SOON, finished).await.expect("the erasure goes on");

    nothing_is_left(&office, &story, id).await;
}

#[tokio::test]
async fn what_is_found_afterwards_is_named_and_the_erasure_is_not_done() {
    let office = Office::start().await;
    let story = tell(&office).await;
    let path = format!("/api/contacts/{}/documents", story.other);
    office.attach(&path, "minutes.txt", &format!("{NAME} was there")).await;

    let id = confirmed(&office, &story).await;
    office.run_all().await;
    let first = erasure(&office, &story, id).await;
    let documents = office.send(&story.admin, "GET", &path, Value::Null).await.1;
    let minutes = documents["items"].as_array().expect("documents").iter().find(|one| one["name"] == "minutes.txt");
    let minutes = minutes.expect("the minutes")["id"].as_str().expect("an id").parse().expect("a uuid");
    office.documents.erase(&story.admin, minutes).await.expect("erased");
    office.documents.clean_up().await.expect("cleaned up");
    let again = format!("/api/privacy/erasures/{id}/confirm");
    let (status, _) = office.send(&story.admin, "POST", &again, json!({"name": NAME})).await;
    office.run_all().await;

    assert_eq!((&first["state"], &first["proof"]["complete"]), (&json!("incomplete"), &json!(false)));
    assert_eq!(first["remains"], json!([{"place": "documents", "count": 1}]));
    assert_eq!(status, StatusCode::ACCEPTED);
    nothing_is_left(&office, &story, id).await;
}

#[tokio::test]
async fn an_account_is_closed_and_emptied_and_what_it_wrote_stays() {
    let office = Office::start().await;
    let admin = office.person("ada", Role::Admin).await;
    let leaver = json!({"username": "zyxwa", "email": EMAIL, "name": NAME, "phone": PHONE, "role": "rep"});
    let leaver = office.make("user", leaver).await;
    let rep = Principal { user_id: leaver, username: "zyxwa".to_owned(), role: Role::Rep, ..Principal::system() };
    let company = office.oltp.catalog().object("company").expect("companies").clone();
    let body = json!({"name": "Acme", "owner_id": leaver});
    let changes = Changes::parse_new(&company, body.as_object().expect("an object")).expect("valid");
    office.oltp.create(&rep, &company, changes).await.expect("created");
    office.oltp.seal_audit().await.expect("sealed");

    let body = json!({"object": "user", "id": leaver});
    let (_, asked) = office.send(&admin, "POST", "/api/privacy/erasures", body).await;
    let path = format!("/api/privacy/erasures/{}", asked["id"].as_str().expect("an id"));
    office.send(&admin, "POST", &format!("{path}/confirm"), json!({"name": NAME})).await;
    office.run_all().await;

    let done = office.send(&admin, "GET", &path, Value::Null).await.1;
    assert_eq!(done["state"], "done", "{done:#}");
    for text in [NAME, EMAIL, PHONE, "zyxwa"] {
        assert_eq!(office.told_in(text).await, Vec::<String>::new(), "{text}");
    }
    let user = office.send(&admin, "GET", &format!("/api/users/{leaver}"), Value::Null).await.1;
    assert_eq!(
        (&user["status"], &user["name"], &user["role"]),
        (&json!("deactivated"), &json!("[erased]"), &json!("rep"))
    );
    let companies = office.send(&admin, "GET", "/api/companies", Value::Null).await.1;
    assert_eq!(companies["items"][0]["owner_id"], json!(leaver));
    assert!(office.oltp.verify_audit(None).await.expect("a walk").intact);
    let own = json!({"object": "user", "id": admin.user_id});
    let (status, body) = office.send(&admin, "POST", "/api/privacy/erasures", own).await;
    assert_eq!((status, &body["errors"][0]["code"]), (StatusCode::CONFLICT, &json!("own_account")));
}

#[tokio::test]
async fn words_that_somebody_else_says_of_themselves_too_are_left_alone() {
    let office = Office::start().await;
    let admin = office.person("ada", Role::Admin).await;
    let contact = office.make("contact", json!({"name": NAME, "email": "office@firm.example"})).await;
    let twin = office.make("contact", json!({"name": NAME, "email": "office@firm.example"})).await;
    office.make("note", json!({"body": format!("{NAME} at office@firm.example"), "contact_id": twin})).await;

    let body = json!({"object": "contact", "id": contact});
    let (_, asked) = office.send(&admin, "POST", "/api/privacy/erasures", body).await;
    let path = format!("/api/privacy/erasures/{}", asked["id"].as_str().expect("an id"));
    office.send(&admin, "POST", &format!("{path}/confirm"), json!({"name": NAME})).await;
    office.run_all().await;

    let done = office.send(&admin, "GET", &path, Value::Null).await.1;
    assert_eq!((&done["state"], &done["proof"]["words_spared"]), (&json!("done"), &json!(2)), "{done:#}");
    let notes = office.send(&admin, "GET", "/api/notes", Value::Null).await.1;
    assert_eq!(notes["items"][0]["body"], json!(format!("{NAME} at office@firm.example")));
}

#[tokio::test]
async fn an_emptied_entry_that_was_changed_as_well_is_still_found() {
    let office = Office::start().await;
    let story = tell(&office).await;
    confirmed(&office, &story).await;
    office.run_all().await;
    office.oltp.seal_audit().await.expect("sealed");

    let sql = "update audit_log set actor_name = 'forger' where id = (select min(entry_id) from audit_erasures)";
    sqlx::query(sql).execute(office.oltp.pool()).await.expect("forged");
    let changed = office.oltp.verify_audit(None).await.expect("a walk");
    let sql = "update audit_erasures e set hash_after = audit_entry_hash(a) from audit_log a \
               where a.id = e.entry_id and a.actor_name = 'forger'";
    sqlx::query(sql).execute(office.oltp.pool()).await.expect("forged better");
    let covered = office.oltp.verify_audit(None).await.expect("a walk");

    assert_eq!(changed.finding_count, 1, "{changed:?}");
    assert!(covered.finding_count > 1, "the digest of the batch tells: {covered:?}");
}

#[tokio::test]
async fn everything_that_is_held_about_a_person_is_in_one_archive() {
    let office = Office::start().await;
    let story = tell(&office).await;

    let body = json!({"object": "contact", "id": story.contact, "include_matches": true});
    let (status, job) = office.send(&story.admin, "POST", "/api/privacy/exports", body).await;
    office.run_all().await;

    assert_eq!(status, StatusCode::ACCEPTED, "{job}");
    let id: Uuid = job["id"].as_str().expect("an id").parse().expect("a uuid");
    let file = std::fs::File::open(office.files.path(id)).expect("the archive");
    let mut archive = zip::ZipArchive::new(file).expect("an archive");
    let mut text = String::new();
    archive.by_name("data.json").expect("the data").read_to_string(&mut text).expect("text");
    for held in
        [NAME, EMAIL, FORMER, "Secret note", "Secret task", "Secret comment", "Secret subject", "letter.txt", "Hello"]
    {
        assert!(text.contains(held), "{held} is not in {text}");
    }
    for others in ["Bo Quuxother", "bo@other.example", "other.txt"] {
        assert!(!text.contains(others), "{others} is somebody else's");
    }
    let letter =
        archive.file_names().flatten().find(|name| name.starts_with("documents/")).expect("a document").into_owned();
    let mut text = String::new();
    archive.by_name(&letter).expect("the letter").read_to_string(&mut text).expect("text");
    assert_eq!(text, format!("Dear {NAME}"));
}

#[tokio::test]
async fn only_administrators_come_here_and_bad_requests_are_told_why() {
    let office = Office::start().await;
    let story = tell(&office).await;
    let rep = office.person("ron", Role::Rep).await;
    let person = json!({"object": "contact", "id": story.contact});

    for (method, path) in [
        ("POST", "/api/privacy/exports".to_owned()),
        ("POST", "/api/privacy/erasures".to_owned()),
        ("GET", "/api/privacy/erasures".to_owned()),
        ("GET", format!("/api/privacy/erasures/{}", story.contact)),
    ] {
        let body = if method == "POST" { person.clone() } else { Value::Null };
        assert_eq!(office.send(&rep, method, &path, body).await.0, StatusCode::FORBIDDEN, "{method} {path}");
    }
    let nobody = json!({"object": "contact", "id": story.lead});
    for (body, status) in [
        (json!({"object": "deal", "id": story.deal}), StatusCode::UNPROCESSABLE_ENTITY),
        (nobody, StatusCode::NOT_FOUND),
        (json!({"object": "lead", "id": story.lead, "everything": true}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"object": "lead", "id": story.lead, "reason": "x".repeat(501)}), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(office.send(&story.admin, "POST", "/api/privacy/erasures", body.clone()).await.0, status, "{body}");
    }
    let path = format!("/api/privacy/erasures/{}/confirm", story.contact);
    assert_eq!(office.send(&story.admin, "POST", &path, json!({"name": NAME})).await.0, StatusCode::NOT_FOUND);
}

//! A workspace full of leads, with people who sign in over HTTP.

use std::net::SocketAddr;

use anyhow::Context;
use catalog::{Changes, Principal, Role};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    app::{self, App, Database, Server},
    cli::say,
    client::Client,
    config::{Config, HttpSection},
};

/// People who own the leads.
const REPS: usize = 20;
/// Of everybody; it signs nobody in but the benchmark itself.
const PASSWORD: &str = "correct horse battery bench";

/// A running server over leads.
#[derive(Debug)]
pub(super) struct Workspace {
    /// The program.
    pub(super) app: App,
    /// How many leads there are.
    pub(super) rows: u32,
    /// Where files may be written.
    pub(super) scratch: TempDir,
    people: Vec<Uuid>,
    server: Server,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// Who they are to the program.
    pub(super) principal: Principal,
    /// Their requests.
    pub(super) client: Client,
}

/// The place of the administrator among the people; the reps follow.
const ADMIN: usize = 0;

impl Workspace {
    /// Fills a fresh workspace, copies it into the lake and listens.
    ///
    /// # Errors
    /// A server could not be started.
    pub(super) async fn with_leads(rows: u32) -> anyhow::Result<Self> {
        let scratch = tempfile::tempdir()?;
        let config = config(&scratch);
        say(&format!("filling a table with {rows} leads"));
        let people = fill(&config, rows).await?;
        say("copying it into the lake");
        let app = App::start(&config).await?;
        app.capture.flush().await?;
        let server = Server::start(&app, SocketAddr::from(([127, 0, 0, 1], 0)), &config).await?;
        Ok(Self { app, rows, scratch, people, server })
    }

    /// An administrator, who sees every lead.
    ///
    /// # Errors
    /// They cannot sign in.
    pub(super) async fn admin(&self) -> anyhow::Result<Person> {
        self.person(ADMIN).await
    }

    /// A rep, who sees a twentieth of the leads.
    ///
    /// # Errors
    /// They cannot sign in.
    pub(super) async fn rep(&self) -> anyhow::Result<Person> {
        self.person(ADMIN + 1).await
    }

    /// The user id of the last rep.
    ///
    /// # Errors
    /// Never, once the workspace is filled.
    pub(super) fn other_rep(&self) -> anyhow::Result<Uuid> {
        self.people.last().copied().context("there are reps")
    }

    async fn person(&self, place: usize) -> anyhow::Result<Person> {
        let id = *self.people.get(place).context("somebody at this place")?;
        let body = json!({"password": PASSWORD});
        let body = body.as_object().cloned().unwrap_or_default();
        self.app.identity.update_user(&Principal::system(), id, body).await?;
        let access = self.app.identity.login(&username(place), PASSWORD, "127.0.0.1").await?;
        let url = format!("http://{}", self.server.address);
        Ok(Person { principal: self.app.identity.person(id).await?, client: Client::new(&url, &access.token) })
    }

    /// Stops everything.
    ///
    /// # Errors
    /// Something did not stop cleanly.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        self.server.stop().await?;
        self.app.shutdown().await
    }
}

/// The settings of a workspace that is thrown away; limits on requests are off, because they would be
/// what is measured.
fn config(scratch: &TempDir) -> Config {
    let http = HttpSection {
        requests_per_minute: 0,
        stranger_requests_per_minute: 0,
        sign_ins_per_minute: 0,
        exports_per_minute: 0,
        ..HttpSection::default()
    };
    Config { data_dir: scratch.path().join("workspace"), http, ..Config::default() }
}

/// The people first, then their leads; answers the people.
async fn fill(config: &Config, rows: u32) -> anyhow::Result<Vec<Uuid>> {
    let database = Database::open(config).await?;
    let oltp = app::connect(&database).await?;
    oltp.migrate().await?;
    let object = oltp.catalog().object("user").context("the catalogue has no people")?.clone();
    let mut people = Vec::new();
    for place in 0..=REPS {
        let role = if place == ADMIN { Role::Admin } else { Role::Rep };
        let name = username(place);
        let body = json!({"username": name, "email": format!("{name}@example.com"), "name": name, "role": role});
        let changes = Changes::parse_new(&object, body.as_object().context("an object")?)?;
        let record = oltp.create(&Principal::system(), &object, changes).await?;
        people.push(record.get("id").and_then(Value::as_str).context("an id")?.parse()?);
    }
    oltp::baseline::fill_leads(&oltp, rows, people.get(ADMIN + 1..).context("reps")?).await?;
    oltp::baseline::analyze(&oltp).await?;
    oltp.pool().close().await;
    database.close().await?;
    Ok(people)
}

fn username(place: usize) -> String {
    if place == ADMIN { "bench.admin".to_owned() } else { format!("bench.rep{place}") }
}

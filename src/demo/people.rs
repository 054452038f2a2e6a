//! The people of the demo company: teams, reps, and one login per role.

use catalog::{Principal, Role};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    chance::Chance,
    fields::Fields,
    market::{FIRST_NAMES, LAST_NAMES, REGIONS},
    scale::Size,
    writer::Writer,
};
use crate::app::App;

/// One login of the demo workspace, printed at its start.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    /// What the person is.
    pub(crate) role: Role,
    /// Login name.
    pub(crate) username: String,
    /// Password.
    pub(crate) password: String,
}

/// Login name and full name per role; the manager and the rep belong to the first team.
const LOGINS: [(Role, &str, &str); 6] = [
    (Role::Admin, "ada", "Ada Admin"),
    (Role::Manager, "mia", "Mia Manager"),
    (Role::Rep, "ben", "Ben Rep"),
    (Role::Support, "sue", "Sue Support"),
    (Role::Analyst, "ana", "Ana Analyst"),
    (Role::Executive, "eve", "Eve Executive"),
];

/// Who works in the demo company.
#[derive(Debug)]
pub(super) struct People {
    /// The people who can sign in.
    pub(super) logins: Vec<Login>,
    /// Everybody who owns leads, with a factor on how well they sell.
    pub(super) reps: Vec<(Uuid, f64)>,
}

/// Hires everybody.
///
/// # Errors
/// Postgres refuses.
pub(super) async fn hire(
    app: &App,
    writer: &mut Writer<'_>,
    chance: &mut Chance,
    size: Size,
    start: DateTime<Utc>,
) -> anyhow::Result<People> {
    let teams = found_teams(writer, chance, size, start)?;
    writer.flush().await?;
    let (logins, ids) = sign_up(app, writer, chance, &teams, start).await?;
    for (index, team) in teams.iter().enumerate() {
        let manager = if index == 0 { ids[1] } else { new_person(writer, chance, Role::Manager, *team, start)? };
        writer.update("team", *team, start, Fields::new().link("manager_id", manager)).await?;
    }
    let mut reps = vec![(ids[2], 1.1)];
    for team in &teams {
        for _ in 0..size.reps_per_team {
            let skill = (1.0 + 0.2 * chance.normal()).clamp(0.5, 1.6);
            reps.push((new_person(writer, chance, Role::Rep, *team, start)?, skill));
        }
    }
    writer.flush().await?;
    Ok(People { logins, reps })
}

fn found_teams(
    writer: &mut Writer<'_>,
    chance: &mut Chance,
    size: Size,
    start: DateTime<Utc>,
) -> anyhow::Result<Vec<Uuid>> {
    let mut teams = Vec::new();
    for number in 0..size.teams {
        let region = REGIONS[usize::try_from(number)? % REGIONS.len()];
        let round = number / u32::try_from(REGIONS.len())?;
        let name = if round == 0 { region.to_owned() } else { format!("{region} {}", round + 1) };
        let id = chance.id(start);
        writer.insert("team", id, start, Fields::new().with("name", name).with("region", region))?;
        teams.push(id);
    }
    Ok(teams)
}

/// Hires the people who can sign in, from the first day on; returns them with their ids in the same order.
async fn sign_up(
    app: &App,
    writer: &mut Writer<'_>,
    chance: &mut Chance,
    teams: &[Uuid],
    start: DateTime<Utc>,
) -> anyhow::Result<(Vec<Login>, Vec<Uuid>)> {
    let mut logins = Vec::new();
    let mut ids = Vec::new();
    for (role, username, name) in LOGINS {
        let mut fields = Fields::new()
            .with("username", username)
            .with("email", format!("{username}@leadhouse.example"))
            .with("name", name)
            .with("role", role.as_str());
        if let (Role::Manager | Role::Rep, Some(team)) = (role, teams.first()) {
            fields = fields.link("team_id", *team);
        }
        let id = chance.id(start);
        writer.insert("user", id, start, fields)?;
        ids.push(id);
        logins.push(Login { role, username: username.to_owned(), password: format!("demo-{role}-2026") });
    }
    writer.flush().await?;
    for (login, id) in logins.iter().zip(&ids) {
        let body = Fields::new().with("password", login.password.clone()).into_map();
        app.identity.update_user(&Principal::system(), *id, body).await?;
    }
    Ok((logins, ids))
}

fn new_person(
    writer: &mut Writer<'_>,
    chance: &mut Chance,
    role: Role,
    team: Uuid,
    start: DateTime<Utc>,
) -> anyhow::Result<Uuid> {
    let id = chance.id(start);
    let name = format!("{} {}", chance.one_of(&FIRST_NAMES), chance.one_of(&LAST_NAMES));
    // The last letters of the id keep login names apart.
    let tail = id.simple().to_string().split_off(26);
    let username = format!("{}.{tail}", name.to_lowercase().replace(' ', "."));
    let fields = Fields::new()
        .with("email", format!("{username}@leadhouse.example"))
        .with("username", username)
        .with("name", name)
        .with("role", role.as_str())
        .with("department", "Sales")
        .link("team_id", team);
    writer.insert("user", id, start, fields)?;
    Ok(id)
}

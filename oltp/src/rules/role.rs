//! Roles: a name that nothing else has, a definition that can be granted, and nobody left without.
//!
//! A person's role is a name, so a role that people have keeps its name and is not deleted. Both
//! sides lock the role's row, so that neither can slip past the other.

use std::collections::BTreeSet;

use catalog::{Invalid, Role, RoleDefinition};
use sqlx::PgConnection;

use crate::{
    Error, Result,
    records::{Batch, Draft, Verb},
};

/// Checks names and definitions; a role that people have cannot go away.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        let leaves = batch.verb == Verb::Delete || (batch.verb == Verb::Update && draft.changing("name"));
        if leaves {
            keep_for_bearers(tx, draft).await?;
        }
        if batch.verb == Verb::Delete {
            continue;
        }
        let name = draft.text_after("name").unwrap_or_default();
        if let Err(refusal) = check_name(name) {
            draft.refuse(refusal);
        }
        match RoleDefinition::parse(draft.after("definition"), batch.catalog) {
            Ok(definition) => store(batch, draft, &definition)?,
            Err(refusal) => draft.refuse(refusal),
        }
    }
    Ok(())
}

/// Stores the definition as it was understood, so that equal roles look equal.
fn store(batch: &Batch<'_>, draft: &mut Draft, definition: &RoleDefinition) -> Result<()> {
    if draft.changes.get("definition").is_none() {
        return Ok(());
    }
    let stored = serde_json::to_value(definition).map_err(|error| Error::Broken(error.to_string()))?;
    draft.set(batch.object, "definition", &stored);
    Ok(())
}

/// A name that people can tell from the presets.
fn check_name(name: &str) -> Result<(), Invalid> {
    let refuse = |code, message: String| Err(Invalid::field("name", code, message));
    if name.trim() != name || name.is_empty() || name.chars().any(char::is_control) {
        return refuse("invalid_name", "Name must be one line that begins and ends with a letter or sign".to_owned());
    }
    let taken = Role::ALL.into_iter().chain([Role::Custom]).any(|role| role.as_str() == name.to_lowercase());
    if taken {
        return refuse(
            "preset",
            format!("{name} is the name of a preset, which stays as it is; copy it under another"),
        );
    }
    Ok(())
}

async fn keep_for_bearers(tx: &mut PgConnection, draft: &mut Draft) -> Result<()> {
    let name = draft.before("name").as_str().unwrap_or_default();
    let sql = "select count(*) from users where role = $1 and deleted_at is null";
    let bearers: i64 = sqlx::query_scalar(sql).bind(name).fetch_one(tx).await?;
    if bearers > 0 {
        let people = if bearers == 1 { "1 person has".to_owned() } else { format!("{bearers} people have") };
        let message = format!("{people} this role; give them another one first");
        draft.refuse(Error::conflict("role_in_use", Invalid::field("name", "role_in_use", message)));
    }
    Ok(())
}

/// Refuses people whose new role does not exist.
pub(super) async fn exist(tx: &mut PgConnection, drafts: &mut [Draft]) -> Result<()> {
    let wanted = |draft: &Draft| draft.changing("role").then(|| draft.text_after("role").map(str::to_owned)).flatten();
    let preset = |name: &str| Role::ALL.into_iter().any(|role| role.as_str() == name);
    let names: BTreeSet<String> =
        drafts.iter().filter(|draft| draft.alive()).filter_map(wanted).filter(|name| !preset(name)).collect();
    if names.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = names.into_iter().collect();
    let sql = "select name from roles where name = any($1) and deleted_at is null order by id for share";
    let known: Vec<String> = sqlx::query_scalar(sql).bind(names).fetch_all(tx).await?;
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        let Some(name) = wanted(draft).filter(|name| !preset(name) && !known.contains(name)) else { continue };
        let presets = Role::ALL.map(Role::as_str).join(", ");
        let message = format!("there is no role called {name}; the presets are {presets}, and roles lists the others");
        draft.refuse(Invalid::field("role", "unknown_role", message));
    }
    Ok(())
}

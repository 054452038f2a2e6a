//! What roles grant, who has them, and which of them cannot be used: the administrators' overview.

use std::{collections::BTreeMap, str::FromStr};

use catalog::{Principal, Role, RoleDefinition};
use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use utoipa::ToSchema;

use super::Identity;
use crate::{Error, Result};

/// Every preset spelled out, how many people have which role, and what is wrong with roles.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Permissions {
    /// The presets, which can be seen and copied but not changed.
    pub presets: Vec<PresetRole>,
    /// How many people who are not deleted have the role of this name.
    pub people: BTreeMap<String, i64>,
    /// Roles that people have and that grant nothing, because they are gone or cannot be read.
    pub unusable: Vec<UnusableRole>,
}

/// A preset.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PresetRole {
    /// Its name.
    pub name: &'static str,
    /// What it grants, object by object.
    #[schema(value_type = Object)]
    pub definition: RoleDefinition,
}

/// A role whose people see nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnusableRole {
    /// Its name.
    pub name: String,
    /// How many people have it.
    pub people: i64,
    /// What is wrong with it and what to do.
    pub problem: String,
}

#[derive(Debug, FromRow)]
struct RoleRow {
    name: String,
    people: i64,
    definition: Option<Value>,
}

impl Identity {
    /// The overview of roles for administrators, also for those who only look.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`].
    pub async fn permissions(&self, caller: &Principal) -> Result<Permissions> {
        if caller.role != Role::Admin {
            return Err(Error::AdministratorsOnly { verb: "read what roles grant".to_owned() });
        }
        let rows: Vec<RoleRow> =
            sqlx::query_as(include_str!("../../sql/roles_of_people.sql")).fetch_all(self.oltp.pool()).await?;
        let unusable = rows.iter().filter_map(|row| {
            let problem = problem(row)?;
            Some(UnusableRole { name: row.name.clone(), people: row.people, problem })
        });
        let objects = &self.oltp.catalog().objects;
        let preset =
            |role: Role| PresetRole { name: role.as_str(), definition: RoleDefinition::of_preset(role, objects) };
        Ok(Permissions {
            presets: Role::ALL.map(preset).into(),
            unusable: unusable.collect(),
            people: rows.into_iter().map(|row| (row.name, row.people)).collect(),
        })
    }
}

fn problem(row: &RoleRow) -> Option<String> {
    if Role::from_str(&row.name).is_ok() {
        return None;
    }
    let Some(definition) = &row.definition else {
        return Some("The role does not exist. Its people see nothing: give them another role.".to_owned());
    };
    let error = RoleDefinition::stored(definition).err()?;
    Some(format!("The definition cannot be read ({error}). Its people see nothing: save the role again."))
}

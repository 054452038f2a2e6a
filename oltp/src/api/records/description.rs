//! `GET /api/catalog`: the objects and fields that the caller may know of, and what they may do with them.

use axum::{Json, Router, extract::State, routing::get};
use catalog::{FieldKind, ObjectDef, Policy, RowScope, policy};
use serde::Serialize;

use crate::{
    Oltp,
    http::{Caller, Problem},
};

pub(super) fn routes(oltp: &Oltp) -> Router {
    Router::new().route("/api/catalog", get(describe)).with_state(oltp.clone())
}

#[derive(Debug, Serialize)]
struct Description {
    objects: Vec<ObjectDescription>,
}

#[derive(Debug, Serialize)]
struct ObjectDescription {
    definition: ObjectDef,
    permissions: Permissions,
}

/// What the caller may do with the records of an object.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "six independent permissions, each read by name")]
struct Permissions {
    read: bool,
    create: bool,
    update: bool,
    delete: bool,
    audit: bool,
    export: bool,
    /// Whose records they see: `own`, `team` or `all`; `shared` is their own and what others share.
    visibility: &'static str,
    /// Fields that read as null for them.
    masked: Vec<String>,
    /// Fields that they see and may not change.
    fixed: Vec<String>,
}

async fn describe(State(oltp): State<Oltp>, Caller(caller): Caller) -> Result<Json<Description>, Problem> {
    let statuses = oltp.lead_status_names().await?;
    let objects = oltp.catalog().known_to(&caller).into_owned().objects.into_iter();
    let described = |definition| {
        let permissions = permissions(policy(&caller, &definition));
        ObjectDescription { definition: with_statuses(definition, &statuses), permissions }
    };
    Ok(Json(Description { objects: objects.map(described).collect() }))
}

/// The statuses of leads are records; whoever draws a form or a filter gets them as the choice they are.
fn with_statuses(mut object: ObjectDef, statuses: &[String]) -> ObjectDef {
    let status = object.fields.iter_mut().find(|field| object.name == "lead" && field.name == "status");
    if let Some(status) = status {
        status.kind = FieldKind::Choice { options: statuses.to_vec() };
    }
    object
}

fn permissions(policy: Policy) -> Permissions {
    Permissions {
        read: policy.read,
        create: policy.create,
        update: policy.update,
        delete: policy.delete,
        audit: policy.audit,
        export: policy.export,
        visibility: match policy.rows {
            RowScope::None | RowScope::All | RowScope::Owners { .. } => policy.visibility.as_str(),
            RowScope::Shared(_) => "shared",
        },
        masked: policy.masked.difference(&policy.hidden).cloned().collect(),
        fixed: policy.fixed.into_iter().collect(),
    }
}

//! `GET /api/catalog`: the objects with their fields and what the caller may do with them.

use axum::{Json, Router, extract::State, routing::get};
use catalog::{ObjectDef, Principal, RowScope, policy};
use serde::Serialize;

use crate::{Oltp, http::Caller};

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
#[expect(clippy::struct_excessive_bools, reason = "five independent permissions, each read by name")]
struct Permissions {
    read: bool,
    create: bool,
    update: bool,
    delete: bool,
    audit: bool,
    /// Whose records they see: `own`, `team` or `all`; `shared` is their own and what others share.
    visibility: &'static str,
    /// Fields that read as null for them.
    masked: Vec<String>,
}

async fn describe(State(oltp): State<Oltp>, Caller(caller): Caller) -> Json<Description> {
    let objects = oltp.catalog().objects.iter();
    let objects = objects
        .map(|object| ObjectDescription { definition: object.clone(), permissions: permissions(&caller, object) });
    Json(Description { objects: objects.collect() })
}

fn permissions(caller: &Principal, object: &ObjectDef) -> Permissions {
    let policy = policy(caller, object);
    Permissions {
        read: policy.read,
        create: policy.create,
        update: policy.update,
        delete: policy.delete,
        audit: policy.audit,
        visibility: match policy.rows {
            RowScope::All => "all",
            RowScope::Owners(_) => caller.scope.as_str(),
            RowScope::Shared(_) => "shared",
        },
        masked: policy.masked.into_iter().collect(),
    }
}

//! Routes about the stream into the warehouse; they belong to no single crate below.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use catalog::{FaultKind, Lsn};
use ingest::{CaptureHandle, CaptureStatus};
use oltp::{
    Oltp,
    http::{Caller, Problem},
};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

/// The routes.
pub(super) fn routes(oltp: Oltp, capture: CaptureHandle) -> Router {
    Router::new()
        .route("/api/warehouse/capture", get(status))
        .route("/api/warehouse/flush", post(flush))
        .with_state(Stream { oltp, capture })
}

/// Their description.
pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(status, flush), components(schemas(Flushed)))]
struct Description;

/// Longest wait for the stream to reach what was committed before a flush was asked for.
const REACH_LIMIT: Duration = Duration::from_mins(1);

#[derive(Debug, Clone)]
struct Stream {
    oltp: Oltp,
    capture: CaptureHandle,
}

/// How far everything is stored durably.
#[derive(Debug, Serialize, ToSchema)]
struct Flushed {
    /// Everything up to this log position is in Parquet.
    #[schema(value_type = String)]
    durable_lsn: Lsn,
}

/// Says how far the capture is.
#[utoipa::path(get, path = "/api/warehouse/capture", tag = "Warehouse", operation_id = "captureStatus",
    responses((status = 200, description = "How far the capture is", body = CaptureStatus)))]
async fn status(_: Caller, State(stream): State<Stream>) -> Json<CaptureStatus> {
    Json(stream.capture.status())
}

/// Writes everything committed so far to Parquet.
#[utoipa::path(post, path = "/api/warehouse/flush", tag = "Warehouse", operation_id = "flushWarehouse",
    responses((status = 200, description = "What is durable now", body = Flushed)))]
async fn flush(Caller(caller): Caller, State(stream): State<Stream>) -> Result<Json<Flushed>, Problem> {
    if !caller.administers() {
        return Err(Problem::new(FaultKind::Forbidden, "not_allowed", "Only administrators flush the warehouse."));
    }
    let goal = stream.oltp.log_position().await?;
    reach(&stream.capture, goal).await?;
    let durable_lsn = stream.capture.flush().await?;
    Ok(Json(Flushed { durable_lsn }))
}

/// Waits until the stream has applied everything up to a position.
async fn reach(capture: &CaptureHandle, goal: Lsn) -> Result<(), Problem> {
    let mut status = capture.watch();
    let reached = tokio::time::timeout(REACH_LIMIT, status.wait_for(|now| now.applied_lsn >= goal)).await;
    match reached {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Problem::new(
            FaultKind::Unavailable,
            "capture_behind",
            "The warehouse has not caught up with Postgres; `leadhouse warehouse status` says why.",
        )),
    }
}

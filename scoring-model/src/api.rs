//! The HTTP routes of scoring.

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use catalog::{Principal, Purpose, Role};
use oltp::http::{Caller, PathParameters, Problem};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use crate::{
    Applied, Error, LeadScoreView, PastScore, Reason, Scoring, ScoringStatus, Tier, Trained, Which, registry::ModelView,
};

/// The routes below `/api`.
pub fn routes(scoring: Scoring) -> Router {
    Router::new()
        .route("/api/leads/{id}/score", get(explain))
        .route("/api/scoring/status", get(status))
        .route("/api/scoring/train", post(train))
        .route("/api/scoring/apply", post(apply))
        .route("/api/scoring/features", get(features))
        .with_state(scoring)
}

/// The description of these routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(
    paths(explain, status, train, apply, features),
    components(schemas(
        Applied,
        LeadScoreView,
        ModelView,
        PastScore,
        Reason,
        ScoringStatus,
        Tier,
        Trained,
        FeatureList,
        FeatureLine
    ))
)]
struct Description;

/// One feature of the scoring.
#[derive(Debug, Serialize, ToSchema)]
struct FeatureLine {
    /// Name in models and reasons.
    name: &'static str,
    /// What people read.
    label: &'static str,
    /// Unit of its numbers, empty when it needs none.
    unit: &'static str,
    /// As of when its value is known.
    as_of: &'static str,
}

/// What leads are scored by.
#[derive(Debug, Serialize, ToSchema)]
struct FeatureList {
    items: Vec<FeatureLine>,
}

/// Explains the score of one lead.
#[utoipa::path(get, path = "/api/leads/{id}/score", tag = "Scoring", operation_id = "leadScore",
    params(("id" = Uuid, Path, description = "Id of the lead")),
    responses((status = 200, description = "The score with its reasons; they add up to it", body = LeadScoreView),
              (status = 404, description = "There is no such lead that the caller may see")))]
async fn explain(
    State(scoring): State<Scoring>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<LeadScoreView>, Problem> {
    Ok(Json(scoring.explain(&caller, id).await?))
}

/// Says which version scores and how far the workspace is from a better one.
#[utoipa::path(get, path = "/api/scoring/status", tag = "Scoring", operation_id = "scoringStatus",
    responses((status = 200, description = "The state of scoring", body = ScoringStatus)))]
async fn status(State(scoring): State<Scoring>, _caller: Caller) -> Result<Json<ScoringStatus>, Problem> {
    Ok(Json(scoring.status().await?))
}

/// Learns from the leads whose outcome is known.
#[utoipa::path(post, path = "/api/scoring/train", tag = "Scoring", operation_id = "trainScoring",
    responses((status = 200, description = "The version made, or why rules still score", body = Trained),
              (status = 403, description = "The caller is neither manager nor administrator"),
              (status = 409, description = "A training is under way")))]
async fn train(State(scoring): State<Scoring>, Caller(caller): Caller) -> Result<Json<Trained>, Problem> {
    check(&caller)?;
    Ok(Json(finished(async move { scoring.train().await }).await?))
}

/// Scores all open leads with the champion.
#[utoipa::path(post, path = "/api/scoring/apply", tag = "Scoring", operation_id = "applyScoring",
    responses((status = 200, description = "How many leads are in which tier", body = Applied),
              (status = 403, description = "The caller is neither manager nor administrator"),
              (status = 409, description = "Scores are being applied")))]
async fn apply(State(scoring): State<Scoring>, Caller(caller): Caller) -> Result<Json<Applied>, Problem> {
    check(&caller)?;
    Ok(Json(finished(async move { scoring.apply(Which::Open).await }).await?))
}

/// What leads are scored by.
#[utoipa::path(get, path = "/api/scoring/features", tag = "Scoring", operation_id = "scoringFeatures",
    responses((status = 200, description = "Every feature with the moment it is known as of", body = FeatureList)))]
async fn features(_caller: Caller) -> Json<FeatureList> {
    let line = |feature: &crate::feature::FeatureDef| FeatureLine {
        name: feature.name,
        label: feature.label,
        unit: feature.unit,
        as_of: feature.as_of,
    };
    Json(FeatureList { items: crate::feature::FEATURES.iter().map(line).collect() })
}

fn check(caller: &Principal) -> Result<(), Error> {
    if caller.purpose != Purpose::Work {
        return Err(Error::ManagersOnly);
    }
    match caller.role {
        Role::Admin | Role::Manager => Ok(()),
        Role::Rep | Role::Support | Role::Analyst | Role::Executive | Role::Custom => Err(Error::ManagersOnly),
    }
}

/// Runs work to its end even when the one who asked has gone.
#[expect(clippy::disallowed_methods, reason = "the work must outlive the request; it is awaited here")]
async fn finished<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::spawn(work).await;
    done.map_err(|failure| Error::defect(format!("scoring failed: {failure}")))?
}

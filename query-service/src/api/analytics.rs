//! `GET /api/contacts/analytics` and `GET /api/companies/analytics`.
#![expect(unused_qualifications, reason = "the description spells out every path")]

use axum::{Json, Router, extract::State, routing::get};
use catalog::{Invalid, Lsn};
use chrono::NaiveDate;
use oltp::http::{Caller, Problem, QueryParameters};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use crate::{
    Error, QueryService,
    analytics::{
        Analytics, AnalyticsRequest, Engagement, InteractionFigures, Interval, Performance, PeriodFigures,
        RecordFigures, Subject, TopSubject,
    },
};

/// Figures about contacts and companies.
pub fn routes(queries: QueryService) -> Router {
    Router::new()
        .route("/api/contacts/analytics", get(contacts))
        .route("/api/companies/analytics", get(companies))
        .with_state(queries)
}

/// The description of [`routes`].
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(
    paths(contacts, companies),
    components(schemas(
        Analytics,
        Engagement,
        InteractionFigures,
        Interval,
        Performance,
        PeriodFigures,
        RecordFigures,
        Subject,
        TopSubject
    ))
)]
struct Description;

/// Which days to look at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// First day, in UTC; twelve months before the last one when not given.
    #[param(example = "2026-01-01")]
    from: Option<NaiveDate>,
    /// Last day; today when not given.
    #[param(example = "2026-03-31")]
    to: Option<NaiveDate>,
    /// Periods of the series: `week` or `month`, which is usual.
    #[serde(default)]
    interval: Interval,
    /// Length of the list of the most active, 1 to 100; 10 when not given.
    top: Option<usize>,
    /// Waits until everything committed up to this position of the log is in the figures.
    #[param(example = "0/16B3748")]
    min_lsn: Option<String>,
}

impl Parameters {
    fn request(self) -> Result<AnalyticsRequest, Error> {
        let Self { from, to, interval, top, min_lsn } = self;
        let position = |text: String| -> Result<Lsn, Error> {
            let message = format!("`{text}` is not a position of the log such as 0/16B3748");
            text.parse().map_err(|_source| Invalid::field("min_lsn", "wrong_type", message).into())
        };
        Ok(AnalyticsRequest { from, to, interval, top, min_lsn: min_lsn.map(position).transpose()? })
    }
}

/// Interactions, engagement and performance of the contacts that the caller may see.
///
/// Answered from the warehouse; `lsn` and `lag_ms` say how fresh. Interactions are activities with
/// the contact; deals count for the contact they are with.
#[utoipa::path(
    get, path = "/api/contacts/analytics", tag = "Analytics", operation_id = "contactAnalytics", params(Parameters),
    responses(
        (status = 200, description = "The figures", body = Analytics),
        (status = 401, description = "Nobody is signed in"),
        (status = 422, description = "A parameter is wrong"),
        (status = 503, description = "The warehouse has not reached min_lsn, or has not been filled yet"),
    )
)]
async fn contacts(
    State(queries): State<QueryService>,
    Caller(caller): Caller,
    QueryParameters(parameters): QueryParameters<Parameters>,
) -> Result<Json<Analytics>, Problem> {
    Ok(Json(queries.analytics(&caller, Subject::Contacts, &parameters.request()?).await?))
}

/// Interactions, engagement and performance of the companies that the caller may see.
///
/// As for contacts; what happens with a company's people counts for the company.
#[utoipa::path(
    get, path = "/api/companies/analytics", tag = "Analytics", operation_id = "companyAnalytics", params(Parameters),
    responses(
        (status = 200, description = "The figures", body = Analytics),
        (status = 401, description = "Nobody is signed in"),
        (status = 422, description = "A parameter is wrong"),
        (status = 503, description = "The warehouse has not reached min_lsn, or has not been filled yet"),
    )
)]
async fn companies(
    State(queries): State<QueryService>,
    Caller(caller): Caller,
    QueryParameters(parameters): QueryParameters<Parameters>,
) -> Result<Json<Analytics>, Problem> {
    Ok(Json(queries.analytics(&caller, Subject::Companies, &parameters.request()?).await?))
}

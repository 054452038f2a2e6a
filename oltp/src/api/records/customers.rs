//! `GET /api/customers`: companies and contacts that buy from us, in one read-only list.

use axum::{Json, Router, extract::State, routing::get};

use crate::{
    Oltp,
    http::{Caller, Problem, QueryParameters},
    records::Page,
};

pub(super) fn routes(oltp: &Oltp) -> Router {
    Router::new().route("/api/customers", get(list)).with_state(oltp.clone())
}

async fn list(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    QueryParameters(parameters): QueryParameters<Vec<(String, String)>>,
) -> Result<Json<Page>, Problem> {
    Ok(Json(oltp.customers(&caller, &parameters).await?))
}

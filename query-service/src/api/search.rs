//! `GET /api/search`.
#![expect(unused_qualifications, reason = "the description spells out every path")]

use axum::{Json, Router, extract::State, routing::get};
use catalog::{Invalid, Lsn};
use oltp::http::{Caller, Problem, QueryParameters};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use crate::{Error, SearchAnswer, SearchField, SearchGroup, SearchItem, SearchMark, SearchRequest, SearchService};

/// Search over every object.
pub fn routes(service: SearchService) -> Router {
    Router::new().route("/api/search", get(search)).with_state(service)
}

/// The description of [`routes`].
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(search), components(schemas(SearchAnswer, SearchGroup, SearchItem, SearchField, SearchMark)))]
struct Description;

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// Words, of which the last may be unfinished; `"phrases"`; pieces of a phone number or e-mail
    /// address. `@` in front finds people, `#` companies, `$` deals, `!` tasks.
    #[param(example = "ada lov")]
    q: String,
    /// Objects to look in, by commas; all when not given.
    #[param(example = "contacts,leads")]
    objects: Option<String>,
    /// Records per object, 1 to 50; 5 when not given.
    limit: Option<usize>,
    /// Waits until everything committed up to this position of the log can be found.
    #[param(example = "0/16B3748")]
    min_lsn: Option<String>,
}

/// Finds records of every object by what is written in them.
///
/// Finds what the caller may see, in fields that they may see. Misspelt words are forgiven when
/// little is found without. Pieces to highlight are offsets in UTF-16 code units, never markup.
#[utoipa::path(
    get, path = "/api/search", tag = "Search", operation_id = "search", params(Parameters),
    responses(
        (status = 200, description = "What was found, by object", body = SearchAnswer, example = json!({
            "query": "ada lov", "lsn": "0/16B3748", "lag_ms": 12, "elapsed_ms": 4,
            "groups": [{
                "object": "contact", "table": "contacts", "label": "Contacts", "matched": 1,
                "items": [{
                    "id": "0190a5c0-0000-7000-8000-000000000001", "title": "Ada Lovelace",
                    "marks": [{"start": 0, "end": 3}, {"start": 4, "end": 7}], "detail": "Analyst",
                    "fields": [{
                        "name": "email", "label": "E-mail", "text": "ada@example.com", "marks": [{"start": 0, "end": 3}],
                    }],
                }],
            }],
        })),
        (status = 401, description = "Nobody is signed in"),
        (status = 422, description = "The query is too long, or names an unknown object"),
        (status = 503, description = "The index is being built, or has not reached min_lsn"),
    )
)]
async fn search(
    State(service): State<SearchService>,
    Caller(caller): Caller,
    QueryParameters(parameters): QueryParameters<Parameters>,
) -> Result<Json<SearchAnswer>, Problem> {
    let objects = parameters.objects.as_deref().unwrap_or_default().split(',').map(str::trim);
    let request = SearchRequest {
        text: parameters.q,
        objects: objects.filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        limit: parameters.limit,
        min_lsn: parameters.min_lsn.as_deref().map(position).transpose()?,
    };
    Ok(Json(service.search(&caller, &request).await?))
}

fn position(text: &str) -> Result<Lsn, Error> {
    let message = format!("`{text}` is not a position of the log such as 0/16B3748");
    text.parse().map_err(|_source| Invalid::field("min_lsn", "wrong_type", message).into())
}

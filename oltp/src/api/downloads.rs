//! Files of jobs: an address to fetch one once, and the fetching.

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use catalog::FaultKind;
use futures::stream;
use tokio::{fs::File, io::AsyncReadExt};
use utoipa::OpenApi;
use uuid::Uuid;

use crate::{
    Oltp,
    http::{Caller, PathParameters, Problem},
    jobs::{FileLink, JobFiles},
};

/// Bytes sent at once; what one download takes of the memory.
const CHUNK_BYTES: usize = 256 * 1024;

/// The routes.
pub fn routes(oltp: Oltp, files: JobFiles) -> Router {
    Router::new()
        .route("/api/jobs/{id}/link", post(link))
        .route("/api/downloads/{token}", get(download))
        .with_state(Downloads { oltp, files })
}

pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(link, download), components(schemas(FileLink)))]
struct Description;

#[derive(Debug, Clone)]
struct Downloads {
    oltp: Oltp,
    files: JobFiles,
}

/// An address to fetch the file of a job
///
/// It counts for five minutes and for one download; asking again makes another one.
#[utoipa::path(
    post, path = "/api/jobs/{id}/link", tag = "Jobs", operation_id = "linkJobFile", security(("bearer" = [])),
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "The address", body = FileLink),
        (status = 404, description = "You asked for no such job, or it has no file any more"),
    )
)]
async fn link(
    State(Downloads { oltp, .. }): State<Downloads>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<FileLink>, Problem> {
    Ok(Json(oltp.link_to_file(&caller, id).await?))
}

/// Fetch a file by its address
#[utoipa::path(
    get, path = "/api/downloads/{token}", tag = "Jobs", operation_id = "downloadFile", security(()),
    params(("token" = String, Path, description = "As `POST /api/jobs/{id}/link` answers it")),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = 404, description = "The address was used, is over, or never was"),
    )
)]
async fn download(
    State(Downloads { oltp, files }): State<Downloads>,
    PathParameters(token): PathParameters<String>,
) -> Result<Response, Problem> {
    let (job, file) = oltp.use_link(&token).await?;
    let gone = |error: std::io::Error| {
        tracing::error!(job.id = %job, "the file of a job cannot be read: {error}");
        Problem::new(FaultKind::NotFound, "record_not_found", "The file is not there any more; run the job again.")
    };
    let content = File::open(files.path(job)).await.map_err(gone)?;
    let headers = [
        (header::CONTENT_TYPE, file.media_type),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", harmless_name(&file.name))),
        (header::CONTENT_LENGTH, file.size_bytes.to_string()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(chunks(content))).into_response())
}

fn chunks(file: File) -> impl stream::Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold(file, async |mut file| {
        let mut chunk = vec![0; CHUNK_BYTES];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok((read > 0).then(|| (Bytes::from(chunk), file)))
    })
}

/// Nothing in the name ends the quotation or the header.
fn harmless_name(name: &str) -> String {
    name.chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || "-_. ".contains(letter) { letter } else { '-' })
        .collect()
}

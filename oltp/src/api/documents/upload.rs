//! A file out of a request: a form, or the body itself.

use axum::{
    extract::{FromRequest, FromRequestParts, Multipart, Request, multipart::Field},
    http::header,
};
use catalog::{FaultKind, Invalid};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    documents::{Documents, Incoming, NewDocument},
    http::{Problem, QueryParameters},
};

/// Bytes of a field of the form besides the file; names and folders are far below.
const MAX_FIELD_BYTES: usize = 4 * 1024;
/// Fields of the form.
const MAX_FIELDS: usize = 8;

/// What a form holds.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read field by field")]
pub(super) struct UploadForm {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Its name, when it is not the file's own.
    name: Option<String>,
    /// Its folder, such as `Contracts/2026`.
    folder: Option<String>,
    /// Whether it holds personal data.
    personal: Option<bool>,
}

/// A received file with what was said about it.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) new: NewDocument,
    pub(super) incoming: Incoming,
}

/// What the address may say about a file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    name: Option<String>,
    folder: Option<String>,
    personal: Option<bool>,
}

/// Receives the file of a request into a scratch file.
///
/// # Errors
/// The form cannot be read, has no file or an unknown field; the file is too large.
pub(super) async fn read(documents: &Documents, request: Request) -> Result<Upload, Problem> {
    let (mut parts, body) = request.into_parts();
    let QueryParameters(said) = QueryParameters::<Parameters>::from_request_parts(&mut parts, &()).await?;
    let declared = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if declared.starts_with("multipart/form-data") {
        let form = Multipart::from_request(Request::from_parts(parts, body), &()).await;
        let form = form.map_err(|rejection| broken(&rejection.body_text()))?;
        return read_form(documents, form, said).await;
    }
    let Parameters { name, folder, personal } = said;
    let name = name.ok_or_else(|| Invalid::field("name", "required", "Give the file's name as ?name="))?;
    let incoming = documents.receive(body.into_data_stream()).await?;
    let new = NewDocument { name, folder: folder.unwrap_or_default(), personal: personal.unwrap_or_default() };
    Ok(Upload { new, incoming })
}

async fn read_form(documents: &Documents, mut form: Multipart, said: Parameters) -> Result<Upload, Problem> {
    let Parameters { mut name, mut folder, mut personal } = said;
    let mut received = None;
    let mut fields = 0;
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error.body_text()))? {
        fields += 1;
        if fields > MAX_FIELDS {
            return Err(broken("it has too many fields"));
        }
        match field.name().unwrap_or_default() {
            "file" if received.is_some() => return Err(refused("file", "duplicate", "Send one file at a time")),
            "file" => {
                name = name.or_else(|| field.file_name().map(str::to_owned));
                received = Some(documents.receive(field).await?);
            }
            "name" => name = Some(text("name", field).await?),
            "folder" => folder = Some(text("folder", field).await?),
            "personal" => personal = Some(flag(&text("personal", field).await?)?),
            other => {
                let message = format!("there is no field {other}; there are file, name, folder and personal");
                return Err(refused(other, "unknown_field", &message));
            }
        }
    }
    let incoming = received.ok_or_else(|| refused("file", "required", "The form must have a file"))?;
    let name = name.ok_or_else(|| refused("name", "required", "The file must have a name"))?;
    let new = NewDocument { name, folder: folder.unwrap_or_default(), personal: personal.unwrap_or_default() };
    Ok(Upload { new, incoming })
}

async fn text(name: &str, mut field: Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| broken(&error.body_text()))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MAX_FIELD_BYTES {
            return Err(refused(name, "too_long", "The field is too long"));
        }
    }
    String::from_utf8(bytes).map_err(|_not_text| refused(name, "wrong_type", "The field must be text"))
}

fn flag(text: &str) -> Result<bool, Problem> {
    match text {
        "true" => Ok(true),
        "false" | "" => Ok(false),
        other => Err(refused("personal", "wrong_type", &format!("`{other}` is not true or false"))),
    }
}

fn refused(name: &str, code: &'static str, message: &str) -> Problem {
    Invalid::field(name, code, message).into()
}

fn broken(reason: &str) -> Problem {
    Problem::new(FaultKind::Malformed, "broken_form", format!("The form cannot be read: {reason}."))
}

//! A JSON body, or a problem that names what is wrong with it.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use catalog::{FaultKind, InvalidField};
use serde::de::DeserializeOwned;

use super::Problem;

/// The body of a request, read as `T`.
///
/// **Errors:** 415 when it is not declared to be JSON, 413 when it is too large, 400 when it is
/// not JSON, 422 naming the field when it does not fit `T`.
#[derive(Debug, Clone, Copy, Default)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !declared_json(request.headers()) {
            return Err(Problem::new(
                FaultKind::Malformed,
                "not_json",
                "Send the body as JSON with the header `Content-Type: application/json`.",
            )
            .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                return Problem::new(FaultKind::TooLarge, "body_too_large", "The body is larger than allowed.");
            }
            Problem::new(FaultKind::Malformed, "body_cut_off", "The body could not be read to its end.")
        })?;
        read(&bytes).map(Self)
    }
}

fn declared_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| refusal(&error))?;
    json.end().map_err(|error| broken(&error))?;
    Ok(value)
}

fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    if !error.inner().is_data() {
        return broken(error.inner());
    }
    let message = without_position(&error.inner().to_string());
    let pointer = pointer(&error.path().to_string(), &message);
    let detail = if pointer.is_empty() { message.clone() } else { format!("{}: {message}", &pointer[1..]) };
    let field = InvalidField { pointer, code: code(&message), message };
    Problem::new(FaultKind::Invalid, "invalid_fields", format!("{detail}.")).with_errors(vec![field])
}

fn broken(error: &serde_json::Error) -> Problem {
    let place = format!("line {}, column {}", error.line(), error.column());
    Problem::new(FaultKind::Malformed, "broken_json", format!("The body is not valid JSON, see {place}."))
}

/// `members[0].name` and the field named in the message as a JSON pointer (RFC 6901).
fn pointer(path: &str, message: &str) -> String {
    let mut pointer = String::new();
    for step in path.split(['.', '[']).map(|step| step.trim_end_matches(']')) {
        if !step.is_empty() && step != "?" {
            pointer = format!("{pointer}/{}", escaped(step));
        }
    }
    match named(message) {
        Some(name) if !pointer.ends_with(&format!("/{}", escaped(name))) => format!("{pointer}/{}", escaped(name)),
        Some(_) | None => pointer,
    }
}

/// The field that serde names in its message when the path ends at the object that lacks it.
fn named(message: &str) -> Option<&str> {
    ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start))
        .and_then(|rest| rest.split('`').next())
}

fn code(message: &str) -> &'static str {
    let codes = [("missing", "required"), ("unknown field", "unknown_field"), ("unknown variant", "unknown_choice")];
    codes.iter().find(|(start, _)| message.starts_with(start)).map_or("wrong_type", |(_, code)| code)
}

fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// The position is of no use once the field is named.
fn without_position(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(text, _)| text).to_owned()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Map, Value};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the errors of reading it are looked at")]
    struct Invitation {
        email: String,
        tags: Vec<String>,
    }

    fn field(body: &str) -> (String, String) {
        let problem = read::<Invitation>(body.as_bytes()).expect_err("refused");
        let json = format!("{problem:?}");
        let part = |name: &str| {
            let start = json.find(&format!("{name}: \"")).expect(name) + name.len() + 3;
            json[start..].split('"').next().unwrap_or_default().to_owned()
        };
        (part("pointer"), problem.status().as_u16().to_string())
    }

    #[test]
    fn the_field_that_does_not_fit_is_named() {
        let refused = |pointer: &str| (pointer.to_owned(), "422".to_owned());

        assert_eq!(field(r#"{"tags": []}"#), refused("/email"));
        assert_eq!(field(r#"{"email": 1, "tags": []}"#), refused("/email"));
        assert_eq!(field(r#"{"email": "a", "tags": ["x", 2]}"#), refused("/tags/1"));
        assert_eq!(field(r#"{"email": "a", "tags": [], "rôle": 1}"#), refused("/rôle"));
    }

    #[test]
    fn broken_json_is_not_an_invalid_field() {
        for body in ["", "{", r#"{"a": 1} x"#, "{\"a\": 01}", "\u{feff}{}"] {
            let problem = read::<Map<String, Value>>(body.as_bytes()).expect_err("broken");

            assert_eq!((problem.status(), problem.code()), (StatusCode::BAD_REQUEST, "broken_json"), "{body}");
        }
    }

    #[test]
    fn other_media_types_are_refused() {
        let json = |declared: &'static str| {
            declared_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, declared.parse().expect("a value"))]))
        };

        assert!(json("application/json; charset=utf-8"));
        assert!(json("application/merge-patch+json"));
        assert!(!json("text/plain"));
    }
}

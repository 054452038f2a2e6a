//! How failures look, and which of them any operation may answer.

use serde_json::{Map, Value, json};

use super::PROBLEM;

/// A failure: its status, the last part of its type, its title, and what it may say.
type Failure = (&'static str, &'static str, &'static str, &'static str);

/// The failures of the program by status, as [`oltp::http::Problem`] prints them.
const FAILURES: [Failure; 15] = [
    ("400", "broken_json", "The request cannot be read", "The body is not valid JSON, see line 1, column 9."),
    ("401", "not_signed_in", "You are not signed in", "Sign in first: send `Authorization: Bearer` with a token."),
    ("403", "not_allowed", "You may not do this", "Your role may not delete deals."),
    ("404", "record_not_found", "There is no such thing", "There is no deal with this id."),
    ("405", "method_not_allowed", "The request cannot be read", "This address does not have this method."),
    ("406", "not_acceptable", "The request cannot be read", "This is not among the types that can be answered."),
    ("409", "duplicate", "It clashes with what is there", "external_id: another deal has this value."),
    ("412", "stale_version", "It has changed meanwhile", "The deal was changed by somebody else; read it again."),
    ("413", "body_too_large", "The request is too large", "The body is larger than allowed."),
    ("415", "not_json", "The request cannot be read", "Send the body as JSON."),
    ("422", "invalid_fields", "The input was refused", "amount: Amount must be a decimal number."),
    ("429", "too_many_requests", "Too many requests", "Too many requests; try again in 12 seconds."),
    ("500", "broken", "Something went wrong", "Something went wrong on our side; it was logged under the request id."),
    ("503", "database_away", "Not available right now", "The service cannot answer right now; try again in a moment."),
    ("504", "timed_out", "It took too long", "It took longer than allowed; ask for less at once or try again later."),
];

/// Statuses that any operation may answer, whatever its own are.
const ANYWHERE: [&str; 4] = ["400", "429", "503", "504"];
/// And those that one with a JSON body may.
const WITH_BODY: [&str; 3] = ["413", "415", "422"];
/// And those that one may that needs somebody signed in: what they may not know of is not there.
const SIGNED_IN: [&str; 3] = ["401", "403", "404"];

/// The schema of a problem (RFC 9457).
pub(super) fn problem_schema() -> Value {
    let field = json!({
        "type": "object",
        "required": ["pointer", "code", "message"],
        "properties": {
            "pointer": { "type": "string", "description": "JSON pointer to the value in the body, or /parameter." },
            "code": { "type": "string", "description": "Stable word for the reason." },
            "message": { "type": "string", "description": "What is wrong and what would be right." },
        },
    });
    json!({
        "type": "object",
        "description": "A failure (RFC 9457).",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string", "description": "Stable name of the failure: /problems/stale_version." },
            "title": { "type": "string", "description": "What kind of failure it is." },
            "status": { "type": "integer", "description": "The HTTP status." },
            "detail": { "type": "string", "description": "What happened and what to do." },
            "instance": { "type": "string", "description": "Id of the request, for the log." },
            "errors": { "type": "array", "description": "Each refused field.", "items": field },
        },
    })
}

/// Describes every failure of an operation as a problem with an example.
pub(super) fn describe(operation: &mut Map<String, Value>) {
    let with_body = operation.contains_key("requestBody");
    let signed_in = operation
        .get("security")
        .and_then(Value::as_array)
        .is_some_and(|ways| ways.iter().any(|way| way.as_object().is_some_and(|way| !way.is_empty())));
    let operation_asks = operation.get("parameters").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    let Some(responses) = responses.as_object_mut() else { return };
    let common = ANYWHERE.into_iter().chain(WITH_BODY.into_iter().filter(|_| with_body));
    let asked = operation_asks.then_some("422");
    for status in common.chain(SIGNED_IN.into_iter().filter(|_| signed_in)).chain(asked) {
        responses.entry(status).or_insert_with(|| json!({ "description": title_of(status) }));
    }
    for (status, response) in responses.iter_mut().filter(|(status, _)| status.as_str() >= "400") {
        let Some(response) = response.as_object_mut() else { continue };
        if response.get("description").and_then(Value::as_str).is_none_or(str::is_empty) {
            response.insert("description".to_owned(), json!(title_of(status)));
        }
        let body = json!({ "schema": { "$ref": "#/components/schemas/Problem" }, "example": example(status) });
        response.insert("content".to_owned(), json!({ PROBLEM: body }));
    }
}

fn failure(status: &str) -> Failure {
    let known = FAILURES.iter().find(|(known, ..)| *known == status);
    known.copied().unwrap_or(("500", "broken", "Something went wrong", "Something went wrong on our side."))
}

fn title_of(status: &str) -> &'static str {
    failure(status).2
}

fn example(status: &str) -> Value {
    let (_, code, title, detail) = failure(status);
    let number: u16 = status.parse().unwrap_or(500);
    let mut problem = json!({
        "type": format!("/problems/{code}"), "title": title, "status": number, "detail": detail,
        "instance": "0190a0b0-0000-7000-8000-000000000000",
    });
    if status == "422" {
        let message = "Amount must be a decimal number";
        problem["errors"] = json!([{ "pointer": "/amount", "code": "wrong_type", "message": message }]);
    }
    problem
}

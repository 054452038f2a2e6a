//! The OpenAPI document as it is published: what every operation has in common is added here, once.
//!
//! Each crate describes its own operations. This adds how failures look (RFC 9457 problems with an
//! example per status), the failures that any operation may answer, and an example of every body,
//! made from its schema where the crate gave none.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

mod example;
mod failures;

/// Methods that an OpenAPI path may have; its other members are no operations.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// The document with problems and examples.
pub(crate) fn complete(openapi: &OpenApi) -> serde_json::Result<Value> {
    let mut document = serde_json::to_value(openapi)?;
    document["components"]["schemas"]["Problem"] = failures::problem_schema();
    let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    for operation in operations(&mut document) {
        failures::describe(operation);
        let body = operation.get_mut("requestBody").and_then(|body| body.get_mut("content"));
        add_examples(body, &schemas, example::Purpose::Request);
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        for response in responses.into_iter().flat_map(Map::values_mut) {
            add_examples(response.get_mut("content"), &schemas, example::Purpose::Answer);
        }
    }
    Ok(document)
}

/// Every operation of the document.
fn operations(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut);
    let operations = items.flat_map(Map::iter_mut).filter(|(method, _)| METHODS.contains(&method.as_str()));
    operations.filter_map(|(_, operation)| operation.as_object_mut())
}

/// Gives each JSON body an example unless it has one.
fn add_examples(content: Option<&mut Value>, schemas: &Map<String, Value>, purpose: example::Purpose) {
    for (media_type, body) in content.and_then(Value::as_object_mut).into_iter().flat_map(Map::iter_mut) {
        let Some(body) = body.as_object_mut().filter(|_| media_type == JSON) else { continue };
        if body.contains_key("example") || body.contains_key("examples") {
            continue;
        }
        let made = example::of(body.get("schema").unwrap_or(&json!({})), schemas, purpose);
        body.insert("example".to_owned(), made);
    }
}

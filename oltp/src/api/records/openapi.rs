//! The operations of every object, printed from the catalogue.

use catalog::{Catalog, ObjectDef};
use utoipa::openapi::{
    Components, ComponentsBuilder, Content, HttpMethod, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder,
    Ref, RefOr, Required, Response, ResponseBuilder, Schema, SecurityRequirement,
    path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    request_body::{RequestBody, RequestBodyBuilder},
    schema::{ObjectBuilder, Type},
};

use super::schemas;
use crate::records::customers;

/// Name of the security scheme; the composition of the program declares it.
const BEARER: &str = "bearer";

/// The filter language, told with every list.
const FILTERS: &str = "\
Filters: `filter[field]=value` or `filter[field][operator]=value`, all of which must hold, or one parameter \
`filter` with a JSON tree: `{\"and\": [...]}`, `{\"or\": [...]}`, `{\"not\": ...}` over \
`{\"field\": \"amount\", \"operator\": \"gte\", \"value\": \"1000\"}`. A field may follow links: \
`company.industry`, `company.owner_id`; a linked record that you may not see counts as an empty link.

Operators: eq, ne, gt, gte, lt, lte, between (two values, both included), in and not_in (a list: by commas, or a \
JSON array), contains, not_contains, starts_with, ends_with, is_null, is_empty (no value or empty text). An empty \
value satisfies ne, not_in, not_contains, is_null and is_empty only; `not` holds exactly where its inside does not.

People are ids, `me` or `my_team`. A day stands for the whole day in your time zone. Days may be relative to today: \
`{\"rel\": \"today\"}`, `yesterday`, `tomorrow`, `{\"rel\": \"this\", \"unit\": \"quarter\"}`, \
`{\"rel\": \"last\", \"n\": 30, \"unit\": \"day\", \"current\": true}`, `next`; units are day, week, month, \
quarter and year, and `current` takes in the one that today is in.";

/// Every operation on records with its schemas: `createDeal`, `listDeals` and so on.
pub fn openapi(catalog: &Catalog) -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut components = ComponentsBuilder::new();
    for object in &catalog.objects {
        components = with_schemas(components, object);
        for (path, item) in paths_of(object) {
            paths = paths.path(path, item);
        }
    }
    let customer = customers::object();
    components = with_schemas(components, &customer);
    paths = paths.path("/api/customers", PathItem::new(HttpMethod::Get, list(&customer)));
    paths = paths.path("/api/catalog", PathItem::new(HttpMethod::Get, describe()));
    let info = InfoBuilder::new().title("Leadhouse records").version(env!("CARGO_PKG_VERSION")).build();
    OpenApiBuilder::new().info(info).paths(paths.build()).components(Some(finished(components))).build()
}

fn finished(components: ComponentsBuilder) -> Components {
    components.schema("AuditPage", audit_page()).schema("FieldValues", field_values()).build()
}

fn with_schemas(components: ComponentsBuilder, object: &ObjectDef) -> ComponentsBuilder {
    let name = schemas::name(object);
    components
        .schema(&name, schemas::record(object))
        .schema(format!("New{name}"), schemas::new_record(object))
        .schema(format!("{name}Changes"), schemas::changes(object))
        .schema(format!("{name}Page"), schemas::page(&name))
}

fn paths_of(object: &ObjectDef) -> Vec<(String, PathItem)> {
    let table = format!("/api/{}", object.table);
    let many = PathItem::new(HttpMethod::Get, list(object));
    let mut one = PathItem::new(HttpMethod::Get, read(object));
    one.put = Some(update(object, "replace"));
    one.patch = Some(update(object, "update"));
    one.delete = Some(changed(object, "delete", "Move to the bin").build());
    let mut many = many;
    many.post = Some(create(object));
    let restore = PathItem::new(HttpMethod::Post, changed(object, "restore", "Take out of the bin").build());
    vec![
        (table.clone(), many),
        (format!("{table}/values"), PathItem::new(HttpMethod::Get, values(object))),
        (format!("{table}/{{id}}"), one),
        (format!("{table}/{{id}}/restore"), restore),
        (format!("{table}/{{id}}/audit"), PathItem::new(HttpMethod::Get, audit(object))),
    ]
}

fn list(object: &ObjectDef) -> Operation {
    operation(&plural_id("list", object), object, &format!("List {}", object.plural_label.to_lowercase()))
        .description(Some(FILTERS))
        .parameter(query("filter", "A tree of conditions as JSON, see above."))
        .parameter(query("q", "Words that must occur in the searchable fields."))
        .parameter(query(
            "sort",
            "Fields to sort by, `-` for descending: `-amount,name`. Empty values come last. `stage.position` is the \
             order of a linked record, where you see all records of that object.",
        ))
        .parameter(query("limit", "Records per page, 1 to 500; 50 when not given."))
        .parameter(query("cursor", "The `next` of the page before."))
        .parameter(query("deleted", "`only` or `with` deleted records, for those who may delete."))
        .parameter(query("total", "`true` to count all matching records."))
        .response("200", json(&format!("{}Page", schemas::name(object)), "One page."))
        .build()
}

fn values(object: &ObjectDef) -> Operation {
    let summary = format!("The values that a field has in {}", object.plural_label.to_lowercase());
    operation(&format!("{}Values", id("list", object)), object, &summary)
        .description(Some("Of the records that you may see and that match, the most frequent value first."))
        .parameter(query("field", "Name of the field, such as `city`."))
        .parameter(query("filter", "Conditions on the records, as for the list; `filter[field][operator]` too."))
        .parameter(query("q", "Words that must occur in the searchable fields."))
        .parameter(query("limit", "How many values, 1 to 500; 50 when not given."))
        .response("200", json("FieldValues", "The values with their number of records."))
        .response("403", problem("Your role does not see the field."))
        .response("422", problem("The field is unknown or has no list of values."))
        .build()
}

fn create(object: &ObjectDef) -> Operation {
    let name = schemas::name(object);
    operation(&id("create", object), object, &format!("Create a {}", object.label.to_lowercase()))
        .request_body(Some(body(&format!("New{name}"))))
        .response("201", json(&name, "The record as it is stored; its version is in `ETag`."))
        .response("409", problem("A unique value is taken, or a rule forbids it."))
        .response("422", problem("Fields were refused; each is named."))
        .build()
}

fn read(object: &ObjectDef) -> Operation {
    operation(&id("read", object), object, &format!("Read a {}", object.label.to_lowercase()))
        .parameter(record_id())
        .response("200", json(&schemas::name(object), "The record; its version is in `ETag`."))
        .response("404", problem("There is none that you may see."))
        .build()
}

fn update(object: &ObjectDef, verb: &str) -> Operation {
    changed(object, verb, "Change the given fields of")
        .description(Some("Fields that are absent keep their values, null clears; `PUT` and `PATCH` mean the same."))
        .request_body(Some(body(&format!("{}Changes", schemas::name(object)))))
        .response("422", problem("Fields were refused; each is named."))
        .build()
}

fn changed(object: &ObjectDef, verb: &str, summary: &str) -> OperationBuilder {
    let if_match = ParameterBuilder::new()
        .name("If-Match")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The `ETag` the record was read with; refused with 412 when it has changed since."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
    operation(&id(verb, object), object, &format!("{summary}: {}", object.label.to_lowercase()))
        .parameter(record_id())
        .parameter(if_match)
        .response("200", json(&schemas::name(object), "The record as it is now."))
        .response("403", problem("You may see it but not do this."))
        .response("404", problem("There is none that you may see."))
        .response("409", problem("A rule forbids it."))
        .response("412", problem("It has changed since it was read."))
}

fn audit(object: &ObjectDef) -> Operation {
    operation(&format!("{}History", id("list", object)), object, "What happened to the record, newest first")
        .parameter(record_id())
        .parameter(query("limit", "Entries per page, 1 to 500."))
        .parameter(query("cursor", "The `next` of the page before."))
        .response("200", json("AuditPage", "One page of entries."))
        .response("403", problem("Only managers and administrators may read it."))
        .response("404", problem("There is none that you may see."))
        .build()
}

fn describe() -> Operation {
    OperationBuilder::new()
        .operation_id(Some("describeCatalog"))
        .tag("Catalogue")
        .summary(Some("The objects, their fields, and what you may do with them"))
        .security(SecurityRequirement::new(BEARER, Vec::<String>::new()))
        .response(
            "200",
            ResponseBuilder::new().description("The catalogue.").content(
                "application/json",
                Content::new(Some(
                    ObjectBuilder::new()
                        .property("objects", utoipa::openapi::schema::ArrayBuilder::new().items(ObjectBuilder::new())),
                )),
            ),
        )
        .build()
}

fn operation(id: &str, object: &ObjectDef, summary: &str) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(id))
        .tag(&object.plural_label)
        .summary(Some(summary))
        .security(SecurityRequirement::new(BEARER, Vec::<String>::new()))
        .response("401", problem("Nobody is signed in."))
}

fn id(verb: &str, object: &ObjectDef) -> String {
    format!("{verb}{}", schemas::name(object))
}

fn plural_id(verb: &str, object: &ObjectDef) -> String {
    format!("{verb}{}", object.table.split('_').map(schemas::capitalised).collect::<String>())
}

fn record_id() -> Parameter {
    ParameterBuilder::new()
        .name("id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn query(name: &str, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn body(schema: &str) -> RequestBody {
    RequestBodyBuilder::new().content("application/json", referring(schema)).required(Some(Required::True)).build()
}

fn json(schema: &str, description: &str) -> Response {
    ResponseBuilder::new().description(description).content("application/json", referring(schema)).build()
}

fn problem(description: &str) -> Response {
    ResponseBuilder::new().description(description).content("application/problem+json", referring("Problem")).build()
}

fn referring(schema: &str) -> Content {
    Content::new(Some(RefOr::<Schema>::Ref(Ref::from_schema_name(schema))))
}

fn audit_page() -> Schema {
    let entry = [
        ("id", Type::Integer),
        ("at", Type::String),
        ("actor_id", Type::String),
        ("actor_name", Type::String),
        ("action", Type::String),
        ("version", Type::Integer),
        ("changes", Type::Object),
        ("source", Type::String),
    ];
    let entry = entry.into_iter().fold(ObjectBuilder::new(), |schema, (name, kind)| {
        schema.property(name, ObjectBuilder::new().schema_type(kind))
    });
    ObjectBuilder::new().property("items", utoipa::openapi::schema::ArrayBuilder::new().items(entry)).into()
}

fn field_values() -> Schema {
    let value = ObjectBuilder::new()
        .property("value", ObjectBuilder::new())
        .property("count", ObjectBuilder::new().schema_type(Type::Integer));
    ObjectBuilder::new()
        .property("items", utoipa::openapi::schema::ArrayBuilder::new().items(value))
        .property("more", ObjectBuilder::new().schema_type(Type::Boolean))
        .into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_object_has_its_operations_with_ids_of_their_own() {
        let catalog = Catalog::standard();
        let json = serde_json::to_value(openapi(&catalog)).expect("JSON");

        let operations = json["paths"].as_object().expect("paths").values().flat_map(|path| {
            path.as_object().expect("methods").values().filter_map(|operation| operation["operationId"].as_str())
        });
        let operations: Vec<&str> = operations.collect();
        let distinct: BTreeSet<&str> = operations.iter().copied().collect();

        assert_eq!(operations.len(), distinct.len());
        assert_eq!(operations.len(), catalog.objects.len() * 9 + 2);
        assert!(
            ["createDeal", "listDeals", "updateOrderItem", "listLeadFeedback"].iter().all(|id| distinct.contains(id))
        );
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let json = serde_json::to_value(openapi(&Catalog::standard())).expect("JSON");
        let text = json.to_string();
        let schemas = json["components"]["schemas"].as_object().expect("schemas");

        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap_or_default();
            assert!(name == "Problem" || schemas.contains_key(name), "{name}");
        }
    }
}

//! The API's description, made from the table of routes and from the types that are read and written.

pub(crate) mod shapes;

use std::sync::OnceLock;

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::auth::OPEN;
use crate::error;
use crate::routes::{Endpoint, endpoints};

/// Where the description keeps the types.
const TYPES: &str = "/components/schemas";

/// The description as JSON.
pub(crate) fn document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(|| build().to_string())
}

fn build() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = TYPES.into());
    let mut types = SchemaGenerator::new(settings);
    let refusal = types.subschema_for::<error::Body>();
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in endpoints() {
        let path = paths.entry(endpoint.route.path).or_insert_with(|| json!({}));
        path[endpoint.route.method.to_lowercase()] = operation(&endpoint, &mut types, &refusal);
    }
    let mut schemas = types.take_definitions(true);
    shapes::set_defaults(&mut schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Acronis and Autotask bridge",
            "version": runtime::config::VERSION,
            "description": "Every save carries the version that it edited. A stale one is refused with 409 and both versions.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-console_session"},
            },
        },
        "security": [{"token": []}, {"session": []}],
    })
}

fn operation(endpoint: &Endpoint, types: &mut SchemaGenerator, refusal: &Schema) -> Value {
    let route = endpoint.route;
    let mut parameters: Vec<Value> = in_path(route.path)
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    if let Some(query) = endpoint.query {
        parameters.extend(in_query(query, types));
    }
    let mut answer = match endpoint.gives {
        Some(gives) => json!({"description": "Done", "content": as_json(&gives(types))}),
        None => json!({"description": "Done"}),
    };
    if let Some(kind) = endpoint.gives_text {
        answer["content"][kind] = json!({"schema": {"type": "string"}});
    }
    let refused = json!({"description": "Refused", "content": as_json(refusal)});
    let mut operation = json!({
        "summary": route.summary,
        "responses": {"2XX": answer, "4XX": refused, "5XX": refused},
    });
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(takes) = endpoint.takes {
        operation["requestBody"] = json!({"required": !endpoint.is_optional, "content": as_json(&takes(types))});
    }
    if OPEN.contains(&route.path) {
        operation["security"] = json!([]);
    }
    operation
}

fn as_json(schema: &Schema) -> Value {
    json!({"application/json": {"schema": schema}})
}

/// The names in braces.
fn in_path(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// The fields of a query's type as parameters.
fn in_query(query: crate::routes::Shape, types: &mut SchemaGenerator) -> Vec<Value> {
    let reference = query(types);
    let name = reference.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    let Some(schema) = name.and_then(|name| types.definitions().get(name)) else { return Vec::new() };
    let required: Vec<&Value> = schema["required"].as_array().into_iter().flatten().collect();
    let fields = schema["properties"].as_object().into_iter().flatten();
    let parameter = |(name, schema): (&String, &Value)| json!({"name": name, "in": "query", "required": required.contains(&&json!(name)), "schema": schema});
    fields.map(parameter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let document = build();
        let mut described: Vec<(String, String)> = Vec::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for method in operations.as_object().unwrap().keys() {
                described.push((method.to_uppercase(), path.clone()));
            }
        }
        // Pages are for people, and described nowhere.
        let routes = endpoints().into_iter().map(|endpoint| endpoint.route);
        let mut known: Vec<(String, String)> =
            routes.map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
        described.sort();
        known.sort();
        assert_eq!(described, known);
    }

    #[test]
    fn parameters_are_described_from_what_is_read() {
        let document = build();
        let names = |path: &str, method: &str| {
            let parameters = document["paths"][path][method]["parameters"].as_array().unwrap();
            parameters.iter().map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("/api/v1/activity", "get"), ["account", "after", "format", "from", "limit", "to"]);
        assert_eq!(names("/api/v1/parked/{id}/retry", "post"), ["id"]);
    }

    #[test]
    fn a_list_that_is_also_a_file_is_described_as_both() {
        let kinds = |path: &str| {
            let document = build();
            let content = document["paths"][path]["get"]["responses"]["2XX"]["content"].as_object().unwrap().clone();
            content.into_iter().map(|(kind, _)| kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds("/api/v1/activity"), ["application/json", "text/csv"]);
        assert_eq!(kinds("/api/v1/mapping/export"), ["text/csv"]);
    }

    #[test]
    fn every_type_that_is_named_is_described() {
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str));
                    fields.values().for_each(|value| references(value, found));
                }
                Value::Array(values) => values.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let document = build();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn every_type_has_a_name_of_its_own() {
        let document = build();
        let names: Vec<&String> = document["components"]["schemas"].as_object().unwrap().keys().collect();
        for name in ["Mapping", "MappingPage", "AccountPage", "TenantPage"] {
            assert!(names.iter().any(|known| *known == name), "{name} is missing from {names:?}");
        }
        // A number at the end was put there to tell two types of one name apart.
        let numbered: Vec<_> =
            names.into_iter().filter(|name| name.ends_with(|end: char| end.is_ascii_digit())).collect();
        assert_eq!(numbered, [""; 0]);
    }

    #[test]
    fn l2_no_answer_has_a_field_for_a_secret() {
        for endpoint in endpoints() {
            let mut types = SchemaGenerator::default();
            let Some(gives) = endpoint.gives else { continue };
            let described = format!("{} {:?}", gives(&mut types).as_value(), types.definitions());
            for secret in ["\"secret\"", "\"client_secret\"", "\"integration_code\""] {
                assert!(!described.contains(secret), "{} has {secret}", endpoint.route.path);
            }
        }
    }
}

//! Whether an answer is what the document says: every JSON answer of every test is held against its schema.

use axum::http::Method;
use jizuo_kernel::registry::{Operation, Registry};
use jsonschema::Validator;
use serde_json::{Value, json};

/// The operation whose template fits a path.
pub(crate) fn operation<'a>(registry: &'a Registry, method: &Method, path: &str) -> Option<&'a Operation> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |template: &str| {
        let (mut a, mut b) = (template.split('/'), path.split('/'));
        loop {
            match (a.next(), b.next()) {
                (None, None) => return true,
                (Some(part), Some(given)) if part == given || part.starts_with('{') => {}
                _ => return false,
            }
        }
    };
    // A literal path beats one with a parameter in its place.
    registry
        .operations()
        .into_iter()
        .filter(|o| o.method == *method && fits(&o.path))
        .min_by_key(|o| o.path.matches('{').count())
}

/// The schema of an operation's answers with this status, where the document has one in JSON.
pub(crate) fn schema(registry: &Registry, operation: &Operation, status: u16) -> Option<Validator> {
    let document = serde_json::to_value(registry.document(operation.module)?).ok()?;
    let method = operation.method.as_str().to_lowercase();
    let responses = &document["paths"][&operation.path][&method]["responses"];
    let documented = responses.get(status.to_string()).or_else(|| responses.get(format!("{}XX", status / 100)));
    let response = documented.unwrap_or_else(|| panic!("{} answers {status}, which its document lacks", operation.id));
    let response = match response["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/responses/")) {
        Some(name) => &document["components"]["responses"][name],
        None => response,
    };
    let content = response.get("content")?.as_object()?;
    let kind = content.iter().find(|(kind, _)| kind.ends_with("/json") || kind.ends_with("+json"))?.1;
    let root = json!({ "components": document["components"], "allOf": [kind["schema"]] });
    Some(jsonschema::validator_for(&root).unwrap_or_else(|error| panic!("the schema of {}: {error}", operation.id)))
}

/// What of the answer does not fit, in words.
pub(crate) fn misfits(validator: &Validator, answer: &Value) -> Vec<String> {
    validator.iter_errors(answer).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

//! Where the words stand in a document: `x-property-words` and `x-value-words` on every object, `x-words`, `x-hint` and
//! `x-enum-words` on query parameters, `x-words` on operations.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Object};
use utoipa::openapi::{OpenApi, RefOr, Schema};

use super::{Dictionary, Holds};
use crate::openapi::{is_text, operations};

impl Dictionary<'_> {
    /// Puts the words into a document.
    pub(super) fn lay(&mut self, document: &mut OpenApi) {
        if let Some(components) = &mut document.components {
            self.lists =
                components.schemas.iter().filter_map(|(name, schema)| Some((name.clone(), listed(schema)?))).collect();
            for (name, schema) in &mut components.schemas {
                self.schema(Some(name), schema);
            }
        }
        for (path, item) in &mut document.paths.paths {
            for (method, operation) in operations(item) {
                self.operation(method == "GET", path, operation);
            }
        }
    }

    fn operation(&mut self, reads: bool, path: &str, operation: &mut Operation) {
        let permission = permission(operation);
        let id = operation.operation_id.clone().unwrap_or_default();
        if let Some(said) = self.heading(&id, reads, permission.as_deref(), path) {
            put(&mut operation.extensions, "x-words", json!(said));
        }
        let bodies = match &mut operation.request_body {
            Some(RefOr::T(body)) => Some(body.content.values_mut()),
            _ => None,
        };
        let answers = operation.responses.responses.values_mut().filter_map(|response| match response {
            RefOr::T(response) => Some(response.content.values_mut()),
            RefOr::Ref(_) => None,
        });
        let contents = bodies.into_iter().flatten().chain(answers.flatten());
        let inline: Vec<_> = contents
            .filter_map(|content| match content {
                RefOr::T(content) => content.schema.as_mut(),
                RefOr::Ref(_) => None,
            })
            .collect();
        for schema in inline {
            self.schema(None, schema);
        }
        for parameter in operation.parameters.iter_mut().flatten() {
            if let RefOr::T(parameter) = parameter
                && parameter.parameter_in == ParameterIn::Query
            {
                self.query(&id, parameter);
            }
        }
    }

    fn query(&mut self, operation: &str, parameter: &mut Parameter) {
        let name = parameter.name.clone();
        if let Some(word) = self.parameter(operation, &name) {
            put(&mut parameter.extensions, "x-words", json!({ "zh": word.zh, "en": word.en }));
            if let (Some(zh), Some(en)) = (word.hint_zh, word.hint_en) {
                put(&mut parameter.extensions, "x-hint", json!({ "zh": zh, "en": en }));
            }
        }
        let holds = parameter.schema.as_ref().map(|schema| self.holds(schema)).unwrap_or_default();
        if holds.text {
            let values = self.values(Some(operation), &name, &holds);
            if !values.is_empty() {
                put(&mut parameter.extensions, "x-enum-words", json!(values));
            }
        }
    }

    /// A schema with all that is written out in it.
    fn schema(&mut self, name: Option<&str>, schema: &mut RefOr<Schema>) {
        match schema {
            RefOr::T(Schema::Object(object)) => self.object(name, object),
            RefOr::T(Schema::Array(array)) => {
                if let ArrayItems::RefOrSchema(items) = &mut array.items {
                    self.schema(name, items);
                }
            }
            RefOr::T(Schema::OneOf(one)) => one.items.iter_mut().for_each(|item| self.schema(name, item)),
            RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(|item| self.schema(name, item)),
            RefOr::T(Schema::AnyOf(any)) => any.items.iter_mut().for_each(|item| self.schema(name, item)),
            _ => {}
        }
    }

    fn object(&mut self, name: Option<&str>, object: &mut Object) {
        let mut words = BTreeMap::new();
        let mut values = BTreeMap::new();
        for (property, schema) in &mut object.properties {
            if let Some(word) = self.word(name, property) {
                words.insert(property.clone(), word);
            }
            let holds = self.holds(schema);
            if holds.text {
                let said = self.values(name, property, &holds);
                if !said.is_empty() {
                    values.insert(property.clone(), said);
                }
            }
            self.schema(name, schema);
        }
        if let Some(AdditionalProperties::RefOr(held)) = object.additional_properties.as_deref_mut() {
            self.schema(name, held);
        }
        if !words.is_empty() {
            put(&mut object.extensions, "x-property-words", json!(words));
        }
        if !values.is_empty() {
            put(&mut object.extensions, "x-value-words", json!(values));
        }
    }

    /// What may stand in a property: through references, what may be left out, and arrays.
    fn holds(&self, schema: &RefOr<Schema>) -> Holds {
        match schema {
            RefOr::Ref(to) => {
                let name = to.ref_location.rsplit('/').next().unwrap_or_default();
                match self.lists.get(name) {
                    Some(values) => Holds { text: true, list: Some(name.to_owned()), values: Some(values.clone()) },
                    None => Holds::default(),
                }
            }
            RefOr::T(Schema::Array(array)) => match &array.items {
                ArrayItems::RefOrSchema(items) => self.holds(items),
                ArrayItems::False => Holds::default(),
            },
            RefOr::T(Schema::OneOf(one)) => match listed(schema) {
                Some(values) => Holds { text: true, list: None, values: Some(values) },
                None => one.items.iter().map(|item| self.holds(item)).find(|holds| holds.text).unwrap_or_default(),
            },
            RefOr::T(Schema::Object(object)) => {
                Holds { text: is_text(&object.schema_type), list: None, values: listed(schema) }
            }
            RefOr::T(_) => Holds::default(),
        }
    }
}

/// The values of a schema that is nothing but a list of texts.
fn listed(schema: &RefOr<Schema>) -> Option<Vec<String>> {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            let values = object.enum_values.as_ref()?;
            let texts: Vec<String> = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            (!texts.is_empty()).then_some(texts)
        }
        RefOr::T(Schema::OneOf(one)) => {
            let parts: Option<Vec<Vec<String>>> = one.items.iter().map(listed).collect();
            parts.map(|parts| parts.concat())
        }
        _ => None,
    }
}

/// The permission that an operation names first.
fn permission(operation: &Operation) -> Option<String> {
    let schemes = operation.security.iter().flatten().filter_map(|one| serde_json::to_value(one).ok());
    schemes.into_iter().find_map(|one| Some(one.get("token")?.get(0)?.as_str()?.to_owned()))
}

fn put(extensions: &mut Option<Extensions>, key: &str, value: Value) {
    extensions.get_or_insert_default().insert(key.to_owned(), value);
}

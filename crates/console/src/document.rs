//! A module's document as pages read it: operations with their words, and schemas in the order in which they were written.

use std::collections::HashMap;

use axum::http::Method;
use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// One thing in both languages, perhaps with how to fill it in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Word {
    pub(crate) zh: String,
    pub(crate) en: String,
    pub(crate) hint_zh: Option<String>,
    pub(crate) hint_en: Option<String>,
}

/// The part of JSON Schema that our documents use.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Schema {
    #[serde(rename = "$ref")]
    pub(crate) to: Option<String>,
    #[serde(rename = "type", deserialize_with = "kinds")]
    pub(crate) kinds: Vec<String>,
    pub(crate) format: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) properties: IndexMap<String, Schema>,
    pub(crate) required: Vec<String>,
    pub(crate) items: Option<Box<Schema>>,
    #[serde(rename = "enum")]
    pub(crate) values: Vec<Value>,
    pub(crate) one_of: Vec<Schema>,
    pub(crate) all_of: Vec<Schema>,
    pub(crate) any_of: Vec<Schema>,
    pub(crate) max_length: Option<u64>,
    pub(crate) max_items: Option<u64>,
    pub(crate) pattern: Option<String>,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) default: Option<Value>,
    #[serde(rename = "x-property-words")]
    pub(crate) property_words: HashMap<String, Word>,
    #[serde(rename = "x-value-words")]
    pub(crate) value_words: HashMap<String, HashMap<String, Word>>,
    /// Where the API lists what may be chosen: a path below the place, and what of an entry to send and to show.
    #[serde(rename = "x-choices")]
    pub(crate) choices: Option<Choices>,
    /// What an id is looked for among: `person`, `household`.
    #[serde(rename = "x-picks")]
    pub(crate) picks: Option<String>,
    /// The text of a file in base64: what a browser offers to choose, as `.xlsx,.csv`.
    #[serde(rename = "x-file")]
    pub(crate) file: Option<String>,
    /// How a value is drawn rather than written: `map`.
    #[serde(rename = "x-shows")]
    pub(crate) shows: Option<String>,
    /// The same words where a schema carries them itself.
    #[serde(rename = "x-words")]
    pub(crate) words: Option<Word>,
    #[serde(rename = "x-enum-words")]
    pub(crate) enum_words: HashMap<String, Word>,
    /// May be left out as null.
    #[serde(skip)]
    pub(crate) nullable: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Choices {
    pub(crate) path: String,
    pub(crate) value: String,
    pub(crate) title: String,
}

fn kinds<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(|kind| kind.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    })
}

impl Schema {
    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kinds.iter().any(|known| known == kind)
    }

    pub(crate) fn has_format(&self, format: &str) -> bool {
        self.format.as_deref() == Some(format)
    }

    /// Whether it is a path that leads on.
    pub(crate) fn is_link(&self) -> bool {
        self.shows.as_deref() == Some("link")
    }

    /// Says nothing to a person (`x-shows: nothing`).
    pub(crate) fn is_for_programs(&self) -> bool {
        self.shows.as_deref() == Some("nothing")
    }

    /// The values that may be chosen; none where any may be written.
    pub(crate) fn listed(&self) -> Vec<String> {
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        self.values.iter().filter_map(text).collect()
    }
}

/// A parameter of the query or a header.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(rename = "in")]
    pub(crate) place: String,
    pub(crate) description: Option<String>,
    pub(crate) required: bool,
    pub(crate) schema: Schema,
    #[serde(rename = "x-words")]
    pub(crate) words: Option<Word>,
    #[serde(rename = "x-hint")]
    pub(crate) hint: Option<Word>,
    #[serde(rename = "x-enum-words")]
    pub(crate) enum_words: IndexMap<String, Word>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Content {
    schema: Option<Schema>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Message {
    content: HashMap<String, Content>,
}

impl Message {
    fn schema(&self) -> Option<&Schema> {
        self.content.get("application/json")?.schema.as_ref()
    }
}

/// An operation as its document tells it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Operation {
    #[serde(rename = "operationId")]
    pub(crate) id: String,
    pub(crate) summary: Option<String>,
    pub(crate) parameters: Vec<Parameter>,
    request_body: Option<Message>,
    responses: HashMap<String, Message>,
    #[serde(rename = "x-words")]
    pub(crate) words: Option<Word>,
    /// It was asked, and nothing was done: the properties that are the answer, the shortest first.
    #[serde(rename = "x-answer")]
    pub(crate) answer_in: Vec<String>,
    #[serde(skip)]
    pub(crate) method: Method,
    #[serde(skip)]
    pub(crate) template: String,
}

impl Operation {
    pub(crate) fn body(&self) -> Option<&Schema> {
        self.request_body.as_ref()?.schema()
    }

    pub(crate) fn answer(&self) -> Option<&Schema> {
        ["200", "201"].iter().find_map(|status| self.responses.get(*status)?.schema())
    }

    /// What the query may ask, without what pages see to themselves.
    pub(crate) fn filters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters
            .iter()
            .filter(|one| one.place == "query" && !["limit", "after", "archive"].contains(&&*one.name))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Components {
    schemas: HashMap<String, Schema>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Raw {
    paths: IndexMap<String, HashMap<String, Operation>>,
    components: Components,
}

/// One module's document.
#[derive(Default)]
pub(crate) struct Document {
    operations: Vec<Operation>,
    schemas: HashMap<String, Schema>,
}

impl Document {
    pub(crate) fn read(json: &str) -> Result<Document, serde_json::Error> {
        let raw: Raw = serde_json::from_str(json)?;
        let mut operations = Vec::new();
        for (path, methods) in raw.paths {
            for (name, method) in
                [("get", Method::GET), ("post", Method::POST), ("put", Method::PUT), ("delete", Method::DELETE)]
            {
                if let Some(operation) = methods.get(name) {
                    operations.push(Operation { method, template: path.clone(), ..operation.clone() });
                }
            }
        }
        Ok(Document { operations, schemas: raw.components.schemas })
    }

    pub(crate) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation of a method at a path that is filled in. Of several templates the one with fewer holes.
    pub(crate) fn at(&self, method: &Method, path: &str) -> Option<&Operation> {
        let fitting = self.operations.iter().filter(|one| one.method == *method && fits(&one.template, path));
        fitting.min_by_key(|one| one.template.matches('{').count())
    }

    /// A schema as a page needs it: references followed, what may be null taken out of its shell, parts put together.
    pub(crate) fn plain(&self, schema: &Schema) -> Schema {
        self.plain_within(schema, 12)
    }

    fn plain_within(&self, schema: &Schema, depth: u8) -> Schema {
        if depth == 0 {
            return schema.clone();
        }
        if let Some(name) = schema.to.as_deref().and_then(|to| to.rsplit('/').next()) {
            let mut found = self.schemas.get(name).map(|known| self.plain_within(known, depth - 1)).unwrap_or_default();
            found.description = schema.description.clone().or(found.description);
            return found;
        }
        let variants = if schema.one_of.is_empty() { &schema.any_of } else { &schema.one_of };
        let mut real = variants.iter().filter(|variant| !variant.is("null"));
        if let (Some(only), None) = (real.next(), real.next()) {
            let mut found = self.plain_within(only, depth - 1);
            found.nullable |= variants.len() > 1;
            found.description = schema.description.clone().or(found.description);
            return found;
        }
        let mut whole = Schema { nullable: schema.is("null"), ..schema.clone() };
        for part in std::mem::take(&mut whole.all_of) {
            let part = self.plain_within(&part, depth - 1);
            whole.properties.extend(part.properties);
            whole.required.extend(part.required);
            whole.property_words.extend(part.property_words);
            whole.value_words.extend(part.value_words);
            if whole.kinds.is_empty() {
                whole.kinds = part.kinds;
            }
        }
        whole
    }
}

/// Whether a path is a template filled in.
pub(crate) fn fits(template: &str, path: &str) -> bool {
    let mut wanted = template.split('/');
    let mut given = path.split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(hole), Some(part)) if hole.starts_with('{') && !part.is_empty() => {}
            (Some(hole), Some(part)) if hole == part => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    const JSON: &str = r##"{"paths": {"/p/{id}": {"get": {"operationId": "one"}}, "/p/new": {"get": {"operationId": "new"}},
        "/p": {"post": {"operationId": "make", "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/New"}}}}}}},
        "components": {"schemas": {
            "New": {"allOf": [{"$ref": "#/components/schemas/Head"}, {"type": "object", "required": ["b"], "properties": {
                "b": {"oneOf": [{"$ref": "#/components/schemas/List", "description": "which"}, {"type": "null"}]},
                "a": {"type": ["string", "null"]}}}]},
            "Head": {"type": "object", "properties": {"z": {"type": "string"}}, "x-property-words": {"z": {"zh": "末", "en": "Last"}}},
            "List": {"type": "string", "enum": ["x", "y", null]}}}}"##;

    #[test]
    fn parts_are_put_together_in_their_order() {
        let document = Document::read(JSON).unwrap();
        assert_eq!(document.at(&Method::GET, "/p/new").unwrap().id, "new");
        assert_eq!(document.at(&Method::GET, "/p/7").unwrap().id, "one");
        assert!(document.at(&Method::GET, "/p/7/8").is_none());
        let new = document.plain(document.at(&Method::POST, "/p").unwrap().body().unwrap());
        assert_eq!(new.properties.keys().collect::<Vec<_>>(), ["z", "b", "a"]);
        assert_eq!(new.property_words["z"].zh, "末");
        assert_eq!(new.required, ["b"]);
        let b = document.plain(&new.properties["b"]);
        assert!(b.nullable && b.listed() == ["x", "y"] && b.description.as_deref() == Some("which"));
        assert!(document.plain(&new.properties["a"]).nullable);
    }
}

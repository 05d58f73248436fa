//! The columns of a list, from the document of its operation: nested objects flattened, in the document's order.

use serde_json::Value;
use utoipa::openapi::schema::{ArrayItems, Object, SchemaFormat, SchemaType};
use utoipa::openapi::{KnownFormat, OpenApi, RefOr, Schema, Type, path::Operation};

use crate::sheets::Cell;
use crate::{Lang, clock};

/// How deep objects in objects become columns of their own.
const DEEP: usize = 4;

/// One column: where its value lies in an item, and how it is called.
#[derive(Clone, Debug)]
pub(super) struct Column {
    path: Vec<String>,
    pub(super) title: String,
    /// Words for the values, where the document has them.
    words: Option<Value>,
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Plain,
    Instant,
}

/// Whether an operation answers a list, and of what: its array, or the `items` of its page.
pub(super) fn item<'a>(document: &'a OpenApi, operation: &'a Operation) -> Option<&'a RefOr<Schema>> {
    let RefOr::T(response) = operation.responses.responses.get("200")? else { return None };
    let content = response.content.get("application/json")?;
    let RefOr::T(content) = content else { return None };
    let answered = content.schema.as_ref()?;
    match resolve(document, answered)? {
        Schema::Array(array) => items(&array.items),
        Schema::Object(page) => match page.properties.get("items")? {
            RefOr::T(Schema::Array(array)) => items(&array.items),
            _ => None,
        },
        _ => None,
    }
}

fn items(items: &ArrayItems) -> Option<&RefOr<Schema>> {
    match items {
        ArrayItems::RefOrSchema(schema) => Some(schema),
        _ => None,
    }
}

/// The columns of a list's items.
pub(super) fn of(document: &OpenApi, item: &RefOr<Schema>, lang: Lang) -> Vec<Column> {
    let mut columns = Vec::new();
    let walk = Walk { document, lang };
    walk.object(item, &[], &[], 0, &mut columns);
    if columns.is_empty() {
        // A list of bare texts or numbers.
        let title = if lang == Lang::Zh { "值" } else { "value" };
        columns.push(Column { path: Vec::new(), title: title.to_owned(), words: None, format: Format::Plain });
    }
    columns
}

struct Walk<'a> {
    document: &'a OpenApi,
    lang: Lang,
}

impl Walk<'_> {
    fn object(
        &self,
        schema: &RefOr<Schema>,
        path: &[String],
        titles: &[String],
        depth: usize,
        columns: &mut Vec<Column>,
    ) {
        match resolve(self.document, schema) {
            Some(Schema::Object(object)) => self.properties(object, path, titles, depth, columns),
            // A struct that holds another one flattened.
            Some(Schema::AllOf(all)) => {
                for part in &all.items {
                    self.object(part, path, titles, depth, columns);
                }
            }
            Some(Schema::OneOf(one)) => {
                for part in &one.items {
                    self.object(part, path, titles, depth, columns);
                }
            }
            _ => {}
        }
    }

    fn properties(&self, object: &Object, path: &[String], titles: &[String], depth: usize, columns: &mut Vec<Column>) {
        let extension = |name: &str| object.extensions.as_ref().and_then(|all| all.get(name));
        for (name, schema) in &object.properties {
            let words = extension("x-property-words").and_then(|all| all.get(name));
            let title = words.and_then(|both| both.get(self.lang.tag_word())).and_then(Value::as_str).unwrap_or(name);
            let path: Vec<String> = path.iter().cloned().chain([name.clone()]).collect();
            let titles: Vec<String> = titles.iter().cloned().chain([title.to_owned()]).collect();
            if columns.iter().any(|column| column.path == path) {
                continue;
            }
            match self.object_of(schema) {
                Some(inner) if depth < DEEP => self.properties(inner, &path, &titles, depth + 1, columns),
                _ => columns.push(Column {
                    path,
                    title: titles.join(" · "),
                    words: extension("x-value-words").and_then(|all| all.get(name)).cloned(),
                    format: format(self.document, schema),
                }),
            }
        }
    }

    /// The object that a property is, whether it may be missing or not; a text in two languages is one value.
    fn object_of<'b>(&'b self, schema: &'b RefOr<Schema>) -> Option<&'b Object> {
        match resolve(self.document, schema)? {
            Schema::Object(object) if object.properties.is_empty() => None,
            Schema::Object(object) if object.properties.len() == 2 && object.properties.contains_key("zh") => None,
            Schema::Object(object) => Some(object),
            Schema::OneOf(one) => {
                let mut some = one.items.iter().filter(|item| !is_null(item));
                match (some.next(), some.next()) {
                    (Some(only), None) => self.object_of(only),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

fn resolve<'a>(document: &'a OpenApi, schema: &'a RefOr<Schema>) -> Option<&'a Schema> {
    let mut schema = schema;
    for _ in 0..8 {
        match schema {
            RefOr::T(schema) => return Some(schema),
            RefOr::Ref(to) => {
                let name = to.ref_location.strip_prefix("#/components/schemas/")?;
                schema = document.components.as_ref()?.schemas.get(name)?;
            }
        }
    }
    None
}

fn format(document: &OpenApi, schema: &RefOr<Schema>) -> Format {
    match resolve(document, schema) {
        Some(Schema::Object(object)) => match &object.format {
            Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)) => Format::Instant,
            _ => Format::Plain,
        },
        _ => Format::Plain,
    }
}

impl Column {
    /// What a person reads in this column of an item.
    pub(super) fn cell(&self, item: &Value, lang: Lang) -> Cell {
        let value = self.path.iter().try_fold(item, |value, name| value.get(name));
        match value {
            None | Some(Value::Null) => Cell::Empty,
            // A number that is a code, or too long for a spreadsheet, stays text.
            Some(Value::Number(number)) => match number.as_f64() {
                Some(number) if number.abs() < 1e15 => Cell::Number(number),
                _ => Cell::Text(number.to_string()),
            },
            Some(value) => Cell::Text(self.shown(value, lang)),
        }
    }

    fn shown(&self, value: &Value, lang: Lang) -> String {
        match value {
            Value::String(text) => {
                let word = self.words.as_ref().and_then(|words| words.get(text)?.get(lang.tag_word())?.as_str());
                match (word, self.format) {
                    (Some(word), _) => word.to_owned(),
                    (None, Format::Instant) => instant(text).unwrap_or_else(|| text.clone()),
                    (None, Format::Plain) => text.clone(),
                }
            }
            Value::Bool(flag) => match (flag, lang) {
                (true, Lang::Zh) => "是",
                (false, Lang::Zh) => "否",
                (true, Lang::En) => "yes",
                (false, Lang::En) => "no",
            }
            .to_owned(),
            Value::Null => String::new(),
            Value::Number(number) => number.to_string(),
            Value::Array(all) => all.iter().map(|one| self.shown(one, lang)).collect::<Vec<_>>().join("；"),
            Value::Object(object) => {
                if let Some(text) = object.get(lang.tag_word()).and_then(Value::as_str).filter(|_| object.len() == 2) {
                    return text.to_owned();
                }
                let shown = object.values().map(|one| self.shown(one, lang)).filter(|text| !text.is_empty());
                shown.collect::<Vec<_>>().join(" ")
            }
        }
    }
}

/// An instant as the wall clock in China shows it, which Excel reads as a date with time.
fn instant(text: &str) -> Option<String> {
    let at: chrono::DateTime<chrono::Utc> = text.parse().ok()?;
    let china = at + chrono::Duration::hours(8);
    debug_assert_eq!(clock::china_date(at), china.date_naive());
    Some(china.format("%Y-%m-%d %H:%M").to_string())
}

//! Several items in a body, chosen from the list of items.

use std::ops::RangeInclusive;

use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};

/// The schema of such a property. `query` narrows the list, `value` is what of an item is sent: its `id` or its `code`.
pub(crate) fn chosen(query: &str, value: &str, many: RangeInclusive<usize>, about: &str) -> RefOr<Schema> {
    let path = format!("/certificates/items{query}&limit=100");
    let one = ObjectBuilder::new().schema_type(Type::String);
    let one = match value {
        "id" => one.format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
        _ => one.pattern(Some("^[a-z][a-z0-9_]{0,59}$")),
    };
    let choices = json!({ "path": path, "value": value, "title": "name" });
    let one = one.extensions(Some(ExtensionsBuilder::new().add("x-choices", choices).build()));
    let least = Some(*many.start()).filter(|least| *least > 0);
    let list = ArrayBuilder::new().items(one).min_items(least).max_items(Some(*many.end()));
    list.description(Some(about)).build().into()
}

/// The purpose that is meant: one of these, or the only one where none is named. None where neither is so.
pub(crate) fn purpose_of(purposes: &[String], wanted: Option<&str>) -> Option<String> {
    match (purposes, wanted.map(str::trim).filter(|text| !text.is_empty())) {
        ([only], None) => Some(only.clone()),
        (_, Some(wanted)) => purposes.iter().find(|known| *known == wanted).cloned(),
        (_, None) => None,
    }
}

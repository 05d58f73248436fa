//! What may be chosen where a schema only says "an id" or "a code": the parts of the matter at hand, lists of the API that the
//! document names.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;

use crate::client::quoted;
use crate::document::Schema;
use crate::module_page::Spot;
use crate::trouble::Trouble;
use crate::visit::Visit;

/// Choices by the dotted name of a field without numbers.
pub(crate) type Offered = Vec<(String, Vec<(String, String)>)>;

pub(crate) async fn offered(
    visit: &Visit,
    spot: &Spot<'_>,
    schema: &Schema,
    matter: Option<&Value>,
) -> Result<Offered, Trouble> {
    let mut wanted = Vec::new();
    collect(spot, schema, "", &mut wanted);
    let mut found = Vec::new();
    // Several fields may choose from one list, which is read once.
    let mut lists: HashMap<&str, Value> = HashMap::new();
    let place = matter.and_then(|matter| matter.get("place")?.as_str()).unwrap_or(spot.place);
    for (name, schema) in &wanted {
        let own = match &schema.choices {
            Some(choices) => {
                let listed = match lists.entry(&choices.path) {
                    Entry::Occupied(read) => read.into_mut(),
                    Entry::Vacant(unread) => {
                        let path = format!("/places/{}{}", quoted(place), choices.path);
                        // A list that the caller may not read offers nothing; the field is then typed.
                        unread.insert(visit.api.read(&path).await.unwrap_or_default())
                    }
                };
                entries(visit, listed, &choices.value, &choices.title)
            }
            None => matter.map(|matter| parts(visit, matter)).unwrap_or_default(),
        };
        if !own.is_empty() {
            found.push((name.clone(), own));
        }
    }
    Ok(found)
}

/// The fields that hold an id, at any depth.
fn collect(spot: &Spot<'_>, schema: &Schema, prefix: &str, found: &mut Vec<(String, Schema)>) {
    for (property, inner) in &schema.properties {
        let name = format!("{prefix}{property}");
        let inner = spot.document.plain(inner);
        let item = inner.items.as_deref().map(|item| spot.document.plain(item));
        let element = item.as_ref().unwrap_or(&inner);
        if !element.properties.is_empty() {
            collect(spot, element, &format!("{name}."), found);
        } else if element.has_format("uuid") || element.choices.is_some() {
            found.push((name, element.clone()));
        } else if inner.choices.is_some() {
            found.push((name, inner));
        }
    }
}

/// Whatever in the matter has an id and a name: its parties, for example.
fn parts(visit: &Visit, matter: &Value) -> Vec<(String, String)> {
    let lists = matter.as_object().into_iter().flatten().filter(|(_, value)| value.is_array());
    lists.flat_map(|(_, list)| entries(visit, list, "id", "name")).collect()
}

fn entries(visit: &Visit, listed: &Value, value: &str, title: &str) -> Vec<(String, String)> {
    let items = listed.as_array().or_else(|| listed.get("items")?.as_array()).into_iter().flatten();
    let text = |entry: &Value, name: &str| match entry.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Object(both) => {
            let lang = if visit.lang == jizuo_kernel::Lang::Zh { "zh" } else { "en" };
            both.get(lang)?.as_str().map(str::to_owned)
        }
        _ => None,
    };
    let mut found: Vec<(String, String)> = Vec::new();
    for (entry, title) in items.filter_map(|entry| Some((entry, text(entry, title)?))) {
        let Some(several) = entry.get(value).and_then(Value::as_array) else {
            found.extend(text(entry, value).map(|value| (value, title)));
            continue;
        };
        // Of an entry that has several each may be chosen, and says whose it is.
        for one in several.iter().filter_map(Value::as_str) {
            match found.iter_mut().find(|(known, _)| known == one) {
                Some((_, of)) => *of = format!("{of}、{title}"),
                None => found.push((one.to_owned(), format!("{one} · {title}"))),
            }
        }
    }
    found
}

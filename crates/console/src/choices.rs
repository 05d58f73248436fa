//! What may be chosen where a schema only says "an id" or "a code": the parts of the matter at hand, lists of the API that the
//! document names, and places by their name.

use jizuo_kernel::places::api::Place;
use jizuo_kernel::problem::ProblemField;
use jizuo_kernel::say;
use serde_json::Value;

use crate::client::quoted;
use crate::document::Schema;
use crate::form::is_blank;
use crate::frame::short;
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
    for (name, schema) in wanted {
        let own = match &schema.choices {
            Some(choices) => {
                let own = matter.and_then(|matter| matter.get("place")?.as_str()).unwrap_or(spot.place);
                let path = format!("/places/{}{}", quoted(own), choices.path);
                // A list that the caller may not read offers nothing; the field is then typed.
                let listed: Value = visit.api.read(&path).await.unwrap_or_default();
                entries(visit, &listed, &choices.value, &choices.title)
            }
            None => matter.map(|matter| parts(visit, matter)).unwrap_or_default(),
        };
        if !own.is_empty() {
            found.push((name, own));
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
    let items = listed.as_array().or_else(|| listed.get("items")?.as_array());
    let text = |entry: &Value, name: &str| match entry.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Object(both) => {
            let lang = if visit.lang == jizuo_kernel::Lang::Zh { "zh" } else { "en" };
            both.get(lang)?.as_str().map(str::to_owned)
        }
        _ => None,
    };
    items.into_iter().flatten().filter_map(|entry| Some((text(entry, value)?, text(entry, title)?))).collect()
}

/// Somebody may type a place's name instead of its code: one place of that name below here is meant by it.
pub(crate) async fn find_places(visit: &Visit, spot: &Spot<'_>, body: &mut Value, faults: &mut Vec<ProblemField>) {
    let Some(typed) = body.get("place").filter(|value| !is_blank(value)).and_then(Value::as_str).map(str::to_owned)
    else {
        return;
    };
    let plain: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '.').collect();
    if plain.bytes().all(|b| b.is_ascii_digit()) {
        body["place"] = Value::String(plain);
        return;
    }
    let path = format!("/places/{}/search?q={}", quoted(spot.place), quoted(typed.trim()));
    let found: Vec<Place> = visit.api.read(&path).await.unwrap_or_default();
    let exact: Vec<&Place> = found.iter().filter(|place| place.name == typed.trim()).collect();
    let candidates = if exact.is_empty() { found.iter().collect() } else { exact };
    match candidates.as_slice() {
        [one] => body["place"] = Value::String(one.code.clone()),
        several => {
            let names: Vec<String> =
                several.iter().take(5).map(|place| format!("{} {}", place.name, short(&place.code))).collect();
            let (n, names) = (several.len(), names.join("；"));
            let message = if n == 0 {
                say!(
                    "这里没有叫“{typed}”的地方，请核对名称，或填写编码",
                    "No place here is called '{typed}'; check the name, or give its code"
                )
            } else {
                say!("有 {n} 个地方符合，请填写编码：{names}", "{n} places fit; give the code: {names}")
            };
            faults.push(ProblemField {
                field: "place".to_owned(),
                code: "console.place.unclear".to_owned(),
                message: message.read(visit.lang).to_owned(),
                source: None,
            });
        }
    }
}

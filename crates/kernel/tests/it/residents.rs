//! People of the test villages: clerks, and residents whom they register.

use jizuo_testing::{TestApp, User};
use serde_json::{Value, json};

/// What the clerk of a village or county does about people.
pub(crate) const CLERK: &[&str] = &[
    "base.person.read",
    "base.person.write",
    "base.person.reveal",
    "base.person.move",
    "base.person.record_death",
    "base.household.read",
    "base.household.write",
    "base.organisation.read",
    "base.organisation.write",
];

pub(crate) async fn clerk<'a>(test: &'a TestApp, place: &str) -> User<'a> {
    test.user(place, CLERK).await
}

/// An identity number of nobody alive: born in 1880, the sequence as given (odd for men).
pub(crate) fn number(sequence: u32) -> String {
    let body = format!("53010218800101{sequence:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().zip(weights).map(|(c, weight)| c.to_digit(10).unwrap() * weight).sum();
    let check = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][usize::try_from(sum % 11).unwrap()];
    format!("{body}{check}")
}

/// Registers somebody by name and what else is known, from a paper that was seen.
pub(crate) async fn register(clerk: &User<'_>, place: &str, name: &str, facts: Value) -> String {
    let mut all = json!({ "person.name": name });
    all.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    let body = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": all });
    clerk.post(&format!("/places/{place}/persons"), body).await.expect(201).text("id")
}

/// The same with an identity number.
pub(crate) async fn resident(clerk: &User<'_>, place: &str, name: &str, sequence: u32) -> String {
    register(clerk, place, name, json!({ "person.identity_number": number(sequence) })).await
}

/// A household with its head.
pub(crate) async fn household(clerk: &User<'_>, place: &str, head: &str, number: &str) -> String {
    let body = json!({ "head": head, "number": number, "source": "village_visit" });
    clerk.post(&format!("/places/{place}/households"), body).await.expect(201).text("id")
}

pub(crate) async fn join(clerk: &User<'_>, place: &str, household: &str, person: &str, relation: &str) -> Value {
    let body = json!({ "person": person, "relation": relation, "source": "village_visit" });
    let path = format!("/places/{place}/households/{household}/members");
    clerk.post(&path, body).await.expect(200).body
}

/// Names of those who live in a household, in the order shown.
pub(crate) fn people(household: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    household["people"].as_array().unwrap().iter().map(|p| (text(&p["name"]), text(&p["relation"]))).collect()
}

/// Ids in a list.
pub(crate) async fn listed(user: &User<'_>, path: &str) -> Vec<String> {
    let page = user.get(path).await.expect(200);
    page.items().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

//! How long a value counts as fresh: `data/freshness.toml`.

use std::sync::LazyLock;

use chrono::{Months, NaiveDate};
use jizuo_standards::element::Element;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entity::fact;

/// Whether a value can be used without asking again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    Fresh,
    /// Known, and to be asked again.
    Stale,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    months: u32,
    #[expect(dead_code, reason = "for whoever reads the file")]
    why: String,
}

#[derive(Deserialize)]
struct File {
    element: Vec<Entry>,
}

static ALL: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let text = include_str!("../../../../data/freshness.toml");
    toml::from_str::<File>(text).expect("the compiled-in table is tested").element
});

/// The last day on which a value observed on a day is fresh; `None` where it does not age.
pub fn valid_until(element: &Element, observed_on: NaiveDate) -> Option<NaiveDate> {
    let entry = ALL.iter().find(|entry| entry.id == element.id)?;
    observed_on.checked_add_months(Months::new(entry.months))
}

/// Whether a value that is good until a day is fresh on another.
pub fn on(valid_until: Option<NaiveDate>, today: NaiveDate) -> Freshness {
    if valid_until.is_some_and(|last| last < today) { Freshness::Stale } else { Freshness::Fresh }
}

/// Whether what is known is still fresh.
pub fn of(fact: &fact::Model, today: NaiveDate) -> Freshness {
    on(fact.valid_until, today)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use jizuo_standards::element;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn what_ages_and_what_does_not() {
        let until = |id: &str| valid_until(element::find(id).unwrap(), day("2026-02-28")).map(|d| d.to_string());
        assert_eq!(until("person.phone").as_deref(), Some("2028-02-28"));
        assert_eq!(until("person.residence").as_deref(), Some("2027-02-28"));
        assert_eq!(until("person.education").as_deref(), Some("2031-02-28"));
        for id in ["person.identity_number", "person.name", "person.birth_date"] {
            assert_eq!(until(id), None, "{id}");
        }
        assert_eq!(on(Some(day("2026-03-02")), day("2026-03-02")), Freshness::Fresh);
        assert_eq!(on(Some(day("2026-03-01")), day("2026-03-02")), Freshness::Stale);
        assert_eq!(on(None, day("2999-01-01")), Freshness::Fresh);
    }

    #[test]
    fn every_entry_is_an_element() {
        for entry in ALL.iter() {
            assert!(element::find(&entry.id).is_some() && entry.months > 0, "{}", entry.id);
        }
    }
}

//! What the pages of base data read of the API's answers: the parts that they show, and nothing else.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::{Lang, Text};
use serde::Deserialize;
use uuid::Uuid;

/// Words that come in both languages, or in the reader's alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Words {
    Pair(Text),
    Said(String),
}

impl Default for Words {
    fn default() -> Words {
        Words::Said(String::new())
    }
}

impl Words {
    pub(crate) fn read(&self, lang: Lang) -> &str {
        match self {
            Words::Pair(text) => text.read(lang),
            Words::Said(text) => text,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PersonLine {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) sex_title: Option<Words>,
    pub(crate) birth_year: Option<i32>,
    pub(crate) age: Option<u32>,
    pub(crate) minor: bool,
    pub(crate) identity_number: Option<String>,
    pub(crate) place_name: String,
    pub(crate) household: Option<HouseholdOf>,
    pub(crate) standing: String,
    pub(crate) standing_since: Option<NaiveDate>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct HouseholdOf {
    pub(crate) id: Uuid,
    pub(crate) number: Option<String>,
    pub(crate) head_name: String,
    pub(crate) relation_title: Option<Words>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Person {
    #[serde(flatten)]
    pub(crate) line: PersonLine,
    pub(crate) facts: Vec<Fact>,
    pub(crate) conflicts: Vec<Conflict>,
    pub(crate) posts: Vec<PostOf>,
    pub(crate) merged_into: Option<Uuid>,
    pub(crate) moved_to_name: Option<String>,
    pub(crate) actions: Vec<String>,
}

impl Person {
    /// Whether the caller holds a permission where the person lives, and there is a use for it now.
    pub(crate) fn open(&self, permission: &str) -> bool {
        self.actions.iter().any(|known| known == permission)
    }
}

/// A value with its source, of a person, a household or an organisation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fact {
    pub(crate) id: Uuid,
    pub(crate) element: String,
    #[serde(alias = "name")]
    pub(crate) title: Words,
    pub(crate) value: String,
    pub(crate) label: Option<Words>,
    pub(crate) masked: bool,
    #[serde(alias = "source_name")]
    pub(crate) source_title: Words,
    pub(crate) rank: i32,
    pub(crate) collector: String,
    pub(crate) on_behalf_of: Option<String>,
    pub(crate) basis: String,
    pub(crate) observed_on: Option<NaiveDate>,
    pub(crate) recorded_at: Option<DateTime<Utc>>,
    pub(crate) valid_until: Option<NaiveDate>,
    pub(crate) freshness: String,
    pub(crate) standing: String,
    pub(crate) ended_at: Option<DateTime<Utc>>,
    pub(crate) ended_by: Option<String>,
    pub(crate) ended_why: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Conflict {
    pub(crate) element: String,
    pub(crate) title: Words,
    pub(crate) values: Vec<Fact>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PostOf {
    pub(crate) organisation: Uuid,
    pub(crate) organisation_name: String,
    pub(crate) title: String,
    pub(crate) since: Option<NaiveDate>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Found {
    pub(crate) items: Vec<PersonLine>,
}

/// Somebody who may be the same person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Candidate {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) birth_year: Option<String>,
    pub(crate) place_name: Option<String>,
    pub(crate) standing: String,
    pub(crate) why: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RevealedAll {
    pub(crate) values: Vec<Revealed>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Revealed {
    pub(crate) title: Words,
    pub(crate) value: String,
    pub(crate) label: Option<Words>,
    pub(crate) standing: String,
    pub(crate) source_title: Words,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Access {
    pub(crate) at: Option<DateTime<Utc>>,
    pub(crate) who: String,
    pub(crate) on_behalf_of: Option<String>,
    pub(crate) place_name: String,
    pub(crate) action_title: Words,
    pub(crate) purpose: Option<String>,
    pub(crate) elements: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Consent {
    pub(crate) id: Uuid,
    pub(crate) purpose: String,
    pub(crate) purpose_text: Option<Words>,
    pub(crate) guardian: Option<String>,
    pub(crate) guardian_relation: Option<String>,
    pub(crate) how: String,
    pub(crate) collector: String,
    pub(crate) given_at: Option<DateTime<Utc>>,
    pub(crate) withdrawn_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Household {
    pub(crate) id: Uuid,
    pub(crate) place_name: String,
    pub(crate) number: Option<String>,
    pub(crate) head: Option<Uuid>,
    pub(crate) head_name: String,
    pub(crate) head_vacant: bool,
    pub(crate) members: i64,
    pub(crate) standing: String,
    pub(crate) standing_since: Option<NaiveDate>,
    pub(crate) address: Option<Address>,
    pub(crate) people: Vec<Member>,
    pub(crate) former: Vec<Member>,
    pub(crate) facts: Vec<Fact>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Address {
    pub(crate) text: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Member {
    pub(crate) id: Uuid,
    pub(crate) person: Uuid,
    pub(crate) name: String,
    pub(crate) sex: Option<String>,
    pub(crate) birth_year: Option<i32>,
    pub(crate) relation: String,
    pub(crate) relation_name: String,
    pub(crate) relation_stale: bool,
    pub(crate) since: Option<NaiveDate>,
    pub(crate) until: Option<NaiveDate>,
    pub(crate) why_left: Option<String>,
    pub(crate) source: String,
    #[serde(alias = "source_title")]
    pub(crate) source_name: Option<Words>,
    pub(crate) collector: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Organisation {
    pub(crate) id: Uuid,
    pub(crate) place_name: String,
    pub(crate) kind_name: String,
    pub(crate) name: String,
    pub(crate) credit_code: Option<String>,
    pub(crate) standing: String,
    pub(crate) standing_since: Option<NaiveDate>,
    pub(crate) address: Option<String>,
    pub(crate) posts: Vec<Post>,
    pub(crate) former_posts: Vec<Post>,
    pub(crate) facts: Vec<Fact>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Post {
    pub(crate) id: Uuid,
    pub(crate) person: Uuid,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) since: Option<NaiveDate>,
    pub(crate) until: Option<NaiveDate>,
    pub(crate) standing: String,
    pub(crate) collector: String,
}

/// A kind of organisation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Kind {
    pub(crate) id: String,
    pub(crate) zh: String,
    pub(crate) en: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Arrival {
    pub(crate) id: Uuid,
    pub(crate) place_name: String,
    pub(crate) name: String,
    pub(crate) from_name: String,
    pub(crate) moved_on: Option<NaiveDate>,
    pub(crate) reason: String,
    pub(crate) state: String,
    pub(crate) parcel: Vec<Carried>,
    pub(crate) person: Option<Uuid>,
    pub(crate) told_at: Option<DateTime<Utc>>,
    pub(crate) decided_by: Option<String>,
    pub(crate) decided_at: Option<DateTime<Utc>>,
    pub(crate) answer: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Carried {
    pub(crate) element: String,
    pub(crate) value: String,
    pub(crate) observed_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Merge {
    pub(crate) id: Uuid,
    pub(crate) kept: Uuid,
    pub(crate) kept_name: String,
    pub(crate) merged_name: String,
    pub(crate) reason: String,
    pub(crate) actor: String,
    pub(crate) at: Option<DateTime<Utc>>,
    pub(crate) undone_at: Option<DateTime<Utc>>,
    pub(crate) undone_by: Option<String>,
    pub(crate) stayed: Vec<String>,
}

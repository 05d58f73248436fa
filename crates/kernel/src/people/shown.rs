//! What is known of a household or an organisation, as its page shows it: the value with its source, and what differs.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_standards::element;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::freshness::{self, Freshness};
use super::{Subject, facts, seal, sources};
use crate::{Ctx, Result};

/// A value that is known, with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SubjectFact)]
pub struct Shown {
    pub id: Uuid,
    #[schema(example = "household.subsistence_allowance")]
    pub element: String,
    /// Of the element.
    #[schema(example = "是否低保户")]
    pub name: String,
    /// Masked where it is a number; `已登记` where it is sensitive and the caller may not see it.
    pub value: String,
    /// What a code or a place stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// `in_force`, or `disputed` where another source says otherwise.
    pub standing: String,
    pub source: String,
    pub source_name: String,
    pub collector: String,
    pub recorded_at: DateTime<Utc>,
    pub observed_on: NaiveDate,
    pub freshness: Freshness,
}

/// What is in force and what is disputed, by element.
pub(crate) async fn of(ctx: &Ctx, subject: Subject) -> Result<Vec<Shown>> {
    let mut known = facts::known(ctx, &[subject]).await?;
    let order = |id: &str| element::all().iter().position(|element| element.id == id);
    known.sort_by_key(|fact| (order(&fact.element), fact.standing != facts::IN_FORCE, fact.id));
    known
        .iter()
        .map(|fact| {
            let element = element::find(&fact.element);
            let value = seal::shown(ctx, fact)?;
            // What is not shown is not explained either.
            let open = value != seal::RECORDED.read(ctx.lang);
            let label = element.filter(|_| open).and_then(|element| seal::label(ctx, element, &value));
            let zh = ctx.lang == crate::Lang::Zh;
            Ok(Shown {
                id: fact.id,
                name: element.map(|e| if zh { e.zh.clone() } else { e.en.clone() }).unwrap_or_default(),
                element: fact.element.clone(),
                value,
                label: label.map(|text| text.read(ctx.lang).to_owned()),
                standing: fact.standing.clone(),
                source: fact.source.clone(),
                source_name: sources::title(&fact.source).read(ctx.lang).to_owned(),
                collector: fact.collector.clone(),
                recorded_at: fact.recorded_at,
                observed_on: fact.observed_on,
                freshness: freshness::of(fact, ctx.today()),
            })
        })
        .collect()
}

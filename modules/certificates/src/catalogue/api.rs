//! The JSON face of the catalogue in force: the look-up and the negative list, open to everybody.

use jizuo_kernel::{App, Ctx, Json, Query, Result, Text, invalid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::service::{self, Answer, Entry};
use super::{compare, open_data};
use crate::item::{Replacement, Verification};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(lookup))
        .routes(routes!(negative))
        .merge(compare::routes())
        .merge(open_data::routes())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The paper in everyday words, what it is wanted for, or its code: at most 100 characters.
    #[param(example = "还活着的证明", min_length = 1, max_length = 100)]
    q: String,
}

/// What somebody who asks for a paper is told. There is always a next door.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Told)]
pub(crate) struct Told {
    pub(crate) answer: Answer,
    /// Absent when nobody knows the paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "being_alive", extensions(("x-shows" = json!("nothing"))))]
    pub(crate) code: Option<String>,
    pub(crate) name: Text,
    /// What is done instead, where it is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replacement: Option<Replacement>,
    /// Where to go, or what to bring instead.
    pub(crate) next_door: Text,
    /// What it is issued for, where it is issued here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) purposes: Vec<String>,
    /// How whoever issues it verifies it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verification: Option<Verification>,
    /// Days that it is valid for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 90)]
    pub(crate) validity_days: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Text>,
    pub(crate) basis: Text,
    /// Who put it on the list; absent for the national one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) set_by: Option<String>,
    /// `sure`; `likely` where the competent office has not confirmed it.
    #[schema(example = "likely", extensions(("x-shows" = json!("cards"))))]
    pub(crate) confidence: String,
    /// The local item behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-shows" = json!("nothing"))))]
    pub(crate) item: Option<Uuid>,
}

impl From<Entry> for Told {
    fn from(entry: Entry) -> Told {
        let here = entry.answer == Answer::IssuedHere;
        Told {
            purposes: if here { entry.purposes } else { Vec::new() },
            verification: entry.verification.filter(|_| here),
            validity_days: entry.validity_days.filter(|_| here),
            answer: entry.answer,
            code: Some(entry.code).filter(|code| !code.is_empty()),
            name: entry.name,
            replacement: entry.replacement,
            next_door: entry.next_door,
            confidence: entry.confidence.to_owned(),
            reason: entry.reason,
            basis: entry.basis,
            set_by: entry.set_by.map(|place| place.name.clone()),
            item: entry.item,
        }
    }
}

/// The answers to a question, best first; never none.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::LookUp)]
pub(crate) struct LookUp {
    #[schema(extensions(("x-shows" = json!("nothing"))))]
    pub(crate) asked: String,
    /// Whether the first answer is exactly the paper that was asked for.
    #[schema(extensions(("x-shows" = json!("nothing"))))]
    pub(crate) exact: bool,
    pub(crate) answers: Vec<Told>,
}

/// Do I need this paper, and where do I go? By everyday words; no signing in, and nothing is kept of the question.
#[utoipa::path(get, path = "/lookup", operation_id = "certificates_lookup", security(()),
    params(("place" = String, Path, example = "530102"), Asked), responses((status = 200, body = LookUp)))]
async fn lookup(ctx: Ctx, Query(asked): Query<Asked>) -> Result<Json<LookUp>> {
    let q = asked.q.trim();
    if q.is_empty() || q.chars().count() > 100 {
        let why =
            Text::new("请说出要的是什么证明（最多 100 个字）", "say which paper it is, in at most 100 characters");
        return Err(invalid("q", "certificates.lookup.words", why));
    }
    let found = service::advise(&ctx, &service::in_force(&ctx).await?, q)?;
    Ok(Json(LookUp {
        asked: q.to_owned(),
        exact: found.first().is_some_and(|found| found.exact),
        answers: found.into_iter().map(|found| found.entry.into()).collect(),
    }))
}

/// A paper that no village or community issues here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::NegativeItem)]
pub(crate) struct NegativeItem {
    #[schema(example = "being_alive")]
    pub(crate) code: String,
    pub(crate) name: Text,
    /// What people call it.
    pub(crate) aliases: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Text>,
    pub(crate) next_door: Text,
    #[schema(example = "likely")]
    pub(crate) confidence: String,
    pub(crate) basis: Text,
    /// Who put it on the list; absent for the national one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) set_by: Option<String>,
}

/// The negative list in force here: the national items, and what province, prefecture and county added.
#[utoipa::path(get, path = "/negative", operation_id = "certificates_negative_list", security(()),
    params(("place" = String, Path, example = "530102")), responses((status = 200, body = Vec<NegativeItem>)))]
async fn negative(ctx: Ctx) -> Result<Json<Vec<NegativeItem>>> {
    let entries = service::in_force(&ctx).await?;
    let listed = entries.into_iter().filter(|entry| entry.answer == Answer::NotNeeded);
    Ok(Json(
        listed
            .map(|entry| NegativeItem {
                code: entry.code,
                name: entry.name,
                aliases: entry.aliases,
                reason: entry.reason,
                next_door: entry.next_door,
                confidence: entry.confidence.to_owned(),
                basis: entry.basis,
                set_by: entry.set_by.map(|place| place.name.clone()),
            })
            .collect(),
    ))
}

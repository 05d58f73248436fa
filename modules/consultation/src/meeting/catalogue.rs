//! What may be decided, and by whom, as people look it up: the subject matters and the bodies with the rules in force.

use jizuo_kernel::{App, Ctx, Json, Query, Result, Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{BODIES, Body, Figure, Law, Tier};
use super::matter::{self, Subject};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(matters)).routes(routes!(bodies))
}

/// Something that may be decided.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = consultation::Matter)]
struct MatterHere {
    #[schema(example = "land_compensation")]
    code: String,
    title: Text,
    /// What people call it.
    words: Vec<String>,
    /// Ids of the bodies that may decide it.
    bodies: Vec<String>,
    /// Whether representatives may decide it in the place of the assembly.
    delegable: bool,
    /// The law and its article.
    source: Text,
    /// Why not, where it may not be delegated.
    #[serde(skip_serializing_if = "Option::is_none")]
    undelegable: Option<Text>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Words of the title or what people call it: 征地款.
    q: String,
}

/// What may be decided, and by which bodies; all of it, or what people call so.
#[utoipa::path(get, path = "/matters", operation_id = "consultation_matter_list",
    security(("token" = ["consultation.meeting.read"])),
    params(("place" = String, Path, example = "530102"), Asked), responses((status = 200, body = Vec<MatterHere>)))]
async fn matters(Query(asked): Query<Asked>) -> Json<Vec<MatterHere>> {
    let told = |subject: &'static Subject| MatterHere {
        code: subject.code.to_owned(),
        title: subject.title.clone(),
        words: subject.words.iter().map(|word| (*word).to_owned()).collect(),
        bodies: subject.bodies().map(|body| body.id.to_owned()).collect(),
        delegable: subject.delegable,
        source: subject.basis.clone(),
        undelegable: subject.undelegable(),
    };
    Json(matter::called(&asked.q).map(told).collect())
}

/// A body that may be called here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = consultation::Body)]
struct BodyHere {
    #[schema(example = "villagers_representatives")]
    id: String,
    title: Text,
    law: Law,
    tier: Tier,
    /// The figures that are asked for when it is called.
    figures: Vec<Figure>,
    /// The rules it is called, held and decides by, as they are in force here today.
    rules: Vec<RuleHere>,
}

/// A rule as it is in force here today.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = consultation::BodyRule)]
struct RuleHere {
    #[schema(example = "V.REP.QUORUM")]
    id: String,
    title: Text,
    /// A share (`≥2/3`), a number, or `true` and `false`.
    #[schema(example = ">=2/3")]
    value: String,
    source: Text,
}

/// The bodies that may be called here, with the rules in force today.
#[utoipa::path(get, path = "/bodies", operation_id = "consultation_body_list",
    security(("token" = ["consultation.meeting.read"])),
    params(("place" = String, Path, example = "530102001001")), responses((status = 200, body = Vec<BodyHere>)))]
async fn bodies(ctx: Ctx) -> Result<Json<Vec<BodyHere>>> {
    let place = ctx.place()?.clone();
    let here = |body: &&Body| body.foreign_at(&ctx.snapshot.places, &place).is_none();
    Ok(Json(BODIES.iter().filter(here).map(|body| told(&ctx, body)).collect::<Result<_>>()?))
}

fn told(ctx: &Ctx, body: &Body) -> Result<BodyHere> {
    let mut rules = Vec::new();
    for id in body.rules() {
        let rule = ctx.rule(id)?;
        let value = rule.value.as_str().map_or_else(|| rule.value.to_string(), str::to_owned);
        rules.push(RuleHere { id: rule.id, title: rule.title, value, source: rule.basis });
    }
    Ok(BodyHere {
        id: body.id.to_owned(),
        title: body.title(),
        law: body.law,
        tier: body.tier,
        figures: body.needs().collect(),
        rules,
    })
}

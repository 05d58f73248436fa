//! A county's set as a file over the API: the text of `jizuo county export`, what it would change, and the change.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::plan::{self, Change, County};
use crate::error::{Error, Faults};
use crate::{App, Ctx, Json, Reply, Result, Subject, Text};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export)).routes(routes!(planned)).routes(routes!(apply))
}

/// Longer than any county's file: every rule and every process of it together.
const LONGEST: usize = 400_000;

/// What is decided here, as the file that the other two operations and `jizuo county` read.
#[utoipa::path(get, path = "/places/{place}/set", operation_id = "base_county_export",
    security(("token" = ["base.module.read"])), params(("place" = String, Path, example = "530102")),
    responses((status = 200, content((String = "application/toml")))))]
async fn export(ctx: Ctx) -> Result<Response> {
    let place = ctx.place()?;
    let text = format!("# {} as of {}\n{}", place.name, ctx.today(), plan::export(&ctx)?.write()?);
    let mut response = text.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/toml; charset=utf-8"));
    if let Ok(name) = HeaderValue::try_from(format!("attachment; filename=\"{}.toml\"", place.code)) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// A file to be looked at.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "place = \"530102\"\n" }))]
pub struct SetText {
    #[schema(min_length = 1, max_length = 400_000)]
    pub text: String,
}

/// A file to be made true.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "place = \"530102\"\n", "reason": "县委常委会 2026 年第 8 次会议决定" }))]
pub struct SetWish {
    #[schema(min_length = 1, max_length = 400_000)]
    pub text: String,
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// One difference between the file and what is in force.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PlannedChange {
    /// `module`, `settings`, `rule`, `process`
    pub kind: String,
    pub id: String,
    pub title: Text,
    /// Absent = nothing of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// Absent = what is inherited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
    /// Why it would be refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<PlanRefusal>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PlanRefusal {
    pub code: String,
    pub message: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<Text>,
}

impl PlanRefusal {
    /// What a "no" says; anything else is no answer to the plan but a failure of it.
    fn of(error: Error) -> Result<PlanRefusal> {
        match error {
            Error::Refused(no) | Error::Forbidden(no) => Ok(PlanRefusal {
                code: no.code.into_owned(),
                message: no.message,
                source: no.source,
                who: Some(no.who),
            }),
            Error::Invalid(faults) => {
                let Some(first) = faults.into_iter().next() else { return Err(crate::error::internal("no fault")) };
                let (zh, en, field) = (&first.message.zh, &first.message.en, &first.field);
                Ok(PlanRefusal {
                    code: first.code.clone().into_owned(),
                    message: crate::say!("{field}：{zh}", "{field}: {en}"),
                    source: first.source,
                    who: None,
                })
            }
            Error::NotFound(what) => Ok(PlanRefusal {
                code: "base.county.unknown".to_owned(),
                message: crate::say!("没有这一项（{what}）", "there is no such {what}"),
                source: None,
                who: None,
            }),
            other => Err(other),
        }
    }
}

fn shown(ctx: &Ctx, change: &Change) -> Result<PlannedChange> {
    let registry = &ctx.app.registry;
    let place = ctx.place()?;
    let module = |id: &str| registry.module(id).map(|m| m.title.clone());
    let (kind, id, title, from, to) = match change {
        Change::Module { id, from, to } => {
            ("module", id, module(id), Some(from.as_str().into()), Some(to.as_str().into()))
        }
        Change::Settings { id, to } => {
            let from = ctx.snapshot.sets.setting(place.id, id).map(|s| s.value.clone());
            ("settings", id, module(id), from, Some(to.clone()))
        }
        Change::Rule { id, from, to } => {
            ("rule", id, registry.rules.on(id, ctx.today()).map(|r| r.title.clone()), from.clone(), to.clone())
        }
        Change::Process { id, to } => {
            let from = ctx.snapshot.processes.on(place.id, id).map(serde_json::to_value).transpose()?;
            let to = to.as_ref().map(serde_json::to_value).transpose()?;
            ("process", id, registry.process(id).map(|p| p.title.clone()), from, to)
        }
    };
    let title = title.unwrap_or_else(|| Text::owned(id.clone(), id.clone()));
    Ok(PlannedChange { kind: kind.to_owned(), id: id.clone(), title, from, to, refused: None })
}

/// What applying the file would change, each change tried and undone, so that a refusal is known before. Modules that the
/// file does not name stay; rules and processes that it does not name go back to what is inherited.
#[utoipa::path(post, path = "/places/{place}/set/plan", operation_id = "base_county_plan",
    security(("token" = ["base.county.apply"])), params(("place" = String, Path, example = "530102")),
    request_body = SetText, responses((status = 200, body = Vec<PlannedChange>)))]
async fn planned(ctx: Ctx, Json(wish): Json<SetText>) -> Result<Reply<Vec<PlannedChange>>> {
    let changes = plan::plan(&ctx, &read(&wish.text)?)?;
    let mut plan = Vec::new();
    {
        // Tried on a write that is dropped.
        let trial = ctx.clone().within(ctx.scope.clone());
        let mut tx = trial.begin().await?;
        for change in &changes {
            let mut told = shown(&ctx, change)?;
            if let Err(error) = plan::apply(&mut tx, std::slice::from_ref(change), "plan").await {
                told.refused = Some(PlanRefusal::of(error)?);
            }
            plan.push(told);
        }
    }
    let mut tx = ctx.begin().await?;
    tx.note("planned", changes.iter().map(ToString::to_string).collect::<Vec<_>>());
    tx.commit("base.county.apply", Subject::new("base.county", &ctx.place()?.code), Reply::ok(plan)).await
}

fn read(text: &str) -> Result<County> {
    let mut faults = Faults::default();
    if text.len() > LONGEST {
        faults.add("text", "base.field.long", Text::new("文件太长", "the file is too long"));
    }
    faults.check()?;
    County::read(text)
}

/// Makes the file true, as a whole or not at all. The same file again changes nothing.
#[utoipa::path(post, path = "/places/{place}/set/apply", operation_id = "base_county_apply",
    security(("token" = ["base.county.apply"])), params(("place" = String, Path, example = "530102")),
    request_body = SetWish, responses((status = 200, body = Vec<PlannedChange>)))]
async fn apply(ctx: Ctx, Json(wish): Json<SetWish>) -> Result<Reply<Vec<PlannedChange>>> {
    let mut faults = Faults::default();
    let reason = faults.text("reason", &wish.reason, 500);
    faults.check()?;
    let changes = plan::plan(&ctx, &read(&wish.text)?)?;
    let told = changes.iter().map(|change| shown(&ctx, change)).collect::<Result<_>>()?;
    // The file says what three other operations say.
    let place = ctx.place()?;
    for permission in ["base.module.switch", "base.rule.overlay", "base.process.overlay"] {
        ctx.require(permission, place)?;
    }
    let mut tx = ctx.begin().await?;
    plan::apply(&mut tx, &changes, &reason).await?;
    tx.note("reason", reason);
    tx.commit("base.county.apply", Subject::new("base.county", &place.code), Reply::ok(told)).await
}

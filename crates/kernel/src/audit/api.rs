//! The audit on the wire, for audit administrators.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{Search, entity::line, search, words};
use crate::json::Query;
use crate::page::{Page, Paging};
use crate::{App, Ctx, Json, Result, Text};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// One line: who did what, where, when, for whom, and what changed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditLine {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub place: String,
    pub place_name: String,
    pub actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    #[schema(example = "grid.incident.report")]
    pub action: String,
    /// The words for it.
    pub action_title: Text,
    pub subject_kind: String,
    pub subject: String,
    #[schema(value_type = Object)]
    pub changes: Value,
    pub trace: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct What {
    /// The action, as `grid.incident.report`.
    action: Option<String>,
    /// The id of what was acted on.
    subject: Option<String>,
    /// The login of who acted.
    actor: Option<String>,
    /// Part of the name on whose behalf it was done.
    #[param(min_length = 1, max_length = 100)]
    behalf: Option<String>,
    /// The first day.
    #[param(example = "2026-03-01")]
    from: Option<NaiveDate>,
    /// The last day.
    #[param(example = "2026-03-31")]
    to: Option<NaiveDate>,
}

impl AuditLine {
    fn from(ctx: &Ctx, row: line::Model) -> AuditLine {
        let tree = &ctx.snapshot.places;
        AuditLine {
            id: row.id,
            at: row.at,
            place: tree.get(row.place).map(|p| p.code.clone()).unwrap_or_default(),
            place_name: tree.name(row.place).to_owned(),
            actor: row.actor_name,
            on_behalf_of: row.on_behalf_of,
            action_title: words::title(&ctx.app.registry, &row.action),
            action: row.action,
            subject_kind: row.subject_kind,
            subject: row.subject,
            changes: serde_json::from_str(&row.changes).unwrap_or_default(),
            trace: row.trace,
        }
    }
}

/// The lines of this place, newest first.
#[utoipa::path(get, path = "/places/{place}/audit", operation_id = "base_audit_list", security(("token" = ["base.audit.read"])),
    params(("place" = String, Path, example = "530102"), What, Paging), responses((status = 200, body = Page<AuditLine>)))]
async fn list(ctx: Ctx, Query(what): Query<What>, Query(paging): Query<Paging>) -> Result<Json<Page<AuditLine>>> {
    // A form sends every field, and an empty one asks for nothing.
    let said = |text: Option<String>| text.filter(|text| !text.is_empty());
    let what = Search {
        action: said(what.action),
        subject: said(what.subject),
        actor: said(what.actor),
        behalf: said(what.behalf),
        from: what.from,
        to: what.to,
    };
    Ok(Json(search(&ctx, &what, &paging).await?.map(|row| AuditLine::from(&ctx, row))))
}

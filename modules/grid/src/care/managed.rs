//! People under management. Seen by who holds `grid.managed.read`, which no ordinary role has; nothing else tells of them.

use chrono::NaiveDate;
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::forms::{self, Answers, Form};
use jizuo_kernel::json::whole_if_any;
use jizuo_kernel::module::{Held, Work};
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::places::Place;
use jizuo_kernel::process::{self, Clock, Course, Face, Head, Matter, MatterPath, Move, Wanted};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Scope, Scoped, Text, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::kinds::ManagedKind;
use super::shared::{self, NewVisit, VisitMade};
use crate::process::MANAGED as PROCESS;
use plan::{Column, Entity, Model};

type Kind = ManagedKind;

const BEGIN: &str = "grid.managed.begin";
const VISIT: &str = "grid.managed.visit";
const ADJUST: &str = "grid.managed.adjust";
const END: &str = "grid.managed.end";
const ALREADY: &str = "grid.managed.already";
const DAYS: &str = "GRID.MANAGED.VISIT_DAYS";
const LETTERS: &str = "FG";
const VISITS: &str = "grid_managed_visit";
const ROLE: Text = Text::new("服务管理对象", "under management");
const CONSENT: Option<&Form> = None;

plan_rows! { ManagedKind, "grid.managed", "grid_managed_plan", "grid_managed_visit" }
plan_service! {}
plan_face! {
    kind: ManagedKind, schemas: ManagedPlan, ManagedPlanInFull, NewManagedPlan, ManagedAdjustment,
    permissions: "grid.managed.read", "grid.managed.begin", "grid.managed.visit", "grid.managed.adjust",
    operations: "grid_managed_list", "grid_managed_begin", "grid_managed_show", "grid_managed_visit", "grid_managed_adjust",
    paths: "managed", "/managed", "/managed/{id}", "/managed/{id}/visit", "/managed/{id}/adjust",
    holders: "/holders?permission=grid.managed.visit", example: "community_correction"
}

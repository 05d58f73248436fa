//! People in care: children, the elderly, people in need. Seen by who holds `grid.care.read`.

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

use super::kinds::CareKind;
use super::shared::{self, NewVisit, VisitMade};
use crate::process::CARE as PROCESS;
use plan::{Column, Entity, Model};

type Kind = CareKind;

const BEGIN: &str = "grid.care.begin";
const VISIT: &str = "grid.care.visit";
const ADJUST: &str = "grid.care.adjust";
const END: &str = "grid.care.end";
const ALREADY: &str = "grid.care.already";
const DAYS: &str = "GRID.CARE.VISIT_DAYS";
const LETTERS: &str = "GA";
const VISITS: &str = "grid_care_visit";
const ROLE: Text = Text::new("关爱服务对象", "in care");
const CONSENT: Option<&Form> = Some(&crate::forms::CARE);

plan_rows! { CareKind, "grid.care", "grid_care_plan", "grid_care_visit" }
plan_service! {}
plan_face! {
    kind: CareKind, schemas: CarePlan, CarePlanInFull, NewCarePlan, CareAdjustment,
    permissions: "grid.care.read", "grid.care.begin", "grid.care.visit", "grid.care.adjust",
    operations: "grid_care_list", "grid_care_begin", "grid_care_show", "grid_care_visit", "grid_care_adjust",
    paths: "care", "/care", "/care/{id}", "/care/{id}/visit", "/care/{id}/adjust",
    holders: "/holders?permission=grid.care.visit", example: "elderly_alone"
}

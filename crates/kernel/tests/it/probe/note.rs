//! A note: its row, its operations, and what was heard of it.

use chrono::{DateTime, Utc};
use jizuo_kernel::cases::{Handover, Ref};
use jizuo_kernel::error::Faults;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, Move, StepDef, Taken};
use jizuo_kernel::{App, Ctx, Error, Json, Path, Query, Reply, Result, Scoped, Subject, Tx};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::NOTE;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "probe_note")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) prefecture: Option<i32>,
    pub(crate) township: Option<i32>,
    pub(crate) village: Option<i32>,
    pub(crate) place: i32,
    pub(crate) state: String,
    pub(crate) phase: String,
    pub(crate) process: String,
    pub(crate) version: i32,
    pub(crate) due_at: Option<DateTime<Utc>>,
    pub(crate) opened_at: DateTime<Utc>,
    pub(crate) closed_at: Option<DateTime<Utc>>,
    pub(crate) text: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::matter!("probe.note", |row| row.text.clone());

pub(crate) mod heard {
    //! What a subscriber or the timer did.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "probe_heard")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) prefecture: Option<i32>,
        pub(crate) township: Option<i32>,
        pub(crate) village: Option<i32>,
        pub(crate) place: i32,
        pub(crate) what: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    jizuo_kernel::scoped!(Entity);
}

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, write))
        .routes(routes!(show, edit))
        .routes(routes!(take))
        .routes(routes!(heard_list))
        .routes(routes!(greeting))
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = probe::Note)]
pub(crate) struct Note {
    id: Uuid,
    place: String,
    text: String,
    state: String,
    phase: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<DateTime<Utc>>,
}

impl Note {
    fn from(ctx: &Ctx, row: &Model) -> Note {
        Note {
            id: row.id,
            place: ctx.snapshot.places.get(row.place).map(|p| p.code.clone()).unwrap_or_default(),
            text: row.text.clone(),
            state: row.state.clone(),
            phase: row.phase.clone(),
            due_at: row.due_at,
        }
    }
}

#[utoipa::path(get, path = "/notes", operation_id = "probe_note_list", security(("token" = ["probe.note.read"])),
    params(("place" = String, Path), Paging), responses((status = 200, body = Page<Note>)))]
async fn list(ctx: Ctx, Query(paging): Query<Paging>) -> Result<Json<Page<Note>>> {
    let limit = paging.limit()?;
    let mut query = Entity::within(&ctx.scope).order_by_desc(Column::Id).limit(limit + 1);
    if let Some(after) = paging.after_id()? {
        query = query.filter(Column::Id.lt(after));
    }
    let page = Page::cut(query.all(ctx.db()).await?, limit, |row| row.id.to_string());
    Ok(Json(page.map(|row| Note::from(&ctx, &row))))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = probe::NewNote)]
pub(crate) struct NewNote {
    text: String,
    /// Until then the subscriber that hears of it fails.
    #[serde(default)]
    fail_until: Option<DateTime<Utc>>,
}

#[utoipa::path(post, path = "/notes", operation_id = "probe_note_write", security(("token" = ["probe.note.write"])),
    params(("place" = String, Path)), request_body = NewNote, responses((status = 201, body = Note)))]
async fn write(ctx: Ctx, Json(new): Json<NewNote>) -> Result<Reply<Note>> {
    let mut faults = Faults::default();
    let text = faults.text("text", &new.text, 200);
    faults.check()?;
    let mut tx = ctx.begin().await?;
    let place = ctx.place()?.clone();
    let opening = process::open(&mut tx, &NOTE, &place, |_| text.clone(), Move::default()).await?;
    let row = ActiveModel { text: Set(text), ..ActiveModel::opened(&opening) };
    let row = Entity::insert(row).exec_with_returning(tx.db()).await?;
    let subject = Subject::new("probe.note", row.id);
    tx.emit("probe.note.written", &subject, &json!({ "id": row.id, "text": row.text, "fail_until": new.fail_until }))?;
    let location = format!("/api/v1/places/{}/probe/notes/{}", place.code, row.id);
    let reply = Reply::created(location, Note::from(&ctx, &row)).version(row.version);
    tx.commit("probe.note.write", subject, reply).await
}

/// A note that another module handed over.
pub(super) async fn take_over(tx: &mut Tx, what: &Handover) -> Result<Ref> {
    let opening = process::open(tx, &NOTE, &what.place, |_| what.title.clone(), Move::default()).await?;
    let row = ActiveModel { text: Set(what.title.clone()), ..ActiveModel::opened(&opening) };
    let row = Entity::insert(row).exec_with_returning(tx.db()).await?;
    Ok(Ref::to::<Entity>(&row))
}

#[derive(Debug, Deserialize)]
struct NotePath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = probe::NoteInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    note: Note,
    actions: Vec<StepDef>,
    steps: Vec<Taken>,
}

async fn find(ctx: &Ctx, id: Uuid) -> Result<Model> {
    let found = Entity::within(&ctx.scope).filter(Column::Id.eq(id)).one(ctx.db()).await?;
    found.ok_or(Error::NotFound("note"))
}

#[utoipa::path(get, path = "/notes/{id}", operation_id = "probe_note_show", security(("token" = ["probe.note.read"])),
    params(("place" = String, Path), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<NotePath>) -> Result<Reply<InFull>> {
    let row = find(&ctx, path.id).await?;
    let body = InFull {
        note: Note::from(&ctx, &row),
        actions: process::open_actions::<Entity>(&ctx, &row).await?,
        steps: process::history::<Entity>(&ctx, &row).await?,
    };
    Ok(Reply::ok(body).version(row.version))
}

#[utoipa::path(put, path = "/notes/{id}", operation_id = "probe_note_edit", security(("token" = ["probe.note.write"])),
    params(("place" = String, Path), ("id" = Uuid, Path)), request_body = NewNote,
    responses((status = 200, body = Note)))]
async fn edit(ctx: Ctx, path: Path<NotePath>, Json(new): Json<NewNote>) -> Result<Reply<Note>> {
    let row = find(&ctx, path.id).await?;
    ctx.expect_version(row.version, Note::from(&ctx, &row))?;
    let tx = ctx.begin().await?;
    let changed = Entity::update_within(&ctx.scope)
        .col_expr(Column::Text, sea_orm::sea_query::Expr::value(new.text))
        .col_expr(Column::Version, sea_orm::sea_query::Expr::value(row.version + 1))
        .filter(Column::Id.eq(row.id))
        .exec_with_returning(tx.db())
        .await?
        .pop()
        .ok_or(Error::NotFound("note"))?;
    let reply = Reply::ok(Note::from(&ctx, &changed)).version(changed.version);
    tx.commit("probe.note.write", Subject::new("probe.note", row.id), reply).await
}

#[derive(Debug, Deserialize)]
struct StepPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
    step: String,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = probe::StepBody)]
pub(crate) struct StepBody {
    #[serde(default)]
    reason: Option<String>,
}

#[utoipa::path(post, path = "/notes/{id}/{step}", operation_id = "probe_note_step",
    security(("token" = ["probe.note.step"])),
    params(("place" = String, Path), ("id" = Uuid, Path), ("step" = String, Path)), request_body = StepBody,
    responses((status = 200, body = Note)))]
async fn take(ctx: Ctx, path: Path<StepPath>, Json(body): Json<StepBody>) -> Result<Reply<Note>> {
    let row = find(&ctx, path.id).await?;
    let mut tx = ctx.begin().await?;
    let how = Move { reason: body.reason, ..Move::default() };
    let row = process::advance::<Entity>(&mut tx, &row, &format!("probe.note.{}", path.step), how).await?;
    let reply = Reply::ok(Note::from(&ctx, &row)).version(row.version);
    tx.commit("probe.note.step", Subject::new("probe.note", row.id), reply).await
}

#[utoipa::path(get, path = "/heard", operation_id = "probe_heard_list", security(("token" = ["probe.note.read"])),
    params(("place" = String, Path)), responses((status = 200, body = Vec<String>)))]
async fn heard_list(ctx: Ctx) -> Result<Json<Vec<String>>> {
    let rows = heard::Entity::within(&ctx.scope).order_by_asc(heard::Column::Id).all(ctx.db()).await?;
    Ok(Json(rows.into_iter().map(|row| row.what).collect()))
}

#[utoipa::path(get, path = "/greeting", operation_id = "probe_greeting", security(()),
    params(("place" = String, Path)), responses((status = 200, body = String)))]
async fn greeting(ctx: Ctx) -> Result<Json<String>> {
    Ok(Json(format!("你好，{}", ctx.place()?.name)))
}

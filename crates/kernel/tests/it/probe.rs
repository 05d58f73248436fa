//! A small module that stands for any: notes that go through a process, a fact that is told and heard, a timer, a figure.

use chrono::{DateTime, Utc};
use jizuo_kernel::error::{Faults, internal};
use jizuo_kernel::module::{Capability, MenuEntry, Permission, RoleTemplate, Statistic, Subscription, Timer, Topic, Work};
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::places::Kind as Level;
use jizuo_kernel::process::{self, Move, Phase, Process, Skip, State, Step, StepDef, Taken};
use jizuo_kernel::schema::{Migration, Schema};
use jizuo_kernel::statistics::count_by;
use jizuo_kernel::{App, Ctx, Error, Json, Module, Path, Query, Reply, Result, Scoped, Subject, Text, Tx};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(crate) static PROBE: Module = Module {
    id: "probe",
    title: Text::new("探针", "Probe"),
    about: Text::new("只为测试基座", "Only to test the base"),
    permissions: &[
        Permission::matters("probe.note.read", Text::new("查看", "Read")),
        Permission::matters("probe.note.write", Text::new("填写", "Write")),
        Permission::matters("probe.note.step", Text::new("办理", "Take steps")),
        Permission::matters("probe.note.check", Text::new("核对", "Check")),
        Permission::matters("probe.note.drop", Text::new("作废", "Drop")),
        Permission::matters("probe.note.close", Text::new("办结", "Close")),
        Permission::matters("probe.decision.propose", Text::new("党组织提议", "The Party branch proposes")),
        Permission::matters("probe.decision.deliberate", Text::new("两委商议", "The two committees deliberate")),
        Permission::matters("probe.decision.examine", Text::new("党员大会审议", "Party members examine")),
        Permission::matters("probe.decision.decide", Text::new("村民决议", "Villagers decide")),
        Permission::matters("probe.decision.publish", Text::new("决议公开", "The resolution is public")),
        Permission::matters("probe.decision.report", Text::new("结果公开", "The result is public")),
    ],
    roles: &[
        RoleTemplate {
            id: "probe.writer",
            title: Text::new("填写员", "Writer"),
            permissions: &["probe.note.read", "probe.note.write", "probe.note.step", "probe.note.drop"],
        },
        RoleTemplate {
            id: "probe.checker",
            title: Text::new("核对员", "Checker"),
            permissions: &["probe.note.read", "probe.note.step", "probe.note.check"],
        },
        RoleTemplate {
            id: "probe.head",
            title: Text::new("负责人", "Head"),
            permissions: &["probe.note.read", "probe.note.step", "probe.note.check", "probe.note.close"],
        },
        RoleTemplate {
            id: "probe.committee",
            title: Text::new("村两委", "The village committees"),
            permissions: &[
                "probe.decision.propose",
                "probe.decision.deliberate",
                "probe.decision.examine",
                "probe.decision.decide",
                "probe.decision.publish",
                "probe.decision.report",
            ],
        },
    ],
    migrations: &[Migration { name: "m0001_note", up: tables }],
    api: routes,
    public: &["probe_greeting"],
    menu: &[MenuEntry { id: "probe.notes", title: Text::new("便条", "Notes"), operation: "probe_note_list" }],
    settings: || {
        Some(json!({
            "type": "object",
            "properties": {
                "greeting": { "type": "string" },
                "limit": { "type": "integer", "minimum": 1, "maximum": 10 },
                "loud": { "type": "boolean" },
                "tone": { "type": "string", "enum": ["plain", "warm"] }
            }
        }))
    },
    processes: &[&NOTE, &DECISION],
    rules: RULES,
    capabilities: &[Capability { id: "note.intake", title: Text::new("接收便条", "Takes notes") }],
    events: &[Topic {
        id: "probe.note.written",
        title: Text::new("写了便条", "A note was written"),
        sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000001","text":"x"}"#,
    }],
    subscriptions: &[
        Subscription { id: "probe.note.hear", topic: "probe.note.written", run: hear },
        Subscription { id: "probe.note.echo", topic: "probe.note.written", run: echo },
    ],
    timers: &[Timer { id: "probe.note.remind", every_seconds: 3_600, run: remind }],
    statistics: &[Statistic {
        id: "probe.notes.written",
        title: Text::new("便条数", "Notes written"),
        unit: Text::new("张", "notes"),
        count: |ctx, period| {
            Box::pin(count_by::<note::Entity>(ctx, note::Column::OpenedAt, period, note::Column::State, None))
        },
    }],
};

const RULES: &str = r#"
[[rule]]
id = "PROBE.CHECK"
title = { zh = "核对时限", en = "Time to check" }
kind = "working_days"
value = 3
overlay = "MAX"
levels = ["province", "prefecture", "county"]
from = "2026-01-01"
basis = { zh = "平台默认值", en = "platform default" }
confidence = "sure"

[[rule]]
id = "PROBE.TITLE"
title = { zh = "抬头", en = "Heading" }
kind = "text"
value = "便条"
overlay = "FREE"
levels = ["county"]
from = "2026-01-01"
to = "2026-06-30"
basis = { zh = "平台默认值", en = "platform default" }
confidence = "sure"

[[rule]]
id = "PROBE.TITLE"
title = { zh = "抬头", en = "Heading" }
kind = "text"
value = "新便条"
overlay = "FREE"
levels = ["county"]
from = "2026-07-01"
basis = { zh = "平台默认值", en = "platform default" }
confidence = "sure"

[[rule]]
id = "PROBE.SIZE"
title = { zh = "张数", en = "Sheets" }
kind = "count"
value = 5
range = [1, 9]
overlay = "FREE"
levels = ["county"]
from = "2026-01-01"
basis = { zh = "平台默认值", en = "platform default" }
confidence = "sure"
"#;

/// Short enough to overlay in every way.
pub(crate) static NOTE: Process = Process {
    id: "probe.note",
    title: Text::new("便条", "Note"),
    start: "open",
    states: &[
        State { id: "open", title: Text::new("待核对", "Open"), phase: Phase::Waiting },
        State { id: "checked", title: Text::new("待办结", "Checked"), phase: Phase::Working },
        State { id: "closed", title: Text::new("已办结", "Closed"), phase: Phase::Done },
        State { id: "dropped", title: Text::new("已作废", "Dropped"), phase: Phase::Done },
    ],
    steps: &[
        Step {
            action: "probe.note.check",
            title: Text::new("核对", "Check"),
            from: &["open"],
            to: "checked",
            deadline: Some("PROBE.CHECK"),
            skip: Skip::From(Level::County),
            reason: false,
        },
        Step {
            action: "probe.note.close",
            title: Text::new("办结", "Close"),
            from: &["checked"],
            to: "closed",
            deadline: None,
            skip: Skip::Never(Text::new("平台规则：有始有终", "platform rule: what begins ends")),
            reason: false,
        },
        Step {
            action: "probe.note.drop",
            title: Text::new("作废", "Drop"),
            from: &["open", "checked"],
            to: "dropped",
            deadline: None,
            skip: Skip::Never(Text::new("平台规则：错的可以作废", "platform rule: a mistake can be dropped")),
            reason: true,
        },
    ],
};

const LAW: Text = Text::new("村民委员会组织法第二十八条第三款", "Villagers' Committee Organisation Law, Article 28 paragraph 3");
const PARTY: Text =
    Text::new("中国共产党农村基层组织工作条例第十九条", "Regulations on Rural Party Organisations, Article 19");

const fn step(action: &'static str, title: Text, from: &'static [&'static str], to: &'static str, skip: Skip) -> Step {
    Step { action, title, from, to, deadline: None, skip, reason: false }
}

/// 四议两公开 (DOMAIN §4.3).
pub(crate) static DECISION: Process = Process {
    id: "probe.decision",
    title: Text::new("四议两公开", "Four deliberations, two publications"),
    start: "raised",
    states: &[
        State { id: "raised", title: Text::new("待提议", "Raised"), phase: Phase::Waiting },
        State { id: "proposed", title: Text::new("待商议", "Proposed"), phase: Phase::Working },
        State { id: "deliberated", title: Text::new("待审议", "Deliberated"), phase: Phase::Working },
        State { id: "examined", title: Text::new("待决议", "Examined"), phase: Phase::Working },
        State { id: "decided", title: Text::new("待公开", "Decided"), phase: Phase::Working },
        State { id: "published", title: Text::new("实施中", "Published"), phase: Phase::Working },
        State { id: "reported", title: Text::new("已公开结果", "Reported"), phase: Phase::Done },
    ],
    steps: &[
        step(
            "probe.decision.propose",
            Text::new("党组织提议", "The Party branch studies and proposes"),
            &["raised"],
            "proposed",
            Skip::Never(LAW),
        ),
        step(
            "probe.decision.deliberate",
            Text::new("两委商议", "The two committees deliberate"),
            &["proposed"],
            "deliberated",
            // One meeting where the secretary is the director: for the whole province to allow.
            Skip::From(Level::Province),
        ),
        step(
            "probe.decision.examine",
            Text::new("党员大会审议", "Party members examine"),
            &["deliberated"],
            "examined",
            Skip::Never(PARTY),
        ),
        step(
            "probe.decision.decide",
            Text::new("村民决议", "Villagers decide"),
            &["examined"],
            "decided",
            Skip::Never(LAW),
        ),
        step(
            "probe.decision.publish",
            Text::new("决议公开", "The resolution is public"),
            &["decided"],
            "published",
            Skip::Never(PARTY),
        ),
        step(
            "probe.decision.report",
            Text::new("实施结果公开", "The result is public"),
            &["published"],
            "reported",
            Skip::Never(PARTY),
        ),
    ],
};

fn tables(s: &mut Schema) {
    s.tenant("probe_note", |t| {
        t.id().places().matter().text("text").index(&["phase", "id"]);
    });
    s.tenant("probe_heard", |t| {
        t.id().places().text("what");
    });
}

pub(crate) mod note {
    //! A note.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

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
}

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

fn routes() -> OpenApiRouter<App> {
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
    fn from(ctx: &Ctx, row: &note::Model) -> Note {
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
    let mut query = note::Entity::within(&ctx.scope).order_by_desc(note::Column::Id).limit(limit + 1);
    if let Some(after) = paging.after_id()? {
        query = query.filter(note::Column::Id.lt(after));
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
    let opening = process::open(&mut tx, &NOTE, &place, &text, Move::default()).await?;
    let row = note::ActiveModel { text: Set(text), ..note::ActiveModel::opened(&opening) };
    let row = note::Entity::insert(row).exec_with_returning(tx.db()).await?;
    let subject = Subject::new("probe.note", row.id);
    tx.emit("probe.note.written", &subject, &json!({ "id": row.id, "text": row.text, "fail_until": new.fail_until }))?;
    let location = format!("/api/v1/places/{}/probe/notes/{}", place.code, row.id);
    let reply = Reply::created(location, Note::from(&ctx, &row)).version(row.version);
    tx.commit("probe.note.write", subject, reply).await
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

async fn find(ctx: &Ctx, id: Uuid) -> Result<note::Model> {
    let found = note::Entity::within(&ctx.scope).filter(note::Column::Id.eq(id)).one(ctx.db()).await?;
    found.ok_or(Error::NotFound("note"))
}

#[utoipa::path(get, path = "/notes/{id}", operation_id = "probe_note_show", security(("token" = ["probe.note.read"])),
    params(("place" = String, Path), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<NotePath>) -> Result<Reply<InFull>> {
    let row = find(&ctx, path.id).await?;
    let body = InFull {
        note: Note::from(&ctx, &row),
        actions: process::open_actions::<note::Entity>(&ctx, &row).await?,
        steps: process::history::<note::Entity>(&ctx, &row).await?,
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
    let changed = note::Entity::update_within(&ctx.scope)
        .col_expr(note::Column::Text, sea_orm::sea_query::Expr::value(new.text))
        .col_expr(note::Column::Version, sea_orm::sea_query::Expr::value(row.version + 1))
        .filter(note::Column::Id.eq(row.id))
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
    let row = process::advance::<note::Entity>(&mut tx, &row, &format!("probe.note.{}", path.step), how).await?;
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

async fn put_down(tx: &Tx, what: String) -> Result<()> {
    let place = tx.place()?;
    let row = heard::ActiveModel {
        county: Set(place.chain()),
        id: Set(tx.id()),
        prefecture: Set(place.prefecture),
        township: Set(place.township),
        village: Set(place.village),
        place: Set(place.id),
        what: Set(what),
    };
    heard::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Writes first and fails afterwards, so that a half-done delivery would show.
fn hear<'a>(tx: &'a mut Tx, payload: &'a Value) -> Work<'a, ()> {
    Box::pin(async move {
        put_down(tx, format!("heard {}", payload["text"].as_str().unwrap_or_default())).await?;
        let until = payload["fail_until"].as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
        if until.is_some_and(|until| tx.now < until) { Err(internal("told to fail")) } else { Ok(()) }
    })
}

fn echo<'a>(tx: &'a mut Tx, payload: &'a Value) -> Work<'a, ()> {
    Box::pin(async move { put_down(tx, format!("echoed {}", payload["text"].as_str().unwrap_or_default())).await })
}

fn remind(tx: &mut Tx) -> Work<'_, u64> {
    Box::pin(async move {
        put_down(tx, "reminded".to_owned()).await?;
        Ok(1)
    })
}

/// Under the probe's operations at a place.
pub(crate) fn at(place: &str, rest: &str) -> String {
    format!("/places/{place}/probe{rest}")
}

/// Writes a note; its id.
pub(crate) async fn written(by: &jizuo_testing::User<'_>, place: &str, text: &str) -> String {
    by.post(&at(place, "/notes"), json!({ "text": text })).await.expect(201).text("id")
}

/// The texts of the notes that somebody sees at a place, oldest first.
pub(crate) async fn seen(by: &jizuo_testing::User<'_>, place: &str) -> Vec<String> {
    let answer = by.get(&at(place, "/notes?limit=100")).await.expect(200);
    answer.items().iter().rev().map(|n| n["text"].as_str().unwrap().to_owned()).collect()
}

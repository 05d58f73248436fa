//! Imports on the wire: send a file and see every bad row, then take the good ones over, or take all of it back.

use std::collections::BTreeMap;

use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::batch::{self, Batch, CHECKED, CHECKING, DONE, Mapping, RUNNING, UNDOING, UNDONE, book};
use super::line::{Reader, chunks};
use super::{CHUNK, apply, check, copy, take_back, template, work};
use crate::error::{Faults, internal, refuse};
use crate::exports::api::file as answer_file;
use crate::json::{Path, Query};
use crate::page::{Page, Paging, bad_cursor};
use crate::people::entity::{batch as table, fault};
use crate::people::facts::Basis;
use crate::people::sources;
use crate::sheets::{Book, Column, Format, body_of, sent};
use crate::{App, Ctx, Error, Json, Lang, Reply, Result, Scoped, Subject, Text, Tx, say};

/// The largest file.
const LARGEST: usize = 20 * 1024 * 1024;

const DONE_ALREADY: &str = "Done already under this `Idempotency-Key`; the file is not kept, ask for it anew.";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, upload))
        .routes(routes!(blank))
        .routes(routes!(show))
        .routes(routes!(faults))
        .routes(routes!(corrected))
        .routes(routes!(run))
        .routes(routes!(undo))
}

/// What an import's rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportKind)]
pub(crate) enum Kind {
    /// Persons with their households.
    Residents,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Residents => "residents",
        }
    }
}

/// One file that was brought in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Import {
    id: Uuid,
    kind: String,
    place: String,
    place_name: String,
    source: String,
    source_name: Text,
    file_name: String,
    file_size: i64,
    format: Format,
    /// `checking`, `checked`, `running`, `done`, `undoing`, `undone`.
    #[schema(example = "checked")]
    state: String,
    /// Rows of data in the file.
    rows: i32,
    /// Rows that are left out, each with its reasons.
    bad_rows: i32,
    /// The row of the file that is dealt with next.
    next_row: i32,
    created: i32,
    changed: i32,
    unchanged: i32,
    /// Persons of whom another source says otherwise: kept beside it.
    disputed: i32,
    actor: String,
    at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undone_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undone_by: Option<String>,
}

/// An import with how its columns are read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ImportDetail {
    #[serde(flatten)]
    import: Import,
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet: Option<String>,
    header_row: u32,
    columns: Vec<Column>,
    /// An earlier import of the very same file.
    #[serde(skip_serializing_if = "Option::is_none")]
    same_file_as: Option<Uuid>,
}

fn seen(ctx: &Ctx, row: &Batch) -> Result<Import> {
    let place = ctx.snapshot.places.place(row.place)?;
    let mapping = row.read_mapping()?;
    Ok(Import {
        id: row.id,
        kind: row.kind.clone(),
        place: place.code.clone(),
        place_name: place.name.clone(),
        source: row.source.clone(),
        source_name: sources::title(&row.source),
        file_name: row.file_name.clone(),
        file_size: row.file_size,
        format: mapping.format,
        state: row.state.clone(),
        rows: row.rows,
        bad_rows: row.bad_rows,
        next_row: row.next_row,
        created: row.created,
        changed: row.changed,
        unchanged: row.unchanged,
        disputed: row.disputed,
        actor: row.actor.clone(),
        at: row.at,
        finished_at: row.finished_at,
        undone_at: row.undone_at,
        undone_by: row.undone_by.clone(),
    })
}

fn detail(ctx: &Ctx, row: &Batch, same_file_as: Option<Uuid>) -> Result<ImportDetail> {
    let layout = row.read_mapping()?.layout;
    Ok(ImportDetail {
        import: seen(ctx, row)?,
        sheet: layout.sheet,
        header_row: layout.header_row,
        columns: layout.columns,
        same_file_as,
    })
}

/// A file to look through.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "kind": "residents", "source": "village_import", "basis": "statutory_duty",
    "file_name": "户籍登记表.csv", "content": "5aeT5ZCNLOi6q+S7veivgeWPtwrmnY7mmI4sNTMwMTAyMTg4MDAxMDEwMDE2Cg==" }))]
pub(crate) struct NewImport {
    kind: Kind,
    /// Where the values come from: `village_import`, `county_old_system` and so on.
    #[schema(schema_with = crate::people::sources::schema)]
    source: String,
    basis: Basis,
    #[schema(min_length = 1, max_length = 200)]
    file_name: String,
    /// The file in base64, at most 20 MB of it: `.xlsx`, or `.csv` in UTF-8 or GB 18030.
    #[schema(min_length = 1, max_length = 27962028, content_encoding = "base64")]
    content: String,
    /// The day on which the sheet was true; today unless given.
    #[serde(default)]
    observed_on: Option<NaiveDate>,
    /// Another meaning for columns, by their title: an element, or null to leave the column out.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    columns: Option<BTreeMap<String, Option<String>>>,
}

/// Takes a file in and looks through it; the register is not touched. A sheet of fewer than 500 rows is looked through at once,
/// a larger one beside the request: read the import until its state is `checked`.
#[utoipa::path(post, path = "/places/{place}/imports", operation_id = "base_import_upload",
    extensions(("x-largest-body" = json!(body_of(LARGEST)))),
    security(("token" = ["base.import.run"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewImport, responses((status = 201, body = ImportDetail)))]
async fn upload(ctx: Ctx, Json(new): Json<NewImport>) -> Result<Reply<ImportDetail>> {
    let mut faulty = Faults::default();
    let source = sources::named("source", &new.source).map_err(|fault| faulty.push(*fault)).ok();
    let file_name = faulty.text("file_name", &new.file_name, 200);
    if new.observed_on.is_some_and(|day| day > ctx.today()) {
        faulty.add("observed_on", "base.import.future", Text::new("不能晚于今天", "cannot lie ahead"));
    }
    let bytes = sent("content", &new.content, LARGEST).map_err(|fault| faulty.push(*fault)).unwrap_or_default();
    faulty.check()?;
    let source = source.ok_or_else(|| internal("a source that was checked"))?;
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes));
    let bytes: std::sync::Arc<[u8]> = bytes.into();
    let opened = bytes.clone();
    let mut opened =
        tokio::task::spawn_blocking(move || Book::open(opened, &super::elements())).await.map_err(internal)??;
    let meanings = new.columns.unwrap_or_default();
    opened.layout.set(meanings.iter().map(|(title, id)| (title.as_str(), id.as_deref())), &super::elements())?;
    if opened.layout.index_of("person.name").is_none() {
        let why = Text::new(
            "在前 20 行里没有找到带“姓名”的表头。请检查表头，或下载模板填写",
            "no header with 姓名 was found in the first 20 rows; check the header, or use the template",
        );
        return Err(crate::invalid("content", "base.import.header", why));
    }
    let mapping = Mapping {
        format: opened.format,
        layout: opened.layout.clone(),
        basis: new.basis,
        observed_on: new.observed_on.unwrap_or(ctx.today()),
    };
    let same = batch::same_file(&ctx, &digest).await?;

    let tx = ctx.begin().await?;
    let place = ctx.place()?.clone();
    let mut row = Batch {
        county: place.chain(),
        id: tx.id(),
        prefecture: place.prefecture,
        township: place.township,
        village: place.village,
        place: place.id,
        kind: new.kind.as_str().to_owned(),
        source: source.id.clone(),
        file_name,
        file_digest: digest,
        file_size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        mapping: serde_json::to_value(&mapping)?,
        state: CHECKING.to_owned(),
        rows: 0,
        next_row: 1,
        bad_rows: 0,
        created: 0,
        changed: 0,
        unchanged: 0,
        disputed: 0,
        actor: ctx.actor.name.clone(),
        at: ctx.now,
        finished_at: None,
        undone_at: None,
        undone_by: None,
        version: 1,
    };
    table::Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    batch::keep_file(&tx, &row, &bytes).await?;
    let mut rows = chunks(opened, 1);
    let first = rows.recv().await.ok_or_else(|| internal("a sheet without an end"))??;
    if first.len() < CHUNK {
        let reader = Reader::new(&ctx, &row, &mapping)?;
        check::chunk(&tx, &mut row, &mapping, &reader, &mut check::Seen::default(), first).await?;
        row.state = CHECKED.to_owned();
        batch::save(&tx, &mut row).await?;
    }
    let seen = detail(&ctx, &row, same)?;
    let location = format!("/api/v1/places/{}/imports/{}", place.code, row.id);
    let reply = finish(tx, &row, "base.import.upload", Reply::created(location, seen)).await?;
    if row.state == CHECKING {
        work::begin(&ctx.app, &row);
    }
    Ok(reply)
}

async fn finish<T: Serialize>(mut tx: Tx, row: &Batch, action: &'static str, reply: Reply<T>) -> Result<Reply<T>> {
    tx.note("file", &row.file_digest);
    tx.note("state", &row.state);
    tx.note("rows", row.rows);
    tx.note("bad_rows", row.bad_rows);
    tx.commit(action, Subject::new("base.import", row.id), reply).await
}

/// Imports here, newest first.
#[utoipa::path(get, path = "/places/{place}/imports", operation_id = "base_import_list",
    security(("token" = ["base.import.run"])), params(("place" = String, Path, example = "530102"), Paging),
    responses((status = 200, body = Page<Import>)))]
async fn list(ctx: Ctx, Query(paging): Query<Paging>) -> Result<Json<Page<Import>>> {
    let query = table::Entity::within(&ctx.scope);
    let page = paging.newest(&ctx, query, table::Column::Id).await?;
    let items = page.items.iter().map(|row| seen(&ctx, row)).collect::<Result<_>>()?;
    Ok(Json(Page { items, next: page.next }))
}

#[derive(Debug, Deserialize)]
struct ImportPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    import: Uuid,
}

/// One import: how far it is, and how its columns are read.
#[utoipa::path(get, path = "/places/{place}/imports/{import}", operation_id = "base_import_show",
    security(("token" = ["base.import.run"])),
    params(("place" = String, Path, example = "530102"), ("import" = Uuid, Path)),
    responses((status = 200, body = ImportDetail)))]
async fn show(ctx: Ctx, path: Path<ImportPath>) -> Result<Json<ImportDetail>> {
    let row = batch::find(&ctx, path.import).await?;
    Ok(Json(detail(&ctx, &row, None)?))
}

/// Why a row is left out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ImportFault {
    /// The row of the file, as the spreadsheet counts.
    row: i32,
    /// The column's title in the file; empty where the row as a whole is meant.
    column: String,
    code: String,
    message: Text,
}

/// Every reason of every row that is left out, in the order of the file.
#[utoipa::path(get, path = "/places/{place}/imports/{import}/faults", operation_id = "base_import_fault_list",
    security(("token" = ["base.import.run"])),
    params(("place" = String, Path, example = "530102"), ("import" = Uuid, Path), Paging),
    responses((status = 200, body = Page<ImportFault>)))]
async fn faults(ctx: Ctx, path: Path<ImportPath>, Query(paging): Query<Paging>) -> Result<Json<Page<ImportFault>>> {
    let row = batch::find(&ctx, path.import).await?;
    let limit = paging.limit()?;
    let mut query = fault::Entity::within(&row.chain())
        .filter(fault::Column::Import.eq(row.id))
        .order_by_asc(fault::Column::Row)
        .order_by_asc(fault::Column::Number)
        .limit(limit + 1);
    if let Some([after, number]) = paging.after_parts::<2>()? {
        let after: i32 = after.parse().map_err(|_| bad_cursor())?;
        let number: i32 = number.parse().map_err(|_| bad_cursor())?;
        query = query.filter(
            Condition::any()
                .add(fault::Column::Row.gt(after))
                .add(Condition::all().add(fault::Column::Row.eq(after)).add(fault::Column::Number.gt(number))),
        );
    }
    let page = Page::cut(query.all(ctx.db()).await?, limit, |fault| format!("{}~{}", fault.row, fault.number));
    Ok(Json(page.map(|fault| ImportFault {
        row: fault.row,
        column: fault.column_name,
        code: fault.code,
        message: Text::owned(fault.zh, fault.en),
    })))
}

/// How the copy is written.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "format": "xlsx", "only_bad": true }))]
pub(crate) struct CopyWanted {
    format: Format,
    /// Only the rows that are left out.
    #[serde(default)]
    only_bad: bool,
}

/// The file with a column of reasons, to be mended and sent again.
#[utoipa::path(post, path = "/places/{place}/imports/{import}/file", operation_id = "base_import_file",
    security(("token" = ["base.import.run"])),
    params(("place" = String, Path, example = "530102"), ("import" = Uuid, Path)), request_body = CopyWanted,
    responses((status = 200, description = "The file.",
            content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "text/csv"))),
        (status = 204, description = DONE_ALREADY)))]
async fn corrected(ctx: Ctx, path: Path<ImportPath>, Json(wanted): Json<CopyWanted>) -> Result<Response> {
    let row = batch::find(&ctx, path.import).await?;
    let mapping = row.read_mapping()?;
    let bytes = batch::file_of(&ctx, &row).await?;
    let reasons = copy::reasons(&ctx, &row).await?;
    let (format, only_bad, lang) = (wanted.format, wanted.only_bad, ctx.lang);
    let written = move || copy::write(bytes, &mapping, &reasons, only_bad, format, lang);
    let bytes = tokio::task::spawn_blocking(written).await.map_err(internal)??;
    let tx = ctx.begin().await?;
    tx.commit("base.import.file", Subject::new("base.import", row.id), Reply::none()).await?;
    Ok(answer_file(&format!("import-{}", ctx.today().format("%Y%m%d")), format, bytes))
}

fn wrong_state(row: &Batch, wanted: &str) -> Error {
    let state = &row.state;
    let why = match state.as_str() {
        CHECKING => Text::new("还在核对，请稍后再办", "the file is still being looked through; wait for it"),
        RUNNING => Text::new("正在导入，请稍后再办", "the import is running; wait for it"),
        UNDOING => Text::new("正在撤销，请稍后再办", "the import is being taken back; wait for it"),
        UNDONE => Text::new("这批导入已撤销，请重新上传", "this import was taken back; send the file again"),
        DONE => Text::new("这批导入已完成", "this import is done"),
        _ => say!("现在是“{state}”，须先到“{wanted}”", "it is {state}, and must be {wanted} first"),
    };
    refuse("base.import.state", why).current(state).into()
}

/// Takes the good rows over. Fewer than 500 rows are done at once, more of them beside the request: read the import until its
/// state is `done`.
#[utoipa::path(post, path = "/places/{place}/imports/{import}/run", operation_id = "base_import_run",
    security(("token" = ["base.import.run"])),
    params(("place" = String, Path, example = "530102"), ("import" = Uuid, Path)),
    responses((status = 200, body = ImportDetail)))]
async fn run(ctx: Ctx, path: Path<ImportPath>) -> Result<Reply<ImportDetail>> {
    let mut row = batch::find(&ctx, path.import).await?;
    if row.state != CHECKED {
        return Err(wrong_state(&row, CHECKED));
    }
    covered(&ctx, &row, "base.import.run")?;
    let mapping = row.read_mapping()?;
    let bytes = batch::file_of(&ctx, &row).await?;
    let mut tx = ctx.begin().await?;
    row.state = RUNNING.to_owned();
    if row.rows < CHUNK as i32 {
        let reader = Reader::new(&ctx, &row, &mapping)?;
        let mut rows = chunks(book(bytes, &mapping)?, 1);
        let all = rows.recv().await.ok_or_else(|| internal("a sheet without an end"))??;
        apply::chunk(&mut tx, &mut row, &mapping, &reader, all).await?;
        (row.state, row.finished_at) = (DONE.to_owned(), Some(ctx.now));
    }
    batch::save(&tx, &mut row).await?;
    let seen = detail(&ctx, &row, None)?;
    let reply = finish(tx, &row, "base.import.run", Reply::ok(seen)).await?;
    if row.state == RUNNING {
        work::begin(&ctx.app, &row);
    }
    Ok(reply)
}

/// Takes an import back: its values no longer count, what they replaced counts again, and whom it brought is withdrawn,
/// unless somebody has recorded more of them since. Nothing is deleted.
#[utoipa::path(post, path = "/places/{place}/imports/{import}/undo", operation_id = "base_import_undo",
    security(("token" = ["base.import.undo"])),
    params(("place" = String, Path, example = "530102"), ("import" = Uuid, Path)),
    responses((status = 200, body = ImportDetail)))]
async fn undo(ctx: Ctx, path: Path<ImportPath>) -> Result<Reply<ImportDetail>> {
    let mut row = batch::find(&ctx, path.import).await?;
    if row.state != DONE {
        return Err(wrong_state(&row, DONE));
    }
    covered(&ctx, &row, "base.import.undo")?;
    let mut tx = ctx.begin().await?;
    (row.undone_at, row.undone_by) = (Some(ctx.now), Some(ctx.actor.name.clone()));
    row.state = UNDOING.to_owned();
    if row.rows < CHUNK as i32 {
        while take_back::chunk(&mut tx, &row).await? {}
        take_back::dissolve(&tx, &row).await?;
        row.state = UNDONE.to_owned();
    }
    batch::save(&tx, &mut row).await?;
    let seen = detail(&ctx, &row, None)?;
    let reply = finish(tx, &row, "base.import.undo", Reply::ok(seen)).await?;
    if row.state == UNDOING {
        work::begin(&ctx.app, &row);
    }
    Ok(reply)
}

/// The rows of an import lie at its own place: whoever holds the permission only below it does not write there.
fn covered(ctx: &Ctx, row: &Batch, permission: &str) -> Result<()> {
    ctx.require(permission, &*ctx.snapshot.places.place(row.place)?)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TemplateWanted {
    /// `xlsx` unless given.
    format: Option<Format>,
    /// Persons with their households unless given.
    #[expect(dead_code, reason = "there is one kind now; a caller may already name it")]
    kind: Option<Kind>,
}

/// The empty sheet to fill in, with drop-downs and notes, in the caller's language.
#[utoipa::path(get, path = "/places/{place}/imports/template", operation_id = "base_import_template",
    security(("token" = ["base.import.run"])),
    params(("place" = String, Path, example = "530102"), TemplateWanted),
    responses((status = 200, description = "The file.",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "text/csv")))))]
async fn blank(ctx: Ctx, Query(wanted): Query<TemplateWanted>) -> Result<Response> {
    let format = wanted.format.unwrap_or(Format::Xlsx);
    let lang: Lang = ctx.lang;
    let bytes = tokio::task::spawn_blocking(move || template::write(format, lang)).await.map_err(internal)??;
    Ok(answer_file("residents-template", format, bytes))
}

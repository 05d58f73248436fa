//! Imports: the template, a file sent in, how its columns were understood, its bad rows, taking it over and taking it back.

use askama::Template;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jizuo_kernel::page::Page;
use jizuo_kernel::problem::Problem;
use jizuo_kernel::{Lang, Path, Query};
use jizuo_standards::element;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::ask::Ask;
use super::export::{file, hand_on};
use super::plan::once;
use super::register::today_there;
use super::said;
use super::upload::{LARGEST, Upload, too_large};
use super::wire_forms::{Column, Import, RowFault};
use crate::answer::{Answered, done, page as answer, page_with};
use crate::client::{Write, quoted};
use crate::frame::{Frame, short};
use crate::home::PlacePath;
use crate::sent::Sent;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "people/imports.html")]
struct ImportsPage {
    f: Frame,
    imports: Vec<Import>,
    first: Option<String>,
    next: Option<String>,
    asks: Vec<Ask>,
    file_fault: Option<String>,
    problem: Option<Problem>,
    other: Vec<(String, String)>,
    once: String,
}

impl ImportsPage {
    fn state(&self, import: &Import) -> (&'static str, &'static str) {
        state(&import.state, self.f.lang)
    }

    fn minute(&self, at: &Option<chrono::DateTime<chrono::Utc>>) -> String {
        at.map(when::minute).unwrap_or_default()
    }
}

fn state(code: &str, lang: Lang) -> (&'static str, &'static str) {
    let (class, zh, en) = match code {
        "checking" => ("working", "正在核对", "Being looked through"),
        "checked" => ("waiting", "等您确认", "Waits for you"),
        "running" => ("working", "正在导入", "Running"),
        "done" => ("done", "已导入", "Done"),
        "undoing" => ("working", "正在撤销", "Being taken back"),
        "undone" => ("plain", "已撤销", "Taken back"),
        _ => ("plain", "", ""),
    };
    (class, said::pick(lang, zh, en))
}

/// What is asked with a file.
fn asks(visit: &Visit) -> Vec<Ask> {
    let lang = visit.lang;
    let sources = [("village_import", "村（社区）自己的表格", "A sheet of the village")]
        .map(|(id, zh, en)| (id.to_owned(), visit.t(zh, en).to_owned()));
    let mut sources = sources.to_vec();
    sources.extend(said::sources(lang).into_iter().filter(|(id, _)| id != "document_seen" && id != "the_person"));
    let of = ["statutory_duty", "consent"].map(|code| (code.to_owned(), said::basis(code, lang))).to_vec();
    vec![
        Ask::one(lang, "source", ("表格来自哪里", "Where the sheet comes from"), sources).worth("village_import"),
        Ask::one(lang, "basis", ("采集依据", "On what ground"), of).worth("statutory_duty"),
        Ask::date(lang, "observed_on", ("表格是哪一天的情况", "On which day it was true")).worth(&today_there(visit)),
    ]
}

pub(crate) async fn list(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(wanted): Query<Wanted>,
) -> Answered {
    let mut asks = asks(&visit);
    asks.iter_mut().for_each(|ask| ask.take(&Sent::default()));
    let page = listed(&visit, &place, wanted.after.as_deref(), asks).await?;
    answer(&page)
}

async fn listed(visit: &Visit, place: &str, after: Option<&str>, asks: Vec<Ask>) -> Result<ImportsPage, Trouble> {
    let from = after.map(|after| format!("?after={}", quoted(after))).unwrap_or_default();
    let path = format!("/places/{}/imports{from}", quoted(place));
    let (f, page) = tokio::try_join!(
        Frame::at(visit, place, visit.t("导入表格", "Import a sheet")),
        visit.api.read::<Page<Import>>(&path)
    )?;
    let here = format!("{}/imports", f.base());
    let next = page.next.as_ref().map(|next| format!("{here}?after={}", quoted(next)));
    let first = after.map(|_| here);
    let imports = page.items;
    Ok(ImportsPage { f, imports, first, next, asks, file_fault: None, problem: None, other: Vec::new(), once: once() })
}

pub(crate) async fn upload(visit: Visit, Path(PlacePath { place }): Path<PlacePath>, upload: Upload) -> Answered {
    let sent = &upload.sent;
    let mut asks = asks(&visit);
    asks.iter_mut().for_each(|ask| ask.take(sent));
    if upload.file.len() > LARGEST {
        return Err(too_large(&visit));
    }
    if upload.file.is_empty() {
        let mut page = listed(&visit, &place, None, asks).await?;
        let fault = visit.t("请选择要导入的文件", "Choose the file to import");
        page.file_fault = Some(fault.to_owned());
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let mut body = Map::new();
    asks.iter().for_each(|ask| ask.put(&mut body));
    body.insert("kind".to_owned(), json!("residents"));
    body.insert("file_name".to_owned(), json!(upload.file_name));
    body.insert("content".to_owned(), json!(STANDARD.encode(&upload.file)));
    if let Some(columns) = columns(sent) {
        body.insert("columns".to_owned(), columns);
    }
    let body = Value::Object(body);
    let path = format!("/places/{}/imports", quoted(&place));
    let write = Write { json: Some(&body), key: sent.given("once"), ..Write::default() };
    match visit.api.call(Method::POST, &path, write).await {
        Ok(made) => {
            let import: Import = made.decode()?;
            let same = import.same_file_as.is_some_and(|id| id != import.id);
            let said = match same {
                true => visit.t(
                    "同一个文件以前导入过；没有变化的行不会改动任何内容。",
                    "This very file was imported before; rows without change change nothing.",
                ),
                false => visit.t("文件已收到，还没有改动任何登记。", "The file is here; nothing has been changed yet."),
            };
            Ok(done(&format!("/console/{}/imports/{}", short(&place), import.id), said))
        }
        Err(problem) if problem.status < 500 && problem.status != 401 => {
            let mut told = Vec::new();
            asks.iter_mut().for_each(|ask| ask.blame(&problem.errors, &mut told));
            let mut page = listed(&visit, &place, None, asks).await?;
            let rest = problem.errors.iter().enumerate().filter(|(n, _)| !told.contains(n));
            for (_, fault) in rest {
                if fault.field == "content" || fault.field == "file_name" {
                    page.file_fault = Some(fault.message.clone());
                } else {
                    page.other.push((String::new(), fault.message.clone()));
                }
            }
            page.other.extend(page.asks.iter().flat_map(Ask::told));
            page.other.extend(page.file_fault.iter().map(|fault| ("file".to_owned(), fault.clone())));
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            page.problem = Some(problem);
            page_with(status, &page)
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Other meanings of columns, by their title.
fn columns(sent: &Sent) -> Option<Value> {
    let titles: Vec<&str> = sent.all("column.title").collect();
    let meanings: Vec<&str> = sent.all("column.element").collect();
    if titles.is_empty() || titles.len() != meanings.len() {
        return None;
    }
    let pairs = titles.iter().zip(meanings).map(|(title, id)| {
        let meaning = if id.is_empty() { Value::Null } else { json!(id) };
        ((*title).to_owned(), meaning)
    });
    Some(Value::Object(pairs.collect()))
}

#[derive(Deserialize)]
pub(crate) struct ImportPath {
    place: String,
    id: Uuid,
}

#[derive(Template)]
#[template(path = "people/import.html")]
struct ImportPage {
    f: Frame,
    import: Import,
    faults: Vec<RowFault>,
    first: Option<String>,
    next: Option<String>,
    elements: Vec<(String, String)>,
    once: String,
}

impl ImportPage {
    fn state(&self) -> (&'static str, &'static str) {
        state(&self.import.state, self.f.lang)
    }

    fn moving(&self) -> bool {
        matches!(self.import.state.as_str(), "checking" | "running" | "undoing")
    }

    fn good(&self) -> i64 {
        self.import.rows - self.import.bad_rows
    }

    /// How far it is, of a hundred.
    fn percent(&self) -> i64 {
        // The row after the last is dealt with when all are.
        if self.import.rows <= 0 { 0 } else { (self.import.next_row * 100 / self.import.rows).clamp(0, 100) }
    }

    fn meaning(&self, column: &Column) -> String {
        match &column.element {
            Some(id) => said::element_title(id, self.f.lang),
            None if column.ignored => self.f.t("不用导入", "Holds nothing to import").to_owned(),
            None => self.f.t("不认识，不导入", "Not understood: left out").to_owned(),
        }
    }

    fn unknown(&self) -> usize {
        self.import.columns.iter().filter(|column| column.element.is_none() && !column.ignored).count()
    }

    fn known(&self) -> usize {
        self.import.columns.iter().filter(|column| column.element.is_some()).count()
    }

    fn is(&self, column: &Column, id: &str) -> bool {
        column.element.as_deref() == Some(id)
    }

    fn minute(&self, at: &Option<chrono::DateTime<chrono::Utc>>) -> String {
        at.map(when::minute).unwrap_or_default()
    }
}

/// What a column can be read as.
fn importable(lang: Lang) -> Vec<(String, String)> {
    let of = |id: &str| id.starts_with("person.") || id.starts_with("household.") || id == "address.text";
    let left_out = ["person.deceased", "person.death_date"];
    let known = element::all().iter().filter(|element| of(&element.id) && !left_out.contains(&element.id.as_str()));
    known.map(|element| (element.id.clone(), said::element_title(&element.id, lang))).collect()
}

pub(crate) async fn show(visit: Visit, Path(path): Path<ImportPath>, Query(wanted): Query<Wanted>) -> Answered {
    let at = format!("/places/{}/imports/{}", quoted(&path.place), path.id);
    let after = wanted.after.as_deref().map(|after| format!("&after={}", quoted(after))).unwrap_or_default();
    let faults = format!("{at}/faults?limit=50{after}");
    let (mut f, import, faults) = tokio::try_join!(
        Frame::at(&visit, &path.place, ""),
        visit.api.read::<Import>(&at),
        visit.api.read::<Page<RowFault>>(&faults)
    )?;
    f.title.clone_from(&import.file_name);
    let here = format!("{}/imports/{}", f.base(), path.id);
    let next = faults.next.as_ref().map(|next| format!("{here}?after={}#faults", quoted(next)));
    let first = wanted.after.map(|_| here);
    let elements = importable(visit.lang);
    answer(&ImportPage { f, import, faults: faults.items, first, next, elements, once: once() })
}

#[derive(Deserialize)]
pub(crate) struct ActPath {
    place: String,
    id: Uuid,
    action: String,
}

pub(crate) async fn send(visit: Visit, Path(path): Path<ActPath>, sent: Sent) -> Result<Response, Trouble> {
    let at = format!("/places/{}/imports/{}", quoted(&path.place), path.id);
    let here = format!("/console/{}/imports/{}", short(&path.place), path.id);
    let key = sent.given("once");
    match path.action.as_str() {
        "run" => {
            let answer = visit.api.call(Method::POST, &format!("{at}/run"), Write { key, ..Write::default() }).await?;
            let import: Import = answer.decode()?;
            let said = match import.state.as_str() {
                "done" => visit.t(
                    "已导入。有问题的行没有动，改好后可以再传一次。",
                    "Done. Bad rows were left alone; mend them and send them again.",
                ),
                _ => visit.t("已开始导入，可以离开这个页面。", "The import runs; you may leave this page."),
            };
            Ok(done(&here, said))
        }
        "undo" => {
            visit.api.call(Method::POST, &format!("{at}/undo"), Write { key, ..Write::default() }).await?;
            Ok(done(&here, visit.t("已撤销这批导入。", "This import is taken back.")))
        }
        "file" => {
            let body = json!({ "format": if sent.text("format") == "csv" { "csv" } else { "xlsx" }, "only_bad": sent.has("only_bad") });
            let write = Write { json: Some(&body), ..Write::default() };
            Ok(hand_on(visit.api.call(Method::POST, &format!("{at}/file"), write).await?))
        }
        _ => Err(Trouble::no_page(&visit)),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TemplateWanted {
    format: Option<String>,
}

pub(crate) async fn template(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(wanted): Query<TemplateWanted>,
) -> Answered {
    let format = if wanted.format.as_deref() == Some("csv") { "csv" } else { "xlsx" };
    file(&visit, &format!("/places/{}/imports/template?format={format}", quoted(&place))).await
}

//! Home: what I have to do by real deadline, the figures that matter, and what I can start here.

use askama::Template;
use axum::http::Method;
use axum::response::Response;
use jizuo_kernel::identity::api::Me;
use jizuo_kernel::page::Page;
use jizuo_kernel::process::Task;
use jizuo_kernel::{Path, Text};
use serde::Deserialize;

use crate::answer::{Answered, page as answer, see_other};
use crate::client::quoted;
use crate::frame::{Frame, module_page, short};
use crate::statistics::{self, Figure};
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when::{self, Deadline};

/// The place of a page.
#[derive(Deserialize)]
pub(crate) struct PlacePath {
    pub(crate) place: String,
}

/// One thing to do.
pub(crate) struct ToDo {
    pub(crate) label: String,
    pub(crate) place: String,
    pub(crate) action: String,
    pub(crate) path: Option<String>,
    pub(crate) due: Option<Deadline>,
}

/// Something that can be begun here.
pub(crate) struct Start {
    pub(crate) title: String,
    pub(crate) module: String,
    pub(crate) path: String,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct Further {
    after: Option<String>,
}

impl Further {
    /// As the rest of a query: `&after=…`, or nothing.
    pub(crate) fn as_query(&self) -> String {
        self.after.as_deref().map(|after| format!("&after={}", quoted(after))).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    f: Frame,
    sentence: String,
    tasks: Vec<ToDo>,
    next: Option<String>,
    paged: bool,
    figures: Vec<Figure>,
    starts: Vec<Start>,
}

/// How many figures a home page shows.
const FIGURES: usize = 3;

/// `/console` leads to the place that the caller's account belongs to.
pub(crate) async fn to_own(visit: Visit) -> Result<Response, Trouble> {
    let me: Me = visit.api.read("/me").await?;
    Ok(see_other(&format!("/console/{}", short(&me.home))))
}

pub(crate) async fn page(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    jizuo_kernel::Query(further): jizuo_kernel::Query<Further>,
) -> Answered {
    if visit.api.session.is_none() {
        return crate::door::page(&visit, &place, &further).await;
    }
    let inbox = format!("/me/inbox?limit=20{}", further.as_query());
    let (f, inbox) =
        tokio::try_join!(Frame::at(&visit, &place, visit.t("首页", "Home")), visit.api.read::<Page<Task>>(&inbox),)?;
    let tasks: Vec<ToDo> = inbox.items.iter().map(|task| to_do(&visit, task)).collect();
    let overdue = inbox.items.iter().filter(|task| task.overdue).count();
    let figures =
        if f.may("base_statistic_list") { statistics::first(&visit, &place, FIGURES).await? } else { Vec::new() };
    answer(&HomePage {
        sentence: sentence(&f, tasks.len(), overdue, inbox.next.is_some()),
        next: inbox.next.map(|next| format!("{}?after={}", f.base(), quoted(&next))),
        paged: further.after.is_some(),
        starts: starts(&visit, &f),
        tasks,
        figures,
        f,
    })
}

fn sentence(f: &Frame, tasks: usize, overdue: usize, more: bool) -> String {
    let n = if more { format!("{tasks}+") } else { tasks.to_string() };
    match (f.english(), overdue) {
        (false, 0) => format!("{n} 件，最急的在前"),
        (false, late) => format!("{n} 件，其中 {late} 件已超期；最急的在前"),
        (true, 0) => format!("{n}, the most urgent first"),
        (true, late) => format!("{n}, of which {late} overdue; the most urgent first"),
    }
}

fn to_do(visit: &Visit, task: &Task) -> ToDo {
    let base = format!("/console/{}", short(&task.place));
    ToDo {
        label: task.label.clone(),
        place: task.place_name.clone(),
        action: task.action_title.read(visit.lang).to_owned(),
        path: task.path.as_deref().and_then(|path| module_page(&base, &task.module, path)),
        due: task.due_at.map(|due| when::deadline(due, visit.now(), visit.lang)),
    }
}

/// What is begun with the base: the operation it needs, the page, and what it is called.
type Begun = (&'static str, &'static str, Text);

static WITH_BASE_DATA: [Begun; 4] = [
    ("base_form_open", "/forms", Text::new("填一张表单", "Fill in a form")),
    ("base_import_upload", "/imports", Text::new("导入户籍花名册", "Import a list of households")),
    ("base_person_register", "/persons/new", Text::new("登记人员", "Register a person")),
    ("base_household_create", "/households/new", Text::new("登记家庭户", "Found a household")),
];

/// Begun at every level, in the province as well.
static IN_ADMINISTRATION: [Begun; 5] = [
    ("base_module_switch", "/modules", Text::new("启用、停用模块", "Switch modules on or off")),
    ("base_process_overlay", "/processes", Text::new("改流程和时限", "Adapt processes and deadlines")),
    ("base_account_open", "/accounts/new", Text::new("开通账号", "Open an account")),
    ("base_grant_give", "/accounts", Text::new("把角色发给人", "Hand out roles")),
    ("base_audit_list", "/audit", Text::new("查阅审计记录", "Look through the audit log")),
];

/// Operations that make something in a collection of a module, as far as the caller may use them here.
pub(crate) fn starts(visit: &Visit, f: &Frame) -> Vec<Start> {
    let base = f.base();
    let registry = &visit.console.app.registry;
    // Above the county matters are read, not written.
    let above = f.place.as_ref().is_some_and(|place| place.kind.above_county());
    let makes =
        f.operations.iter().filter(|one| one.method == "POST" && one.module != "base" && !one.path.contains('{'));
    let of_the_base = |begun: &'static [Begun], group: &str| {
        let open = begun.iter().filter(|(operation, ..)| f.may(operation));
        let start = |(_, page, title): &Begun| Start {
            title: title.read(visit.lang).to_owned(),
            module: group.to_owned(),
            path: format!("{base}{page}"),
        };
        open.map(start).collect::<Vec<_>>()
    };
    let data = of_the_base(&WITH_BASE_DATA, visit.t("基础数据", "Base data"));
    let administration = of_the_base(&IN_ADMINISTRATION, visit.t("管理", "Administration"));
    let work = makes.filter_map(|one| {
        let path = format!("{}/new", module_page(&base, &one.module, &one.path)?);
        let document = visit.console.document(&one.module)?;
        let operation = document.at(&Method::POST, &one.path)?;
        let module = registry.module(&one.module).map(|module| module.title.read(visit.lang).to_owned());
        Some(Start { title: visit.console.heading(operation, visit.lang), module: module.unwrap_or_default(), path })
    });
    data.into_iter().chain(work).filter(|_| !above).chain(administration).collect()
}

//! What stands around every page: where one acts, what one may open here, the inbox, the two switches, and who one is.

use axum::http::Method;
use jizuo_kernel::Lang;
use jizuo_kernel::counties::api::{MenuLine, OperationHere};
use jizuo_kernel::identity::api::Me;
use jizuo_kernel::page::Page;
use jizuo_kernel::places::api::Place;
use jizuo_kernel::process::Task;

use crate::assets;
use crate::client::quoted;
use crate::module_page::Spot;
use crate::trouble::Trouble;
use crate::visit::Visit;

/// More open tasks than this are "99+".
const COUNTED: usize = 99;

/// The part of a page that `layout.html` shows.
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) lang: Lang,
    pub(crate) elders: bool,
    /// Path and query of this page.
    pub(crate) here: String,
    pub(crate) csrf: String,
    pub(crate) flash: Option<String>,
    pub(crate) place: Option<Place>,
    pub(crate) me: Option<Me>,
    /// How many tasks wait for the caller: `3`, `99+`; none where nobody has signed in.
    pub(crate) inbox: Option<String>,
    pub(crate) menu: Vec<Group>,
    /// What the caller may do here.
    pub(crate) operations: Vec<OperationHere>,
    /// Today in China, for the head of a printed page.
    pub(crate) today: String,
}

/// A part of the menu.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) lines: Vec<Line>,
}

pub(crate) struct Line {
    pub(crate) title: String,
    pub(crate) path: String,
    pub(crate) current: bool,
}

impl Frame {
    /// Around a page at a place: everything it needs is read at once.
    pub(crate) async fn at(visit: &Visit, place: &str, title: impl Into<String>) -> Result<Frame, Trouble> {
        let at = format!("/places/{}", quoted(place));
        let (menu, operations, inbox) =
            (format!("{at}/menu"), format!("{at}/operations"), format!("/me/inbox?limit={}", COUNTED + 1));
        let (place, me, menu, operations, inbox) = tokio::try_join!(
            visit.api.read::<Place>(&at),
            visit.api.read::<Me>("/me"),
            visit.api.read::<Vec<MenuLine>>(&menu),
            visit.api.read::<Vec<OperationHere>>(&operations),
            visit.api.read::<Page<Task>>(&inbox),
        )?;
        let mut frame = Frame::bare(visit, title);
        frame.menu = groups(visit, &place, &menu);
        frame.operations = operations;
        frame.inbox = Some(count(inbox.items.len()));
        frame.place = Some(place);
        frame.me = Some(me);
        Ok(frame)
    }

    /// Around a page for who has not signed in: the menu leads to what is open to everybody.
    pub(crate) async fn open(visit: &Visit, place: &str, title: impl Into<String>) -> Result<Frame, Trouble> {
        let found: Place = visit.api.read(&format!("/places/{}", quoted(place))).await?;
        let menu = groups(visit, &found, &visit.console.open_here(place, visit.lang));
        Ok(Frame { menu, place: Some(found), ..Frame::bare(visit, title) })
    }

    /// Around a page that is made from an operation: who has not signed in sees what is open to everybody.
    pub(crate) async fn around(visit: &Visit, spot: &Spot<'_>, title: impl Into<String>) -> Result<Frame, Trouble> {
        let title = title.into();
        match Frame::at(visit, spot.place, title.clone()).await {
            Err(trouble) if trouble.0.status == 401 && visit.console.is_open(spot.operation) => {
                Frame::open(visit, spot.place, title).await
            }
            framed => framed,
        }
    }

    /// Around a page without a place: at the caller's own, as far as they may see it. Somebody who must change a password
    /// first sees no menu.
    pub(crate) async fn own(visit: &Visit, title: impl Into<String>) -> Result<Frame, Trouble> {
        let me: Me = visit.api.read("/me").await?;
        let title = title.into();
        match Frame::at(visit, &me.home, title.clone()).await {
            Ok(frame) => Ok(frame),
            Err(trouble) if trouble.0.status == 403 => Ok(Frame { me: Some(me), ..Frame::bare(visit, title) }),
            Err(trouble) => Err(trouble),
        }
    }

    /// Without anything that has to be read.
    pub(crate) fn bare(visit: &Visit, title: impl Into<String>) -> Frame {
        Frame {
            title: title.into(),
            lang: visit.lang,
            elders: visit.elders,
            here: visit.here.clone(),
            csrf: visit.csrf().unwrap_or_default(),
            flash: visit.flash.clone(),
            place: None,
            me: None,
            inbox: None,
            menu: Vec::new(),
            operations: Vec::new(),
            today: crate::when::day(visit.now()),
        }
    }

    /// Around a page that says what went wrong: as much of the frame as still can be read.
    pub(crate) async fn around_trouble(visit: &Visit) -> Frame {
        let title = visit.t("无法显示", "This cannot be shown");
        if visit.api.session.is_none() {
            return Frame::bare(visit, title);
        }
        let place = visit.here.strip_prefix("/console/").and_then(|rest| rest.split(['/', '?']).next());
        if let Some(place) = place.filter(|code| code.starts_with(|c: char| c.is_ascii_digit()))
            && let Ok(frame) = Frame::at(visit, place, title).await
        {
            return frame;
        }
        Frame::own(visit, title).await.unwrap_or_else(|_| Frame::bare(visit, title))
    }

    /// A text in the reader's language.
    pub(crate) fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        if self.lang == Lang::Zh { zh } else { en }
    }

    /// A text that has both languages, in the reader's.
    pub(crate) fn say<'a>(&self, text: &'a jizuo_kernel::Text) -> &'a str {
        text.read(self.lang)
    }

    pub(crate) fn english(&self) -> bool {
        self.lang == Lang::En
    }

    /// The beginning of every path at this place: `/console/530102`.
    pub(crate) fn base(&self) -> String {
        match &self.place {
            Some(place) => format!("/console/{}", short(&place.code)),
            None => "/console".to_owned(),
        }
    }

    /// The code of the place as it stands in paths.
    pub(crate) fn code(&self) -> &str {
        self.place.as_ref().map_or("", |place| short(&place.code))
    }

    pub(crate) fn place_name(&self) -> &str {
        self.place.as_ref().map_or("", |place| &place.name)
    }

    /// Whether the caller may use an operation here.
    pub(crate) fn may(&self, operation: &str) -> bool {
        self.operations.iter().any(|known| known.id == operation)
    }

    pub(crate) fn style(&self) -> &'static str {
        assets::style()
    }

    pub(crate) fn script(&self) -> &'static str {
        assets::script()
    }

    pub(crate) fn icon(&self) -> &'static str {
        assets::icon()
    }
}

fn count(tasks: usize) -> String {
    if tasks > COUNTED { format!("{COUNTED}+") } else { tasks.to_string() }
}

/// A division code without the zeros that only fill it up.
pub(crate) fn short(code: &str) -> &str {
    if code.len() != 12 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return code;
    }
    let length = [2, 4, 6, 9].into_iter().find(|length| code[*length..].bytes().all(|b| b == b'0'));
    &code[..length.unwrap_or(12)]
}

/// Pages of the console's own, by the operation that they begin with.
const OWN: [(&str, &str); 11] = [
    ("base_inbox", ""),
    ("base_statistic_list", "/statistics"),
    ("base_module_list", "/modules"),
    ("base_process_list", "/processes"),
    ("base_rule_list", "/rules"),
    ("base_account_list", "/accounts"),
    ("base_audit_list", "/audit"),
    ("base_inventory_show", "/m/base/inventory"),
    ("base_overview", "/overview"),
    ("base_place_show", "/place"),
    ("base_codelist_list", "/standards"),
];

/// Whether a line of the menu says something at this place: one county is no overview of counties.
fn fits(operation: &str, place: &Place) -> bool {
    operation != "base_overview" || place.kind.above_county()
}

fn groups(visit: &Visit, place: &Place, menu: &[MenuLine]) -> Vec<Group> {
    let base = format!("/console/{}", short(&place.code));
    let here = visit.here.split('?').next().unwrap_or_default();
    let mut work = Vec::new();
    let mut data = Vec::new();
    let mut administration = Vec::new();
    for line in menu.iter().filter(|line| fits(&line.operation, place)) {
        let own = OWN.iter().find(|(operation, _)| *operation == line.operation);
        let path = match own {
            Some((_, page)) => format!("{base}{page}"),
            // What is no JSON is no page of the console: a paper to print opens by itself.
            None if is_paper(visit, line) => line.path.clone(),
            None => match module_page(&base, &line.module, &line.path) {
                Some(path) => path,
                None => continue,
            },
        };
        let below = here.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let current = if path == base { here == base } else { below };
        let entry = Line { title: line.title.read(visit.lang).to_owned(), path, current };
        match own {
            Some((operation, _)) if matches!(*operation, "base_inbox" | "base_statistic_list") => work.push(entry),
            Some(_) => administration.push(entry),
            None if line.module == "base" => data.push(entry),
            None => work.push(entry),
        }
    }
    // Figures come after the work they are counted from.
    let figures = work.iter().position(|line| line.path.ends_with("/statistics"));
    if let Some(at) = figures {
        let line = work.remove(at);
        work.push(line);
    }
    [
        (visit.t("工作", "Work"), work),
        (visit.t("基础数据", "Base data"), data),
        (visit.t("管理", "Administration"), administration),
    ]
    .into_iter()
    .filter(|(_, lines)| !lines.is_empty())
    .map(|(title, lines)| Group { title, lines })
    .collect()
}

fn is_paper(visit: &Visit, line: &MenuLine) -> bool {
    let document = visit.console.document(&line.module);
    let read = document.and_then(|document| document.at(&Method::GET, &line.path));
    read.is_some_and(|operation| operation.answer().is_none())
}

/// The page of an operation of the API: `/api/v1/places/530102000000/<module>/<rest>` is at `/m/<module>/<rest>`, and
/// what is of the base itself is at `/m/base/<rest>`, unless a page of its own shows it better.
pub(crate) fn module_page(base: &str, module: &str, path: &str) -> Option<String> {
    let rest = path.strip_prefix("/api/v1/places/")?.split_once('/')?.1;
    if module == "base" {
        let collection = rest.split(['/', '?']).next().unwrap_or_default();
        let own = crate::people::OWN.contains(&collection);
        return Some(if own { format!("{base}/{rest}") } else { format!("{base}/m/base/{rest}") });
    }
    let rest = rest.strip_prefix(module)?.strip_prefix('/')?;
    Some(format!("{base}/m/{module}/{rest}"))
}

#[cfg(test)]
mod tests {
    use super::{count, module_page, short};

    #[test]
    fn a_code_is_as_long_as_its_level() {
        for (code, wanted) in [
            ("530000000000", "53"),
            ("530100000000", "5301"),
            ("530102000000", "530102"),
            ("530102001000", "530102001"),
            ("530102001001", "530102001001"),
            ("530102001001-G3", "530102001001-G3"),
        ] {
            assert_eq!(short(code), wanted);
        }
    }

    #[test]
    fn a_page_is_where_its_operation_is() {
        let page = |module, path| module_page("/console/530102", module, path);
        assert_eq!(
            page("grid", "/api/v1/places/530102000000/grid/incidents").as_deref(),
            Some("/console/530102/m/grid/incidents")
        );
        assert_eq!(page("base", "/api/v1/places/530102000000/persons").as_deref(), Some("/console/530102/persons"));
        assert_eq!(page("base", "/api/v1/me"), None);
        assert_eq!((count(3), count(99), count(100)), ("3".to_owned(), "99".to_owned(), "99+".to_owned()));
    }
}

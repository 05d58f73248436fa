//! Home: what I have to do by real deadline, the figures that matter, and what I can start here.

use askama::Template;
use axum::response::Response;
use jizuo_kernel::Path;
use jizuo_kernel::identity::api::Me;
use jizuo_kernel::page::Page;
use jizuo_kernel::process::Task;
use serde::Deserialize;

use crate::answer::{Answered, page as answer, see_other};
use crate::frame::{Frame, module_page, short};
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

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    f: Frame,
    tasks: Vec<ToDo>,
    more: bool,
}

/// `/console` leads to the place that the caller's account belongs to.
pub(crate) async fn to_own(visit: Visit) -> Result<Response, Trouble> {
    let me: Me = visit.api.read("/me").await?;
    Ok(see_other(&format!("/console/{}", short(&me.home))))
}

pub(crate) async fn page(visit: Visit, Path(PlacePath { place }): Path<PlacePath>) -> Answered {
    let (f, inbox) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("首页", "Home")),
        visit.api.read::<Page<Task>>("/me/inbox?limit=20"),
    )?;
    let tasks = inbox.items.iter().map(|task| to_do(&visit, task)).collect();
    answer(&HomePage { f, tasks, more: inbox.next.is_some() })
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

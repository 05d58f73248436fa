//! Pages of modules, and of base data, made from the document: a path here is a path of the API, and the operation found there
//! says whether it is a list, a matter or a form.

use axum::http::Method;
use axum::response::Response;
use jizuo_kernel::{Path, Query};
use serde::Deserialize;

use crate::answer::{Answered, see_other};
use crate::client::quoted;
use crate::document::{Document, Operation};
use crate::sent::Sent;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::{form, list, matter};

#[derive(Deserialize)]
pub(crate) struct ModulePath {
    pub(crate) place: String,
    pub(crate) module: String,
    pub(crate) rest: String,
}

/// A page of a module, found.
pub(crate) struct Spot<'a> {
    pub(crate) document: &'a Document,
    pub(crate) operation: &'a Operation,
    pub(crate) place: &'a str,
    pub(crate) module: &'a str,
    /// The path of the API, filled in.
    pub(crate) path: String,
    /// The page's own path.
    pub(crate) page: String,
    /// Where both begin to be the same.
    pub(crate) api_base: String,
    pub(crate) page_base: String,
}

impl Spot<'_> {
    /// The page that a form leads back to: its list; where there is none, the form itself, for the next one.
    pub(crate) fn collection(&self) -> String {
        let list = self.page.rsplit_once('/').map_or("", |(list, _)| list);
        if list.len() > self.page_base.len() { list.to_owned() } else { self.page.clone() }
    }
}

/// What has been asked for in the query.
pub(crate) type Asked = Vec<(String, String)>;

pub(crate) async fn show(visit: Visit, Path(path): Path<ModulePath>, Query(asked): Query<Asked>) -> Answered {
    let console = visit.console.clone();
    let document = console.document(&path.module).ok_or_else(|| Trouble::no_page(&visit))?;
    if let Some((operation, api)) = form_at(document, &path) {
        return form::show(&visit, &spot(&visit, document, operation, &path, api), asked).await;
    }
    let api = api_path(&path, &path.rest);
    let operation = document.at(&Method::GET, &api).ok_or_else(|| Trouble::no_page(&visit))?;
    // What is no JSON is no page of the console: a paper to print opens by itself.
    if operation.answer().is_none() {
        return Ok(see_other(&api));
    }
    let spot = spot(&visit, document, operation, &path, api);
    match list::is_list(document, operation) {
        true => list::show(&visit, &spot, &asked).await,
        false => matter::show(&visit, spot, &asked).await,
    }
}

pub(crate) async fn send(visit: Visit, Path(path): Path<ModulePath>, sent: Sent) -> Result<Response, Trouble> {
    let console = visit.console.clone();
    let document = console.document(&path.module).ok_or_else(|| Trouble::no_page(&visit))?;
    let (operation, api) = form_at(document, &path).ok_or_else(|| Trouble::no_page(&visit))?;
    form::send(&visit, &spot(&visit, document, operation, &path, api), sent).await
}

fn spot<'a>(
    visit: &Visit,
    document: &'a Document,
    operation: &'a Operation,
    asked: &'a ModulePath,
    path: String,
) -> Spot<'a> {
    Spot {
        document,
        operation,
        place: &asked.place,
        module: &asked.module,
        path,
        page: visit.here.split('?').next().unwrap_or_default().to_owned(),
        api_base: api_base(asked),
        page_base: format!("/console/{}/m/{}", quoted(&asked.place), quoted(&asked.module)),
    }
}

/// The operation of a form: `…/new` posts to the collection, `…/edit` puts to the thing itself, `…/remove` deletes it; every
/// other path that is only written to is a form by itself.
fn form_at<'a>(document: &'a Document, path: &ModulePath) -> Option<(&'a Operation, String)> {
    let whole = api_path(path, &path.rest);
    if document.at(&Method::GET, &whole).is_some_and(|found| !found.template.ends_with('}')) {
        return None;
    }
    for (ending, method) in [("/new", Method::POST), ("/edit", Method::PUT), ("/remove", Method::DELETE)] {
        if let Some(rest) = path.rest.strip_suffix(ending) {
            let api = api_path(path, rest);
            if let Some(operation) = document.at(&method, &api) {
                return Some((operation, api));
            }
        }
    }
    let methods = [Method::POST, Method::PUT];
    let operation = methods.iter().find_map(|method| document.at(method, &whole))?;
    // `persons/find` is no person called "find".
    let holes = |operation: &Operation| operation.template.matches('{').count();
    if document.at(&Method::GET, &whole).is_some_and(|shown| holes(shown) <= holes(operation)) {
        return None;
    }
    Some((operation, whole))
}

fn api_path(path: &ModulePath, rest: &str) -> String {
    let rest: Vec<String> = rest.split('/').map(quoted).collect();
    format!("{}/{}", api_base(path), rest.join("/"))
}

fn api_base(path: &ModulePath) -> String {
    let module = if path.module == "base" { String::new() } else { format!("/{}", quoted(&path.module)) };
    format!("/api/v1/places/{}{module}", quoted(&path.place))
}

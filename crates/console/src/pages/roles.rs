//! Roles: what each allows, who holds it, and roles that a place makes itself.

use askama::Template;
use axum::http::Method;
use jizuo_kernel::Path;
use jizuo_kernel::counties::card::Named;
use jizuo_kernel::identity::roles::Role;
use jizuo_kernel::problem::Problem;
use serde_json::json;

use super::accounts::groups;
use super::{fault, status};
use crate::answer::{Answered, done, page_with};
use crate::client::{Write, quoted};
use crate::frame::Frame;
use crate::home::PlacePath;
use crate::sent::Sent;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "admin/roles.html")]
struct RolesPage {
    f: Frame,
    roles: Vec<Role>,
    title: String,
    name: String,
    chosen: Vec<String>,
    problem: Option<Problem>,
}

impl RolesPage {
    fn groups(&self) -> Vec<(String, Vec<&Role>)> {
        groups(&self.roles, &self.f)
    }
    fn anchor(&self, roles: &[&Role]) -> String {
        roles
            .first()
            .and_then(|role| role.module.as_ref())
            .map_or_else(|| "local".to_owned(), |module| module.id.clone())
    }
    fn fault(&self, field: &str) -> Option<&str> {
        fault(self.problem.as_ref(), field)
    }
    /// Everything that a role here could be made of: what the roles that can be given are made of.
    fn permissions(&self) -> Vec<(String, Vec<&Named>)> {
        let mut found: Vec<(String, Vec<&Named>)> = Vec::new();
        for role in self.roles.iter().filter(|role| !role.local) {
            let title =
                role.module.as_ref().map(|module| module.title.read(self.f.lang).to_owned()).unwrap_or_default();
            let at = found.iter().position(|(known, _)| *known == title).unwrap_or_else(|| {
                found.push((title, Vec::new()));
                found.len() - 1
            });
            for permission in &role.allows {
                if !found.iter().any(|(_, list)| list.iter().any(|known| known.id == permission.id)) {
                    found[at].1.push(permission);
                }
            }
        }
        found
    }
    fn is_chosen(&self, id: &str) -> bool {
        self.chosen.iter().any(|chosen| chosen == id)
    }
}

async fn roles_page(
    visit: &Visit,
    place: &str,
    (title, name, chosen): (String, String, Vec<String>),
    problem: Option<Problem>,
) -> Answered {
    let path = format!("/places/{}/roles", quoted(place));
    let (f, roles) =
        tokio::try_join!(Frame::at(visit, place, visit.t("角色", "Roles")), visit.api.read::<Vec<Role>>(&path))?;
    let status = status(problem.as_ref());
    page_with(status, &RolesPage { f, roles, title, name, chosen, problem })
}

pub(crate) async fn list(visit: Visit, Path(PlacePath { place }): Path<PlacePath>) -> Answered {
    roles_page(&visit, &place, (String::new(), String::new(), Vec::new()), None).await
}

pub(crate) async fn define(visit: Visit, Path(PlacePath { place }): Path<PlacePath>, sent: Sent) -> Answered {
    let chosen: Vec<String> = sent.all("permission").map(str::to_owned).collect();
    let (title, name) = (sent.text("title").to_owned(), sent.text("name").trim().to_owned());
    let body = json!({ "name": name, "title": title, "permissions": chosen });
    let operation = format!("/places/{}/roles", quoted(&place));
    match visit.api.call(Method::POST, &operation, Write { json: Some(&body), ..Write::default() }).await {
        Ok(_) => Ok(done(
            &format!("/console/{place}/roles#local"),
            visit.t("角色已建立，可以发放了。", "The role is made, and can be given."),
        )),
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => roles_page(&visit, &place, (title, name, chosen), Some(problem)).await,
    }
}

//! Accounts: who there is, what they hold, and what a security administrator does with them. A one-time password is on one
//! page once and on no other.

use askama::Template;
use axum::http::Method;
use jizuo_kernel::identity::api::{Account, OpenedAccount};
use jizuo_kernel::identity::roles::Role;
use jizuo_kernel::page::Page;
use jizuo_kernel::problem::Problem;
use jizuo_kernel::{Path, Query};
use serde::Deserialize;
use serde_json::json;

use super::{ThingPath, fault, status};
use crate::answer::{Answered, done, page, page_with};
use crate::client::{Write, quoted};
use crate::frame::Frame;
use crate::home::PlacePath;
use crate::pick;
use crate::sent::Sent;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when;

#[derive(Template)]
#[template(path = "admin/accounts.html")]
struct AccountsPage {
    f: Frame,
    accounts: Page<Account>,
    roles: Vec<Role>,
    wanted: Wanted,
}

/// What is looked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
    role: String,
    after: String,
}

#[derive(Template)]
#[template(path = "admin/account_new.html")]
struct NewPage {
    f: Frame,
    login: String,
    name: String,
    home: String,
    once: String,
    problem: Option<Problem>,
}

#[derive(Template)]
#[template(path = "admin/account.html")]
struct AccountPage {
    f: Frame,
    a: Account,
    roles: Vec<Role>,
    /// Places that fit what was typed where a code is wanted.
    /// Shown this once.
    password: Option<String>,
    typed: Typed,
    once: String,
    problem: Option<Problem>,
    may_grant: bool,
}

/// What was typed into the form of a grant.
#[derive(Default)]
struct Typed {
    role: String,
    place: String,
    until: String,
}

impl AccountsPage {
    fn next(&self) -> Option<String> {
        let after = self.accounts.next.as_ref()?;
        let Wanted { q, role, .. } = &self.wanted;
        Some(format!("?q={}&role={}&after={}", quoted(q), quoted(role), quoted(after)))
    }
}

impl NewPage {
    fn fault(&self, field: &str) -> Option<&str> {
        fault(self.problem.as_ref(), field)
    }
}

impl AccountPage {
    fn fault(&self, field: &str) -> Option<&str> {
        fault(self.problem.as_ref(), field)
    }
    fn day(&self, at: &chrono::DateTime<chrono::Utc>) -> String {
        when::day(*at)
    }
    fn chosen(&self, role: &str) -> bool {
        self.typed.role == role
    }
    /// Roles by the module that they come from.
    fn groups(&self) -> Vec<(String, Vec<&Role>)> {
        groups(&self.roles, &self.f)
    }
}

/// Roles under the title of what they belong to, in the order in which they come.
pub(super) fn groups<'a>(roles: &'a [Role], f: &Frame) -> Vec<(String, Vec<&'a Role>)> {
    let mut groups: Vec<(String, Vec<&Role>)> = Vec::new();
    for role in roles {
        let title = match &role.module {
            Some(module) => module.title.read(f.lang).to_owned(),
            None => f.t("本地角色", "Made here").to_owned(),
        };
        match groups.iter_mut().find(|(known, _)| *known == title) {
            Some((_, list)) => list.push(role),
            None => groups.push((title, vec![role])),
        }
    }
    groups
}

pub(crate) async fn list(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(wanted): Query<Wanted>,
) -> Answered {
    let here = format!("/places/{}", quoted(&place));
    let mut path = format!("{here}/accounts?limit=50&q={}&role={}", quoted(&wanted.q), quoted(&wanted.role));
    if !wanted.after.is_empty() {
        path += &format!("&after={}", quoted(&wanted.after));
    }
    let (f, accounts) = tokio::try_join!(
        Frame::at(&visit, &place, visit.t("账号与授权", "Accounts and grants")),
        visit.api.read::<Page<Account>>(&path)
    )?;
    let roles = match f.may("base_role_list") {
        true => visit.api.read(&format!("{here}/roles")).await?,
        false => Vec::new(),
    };
    page(&AccountsPage { f, accounts, roles, wanted })
}

fn once() -> String {
    uuid::Uuid::new_v4().to_string()
}

pub(crate) async fn new(visit: Visit, Path(PlacePath { place }): Path<PlacePath>) -> Answered {
    let f = Frame::at(&visit, &place, visit.t("开设账号", "Open an account")).await?;
    page(&NewPage { f, login: String::new(), name: String::new(), home: String::new(), once: once(), problem: None })
}

pub(crate) async fn open(visit: Visit, Path(PlacePath { place }): Path<PlacePath>, sent: Sent) -> Answered {
    let operation = format!("/places/{}/accounts", quoted(&place));
    let (login, name, home) = (sent.text("login"), sent.text("name"), sent.text("home"));
    let at = code_given(&visit, &place, "home", &sent).await?;
    let body = json!({ "login": login, "name": name, "home": at.as_ref().ok() });
    let write = Write { json: Some(&body), key: sent.given("once"), ..Write::default() };
    let answer = match at {
        Ok(_) => visit.api.call(Method::POST, &operation, write).await,
        Err(problem) => Err(problem),
    };
    match answer {
        // The same form again: the password was shown, and is kept nowhere.
        Ok(answer) if answer.body.is_empty() => {
            let to = format!("/console/{place}/accounts?q={}", quoted(login));
            Ok(done(
                &to,
                visit.t(
                    "账号已开设。一次性密码只显示一次；没记下就重置密码。",
                    "The account is open. Its one-time password was shown once; reset it if it was not noted.",
                ),
            ))
        }
        Ok(answer) => {
            let opened: OpenedAccount = answer.decode()?;
            let path = ThingPath { place, id: opened.account.id.to_string() };
            account_page(&visit, &path, Typed::default(), None, Some(opened.one_time_password)).await
        }
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => {
            let f = Frame::at(&visit, &place, visit.t("开设账号", "Open an account")).await?;
            let status = status(Some(&problem));
            let (login, name, home) = (login.to_owned(), name.to_owned(), home.to_owned());
            page_with(status, &NewPage { f, login, name, home, once: once(), problem: Some(problem) })
        }
    }
}

async fn account_page(
    visit: &Visit,
    path: &ThingPath,
    typed: Typed,
    problem: Option<Problem>,
    password: Option<String>,
) -> Answered {
    let here = format!("/places/{}", quoted(&path.place));
    let account = format!("{here}/accounts/{}", quoted(&path.id));
    let (mut f, a) = tokio::try_join!(Frame::at(visit, &path.place, ""), visit.api.read::<Account>(&account))?;
    f.title.clone_from(&a.name);
    let may_grant = f.may("base_grant_give");
    let roles = match may_grant {
        true => visit.api.read(&format!("{here}/roles")).await?,
        false => Vec::new(),
    };
    let status = status(problem.as_ref());
    page_with(status, &AccountPage { f, a, roles, password, typed, once: once(), problem, may_grant })
}

pub(crate) async fn show(visit: Visit, Path(path): Path<ThingPath>) -> Answered {
    account_page(&visit, &path, Typed::default(), None, None).await
}

pub(crate) async fn reset(visit: Visit, Path(path): Path<ThingPath>, sent: Sent) -> Answered {
    let operation = format!("/places/{}/accounts/{}/reset", quoted(&path.place), quoted(&path.id));
    let body = json!({ "second_factor": sent.has("second_factor") });
    let write = Write { json: Some(&body), key: sent.given("once"), ..Write::default() };
    match visit.api.call(Method::POST, &operation, write).await {
        Ok(answer) if answer.body.is_empty() => account_page(&visit, &path, Typed::default(), None, None).await,
        Ok(answer) => {
            let opened: OpenedAccount = answer.decode()?;
            account_page(&visit, &path, Typed::default(), None, Some(opened.one_time_password)).await
        }
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => account_page(&visit, &path, Typed::default(), Some(problem), None).await,
    }
}

pub(crate) async fn disable(visit: Visit, Path(path): Path<ThingPath>, sent: Sent) -> Answered {
    let operation = format!("/places/{}/accounts/{}/disabled", quoted(&path.place), quoted(&path.id));
    let disabled = sent.text("disabled") == "true";
    let body = json!({ "disabled": disabled });
    match visit.api.call(Method::PUT, &operation, Write { json: Some(&body), ..Write::default() }).await {
        Ok(_) => {
            let said = match disabled {
                true => {
                    visit.t("账号已停用，正在登录的立即退出。", "The account is disabled; its sessions have ended.")
                }
                false => visit.t("账号已恢复。", "The account is enabled again."),
            };
            Ok(done(&format!("/console/{}/accounts/{}", path.place, path.id), said))
        }
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => account_page(&visit, &path, Typed::default(), Some(problem), None).await,
    }
}

pub(crate) async fn give(visit: Visit, Path(path): Path<ThingPath>, sent: Sent) -> Answered {
    let typed = Typed {
        role: sent.text("role").to_owned(),
        place: sent.text("place").trim().to_owned(),
        until: sent.text("until").to_owned(),
    };
    let until = sent.given("until").map(|day| format!("{day}T23:59:59+08:00"));
    let at = code_given(&visit, &path.place, "place", &sent).await?;
    let body = json!({ "account": path.id, "role": typed.role, "place": at.as_ref().ok(), "until": until });
    let operation = format!("/places/{}/grants", quoted(&path.place));
    let write = Write { json: Some(&body), key: sent.given("once"), ..Write::default() };
    let answer = match at {
        Ok(_) => visit.api.call(Method::POST, &operation, write).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(_) => {
            let to = format!("/console/{}/accounts/{}", path.place, path.id);
            Ok(done(&to, visit.t("角色已发放，立即生效。", "The role is given, and counts at once.")))
        }
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => account_page(&visit, &path, typed, Some(problem), None).await,
    }
}

/// The place that was typed in a field, by code or by name; none where the field was left empty.
async fn code_given(
    visit: &Visit,
    place: &str,
    field: &str,
    sent: &Sent,
) -> Result<Result<Option<String>, Problem>, Trouble> {
    match sent.given(field) {
        Some(typed) => Ok(pick::code(visit, place, field, typed).await?.map(Some)),
        None => Ok(Ok(None)),
    }
}

/// A grant of an account.
#[derive(Deserialize)]
pub(crate) struct GrantPath {
    place: String,
    id: String,
    grant: String,
}

pub(crate) async fn revoke(visit: Visit, Path(path): Path<GrantPath>, _: Sent) -> Answered {
    let operation = format!("/places/{}/grants/{}", quoted(&path.place), quoted(&path.grant));
    match visit.api.call(Method::DELETE, &operation, Write::default()).await {
        Ok(_) => {
            let to = format!("/console/{}/accounts/{}", path.place, path.id);
            Ok(done(&to, visit.t("角色已收回，立即生效。", "The role is taken back, at once.")))
        }
        Err(problem) if problem.status == 401 => Err(problem.into()),
        Err(problem) => {
            let thing = ThingPath { place: path.place, id: path.id };
            account_page(&visit, &thing, Typed::default(), Some(problem), None).await
        }
    }
}

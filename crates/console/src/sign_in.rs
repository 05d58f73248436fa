//! Signing in and out.

use askama::Template;
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use jizuo_kernel::Query;
use jizuo_kernel::identity::api::Session;
use jizuo_kernel::problem::Problem;
use serde::Deserialize;
use serde_json::json;

use crate::answer::{Answered, page_with, see_other};
use crate::client::Write;
use crate::console::Shared;
use crate::frame::Frame;
use crate::sent::Sent;
use crate::visit::{Visit, safe};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    f: Frame,
    next: String,
    login: String,
    problem: Option<Problem>,
    /// The password was right, and the account has a second factor.
    wants_code: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Next {
    next: Option<String>,
}

pub(crate) async fn page(visit: Visit, Query(asked): Query<Next>) -> Answered {
    let next = asked.next.as_deref().and_then(safe).unwrap_or_default().to_owned();
    let mut f = Frame::bare(&visit, visit.t("登录", "Sign in"));
    // The switches come back to this page with nothing that a stranger wrote into its address.
    f.here = "/console/sign-in".to_owned();
    if !next.is_empty() {
        f.here = format!("/console/sign-in?next={}", crate::client::quoted(&next));
    }
    page_with(StatusCode::OK, &SignInPage { f, next, login: String::new(), problem: None, wants_code: false })
}

pub(crate) async fn sign_in(visit: Visit, Unmarked(sent): Unmarked) -> Answered {
    let next = sent.back("next").unwrap_or_default().to_owned();
    let login = sent.text("login").trim().to_owned();
    let body = json!({ "login": login, "password": sent.text("password"), "code": sent.given("code") });
    let problem = match visit.api.call(Method::POST, "/sessions", Write { json: Some(&body), ..Write::default() }).await
    {
        Ok(answer) => {
            let session: Session = answer.decode()?;
            let to = match session.must_change_password {
                true => "/console/me?first=password",
                false if next.is_empty() => "/console",
                false => &next,
            };
            let mut response = see_other(to);
            for cookie in answer.headers.get_all(header::SET_COOKIE) {
                response.headers_mut().append(header::SET_COOKIE, cookie.clone());
            }
            return Ok(response);
        }
        Err(problem) => problem,
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let wants_code = problem.code == "base.session.code";
    let f = Frame::bare(&visit, visit.t("登录", "Sign in"));
    // A browser asks for a name and password of its own when it sees 401.
    let status = if status == StatusCode::UNAUTHORIZED { StatusCode::UNPROCESSABLE_ENTITY } else { status };
    page_with(status, &SignInPage { f, next, login, problem: Some(problem), wants_code })
}

/// The sign-in form has no session to bind a mark to; one that is left over in the browser counts for nothing.
pub(crate) struct Unmarked(Sent);

impl axum::extract::FromRequest<Shared> for Unmarked {
    type Rejection = crate::trouble::Trouble;

    async fn from_request(mut request: axum::extract::Request, console: &Shared) -> Result<Self, Self::Rejection> {
        request.headers_mut().remove(header::COOKIE);
        Ok(Unmarked(Sent::from_request(request, console).await?))
    }
}

pub(crate) async fn sign_out(visit: Visit, _: Sent) -> Response {
    let mut response = see_other("/console/sign-in");
    // Who is signed out already is where they wanted to be.
    if let Ok(answer) = visit.api.call(Method::DELETE, "/sessions", Write::default()).await {
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            response.headers_mut().append(header::SET_COOKIE, cookie.clone());
        }
    }
    response
}

//! When a page cannot be shown: the API's problem as a page that says what, why, who could, and what to do.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jizuo_kernel::problem::Problem;

use crate::answer::{page_with, see_other};
use crate::client::quoted;
use crate::console::Shared;
use crate::frame::Frame;
use crate::visit::{Visit, here};

/// Why there is no page. Made a page of by [`explain`], which knows the reader.
#[derive(Debug)]
pub(crate) struct Trouble(pub(crate) Box<Problem>);

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Trouble {
        Trouble(Box::new(problem))
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl Trouble {
    /// A problem of the console itself.
    pub(crate) fn own(visit: &Visit, status: u16, code: &str, title: (&str, &str), detail: (&str, &str)) -> Trouble {
        let say =
            |(zh, en): (&str, &str)| if visit.lang == jizuo_kernel::Lang::Zh { zh.to_owned() } else { en.to_owned() };
        Problem {
            r#type: format!("urn:jizuo:problem:{code}"),
            title: say(title),
            status,
            code: code.to_owned(),
            detail: say(detail),
            rule: code.to_owned(),
            source: None,
            who: None,
            errors: Vec::new(),
            current: None,
            trace: uuid::Uuid::new_v4().simple().to_string(),
        }
        .into()
    }

    pub(crate) fn no_page(visit: &Visit) -> Trouble {
        Trouble::own(
            visit,
            404,
            "console.page",
            ("没有这个页面", "There is no such page"),
            ("网址可能有误，或者这里没有启用相应的模块。", "The address may be wrong, or the module is off here."),
        )
    }
}

pub(crate) async fn no_page(visit: Visit) -> Trouble {
    Trouble::no_page(&visit)
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage<'a> {
    f: Frame,
    problem: &'a Problem,
}

/// Makes a page of a trouble; leads to signing in, or to the password, where that is what is missing.
pub(crate) async fn explain(State(console): State<Shared>, request: Request, next: Next) -> Response {
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    let visit = Visit::of(&console, request.headers(), here(request.uri()));
    let mut response = next.run(request).await;
    let carried = response.extensions_mut().remove::<Arc<Trouble>>();
    let trouble = match &carried {
        Some(trouble) => trouble.as_ref(),
        None if response.status().is_client_error() && response.headers().get("content-type").is_none() => {
            &Trouble::no_page(&visit)
        }
        None => return response,
    };
    let problem = &trouble.0;
    match problem.code.as_str() {
        _ if problem.status == 401 => {
            let next = if reads { format!("?next={}", quoted(&visit.here)) } else { String::new() };
            return see_other(&format!("/console/sign-in{next}"));
        }
        "base.password.must_change" => return see_other("/console/me?first=password"),
        "base.factor.required" => return see_other("/console/me?first=factor"),
        _ => {}
    }
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let f = Frame::around_trouble(&visit).await;
    page_with(status, &TroublePage { f, problem }).unwrap_or_else(IntoResponse::into_response)
}

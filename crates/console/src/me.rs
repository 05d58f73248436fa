//! What is one's own: password, second factor, sessions and tokens, language and type size.

use askama::Template;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use jizuo_kernel::identity::api::{Factor, IssuedToken, Me, Token};
use jizuo_kernel::problem::Problem;
use jizuo_kernel::{Path, Query};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answered, done, page_with};
use crate::client::{Write, quoted};
use crate::frame::Frame;
use crate::sent::Sent;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// What has to be done before anything else: `password`, `factor`.
    first: Option<String>,
}

struct Session {
    id: String,
    label: String,
    token: bool,
    created: String,
    seen: String,
    expires: String,
}

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    f: Frame,
    me: Me,
    first: Option<String>,
    sessions: Vec<Session>,
    /// A token that was issued a moment ago, shown this once.
    secret: Option<String>,
    factor: Option<NewFactor>,
    problem: Option<Problem>,
    /// The form that the problem is about.
    about: &'static str,
}

struct NewFactor {
    secret: String,
    picture: String,
}

#[derive(Default)]
struct Shown {
    first: Option<String>,
    secret: Option<String>,
    factor: Option<NewFactor>,
    problem: Option<Problem>,
    about: &'static str,
}

pub(crate) async fn page(visit: Visit, Query(asked): Query<Asked>) -> Answered {
    let first = asked.first.filter(|first| first == "password" || first == "factor");
    show(&visit, Shown { first, ..Shown::default() }).await
}

async fn show(visit: &Visit, shown: Shown) -> Answered {
    let f = Frame::own(visit, visit.t("我的账号", "My account")).await?;
    let me: Me = visit.api.read("/me").await?;
    // Until the password is changed, sessions are not shown either.
    let tokens: Vec<Token> = match visit.api.read("/me/tokens").await {
        Ok(tokens) => tokens,
        Err(trouble) if trouble.0.status == 403 => Vec::new(),
        Err(trouble) => return Err(trouble),
    };
    let sessions = tokens.into_iter().map(|one| Session {
        id: one.id.to_string(),
        token: one.kind == "token",
        label: one.label,
        created: when::minute(one.created_at),
        seen: when::minute(one.seen_at),
        expires: when::minute(one.expires_at),
    });
    let status = shown.problem.as_ref().and_then(|problem| StatusCode::from_u16(problem.status).ok());
    let Shown { first, secret, factor, problem, about } = shown;
    let page = MePage { f, me, first, sessions: sessions.collect(), secret, factor, problem, about };
    page_with(status.unwrap_or(StatusCode::OK), &page)
}

/// A refusal goes back to its form; who is signed out is led to sign in.
async fn refused(visit: &Visit, about: &'static str, problem: Problem) -> Answered {
    if problem.status == 401 || problem.status >= 500 {
        return Err(problem.into());
    }
    let first = problem.code.starts_with("base.password.must").then(|| "password".to_owned());
    show(visit, Shown { first, problem: Some(problem), about, ..Shown::default() }).await
}

pub(crate) async fn password(visit: Visit, sent: Sent) -> Answered {
    let (new, again) = (sent.text("new"), sent.text("again"));
    if new != again {
        let trouble = Trouble::own(
            &visit,
            422,
            "console.password.differ",
            ("没有修改", "Not changed"),
            ("两次输入的新密码不一样，请重新输入。", "The two new passwords differ; type them again."),
        );
        return refused(&visit, "password", *trouble.0).await;
    }
    let body = json!({ "old": sent.text("old"), "new": new });
    match visit.api.send(Method::PUT, "/me/password", &body, None, None).await {
        Ok(_) => Ok(done(
            "/console",
            visit.t("密码已修改，其他设备上的登录已退出。", "The password was changed; other devices are signed out."),
        )),
        Err(problem) => refused(&visit, "password", problem).await,
    }
}

pub(crate) async fn begin_factor(visit: Visit, _: Sent) -> Answered {
    match visit.api.call(Method::POST, "/me/factor", Write::default()).await {
        Ok(answer) => {
            let factor: Factor = answer.decode()?;
            let picture = picture(&factor.address);
            show(&visit, Shown { factor: Some(NewFactor { secret: factor.secret, picture }), ..Shown::default() }).await
        }
        Err(problem) => refused(&visit, "factor", problem).await,
    }
}

/// As an image that stands in the page itself: no other address may know the secret.
fn picture(address: &str) -> String {
    let Ok(code) = QrCode::new(address) else { return String::new() };
    let svg = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    format!("data:image/svg+xml,{}", quoted(&svg))
}

pub(crate) async fn confirm_factor(visit: Visit, sent: Sent) -> Answered {
    let body = json!({ "code": sent.text("code").trim() });
    match visit.api.send(Method::PUT, "/me/factor", &body, None, None).await {
        Ok(_) => Ok(done(
            "/console/me",
            visit.t(
                "验证器已绑定，下次登录需要动态验证码。",
                "The authenticator is set up; the next sign-in asks for a code.",
            ),
        )),
        Err(problem) => refused(&visit, "factor", problem).await,
    }
}

pub(crate) async fn issue_token(visit: Visit, sent: Sent) -> Answered {
    let days = sent.text("days").trim().parse::<i64>().map_or(Value::Null, Value::from);
    let body = json!({ "label": sent.text("label"), "days": days });
    match visit.api.send(Method::POST, "/me/tokens", &body, None, sent.given("once")).await {
        Ok(answer) if answer.status == StatusCode::CREATED => {
            let issued: IssuedToken = answer.decode()?;
            show(&visit, Shown { secret: Some(issued.secret), ..Shown::default() }).await
        }
        Ok(_) => Ok(done(
            "/console/me",
            visit
                .t("这个令牌已经签发过，密文只显示一次。", "This token was issued already; its secret was shown once."),
        )),
        Err(problem) => refused(&visit, "token", problem).await,
    }
}

#[derive(Deserialize)]
pub(crate) struct TokenPath {
    id: String,
}

pub(crate) async fn revoke_token(visit: Visit, Path(path): Path<TokenPath>, _: Sent) -> Result<Response, Trouble> {
    let path = format!("/me/tokens/{}", quoted(&path.id));
    visit.api.call(Method::DELETE, &path, Write::default()).await?;
    Ok(done("/console/me", visit.t("已收回，立即失效。", "Revoked; it is no longer valid.")))
}

impl MePage {
    fn once(&self) -> String {
        uuid::Uuid::new_v4().simple().to_string()
    }

    /// The problem of this form.
    fn wrong(&self, form: &str) -> Option<&Problem> {
        self.problem.as_ref().filter(|_| self.about == form)
    }
}

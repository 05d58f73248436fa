//! A county administrator at the console, with nothing but pages and forms: from signing in to a module that works with a
//! deadline of the county's own; and the law's answer beside the field when it says no.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use jizuo_server::{MODULES, web};
use jizuo_testing::places::{ESHAN, PROVINCE, WUHUA};
use jizuo_testing::{TestApp, User};
use scraper::{Html, Selector};
use tower::ServiceExt;

/// A browser without script.
struct Browser {
    router: Router,
    cookie: String,
}

struct Seen {
    status: StatusCode,
    html: String,
    to: Option<String>,
}

impl Browser {
    fn of(test: &TestApp, user: &User<'_>) -> Browser {
        let token = user.token().expect("somebody who has signed in");
        Browser { router: web::router(&test.app, test.router.clone()), cookie: format!("jizuo_session={token}") }
    }

    async fn get(&self, path: &str) -> Seen {
        self.ask(Request::get(path), Body::empty()).await
    }

    /// Sends the form of a page that has this action, with these fields filled in over what it came with.
    async fn send(&self, page: &str, action: &str, filled: &[(&str, &str)]) -> Seen {
        let seen = self.get(page).await;
        assert_eq!(seen.status, StatusCode::OK, "{page}");
        let mut body = form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields(&seen.html, action) {
            if filled.iter().all(|(known, _)| *known != name) {
                body.append_pair(&name, &value);
            }
        }
        for (name, value) in filled {
            body.append_pair(name, value);
        }
        let request = Request::post(action).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request, Body::from(body.finish())).await
    }

    async fn ask(&self, request: axum::http::request::Builder, body: Body) -> Seen {
        let request = request.header(header::COOKIE, &self.cookie).body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let to = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Seen { status, html: String::from_utf8_lossy(&bytes).into_owned(), to }
    }
}

/// What the form with this action comes with: hidden fields, values that are filled in, boxes that are ticked.
fn fields(html: &str, action: &str) -> Vec<(String, String)> {
    let page = Html::parse_document(html);
    let form = Selector::parse("form").unwrap();
    let without_anchor = |form: &scraper::ElementRef<'_>| {
        form.value().attr("action").and_then(|a| a.split('#').next()).unwrap_or_default().to_owned()
    };
    let form =
        page.select(&form).find(|form| without_anchor(form) == action).unwrap_or_else(|| panic!("no form {action}"));
    let mut found = Vec::new();
    for input in form.select(&Selector::parse("input, select, textarea").unwrap()) {
        let Some(name) = input.value().attr("name").map(str::to_owned) else { continue };
        let kind = input.value().attr("type").unwrap_or_default();
        if matches!(kind, "checkbox" | "radio") && input.value().attr("checked").is_none() {
            continue;
        }
        let value = match input.value().name() {
            "select" => {
                let options: Vec<_> = input.select(&Selector::parse("option").unwrap()).collect();
                let chosen = options.iter().find(|o| o.value().attr("selected").is_some()).or(options.first());
                chosen.and_then(|option| option.value().attr("value")).unwrap_or_default().to_owned()
            }
            "textarea" => input.text().collect(),
            _ => input.value().attr("value").unwrap_or_default().to_owned(),
        };
        found.push((name, value));
    }
    found
}

#[tokio::test]
async fn a_new_administrator_gets_to_a_working_module_with_a_deadline_of_her_own() {
    let test = TestApp::bare(MODULES).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let browser = Browser::of(&test, &admin);
    let base = format!("/console/{WUHUA}");
    let modules = browser.get(&format!("{base}/modules")).await.html;
    assert!(modules.contains("网格治理") && modules.contains("未启用"), "{modules}");
    let ask = format!("{base}/modules/grid/switch");
    let empty = browser.send(&format!("{ask}?to=on"), &ask, &[("reason", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.html.contains("class=\"fault\""), "the fault stands at its field");
    let switched = browser.send(&format!("{ask}?to=on"), &ask, &[("reason", "县委常委会决定")]).await;
    assert_eq!(
        (switched.status, switched.to.as_deref()),
        (StatusCode::SEE_OTHER, Some(&*format!("{base}/modules/grid")))
    );
    let module = browser.get(&format!("{base}/modules/grid")).await.html;
    assert!(module.contains("接下来可以做") && module.contains("县委常委会决定"));
    let process = format!("{base}/processes/grid.incident");
    let page = browser.get(&process).await.html;
    assert!(page.contains("<svg class=\"flow\"") && page.contains("1 个工作日"));
    let deadline = format!("{process}/deadline");
    let typed = [("rule", "GRID.ACCEPT"), ("value", "9"), ("reason", "慢慢来")];
    let refused = browser.send(&process, &deadline, &typed).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    for kept in ["只能在 1 到 5 之间", "value=\"9\"", "value=\"慢慢来\"", "平台默认值"] {
        assert!(refused.html.contains(kept), "{kept}");
    }
    let laid =
        browser.send(&process, &deadline, &[("rule", "GRID.ACCEPT"), ("value", "2"), ("reason", "服务承诺")]).await;
    assert_eq!(laid.status, StatusCode::SEE_OTHER);
    assert!(browser.get(&process).await.html.contains("2 个工作日"));
    let differences = browser.get(&format!("{base}/differences")).await.html;
    assert!(differences.contains("服务承诺"));
}

#[tokio::test]
async fn a_step_that_law_demands_stays_and_says_so_beside_its_box() {
    let test = TestApp::with(MODULES).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let browser = Browser::of(&test, &admin);
    let process = format!("/console/{WUHUA}/processes/grid.incident");
    let adapt = format!("{process}/adapt");
    let typed = [("skip", "grid.incident.verify"), ("zh.grid.incident.accept", "登记"), ("reason", "图快")];
    let refused = browser.send(&adapt, &adapt, &typed).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let page = Html::parse_document(&refused.html);
    let wrong: Vec<String> = page
        .select(&Selector::parse("fieldset.wrong").unwrap())
        .map(|field| field.text().collect::<String>())
        .collect();
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].contains("核查") && wrong[0].contains("平台规则"), "{wrong:?}");
    assert!(
        refused.html.contains("value=\"登记\"") && refused.html.contains("value=\"图快\""),
        "nothing typed is lost"
    );
    let added = [
        ("zh.grid.incident.accept", "登记"),
        ("add.0.zh", "村务监督委员会审核"),
        ("add.0.before", "grid.incident.close"),
        ("add.0.permission", "grid.incident.verify"),
        ("reason", "县委办文件"),
    ];
    let saved = browser.send(&adapt, &adapt, &added).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
    let page = browser.get(&process).await.html;
    for drawn in ["登记", "村务监督委员会审核", "state working local", "class=\"ring\"", "原名“受理”"]
    {
        assert!(page.contains(drawn), "{drawn}");
    }
    let again = browser
        .send(&adapt, &adapt, &[("add.0.remove", "1"), ("skip", "grid.incident.close"), ("reason", "再简化")])
        .await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.html);
    let page = browser.get(&process).await.html;
    assert!(page.contains("已省略") && !page.contains("村务监督委员会审核"));
    let lifted = browser.send(&process, &format!("{process}/lift"), &[]).await;
    assert_eq!(lifted.status, StatusCode::SEE_OTHER);
    assert!(browser.get(&process).await.html.contains("与基线相同"));
}

#[tokio::test]
async fn the_province_and_the_security_administrator_find_their_pages() {
    let test = TestApp::with(MODULES).await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let browser = Browser::of(&test, &province);
    let top = "/console/53";
    let overview = browser.get(&format!("{top}/overview")).await.html;
    assert!(overview.contains("五华区") && overview.contains("峨山彝族自治县") && overview.contains("已启用"));
    let off = browser.get(&format!("{top}/overview?state=off&q={ESHAN}")).await.html;
    assert!(off.contains("峨山彝族自治县") && !off.contains("五华区"));
    for page in [
        "differences",
        "conflicts",
        "standards",
        "standards?list=sex",
        "place",
        "set",
        "rules",
        "rules/V.PUB.KEEP?on=2026-01-01",
        "modules/grid/settings",
    ] {
        let seen = browser.get(&format!("{top}/{page}")).await;
        assert_eq!(seen.status, StatusCode::OK, "{page}");
    }
    let security = test.role(WUHUA, "base.security_admin").await;
    let browser = Browser::of(&test, &security);
    let accounts = format!("/console/{WUHUA}/accounts");
    let new = format!("{accounts}/new");
    let opened = browser.send(&new, &new, &[("name", "杨秀"), ("login", "yangxiu")]).await;
    assert_eq!(opened.status, StatusCode::OK);
    assert!(opened.html.contains("class=\"once\""), "the password is shown");
    let list = browser.get(&format!("{accounts}?q=yang")).await.html;
    let page = Html::parse_document(&list);
    let link = Selector::parse("tbody th a").unwrap();
    let account = page.select(&link).next().unwrap().value().attr("href").unwrap().to_owned();
    assert!(!browser.get(&account).await.html.contains("class=\"once\""), "and never again");
    let given = browser.send(&account, &format!("{account}/grants"), &[("role", "grid.worker")]).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.html);
    assert!(browser.get(&account).await.html.contains("网格员"));
    let refused =
        browser.send(&account, &format!("{account}/grants"), &[("role", "grid.worker"), ("place", "530103")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.get(&format!("/console/{WUHUA}/roles")).await.status, StatusCode::OK);
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let audit = Browser::of(&test, &auditor).get(&format!("/console/{WUHUA}/audit?from=2026-03-01")).await;
    assert!(audit.html.contains("管理账号") && audit.status == StatusCode::OK);
}

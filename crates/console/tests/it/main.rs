//! What people see of the console without any module: signing in, the two switches, places, what is refused.

use jizuo_testing::{Browser, TestApp, places};
use serde_json::json;

async fn start() -> (TestApp, Browser) {
    let test = TestApp::bare(&[]).await;
    let browser = Browser::new(&jizuo_console::router(&test.app, test.router.clone()));
    (test, browser)
}

/// Opens an account through the API; returns its one-time password.
async fn account(test: &TestApp, login: &str) -> String {
    let admin = test.user(places::WUHUA, &["base.account.manage"]).await;
    let path = format!("/places/{}/accounts", places::WUHUA);
    admin.post(&path, json!({ "login": login, "name": "杨秀" })).await.expect(201).text("one_time_password")
}

#[tokio::test]
async fn who_has_not_signed_in_is_led_there_and_back() {
    let (test, mut browser) = start().await;
    let page = browser.get("/console/530102/search?q=x").await.expect(303);
    assert_eq!(page.location(), "/console/sign-in?next=%2Fconsole%2F530102%2Fsearch%3Fq%3Dx");
    let form = browser.follow(&page).await.expect(200);
    form.says("登录名").is_silent_on("退出");
    let password = account(&test, "yangxiu").await;
    let wrong = browser.submit(&form, "/console/sign-in", &[("login", "yangxiu"), ("password", "x")]).await.expect(422);
    wrong.says("不对").says("value=\"yangxiu\"");
    let page = browser.submit(&wrong, "/console/sign-in", &[("login", "yangxiu"), ("password", &password)]).await;
    assert_eq!(page.location(), "/console/me?first=password", "a one-time password is changed first");

    // Nothing else is open until then.
    let elsewhere = browser.get("/console/530102").await.expect(303);
    assert_eq!(elsewhere.location(), "/console/me?first=password");
    let form = browser.follow(&page).await.expect(200);
    form.says("请先修改密码");
    let differ = [("old", password.as_str()), ("new", "Juzhu-2026-xin"), ("again", "Juzhu-2026-jiu")];
    browser.submit(&form, "/console/me/password", &differ).await.expect(422).says("两次输入的新密码不一样");
    let short = [("old", password.as_str()), ("new", "abc"), ("again", "abc")];
    browser.submit(&form, "/console/me/password", &short).await.expect(422).says("role=\"alert\"");
    let good = [("old", password.as_str()), ("new", "Juzhu-2026-xin"), ("again", "Juzhu-2026-xin")];
    let done = browser.submit(&form, "/console/me/password", &good).await.expect(303);
    let home = browser.follow(&done).await.expect(303);
    assert_eq!(home.location(), "/console/530102");
    browser.follow(&home).await.expect(200).says("密码已修改").says("现在没有待办");
    browser.get("/console/530102").await.expect(200).is_silent_on("密码已修改");

    let page = browser.get("/console/me").await.expect(200);
    browser.submit(&page, "/console/sign-out", &[]).await.expect(303);
    // Who has no account any more stands at the door for everybody.
    browser.get("/console/530102").await.expect(200).says("工作人员登录").is_silent_on("待办");
    browser.get("/console/530102/accounts").await.expect(303);
}

#[tokio::test]
async fn a_stranger_is_not_led_away_from_the_console() {
    let (_test, mut browser) = start().await;
    let page = browser.get("/console/sign-in?next=https%3A%2F%2Fevil.example%2Fconsole").await.expect(200);
    page.is_silent_on("evil.example");
}

#[tokio::test]
async fn a_form_of_another_page_does_nothing() {
    let (test, browser) = start().await;
    let user = test.user(places::WUHUA, &["base.statistics.read"]).await;
    let mut browser = browser.cookie("jizuo_session", user.token().expect("a token"));
    browser.get("/console/me").await.expect(200);
    let fields = [("label".to_owned(), "x".to_owned()), ("days".to_owned(), "3".to_owned())];
    browser.post("/console/me/tokens", &fields).await.expect(403).says("没有办理");
    let forged = [fields[0].clone(), fields[1].clone(), ("csrf".to_owned(), "0".repeat(64))];
    browser.post("/console/me/tokens", &forged).await.expect(403);
    let page = browser.get("/console/me").await;
    let mut foreign = browser.clone().header("sec-fetch-site", "cross-site");
    foreign.submit(&page, "/console/me/tokens", &[("label", "x"), ("days", "3")]).await.expect(403);
    let tokens = user.get("/me/tokens").await.expect(200);
    assert_eq!(tokens.items().len(), 1, "none was issued");

    let issued = browser.submit(&page, "/console/me/tokens", &[("label", "热线"), ("days", "3")]).await.expect(200);
    issued.says("令牌只显示这一次");
    // The same click again does nothing more.
    browser.submit(&page, "/console/me/tokens", &[("label", "热线"), ("days", "3")]).await.expect(303);
    assert_eq!(user.get("/me/tokens").await.expect(200).items().len(), 2);
    let bad = browser.submit(&issued, "/console/me/tokens", &[("label", "热线"), ("days", "9999")]).await.expect(422);
    bad.says("role=\"alert\"");
}

#[tokio::test]
async fn the_two_switches_work_without_a_script_and_come_back() {
    let (test, browser) = start().await;
    let user = test.user(places::WUHUA, &["base.statistics.read"]).await;
    let mut browser = browser.cookie("jizuo_session", user.token().expect("a token"));
    let page = browser.get("/console/530102/statistics").await.expect(200);
    page.says("<html lang=\"zh-CN\">").says("统计").is_silent_on("class=\"elders\"");
    let back = browser.submit(&page, "/console/language", &[("lang", "en")]).await.expect(303);
    assert_eq!(back.location(), "/console/530102/statistics");
    let page = browser.follow(&back).await.expect(200);
    page.says("<html lang=\"en\">").says("Figures");
    let back = browser.submit(&page, "/console/elders", &[]).await.expect(303);
    browser.follow(&back).await.expect(200).says("class=\"elders\"");
    let mut english =
        Browser::new(&jizuo_console::router(&test.app, test.router.clone())).header("accept-language", "en");
    english.get("/console/sign-in").await.expect(200).says("Sign in").is_silent_on("登录名");
}

#[tokio::test]
async fn places_are_found_by_name_letters_and_code() {
    let (test, browser) = start().await;
    let user = test.user(places::WUHUA, &["base.statistics.read"]).await;
    let mut browser = browser.cookie("jizuo_session", user.token().expect("a token"));
    for q in ["%E4%BA%94%E5%8D%8E", "whq", "wuhuaqu", "530102", "53.01.02"] {
        let page = browser.get(&format!("/console/places?q={q}")).await.expect(200);
        page.says("href=\"/console/530102\"");
    }
    browser.get("/console/places?q=zzzz").await.expect(200).says("没有找到");
    browser.get("/console/places?at=530102").await.expect(200).says("华山街道").says("云南省");
    let mut part = browser.clone().header("x-part", "list");
    let list = part.get("/console/places?q=whq").await.expect(200);
    assert!(list.html.trim_start().starts_with("<li>"), "{}", list.html);
    browser.get("/console/530102/search?q=whq").await.expect(200).says("地方").says("五华区");
    browser.get("/console/530102/search?q=%E7%BB%9F%E8%AE%A1").await.expect(200).says("/console/530102/statistics");
}

#[tokio::test]
async fn what_cannot_be_shown_says_why_in_the_house_style() {
    let (test, browser) = start().await;
    let user = test.user(places::WUHUA, &["base.account.manage"]).await;
    let mut browser = browser.cookie("jizuo_session", user.token().expect("a token"));
    browser.get("/console/nowhere").await.expect(404).says("没有找到");
    browser.get("/console/530102/nothing/here").await.expect(404).says("没有这个页面");
    browser.get("/console/530102/m/nothing/here").await.expect(404).says("没有这个页面");
    let page = browser.get("/console/530102/statistics").await.expect(403);
    page.says("谁能办").says("查看统计").says("编号");
}

#[tokio::test]
async fn what_is_typed_by_an_enemy_is_only_text() {
    let (test, browser) = start().await;
    let user = test.user(places::WUHUA, &["base.statistics.read"]).await;
    let mut browser = browser.cookie("jizuo_session", user.token().expect("a token"));
    let script = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    for path in ["/console/530102/search?q=", "/console/places?q=", "/console/sign-in?next="] {
        let page = browser.get(&format!("{path}{script}")).await.expect(200);
        page.is_silent_on("<script>alert");
    }
    let mut loud = browser.clone().cookie("jizuo_flash", "%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    loud.get("/console/530102").await.expect(200).is_silent_on("<script>alert").says("alert(1)");
}

#[tokio::test]
async fn a_second_factor_is_set_up_and_asked_for() {
    let (test, mut browser) = start().await;
    let password = account(&test, "heshun").await;
    let form = browser.get("/console/sign-in").await;
    let signed = browser.submit(&form, "/console/sign-in", &[("login", "heshun"), ("password", &password)]).await;
    let page = browser.follow(&signed).await;
    let new = [("old", password.as_str()), ("new", "Juzhu-2026-xin"), ("again", "Juzhu-2026-xin")];
    browser.submit(&page, "/console/me/password", &new).await.expect(303);
    let page = browser.get("/console/me").await.expect(200);
    let begun = browser.submit(&page, "/console/me/factor", &[]).await.expect(200);
    begun.says("data:image/svg+xml,");
    let at = begun.html.find("class=\"once\">").expect("the key") + "class=\"once\">".len();
    let secret = begun.html[at..].split('<').next().expect("a key").to_owned();
    let code = jizuo_testing::one_time_code(&secret, test.now());
    browser.submit(&begun, "/console/me/factor/confirm", &[("code", "000000")]).await;
    browser.submit(&begun, "/console/me/factor/confirm", &[("code", &code)]).await.expect(303);
    let page = browser.get("/console/me").await.expect(200);
    page.says("已绑定");
    browser.submit(&page, "/console/sign-out", &[]).await.expect(303);
    test.pass(chrono::Duration::seconds(60));
    let form = browser.get("/console/sign-in").await;
    let fields = [("login", "heshun"), ("password", "Juzhu-2026-xin")];
    browser.submit(&form, "/console/sign-in", &fields).await.expect(422).says("验证码");
    let code = jizuo_testing::one_time_code(&secret, test.now());
    let fields = [fields[0], fields[1], ("code", &code)];
    browser.submit(&form, "/console/sign-in", &fields).await.expect(303);
}

#[tokio::test]
async fn assets_are_kept_under_names_that_change_with_them() {
    let (_test, mut browser) = start().await;
    let page = browser.get("/console/sign-in").await;
    let at = page.html.find("/console/assets/console-").expect("a style sheet");
    let path = page.html[at..].split('"').next().expect("its address").to_owned();
    let asset = browser.get(&path).await.expect(200);
    assert!(asset.headers["cache-control"].to_str().expect("text").contains("immutable"));
    browser.get("/console/assets/console-000000000000.css").await.expect(404);
}

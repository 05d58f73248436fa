//! The pages of base data, used as a clerk uses them: forms are sent as a browser sends them, and read as a person reads them.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use jizuo_server::{MODULES, web};
use jizuo_testing::places::VILLAGE;
use jizuo_testing::{TestApp, User};
use scraper::{Html, Selector};
use serde_json::json;
use tower::ServiceExt;

const NUMBER: &str = "530102188001010024";

/// A clerk's browser.
struct Desk {
    router: Router,
    cookie: String,
}

struct Page {
    status: StatusCode,
    location: String,
    html: String,
}

impl Desk {
    fn of(test: &TestApp, user: &User<'_>) -> Desk {
        let token = user.token().expect("somebody who has signed in");
        Desk {
            router: web::router(&test.app, test.router.clone()),
            cookie: format!("jizuo_session={token}; jizuo_lang=zh"),
        }
    }

    async fn call(&self, request: axum::http::request::Builder, body: impl Into<Body>) -> Page {
        let request = request.header(header::COOKIE, &self.cookie).body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let location = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Page { status, location: location.unwrap_or_default(), html: String::from_utf8_lossy(&bytes).into_owned() }
    }

    async fn get(&self, path: &str) -> Page {
        self.call(Request::get(path), Body::empty()).await
    }

    /// The mark that forms of this session carry.
    async fn mark(&self) -> String {
        let page = Html::parse_document(&self.get(&format!("/console/{VILLAGE}/persons")).await.html);
        let mark = page.select(&Selector::parse("input[name=csrf]").unwrap()).next().expect("a form");
        mark.value().attr("value").unwrap().to_owned()
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mark = self.mark().await;
        let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let guard = [("csrf", mark.as_str())];
        let fields = fields.iter().chain(&guard);
        let body: Vec<String> = fields.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.call(request, body.join("&")).await
    }

    async fn upload(&self, path: &str, name: &str, file: &str, fields: &[(&str, &str)]) -> Page {
        let mark = self.mark().await;
        let mut body = String::new();
        for (field, value) in fields.iter().chain([&("csrf", mark.as_str())]) {
            body.push_str(&format!("--edge\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"));
        }
        body.push_str(&format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--edge--\r\n"
        ));
        let request = Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.call(request, body).await
    }
}

impl Page {
    fn text(&self) -> String {
        let page = Html::parse_document(&self.html);
        let main = page.select(&Selector::parse("main").unwrap()).next();
        main.map(|main| main.text().collect::<Vec<_>>().join(" ")).unwrap_or_default()
    }

    #[track_caller]
    fn says(&self, wanted: &str) -> &Page {
        assert!(self.text().contains(wanted), "the page does not say “{wanted}”: {} {}", self.status, self.text());
        self
    }

    #[track_caller]
    fn hides(&self, secret: &str) -> &Page {
        assert!(!self.html.contains(secret), "the page says “{secret}”");
        self
    }

    fn value(&self, name: &str) -> String {
        let page = Html::parse_document(&self.html);
        let input = page.select(&Selector::parse(&format!("[name=\"{name}\"]")).unwrap()).next().expect(name);
        input.value().attr("value").unwrap_or_default().to_owned()
    }
}

fn at(path: &str) -> String {
    format!("/console/{VILLAGE}/{path}")
}

const SOURCE: [(&str, &str); 2] = [("source", "document_seen"), ("basis", "statutory_duty")];

#[tokio::test]
async fn somebody_is_registered_once_and_who_may_be_the_same_is_shown_first() {
    let test = TestApp::with(MODULES).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let desk = Desk::of(&test, &clerk);
    let new = [
        ("facts/person.name", "李阿诗"),
        ("facts/person.birth_date", "1980-01-01"),
        ("facts/person.phone", "13888700016"),
    ];
    let made = desk.send(&at("persons/new"), &[&new[..], &SOURCE].concat()).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    let first = made.location;
    desk.get(&first).await.says("李阿诗").says("在册").hides("13888700016");

    let wrong = [("facts/person.name", "张"), ("facts/person.identity_number", "530102198001010017")];
    let page = desk.send(&at("persons/new"), &[&wrong[..], &SOURCE].concat()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.value("facts/person.identity_number"), "530102198001010017", "what was typed is lost");

    let again = [
        ("facts/person.name", "李阿诗"),
        ("facts/person.birth_date", "1980-01-01"),
        ("facts/person.former_name", "阿诗"),
    ];
    let page = desk.send(&at("persons/new"), &[&again[..], &SOURCE].concat()).await;
    page.says("可能已经登记过").says("姓名、出生日期相同");
    assert_eq!(page.value("facts/person.former_name"), "阿诗");
    let candidate = page.value("candidate");
    let same = desk.send(&at("persons/new"), &[&again[..], &SOURCE, &[("_same", candidate.as_str())]].concat()).await;
    same.says("补充");
    assert_eq!(same.value("facts/person.former_name"), "阿诗");
    let none = [("candidate", candidate.as_str()), ("_none", "1")];
    let made = desk.send(&at("persons/new"), &[&again[..], &SOURCE, &none].concat()).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    assert_ne!(made.location, first);
}

#[tokio::test]
async fn what_is_masked_is_shown_once_for_a_purpose_and_on_record() {
    let test = TestApp::with(MODULES).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let desk = Desk::of(&test, &clerk);
    let new = [("facts/person.name", "李阿诗"), ("facts/person.identity_number", NUMBER)];
    let person = desk.send(&at("persons/new"), &[&new[..], &SOURCE].concat()).await.location;
    desk.get(&person).await.hides(NUMBER);
    let act = format!("{person}/do/reveal");
    let without = desk.send(&act, &[("elements", "person.identity_number")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    without.hides(NUMBER);
    let shown = desk.send(&act, &[("elements", "person.identity_number"), ("purpose", "核对养老待遇")]).await;
    shown.says(NUMBER).says("核对养老待遇");
    desk.get(&person).await.hides(NUMBER);
    desk.get(&format!("{person}/accesses")).await.says("核对养老待遇").says("公民身份号码").hides(NUMBER);
    let found = desk.send(&at("persons/find"), &[("by", "identity_number"), ("number", NUMBER)]).await;
    found.says("李阿诗");
}

#[tokio::test]
async fn a_form_asks_only_for_what_is_missing() {
    let test = TestApp::with(MODULES).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let desk = Desk::of(&test, &clerk);
    let new =
        [("facts/person.name", "李阿诗"), ("facts/person.identity_number", NUMBER), ("facts/person.nationality", "07")];
    let person = desk.send(&at("persons/new"), &[&new[..], &SOURCE].concat()).await.location;
    let id = person.rsplit('/').next().unwrap().to_owned();
    let form = at("forms/base.resident");
    let opened = desk.send(&form, &[("person", &id)]).await;
    opened.says("已经有的，不用填").says("彝族").says("来自").hides(NUMBER);
    let answers = [("person", id.as_str()), ("_answers", "1"), ("answers/phone", "13888700016")];
    let opened_as = [("opened", opened.value("opened")), ("once", opened.value("once"))];
    let opened_as = opened_as.each_ref().map(|(name, value)| (*name, value.as_str()));
    let done = desk.send(&form, &[&answers[..], &opened_as].concat()).await;
    done.says("项已有").says("项填写").says("联系电话");
    let again = desk.send(&form, &[("person", &id)]).await;
    again.says("138");
    again.hides("13888700016");

    // A form that rests on consent asks for it first.
    let volunteer = at("forms/base.volunteer");
    desk.send(&volunteer, &[("person", &id)]).await.says("还没有本人的同意");
    let opened = desk.send(&volunteer, &[("person", &id), ("_consent", "1"), ("how", "signed")]).await;
    opened.says("已经有的，不用填");
    desk.get(&person).await.says("书面签名");
}

#[tokio::test]
async fn a_list_is_looked_through_taken_over_and_taken_back() {
    let test = TestApp::with(MODULES).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    clerk.also(VILLAGE, "base.data_officer").await;
    let desk = Desk::of(&test, &clerk);
    let list = "户号,户主姓名,姓名,身份证号,与户主关系,电话,养殖\n\
        1,李阿诗,李阿诗,530102188001010024,户主,13888700016,牛\n\
        1,李阿诗,李小诗,,女,13888700,\n\
        2,王五,王五,530102188001010025,户主,,\n\
        3,,,,,13888700018,\n";
    let fields = [("source", "village_import"), ("basis", "statutory_duty")];
    let none = desk.upload(&at("imports"), "", "", &fields).await;
    none.says("请选择要导入的文件");
    let made = desk.upload(&at("imports"), "户籍花名册.csv", list, &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    let import = made.location;
    let page = desk.get(&import).await;
    page.says("等您确认").says("有问题的行").says("养殖").says("不认识");
    let copy = desk.send(&format!("{import}/file"), &[("format", "csv"), ("only_bad", "1")]).await;
    assert!(copy.html.contains("王五"), "{}", copy.html);
    let run = desk.send(&format!("{import}/run"), &[]).await;
    assert_eq!(run.status, StatusCode::SEE_OTHER, "{}", run.text());
    desk.get(&import).await.says("已导入");
    desk.get(&at("persons?q=lashi")).await;
    desk.get(&at("persons")).await.says("李阿诗").hides(NUMBER);
    desk.send(&format!("{import}/undo"), &[]).await;
    desk.get(&import).await.says("已撤销");
    let foreign = desk.call(
        Request::post(at("imports")).header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge"),
        "--edge--\r\n",
    );
    assert_eq!(foreign.await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_household_grows_and_a_conflict_is_settled() {
    let test = TestApp::with(MODULES).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    clerk.also(VILLAGE, "base.data_officer").await;
    let desk = Desk::of(&test, &clerk);
    let mut ids = Vec::new();
    for name in ["段四海", "赵银花"] {
        let made = desk.send(&at("persons/new"), &[&[("facts/person.name", name)][..], &SOURCE].concat()).await;
        ids.push(made.location.rsplit('/').next().unwrap().to_owned());
    }
    let form = at("households/new");
    let looked = desk.send(&form, &[("head.q", "段四"), ("source", "village_visit")]).await;
    looked.says("段四海");
    let made = desk.send(&form, &[("head", &ids[0]), ("number", "0017"), ("source", "village_visit")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    let household = made.location;
    let join = [("person", ids[1].as_str()), ("relation", "12"), ("source", "village_visit")];
    let joined = desk.send(&format!("{household}/do/join"), &join).await;
    assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.text());
    desk.get(&household).await.says("赵银花").says("妻").says("户主签名");

    let person = at(&format!("persons/{}", ids[1]));
    for (source, code) in [("village_visit", "70"), ("education", "61")] {
        let body = json!({ "source": source, "basis": "statutory_duty", "facts": { "person.education": code } });
        clerk.post(&format!("/places/{VILLAGE}/persons/{}/facts", ids[1]), body).await.expect(200);
    }
    desk.get(&person).await.says("说法不一").says("核实后认定");
    let act = format!("{person}/do/settle");
    let page = desk.get(&format!("{act}?element=person.education")).await;
    let fact = page.value("fact");
    let settled =
        desk.send(&act, &[("element", "person.education"), ("fact", &fact), ("reason", "已核对毕业证")]).await;
    assert_eq!(settled.status, StatusCode::SEE_OTHER, "{}", settled.text());
    let page = desk.get(&person).await;
    assert!(!page.text().contains("说法不一"));
    desk.get(&format!("{person}/history")).await.says("已核对毕业证");
}

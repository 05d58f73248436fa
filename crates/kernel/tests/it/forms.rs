//! A form opens with what is known; only the rest is asked, and what is answered flows back.

use chrono::Duration;
use jizuo_kernel::forms::{Ask, Field, Form, Ground, OwnKind};
use jizuo_kernel::people::SubjectKind;
use jizuo_kernel::registry::Registry;
use jizuo_kernel::{Module, Text};
use jizuo_testing::places::{OTHER_VILLAGE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use crate::probe::PROBE;

/// Somebody whose paper a clerk has seen.
pub(crate) async fn registered(clerk: &User<'_>, facts: Value) -> String {
    let body = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": facts });
    clerk.post(&format!("/places/{VILLAGE}/persons"), body).await.expect(201).text("id")
}

pub(crate) fn somebody() -> Value {
    json!({ "person.name": "李阿诗", "person.identity_number": "530102188001010024", "person.phone": "13888800001" })
}

pub(crate) fn at(rest: &str) -> String {
    format!("/places/{VILLAGE}{rest}")
}

fn field(opened: &Answer, name: &str) -> Value {
    opened.body["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap().clone()
}

async fn open(by: &User<'_>, person: &str) -> Answer {
    by.post(&at("/forms/base.resident/open"), json!({ "person": person })).await.expect(200)
}

async fn answer(by: &User<'_>, mut body: Value, person: &str) -> Answer {
    body["person"] = person.into();
    by.post(&at("/forms/base.resident/answers"), body).await
}

#[tokio::test]
async fn a_form_opens_with_what_is_known_and_asks_only_the_rest() {
    let test = TestApp::with(&[&PROBE]).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let person = registered(&clerk, somebody()).await;
    let opened = open(&clerk, &person).await;
    assert_eq!(field(&opened, "name")["standing"], "known");
    assert_eq!(field(&opened, "birth_date")["value"], "1880-01-01", "the identity number says it");
    let phone = field(&opened, "phone");
    assert_eq!((&phone["standing"], &phone["value"]), (&json!("known"), &json!("138****0001")));
    assert!(phone["source"]["zh"].as_str().is_some_and(|source| !source.is_empty()));
    assert_eq!(phone["observed_on"], "2026-03-02");
    assert_eq!(field(&opened, "nationality")["standing"], "ask");
    assert_eq!(opened.body["known"], 6, "{:#}", opened.body);

    // What is known is not asked again, and says where it is.
    let refused = answer(&clerk, json!({ "answers": { "phone": "13888800009", "nationality": "01" } }), &person).await;
    let refused = refused.expect(422);
    assert_eq!(refused.fields(), ["phone"]);
    let error = &refused.body["errors"][0];
    assert_eq!(error["code"], "base.form.known");
    let told = error.to_string();
    assert!(told.contains("第十九条") && told.contains("138****0001") && told.contains("differs"), "{told}");
    assert!(!told.contains("13888800001"));

    let taken = answer(&clerk, json!({ "answers": { "nationality": "01" } }), &person).await.expect(200);
    assert_eq!(taken.body["recorded"]["nationality"], "new");
    assert_eq!(taken.body["reused"].as_array().unwrap().len(), 6);
    assert_eq!(field(&open(&clerk, &person).await, "nationality")["standing"], "known");

    let officer = test.role(WUHUA, "base.data_officer").await;
    let used = officer.get(&format!("/places/{WUHUA}/elements/use")).await.expect(200);
    let of = |id: &str| used.body["elements"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone();
    assert_eq!((&of("person.nationality")["asked"], &of("person.nationality")["typed"]), (&json!(1), &json!(1)));
    assert_eq!((&of("person.phone")["asked"], &of("person.phone")["reused"]), (&json!(0), &json!(1)));
    assert_eq!(used.text("/all/reused_percent"), "86", "6 of 7");
    let viewer = test.role(WUHUA, "base.viewer").await;
    let figure = viewer.get(&format!("/places/{WUHUA}/statistics/base.elements.reused")).await.expect(200);
    assert_eq!(figure.text("total"), "6");
}

#[tokio::test]
async fn who_says_otherwise_gives_a_reason_and_is_recorded_as_having_said_so() {
    let test = TestApp::with(&[&PROBE]).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let person = registered(&clerk, somebody()).await;
    let body = json!({ "answers": { "phone": "13888800002", "name": "李阿思" },
        "differs": { "phone": "已换号", "name": "身份证上的字不同" } });
    let taken = answer(&clerk, body, &person).await.expect(200);
    assert_eq!(taken.body["recorded"], json!({ "phone": "won", "name": "disputed" }));
    let opened = open(&clerk, &person).await;
    assert_eq!(field(&opened, "phone")["value"], "138****0002", "who the person is, knows their telephone best");
    assert_eq!(field(&opened, "name")["value"], "李阿诗", "the paper that was seen stands until it is decided");
    let bare = answer(&clerk, json!({ "differs": { "phone": "已换号" } }), &person).await.expect(422);
    assert_eq!(bare.body["errors"][0]["code"], "base.form.differs");
    let unknown =
        answer(&clerk, json!({ "answers": { "hobby": "x" }, "confirm": ["name"] }), &person).await.expect(422);
    assert_eq!(unknown.fields(), ["hobby", "name"]);
}

#[tokio::test]
async fn what_is_stale_is_confirmed_or_typed_anew() {
    let test = TestApp::with(&[&PROBE]).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let person = registered(&clerk, somebody()).await;
    test.pass(Duration::days(800));
    let phone = field(&open(&clerk, &person).await, "phone");
    assert_eq!((&phone["standing"], &phone["stale_since"]), (&json!("stale"), &json!("2028-03-03")));
    let taken = answer(&clerk, json!({ "confirm": ["phone"] }), &person).await.expect(200);
    assert_eq!(taken.body["recorded"]["phone"], "replaced");
    let phone = field(&open(&clerk, &person).await, "phone");
    assert_eq!((&phone["standing"], &phone["observed_on"]), (&json!("known"), &json!("2028-05-10")));
}

#[tokio::test]
async fn sensitive_elements_are_for_who_may_see_them_and_persons_for_who_may_use_them() {
    let test = TestApp::with(&[&PROBE]).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let officer = test.role(WUHUA, "base.data_officer").await;
    let person = registered(&clerk, somebody()).await;
    assert_eq!(field(&open(&clerk, &person).await, "health")["standing"], "not_permitted");
    let refused = answer(&clerk, json!({ "answers": { "health": "1" } }), &person).await.expect(422);
    assert_eq!(refused.body["errors"][0]["code"], "base.form.not_permitted");
    answer(&officer, json!({ "answers": { "health": "1" } }), &person).await.expect(200);
    assert_eq!(field(&open(&officer, &person).await, "health")["standing"], "known");
    assert!(field(&open(&clerk, &person).await, "health").get("value").is_none());

    let neighbour = test.role(OTHER_VILLAGE, "base.village_clerk").await;
    let path = format!("/places/{OTHER_VILLAGE}/forms/base.resident/open");
    neighbour.post(&path, json!({ "person": person })).await.refused(404, "base.gate.not_found");
    clerk.post(&at("/forms/base.resident/open"), json!({ "household": person })).await.expect(422);
    clerk.post(&at("/forms/base.none/open"), json!({ "person": person })).await.expect(404);
    let list = clerk.get(&at("/forms")).await.expect(200);
    assert!(list.items().iter().any(|form| form["id"] == "base.volunteer" && form["consent"] == true));
    let one = clerk.get(&at("/forms/base.resident")).await.expect(200);
    assert!(one.text("/statutory_duty/zh").contains("个人信息保护法"));
}

const T: Text = Text::new("试", "t");

fn own(name: &'static str, zh: &'static str, en: &'static str) -> Field {
    let why = Text::new("目录里没有", "the catalogue has none");
    Field {
        name,
        ask: Ask::Own { title: Text::new(zh, en), kind: OwnKind::Text, max_length: 50, why },
        required: false,
    }
}

fn element(name: &'static str, element: &'static str) -> Field {
    Field { name, ask: Ask::Element(element), required: false }
}

fn form(id: &'static str, fields: Vec<Field>) -> &'static Form {
    let fields = fields.leak();
    Box::leak(Box::new(Form {
        id,
        title: T,
        subject: SubjectKind::Person,
        purpose: T,
        ground: Ground::Consent,
        fields,
    }))
}

fn faults(form: &'static Form) -> String {
    let forms = vec![form].leak();
    let module: &'static Module = Box::leak(Box::new(Module { title: T, about: T, forms, ..PROBE_WITHOUT_WORDS }));
    match Registry::build(&[&jizuo_kernel::MODULE, module]) {
        Ok(_) => String::new(),
        Err(unservable) => unservable.to_string(),
    }
}

const PROBE_WITHOUT_WORDS: Module = Module {
    id: "wrong",
    title: T,
    about: T,
    permissions: &[],
    roles: &[],
    migrations: &[],
    api: utoipa_axum::router::OpenApiRouter::new,
    public: &[],
    menu: &[],
    settings: || None,
    processes: &[],
    rules: "",
    capabilities: &[],
    events: &[],
    subscriptions: &[],
    timers: &[],
    statistics: &[],
    words: "",
    forms: &[],
    sealed: &[],
    held: None,
};

#[test]
fn a_form_that_asks_again_under_another_name_cannot_be_built() {
    let another_name = form("wrong.a", vec![own("mobile", "村民的手机号码", "Mobile")]);
    let in_english = form("wrong.b", vec![own("tel", "呼叫", "Your phone number")]);
    let twice = form("wrong.c", vec![element("a", "person.phone"), element("b", "person.phone")]);
    let unknown = form("wrong.d", vec![element("a", "person.shoe_size")]);
    let foreign = form("other.e", vec![element("a", "household.number")]);
    let skills = form("wrong.f", vec![own("can", "特长", "What they can do")]);
    let fine = form("wrong.g", vec![element("phone", "person.phone"), own("wish", "愿望", "What they wish for")]);
    let told = faults(another_name);
    assert!(told.contains("person.phone") && told.contains("cannot be asked again under another name"), "{told}");
    assert!(faults(in_english).contains("person.phone"));
    assert!(faults(twice).contains("asks twice for person.phone"));
    assert!(faults(unknown).contains("unknown element person.shoe_size"));
    let foreign = faults(foreign);
    assert!(foreign.contains("does not begin with 'wrong.'") && foreign.contains("is about a person"), "{foreign}");
    assert!(faults(skills).contains("base.volunteer.skills"), "what two forms need is an element");
    assert_eq!(faults(fine), "");
}

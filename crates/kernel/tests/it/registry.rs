//! A wrong module cannot be served: each is refused at the start, with a message that names what is wrong.

use axum::routing::post;
use jizuo_kernel::module::{MenuEntry, Permission, RoleTemplate, Subscription, Topic};
use jizuo_kernel::process::{Phase, Process, Skip, State, Step};
use jizuo_kernel::registry::Registry;
use jizuo_kernel::{App, Json, MODULE, Module, Text};
use jizuo_testing::TestApp;
use jizuo_testing::places::WUHUA;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::probe::PROBE;

const T: Text = Text::new("试", "t");

fn module(id: &'static str) -> Module {
    Module {
        id,
        title: T,
        about: T,
        permissions: &[],
        roles: &[],
        migrations: &[],
        api: OpenApiRouter::new,
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
    }
}

const READ: &[Permission] = &[Permission::matters("wrong.read", T)];
const READER: &[RoleTemplate] = &[RoleTemplate { id: "wrong.reader", title: T, permissions: &["wrong.read"] }];

fn reading(id: &'static str) -> Module {
    Module { permissions: READ, roles: READER, ..module(id) }
}

/// What the start says of these modules.
fn faults(modules: Vec<Module>) -> Vec<String> {
    let mut all: Vec<&'static Module> = vec![&MODULE];
    all.extend(modules.into_iter().map(|module| &*Box::leak(Box::new(module))));
    match Registry::build(&all) {
        Ok(_) => Vec::new(),
        Err(wrong) => wrong.0,
    }
}

#[track_caller]
fn refused(modules: Vec<Module>, words: &[&str]) {
    let found = faults(modules);
    let named = found.iter().any(|fault| words.iter().all(|word| fault.contains(word)));
    assert!(named, "no fault says {words:?}: {found:#?}");
}

macro_rules! operation {
    ($name:ident, $method:ident, $id:literal, { $($security:tt)* }) => {
        #[utoipa::path($method, path = "/x", operation_id = $id, security(($($security)*)), responses((status = 204)))]
        async fn $name() {}
    };
}
operation!(good, get, "wrong_x", { "token" = ["wrong.read"] });
operation!(unlisted, get, "wrong_x", { "token" = ["wrong.write"] });
operation!(foreign, get, "wrong_x", { "token" = ["base.audit.read"] });
operation!(empty_list, get, "wrong_x", { "token" = [] });
operation!(two, get, "wrong_x", { "token" = ["wrong.read", "wrong.other"] });
operation!(public, get, "wrong_x", {});
operation!(placeless, get, "base_x", { "token" = ["base.read"] });
operation!(misnamed, get, "x_show", { "token" = ["wrong.read"] });
operation!(twin, post, "wrong_x", { "token" = ["wrong.read"] });

#[utoipa::path(get, path = "/x", operation_id = "wrong_x", responses((status = 204)))]
async fn silent() {}

/// Another shape under a name of the base.
#[derive(Serialize, ToSchema)]
#[schema(as = Place)]
struct Place {
    colour: String,
}

#[utoipa::path(get, path = "/x", operation_id = "wrong_x", security(("token" = ["wrong.read"])),
    responses((status = 200, body = Place)))]
async fn clash() -> Json<Place> {
    Json(Place { colour: String::new() })
}

#[test]
fn a_right_module_is_served() {
    assert_eq!(faults(vec![reading("wrong")]), Vec::<String>::new());
    assert!(Registry::build(&[&MODULE, &PROBE]).is_ok());
    let api: fn() -> OpenApiRouter<App> = || OpenApiRouter::new().routes(routes!(good));
    assert_eq!(faults(vec![Module { api, ..reading("wrong") }]), Vec::<String>::new());
}

#[test]
fn an_operation_names_one_listed_permission_of_its_own() {
    let serve = |api: fn() -> OpenApiRouter<App>| vec![Module { api, ..reading("wrong") }];
    refused(serve(|| OpenApiRouter::new().routes(routes!(silent))), &["GET", "/wrong/x", "names no permission"]);
    refused(serve(|| OpenApiRouter::new().routes(routes!(unlisted))), &["/wrong/x", "wrong.write", "nobody lists"]);
    refused(serve(|| OpenApiRouter::new().routes(routes!(foreign))), &["base.audit.read", "another module's"]);
    refused(serve(|| OpenApiRouter::new().routes(routes!(empty_list))), &["/wrong/x", "exactly one permission"]);
    refused(serve(|| OpenApiRouter::new().routes(routes!(two))), &["/wrong/x", "exactly one permission"]);
    refused(serve(|| OpenApiRouter::new().routes(routes!(misnamed))), &["x_show", "does not begin with wrong_"]);
    refused(serve(|| OpenApiRouter::new().routes(routes!(good, twin))), &["two operations have the id wrong_x"]);
}

#[test]
fn a_permission_is_held_at_a_place_so_the_path_names_one() {
    const READ: &[Permission] = &[Permission::matters("base.read", T)];
    const READER: &[RoleTemplate] = &[RoleTemplate { id: "base.reader", title: T, permissions: &["base.read"] }];
    let base: &'static Module = Box::leak(Box::new(Module {
        permissions: READ,
        roles: READER,
        api: || OpenApiRouter::new().routes(routes!(placeless)),
        ..module("base")
    }));
    let Err(wrong) = Registry::build(&[base]) else { panic!("it was served") };
    assert!(wrong.0.iter().any(|fault| fault.contains("base.read is held at a place")), "{:#?}", wrong.0);
}

#[test]
fn a_public_operation_is_on_the_list_and_the_list_is_of_public_operations() {
    let api: fn() -> OpenApiRouter<App> = || OpenApiRouter::new().routes(routes!(public));
    refused(vec![Module { api, ..reading("wrong") }], &["/wrong/x", "is public", "does not list it"]);
    let api: fn() -> OpenApiRouter<App> = || OpenApiRouter::new().routes(routes!(good));
    refused(vec![Module { api, public: &["wrong_x"], ..reading("wrong") }], &["/wrong/x", "listed as public"]);
    refused(vec![Module { public: &["wrong_y"], ..reading("wrong") }], &["wrong_y", "does not exist"]);
}

static HIDING: Module = Module {
    id: "wrong",
    title: T,
    about: T,
    permissions: READ,
    roles: READER,
    migrations: &[],
    api: || OpenApiRouter::new().routes(routes!(good)).route("/hidden", post(silent)).route("/x", post(silent)),
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

#[tokio::test]
async fn a_handler_that_no_document_speaks_of_is_never_run() {
    let test = TestApp::with(&[&HIDING]).await;
    let reader = test.role(WUHUA, "wrong.reader").await;
    let path = format!("/places/{WUHUA}/wrong");
    reader.get(&format!("{path}/x")).await.expect(200);
    for user in [&reader, &test.stranger()] {
        user.post(&format!("{path}/hidden"), json!({})).await.refused(404, "base.gate.not_found");
        let refused = user.post(&format!("{path}/x"), json!({})).await.refused(405, "base.request.method");
        assert_eq!(refused.header("allow"), Some("GET,HEAD"));
    }
}

#[test]
fn two_modules_share_neither_id_nor_path_nor_schema() {
    refused(vec![reading("wrong"), module("wrong")], &["two modules have the id wrong"]);
    let api: fn() -> OpenApiRouter<App> = || OpenApiRouter::new().routes(routes!(good));
    refused(
        vec![Module { api, ..reading("wrong") }, Module { api, ..module("wrong") }],
        &["two modules have the id wrong"],
    );
    let api: fn() -> OpenApiRouter<App> = || OpenApiRouter::new().routes(routes!(clash));
    refused(vec![Module { api, ..reading("wrong") }], &["the schema Place", "`wrong.Place`"]);
    refused(vec![module("rules")], &["rules", "the base"]);
    refused(vec![module("Wrong-1")], &["Wrong-1", "lower case"]);
}

#[test]
fn what_a_module_lists_bears_its_name_and_fits_together() {
    const STRAY: &[Permission] = &[Permission::matters("other.read", T)];
    refused(vec![Module { permissions: STRAY, ..module("wrong") }], &["other.read", "does not begin with 'wrong.'"]);
    refused(vec![Module { permissions: READ, ..module("wrong") }], &["no role", "wrong.read"]);
    const UNKNOWN: &[RoleTemplate] = &[RoleTemplate { id: "wrong.r", title: T, permissions: &["wrong.none"] }];
    refused(vec![Module { roles: UNKNOWN, ..module("wrong") }], &["wrong.r", "unknown permission wrong.none"]);
    const LISTENS: &[Subscription] =
        &[Subscription { id: "wrong.hear", topic: "nobody.told", run: |_, _| Box::pin(async { Ok(()) }) }];
    refused(vec![Module { subscriptions: LISTENS, ..module("wrong") }], &["wrong.hear", "nobody.told", "nobody tells"]);
    const TOPIC: &[Topic] = &[Topic { id: "wrong.told", title: T, sample: "{" }];
    refused(vec![Module { events: TOPIC, ..module("wrong") }], &["wrong.told", "no JSON"]);
    const MENU: &[MenuEntry] = &[MenuEntry { id: "wrong.menu", title: T, operation: "wrong_none" }];
    refused(vec![Module { menu: MENU, ..module("wrong") }], &["wrong.menu", "no operation"]);
    refused(vec![Module { rules: "[[rule]]\nid = 1", ..module("wrong") }], &["the rules of wrong"]);
}

#[test]
fn words_are_in_both_languages_and_name_what_the_document_has() {
    let api: fn() -> OpenApiRouter<App> = || OpenApiRouter::new().routes(routes!(shown));
    let wrong = |words: &'static str| vec![Module { api, words, ..reading("wrong") }];
    refused(wrong("[property]\ncolour = 1"), &["the words of wrong", "colour"]);
    refused(wrong("[properties]"), &["the words of wrong", "properties"]);
    refused(wrong(r#"property = { colour = { zh = "颜色" } }"#), &["the words of wrong", "missing field `en`"]);
    refused(wrong(r#"property = { colour = { zh = "颜色", en = " " } }"#), &["property.colour wants both languages"]);
    refused(
        wrong(r#"property = { colour = { zh = "颜色", en = "Colour", hint_zh = "哪种" } }"#),
        &["the hint of property.colour"],
    );
    for (dead, line) in [
        (r#"property = { shape = { zh = "形状", en = "Shape" } }"#, "property.shape"),
        (r#"schema = { "wrong.Thing" = { shape = { zh = "形状", en = "Shape" } } }"#, "schema.\"wrong.Thing\".shape"),
        (r#"value = { colour = { blue = { zh = "蓝", en = "Blue" } } }"#, "value.\"colour\".\"blue\""),
        (r#"value = { shape = { round = { zh = "圆", en = "Round" } } }"#, "value.\"shape\".\"round\""),
        (r#"parameter = { shape = { zh = "形状", en = "Shape" } }"#, "parameter.shape"),
        (r#"operation = { wrong_none = { zh = "无", en = "None" } }"#, "operation.wrong_none"),
        (r#"list = { shape = "sex" }"#, "list.shape"),
    ] {
        refused(wrong(dead), &[line, "names nothing in its document"]);
    }
    refused(wrong(r#"list = { colour = "no_such_list" }"#), &["list.colour", "no_such_list", "not published"]);
    // Words for what the base says of its own would make two shapes of one schema.
    refused(wrong(r#"schema = { Problem = { title = { zh = "错", en = "Wrong" } } }"#), &["schema.\"Problem\".title"]);
}

#[test]
fn words_stand_where_people_meet_them() {
    const WORDS: &str = r#"
        [property]
        colour = { zh = "颜色", en = "Colour" }
        [schema."wrong.Thing"]
        beside = { zh = "旁边的颜色", en = "Colour beside it", hint_zh = "可以不填", hint_en = "May be left out" }
        [value.colour]
        red = { zh = "红", en = "Red" }
        green = { zh = "绿", en = "Green" }
        [value."wrong.Colour"]
        red = { zh = "大红", en = "Bright red" }
        [parameter]
        colour = { zh = "只看一种颜色", en = "One colour only" }
    "#;
    let api: fn() -> OpenApiRouter<App> = || OpenApiRouter::new().routes(routes!(shown));
    let wrong: &'static Module = Box::leak(Box::new(Module { api, words: WORDS, ..reading("wrong") }));
    let (registry, _) = match Registry::build(&[&MODULE, wrong]) {
        Ok(built) => built,
        Err(wrong) => panic!("{wrong}"),
    };
    let document = serde_json::to_value(registry.document("wrong").unwrap()).unwrap();
    let thing = &document["components"]["schemas"]["wrong.Thing"];
    assert_eq!(thing["x-property-words"]["colour"], json!({ "zh": "颜色", "en": "Colour" }));
    assert_eq!(
        thing["x-property-words"]["beside"],
        json!({ "zh": "旁边的颜色", "en": "Colour beside it", "hint_zh": "可以不填", "hint_en": "May be left out" })
    );
    // What names the list of values is nearer than what names the property; each value for itself.
    let values = json!({ "red": { "zh": "大红", "en": "Bright red" }, "green": { "zh": "绿", "en": "Green" } });
    assert_eq!(thing["x-value-words"]["colour"], values);
    let operation = &document["paths"]["/api/v1/places/{place}/wrong/x"]["get"];
    assert_eq!(operation["x-words"], json!({ "zh": "试", "en": "t" }), "the title of its permission");
    let filter = operation["parameters"].as_array().unwrap().iter().find(|one| one["name"] == "colour").unwrap();
    assert_eq!(filter["x-words"], json!({ "zh": "只看一种颜色", "en": "One colour only" }));
    assert_eq!(filter["x-enum-words"], values);
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = wrong::Colour)]
enum Colour {
    #[expect(dead_code, reason = "its name in the schema is what counts")]
    Red,
    Green,
}

#[derive(Serialize, ToSchema)]
#[schema(as = wrong::Thing)]
struct Thing {
    colour: Colour,
    beside: Option<String>,
}

#[utoipa::path(get, path = "/x", operation_id = "wrong_x", security(("token" = ["wrong.read"])),
    params(("colour" = Option<Colour>, Query)), responses((status = 200, body = Thing)))]
async fn shown() -> Json<Thing> {
    Json(Thing { colour: Colour::Green, beside: None })
}

static BROKEN: Process = Process {
    id: "wrong.matter",
    title: T,
    start: "a",
    states: &[
        State { id: "a", title: T, phase: Phase::Waiting },
        State { id: "b", title: T, phase: Phase::Working },
        State { id: "c", title: T, phase: Phase::Done },
    ],
    steps: &[
        step("wrong.read", &["a"], "b", None),
        step("wrong.none", &["c"], "z", Some("NO.RULE")),
        step("wrong.late", &["a"], "b", Some("V.ASM.PASS")),
    ],
};

const fn step(
    action: &'static str,
    from: &'static [&'static str],
    to: &'static str,
    deadline: Option<&'static str>,
) -> Step {
    Step { action, title: T, from, to, deadline, needs: None, skip: Skip::Never(T), reason: false }
}

static BORN_DONE: Process = Process {
    id: "wrong.done",
    title: T,
    start: "a",
    states: &[State { id: "a", title: T, phase: Phase::Done }],
    steps: &[],
};

#[test]
fn a_broken_process_is_refused_with_everything_that_is_wrong() {
    static WRONG: &[&Process] = &[&BROKEN, &BORN_DONE];
    let wrong = || vec![Module { processes: WRONG, ..reading("wrong") }];
    for words in [
        ["wrong.matter", "the state z does not exist"],
        ["wrong.matter", "the state c is never reached"],
        ["wrong.matter", "in the state b can never end"],
        ["wrong.none", "no listed permission"],
        ["wrong.none", "NO.RULE"],
        ["wrong.late", "V.ASM.PASS"],
        ["wrong.done", "begins at its end"],
    ] {
        refused(wrong(), &words);
    }
}

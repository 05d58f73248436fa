//! The pages of modules, which nobody wrote by hand: a list, a form, a matter and its steps, for every module alike, and the
//! round trip of one matter as people make it.

use axum::Router;
use jizuo_kernel::registry::Operation;
use jizuo_server::{MODULES, web};
use jizuo_testing::places::{HUASHAN, VILLAGE, WUHUA};
use jizuo_testing::{Browser, TestApp, User};
use serde_json::json;

fn pages(test: &TestApp) -> Router {
    web::router(&test.app, test.router.clone())
}

fn browser(test: &TestApp, user: &User<'_>) -> Browser {
    Browser::new(&pages(test)).cookie("jizuo_session", user.token().unwrap())
}

/// Somebody who may do everything of every module at a place.
async fn everybody<'a>(test: &'a TestApp, place: &str) -> User<'a> {
    let all: Vec<&str> = test.app.registry.modules().iter().flat_map(|m| m.permissions).map(|p| p.id).collect();
    test.user(place, &all).await
}

#[tokio::test]
async fn an_incident_goes_its_way_over_pages() {
    let test = TestApp::with(MODULES).await;
    let worker = test.role(VILLAGE, "grid.leader").await;
    let mut hers = browser(&test, &worker);
    hers.get("/").await.expect(303);
    let list_path = format!("/console/{VILLAGE}/m/grid/incidents");
    let list = hers.get(&list_path).await.expect(200);
    list.says("这里还没有内容").says(&format!("{list_path}/new"));

    // Wrong: everything that was typed stays, and each fault leads to its field.
    let form_path = format!("{list_path}/new");
    let form = hers.get(&form_path).await.expect(200);
    form.says("name=\"title\"").says("maxlength=\"60\"").says("name=\"severity\"");
    let typed = [
        ("title", ""),
        ("category", "04"),
        ("description", "<script>alert(1)</script>三天没有清运"),
        ("reporter_phone", "12"),
    ];
    let wrong = hers.submit(&form, &form_path, &typed).await.expect(422);
    wrong.says("href=\"#f-title\"").says("三天没有清运").is_silent_on("<script>alert");
    let typed = [("title", "村口垃圾堆放"), typed[1], typed[2], typed[3]];
    let wrong = hers.submit(&form, &form_path, &typed).await.expect(422);
    wrong.says("href=\"#f-reporter_phone\"").says("value=\"村口垃圾堆放\"");
    assert!(worker.get(&format!("/places/{VILLAGE}/grid/incidents")).await.items().is_empty());

    // Right, and twice by a nervous hand: it is done once.
    let typed = [typed[0], typed[1], typed[2], ("reporter_phone", "13888800001")];
    let done = hers.submit(&form, &form_path, &typed).await.expect(303);
    let again = hers.submit(&form, &form_path, &typed).await.expect(303);
    assert_eq!(done.location(), again.location());
    let matter_path = done.location().to_owned();
    let matter = hers.follow(&done).await.expect(200);
    matter.says("已办理").says("村口垃圾堆放").says("待受理").says("138****0001").is_silent_on("<script>alert");
    hers.get(&list_path).await.expect(200).says(&matter_path).says("还剩");

    // The dispatcher finds it in the inbox, and gives it to somebody by name.
    let dispatcher = test.role(HUASHAN, "grid.dispatcher").await;
    let mut his = browser(&test, &dispatcher);
    let home = his.get(&format!("/console/{HUASHAN}")).await.expect(200);
    home.says("村口垃圾堆放").says(&matter_path);
    let accept = format!("{matter_path}/accept");
    let form = his.get(&accept).await.expect(200);
    let done = his.submit(&form, &accept, &[]).await.expect(303);
    his.follow(&done).await.expect(200).says("待派单");
    // Who was quicker: the same step is refused with what is true now.
    let stale = his.submit(&form, &accept, &[("once", "another-click")]).await.expect(409);
    stale.says("谁能办");
    let dispatch = format!("{matter_path}/dispatch");
    let form = his.get(&dispatch).await.expect(200);
    form.says(&worker.id.to_string()).says("测试人员");
    his.submit(&form, &dispatch, &[]).await.expect(422).says("href=\"#f-to\"");
    let to = worker.id.to_string();
    let done = his.submit(&form, &dispatch, &[("to", &to)]).await.expect(303);
    his.follow(&done).await.expect(200).says("待处置");

    // Somebody without the permission is told who has it, and keeps what was typed.
    let handle = format!("{matter_path}/handle");
    let form = hers.get(&handle).await.expect(200);
    let outsider = test.user(VILLAGE, &["grid.incident.read"]).await;
    let mut other = browser(&test, &outsider);
    let own = other.get(&handle).await.expect(200);
    let refused = other.submit(&own, &handle, &[("outcome", "已清运")]).await.expect(403);
    refused.says("谁能办").says("已清运");
    let done = hers.submit(&form, &handle, &[("outcome", "已清运")]).await.expect(303);
    hers.follow(&done).await.expect(200).says("待核查").says("办理经过");
    let mut english = hers.clone().cookie("jizuo_lang", "en");
    english.get(&matter_path).await.expect(200).says("<html lang=\"en\">").says("What has been done");
}

#[tokio::test]
async fn a_refusal_by_a_rule_shows_its_article() {
    let test = TestApp::with(MODULES).await;
    let user = everybody(&test, VILLAGE).await;
    let mut browser = browser(&test, &user);
    let path = format!("/console/{VILLAGE}/m/consultation/meetings/new");
    let form = browser.get(&path).await.expect(200);
    let typed = [
        ("body", "collective_assembly"),
        ("matter", "village_planning"),
        ("title", "村庄规划"),
        ("held_on", "2026-03-20"),
        ("notice_on", "2026-03-02"),
    ];
    let refused = browser.submit(&form, &path, &typed).await;
    assert!([409, 422].contains(&refused.status.as_u16()), "{}", refused.html);
    refused.says("村庄规划").says("第");
}

#[tokio::test]
async fn groups_that_repeat_are_added_and_blank_ones_left_out() {
    let test = TestApp::with(MODULES).await;
    let user = everybody(&test, VILLAGE).await;
    let mut browser = browser(&test, &user);
    let path = format!("/console/{VILLAGE}/m/mediation/cases/new");
    let form = browser.get(&path).await.expect(200);
    form.says("name=\"parties.0.name\"").is_silent_on("name=\"parties.1.name\"");
    let typed = [
        ("dispute_type", "01"),
        ("source", "application"),
        ("prior", "none"),
        ("summary", "两家为排水沟争执"),
        ("parties.0.name", ""),
        ("parties.1.name", "李阿诗"),
        ("parties.1.side", "applicant"),
    ];
    let mut more = typed.to_vec();
    more.push(("_more", "parties"));
    let form = browser.submit(&form, &path, &more).await.expect(200);
    form.says("value=\"李阿诗\"").says("name=\"parties.1.name\"").says("两家为排水沟争执");
    let done = browser.submit(&form, &path, &typed).await.expect(303);
    let matter_path = done.location().to_owned();
    let matter = browser.follow(&done).await.expect(200);
    matter.says("李阿诗").says(&format!("{matter_path}/parties\"")).says("/refuse\"");
    // A part that a matter holds is dealt with on a page of its own.
    let add = format!("{matter_path}/parties");
    let form = browser.get(&add).await.expect(200);
    let done = browser.submit(&form, &add, &[("name", "王石头"), ("side", "respondent")]).await.expect(303);
    assert_eq!(done.location(), matter_path);
    browser.follow(&done).await.expect(200).says("王石头");
}

#[tokio::test]
async fn every_list_and_every_form_of_every_module_is_a_page() {
    let test = TestApp::with(MODULES).await;
    let user = everybody(&test, VILLAGE).await;
    let mut browser = browser(&test, &user);
    let operations: Vec<Operation> = test.app.registry.operations().into_iter().cloned().collect();
    let mut seen = 0;
    for operation in
        operations.iter().filter(|one| one.module != "base" && !one.path.replace("{place}", "").contains('{'))
    {
        let rest = operation.path.strip_prefix("/api/v1/places/{place}/").unwrap();
        let ending = if operation.method == "GET" { "" } else { "/new" };
        for lang in ["zh", "en"] {
            let mut browser = browser.clone().cookie("jizuo_lang", lang);
            let page = browser.get(&format!("/console/{VILLAGE}/m/{rest}{ending}")).await;
            // A paper to print is no page of the console.
            if page.location().starts_with("/api/v1/") {
                continue;
            }
            assert_eq!(page.status.as_u16(), 200, "{}: {}", operation.id, page.html);
            page.is_silent_on("{}").is_silent_on("undefined");
        }
        seen += 1;
    }
    assert!(seen > 10, "only {seen} pages");
    for line in browser
        .get(&format!("/console/{WUHUA}"))
        .await
        .html
        .split("<nav class=\"menu\"")
        .nth(1)
        .unwrap()
        .split("href=\"")
        .skip(1)
    {
        let path = line.split('"').next().unwrap();
        if path.contains("/m/") {
            browser.get(path).await.expect(200);
        }
    }
}

#[tokio::test]
async fn somebody_who_is_known_is_looked_for_and_not_typed_and_so_is_a_place() {
    let test = TestApp::with(MODULES).await;
    let user = everybody(&test, WUHUA).await;
    let facts = json!({ "person.name": "李阿诗", "person.phone": "13888800001" });
    let person = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": facts });
    let person = user.post(&format!("/places/{VILLAGE}/persons"), person).await.expect(201).text("id");
    let mut browser = browser(&test, &user);
    let path = format!("/console/{WUHUA}/m/grid/incidents/new");
    let form = browser.get(&path).await.expect(200);
    let asked = [("title", "楼道灯坏了"), ("category", "04"), ("reporter.q", "las"), ("place.q", "不存在的村")];
    // A name that fits is shown before it counts, with what tells two of one name apart; a place that is none is said so.
    let found = browser.submit(&form, &path, &asked).await.expect(200);
    found.says(&format!("value=\"{person}\" checked")).says("李阿诗").says("没有找到").says("value=\"楼道灯坏了\"");
    // One place fits its name: it is taken without another page.
    let asked =
        [asked[0], asked[1], ("reporter", &person), ("reporter.q", "las"), ("place.q", "翠湖西路社区居民委员会")];
    let done = browser.submit(&form, &path, &asked).await.expect(303);
    browser.follow(&done).await.expect(200).says("李阿诗").says("138****0001").says("翠湖西路社区居民委员会");
    // At the village itself the place stands there already, by its name.
    let own = format!("/console/{VILLAGE}/m/grid/incidents/new");
    browser.get(&own).await.expect(200).says(&format!("value=\"{VILLAGE}\" checked"));

    // Whoever may not look through the persons is not asked to choose one.
    let worker = test.user(VILLAGE, &["grid.incident.read", "grid.incident.report"]).await;
    let form = self::browser(&test, &worker).get(&own).await.expect(200);
    form.says("name=\"reporter_name\"").is_silent_on("name=\"reporter.q\"");
}

#[tokio::test]
async fn a_hand_over_offers_what_the_county_has_and_the_page_leads_to_what_belongs_to_it() {
    let test = TestApp::with(MODULES).await;
    let user = everybody(&test, WUHUA).await;
    let mut browser = browser(&test, &user);
    let incidents = format!("/places/{WUHUA}/grid/incidents");
    let reported = async |title: &str| {
        let body = json!({ "category": "05", "title": title });
        let id = user.post(&format!("/places/{VILLAGE}/grid/incidents"), body).await.expect(201).text("id");
        user.post(&format!("{incidents}/{id}/accept"), json!({})).await.expect(200);
        id
    };
    let id = reported("巷道停车").await;
    let page = format!("/console/{WUHUA}/m/grid/incidents/{id}");
    browser.get(&page).await.expect(200).says("移交").is_silent_on("移交调解");
    let step = format!("{page}/hand_over");
    let both = browser.get(&step).await.expect(200);
    both.says("人民调解（接收纠纷）").says("民主协商（接收协商议题）");
    browser.submit(&both, &step, &[]).await.expect(422).says("href=\"#f-capability\"");
    test.switch(WUHUA, "mediation", "off").await;
    let one = browser.get(&step).await.expect(200);
    one.says("民主协商（接收协商议题）").is_silent_on("人民调解");
    let done = browser.submit(&one, &step, &[("reason", "牵涉整条巷子")]).await.expect(303);
    browser.follow(&done).await.expect(200).says("已移交").says("移交民主协商：牵涉整条巷子");

    // A deliberation leads to the meeting that was called on it, and back.
    let talks = format!("/places/{VILLAGE}/consultation/deliberations");
    let talk = user.get(&talks).await.expect(200).items()[0]["id"].as_str().unwrap().to_owned();
    let parties = json!([{ "kind": "residents", "name": "李阿诗" }, { "kind": "expert", "name": "规划师" }]);
    let referral = json!({
        "body": "residents_representatives", "matter": "residents_other", "held_on": "2026-03-02",
        "notice_on": "2026-02-14", "delegation": "居民会议授权", "figures": { "committee": 5, "representatives": 55 },
    });
    for (step, body) in [
        ("fix", json!({ "form": "talk", "parties": parties })),
        ("tell", json!({ "held_on": "2026-03-02", "venue": "巷口" })),
        ("hold", json!({ "opinions": "没有谈拢" })),
        ("refer", referral),
    ] {
        user.post(&format!("{talks}/{talk}/{step}"), body).await.expect(200);
    }
    let talk_page = format!("/console/{WUHUA}/m/consultation/deliberations/{talk}");
    let meeting = user.get(&format!("{talks}/{talk}")).await.expect(200).text("/meetings/0/id");
    let meeting_page = format!("/console/{WUHUA}/m/consultation/meetings/{meeting}");
    browser.get(&talk_page).await.expect(200).says("待会议决定").says(&format!("href=\"{meeting_page}\""));
    browser.get(&meeting_page).await.expect(200).says(&format!("href=\"{talk_page}\""));

    // Whoever co-operates in an incident has a page of their own.
    let id = reported("道路塌陷").await;
    let with = json!({ "to": user.id, "with": [{ "contact": user.id }] });
    user.post(&format!("{incidents}/{id}/dispatch"), with).await.expect(200);
    let party = user.get(&format!("{incidents}/{id}")).await.expect(200).text("/parties/0/id");
    let party_page = format!("/console/{WUHUA}/m/grid/parties/{party}");
    browser.get(&format!("/console/{WUHUA}/m/grid/incidents/{id}")).await.says(&format!("href=\"{party_page}\""));
    browser.get(&party_page).await.expect(200).says("道路塌陷");
    let reader = test.user(WUHUA, &["grid.incident.read"]).await;
    let page = format!("/console/{WUHUA}/m/grid/incidents/{id}");
    self::browser(&test, &reader).get(&page).await.expect(200).is_silent_on(&party_page);
    browser.get(&format!("/console/{WUHUA}/m/grid/grids")).await.expect(200).says("网格类型").is_silent_on("对象类别");
}

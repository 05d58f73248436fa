//! From a demand to what is done instead, on pages: nothing that the demand says is typed again.

use jizuo_server::{MODULES, web};
use jizuo_testing::places::{VILLAGE, WUHUA};
use jizuo_testing::{Browser, Department, Page, TestApp, Turn};
use serde_json::{Value, json};

fn at(place: &str, path: &str) -> String {
    format!("/console/{place}/m/certificates/{path}")
}

/// Where the link of these words leads.
fn link(page: &Page, words: &str) -> String {
    let before = page.html.split(&format!("\">{words}<")).next().unwrap();
    assert!(before.len() < page.html.len(), "no link '{words}': {}", page.html);
    before.rsplit("href=\"").next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
}

#[tokio::test]
async fn a_demand_leads_to_the_paper_to_the_commitment_or_to_the_body_that_demands() {
    let test = TestApp::with(MODULES).await;
    let router = web::router(&test.app, test.router.clone());
    let editor = test.role(WUHUA, "certificates.editor").await;
    let reviewer = test.role(WUHUA, "certificates.reviewer").await;
    let items = format!("/places/{WUHUA}/certificates/items");
    let publish = async |item: Value| {
        let id = editor.post(&items, item).await.expect(201).text("id");
        reviewer.post(&format!("{items}/{id}/publish"), json!({})).await.expect(200);
    };
    publish(json!({
        "code": "hardship", "name": "家庭经济困难证明", "status_kind": "retained", "issuer": "乡镇人民政府",
        "basis": { "kind": "regulation", "law": "法律援助条例", "article": "第十七条" },
        "purposes": ["申请法律援助"], "verification": "visit", "body": "兹证明【姓名】家庭经济困难。",
    }))
    .await;
    publish(json!({
        "code": "residence", "name": "居住情况证明", "status_kind": "replaced", "replacement": "commitment",
        "commits": "本人居住在填报的地址",
    }))
    .await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    clerk.also(VILLAGE, "base.village_clerk").await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": { "person.name": "李阿诗" } });
    let person = clerk.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id");
    let demands = format!("/places/{VILLAGE}/certificates/demands");
    let demand = async |what: &str| {
        let body = json!({ "what": what, "requesting_body": "第一小学", "person": person });
        clerk.post(&demands, body).await.expect(201).text("id")
    };
    let mut desk = Browser::new(&router).cookie("jizuo_session", clerk.token().unwrap()).cookie("jizuo_lang", "zh");

    // What is issued here: the form has the item chosen and the person found; one press applies.
    let id = demand("家庭经济困难证明").await;
    let page = desk.get(&at(VILLAGE, &format!("demands/{id}"))).await.expect(200);
    page.says("现在就可以在这里申请").is_silent_on("登记已签承诺书").is_silent_on("/commitment");
    let to = link(&page, "申请这份证明");
    assert_eq!(to, at(VILLAGE, &format!("papers/new?item=hardship&person={person}")));
    let form = desk.get(&to).await.expect(200);
    form.says("<option value=\"hardship\" selected>").says("李阿诗");
    let path = to.split('?').next().unwrap();
    let sent = desk.submit(&form, path, &[("item", "hardship"), ("person", &person)]).await.expect(303);
    desk.follow(&sent).await.expect(200).says("家庭经济困难证明");

    // A commitment: printed, then recorded; and only once.
    let id = demand("居住情况证明").await;
    let page = desk.get(&at(VILLAGE, &format!("demands/{id}"))).await.expect(200);
    page.is_silent_on("申请这份证明").is_silent_on("记录虚假承诺");
    assert!(link(&page, "打印承诺书").ends_with(&format!("{id}/commitment")));
    let to = link(&page, "登记已签承诺书");
    let form = desk.get(&to).await.expect(200);
    let sent = desk.submit(&form, &to, &[]).await.expect(303);
    desk.follow(&sent).await.expect(200).says("承诺日期");
    let page = desk.get(&at(VILLAGE, &format!("demands/{id}"))).await.expect(200);
    page.says("打印承诺书").is_silent_on("登记已签承诺书").is_silent_on("记录虚假承诺");

    // The county office: who demands, the demands behind it, the letter, and a commitment that was false.
    let office = test.role(WUHUA, "certificates.office").await;
    let mut chief = Browser::new(&router).cookie("jizuo_session", office.token().unwrap()).cookie("jizuo_lang", "zh");
    let page = chief.get(&at(WUHUA, &format!("demands/{id}"))).await.expect(200);
    let form = chief.get(&link(&page, "记录虚假承诺")).await.expect(200);
    form.says(&person).says(&id);
    for _ in 0..5 {
        demand("健在证明").await;
    }
    test.settle().await;
    let bodies = chief.get(&at(WUHUA, "bodies")).await.expect(200);
    let behind = link(&bodies, "第一小学");
    assert!(behind.starts_with(&at(WUHUA, "demands?outcome=off_list&requesting_body=%E7%AC%AC")), "{behind}");
    chief.get(&behind).await.expect(200).says("健在证明").is_silent_on("居住情况证明");
    let notices = office.get(&format!("/places/{WUHUA}/certificates/notices")).await.expect(200);
    let notice = notices.items()[0]["id"].as_str().unwrap().to_owned();
    let page = chief.get(&at(WUHUA, &format!("notices/{notice}"))).await.expect(200);
    page.says("/letter?body=%E7%AC%AC").says("逐件查看");
    let letter = office.get(link(&page, "打印去函").strip_prefix("/api/v1").unwrap()).await.expect(200);
    assert!(letter.body.as_str().unwrap().contains("第一小学：") && !letter.body.to_string().contains("李阿诗"));
}

#[tokio::test]
async fn a_paper_is_verified_by_a_department_on_its_page_or_the_clerk_is_told_what_to_do() {
    let test = TestApp::with_departments(MODULES).await;
    let router = web::router(&test.app, test.router.clone());
    let editor = test.role(WUHUA, "certificates.editor").await;
    let reviewer = test.role(WUHUA, "certificates.reviewer").await;
    let items = format!("/places/{WUHUA}/certificates/items");
    let item = json!({
        "code": "hardship", "name": "家庭经济困难证明", "status_kind": "retained", "issuer": "乡镇人民政府",
        "basis": { "kind": "regulation", "law": "法律援助条例", "article": "第十七条" },
        "purposes": ["申请法律援助"], "body": "兹证明【姓名】家庭经济困难。",
    });
    let id = editor.post(&items, item).await.expect(201).text("id");
    reviewer.post(&format!("{items}/{id}/publish"), json!({})).await.expect(200);
    let says = |result: &str| Turn::json(&json!({ "result": result }));
    let department = Department::open(move |n| says(if n == 0 { "0" } else { "1" })).await;
    let source = json!({
        "kind": "http", "title": "困难家庭名册", "department": "县民政局", "ground": "statutory_duty",
        "basis": "国务院令第716号第七条", "purposes": ["申请法律援助"], "items": ["hardship"],
        "http": { "url": department.url, "method": "post", "authentication": "none" },
        "request": [{ "element": "person.name", "field": "xm" }],
        "verdict": { "pointer": "/result", "confirmed": ["1"] },
        "fallback": "commitment", "next_door": "签署告知承诺书",
    });
    let keeper = test.role(WUHUA, "certificates.source_keeper").await;
    keeper.post(&format!("/places/{WUHUA}/certificates/sources"), source).await.expect(201);
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    clerk.also(VILLAGE, "base.village_clerk").await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": { "person.name": "李阿诗" } });
    let person = clerk.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id");
    let papers = format!("/places/{VILLAGE}/certificates/papers");
    let apply = async || {
        let id = clerk.post(&papers, json!({ "item": "hardship", "person": person })).await.expect(201).text("id");
        at(VILLAGE, &format!("papers/{id}"))
    };
    let mut desk = Browser::new(&router).cookie("jizuo_session", clerk.token().unwrap()).cookie("jizuo_lang", "zh");

    // The data differs: the clerk is told so and what to do, and goes back to the paper.
    let paper = apply().await;
    let page = desk.get(&paper).await.expect(200);
    let to = link(&page, "向部门核验数据");
    let form = desk.get(&to).await.expect(200);
    let sent = desk.submit(&form, &to, &[]).await.expect(303);
    let told = desk.follow(&sent).await.expect(200);
    told.says("不一致").says("上门查看，或核对档案台账").is_silent_on("签署告知承诺书");
    assert_eq!(link(&told, "看这份证明"), paper);
    let page = desk.get(&paper).await.expect(200);
    page.says("待核实").says("不一致").says("向部门核验数据");

    // Asked again it confirms: the paper is verified, and says from where.
    let form = desk.get(&to).await.expect(200);
    let sent = desk.submit(&form, &to, &[]).await.expect(303);
    assert!(sent.location().starts_with(&paper), "{}", sent.location());
    let page = desk.follow(&sent).await.expect(200);
    page.says("待出具").says("县民政局“困难家庭名册”核验：属实").is_silent_on("verify_by_data");
    assert!(page.html.contains("看核验记录"), "{}", page.html);

    // An earlier check is chosen, not typed.
    let checks = format!("/places/{VILLAGE}/certificates/checks");
    let check = clerk.post(&checks, json!({ "item": "hardship", "person": person })).await.expect(201).text("id");
    let paper = apply().await;
    let to = format!("{paper}/verify");
    let form = desk.get(&to).await.expect(200);
    form.says(&format!("<option value=\"{check}\"")).says("县民政局“困难家庭名册”：属实");
    let sent = desk.submit(&form, &to, &[("check", &check)]).await.expect(303);
    desk.follow(&sent).await.expect(200).says("待出具");
}

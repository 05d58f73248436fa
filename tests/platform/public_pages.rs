//! Pages that need no signing in, used as a resident uses them.

use jizuo_server::{MODULES, web};
use jizuo_testing::places::{ESHAN, VILLAGE, WUHUA};
use jizuo_testing::{Browser, TestApp};
use serde_json::json;

fn at(path: &str) -> String {
    format!("/console/{VILLAGE}/m/grid/{path}")
}

#[tokio::test]
async fn a_resident_reports_and_follows_on_pages_without_an_account_and_without_script() {
    let test = TestApp::with(MODULES).await;
    let router = web::router(&test.app, test.router.clone());
    for (cookies, says) in [
        ([("jizuo_lang", "zh"), ("jizuo_elders", "0")], "反映问题"),
        ([("jizuo_lang", "en"), ("jizuo_elders", "1")], "Report a problem"),
    ] {
        let mut resident = Browser::new(&router);
        for (name, value) in cookies {
            resident = resident.cookie(name, value);
        }
        let form = resident.get(&at("reports")).await.expect(200);
        form.says(says).is_silent_on("data-keep").is_silent_on("/console/places");
        form.says(&at("reports/follow")).says("/paper_reports/form");
        let empty = resident.submit(&form, &at("reports"), &[("title", "")]).await;
        assert_eq!(empty.status.as_u16(), 422);
        let fields = [("category", "04"), ("title", "村口垃圾堆放"), ("location", "水井旁")];
        let filed = resident.submit(&form, &at("reports"), &fields).await.expect(200);
        // Loading again, or sending again, files nothing twice.
        let again = resident.submit(&form, &at("reports"), &fields).await.expect(200);
        let word = |page: &str| {
            let shaped = |text: &&str| text.len() == 12 && text.chars().all(|c| c.is_ascii_digit() || c == ' ');
            page.split(['<', '>']).find(shaped).expect("a word").to_owned()
        };
        let code = |page: &str| page.split(['<', '>']).find(|text| text.starts_with("WG")).expect("a code").to_owned();
        assert_eq!((word(&filed.html), code(&filed.html)), (word(&again.html), code(&again.html)));

        let follow = resident.get(&at("reports/follow")).await.expect(200);
        let key = [("code", code(&filed.html)), ("word", word(&filed.html))];
        let key = key.each_ref().map(|(name, value)| (*name, value.as_str()));
        resident.submit(&follow, &at("reports/follow"), &key).await.expect(200).says("村口垃圾堆放");
        let wrong = [("code", key[0].1), ("word", "1234567890")];
        let refused = resident.submit(&follow, &at("reports/follow"), &wrong).await.expect(422);
        refused.is_silent_on("村口垃圾堆放");
    }
}

#[tokio::test]
async fn what_is_not_open_to_everybody_still_leads_to_signing_in() {
    let test = TestApp::with(MODULES).await;
    let mut resident = Browser::new(&web::router(&test.app, test.router.clone()));
    for path in ["incidents", "incidents/new", "paper_reports", "care", "care/new", "managed"] {
        let page = resident.get(&at(path)).await.expect(303);
        assert!(page.location().starts_with("/console/sign-in"), "{path}: {}", page.location());
    }
}

#[tokio::test]
async fn anybody_who_holds_a_paper_opens_its_square_code_and_learns_whether_it_holds() {
    let test = TestApp::with(MODULES).await;
    let all: Vec<&str> = test.app.registry.module("certificates").unwrap().permissions.iter().map(|p| p.id).collect();
    let office = test.user(WUHUA, &all).await;
    office.also(WUHUA, "base.village_clerk").await;
    let here = format!("/places/{WUHUA}/certificates");
    let item = json!({
        "code": "hardship", "name": "家庭经济困难证明", "status_kind": "retained", "issuer": "乡镇人民政府",
        "basis": { "kind": "regulation", "law": "法律援助条例", "article": "第十七条" },
        "purposes": ["申请法律援助"], "verification": "visit", "body": "兹证明【姓名】家庭经济困难：【家庭情况】。",
    });
    let id = office.post(&format!("{here}/items"), item).await.expect(201).text("id");
    office.post(&format!("{here}/items/{id}/publish"), json!({})).await.expect(200);
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": { "person.name": "李阿诗" } });
    let person = office.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id");
    let papers = format!("/places/{VILLAGE}/certificates/papers");
    let body = json!({ "item": "hardship", "person": person, "verified": { "seen": "入户查看属实" },
        "answers": [{ "blank": "家庭情况", "text": "无固定收入" }] });
    let id = office.post(&papers, body).await.expect(201).text("id");
    office.post(&format!("{papers}/{id}/issue"), json!({})).await.expect(200);
    let link = office.get(&format!("{papers}/{id}")).await.expect(200).text("link");
    let page = link[link.find("/console").unwrap()..].split('#').next().unwrap().to_owned();

    let router = web::router(&test.app, test.router.clone());
    for (cookies, [asks, valid, revoked]) in [
        ([("jizuo_lang", "zh"), ("jizuo_elders", "0")], ["查验证明", "有效", "已撤销"]),
        ([("jizuo_lang", "en"), ("jizuo_elders", "1")], ["Check a paper", "Valid", "Revoked"]),
    ] {
        let mut anybody = Browser::new(&router);
        for (name, value) in cookies {
            anybody = anybody.cookie(name, value);
        }
        let form = anybody.get(&page).await.expect(200);
        form.says(asks).is_silent_on("/console/places");
        let path = page.split('?').next().unwrap();
        // The code is filled in already: one press tells.
        let code = page.split("code=").nth(1).unwrap();
        form.says(code);
        let told = anybody.submit(&form, path, &[("code", code)]).await.expect(200);
        told.says("李**").says("ZM530102-2026-000001").is_silent_on("李阿诗");
        if revoked == "已撤销" {
            told.says(valid);
            office.post(&format!("{papers}/{id}/revoke"), json!({ "reason": "冒名" })).await.expect(200);
            let again = anybody.get(&page).await.expect(200);
            anybody.submit(&again, path, &[("code", code)]).await.expect(200).says(revoked).is_silent_on("冒名");
        } else {
            told.says(revoked);
        }
        let wrong = anybody.submit(&form, path, &[("code", "AAAA")]).await.expect(200);
        wrong.is_silent_on("ZM530102").is_silent_on("已办理").is_silent_on("Done:");
    }
    let desk = Browser::new(&router).cookie("jizuo_session", office.token().unwrap());
    let mut desk = desk.cookie("jizuo_lang", "zh");
    let matter = desk.get(&format!("/console/{VILLAGE}/m/certificates/papers/{id}")).await.expect(200);
    matter.says(&format!("/api/v1{papers}/{id}/print")).says("下载文档");
    // What an item has is chosen, and says whose it is.
    let form = desk.get(&format!("/console/{VILLAGE}/m/certificates/papers/new")).await.expect(200);
    form.says("申请法律援助 · 家庭经济困难证明").says("家庭情况 · 家庭经济困难证明");
    // The states of a reform are its own.
    let reforms = desk.get(&format!("/console/{WUHUA}/m/certificates/reforms")).await.expect(200);
    reforms.says("value=\"published\"").is_silent_on("value=\"issued\"");
}

#[tokio::test]
async fn a_resident_finds_where_they_live_and_what_needs_no_account_there() {
    let test = TestApp::with(MODULES).await;
    let mut resident = Browser::new(&web::router(&test.app, test.router.clone())).cookie("jizuo_lang", "zh");
    resident.get("/console/sign-in").await.expect(200).says("不用登录就能办的事").says("/console/places");
    let top = resident.get("/console/places").await.expect(200);
    top.says("您住在哪里").says("/console/places?at=5301").is_silent_on("我服务的地方");
    resident.get("/console/places?q=whq").await.expect(200).says("/console/530102");
    let county = resident.get("/console/530102").await.expect(200);
    county.says("不用登录就能办").says("/console/530102001").says("工作人员登录").is_silent_on("我的待办");
    let door = resident.get(&format!("/console/{VILLAGE}")).await.expect(200);
    for path in ["grid/reports", "certificates/lookup", "certificates/check"] {
        door.says(&format!("/console/{VILLAGE}/m/{path}"));
    }
    let asks = resident.get(&format!("/console/{VILLAGE}/m/certificates/lookup")).await.expect(200);
    asks.is_silent_on("/console/places?at");
    let told = resident.get(&format!("/console/{VILLAGE}/m/certificates/lookup?q=还活着")).await.expect(200);
    told.says("社会保险").says("<h2>健在证明").says("value=\"还活着\"").is_silent_on("being_alive");
    let compared = resident.get(&format!("/console/{VILLAGE}/m/certificates/comparison")).await.expect(200);
    compared.says("name=\"from\"").says("class=\"bars\"");
    let wrong =
        resident.get(&format!("/console/{VILLAGE}/m/certificates/comparison?from=2026-02-02&to=2026-02-01")).await;
    wrong.expect(422).says("请先改正").says("value=\"2026-02-02\"");
    // A county that has nothing on says where to go instead.
    resident.get(&format!("/console/{ESHAN}")).await.expect(200).says("请到村（社区）或者政务服务窗口办理");
    resident.get("/console/999999").await.expect(404);
}

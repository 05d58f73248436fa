//! The operations of identity and of base data, called with success at least once.

use jizuo_testing::places::{OTHER_VILLAGE, PANLONG_VILLAGE, VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::json;

use super::exercise::operation;

pub(super) async fn identity(test: &TestApp) {
    let security = test.role(WUHUA, "base.security_admin").await;
    let accounts = format!("/places/{WUHUA}/accounts");
    let opened = security.post(&accounts, json!({ "login": "yangxiu", "name": "杨秀" })).await.expect(201);
    let id = opened.text("id");
    security.get(&accounts).await.expect(200);
    security.get(&format!("{accounts}/{id}")).await.expect(200);
    security.put(&format!("{accounts}/{id}/disabled"), json!({ "disabled": true })).await.expect(200);
    security.put(&format!("{accounts}/{id}/disabled"), json!({ "disabled": false })).await.expect(200);
    let reset = security.post(&format!("{accounts}/{id}/reset"), json!({})).await.expect(200);
    let grants = format!("/places/{WUHUA}/grants");
    let role = json!({ "name": "patrol", "title": "护林员", "permissions": ["grid.incident.report"] });
    let local = security.post(&format!("/places/{WUHUA}/roles"), role).await.expect(201).text("id");
    security.get(&format!("/places/{WUHUA}/roles")).await.expect(200);
    let given = security.post(&grants, json!({ "account": id, "role": local, "place": VILLAGE })).await.expect(201);
    security.get(&format!("{grants}?account={id}")).await.expect(200);
    let may = security.get(&format!("/places/{VILLAGE}/holders?permission=base.grant.manage")).await.expect(200);
    assert!(may.items().iter().any(|one| one["id"] == security.id.to_string()), "{:#}", may.body);

    let password = reset.text("one_time_password");
    let me = sign_in(test, "yangxiu", &password).await;
    me.get("/me").await.expect(200);
    me.get("/me/inbox").await.refused(403, "base.password.must_change");
    let new = "Shan-Cha-Hua-26";
    me.put("/me/password", json!({ "old": password, "new": new })).await.expect(204);
    me.get("/me/inbox").await.expect(200);
    let factor = me.post("/me/factor", json!({})).await.expect(200);
    let code = jizuo_testing::one_time_code(&factor.text("secret"), test.now());
    me.put("/me/factor", json!({ "code": code })).await.expect(204);
    let token = me.post("/me/tokens", json!({ "label": "对接", "days": 30 })).await.expect(201);
    me.get("/me/tokens").await.expect(200);
    me.delete(&format!("/me/tokens/{}", token.text("id"))).await.expect(204);
    me.get(&format!("/places/{WUHUA}/menu")).await.expect(200);
    me.get(&format!("/places/{WUHUA}/operations")).await.expect(200);
    me.delete("/sessions").await.expect(204);
    me.get("/me").await.expect(401);
    security.delete(&format!("{grants}/{}", given.text("id"))).await.expect(204);
}

async fn sign_in<'a>(test: &'a TestApp, login: &str, password: &str) -> User<'a> {
    let session = test.stranger().post("/sessions", json!({ "login": login, "password": password })).await.expect(201);
    test.stranger().with_token(session.text("token"))
}

pub(super) async fn people(test: &TestApp) {
    let here = format!("/places/{VILLAGE}/persons");
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let officer = test.role(WUHUA, "base.data_officer").await;
    let new = super::body_of(&test.app, operation(test, "base_person_register")).unwrap();
    let number = new["facts"]["person.identity_number"].clone();
    let id = clerk.post(&here, new).await.expect(201).text("id");
    clerk.get(&format!("{here}?q=las")).await.expect(200);
    clerk.post(&format!("{here}/find"), json!({ "identity_number": number })).await.expect(200);
    for (source, status) in [("the_person", "10"), ("civil_affairs", "20")] {
        let facts = json!({ "person.marital_status": status });
        let body = json!({ "source": source, "basis": "statutory_duty", "facts": facts });
        clerk.post(&format!("{here}/{id}/facts"), body).await.expect(200);
    }
    let shown = clerk.get(&format!("{here}/{id}")).await.expect(200);
    let settle = json!({ "fact": shown.text("/conflicts/0/values/1/id"), "reason": "已核实" });
    officer.post(&format!("/places/{WUHUA}/persons/{id}/settle"), settle).await.expect(200);
    let reveal = super::body_of(&test.app, operation(test, "base_person_reveal")).unwrap();
    clerk.post(&format!("{here}/{id}/reveal"), reveal).await.expect(200);
    for rest in ["facts", "accesses", "candidates"] {
        clerk.get(&format!("{here}/{id}/{rest}")).await.expect(200);
    }
    let addresses = format!("/places/{VILLAGE}/addresses");
    let new = super::body_of(&test.app, operation(test, "base_address_add")).unwrap();
    let address = clerk.post(&addresses, new).await.expect(201);
    clerk.get(address.header("location").unwrap()).await.expect(200);
    clerk.get(&addresses).await.expect(200);
}

pub(super) async fn households(test: &TestApp) {
    let here = format!("/places/{VILLAGE}/households");
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let head = resident(&clerk, VILLAGE, "户主甲").await;
    let other = resident(&clerk, VILLAGE, "成员乙").await;
    let new = json!({ "head": head, "number": "9001", "source": "village_visit" });
    let id = clerk.post(&here, new).await.expect(201).text("id");
    clerk.get(&here).await.expect(200);
    clerk.get(&format!("{here}/{id}")).await.expect(200);
    let facts = json!({ "source": "civil_affairs", "facts": { "household.subsistence_allowance": "否" } });
    clerk.post(&format!("{here}/{id}/facts"), facts).await.expect(200);
    let joins = json!({ "person": other, "relation": "73", "source": "village_visit" });
    clerk.post(&format!("{here}/{id}/members"), joins).await.expect(200);
    let leads = json!({ "person": other, "source": "village_visit" });
    let led = clerk.post(&format!("{here}/{id}/head"), leads).await.expect(200);
    let member = format!("{here}/{id}/members/{}", led.text("/people/1/id"));
    let relation = json!({ "relation": "71", "source": "village_visit" });
    let related = clerk.post(&format!("{member}/relation"), relation).await.expect(200);
    let member = format!("{here}/{id}/members/{}", related.text("/people/1/id"));
    clerk.post(&format!("{member}/leave"), json!({})).await.expect(200);
    let moves = json!({ "to": OTHER_VILLAGE, "reason": "搬迁" });
    clerk.post(&format!("{here}/{id}/move"), moves).await.expect(200);
    let there = test.role(OTHER_VILLAGE, "base.village_clerk").await;
    let end = json!({ "reason": "合户" });
    there.post(&format!("/places/{OTHER_VILLAGE}/households/{id}/dissolve"), end).await.expect(200);
}

pub(super) async fn organisations(test: &TestApp) {
    let here = format!("/places/{WUHUA}/organisations");
    let officer = test.role(WUHUA, "base.data_officer").await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    officer.get(&format!("{here}/kinds")).await.expect(200);
    let new = super::body_of(&test.app, operation(test, "base_organisation_create")).unwrap();
    let id = officer.post(&here, new).await.expect(201).text("id");
    officer.get(&here).await.expect(200);
    officer.get(&format!("{here}/{id}")).await.expect(200);
    let facts = super::body_of(&test.app, operation(test, "base_organisation_learn")).unwrap();
    officer.post(&format!("{here}/{id}/facts"), facts).await.expect(200);
    let person = resident(&clerk, VILLAGE, "调解员丙").await;
    let post = json!({ "person": person, "title": "主任" });
    let posts = officer.post(&format!("{here}/{id}/posts"), post).await.expect(200);
    let post = posts.text("/posts/0/id");
    officer.post(&format!("{here}/{id}/posts/{post}/end"), json!({})).await.expect(200);
    officer.post(&format!("{here}/{id}/dissolve"), json!({ "reason": "撤并" })).await.expect(200);
}

pub(super) async fn moves(test: &TestApp) {
    let here = format!("/places/{VILLAGE}/persons");
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let there = test.role(PANLONG_VILLAGE, "base.village_clerk").await;
    let first = resident(&clerk, VILLAGE, "迁移丁").await;
    let second = resident(&clerk, VILLAGE, "迁移戊").await;
    let third = resident(&clerk, VILLAGE, "迁移己").await;
    let inside = json!({ "to": OTHER_VILLAGE, "reason": "搬家" });
    clerk.post(&format!("{here}/{first}/move"), inside).await.expect(200);
    let away = json!({ "to": PANLONG_VILLAGE, "reason": "婚嫁" });
    let back = json!({ "to": VILLAGE, "reason": "未迁成" });
    let arrivals = format!("/places/{PANLONG_VILLAGE}/arrivals");
    for (step, body) in [("decline", json!({ "reason": "查无此人" })), ("take_in", json!({}))] {
        clerk.post(&format!("{here}/{second}/move_out"), away.clone()).await.expect(200);
        let waiting = there.get(&arrivals).await.expect(200);
        let id = waiting.items()[0]["id"].as_str().unwrap();
        there.post(&format!("{arrivals}/{id}/{step}"), body).await.expect(200);
        clerk.post(&format!("{here}/{second}/return"), back.clone()).await.expect(200);
    }
    let officer = test.role(WUHUA, "base.data_officer").await;
    let merge = json!({ "merged": third, "reason": "同一人" });
    let county = format!("/places/{WUHUA}");
    let id = officer.post(&format!("{county}/persons/{second}/merge"), merge).await.expect(200).text("id");
    officer.get(&format!("{county}/merges")).await.expect(200);
    officer.post(&format!("{county}/merges/{id}/undo"), json!({})).await.expect(200);
    let death = json!({ "on": "2026-03-01", "source": "document_seen" });
    clerk.post(&format!("{here}/{third}/death"), death).await.expect(200);
    let mistake = json!({ "reason": "同名误登" });
    clerk.post(&format!("{here}/{third}/death/withdraw"), mistake).await.expect(200);
}

pub(super) async fn forms(test: &TestApp) {
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let officer = test.role(WUHUA, "base.data_officer").await;
    let person = resident(&clerk, VILLAGE, "李阿秀").await;
    let here = format!("/places/{VILLAGE}");
    clerk.get(&format!("{here}/forms")).await.expect(200);
    clerk.get(&format!("{here}/forms/base.resident")).await.expect(200);
    clerk.post(&format!("{here}/forms/base.resident/open"), json!({ "person": person })).await.expect(200);
    let answers = json!({ "person": person, "answers": { "nationality": "01" } });
    clerk.post(&format!("{here}/forms/base.resident/answers"), answers).await.expect(200);
    officer.get(&format!("/places/{WUHUA}/elements/use")).await.expect(200);
    let consents = format!("{here}/persons/{person}/consents");
    let consent = json!({ "purpose": "base.volunteer", "how": "signed" });
    let given = clerk.post(&consents, consent).await.expect(201).text("id");
    clerk.get(&consents).await.expect(200);
    clerk.post(&format!("{consents}/{given}/withdraw"), json!({})).await.expect(200);
    let admin = test.role(WUHUA, "base.system_admin").await;
    admin.get(&format!("/places/{WUHUA}/inventory")).await.expect(200);
}

pub(super) async fn requests(test: &TestApp) {
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let officer = test.role(WUHUA, "base.data_officer").await;
    let protection = test.role(WUHUA, "base.data_protection").await;
    let person = resident(&clerk, VILLAGE, "段永福").await;
    let requests = format!("/places/{VILLAGE}/requests");
    let ask = async |right: &str| {
        let id = clerk.post(&requests, json!({ "person": person, "right": right })).await.expect(201).text("id");
        officer.post(&format!("{requests}/{id}/take_up"), json!({})).await.expect(200);
        id
    };
    let id = ask("explain").await;
    clerk.get(&requests).await.expect(200);
    clerk.get(&format!("{requests}/{id}")).await.expect(200);
    officer.post(&format!("{requests}/{id}/answer"), json!({ "answer": "已当面说明" })).await.expect(200);
    let id = ask("access").await;
    officer.post(&format!("{requests}/{id}/refuse"), json!({ "reason": "未能核实身份" })).await.expect(200);
    let id = ask("access").await;
    clerk.post(&format!("{requests}/{id}/withdraw"), json!({})).await.expect(200);
    let admin = test.role(WUHUA, "base.system_admin").await;
    let process = format!("/places/{WUHUA}/processes/base.request");
    let overlay = json!({ "add": [{
        "id": "legal_review", "title": { "zh": "法制审核", "en": "Legal review" },
        "before": "base.request.answer", "permission": "base.request.answer",
    }] });
    admin.put(&process, json!({ "overlay": overlay, "reason": "县里要求" })).await.expect(204);
    let id = ask("copy").await;
    officer.post(&format!("{requests}/{id}/local/legal_review"), json!({})).await.expect(200);
    admin.delete(&process).await.expect(204);
    let purpose = json!({ "purpose": "本人申请复制" });
    protection.post(&format!("/places/{VILLAGE}/persons/{person}/held"), purpose).await.expect(200);
    officer.post(&format!("{requests}/{id}/answer"), json!({ "answer": "已交付副本" })).await.expect(200);
    let erase = json!({ "reason": "登记错误" });
    protection.post(&format!("/places/{VILLAGE}/persons/{person}/erase"), erase).await.expect(204);
}

pub(super) async fn imports(test: &TestApp) {
    let officer = test.role(VILLAGE, "base.data_officer").await;
    let imports = format!("/places/{VILLAGE}/imports");
    officer.get(&format!("{imports}/template")).await.expect(200);
    let body = super::body_of(&test.app, operation(test, "base_import_upload")).unwrap();
    let import = officer.post(&imports, body).await.expect(201);
    assert_eq!((&import.body["rows"], &import.body["bad_rows"]), (&json!(1), &json!(0)));
    let import = format!("{imports}/{}", import.text("id"));
    officer.get(&imports).await.expect(200);
    officer.get(&import).await.expect(200);
    officer.get(&format!("{import}/faults")).await.expect(200);
    officer.post(&format!("{import}/file"), json!({ "format": "xlsx" })).await.expect(200);
    officer.post(&format!("{import}/run"), json!({})).await.expect(200);
    officer.post(&format!("{import}/undo"), json!({})).await.expect(200);
}

/// Somebody of the village, by name.
async fn resident(clerk: &User<'_>, village: &str, name: &str) -> String {
    let facts = json!({ "person.name": name });
    let body = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": facts });
    clerk.post(&format!("/places/{village}/persons"), body).await.expect(201).text("id")
}

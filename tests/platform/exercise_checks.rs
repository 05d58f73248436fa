//! Data checks of the certificate catalogue: every operation of theirs, with success once.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jizuo_testing::places::{VILLAGE, WUHUA};
use jizuo_testing::{Department, TestApp, Turn};
use serde_json::json;

pub(super) async fn checks(test: &TestApp) {
    let here = format!("/places/{WUHUA}/certificates");
    let keeper = test.role(WUHUA, "certificates.source_keeper").await;
    let department = Department::open(|_| Turn::json(&json!({ "result": "1" }))).await;
    let mut interface = json!({
        "kind": "http", "title": "婚姻登记核验", "department": "县民政局", "ground": "statutory_duty",
        "basis": "国务院令第716号第七条", "purposes": ["办理住房补贴", "申请法律援助"], "items": ["marital_status", "hard_data"],
        "http": { "url": department.url, "method": "post", "authentication": "bearer", "secret": "s3cret" },
        "request": [{ "element": "person.identity_number", "field": "idcard" }],
        "verdict": { "pointer": "/result", "confirmed": ["1"] },
        "fallback": "commitment", "next_door": "签署告知承诺书",
    });
    let editor = test.role(WUHUA, "certificates.editor").await;
    let reviewer = test.role(WUHUA, "certificates.reviewer").await;
    let item = json!({
        "code": "hard_data", "name": "低收入家庭证明", "status_kind": "retained", "issuer": "乡镇人民政府",
        "basis": { "kind": "regulation", "law": "法律援助条例", "article": "第十七条" },
        "purposes": ["申请法律援助"], "body": "兹证明【姓名】家庭收入低。",
    });
    let item = editor.post(&format!("{here}/items"), item).await.expect(201).text("id");
    reviewer.post(&format!("{here}/items/{item}/publish"), json!({})).await.expect(200);
    let source = keeper.post(&format!("{here}/sources"), interface.clone()).await.expect(201).text("id");
    interface["title"] = json!("婚姻登记信息核验");
    let path = format!("{here}/sources/{source}");
    keeper.header("if-match", "\"1\"").put(&path, interface).await.expect(200);
    let table = json!({
        "kind": "table", "title": "残疾人证名册", "department": "县残联", "ground": "statutory_duty",
        "basis": "国务院令第716号第七条", "purposes": ["办理残疾人补贴"], "items": ["disability"],
        "fallback": "licence", "next_door": "出示残疾人证",
    });
    let table = keeper.post(&format!("{here}/sources"), table).await.expect(201).text("id");
    let content = STANDARD.encode("公民身份号码,姓名\n530102188001010016,李明\n");
    let file = json!({ "content": content, "handed_over_on": "2026-02-28" });
    keeper.post(&format!("{here}/sources/{table}/table"), file).await.expect(200);
    keeper.get(&format!("{here}/sources")).await.expect(200);
    keeper.get(&path).await.expect(200);

    let village = test.role(VILLAGE, "base.village_clerk").await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": {
        "person.name": "核验人", "person.identity_number": "530102188102020029",
    } });
    let person = village.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id");
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let checks = format!("/places/{VILLAGE}/certificates/checks");
    let made = clerk
        .post(&checks, json!({ "item": "marital_status", "person": person, "purpose": "办理住房补贴" }))
        .await
        .expect(201);
    assert_eq!(made.text("outcome"), "confirmed", "{:#}", made.body);
    clerk.get(&checks).await.expect(200);
    let papers = format!("/places/{VILLAGE}/certificates/papers");
    let paper = clerk.post(&papers, json!({ "item": "hard_data", "person": person })).await.expect(201).text("id");
    clerk.post(&format!("{papers}/{paper}/verify_by_data"), json!({})).await.expect(200);
    clerk.get(&format!("{checks}/{}", made.text("id"))).await.expect(200);
    keeper.post(&format!("{here}/sources/{table}/end"), json!({ "reason": "改用接口" })).await.expect(200);
}

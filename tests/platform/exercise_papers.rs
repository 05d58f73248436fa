//! Papers of the certificate catalogue: every operation of theirs, with success once.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jizuo_testing::places::{VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::{Value, json};

use super::exercise::add_local_step;

pub(super) async fn papers(test: &TestApp) {
    let papers = format!("/places/{VILLAGE}/certificates/papers");
    let catalogue = format!("/places/{WUHUA}/certificates");
    let editor = test.role(WUHUA, "certificates.editor").await;
    let reviewer = test.role(WUHUA, "certificates.reviewer").await;
    let publish = async |two_persons: bool| {
        let item = json!({
            "code": if two_persons { "hard_two" } else { "hard_one" },
            "name": if two_persons { "家庭经济困难证明" } else { "法律援助经济困难证明" },
            "status_kind": "retained", "basis": { "kind": "regulation", "law": "法律援助条例", "article": "第十七条" },
            "issuer": "乡镇人民政府", "purposes": ["申请法律援助"], "two_persons": two_persons,
        });
        let id = editor.post(&format!("{catalogue}/items"), item).await.expect(201).text("id");
        // The county has put a review before the publication (see `exercise.rs`).
        reviewer.post(&format!("{catalogue}/items/{id}/local/legal_review"), json!({})).await.expect(200);
        reviewer.post(&format!("{catalogue}/items/{id}/publish"), json!({})).await.expect(200);
    };
    publish(true).await;
    publish(false).await;
    let village = test.role(VILLAGE, "base.village_clerk").await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": {
        "person.name": "施老大", "person.residence": "530102001001",
    } });
    let person = village.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id");
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let head = test.role(VILLAGE, "certificates.head").await;
    let office = test.role(WUHUA, "certificates.office").await;
    let apply = async |item: &str, seen: Option<&str>| {
        let verified = seen.map_or(Value::Null, |seen| json!({ "method": "visit", "seen": seen }));
        let answers = json!([{ "blank": "证明内容", "text": "家庭经济困难" }]);
        let body = json!({ "item": item, "person": person, "answers": answers, "verified": verified });
        clerk.post(&papers, body).await.expect(201).text("id")
    };
    let step = async |by: &jizuo_testing::User<'_>, id: &str, name: &str, body: Value| {
        by.post(&format!("{papers}/{id}/{name}"), body).await.expect(200)
    };
    let id = apply("hard_two", None).await;
    step(&clerk, &id, "verify", json!({ "method": "record", "seen": "核对台账" })).await;
    step(&head, &id, "approve", json!({})).await;
    step(&clerk, &id, "issue", json!({})).await;
    for path in ["", "/print", "/docx"] {
        clerk.get(&format!("{papers}/{id}{path}")).await.expect(200);
    }
    clerk.get(&papers).await.expect(200);
    let code = clerk.get(&format!("{papers}/{id}")).await.expect(200).text("check_code");
    let check = test.stranger().post(&format!("{catalogue}/check"), json!({ "code": code })).await.expect(200);
    assert_eq!(check.text("verdict"), "valid");
    assert_eq!(
        test.stranger().get(&format!("{catalogue}/keys")).await.expect(200).body["keys"].as_array().unwrap().len(),
        1
    );
    step(&office, &id, "revoke", json!({ "reason": "冒名" })).await;
    let refused = apply("hard_two", Some("情况不符")).await;
    step(&clerk, &refused, "refuse", json!({ "reason": "不符", "next_door": "街道救助窗口" })).await;
    let withdrawn = apply("hard_two", Some("情况属实")).await;
    step(&clerk, &withdrawn, "withdraw", json!({})).await;

    let admin = test.role(WUHUA, "base.system_admin").await;
    let process = format!("/places/{WUHUA}/processes/certificates.paper");
    let overlay = json!({ "add": [{
        "id": "supervision", "title": { "zh": "村务监督委员会见证", "en": "Seen by the supervision committee" },
        "before": "certificates.paper.pass", "permission": "certificates.paper.pass",
    }] });
    admin.put(&process, json!({ "overlay": overlay, "reason": "县里要求" })).await.expect(204);
    let id = apply("hard_one", Some("情况属实")).await;
    step(&clerk, &id, "local/supervision", json!({})).await;
    step(&clerk, &id, "pass", json!({})).await;
    step(&clerk, &id, "issue", json!({})).await;
    reform(test, &editor, &reviewer).await;
    commitment(test, &person, &clerk, &office).await;
}

/// A commitment in place of a paper, and what follows when it was false; who demands off the list, and the letter to them.
async fn commitment(test: &TestApp, person: &str, clerk: &User<'_>, office: &User<'_>) {
    let catalogue = format!("/places/{WUHUA}/certificates");
    let editor = test.role(WUHUA, "certificates.editor").await;
    let reviewer = test.role(WUHUA, "certificates.reviewer").await;
    let item = json!({
        "code": "living_at", "name": "租住情况证明", "status_kind": "replaced", "replacement": "commitment",
        "commits": "本人租住在填报的地址",
    });
    let id = editor.post(&format!("{catalogue}/items"), item).await.expect(201).text("id");
    reviewer.post(&format!("{catalogue}/items/{id}/publish"), json!({})).await.expect(200);
    let demands = format!("/places/{VILLAGE}/certificates/demands");
    let body = json!({ "what": "租住情况证明", "requesting_body": "第一小学", "person": person });
    let demand = clerk.post(&demands, body).await.expect(201).text("id");
    clerk.get(&format!("{demands}/{demand}/commitment")).await.expect(200);
    clerk.post(&format!("{demands}/{demand}/commit"), json!({})).await.expect(200);
    let breaches = format!("{catalogue}/breaches");
    let body = json!({ "person": person, "demand": demand, "reason": "核查不实" });
    let breach = office.post(&breaches, body).await.expect(201).text("id");
    office.get(&breaches).await.expect(200);
    office.get(&format!("{breaches}/{breach}")).await.expect(200);
    office.post(&format!("{breaches}/{breach}/repair"), json!({ "reason": "已修复" })).await.expect(200);
    office.get(&format!("{catalogue}/bodies")).await.expect(200);
    let notices = office.get(&format!("{catalogue}/notices")).await.expect(200);
    let notice = notices.items()[0]["id"].as_str().unwrap().to_owned();
    let shown = office.get(&format!("{catalogue}/notices/{notice}")).await.expect(200);
    office.get(shown.text("/bodies/0/letter").strip_prefix("/api/v1").unwrap()).await.expect(200);
}

/// Cancels a paper of the county, after a step of the county's own; and what everybody reads of it.
async fn reform(test: &TestApp, editor: &User<'_>, reviewer: &User<'_>) {
    let admin = test.role(WUHUA, "base.system_admin").await;
    // The county reviews reforms instead of every item.
    admin.delete(&format!("/places/{WUHUA}/processes/certificates.item")).await.expect(204);
    add_local_step(test, "certificates.reform", "certificates.reform.publish").await;
    let reforms = format!("/places/{WUHUA}/certificates/reforms");
    let propose = async |code: &str| {
        let body =
            json!({ "title": "证明事项清理", "reason": "已能核验", "items": [code], "replacement": "data_check" });
        editor.post(&reforms, body).await.expect(201).text("id")
    };
    let withdrawn = propose("hard_two").await;
    editor.post(&format!("{reforms}/{withdrawn}/withdraw"), json!({ "reason": "再议" })).await.expect(200);
    let id = propose("hard_two").await;
    reviewer.post(&format!("{reforms}/{id}/local/local_review"), json!({})).await.expect(200);
    reviewer.post(&format!("{reforms}/{id}/publish"), json!({})).await.expect(200);
    reviewer.get(&reforms).await.expect(200);
    reviewer.get(&format!("{reforms}/{id}")).await.expect(200);
    let sheet = "名称,类型,替代方式\n收入证明,替代,数据核验\n工作证明,替代,告知承诺\n";
    let sheet = json!({ "content": STANDARD.encode(sheet) });
    editor.post(&format!("/places/{WUHUA}/certificates/items/import"), sheet).await.expect(200);
    let proposed = editor.get(&format!("/places/{WUHUA}/certificates/items?state=proposed")).await.expect(200);
    let ids: Vec<_> = proposed.items().iter().map(|item| item["id"].clone()).collect();
    let publish = format!("/places/{WUHUA}/certificates/items/publish");
    reviewer.post(&publish, json!({ "items": ids })).await.expect(200);
    let anybody = test.stranger();
    for path in ["comparison?from=2026-01-01", "poster", "open", "open/catalogue.csv", "open/catalogue.xlsx"] {
        anybody.get(&format!("/places/{WUHUA}/certificates/{path}")).await.expect(200);
    }
}

//! Proposing, publishing and retiring catalogue items.

use jizuo_testing::places::{HUASHAN, KUNMING, PROVINCE, VILLAGE, WUHUA};
use serde_json::json;

use crate::{at, income, lookup, platform, poverty, publish};

#[tokio::test]
async fn an_item_is_proposed_by_one_published_by_another_and_retired_with_a_reason() {
    let test = platform().await;
    let editor = test.role(WUHUA, "certificates.editor").await;
    let reviewer = test.role(WUHUA, "certificates.reviewer").await;
    let proposed = editor.post(&at(WUHUA, "/items"), income()).await.expect(201);
    let id = proposed.text("id");
    assert_eq!(proposed.text("state"), "proposed");
    assert!(proposed.header("location").unwrap().ends_with(&id));
    assert_eq!(reviewer.get("/me/inbox").await.expect(200).items()[0]["action"], "certificates.item.publish");
    let path = at(WUHUA, &format!("/items/{id}"));
    editor.post(&format!("{path}/publish"), json!({})).await.expect(403);
    let told = test.stranger().get(&lookup(VILLAGE, "工资证明")).await.expect(200);
    assert_eq!(told.text("/answers/0/answer"), "unknown");

    let published = reviewer.post(&format!("{path}/publish"), json!({})).await.expect(200);
    assert_eq!(published.text("state"), "in_force");
    assert!(reviewer.get("/me/inbox").await.expect(200).items().is_empty());
    let shown = editor.get(&path).await.expect(200);
    assert_eq!(shown.text("/next_door/zh"), "到县民政局窗口，由民政局统一核对");
    assert!(shown.body["in_force_from"].is_string() && shown.body["actions"].as_array().unwrap().is_empty());
    assert_eq!(reviewer.get(&path).await.expect(200).text("/actions/0/action"), "certificates.item.retire");
    let told = test.stranger().get(&lookup(VILLAGE, "工资证明")).await.expect(200);
    assert_eq!(told.text("/answers/0/answer"), "not_needed");

    assert_eq!(reviewer.post(&format!("{path}/retire"), json!({})).await.expect(422).fields(), ["reason"]);
    let retired = reviewer.post(&format!("{path}/retire"), json!({ "reason": "并入省级清单" })).await.expect(200);
    assert_eq!(retired.text("state"), "retired");
    let shown = reviewer.get(&path).await.expect(200);
    assert!(shown.body["actions"].as_array().unwrap().is_empty());
    let line: Vec<_> = shown.body["steps"].as_array().unwrap().iter().map(|s| s["to"].as_str().unwrap()).collect();
    assert_eq!(line, ["proposed", "in_force", "retired"]);
    let twice = reviewer.post(&format!("{path}/retire"), json!({ "reason": "再来" })).await;
    assert_eq!(twice.refused(409, "certificates.item.not_in_force").text("/current/state"), "retired");
    let told = test.stranger().get(&lookup(VILLAGE, "工资证明")).await.expect(200);
    assert_eq!(told.text("/answers/0/answer"), "unknown");
    let again = editor.post(&at(WUHUA, "/items"), income()).await.expect(201);
    assert_eq!(again.text("edition"), "2");
    editor.post(&at(WUHUA, "/items"), income()).await.refused(409, "certificates.item.twice");
    let back = at(WUHUA, &format!("/items/{}/withdraw", again.text("id")));
    assert_eq!(editor.post(&back, json!({})).await.expect(422).fields(), ["reason"]);
    editor.post(&back, json!({ "reason": "重复" })).await.expect(200);
    assert_eq!(editor.get(&at(VILLAGE, "/items?state=retired")).await.expect(200).items().len(), 1);
    assert_eq!(editor.get(&at(WUHUA, "/items?code=income")).await.expect(200).items().len(), 2);
}

#[tokio::test]
async fn a_retained_item_without_a_law_behind_it_is_refused_with_the_article() {
    let test = platform().await;
    let editor = test.role(WUHUA, "certificates.editor").await;
    let mut item = poverty();
    item.as_object_mut().unwrap().remove("basis");
    let refused = editor.post(&at(WUHUA, "/items"), item.clone()).await.refused(409, "certificates.item.basis");
    assert_eq!(refused.text("rule"), "CERT.BASIS");
    assert!(refused.text("source").contains("优化营商环境条例第四十四条"));
    item["basis"] = json!({ "kind": "county_document", "law": "县政府 5 号文", "article": "第三条" });
    editor.post(&at(WUHUA, "/items"), item.clone()).await.refused(409, "certificates.item.basis");
    item["basis"] = json!({ "kind": "law", "law": " ", "article": "" });
    assert_eq!(editor.post(&at(WUHUA, "/items"), item).await.expect(422).fields(), ["basis.law", "basis.article"]);
}

#[tokio::test]
async fn nothing_stands_in_the_way_of_the_negative_list_under_any_name() {
    let test = platform().await;
    let editor = test.role(WUHUA, "certificates.editor").await;
    for (code, name, alias) in [
        ("being_alive", "生活证明书", ""),
        ("alive", "健在证明", ""),
        ("pensioner", "退休人员健在证明", ""),
        ("pension", "养老待遇证明", "生存证明"),
        ("clean", "无犯罪记录证明", ""),
        ("dog", "Dog", ""),
    ] {
        let mut item = poverty();
        item["code"] = json!(code);
        item["name"] = json!(name);
        item["aliases"] = if alias.is_empty() { json!([]) } else { json!([alias]) };
        let refused = editor.post(&at(WUHUA, "/items"), item).await.refused(409, "certificates.item.negative");
        assert_eq!(refused.text("rule"), "CERT.NEG", "{name}");
        assert!(refused.text("source").contains("民发〔2020〕20号"), "{name}");
    }
    let replaced = json!({ "code": "birth", "name": "出生", "status_kind": "replaced", "replacement": "abolish" });
    editor.post(&at(WUHUA, "/items"), replaced).await.refused(409, "certificates.item.negative");
    let livestock = json!({
        "code": "livestock_death", "name": "牲畜死亡证明", "status_kind": "replaced", "replacement": "self_check",
        "requesting_body": "保险公司",
    });
    editor.post(&at(WUHUA, "/items"), livestock).await.expect(201);
    assert_eq!(editor.get(&at(WUHUA, "/items")).await.expect(200).items().len(), 1);
}

#[tokio::test]
async fn what_is_blocked_between_proposal_and_publication_is_not_published() {
    let test = platform().await;
    let editor = test.role(WUHUA, "certificates.editor").await;
    let reviewer = test.role(WUHUA, "certificates.reviewer").await;
    let id = editor.post(&at(WUHUA, "/items"), poverty()).await.expect(201).text("id");
    let admin = test.role(KUNMING, "base.system_admin").await;
    let overlay = json!({ "value": ["hardship"], "reason": "市清单" });
    admin.put(&format!("/places/{KUNMING}/rules/CERT.NEG"), overlay).await.expect(204);
    let path = at(WUHUA, &format!("/items/{id}/publish"));
    let refused = reviewer.post(&path, json!({})).await.refused(409, "certificates.item.negative");
    assert!(refused.text("source").contains("市清单"), "{:#}", refused.body);
}

#[tokio::test]
async fn a_level_below_adds_and_neither_retires_nor_changes_what_is_above_it() {
    let test = platform().await;
    let id = publish(&test, PROVINCE, income()).await;
    let county = test.role(WUHUA, "certificates.reviewer").await;
    let path = at(WUHUA, &format!("/items/{id}"));
    county.get(&path).await.expect(200);
    let refused = county.post(&format!("{path}/retire"), json!({ "reason": "本县不用" })).await;
    let refused = refused.refused(409, "certificates.item.above");
    assert_eq!(refused.text("rule"), "CERT.NEG");
    assert!(refused.text("source").contains("民发〔2020〕20号"));
    assert!(refused.text("who").contains("云南省"));
    county.post(&at(PROVINCE, &format!("/items/{id}/retire")), json!({ "reason": "x" })).await.expect(403);
    let editor = test.role(WUHUA, "certificates.editor").await;
    let mut item = poverty();
    item["aliases"] = json!(["挣多少钱"]);
    editor.post(&at(WUHUA, "/items"), item).await.refused(409, "certificates.item.negative");
    // The county says where its own window is; what the province said stays.
    let mut own = income();
    own["next_door"] = json!("五华区政务服务中心 3 号窗口");
    publish(&test, WUHUA, own).await;
    let told = test.stranger().get(&lookup(VILLAGE, "收入证明")).await.expect(200);
    assert_eq!(told.text("/answers/0/next_door/zh"), "五华区政务服务中心 3 号窗口；到县民政局窗口，由民政局统一核对");
}

#[tokio::test]
async fn a_township_lays_down_no_papers_of_its_own() {
    let test = platform().await;
    let editor = test.role(HUASHAN, "certificates.editor").await;
    let refused = editor.post(&at(HUASHAN, "/items"), income()).await.refused(409, "certificates.item.level");
    assert_eq!(refused.text("rule"), "CERT.BASIS");
    let refused = editor.post(&at(WUHUA, "/items"), income()).await.expect(403);
    assert_eq!(refused.text("rule"), "certificates.item.propose");
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once_and_nothing_is_written() {
    let test = platform().await;
    let editor = test.role(WUHUA, "certificates.editor").await;
    let wrong = json!({
        "code": "Ä B", "name": "证明", "aliases": ["", "好"], "status_kind": "negative", "purpose": "长".repeat(201),
        "replacement": "commitment",
    });
    let answer = editor.post(&at(WUHUA, "/items"), wrong).await.expect(422);
    let mut fields = answer.fields();
    fields.sort_unstable();
    assert_eq!(fields, ["aliases.0", "code", "name", "next_door", "purpose", "replacement"]);
    for (kind, field) in [("retained", "issuer"), ("replaced", "replacement"), ("sometimes", "status_kind")] {
        let item = json!({ "code": "x", "name": "收入", "status_kind": kind });
        assert_eq!(editor.post(&at(WUHUA, "/items"), item).await.expect(422).fields(), [field], "{kind}");
    }
    assert!(editor.get(&at(WUHUA, "/items")).await.expect(200).items().is_empty());
}

#[tokio::test]
async fn a_county_puts_a_step_of_its_own_before_publication_and_leaves_none_out() {
    let test = platform().await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let process = format!("/places/{WUHUA}/processes/certificates.item");
    let skip = json!({ "overlay": { "skip": ["certificates.item.publish"] }, "reason": "省事" });
    admin.put(&process, skip).await.refused(409, "base.process.fixed");
    let review = json!({ "overlay": { "add": [{
        "id": "legal_review", "title": { "zh": "司法局审核", "en": "Review by the justice office" },
        "before": "certificates.item.publish", "permission": "certificates.item.publish",
    }] }, "reason": "县司法局要求" });
    admin.put(&process, review).await.expect(204);
    let editor = test.role(WUHUA, "certificates.editor").await;
    let reviewer = test.role(WUHUA, "certificates.reviewer").await;
    let id = editor.post(&at(WUHUA, "/items"), income()).await.expect(201).text("id");
    let path = at(WUHUA, &format!("/items/{id}"));
    reviewer.post(&format!("{path}/publish"), json!({})).await.refused(409, "base.process.not_now");
    let actions = reviewer.get(&path).await.expect(200);
    assert_eq!(actions.text("/actions/0/action"), "certificates.item.local.legal_review");
    editor.post(&format!("{path}/local/legal_review"), json!({})).await.expect(403);
    reviewer.post(&format!("{path}/local/legal_review"), json!({})).await.expect(200);
    let published = reviewer.post(&format!("{path}/publish"), json!({})).await.expect(200);
    assert!(published.body["in_force_from"].is_string());
}

#[tokio::test]
async fn two_people_at_once_give_one_outcome_and_an_honest_conflict() {
    let test = platform().await;
    let two = test.user(WUHUA, &["certificates.item.propose", "certificates.item.publish"]).await.at_once();
    let other = two.clone();
    let items = at(WUHUA, "/items");
    let (a, b) = tokio::join!(two.post(&items, poverty()), other.post(&items, poverty()));
    let (won, lost) = if a.status == 201 { (a, b) } else { (b, a) };
    lost.refused(409, "certificates.item.twice");
    let path = at(WUHUA, &format!("/items/{}/publish", won.expect(201).text("id")));
    let (a, b) = tokio::join!(two.post(&path, json!({})), other.post(&path, json!({})));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

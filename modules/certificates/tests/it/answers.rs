//! What a demand is answered with: a way, what to do next, and where a commitment does, the commitment.

use chrono::Duration;
use jizuo_testing::places::{OTHER_VILLAGE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use crate::{at, demand, hardship, page, platform, publish, resident, together};

fn replaced(code: &str, name: &str, way: &str) -> Value {
    json!({
        "code": code, "name": name, "status_kind": "replaced", "requesting_body": "第一小学", "replacement": way,
    })
}

fn residence() -> Value {
    let mut item = replaced("residence", "居住情况证明", "commitment");
    item["commits"] = json!("本人和孩子实际居住在填报的地址");
    item
}

/// Records a demand of somebody of the base data.
async fn demand_of(by: &User<'_>, what: &str, person: &str) -> Answer {
    let body = json!({ "what": what, "requesting_body": "第一小学", "matter": "子女入学", "person": person });
    by.post(&at(VILLAGE, "/demands"), body).await.expect(201)
}

async fn clerk(test: &TestApp) -> User<'_> {
    test.role(VILLAGE, "certificates.clerk").await
}

#[tokio::test]
async fn every_answer_says_a_way_and_what_to_do_next() {
    let test = platform().await;
    let clerk = clerk(&test).await;
    for (code, name, way) in [
        ("a", "甲项证明", "abolish"),
        ("b", "乙项证明", "data_check"),
        ("c", "丙项证明", "self_check"),
        ("d", "丁项证明", "licence"),
        ("e", "戊项证明", "other_document"),
    ] {
        publish(&test, WUHUA, replaced(code, name, way)).await;
    }
    publish(&test, WUHUA, residence()).await;
    publish(&test, WUHUA, hardship()).await;
    for (what, outcome, way, says) in [
        ("甲项证明", "replaced", "not_needed", "哪条法律"),
        ("乙项证明", "replaced", "data_check", "数据核验"),
        ("丙项证明", "replaced", "self_check", "自行调查"),
        ("丁项证明", "replaced", "licence", "出示"),
        ("戊项证明", "replaced", "other_document", "其他材料"),
        ("居住情况证明", "replaced", "commitment", "签字"),
        ("贫困证明", "issued_here", "issued_here", "申请"),
        ("健在证明", "off_list", "next_door", "到哪里办"),
        ("养鹅资格证明", "off_list", "unknown", "写明依据"),
    ] {
        let told = demand(&clerk, VILLAGE, what, "某单位").await;
        assert_eq!((told.text("outcome"), told.text("way")), (outcome.into(), way.into()), "{what}");
        assert!(told.text("/next/zh").contains(says), "{what}: {}", told.text("/next/zh"));
        assert!(!told.text("/next_door/zh").is_empty() && !told.text("/basis/zh").is_empty(), "{what}");
        assert_eq!(told.body.get("apply").is_some(), way == "issued_here", "{what}");
        assert_eq!(told.body.get("commit").is_some(), way == "commitment", "{what}");
        let listed = clerk.get(&at(VILLAGE, &format!("/demands?way={way}"))).await.expect(200);
        assert_eq!(listed.items(), [told.body]);
    }
    test.pass(Duration::minutes(1));
    let viewer = test.role(WUHUA, "base.viewer").await;
    let figure = viewer.get(&format!("/places/{WUHUA}/statistics/certificates.demands.by_way")).await.expect(200);
    let rows = figure.body["rows"].as_array().unwrap();
    assert_eq!((figure.text("total"), rows.len()), ("9".to_owned(), 9));
    assert!(rows.iter().any(|row| row["label"] == "self_check" && row["value"] == 1), "{rows:#?}");
}

#[tokio::test]
async fn what_is_issued_here_is_applied_for_without_typing_it_again() {
    let test = platform().await;
    let clerk = clerk(&test).await;
    publish(&test, WUHUA, hardship()).await;
    let person = resident(&test, "李阿诗").await;
    let told = demand_of(&clerk, "贫困证明", &person).await;
    assert_eq!(told.text("apply"), format!("/papers/new?item=hardship&person={person}"));
}

#[tokio::test]
async fn a_commitment_is_printed_signed_and_recorded_once() {
    let test = platform().await;
    let clerk = clerk(&test).await;
    publish(&test, WUHUA, residence()).await;
    let village = test.role(VILLAGE, "base.village_clerk").await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": {
        "person.name": "李阿诗", "person.identity_number": "530102188001010024",
    } });
    let person = village.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id");
    let told = demand_of(&clerk, "居住情况证明", &person).await;
    let path = at(VILLAGE, &format!("/demands/{}", told.text("id")));
    assert_eq!(told.text("commitment"), format!("/api/v1{path}/commitment").replace(VILLAGE, &told.text("place")));
    let sheet = clerk.get(&format!("{path}/commitment")).await.expect(200);
    let html = page(&sheet);
    for says in [
        "告知承诺书",
        "居住情况证明",
        "第一小学",
        "子女入学",
        "优化营商环境条例第四十四条",
        "本人和孩子实际居住在填报的地址",
        "不实承诺的责任",
        "核查的权力",
        "不愿承诺",
        "国办发〔2020〕42号",
        "是否公开",
        "李阿诗",
        "530102********0024",
        "年　　月",
    ] {
        assert!(html.contains(says), "{says}: {html}");
    }
    assert!(!html.contains("530102188001010024"), "the number is masked");

    let commit = format!("{path}/commit");
    for day in ["2026-03-01", "2026-03-03"] {
        assert_eq!(clerk.post(&commit, json!({ "day": day })).await.expect(422).fields(), ["day"], "{day}");
    }
    assert_eq!(clerk.post(&commit, json!({ "person": person })).await.expect(422).fields(), ["person"]);
    // Of twenty who record it at once one does.
    let many = clerk.at_once();
    let tries = (0..20).map(|_| {
        let (many, commit) = (many.clone(), commit.clone());
        async move { many.post(&commit, json!({})).await.status.as_u16() }
    });
    let answers = together(tries).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| [200, 409].contains(status)), "{answers:?}");
    clerk.post(&commit, json!({})).await.refused(409, "certificates.commitment.made");
    let shown = clerk.get(&path).await.expect(200);
    assert_eq!(shown.text("committed_on"), "2026-03-02");
    assert!(shown.body.get("commit").is_none());
    assert!(shown.text("breach").contains(&person));
    // What was signed stays what it was.
    let later = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": { "person.name": "李阿施" } });
    village.post(&format!("/places/{VILLAGE}/persons/{person}/facts"), later).await.expect(200);
    let kept = clerk.get(&format!("{path}/commitment")).await.expect(200);
    assert!(page(&kept).contains("李阿诗") && page(&kept).contains("2026年3月2日"), "{}", page(&kept));
    // The audit names nobody in full.
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let audit = auditor.get(&format!("/places/{WUHUA}/audit?action=certificates.demand.commit")).await.expect(200);
    assert_eq!(audit.items().len(), 1);
    assert!(!audit.body.to_string().contains("李阿诗"), "{}", audit.body);
}

#[tokio::test]
async fn a_demand_without_a_resident_names_one_when_the_commitment_is_recorded() {
    let test = platform().await;
    let clerk = clerk(&test).await;
    publish(&test, WUHUA, residence()).await;
    let told = demand(&clerk, VILLAGE, "居住情况证明", "第一小学").await;
    let path = at(VILLAGE, &format!("/demands/{}", told.text("id")));
    let sheet = clerk.get(&format!("{path}/commitment")).await.expect(200);
    assert!(page(&sheet).contains("承诺人：＿＿"), "lines to write on: {}", page(&sheet));
    assert_eq!(clerk.post(&format!("{path}/commit"), json!({})).await.expect(422).fields(), ["person"]);
    let person = resident(&test, "李阿诗").await;
    let made = clerk.post(&format!("{path}/commit"), json!({ "person": person })).await.expect(200);
    assert_eq!((made.text("person"), made.text("on_behalf_of")), (person, "李阿诗".to_owned()));
}

#[tokio::test]
async fn no_commitment_stands_in_for_what_the_catalogue_answers_in_another_way() {
    let test = platform().await;
    let clerk = clerk(&test).await;
    let told = demand(&clerk, VILLAGE, "健在证明", "县社会保险中心").await;
    let path = at(VILLAGE, &format!("/demands/{}", told.text("id")));
    let refused = clerk.post(&format!("{path}/commit"), json!({})).await;
    let refused = refused.refused(409, "certificates.commitment.other_way");
    assert!(refused.text("/current/next_door/zh").contains("社会保险"), "{:#}", refused.body);
    let sheet = clerk.get(&format!("{path}/commitment")).await.expect(200);
    assert!(
        page(&sheet).contains("社会保险") && page(&sheet).contains("民发〔2020〕20号附件第10项"),
        "{}",
        page(&sheet)
    );
    assert!(!page(&sheet).contains("承诺人"), "nothing to sign: {}", page(&sheet));
}

#[tokio::test]
async fn a_marked_paper_is_not_replaced_by_a_commitment() {
    let test = platform().await;
    let editor = test.role(WUHUA, "certificates.editor").await;
    let mut item = residence();
    item["no_commitment"] = json!(true);
    let refused = editor.post(&at(WUHUA, "/items"), item.clone()).await;
    let refused = refused.refused(409, "certificates.item.no_commitment");
    assert_eq!(refused.text("rule"), "CERT.COMMITMENT.SCOPE");
    assert!(refused.text("source").contains("国办发〔2020〕42号"), "{:#}", refused.body);
    // Another way is open to it; and what is committed to is said only of a commitment.
    item["replacement"] = json!("data_check");
    assert_eq!(editor.post(&at(WUHUA, "/items"), item.clone()).await.expect(422).fields(), ["commits"]);
    item.as_object_mut().unwrap().remove("commits");
    editor.post(&at(WUHUA, "/items"), item).await.expect(201);
    // A reform does not get around it.
    let mut kept = hardship();
    kept["no_commitment"] = json!(true);
    publish(&test, WUHUA, kept).await;
    let reform = |way: &str| json!({ "title": "清理", "reason": "试", "items": ["hardship"], "replacement": way });
    let answer = editor.post(&at(WUHUA, "/reforms"), reform("commitment")).await.expect(422);
    assert_eq!(answer.fields(), ["changes[0].replacement"]);
    editor.post(&at(WUHUA, "/reforms"), reform("data_check")).await.expect(201);
}

#[tokio::test]
async fn who_committed_falsely_is_told_the_other_way_until_it_is_repaired() {
    let test = platform().await;
    let clerk = clerk(&test).await;
    let office = test.role(WUHUA, "certificates.office").await;
    publish(&test, WUHUA, residence()).await;
    let (person, other) = (resident(&test, "李阿诗").await, resident(&test, "普老三").await);
    let first = demand_of(&clerk, "居住情况证明", &person).await.text("id");
    let open = demand_of(&clerk, "居住情况证明", &person).await.text("id");
    let at_demand = |id: &str, what: &str| at(VILLAGE, &format!("/demands/{id}/{what}"));
    let false_one = |person: &str| json!({ "person": person, "demand": first, "reason": "核查发现没有住过" });
    // Not before a commitment was made, and not of somebody else.
    let early = office.post(&at(WUHUA, "/breaches"), false_one(&person)).await.expect(422);
    assert_eq!(early.fields(), ["demand"]);
    clerk.post(&at_demand(&first, "commit"), json!({})).await.expect(200);
    assert_eq!(office.post(&at(WUHUA, "/breaches"), false_one(&other)).await.expect(422).fields(), ["demand"]);
    let breach = office.post(&at(WUHUA, "/breaches"), false_one(&person)).await.expect(201).text("id");

    let told = demand_of(&clerk, "居住情况证明", &person).await;
    assert_eq!((told.text("outcome"), told.text("way")), ("replaced".to_owned(), "next_door".to_owned()));
    assert!(told.text("/next_door/zh").contains("证明材料") && told.text("/next_door/zh").contains("信用修复"));
    assert!(told.text("/basis/zh").contains("国办发〔2020〕42号（五）"), "{:#}", told.body);
    assert!(told.body.get("commit").is_none() && told.body.get("commitment").is_none());
    let sheet = clerk.get(&at_demand(&open, "commitment")).await.expect(200);
    for says in ["不适用告知承诺", "第一小学", "信用修复", "国办发〔2020〕42号（五）"] {
        assert!(page(&sheet).contains(says), "{says}: {}", page(&sheet));
    }
    let refused = clerk.post(&at_demand(&open, "commit"), json!({})).await;
    let refused = refused.refused(409, "certificates.commitment.barred");
    assert_eq!(refused.text("rule"), "CERT.COMMITMENT.BREACH");
    assert!(refused.text("/current/next_door/zh").contains("第一小学"), "{:#}", refused.body);
    assert_eq!(demand_of(&clerk, "居住情况证明", &other).await.text("way"), "commitment", "nobody else is touched");

    // It is the county office's record, and not the counter's.
    clerk.get(&at(WUHUA, "/breaches")).await.expect(403);
    let listed = office.get(&at(WUHUA, "/breaches?open=true")).await.expect(200);
    assert_eq!(listed.items().len(), 1);
    let path = at(WUHUA, &format!("/breaches/{breach}"));
    let repair = format!("{path}/repair");
    assert_eq!(office.post(&repair, json!({ "reason": " " })).await.expect(422).fields(), ["reason"]);
    office.post(&repair, json!({ "reason": "已补交材料，信用修复完成" })).await.expect(200);
    office.post(&repair, json!({ "reason": "再次" })).await.refused(409, "certificates.breach.repaired");
    let shown = office.get(&path).await.expect(200);
    assert_eq!(
        (shown.text("repaired_because"), shown.text("reason")),
        ("已补交材料，信用修复完成".into(), "核查发现没有住过".into())
    );
    assert!(office.get(&at(WUHUA, "/breaches?open=true")).await.expect(200).items().is_empty());
    assert_eq!(demand_of(&clerk, "居住情况证明", &person).await.text("way"), "commitment");
    clerk.post(&at_demand(&open, "commit"), json!({})).await.expect(200);
}

#[tokio::test]
async fn the_county_sees_who_keeps_demanding_and_writes_to_them_without_naming_anybody() {
    let test = platform().await;
    let here = clerk(&test).await;
    let there = test.role(OTHER_VILLAGE, "certificates.clerk").await;
    let office = test.role(WUHUA, "certificates.office").await;
    let named = json!({
        "what": "李阿奶祖传手艺的证明", "requesting_body": "某&银行 <一支行>", "on_behalf_of": "李阿奶", "matter": "李阿奶领钱",
    });
    here.post(&at(VILLAGE, "/demands"), named).await.expect(201);
    for what in ["健在证明", "健在证明", "无犯罪记录"] {
        demand(&there, OTHER_VILLAGE, what, "某&银行 <一支行>").await;
    }
    test.pass(Duration::days(1));
    demand(&here, VILLAGE, "健在证明", "县社会保险中心").await;
    test.settle().await;

    let bodies = office.get(&at(WUHUA, "/bodies")).await.expect(200);
    let bodies = bodies.body.as_array().unwrap();
    assert_eq!(bodies.len(), 2);
    assert_eq!((&bodies[0]["requesting_body"], &bodies[0]["demands"]), (&json!("某&银行 <一支行>"), &json!(4)));
    assert_eq!(bodies[0]["items"][0]["code"], "being_alive");
    assert_eq!(bodies[0]["items"].as_array().unwrap().len(), 3);
    assert!(bodies[0]["last_at"].as_str().unwrap().starts_with("2026-03-02"), "{bodies:#?}");
    assert!(!json!(bodies).to_string().contains("李阿奶"), "{bodies:#?}");
    // The demands behind the number; and days are kept to.
    let behind = office.get(&at(WUHUA, bodies[0]["list"].as_str().unwrap())).await.expect(200);
    assert_eq!(behind.items().len(), 4);
    let first_day = office.get(&at(WUHUA, "/bodies?from=2026-03-02&to=2026-03-02")).await.expect(200);
    assert_eq!(first_day.body.as_array().unwrap().len(), 1);
    let wrong = office.get(&at(WUHUA, "/bodies?from=2026-03-03&to=2026-03-02")).await.expect(422);
    assert_eq!(wrong.fields(), ["from"]);
    // A village sees its own part.
    let mine = here.get(&at(VILLAGE, "/bodies")).await.expect(200);
    assert_eq!(mine.body.as_array().unwrap().iter().map(|body| body["demands"].as_i64().unwrap()).sum::<i64>(), 2);

    let notices = office.get(&at(WUHUA, "/notices")).await.expect(200);
    let notice = at(WUHUA, &format!("/notices/{}", notices.items()[0]["id"].as_str().unwrap()));
    let shown = office.get(&notice).await.expect(200);
    let link = shown.text("/bodies/0/letter");
    let letter = office.get(link.strip_prefix("/api/v1").unwrap()).await.expect(200);
    let html = page(&letter);
    for says in [
        "某&amp;银行 &lt;一支行&gt;：",
        "证明4件",
        "<td>健在证明</td><td class=\"num\">2</td>",
        "第四十四条",
        "民发〔2020〕20号附件第10项",
        "目录以外的证明",
        "2026年1月1日至2026年3月31日",
        "五华区",
        "2026年3月3日",
    ] {
        assert!(html.contains(says), "{says}: {html}");
    }
    assert!(!html.contains("李阿奶"), "no resident: {html}");
    office.get(&format!("{notice}/letter?body=nobody")).await.expect(404);
}

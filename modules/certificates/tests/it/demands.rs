//! Somebody demands a paper: recorded, answered, counted, and told to the county office.

use chrono::Duration;
use jizuo_testing::places::{HUASHAN, OTHER_VILLAGE, PANLONG, PANLONG_VILLAGE, PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::json;

use crate::{at, demand, income, platform, poverty, publish};

async fn clerk<'a>(test: &'a TestApp, place: &str) -> User<'a> {
    test.role(place, "certificates.clerk").await
}

/// DOMAIN §10, scenario 19.
#[tokio::test]
async fn the_fifth_off_list_demand_of_a_quarter_tells_the_county_office_who_demands() {
    let test = platform().await;
    test.switch(PANLONG, "certificates", "on").await;
    let (here, there) = (clerk(&test, VILLAGE).await, clerk(&test, OTHER_VILLAGE).await);
    let office = test.role(WUHUA, "certificates.office").await;
    let neighbour = clerk(&test, PANLONG_VILLAGE).await;

    let told = demand(&here, VILLAGE, "还活着的证明", "县社会保险中心").await;
    assert_eq!(told.text("outcome"), "off_list");
    assert_eq!(told.text("code"), "being_alive");
    assert!(told.text("/next_door/zh").contains("社会保险经办机构"));
    assert!(told.text("/next_door/zh").contains("自助认证"));
    assert_eq!(told.text("/basis/zh"), "民发〔2020〕20号附件第10项");
    demand(&there, OTHER_VILLAGE, "健在证明", "县社会保险中心").await;
    demand(&there, OTHER_VILLAGE, "无犯罪记录", "某保安公司").await;
    demand(&here, VILLAGE, "养鹅资格证明", "某合作社").await;
    demand(&neighbour, PANLONG_VILLAGE, "健在证明", "县社会保险中心").await;
    test.settle().await;
    assert!(office.get(&at(WUHUA, "/notices")).await.expect(200).items().is_empty());

    demand(&here, VILLAGE, "proof of being alive", "县社会保险中心").await;
    test.settle().await;
    let notices = office.get(&at(WUHUA, "/notices")).await.expect(200);
    assert_eq!(notices.items().len(), 1);
    assert_eq!(notices.items()[0]["quarter"], "2026-Q1");
    assert_eq!(notices.items()[0]["threshold"], 5);
    let path = at(WUHUA, &format!("/notices/{}", notices.items()[0]["id"].as_str().unwrap()));
    let notice = office.get(&path).await.expect(200);
    assert_eq!(notice.text("total"), "5");
    let first = &notice.body["bodies"][0];
    assert_eq!((&first["requesting_body"], &first["demands"]), (&json!("县社会保险中心"), &json!(3)));
    assert_eq!(first["items"].as_array().unwrap().len(), 1, "{first:#}");
    assert_eq!((&first["items"][0]["code"], &first["items"][0]["demands"]), (&json!("being_alive"), &json!(3)));
    assert_eq!(notice.body["bodies"].as_array().unwrap().len(), 3);

    // More of them open no second notice, and are counted when it is read.
    demand(&here, VILLAGE, "健在证明", "县社会保险中心").await;
    test.settle().await;
    assert_eq!(office.get(&at(WUHUA, "/notices")).await.expect(200).items().len(), 1);
    assert_eq!(office.get(&path).await.expect(200).text("/bodies/0/demands"), "4");

    // A new quarter counts anew.
    test.pass(Duration::days(31));
    for _ in 0..5 {
        demand(&here, VILLAGE, "健在证明", "县社会保险中心").await;
    }
    test.settle().await;
    let notices = office.get(&at(WUHUA, "/notices")).await.expect(200);
    assert_eq!(notices.items().len(), 2);
    assert_eq!(notices.items()[0]["quarter"], "2026-Q2");
    assert_eq!(office.get(&path).await.expect(200).text("total"), "6");
}

#[tokio::test]
async fn no_role_and_no_path_issues_a_negative_paper() {
    let test = platform().await;
    let everything: Vec<&str> = test.app.registry.modules().iter().flat_map(|m| m.permissions).map(|p| p.id).collect();
    let mighty = test.user(WUHUA, &everything).await;
    let person = crate::resident(&test, "李阿诗").await;
    for what in ["健在证明", "being_alive", "亲属关系证明"] {
        assert_eq!(demand(&mighty, WUHUA, what, "县社会保险中心").await.text("outcome"), "off_list");
        for place in [WUHUA, VILLAGE] {
            let refused = mighty.post(&at(place, "/papers"), crate::application(what, &person)).await;
            let refused = refused.refused(409, "certificates.paper.negative");
            assert_eq!(refused.text("rule"), "CERT.NEG");
            assert!(refused.text("source").contains("民发〔2020〕20号"), "{:#}", refused.body);
            assert!(!refused.text("/current/next_door/zh").is_empty());
        }
    }
    // Whatever begins something here begins no paper under such a name.
    let issued: Vec<String> = test
        .app
        .registry
        .operations()
        .into_iter()
        .filter(|o| o.module == "certificates" && o.id.contains("issue"))
        .map(|o| o.path.clone())
        .collect();
    assert_eq!(
        issued,
        ["/api/v1/places/{place}/certificates/papers/{id}/issue"],
        "one way to issue, and it needs a paper"
    );
    let mut item = poverty();
    item["code"] = json!("being_alive");
    mighty.post(&at(WUHUA, "/items"), item).await.refused(409, "certificates.item.negative");
    assert!(mighty.get(&at(WUHUA, "/papers")).await.expect(200).items().is_empty());
}

#[tokio::test]
async fn a_demand_is_answered_by_the_catalogue_in_force() {
    let test = platform().await;
    let clerk = clerk(&test, VILLAGE).await;
    assert_eq!(demand(&clerk, VILLAGE, "贫困证明", "法律援助中心").await.text("outcome"), "off_list");
    let id = publish(&test, PROVINCE, poverty()).await;
    let replaced = json!({
        "code": "residence", "name": "居住证明", "aliases": ["住在哪"], "status_kind": "replaced",
        "requesting_body": "学校", "replacement": "commitment",
    });
    publish(&test, WUHUA, replaced).await;
    publish(&test, WUHUA, income()).await;
    for (what, outcome, door) in [
        ("贫困证明", "issued_here", "到乡镇人民政府开具"),
        (id.as_str(), "issued_here", "到乡镇人民政府开具"),
        ("住在哪的证明", "replaced", "不用开：向学校书面承诺即可（告知承诺）"),
        ("工资证明", "off_list", "到县民政局窗口，由民政局统一核对"),
    ] {
        let told = demand(&clerk, VILLAGE, what, "某单位").await;
        assert_eq!(told.text("outcome"), outcome, "{what}");
        assert_eq!(told.text("/next_door/zh"), door, "{what}");
        let kept = clerk.get(&at(VILLAGE, &format!("/demands/{}", told.text("id")))).await.expect(200);
        assert_eq!(kept.body, told.body);
    }
    let off_list = clerk.get(&at(VILLAGE, "/demands?outcome=off_list")).await.expect(200);
    assert_eq!(off_list.items().len(), 2);
}

#[tokio::test]
async fn a_demand_is_recorded_where_one_serves_and_seen_from_there_and_above() {
    let test = platform().await;
    let (mine, other) = (clerk(&test, VILLAGE).await, clerk(&test, OTHER_VILLAGE).await);
    let id = demand(&mine, VILLAGE, "健在证明", "县社会保险中心").await.text("id");
    other.get(&at(VILLAGE, &format!("/demands/{id}"))).await.expect(404);
    other.get(&at(WUHUA, &format!("/demands/{id}"))).await.expect(404);
    assert!(other.get(&at(WUHUA, "/demands")).await.expect(200).items().is_empty());
    clerk(&test, HUASHAN).await.get(&at(HUASHAN, &format!("/demands/{id}"))).await.expect(200);
    // The gate knows a clerk of a village at the county's path; the county's record is not hers to write.
    let body = json!({ "what": "健在证明", "requesting_body": "银行" });
    let refused = mine.post(&at(WUHUA, "/demands"), body.clone()).await.expect(403);
    assert_eq!(refused.text("rule"), "certificates.demand.record");
    let province = clerk(&test, PROVINCE).await;
    province.post(&at(PROVINCE, "/demands"), body.clone()).await.refused(409, "base.gate.above_county");
    province.post(&at(WUHUA, "/demands"), body).await.refused(403, "base.gate.figures_only");
    province.get(&at(PROVINCE, "/demands")).await.refused(403, "base.gate.figures_only");
    // A township or village has no county-wide list.
    test.settle().await;
    assert!(clerk(&test, HUASHAN).await.get(&at(HUASHAN, "/notices")).await.expect(200).items().is_empty());
}

#[tokio::test]
async fn names_stay_out_of_the_audit_and_out_of_the_facts() {
    let test = platform().await;
    let clerk = clerk(&test, VILLAGE).await;
    let body = json!({
        "what": "木呷阿普还活着的证明", "requesting_body": "县社会保险中心", "matter": "领取养老金",
        "on_behalf_of": "𠮷阿普·木呷",
    });
    let told = clerk.post(&at(VILLAGE, "/demands"), body).await.expect(201);
    assert_eq!(told.text("on_behalf_of"), "𠮷阿普·木呷");
    assert_eq!(told.text("code"), "being_alive");
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let audit = auditor.get(&format!("/places/{WUHUA}/audit?action=certificates.demand.record")).await.expect(200);
    assert!(audit.items()[0]["on_behalf_of"].is_string());
    test.pass(Duration::minutes(1));
    let reader = test.role(WUHUA, "base.integrator").await;
    let feed = reader.get(&format!("/places/{WUHUA}/events?topic=certificates.demand.off_list")).await;
    let feed = feed.expect(200);
    assert_eq!(feed.items()[0]["data"]["item"], "being_alive");
    for text in [audit.body.to_string(), feed.body.to_string()] {
        assert!(!text.contains("木呷"), "{text}");
    }
}

#[tokio::test]
async fn every_wrong_field_of_a_demand_is_named_at_once() {
    let test = platform().await;
    let clerk = clerk(&test, VILLAGE).await;
    let wrong = json!({ "what": "", "requesting_body": "长".repeat(101), "on_behalf_of": "a\u{0007}b" });
    let answer = clerk.post(&at(VILLAGE, "/demands"), wrong).await.expect(422);
    assert_eq!(answer.fields(), ["what", "requesting_body", "on_behalf_of"]);
    assert!(clerk.get(&at(VILLAGE, "/demands")).await.expect(200).items().is_empty());
}

#[tokio::test]
async fn figures_are_counted_from_demands_and_items() {
    let test = platform().await;
    let clerk = clerk(&test, VILLAGE).await;
    publish(&test, PROVINCE, poverty()).await;
    let id = publish(&test, WUHUA, income()).await;
    for (what, body) in [("健在证明", "银行"), ("健在证明", "银行"), ("案底", "学校"), ("贫困证明", "法援")]
    {
        demand(&clerk, VILLAGE, what, body).await;
    }
    test.pass(Duration::minutes(1));
    let viewer = test.role(PROVINCE, "base.viewer").await;
    let figure = |id: &str| format!("/places/{PROVINCE}/statistics/certificates.{id}");
    let outcomes = viewer.get(&figure("demands.by_outcome")).await.expect(200);
    assert_eq!(outcomes.text("total"), "4");
    let off_list = viewer.get(&figure("demands.off_list")).await.expect(200);
    assert_eq!(off_list.text("total"), "3");
    assert!(off_list.body["rows"].as_array().unwrap().iter().any(|row| row["label"] == "银行" && row["value"] == 2));
    assert_eq!(viewer.get(&figure("items.in_force")).await.expect(200).text("total"), "2");
    let reviewer = test.role(WUHUA, "certificates.reviewer").await;
    let path = at(WUHUA, &format!("/items/{id}/retire"));
    reviewer.post(&path, json!({ "reason": "并入省级清单" })).await.expect(200);
    test.pass(Duration::minutes(1));
    let left = viewer.get(&figure("items.in_force")).await.expect(200);
    assert_eq!((left.text("total"), left.text("/rows/0/label")), ("1".to_owned(), "retained".to_owned()));
}

#[tokio::test]
async fn a_county_chooses_its_own_number_for_a_notice() {
    let test = platform().await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let rule = format!("/places/{WUHUA}/rules/CERT.OFFLIST.NOTICE");
    admin.put(&rule, json!({ "value": 0, "reason": "试" })).await.refused(409, "base.rule.direction");
    admin.put(&rule, json!({ "value": 1, "reason": "县减负专班要求" })).await.expect(204);
    demand(&clerk(&test, VILLAGE).await, VILLAGE, "健在证明", "银行").await;
    test.settle().await;
    let office = test.role(WUHUA, "certificates.office").await;
    assert_eq!(office.get(&at(WUHUA, "/notices")).await.expect(200).items().len(), 1);
}

#[tokio::test]
async fn a_resident_whom_the_base_data_knows_is_named_by_it() {
    let test = platform().await;
    let here = clerk(&test, VILLAGE).await;
    let village = test.role(VILLAGE, "base.village_clerk").await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": { "person.name": "李阿诗" } });
    let person = village.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id");
    let body = json!({ "what": "健在证明", "requesting_body": "县社会保险中心", "person": person });
    let told = here.post(&at(VILLAGE, "/demands"), body).await.expect(201);
    assert_eq!((told.text("on_behalf_of"), told.text("person")), ("李阿诗".into(), person.clone()));
    let both =
        json!({ "what": "健在证明", "requesting_body": "县社会保险中心", "person": person, "on_behalf_of": "李阿诗" });
    assert_eq!(here.post(&at(VILLAGE, "/demands"), both).await.expect(422).fields(), ["on_behalf_of"]);
}

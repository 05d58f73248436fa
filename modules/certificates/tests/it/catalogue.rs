//! Looking up a paper, and the negative list in force.

use jizuo_testing::places::{ESHAN, HUASHAN, KUNMING, PANLONG, PROVINCE, VILLAGE, WUHUA};
use serde_json::json;

use crate::{at, demand, hardship, income, lookup, platform, poverty, publish};

#[tokio::test]
async fn anybody_asks_in_everyday_words_and_always_learns_the_next_door() {
    let test = platform().await;
    let anybody = test.stranger();
    for (words, code, door) in [
        ("健在证明", "being_alive", "社会保险"),
        ("还活着的证明", "being_alive", "自助认证"),
        ("开个生存证明怎么办理？", "being_alive", "社会保险"),
        ("没犯罪记录", "no_criminal_record", "派出所"),
        ("案底", "no_criminal_record", "派出所"),
        ("结婚没结婚", "marital_status", "婚姻登记"),
        ("单身证明", "marital_status", "婚姻登记"),
        ("证明我妈是我妈", "kinship", "公证"),
        ("ｄｏｇ licence", "dog_keeping", "派出所"),
        ("proof of being alive", "being_alive", "社会保险"),
        ("身份证丢了", "loss_of_document", "发证机关"),
        ("business_premises", "business_premises", "市场监管"),
        ("无房证明", "property", "不动产"),
        ("孩子出生证明", "birth", "医疗机构"),
    ] {
        let told = anybody.get(&lookup(VILLAGE, words)).await.expect(200);
        let first = &told.body["answers"][0];
        assert_eq!(first["code"], code, "{words}: {:#}", told.body);
        assert_eq!(first["answer"], "not_needed", "{words}");
        assert_eq!(first["confidence"], "likely");
        assert!(first["next_door"]["zh"].as_str().unwrap().contains(door), "{words}: {first:#}");
        assert!(first["basis"]["zh"].as_str().unwrap().starts_with("民发〔2020〕20号附件第"), "{first:#}");
    }
}

#[tokio::test]
async fn who_says_what_they_want_to_do_learns_which_paper_it_takes_and_how_it_is_issued() {
    let test = platform().await;
    publish(&test, WUHUA, hardship()).await;
    for words in ["申请助学金", "助学金"] {
        let told = test.stranger().get(&lookup(VILLAGE, words)).await.expect(200);
        let first = &told.body["answers"][0];
        assert_eq!((&first["answer"], &first["code"]), (&json!("issued_here"), &json!("hardship")), "{:#}", told.body);
        assert_eq!(first["purposes"], json!(["申请法律援助", "申请助学金"]));
        assert_eq!((&first["verification"], &first["validity_days"]), (&json!("visit"), &json!(30)));
        assert_eq!(told.body["exact"], false);
        assert_eq!(told.body["answers"].as_array().unwrap().len(), 1, "what is known stands for what is not");
    }
    // What is recorded of a demand is the paper that was asked for, and no guess.
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let recorded = demand(&clerk, VILLAGE, "助学金", "学校").await;
    assert_eq!(recorded.text("outcome"), "off_list");
    assert!(recorded.body.get("item").is_none(), "{:#}", recorded.body);
    // A paper that is issued says nothing of how where it is not.
    let alive = test.stranger().get(&lookup(VILLAGE, "健在证明")).await.expect(200);
    assert!(alive.body["answers"][0].get("purposes").is_none());
}

#[tokio::test]
async fn a_paper_nobody_knows_gets_an_honest_answer_and_nothing_else() {
    let test = platform().await;
    test.switch(PANLONG, "certificates", "on").await;
    for (place, words) in [(VILLAGE, "养鹅资格证明"), (WUHUA, "证明"), (PANLONG, "？？"), (HUASHAN, "健")] {
        let told = test.stranger().get(&lookup(place, words)).await.expect(200);
        assert_eq!(told.body["exact"], false);
        assert_eq!(told.body["answers"].as_array().unwrap().len(), 1, "{words}");
        let only = &told.body["answers"][0];
        assert_eq!(only["answer"], "unknown", "{words}");
        assert!(only.get("code").is_none());
        assert!(only["next_door"]["zh"].as_str().unwrap().contains("12345"));
        assert!(only["basis"]["zh"].as_str().unwrap().contains("优化营商环境条例第四十四条"));
    }
    let told = test.stranger().get(&lookup(VILLAGE, "养鹅资格证明")).await.expect(200);
    assert!(told.text("/answers/0/next_door/zh").contains("华山街道"), "{:#}", told.body);
}

#[tokio::test]
async fn a_question_without_words_or_with_too_many_is_sent_back() {
    let test = platform().await;
    for wrong in [at(WUHUA, "/lookup"), at(WUHUA, "/lookup?q="), lookup(WUHUA, &"长".repeat(101))] {
        assert_eq!(test.stranger().get(&wrong).await.expect(422).fields(), ["q"]);
    }
    test.stranger().get(&lookup(ESHAN, "健在")).await.refused(404, "module_off");
}

#[tokio::test]
async fn the_negative_list_is_open_and_names_its_sources() {
    let test = platform().await;
    let list = test.stranger().get(&at(WUHUA, "/negative")).await.expect(200);
    assert_eq!(list.items().len(), 20);
    assert_eq!(list.items()[9]["code"], "being_alive");
    assert_eq!(list.text("/9/basis/zh"), "民发〔2020〕20号附件第10项");
    assert!(list.items().iter().all(|item| item.get("set_by").is_none()));
    assert!(list.items().iter().all(|item| !item["next_door"]["zh"].as_str().unwrap().is_empty()));
}

/// Hubei's list of 2020 has 21 items: 健在证明 is not on it, two others are.
#[tokio::test]
async fn a_provincial_list_without_an_item_still_blocks_it_because_the_national_list_does() {
    let test = platform().await;
    let national = test.stranger().get(&at(WUHUA, "/negative")).await.expect(200);
    let mut hubei: Vec<String> = national
        .items()
        .iter()
        .map(|item| item["code"].as_str().unwrap().to_owned())
        .filter(|code| code != "being_alive")
        .collect();
    hubei.extend(["payment_receipt_loss".to_owned(), "school_transfer".to_owned()]);
    assert_eq!(hubei.len(), 21);
    let admin = test.role(PROVINCE, "base.system_admin").await;
    let overlay = json!({ "value": hubei, "reason": "省民政厅 2020 年清单" });
    admin.put(&format!("/places/{PROVINCE}/rules/CERT.NEG"), overlay).await.expect(204);

    let told = test.stranger().get(&lookup(VILLAGE, "健在证明")).await.expect(200);
    assert_eq!(told.body["answers"][0]["answer"], "not_needed");
    let list = test.stranger().get(&at(VILLAGE, "/negative")).await.expect(200);
    assert_eq!(list.items().len(), 22);
    let added = list.items().iter().find(|item| item["code"] == "school_transfer").unwrap();
    assert_eq!(added["set_by"], "云南省");
    assert!(added["basis"]["zh"].as_str().unwrap().contains("省民政厅 2020 年清单"));

    // The province describes what it added, and the county's people find it by everyday words.
    let item = json!({
        "code": "school_transfer", "name": "转学证明", "aliases": ["孩子转学"], "status_kind": "negative",
        "next_door": "到转出学校和县级教育部门办理",
    });
    publish(&test, PROVINCE, item).await;
    let told = test.stranger().get(&lookup(VILLAGE, "孩子转学要开的证明")).await.expect(200);
    assert_eq!(told.body["answers"][0]["code"], "school_transfer");
    assert_eq!(told.body["answers"][0]["answer"], "not_needed");
    assert!(told.text("/answers/0/next_door/zh").starts_with("到转出学校"));
}

#[tokio::test]
async fn a_county_sees_its_own_items_and_those_above_it_and_no_neighbours() {
    let test = platform().await;
    test.switch(PANLONG, "certificates", "on").await;
    publish(&test, WUHUA, income()).await;
    publish(&test, KUNMING, poverty()).await;
    for (place, words, answer) in [
        (VILLAGE, "工资证明", "not_needed"),
        (PANLONG, "工资证明", "unknown"),
        (VILLAGE, "贫困证明", "issued_here"),
        (PANLONG, "家庭经济困难", "issued_here"),
        (KUNMING, "贫困证明", "issued_here"),
        (PROVINCE, "贫困证明", "unknown"),
    ] {
        let told = test.stranger().get(&lookup(place, words)).await.expect(200);
        assert_eq!(told.text("/answers/0/answer"), answer, "{place} {words}");
    }
    let told = test.stranger().get(&lookup(VILLAGE, "贫困证明")).await.expect(200);
    assert_eq!(told.text("/answers/0/basis/zh"), "法律援助条例第十七条");
    assert_eq!(told.text("/answers/0/next_door/zh"), "到乡镇人民政府开具");
    assert_eq!(told.text("/answers/0/set_by"), "昆明市");
}

#[tokio::test]
async fn a_retained_item_of_below_gives_way_when_a_level_above_puts_it_on_the_negative_list() {
    let test = platform().await;
    publish(&test, WUHUA, poverty()).await;
    let first = test.stranger().get(&lookup(VILLAGE, "贫困证明")).await.expect(200);
    assert_eq!(first.text("/answers/0/answer"), "issued_here");
    let item = json!({
        "code": "hardship_proof", "name": "贫困证明", "status_kind": "negative", "next_door": "由民政部门核对",
    });
    publish(&test, PROVINCE, item).await;
    let now = test.stranger().get(&lookup(VILLAGE, "家庭经济困难证明")).await.expect(200);
    assert!(now.items().is_empty());
    assert!(now.body["answers"].as_array().unwrap().iter().all(|a| a["answer"] != "issued_here"), "{:#}", now.body);
    let now = test.stranger().get(&lookup(VILLAGE, "贫困证明")).await.expect(200);
    assert_eq!(now.text("/answers/0/answer"), "not_needed");
}

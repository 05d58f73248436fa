//! Tables that departments hand over: all of a file or nothing, sealed, and found by the identity number alone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jizuo_testing::places::{VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::data_checks::check;
use crate::{at, platform};

pub(crate) fn sources() -> String {
    at(WUHUA, "/sources")
}

/// Somebody who lives in the village, with an identity number.
pub(crate) async fn resident_with(test: &TestApp, name: &str, number: &str) -> String {
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let facts = json!({ "person.name": name, "person.identity_number": number });
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": facts });
    clerk.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id")
}

fn roll() -> Value {
    json!({
        "kind": "table", "title": "残疾人证名册", "department": "县残联", "ground": "statutory_duty",
        "basis": "国务院令第716号第七条；共享目录第12项", "purposes": ["办理残疾人补贴"], "items": ["disability"],
        "verdict": { "pointer": "/证件状态", "confirmed": ["有效"] },
        "shown": [{ "pointer": "/残疾等级", "title": "残疾等级" }],
        "fallback": "licence", "next_door": "出示残疾人证",
    })
}

async fn hand_over(keeper: &User<'_>, source: &str, csv: &str, on: &str) -> Answer {
    let file = json!({ "content": STANDARD.encode(csv), "handed_over_on": on });
    keeper.post(&format!("{}/{source}/table", sources()), file).await
}

const FIRST: &str = "\
县残联持证人员名册
序号,公民身份号码,姓名,证件状态,残疾等级,家庭住址
1,530102188001010016,李阿诗,有效,二级,翠湖北路1号
2,530102188102020029,杨春花,注销,三级,
3,530102188203030031,别人,有效,一级,
";

#[tokio::test]
async fn a_table_confirms_who_stands_in_it_under_their_own_name() {
    let test = platform().await;
    let keeper = test.role(WUHUA, "certificates.source_keeper").await;
    let source = keeper.post(&sources(), roll()).await.expect(201).text("id");
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let li = resident_with(&test, "李阿诗", "530102188001010016").await;
    let nothing = check(&clerk, "disability", &li).await;
    assert_eq!((nothing.text("failure"), nothing.text("fallback")), ("no_table".into(), "licence".into()));

    let taken = hand_over(&keeper, &source, FIRST, "2026-02-28").await.expect(200);
    assert_eq!((taken.text("handed_over_on"), taken.text("handed_over_rows")), ("2026-02-28".into(), "3".into()));
    let made = check(&clerk, "disability", &li).await;
    assert_eq!((made.text("outcome"), made.text("data_of")), ("confirmed".into(), "2026-02-28".into()));
    assert!(made.text("/says/zh").contains("2026-02-28"));
    let shown = clerk.get(&at(VILLAGE, &format!("/checks/{}", made.text("id")))).await.expect(200);
    assert_eq!(shown.body["answer"], json!([{ "title": "残疾等级", "value": "二级" }]));
    for (name, number, outcome) in [
        ("杨春花", "530102188102020029", "differs"),
        ("段志强", "530102188203030031", "differs"),
        ("和丽", "530102188304040044", "unknown"),
    ] {
        let person = resident_with(&test, name, number).await;
        let made = check(&clerk, "disability", &person).await;
        assert_eq!(made.text("outcome"), outcome, "{name}: {:#}", made.body);
        let shown = clerk.get(&at(VILLAGE, &format!("/checks/{}", made.text("id")))).await.expect(200);
        assert!(!shown.body["answer"].to_string().contains("一级"), "what is somebody else's is not shown");
    }

    // The next file replaces all of it.
    hand_over(&keeper, &source, "姓名,身份证号,证件状态,残疾等级\n和丽,530102188304040044,有效,四级\n", "2026-03-01")
        .await
        .expect(200);
    assert_eq!(check(&clerk, "disability", &li).await.text("outcome"), "unknown");
    keeper.post(&format!("{}/{source}/end", sources()), json!({ "reason": "不再共享" })).await.expect(200);
    assert_eq!(rows(&test).await.len(), 0, "ended, it keeps nothing");
}

/// What stands in the table, past the platform.
async fn rows(test: &TestApp) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let behind = test.behind().await;
    let sql = "SELECT mark, number, content FROM certificates_table_row";
    let rows = behind.query_all_raw(Statement::from_string(behind.get_database_backend(), sql)).await.unwrap();
    let read = |row: &sea_orm::QueryResult| {
        (row.try_get("", "mark").unwrap(), row.try_get("", "number").unwrap(), row.try_get("", "content").unwrap())
    };
    rows.iter().map(read).collect()
}

#[tokio::test]
async fn every_bad_row_is_named_none_of_its_values_and_nothing_is_taken_over() {
    let test = platform().await;
    let keeper = test.role(WUHUA, "certificates.source_keeper").await;
    let source = keeper.post(&sources(), roll()).await.expect(201).text("id");
    hand_over(&keeper, &source, FIRST, "2026-02-28").await.expect(200);
    let bad = "\
公民身份号码,姓名,证件状态,残疾等级
530102188001010016,李阿诗,有效,二级
530102188102020025,杨春花,有效,三级
,段志强,有效,一级
530102188001010016,李阿诗,有效,二级
";
    let told = hand_over(&keeper, &source, bad, "2026-03-01").await.expect(422);
    let fields: Vec<&str> =
        told.body["errors"].as_array().unwrap().iter().filter_map(|e| e["field"].as_str()).collect();
    assert_eq!(fields, ["rows.3", "rows.4", "rows.5"], "{:#}", told.body);
    assert!(!told.body.to_string().contains("530102188"), "{:#}", told.body);
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let li = resident_with(&test, "李阿诗", "530102188001010016").await;
    let made = check(&clerk, "disability", &li).await;
    assert_eq!((made.text("outcome"), made.text("data_of")), ("confirmed".into(), "2026-02-28".into()));
    for (file, on, field) in [
        ("姓名,证件状态,残疾等级\n李阿诗,有效,二级\n", "2026-03-01", "content"),
        ("公民身份号码,姓名,残疾等级\n530102188001010016,李阿诗,二级\n", "2026-03-01", "content"),
        ("公民身份号码,姓名,证件状态,残疾等级\n", "2026-03-01", "content"),
        ("", "2026-03-01", "content"),
        (FIRST, "2026-03-03", "handed_over_on"),
    ] {
        let told = hand_over(&keeper, &source, file, on).await.expect(422);
        let named = told.body.to_string();
        assert!(named.contains(field) || named.contains("file"), "{named}");
    }
    assert_eq!(rows(&test).await.len(), 3);
}

#[tokio::test]
async fn a_table_is_sealed_and_still_found_after_the_master_key_changed() {
    let test = platform().await;
    let keeper = test.role(WUHUA, "certificates.source_keeper").await;
    let source = keeper.post(&sources(), roll()).await.expect(201).text("id");
    hand_over(&keeper, &source, FIRST, "2026-02-28").await.expect(200);
    let before = rows(&test).await;
    assert_eq!(before.len(), 3);
    for (mark, number, content) in &before {
        let all = [mark.as_bytes(), number, content].concat();
        for text in ["530102188", "李阿诗", "有效", "翠湖北路"] {
            assert!(!all.windows(text.len()).any(|part| part == text.as_bytes()), "{text} lies open");
        }
    }
    let li = resident_with(&test, "李阿诗", "530102188001010016").await;
    let renewed = test.process_with_a_new_key().await;
    let clerk = renewed.role(VILLAGE, "certificates.clerk").await;
    assert_eq!(check(&clerk, "disability", &li).await.text("outcome"), "confirmed", "by the mark of the earlier key");
    jizuo_kernel::rotation::rotate(&renewed.app, |_| {}).await.unwrap();
    let after = rows(&test).await;
    assert!(after.iter().all(|(mark, ..)| before.iter().all(|(old, ..)| old != mark)), "marked anew");
    assert_eq!(check(&clerk, "disability", &li).await.text("outcome"), "confirmed");
}

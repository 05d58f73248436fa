//! Rules and what places lay over them: only in the allowed direction, from a day on, with source and author.

use chrono::Duration;
use jizuo_testing::places::{ESHAN, KUNMING, PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use crate::probe::{PROBE, at};

async fn lay(by: &User<'_>, place: &str, rule: &str, value: Value) -> Answer {
    by.put(&format!("/places/{place}/rules/{rule}"), json!({ "value": value, "reason": "2026 年第 3 号文" })).await
}

async fn show(by: &User<'_>, place: &str, rule: &str) -> Answer {
    by.get(&format!("/places/{place}/rules/{rule}")).await.expect(200)
}

/// DOMAIN §10, scenario 9.
#[tokio::test]
async fn finances_stay_up_fifteen_days_or_longer_where_the_province_says_so() {
    let test = TestApp::bare(&[]).await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let refused = lay(&county, WUHUA, "V.PUB.KEEP", json!(10)).await.refused(409, "base.rule.direction");
    assert_eq!(refused.text("rule"), "V.PUB.KEEP");
    assert!(refused.text("source").contains("村民委员会组织法第三十五条"));
    assert_eq!(refused.text("current"), "15");
    assert!(refused.text("detail").contains("15"));
    lay(&province, PROVINCE, "V.PUB.KEEP", json!(20)).await.expect(204);
    for place in [WUHUA, ESHAN, VILLAGE] {
        let here = show(&county, if place == ESHAN { WUHUA } else { place }, "V.PUB.KEEP").await;
        assert_eq!((here.text("value"), here.text("set_by")), ("20".to_owned(), "云南省".to_owned()), "{place}");
        assert_eq!(here.text("baseline"), "15");
    }
    assert_eq!(show(&province, ESHAN, "V.PUB.KEEP").await.text("value"), "20");
    lay(&county, WUHUA, "V.PUB.KEEP", json!(18)).await.refused(409, "base.rule.direction");
    let old = lay(&province, PROVINCE, "V.PUB.KEEP", json!(5)).await.refused(409, "base.rule.direction");
    assert!(old.text("detail").contains("15"), "{:#}", old.body);
    assert_eq!(show(&county, WUHUA, "V.PUB.KEEP").await.text("value"), "20");
}

#[tokio::test]
async fn an_overlay_that_a_higher_one_forbids_is_reported_and_not_dropped() {
    let test = TestApp::bare(&[]).await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let county = test.role(WUHUA, "base.system_admin").await;
    lay(&county, WUHUA, "V.PUB.KEEP", json!(18)).await.expect(204);
    let conflicts = format!("/places/{PROVINCE}/rule-conflicts");
    assert!(province.get(&conflicts).await.expect(200).items().is_empty());
    lay(&province, PROVINCE, "V.PUB.KEEP", json!(20)).await.expect(204);
    let here = show(&county, WUHUA, "V.PUB.KEEP").await;
    assert_eq!(here.text("value"), "20");
    assert_eq!(here.text("/trail/1/value"), "18");
    assert!(here.text("/trail/1/ignored/zh").contains("20"));
    let found = province.get(&conflicts).await.expect(200);
    assert_eq!(found.items().len(), 1);
    assert_eq!(found.text("/0/place_name"), "五华区");
    assert_eq!((found.text("/0/laid"), found.text("/0/in_force")), ("18".to_owned(), "20".to_owned()));
    lay(&province, PROVINCE, "V.PUB.KEEP", json!(16)).await.expect(204);
    assert_eq!(show(&county, WUHUA, "V.PUB.KEEP").await.text("value"), "18", "it counts again");
    province.delete(&format!("/places/{PROVINCE}/rules/V.PUB.KEEP")).await.expect(204);
    assert_eq!(show(&county, WUHUA, "V.PUB.KEEP").await.text("value"), "18");
}

#[tokio::test]
async fn each_direction_refuses_the_other_way_with_its_source() {
    let test = TestApp::bare(&[&PROBE]).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    for (rule, value, code) in [
        ("V.ASM.PASS", json!(">=2/3"), Some("base.rule.level")),
        ("V.PUB.KEEP", json!(14), Some("base.rule.direction")),
        ("V.PUB.KEEP", json!(15), None),
        ("PROBE.CHECK", json!(4), Some("base.rule.direction")),
        ("PROBE.CHECK", json!(2), None),
        ("PROBE.SIZE", json!(10), Some("base.rule.direction")),
        ("PROBE.SIZE", json!(0), Some("base.rule.direction")),
        ("PROBE.SIZE", json!(9), None),
        ("PROBE.TITLE", json!("五华便条"), None),
        ("PROBE.TITLE", json!(7), Some("base.rule.direction")),
        ("V.PUB.KEEP", json!("20"), Some("base.rule.direction")),
        ("V.PUB.KEEP", json!(20.5), Some("base.rule.direction")),
        ("V.PUB.KEEP", json!(null), Some("base.rule.direction")),
        ("V.PUB.KEEP", json!(1_000_001), Some("base.rule.direction")),
        ("CERT.NEG", json!(["local_list"]), None),
        ("CERT.NEG", json!([1]), Some("base.rule.direction")),
        ("PLATFORM.PERSONS.ABOVE_COUNTY", json!(true), Some("base.rule.level")),
    ] {
        let answer = lay(&county, WUHUA, rule, value.clone()).await;
        match code {
            None => drop(answer.expect(204)),
            Some(code) => {
                let refused = answer.refused(409, code);
                assert_eq!(refused.text("rule"), rule);
                assert!(!refused.text("source").is_empty() && !refused.text("who").is_empty(), "{rule} {value}");
            }
        }
    }
    lay(&county, WUHUA, "NO.SUCH", json!(1)).await.expect(404);
    let added = show(&county, WUHUA, "CERT.NEG").await;
    let list = added.body["value"].as_array().unwrap();
    assert!(list.contains(&json!("local_list")) && list.contains(&json!("birth")));
    let path = format!("/places/{WUHUA}/rules/PROBE.SIZE");
    let wrong = json!({ "value": 3, "reason": "", "since": "2026-03-01" });
    assert_eq!(county.put(&path, wrong).await.expect(422).fields(), ["reason", "since"]);
}

#[tokio::test]
async fn an_overlay_ahead_counts_from_its_day_on() {
    let test = TestApp::bare(&[&PROBE]).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let path = format!("/places/{WUHUA}/rules/PROBE.SIZE");
    let at_day = async |on: &str| county.get(&format!("{path}?on={on}")).await.expect(200).text("value");
    lay(&county, WUHUA, "PROBE.SIZE", json!(7)).await.expect(204);
    let ahead = json!({ "value": 8, "reason": "x", "since": "2026-04-01" });
    county.put(&path, ahead).await.expect(204);
    assert_eq!(at_day("2026-03-01").await, "5");
    assert_eq!(at_day("2026-03-31").await, "7");
    assert_eq!(at_day("2026-04-01").await, "8");
    test.pass(Duration::days(30));
    assert_eq!(show(&county, WUHUA, "PROBE.SIZE").await.text("value"), "8");
    county.delete(&path).await.expect(204);
    assert_eq!(show(&county, WUHUA, "PROBE.SIZE").await.text("value"), "5");
    assert_eq!(at_day("2026-03-31").await, "7", "the past stays what it was");
    county.delete(&path).await.expect(404);
}

#[tokio::test]
async fn lifting_takes_away_what_counts_now_and_what_was_to_come() {
    let test = TestApp::bare(&[&PROBE]).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let path = format!("/places/{WUHUA}/rules/PROBE.SIZE");
    lay(&county, WUHUA, "PROBE.SIZE", json!(7)).await.expect(204);
    county.put(&path, json!({ "value": 8, "reason": "x", "since": "2026-04-01" })).await.expect(204);
    county.delete(&path).await.expect(204);
    for on in ["2026-03-02", "2026-03-15", "2026-04-01"] {
        assert_eq!(county.get(&format!("{path}?on={on}")).await.expect(200).text("value"), "5", "{on}");
    }
}

#[tokio::test]
async fn a_day_that_no_database_keeps_is_refused() {
    let test = TestApp::bare(&[&PROBE]).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let path = format!("/places/{WUHUA}/rules/PROBE.SIZE");
    for since in ["+12026-01-01", "9999-12-31"] {
        let body = json!({ "value": 3, "reason": "x", "since": since });
        assert_eq!(county.put(&path, body).await.expect(422).fields(), ["since"], "{since}");
    }
    let other = test.second_process().await;
    show(&county.on(&other), WUHUA, "PROBE.SIZE").await;
}

#[tokio::test]
async fn a_law_that_changes_is_two_values_and_a_day_decides() {
    let test = TestApp::bare(&[&PROBE]).await;
    let county = test.role(WUHUA, "base.viewer").await;
    let path = format!("/places/{WUHUA}/rules/PROBE.TITLE");
    for (on, value) in [("2026-06-30", "便条"), ("2026-07-01", "新便条")] {
        assert_eq!(county.get(&format!("{path}?on={on}")).await.expect(200).text("value"), value);
    }
    county.get(&format!("{path}?on=2025-12-31")).await.expect(404);
    assert_eq!(county.get(&format!("{path}?on=tomorrow")).await.expect(422).fields().len(), 1);
    let all = county.get(&format!("/places/{WUHUA}/rules")).await.expect(200);
    assert!(all.items().len() > 100);
    assert!(all.items().iter().all(|rule| rule["source"]["zh"].as_str().is_some_and(|s| !s.is_empty())));
}

const HOLIDAYS: &str = r#"
year = 2026
notice = "测试通知"
published = "2026-01-01"

[[holiday]]
zh = "地方节日"
en = "A local feast"
from = "2026-03-03"
to = "2026-03-05"
worked = ["2026-03-08"]
"#;

#[tokio::test]
async fn imported_holidays_move_the_deadlines_that_begin_afterwards() {
    let test = TestApp::with(&[&PROBE]).await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let due = async || worker.post(&at(VILLAGE, "/notes"), json!({ "text": "x" })).await.expect(201).text("due_at");
    assert_eq!(due().await, "2026-03-05T10:00:00Z", "three working days after Monday");
    let body = json!({ "year": 2026, "source": HOLIDAYS });
    province.post(&format!("/places/{PROVINCE}/holidays"), body.clone()).await.expect(204);
    assert_eq!(due().await, "2026-03-09T10:00:00Z", "Friday, the worked Sunday, Monday");
    let first = worker.get(&at(VILLAGE, "/notes")).await.expect(200);
    assert_eq!(first.items()[1]["due_at"], "2026-03-05T10:00:00Z");
    province.post(&format!("/places/{PROVINCE}/holidays"), body.clone()).await.expect(204);
    let other = test.second_process().await;
    assert_eq!(other.app.snapshot().calendar, test.app.snapshot().calendar);
    let county = test.role(WUHUA, "base.system_admin").await;
    county.post(&format!("/places/{WUHUA}/holidays"), body).await.refused(409, "base.holidays.level");
    for (year, source, field) in [(2027, HOLIDAYS, "year"), (2026, "year = 'x'", "source"), (2026, "", "source")] {
        let body = json!({ "year": year, "source": source });
        let refused = province.post(&format!("/places/{PROVINCE}/holidays"), body).await.expect(422);
        assert_eq!(refused.fields(), [field]);
    }
}

#[tokio::test]
async fn a_shorter_deadline_of_the_county_is_the_one_that_runs() {
    let test = TestApp::with(&[&PROBE]).await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    let city = test.role(KUNMING, "base.system_admin").await;
    let county = test.role(WUHUA, "base.system_admin").await;
    lay(&city, KUNMING, "PROBE.CHECK", json!(2)).await.expect(204);
    lay(&county, WUHUA, "PROBE.CHECK", json!(3)).await.refused(409, "base.rule.direction");
    lay(&county, WUHUA, "PROBE.CHECK", json!(1)).await.expect(204);
    let note = worker.post(&at(VILLAGE, "/notes"), json!({ "text": "x" })).await.expect(201);
    assert_eq!(note.text("due_at"), "2026-03-03T10:00:00Z");
}

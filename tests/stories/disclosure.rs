//! Scenario 9, the rule's part: how long a disclosure stays up, and who may change that.

use jizuo_server::MODULES;
use jizuo_standards::period::display_until;
use jizuo_testing::TestApp;
use jizuo_testing::places::{ESHAN, PROVINCE, WUHUA};
use serde_json::json;

#[tokio::test]
async fn a_lower_level_may_lengthen_a_disclosure_and_never_shorten_it() {
    let test = TestApp::with(MODULES).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let rule = |place: &str| format!("/places/{place}/rules/V.PUB.KEEP");
    let lay = |value: i64| json!({ "value": value, "reason": "公开办法" });

    let now = county.get(&rule(WUHUA)).await.expect(200);
    assert_eq!(now.text("value"), "15");
    let posted = "2026-04-10".parse().unwrap();
    let until = display_until(posted, now.text("value").parse().unwrap());
    assert_eq!(until.to_string(), "2026-04-26", "fifteen whole days, and the rest-day rule is not applied");

    let refused = county.put(&rule(WUHUA), lay(10)).await.refused(409, "base.rule.direction");
    assert_eq!(refused.text("rule"), "V.PUB.KEEP");
    assert!(refused.text("source").contains("第三十五条"));
    // An old provincial regulation's five days lose as well.
    province.put(&rule(PROVINCE), lay(5)).await.refused(409, "base.rule.direction");

    county.put(&rule(WUHUA), lay(18)).await.expect(204);
    province.put(&rule(PROVINCE), lay(20)).await.expect(204);
    for place in [WUHUA, ESHAN] {
        assert_eq!(province.get(&rule(place)).await.expect(200).text("value"), "20", "{place}");
    }
    // The county's eighteen days are reported, not dropped.
    let conflicts = province.get(&format!("/places/{PROVINCE}/rule-conflicts")).await.expect(200);
    assert_eq!(conflicts.items().len(), 1);
    assert_eq!(conflicts.items()[0]["laid"], 18);
    province.delete(&rule(PROVINCE)).await.expect(204);
    assert_eq!(county.get(&rule(WUHUA)).await.expect(200).text("value"), "18");
    let past = county.get(&format!("{}?on=2025-06-01", rule(WUHUA))).await;
    past.expect(404);
}

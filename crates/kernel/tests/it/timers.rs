//! Recurrent work: county by county, where the module is on, once among several processes.

use chrono::Duration;
use jizuo_testing::TestApp;
use jizuo_testing::places::{PANLONG, WUHUA};

use crate::probe::{PROBE, at};

#[tokio::test]
async fn a_timer_runs_where_its_module_is_on_and_when_it_is_due() {
    let test = TestApp::with(&[&PROBE]).await;
    let here = test.role(WUHUA, "probe.head").await;
    let there = test.role(PANLONG, "probe.head").await;
    test.pass(Duration::hours(1));
    test.settle().await;
    test.settle().await;
    assert_eq!(here.get(&at(WUHUA, "/heard")).await.expect(200).body, serde_json::json!(["reminded"]));
    test.pass(Duration::minutes(59));
    test.settle().await;
    assert_eq!(here.get(&at(WUHUA, "/heard")).await.expect(200).items().len(), 1);
    test.switch(PANLONG, "probe", "on").await;
    test.pass(Duration::minutes(1));
    test.settle().await;
    assert_eq!(here.get(&at(WUHUA, "/heard")).await.expect(200).items().len(), 2);
    assert_eq!(there.get(&at(PANLONG, "/heard")).await.expect(200).items().len(), 1);
}

#[tokio::test]
async fn two_processes_share_one_timetable() {
    let test = TestApp::with(&[&PROBE]).await;
    let other = test.second_process().await;
    let here = test.role(WUHUA, "probe.head").await;
    for round in 1..4 {
        test.pass(Duration::hours(1));
        let (a, b) = tokio::join!(test.app.upkeep(), other.app.upkeep());
        a.unwrap();
        b.unwrap();
        assert_eq!(here.get(&at(WUHUA, "/heard")).await.expect(200).items().len(), round);
    }
}

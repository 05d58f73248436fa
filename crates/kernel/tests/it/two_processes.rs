//! Two processes that do the same upkeep at the same moment do everything once.

use std::collections::BTreeMap;

use chrono::Duration;
use jizuo_testing::TestApp;
use jizuo_testing::places::{VILLAGE, WUHUA};

use crate::probe::{PROBE, at};
use crate::sql;

const ROUNDS: usize = 12;
const FACTS: usize = 8;

#[tokio::test]
async fn what_is_due_is_done_once_however_often_two_processes_look_at_the_same_moment() {
    let test = TestApp::with(&[&PROBE]).await;
    test.settle().await;
    let other = test.second_process().await;
    let worker = test.role(VILLAGE, "probe.writer").await.at_once();
    let there = worker.on(&other);
    sql::run(&test, "DELETE FROM probe_heard").await;
    // Nobody has ever run a timer: both try to be the first.
    sql::run(&test, "DELETE FROM base_timer").await;
    let before = lines(&test).await;
    for round in 1..=ROUNDS {
        for fact in 0..FACTS / 2 {
            let note = |process: &str| serde_json::json!({ "text": format!("{process} {round} {fact}") });
            let path = at(VILLAGE, "/notes");
            let (a, b) = tokio::join!(worker.post(&path, note("one")), there.post(&path, note("other")));
            a.expect(201);
            b.expect(201);
        }
        let (a, b, c, d) = tokio::join!(test.app.upkeep(), other.app.upkeep(), test.app.upkeep(), other.app.upkeep());
        for outcome in [a, b, c, d] {
            outcome.unwrap();
        }
        let told = i64::try_from(round * FACTS).unwrap();
        let heard = "SELECT COUNT(*) FROM probe_heard WHERE what LIKE";
        for what in ["heard", "echoed"] {
            assert_eq!(sql::number(&test, &format!("{heard} '{what} %'")).await, told, "{what} in round {round}");
            let once = format!("SELECT COUNT(DISTINCT what) FROM probe_heard WHERE what LIKE '{what} %'");
            assert_eq!(sql::number(&test, &once).await, told, "{what} once each in round {round}");
        }
        let rounds = i64::try_from(round).unwrap();
        assert_eq!(sql::number(&test, &format!("{heard} 'reminded'")).await, rounds);
        let now = lines(&test).await;
        let more = |action: &str| now.get(action).unwrap_or(&0) - before.get(action).unwrap_or(&0);
        assert_eq!((more("probe.note.hear"), more("probe.note.echo")), (told, told));
        assert_eq!(more("probe.note.remind"), rounds, "one line of the timer for each time it was due");
        let late = "SELECT COUNT(*) FROM base_delivery WHERE state <> 'done' OR attempts <> 1";
        assert_eq!(sql::number(&test, late).await, 0);
        test.pass(Duration::hours(1));
    }
    // Of two sealers at once one leaves what the other took.
    test.settle().await;
    let report = jizuo_kernel::audit::verify(&test.app, |_| {}).await.unwrap();
    assert!(report.broken.is_empty() && report.unsealed == 0, "{report:?}");
    let county = test.app.snapshot().places.resolve(WUHUA).unwrap().place.id;
    assert!(report.heads.iter().any(|head| head.0 == county));
}

/// Audit lines by action.
async fn lines(test: &TestApp) -> BTreeMap<String, i64> {
    let mut found: BTreeMap<String, i64> = BTreeMap::new();
    for action in sql::texts(test, "SELECT action FROM base_audit").await {
        *found.entry(action).or_default() += 1;
    }
    found
}

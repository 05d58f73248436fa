//! The scope: what no filter means, and that every shape of it reads what it should.

use jizuo_kernel::{Scope, Scoped};
use jizuo_testing::TestApp;
use jizuo_testing::places::{
    ESHAN, HUASHAN, KUNMING, OTHER_VILLAGE, PANLONG, PANLONG_VILLAGE, PROVINCE, VILLAGE, WUHUA,
};
use sea_orm::QuerySelect;
use serde_json::json;

use crate::probe::{PROBE, at, note, seen, written};

const TOWN: &str = "530102002001";

/// A note in each of five villages of three counties.
async fn everywhere() -> TestApp {
    let test = TestApp::with(&[&PROBE]).await;
    test.switch(PANLONG, "probe", "on").await;
    test.switch(ESHAN, "probe", "on").await;
    for place in [VILLAGE, OTHER_VILLAGE, TOWN, PANLONG_VILLAGE, "530426001001"] {
        let worker = test.role(place, "probe.writer").await;
        written(&worker, place, place).await;
    }
    test
}

async fn read(test: &TestApp, scope: &Scope) -> Vec<String> {
    let query = note::Entity::within(scope).select_only().column(note::Column::Text);
    let mut found: Vec<String> = query.into_tuple().all(test.behind().await).await.unwrap();
    found.sort_unstable();
    found
}

#[tokio::test]
async fn no_scope_reads_no_row_and_changes_none() {
    let test = everywhere().await;
    let tree = test.app.snapshot().places.clone();
    let wuhua = tree.resolve(WUHUA).unwrap().place;
    let whole = Scope::subtree(&tree, &wuhua);
    for nothing in [
        Scope::none(),
        Scope::default(),
        Scope::counties(Vec::new()),
        whole.only_counties(&[]),
        Scope::none().and_also(Scope::none()),
        whole.only_counties(&[-1]),
    ] {
        assert!(nothing.is_empty(), "{nothing:?}");
        assert!(read(&test, &nothing).await.is_empty());
        let changed = note::Entity::update_within(&nothing)
            .col_expr(note::Column::Text, sea_orm::sea_query::Expr::value("x"))
            .exec(test.behind().await)
            .await
            .unwrap();
        assert_eq!(changed.rows_affected, 0);
        let gone = note::Entity::delete_within(&nothing).exec(test.behind().await).await.unwrap();
        assert_eq!(gone.rows_affected, 0);
    }
    assert_eq!(read(&test, &whole).await.len(), 3);
}

#[tokio::test]
async fn every_level_reads_what_lies_below_it() {
    let test = everywhere().await;
    let tree = test.app.snapshot().places.clone();
    let scope = |code: &str| Scope::subtree(&tree, &tree.resolve(code).unwrap().place);
    for (place, count) in [(PROVINCE, 5), (KUNMING, 4), ("530400", 1), (WUHUA, 3), (HUASHAN, 2), (VILLAGE, 1)] {
        assert_eq!(read(&test, &scope(place)).await.len(), count, "{place}");
    }
    let two = scope(VILLAGE).and_also(scope(PANLONG_VILLAGE));
    assert_eq!(read(&test, &two).await, [VILLAGE, PANLONG_VILLAGE]);
    assert_eq!(read(&test, &two.clone().and_also(scope(VILLAGE))).await.len(), 2, "twice the same adds nothing");
    let wuhua = tree.resolve(WUHUA).unwrap().place.id;
    assert_eq!(read(&test, &two.only_counties(&[wuhua])).await, [VILLAGE]);
    assert_eq!(read(&test, &scope(KUNMING).only_counties(&[wuhua])).await.len(), 3);
    assert_eq!(read(&test, &scope(PROVINCE).only_counties(&[wuhua])).await.len(), 3);
}

#[tokio::test]
async fn who_serves_two_villages_sees_both_and_nothing_between() {
    let test = everywhere().await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    worker.also(TOWN, "probe.writer").await;
    assert_eq!(seen(&worker, WUHUA).await, [VILLAGE, TOWN]);
    assert_eq!(seen(&worker, HUASHAN).await, [VILLAGE]);
    worker.get(&at(OTHER_VILLAGE, "/notes")).await.expect(404);
    worker.get(&at(PANLONG, "/notes")).await.expect(404);
    let nobody = test.role(VILLAGE, "base.viewer").await;
    nobody.get(&at(VILLAGE, "/notes")).await.refused(403, "base.gate.forbidden");
}

#[tokio::test]
async fn a_grant_elsewhere_opens_no_row_by_its_id() {
    let test = everywhere().await;
    let here = test.role(WUHUA, "probe.head").await;
    let there = test.role(PANLONG, "probe.head").await;
    let id = here.get(&at(WUHUA, "/notes")).await.expect(200).items()[0]["id"].as_str().unwrap().to_owned();
    for path in [at(PANLONG, &format!("/notes/{id}")), at(WUHUA, &format!("/notes/{id}"))] {
        there.get(&path).await.expect(404);
    }
    there.post(&at(PANLONG, &format!("/notes/{id}/check")), json!({})).await.expect(404);
}

#[tokio::test]
async fn a_prefectures_figures_cover_the_counties_that_have_the_module() {
    let test = everywhere().await;
    let viewer = test.role(KUNMING, "base.viewer").await;
    let path = format!("/places/{KUNMING}/statistics/probe.notes.written");
    assert_eq!(viewer.get(&path).await.expect(200).text("total"), "4");
    test.switch(PANLONG, "probe", "off").await;
    let counted = viewer.get(&path).await.expect(200);
    assert_eq!(counted.text("total"), "3");
    assert_eq!(counted.text("/rows/0/place_name"), "五华区");
    test.switch(WUHUA, "probe", "off").await;
    viewer.get(&path).await.refused(404, "module_off");
    let wrong = viewer.get(&format!("{path}?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z")).await;
    wrong.expect(404);
}

//! Places below a village: their numbers, what a scope of theirs covers, and how other processes come to know them.

use std::sync::Arc;

use chrono::Duration;
use jizuo_kernel::places::{self, Kind, New, Place};
use jizuo_kernel::{Reply, Subject};
use jizuo_testing::TestApp;
use jizuo_testing::places::{PROVINCE, VILLAGE, WUHUA};
use serde_json::json;

use crate::probe::{PROBE, seen, written};

async fn founded(test: &TestApp, below: &str, kind: Kind, names: &[&str]) -> Vec<Arc<Place>> {
    let ctx = test.system(below);
    let parent = ctx.place().unwrap().clone();
    let new = names.iter().map(|name| New { parent: parent.clone(), kind, name: (*name).to_owned(), numbers: 1..=3 });
    let today = ctx.today();
    let mut tx = ctx.begin().await.unwrap();
    let founded = places::found(&mut tx, new.collect(), today).await.unwrap();
    tx.commit("base.place.change", Subject::new("base.place", parent.id), Reply::none()).await.unwrap();
    founded
}

#[tokio::test]
async fn a_number_is_given_once_and_what_lies_in_a_grid_is_the_grids() {
    let test = TestApp::with(&[&PROBE]).await;
    let grids = founded(&test, VILLAGE, Kind::Grid, &["第一网格", "第二网格"]).await;
    let codes: Vec<&str> = grids.iter().map(|grid| grid.code.as_str()).collect();
    assert_eq!(codes, [format!("{VILLAGE}001"), format!("{VILLAGE}002")]);
    let micro = founded(&test, codes[0], Kind::MicroGrid, &["1 栋"]).await;
    assert_eq!(micro[0].code, format!("{VILLAGE}001001"));

    let county = test.role(WUHUA, "probe.writer").await;
    let worker = test.role(codes[0], "probe.writer").await;
    written(&worker, codes[0], "网格里").await;
    written(&worker, &micro[0].code, "楼栋里").await;
    written(&county, codes[1], "别的网格").await;
    assert_eq!(seen(&worker, codes[0]).await, ["网格里", "楼栋里"]);
    assert_eq!(seen(&worker, VILLAGE).await, ["网格里", "楼栋里"], "a grant of a grid narrows what is read");
    assert_eq!(seen(&county, VILLAGE).await.len(), 3);
    county.get(&format!("/places/{VILLAGE}999")).await.expect(404);

    test.pass(Duration::days(1));
    let ctx = test.system(VILLAGE);
    let today = ctx.today();
    let mut tx = ctx.begin().await.unwrap();
    places::merge(&mut tx, &grids[0], &grids[1], today).await.unwrap();
    tx.commit("base.place.change", Subject::new("base.place", grids[0].id), Reply::none()).await.unwrap();
    assert_eq!(seen(&county, codes[1]).await.len(), 3, "who took over has what was there");
    assert_eq!(seen(&worker, codes[1]).await.len(), 3, "and the grant went along");
    let next = founded(&test, VILLAGE, Kind::Grid, &["新网格"]).await;
    assert_eq!(next[0].code, format!("{VILLAGE}003"), "the number that is free, not one that was somebody's");
    let new = New {
        parent: test.system(VILLAGE).place().unwrap().clone(),
        kind: Kind::Grid,
        name: "多".into(),
        numbers: 1..=3,
    };
    let mut tx = test.system(VILLAGE).begin().await.unwrap();
    let full = places::found(&mut tx, vec![new], today).await.unwrap_err();
    assert!(format!("{full:?}").contains("base.place.numbers"), "{full:?}");
}

#[tokio::test]
async fn another_process_reads_only_what_is_new_and_knows_the_same_tree() {
    let test = TestApp::with(&[&PROBE]).await;
    let other = test.second_process().await;
    let grids = founded(&test, VILLAGE, Kind::Grid, &["第一网格", "第二网格"]).await;
    other.app.refresh().await.unwrap();
    let same = |a: &TestApp, b: &TestApp, code: &str| {
        let (a, b) = (a.app.snapshot(), b.app.snapshot());
        let ids = |tree: &places::Tree| {
            let mut ids = tree.descendants(tree.resolve(code).unwrap().place.id);
            ids.sort_unstable();
            ids
        };
        assert_eq!(ids(&a.places), ids(&b.places));
        let below = |tree: &places::Tree| -> Vec<Arc<Place>> {
            tree.children(tree.resolve(code).unwrap().place.id).cloned().collect()
        };
        assert_eq!(below(&a.places), below(&b.places));
    };
    same(&test, &other, VILLAGE);
    test.pass(Duration::days(1));
    other.pass(Duration::days(1));
    let ctx = test.system(VILLAGE);
    let today = ctx.today();
    let mut tx = ctx.begin().await.unwrap();
    places::rename(&mut tx, &grids[0], "东片网格", today).await.unwrap();
    places::merge(&mut tx, &grids[1], &grids[0], today).await.unwrap();
    tx.commit("base.place.change", Subject::new("base.place", grids[0].id), Reply::none()).await.unwrap();
    other.app.refresh().await.unwrap();
    same(&test, &other, VILLAGE);
    let tree = other.app.snapshot().places.clone();
    assert_eq!(tree.name(grids[0].id), "东片网格");
    assert_eq!(tree.resolve(&grids[1].code).unwrap().place.id, grids[0].id);
    assert_eq!(tree.predecessors(grids[0].id), [grids[1].id]);

    // A change from the village up is inherited by what lies below: all of it is read.
    let province = test.role(PROVINCE, "base.system_admin").await;
    let body = json!({ "kind": "rename", "name": "翠湖社区", "on": "2026-03-02" });
    province.post(&format!("/places/{PROVINCE}/changes/{VILLAGE}"), body).await.expect(204);
    other.app.refresh().await.unwrap();
    same(&test, &other, WUHUA);
    assert_eq!(other.app.snapshot().places.by_code(VILLAGE).unwrap().name, "翠湖社区");
}

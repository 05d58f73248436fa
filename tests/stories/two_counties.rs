//! One province, two counties, different modules, one document each: the central promise, tried by hand.

use jizuo_kernel::audit;
use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::{ESHAN, HUASHAN, PANLONG, PANLONG_VILLAGE, PROVINCE, VILLAGE, WUHUA};
use serde_json::json;

#[tokio::test]
async fn a_county_switches_grid_governance_on_and_works_with_it_in_the_same_minute() {
    let test = TestApp::bare(MODULES).await;
    let here = format!("/places/{PANLONG}");
    let stranger = test.stranger();
    let document = async || stranger.get(&format!("{here}/openapi.json")).await.expect(200).body.to_string();
    assert!(
        !document().await.contains(r#""operationId":"grid_incident_report""#),
        "before the switch the operations are not there"
    );
    let worker = test.role(PANLONG_VILLAGE, "grid.worker").await;
    let incidents = format!("/places/{PANLONG_VILLAGE}/grid/incidents");
    let body = json!({ "category": "02", "title": "消防通道被占" });
    worker.post(&incidents, body.clone()).await.refused(404, "module_off");

    let admin = test.role(PANLONG, "base.system_admin").await;
    let impact = admin.get(&format!("{here}/modules/grid/impact")).await.expect(200);
    assert_eq!((impact.text("state"), impact.text("open_matters")), ("off".into(), "0".into()));
    admin.put(&format!("{here}/modules/grid"), json!({ "state": "on", "reason": "区委决定" })).await.expect(204);
    assert!(document().await.contains(r#""operationId":"grid_incident_report""#), "after the switch they are");
    let menu = worker.get(&format!("{here}/menu")).await.expect(200);
    assert!(menu.items().iter().any(|line| line["id"] == "grid.incidents"));

    let dispatcher = test.role(PANLONG, "grid.dispatcher").await;
    let handler = test.role(PANLONG, "grid.handler").await;
    let id = worker.post(&incidents, body.clone()).await.expect(201).text("id");
    let step = |name: &str| format!("{here}/grid/incidents/{id}/{name}");
    dispatcher.post(&step("accept"), json!({})).await.expect(200);
    dispatcher.post(&step("dispatch"), json!({ "to": handler.id })).await.expect(200);
    handler.post(&step("handle"), json!({ "outcome": "已清理并划线" })).await.expect(200);
    worker.post(&format!("{incidents}/{id}/verify"), json!({})).await.expect(200);
    dispatcher.post(&step("close"), json!({})).await.expect(200);

    // The neighbours are not touched: their operations do not exist.
    let neighbour = test.role(ESHAN, "grid.worker").await;
    neighbour.get(&format!("/places/{ESHAN}/grid/incidents")).await.refused(404, "module_off");

    test.settle().await;
    let report = audit::verify(&test.app, |_| {}).await.unwrap();
    assert!(report.broken.is_empty() && report.lines > 10, "{report:?}");
}

#[tokio::test]
async fn a_switch_is_seen_by_another_process_and_fails_no_request_of_another_county() {
    let test = TestApp::with(MODULES).await;
    let other = test.second_process().await;
    let admin = test.role(PANLONG, "base.system_admin").await.at_once();
    let worker = test.role(VILLAGE, "grid.worker").await.at_once();
    let incidents = format!("/places/{VILLAGE}/grid/incidents");
    for round in 0..10 {
        let state = if round % 2 == 0 { "on" } else { "off" };
        let switch = json!({ "state": state, "reason": "试验", "leave_open_matters": true });
        let path = format!("/places/{PANLONG}/modules/grid");
        let body = json!({ "category": "04", "title": "照常上报" });
        let (switched, reported, listed) =
            tokio::join!(admin.put(&path, switch), worker.post(&incidents, body), worker.get(&incidents),);
        switched.expect(204);
        reported.expect(201);
        listed.expect(200);
    }
    let switch = json!({ "state": "on", "reason": "启用" });
    admin.put(&format!("/places/{PANLONG}/modules/grid"), switch).await.expect(204);
    other.app.refresh().await.unwrap();
    let document = other.stranger().get(&format!("/places/{PANLONG}/openapi.json")).await.expect(200);
    assert!(document.body.to_string().contains("grid_incident_report"));
}

#[tokio::test]
async fn off_and_on_again_finds_everything_and_the_archive_stays_readable() {
    let test = TestApp::with(MODULES).await;
    let worker = test.role(HUASHAN, "grid.worker").await;
    let incidents = format!("/places/{VILLAGE}/grid/incidents");
    let id = worker.post(&incidents, json!({ "category": "04", "title": "垃圾" })).await.expect(201).text("id");
    let admin = test.role(WUHUA, "base.system_admin").await;
    let module = format!("/places/{WUHUA}/modules/grid");
    let refused = admin.put(&module, json!({ "state": "off", "reason": "停用" })).await;
    assert_eq!(refused.refused(409, "base.module.open_matters").text("/current/open_matters"), "1");
    admin.put(&module, json!({ "state": "off", "reason": "停用", "leave_open_matters": true })).await.expect(204);
    worker.get(&format!("{incidents}/{id}")).await.refused(404, "module_off");
    worker.also(WUHUA, "base.archivist").await;
    assert_eq!(worker.get(&format!("{incidents}/{id}?archive=true")).await.expect(200).text("title"), "垃圾");
    admin.put(&module, json!({ "state": "on", "reason": "恢复" })).await.expect(204);
    assert_eq!(worker.get(&format!("{incidents}/{id}")).await.expect(200).text("state"), "reported");
}

#[tokio::test]
async fn a_province_makes_a_module_mandatory_and_counties_cannot_leave_it() {
    let test = TestApp::bare(MODULES).await;
    let province = test.role(PROVINCE, "base.system_admin").await;
    let locked = json!({ "state": "on", "locked": true, "reason": "全省统一" });
    province.put(&format!("/places/{PROVINCE}/modules/certificates"), locked).await.expect(204);
    let county = test.role(ESHAN, "base.system_admin").await;
    let off = json!({ "state": "off", "reason": "不想用" });
    let refused = county.put(&format!("/places/{ESHAN}/modules/certificates"), off).await;
    assert!(refused.refused(409, "base.module.locked").text("who").contains("云南省"));
    test.stranger().get(&format!("/places/{ESHAN}/certificates/negative")).await.expect(200);
}

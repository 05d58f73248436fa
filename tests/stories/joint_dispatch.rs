//! An incident that three departments see to together, one of which says that it is not theirs: from report to close.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::{HUASHAN, VILLAGE, WUHUA};
use serde_json::json;

#[tokio::test]
async fn a_department_that_refuses_is_answered_by_the_dispatcher_and_the_incident_goes_on_with_the_others() {
    let test = TestApp::with(MODULES).await;
    let clerk = test.user(WUHUA, &["base.organisation.write", "base.organisation.read"]).await;
    let mut departments = Vec::new();
    for (name, place) in [("五华区城市管理局", WUHUA), ("五华区水务局", WUHUA), ("华山街道应急服务中心", HUASHAN)]
    {
        let body = json!({ "kind": "department", "name": name, "source": "village_visit" });
        let id = clerk.post(&format!("/places/{place}/organisations"), body).await.expect(201).text("id");
        departments.push((id, test.role(place, "grid.handler").await));
    }
    let [(city, lead), (water, water_contact), (rescue, rescue_contact)] = departments.as_slice() else { panic!() };
    let worker = test.role(VILLAGE, "grid.worker").await;
    let dispatcher = test.role(WUHUA, "grid.dispatcher").await;
    let (incidents, parties) = (format!("/places/{WUHUA}/grid/incidents"), format!("/places/{WUHUA}/grid/parties"));

    let body = json!({ "category": "02", "title": "道路塌陷", "severity": "urgent", "channel": "resident" });
    let id = worker.post(&format!("/places/{VILLAGE}/grid/incidents"), body).await.expect(201).text("id");
    let step = |name: &str| format!("{incidents}/{id}/{name}");
    dispatcher.post(&step("accept"), json!({})).await.expect(200);
    let near = dispatcher.get(&format!("/places/{VILLAGE}/grid/organisations")).await.expect(200);
    assert_eq!(near.items().len(), 3, "the village's own and those of the places above it");
    let body = json!({
        "to": lead.id, "organisation": city,
        "with": [
            { "organisation": water, "contact": water_contact.id },
            { "organisation": rescue, "contact": rescue_contact.id },
        ],
    });
    let given = dispatcher.post(&step("dispatch"), body).await.expect(200);
    assert_eq!(given.text("organisation_name"), "五华区城市管理局");
    let shown = worker.get(&format!("{incidents}/{id}")).await.expect(200);
    let names: Vec<_> = shown.body["parties"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, [json!("五华区水务局"), json!("华山街道应急服务中心")]);

    // The water office says that it is not theirs; the others work on.
    let party = async |contact: &jizuo_testing::User<'_>| {
        let inbox = contact.get("/me/inbox").await.expect(200);
        let task = inbox.items().iter().find(|task| task["kind"] == "grid.party").unwrap();
        task["matter"].as_str().unwrap().to_owned()
    };
    let (theirs, rescuing) = (party(water_contact).await, party(rescue_contact).await);
    let not_ours = json!({ "reason": "塌陷处为燃气管线，不属供排水设施" });
    water_contact.post(&format!("{parties}/{theirs}/object"), not_ours).await.expect(200);
    rescue_contact.post(&format!("{parties}/{rescuing}/join"), json!({})).await.expect(200);
    rescue_contact.post(&format!("{parties}/{rescuing}/finish"), json!({ "outcome": "已围挡" })).await.expect(200);
    assert_eq!(worker.get(&format!("{incidents}/{id}")).await.expect(200).text("state"), "dispatched");
    assert!(worker.get("/me/inbox").await.expect(200).items().is_empty(), "never back to who reported it");
    let early = lead.post(&step("handle"), json!({ "outcome": "已回填" })).await;
    let early = early.refused(409, "grid.incident.parties_open");
    assert!(early.text("detail").contains("五华区水务局"));

    // The dispatcher asks again with a reason, and then lets it go.
    let asked = dispatcher.get("/me/inbox").await.expect(200);
    assert_eq!(asked.items()[0]["action"], "grid.party.ask_again");
    let reason = json!({ "reason": "请先到场确认有无供水管线" });
    dispatcher.post(&format!("{parties}/{theirs}/ask_again"), reason).await.expect(200);
    let seen = json!({ "reason": "已到场，确无供水管线" });
    water_contact.post(&format!("{parties}/{theirs}/object"), seen).await.expect(200);
    let reason = json!({ "reason": "情况属实，不再协同" });
    dispatcher.post(&format!("{parties}/{theirs}/release"), reason).await.expect(200);
    let line = dispatcher.get(&format!("{parties}/{theirs}")).await.expect(200);
    let steps: Vec<_> = line.body["steps"].as_array().unwrap().iter().map(|one| one["to"].as_str().unwrap()).collect();
    assert_eq!(steps, ["asked", "objected", "asked", "objected", "released"]);

    lead.post(&step("handle"), json!({ "outcome": "燃气公司已修复，路面已回填" })).await.expect(200);
    worker.post(&step("verify"), json!({ "reason": "已到现场" })).await.expect(200);
    let closed = dispatcher.post(&step("close"), json!({})).await.expect(200);
    assert_eq!((closed.text("phase"), closed.text("ending")), ("done".into(), "solved".into()));
}

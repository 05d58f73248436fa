//! Every operation, called with success at least once: the audit line of each write and the absence of one for each read
//! are checked at every call, so an operation that is never called here would escape the check.

use chrono::Duration;
use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::{ESHAN, HUASHAN, KUNMING, OTHER_VILLAGE, PROVINCE, VILLAGE, WUHUA};
use serde_json::{Value, json};

use super::{
    exercise_base_data, exercise_care, exercise_checks, exercise_deliberation, exercise_grid, exercise_net,
    exercise_papers, words,
};

#[tokio::test]
async fn every_operation_succeeds_somewhere_and_leaves_the_audit_it_should() {
    let test = TestApp::with_departments(MODULES).await;
    places_and_standards(&test).await;
    exercise_base_data::identity(&test).await;
    counties(&test).await;
    grid(&test).await;
    exercise_care::plans(&test).await;
    exercise_care::reports(&test).await;
    certificates(&test).await;
    exercise_papers::papers(&test).await;
    exercise_checks::checks(&test).await;
    venue(&test).await;
    consultation(&test).await;
    exercise_deliberation::deliberations(&test).await;
    mediation(&test).await;
    exercise_base_data::people(&test).await;
    exercise_base_data::households(&test).await;
    exercise_base_data::organisations(&test).await;
    exercise_base_data::moves(&test).await;
    exercise_base_data::forms(&test).await;
    exercise_base_data::requests(&test).await;
    figures_and_records(&test).await;
    words::labels_have_words(&test).await;
    exercise_base_data::imports(&test).await;
    exercise_net::net(&test).await;
    let untried = test.untried();
    assert!(untried.is_empty(), "add a call that succeeds (for `…_local` see add_local_step): {untried:?}");
}

async fn places_and_standards(test: &TestApp) {
    let stranger = test.stranger();
    stranger.get("/places").await.expect(200);
    stranger.get(&format!("/places/{WUHUA}")).await.expect(200);
    stranger.get(&format!("/places/{WUHUA}/children")).await.expect(200);
    stranger.get(&format!("/places/{KUNMING}/search?q=华山")).await.expect(200);
    stranger.get(&format!("/places/{WUHUA}/openapi.json")).await.expect(200);
    for path in [
        "codelists",
        "codelists/sex.csv",
        "codelists/sex.json",
        "elements.csv",
        "elements.json",
        "elements/person.identity_number.json",
    ] {
        let file = stranger.get(&format!("/standards/{path}")).await.expect(200);
        if let Some(etag) = file.header("etag") {
            stranger.header("if-none-match", etag).get(&format!("/standards/{path}")).await.expect(304);
        }
    }
    let admin = test.role(PROVINCE, "base.system_admin").await;
    let rename = json!({ "kind": "rename", "name": "华山西路社区", "on": "2026-03-01" });
    admin.post(&format!("/places/{PROVINCE}/changes/{OTHER_VILLAGE}"), rename).await.expect(204);
    let notice = include_str!("../../data/holidays/2026.toml");
    admin.post(&format!("/places/{PROVINCE}/holidays"), json!({ "year": 2026, "source": notice })).await.expect(204);
}

async fn counties(test: &TestApp) {
    let admin = test.role(WUHUA, "base.system_admin").await;
    let modules = format!("/places/{WUHUA}/modules");
    admin.get(&modules).await.expect(200);
    admin.get(&format!("{modules}/grid/impact")).await.expect(200);
    admin.put(&format!("{modules}/grid"), json!({ "state": "draining", "reason": "试" })).await.expect(204);
    admin.put(&format!("{modules}/grid"), json!({ "state": "on", "reason": "继续" })).await.expect(204);
    let ahead = json!({ "state": "off", "reason": "年底调整", "effective_at": "2026-12-31T16:00:00Z" });
    admin.put(&format!("{modules}/venue"), ahead).await.expect(204);
    let history = admin.get(&format!("{modules}/venue/history")).await.expect(200);
    let planned = history.items()[0]["id"].as_str().unwrap().to_owned();
    admin.delete(&format!("{modules}/venue/ahead/{planned}")).await.expect(204);
    let file = admin.get(&format!("/places/{WUHUA}/set")).await.expect(200);
    let file = file.body.as_str().unwrap().to_owned();
    admin.post(&format!("/places/{WUHUA}/set/plan"), json!({ "text": file })).await.expect(200);
    let wish = json!({ "text": file, "reason": "再套用一次" });
    admin.post(&format!("/places/{WUHUA}/set/apply"), wish).await.expect(200);
    let viewer = test.role(PROVINCE, "base.viewer").await;
    viewer.get(&format!("/places/{PROVINCE}/overview")).await.expect(200);
    viewer.get(&format!("/places/{PROVINCE}/differences")).await.expect(200);
    admin.get(&format!("{modules}/grid/settings")).await.expect(200);
    let careful = admin.header("if-match", "\"0\"");
    careful.put(&format!("{modules}/grid/settings"), json!({ "supervision_phone": "0871-65000000" })).await.expect(204);
    admin.get(&format!("/places/{WUHUA}/rules")).await.expect(200);
    let rule = format!("/places/{WUHUA}/rules/V.PUB.KEEP");
    admin.get(&rule).await.expect(200);
    admin.get(&format!("{rule}/history")).await.expect(200);
    admin.put(&rule, json!({ "value": 20, "reason": "县里要求" })).await.expect(204);
    admin.get(&format!("/places/{WUHUA}/rule-conflicts")).await.expect(200);
    admin.delete(&rule).await.expect(204);
    admin.get(&format!("/places/{WUHUA}/processes")).await.expect(200);
    let process = format!("/places/{WUHUA}/processes/grid.incident");
    admin.get(&process).await.expect(200);
    let overlay = json!({ "add": [{
        "id": "supervision_review", "title": { "zh": "村务监督委员会审核", "en": "Supervision review" },
        "before": "grid.incident.close", "permission": "grid.incident.verify",
    }] });
    admin.put(&process, json!({ "overlay": overlay, "reason": "县委办文件" })).await.expect(204);
}

async fn grid(test: &TestApp) {
    let incidents = format!("/places/{WUHUA}/grid/incidents");
    let worker = test.role(VILLAGE, "grid.worker").await;
    let dispatcher = test.role(WUHUA, "grid.dispatcher").await;
    let handler = test.role(HUASHAN, "grid.handler").await;
    let step = |id: &str, name: &str| format!("{incidents}/{id}/{name}");
    let report = |title: &'static str| {
        let worker = &worker;
        async move {
            let body = json!({ "category": "04", "title": title });
            worker.post(&format!("/places/{VILLAGE}/grid/incidents"), body).await.expect(201).text("id")
        }
    };
    worker.get(&format!("/places/{VILLAGE}/grid/categories")).await.expect(200);
    exercise_grid::subcategories(&dispatcher).await;
    let declined = report("不属于本辖区").await;
    dispatcher.post(&step(&declined, "reject"), json!({ "reason": "不在本辖区" })).await.expect(200);
    let id = report("路面积水").await;
    dispatcher.post(&step(&id, "accept"), json!({})).await.expect(200);
    for outcome in ["return", "handle"] {
        dispatcher.post(&step(&id, "dispatch"), json!({ "to": handler.id })).await.expect(200);
        let body =
            if outcome == "return" { json!({ "reason": "转错了" }) } else { json!({ "outcome": "已疏通" }) };
        handler.post(&step(&id, outcome), body).await.expect(200);
    }
    worker.post(&step(&id, "redo"), json!({ "reason": "还有积水" })).await.expect(200);
    handler.post(&step(&id, "handle"), json!({ "outcome": "再次疏通" })).await.expect(200);
    worker.post(&step(&id, "verify"), json!({})).await.expect(200);
    dispatcher.post(&step(&id, "close"), json!({})).await.refused(409, "base.process.not_now");
    worker.post(&step(&id, "local/supervision_review"), json!({})).await.expect(200);
    dispatcher.post(&step(&id, "close"), json!({})).await.expect(200);
    dispatcher.get(&incidents).await.expect(200);
    dispatcher.get(&format!("{incidents}/{id}")).await.expect(200);
    dispatcher.post(&step(&id, "call_back"), json!({ "satisfaction": "not" })).await.expect(200);
    dispatcher.post(&step(&id, "reopen"), json!({ "reason": "又积水了" })).await.expect(200);
    exercise_grid::more_time(&dispatcher, &handler, &step, &id).await;
    exercise_grid::joint(test, &dispatcher, &handler, &step, &report("道路塌陷").await).await;
    exercise_grid::whistle(test, &handler).await;
    exercise_grid::protection(test, &worker).await;
    let seen = report("路灯不亮").await;
    worker.post(&step(&seen, "solve"), json!({ "outcome": "已换灯泡" })).await.expect(200);
    exercise_grid::attachments(&worker, &step(&seen, "attachments")).await;
    worker.get(&format!("/places/{VILLAGE}/grid/incidents/similar?category=04")).await.expect(200);
    let again = report("路面又积水").await;
    let code = dispatcher.get(&format!("{incidents}/{id}")).await.expect(200).text("code");
    dispatcher.post(&step(&again, "merge"), json!({ "into": code, "reason": "同一件事" })).await.expect(200);
    let admin = test.role(WUHUA, "base.system_admin").await;
    admin.delete(&format!("/places/{WUHUA}/processes/grid.incident")).await.expect(204);
}

async fn certificates(test: &TestApp) {
    let here = format!("/places/{WUHUA}/certificates");
    let stranger = test.stranger();
    stranger.get(&format!("{here}/lookup?q=健在")).await.expect(200);
    stranger.get(&format!("{here}/negative")).await.expect(200);
    let all: Vec<&str> = test.app.registry.module("certificates").unwrap().permissions.iter().map(|p| p.id).collect();
    let editor = test.user(WUHUA, &all).await;
    let item = super::body_of(&test.app, operation(test, "certificates_item_propose")).unwrap();
    let named = |id: &str| {
        let mut item = item.clone();
        item["code"] = Value::from(id);
        item["name"] = Value::from(format!("本地事项{id}"));
        item
    };
    let first = editor.post(&format!("{here}/items"), named("first")).await.expect(201).text("id");
    let second = editor.post(&format!("{here}/items"), named("second")).await.expect(201).text("id");
    editor.post(&format!("{here}/items/{first}/publish"), json!({})).await.expect(200);
    editor.post(&format!("{here}/items/{first}/retire"), json!({ "reason": "不再需要" })).await.expect(200);
    editor.post(&format!("{here}/items/{second}/withdraw"), json!({ "reason": "依据不足" })).await.expect(200);
    editor.get(&format!("{here}/items")).await.expect(200);
    editor.get(&format!("{here}/items/{first}")).await.expect(200);
    for _ in 0..5 {
        let body = json!({ "what": "健在证明", "requesting_body": "某某银行" });
        editor.post(&format!("/places/{VILLAGE}/certificates/demands"), body).await.expect(201);
    }
    test.settle().await;
    let notices = editor.get(&format!("{here}/notices")).await.expect(200);
    let notice = notices.items()[0]["id"].as_str().unwrap().to_owned();
    editor.get(&format!("{here}/notices/{notice}")).await.expect(200);
    let demands = editor.get(&format!("{here}/demands")).await.expect(200);
    let demand = demands.items()[0]["id"].as_str().unwrap().to_owned();
    editor.get(&format!("{here}/demands/{demand}")).await.expect(200);

    let admin = test.role(WUHUA, "base.system_admin").await;
    let process = format!("/places/{WUHUA}/processes/certificates.item");
    let overlay = json!({ "add": [{
        "id": "legal_review", "title": { "zh": "合法性审查", "en": "Legal review" },
        "before": "certificates.item.publish", "permission": "certificates.item.publish",
    }] });
    admin.put(&process, json!({ "overlay": overlay, "reason": "县司法局要求" })).await.expect(204);
    let third = editor.post(&format!("{here}/items"), named("third")).await.expect(201).text("id");
    editor.post(&format!("{here}/items/{third}/local/legal_review"), json!({})).await.expect(200);
}

async fn venue(test: &TestApp) {
    let bookings = format!("/places/{VILLAGE}/venue/bookings");
    let agent = test.role(VILLAGE, "venue.agent").await;
    let clerk = test.role(VILLAGE, "venue.clerk").await;
    let today = test.now().date_naive().to_string();
    let body = json!({ "room": "square", "day": today, "purpose": "performance", "asker_name": "华山文艺队" });
    for steps in [&["confirm", "hand_back"][..], &["decline"], &["cancel"]] {
        let id = agent.post(&bookings, body.clone()).await.expect(201).text("id");
        for step in steps {
            clerk.post(&format!("{bookings}/{id}/{step}"), json!({ "reason": "当日" })).await.expect(200);
        }
        clerk.get(&format!("{bookings}/{id}")).await.expect(200);
    }
    clerk.get(&bookings).await.expect(200);
    add_local_step(test, "venue.booking", "venue.booking.hand_back").await;
    let id = agent.post(&bookings, body).await.expect(201).text("id");
    for step in ["confirm", "local/local_review", "hand_back"] {
        clerk.post(&format!("{bookings}/{id}/{step}"), json!({})).await.expect(200);
    }
}

/// A county's own step `local_review` before another, for whoever may take that one: `<module>_<noun>_local` wants to be tried.
pub(super) async fn add_local_step(test: &TestApp, process: &str, before: &str) {
    let admin = test.role(WUHUA, "base.system_admin").await;
    let title = json!({ "zh": "本地审核", "en": "Local review" });
    let step = json!({ "id": "local_review", "title": title, "before": before, "permission": before });
    let body = json!({ "overlay": { "add": [step] }, "reason": "县里要求" });
    admin.put(&format!("/places/{WUHUA}/processes/{process}"), body).await.expect(204);
}

async fn consultation(test: &TestApp) {
    let here = format!("/places/{VILLAGE}/consultation");
    let clerk = test.role(VILLAGE, "consultation.clerk").await;
    let secretary = test.role(VILLAGE, "consultation.secretary").await;
    clerk.get(&format!("{here}/matters")).await.expect(200);
    clerk.get(&format!("{here}/bodies")).await.expect(200);
    let admin = test.role(WUHUA, "base.system_admin").await;
    let process = format!("/places/{WUHUA}/processes/consultation.meeting");
    let overlay = json!({ "add": [{
        "id": "party_members", "title": { "zh": "党员大会审议", "en": "Party members' assembly examines" },
        "before": "consultation.meeting.attend", "permission": "consultation.meeting.study",
    }] });
    admin.put(&process, json!({ "overlay": overlay, "reason": "四议两公开" })).await.expect(204);
    let mut example = super::body_of(&test.app, operation(test, "consultation_meeting_call")).unwrap();
    let today = jizuo_kernel::clock::china_date(test.now());
    example["held_on"] = json!(today);
    example["notice_on"] = json!(today - Duration::days(10));
    let call = || async {
        let id = clerk.post(&format!("{here}/meetings"), example.clone()).await.expect(201).text("id");
        format!("{here}/meetings/{id}")
    };
    let ready = || async {
        let meeting = call().await;
        secretary.post(&format!("{meeting}/study"), json!({ "studied_on": today })).await.expect(200);
        secretary.post(&format!("{meeting}/local/party_members"), json!({})).await.expect(200);
        meeting
    };
    let cancelled = call().await;
    clerk.post(&format!("{cancelled}/cancel"), json!({ "reason": "改期" })).await.expect(200);
    let left = ready().await;
    clerk.post(&format!("{left}/attend"), json!({ "in_person": 45 })).await.expect(200);
    clerk.post(&format!("{left}/lapse"), json!({ "reason": "中途离场" })).await.expect(200);
    let decided = ready().await;
    clerk.post(&format!("{decided}/attend"), json!({ "in_person": 45 })).await.expect(200);
    clerk.post(&format!("{decided}/vote"), json!({ "yes": 40, "no": 3, "abstain": 2 })).await.expect(200);
    clerk.post(&format!("{decided}/publish"), json!({})).await.expect(200);
    clerk.get(&format!("{here}/meetings")).await.expect(200);
    clerk.get(&decided).await.expect(200);

    // Groups are of villages. That no study is needed is said by itself, unless a county has put a step before it.
    test.switch(ESHAN, "consultation", "on").await;
    let admin = test.role(ESHAN, "base.system_admin").await;
    let overlay = json!({ "add": [{
        "id": "committee", "title": { "zh": "村委会同意召开", "en": "The village committee agrees to hold it" },
        "before": "consultation.meeting.exempt", "permission": "consultation.meeting.call",
    }] });
    let process = format!("/places/{ESHAN}/processes/consultation.meeting");
    admin
        .put(&process, json!({ "overlay": overlay, "reason": "村民小组会议在村民委员会组织下召开" }))
        .await
        .expect(204);
    let village = "530426001205";
    let meetings = format!("/places/{village}/consultation/meetings");
    let clerk = test.role(village, "consultation.clerk").await;
    let group = json!({
        "body": "group_households", "matter": "group_affairs", "title": "组内沟渠清淤", "held_on": today,
        "figures": { "households": 31 },
    });
    let id = clerk.post(&meetings, group).await.expect(201).text("id");
    clerk.post(&format!("{meetings}/{id}/local/committee"), json!({})).await.expect(200);
    clerk.post(&format!("{meetings}/{id}/exempt"), json!({})).await.expect(200);
}

async fn mediation(test: &TestApp) {
    let incidents = format!("/places/{WUHUA}/grid/incidents");
    let cases = format!("/places/{VILLAGE}/mediation/cases");
    let dispatcher = test.role(WUHUA, "grid.dispatcher").await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    let mediator = test.role(VILLAGE, "mediation.mediator").await;
    mediator.also(VILLAGE, "mediation.head").await;
    let dispute = json!({ "capability": "dispute.intake" });
    dispatcher.get(&format!("/places/{VILLAGE}/takers?step=grid.incident.hand_over")).await.expect(200);
    let handed_over = async || {
        let body = json!({ "category": "01", "title": "排水纠纷" });
        let id = worker.post(&format!("/places/{VILLAGE}/grid/incidents"), body).await.expect(201).text("id");
        dispatcher.post(&format!("{incidents}/{id}/accept"), json!({})).await.expect(200);
        let handed = dispatcher.post(&format!("{incidents}/{id}/hand_over"), dispute.clone()).await.expect(200);
        (id, handed.text("case"))
    };
    let (incident, code) = handed_over().await;
    test.role(WUHUA, "base.case_clerk").await.get(&format!("/places/{WUHUA}/cases/{code}")).await.expect(200);
    let taken_over = mediator.get(&cases).await.expect(200).items()[0]["id"].as_str().unwrap().to_owned();
    let why = json!({ "reason": "另行处理" });
    dispatcher.post(&format!("{incidents}/{incident}/take_back"), why.clone()).await.expect(200);
    mediator.post(&format!("{cases}/{taken_over}/decline"), why.clone()).await.expect(200);
    let (incident, _) = handed_over().await;
    dispatcher.post(&format!("{incidents}/{incident}/settle"), why.clone()).await.expect(200);

    let admin = test.role(WUHUA, "base.system_admin").await;
    let overlay = json!({ "add": [{
        "id": "call_back", "title": { "zh": "回访", "en": "Call back" },
        "before": "mediation.case.perform", "permission": "mediation.case.perform",
    }] });
    let process = format!("/places/{WUHUA}/processes/mediation.case");
    admin.put(&process, json!({ "overlay": overlay, "reason": "县司法局要求" })).await.expect(204);
    let new = super::body_of(&test.app, operation(test, "mediation_case_register")).unwrap();
    let accepted = async || {
        let id = mediator.post(&cases, new.clone()).await.expect(201).text("id");
        mediator.post(&format!("{cases}/{id}/accept"), json!({ "mediator": mediator.id })).await.expect(200);
        let shown = mediator.get(&format!("{cases}/{id}")).await.expect(200);
        let ids = shown.body["parties"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_owned());
        (id, ids.collect::<Vec<_>>())
    };
    let take = async |id: &str, step: &str, body: Value| mediator.post(&format!("{cases}/{id}/{step}"), body).await;
    let (id, parties) = accepted().await;
    let etag = mediator.get(&format!("{cases}/{id}")).await.expect(200).header("etag").unwrap().to_owned();
    let prolong = json!({ "agreed_by": parties });
    mediator.header("if-match", etag).post(&format!("{cases}/{id}/prolong"), prolong).await.expect(200);
    let oral = json!({ "content": "互相道歉", "settles": [], "acknowledged_by": parties });
    take(&id, "agree_orally", oral).await.expect(200);
    take(&id, "write_down", json!({ "asked_by": parties[0] })).await.expect(200);
    take(&id, "local/call_back", json!({})).await.expect(200);
    take(&id, "perform", json!({ "reason": "回访属实" })).await.expect(200);

    let (id, parties) = accepted().await;
    take(&id, "agree_in_writing", json!({ "content": "付二千元", "settles": [] })).await.expect(200);
    let today = "2026-03-02";
    let signatures: Vec<_> = parties.iter().map(|party| json!({ "party": party, "on": today })).collect();
    let signed = json!({ "signatures": signatures, "mediator_signed_on": today, "sealed_on": today });
    take(&id, "take_effect", signed).await.expect(200);
    let joint = json!({ "on": today, "court": "五华区人民法院" });
    take(&id, "apply_for_confirmation", joint).await.expect(200);
    take(&id, "breach", why).await.expect(200);

    let (id, parties) = accepted().await;
    take(&id, "parties", json!({ "name": "王五", "side": "respondent" })).await.expect(201);
    take(&id, &format!("parties/{}/refuse", parties[0]), json!({})).await.expect(200);
    take(&id, "end", json!({ "reason": "refused" })).await.expect(200);
    admin.delete(&process).await.expect(204);
}

pub(super) fn operation<'a>(test: &'a TestApp, id: &str) -> &'a jizuo_kernel::registry::Operation {
    test.app.registry.operations().into_iter().find(|o| o.id == id).unwrap()
}

async fn figures_and_records(test: &TestApp) {
    let viewer = test.role(WUHUA, "base.viewer").await;
    let list = viewer.get(&format!("/places/{WUHUA}/statistics")).await.expect(200);
    for statistic in list.items() {
        let id = statistic["id"].as_str().unwrap();
        for place in [WUHUA, VILLAGE] {
            let at = test.role(place, "base.viewer").await;
            at.get(&format!("/places/{place}/statistics/{id}")).await.expect(200);
        }
    }
    let province = test.role(PROVINCE, "base.viewer").await;
    province.get(&format!("/places/{PROVINCE}/statistics/grid.incidents.opened")).await.expect(200);
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    auditor.get(&format!("/places/{WUHUA}/audit")).await.expect(200);
    test.pass(Duration::seconds(5));
    let integrator = test.role(WUHUA, "base.integrator").await;
    integrator.get(&format!("/places/{WUHUA}/events")).await.expect(200);
    viewer.also(WUHUA, "base.list_exporter").await;
    let body = json!({ "list": "base_rule_list", "format": "xlsx", "purpose": "规则上墙" });
    viewer.post(&format!("/places/{WUHUA}/exports"), body).await.expect(200);
}

//! Plans and visits: of people in care and, apart from them, of people under management.

use chrono::Duration;
use jizuo_grid::MODULE;
use jizuo_testing::places::{HUASHAN, OTHER_VILLAGE, PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::{Value, json};

fn care(place: &str, rest: &str) -> String {
    format!("/places/{place}/grid/care{rest}")
}

fn managed(place: &str, rest: &str) -> String {
    format!("/places/{place}/grid/managed{rest}")
}

async fn resident(test: &TestApp, name: &str) -> String {
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": { "person.name": name } });
    clerk.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id")
}

fn plan(person: &str) -> Value {
    json!({ "person": person, "kind": "elderly_alone", "purpose": "上门看望", "every_days": 30 })
}

fn correction(person: &str) -> Value {
    json!({ "person": person, "kind": "community_correction", "purpose": "帮助就业" })
}

async fn begin(by: &User<'_>, path: &str, body: Value) -> String {
    by.post(path, body).await.expect(201).text("id")
}

#[tokio::test]
async fn somebody_in_care_is_visited_for_a_purpose_and_the_next_visit_waits_in_the_inbox() {
    let test = TestApp::with(&[&MODULE]).await;
    test.set_now("2026-03-02T01:00:00Z".parse().unwrap());
    let person = resident(&test, "李阿诗").await;
    let leader = test.role(VILLAGE, "grid.leader").await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    let mut body = plan(&person);
    body["assignee"] = json!(worker.id);
    let begun = leader.post(&care(VILLAGE, ""), body.clone()).await.expect(201);
    assert_eq!(begun.text("due_at"), "2026-04-01T10:00:00Z");
    let again = leader.post(&care(VILLAGE, ""), body).await.refused(409, "grid.care.already");
    assert_eq!(again.text("/current/code"), begun.text("code"));
    let id = begun.text("id");
    assert!(leader.get("/me/inbox").await.expect(200).items().is_empty(), "it is the worker's");
    let inbox = worker.get("/me/inbox").await.expect(200);
    assert_eq!((&inbox.items()[0]["matter"], &inbox.items()[0]["action"]), (&json!(id), &json!("grid.care.visit")));

    let shown = worker.get(&care(VILLAGE, &format!("/{id}"))).await.expect(200);
    assert_eq!((shown.text("person_name"), shown.text("ground")), ("李阿诗".into(), "statutory_duty".into()));
    let visit = json!({ "found": "屋顶漏雨，腰腿疼", "to_do": "修缮屋顶", "category": "05" });
    let path = care(VILLAGE, &format!("/{id}/visit"));
    worker.post(&path, visit.clone()).await.refused(409, "base.process.again");
    let seen = worker.header("if-match", shown.header("etag").unwrap());
    let without = json!({ "found": "屋顶漏雨", "category": "05" });
    assert_eq!(seen.post(&path, without).await.expect(422).fields(), ["to_do"]);
    let ahead = json!({ "found": "x", "on": "2026-03-03", "next_by": "2028-01-01", "to_do": "x".repeat(501) });
    let wrong = seen.post(&path, ahead).await.expect(422);
    assert_eq!(wrong.fields(), ["on", "to_do", "next_by"]);
    test.pass(Duration::days(9));
    assert_eq!(seen.post(&path, visit.clone()).await.expect(200).text("due_at"), "2026-04-10T10:00:00Z");
    seen.post(&path, visit).await.refused(409, "base.process.again");

    let shown = leader.get(&care(VILLAGE, &format!("/{id}"))).await.expect(200);
    let made = &shown.body["visits"][0];
    assert_eq!((&made["found"], &made["purpose"]), (&json!("屋顶漏雨，腰腿疼"), &json!("上门看望")));
    assert!(made.get("duration").is_none() && made.get("position").is_none());
    let incidents = worker.get(&format!("/places/{VILLAGE}/grid/incidents")).await.expect(200);
    let incident = &incidents.items()[0];
    assert_eq!((&incident["code"], &incident["title"]), (&made["incident"], &json!("修缮屋顶")));
    let told = worker.get(&format!("/places/{VILLAGE}/grid/incidents/{}", incident["id"].as_str().unwrap())).await;
    assert!(!told.expect(200).body.to_string().contains("腰腿疼"), "what was found stays with the plan");
    let worker = test.role(OTHER_VILLAGE, "grid.worker").await;
    worker.get(&care(WUHUA, &format!("/{id}"))).await.expect(404);
}

#[tokio::test]
async fn care_that_no_law_puts_on_the_village_rests_on_consent() {
    let test = TestApp::with(&[&MODULE]).await;
    let person = resident(&test, "李阿诗").await;
    let leader = test.role(VILLAGE, "grid.leader").await;
    let ill = json!({ "person": person, "kind": "serious_illness", "purpose": "陪同就医" });
    let refused = leader.post(&care(VILLAGE, ""), ill.clone()).await.expect(422);
    assert_eq!(refused.fields(), ["person"]);
    assert_eq!(refused.text("/errors/0/code"), "base.form.consent");
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let consent = json!({ "purpose": "grid.care", "how": "signed" });
    clerk.post(&format!("/places/{VILLAGE}/persons/{person}/consents"), consent).await.expect(201);
    let id = begin(&leader, &care(VILLAGE, ""), ill).await;
    let shown = leader.get(&care(VILLAGE, &format!("/{id}"))).await.expect(200);
    assert_eq!((shown.text("ground"), shown.text("every_days")), ("consent".into(), "90".into()));
    let nobody = json!({ "person": "0192f0c0-0000-7000-8000-000000000001", "kind": "disabled", "purpose": "x" });
    assert_eq!(leader.post(&care(VILLAGE, ""), nobody).await.expect(422).fields(), ["person"]);
    // The child's guardian consents, or nobody.
    let child = json!({
        "source": "document_seen", "basis": "consent", "guardian": { "name": "李建国", "relation": "父亲" },
        "facts": { "person.name": "李小诗", "person.birth_date": "2020-05-01" },
    });
    let child = clerk.post(&format!("/places/{VILLAGE}/persons"), child).await.expect(201).text("id");
    let alone = json!({ "purpose": "grid.care", "how": "oral" });
    let refused = clerk.post(&format!("/places/{VILLAGE}/persons/{child}/consents"), alone).await;
    refused.expect(422);
}

#[tokio::test]
async fn who_sees_people_in_care_learns_nothing_of_people_under_management_nor_the_other_way_round() {
    let test = TestApp::with(&[&MODULE]).await;
    test.set_now("2026-03-02T01:00:00Z".parse().unwrap());
    let person = resident(&test, "李阿诗").await;
    let leader = test.role(VILLAGE, "grid.leader").await;
    let officer = test.role(HUASHAN, "grid.managed_officer").await;
    let cared = begin(&leader, &care(VILLAGE, ""), plan(&person)).await;
    let id = begin(&officer, &managed(HUASHAN, ""), correction(&person)).await;
    for role in MODULE.roles {
        let narrow = role.permissions.iter().any(|permission| permission.starts_with("grid.managed."));
        let ordinary = role.permissions.iter().any(|permission| permission.starts_with("grid.care."));
        assert!(!narrow || role.id == "grid.managed_officer" && !ordinary, "{}", role.id);
    }
    leader.get(&managed(VILLAGE, "")).await.refused(403, "base.gate.forbidden");
    leader.get(&managed(VILLAGE, &format!("/{id}"))).await.refused(403, "base.gate.forbidden");
    leader.get(&care(VILLAGE, &format!("/{id}"))).await.expect(404);
    officer.get(&care(VILLAGE, "")).await.refused(403, "base.gate.forbidden");
    officer.get(&managed(VILLAGE, &format!("/{cared}"))).await.expect(404);
    let export = json!({ "list": "grid_managed_list", "format": "csv", "purpose": "x" });
    leader.post(&format!("/places/{VILLAGE}/exports"), export).await.expect(403);

    // What is held on somebody, for three who ask.
    let held = async |by: &User<'_>| {
        let path = format!("/places/{WUHUA}/persons/{person}/held");
        let kinds = by.post(&path, json!({ "purpose": "本人申请查阅" })).await.expect(200).body["matters"].clone();
        let kinds = kinds.as_array().unwrap().iter().map(|matter| matter["kind"].as_str().unwrap().to_owned());
        kinds.collect::<Vec<_>>()
    };
    let data = test.role(WUHUA, "base.data_officer").await;
    assert_eq!(held(&data).await, ["grid.care"]);
    data.also(WUHUA, "grid.managed_officer").await;
    assert_eq!(held(&data).await, ["grid.managed"]);
    data.also(WUHUA, "grid.leader").await;
    assert_eq!(held(&data).await, ["grid.care", "grid.managed"]);

    // Both are overdue; the feed tells of one. Figures count one.
    let reader = test.user(WUHUA, &["base.event.read", "base.statistics.read"]).await;
    test.pass(Duration::days(120));
    test.settle().await;
    test.pass(Duration::seconds(5));
    let told = reader.get(&format!("/places/{WUHUA}/events?topic=base.task.overdue")).await.expect(200);
    assert_eq!((told.items().len(), &told.items()[0]["data"]["kind"]), (1, &json!("grid.care")));
    let listed = reader.get(&format!("/places/{WUHUA}/statistics")).await.expect(200).body.to_string();
    assert!(listed.contains("grid.care.overdue") && !listed.contains("managed"));
    let late = reader.get(&format!("/places/{WUHUA}/statistics/grid.care.overdue")).await.expect(200);
    assert_eq!((late.text("total"), late.text("/rows/0/label")), ("1".into(), "elderly_alone".into()));
    assert_eq!(
        reader.get(&format!("/places/{WUHUA}/statistics/grid.care.people")).await.expect(200).text("total"),
        "1"
    );
    assert_eq!(officer.get(&managed(HUASHAN, "?overdue=true")).await.expect(200).items().len(), 1);
    assert_eq!(officer.get("/me/inbox").await.expect(200).items()[0]["kind"], "grid.managed");
}

#[tokio::test]
async fn no_rule_of_the_province_opens_people_under_management_to_it() {
    let test = TestApp::with(&[&MODULE]).await;
    let person = resident(&test, "李阿诗").await;
    let officer = test.role(VILLAGE, "grid.managed_officer").await;
    begin(&officer, &managed(VILLAGE, ""), correction(&person)).await;
    let above = test.user(PROVINCE, &["grid.incident.read", "grid.managed.read"]).await;
    above.get(&format!("/places/{WUHUA}/grid/incidents")).await.refused(403, "base.gate.figures_only");
    let admin = test.role(PROVINCE, "base.system_admin").await;
    let open = json!({ "value": true, "reason": "省里文件" });
    admin.put(&format!("/places/{PROVINCE}/rules/PLATFORM.PERSONS.ABOVE_COUNTY"), open).await.expect(204);
    above.get(&format!("/places/{WUHUA}/grid/incidents")).await.expect(200);
    above.get(&managed(WUHUA, "")).await.refused(403, "base.gate.figures_only");
}

#[tokio::test]
async fn a_plan_is_adjusted_and_looked_after_only_by_who_may() {
    let test = TestApp::with(&[&MODULE]).await;
    test.set_now("2026-03-02T01:00:00Z".parse().unwrap());
    let person = resident(&test, "李阿诗").await;
    let leader = test.role(VILLAGE, "grid.leader").await;
    let handler = test.role(VILLAGE, "grid.handler").await;
    let mut wrong = plan(&person);
    wrong["assignee"] = json!(handler.id);
    leader.post(&care(VILLAGE, ""), wrong).await.refused(409, "grid.care.assignee");
    let wrong =
        json!({ "person": person, "kind": "elderly_alone", "purpose": " ", "every_days": 400, "until": "2025-01-01" });
    assert_eq!(leader.post(&care(VILLAGE, ""), wrong).await.expect(422).fields(), ["purpose", "until", "every_days"]);
    let id = begin(&leader, &care(VILLAGE, ""), plan(&person)).await;
    let shown = leader.get(&care(VILLAGE, &format!("/{id}"))).await.expect(200);
    let seen = leader.header("if-match", shown.header("etag").unwrap());
    let change = json!({ "every_days": 7, "assignee": leader.id });
    let changed = seen.post(&care(VILLAGE, &format!("/{id}/adjust")), change).await.expect(200);
    assert_eq!((changed.text("due_at"), changed.text("purpose")), ("2026-03-09T10:00:00Z".into(), "上门看望".into()));
    let list = leader.get(&care(WUHUA, "?kind=elderly_alone")).await.expect(200);
    assert_eq!((list.items().len(), &list.items()[0]["person_name"]), (1, &json!("李阿诗")));
    assert!(leader.get(&care(WUHUA, "?kind=disabled")).await.expect(200).items().is_empty());
    let end = care(VILLAGE, &format!("/{id}/end"));
    assert_eq!(leader.post(&end, json!({})).await.expect(422).fields(), ["reason"]);
    assert_eq!(leader.post(&end, json!({ "reason": "子女已回村" })).await.expect(200).text("phase"), "done");
}

#[tokio::test]
async fn plans_end_by_themselves_with_their_term_and_with_whom_they_are_for() {
    let test = TestApp::with(&[&MODULE]).await;
    test.set_now("2026-03-02T01:00:00Z".parse().unwrap());
    let person = resident(&test, "李阿诗").await;
    let leader = test.role(VILLAGE, "grid.leader").await;
    let officer = test.role(VILLAGE, "grid.managed_officer").await;
    let mut body = correction(&person);
    body["until"] = json!("2026-03-10");
    let term = begin(&officer, &managed(VILLAGE, ""), body).await;
    let cared = begin(&leader, &care(VILLAGE, ""), plan(&person)).await;
    test.pass(Duration::days(8));
    test.settle().await;
    let state = async |path: String, by: &User<'_>| by.get(&path).await.expect(200);
    assert_eq!(state(managed(VILLAGE, &format!("/{term}")), &officer).await.text("state"), "serving");
    test.pass(Duration::days(1));
    test.settle().await;
    let over = state(managed(VILLAGE, &format!("/{term}")), &officer).await;
    assert_eq!((over.text("state"), over.text("/steps/1/reason")), ("ended".into(), "期限届满".into()));

    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let death = json!({ "on": "2026-03-10", "source": "document_seen" });
    clerk.post(&format!("/places/{VILLAGE}/persons/{person}/death"), death).await.expect(200);
    test.settle().await;
    let gone = state(care(VILLAGE, &format!("/{cared}")), &leader).await;
    assert_eq!((gone.text("state"), gone.text("/steps/1/reason")), ("ended".into(), "本人已去世".into()));
}

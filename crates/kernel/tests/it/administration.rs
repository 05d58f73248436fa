//! What an administrator looks at before and after changing anything: cards, files, overviews, histories.

use chrono::Duration;
use jizuo_testing::TestApp;
use jizuo_testing::places::{ESHAN, KUNMING, PANLONG, PROVINCE, VILLAGE, WUHUA};
use serde_json::{Value, json};

use crate::probe::{PROBE, written};

fn one<'a>(list: &'a [Value], id: &str) -> &'a Value {
    list.iter().find(|one| one["id"] == id || one["action"] == id).unwrap_or_else(|| panic!("no {id}"))
}

#[tokio::test]
async fn a_card_says_what_a_module_needs_who_decided_and_what_is_open() {
    let test = TestApp::bare(&[&PROBE]).await;
    let city = test.role(KUNMING, "base.system_admin").await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let card = async || {
        let list = county.get(&format!("/places/{WUHUA}/modules")).await.expect(200);
        one(list.items(), "probe").clone()
    };
    assert_eq!((card().await["state"].clone(), card().await["inherited"].clone()), (json!("off"), json!(false)));
    let on = json!({ "state": "on", "locked": true, "reason": "全市统一" });
    city.put(&format!("/places/{KUNMING}/modules/probe"), on).await.expect(204);
    let worker = test.role(VILLAGE, "probe.writer").await;
    written(&worker, VILLAGE, "x").await;
    let shown = card().await;
    assert_eq!(shown["switched_by"], json!(city.name), "{shown:#}");
    assert_eq!(shown["decided_by"], "昆明市");
    assert_eq!(
        (&shown["inherited"], &shown["locked"], &shown["open_matters"]),
        (&json!(true), &json!(true), &json!(1))
    );
    assert_eq!(shown["takes_over"][0]["id"], "note.intake");
    assert_eq!(shown["processes"].as_array().unwrap().len(), 2);
    let history = county.get(&format!("/places/{WUHUA}/modules/probe/history")).await.expect(200);
    assert_eq!((history.items().len(), &history.items()[0]["counts"]), (1, &json!(true)));
}

#[tokio::test]
async fn a_switch_ahead_is_shown_and_can_be_taken_back_until_it_counts() {
    let test = TestApp::with(&[&PROBE]).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let module = format!("/places/{WUHUA}/modules/probe");
    for day in ["2026-03-05", "2026-03-09"] {
        let off = json!({ "state": "off", "reason": "年度调整", "effective_at": format!("{day}T00:00:00Z") });
        county.put(&module, off).await.expect(204);
    }
    let list = county.get(&format!("/places/{WUHUA}/modules")).await.expect(200);
    let ahead = one(list.items(), "probe")["ahead"].as_array().unwrap().clone();
    assert_eq!(ahead.len(), 2);
    let path = |n: usize| format!("{module}/ahead/{}", ahead[n]["id"].as_str().unwrap());
    county.delete(&path(1)).await.expect(204);
    county.delete(&path(1)).await.expect(404);
    test.pass(Duration::days(4));
    county.delete(&path(0)).await.expect(404);
    let list = county.get(&format!("/places/{WUHUA}/modules")).await.expect(200);
    assert_eq!(one(list.items(), "probe")["state"], "off");
}

#[tokio::test]
async fn a_file_is_planned_with_its_refusals_and_applied_as_a_whole() {
    let test = TestApp::with(&[&PROBE]).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let set = format!("/places/{WUHUA}/set");
    let file = county.get(&set).await.expect(200).body.as_str().unwrap().to_owned();
    assert!(file.contains("[modules.probe]"), "{file}");
    let plan = async |text: &str| county.post(&format!("{set}/plan"), json!({ "text": text })).await;
    assert_eq!(plan(&file).await.expect(200).items().len(), 0);
    let wish =
        file.replace("state = \"on\"", "state = \"draining\"") + "\n[rules]\n\"PROBE.CHECK\" = 9\n\"PROBE.SIZE\" = 7\n";
    let planned = plan(&wish).await.expect(200);
    assert_eq!(planned.items().len(), 3);
    let refused: Vec<&Value> = planned.items().iter().filter(|c| c["refused"].is_object()).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(
        (&refused[0]["id"], &refused[0]["refused"]["code"]),
        (&json!("PROBE.CHECK"), &json!("base.rule.direction"))
    );
    let apply =
        async |text: &str| county.post(&format!("{set}/apply"), json!({ "text": text, "reason": "县里定了" })).await;
    apply(&wish).await.refused(409, "base.rule.direction");
    let size = format!("/places/{WUHUA}/rules/PROBE.SIZE");
    assert_eq!(county.get(&size).await.expect(200).text("value"), "5", "nothing of it happened");
    let good = wish.replace("= 9", "= 2");
    assert_eq!(apply(&good).await.expect(200).items().len(), 3);
    assert_eq!(apply(&good).await.expect(200).items().len(), 0, "the same file changes nothing");
    assert_eq!(county.get(&size).await.expect(200).text("value"), "7");
    assert_eq!(plan("no = [").await.expect(422).fields(), ["text"]);
    assert_eq!(plan("place = \"530103\"").await.expect(422).fields(), ["place"]);
    let viewer = test.role(WUHUA, "base.viewer").await;
    viewer.get(&set).await.expect(200);
    viewer.post(&format!("{set}/plan"), json!({ "text": file })).await.expect(403);
}

#[tokio::test]
async fn the_province_sees_every_county_and_what_differs_from_the_baseline() {
    let test = TestApp::with(&[&PROBE]).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let lay = json!({ "value": 2, "reason": "县里提速" });
    county.put(&format!("/places/{WUHUA}/rules/PROBE.CHECK"), lay).await.expect(204);
    let rename = json!({ "rename": { "probe.note.check": { "zh": "复核", "en": "Review" } } });
    let body = json!({ "overlay": rename, "reason": "本地叫法" });
    county.put(&format!("/places/{WUHUA}/processes/probe.note"), body).await.expect(204);
    let careful = county.header("if-match", "\"0\"");
    careful.put(&format!("/places/{WUHUA}/modules/probe/settings"), json!({ "limit": 3 })).await.expect(204);
    let province = test.role(PROVINCE, "base.viewer").await;
    let overview = province.get(&format!("/places/{PROVINCE}/overview")).await.expect(200);
    let counties = overview.body["counties"].as_array().unwrap();
    let row = |code: &str| counties.iter().find(|c| c["place"].as_str().unwrap().starts_with(code)).unwrap();
    let (here, other) = (&row(WUHUA)["modules"][0], &row(ESHAN)["modules"][0]);
    assert_eq!(
        (&here["state"], &here["rules"], &here["processes"], &here["settings"]),
        (&json!("on"), &json!(1), &json!(1), &json!(true))
    );
    assert_eq!((&other["state"], &other["rules"]), (&json!("off"), &json!(0)));
    let first = province.get(&format!("/places/{PROVINCE}/differences?limit=2")).await.expect(200);
    assert_eq!(first.items().len(), 2);
    let next = first.body["next"].as_str().unwrap();
    let rest = province.get(&format!("/places/{PROVINCE}/differences?limit=2&after={next}")).await.expect(200);
    let kinds: Vec<&str> = first.items().iter().chain(rest.items()).map(|d| d["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["process", "rule", "settings"]);
    let rule = &first.items()[1];
    assert_eq!(
        (&rule["value"], &rule["above"], &rule["reason"], &rule["by"]),
        (&json!(2), &json!(3), &json!("县里提速"), &json!(county.name))
    );
    let neighbour = test.role(PANLONG, "base.viewer").await;
    assert_eq!(neighbour.get(&format!("/places/{PANLONG}/differences")).await.expect(200).items().len(), 0);
    neighbour.get(&format!("/places/{WUHUA}/differences")).await.expect(404);
}

#[tokio::test]
async fn a_rule_tells_its_history_and_how_far_it_may_be_moved() {
    let test = TestApp::bare(&[&PROBE]).await;
    let city = test.role(KUNMING, "base.system_admin").await;
    let county = test.role(WUHUA, "base.system_admin").await;
    city.put(&format!("/places/{KUNMING}/rules/PROBE.CHECK"), json!({ "value": 2, "reason": "市里提速" }))
        .await
        .expect(204);
    let rule = format!("/places/{WUHUA}/rules/PROBE.CHECK");
    county.put(&rule, json!({ "value": 1, "reason": "县里再提速" })).await.expect(204);
    let shown = county.get(&rule).await.expect(200).body;
    assert_eq!((&shown["inherited"], &shown["baseline"], &shown["movable"]), (&json!(2), &json!(3), &json!(true)));
    assert_eq!(shown["own"]["reason"], "县里再提速");
    county.delete(&rule).await.expect(204);
    let history = county.get(&format!("{rule}/history")).await.expect(200).body;
    assert_eq!(history["overlays"].as_array().unwrap().len(), 2);
    assert!(history["overlays"].as_array().unwrap().iter().any(|laid| laid["until"].is_string()));
    let title = county.get(&format!("/places/{WUHUA}/rules/PROBE.TITLE/history")).await.expect(200).body;
    assert_eq!(title["baselines"].as_array().unwrap().len(), 2);
    let count =
        async |query: &str| county.get(&format!("/places/{WUHUA}/rules?{query}")).await.expect(200).items().len();
    assert_eq!(count("module=probe").await, 3);
    assert_eq!(count("adapted=true").await, 1);
    assert_eq!(count("module=probe&q=%E6%A0%B8%E5%AF%B9").await, 1);
    let village = test.role(VILLAGE, "base.viewer").await;
    let fixed = village.get(&format!("/places/{VILLAGE}/rules/PROBE.CHECK")).await.expect(200).body;
    assert_eq!(fixed["movable"], json!(false));
    assert!(fixed["who"]["zh"].as_str().unwrap().contains("县（市、区）"));
}

#[tokio::test]
async fn a_process_says_beforehand_what_may_be_left_out_and_why_not() {
    let test = TestApp::with(&[&PROBE]).await;
    let city = test.role(KUNMING, "base.system_admin").await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let path = format!("/places/{WUHUA}/processes/probe.note");
    let overlay = json!({
        "rename": { "probe.note.close": { "zh": "办妥", "en": "Finish" } },
        "add": [{ "id": "seen", "title": { "zh": "分管领导审签", "en": "Sign-off" }, "before": "probe.note.close", "permission": "probe.note.check", "deadline": "PROBE.CHECK" }],
    });
    city.put(&format!("/places/{KUNMING}/processes/probe.note"), json!({ "overlay": overlay, "reason": "全市统一" }))
        .await
        .expect(204);
    let shown = county.get(&path).await.expect(200).body;
    let steps = shown["steps"].as_array().unwrap();
    let check = one(steps, "probe.note.check");
    assert_eq!((&check["skip"]["may"], &check["skip"]["lowest"]), (&json!(true), &json!("county")));
    assert_eq!((&check["deadline"]["value"], &check["deadline"]["overlay"]), (&json!(3), &json!("MAX")));
    assert!(check["roles"].as_array().unwrap().iter().any(|role| role["id"] == "probe.checker"));
    let close = one(steps, "probe.note.close");
    assert_eq!((&close["was"]["zh"], &close["changed_by"]), (&json!("办结"), &json!("昆明市")));
    assert_eq!(close["skip"]["may"], json!(false));
    assert!(close["skip"]["source"]["zh"].as_str().unwrap().contains("有始有终"));
    let added = one(steps, "probe.note.local.seen");
    assert_eq!((&added["local"], &added["changed_by"], &added["skip"]), (&json!(true), &json!("昆明市"), &Value::Null));
    assert_eq!(shown["overlays"][0]["reason"], "全市统一");
    county.put(&path, json!({ "overlay": { "skip": ["probe.note.check"] }, "reason": "小事快办" })).await.expect(204);
    let shown = county.get(&path).await.expect(200).body;
    assert_eq!(
        (&shown["left_out"][0]["action"], &shown["left_out"][0]["by"]),
        (&json!("probe.note.check"), &json!("五华区"))
    );
    let village = test.role(VILLAGE, "base.viewer").await;
    let below = village.get(&format!("/places/{VILLAGE}/processes/probe.note")).await.expect(200).body;
    assert!(below["closed"]["zh"].as_str().unwrap().contains("县"));
}

#[tokio::test]
async fn the_audit_is_searched_by_day_and_by_whom_and_speaks_in_words() {
    let test = TestApp::with(&[&PROBE]).await;
    let county = test.role(WUHUA, "base.system_admin").await;
    let rule = format!("/places/{WUHUA}/rules/PROBE.SIZE");
    county.put(&rule, json!({ "value": 6, "reason": "x" })).await.expect(204);
    test.pass(Duration::days(2));
    county.put(&rule, json!({ "value": 7, "reason": "x" })).await.expect(204);
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let lines = async |query: &str| {
        let path = format!("/places/{WUHUA}/audit?action=base.rule.overlay&{query}");
        auditor.get(&path).await.expect(200).items().to_vec()
    };
    assert_eq!(lines("").await.len(), 2);
    assert_eq!(lines("to=2026-03-02").await.len(), 1);
    assert_eq!(lines("from=2026-03-03&to=2026-03-04").await.len(), 1);
    assert_eq!(lines("from=2026-03-05").await.len(), 0);
    assert_eq!(lines("behalf=someone").await.len(), 0);
    assert_eq!(lines("").await[0]["action_title"]["zh"], "调整规则");
}

#[tokio::test]
async fn accounts_come_with_what_they_hold_and_roles_with_who_holds_them() {
    let test = TestApp::with(&[&PROBE]).await;
    let security = test.role(WUHUA, "base.security_admin").await;
    let accounts = format!("/places/{WUHUA}/accounts");
    let opened = security.post(&accounts, json!({ "login": "yangxiu", "name": "杨秀" })).await.expect(201).text("id");
    let grant = json!({ "account": opened, "role": "probe.checker", "place": VILLAGE });
    security.post(&format!("/places/{WUHUA}/grants"), grant).await.expect(201);
    let found = async |query: &str| security.get(&format!("{accounts}?{query}")).await.expect(200).items().to_vec();
    let one = found("q=YangX").await;
    assert_eq!((one.len(), &one[0]["grants"][0]["role_title"]["zh"]), (1, &json!("核对员")));
    assert_eq!(one[0]["must_change_password"], json!(true));
    assert_eq!(found("q=%E6%9D%A8").await.len(), 1);
    assert_eq!(found("role=probe.checker").await.len(), 1);
    assert_eq!(found("role=probe.head").await.len(), 0);
    let roles = security.get(&format!("/places/{WUHUA}/roles")).await.expect(200);
    let checker = roles.items().iter().find(|role| role["id"] == "probe.checker").unwrap();
    assert_eq!((&checker["holders"], &checker["module"]["title"]["zh"]), (&json!(1), &json!("探针")));
    assert!(checker["allows"].as_array().unwrap().iter().any(|p| p["title"]["zh"] == "核对"));
    let elements = test.stranger().get("/standards/elements.json").await.expect(200);
    let sex = elements.items().iter().find(|e| e["code_list"].is_object()).unwrap();
    assert!(!sex["code_list"]["title"]["zh"].as_str().unwrap().is_empty());
}

//! DOMAIN §10, scenario 24: no ranking, no check-in, no track can be configured anywhere; a report needs neither photo nor
//! location; the inventory answers the filing form (国办函〔2026〕12号).

use std::collections::BTreeSet;

use jizuo_kernel::registry::Registry;
use jizuo_kernel::settings;
use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::{PROVINCE, VILLAGE, WUHUA};
use serde_json::{Value, json};

/// As parts of names, in whatever way they are written together.
const BANNED: &[&str] = &[
    "ranking",
    "leaderboard",
    "checkin",
    "punchin",
    "clockin",
    "streak",
    "onlinetime",
    "timeonline",
    "gps",
    "track",
    "trajectory",
    "photo",
    "video",
    "selfie",
    "screenshot",
    "likes",
    "thumbsup",
    "forwards",
    "reposts",
    "studytime",
    "installrate",
    "activeusers",
];
const BANNED_ZH: &[&str] =
    &["排名", "排行", "打卡", "签到", "轨迹", "在线时长", "点赞", "转发", "学习时长", "安装率", "活跃度", "截图"];

fn banned(name: &str) -> bool {
    let plain: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    // Looking through a file is no checking in.
    let plain = plain.replace("checking", "");
    BANNED.iter().any(|word| plain.contains(word)) || BANNED_ZH.iter().any(|word| name.contains(word))
}

/// Every name of a document: paths, operations, parameters, schemas, properties, and what people read for them.
fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, below) in map {
                if !["description", "summary", "example", "examples"].contains(&key.as_str()) {
                    found.insert(key.clone());
                    names(below, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        Value::String(text) if text.chars().count() < 60 => drop(found.insert(text.clone())),
        _ => {}
    }
}

#[test]
fn no_document_permission_rule_figure_process_or_setting_has_a_name_for_them() {
    let (registry, _) = Registry::build(MODULES).unwrap();
    let mut found = BTreeSet::new();
    for module in registry.modules() {
        names(&serde_json::to_value(registry.document(module.id).unwrap()).unwrap(), &mut found);
        let mut add = |id: &str, title: &jizuo_kernel::Text| {
            found.extend([id.to_owned(), title.zh.to_string(), title.en.to_string()]);
        };
        module.permissions.iter().for_each(|p| add(p.id, &p.title));
        module.roles.iter().for_each(|r| add(r.id, &r.title));
        module.menu.iter().for_each(|m| add(m.id, &m.title));
        module.statistics.iter().for_each(|s| add(s.id, &s.title));
        module.events.iter().for_each(|e| add(e.id, &e.title));
        module.timers.iter().for_each(|t| add(t.id, &t_title()));
        for process in module.processes {
            add(process.id, &process.title);
            process.steps.iter().for_each(|s| add(s.action, &s.title));
        }
        for form in module.forms {
            form.fields.iter().for_each(|field| add(field.name, &field.title()));
        }
        let rules: toml::Value = toml::from_str(module.rules).unwrap();
        for rule in rules.get("rule").and_then(toml::Value::as_array).into_iter().flatten() {
            found.insert(rule["id"].as_str().unwrap().to_owned());
        }
        if let Some(schema) = (module.settings)() {
            names(&schema, &mut found);
        }
    }
    let keys: toml::Value = toml::from_str(settings::DEFAULTS).unwrap();
    for (section, values) in keys.as_table().unwrap() {
        found.insert(section.clone());
        found.extend(values.as_table().into_iter().flatten().map(|(key, _)| format!("{section}.{key}")));
    }
    assert!(found.len() > 1_000, "only {} names were looked at", found.len());
    let wrong: Vec<_> = found.iter().filter(|name| banned(name)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn t_title() -> jizuo_kernel::Text {
    jizuo_kernel::Text::new("-", "-")
}

#[tokio::test]
async fn a_county_that_asks_for_them_cannot_configure_them() {
    let test = TestApp::with(MODULES).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let security = test.role(WUHUA, "base.security_admin").await;
    let here = format!("/places/{WUHUA}");
    for wish in ["ranking_by_reports", "daily_check_in", "compulsory_gps_track"] {
        let settings = admin.put(&format!("{here}/modules/grid/settings"), json!({ wish: true })).await;
        assert!([409, 422].contains(&settings.status.as_u16()), "{wish}: {:#}", settings.body);
        let rule = format!("{here}/rules/GRID.{}", wish.to_uppercase());
        admin.put(&rule, json!({ "value": true, "reason": "县里要求" })).await.expect(404);
        let figure = format!("{here}/statistics/grid.workers.{wish}");
        let viewer = test.role(WUHUA, "base.viewer").await;
        viewer.get(&figure).await.expect(404);
        let role = json!({ "name": "ranker", "title": "排名员", "permissions": [format!("grid.worker.{wish}")] });
        security.post(&format!("{here}/roles"), role).await.expect(422);
        let step = json!({ "overlay": { "add": [{ "id": wish, "title": { "zh": "打卡", "en": "Check in" },
            "before": "grid.incident.close", "permission": format!("grid.worker.{wish}") }] }, "reason": "县里要求" });
        let process = admin.put(&format!("{here}/processes/grid.incident"), step).await;
        assert!([409, 422].contains(&process.status.as_u16()), "{wish}: {:#}", process.body);
        let key = format!("JIZUO__GRID__{}", wish.to_uppercase());
        let refused = settings::load(None, [(key, "true".to_owned())], &[]).err().map(|e| e.to_string());
        assert!(refused.is_some_and(|why| why.contains("unknown settings")), "{wish}");
    }
}

#[tokio::test]
async fn a_report_needs_neither_photo_nor_location_and_no_figure_is_of_a_person_who_works() {
    let test = TestApp::with(MODULES).await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    let incidents = format!("/places/{VILLAGE}/grid/incidents");
    let bare = json!({ "category": "04", "title": "村口垃圾堆放" });
    worker.post(&incidents, bare.clone()).await.expect(201);
    for more in ["photo", "photos", "longitude", "track"] {
        let mut body = bare.clone();
        body[more] = json!("x");
        assert_eq!(
            worker.post(&incidents, body).await.expect(422).fields(),
            [more],
            "there is no such field to fill in"
        );
    }
    let viewer = test.role(WUHUA, "base.viewer").await;
    let list = viewer.get(&format!("/places/{WUHUA}/statistics")).await.expect(200);
    assert!(list.items().len() > 5);
    for statistic in list.items() {
        let id = statistic["id"].as_str().unwrap();
        let counted = viewer.get(&format!("/places/{WUHUA}/statistics/{id}")).await.expect(200);
        for row in counted.body["rows"].as_array().unwrap() {
            let label = row["label"].as_str().unwrap();
            let of_a_person = label == worker.login || label == "测试人员" || label.len() == 36;
            assert!(!of_a_person, "{id} counts by who did it: {label}");
        }
    }
}

#[tokio::test]
async fn the_inventory_answers_the_eight_blocks_of_the_filing_form() {
    let test = TestApp::configured(MODULES, |settings| {
        settings.inventory.unit = "五华区委政法委".to_owned();
        settings.inventory.mlps_evaluation = "2026-01-15，某测评机构，基本符合".to_owned();
    })
    .await;
    test.switch(WUHUA, "grid", "on").await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let found = admin.get(&format!("/places/{WUHUA}/inventory")).await.expect(200);
    let blocks = found.body["blocks"].as_array().unwrap();
    assert_eq!(blocks.iter().map(|b| b["number"].as_i64().unwrap()).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
    for block in blocks {
        let answers = block["answers"].as_array().unwrap();
        assert!(!answers.is_empty() && answers.iter().all(|a| !a["lines"].as_array().unwrap().is_empty()), "{block:#}");
    }
    let text = found.body.to_string();
    for told in [
        "五华区委政法委",
        "2026-01-15，某测评机构，基本符合",
        "待运营单位填写：inventory.handler",
        "网格治理：",
        "网格员",
        "没有签到打卡",
        "居民信息核对",
        "AES-256-GCM",
    ] {
        assert!(text.contains(told), "{told}");
    }
    // What is off here is no function of this system.
    assert!(!text.contains("人民调解：纠纷从申请"));
    let missing = found.body["missing"].as_array().unwrap();
    assert!(missing.contains(&json!("inventory.seal")) && !missing.contains(&json!("inventory.unit")));
    let province = test.role(PROVINCE, "base.system_admin").await;
    province.get(&format!("/places/{PROVINCE}/inventory")).await.expect(200);
    test.role(WUHUA, "base.viewer").await.get(&format!("/places/{WUHUA}/inventory")).await.expect(403);
}

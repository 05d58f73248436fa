//! Papers in the first county: one retained item, marked as of the demonstration, and papers of its village in every state; and
//! what is answered where a commitment does instead.

use axum::http::Method;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::COUNTIES;
use super::people::Stage;
use super::script::{Script, in_office};

/// Number in the list of the first village, what was seen, and what becomes of the application.
const PAPERS: [(usize, &str, Fate); 5] = [
    (9, "入户查看，本人常年患病，无固定收入，与邻居核对属实", Fate::Issued),
    (11, "入户查看，两个孩子上学，家中一人务工，核对属实", Fate::Revoked),
    (15, "核对收入台账，家庭收入高于当地标准", Fate::Refused),
    (18, "入户查看，房屋受灾，核对属实", Fate::ToBeIssued),
    (5, "入户查看，独居，靠养老金生活，核对属实", Fate::ToBeApproved),
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Refused,
    ToBeApproved,
    ToBeIssued,
    Issued,
    Revoked,
}

pub(super) fn write(stage: &Stage, start: DateTime<Utc>, script: &mut Script) {
    let Ok(ground) = stage.ground(COUNTIES[0].code) else { return };
    let Some(village) = ground.villages.first() else { return };
    let login = |role, place| stage.holding(role, place).ok().map(|person| person.login.clone());
    let (Some(editor), Some(reviewer), Some(office), Some(clerk), Some(head)) = (
        login("certificates.editor", &ground.county),
        login("certificates.reviewer", &ground.county),
        login("certificates.office", &ground.county),
        login("certificates.clerk", village),
        login("certificates.head", village),
    ) else {
        return;
    };
    let items = format!("/places/{}/certificates/items", ground.county.code);
    // An invented law would be taken for a real one: this one says what it is.
    let item = json!({
        "code": "legal_aid", "name": "经济困难情况证明（演示）", "aliases": ["法律援助困难证明"], "status_kind": "retained",
        "basis": { "kind": "regulation", "law": "（演示）法律援助条例", "article": "第十七条" },
        "issuer": "居民委员会", "requesting_body": "法律援助中心", "purposes": ["申请法律援助", "申请缓交诉讼费"],
        "validity_days": 90, "two_persons": true, "verification": "visit",
        "body": "兹证明【姓名】（公民身份号码：【公民身份号码】）是【村（社区）】居民，家庭经济困难：【家庭情况】。\n特此证明。",
    });
    script.add_kept(in_office(start, 2, 9, 5), &editor, items.clone(), item, "item-legal-aid".to_owned());
    let publish = format!("{items}/{{item-legal-aid}}/publish");
    script.add(in_office(start, 4, 15, 0), &reviewer, Method::POST, publish, json!({ "reason": "县政府常务会议审定" }));
    commitments(&items, &village.code, [&editor, &reviewer, &office, &clerk], start, script);
    reforms(&items, [&editor, &reviewer], start, script);
    let papers = format!("/places/{}/certificates/papers", village.code);
    by_data(&items, &papers, [&editor, &reviewer, &clerk], start, script);
    for (n, (who, seen, fate)) in PAPERS.into_iter().enumerate() {
        let name = format!("paper-{n}");
        let day = 9 + i64::try_from(n).unwrap_or_default() * 5;
        let mut post = |day: i64, hour: u32, by: &str, step: &str, body: Value| {
            let path = format!("{papers}/{{{name}}}/{step}");
            script.add(in_office(start, day, hour, 20), by, Method::POST, path, body);
        };
        if fate == Fate::Refused {
            let why = json!({ "reason": "收入高于当地标准", "next_door": "可以到街道社会救助窗口申请核对" });
            post(day, 16, &head, "refuse", why);
        }
        if fate >= Fate::ToBeIssued {
            post(day, 11, &head, "approve", json!({}));
        }
        if fate >= Fate::Issued {
            post(day, 15, &clerk, "issue", json!({}));
        }
        if fate == Fate::Revoked {
            post(day + 10, 10, &office, "revoke", json!({ "reason": "家庭收入已有改善，本人申请撤销" }));
        }
        let body = json!({
            "item": "legal_aid", "person": format!("{{resident-0-{who}}}"), "purpose": "申请法律援助",
            "answers": [{ "blank": "家庭情况", "text": "收入不足以支付律师费用" }], "verified": { "seen": seen },
        });
        script.add_kept(in_office(start, day, 9, 40), &clerk, papers.clone(), body, name.clone());
    }
}

/// A paper that the roll of `checks.rs` verifies: applied for, and one click away.
fn by_data(
    items: &str,
    papers: &str,
    [editor, reviewer, clerk]: [&String; 3],
    start: DateTime<Utc>,
    script: &mut Script,
) {
    let item = json!({
        "code": "care_need", "name": "护理需求证明（演示）", "status_kind": "retained", "issuer": "居民委员会",
        "purposes": ["申请残疾人两项补贴"], "verification": "data", "body": "兹证明【姓名】需要长期护理。",
        "basis": { "kind": "regulation", "law": "（演示）证明管理条例", "article": "第十一条" },
    });
    script.add_kept(in_office(start, 2, 11, 5), editor, items.to_owned(), item, "item-care".to_owned());
    let publish = format!("{items}/{{item-care}}/publish");
    script.add(in_office(start, 4, 15, 40), reviewer, Method::POST, publish, json!({}));
    let body = json!({ "item": "care_need", "person": "{resident-0-9}" });
    script.add_kept(in_office(start, 33, 9, 15), clerk, papers.to_owned(), body, "paper-by-data".to_owned());
}

/// Papers that are issued here, and what is done instead of each.
const CANCELLED: [(&str, &str, &str); 4] = [
    ("planting", "种植养殖情况证明（演示）", "data_check"),
    ("machinery", "农机使用情况证明（演示）", "other_document"),
    ("lost_work", "误工情况证明（演示）", "commitment"),
    ("renting", "房屋出租情况证明（演示）", "self_check"),
];

/// Three of them are cancelled together, and one more is proposed.
fn reforms(items: &str, [editor, reviewer]: [&String; 2], start: DateTime<Utc>, script: &mut Script) {
    for (code, name, _) in CANCELLED {
        let item = json!({
            "code": code, "name": name, "status_kind": "retained", "issuer": "居民委员会", "purposes": ["办理补贴"],
            "basis": { "kind": "regulation", "law": "（演示）证明管理条例", "article": "第十条" }, "verification": "visit",
        });
        let kept = format!("item-{code}");
        script.add_kept(in_office(start, 2, 10, 5), editor, items.to_owned(), item, kept.clone());
        script.add(
            in_office(start, 4, 15, 20),
            reviewer,
            Method::POST,
            format!("{items}/{{{kept}}}/publish"),
            json!({}),
        );
    }
    let path = items.replace("/items", "/reforms");
    let changes = CANCELLED.map(|(code, _, replacement)| json!({ "code": code, "replacement": replacement }));
    let (now, later) = changes.split_at(3);
    let first =
        json!({ "title": "第一批证明事项清理", "reason": "部门之间已能核验，不再要求群众提供", "changes": now });
    script.add_kept(in_office(start, 16, 9, 30), editor, path.clone(), first, "reform-0".to_owned());
    let publish = format!("{path}/{{reform-0}}/publish");
    script.add(in_office(start, 18, 15, 0), reviewer, Method::POST, publish, json!({ "reason": "县政府常务会议审定" }));
    let second = json!({ "title": "第二批证明事项清理", "reason": "用途已由备案信息核对", "changes": later });
    script.add_kept(in_office(start, 25, 9, 30), editor, path, second, "reform-1".to_owned());
}

/// A paper that a commitment replaces: one signed, one false, one to be signed.
fn commitments(
    items: &str,
    village: &str,
    [editor, reviewer, office, clerk]: [&String; 4],
    start: DateTime<Utc>,
    script: &mut Script,
) {
    let item = json!({
        "code": "school_residence", "name": "随迁子女居住证明", "aliases": ["孩子上学的居住证明"], "status_kind": "replaced",
        "replacement": "commitment", "requesting_body": "第一小学", "purpose": "子女入学", "commits": "本人和孩子实际居住在入学登记表所填的地址",
    });
    script.add_kept(in_office(start, 3, 9, 25), editor, items.to_owned(), item, "item-school".to_owned());
    let publish = format!("{items}/{{item-school}}/publish");
    script.add(in_office(start, 5, 15, 10), reviewer, Method::POST, publish, json!({}));
    let demands = format!("/places/{village}/certificates/demands");
    for (n, (who, signed)) in [(9, true), (15, true), (18, false)].into_iter().enumerate() {
        let day = 12 + i64::try_from(n).unwrap_or_default() * 6;
        let name = format!("commitment-{n}");
        let body = json!({
            "what": "孩子上学的居住证明", "requesting_body": "第一小学", "matter": "子女入学",
            "person": format!("{{resident-0-{who}}}"),
        });
        script.add_kept(in_office(start, day, 10, 5), clerk, demands.clone(), body, name.clone());
        if signed {
            let commit = format!("{demands}/{{{name}}}/commit");
            script.add(in_office(start, day, 10, 25), clerk, Method::POST, commit, json!({}));
        }
    }
    let county = items.trim_end_matches("/items");
    let breach = json!({
        "person": "{resident-0-15}", "demand": "{commitment-1}", "reason": "学校家访，所填地址没有住过",
    });
    script.add(in_office(start, 26, 15, 30), office, Method::POST, format!("{county}/breaches"), breach);
}

//! Weeks of mediation: disputes in every state, agreements that courts confirm and one that they do not, and a dispute that
//! a grid worker saw.

use axum::http::Method;
use chrono::{DateTime, Utc};
use jizuo_kernel::clock::china_date;
use serde_json::{Value, json};

use super::people::{Ground, Stage};
use super::script::{Script, in_office};

pub(super) fn write(stage: &Stage, start: DateTime<Utc>, end: DateTime<Utc>, script: &mut Script) {
    for (number, county) in stage.counties_with("mediation").enumerate() {
        let Ok(ground) = stage.ground(county.code) else { continue };
        let Some(committee) = Committee::of(stage, &ground) else { continue };
        let lives = if number == 0 { LIVES.len() } else { 4 };
        for (at, life) in LIVES.iter().take(lives).enumerate() {
            committee.case(life, at, start, end, script);
        }
        if county.modules.contains(&"grid") && stage.has("grid") {
            committee.handed_over(stage, &ground, start, script);
        }
    }
}

/// Who mediates in the first village, and who heads the committee of its township.
struct Committee {
    village: String,
    county: String,
    mediator: String,
    account: String,
    head: String,
}

/// What becomes of a case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Waiting,
    Mediated,
    Orally,
    Signing,
    InWriting,
    Ended,
}

struct Life {
    day: i64,
    dispute_type: &'static str,
    source: &'static str,
    summary: &'static str,
    parties: [&'static str; 2],
    content: &'static str,
    fen: i64,
    settles: &'static [&'static str],
    fate: Fate,
}

const fn life(
    day: i64,
    kind: (&'static str, &'static str),
    summary: &'static str,
    parties: [&'static str; 2],
    content: &'static str,
    fen: i64,
    fate: Fate,
) -> Life {
    Life { day, dispute_type: kind.0, source: kind.1, summary, parties, content, fen, settles: &[], fate }
}

const LIVES: [Life; 7] = [
    life(
        3,
        ("02", "own_motion"),
        "猪只践踏菜地，两家争吵",
        ["李阿诗", "段永胜"],
        "段永胜当场赔偿三百元，双方互不追究",
        30_000,
        Fate::Orally,
    ),
    Life {
        settles: &["property_ownership"],
        ..life(
            5,
            ("07", "application"),
            "屋后坡地归谁家使用",
            ["普阿鲁", "余付四"],
            "坡地以水沟为界，沟东归普阿鲁家，沟西归余付四家",
            0,
            Fate::InWriting,
        )
    },
    life(
        12,
        ("06", "application"),
        "电动车碰撞，医药费未付清",
        ["韦桂花", "熊绍文"],
        "熊绍文分两次支付医药费、误工费共二千元",
        200_000,
        Fate::InWriting,
    ),
    life(34, ("08", "application"), "青苗补偿分配意见不一", ["陶阿秀", "盘福生"], "", 0, Fate::Waiting),
    life(14, ("01", "application"), "老人赡养费分担", ["赵银花", "赵建军"], "", 0, Fate::Ended),
    life(26, ("17", "own_motion"), "楼道堆物与物业服务质量", ["纳文忠", "某物业公司"], "", 0, Fate::Mediated),
    life(
        29,
        ("10", "application"),
        "工地拖欠两个月工资",
        ["岩温罕", "某建筑公司"],
        "公司于十日内付清工资一万二千元",
        1_200_000,
        Fate::Signing,
    ),
];

impl Committee {
    fn of(stage: &Stage, ground: &Ground) -> Option<Committee> {
        let (village, township) = (ground.villages.first()?, ground.townships.first()?);
        let mediator = stage.holding("mediation.mediator", village).ok()?;
        let head = stage.holding("mediation.head", township).ok()?;
        Some(Committee {
            village: village.code.clone(),
            county: ground.county.code.clone(),
            mediator: mediator.login.clone(),
            account: mediator.account.clone(),
            head: head.login.clone(),
        })
    }

    fn path(&self, case: &str, last: &str) -> String {
        format!("/places/{}/mediation/cases/{{{case}}}/{last}", self.village)
    }

    fn case(&self, life: &Life, at: usize, start: DateTime<Utc>, end: DateTime<Utc>, script: &mut Script) {
        let name = format!("case-{}-{at}", self.county);
        let opened = in_office(start, life.day, 10, 5);
        let body = json!({
            "dispute_type": life.dispute_type, "source": life.source, "summary": life.summary,
            "parties": [
                { "name": life.parties[0], "phone": format!("138888{:05}", 20_000 + at), "side": "applicant" },
                { "name": life.parties[1], "side": "respondent" }
            ],
        });
        let cases = format!("/places/{}/mediation/cases", self.village);
        script.add_kept(opened, &self.mediator, cases.clone(), body, name.clone());
        let parties = ["/parties/0/id", "/parties/1/id"];
        let keep = parties.iter().enumerate().map(|(n, pointer)| (format!("{name}-party-{n}"), *pointer)).collect();
        script.look(opened, &self.mediator, format!("{cases}/{{{name}}}"), keep);
        if life.fate == Fate::Waiting {
            return;
        }
        let accepted = in_office(opened, 1, 9, 20);
        self.post(script, accepted, &self.head, &name, "accept", json!({ "mediator": self.account }));
        let agreed = in_office(accepted, 2, 15, 0);
        if agreed >= end {
            return;
        }
        let both = [format!("{{{name}-party-0}}"), format!("{{{name}-party-1}}")];
        let mut terms = json!({ "content": life.content, "settles": life.settles });
        if life.fen > 0 {
            terms["amount"] = json!(life.fen);
        }
        match life.fate {
            Fate::Waiting | Fate::Mediated => {}
            Fate::Orally => {
                terms["acknowledged_by"] = json!(both);
                self.post(script, agreed, &self.mediator, &name, "agree_orally", terms);
                let paid = json!({ "reason": "当场付清，双方在登记表上确认" });
                self.post(script, in_office(agreed, 1, 9, 0), &self.mediator, &name, "perform", paid);
                let asked = json!({ "asked_by": both[0] });
                self.post(script, in_office(agreed, 4, 10, 0), &self.mediator, &name, "write_down", asked);
            }
            Fate::Signing | Fate::InWriting => {
                self.post(script, agreed, &self.mediator, &name, "agree_in_writing", terms);
                let sealed = in_office(agreed, 3, 16, 0);
                if life.fate == Fate::InWriting && sealed < end {
                    let on = china_date(agreed);
                    let signatures: Vec<Value> = both.iter().map(|party| json!({ "party": party, "on": on })).collect();
                    let signing = json!({
                        "signatures": signatures, "mediator_signed_on": on, "sealed_on": china_date(sealed),
                    });
                    self.post(script, sealed, &self.head, &name, "take_effect", signing);
                }
            }
            Fate::Ended => {
                let why = json!({ "reason": "no_agreement", "note": "对分担比例差距过大" });
                self.post(script, agreed, &self.mediator, &name, "end", why);
            }
        }
    }

    fn post(&self, script: &mut Script, at: DateTime<Utc>, who: &str, case: &str, step: &str, body: Value) {
        script.add(at, who, Method::POST, self.path(case, step), body);
    }

    /// A grid worker saw it; it is handed over, agreed on and performed, and waits to be verified where it came from.
    fn handed_over(&self, stage: &Stage, ground: &Ground, start: DateTime<Utc>, script: &mut Script) {
        let Some(village) = ground.villages.first() else { return };
        let login = |role, place| stage.holding(role, place).ok().map(|person| person.login.clone());
        let Some((worker, dispatcher)) = login("grid.worker", village).zip(login("grid.dispatcher", &ground.county))
        else {
            return;
        };
        let (incident, case) = (format!("dispute-{}", self.county), format!("handed-{}", self.county));
        let reported = in_office(start, 16, 11, 30);
        let report = json!({
            "category": "01", "title": "排水沟改道引起争执", "description": "两家为新修排水沟的走向争吵，已劝开",
        });
        let incidents = |place: &str| format!("/places/{place}/grid/incidents");
        script.add_kept(reported, &worker, incidents(&village.code), report, incident.clone());
        let step = |name: &str| format!("{}/{{{incident}}}/{name}", incidents(&self.county));
        script.add(in_office(reported, 0, 11, 40), &dispatcher, Method::POST, step("accept"), json!({}));
        let handed = in_office(reported, 0, 11, 50);
        let why = json!({ "capability": "dispute.intake", "reason": "双方愿意调解" });
        script.add(handed, &dispatcher, Method::POST, step("hand_over"), why);
        let cases = format!("/places/{}/mediation/cases", self.village);
        script.look(handed, &self.head, cases.clone(), vec![(case.clone(), "/items/0/id")]);
        for (n, (name, side)) in [("茶永康", "applicant"), ("左秀兰", "respondent")].into_iter().enumerate() {
            let party = json!({ "name": name, "side": side });
            script.add_kept(handed, &self.mediator, self.path(&case, "parties"), party, format!("{case}-party-{n}"));
        }
        let accepted = in_office(handed, 1, 9, 10);
        let body = json!({ "mediator": self.account, "dispute_type": "02" });
        self.post(script, accepted, &self.head, &case, "accept", body);
        let agreed = in_office(accepted, 1, 15, 40);
        let body = json!({
            "content": "沟沿两家交界修建，人工各出一半", "settles": [],
            "acknowledged_by": [format!("{{{case}-party-0}}"), format!("{{{case}-party-1}}")],
        });
        self.post(script, agreed, &self.mediator, &case, "agree_orally", body);
        let done = json!({ "reason": "沟已修好，现场查看属实" });
        self.post(script, in_office(agreed, 5, 16, 10), &self.mediator, &case, "perform", done);
    }
}

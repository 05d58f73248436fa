//! Weeks of deliberations: what was agreed on and done, what went to a meeting, what was declined, and what a grid worker saw.

use axum::http::Method;
use chrono::{DateTime, Duration, Utc};
use jizuo_kernel::clock::china_date;
use serde_json::{Value, json};

use super::DAYS;
use super::people::{Ground, Stage};
use super::script::{Script, in_office};

pub(super) fn write(stage: &Stage, start: DateTime<Utc>, end: DateTime<Utc>, script: &mut Script) {
    for county in stage.counties_with("consultation") {
        let Ok(ground) = stage.ground(county.code) else { continue };
        for village in ground.villages.first().into_iter().chain(&ground.countryside) {
            let login = |role| stage.holding(role, village).ok().map(|person| person.login.clone());
            let (Some(clerk), Some(secretary)) = (login("consultation.clerk"), login("consultation.secretary")) else {
                continue;
            };
            let community = ground.countryside.as_ref().is_none_or(|other| other.id != village.id);
            let here = Here { village: &village.code, clerk: &clerk, secretary: &secretary, community, start, end };
            here.agreed(script);
            here.referred(script);
            here.declined(script);
            here.waiting(script);
            if ground.villages.first().is_some_and(|first| first.id == village.id) {
                here.handed_over(stage, &ground, script);
            }
        }
    }
}

struct Here<'a> {
    village: &'a str,
    clerk: &'a str,
    secretary: &'a str,
    community: bool,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl Here<'_> {
    fn path(&self) -> String {
        format!("/places/{}/consultation/deliberations", self.village)
    }

    /// Under this name later scenes find it.
    fn name(&self, what: &str) -> String {
        format!("talk-{what}-{}", self.village)
    }

    fn raise(&self, script: &mut Script, days: i64, name: &str, body: Value) -> DateTime<Utc> {
        let at = in_office(self.start, days, 9, 30);
        script.add_kept(at, self.clerk, self.path(), body, name.to_owned());
        at
    }

    fn step(&self, script: &mut Script, at: DateTime<Utc>, name: &str, step: &str, body: Value) {
        if at < self.end {
            script.add(at, self.clerk, Method::POST, format!("{}/{{{name}}}/{step}", self.path()), body);
        }
    }

    /// Fixed and told the day after, and held three days later; answers when.
    fn hold(&self, script: &mut Script, raised: DateTime<Utc>, name: &str, form: &str, said: Value) -> DateTime<Utc> {
        let told = in_office(raised, 1, 10, 0);
        let held = in_office(told, 3, 19, 30);
        let parties = json!([
            { "kind": "residents", "name": "普阿鲁" },
            { "kind": "non_registered_residents", "name": "租户代表郑小兵" },
            { "kind": "supervision_committee", "name": "监督委员会主任左秀兰" },
        ]);
        self.step(script, told, name, "fix", json!({ "form": form, "parties": parties }));
        let notice = json!({ "held_on": china_date(held), "venue": "党群服务中心一楼" });
        self.step(script, told + Duration::minutes(10), name, "tell", notice);
        self.step(script, held, name, "hold", said);
        held
    }

    fn agreed(&self, script: &mut Script) {
        let name = self.name("agreed");
        let body = json!({
            "title": "老年活动室晚上也开放", "description": "白天干活的人晚上才有空", "origin": "suggestion",
            "suggested_by": "李阿诗",
        });
        let raised = self.raise(script, 3, &name, body);
        let said = json!({
            "opinions": "多数人赞成开到晚上九点半，住得近的人家希望不要吵",
            "agreed": ["每天开到晚上九点", "钥匙由活动室旁两户轮流保管"],
            "dissent": "一户担心噪声", "explanation": "约定九点后不放音响，由监督委员会随时查看",
        });
        let held = self.hold(script, raised, &name, "council", said);
        let done = json!({ "carried_out": "已开放两周，时间和值守安排张贴在活动室门口和公开栏" });
        self.step(script, in_office(held, 14, 15, 0), &name, "carry_out", done);
    }

    fn referred(&self, script: &mut Script) {
        let name = self.name("referred");
        let body = json!({
            "title": "公共停车位怎样划", "description": "有车的和没车的说法不一", "origin": "committee",
        });
        let raised = self.raise(script, 14, &name, body);
        let said = json!({ "opinions": "有车户要求多划，没车户要求保留活动场地，没有谈拢" });
        let held = self.hold(script, raised, &name, "hearing", said);
        let referred = in_office(held, 1, 10, 0);
        let meeting = in_office(referred, 12, 15, 0);
        let (body, matter, figures) = match self.community {
            true => ("residents_representatives", "residents_other", json!({ "committee": 7, "representatives": 43 })),
            false => (
                "villagers_representatives",
                "village_other",
                json!({ "committee": 5, "representatives": 45, "women_representatives": 18 }),
            ),
        };
        let referral = json!({
            "body": body, "matter": matter, "figures": figures, "held_on": china_date(meeting),
            "notice_on": china_date(referred), "delegation": "自治章程第十二条",
        });
        self.step(script, referred, &name, "refer", referral);
        if referred >= self.end {
            return;
        }
        let called = self.name("meeting");
        let meetings = format!("/places/{}/consultation/meetings", self.village);
        script.look(referred, self.clerk, meetings.clone(), vec![(called.clone(), "/items/0/id")]);
        let studied = in_office(referred, 1, 16, 0);
        if studied < self.end {
            let body = json!({ "studied_on": china_date(studied), "reason": "党组织委员会会议" });
            script.add(studied, self.secretary, Method::POST, format!("{meetings}/{{{called}}}/study"), body);
        }
    }

    fn declined(&self, script: &mut Script) {
        let name = self.name("declined");
        let body = json!({ "title": "要求邻居归还借款", "origin": "suggestion" });
        let raised = self.raise(script, 24, &name, body);
        let why = json!({ "reason": "属于两人之间的债务，不是公共事务", "next_door": "向人民调解委员会申请调解" });
        self.step(script, raised + Duration::hours(2), &name, "decline", why);
    }

    fn waiting(&self, script: &mut Script) {
        let body = json!({ "title": "村口公交站牌挪个位置", "origin": "suggestion", "suggested_by": "段永胜" });
        self.raise(script, DAYS - 4, &self.name("waiting"), body);
    }

    /// A grid worker saw it; it concerns a whole lane, and is handed over.
    fn handed_over(&self, stage: &Stage, ground: &Ground, script: &mut Script) {
        let Some(village) = ground.villages.first() else { return };
        let login = |role, place| stage.holding(role, place).ok().map(|person| person.login.clone());
        let Some((worker, dispatcher)) = login("grid.worker", village).zip(login("grid.dispatcher", &ground.county))
        else {
            return;
        };
        let (incident, name) = (self.name("incident"), self.name("handed"));
        let incidents = |place: &str| format!("/places/{place}/grid/incidents");
        let reported = in_office(self.start, 20, 11, 0);
        let report = json!({
            "category": "05", "title": "巷道夜间停车堵路", "description": "消防车进不来，住户各有说法",
        });
        script.add_kept(reported, &worker, incidents(self.village), report, incident.clone());
        let step = |name: &str| format!("{}/{{{incident}}}/{name}", incidents(&ground.county.code));
        script.add(in_office(reported, 0, 11, 20), &dispatcher, Method::POST, step("accept"), json!({}));
        let handed = in_office(reported, 0, 11, 40);
        let why = json!({ "capability": "consultation.intake", "reason": "牵涉整条巷子" });
        script.add(handed, &dispatcher, Method::POST, step("hand_over"), why);
        script.look(handed, self.clerk, self.path(), vec![(name.clone(), "/items/0/id")]);
        let said = json!({
            "opinions": "住户同意留出消防通道，希望晚上可以停一侧", "agreed": ["东侧停车，西侧留空", "两个月后再看"],
        });
        self.hold(script, handed, &name, "talk", said);
    }
}

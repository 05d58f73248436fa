//! Weeks of grid work: incidents in real villages, in every state, some overdue; a county's own step and a province's rule.

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration, Utc};
use jizuo_kernel::identity::grants::SYSTEM_ADMIN;
use serde_json::{Value, json};

use super::people::{Ground, Stage};
use super::script::{Script, in_office};
use super::{DAYS, DRAINING};

/// The county that has the village's supervision committee look at every incident before it is closed.
const WITH_REVIEW: &str = "530426";
const REVIEW: &str = "supervision_review";

pub(super) fn write(stage: &Stage, start: DateTime<Utc>, end: DateTime<Utc>, script: &mut Script) {
    if !stage.has("grid") {
        return;
    }
    provincial_rule(stage, start, script);
    for county in stage.counties_with("grid") {
        // A county without villages in the code table has no grid work to tell of.
        let Ok(ground) = stage.ground(county.code) else { continue };
        let Some(people) = People::of(stage, &ground) else { continue };
        county_matters(&people, &ground, county.code, start, end, script);
        let lives = match county.code {
            "530102" => LIVES.len(),
            DRAINING => 8,
            _ => 18,
        };
        for (at, life) in LIVES.iter().take(lives).enumerate() {
            Incident { people: &people, ground: &ground, at, review: county.code == WITH_REVIEW, end }
                .write(life, script);
        }
    }
}

/// Who does what in one county.
struct People {
    admin: String,
    dispatcher: String,
    /// One for each village.
    workers: Vec<String>,
    leader: String,
    /// Login and account: a department's, and the township's.
    handlers: Vec<(String, String)>,
}

impl People {
    fn of(stage: &Stage, ground: &Ground) -> Option<People> {
        let login = |role, place| stage.holding(role, place).ok().map(|person| person.login.clone());
        let handler = |place| stage.holding("grid.handler", place).ok().map(|p| (p.login.clone(), p.account.clone()));
        Some(People {
            admin: login(SYSTEM_ADMIN, &ground.county)?,
            dispatcher: login("grid.dispatcher", &ground.county)?,
            workers: ground.villages.iter().map(|village| login("grid.worker", village)).collect::<Option<_>>()?,
            leader: login("grid.leader", ground.villages.first()?)?,
            handlers: vec![handler(&ground.county)?, handler(ground.townships.first()?)?],
        })
    }
}

/// The province gives counties longer for an ordinary incident than the platform's default.
fn provincial_rule(stage: &Stage, start: DateTime<Utc>, script: &mut Script) {
    let Some(top) = stage.top() else { return };
    let Ok(admin) = stage.holding(SYSTEM_ADMIN, &top) else { return };
    let body = json!({ "value": 5, "reason": "省委社会工作部 2026 年第 3 号文" });
    let path = format!("/places/{}/rules/GRID.HANDLE", top.code);
    script.add(start + Duration::minutes(10), &admin.login, Method::PUT, path, body);
}

fn county_matters(
    people: &People,
    ground: &Ground,
    code: &str,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    script: &mut Script,
) {
    let county = &ground.county.code;
    // Before the first incident, wherever the weekend lies.
    let at = start + Duration::minutes(20);
    let body = json!({ "supervision_phone": "12345" });
    script.add(at, &people.admin, Method::PUT, format!("/places/{county}/modules/grid/settings"), body);
    if code == WITH_REVIEW {
        let body = json!({
            "overlay": {
                "add": [{
                    "id": REVIEW,
                    "title": { "zh": "村务监督委员会审核", "en": "Review by the village's supervision committee" },
                    "before": "grid.incident.close",
                    "permission": "grid.incident.verify"
                }],
                "rename": { "grid.incident.accept": { "zh": "登记", "en": "Register" } }
            },
            "reason": "县委办 2026 年第 12 号文"
        });
        let path = format!("/places/{county}/processes/grid.incident");
        script.add(at + Duration::minutes(10), &people.admin, Method::PUT, path, body);
    }
    if code == DRAINING {
        let body = json!({ "state": "draining", "reason": "并入市综治中心新流程，先办结在办事件" });
        let path = format!("/places/{county}/modules/grid");
        script.add(draining_from(end), &people.admin, Method::PUT, path, body);
    }
}

/// Since when one county lets the module run out: whatever begins in the demonstration has begun by then.
pub(super) fn draining_from(end: DateTime<Utc>) -> DateTime<Utc> {
    end - Duration::days(3)
}

/// An incident that began so many days ago, and the steps that were taken; what lies ahead of today does not happen.
struct Life {
    days_ago: i64,
    steps: &'static str,
}

const fn life(days_ago: i64, steps: &'static str) -> Life {
    Life { days_ago, steps }
}

const ALL: &str = "accept dispatch handle verify close";
const NOT_OURS: &str = "accept dispatch return dispatch handle verify close";
const TWICE: &str = "accept dispatch handle redo handle verify close";

/// The first eight are in every county; together they reach every state, and 12 to 20 days ago unfinished means overdue.
const LIVES: [Life; 35] = [
    life(34, ALL),
    life(20, "accept dispatch"),
    life(27, NOT_OURS),
    life(9, ""),
    life(30, "reject"),
    life(24, TWICE),
    life(12, "accept dispatch handle"),
    life(10, "accept"),
    life(33, ALL),
    life(31, ALL),
    life(29, ALL),
    life(14, "accept dispatch handle verify"),
    life(28, TWICE),
    life(26, ALL),
    life(1, ""),
    life(22, NOT_OURS),
    life(21, ALL),
    life(2, "accept"),
    life(19, ALL),
    life(18, ALL),
    life(17, "reject"),
    life(16, ALL),
    life(15, TWICE),
    life(13, ALL),
    life(11, ALL),
    life(8, NOT_OURS),
    life(6, ALL),
    life(5, ALL),
    life(3, ALL),
    life(1, "accept dispatch"),
    life(7, "solve verify close"),
    life(25, "accept dispatch handle verify close call_back"),
    life(23, "accept dispatch suspend resume handle verify close call_back"),
    life(32, "accept dispatch ask_extension extend supervise handle verify close call_back"),
    life(4, "accept dispatch suspend"),
];

/// 人居环境
const LIVING_CONDITIONS: &str = "04";
/// Drawn for the demonstration.
const PICTURE: &[u8] = include_bytes!("rubbish.jpg");

struct Incident<'a> {
    people: &'a People,
    ground: &'a Ground,
    at: usize,
    review: bool,
    end: DateTime<Utc>,
}

impl Incident<'_> {
    fn write(&self, life: &Life, script: &mut Script) {
        let (Some(village), Some(worker)) = (pick(&self.ground.villages, self.at), pick(&self.people.workers, self.at))
        else {
            return;
        };
        let county = &self.ground.county.code;
        // Villages of the second township are the department's; the township's own handler serves the first one.
        let mut handler = if self.at % 3 == 2 || self.at.is_multiple_of(2) { 0 } else { 1 };
        let name = format!("incident-{county}-{}", self.at);
        let start = self.end - Duration::days(DAYS);
        let minute = u32::try_from(self.at * 7 % 50).unwrap_or_default();
        let reported = in_office(start, DAYS - life.days_ago, 9, minute);
        if reported >= self.end {
            return;
        }
        let path = format!("/places/{}/grid/incidents", village.code);
        script.add_kept(reported, worker, path, self.report(), name.clone());
        let steps = life.steps.split_whitespace().flat_map(|step| match step {
            "close" if self.review => vec![REVIEW, "close"],
            step => vec![step],
        });
        let mut at = reported;
        for (number, step) in steps.enumerate() {
            let (days, hour) = match step {
                "accept" | "reject" => (0, 10),
                "dispatch" if number == 1 => (0, 14),
                "return" | "suspend" | "ask_extension" => (1, 11),
                "extend" => (0, 15),
                "supervise" => (0, 16),
                "resume" => (2, 9),
                "dispatch" => (0, 15),
                "handle" => (2, 16),
                "redo" => (1, 9),
                "verify" => (1, 10),
                REVIEW => (0, 15),
                _ => (1, 17),
            };
            // Weekends push things together; still one comes after the other.
            at = in_office(at, days, hour, minute).max(at + Duration::minutes(40));
            if at >= self.end - Duration::hours(1) {
                return;
            }
            let dispatcher = &self.people.dispatcher;
            if step == "dispatch" && number > 1 {
                handler = 0;
            }
            let (handling, account) = match self.people.handlers.get(handler) {
                Some((login, account)) => (login, account),
                None => return,
            };
            let (who, place, last, body): (&String, &String, String, Value) = match step {
                "dispatch" => (dispatcher, county, step.to_owned(), json!({ "to": account })),
                "handle" => (handling, county, step.to_owned(), json!({ "outcome": self.outcome() })),
                "return" => (handling, county, step.to_owned(), json!({ "reason": "不属本单位职责，建议转主管部门" })),
                "solve" => (worker, &village.code, step.to_owned(), json!({ "outcome": self.outcome() })),
                "suspend" => {
                    let body = json!({ "working_days": 5, "reason": "等待专业机构到场检测" });
                    (dispatcher, county, step.to_owned(), body)
                }
                "ask_extension" => {
                    let body = json!({ "working_days": 3, "reason": "材料须从外地调运" });
                    (handling, county, step.to_owned(), body)
                }
                "supervise" => (dispatcher, county, step.to_owned(), json!({ "note": "群众多次反映，请抓紧办理" })),
                "call_back" => {
                    (dispatcher, county, step.to_owned(), json!({ "satisfaction": "satisfied", "note": "已电话回访" }))
                }
                "redo" => (worker, &village.code, step.to_owned(), json!({ "reason": "现场查看，问题还在" })),
                "verify" => {
                    (self.verifier(worker), &village.code, step.to_owned(), json!({ "reason": "已到现场核实" }))
                }
                REVIEW => (worker, &village.code, format!("local/{REVIEW}"), json!({ "reason": "已审核，同意结案" })),
                "reject" => {
                    (dispatcher, county, step.to_owned(), json!({ "reason": "与已受理事件重复，并入原事件办理" }))
                }
                _ => (dispatcher, county, step.to_owned(), json!({})),
            };
            let path = format!("/places/{place}/grid/incidents/{{{name}}}/{last}");
            script.add(at, who, Method::POST, path, body);
        }
    }

    /// In the first village the grid leader looks; elsewhere the worker.
    fn verifier<'b>(&'b self, worker: &'b String) -> &'b String {
        if self.at.is_multiple_of(3) { &self.people.leader } else { worker }
    }

    fn report(&self) -> Value {
        let story = &STORIES[self.at % STORIES.len()];
        let mut body = json!({
            "category": story.category,
            "title": story.title,
            "description": story.description,
            "severity": story.severity,
        });
        if let Some(name) = story.resident {
            body["channel"] = json!("resident");
            body["reporter_name"] = json!(name);
            body["reporter_phone"] = json!(format!("138888{:05}", 10_000 + self.at));
            body["on_behalf_of"] = json!(name);
        }
        if story.category == LIVING_CONDITIONS {
            body["attachments"] = json!([STANDARD.encode(PICTURE)]);
        }
        body
    }

    fn outcome(&self) -> &'static str {
        STORIES[self.at % STORIES.len()].outcome
    }
}

fn pick<T>(list: &[T], at: usize) -> Option<&T> {
    if list.is_empty() { None } else { list.get(at % list.len()) }
}

struct Story {
    category: &'static str,
    severity: &'static str,
    title: &'static str,
    description: &'static str,
    outcome: &'static str,
    /// For whom it was filed, where a resident came to the worker.
    resident: Option<&'static str>,
}

const fn story(
    category: &'static str,
    severity: &'static str,
    title: &'static str,
    description: &'static str,
    outcome: &'static str,
    resident: Option<&'static str>,
) -> Story {
    Story { category, severity, title, description, outcome, resident }
}

const STORIES: [Story; 15] = [
    story("04", "ordinary", "村口垃圾堆放", "垃圾三天没有清运，有异味", "已清运，并与清运公司约定每周两次", None),
    story("02", "urgent", "路灯杆倾斜", "灯杆底座松动，路过行人多", "已加固底座并重新通电", Some("李阿木")),
    story("05", "ordinary", "自来水浑浊", "停水检修后出水发黄", "已冲洗管网，水质检测合格", Some("杨老三")),
    story("01", "ordinary", "两家宅基地边界有争议", "砌墙时发生争执，已劝开", "已约双方丈量，签订边界确认书", None),
    story(
        "07",
        "ordinary",
        "独居老人需要上门看望",
        "老人近日行动不便，子女在外务工",
        "已上门看望，联系家庭医生随访",
        Some("普阿奶"),
    ),
    story("02", "urgent", "河边护栏缺失", "学生上下学必经，缺三米护栏", "已装临时围挡，护栏本周内补齐", None),
    story(
        "06",
        "ordinary",
        "代办高龄补贴申请",
        "老人不会用手机，请网格员代办",
        "已代为提交，告知发放时间",
        Some("和奶奶"),
    ),
    story("04", "ordinary", "沟渠堵塞", "雨后沟渠漫水到路面", "已疏通，清出淤泥两车", None),
    story("03", "ordinary", "夜间噪音", "烧烤摊营业到凌晨", "已与摊主约定二十二点前收摊", Some("段师傅")),
    story("08", "emergency", "小型山体滑坡", "土石堵住半幅路，无人受伤", "已设警示、组织绕行，土石清理完毕", None),
    story("05", "ordinary", "公交站牌损坏", "站牌倒地，看不清班次", "已更换站牌", None),
    story("10", "ordinary", "节庆活动场地协调", "泼水节场地与集市时间冲突", "已与双方商定，集市提前一天", None),
    story("02", "ordinary", "电线私拉乱接", "楼道内电动车飞线充电", "已拆除飞线，联系安装充电桩", None),
    story(
        "09",
        "ordinary",
        "疑似非法倾倒建筑垃圾",
        "夜间有货车在沟边倾倒",
        "已移送城管部门，现场已清理",
        Some("马师傅"),
    ),
    story("99", "ordinary", "走失耕牛", "村民耕牛走失两天", "已在邻村找到并送回", None),
];

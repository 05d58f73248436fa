//! Weeks of meetings: villages and communities that decide, one that few came to, one that still has to be studied.

use axum::http::Method;
use chrono::{DateTime, Duration, Utc};
use jizuo_kernel::clock::china_date;
use serde_json::{Value, json};

use super::DAYS;
use super::people::Stage;
use super::script::{Script, in_office};

pub(super) fn write(stage: &Stage, end: DateTime<Utc>, script: &mut Script) {
    for county in stage.counties_with("consultation") {
        let Ok(ground) = stage.ground(county.code) else { continue };
        for village in ground.villages.first().into_iter().chain(&ground.countryside) {
            let login = |role| stage.holding(role, village).ok().map(|person| person.login.clone());
            let (Some(clerk), Some(secretary)) = (login("consultation.clerk"), login("consultation.secretary")) else {
                continue;
            };
            let community = ground.countryside.as_ref().is_none_or(|other| other.id != village.id);
            let here = Here { village: &village.code, clerk: &clerk, secretary: &secretary, community, end };
            for (at, meeting) in MEETINGS.iter().enumerate() {
                here.write(meeting, at, script);
            }
        }
    }
}

struct Here<'a> {
    village: &'a str,
    clerk: &'a str,
    secretary: &'a str,
    community: bool,
    end: DateTime<Utc>,
}

/// Bodies of a village and of a community that correspond to one another.
#[derive(Clone, Copy)]
enum Body {
    Assembly,
    Representatives,
    Collective,
}

struct Meeting {
    /// When it was called and, by as many days later, held.
    days_ago: i64,
    body: Body,
    /// Matters of a village and of a community.
    matter: (&'static str, &'static str),
    title: &'static str,
    /// Present, and yes, no, abstain; nobody where it was not held yet.
    came: u32,
    votes: (u32, u32, u32),
    last: &'static str,
}

const HELD_AFTER: i64 = 12;

const MEETINGS: [Meeting; 5] = [
    Meeting {
        days_ago: 34,
        body: Body::Representatives,
        matter: ("public_welfare", "residents_other"),
        title: "活动广场照明改造",
        came: 41,
        votes: (36, 3, 2),
        last: "publish",
    },
    Meeting {
        days_ago: 30,
        body: Body::Assembly,
        matter: ("village_charter", "residents_charter"),
        title: "修订公约：文明办客",
        came: 388,
        votes: (0, 0, 0),
        last: "attend",
    },
    Meeting {
        days_ago: 26,
        body: Body::Collective,
        matter: ("land_compensation", "land_compensation"),
        title: "公路征地补偿费分配办法",
        came: 245,
        votes: (196, 40, 9),
        last: "vote",
    },
    Meeting {
        days_ago: 18,
        body: Body::Representatives,
        matter: ("key_assistance", "residents_report"),
        title: "年度帮扶和工作报告",
        came: 39,
        votes: (0, 0, 0),
        last: "attend",
    },
    Meeting {
        days_ago: 6,
        body: Body::Assembly,
        matter: ("village_planning", "residents_other"),
        title: "停车和道路规划",
        came: 0,
        votes: (0, 0, 0),
        last: "call",
    },
];

impl Here<'_> {
    fn write(&self, meeting: &Meeting, number: usize, script: &mut Script) {
        let start = self.end - Duration::days(DAYS);
        let called = in_office(start, DAYS - meeting.days_ago, 10, 20);
        let held = in_office(called, HELD_AFTER, 15, 0);
        if called >= self.end {
            return;
        }
        let name = format!("meeting-{}-{number}", self.village);
        let path = format!("/places/{}/consultation/meetings", self.village);
        let mut body = self.call(meeting);
        body["held_on"] = json!(china_date(held));
        body["notice_on"] = json!(china_date(called));
        script.add_kept(called, self.clerk, path.clone(), body, name.clone());
        let steps = ["call", "study", "attend", "vote", "publish"];
        let taken = steps.iter().skip(1).take_while(|_| meeting.last != "call");
        for step in taken {
            let (at, who, body): (DateTime<Utc>, &str, Value) = match *step {
                "study" => {
                    let at = called + Duration::days(1);
                    (at, self.secretary, json!({ "studied_on": china_date(at), "reason": "党组织委员会会议" }))
                }
                "attend" => (held, self.clerk, json!({ "in_person": meeting.came })),
                "vote" => {
                    let (yes, no, abstain) = meeting.votes;
                    (held + Duration::hours(1), self.clerk, json!({ "yes": yes, "no": no, "abstain": abstain }))
                }
                _ => (in_office(held, 1, 9, 0), self.clerk, json!({ "reason": "公开栏张贴" })),
            };
            if at >= self.end - Duration::hours(1) {
                return;
            }
            script.add(at, who, Method::POST, format!("{path}/{{{name}}}/{step}"), body);
            if *step == meeting.last {
                return;
            }
        }
    }

    fn call(&self, meeting: &Meeting) -> Value {
        let (village, community) = meeting.matter;
        let matter = if self.community { community } else { village };
        let (body, figures) = match (meeting.body, self.community) {
            (Body::Assembly, false) => ("villagers_assembly_persons", json!({ "adults": 802 })),
            (Body::Assembly, true) => ("residents_assembly_persons", json!({ "adults": 802 })),
            (Body::Representatives, false) => (
                "villagers_representatives",
                json!({ "committee": 5, "representatives": 45, "women_representatives": 18 }),
            ),
            (Body::Representatives, true) => {
                ("residents_representatives", json!({ "committee": 7, "representatives": 43 }))
            }
            (Body::Collective, _) => ("collective_assembly", json!({ "members": 300 })),
        };
        json!({
            "body": body, "matter": matter, "title": meeting.title, "figures": figures,
            "delegation": "自治章程第十二条", "venue": "党群服务中心二楼",
        })
    }
}

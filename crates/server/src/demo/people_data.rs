//! Base data of the demonstration: three villages bring in their lists, and life goes on: a dispute between sources, a telephone
//! that is old, a death, a move to another county, a request on one's own data.

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration, Utc};
use jizuo_kernel::clock::china_date;
use serde_json::json;

use super::COUNTIES;
use super::people::Stage;
use super::residents::{self, Resident};
use super::script::{Script, in_office};
use crate::failure::{Failure, Outcome};

const CLERK: &str = "base.village_clerk";
const OFFICER: &str = "base.data_officer";

/// Kind, name, and who is what in it.
type Body = (&'static str, &'static str, &'static [(usize, &'static str)]);

/// Kind of organisation, what follows the village's name, and the posts in it by the resident's number in the list.
const BODIES: [Body; 5] = [
    ("village_party", "党总支", &[(0, "书记"), (9, "委员")]),
    ("village_self_government", "居民委员会", &[(3, "主任"), (11, "委员")]),
    ("village_supervision", "居务监督委员会", &[(15, "主任")]),
    ("village_collective", "股份经济合作社", &[(18, "理事长")]),
    ("volunteer_team", "志愿服务队", &[(5, "队长")]),
];

pub(super) fn write(stage: &Stage, start: DateTime<Utc>, script: &mut Script) -> Outcome {
    let county = &COUNTIES[0];
    let ground = stage.ground(county.code)?;
    let officer = stage.holding(OFFICER, &ground.county)?.login.clone();
    for (n, village) in ground.with_lists().iter().enumerate() {
        let clerk = stage.holding(CLERK, village)?.login.clone();
        let people = residents::of(n);
        let broken =
            |error: jizuo_kernel::Error| Failure::failed(error.to_string(), "report this as a fault of the demo");
        let sheet = STANDARD.encode(residents::workbook(&people).map_err(broken)?);
        let at = format!("/places/{}", village.code);
        let begin = in_office(start, 1, 9, 10) + Duration::minutes(i64::try_from(n).unwrap_or_default() * 7);
        let import = format!("import-{n}");
        let body = json!({
            "kind": "residents", "source": "village_import", "basis": "statutory_duty",
            "file_name": format!("{}户籍花名册.xlsx", village.name), "content": sheet,
            "observed_on": china_date(begin) - Duration::days(20),
        });
        script.add_kept(begin, &clerk, format!("{at}/imports"), body, import.clone());
        let run = begin + Duration::minutes(2);
        script.add(run, &clerk, Method::POST, format!("{at}/imports/{{{import}}}/run"), json!({}));

        let key = |at: usize| format!("resident-{n}-{at}");
        let mut known = |who: usize| {
            let Some(one) = people.get(who) else { return };
            let path = format!("{at}/persons?q={}", encoded(&one.name));
            script.look(run + Duration::minutes(1), &clerk, path, vec![(key(who), "/items/0/id")]);
        };
        let wanted = BODIES.iter().flat_map(|(.., posts)| posts.iter().map(|(who, _)| *who));
        let mut wanted: Vec<usize> = wanted.chain([1, 2, 6, 8, 12, 16, 20]).collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted.into_iter().for_each(&mut known);

        for (m, (kind, title, posts)) in BODIES.iter().enumerate() {
            let made = in_office(start, 2, 10, u32::try_from(m).unwrap_or_default() * 4);
            let body = json!({
                "kind": kind, "name": format!("{}{title}", short_name(&village.name)), "source": "village_visit",
                "since": "2021-05-10",
            });
            let organisation = format!("organisation-{n}-{m}");
            script.add_kept(made, &officer, format!("{at}/organisations"), body, organisation.clone());
            for (who, post) in *posts {
                let body = json!({ "person": format!("{{{}}}", key(*who)), "title": post, "since": "2021-05-10" });
                let path = format!("{at}/organisations/{{{organisation}}}/posts");
                script.add(made + Duration::minutes(1), &officer, Method::POST, path, body);
            }
        }
        if n == 0 {
            life(script, start, &clerk, &at, &people);
        }
    }
    let firm = json!({
        "kind": "legal_service", "name": "云南滇池律师事务所", "source": "registration_department",
        "since": "2012-03-01", "facts": { "organisation.phone": "0871-63000016" },
    });
    let at = in_office(start, 3, 15, 0);
    script.add(at, &officer, Method::POST, format!("/places/{}/organisations", ground.county.code), firm);
    Ok(())
}

/// What happened to people of the first village since their list came in.
fn life(script: &mut Script, start: DateTime<Utc>, clerk: &str, at: &str, people: &[Resident]) {
    let person = |who: usize| format!("{at}/persons/{{resident-0-{who}}}");
    let say = |source: &str, day: &str, element: &str, value: &str| json!({ "source": source, "basis": "statutory_duty", "observed_on": day, "facts": { element: value } });
    // The education department knows better than the list, and both stay until somebody has settled it.
    let body = say("education", "2025-09-01", "person.education", "61");
    script.add(in_office(start, 5, 9, 20), clerk, Method::POST, format!("{}/facts", person(1)), body);
    // Somebody whose telephone is known for years, and was not asked since.
    if let Some(who) =
        [2, 6, 8, 12, 16].into_iter().find(|who| people.get(*who).is_some_and(|one| one.phone.is_empty()))
    {
        let body = say("the_person", "2021-06-01", "person.phone", "13888712016");
        script.add(in_office(start, 5, 9, 40), clerk, Method::POST, format!("{}/facts", person(who)), body);
    }
    let body = say("the_person", "2026-03-01", "person.marital_status", "20");
    script.add(in_office(start, 6, 9, 0), clerk, Method::POST, format!("{}/facts", person(0)), body);
    let day = china_date(in_office(start, 12, 9, 0)) - Duration::days(2);
    let death = json!({ "on": day, "source": "document_seen" });
    script.add(in_office(start, 12, 9, 0), clerk, Method::POST, format!("{}/death", person(8)), death);
    let gone = json!({ "to": COUNTIES[1].code, "reason": "婚嫁迁出" });
    script.add(in_office(start, 20, 14, 30), clerk, Method::POST, format!("{}/move_out", person(20)), gone);
    let request = json!({
        "person": "{resident-0-12}", "right": "correct", "elements": ["person.phone"], "detail": "电话已经换了，请更正",
        "asked_by": { "name": "李秀英", "relation": "女儿" },
    });
    script.add(in_office(start, 34, 10, 15), clerk, Method::POST, format!("{at}/requests"), request);
    let purpose = json!({ "elements": ["person.phone"], "purpose": "电话通知老人免费体检" });
    script.add(in_office(start, 31, 11, 5), clerk, Method::POST, format!("{}/reveal", person(0)), purpose);
}

/// `翠湖北路社区居委会` is called `翠湖北路社区` in the names of what is there.
fn short_name(name: &str) -> &str {
    ["居民委员会", "村民委员会", "居委会", "村委会"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

//! Several at one thing: an incident in which a department co-operates and another objects, a township's whistle, and a
//! mandatory report.

use axum::http::Method;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::DAYS;
use super::people::{Ground, Person, Stage};
use super::script::{Script, in_office};

pub(super) fn write(stage: &Stage, start: DateTime<Utc>, end: DateTime<Utc>, script: &mut Script) {
    for county in stage.counties_with("grid") {
        let Ok(ground) = stage.ground(county.code) else { continue };
        if let Some(cast) = Cast::of(stage, &ground) {
            cast.categories(start, script);
            cast.sinkhole(start, end, script);
            cast.whistle(start, end, script);
            cast.protection(start, end, script);
        }
    }
}

/// When the mandatory report is made: the last thing that begins.
fn reported(start: DateTime<Utc>) -> DateTime<Utc> {
    in_office(start, DAYS - 6, 9, 20)
}

/// Who does what in one county.
struct Cast<'a> {
    county: &'a str,
    township: &'a str,
    village: &'a str,
    dispatcher: &'a Person,
    worker: &'a Person,
    department: &'a Person,
    station: &'a Person,
    commander: &'a Person,
    supervisor: &'a Person,
    police: &'a Person,
}

impl<'a> Cast<'a> {
    fn of(stage: &'a Stage, ground: &'a Ground) -> Option<Cast<'a>> {
        let (township, village) = (ground.townships.first()?, ground.villages.first()?);
        Some(Cast {
            county: &ground.county.code,
            township: &township.code,
            village: &village.code,
            dispatcher: stage.holding("grid.dispatcher", &ground.county).ok()?,
            worker: stage.holding("grid.worker", village).ok()?,
            department: stage.holding("grid.handler", &ground.county).ok()?,
            station: stage.holding("grid.handler", township).ok()?,
            commander: stage.holding("grid.commander", township).ok()?,
            supervisor: stage.holding("grid.supervisor", &ground.county).ok()?,
            police: stage.holding("grid.police", township).ok()?,
        })
    }

    fn categories(&self, start: DateTime<Utc>, script: &mut Script) {
        let path = format!("/places/{}/grid/subcategories", self.county);
        for (nth, (code, title)) in [("0201", "道路塌陷"), ("0401", "建筑垃圾")].into_iter().enumerate() {
            let at = start + Duration::minutes(30 + i64::try_from(nth).unwrap_or_default());
            let body = json!({ "code": code, "title": title });
            script.add(at, &self.dispatcher.login, Method::POST, path.clone(), body);
        }
    }

    /// The township's station co-operates and says at first that it is not theirs.
    fn sinkhole(&self, start: DateTime<Utc>, end: DateTime<Utc>, script: &mut Script) {
        let at = in_office(start, DAYS - 13, 9, 5);
        let (incident, party) = (format!("sinkhole-{}", self.county), format!("sinkhole-party-{}", self.county));
        let body = json!({
            "category": "02", "subcategory": "0201", "title": "人行道塌陷", "severity": "urgent",
            "description": "塌陷约一平方米，下方有管线",
        });
        script.add_kept(
            at,
            &self.worker.login,
            format!("/places/{}/grid/incidents", self.village),
            body,
            incident.clone(),
        );
        let base = format!("/places/{}/grid", self.county);
        let step = |name: &str| format!("{base}/incidents/{{{incident}}}/{name}");
        let answer = |name: &str| format!("{base}/parties/{{{party}}}/{name}");
        let dispatch = json!({ "to": self.department.account, "with": [{ "contact": self.station.account }] });
        let not_ours = json!({ "reason": "管线权属不在街道" });
        let again = json!({ "reason": "请先到场围挡，权属另行核实" });
        let scenes: [(i64, &Person, String, Value); 4] = [
            (30, self.dispatcher, step("accept"), json!({})),
            (60, self.dispatcher, step("dispatch"), dispatch),
            (120, self.station, answer("object"), not_ours),
            (150, self.dispatcher, answer("ask_again"), again),
        ];
        let look = format!("{base}/parties?incident={{{incident}}}");
        script.look(at + Duration::minutes(61), &self.dispatcher.login, look, vec![(party.clone(), "/items/0/id")]);
        play(script, at, end, scenes);
        let scenes: [(i64, &Person, String, Value); 2] = [
            (180, self.station, answer("join"), json!({})),
            (240, self.station, answer("finish"), json!({ "outcome": "已围挡并设警示标志" })),
        ];
        play(script, at, end, scenes);
        let handled = json!({ "outcome": "管线单位已修复，路面已恢复" });
        let verified = json!({ "finding": "solved", "reason": "已到现场核实" });
        let scenes: [(i64, &Person, String, Value); 2] =
            [(24 * 60, self.department, step("handle"), handled), (25 * 60, self.worker, step("verify"), verified)];
        play(script, at, end, scenes);
    }

    /// The department arrives, the station declines; the county looks into that.
    fn whistle(&self, start: DateTime<Utc>, end: DateTime<Utc>, script: &mut Script) {
        let at = in_office(start, DAYS - 8, 10, 0);
        let name = format!("whistle-{}", self.county);
        let here = format!("/places/{}/grid", self.township);
        let body = json!({
            "occasion": "joint_enforcement", "title": "早市占道经营联合整治",
            "description": "早市占道影响学生上学，请相关部门到场",
            "departments": [{ "contact": self.department.account }, { "contact": self.station.account }],
        });
        script.add_kept(at, &self.commander.login, format!("{here}/whistles"), body, name.clone());
        let call = |nth: usize| format!("{name}-{nth}");
        let keep = vec![(call(0), "/calls/0/id"), (call(1), "/calls/1/id")];
        let look = format!("{here}/whistles/{{{name}}}");
        script.look(at + Duration::minutes(1), &self.commander.login, look, keep);
        let answer = |nth: usize, verb: &str| format!("{here}/calls/{{{}}}/{verb}", call(nth));
        let own = |verb: &str| format!("{here}/whistles/{{{name}}}/{verb}");
        let ratings = json!({ "ratings": [
            { "call": format!("{{{}}}", call(0)), "rating": "satisfied" },
            { "call": format!("{{{}}}", call(1)), "rating": "not", "note": "未到场" },
        ] });
        let finding = json!({ "reason": "职责清单已列明，已责令到场并书面说明" });
        let scenes: [(i64, &Person, String, Value); 5] = [
            (90, self.department, answer(0, "arrive"), json!({ "who": "城管执法队三人" })),
            (100, self.station, answer(1, "decline"), json!({ "reason": "认为不属本单位职责" })),
            (200, self.supervisor, answer(1, "examine"), finding),
            (260, self.commander, own("conclude"), json!({ "result": "占道摊点入市经营，安排错峰疏导" })),
            (280, self.commander, own("rate"), ratings),
        ];
        play(script, at, end, scenes);
    }

    /// Taken up by the police, who warn; both sides are visited.
    fn protection(&self, start: DateTime<Utc>, end: DateTime<Utc>, script: &mut Script) {
        let at = reported(start);
        let name = format!("protection-{}", self.county);
        let here = format!("/places/{}/grid/protections", self.village);
        let body = json!({ "capacity": "limited", "account": "入户走访时发现孩子身上有新伤，情况待公安核实" });
        script.add_kept(at, &self.worker.login, here.clone(), body, name.clone());
        let step = |verb: &str| format!("{here}/{{{name}}}/{verb}");
        let scenes: [(i64, &Person, String, Value); 3] = [
            (5, self.police, step("receive"), json!({})),
            (300, self.police, step("warn"), json!({})),
            (2 * 24 * 60, self.worker, step("visit"), json!({})),
        ];
        play(script, at, end, scenes);
    }
}

/// What lies ahead of today does not happen.
fn play<const N: usize>(
    script: &mut Script,
    begun: DateTime<Utc>,
    end: DateTime<Utc>,
    scenes: [(i64, &Person, String, Value); N],
) {
    for (minutes, who, path, body) in scenes {
        let at = begun + Duration::minutes(minutes);
        if at < end {
            script.add(at, &who.login, Method::POST, path, body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whenever_the_demonstration_is_built_everything_begins_before_the_module_runs_out() {
        for hours in 0..24 * 14 {
            let end = DateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::hours(hours);
            assert!(reported(end - Duration::days(DAYS)) < super::super::grid::draining_from(end), "{end}");
        }
    }
}

//! Weeks of bookings: halls and squares lent, one asked for in vain because the day was taken.

use axum::http::Method;
use chrono::{DateTime, Duration, Utc};
use jizuo_kernel::clock::china_date;
use serde_json::json;

use super::people::Stage;
use super::script::{Script, in_office};

/// Days after the begin of the story, room, purpose, for whom, and how far it went.
const BOOKINGS: [(i64, &str, &str, &str, &[&str]); 4] = [
    (3, "hall", "wedding", "李文华", &["confirm", "hand_back"]),
    (9, "square", "performance", "社区文艺队", &["confirm", "hand_back"]),
    (16, "activity_room", "training", "妇女议事会", &["confirm", "cancel"]),
    (30, "hall", "funeral", "张家和", &[]),
];

pub(super) fn write(stage: &Stage, start: DateTime<Utc>, end: DateTime<Utc>, script: &mut Script) {
    for county in stage.counties_with("venue") {
        let Ok(ground) = stage.ground(county.code) else { continue };
        for village in ground.villages.iter().take(1) {
            let (Ok(agent), Ok(clerk)) = (stage.holding("venue.agent", village), stage.holding("venue.clerk", village))
            else {
                continue;
            };
            for (days, room, purpose, name, steps) in BOOKINGS {
                let asked = in_office(start, days, 9, 30);
                let day = china_date(asked) + Duration::days(2);
                let path = format!("/places/{}/venue/bookings", village.code);
                let booking = format!("booking-{}-{days}", village.code);
                let body = json!({ "room": room, "purpose": purpose, "day": day, "asker_name": name });
                script.add_kept(asked, &agent.login, path.clone(), body, booking.clone());
                for (step, later) in steps.iter().zip([1, 2 * 24 + 9]) {
                    let at = asked + Duration::hours(later);
                    if at < end {
                        let body = json!({ "reason": "村务办公室办理" });
                        script.add(at, &clerk.login, Method::POST, format!("{path}/{{{booking}}}/{step}"), body);
                    }
                }
            }
        }
    }
}

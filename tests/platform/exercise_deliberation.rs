//! Deliberations, for `exercise.rs`: every operation with success.

use jizuo_testing::TestApp;
use jizuo_testing::places::{VILLAGE, WUHUA};
use serde_json::{Value, json};

use super::exercise::{add_local_step, operation};

pub(super) async fn deliberations(test: &TestApp) {
    let here = format!("/places/{VILLAGE}/consultation/deliberations");
    let clerk = test.role(VILLAGE, "consultation.clerk").await;
    let example = |id: &str| super::body_of(&test.app, operation(test, id)).unwrap();
    let new = example("consultation_deliberation_raise");
    let raise = async || {
        let id = clerk.post(&here, new.clone()).await.expect(201).text("id");
        format!("{here}/{id}")
    };
    let why = json!({ "reason": "按规定" });
    let today = jizuo_kernel::clock::china_date(test.now());
    let fit = |step: &str| -> Value {
        let mut body = example(&format!("consultation_deliberation_{step}"));
        if body["held_on"].is_string() {
            body["held_on"] = json!(today);
        }
        if body["notice_on"].is_string() {
            body["notice_on"] = json!(today - chrono::Duration::days(10));
        }
        body
    };
    let take = async |path: &str, steps: &[&str]| {
        for step in steps {
            clerk.post(&format!("{path}/{step}"), fit(step)).await.expect(200);
        }
    };
    let declined = raise().await;
    take(&declined, &["decline"]).await;
    let done = raise().await;
    take(&done, &["fix", "tell"]).await;
    clerk.post(&format!("{done}/postpone"), why.clone()).await.expect(200);
    take(&done, &["tell", "hold", "carry_out"]).await;
    let referred = raise().await;
    take(&referred, &["fix", "tell", "hold", "refer"]).await;
    clerk.post(&format!("{referred}/resume"), why.clone()).await.expect(200);
    take(&referred, &["refer"]).await;
    clerk.post(&format!("{referred}/decide"), why.clone()).await.expect(200);
    clerk.get(&referred).await.expect(200);
    clerk.get(&here).await.expect(200);

    add_local_step(test, "consultation.deliberation", "consultation.deliberation.tell").await;
    let unsettled = raise().await;
    take(&unsettled, &["fix"]).await;
    clerk.post(&format!("{unsettled}/local/local_review"), json!({})).await.expect(200);
    take(&unsettled, &["tell", "unsettle"]).await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    admin.delete(&format!("/places/{WUHUA}/processes/consultation.deliberation")).await.expect(204);
}

//! The master key is changed while the platform works: what was sealed is sealed anew, and look-ups find all the while.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jizuo_kernel::rotation;
use jizuo_testing::TestApp;
use jizuo_testing::places::VILLAGE;
use serde_json::json;

use crate::forms::{at, registered, somebody};
use crate::probe::PROBE;

#[tokio::test]
async fn a_new_key_takes_over_beside_a_running_server() {
    let test = TestApp::with(&[&PROBE]).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let person = registered(&clerk, somebody()).await;
    let earlier = |columns: &[rotation::Column]| columns.iter().map(|column| column.earlier).sum::<u64>();

    let next = test.process_with_a_new_key().await;
    let there = clerk.on(&next);
    let find = async |by: &jizuo_testing::User<'_>, body| {
        let found = by.post(&at("/persons/find"), body).await.expect(200);
        found.items().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let number = json!({ "identity_number": "530102188001010024" });
    let phone = json!({ "phone": "13888800001" });
    assert_eq!(
        find(&there, number.clone()).await,
        std::slice::from_ref(&person),
        "before the rotation, by the mark of the earlier key"
    );
    assert_eq!(find(&there, phone.clone()).await, std::slice::from_ref(&person));
    let again = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": somebody() });
    there.post(&at("/persons"), again.clone()).await.refused(409, "base.person.registered");
    let sheet = json!({ "kind": "residents", "source": "village_import", "basis": "statutory_duty",
        "file_name": "花名册.csv", "content": STANDARD.encode("姓名,身份证号\n李阿诗,530102188001010024\n") });
    let import = there.post(&at("/imports"), sheet).await.expect(201).text("id");
    let taken = there.post(&at(&format!("/imports/{import}/run")), json!({})).await.expect(200);
    assert_eq!((&taken.body["created"], &taken.body["bad_rows"]), (&json!(0), &json!(0)), "nobody is there twice");
    // What is written meanwhile is sealed with the new key already.
    let facts = json!({ "person.name": "段永胜", "person.phone": "13888800005" });
    let newcomer = registered(&there, facts).await;

    let before = rotation::check(&next.app, |_| {}).await.unwrap();
    assert_eq!(earlier(&before), 2, "{before:?}");
    let rotated = rotation::rotate(&next.app, |_| {}).await.unwrap();
    assert_eq!(earlier(&rotated), 2);
    assert_eq!(earlier(&rotation::check(&next.app, |_| {}).await.unwrap()), 0);
    assert_eq!(earlier(&rotation::rotate(&next.app, |_| {}).await.unwrap()), 0, "once more changes nothing");

    assert_eq!(find(&there, number.clone()).await, std::slice::from_ref(&person));
    assert_eq!(find(&there, phone).await, [person]);
    assert_eq!(find(&there, json!({ "phone": "13888800005" })).await, [newcomer]);
    there.post(&at("/persons"), again).await.refused(409, "base.person.registered");
    // The earlier key alone opens and finds nothing any more.
    assert!(find(&clerk, number).await.is_empty());
}

//! Pages that need no signing in, used as a resident uses them.

use jizuo_server::{MODULES, web};
use jizuo_testing::places::VILLAGE;
use jizuo_testing::{Browser, TestApp};

fn at(path: &str) -> String {
    format!("/console/{VILLAGE}/m/grid/{path}")
}

#[tokio::test]
async fn a_resident_reports_and_follows_on_pages_without_an_account_and_without_script() {
    let test = TestApp::with(MODULES).await;
    let router = web::router(&test.app, test.router.clone());
    for (cookies, says) in [
        ([("jizuo_lang", "zh"), ("jizuo_elders", "0")], "反映问题"),
        ([("jizuo_lang", "en"), ("jizuo_elders", "1")], "Report a problem"),
    ] {
        let mut resident = Browser::new(&router);
        for (name, value) in cookies {
            resident = resident.cookie(name, value);
        }
        let form = resident.get(&at("reports")).await.expect(200);
        form.says(says).is_silent_on("data-keep").is_silent_on("/console/places");
        form.says(&at("reports/follow")).says("/paper_reports/form");
        let empty = resident.submit(&form, &at("reports"), &[("title", "")]).await;
        assert_eq!(empty.status.as_u16(), 422);
        let fields = [("category", "04"), ("title", "村口垃圾堆放"), ("location", "水井旁")];
        let filed = resident.submit(&form, &at("reports"), &fields).await.expect(200);
        // Loading again, or sending again, files nothing twice.
        let again = resident.submit(&form, &at("reports"), &fields).await.expect(200);
        let word = |page: &str| {
            let shaped = |text: &&str| text.len() == 12 && text.chars().all(|c| c.is_ascii_digit() || c == ' ');
            page.split(['<', '>']).find(shaped).expect("a word").to_owned()
        };
        let code = |page: &str| page.split(['<', '>']).find(|text| text.starts_with("WG")).expect("a code").to_owned();
        assert_eq!((word(&filed.html), code(&filed.html)), (word(&again.html), code(&again.html)));

        let follow = resident.get(&at("reports/follow")).await.expect(200);
        let key = [("code", code(&filed.html)), ("word", word(&filed.html))];
        let key = key.each_ref().map(|(name, value)| (*name, value.as_str()));
        resident.submit(&follow, &at("reports/follow"), &key).await.expect(200).says("村口垃圾堆放");
        let wrong = [("code", key[0].1), ("word", "1234567890")];
        let refused = resident.submit(&follow, &at("reports/follow"), &wrong).await.expect(422);
        refused.is_silent_on("村口垃圾堆放");
    }
}

#[tokio::test]
async fn what_is_not_open_to_everybody_still_leads_to_signing_in() {
    let test = TestApp::with(MODULES).await;
    let mut resident = Browser::new(&web::router(&test.app, test.router.clone()));
    for path in ["incidents", "incidents/new", "paper_reports", "care", "care/new", "managed"] {
        let page = resident.get(&at(path)).await.expect(303);
        assert!(page.location().starts_with("/console/sign-in"), "{path}: {}", page.location());
    }
}

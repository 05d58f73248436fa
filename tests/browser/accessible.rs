//! Every page, looked at by axe-core in both versions: no serious fault, and nothing that must be pushed sideways on a phone.

use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::WUHUA;

use super::Desk;
use crate::platform::pages::{self, Reader};

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_serious_fault_on_any_page_in_either_version() {
    let Ok(axe) = std::env::var("JIZUO_TEST_AXE") else {
        println!("skipped: JIZUO_TEST_AXE does not say where axe-core is; .ci/axe fetches it");
        return;
    };
    let axe = std::fs::read_to_string(axe).unwrap();
    let Some(desk) = Desk::with(TestApp::with(MODULES).await).await else { return };
    let user = pages::lived_in(&desk.test).await;
    let paths = Reader::of(&desk.test, &user, "").one_of_each_kind(&format!("/console/{WUHUA}")).await;
    desk.enter_as(&user).await;
    let mut faults = Vec::new();
    for elders in ["0", "1"] {
        desk.prefer("jizuo_elders", elders).await;
        for path in &paths {
            desk.go(path).await;
            faults
                .extend(desk.serious_faults(&axe).await.into_iter().map(|f| format!("{path} (elders {elders}): {f}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    desk.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_wider_than_a_phone_in_either_version() {
    let Some(desk) = Desk::with(TestApp::with(MODULES).await).await else { return };
    let user = pages::lived_in(&desk.test).await;
    let paths = Reader::of(&desk.test, &user, "").one_of_each_kind(&format!("/console/{WUHUA}")).await;
    desk.enter_as(&user).await;
    desk.phone().await;
    let mut wide = Vec::new();
    for elders in ["0", "1"] {
        desk.prefer("jizuo_elders", elders).await;
        for path in &paths {
            desk.go(path).await;
            let width = desk.script("return document.documentElement.scrollWidth", Vec::new()).await;
            if width.as_u64().is_none_or(|width| width > 360) {
                wide.push(format!("{path} (elders {elders}): {width}"));
            }
        }
    }
    assert!(wide.is_empty(), "{}", wide.join("\n"));
    desk.leave().await;
}

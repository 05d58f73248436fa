//! Coming in for the first time: the password that was handed out on paper, a new one, and the own place.

use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::{VILLAGE, WUHUA};
use serde_json::json;

use super::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_signs_in_changes_the_password_and_is_at_home() {
    let Some(desk) = Desk::with(TestApp::with(MODULES).await).await else { return };
    let security = desk.test.role(WUHUA, "base.security_admin").await;
    let accounts = format!("/places/{WUHUA}/accounts");
    let new = json!({ "login": "heshouyi", "name": "和守义", "home": VILLAGE });
    let opened = security.post(&accounts, new).await.expect(201);
    let grant = json!({ "account": opened.text("id"), "role": "grid.worker", "place": VILLAGE });
    security.post(&format!("/places/{WUHUA}/grants"), grant).await.expect(201);

    desk.go("/console").await;
    assert_eq!(desk.path().await, "/console/sign-in");
    desk.fill("登录名", "heshouyi").await;
    desk.fill("密码", "no such password").await;
    desk.click("登录").await;
    desk.expect("登录名、密码或验证码不对").await;

    desk.fill("密码", &opened.text("one_time_password")).await;
    desk.click("登录").await;
    desk.fill("现在的密码", &opened.text("one_time_password")).await;
    desk.fill("新密码", "Shan-Cha-Hua-26").await;
    desk.fill("再输入一次新密码", "Shan-Cha-Hua-26").await;
    desk.click("修改密码").await;
    desk.go("/console").await;
    assert_eq!(desk.path().await, format!("/console/{VILLAGE}"));
    desk.expect("现在没有待办").await;
    desk.leave().await;
}

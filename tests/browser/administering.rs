//! A county's administrator at her desk: a module switched on appears in the menu, a deadline is adapted, and the law says no
//! where it does.

use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::WUHUA;

use super::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_module_is_switched_on_its_menu_appears_and_a_deadline_is_adapted() {
    let Some(desk) = Desk::with(TestApp::bare(MODULES).await).await else { return };
    let admin = desk.test.role(WUHUA, "base.system_admin").await;
    admin.also(WUHUA, "grid.dispatcher").await;
    desk.enter_as(&admin).await;
    desk.go("/console").await;
    assert!(!desk.text().await.contains("网格事件"), "the menu shows what is off");
    desk.click("模块").await;
    desk.click("启用网格治理").await;
    desk.fill("为什么", "区委常委会决定").await;
    desk.click("启用网格治理").await;
    desk.expect("已启用").await;
    desk.expect("网格事件").await;

    desk.go(&format!("/console/{WUHUA}/processes/grid.incident")).await;
    desk.click("改时限").await;
    desk.fill("受理", "2").await;
    desk.fill("为什么", "区政务服务承诺").await;
    desk.click("改为这个时限").await;
    desk.expect("2 个工作日").await;
    desk.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_the_law_demands_is_not_left_out_and_the_article_stands_beside_it() {
    let Some(desk) = Desk::with(TestApp::with(MODULES).await).await else { return };
    let admin = desk.test.role(WUHUA, "base.system_admin").await;
    desk.enter_as(&admin).await;
    desk.go(&format!("/console/{WUHUA}/processes/consultation.meeting/adapt")).await;
    desk.script("document.querySelector('input[name=skip][value=\"consultation.meeting.study\"]').click()", Vec::new())
        .await;
    desk.fill("为什么", "图方便").await;
    desk.click("按此调整流程").await;
    desk.expect("没有保存").await;
    desk.expect("第二十八条").await;
    let kept = desk.script("return document.getElementById('reason').value", Vec::new()).await;
    assert_eq!(kept, "图方便", "what was typed is lost");
    desk.leave().await;
}

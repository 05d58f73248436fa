//! Every operation, called as people who may not.

use jizuo_kernel::registry::{Access, Operation};
use jizuo_server::MODULES;
use jizuo_testing::places::{ESHAN, PANLONG, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};

use super::{body_of, everything, path_of};

async fn call(test: &TestApp, user: &User<'_>, operation: &Operation, place: &str) -> Answer {
    let path = path_of(&test.app, operation, place);
    user.send(operation.method.clone(), &path, body_of(&test.app, operation)).await
}

fn operations(test: &TestApp) -> Vec<Operation> {
    test.app.registry.operations().into_iter().cloned().collect()
}

/// What anybody may call without signing in. It may shrink; to let it grow is a decision.
const PUBLIC: &[&str] = &[
    "base_codelist_file",
    "base_codelist_list",
    "base_element_catalogue",
    "base_element_file",
    "base_element_list",
    "base_openapi",
    "base_place_children",
    "base_place_roots",
    "base_place_search",
    "base_place_show",
    "base_session_start",
    "certificates_catalogue",
    "certificates_catalogue_file",
    "certificates_comparison",
    "certificates_key_list",
    "certificates_lookup",
    "certificates_negative_list",
    "certificates_paper_check",
    "certificates_poster",
    "grid_report_file",
    "grid_report_follow",
    "grid_report_form",
    "grid_report_rate",
    "grid_report_withdraw",
];

#[tokio::test]
async fn the_public_operations_are_these_and_no_others() {
    let test = everything().await;
    let mut public: Vec<String> =
        operations(&test).into_iter().filter(|o| o.access == Access::Public).map(|o| o.id).collect();
    public.sort_unstable();
    assert_eq!(public, PUBLIC);
}

#[tokio::test]
async fn a_stranger_is_answered_401_by_everything_that_is_not_public() {
    let test = everything().await;
    for operation in operations(&test).iter().filter(|o| o.access != Access::Public) {
        call(&test, &test.stranger(), operation, VILLAGE).await.refused(401, "base.gate.signed_out");
        let forged = test.stranger().with_token("forged");
        call(&test, &forged, operation, VILLAGE).await.refused(401, "base.gate.signed_out");
    }
}

#[tokio::test]
async fn a_nobody_is_answered_403_by_everything_that_needs_a_permission() {
    let test = everything().await;
    let nobody = test.user(WUHUA, &[]).await;
    for operation in operations(&test) {
        if let Access::Permission(permission) = operation.access {
            let refused = call(&test, &nobody, &operation, VILLAGE).await.refused(403, "base.gate.forbidden");
            assert_eq!(refused.text("rule"), permission, "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn every_permission_but_the_right_one_is_not_enough() {
    let test = everything().await;
    for operation in operations(&test) {
        let Access::Permission(needed) = operation.access else { continue };
        let others: Vec<&str> = test
            .app
            .registry
            .modules()
            .iter()
            .flat_map(|m| m.permissions)
            .map(|p| p.id)
            .filter(|id| *id != needed)
            .collect();
        let almost = test.user(WUHUA, &others).await;
        call(&test, &almost, &operation, VILLAGE).await.refused(403, "base.gate.forbidden");
    }
}

#[tokio::test]
async fn an_operation_of_a_module_that_is_off_does_not_exist() {
    let test = TestApp::bare(MODULES).await;
    let all: Vec<&str> = test.app.registry.modules().iter().flat_map(|m| m.permissions).map(|p| p.id).collect();
    let user = test.user(ESHAN, &all).await;
    let mut checked = 0;
    for operation in operations(&test).iter().filter(|o| o.module != "base") {
        call(&test, &user, operation, ESHAN).await.refused(404, "module_off");
        checked += 1;
    }
    assert!(checked > 10, "the modules have operations");
}

#[tokio::test]
async fn a_county_reaches_nothing_of_another_county_by_any_operation() {
    let test = everything().await;
    for module in test.app.registry.optional() {
        test.switch(PANLONG, module.id, "on").await;
    }
    let all: Vec<&str> = test.app.registry.modules().iter().flat_map(|m| m.permissions).map(|p| p.id).collect();
    let foreign = test.user(PANLONG, &all).await;
    for operation in operations(&test) {
        if operation.has_place() && matches!(operation.access, Access::Permission(_)) {
            call(&test, &foreign, &operation, WUHUA).await.refused(404, "base.gate.not_found");
            call(&test, &foreign, &operation, VILLAGE).await.refused(404, "base.gate.not_found");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_a_body_is_refused_by_every_operation_and_writes_nothing() {
    let test = everything().await;
    let all: Vec<&str> = test.app.registry.modules().iter().flat_map(|m| m.permissions).map(|p| p.id).collect();
    let user = test.user(WUHUA, &all).await;
    let deep = "[".repeat(100_000);
    let large = format!("{{\"title\":\"{}\"}}", "x".repeat(10 * 1024 * 1024));
    let hostile: [(&str, Option<&str>, &[u8]); 8] = [
        ("no JSON", Some("application/json"), b"{\"a\":"),
        ("bad UTF-8", Some("application/json"), b"{\"title\":\"\xff\xfe\"}"),
        ("a number", Some("application/json"), b"42"),
        ("a list", Some("application/json"), b"[null]"),
        ("an unknown field", Some("application/json"), b"{\"no such field\":1}"),
        ("deep nesting", Some("application/json"), deep.as_bytes()),
        ("10 MB", Some("application/json"), large.as_bytes()),
        ("a form", Some("application/x-www-form-urlencoded"), b"a=b"),
    ];
    for operation in operations(&test) {
        if body_of(&test.app, &operation).is_none() {
            continue;
        }
        let path = path_of(&test.app, &operation, VILLAGE);
        for (what, kind, body) in hostile {
            let answer = user.send_bytes(operation.method.clone(), &path, kind, body.to_vec()).await;
            let status = answer.status.as_u16();
            assert!((400..500).contains(&status), "{}: {what} was answered {status}: {:#}", operation.id, answer.body);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_a_place_or_an_id_is_not_found() {
    let test = everything().await;
    let all: Vec<&str> = test.app.registry.modules().iter().flat_map(|m| m.permissions).map(|p| p.id).collect();
    let user = test.user(WUHUA, &all).await;
    for operation in operations(&test).iter().filter(|o| o.has_place()) {
        for place in
            ["999999", "%00", "..", "530102'--", "%E4%BA%94%E5%8D%8E", "530102@not-a-date", "99999999999999999999"]
        {
            let path = path_of(&test.app, operation, place);
            let answer = user.send(operation.method.clone(), &path, body_of(&test.app, operation)).await;
            answer.expect(404);
        }
    }
}

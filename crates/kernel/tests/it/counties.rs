//! A county as a file: export, plan, apply.

use jizuo_kernel::counties::State;
use jizuo_kernel::counties::plan::{self, Change, County, ModuleEntry};
use jizuo_kernel::process::{Added, Overlay};
use jizuo_kernel::{Reply, Result, Subject, Text};
use jizuo_testing::TestApp;
use jizuo_testing::places::{VILLAGE, WUHUA};
use serde_json::json;

use crate::probe::{PROBE, written};

async fn apply(test: &TestApp, wish: &County) -> Result<Vec<Change>> {
    let ctx = test.system(WUHUA);
    let changes = plan::plan(&ctx, wish)?;
    let mut tx = ctx.begin().await?;
    plan::apply(&mut tx, &changes, &wish.reason).await?;
    tx.commit("base.county.apply", Subject::new("base.county", WUHUA), Reply::none()).await?;
    Ok(changes)
}

fn wish() -> County {
    let overlay = Overlay {
        add: vec![Added {
            id: "review".to_owned(),
            title: Text::new("复核", "Review"),
            before: "probe.note.close".to_owned(),
            permission: "probe.note.check".to_owned(),
            deadline: None,
        }],
        ..Overlay::default()
    };
    County {
        place: WUHUA.to_owned(),
        reason: "县委办 2026 年第 12 号文".to_owned(),
        modules: [(
            "probe".to_owned(),
            ModuleEntry { state: State::On, settings: Some(json!({ "limit": 3, "greeting": "您好" })) },
        )]
        .into(),
        rules: [("PROBE.SIZE".to_owned(), json!(7)), ("PROBE.CHECK".to_owned(), json!(2))].into(),
        processes: [("probe.note".to_owned(), overlay)].into(),
    }
}

#[tokio::test]
async fn what_was_exported_applies_elsewhere_and_again_changes_nothing() {
    let test = TestApp::bare(&[&PROBE]).await;
    let changes = apply(&test, &wish()).await.unwrap();
    assert_eq!(
        changes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "module probe: off -> on",
            "settings of probe: {\"greeting\":\"您好\",\"limit\":3}",
            "rule PROBE.CHECK: inherited -> 2",
            "rule PROBE.SIZE: inherited -> 7",
            "process probe.note: local overlay changes",
        ]
    );
    assert!(apply(&test, &wish()).await.unwrap().is_empty());
    let exported = plan::export(&test.system(WUHUA)).unwrap();
    assert!(plan::plan(&test.system(WUHUA), &exported).unwrap().is_empty());
    let text = serde_json::to_string(&exported).unwrap();
    assert_eq!(serde_json::from_str::<County>(&text).unwrap(), exported);
    assert_eq!((&exported.rules, &exported.processes), (&wish().rules, &wish().processes));
}

#[tokio::test]
async fn what_the_file_does_not_name_goes_back_to_what_is_inherited() {
    let test = TestApp::bare(&[&PROBE]).await;
    apply(&test, &wish()).await.unwrap();
    let bare = County { rules: [].into(), processes: [].into(), ..wish() };
    let changes = apply(&test, &bare).await.unwrap();
    assert_eq!(changes.len(), 3, "{changes:?}");
    let reader = test.role(WUHUA, "base.viewer").await;
    let rule = reader.get(&format!("/places/{WUHUA}/rules/PROBE.SIZE")).await.expect(200);
    assert_eq!(rule.text("value"), "5");
    assert!(apply(&test, &bare).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_refusal_refuses_the_whole_file() {
    let test = TestApp::bare(&[&PROBE]).await;
    let mut wrong = wish();
    wrong.rules.insert("PROBE.CHECK".to_owned(), json!(9));
    let refused = apply(&test, &wrong).await.unwrap_err();
    assert_eq!(refused.code(), "base.rule.direction");
    let exported = plan::export(&test.system(WUHUA)).unwrap();
    assert_eq!(exported.modules["probe"].state, State::Off);
    assert!(exported.rules.is_empty());

    let mut elsewhere = wish();
    elsewhere.place = "530103".to_owned();
    assert_eq!(apply(&test, &elsewhere).await.unwrap_err().status(), 422);
    let mut unknown = wish();
    unknown.modules.insert("none".to_owned(), ModuleEntry { state: State::On, settings: None });
    assert_eq!(apply(&test, &unknown).await.unwrap_err().status(), 422);
    let mut unknown = wish();
    unknown.rules.insert("NO.SUCH".to_owned(), json!(1));
    assert_eq!(apply(&test, &unknown).await.unwrap_err().status(), 404);
}

#[tokio::test]
async fn a_file_does_not_switch_off_what_is_still_open() {
    let test = TestApp::with(&[&PROBE]).await;
    let worker = test.role(VILLAGE, "probe.writer").await;
    written(&worker, VILLAGE, "未完").await;
    let mut off = wish();
    off.modules.insert("probe".to_owned(), ModuleEntry { state: State::Off, settings: None });
    assert_eq!(apply(&test, &off).await.unwrap_err().code(), "base.module.open_matters");
}

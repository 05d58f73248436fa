//! Whatever counties lay over a process, what comes out works, or was refused.

use std::collections::BTreeSet;

use jizuo_kernel::places::Kind;
use jizuo_kernel::process::{Added, Definition, Overlay, Process, Skip, StepDef, effective, lay};
use jizuo_kernel::{Reply, Subject, Text};
use jizuo_testing::TestApp;
use jizuo_testing::places::{KUNMING, PROVINCE, WUHUA};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::probe::{DECISION, NOTE, PROBE};

fn actions(process: &'static Process) -> Vec<String> {
    process.steps.iter().map(|step| step.action.to_owned()).chain(["probe.none".to_owned()]).collect()
}

fn an_overlay(process: &'static Process) -> impl Strategy<Value = Overlay> {
    let action = prop::sample::select(actions(process));
    let added =
        (prop::sample::select(vec!["a", "b", "c"]), action.clone(), any::<bool>()).prop_map(|(id, before, timed)| {
            Added {
                id: id.to_owned(),
                title: Text::new("新增", "Added"),
                before,
                permission: "probe.note.check".to_owned(),
                deadline: timed.then(|| "PROBE.CHECK".to_owned()),
            }
        });
    (prop::collection::vec(added, 0..3), prop::collection::vec(action.clone(), 0..2), prop::option::of(action))
        .prop_map(|(add, skip, renamed)| Overlay {
            add,
            skip,
            rename: renamed.into_iter().map(|action| (action, Text::new("改名", "Renamed"))).collect(),
            ..Overlay::default()
        })
}

/// What must hold of every process in force.
fn check(process: &Process, now: &Definition) {
    assert!(now.faults().is_empty(), "{:?} in {now:#?}", now.faults());
    let present: BTreeSet<&str> = now.steps.iter().map(|step| step.action.as_str()).collect();
    for step in process.steps {
        let there = present.contains(step.action);
        match step.skip {
            Skip::Never(_) => assert!(there, "{} is fixed and missing", step.action),
            Skip::From(_) => assert!(there != now.skipped.iter().any(|s| s == step.action), "{}", step.action),
        }
    }
    let start = now.state(&now.start).unwrap();
    assert_ne!(start.phase.as_str(), "done");
    for step in &now.steps {
        for from in &step.from {
            assert_ne!(now.state(from).unwrap().phase.as_str(), "done", "{} leads on from an end", step.action);
        }
    }
    // Nothing fixed can be walked around: without it, no end that the process is for is reached.
    for fixed in process.steps.iter().filter(|step| matches!(step.skip, Skip::Never(_)) && !step.reason) {
        let mut reached = BTreeSet::from([now.start.as_str()]);
        for _ in 0..now.states.len() {
            for step in now.steps.iter().filter(|s| s.action != fixed.action && !s.action.ends_with("drop")) {
                if step.from.iter().any(|from| reached.contains(from.as_str())) {
                    reached.insert(&step.to);
                }
            }
        }
        let ends = reached.iter().filter(|id| now.state(id).unwrap().phase.as_str() == "done").count();
        assert_eq!(ends, 0, "{} can be walked around in {now:#?}", fixed.action);
    }
}

#[tokio::test]
async fn any_overlays_at_all_levels_leave_a_process_that_works() {
    let test = TestApp::bare(&[&PROBE]).await;
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (mut laid, mut refused) = (0, 0);
    for round in 0..120 {
        let process = if round % 2 == 0 { &NOTE } else { &DECISION };
        // In any order, so that a later one above makes an earlier one below impossible.
        let order = [[PROVINCE, KUNMING, WUHUA], [WUHUA, KUNMING, PROVINCE], [KUNMING, WUHUA, PROVINCE]][round % 3];
        for place in order {
            let overlay = an_overlay(process).new_tree(&mut runner).unwrap().current();
            let ctx = test.system(place);
            let mut tx = ctx.begin().await.unwrap();
            match lay(&mut tx, process.id, Some(overlay), "test").await {
                Ok(()) => {
                    let subject = Subject::new("base.process", process.id);
                    tx.commit("base.process.overlay", subject, Reply::none()).await.unwrap();
                    laid += 1;
                }
                Err(error) => {
                    assert_eq!(error.status(), 409, "{error}");
                    refused += 1;
                }
            }
            let snapshot = test.app.snapshot();
            for at in [PROVINCE, KUNMING, WUHUA] {
                let place = snapshot.places.resolve(at).unwrap().place;
                let now = effective(&test.app, &snapshot, &place, process);
                check(process, &now.definition);
                assert!(place.kind != Kind::Province || now.ignored.is_empty());
            }
        }
    }
    assert!(laid > 50 && refused > 50, "{laid} laid, {refused} refused");
}

#[test]
fn a_step_that_was_kept_with_one_capability_is_read_like_one_with_several() {
    let kept = |needs: serde_json::Value| {
        let step = serde_json::json!({
            "action": "a.b.c", "title": { "zh": "移交", "en": "Hand over" }, "from": ["x"], "to": "y",
            "permission": "a.b.c", "needs": needs, "reason": false,
        });
        serde_json::from_value::<StepDef>(step).unwrap()
    };
    assert_eq!(kept(serde_json::json!("a.intake")).needs, ["a.intake"]);
    let several = kept(serde_json::json!(["a.intake", "b.intake"]));
    assert_eq!(several.needs, ["a.intake", "b.intake"]);
    // What needs nothing says nothing of it, so that versions of processes without hand-overs are what they were.
    let none = kept(serde_json::json!([]));
    assert!(none.needs.is_empty() && serde_json::to_value(&none).unwrap().get("needs").is_none());
}

//! Two processes of the real binary on one PostgreSQL database: what is decided at one holds at the other.

use std::time::Instant;

use jizuo_testing::places::{VILLAGE, WUHUA};
use serde_json::json;

use crate::installed::{Installed, Served, until};

const ROUNDS: usize = 5;
/// What is promised is a second; a machine that builds something else beside gets more.
const CEILING: f64 = 5.0;

/// How long it took until a request to that process was answered so.
async fn seconds_until(served: &Served, path: &str, token: &str, status: u16) -> f64 {
    let started = Instant::now();
    until("the other process knows", async || served.get(path, token).await.is_some_and(|told| told.status == status))
        .await;
    let seconds = started.elapsed().as_secs_f64();
    assert!(seconds < CEILING, "{path} was answered {status} only after {seconds:.3} s");
    seconds
}

#[tokio::test]
async fn a_switch_a_revoked_grant_and_a_sign_out_hold_at_the_other_process_within_a_second() {
    if std::env::var("JIZUO_TEST_DATABASE").is_ok_and(|url| !url.is_empty()) {
        let installed = Installed::with_places().await;
        let one = installed.serve(&[]).await;
        let other = installed.serve(&[]).await;
        let (switched, revoked, signed_out) = measured(&installed, &one, &other).await;
        let told = |name: &str, times: &[f64]| {
            let longest = times.iter().copied().fold(0.0, f64::max);
            eprintln!("{name} held at the other process after {:.3} s at most, of {} times", longest, times.len());
        };
        told("a switch", &switched);
        told("a revoked grant", &revoked);
        told("a sign-out", &signed_out);
        one.kill();
        other.kill();
    } else {
        eprintln!("skipped: two processes need PostgreSQL; name a server in JIZUO_TEST_DATABASE");
    }
}

async fn measured(installed: &Installed, one: &Served, other: &Served) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let admin = installed.person(one, "sysadmin", WUHUA, &[("base.system_admin", WUHUA)]).await;
    let security = installed.person(one, "secadmin", WUHUA, &[("base.security_admin", WUHUA)]).await;
    let worker = installed.person(one, "worker", VILLAGE, &[("base.viewer", VILLAGE)]).await;
    let account = one.get("/me", &worker).await.unwrap().body["id"].as_str().unwrap().to_owned();
    let (mut switched, mut revoked, mut signed_out) = (Vec::new(), Vec::new(), Vec::new());
    let incidents = format!("/places/{VILLAGE}/grid/incidents");
    let module = format!("/api/v1/places/{WUHUA}/modules/grid");
    let grants = format!("/places/{WUHUA}/grants");
    for round in 0..ROUNDS {
        // On, a role for what is on, the role taken away, off: each at one process and seen at the other.
        let on = json!({ "state": "on", "reason": "启用" });
        assert_eq!(one.ask("PUT", &module, Some(&admin), None, Some(&on)).await.unwrap().status, 204);
        switched.push(seconds_until(other, &incidents, &worker, 403).await);

        let role = json!({ "account": account, "role": "grid.worker", "place": VILLAGE });
        let given = one.post(&grants, Some(&security), None, &role).await.unwrap();
        assert_eq!(given.status, 201, "{:#}", given.body);
        seconds_until(other, &incidents, &worker, 200).await;
        let grant = format!("/api/v1{grants}/{}", given.body["id"].as_str().unwrap());
        assert_eq!(other.ask("DELETE", &grant, Some(&security), None, None).await.unwrap().status, 204);
        revoked.push(seconds_until(one, &incidents, &worker, 403).await);

        let off = json!({ "state": "off", "reason": "停用", "leave_open_matters": true });
        assert_eq!(other.ask("PUT", &module, Some(&admin), None, Some(&off)).await.unwrap().status, 204);
        switched.push(seconds_until(one, &incidents, &worker, 404).await);

        let guest = installed.person(one, &format!("guest-{round}"), VILLAGE, &[]).await;
        seconds_until(other, "/me", &guest, 200).await;
        assert_eq!(one.ask("DELETE", "/api/v1/sessions", Some(&guest), None, None).await.unwrap().status, 204);
        signed_out.push(seconds_until(other, "/me", &guest, 401).await);
    }
    (switched, revoked, signed_out)
}

#[test]
fn a_process_looks_for_changes_well_within_the_second_it_promises() {
    let settings = jizuo_kernel::settings::load(None, Vec::new(), &[]).unwrap().settings;
    assert!(settings.upkeep.poll_milliseconds <= 500, "{} ms", settings.upkeep.poll_milliseconds);
}

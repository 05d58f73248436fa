//! Twenty people do the same to one matter at the same moment: one succeeds, and the others learn what is true now.

use jizuo_kernel::process::{Process, Step};
use jizuo_kernel::registry::Operation;
use jizuo_server::MODULES;
use jizuo_testing::{TestApp, User};

use super::work::{HERE, Thing, begin, call, mighty, opener, path, shows, step, take, ways};
use super::{sql, together};

const PEOPLE: usize = 20;

/// Steps that no test here can reach, each with the reason. To let it grow is a decision.
const BEYOND: &[(&str, &str)] = &[
    ("grid.incident.solve_small", "`solve` takes it where the county's rule lets small matters end there"),
    (
        "grid.incident.merge",
        "names another incident by a code that no example knows; the module's own tests race for it",
    ),
    ("grid.party.join", PARTY),
    ("grid.party.finish", PARTY),
    ("grid.party.object", PARTY),
    ("grid.party.ask_again", PARTY),
    ("grid.party.replace", PARTY),
    ("grid.party.release", PARTY),
    ("grid.whistle.conclude", "only once every department has answered; the module's own tests race for it"),
    ("grid.whistle.rate", "only after the joint result"),
    ("grid.call.examine", CALLED),
    ("grid.call.arrive", CALLED),
    ("grid.call.decline", CALLED),
    ("grid.call.miss", CALLED),
    ("grid.call.stand_down", CALLED),
    ("grid.care.visit", AGAIN),
    ("grid.care.adjust", AGAIN),
    ("grid.managed.visit", AGAIN),
    ("grid.managed.adjust", AGAIN),
    ("certificates.paper.pass", "taken by itself, unless a county has put a step before it"),
    ("certificates.reform.publish", REFORM),
    ("certificates.reform.withdraw", REFORM),
    ("venue.booking.confirm", "the twin takes the room; the module's own tests race for it"),
    ("venue.booking.hand_back", "only after the confirmation"),
    ("consultation.meeting.exempt", "taken by itself, unless a county has put a step before it"),
    ("mediation.case.agree_orally", PARTIES),
    ("mediation.case.agree_in_writing", AGAIN),
    ("mediation.case.prolong", PARTIES),
    ("mediation.case.take_effect", PARTIES),
    ("mediation.case.perform", "only after an agreement, which names the parties"),
    ("mediation.case.breach", "only after an agreement, which names the parties"),
];
const REFORM: &str =
    "cancels papers that are issued here, and no example lays one down; the module's own tests race for it";
const PARTY: &str = "asked within an incident, and begun by nothing else; the module's own tests race for it";
const CALLED: &str = "called by a whistle, and begun by nothing else; the module's own tests race for it";
const AGAIN: &str = "leads back to where it starts, and then wants If-Match; see the module's tests";
const PARTIES: &str = "names the parties by ids that no example knows; the module's own tests race for it";

#[tokio::test]
async fn of_twenty_people_who_take_one_step_at_the_same_moment_one_succeeds() {
    let test = TestApp::with(MODULES).await;
    let mut crowd = Vec::new();
    // One more, who does what comes before.
    for _ in 0..=PEOPLE {
        crowd.push(mighty(&test, HERE.county).await);
    }
    let mut tried = Vec::new();
    let mut unreached = Vec::new();
    for process in test.app.registry.optional().flat_map(|module| module.processes) {
        let Some(opener) = opener(&test, &crowd[0], process).await else {
            unreached.extend(process.steps.iter().map(|step| (step.action, "nothing opens it".to_owned())));
            continue;
        };
        for (state, way) in ways(process) {
            let reachable = |step: &&Step| BEYOND.iter().all(|(known, _)| step.action != *known);
            for taken in process.steps.iter().filter(|step| step.from.contains(&state)).filter(reachable) {
                match race(&test, &crowd, opener, &way, taken).await {
                    Ok(()) => tried.push(taken.action),
                    Err(why) => unreached.push((taken.action, why)),
                }
            }
        }
    }
    for must in ["accept", "dispatch", "handle", "return", "verify", "redo", "close"] {
        assert!(tried.contains(&format!("grid.incident.{must}").as_str()), "{must}: {unreached:#?}");
    }
    assert!(tried.contains(&"certificates.item.publish"), "{unreached:#?}");
    unreached.retain(|(action, _)| BEYOND.iter().all(|(known, _)| known != action));
    assert!(unreached.is_empty(), "give their documents examples that can be sent, or name them here: {unreached:#?}");
    eprintln!("{PEOPLE} people at once at each of {} steps: {}", tried.len(), tried.join(", "));
}

/// What a matter has left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Traces {
    audit: i64,
    steps: i64,
    events: i64,
    open_tasks: i64,
}

async fn traces(test: &TestApp, id: &str) -> Traces {
    let count = async |what: &str| sql::count(test, &format!("SELECT COUNT(*) FROM {what}")).await;
    let matter = sql::uuid(test, id);
    Traces {
        audit: count(&format!("base_audit WHERE subject = '{id}'")).await,
        steps: count(&format!("base_step WHERE matter = {matter}")).await,
        events: count(&format!("base_event WHERE subject = '{id}'")).await,
        open_tasks: count(&format!("base_task WHERE matter = {matter} AND done_at IS NULL")).await,
    }
}

/// A new matter that has gone this way.
async fn brought(test: &TestApp, crowd: &[User<'_>], opener: &Operation, way: &[&str]) -> Result<Thing, String> {
    let number = sql::count(test, "SELECT COUNT(*) FROM base_audit").await;
    let begun = begin(&test.app, &crowd[0], opener, HERE, usize::try_from(number).unwrap()).await;
    let thing = begun.map_err(|answer| format!("{:#}", answer.body))?;
    for action in way {
        take(&test.app, &[&crowd[0], &crowd[1]], &thing, action).await?;
    }
    Ok(thing)
}

async fn race(
    test: &TestApp,
    crowd: &[User<'_>],
    opener: &Operation,
    way: &[&str],
    taken: &Step,
) -> Result<(), String> {
    // A twin shows who may take the step, and what it leaves when one person takes it alone.
    let twin = brought(test, crowd, opener, way).await?;
    let before = traces(test, &twin.id).await;
    let anybody = take(&test.app, &[&crowd[1]], &twin, taken.action).await.is_ok();
    if !anybody {
        take(&test.app, &[&crowd[0]], &twin, taken.action).await?;
    }
    let alone = traces(test, &twin.id).await;
    assert_eq!((alone.audit, alone.steps), (before.audit + 1, before.steps + 1), "{}", taken.action);

    let matter = brought(test, crowd, opener, way).await?;
    assert_eq!(traces(test, &matter.id).await, before, "{}", taken.action);
    // What only one person may do, that person does from twenty windows.
    let racers: Vec<User<'_>> =
        crowd[1..].iter().map(|person| if anybody { person.at_once() } else { crowd[0].at_once() }).collect();
    let operation = step(&test.app, &matter, taken.action).unwrap();
    let answers =
        together(racers.iter().map(|person| call(&test.app, person, operation, matter.place, Some(&matter.id), 0)))
            .await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status.is_success());
    assert_eq!(won.len(), 1, "{}: so many succeeded", taken.action);
    for answer in lost {
        // `again` where a step leads back to the state it starts from, and the loser came late.
        let late = taken.from.contains(&taken.to) && answer.body["code"] == "base.process.again";
        let refused = answer.refused(409, if late { "base.process.again" } else { "base.process.not_now" });
        assert_eq!(refused.text("/current/state"), taken.to, "{}", taken.action);
        assert!(refused.body["current"]["actions"].is_array());
    }
    assert_eq!(traces(test, &matter.id).await, alone, "{}", taken.action);
    Ok(())
}

#[tokio::test]
async fn of_people_who_close_return_and_dispatch_at_the_same_moment_each_goes_on_from_the_one_before() {
    let test = TestApp::with(MODULES).await;
    let mut crowd = Vec::new();
    for _ in 0..3 {
        crowd.push(mighty(&test, HERE.county).await);
    }
    let (mut raced, mut lost) = (Vec::new(), 0);
    for process in test.app.registry.optional().flat_map(|module| module.processes) {
        let Some(opener) = opener(&test, &crowd[0], process).await else { continue };
        for (state, way) in ways(process)
            .into_iter()
            .filter(|(state, _)| process.steps.iter().filter(|step| step.from.contains(state)).count() > 1)
        {
            let Ok(matter) = brought(&test, &crowd, opener, &way).await else { continue };
            // What is begun within something else is not what was begun here.
            if process.steps.iter().all(|one| step(&test.app, &matter, one.action).is_none()) {
                continue;
            }
            lost += mixed(&test, &crowd, &matter, process).await;
            raced.push(format!("{} {state}", process.id));
        }
    }
    for must in ["accepted", "dispatched", "handled"] {
        assert!(raced.contains(&format!("grid.incident {must}")), "{must}: {raced:?}");
    }
    assert!(lost > raced.len(), "only {lost} came too late");
    eprintln!("every step at once in {} states, {lost} refused: {}", raced.len(), raced.join(", "));
}

/// Every step of the process at once: what was taken is one line without a fork, and everybody else is told why not.
async fn mixed(test: &TestApp, crowd: &[User<'_>], matter: &Thing, process: &Process) -> usize {
    let before = traces(test, &matter.id).await;
    let operations = process.steps.iter().filter_map(|one| step(&test.app, matter, one.action));
    let racers: Vec<_> = operations.enumerate().map(|(n, one)| (one, crowd[n % crowd.len()].at_once())).collect();
    let answers =
        together(racers.iter().map(|(one, person)| call(&test.app, person, one, matter.place, Some(&matter.id), 0)))
            .await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status.is_success());
    assert!(!won.is_empty(), "{}: nobody succeeded", process.id);
    for answer in &lost {
        // Somebody else has it now, or what was asked does not fit it: both are said.
        assert!([409, 422].contains(&answer.status.as_u16()), "{answer:#?}");
    }
    let after = traces(test, &matter.id).await;
    let taken = i64::try_from(won.len()).unwrap();
    assert_eq!((after.audit, after.steps), (before.audit + taken, before.steps + taken), "{}", process.id);
    let show = path(&test.app, shows(test, matter).unwrap(), matter.place, Some(&matter.id));
    let shown = crowd[0].get(&show).await.expect(200);
    let line = shown.body["steps"].as_array().unwrap();
    for pair in line.windows(2) {
        assert_eq!(pair[1]["from"], pair[0]["to"], "{}: {line:#?}", process.id);
    }
    assert_eq!(line.last().unwrap()["to"], shown.body["state"], "{}", process.id);
    let open = i64::from(shown.body["phase"] != "done");
    assert_eq!(after.open_tasks, open, "{}: {:#}", process.id, shown.body);
    lost.len()
}

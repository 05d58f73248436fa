//! Steps that hand a matter over, for `surfaces.rs`: open, and offered, only where somebody takes it.

use std::cell::Cell;

use jizuo_kernel::Module;
use jizuo_testing::{TestApp, User};

use super::surfaces::{next, texts};
use super::work::{HERE, Thing, begin, opener, path, shows, take, ways};

/// A matter that waits for a step which hands it over.
pub(super) struct Waiting {
    thing: Thing,
    action: &'static str,
    needs: &'static [&'static str],
}

/// Brings a matter to every step that hands over.
pub(super) async fn wait(test: &TestApp, people: &[User<'_>; 2], number: &Cell<usize>) -> Vec<Waiting> {
    let mut found = Vec::new();
    for process in test.app.registry.optional().flat_map(|m| m.processes) {
        for handing in process.steps {
            let Some(needs) = handing.needs else { continue };
            let opener = opener(test, &people[0], process).await.unwrap();
            let thing = begin(&test.app, &people[0], opener, HERE, next(number)).await.unwrap();
            for action in &ways(process)[handing.from[0]] {
                take(&test.app, &[&people[0], &people[1]], &thing, action).await.unwrap();
            }
            found.push(Waiting { thing, action: handing.action, needs });
        }
    }
    found
}

/// Where only this module could take what waits, a step is open as it takes new matters; and beside others that could, it is
/// offered as it does.
pub(super) async fn faults(
    test: &TestApp,
    person: &User<'_>,
    module: &Module,
    open: bool,
    waiting: &[Waiting],
) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |is_so: bool, what: String| {
        if is_so != open {
            faults.push(format!("{what}: {is_so}"));
        }
    };
    for waiting in waiting {
        let takes = |module: &Module| module.capabilities.iter().any(|one| waiting.needs.contains(&one.id));
        if !takes(module) {
            continue;
        }
        let listed = format!("/places/{}/takers?step={}", HERE.county, waiting.action);
        let offered = texts(&person.get(&listed).await.expect(200).body, "capability");
        for one in module.capabilities.iter().filter(|one| waiting.needs.contains(&one.id)) {
            check(offered.contains(one.id), format!("{} is offered", one.id));
        }
        let others: Vec<_> = test.app.registry.optional().filter(|m| m.id != module.id && takes(m)).collect();
        for other in &others {
            test.switch(HERE.county, other.id, "off").await;
        }
        let show = shows(test, &waiting.thing).unwrap();
        let path = path(&test.app, show, waiting.thing.place, Some(&waiting.thing.id));
        let shown = person.get(&path).await.expect(200);
        check(texts(&shown.body["actions"], "action").contains(waiting.action), format!("{} is open", waiting.action));
        for other in &others {
            test.switch(HERE.county, other.id, "on").await;
        }
    }
    faults
}

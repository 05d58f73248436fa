//! The people of the demonstration: every role of every module, at places where somebody in life would hold it.

use std::sync::Arc;

use jizuo_kernel::identity::grants::{AUDIT_ADMIN, SECURITY_ADMIN, SYSTEM_ADMIN, is_administrator};
use jizuo_kernel::identity::password;
use jizuo_kernel::places::{Kind, Place};
use jizuo_kernel::{App, Ctx, Error, Lang, Module};
use serde_json::json;

use super::caller::Caller;
use super::names::NAMES;
use super::{COUNTIES, County, SignIn};
use crate::failure::{Failure, Outcome};
use crate::installation::{self, FIRST};

/// Somebody who can sign in.
pub(super) struct Person {
    pub(super) login: String,
    pub(super) account: String,
    pub(super) token: String,
    role: String,
    name: String,
    password: String,
    place: Arc<Place>,
}

/// The real places of one county that the story happens at.
pub(super) struct Ground {
    pub(super) county: Arc<Place>,
    pub(super) townships: Vec<Arc<Place>>,
    /// Two of the first township, then one of the second.
    pub(super) villages: Vec<Arc<Place>>,
    /// The first that has a villagers' committee, by the number of its code.
    pub(super) countryside: Option<Arc<Place>>,
}

impl Ground {
    /// Villages that have brought in their lists: two of a town, and one of the country where there is one.
    pub(super) fn with_lists(&self) -> Vec<Arc<Place>> {
        let third = self.countryside.as_ref().or(self.villages.get(2));
        self.villages.iter().take(2).chain(third).cloned().collect()
    }
}

/// Where a role is held.
#[derive(Clone, Copy)]
enum Seat {
    County,
    Township(usize),
    Village(usize),
    Countryside,
}

fn seats(role: &str) -> &'static [Seat] {
    match role {
        "grid.worker" => &[Seat::Village(0), Seat::Village(1), Seat::Village(2)],
        "grid.leader" => &[Seat::Village(0)],
        "grid.handler" => &[Seat::County, Seat::Township(0)],
        "grid.commander" | "grid.police" => &[Seat::Township(0)],
        "certificates.clerk" => &[Seat::Village(0), Seat::Township(0)],
        "certificates.head" => &[Seat::Village(0)],
        "consultation.clerk" | "consultation.secretary" => &[Seat::Village(0), Seat::Countryside],
        "consultation.township" => &[Seat::Township(0)],
        "mediation.mediator" => &[Seat::Village(0)],
        "mediation.head" | "mediation.justice_office" => &[Seat::Township(0)],
        "venue.agent" | "venue.clerk" => &[Seat::Village(0)],
        _ => &[Seat::County],
    }
}

/// Roles of the base that are held at the top.
const AT_THE_TOP: [&str; 3] = ["base.viewer", "base.archivist", "base.integrator"];
/// Roles of the base that are held at every county.
const AT_A_COUNTY: [&str; 5] =
    ["base.viewer", "base.case_clerk", "base.data_officer", "base.data_protection", "base.list_exporter"];
/// Held in the villages of the first county, whose base data the story has.
const VILLAGE_CLERK: &str = "base.village_clerk";

pub(super) struct Stage {
    app: App,
    pub(super) caller: Caller,
    pub(super) people: Vec<Person>,
    names: std::slice::Iter<'static, (&'static str, &'static str)>,
}

impl Stage {
    pub(super) fn new(app: App, caller: Caller) -> Stage {
        Stage { app, caller, people: Vec::new(), names: NAMES.iter() }
    }

    /// Everybody comes in: the province first, then each county by its own administrators.
    pub(super) async fn fill(&mut self) -> Outcome {
        let snapshot = self.app.snapshot();
        let top = snapshot.places.roots().first().and_then(|id| snapshot.places.get(*id)).cloned();
        let top = top.ok_or(Error::NotFound("place"))?;
        let ctx = Ctx::system(&self.app, "first-administrators", "base", Some(top.clone()));
        for opened in installation::open_first_administrators(&ctx).await? {
            let name = FIRST.iter().find(|(role, ..)| *role == opened.role).map_or("", |(_, _, name)| name);
            self.enter(&opened.login, name, &opened.role, &top, opened.password, None).await?;
        }
        for role in AT_THE_TOP {
            self.open_at(&top, role, &top).await?;
        }
        for county in &COUNTIES {
            self.settle(county, &top).await?;
        }
        Ok(())
    }

    async fn settle(&mut self, county: &County, top: &Arc<Place>) -> Outcome {
        let ground = self.ground(county.code)?;
        for role in [SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN] {
            self.open_at(top, role, &ground.county).await?;
        }
        let modules: Vec<&'static Module> =
            self.app.registry.optional().filter(|module| county.modules.contains(&module.id)).collect();
        let switcher = self.holding(SYSTEM_ADMIN, &ground.county)?.token.clone();
        for module in &modules {
            let body = json!({ "state": "on", "reason": county.reason });
            let path = format!("/places/{}/modules/{}", ground.county.code, module.id);
            self.caller.put(Some(&switcher), &path, body).await?;
        }
        for role in AT_A_COUNTY {
            self.open_at(&ground.county, role, &ground.county).await?;
        }
        if county.code == COUNTIES[0].code {
            for village in ground.with_lists() {
                self.open_at(&ground.county, VILLAGE_CLERK, &village).await?;
            }
        }
        for role in modules.iter().flat_map(|module| module.roles).filter(|role| !is_administrator(role.id)) {
            for seat in seats(role.id) {
                let place = match seat {
                    Seat::County => Some(&ground.county),
                    Seat::Township(at) => ground.townships.get(*at),
                    Seat::Village(at) => ground.villages.get(*at),
                    // A county without villages has nobody there, and not one more at the county.
                    Seat::Countryside => match &ground.countryside {
                        None => continue,
                        village => village.as_ref(),
                    },
                };
                let place = place.unwrap_or(&ground.county).clone();
                self.open_at(&ground.county, role.id, &place).await?;
            }
        }
        Ok(())
    }

    /// The security administrator of `by` opens an account at `place` and gives it the role there.
    async fn open_at(&mut self, by: &Arc<Place>, role: &str, place: &Arc<Place>) -> Outcome {
        let (name, login) = *self
            .names
            .next()
            .ok_or_else(|| Failure::failed("the demonstration has more roles than names", "add names to people.rs"))?;
        let opener = self.holding(SECURITY_ADMIN, by)?.token.clone();
        let body = json!({ "login": login, "name": name, "home": place.code });
        let opened = self.caller.post(Some(&opener), &format!("/places/{}/accounts", by.code), body).await?;
        let once = text(&opened, "one_time_password");
        let account = text(&opened, "id");
        let body = json!({ "account": account, "role": role, "place": place.code });
        self.caller.post(Some(&opener), &format!("/places/{}/grants", by.code), body).await?;
        self.enter(login, name, role, place, once, Some(account)).await
    }

    /// Signs in with the one-time password and changes it, as everybody has to.
    async fn enter(
        &mut self,
        login: &str,
        name: &str,
        role: &str,
        place: &Arc<Place>,
        once: String,
        account: Option<String>,
    ) -> Outcome {
        let session = self.caller.post(None, "/sessions", json!({ "login": login, "password": once })).await?;
        let token = text(&session, "token");
        let password = password::generate();
        let body = json!({ "old": once, "new": password });
        self.caller.put(Some(&token), "/me/password", body).await?;
        self.people.push(Person {
            login: login.to_owned(),
            account: account.unwrap_or_default(),
            token,
            role: role.to_owned(),
            name: name.to_owned(),
            password,
            place: place.clone(),
        });
        Ok(())
    }

    /// Who holds a role exactly here.
    pub(super) fn holding(&self, role: &str, place: &Place) -> Outcome<&Person> {
        let found = self.people.iter().find(|person| person.role == role && person.place.id == place.id);
        found.ok_or_else(|| {
            Failure::failed(
                format!("the demonstration has no {role} at {}", place.name),
                "report this as a fault of the demo",
            )
        })
    }

    pub(super) fn token(&self, login: &str) -> Option<&str> {
        self.people.iter().find(|person| person.login == login).map(|person| person.token.as_str())
    }

    /// Whether this build has the module.
    pub(super) fn has(&self, module: &str) -> bool {
        self.app.registry.module(module).is_some()
    }

    /// The counties of the story that have the module.
    pub(super) fn counties_with(&self, module: &str) -> impl Iterator<Item = &'static County> {
        let has = self.has(module);
        let module = module.to_owned();
        COUNTIES.iter().filter(move |county| has && county.modules.contains(&module.as_str()))
    }

    pub(super) fn top(&self) -> Option<Arc<Place>> {
        let snapshot = self.app.snapshot();
        snapshot.places.roots().first().and_then(|id| snapshot.places.get(*id)).cloned()
    }

    /// Townships and villages of a county, as the code table has them.
    pub(super) fn ground(&self, code: &str) -> Outcome<Ground> {
        let snapshot = self.app.snapshot();
        let tree = &snapshot.places;
        let county = tree.resolve(code).map(|found| found.place).ok_or(Error::NotFound("place"))?;
        let villages = |township: &Place| -> Vec<Arc<Place>> {
            tree.children(township.id).filter(|place| place.kind == Kind::Village).cloned().collect()
        };
        let townships: Vec<Arc<Place>> =
            tree.children(county.id).filter(|place| villages(place).len() >= 2).take(2).cloned().collect();
        let chosen = townships.iter().enumerate().flat_map(|(at, township)| {
            let count = if at == 0 { 2 } else { 1 };
            villages(township).into_iter().take(count)
        });
        let countryside = tree
            .children(county.id)
            .flat_map(|township| villages(township))
            .find(|village| village.code.get(9..).is_some_and(|number| ("200".."400").contains(&number)));
        Ok(Ground { county, villages: chosen.collect(), townships: townships.clone(), countryside })
    }

    pub(super) fn sign_ins(&self) -> Vec<SignIn> {
        let snapshot = self.app.snapshot();
        let title = |role: &str| {
            let templates = self.app.registry.modules().iter().flat_map(|module| module.roles);
            templates.into_iter().find(|t| t.id == role).map_or(String::new(), |t| t.title.read(Lang::Zh).to_owned())
        };
        self.people
            .iter()
            .map(|person| {
                // From the county down: who is meant is clear, and the line stays short.
                let mut names: Vec<String> = snapshot
                    .places
                    .lineage(person.place.id)
                    .iter()
                    .filter(|place| place.kind >= Kind::County || place.id == person.place.id)
                    .map(|place| place.name.clone())
                    .collect();
                names.reverse();
                SignIn {
                    place: names.join(" "),
                    role: format!("{} {}", title(&person.role), person.role),
                    name: person.name.clone(),
                    login: person.login.clone(),
                    password: person.password.clone(),
                }
            })
            .collect()
    }
}

fn text(value: &serde_json::Value, field: &str) -> String {
    value.get(field).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

//! What somebody is about to do to base data: what is asked for it, what it will do, and the page that says so.

use askama::Template;
use axum::http::{Method, StatusCode};
use jizuo_kernel::problem::Problem;
use serde_json::{Map, Value, json};

use super::ask::{Ask, Kind};
use super::said;
use super::wire::Candidate;
use crate::answer::{Answered, done, page, page_with};
use crate::client::{Answer, Write};
use crate::frame::Frame;
use crate::pick;
use crate::sent::Sent;
use crate::trouble::Trouble;
use crate::visit::Visit;

/// An action with its form.
pub(crate) struct Plan {
    pub(crate) title: String,
    /// What it will do, and what it will not.
    pub(crate) lead: String,
    /// What to think of before.
    pub(crate) caution: Option<String>,
    pub(crate) asks: Vec<Ask>,
    /// Says what happens.
    pub(crate) button: String,
    pub(crate) grave: bool,
    /// Of the API, below `/api/v1`.
    pub(crate) path: String,
    /// What the body says besides the answers.
    pub(crate) also: Value,
    /// What the form carries on without asking.
    pub(crate) keep: Vec<(String, String)>,
    /// Where one came from.
    pub(crate) back: String,
    /// What is said when it is done.
    pub(crate) done: String,
    /// Where the form goes, where it is not the page itself.
    pub(crate) action: Option<String>,
}

#[derive(Template)]
#[template(path = "people/plan.html")]
struct PlanPage<'a> {
    f: Frame,
    plan: &'a Plan,
    problem: Option<&'a Problem>,
    /// What is wrong, with the question it is about; none where it is of no question.
    other: Vec<(String, String)>,
    /// Those who may be the one who is to be registered.
    candidates: Vec<Candidate>,
    /// The number says that it is the one.
    certain: bool,
    once: String,
}

impl<'a> PlanPage<'a> {
    fn of(f: Frame, plan: &'a Plan, once: String) -> PlanPage<'a> {
        PlanPage { f, plan, problem: None, other: Vec::new(), candidates: Vec::new(), certain: false, once }
    }

    fn alike(&self, candidate: &Candidate) -> String {
        said::alike(&candidate.why, self.f.lang)
    }

    fn standing(&self, code: &str) -> String {
        said::standing(code, self.f.lang).1
    }
}

impl Plan {
    pub(crate) fn new(visit: &Visit, title: (&str, &str), button: (&str, &str), path: String, back: String) -> Plan {
        let say = |(zh, en): (&str, &str)| said::pick(visit.lang, zh, en).to_owned();
        Plan {
            title: say(title),
            lead: String::new(),
            caution: None,
            asks: Vec::new(),
            button: say(button),
            grave: false,
            path,
            also: json!({}),
            keep: Vec::new(),
            back,
            done: String::new(),
            action: None,
        }
    }

    /// The empty form.
    pub(crate) async fn show(mut self, visit: &Visit, place: &str, given: &Sent) -> Answered {
        self.take(given);
        for ask in &mut self.asks {
            name_chosen(visit, place, ask).await?;
        }
        let f = Frame::at(visit, place, self.title.clone()).await?;
        page(&PlanPage::of(f, &self, once()))
    }

    /// Sends it: on to the page it came from, or the form again with what is wrong.
    pub(crate) async fn send(self, visit: &Visit, place: &str, sent: &Sent) -> Answered {
        let (back, said) = (self.back.clone(), self.done.clone());
        match self.carry_out(visit, place, sent).await? {
            Ok(_) => Ok(done(&back, &said)),
            Err(page) => Ok(page),
        }
    }

    /// The API's answer, or the page that says what is missing.
    pub(crate) async fn carry_out(
        mut self,
        visit: &Visit,
        place: &str,
        sent: &Sent,
    ) -> Result<Result<Answer, axum::response::Response>, Trouble> {
        self.take(sent);
        let looking = look(visit, place, &mut self.asks, sent).await?;
        let once = sent.given("once").map_or_else(once, str::to_owned);
        if looking {
            let f = Frame::at(visit, place, self.title.clone()).await?;
            return Ok(Err(page(&PlanPage::of(f, &self, once))?));
        }
        let body = self.body();
        let write = Write { json: Some(&body), if_match: sent.given("version"), key: Some(&once) };
        match visit.api.call(Method::POST, &self.path, write).await {
            Ok(answer) => Ok(Ok(answer)),
            Err(problem) => Ok(Err(self.again(visit, place, &problem).await?)),
        }
    }

    /// The form once more, with what is wrong and all that was typed.
    async fn again(&mut self, visit: &Visit, place: &str, problem: &Problem) -> Answered {
        if problem.status == 401 || problem.status >= 500 || problem.status == 404 {
            return Err(Trouble(Box::new(problem.clone())));
        }
        let mut told = Vec::new();
        for ask in &mut self.asks {
            ask.blame(&problem.errors, &mut told);
            name_chosen(visit, place, ask).await?;
        }
        let mut other: Vec<(String, String)> = self.asks.iter().flat_map(Ask::told).collect();
        let rest = problem.errors.iter().enumerate().filter(|(n, _)| !told.contains(n));
        other.extend(rest.map(|(_, fault)| (String::new(), fault.message.clone())));
        let f = Frame::at(visit, place, self.title.clone()).await?;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        let candidates = match &problem.current {
            Some(current) if problem.code == CANDIDATES || problem.code == REGISTERED => candidates(current),
            _ => Vec::new(),
        };
        let certain = problem.code == REGISTERED;
        // Nothing was done under the old key.
        let once = once();
        page_with(status, &PlanPage { f, plan: self, problem: Some(problem), other, candidates, certain, once })
    }

    fn take(&mut self, sent: &Sent) {
        self.asks.iter_mut().for_each(|ask| ask.take(sent));
    }

    fn body(&self) -> Value {
        let mut body = self.also.as_object().cloned().unwrap_or_else(Map::new);
        self.asks.iter().for_each(|ask| ask.put(&mut body));
        Value::Object(body)
    }
}

/// Codes of the API's refusals that name who is registered already.
const CANDIDATES: &str = "base.person.candidates";
const REGISTERED: &str = "base.person.registered";

/// One, or several.
fn candidates(current: &Value) -> Vec<Candidate> {
    let one = |value: &Value| serde_json::from_value(value.clone()).ok();
    match current {
        Value::Array(several) => several.iter().filter_map(one).collect(),
        value => one(value).into_iter().collect(),
    }
}

/// A key under which a write is done once.
pub(crate) fn once() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// Whether somebody is still being looked for: then the form comes again with who was found.
pub(crate) async fn look(visit: &Visit, place: &str, asks: &mut [Ask], sent: &Sent) -> Result<bool, Trouble> {
    let pressed = sent.given("_find");
    let mut looking = false;
    for ask in asks.iter_mut() {
        let Kind::Pick(pick) = &mut ask.kind else { continue };
        let wanted = pressed == Some(ask.name.as_str()) || pressed.is_none() && ask.value.is_empty();
        if wanted && !pick.query.is_empty() {
            pick.found = pick::find(visit, place, pick.of, &pick.query).await?;
            pick.searched = true;
            if let [only] = pick.found.as_mut_slice() {
                only.chosen = true;
            }
            looking = true;
        } else if pressed.is_some() || looking {
            name_chosen(visit, place, ask).await?;
        }
    }
    if pressed.is_some() && !looking {
        return Ok(true);
    }
    if looking {
        for ask in asks.iter_mut() {
            if matches!(&ask.kind, Kind::Pick(pick) if !pick.searched && pick.found.is_empty()) {
                name_chosen(visit, place, ask).await?;
            }
        }
    }
    Ok(looking)
}

/// Whoever is chosen stays chosen, with their name. Whoever is not there cannot be chosen.
pub(crate) async fn name_chosen(visit: &Visit, place: &str, ask: &mut Ask) -> Result<(), Trouble> {
    let Kind::Pick(pick) = &mut ask.kind else { return Ok(()) };
    if ask.value.is_empty() || !pick.found.is_empty() {
        return Ok(());
    }
    match pick::chosen(visit, place, pick.of, &ask.value).await? {
        Some(choice) => pick.found.push(choice),
        None => ask.value.clear(),
    }
    Ok(())
}

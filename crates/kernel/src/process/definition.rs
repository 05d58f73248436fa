//! What a process is: states, and the steps between them. Written by a module as constants, kept as data.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::Text;
use crate::places::Kind as Level;

/// The baseline of a process, as a module writes it.
pub struct Process {
    /// `grid.incident`
    pub id: &'static str,
    pub title: Text,
    pub start: &'static str,
    pub states: &'static [State],
    /// In the order a person would expect them; the first from a state is what that state waits for.
    pub steps: &'static [Step],
}

pub struct State {
    pub id: &'static str,
    pub title: Text,
    pub phase: Phase,
}

/// Where a matter stands, however a county adapted the process: so that counties still compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Waiting,
    Working,
    Done,
}

impl Phase {
    pub const ALL: [Phase; 3] = [Phase::Waiting, Phase::Working, Phase::Done];

    pub fn title(self) -> Text {
        match self {
            Phase::Waiting => Text::new("待处理", "Waiting"),
            Phase::Working => Text::new("办理中", "At work"),
            Phase::Done => Text::new("已办结", "Done"),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Waiting => "waiting",
            Phase::Working => "working",
            Phase::Done => "done",
        }
    }
}

pub struct Step {
    /// Permission, audit action and step: one id.
    pub action: &'static str,
    pub title: Text,
    pub from: &'static [&'static str],
    pub to: &'static str,
    /// The rule that says how long a matter may wait for this step.
    pub deadline: Option<&'static str>,
    /// The step is open only where a module of the county takes over one of these: `dispute.intake`.
    pub needs: Option<&'static [&'static str]>,
    pub skip: Skip,
    /// The step must say why.
    pub reason: bool,
}

/// Who may leave a step out.
#[derive(Clone, Debug)]
pub enum Skip {
    /// Nobody; the article, or the platform's own reason.
    Never(Text),
    /// This level, and those above it.
    From(Level),
}

/// A process as it is in force somewhere: baseline and overlays in one, kept with every matter that began under it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ProcessDefinition)]
pub struct Definition {
    pub process: String,
    pub start: String,
    pub states: Vec<StateDef>,
    pub steps: Vec<StepDef>,
    /// Baseline steps that were left out.
    pub skipped: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ProcessState)]
pub struct StateDef {
    pub id: String,
    pub title: Text,
    pub phase: Phase,
    /// Added by an overlay.
    #[serde(default)]
    pub local: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ProcessStep)]
pub struct StepDef {
    pub action: String,
    pub title: Text,
    pub from: Vec<String>,
    pub to: String,
    /// Who takes it must hold this.
    pub permission: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
    /// The role that takes it here, where a county chose one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// It is open only where a module takes over one of these: `dispute.intake`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_several")]
    pub needs: Vec<String>,
    /// The step must say why.
    pub reason: bool,
    /// Added by an overlay.
    #[serde(default)]
    pub local: bool,
}

/// Definitions that were kept while a step had one capability say it as a text.
fn one_or_several<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Kept {
        One(String),
        Several(Vec<String>),
    }
    Ok(match Kept::deserialize(from)? {
        Kept::One(need) => vec![need],
        Kept::Several(needs) => needs,
    })
}

impl Process {
    pub fn definition(&self) -> Definition {
        Definition {
            process: self.id.to_owned(),
            start: self.start.to_owned(),
            states: self
                .states
                .iter()
                .map(|s| StateDef { id: s.id.to_owned(), title: s.title.clone(), phase: s.phase, local: false })
                .collect(),
            steps: self
                .steps
                .iter()
                .map(|s| StepDef {
                    action: s.action.to_owned(),
                    title: s.title.clone(),
                    from: s.from.iter().map(|f| (*f).to_owned()).collect(),
                    to: s.to.to_owned(),
                    permission: s.action.to_owned(),
                    deadline: s.deadline.map(str::to_owned),
                    role: None,
                    needs: s.needs.unwrap_or_default().iter().map(|need| (*need).to_owned()).collect(),
                    reason: s.reason,
                    local: false,
                })
                .collect(),
            skipped: Vec::new(),
        }
    }

    pub fn step(&self, action: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.action == action)
    }

    /// What a module's author got wrong.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = self.definition().faults();
        for step in self.steps {
            if matches!(step.skip, Skip::From(_)) && step.from.len() != 1 {
                faults.push(format!("{} may be skipped, so it must start from exactly one state", step.action));
            }
        }
        faults
    }
}

impl StepDef {
    fn starts_in(&self, state: &str) -> bool {
        self.from.iter().any(|from| from == state)
    }
}

impl Definition {
    pub fn state(&self, id: &str) -> Option<&StateDef> {
        self.states.iter().find(|state| state.id == id)
    }

    /// The step, if it can be taken from this state.
    pub fn step_from(&self, state: &str, action: &str) -> Option<&StepDef> {
        self.steps.iter().find(|step| step.action == action && step.starts_in(state))
    }

    pub fn steps_from<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a StepDef> {
        self.steps.iter().filter(move |step| step.starts_in(state))
    }

    /// What a matter in this state waits for.
    pub fn awaited(&self, state: &str) -> Option<&StepDef> {
        self.steps.iter().find(|step| step.starts_in(state))
    }

    /// Every state reachable, every state able to end, nothing dangling.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let known: BTreeSet<&str> = self.states.iter().map(|s| s.id.as_str()).collect();
        if known.len() != self.states.len() {
            faults.push("two states have one id".to_owned());
        }
        let actions: BTreeSet<&str> = self.steps.iter().map(|s| s.action.as_str()).collect();
        if actions.len() != self.steps.len() {
            faults.push("two steps have one action".to_owned());
        }
        for state in self.steps.iter().flat_map(|s| s.from.iter().chain([&s.to])).chain([&self.start]) {
            if !known.contains(state.as_str()) {
                faults.push(format!("the state {state} does not exist"));
            }
        }
        let reached = self.closure([self.start.as_str()].into(), |step, set| {
            step.from.iter().any(|from| set.contains(from.as_str())).then_some(step.to.as_str()).into_iter().collect()
        });
        let ends: BTreeSet<&str> =
            self.states.iter().filter(|s| s.phase == Phase::Done).map(|s| s.id.as_str()).collect();
        let can_end = self.closure(ends, |step, set| {
            if set.contains(step.to.as_str()) { step.from.iter().map(String::as_str).collect() } else { Vec::new() }
        });
        for state in &self.states {
            if !reached.contains(state.id.as_str()) {
                faults.push(format!("the state {} is never reached", state.id));
            }
            if !can_end.contains(state.id.as_str()) {
                faults.push(format!("a matter in the state {} can never end", state.id));
            }
            if state.phase == Phase::Done && state.id == self.start {
                faults.push(format!("a matter begins at its end, {}", state.id));
            }
            // What leads on from an end (a call-back, a reopening) may be done; nothing waits for it.
            if state.phase == Phase::Done && self.steps_from(&state.id).any(|step| step.deadline.is_some()) {
                faults.push(format!("the state {} is done and yet has a deadline", state.id));
            }
        }
        faults
    }

    fn closure<'a>(
        &'a self,
        mut set: BTreeSet<&'a str>,
        more: impl Fn(&'a StepDef, &BTreeSet<&'a str>) -> Vec<&'a str>,
    ) -> BTreeSet<&'a str> {
        loop {
            let before = set.len();
            for step in &self.steps {
                let found = more(step, &set);
                set.extend(found);
            }
            if set.len() == before {
                return set;
            }
        }
    }
}

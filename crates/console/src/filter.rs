//! The filters of a list, made from the parameters in its document: a plain form whose answers land in the address.

use jizuo_kernel::Lang;
use jizuo_kernel::problem::Problem;
use jizuo_kernel::process::Phase;

use crate::document::Parameter;
use crate::module_page::{Asked, Spot};
use crate::visit::Visit;
use crate::words;

pub(crate) struct Filter {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) hint: Option<String>,
    /// `text`, `date`, `number`, `search`, `box`, `select`
    pub(crate) kind: &'static str,
    pub(crate) value: String,
    /// Value, words, chosen.
    pub(crate) options: Vec<(String, String, bool)>,
    pub(crate) required: bool,
    pub(crate) fault: Option<String>,
}

impl Filter {
    /// The filter in words, where it is set.
    pub(crate) fn said(&self) -> Option<String> {
        if self.value.is_empty() {
            return None;
        }
        match self.kind {
            "box" => (self.value == "true").then(|| self.label.clone()),
            "select" => self.options.iter().find(|(_, _, chosen)| *chosen).map(|(_, words, _)| words.clone()),
            _ => Some(format!("{} {}", self.label, self.value)),
        }
    }
}

pub(crate) fn filters(visit: &Visit, spot: &Spot<'_>, asked: &Asked, problem: Option<&Problem>) -> Vec<Filter> {
    let make = |parameter: &Parameter| {
        let schema = spot.document.plain(&parameter.schema);
        let value =
            asked.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| value.clone()).unwrap_or_default();
        let options = options(visit, spot, parameter, schema.listed());
        let kind = match () {
            () if schema.is("boolean") => "box",
            () if !options.is_empty() => "select",
            () if schema.has_format("date") => "date",
            () if schema.is("integer") => "number",
            () if parameter.name == "q" => "search",
            () => "text",
        };
        Filter {
            name: parameter.name.clone(),
            label: match (parameter.words.is_none(), parameter.name.as_str()) {
                (true, "phase") => visit.t("阶段", "Phase").to_owned(),
                (true, "state") => visit.t("状态", "State").to_owned(),
                (true, "overdue") => visit.t("只看超期", "Overdue only").to_owned(),
                (true, "q") => visit.t("查找", "Search for").to_owned(),
                _ => words::filter(parameter, visit.lang),
            },
            hint: words::filter_hint(parameter, visit.lang),
            kind,
            options: options.into_iter().map(|(code, words)| (code.clone(), words, code == value)).collect(),
            required: parameter.required,
            fault: problem.and_then(|problem| {
                problem.errors.iter().find(|error| error.field == parameter.name).map(|error| error.message.clone())
            }),
            value,
        }
    };
    // Nobody types an id: one that stands in the address already stays, as a link set it.
    let typed = |one: &&Parameter| {
        let id = spot.document.plain(&one.schema).has_format("uuid");
        !id || asked.iter().any(|(name, _)| *name == one.name)
    };
    spot.operation.filters().filter(typed).map(make).collect()
}

/// What may be chosen, with words: from the document; the platform's phases; the states of the list's own process.
fn options(visit: &Visit, spot: &Spot<'_>, parameter: &Parameter, listed: Vec<String>) -> Vec<(String, String)> {
    let lang = visit.lang;
    let own = if parameter.name == "state" { states(visit, spot) } else { Vec::new() };
    if !own.is_empty() {
        return own;
    }
    let listed = if listed.is_empty() { parameter.enum_words.keys().cloned().collect() } else { listed };
    if !listed.is_empty() {
        return listed.into_iter().map(|code| (code.clone(), words::filter_value(parameter, &code, lang))).collect();
    }
    match parameter.name.as_str() {
        "phase" => {
            Phase::ALL.into_iter().map(|one| (one.as_str().to_owned(), one.title().read(lang).to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

/// `grid_incident_list` lists matters of the process `grid.incident`.
fn states(visit: &Visit, spot: &Spot<'_>) -> Vec<(String, String)> {
    let own = spot.operation.id.strip_prefix(spot.module).and_then(|rest| rest.strip_prefix('_'));
    let Some(noun) = own.and_then(|rest| rest.strip_suffix("_list")) else { return Vec::new() };
    let Some(process) = visit.console.app.registry.process(&format!("{}.{noun}", spot.module)) else {
        return Vec::new();
    };
    let title = |state: &jizuo_kernel::process::State| match visit.lang {
        Lang::Zh => state.title.zh.to_string(),
        Lang::En => state.title.en.to_string(),
    };
    process.states.iter().map(|state| (state.id.to_owned(), title(state))).collect()
}

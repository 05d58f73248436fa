//! Looking for somebody, a household or a place from within a form: who is found is chosen by a button, and stays chosen.

use axum::http::Method;
use jizuo_kernel::Lang;
use jizuo_kernel::page::Page;
use jizuo_kernel::places::api::Place;
use jizuo_kernel::problem::{Problem, ProblemField};
use jizuo_kernel::say;
use serde_json::json;

use crate::client::{Write, quoted};
use crate::frame::short;
use crate::people::wire::{Found, Household, Person, PersonLine};
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) words: String,
    pub(crate) about: Option<String>,
    pub(crate) chosen: bool,
}

/// What can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Person,
    Household,
    /// The place of the page, or one below it.
    Below,
    /// A village of the county.
    Village,
    /// Any place of the province.
    Anywhere,
}

#[derive(Clone, Debug)]
pub(crate) struct Pick {
    pub(crate) of: Of,
    pub(crate) query: String,
    pub(crate) found: Vec<Choice>,
    pub(crate) searched: bool,
}

impl Pick {
    pub(crate) fn of(of: Of) -> Pick {
        Pick { of, query: String::new(), found: Vec::new(), searched: false }
    }

    /// What may be typed.
    pub(crate) fn placeholder(&self, lang: Lang) -> &'static str {
        match (self.of, lang) {
            (Of::Person, Lang::Zh) => "姓名、拼音首字母、身份证号或电话",
            (Of::Person, Lang::En) => "Name, initials, identity number or phone",
            (Of::Household, Lang::Zh) => "户号或户主姓名",
            (Of::Household, Lang::En) => "Number or name of the head",
            (_, Lang::Zh) => "地名、拼音首字母或区划代码",
            (_, Lang::En) => "Name, initials or code of the place",
        }
    }
}

/// How many of those found are shown.
const FOUND: usize = 8;

pub(crate) async fn find(visit: &Visit, place: &str, of: Of, query: &str) -> Result<Vec<Choice>, Trouble> {
    let at = format!("/places/{}", quoted(place));
    let choice = |value: String, words: String, about: String| Choice {
        value,
        words,
        about: Some(about).filter(|about| !about.is_empty()),
        chosen: false,
    };
    Ok(match of {
        Of::Person => {
            let lines = persons(visit, &at, query).await?;
            lines
                .into_iter()
                .take(FOUND)
                .map(|line| choice(line.id.to_string(), line.name.clone(), about(visit, &line)))
                .collect()
        }
        Of::Household => {
            let path = format!("{at}/households?limit={FOUND}&q={}", quoted(query));
            let page: Page<Household> = visit.api.read(&path).await?;
            let words = |h: &Household| match &h.number {
                Some(number) => format!("{number} · {}", h.head_name),
                None => h.head_name.clone(),
            };
            page.items.iter().map(|h| choice(h.id.to_string(), words(h), h.place_name.clone())).collect()
        }
        Of::Below | Of::Village | Of::Anywhere => {
            let from = match of {
                Of::Village => place.get(..6).unwrap_or(place),
                Of::Anywhere => place.get(..2).unwrap_or(place),
                _ => place,
            };
            let path = format!("/places/{}/search?q={}", quoted(from), quoted(query));
            let places: Vec<Place> = visit.api.read(&path).await?;
            places.into_iter().take(FOUND).map(|place| choice(place.code, place.name, place.path)).collect()
        }
    })
}

/// By number where digits were typed, else by name.
pub(crate) async fn persons(visit: &Visit, at: &str, query: &str) -> Result<Vec<PersonLine>, Trouble> {
    let digits = query.chars().filter(char::is_ascii_digit).count();
    if digits < 6 {
        let path = format!("{at}/persons?limit={FOUND}&q={}", quoted(query));
        return Ok(visit.api.read::<Page<PersonLine>>(&path).await?.items);
    }
    let key = if digits >= 15 { "identity_number" } else { "phone" };
    let body = json!({ key: query });
    let write = Write { json: Some(&body), ..Write::default() };
    match visit.api.call(Method::POST, &format!("{at}/persons/find"), write).await {
        Ok(answer) => Ok(answer.decode::<Found>()?.items),
        // What is no number finds nobody.
        Err(problem) if problem.status == 422 => Ok(Vec::new()),
        Err(problem) => Err(problem.into()),
    }
}

/// What tells two of one name apart.
pub(crate) fn about(visit: &Visit, line: &PersonLine) -> String {
    let mut parts = Vec::new();
    if let Some(year) = line.birth_year {
        parts.push(if visit.lang == jizuo_kernel::Lang::Zh {
            format!("{year} 年生")
        } else {
            format!("born {year}")
        });
    }
    parts.extend(line.identity_number.clone());
    parts.push(line.place_name.clone());
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// The code of a place here or below that was typed in a field by code or by name. Where no one place fits, what is wrong.
pub(crate) async fn code(
    visit: &Visit,
    place: &str,
    field: &str,
    typed: &str,
) -> Result<Result<String, Problem>, Trouble> {
    let plain: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '.').collect();
    if plain.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(Ok(plain));
    }
    let found = find(visit, place, Of::Below, typed.trim()).await?;
    let exact: Vec<&Choice> = found.iter().filter(|place| place.words == typed.trim()).collect();
    let candidates = if exact.is_empty() { found.iter().collect() } else { exact };
    let why = match candidates.as_slice() {
        [one] => return Ok(Ok(one.value.clone())),
        [] => say!(
            "这里没有叫“{typed}”的地方，请核对名称，或填写编码",
            "No place here is called '{typed}'; check the name, or give its code"
        ),
        several => {
            let names = several.iter().map(|place| format!("{} {}", place.words, short(&place.value)));
            let names = names.collect::<Vec<_>>().join("；");
            say!("有多个地方符合，请填写编码：{names}", "Several places fit; give the code: {names}")
        }
    };
    let code = "console.place.unclear";
    let Trouble(mut problem) =
        Trouble::own(visit, 422, code, ("填写有误", "Not filled in rightly"), (&why.zh, &why.en));
    let message = problem.detail.clone();
    problem.errors.push(ProblemField { field: field.to_owned(), code: code.to_owned(), message, source: None });
    Ok(Err(*problem))
}

/// What was chosen, with its name; none where there is nothing of that kind (any more).
pub(crate) async fn chosen(visit: &Visit, place: &str, of: Of, value: &str) -> Result<Option<Choice>, Trouble> {
    let at = format!("/places/{}", quoted(place));
    let value_in_path = quoted(value);
    let words = match of {
        Of::Person => visit
            .api
            .read::<Person>(&format!("{at}/persons/{value_in_path}"))
            .await
            .map(|person| (person.line.name.clone(), about(visit, &person.line))),
        Of::Household => visit
            .api
            .read::<Household>(&format!("{at}/households/{value_in_path}"))
            .await
            .map(|household| (household.head_name, household.number.unwrap_or_default())),
        Of::Below | Of::Village | Of::Anywhere => {
            visit.api.read::<Place>(&format!("/places/{value_in_path}")).await.map(|place| (place.name, place.path))
        }
    };
    match words {
        Ok((words, about)) => {
            let about = Some(about).filter(|about| !about.is_empty());
            Ok(Some(Choice { value: value.to_owned(), words, about, chosen: true }))
        }
        Err(trouble) if trouble.0.status < 500 => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

//! What of a person goes to a department, and what its answer means.

use std::collections::BTreeMap;

use jizuo_kernel::error::Faults;
use jizuo_kernel::{Text, say};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::connector::{Failure, Whom};
use crate::forms;

/// What a check comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::CheckOutcome)]
pub(crate) enum Outcome {
    /// The department's data says so: no paper is needed.
    Confirmed,
    /// The department's data says otherwise.
    Differs,
    /// The department has nothing about the person.
    Unknown,
    /// Nothing could be learnt.
    Failed,
}

impl Outcome {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Outcome::Confirmed => "confirmed",
            Outcome::Differs => "differs",
            Outcome::Unknown => "unknown",
            Outcome::Failed => "failed",
        }
    }

    pub(crate) fn parse(text: &str) -> Outcome {
        match text {
            "confirmed" => Outcome::Confirmed,
            "differs" => Outcome::Differs,
            "unknown" => Outcome::Unknown,
            _ => Outcome::Failed,
        }
    }
}

/// A data element of the person, and the field in which the department expects it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::SourceField)]
pub(crate) struct Field {
    #[schema(example = "person.identity_number", min_length = 1, max_length = 60)]
    pub(crate) element: String,
    #[schema(example = "idcard", min_length = 1, max_length = 60)]
    pub(crate) field: String,
}

/// Where in the answer the result stands, and which values mean what; any other means that the data differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::SourceVerdict)]
pub(crate) struct Verdict {
    /// A JSON pointer (RFC 6901); of a table `/` and the title of the column.
    #[schema(example = "/data/result", min_length = 1, max_length = 200)]
    pub(crate) pointer: String,
    #[schema(min_items = 1, max_items = 20)]
    pub(crate) confirmed: Vec<Meaning>,
    /// The department has nothing; so does an empty value.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub(crate) unknown: Vec<Meaning>,
}

/// A value of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::SourceValue, min_length = 1, max_length = 100)]
pub(crate) struct Meaning(pub(crate) String);

/// A part of the answer that the clerk sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = certificates::SourceShown)]
pub(crate) struct Shown {
    /// A JSON pointer; of a table `/` and the title of the column.
    #[schema(example = "/data/since", min_length = 1, max_length = 200)]
    pub(crate) pointer: String,
    #[schema(example = "登记日期", min_length = 1, max_length = 60)]
    pub(crate) title: String,
}

/// A value that was shown, under its title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::CheckAnswer)]
pub(crate) struct Answered {
    pub(crate) title: String,
    pub(crate) value: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mapping {
    pub(crate) request: Vec<Field>,
    /// None of a table on which everybody is confirmed who stands in it.
    pub(crate) verdict: Option<Verdict>,
    pub(crate) shown: Vec<Shown>,
}

/// Characters of a value that are shown.
const LONGEST: usize = 200;

impl Mapping {
    /// Judges a mapping as it is saved.
    pub(crate) fn check(&self, faults: &mut Faults, of_interface: bool) {
        if of_interface && self.request.is_empty() {
            faults.add(
                "request",
                "certificates.source.missing",
                Text::new("请至少写明一项", "name one field at least"),
            );
        }
        if !of_interface && !self.request.is_empty() {
            let why =
                Text::new("表格按身份证号查找，不填此项", "a table is searched by the identity number: leave this out");
            faults.add("request", "certificates.source.table", why);
        }
        if of_interface && self.verdict.is_none() {
            faults.add(
                "verdict",
                "certificates.source.missing",
                Text::new("请写明哪个值表示属实", "say which value confirms"),
            );
        }
        for (n, field) in self.request.iter().enumerate() {
            if !elements().any(|known| known == field.element) {
                let known = elements().collect::<Vec<_>>().join(", ");
                let why = say!("不能发送这一项；可以发送：{known}", "this is not sent; what may be: {known}");
                faults.add(format!("request.{n}.element"), "certificates.source.element", why);
            }
            let name = faults.text(&format!("request.{n}.field"), &field.field, 60);
            if !name.is_empty() && self.request[..n].iter().any(|other| other.field.trim() == name) {
                let why = Text::new("两项写进了同一个字段", "two elements go into the same field");
                faults.add(format!("request.{n}.field"), "certificates.source.twice", why);
            }
        }
        if let Some(verdict) = &self.verdict {
            check_pointer(faults, "verdict.pointer", &verdict.pointer, of_interface);
            if verdict.confirmed.is_empty() {
                let why = Text::new("请写明哪个值表示属实", "say which value confirms");
                faults.add("verdict.confirmed", "certificates.source.missing", why);
            }
            for (part, values) in [("confirmed", &verdict.confirmed), ("unknown", &verdict.unknown)] {
                for (n, value) in values.iter().enumerate() {
                    faults.text(&format!("verdict.{part}.{n}"), &value.0, 100);
                }
            }
            for (n, value) in verdict.unknown.iter().enumerate() {
                if verdict.confirmed.iter().any(|other| other.0.trim() == value.0.trim()) {
                    let why = Text::new("这个值已表示属实", "this value confirms already");
                    faults.add(format!("verdict.unknown.{n}"), "certificates.source.twice", why);
                }
            }
        }
        for (n, shown) in self.shown.iter().enumerate() {
            check_pointer(faults, &format!("shown.{n}.pointer"), &shown.pointer, of_interface);
            faults.text(&format!("shown.{n}.title"), &shown.title, 60);
        }
    }

    /// The titles of columns that a table must have.
    pub(crate) fn columns(&self) -> Vec<String> {
        let verdict = self.verdict.iter().map(|verdict| &verdict.pointer);
        verdict.chain(self.shown.iter().map(|shown| &shown.pointer)).map(|pointer| column(pointer)).collect()
    }

    /// The fields of a request.
    pub(crate) fn fill(&self, whom: &Whom) -> BTreeMap<String, String> {
        let fields = self.request.iter();
        fields.filter_map(|field| Some((field.field.trim().to_owned(), whom.get(&field.element)?.clone()))).collect()
    }

    /// What an answer means, and what of it is shown.
    pub(crate) fn read(&self, answer: &Value) -> Result<(Outcome, Vec<Answered>), Failure> {
        let outcome = match &self.verdict {
            None => Outcome::Confirmed,
            Some(verdict) => {
                let found = answer.pointer(&verdict.pointer).ok_or(Failure::Answer)?;
                let text = if found.is_null() { String::new() } else { plain(found).ok_or(Failure::Answer)? };
                let among = |values: &[Meaning]| values.iter().any(|value| value.0.trim() == text);
                match () {
                    () if among(&verdict.confirmed) => Outcome::Confirmed,
                    () if text.is_empty() || among(&verdict.unknown) => Outcome::Unknown,
                    () => Outcome::Differs,
                }
            }
        };
        let shown = self.shown.iter().filter_map(|shown| {
            let value: String = plain(answer.pointer(&shown.pointer)?)?.chars().take(LONGEST).collect();
            (!value.is_empty()).then(|| Answered { title: shown.title.trim().to_owned(), value })
        });
        Ok((outcome, shown.collect()))
    }
}

/// The elements that may go to a department.
pub(crate) fn elements() -> impl Iterator<Item = &'static str> {
    forms::CHECK_BY_DUTY.fields.iter().filter_map(|field| field.element()).map(|element| element.id.as_str())
}

/// The title of the column that a pointer names.
fn column(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace("~1", "/").replace("~0", "~")
}

fn check_pointer(faults: &mut Faults, field: &str, pointer: &str, of_interface: bool) {
    let escaped = pointer.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
    if !pointer.starts_with('/') || !escaped {
        let why = Text::new("应为 JSON 指针，如 /data/result", "this is a JSON pointer, such as /data/result");
        faults.add(field, "certificates.source.pointer", why);
    } else if !of_interface && (column(pointer).is_empty() || pointer[1..].contains('/')) {
        let why = Text::new("应为“/”加列名，如 /婚姻状况", "this is '/' and the title of a column");
        faults.add(field, "certificates.source.pointer", why);
    }
}

/// A single value as a person reads it.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mapping() -> Mapping {
        Mapping {
            request: vec![
                Field { element: "person.identity_number".into(), field: "idcard".into() },
                Field { element: "person.name".into(), field: "xm".into() },
            ],
            verdict: Some(Verdict {
                pointer: "/data/0/state".into(),
                confirmed: vec![Meaning("1".into()), Meaning("true".into())],
                unknown: vec![Meaning("9".into())],
            }),
            shown: vec![Shown { pointer: "/data/0/since".into(), title: "登记日期".into() }],
        }
    }

    #[test]
    fn an_answer_means_what_the_mapping_says_and_what_was_not_agreed_means_nothing() {
        for (state, outcome) in [
            (json!("1"), Ok(Outcome::Confirmed)),
            (json!(1), Ok(Outcome::Confirmed)),
            (json!(true), Ok(Outcome::Confirmed)),
            (json!("9"), Ok(Outcome::Unknown)),
            (json!(null), Ok(Outcome::Unknown)),
            (json!(" "), Ok(Outcome::Unknown)),
            (json!("2"), Ok(Outcome::Differs)),
            (json!({ "1": 1 }), Err(Failure::Answer)),
        ] {
            let answer = json!({ "data": [{ "state": state, "since": "2020-01-01", "more": "x" }] });
            assert_eq!(mapping().read(&answer).map(|(outcome, _)| outcome), outcome, "{answer}");
        }
        let (_, shown) = mapping().read(&json!({ "data": [{ "state": 1, "since": "x".repeat(300) }] })).expect("read");
        assert_eq!((shown[0].title.as_str(), shown[0].value.len()), ("登记日期", LONGEST));
        for answer in [json!({}), json!([]), json!("1"), json!({ "data": [] })] {
            assert_eq!(mapping().read(&answer), Err(Failure::Answer), "{answer}");
        }
    }

    #[test]
    fn only_what_is_mapped_is_sent() {
        let whom = [("person.identity_number", "530102198001010012"), ("person.sex", "1")];
        let whom: Whom = whom.into_iter().map(|(id, value)| (id.to_owned(), value.to_owned())).collect();
        assert_eq!(mapping().fill(&whom), BTreeMap::from([("idcard".to_owned(), "530102198001010012".to_owned())]));
    }

    #[test]
    fn a_bad_mapping_is_told_with_every_wrong_field() {
        let mut bad = mapping();
        bad.request[0].element = "person.health".into();
        bad.request[1].field = "idcard".into();
        bad.verdict = Some(Verdict { pointer: "data".into(), confirmed: vec![], unknown: vec![] });
        bad.shown[0].pointer = "/a~2".into();
        let mut faults = Faults::default();
        bad.check(&mut faults, true);
        let wrong: Vec<String> = faults.into_list().into_iter().map(|fault| fault.field).collect();
        assert_eq!(
            wrong,
            ["request.0.element", "request.1.field", "verdict.pointer", "verdict.confirmed", "shown.0.pointer"]
        );
        let mut faults = Faults::default();
        Mapping::default().check(&mut faults, false);
        assert!(faults.is_empty(), "a table needs no mapping");
    }
}

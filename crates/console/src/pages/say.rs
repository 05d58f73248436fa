//! Words for states, values, levels and directions, the same on every page of the administration.

use jizuo_kernel::Lang;
use jizuo_kernel::counties::State;
use jizuo_kernel::rules::api::RuleHere;
use jizuo_kernel::rules::{Direction, Kind};
use serde_json::Value;

/// A word with a shape and a colour.
pub(crate) struct Chip {
    pub(crate) class: &'static str,
    pub(crate) word: &'static str,
}

fn pick(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    if lang == Lang::Zh { zh } else { en }
}

pub(crate) fn state(lang: Lang, state: State) -> Chip {
    match state {
        State::On => Chip { class: "on", word: pick(lang, "已启用", "On") },
        State::Draining => Chip { class: "draining", word: pick(lang, "收尾中", "Running out") },
        State::Off => Chip { class: "off", word: pick(lang, "未启用", "Off") },
    }
}

/// The same of a decision, which may also be to follow the level above.
pub(crate) fn decided(lang: Lang, state: &str) -> Chip {
    match state {
        "on" => Chip { class: "on", word: pick(lang, "启用", "On") },
        "draining" => Chip { class: "draining", word: pick(lang, "收尾", "Running out") },
        "off" => Chip { class: "off", word: pick(lang, "停用", "Off") },
        _ => Chip { class: "plain", word: pick(lang, "跟随上级", "As above") },
    }
}

/// What a number of the kind counts.
pub(crate) fn unit(lang: Lang, kind: Kind) -> &'static str {
    match kind {
        Kind::Days => pick(lang, "天", "days"),
        Kind::WorkingDays => pick(lang, "个工作日", "working days"),
        Kind::Months => pick(lang, "个月", "months"),
        Kind::Years => pick(lang, "年", "years"),
        Kind::Hours => pick(lang, "小时", "hours"),
        Kind::Minutes => pick(lang, "分钟", "minutes"),
        Kind::TimesPerYear => pick(lang, "次/年", "times a year"),
        Kind::Count | Kind::Share | Kind::Switch | Kind::List | Kind::Text => "",
    }
}

/// A value as people say it.
pub(crate) fn value(lang: Lang, kind: Kind, value: &Value) -> String {
    match (kind, value) {
        (_, Value::Null) => "—".to_owned(),
        (Kind::Switch, Value::Bool(on)) => {
            (if *on { pick(lang, "是", "yes") } else { pick(lang, "否", "no") }).to_owned()
        }
        (_, Value::Array(list)) if list.is_empty() => pick(lang, "（空）", "(empty)").to_owned(),
        (_, Value::Array(list)) => {
            list.iter().map(text).collect::<Vec<_>>().join(if lang == Lang::Zh { "、" } else { ", " })
        }
        (Kind::Share, Value::String(share)) => share
            .strip_prefix(">=")
            .map(|share| format!("{} {share}", pick(lang, "不少于", "at least")))
            .or_else(|| share.strip_prefix('>').map(|share| format!("{} {share}", pick(lang, "超过", "more than"))))
            .unwrap_or_else(|| share.clone()),
        (kind, value) => match (unit(lang, kind), value.as_i64()) {
            ("", _) => text(value),
            (unit, Some(1)) if lang == Lang::En => format!("1 {}", unit.trim_end_matches('s').replace("times", "time")),
            (unit, _) => format!("{} {unit}", text(value)),
        },
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// How far a rule may be moved from here, in a sentence.
pub(crate) fn how_far(lang: Lang, rule: &RuleHere) -> String {
    let now = value(lang, rule.kind, &rule.inherited);
    let (zh, en) = match rule.overlay {
        Direction::Fix => ("法定事项，任何一级都不能改".to_owned(), "Fixed by law at every level".to_owned()),
        Direction::Min => (format!("只能提高，不能低于 {now}"), format!("May only be raised, from {now}")),
        Direction::Max => (format!("只能收紧，不能超过 {now}"), format!("May only be lowered, from {now}")),
        Direction::Add => ("只能增加，不能减少".to_owned(), "May only be added to".to_owned()),
        Direction::Free => ("可以自行确定".to_owned(), "May be set freely".to_owned()),
    };
    let mut said = if lang == Lang::Zh { zh } else { en };
    if let Some([low, high]) = rule.range.filter(|_| rule.overlay != Direction::Fix) {
        said += &match lang {
            Lang::Zh => format!("，在 {low} 到 {high} {}之间", unit(lang, rule.kind)),
            Lang::En => format!(", between {low} and {high} {}", unit(lang, rule.kind)),
        };
    }
    said
}

/// A rule's value as the field of a form shows it.
pub(crate) fn typed(value: &Value) -> String {
    match value {
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join("\n"),
        Value::Null => String::new(),
        other => text(other),
    }
}

/// What was typed, as the value that the kind wants. What does not fit goes on as text, and the API says why it is wrong.
pub(crate) fn untyped(kind: Kind, typed: &str) -> Value {
    let typed = typed.trim();
    match kind {
        Kind::Switch => match typed {
            "true" => true.into(),
            "false" => false.into(),
            _ => Value::Null,
        },
        Kind::List => typed.lines().map(str::trim).filter(|line| !line.is_empty()).collect(),
        Kind::Share | Kind::Text => typed.into(),
        _ => typed.parse::<i64>().map_or_else(|_| typed.into(), Value::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_said_with_its_unit() {
        for (kind, raw, zh, en) in [
            (Kind::WorkingDays, json!(1), "1 个工作日", "1 working day"),
            (Kind::Days, json!(20), "20 天", "20 days"),
            (Kind::TimesPerYear, json!(1), "1 次/年", "1 time a year"),
            (Kind::Share, json!(">=2/3"), "不少于 2/3", "at least 2/3"),
            (Kind::Switch, json!(false), "否", "no"),
            (Kind::List, json!(["a", "b"]), "a、b", "a, b"),
            (Kind::Count, json!(3), "3", "3"),
        ] {
            assert_eq!((value(Lang::Zh, kind, &raw).as_str(), value(Lang::En, kind, &raw).as_str()), (zh, en));
        }
    }

    #[test]
    fn what_is_typed_becomes_what_the_kind_wants() {
        assert_eq!(untyped(Kind::Days, " 5 "), json!(5));
        assert_eq!(untyped(Kind::Days, "five"), json!("five"));
        assert_eq!(untyped(Kind::List, "a\n\n b \n"), json!(["a", "b"]));
        assert_eq!(untyped(Kind::Switch, "true"), json!(true));
        assert_eq!(typed(&json!(["a", "b"])), "a\nb");
    }
}

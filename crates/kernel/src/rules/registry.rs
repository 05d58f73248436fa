//! The rules of this build, read from the modules' TOML.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use jizuo_standards::threshold::Threshold;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::Text;
use crate::places::Kind as Level;

/// How a lower level may change a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Direction {
    /// Nobody may change it.
    Fix,
    /// May only be raised.
    Min,
    /// May only be lowered.
    Max,
    /// May only be added to.
    Add,
    /// The lower level's choice, inside the range if there is one.
    Free,
}

/// What a rule's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleKind)]
pub enum Kind {
    Days,
    WorkingDays,
    Months,
    Years,
    Hours,
    Minutes,
    Count,
    TimesPerYear,
    /// A share such as `>=2/3`.
    Share,
    Switch,
    List,
    Text,
}

impl Kind {
    /// What has to be typed.
    const fn wanted(self) -> Text {
        match self {
            Kind::Days => Text::new("整数天数", "a whole number of days"),
            Kind::WorkingDays => Text::new("整数个工作日", "a whole number of working days"),
            Kind::Months => Text::new("整数月数", "a whole number of months"),
            Kind::Years => Text::new("整数年数", "a whole number of years"),
            Kind::Hours => Text::new("整数小时数", "a whole number of hours"),
            Kind::Minutes => Text::new("整数分钟数", "a whole number of minutes"),
            Kind::Count => Text::new("整数", "a whole number"),
            Kind::TimesPerYear => Text::new("每年的次数（整数）", "a whole number of times a year"),
            Kind::Share => Text::new("比例，如 >=2/3", "a share such as >=2/3"),
            Kind::Switch => Text::new("是或否", "yes or no"),
            Kind::List => Text::new("一列文字", "a list of texts"),
            Kind::Text => Text::new("文字", "a text"),
        }
    }

    /// Whether a deadline can be counted by it.
    pub fn is_period(self) -> bool {
        matches!(self, Kind::Days | Kind::WorkingDays | Kind::Months | Kind::Years | Kind::Hours | Kind::Minutes)
    }
}

/// One rule for one span of time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: String,
    pub title: Text,
    pub kind: Kind,
    pub value: Value,
    /// Whose count a share is of.
    #[serde(default)]
    pub of: Option<String>,
    pub overlay: Direction,
    /// Who may lay an overlay.
    pub levels: Vec<Level>,
    #[serde(default)]
    pub range: Option<[i64; 2]>,
    pub from: NaiveDate,
    #[serde(default)]
    pub to: Option<NaiveDate>,
    pub basis: Text,
    /// `sure`, `likely`, `check`
    pub confidence: String,
    #[serde(default)]
    pub note: Option<Text>,
    #[serde(skip)]
    pub module: &'static str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<Rule>,
}

/// All rules, by id; more than one entry where a law changed.
#[derive(Debug, Default)]
pub struct Registry(BTreeMap<String, Vec<Rule>>);

impl Registry {
    /// Reads a module's TOML. The text says what is wrong with it.
    pub fn add(&mut self, module: &'static str, text: &str) -> Result<(), String> {
        let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
        for mut rule in file.rule {
            rule.module = module;
            rule.check_value(&rule.value)
                .map_err(|why| format!("{}: its own value does not fit its kind: {}", rule.id, why.en))?;
            if rule.overlay == Direction::Fix && !rule.levels.is_empty() {
                return Err(format!("{} is FIX and yet names levels", rule.id));
            }
            let spans = self.0.entry(rule.id.clone()).or_default();
            if spans.iter().any(|other| other.overlaps(&rule)) {
                return Err(format!("{} stands twice for the same days", rule.id));
            }
            spans.push(rule);
            spans.sort_by_key(|rule| rule.from);
        }
        Ok(())
    }

    pub fn contains(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// Whether there is such a rule and its value is a length of time.
    pub fn is_period(&self, id: &str) -> bool {
        self.0.get(id).is_some_and(|spans| spans.iter().all(|rule| rule.kind.is_period()))
    }

    /// The baseline on a day.
    pub fn on(&self, id: &str, date: NaiveDate) -> Option<&Rule> {
        self.0.get(id)?.iter().find(|rule| rule.from <= date && rule.to.is_none_or(|to| date <= to))
    }

    /// Every rule in force on a day.
    pub fn all_on(&self, date: NaiveDate) -> impl Iterator<Item = &Rule> {
        self.0.keys().filter_map(move |id| self.on(id, date))
    }

    /// The values of one rule over time, oldest first.
    pub fn spans(&self, id: &str) -> &[Rule] {
        self.0.get(id).map_or(&[], Vec::as_slice)
    }

    /// Every entry, in the order of ids and dates.
    pub fn entries(&self) -> impl Iterator<Item = &Rule> {
        self.0.values().flatten()
    }
}

impl Rule {
    fn overlaps(&self, other: &Rule) -> bool {
        let before = |a: &Rule, b: &Rule| a.to.is_some_and(|to| to < b.from);
        !before(self, other) && !before(other, self)
    }

    /// Whether a value is of the rule's kind.
    pub fn check_value(&self, value: &Value) -> Result<(), Text> {
        let right = match self.kind {
            Kind::Days
            | Kind::WorkingDays
            | Kind::Months
            | Kind::Years
            | Kind::Hours
            | Kind::Minutes
            | Kind::Count
            | Kind::TimesPerYear => value.as_i64().is_some_and(|n| (0..=1_000_000).contains(&n)),
            Kind::Share => value.as_str().is_some_and(|text| text.parse::<Threshold>().is_ok()),
            Kind::Switch => value.is_boolean(),
            Kind::List => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            Kind::Text => value.is_string(),
        };
        if right {
            return Ok(());
        }
        let Text { zh, en } = self.kind.wanted();
        Err(crate::say!("应填{zh}", "this should be {en}"))
    }

    /// The value that `laid` makes of `inherited`, or why the direction forbids it.
    pub fn over(&self, inherited: &Value, laid: &Value) -> Result<Value, Text> {
        self.check_value(laid)?;
        if let (Some([low, high]), Some(n)) = (self.range, laid.as_i64())
            && (n < low || n > high)
        {
            return Err(crate::say!("只能在 {low} 到 {high} 之间", "only between {low} and {high}"));
        }
        let show = shown(inherited);
        match self.overlay {
            Direction::Fix => Err(Text::new("这是法定事项，任何一级都不能改", "this is fixed by law at every level")),
            Direction::Free => Ok(laid.clone()),
            Direction::Add => {
                let mut all: Vec<Value> = inherited.as_array().cloned().unwrap_or_default();
                for item in laid.as_array().into_iter().flatten() {
                    if !all.contains(item) {
                        all.push(item.clone());
                    }
                }
                Ok(Value::Array(all))
            }
            Direction::Min => match self.compare(laid, inherited) {
                Some(Ordering::Greater | Ordering::Equal) => Ok(laid.clone()),
                _ => Err(crate::say!("只能提高，不能低于 {show}", "may only be raised; it is {show} already")),
            },
            Direction::Max => match self.compare(laid, inherited) {
                Some(Ordering::Less | Ordering::Equal) => Ok(laid.clone()),
                _ => Err(crate::say!("只能降低，不能高于 {show}", "may only be lowered; it is {show} already")),
            },
        }
    }

    fn compare(&self, a: &Value, b: &Value) -> Option<Ordering> {
        if self.kind == Kind::Share {
            let (a, b) = (a.as_str()?.parse::<Threshold>().ok()?, b.as_str()?.parse::<Threshold>().ok()?);
            return match (a.at_least_as_strict_as(&b), b.at_least_as_strict_as(&a)) {
                (true, true) => Some(Ordering::Equal),
                (true, false) => Some(Ordering::Greater),
                (false, true) => Some(Ordering::Less),
                (false, false) => None,
            };
        }
        match (a, b) {
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            _ => Some(a.as_i64()?.cmp(&b.as_i64()?)),
        }
    }
}

/// A value as people read it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(kind: &str, value: &str, overlay: &str) -> Rule {
        let levels = if overlay == "FIX" { "[]" } else { "[\"county\"]" };
        let text = format!(
            "[[rule]]\nid='X'\ntitle={{zh='',en=''}}\nkind='{kind}'\nvalue={value}\noverlay='{overlay}'\nlevels={levels}\nfrom='2026-01-01'\nbasis={{zh='',en=''}}\nconfidence='sure'\n"
        );
        let mut registry = Registry::default();
        registry.add("base", &text).unwrap();
        registry.on("X", "2026-06-01".parse().unwrap()).unwrap().clone()
    }

    #[test]
    fn an_overlay_moves_a_value_only_in_its_direction() {
        for (kind, value, overlay, laid, allowed) in [
            ("days", "15", "MIN", json!(20), true),
            ("days", "15", "MIN", json!(15), true),
            ("days", "15", "MIN", json!(5), false),
            ("days", "30", "MAX", json!(20), true),
            ("days", "30", "MAX", json!(31), false),
            ("days", "15", "FIX", json!(15), false),
            ("share", "'>1/2'", "MIN", json!(">=2/3"), true),
            ("share", "'>=2/3'", "MIN", json!(">1/2"), false),
            ("share", "'>=2/3'", "MIN", json!(">2/3"), true),
            ("switch", "false", "FREE", json!(true), true),
            ("switch", "false", "FREE", json!("yes"), false),
            ("days", "15", "MIN", json!("20"), false),
            ("days", "15", "MIN", json!(-1), false),
        ] {
            let rule = rule(kind, value, overlay);
            assert_eq!(rule.over(&rule.value, &laid).is_ok(), allowed, "{kind} {value} {overlay} {laid}");
        }
    }

    #[test]
    fn a_list_is_only_added_to() {
        let rule = rule("list", "['kinship','birth']", "ADD");
        assert_eq!(rule.over(&rule.value, &json!(["birth", "local"])).unwrap(), json!(["kinship", "birth", "local"]));
        assert_eq!(rule.over(&rule.value, &json!([])).unwrap(), json!(["kinship", "birth"]));
    }

    #[test]
    fn two_values_for_one_day_are_refused() {
        let mut registry = Registry::default();
        let entry = |from: &str| {
            format!(
                "[[rule]]\nid='X'\ntitle={{zh='',en=''}}\nkind='days'\nvalue=1\noverlay='FREE'\nlevels=[]\nfrom='{from}'\nbasis={{zh='',en=''}}\nconfidence='sure'\n"
            )
        };
        registry.add("base", &entry("2026-01-01")).unwrap();
        assert!(registry.add("base", &entry("2027-01-01")).is_err());
    }
}

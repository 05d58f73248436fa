//! What a process answers when a step cannot be taken now: 409, with what is true and what is possible instead.

use super::definition::Definition;
use super::matter::Facts;
use crate::error::refuse;
use crate::{Error, Text, say};

/// A step that leads back to the state it starts from, without the version that was seen.
pub(super) fn again(definition: &Definition, facts: &Facts) -> Error {
    refuse(
        "base.process.again",
        Text::new(
            "这一步刚刚有人办过。确需再办一次的，请重新读取，并带上 If-Match（读取时返回的 ETag）",
            "Somebody has just taken this step. To take it once more, read the matter again and send If-Match with its ETag",
        ),
    )
    .current(now(definition, &facts.state))
    .into()
}

fn now(definition: &Definition, state: &str) -> serde_json::Value {
    serde_json::json!({
        "state": state,
        "actions": definition.steps_from(state).map(|step| &step.action).collect::<Vec<_>>(),
    })
}

/// The matter is in another state.
pub(super) fn not_now(definition: &Definition, state: &str) -> Error {
    let title = definition.state(state).map_or(Text::new("", ""), |s| s.title.clone());
    let list =
        |f: fn(&Text) -> &str| definition.steps_from(state).map(|step| f(&step.title)).collect::<Vec<_>>().join("、");
    let (zh, en) = (&title.zh, &title.en);
    let (next_zh, next_en) = (list(|t| &t.zh), list(|t| &t.en));
    refuse(
        "base.process.not_now",
        say!(
            "现在的状态是“{zh}”，不能这样办。可以：{next_zh}",
            "It is '{en}' now, and this step does not start there. Possible: {next_en}"
        ),
    )
    .who(Text::new(
        "有相应权限的人，在事项处于相应状态时",
        "who holds the step's permission, when the matter is in the right state",
    ))
    .current(now(definition, state))
    .into()
}

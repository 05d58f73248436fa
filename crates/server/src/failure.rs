//! Why a command stops, what to do about it, and the exit code that tells scripts which kind of trouble it was.

use std::fmt::Write;
use std::process::ExitCode;

use jizuo_kernel::{Error, Lang};

/// What went wrong with a command.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Exit 1: it was tried and did not work.
    Failed { what: String, todo: String },
    /// Exit 2: the command or the settings are wrong; nothing was tried.
    Wrong { what: String, todo: String },
    /// Exit 3: the input is bad; nothing was applied.
    BadInput { what: String, todo: String },
    /// Exit 3 for a rule that said no, exit 1 for what broke below.
    Kernel(Error),
}

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn failed(what: impl Into<String>, todo: impl Into<String>) -> Failure {
        Failure::Failed { what: what.into(), todo: todo.into() }
    }

    pub(crate) fn wrong(what: impl Into<String>, todo: impl Into<String>) -> Failure {
        Failure::Wrong { what: what.into(), todo: todo.into() }
    }

    pub(crate) fn bad_input(what: impl Into<String>, todo: impl Into<String>) -> Failure {
        Failure::BadInput { what: what.into(), todo: todo.into() }
    }

    pub(crate) fn exit(&self) -> ExitCode {
        ExitCode::from(match self {
            Failure::Failed { .. } | Failure::Kernel(Error::Internal(_)) => 1,
            Failure::Wrong { .. } => 2,
            Failure::BadInput { .. } | Failure::Kernel(_) => 3,
        })
    }

    /// The text for the terminal: what happened, then what to do.
    pub(crate) fn text(&self, lang: Lang) -> String {
        match self {
            Failure::Failed { what, todo } | Failure::Wrong { what, todo } | Failure::BadInput { what, todo } => {
                let mut text = format!("error: {what}\n");
                for line in todo.lines() {
                    let _ = writeln!(text, "  -> {line}");
                }
                text
            }
            Failure::Kernel(Error::Internal(cause)) => {
                format!(
                    "error: {cause}\n  -> nothing was saved; if the database is reachable and not full, report this\n"
                )
            }
            Failure::Kernel(error) => problem(error, lang),
        }
    }
}

/// A problem as people read it: the sentence, the fields, then code, article and who could do it.
fn problem(error: &Error, lang: Lang) -> String {
    let problem = error.problem(lang, "");
    let mut text = format!("error: {}\n", problem.detail);
    for field in &problem.errors {
        let _ = writeln!(text, "  {}: {} [{}]", field.field, field.message, field.code);
    }
    let mut line = |zh: &str, en: &str, value: &str| {
        let name = if lang == Lang::Zh { zh } else { en };
        let _ = writeln!(text, "  {name}: {value}");
    };
    line("代码", "code", &problem.code);
    if problem.rule != problem.code {
        line("规则", "rule", &problem.rule);
    }
    if let Some(source) = &problem.source {
        line("依据", "source", source);
    }
    if let Some(who) = &problem.who {
        line("谁可以办", "who", who);
    }
    text
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Kernel(error)
    }
}

impl From<jizuo_kernel::settings::Wrong> for Failure {
    fn from(wrong: jizuo_kernel::settings::Wrong) -> Self {
        Failure::wrong(
            wrong.to_string(),
            "`jizuo settings --explain` prints every key with its default and what it is for",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_with_code_source_and_who_in_the_readers_language() {
        let refusal = jizuo_kernel::refuse("base.test.no", jizuo_kernel::Text::new("不行", "no"))
            .source(jizuo_kernel::Text::new("某法第一条", "Some Law, Article 1"))
            .who(jizuo_kernel::Text::new("县级系统管理员", "the county's system administrator"));
        let failure = Failure::from(Error::from(refusal));
        let zh = failure.text(Lang::Zh);
        for part in ["error: 不行", "base.test.no", "某法第一条", "县级系统管理员"] {
            assert!(zh.contains(part), "{zh}");
        }
        assert!(failure.text(Lang::En).contains("Some Law, Article 1"));
        assert_eq!(format!("{:?}", failure.exit()), format!("{:?}", ExitCode::from(3)));
    }
}

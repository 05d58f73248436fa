//! A person's name as GB 18030-2022 allows it: rare characters, long names and the middle dot of ethnic names.

use crate::fault::Fault;
use crate::mask;
use crate::typed::{hidden, tidy};

const SOURCE: &str = "GB 18030-2022";
/// The dot between the parts of a name, U+00B7.
pub const MIDDLE_DOT: char = '·';
/// Systems must accept at least 50 characters; the longest names known are shorter than this.
pub const MAX_CHARS: usize = 100;

/// A name in its normal form. Characters outside the basic plane count as one each.
///
/// `Debug` and `Display` show the mask only; [`Name::expose`] gives the name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name(String);

impl Name {
    /// Reads a name of 1 to 100 characters.
    ///
    /// Look-alikes of the middle dot become `·`; a full stop does only between characters that are not Latin
    /// letters (`阿依.买买提`, but `John F. Kennedy`). Blanks next to a Chinese character go (`张 三`), others
    /// become single. Controls and invisible characters are refused: they make two names look the same.
    pub fn parse(text: &str) -> Result<Name, Fault> {
        let tidied = tidy(text);
        if tidied.chars().any(hidden) {
            return Err(fault(
                "standards.name.hidden",
                "姓名中含有看不见的控制字符，请删除后重新填写。",
                "The name has invisible control characters; delete them and type it again.",
            ));
        }
        let name = unspaced(&dotted(&tidied));
        let length = name.chars().count();
        if length == 0 {
            return Err(fault("standards.name.empty", "请填写姓名。", "Give the name."));
        }
        if length > MAX_CHARS {
            return Err(fault(
                "standards.name.length",
                format!("姓名不能超过{MAX_CHARS}个字，现为{length}个字，请核对。"),
                format!("A name has at most {MAX_CHARS} characters, this one has {length}; check it."),
            ));
        }
        if name.starts_with(MIDDLE_DOT) || name.ends_with(MIDDLE_DOT) || name.contains("··") {
            return Err(fault(
                "standards.name.dot",
                "间隔号“·”只能用在姓名各部分之间，且只用一个，请核对。",
                "The middle dot stands between two parts of a name, one at a time; check it.",
            ));
        }
        Ok(Name(name))
    }

    /// The name itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// In characters, not bytes: never 0.
    pub fn length(&self) -> usize {
        self.0.chars().count()
    }
}

fn unspaced(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut name = String::new();
    for word in words {
        if name.chars().last().is_some_and(latin) && word.chars().next().is_some_and(latin) {
            name.push(' ');
        }
        name.push_str(word);
    }
    name
}

fn dotted(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let dot = |at: usize, c: char| match c {
        '•' | '‧' | '・' | '･' | '∙' | '⋅' => MIDDLE_DOT,
        '.' => {
            let before = chars[..at].iter().rev().find(|c| **c != ' ');
            let after = chars[at + 1..].iter().find(|c| **c != ' ');
            let between = before.zip(after).is_some_and(|(a, b)| !latin(*a) && !latin(*b));
            if between { MIDDLE_DOT } else { c }
        }
        c => c,
    };
    chars.iter().enumerate().map(|(at, c)| dot(at, *c)).collect()
}

/// Letters (and marks) of names written in the Latin alphabet, between which blanks and full stops mean something.
fn latin(c: char) -> bool {
    matches!(c, '!'..='~' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

fn fault(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault::new(code, zh, en, SOURCE)
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&mask::name(&self.0))
    }
}

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Name({self})")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_read() {
        let cases = [
            ("张三", "张三", 2),
            (" 张　三 ", "张三", 2),
            ("𬎆𠮷", "𬎆𠮷", 2),
            ("阿依古丽·买买提", "阿依古丽·买买提", 8),
            ("阿依古丽•买买提", "阿依古丽·买买提", 8),
            ("阿依古丽‧买买提", "阿依古丽·买买提", 8),
            ("阿依古丽・买买提", "阿依古丽·买买提", 8),
            ("阿依古丽.买买提", "阿依古丽·买买提", 8),
            ("阿依古丽．买买提", "阿依古丽·买买提", 8),
            ("阿依古丽 · 买买提", "阿依古丽·买买提", 8),
            ("John  F. Kennedy", "John F. Kennedy", 15),
            ("Ｊｏｈｎ", "John", 4),
            ("José Ñandú", "José Ñandú", 10),
        ];
        for (text, expected, length) in cases {
            let name = Name::parse(text).unwrap();
            assert_eq!((name.expose(), name.length()), (expected, length), "{text}");
        }
        assert_eq!(Name::parse(&"𠮷".repeat(MAX_CHARS)).unwrap().length(), MAX_CHARS);
        assert!(Name::parse(&"好".repeat(50)).is_ok());
    }

    #[test]
    fn what_is_refused() {
        let long = "好".repeat(MAX_CHARS + 1);
        let cases = [
            ("", "empty"),
            ("　 ", "empty"),
            (long.as_str(), "length"),
            ("张\u{200b}三", "hidden"),
            ("张\u{7}三", "hidden"),
            ("张\n三", "hidden"),
            ("\u{202e}三张", "hidden"),
            ("·张三", "dot"),
            ("张三•", "dot"),
            ("张··三", "dot"),
        ];
        for (text, code) in cases {
            assert_eq!(Name::parse(text).unwrap_err().code, format!("standards.name.{code}"), "{text:?}");
        }
    }

    #[test]
    fn printing_shows_the_mask() {
        let name = Name::parse("张三丰").unwrap();
        assert_eq!((name.to_string(), format!("{name:?}")), ("张**".into(), "Name(张**)".into()));
    }

    proptest! {
        #[test]
        fn what_was_read_reads_the_same(text in "[a-z张三阿买𠮷·•. 　]{0,12}") {
            if let Ok(name) = Name::parse(&text) {
                prop_assert_eq!(Name::parse(name.expose()).unwrap(), name);
            }
        }
    }
}

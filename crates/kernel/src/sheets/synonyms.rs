//! The words people write in their sheets, from `data/synonyms.toml`, made ready for looking up.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use jizuo_standards::codelist;
use jizuo_standards::element::{self, Element};
use serde::Deserialize;

use super::cell::tidy;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    titles: HashMap<String, Vec<String>>,
    ignored: Titles,
    closing: Words,
    truth: Truth,
    nothing: Words,
    values: HashMap<String, HashMap<String, Vec<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Titles {
    titles: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Truth {
    yes: Vec<String>,
    no: Vec<String>,
}

pub(super) struct Synonyms {
    /// Title to element; a title that two nouns share leads to several.
    titles: HashMap<String, Vec<&'static Element>>,
    pub(super) ignored: HashSet<String>,
    pub(super) closing: Vec<String>,
    yes: HashSet<String>,
    no: HashSet<String>,
    nothing: HashSet<String>,
    /// Code list to word to code.
    values: HashMap<&'static str, HashMap<String, &'static str>>,
}

pub(super) fn get() -> &'static Synonyms {
    &SYNONYMS
}

static SYNONYMS: LazyLock<Synonyms> = LazyLock::new(|| {
    let text = include_str!("../../../../data/synonyms.toml");
    let written: Written = toml::from_str(text).expect("the compiled-in words are tested");
    let set = |words: &[String]| words.iter().map(|word| key(word)).collect::<HashSet<_>>();
    let mut titles: HashMap<String, Vec<&'static Element>> = HashMap::new();
    for element in element::all() {
        let own = [element.zh.as_str(), element.en.as_str(), element.id.as_str()];
        let others = written.titles.get(&element.id).into_iter().flatten().map(String::as_str);
        for title in own.into_iter().chain(others) {
            let known = titles.entry(key(title)).or_default();
            if !known.contains(&element) {
                known.push(element);
            }
        }
    }
    let mut values: HashMap<&'static str, HashMap<String, &'static str>> = HashMap::new();
    for list in codelist::all() {
        let words = values.entry(list.id.as_str()).or_default();
        for entry in &list.entries {
            words.insert(key(&entry.zh), &entry.code);
            words.insert(key(&entry.en), &entry.code);
            // 汉 for 汉族, 傣 for 傣族.
            if list.id == "nationality"
                && let Some(short) = entry.zh.strip_suffix('族')
            {
                words.insert(key(short), &entry.code);
            }
        }
        for (code, others) in written.values.get(&list.id).into_iter().flatten() {
            if let Some(entry) = list.get(code) {
                for word in others {
                    words.insert(key(word), &entry.code);
                }
            }
        }
    }
    Synonyms {
        titles,
        ignored: set(&written.ignored.titles),
        closing: written.closing.words.iter().map(|word| key(word)).collect(),
        yes: set(&written.truth.yes),
        no: set(&written.truth.no),
        nothing: set(&written.nothing.words),
        values,
    }
});

impl Synonyms {
    /// The elements that a column title names, brackets and stars taken off if need be.
    pub(super) fn elements(&self, title: &str) -> &[&'static Element] {
        let whole = key(title);
        let bare = bare(&whole);
        self.titles.get(&whole).or_else(|| self.titles.get(bare)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_ignored(&self, title: &str) -> bool {
        let whole = key(title);
        self.ignored.contains(&whole) || self.ignored.contains(bare(&whole))
    }

    /// The code of a word in a code list.
    pub(super) fn code(&self, list: &str, word: &str) -> Option<&'static str> {
        let words = self.values.get(list)?;
        let whole = key(word);
        words.get(&whole).or_else(|| words.get(bare(&whole))).copied()
    }

    pub(super) fn truth(&self, word: &str) -> Option<bool> {
        let word = key(word);
        if self.yes.contains(&word) {
            Some(true)
        } else if self.no.contains(&word) {
            Some(false)
        } else {
            None
        }
    }

    pub(super) fn is_nothing(&self, word: &str) -> bool {
        self.nothing.contains(&key(word))
    }
}

/// A word as it is compared: half-width, upper case, without blanks, line breaks and the dots of names.
pub(super) fn key(word: &str) -> String {
    tidy(word).chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase()
}

/// A title without `*` at either end, `(必填)`, `[1]` or a colon.
fn bare(title: &str) -> &str {
    let title = title.trim_matches(['*', '★', ':']);
    let cut = title.find(['(', '[', '【']).filter(|at| *at > 0).unwrap_or(title.len());
    title[..cut].trim_matches(['*', '★', ':'])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_file_is_about_something_that_exists() {
        let text = include_str!("../../../../data/synonyms.toml");
        let written: Written = toml::from_str(text).unwrap();
        for id in written.titles.keys() {
            assert!(element::find(id).is_some(), "{id} is no element");
        }
        for (list, codes) in &written.values {
            let known = codelist::find(list).unwrap_or_else(|| panic!("{list} is no code list"));
            let mut seen: HashMap<String, &String> = HashMap::new();
            for (code, words) in codes {
                assert!(known.get(code).is_some(), "{list} has no {code}");
                for word in words {
                    let before = seen.insert(key(word), code);
                    assert!(before.is_none() || before == Some(code), "{list}: {word} means two things");
                    let own = known.entries.iter().find(|entry| key(&entry.zh) == key(word));
                    assert!(own.is_none_or(|entry| entry.code == *code), "{list}: {word} is another code's own name");
                }
            }
        }
    }

    #[test]
    fn titles_as_people_write_them() {
        let synonyms = get();
        let first = |title: &str| synonyms.elements(title).first().map(|element| element.id.as_str());
        for (title, id) in [
            ("姓 名", "person.name"),
            ("*身份证号码（18位）", "person.identity_number"),
            ("与户主\n关系", "household.relationship"),
            ("户编号", "household.number"),
            ("出生年月（年/月/日）：", "person.birth_date"),
            ("ID Number", "person.identity_number"),
            ("姓名（户主）", "household.head_name"),
        ] {
            assert_eq!(first(title), Some(id), "{title}");
        }
        assert!(synonyms.elements("家庭月收入").is_empty());
        assert!(synonyms.is_ignored(" 序 号 "));
    }
}

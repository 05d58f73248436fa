//! Finding a place by what a person types: part of its name, pinyin or its first letters, or a code with or without dots.

use std::sync::Arc;

use pinyin::{ToPinyin, ToPinyinMulti};

use super::{Place, Tree};

/// The letters with which the readings of one character may begin: a bit each for `a` to `z`.
pub(super) type Initials = Box<[u32]>;

/// The first letters of a name, character by character. A character that is read in several ways has several.
pub(super) fn initials(name: &str) -> Initials {
    name.chars().map(|c| readings(c).fold(0, |bits, reading| bits | bit(reading.bytes().next()))).collect()
}

fn bit(letter: Option<u8>) -> u32 {
    match letter.map(|b| b.to_ascii_lowercase()) {
        Some(b @ b'a'..=b'z') => 1 << (b - b'a'),
        _ => 0,
    }
}

/// Every reading of a character, without tones; `ü` is typed as `v`.
fn readings(c: char) -> impl Iterator<Item = &'static str> {
    let several = c.to_pinyin_multi().into_iter().flatten().map(|reading| reading.plain());
    let one = c.to_pinyin().map(|reading| reading.plain());
    several.chain(one)
}

/// How well something fits, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    Prefix,
    WholePinyin,
    PinyinPrefix,
    Inside,
    PinyinInside,
}

/// What was typed, read once for all places.
struct Wanted {
    text: String,
    /// The digits, where it is a code.
    code: Option<String>,
    /// The letters, where it may be pinyin.
    letters: Option<String>,
}

impl Wanted {
    fn read(typed: &str) -> Wanted {
        let text = typed.trim().to_owned();
        let plain: String = text.chars().filter(|c| !c.is_whitespace() && !".-'’·".contains(*c)).collect();
        let is = |ok: fn(&u8) -> bool| !plain.is_empty() && plain.bytes().all(|b| ok(&b));
        Wanted {
            code: is(u8::is_ascii_digit).then(|| plain.clone()),
            letters: is(u8::is_ascii_alphabetic).then(|| plain.to_ascii_lowercase()),
            text,
        }
    }

    fn fit(&self, place: &Place, initials: &[u32]) -> Option<Fit> {
        if let Some(code) = &self.code {
            let rest = place.code.strip_prefix(code.as_str());
            if let Some(rest) = rest {
                return Some(if rest.bytes().all(|b| b == b'0') { Fit::Exact } else { Fit::Prefix });
            }
        }
        if place.name == self.text {
            return Some(Fit::Exact);
        }
        if place.name.starts_with(&self.text) {
            return Some(Fit::Prefix);
        }
        let spoken = self.letters.as_deref().and_then(|letters| spoken(&place.name, initials, letters));
        match spoken {
            Some(fit @ (Fit::WholePinyin | Fit::PinyinPrefix)) => Some(fit),
            _ if place.name.contains(&self.text) => Some(Fit::Inside),
            other => other,
        }
    }
}

/// Whether the letters are pinyin, first letters, or a mixture, of characters that stand together in the name.
fn spoken(name: &str, initials: &[u32], letters: &str) -> Option<Fit> {
    let first = bit(letters.bytes().next());
    let starts =
        name.char_indices().enumerate().filter(|(n, _)| initials.get(*n).is_some_and(|bits| bits & first != 0));
    for (n, (at, _)) in starts {
        if let Some(whole) = spells(&name[at..], &initials[n..], letters) {
            return Some(match (n, whole) {
                (0, true) => Fit::WholePinyin,
                (0, false) => Fit::PinyinPrefix,
                _ => Fit::PinyinInside,
            });
        }
    }
    None
}

/// Whether a name begins with what these letters say, and whether they say all of it.
fn spells(name: &str, initials: &[u32], letters: &str) -> Option<bool> {
    if letters.is_empty() {
        return Some(name.is_empty());
    }
    let c = name.chars().next()?;
    let (bits, others) = initials.split_first()?;
    if bits & bit(letters.bytes().next()) == 0 {
        return None;
    }
    let rest = &name[c.len_utf8()..];
    let by_letter = spells(rest, others, &letters[1..]);
    if by_letter == Some(true) {
        return by_letter;
    }
    // The last syllable may still be on its way: `kunm` finds 昆明.
    let by_reading = readings(c).find_map(|reading| match letters.strip_prefix(reading) {
        Some(left) => spells(rest, others, left),
        None => (letters.len() > 1 && reading.starts_with(letters)).then_some(false),
    });
    by_reading.or(by_letter)
}

impl Tree {
    /// Up to so many living places below one that fit what was typed: what fits exactly, then from its beginning, then
    /// anywhere; of these what lies at or below a place of `served` first, and higher levels first.
    pub fn find(&self, below: i32, typed: &str, served: &[i32], most: usize) -> Vec<Arc<Place>> {
        let wanted = Wanted::read(typed);
        if wanted.text.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(Fit, bool, &Arc<Place>)> = self
            .all()
            .filter(|place| place.until.is_none())
            .filter_map(|place| Some((wanted.fit(place, self.initials(place.id))?, place)))
            .filter(|(_, place)| self.contains(below, place.id))
            .map(|(fit, place)| (fit, !served.iter().any(|own| self.contains(*own, place.id)), place))
            .collect();
        found.sort_by(|a, b| (a.0, a.1, a.2.kind, &a.2.code).cmp(&(b.0, b.1, b.2.kind, &b.2.code)));
        found.into_iter().take(most).map(|(_, _, place)| place.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(name: &str, typed: &str) -> Option<Fit> {
        let letters = Wanted::read(typed).letters?;
        spoken(name, &initials(name), &letters)
    }

    #[test]
    fn letters_syllables_and_a_mixture_of_them_find_a_name() {
        for (name, typed, wanted) in [
            ("五华区", "whq", Some(Fit::WholePinyin)),
            ("五华区", "WHQ", Some(Fit::WholePinyin)),
            ("五华区", "wuhuaqu", Some(Fit::WholePinyin)),
            ("五华区", "wu hua", Some(Fit::PinyinPrefix)),
            ("五华区", "wuhq", Some(Fit::WholePinyin)),
            ("五华区", "hq", Some(Fit::PinyinInside)),
            ("五华区", "huaq", Some(Fit::PinyinInside)),
            ("昆明市", "kunm", Some(Fit::PinyinPrefix)),
            ("五华区", "wq", None),
            ("五华区", "whqu1", None),
        ] {
            assert_eq!(fit(name, typed), wanted, "{name} {typed}");
        }
    }

    #[test]
    fn any_reading_of_a_character_counts() {
        // 都 is du and dou, 曾 is zeng and ceng, 厦 is sha and xia.
        for (name, typed) in [
            ("都龙镇", "dulong"),
            ("都龙镇", "doulong"),
            ("曾家", "cj"),
            ("曾家", "zengjia"),
            ("厦门", "xm"),
            ("厦门", "sm"),
        ] {
            assert!(fit(name, typed).is_some(), "{name} {typed}");
        }
    }

    #[test]
    fn a_code_may_have_dots_and_spaces() {
        for typed in ["530102", "53.01.02", "53 01 02", " 530102 "] {
            assert_eq!(Wanted::read(typed).code.as_deref(), Some("530102"), "{typed}");
        }
        assert_eq!(Wanted::read("五华").code, None);
        assert_eq!(Wanted::read("..").letters, None);
    }
}

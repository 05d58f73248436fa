//! Everyday words: what is left of them when the words around them go, and how well two of them fit.

use std::cmp::Reverse;

use pinyin::ToPinyin;

/// What people say around the thing they mean. Longest first, so that no part of a phrase is left over.
const AROUND: &str = "怎么办理 怎么开具 有关部门 去哪里 去哪儿 到哪里 到哪儿 我需要 怎么办 怎么开 村委会 居委会 介绍信 请问 我想 我要 \
    需要 怎么 如何 哪里 哪儿 在哪 到哪 办理 开具 出具 证明 一个 一份 一张 盖章 居民 村民 本人 个人 情况 状况 信息 申请 要求 村里 社区 \
    开 要 办 的 吗 呢 啊 吧 呀 了 我 想";

/// The same in English, as whole words.
const AROUND_EN: &str = "a an the of for my i is to that how where get need want do can please proof prove certificate \
    certificates certify paper letter";

/// The normal form in which words are compared: half-width, lower case, without what people say around the thing.
/// Empty when nothing else was said.
pub(crate) fn plain(text: &str) -> String {
    let mut folded: String = text.chars().map(narrow).flat_map(char::to_lowercase).map(blank).collect();
    for around in AROUND.split_whitespace() {
        if folded.contains(around) {
            folded = folded.replace(around, "");
        }
    }
    let mut plain = String::with_capacity(folded.len());
    for word in folded.split_whitespace().filter(|word| !AROUND_EN.split_whitespace().any(|around| around == *word)) {
        if latin(plain.chars().last()) && latin(word.chars().next()) {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    plain
}

/// A full-width letter, digit or sign as the half-width one.
fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn blank(c: char) -> char {
    if c.is_alphanumeric() || c == '_' { c } else { ' ' }
}

fn latin(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_alphanumeric())
}

/// How well words fit, best first. Both sides in normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// The same words.
    Same,
    /// The key stands in what was asked, among other words; a longer key fits better.
    Within(Reverse<usize>),
    /// What was asked is a part of the key; a shorter key fits better.
    Part(usize),
    /// What was asked is how the key sounds, in pinyin or its initials; a shorter key fits better.
    Sound(usize),
}

/// Whether it may be pinyin: letters alone.
pub(crate) fn may_be_sound(asked: &str) -> bool {
    asked.len() >= TELLING && asked.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b' ')
}

/// `jianzai` and `jz` are 健在, for people who do not write characters.
pub(crate) fn sounds_like(asked: &str, key: &str) -> Option<Fit> {
    let asked = asked.replace(' ', "");
    // The key has lost the word for paper, 证明.
    let bare =
        ["zhengming", "zm"].iter().find_map(|paper| asked.strip_suffix(paper)).filter(|rest| rest.len() >= TELLING);
    let (mut whole, mut initials) = (String::new(), String::new());
    for sound in key.to_pinyin().flatten() {
        whole.push_str(sound.plain());
        initials.push_str(sound.first_letter());
    }
    let length = initials.len();
    // Of so few letters only all that there are.
    let fits = |asked: &str| whole.starts_with(asked) && asked.len() > 2 || initials == asked;
    let fits = fits(&asked) || bare.is_some_and(fits);
    (length >= TELLING && fits).then_some(Fit::Sound(length))
}

/// Below this many characters a part says too little.
const TELLING: usize = 2;

pub(crate) fn fit(asked: &str, key: &str) -> Option<Fit> {
    if asked.is_empty() || key.is_empty() {
        return None;
    }
    if asked == key {
        return Some(Fit::Same);
    }
    let length = key.chars().count();
    if length >= TELLING && stands_in(asked, key) {
        return Some(Fit::Within(Reverse(length)));
    }
    (asked.chars().count() >= TELLING && stands_in(key, asked)).then_some(Fit::Part(length))
}

/// A person before the key does not make it another paper: these end the words for one (老人, 职工, 子女, 死者).
const PERSON: &[char] = &['人', '员', '者', '民', '户', '妻', '女', '子', '亲', '母', '父', '工', '生', '庭'];

/// Whether a paper of this name is the paper of that key: the same words, or a person's before them, as a Chinese name says
/// what it is at its end (老人健在证明 is 健在证明; 牲畜死亡证明 and 死亡赔偿金领取证明 are not 死亡证明).
pub(crate) fn is_called(name: &str, key: &str) -> bool {
    if key.is_empty() || name == key {
        return !key.is_empty();
    }
    key.chars().count() >= TELLING && name.strip_suffix(key).is_some_and(|before| before.ends_with(PERSON))
}

/// Substring, but a Latin word only as a whole: `dog` is not in `dogma`.
fn stands_in(text: &str, part: &str) -> bool {
    text.match_indices(part).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + part.len()..].chars().next();
        !(latin(before) && latin(part.chars().next()) || latin(after) && latin(part.chars().last()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_say_around_the_thing_goes() {
        for (said, plain_form) in [
            ("健在证明", "健在"),
            ("  开个健在证明怎么办理？", "个健在"),
            ("我要开 健在 证明", "健在"),
            ("Ｎｏ　ｃｒｉｍｉｎａｌ　ｒｅｃｏｒｄ", "no criminal record"),
            ("Proof of being ALIVE", "being alive"),
            ("居民身份信息证明", "身份"),
            ("没结过婚！", "没结过婚"),
            ("证明", ""),
            ("请问怎么开证明？", ""),
            ("", ""),
            ("\u{0}\u{7}", ""),
            ("养dog证明", "养dog"),
        ] {
            assert_eq!(plain(said), plain_form, "{said}");
        }
    }

    #[test]
    fn words_fit_whole_before_in_part_and_long_before_short() {
        for (asked, key, expected) in [
            ("健在", "健在", Some(Fit::Same)),
            ("老人健在", "健在", Some(Fit::Within(Reverse(2)))),
            ("犯罪", "无犯罪记录", Some(Fit::Part(5))),
            ("健", "健在", None),
            ("dogma", "dog", None),
            ("big dog", "dog", Some(Fit::Within(Reverse(3)))),
            ("养dog", "dog", Some(Fit::Within(Reverse(3)))),
            ("", "健在", None),
            ("健在", "", None),
            ("贫困", "健在", None),
        ] {
            assert_eq!(fit(asked, key), expected, "{asked} {key}");
        }
        assert!(Fit::Same < Fit::Within(Reverse(9)));
        assert!(Fit::Within(Reverse(5)) < Fit::Within(Reverse(2)));
        assert!(Fit::Within(Reverse(2)) < Fit::Part(2));
        assert!(Fit::Part(2) < Fit::Part(5));
    }

    #[test]
    fn words_are_found_by_how_they_sound() {
        for (asked, key, fits) in [
            ("jianzai", "健在", true),
            ("jian zai", "健在", true),
            ("jz", "健在", true),
            ("j", "健在", false),
            ("wufanzui", "无犯罪记录", true),
            ("wfzjl", "无犯罪记录", true),
            ("wf", "无犯罪记录", false),
            ("jzzm", "健在", true),
            ("jianzaizhengming", "健在", true),
            ("zm", "健在", false),
            ("dog", "健在", false),
        ] {
            assert_eq!(may_be_sound(asked) && sounds_like(asked, key).is_some(), fits, "{asked} {key}");
        }
        assert!(Fit::Part(9) < Fit::Sound(2));
        assert!(!may_be_sound("健在") && !may_be_sound("健zai"));
    }

    #[test]
    fn a_name_says_what_it_is_at_its_end() {
        for (name, key, is) in [
            ("健在", "健在", true),
            ("退休老人健在", "健在", true),
            ("老人健在证明", "健在", true),
            ("死亡赔偿金领取", "死亡", false),
            ("牲畜死亡", "死亡", false),
            ("残疾人护理补贴", "残疾", false),
            ("the dog", "dog", true),
            ("wild dog", "dog", false),
            ("dog", "dog", true),
            ("活", "活", true),
            ("生活", "活", false),
            ("收入", "", false),
        ] {
            assert_eq!(is_called(&plain(name), &plain(key)), is, "{name} {key}");
        }
    }
}

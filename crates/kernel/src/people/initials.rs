//! Initials of names in pinyin, for look-up by people who type `zxy` for 张晓云.

use pinyin::ToPinyin;

/// Surnames of two characters that are read otherwise than their characters.
const DOUBLE: &[(&str, &str)] =
    &[("尉迟", "yc"), ("万俟", "mq"), ("单于", "cy"), ("长孙", "zs"), ("澹台", "tt"), ("宰父", "zf"), ("独孤", "dg")];

/// Surnames that are read otherwise than the character, by the letter that the usual reading begins with.
const SINGLE: &[(char, char)] = &[
    ('曾', 'z'), // zēng
    ('单', 's'), // shàn
    ('仇', 'q'), // qiú
    ('解', 'x'), // xiè
    ('查', 'z'), // zhā
    ('朴', 'p'), // piáo
    ('区', 'o'), // ōu
    ('盖', 'g'), // gě
    ('覃', 'q'), // qín in the south, tán elsewhere
    ('缪', 'm'), // miào
    ('乐', 'y'), // yuè
    ('翟', 'z'), // zhái
    ('种', 'c'), // chóng
    ('折', 's'), // shé
    ('繁', 'p'), // pó
    ('秘', 'b'), // bì
    ('召', 's'), // shào
    ('褚', 'c'), // chǔ
    ('冼', 'x'), // xiǎn
    ('洗', 'x'), // xiǎn
    ('祭', 'z'), // zhài
    ('盛', 's'), // shèng
    ('谌', 'c'), // chén
    ('佴', 'n'), // nài
    ('郗', 'x'), // xī
    ('隗', 'w'), // wěi
    ('郇', 'x'), // xún
    ('逄', 'p'), // páng
    ('黑', 'h'), // hè
    ('石', 's'), // shí
    ('沈', 's'), // shěn
    ('卜', 'b'), // bǔ
    ('贾', 'j'), // jiǎ
    ('阚', 'k'), // kàn
    ('都', 'd'), // dū
    ('车', 'c'), // chē
    ('晟', 'c'), // chéng
    ('尹', 'y'),
    ('六', 'l'),
];

/// The initials of a name, lower case. Of a name in Latin letters all letters, so that its first ones find it. Characters
/// without a known reading are left out.
pub fn of(name: &str) -> String {
    let mut initials = String::new();
    let mut rest = name;
    if let Some((surname, letters)) = DOUBLE.iter().find(|(surname, _)| name.starts_with(surname)) {
        initials.push_str(letters);
        rest = &name[surname.len()..];
    } else if let Some((surname, letter)) = name.chars().next().and_then(|c| SINGLE.iter().find(|(s, _)| *s == c)) {
        initials.push(*letter);
        rest = &name[surname.len_utf8()..];
    }
    for c in rest.chars() {
        if let Some(pinyin) = c.to_pinyin() {
            initials.extend(pinyin.plain().chars().next().map(plain));
        } else if c.is_ascii_alphabetic() {
            initials.push(c.to_ascii_lowercase());
        }
    }
    initials
}

/// A few readings begin with `ü` or a letter with a mark.
fn plain(c: char) -> char {
    match c {
        'ê' | 'ế' | 'ề' => 'e',
        'ü' => 'v',
        'ḿ' => 'm',
        'ń' | 'ň' | 'ǹ' => 'n',
        c => c,
    }
}

/// The range of initials that begin with these letters: from (inclusive), and to (exclusive) where there is an end.
/// Made of letters alone, so that it holds whatever else sorts where.
pub fn range(letters: &str) -> (String, Option<String>) {
    let from = letters.to_ascii_lowercase();
    let mut end = from.trim_end_matches('z').to_owned();
    let to = end.pop().and_then(|last| char::from_u32(u32::from(last) + 1)).map(|next| format!("{end}{next}"));
    (from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_their_initials() {
        let cases = [
            ("张晓云", "zxy"),
            ("李阿诗", "las"),
            ("曾国藩", "zgf"),
            ("单田芳", "stf"),
            ("仇英", "qy"),
            ("解缙", "xj"),
            ("查良镛", "zly"),
            ("尉迟恭", "ycg"),
            ("尉健行", "wjx"),
            ("朴槿惠", "pjh"),
            ("区寄", "oj"),
            ("盖叫天", "gjt"),
            ("覃塘", "qt"),
            ("缪荃孙", "mqs"),
            ("乐毅", "yy"),
            ("万俟卨", "mqx"),
            ("长孙无忌", "zswj"),
            ("欧阳修", "oyx"),
            ("阿依古丽·买买提", "aygl mmt"),
            ("John F. Kennedy", "johnfkennedy"),
            ("吕布", "lb"),
            ("王a", "wa"),
        ];
        for (name, initials) in cases {
            assert_eq!(of(name), initials.replace(' ', ""), "{name}");
        }
        // Rare characters outside the basic plane must not stop anybody.
        assert!(of("𠮷三").ends_with('s'));
    }

    #[test]
    fn a_range_is_what_begins_so() {
        let cases = [("zx", Some("zy")), ("Az", Some("b")), ("z", None), ("zz", None), ("a", Some("b"))];
        for (letters, end) in cases {
            let (from, to) = range(letters);
            assert_eq!((from.as_str(), to.as_deref()), (letters.to_lowercase().as_str(), end), "{letters}");
            for name in ["zx", "zxy", "zy", "a", "az", "azz", "b", "zz", "zzz"] {
                let within = name >= from.as_str() && to.as_deref().is_none_or(|to| name < to);
                assert_eq!(within, name.starts_with(from.as_str()), "{name} in {letters}");
            }
        }
    }
}

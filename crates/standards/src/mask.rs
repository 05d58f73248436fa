//! How personal values are shown to those who need not read them whole.
//!
//! Each mask shows at most what its function states, whatever it is given: a value that does not look as expected
//! is hidden whole, so a value in the wrong field leaks nothing.

use crate::codelist;

const HIDDEN: char = '*';

/// First 6 and last 4 of an 18-character identity number (`530102********0016`), first 6 and last 3 of an old
/// 15-digit one; of anything else nothing.
pub fn identity(text: &str) -> String {
    let digit_count = text.chars().filter(char::is_ascii_digit).count();
    match text.chars().count() {
        18 if digit_count >= 17 => ends(text, 6, 4),
        15 if digit_count == 15 => ends(text, 6, 3),
        _ => ends(text, 0, 0),
    }
}

/// First 3 and last 4 of a mobile number (`138****0016`), area code and last 4 of a fixed one with a dash
/// (`0871-****0016`); of anything else nothing.
pub fn phone(text: &str) -> String {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('-') {
        None if text.len() == 11 && digits(text) => ends(text, 3, 4),
        Some((area, rest))
            if matches!(area.len(), 3 | 4) && matches!(rest.len(), 7 | 8) && digits(area) && digits(rest) =>
        {
            format!("{area}-{}", ends(rest, 0, 4))
        }
        _ => ends(text, 0, 0),
    }
}

/// The first character of a name of two or more (`张**`); of a single character nothing.
pub fn name(text: &str) -> String {
    ends(text, usize::from(text.chars().count() > 1), 0)
}

/// The last 4 of a card number of 12 to 19 digits, blanks aside; of anything else nothing.
pub fn bank_card(text: &str) -> String {
    let plain: String = text.chars().filter(|c| *c != ' ').collect();
    let card = (12..=19).contains(&plain.len()) && plain.bytes().all(|b| b.is_ascii_digit());
    ends(&plain, 0, if card { 4 } else { 0 })
}

/// The last 4 of a document number of 8 characters or more (`****5678`); of anything else nothing.
pub fn document(text: &str) -> String {
    ends(text, 0, if text.chars().count() >= 8 { 4 } else { 0 })
}

/// An address down to its county at most (`云南省昆明市五华区****`), each level only where it is written in order
/// and has no digit; always four stars for the rest, so that not even its length shows.
pub fn address(text: &str) -> String {
    let provinces = codelist::find("province").expect("compiled in").entries.iter();
    let mut shown = provinces.map(|entry| entry.zh.as_str()).find(|zh| text.starts_with(zh)).map_or(0, str::len);
    for suffixes in [&['市', '州', '盟'][..], &['县', '区', '旗', '市']] {
        shown += division(&text[shown..], suffixes).map_or(0, str::len);
    }
    if shown == text.len() { text.to_owned() } else { format!("{}****", &text[..shown]) }
}

/// The leading run of 2 to 12 characters that ends in one of `suffixes`, unless it is part of something smaller.
fn division<'a>(text: &'a str, suffixes: &[char]) -> Option<&'a str> {
    let mut before = ' ';
    for (count, (at, c)) in text.char_indices().enumerate().take(12) {
        let smaller = c == '区' && "小社园景校片厂库山".contains(before);
        if smaller || !('\u{4e00}'..='\u{9fff}').contains(&c) || "镇乡街道路村组号巷栋".contains(c) {
            return None;
        }
        if count >= 1 && suffixes.contains(&c) {
            return Some(&text[..at + c.len_utf8()]);
        }
        if "县区旗".contains(c) {
            return None;
        }
        before = c;
    }
    None
}

/// The first `head` and last `tail` characters, the rest as stars; nothing but stars when nothing would be hidden.
fn ends(text: &str, head: usize, tail: usize) -> String {
    let length = text.chars().count();
    let hidden = length > head + tail;
    text.chars()
        .enumerate()
        .map(|(at, c)| if hidden && (at < head || at >= length - tail) { c } else { HIDDEN })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Mask = fn(&str) -> String;

    #[test]
    fn masks() {
        let cases: [(Mask, &str, &str); 26] = [
            (identity, "530102188001010016", "530102********0016"),
            (identity, "11010519491231002X", "110105********002X"),
            (identity, "530102800101001", "530102******001"),
            (identity, "53010218800101001", "*****************"),
            (identity, "张三李四王五赵六钱七孙八周九吴十", "****************"),
            (identity, "", ""),
            (phone, "13800000016", "138****0016"),
            (phone, "0871-63000016", "0871-****0016"),
            (phone, "010-65000016", "010-****0016"),
            (phone, "0691-2123456", "0691-***3456"),
            (phone, "12345", "*****"),
            (phone, "530102-188001010016", "*******************"),
            (name, "张三", "张*"),
            (name, "欧阳娜娜", "欧***"),
            (name, "𠮷三", "𠮷*"),
            (name, "张", "*"),
            (bank_card, "6222 0000 0000 0000 016", "***************0016"),
            (bank_card, "62220000", "********"),
            (document, "E12345678", "*****5678"),
            (document, "1234567", "*******"),
            (address, "云南省昆明市五华区华山街道翠湖北路1号", "云南省昆明市五华区****"),
            (address, "云南省楚雄彝族自治州楚雄市鹿城镇", "云南省楚雄彝族自治州楚雄市****"),
            (address, "五华区翠湖北路1号", "五华区****"),
            (address, "翠湖小区3栋", "****"),
            (address, "云南省昆明市翠湖社区", "云南省昆明市****"),
            (address, "昆明市五华区", "昆明市五华区"),
        ];
        for (mask, value, expected) in cases {
            assert_eq!(mask(value), expected, "{value}");
        }
    }

    fn shown(masked: &str) -> usize {
        masked.chars().filter(|c| *c != '*' && *c != '-').count()
    }

    proptest! {
        #[test]
        fn nothing_shows_more_than_stated(text in "\\PC{0,24}|[0-9]{1,20}|[0-9]{3,4}-[0-9]{7,8}|[一-龥]{0,8}") {
            let text = text.replace('*', "");
            let length = text.chars().count();
            for (mask, most) in [(identity as Mask, 10), (phone, 8), (name, 1), (bank_card, 4), (document, 4)] {
                let masked = mask(&text);
                prop_assert!(shown(&masked) <= most, "{} {}", text, masked);
                prop_assert!(length == 0 || masked.contains('*'), "something is always hidden");
            }
        }

        #[test]
        fn an_address_shows_no_digit_and_nothing_below_the_county(text in "(云南省)?(昆明市)?[五华区县市街道路0-9a-z小]{1,12}[0-9]") {
            let masked = address(&text);
            let head = masked.strip_suffix("****").expect("the house number is hidden");
            prop_assert!(text.starts_with(head) && !head.contains(|c: char| c.is_ascii_alphanumeric() || "街道路".contains(c)));
            prop_assert!(head.is_empty() || head.ends_with(['省', '市', '区', '县']));
        }

        #[test]
        fn no_text_makes_a_mask_panic(text in "\\PC{0,40}") {
            for mask in [identity, phone, name, bank_card, document, address] {
                mask(&text);
            }
        }
    }
}

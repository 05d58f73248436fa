//! The text of a paper with its blanks, `【姓名】`: which of them the base data fills, which the paper itself knows, and which are
//! asked of whoever applies.

use std::collections::BTreeMap;

use jizuo_kernel::{Text, say};
use jizuo_standards::element;

const OPEN: char = '【';
const CLOSE: char = '】';

/// What is said where an item has no text of its own.
pub(crate) const USUAL: &str = "兹证明【姓名】（居住地：【村（社区）】）：【证明内容】。\n特此证明。";

/// Blanks that base data fills: what they are called, the field of the form, and the element.
pub(crate) const KNOWN: [(&str, &str, &str); 7] = [
    ("姓名", "name", "person.name"),
    ("公民身份号码", "identity_number", "person.identity_number"),
    ("性别", "sex", "person.sex"),
    ("出生日期", "birth_date", "person.birth_date"),
    ("民族", "nationality", "person.nationality"),
    ("现居住地", "residence", "person.residence"),
    ("户籍所在地", "registered_place", "person.registered_place"),
];

/// Blanks that the paper itself fills.
pub(crate) const OWN: [&str; 4] = ["村（社区）", "用途", "出具日期", "有效期至"];

/// A piece of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    Blank(&'a str),
}

/// The text in pieces. What is no blank stays as it is written.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, opened)) = rest.split_once(OPEN) {
        let Some((name, after)) = opened.split_once(CLOSE) else { break };
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Blank(name.trim()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Every blank once, in the order of the text.
pub(crate) fn blanks(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for piece in pieces(text) {
        if let Piece::Blank(name) = piece
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

/// The field of the form that fills a blank.
pub(crate) fn field(blank: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(name, ..)| *name == blank).map(|(_, field, _)| *field)
}

/// Whether a blank is asked of whoever applies.
pub(crate) fn is_asked(blank: &str) -> bool {
    field(blank).is_none() && !OWN.contains(&blank)
}

/// The blanks of a text that whoever applies is asked for.
pub(crate) fn asked(text: &str) -> Vec<String> {
    blanks(text).into_iter().filter(|blank| is_asked(blank)).map(str::to_owned).collect()
}

/// The text with its blanks filled. What nobody filled is a line to write on.
pub(crate) fn filled(text: &str, values: &BTreeMap<String, String>) -> String {
    let fill = |piece| match piece {
        Piece::Text(text) => text,
        Piece::Blank(name) => values.get(name).map_or("＿＿＿＿＿＿", String::as_str),
    };
    pieces(text).into_iter().map(fill).collect()
}

/// Blanks of one text at most.
const MOST: usize = 20;
/// Characters of a blank's name.
const NAME: usize = 20;

/// What is wrong with a text, if anything is.
pub(crate) fn wrong(text: &str) -> Option<Text> {
    let bare = |piece: &Piece<'_>| matches!(piece, Piece::Text(text) if text.contains([OPEN, CLOSE]));
    if pieces(text).iter().any(bare) {
        return Some(Text::new("空格写作【名称】，前后括号成对", "a blank is written 【name】, with both brackets"));
    }
    let blanks = blanks(text);
    if blanks.len() > MOST {
        return Some(say!("最多 {MOST} 个空格", "at most {MOST} blanks"));
    }
    for blank in &blanks {
        if blank.is_empty() || blank.chars().count() > NAME || blank.contains([OPEN, '\n']) {
            return Some(say!("空格名称为 1 至 {NAME} 个字", "a blank has a name of 1 to {NAME} characters"));
        }
        // What base data holds is not asked under its own name a second time.
        let collected = element::all().iter().find(|one| one.zh == *blank && is_asked(blank));
        if let Some(element) = collected {
            let id = &element.id;
            return Some(say!(
                "“{blank}”是基础数据里的数据元（{id}），不得作为填写项另行收集",
                "{blank} is an element of the base data ({id}) and is not collected again as a blank"
            ));
        }
    }
    if !blanks.contains(&"姓名") {
        return Some(Text::new("正文须写明持有人：【姓名】", "the text names the holder: 【姓名】"));
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_found_in_their_order_and_filled() {
        let text = "兹证明【姓名】家庭【情况】，【姓名】属实。";
        assert_eq!(blanks(text), ["姓名", "情况"]);
        assert!(is_asked("情况") && !is_asked("姓名") && !is_asked("用途"));
        let values = BTreeMap::from([("姓名".to_owned(), "李阿诗".to_owned())]);
        assert_eq!(filled(text, &values), "兹证明李阿诗家庭＿＿＿＿＿＿，李阿诗属实。");
        let values = BTreeMap::from([("姓名".to_owned(), "【情况】".to_owned())]);
        assert_eq!(filled("【姓名】。", &values), "【情况】。", "what was filled in is no template");
    }

    #[test]
    fn what_cannot_be_a_text_is_said() {
        assert_eq!(wrong(USUAL), None);
        for (text, says) in [
            ("【姓名】的【情况", "成对"),
            ("【姓名】】", "成对"),
            ("没有人", "须写明持有人"),
            ("【姓名】【】", "1 至 20 个字"),
            ("【姓名】【联系电话】", "person.phone"),
            ("【姓名】【银行卡号】", "person.bank_card"),
        ] {
            let why = wrong(text).unwrap();
            assert!(why.zh.contains(says), "{text}: {}", why.zh);
        }
        let many: String = (0..21).map(|n| format!("【第{n}项】")).collect();
        assert!(wrong(&format!("【姓名】{many}")).unwrap().zh.contains("最多 20"));
    }

    #[test]
    fn what_base_data_fills_are_elements_of_the_catalogue() {
        for (name, field, id) in KNOWN {
            let element = element::find(id).unwrap();
            assert_eq!(element.zh, name);
            assert_eq!(element.id.strip_prefix("person.").unwrap(), field);
        }
    }
}

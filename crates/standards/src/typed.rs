//! What a keyboard, an input method or a spreadsheet does to a code, undone before the code is judged.

/// Full-width ASCII becomes half-width, the ideographic space becomes a blank, blanks around are dropped.
pub(crate) fn tidy(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().map(narrow).collect::<String>().trim().to_owned()
}

/// Characters nobody can see: controls, zero-width marks, and the direction marks that make a text lie.
pub(crate) fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_and_blanks_are_undone() {
        assert_eq!(tidy("\u{3000}５３０１０２ \t"), "530102");
        assert_eq!(tidy("＋８６－ｘ"), "+86-x");
        assert_eq!(tidy("阿·𠮷"), "阿·𠮷");
    }

    #[test]
    fn hidden_characters_are_known() {
        assert!(
            ['\0', '\n', '\u{7f}', '\u{85}', '\u{200b}', '\u{202e}', '\u{2066}', '\u{feff}']
                .map(hidden)
                .iter()
                .all(|h| *h)
        );
        assert!(['·', '𠮷', 'a', ' ', '\u{e0100}'].map(hidden).iter().all(|h| !*h));
    }
}

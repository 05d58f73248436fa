//! The code that a paper is checked by: 128 random bits in letters and digits that nobody confuses, and a check character.

use data_encoding::BASE32_NOPAD;
use jizuo_kernel::keyring::fingerprint;
use jizuo_standards::iso7064::mod_37_36;

/// Characters of the code, with its check character.
const LENGTH: usize = 27;
const GROUP: usize = 9;

/// A new code, as it is kept: without what parts its groups.
pub(super) fn new() -> String {
    let random = BASE32_NOPAD.encode(&rand::random::<[u8; 16]>());
    let check = mod_37_36(&random).unwrap_or('0');
    format!("{random}{check}")
}

/// As people read it.
pub(super) fn shown(code: &str) -> String {
    let characters: Vec<char> = code.chars().collect();
    characters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Under what a code is found. What cannot be a code has a mark too, of nothing: it is looked for like any other.
pub(super) fn mark(typed: &str) -> String {
    let code: String =
        typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).take(LENGTH + 1).collect();
    let whole = code.split_at_checked(LENGTH - 1).filter(|(random, check)| {
        code.len() == LENGTH && mod_37_36(random).is_some_and(|right| check.starts_with(right))
    });
    fingerprint(if whole.is_some() { &code } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_typed_and_no_other_is() {
        let code = new();
        assert_eq!(code.len(), LENGTH);
        assert_eq!(shown(&code).split('-').map(str::len).collect::<Vec<_>>(), [9, 9, 9]);
        for typed in
            [code.clone(), shown(&code), shown(&code).to_lowercase(), format!(" {} ", shown(&code).replace('-', " "))]
        {
            assert_eq!(mark(&typed), fingerprint(&code), "{typed}");
        }
        let nothing = mark("");
        for at in 0..LENGTH {
            let other = if code.as_bytes()[at] == b'A' { 'B' } else { 'A' };
            let slip: String = code.chars().enumerate().map(|(n, c)| if n == at { other } else { c }).collect();
            assert_eq!(mark(&slip), nothing, "a slip at {at} is caught before it is looked for");
        }
        for wrong in ["", "证", &code[1..], &format!("{code}A"), "x'; --"] {
            assert_eq!(mark(wrong), nothing, "{wrong}");
        }
        assert_ne!(new(), code);
    }
}

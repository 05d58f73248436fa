//! The two check-character systems of ISO 7064 that Chinese codes use: pure MOD 11-2 and hybrid MOD 37,36.

/// The MOD 11-2 check character of a row of decimal digits (`0`–`9` or `X`), as in GB 11643-1999. None when a
/// character is not a digit. Every single altered digit and every swap of neighbours changes it.
pub fn mod_11_2(digits: &str) -> Option<char> {
    let rest = digits.chars().try_fold(0, |p, c| Some((p + c.to_digit(10)?) * 2 % 11))?;
    Some(match (12 - rest) % 11 {
        10 => 'X',
        n => char::from_digit(n, 10)?,
    })
}

/// The MOD 37,36 check character of `0`–`9` and `A`–`Z` (itself one of them), as in GB/T 36904-2018. None when a
/// character is neither; lower case is not upper case. Every single altered character changes it.
pub fn mod_37_36(text: &str) -> Option<char> {
    let rest = text.chars().try_fold(36, |p, c| {
        let sum = match (p + alphanumeric(c)?) % 36 {
            0 => 36,
            n => n,
        };
        Some(sum * 2 % 37)
    })?;
    char::from_digit((37 - rest) % 36, 36).map(|c| c.to_ascii_uppercase())
}

/// 0–35 for `0`–`9`, `A`–`Z`.
pub(crate) fn alphanumeric(c: char) -> Option<u32> {
    if c.is_ascii_lowercase() { None } else { c.to_digit(36) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn vectors() {
        // The standard's own samples (GB 11643-1999), and ISO 7064's sample for MOD 11-2.
        assert_eq!(mod_11_2("11010519491231002"), Some('X'));
        assert_eq!(mod_11_2("44052418800101001"), Some('4'));
        assert_eq!(mod_11_2("0794"), Some('0'));
        assert_eq!(mod_11_2("079"), Some('X'));
        assert_eq!(mod_11_2("07a"), None);
        // GRid A12425GABC1234002 has the check character M under MOD 37,36.
        assert_eq!(mod_37_36("A12425GABC1234002"), Some('M'));
        assert_eq!(mod_37_36("a"), None);
        assert_eq!(mod_37_36("·"), None);
    }

    proptest! {
        #[test]
        fn a_single_alteration_is_caught_by_mod_11_2(text in "[0-9]{17}", at in 0usize..17, step in 1u32..10) {
            prop_assert_ne!(mod_11_2(&text), mod_11_2(&altered(&text, at, step, 10)));
        }

        #[test]
        fn a_single_alteration_is_caught_by_mod_37_36(text in "[0-9A-Z]{1,60}", at: prop::sample::Index, step in 1u32..36) {
            prop_assert_ne!(mod_37_36(&text), mod_37_36(&altered(&text, at.index(text.len()), step, 36)));
        }
    }

    fn altered(text: &str, at: usize, step: u32, radix: u32) -> String {
        let moved = |c: char| char::from_digit((c.to_digit(radix)? + step) % radix, radix);
        text.chars()
            .enumerate()
            .map(|(i, c)| if i == at { moved(c).expect("of the radix").to_ascii_uppercase() } else { c })
            .collect()
    }
}

//! Numbers of bank cards, with the check digit of ISO/IEC 7812-1 (JR/T 0008-2000).

use crate::fault::Fault;
use crate::mask;
use crate::typed::tidy;

const SOURCE: &str = "JR/T 0008-2000; ISO/IEC 7812-1";

/// A card number without blanks: 12 to 19 digits whose check digit fits.
///
/// `Debug` and `Display` show the mask only; [`BankCard::expose`] gives the number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BankCard(String);

impl BankCard {
    /// Reads a number as it is printed on a card: in groups, full-width or not.
    pub fn parse(text: &str) -> Result<BankCard, Fault> {
        let plain: String = tidy(text).chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        if !plain.bytes().all(|b| b.is_ascii_digit()) || !(12..=19).contains(&plain.len()) {
            return Err(Fault::new(
                "standards.bank_card.digits",
                "银行卡号应为12至19位数字，请对照卡面重新填写。",
                "A bank card number has 12 to 19 digits; copy it again from the card.",
                SOURCE,
            ));
        }
        if luhn(&plain) != 0 {
            return Err(Fault::new(
                "standards.bank_card.check",
                "银行卡号的校验位不符，至少有一位填错，请对照卡面逐位核对。",
                "The check digit does not fit: at least one digit is wrong; compare each with the card.",
                SOURCE,
            ));
        }
        Ok(BankCard(plain))
    }

    /// The number itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The Luhn sum modulo 10: 0 when the last digit is the check digit of the others.
fn luhn(digits: &str) -> u32 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, b)| {
            let digit = u32::from(b - b'0');
            if at % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    sum % 10
}

impl std::fmt::Display for BankCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&mask::bank_card(&self.0))
    }
}

impl std::fmt::Debug for BankCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BankCard({self})")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_read_and_refused() {
        let cases = [
            ("79927398713", Err("digits")),
            ("4111 1111 1111 1111", Ok("4111111111111111")),
            ("６２２２０２１２３４５６７８９０１２８", Ok("6222021234567890128")),
            ("6222-0212-3456-7890-128", Ok("6222021234567890128")),
            ("6222021234567890129", Err("check")),
            ("", Err("digits")),
            ("62220212345678901280", Err("digits")),
            ("622202123456789012x", Err("digits")),
        ];
        for (text, expected) in cases {
            let read = BankCard::parse(text);
            let read = read.as_ref().map(BankCard::expose).map_err(|fault| fault.code);
            assert_eq!(
                read,
                expected.map_err(|why| format!("standards.bank_card.{why}")).as_deref().map_err(|e| &**e),
                "{text}"
            );
        }
        assert_eq!(format!("{:?}", BankCard::parse("4111111111111111").unwrap()), "BankCard(************1111)");
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_found(body in "[0-9]{12,18}", at in 0usize..12, by in 1u32..10) {
            let check = (10 - luhn(&format!("{body}0"))) % 10;
            let good = format!("{body}{check}");
            prop_assert!(BankCard::parse(&good).is_ok());
            let mut digits: Vec<u32> = good.chars().filter_map(|c| c.to_digit(10)).collect();
            digits[at] = (digits[at] + by) % 10;
            let bad: String = digits.iter().map(u32::to_string).collect();
            prop_assert!(BankCard::parse(&bad).is_err());
        }
    }
}

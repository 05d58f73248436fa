//! Majorities and quorums as exact fractions: more than a half, at least two thirds, and the numbers they ask for.

use crate::fault::Fault;
use crate::typed::tidy;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const SOURCE: &str = "民法典 Art 1259";

/// A share of a body that must be reached (`≥2/3`, 以上, the number itself included) or exceeded (`>1/2`, 过半数,
/// the number itself excluded), by Civil Code Art 1259. Computed in whole numbers only.
///
/// Always within reach and never empty: between `>0` and `≥1`, neither `≥0` nor `>1`. Kept in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Threshold {
    numerator: u32,
    denominator: u32,
    exclusive: bool,
}

impl Threshold {
    pub const MORE_THAN_HALF: Threshold = Threshold { numerator: 1, denominator: 2, exclusive: true };
    pub const AT_LEAST_TWO_THIRDS: Threshold = Threshold { numerator: 2, denominator: 3, exclusive: false };
    pub const MORE_THAN_TWO_THIRDS: Threshold = Threshold { numerator: 2, denominator: 3, exclusive: true };

    /// `≥ numerator/denominator`; None when out of reach, empty or divided by zero.
    pub fn at_least(numerator: u32, denominator: u32) -> Option<Threshold> {
        (numerator >= 1 && numerator <= denominator).then(|| Threshold::reduced(numerator, denominator, false))
    }

    /// `> numerator/denominator`; None when out of reach or divided by zero.
    pub fn more_than(numerator: u32, denominator: u32) -> Option<Threshold> {
        (numerator < denominator).then(|| Threshold::reduced(numerator, denominator, true))
    }

    fn reduced(numerator: u32, denominator: u32, exclusive: bool) -> Threshold {
        let (mut a, mut b) = (numerator, denominator);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Threshold { numerator: numerator / a, denominator: denominator / a, exclusive }
    }

    /// Reads `>1/2`, `>=2/3` or `≥2/3`, full-width or not.
    pub fn parse(text: &str) -> Result<Threshold, Fault> {
        let text: String = tidy(text).chars().filter(|c| !c.is_whitespace()).collect();
        let inclusive = text.strip_prefix(">=").or_else(|| text.strip_prefix('≥'));
        let fraction = inclusive.or_else(|| text.strip_prefix('>')).and_then(|rest| rest.split_once('/'));
        fraction
            .filter(|(n, d)| [n, d].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())))
            .and_then(|(n, d)| Some((n.parse().ok()?, d.parse().ok()?)))
            .and_then(|(n, d)| if inclusive.is_some() { Threshold::at_least(n, d) } else { Threshold::more_than(n, d) })
            .ok_or_else(|| {
                Fault::new(
                    "standards.threshold.parse",
                    "比例应写作“>1/2”（过半数）或“≥2/3”（三分之二以上）的形式，且不能超过全体，请重新填写。",
                    "Write a share as “>1/2” (more than half) or “≥2/3” (at least two thirds), within the whole.",
                    SOURCE,
                )
            })
    }

    /// Numerator and denominator in lowest terms.
    pub fn fraction(&self) -> (u32, u32) {
        (self.numerator, self.denominator)
    }

    /// Whether the share itself is not enough.
    pub fn is_exclusive(&self) -> bool {
        self.exclusive
    }

    /// The smallest number out of `n` that is enough. For `n` 0 it is 1, which nobody can bring: a body without
    /// members decides nothing.
    pub fn smallest(&self, n: u64) -> u64 {
        if n == 0 {
            return 1;
        }
        let (product, denominator) = (u128::from(n) * u128::from(self.numerator), u128::from(self.denominator));
        let smallest = if self.exclusive { product / denominator + 1 } else { product.div_ceil(denominator) };
        u64::try_from(smallest).expect("a share of at most the whole is at most n")
    }

    /// Whether `k` out of `n` is enough. Never for `n` 0.
    pub fn met(&self, k: u64, n: u64) -> bool {
        k >= self.smallest(n)
    }

    /// Whether whatever meets this also meets `other`, for a body of any size: how a lower level may change a
    /// threshold that may only be raised.
    pub fn at_least_as_strict_as(&self, other: &Threshold) -> bool {
        let mine = u64::from(self.numerator) * u64::from(other.denominator);
        let theirs = u64::from(other.numerator) * u64::from(self.denominator);
        mine > theirs || (mine == theirs && (self.exclusive || !other.exclusive))
    }

    /// As the law says it: 过半数, 三分之二以上, 超过三分之二.
    pub fn zh(&self) -> String {
        let share = format!("{}分之{}", numeral(self.denominator), numeral(self.numerator));
        match (self.exclusive, self.numerator, self.denominator) {
            (true, 1, 2) => "过半数".to_owned(),
            (true, 0, _) => "至少一人".to_owned(),
            (false, 1, 1) => "全体".to_owned(),
            (true, ..) => format!("超过{share}"),
            (false, ..) => format!("{share}以上"),
        }
    }

    /// `more than 1/2`, `at least 2/3`.
    pub fn en(&self) -> String {
        match (self.exclusive, self.numerator, self.denominator) {
            (true, 0, _) => "at least one".to_owned(),
            (false, 1, 1) => "all".to_owned(),
            (true, n, d) => format!("more than {n}/{d}"),
            (false, n, d) => format!("at least {n}/{d}"),
        }
    }
}

/// Up to ten in Chinese numerals, as laws write; in digits beyond.
fn numeral(number: u32) -> String {
    let numerals = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    usize::try_from(number).ok().and_then(|at| numerals.get(at)).map_or(number.to_string(), |word| (*word).to_owned())
}

impl std::fmt::Display for Threshold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.exclusive { '>' } else { '≥' };
        f.pad(&format!("{sign}{}/{}", self.numerator, self.denominator))
    }
}

impl std::str::FromStr for Threshold {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Threshold, Fault> {
        Threshold::parse(text)
    }
}

impl Serialize for Threshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Threshold, D::Error> {
        Threshold::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Threshold {
        Threshold::parse(text).unwrap()
    }

    #[test]
    fn every_row_of_the_quorum_table() {
        // DOMAIN §4.2: what, members, quorum, its number, pass, its number (of the quorum, or of all members).
        let cases = [
            ("assembly", 1203, ">1/2", 602, ">1/2", 602, 302),
            ("assembly by households", 412, "≥2/3", 275, ">1/2", 275, 138),
            ("representatives' meeting", 45, "≥2/3", 30, ">1/2", 30, 16),
            ("group, adults", 96, "≥2/3", 64, ">1/2", 64, 33),
            ("group, households", 31, "≥2/3", 21, ">1/2", 21, 11),
            ("urban representatives' meeting", 60, "≥2/3", 40, ">1/2", 40, 21),
            ("urban election by representatives", 60, ">2/3", 41, ">1/2", 41, 21),
            ("recall", 1000, ">1/2", 501, ">1/2", 501, 251),
            ("collective assembly", 300, "≥2/3", 200, "≥2/3", 300, 200),
        ];
        for (what, members, quorum, present, pass, of, votes) in cases {
            assert_eq!(read(quorum).smallest(members), present, "{what}");
            assert!(read(quorum).met(present, members) && !read(quorum).met(present - 1, members), "{what}");
            assert_eq!(read(pass).smallest(of), votes, "{what}");
            assert!(read(pass).met(votes, of) && !read(pass).met(votes - 1, of), "{what}");
        }
    }

    #[test]
    fn other_shares_of_the_law() {
        for (text, n, smallest) in [
            ("≥1/5", 41, 9),
            ("≥1/10", 40, 4),
            ("≥4/5", 45, 36),
            ("≥3/4", 10, 8),
            ("≥1/3", 46, 16),
            ("≥1/1", 7, 7),
            (">0/1", 7, 1),
        ] {
            assert_eq!(read(text).smallest(n), smallest, "{text} of {n}");
        }
    }

    #[test]
    fn text_is_read_and_written() {
        let cases = [
            (">1/2", ">1/2", "过半数", "more than 1/2"),
            (">=2/3", "≥2/3", "三分之二以上", "at least 2/3"),
            (" ≥ 2 / 3 ", "≥2/3", "三分之二以上", "at least 2/3"),
            ("＞２／３", ">2/3", "超过三分之二", "more than 2/3"),
            (">=4/6", "≥2/3", "三分之二以上", "at least 2/3"),
            (">2/4", ">1/2", "过半数", "more than 1/2"),
            ("≥1/20", "≥1/20", "20分之一以上", "at least 1/20"),
            (">0/9", ">0/1", "至少一人", "at least one"),
            ("≥3/3", "≥1/1", "全体", "all"),
        ];
        for (text, shown, zh, en) in cases {
            let threshold = read(text);
            assert_eq!((threshold.to_string(), threshold.zh(), threshold.en()), (shown.into(), zh.into(), en.into()));
            assert_eq!(serde_json::to_string(&threshold).unwrap(), format!("\"{shown}\""));
        }
        assert_eq!(read(">1/2"), Threshold::MORE_THAN_HALF);
        assert_eq!(read("≥2/3"), Threshold::AT_LEAST_TWO_THIRDS);
        assert_eq!(read(">2/3"), Threshold::MORE_THAN_TWO_THIRDS);
        for text in [
            "",
            "1/2",
            "=1/2",
            "<1/2",
            ">1/0",
            "≥0/1",
            ">1/1",
            "≥4/3",
            ">1",
            ">-1/2",
            ">+1/2",
            "≥1/4294967296",
            ">0.5",
            ">1/2/3",
        ] {
            assert_eq!(Threshold::parse(text).unwrap_err().code, "standards.threshold.parse", "{text}");
        }
    }

    #[test]
    fn nobody_decides_nothing_and_the_greatest_body_does_not_overflow() {
        for text in ["≥2/3", ">1/2", ">0/1", "≥1/1"] {
            assert!(!read(text).met(0, 0), "{text}");
        }
        assert_eq!(read("≥1/1").smallest(u64::MAX), u64::MAX);
        assert_eq!(read(">4294967294/4294967295").smallest(u64::MAX), u64::MAX - u64::MAX / 4294967295 + 1);
    }

    #[test]
    fn strictness() {
        let order = ["≥1/10", "≥1/5", "≥1/2", ">1/2", "≥2/3", ">2/3", "≥3/4", "≥4/5", "≥1/1"];
        for (i, a) in order.iter().enumerate() {
            for (j, b) in order.iter().enumerate() {
                assert_eq!(read(a).at_least_as_strict_as(&read(b)), i >= j, "{a} {b}");
            }
        }
    }

    fn any() -> impl Strategy<Value = Threshold> {
        (1u32..60, 1u32..60, prop::bool::ANY).prop_filter_map("within reach", |(n, d, exclusive)| {
            if exclusive { Threshold::more_than(n, d) } else { Threshold::at_least(n, d) }
        })
    }

    proptest! {
        #[test]
        fn the_smallest_is_enough_and_one_less_is_not(threshold in any(), n in 1u64..100_000) {
            let k = threshold.smallest(n);
            let (numerator, denominator) = threshold.fraction();
            let (share, whole) = (k * u64::from(denominator), n * u64::from(numerator));
            let less = (k - 1) * u64::from(denominator);
            prop_assert!(k >= 1 && k <= n);
            let exclusive = threshold.is_exclusive();
            prop_assert!(share > whole || !exclusive && share == whole);
            prop_assert!(less < whole || exclusive && less == whole);
            prop_assert!(threshold.met(k, n) && !threshold.met(k - 1, n));
        }

        #[test]
        fn the_stricter_asks_for_no_less(a in any(), b in any(), n in 0u64..100_000) {
            prop_assert!(a.at_least_as_strict_as(&b) || b.at_least_as_strict_as(&a));
            prop_assert!(!a.at_least_as_strict_as(&b) || a.smallest(n) >= b.smallest(n));
        }

        #[test]
        fn text_round_trips(threshold in any()) {
            prop_assert_eq!(Threshold::parse(&threshold.to_string()), Ok(threshold));
        }
    }
}

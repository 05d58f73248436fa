//! The five levels of administrative division.

use serde::{Deserialize, Serialize};

/// Province 1, prefecture 2, county 3, township 4, village 5: a greater level is a smaller place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Province,
    Prefecture,
    County,
    Township,
    Village,
}

impl Level {
    pub const ALL: [Level; 5] = [Level::Province, Level::Prefecture, Level::County, Level::Township, Level::Village];

    /// From 1 (province) to 5 (village); None for any other number.
    pub fn from_number(number: impl Into<i64>) -> Option<Level> {
        usize::try_from(number.into()).ok()?.checked_sub(1).and_then(|at| Level::ALL.get(at).copied())
    }

    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// How many digits of a division code reach down to this level: 2, 4, 6, 9, 12.
    pub fn digits(self) -> usize {
        [2, 4, 6, 9, 12][self as usize]
    }

    /// As on the wire: `province`, `prefecture`, `county`, `township`, `village`.
    pub fn as_str(self) -> &'static str {
        ["province", "prefecture", "county", "township", "village"][self as usize]
    }

    pub fn zh(self) -> &'static str {
        ["省级", "地级", "县级", "乡级", "村级"][self as usize]
    }

    /// The next level down; None below the village.
    pub fn below(self) -> Option<Level> {
        Level::ALL.get(self as usize + 1).copied()
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn numbers_words_and_order_agree() {
        for (number, level) in (1u8..).zip(Level::ALL) {
            assert_eq!(Level::from_number(number), Some(level));
            assert_eq!(level.number(), number);
            assert_eq!(serde_json::to_string(&level).unwrap(), format!("\"{}\"", level.as_str()));
            assert!(level.below().is_none_or(|below| below > level && below.digits() > level.digits()));
        }
        assert_eq!([0, 6, -1].map(Level::from_number), [None; 3]);
    }
}

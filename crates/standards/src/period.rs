//! When a period ends by Civil Code Art 200–204, and which words of the law include their number.

use crate::calendar::Calendar;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// How long a period is; `{"days": 15}` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    Days(u32),
    Months(u32),
    Years(u32),
    WorkingDays(u32),
}

/// Where a period ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct End {
    /// The end by counting alone.
    pub nominal: NaiveDate,
    /// The last day on which the matter is still in time, all of it (Civil Code Art 203 ¶2: until 24:00, or until
    /// business closes).
    pub last_day: NaiveDate,
    /// Whether `last_day` is later than `nominal` because that is a rest day.
    pub moved: bool,
}

impl End {
    /// Whether the calendar knows the holidays of the years the end falls in. If not, the end may still move.
    pub fn is_certain(&self, calendar: &Calendar) -> bool {
        calendar.covers(self.nominal.year()) && calendar.covers(self.last_day.year())
    }
}

/// The end of a period begun by an event on `start`.
///
/// The day of the event is not counted (Civil Code Art 201 ¶1). Months and years end on the corresponding day, or
/// on the last day of a month that has none (Art 202). An end on a rest day moves to the first day after the rest
/// days (Art 203 ¶1; Civil Procedure Law Art 85 ¶3). Beyond what a calendar can count the end is the last date there is.
pub fn end(start: NaiveDate, length: Length, calendar: &Calendar) -> End {
    let months = |n| start.checked_add_months(Months::new(n)).unwrap_or(NaiveDate::MAX);
    let nominal = match length {
        Length::Days(n) => start.checked_add_days(Days::new(n.into())).unwrap_or(NaiveDate::MAX),
        Length::Months(n) => months(n),
        Length::Years(n) => months(n.saturating_mul(12)),
        Length::WorkingDays(n) => calendar.add_working_days(start, n),
    };
    let last_day = calendar.next_working_day(nominal);
    End { nominal, last_day, moved: last_day != nominal }
}

/// The first day on which a notice posted on `posted` may be taken down: it has hung `days` whole days after the
/// day of posting. Rest days do not move it: a period of display is a minimum for the reader, not a time limit to
/// act in (village law Art 35, urban law Art 34: at least 15 days).
pub fn display_until(posted: NaiveDate, days: u32) -> NaiveDate {
    posted.checked_add_days(Days::new(u64::from(days) + 1)).unwrap_or(NaiveDate::MAX)
}

/// Whether a number in the law counts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    Inclusive,
    Exclusive,
}

/// The words of Civil Code Art 1259, in the law's order.
pub const BOUND_WORDS: [(&str, Bound); 7] = [
    ("以上", Bound::Inclusive),
    ("以下", Bound::Inclusive),
    ("以内", Bound::Inclusive),
    ("届满", Bound::Inclusive),
    ("不满", Bound::Exclusive),
    ("超过", Bound::Exclusive),
    ("以外", Bound::Exclusive),
];

/// What one of the words of Civil Code Art 1259 means; None for any other word.
pub fn bound(word: &str) -> Option<Bound> {
    BOUND_WORDS.iter().find(|(known, _)| *known == word).map(|(_, bound)| *bound)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn ends() {
        let calendar = Calendar::builtin();
        let cases = [
            // start, length, nominal, last day
            ("2026-03-02", Length::Days(3), "2026-03-05", "2026-03-05"),
            ("2026-03-02", Length::Days(5), "2026-03-07", "2026-03-09"), // a Saturday
            ("2026-09-01", Length::Days(30), "2026-10-01", "2026-10-08"), // National Day
            ("2026-09-10", Length::Days(30), "2026-10-10", "2026-10-10"), // a Saturday worked
            ("2026-09-10", Length::Days(10), "2026-09-20", "2026-09-20"), // a Sunday worked
            ("2026-02-01", Length::Days(14), "2026-02-15", "2026-02-24"), // Spring Festival
            ("2026-01-31", Length::Months(1), "2026-02-28", "2026-02-28"), // no 31st; a Saturday worked
            ("2026-03-31", Length::Months(3), "2026-06-30", "2026-06-30"),
            ("2026-04-01", Length::Months(1), "2026-05-01", "2026-05-06"),
            ("2024-02-29", Length::Years(1), "2025-02-28", "2025-02-28"),
            ("2024-02-29", Length::Years(4), "2028-02-29", "2028-02-29"),
            ("2026-11-20", Length::Years(0), "2026-11-20", "2026-11-20"),
            ("2026-09-30", Length::WorkingDays(1), "2026-10-08", "2026-10-08"),
            ("2026-10-01", Length::WorkingDays(0), "2026-10-01", "2026-10-08"),
        ];
        for (start, length, nominal, last_day) in cases {
            let expected = End { nominal: day(nominal), last_day: day(last_day), moved: nominal != last_day };
            assert_eq!(end(day(start), length, &calendar), expected, "{start} {length:?}");
        }
    }

    #[test]
    fn an_end_beyond_the_notices_is_not_certain() {
        let calendar = Calendar::builtin();
        assert!(end(day("2026-11-01"), Length::Days(20), &calendar).is_certain(&calendar));
        assert!(!end(day("2026-12-20"), Length::Days(30), &calendar).is_certain(&calendar));
    }

    #[test]
    fn a_notice_hangs_for_whole_days_whatever_the_calendar() {
        assert_eq!(display_until(day("2026-04-10"), 15), day("2026-04-26"), "a Sunday, and not moved");
        assert_eq!(display_until(day("2026-09-20"), 10), day("2026-10-01"));
        assert_eq!(display_until(day("2026-04-10"), 0), day("2026-04-11"));
    }

    #[test]
    fn the_longest_lengths_do_not_overflow() {
        let calendar = Calendar::default();
        for length in [Length::Days(u32::MAX), Length::Months(u32::MAX), Length::Years(u32::MAX)] {
            assert_eq!(end(day("2026-01-01"), length, &calendar).nominal, NaiveDate::MAX);
        }
        assert_eq!(display_until(day("2026-01-01"), u32::MAX), NaiveDate::MAX);
    }

    #[test]
    fn words_and_wire() {
        assert_eq!(bound("以上"), Some(Bound::Inclusive));
        assert_eq!(bound("届满"), Some(Bound::Inclusive));
        assert_eq!(bound("不满"), Some(Bound::Exclusive));
        assert_eq!(bound("超过"), Some(Bound::Exclusive));
        assert_eq!(bound("左右"), None);
        assert_eq!(serde_json::to_string(&Length::WorkingDays(5)).unwrap(), r#"{"working_days":5}"#);
        assert_eq!(serde_json::from_str::<Length>(r#"{"months":1}"#).unwrap(), Length::Months(1));
    }

    fn length() -> impl Strategy<Value = (Length, Length)> {
        (0u32..400, 0u32..400, 0usize..4).prop_map(|(a, b, kind)| {
            let make = [Length::Days, Length::Months, Length::Years, Length::WorkingDays][kind];
            (make(a.min(b)), make(a.max(b)))
        })
    }

    proptest! {
        #[test]
        fn a_longer_period_or_a_later_start_ends_no_earlier((short, long) in length(), from in 0u64..800, later in 0u64..60) {
            let calendar = Calendar::builtin();
            let start = day("2025-06-01") + Days::new(from);
            let first = end(start, short, &calendar);
            prop_assert!(first.nominal >= start && first.last_day >= first.nominal);
            prop_assert_eq!(first.moved, calendar.is_rest_day(first.nominal));
            prop_assert!(calendar.is_working_day(first.last_day));
            prop_assert!(end(start, long, &calendar).last_day >= first.last_day);
            prop_assert!(end(start + Days::new(later), short, &calendar).last_day >= first.last_day);
        }
    }
}

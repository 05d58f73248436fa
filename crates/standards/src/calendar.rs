//! Working days and rest days by the State Council's yearly notice, and by the bare week where there is none.

use crate::fault::Fault;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const SOURCE: &str = "全国年节及纪念日放假办法";

/// The notices known, by the year they are for. Without one a year has weekends only, and [`Calendar::covers`]
/// says so: whoever shows a date computed from such a year should say that it may change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    notices: BTreeMap<i32, Notice>,
}

/// What one notice orders: holidays with the days off around them, and weekend days worked in exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub title: String,
    pub published: NaiveDate,
    off: BTreeMap<NaiveDate, String>,
    worked: BTreeSet<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    year: i32,
    notice: String,
    published: NaiveDate,
    holiday: Vec<Holiday>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    zh: String,
    /// Asked for so that no file lacks it: a notice is shown in both languages, though nothing here reads it.
    #[serde(rename = "en")]
    _en: String,
    from: NaiveDate,
    to: NaiveDate,
    #[serde(default)]
    worked: Vec<NaiveDate>,
}

impl Calendar {
    /// The notices compiled in: 2026 (data/holidays).
    pub fn builtin() -> Calendar {
        Calendar::from_toml(include_str!("../../../data/holidays/2026.toml")).expect("the compiled-in notice is tested")
    }

    /// One year's notice as TOML: `year`, `notice` (its title), `published`, and for each `[[holiday]]` `zh`, `en`,
    /// `from`, `to` and optionally `worked`, weekend days worked in exchange. Dates are `"YYYY-MM-DD"`.
    pub fn from_toml(text: &str) -> Result<Calendar, Fault> {
        let file: File = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
            wrong(format!("第{line}行：{}", error.message()), format!("line {line}: {}", error.message()))
        })?;
        let mut notice =
            Notice { title: file.notice, published: file.published, off: BTreeMap::new(), worked: BTreeSet::new() };
        for holiday in file.holiday {
            let days = holiday.to.signed_duration_since(holiday.from).num_days();
            if !(0..31).contains(&days) || !near(file.year, holiday.from) || !near(file.year, holiday.to) {
                return Err(wrong(
                    format!("{}的起止日期有误", holiday.zh),
                    format!("the dates of {} are out of order or out of the year", holiday.zh),
                ));
            }
            for day in holiday.from.iter_days().take_while(|day| *day <= holiday.to) {
                if notice.off.insert(day, holiday.zh.clone()).is_some() {
                    return Err(wrong(format!("{day}列入两个假期"), format!("{day} is in two holidays")));
                }
            }
            for day in holiday.worked {
                if !weekend(day) || !near(file.year, day) || !notice.worked.insert(day) {
                    return Err(wrong(
                        format!("调休上班日{day}不是当年的周末或重复"),
                        format!("the worked day {day} is no weekend day of the year, or is there twice"),
                    ));
                }
            }
        }
        if let Some(day) = notice.worked.iter().find(|day| notice.off.contains_key(day)) {
            return Err(wrong(format!("{day}既放假又上班"), format!("{day} is both off and worked")));
        }
        Ok(Calendar { notices: BTreeMap::from([(file.year, notice)]) })
    }

    /// Adds the years of `other`, which win where both have one: a corrected notice replaces the first.
    pub fn merge(mut self, other: Calendar) -> Calendar {
        self.notices.extend(other.notices);
        self
    }

    /// Whether the notice for `year` is known.
    pub fn covers(&self, year: i32) -> bool {
        self.notices.contains_key(&year)
    }

    /// The years known, earliest first, with their notices.
    pub fn notices(&self) -> impl Iterator<Item = (i32, &Notice)> {
        self.notices.iter().map(|(year, notice)| (*year, notice))
    }

    /// The Chinese name of the holiday a day off belongs to; None on working days and mere weekends.
    pub fn holiday(&self, date: NaiveDate) -> Option<&str> {
        self.around(date).find_map(|notice| notice.off.get(&date)).map(String::as_str)
    }

    /// A statutory rest day (法定休假日): a day off by notice, or a weekend day not worked in exchange.
    pub fn is_rest_day(&self, date: NaiveDate) -> bool {
        let worked = || self.around(date).any(|notice| notice.worked.contains(&date));
        self.holiday(date).is_some() || (weekend(date) && !worked())
    }

    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        !self.is_rest_day(date)
    }

    /// The first working day on or after `date`.
    pub fn next_working_day(&self, date: NaiveDate) -> NaiveDate {
        date.iter_days().find(|day| self.is_working_day(*day)).unwrap_or(NaiveDate::MAX)
    }

    /// The `n`th working day after `date`, itself not counted; `date` for 0.
    pub fn add_working_days(&self, date: NaiveDate, n: u32) -> NaiveDate {
        let Some(nth) = n.checked_sub(1).and_then(|before| usize::try_from(before).ok()) else { return date };
        date.iter_days().skip(1).filter(|day| self.is_working_day(*day)).nth(nth).unwrap_or(NaiveDate::MAX)
    }

    /// A notice may reach over the turn of the year: 2022-12-31 was a day off by the notice for 2023.
    fn around(&self, date: NaiveDate) -> impl Iterator<Item = &Notice> {
        [date.year(), date.year() + 1, date.year() - 1].into_iter().filter_map(|year| self.notices.get(&year))
    }
}

fn weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// In the year, or within two weeks of it.
fn near(year: i32, date: NaiveDate) -> bool {
    let fortnight = Days::new(14);
    [date.checked_add_days(fortnight), date.checked_sub_days(fortnight)].iter().flatten().any(|day| day.year() == year)
}

fn wrong(zh: String, en: String) -> Fault {
    Fault::new(
        "standards.calendar.file",
        format!("节假日文件有误（{zh}），请对照国务院办公厅通知改正后重新导入。"),
        format!("The holiday file is wrong ({en}); correct it by the State Council notice and import it again."),
        SOURCE,
    )
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
    fn the_days_of_2026() {
        let calendar = Calendar::builtin();
        let off = [
            ("2026-01-01", 3),
            ("2026-02-15", 9),
            ("2026-04-04", 3),
            ("2026-05-01", 5),
            ("2026-06-19", 3),
            ("2026-09-25", 3),
            ("2026-10-01", 7),
        ];
        for (from, days) in off {
            for date in day(from).iter_days().take(days) {
                assert!(calendar.is_rest_day(date) && calendar.holiday(date).is_some(), "{date}");
            }
            assert_eq!(calendar.holiday(day(from).pred_opt().unwrap()), None, "{from}");
            assert_eq!(calendar.holiday(day(from) + Days::new(days as u64)), None, "{from}");
        }
        for date in ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"] {
            assert!(calendar.is_working_day(day(date)) && weekend(day(date)), "{date}");
        }
        // 365 days, 104 weekend days of which 6 are worked, and 33 days off of which 19 are weekdays.
        let year = || day("2026-01-01").iter_days().take(365);
        let weekdays_off = year().filter(|d| !weekend(*d) && calendar.is_rest_day(*d)).count();
        assert_eq!(year().filter(|d| weekend(*d)).count(), 104);
        assert_eq!(year().filter(|d| calendar.is_working_day(*d)).count(), 365 - 104 + 6 - weekdays_off);
        assert_eq!(weekdays_off, 19);
        assert_eq!(calendar.holiday(day("2026-02-17")), Some("春节"));
    }

    #[test]
    fn counting_working_days() {
        let calendar = Calendar::builtin();
        let cases = [
            ("2026-09-30", 0, "2026-09-30"),
            ("2026-09-30", 1, "2026-10-08"),
            ("2026-09-30", 3, "2026-10-10"), // a Saturday worked
            ("2026-09-30", 4, "2026-10-12"),
            ("2026-02-13", 1, "2026-02-14"),
            ("2026-02-13", 2, "2026-02-24"),
        ];
        for (from, n, to) in cases {
            assert_eq!(calendar.add_working_days(day(from), n), day(to), "{from} {n}");
        }
        let cases = [("2026-10-01", "2026-10-08"), ("2026-10-10", "2026-10-10"), ("2026-10-11", "2026-10-12")];
        for (from, to) in cases {
            assert_eq!(calendar.next_working_day(day(from)), day(to), "{from}");
        }
        assert_eq!(calendar.next_working_day(NaiveDate::MAX), NaiveDate::MAX);
        assert_eq!(calendar.add_working_days(NaiveDate::MAX, 3), NaiveDate::MAX);
    }

    #[test]
    fn a_year_without_notice_has_weekends_only_and_says_so() {
        let calendar = Calendar::builtin();
        assert!(calendar.covers(2026) && !calendar.covers(2027) && !calendar.covers(2025));
        assert!(calendar.is_working_day(day("2027-10-01")) && calendar.is_rest_day(day("2027-10-02")));
        let (year, notice) = calendar.notices().next().unwrap();
        assert_eq!((year, notice.published), (2026, day("2025-11-04")));
        assert!(notice.title.contains("2026"));
    }

    const NEW_YEAR: &str = "year = 2027\nnotice = \"n\"\npublished = \"2026-11-10\"\n[[holiday]]\nzh = \"元旦\"\nen = \"\"\n\
                            from = \"2026-12-31\"\nto = \"2027-01-02\"\nworked = [\"2027-01-03\"]\n";

    #[test]
    fn an_imported_notice_adds_its_year_and_reaches_over_the_turn_of_it() {
        let calendar = Calendar::builtin().merge(Calendar::from_toml(NEW_YEAR).unwrap());
        assert!(calendar.covers(2026) && calendar.covers(2027));
        assert!(calendar.is_rest_day(day("2026-12-31")) && calendar.is_working_day(day("2027-01-03")));
        assert!(calendar.is_rest_day(day("2026-10-01")));
        let corrected = NEW_YEAR.replace("2026-12-31", "2027-01-01");
        let calendar = calendar.merge(Calendar::from_toml(&corrected).unwrap());
        assert!(calendar.is_working_day(day("2026-12-31")), "the later notice for a year replaces the earlier");
    }

    #[test]
    fn wrong_files_are_refused() {
        let cases = [
            NEW_YEAR.replace("to = \"2027-01-02\"", "to = \"2026-12-30\""),
            NEW_YEAR.replace("2027-01-03", "2027-01-04"), // a Monday
            NEW_YEAR.replace("2027-01-03", "2027-01-02"), // off and worked
            NEW_YEAR.replace("2027-01-03\"]", "2027-01-03\", \"2027-01-03\"]"),
            NEW_YEAR.replace("year = 2027", "year = 2030"),
            NEW_YEAR.replace("from = \"2026-12-31\"", "from = \"soon\""),
            NEW_YEAR.replace("worked", "wroked"),
            format!("{NEW_YEAR}[[holiday]]\nzh = \"x\"\nen = \"\"\nfrom = \"2027-01-01\"\nto = \"2027-01-01\"\n"),
            "".to_owned(),
        ];
        assert!(Calendar::from_toml(NEW_YEAR).is_ok());
        for text in cases {
            assert_eq!(Calendar::from_toml(&text).unwrap_err().code, "standards.calendar.file", "{text}");
        }
    }

    proptest! {
        #[test]
        fn working_days_add_up(offset in 0u64..700, a in 0u32..40, b in 1u32..40) {
            let calendar = Calendar::builtin();
            let start = day("2025-12-01") + Days::new(offset);
            let end = calendar.add_working_days(start, a + b);
            prop_assert!(calendar.is_working_day(end) && end > start);
            prop_assert_eq!(calendar.add_working_days(calendar.add_working_days(start, a), b), end);
        }
    }
}

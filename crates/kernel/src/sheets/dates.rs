//! Dates of every kind that people write into sheets, and those that say too little to be one.

use chrono::{Datelike, NaiveDate};

use super::cell::{Cell, tidy};
use super::workbook;

/// What a cell says of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Day(NaiveDate),
    /// 1949年12月, 1949.12, 1949: not a day.
    Part {
        year: i32,
        month: Option<u32>,
    },
    /// No date at all.
    Not,
}

/// Reads a cell as a day. `since_1904` is how its workbook counts.
pub(super) fn read(cell: &Cell, since_1904: bool) -> Said {
    match cell {
        Cell::Date(date) => Said::Day(*date),
        Cell::Number(number) => of_number(*number, since_1904),
        Cell::Text(text) => of_text(&tidy(text)),
        Cell::Empty | Cell::Flag(_) | Cell::Broken(_) => Said::Not,
    }
}

fn of_number(number: f64, since_1904: bool) -> Said {
    if number.fract() == 0.0 {
        match number {
            n if (18_000_101.0..=22_001_231.0).contains(&n) => return of_text(&format!("{n}")),
            n if (180_001.0..=220_012.0).contains(&n) => return of_text(&format!("{n}")),
            n if (1_800.0..=2_200.0).contains(&n) => return of_text(&format!("{n}")),
            _ => {}
        }
    } else if (1_800.0..2_200.0).contains(&number) {
        // 1949.12 in a cell of numbers; 1949.1 may be January or October.
        let text = format!("{number}");
        let month = text.split_once('.').filter(|(_, rest)| rest.len() == 2).and_then(|(_, rest)| rest.parse().ok());
        return Said::Part { year: number.trunc() as i32, month: month.filter(|month| (1..=12).contains(month)) };
    }
    // A date whose cell lost its format: 1954 to 2119.
    match workbook::serial(number, since_1904) {
        Some(date) if (20_000.0..80_000.0).contains(&number) || date.year() >= 1900 && number >= 2_201.0 => {
            Said::Day(date)
        }
        _ => Said::Not,
    }
}

fn of_text(text: &str) -> Said {
    let text = text.trim_start_matches('\'').trim();
    // A time after the day is no part of it.
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    let text = if day.len() >= 8 && text.contains(':') { day } else { text };
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if plain.bytes().all(|b| b.is_ascii_digit()) {
        return match plain.len() {
            8 => whole(&plain[..4], &plain[4..6], &plain[6..]),
            6 => part(&plain[..4], Some(&plain[4..])),
            4 => part(&plain, None),
            5 => plain.parse().map_or(Said::Not, |number| of_number(number, false)),
            _ => Said::Not,
        };
    }
    let parts: Vec<&str> = plain
        .split(['-', '/', '.', '\\', '年', '月', '日', '号', '—', '–', '－'])
        .filter(|part| !part.is_empty())
        .collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => whole(year, month, day),
        // 12/31/1949 could be no other order; 1/2/1949 could be two.
        [first, second, year] if year.len() == 4 => {
            let (first, second) = (first.parse().unwrap_or(0), second.parse().unwrap_or(0));
            let (month, day) = match (first, second) {
                (1..=12, 13..=31) => (first, second),
                (13..=31, 1..=12) => (second, first),
                (first, second) if first == second => (first, second),
                _ => return Said::Not,
            };
            year.parse().ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day)).map_or(Said::Not, Said::Day)
        }
        [year, month] if year.len() == 4 => part(year, Some(month)),
        [year] if year.len() == 4 => part(year, None),
        _ => Said::Not,
    }
}

fn whole(year: &str, month: &str, day: &str) -> Said {
    let date = || NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    match date().filter(|date| (1800..=2200).contains(&date.year())) {
        Some(date) => Said::Day(date),
        // 19491200: the clerk did not know the day.
        None if day.parse() == Ok(0) => part(year, Some(month)),
        None => Said::Not,
    }
}

fn part(year: &str, month: Option<&str>) -> Said {
    let Some(year) = year.parse().ok().filter(|year| (1800..=2200).contains(year)) else { return Said::Not };
    let month = month.and_then(|month| month.parse().ok());
    match month {
        Some(month) if !(1..=12).contains(&month) => Said::Part { year, month: None },
        month => Said::Part { year, month },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn dates_of_every_kind() {
        let day = NaiveDate::from_ymd_opt(1949, 12, 31).unwrap();
        for text in [
            "1949-12-31",
            "1949/12/31",
            "1949.12.31",
            "19491231",
            "1949年12月31日",
            "１９４９年１２月３１日",
            "1949 年 12 月 31 日",
            "1949-12-31 00:00:00",
            "1949-12-31T08:00:00",
            "12/31/1949",
            "31.12.1949",
            "'1949-12-31",
        ] {
            assert_eq!(read(&Cell::Text(text.into()), false), Said::Day(day), "{text}");
        }
        assert_eq!(read(&Cell::Number(18_263.0), false), Said::Day(day));
        assert_eq!(read(&Cell::Number(18_263.0 - 1_462.0), true), Said::Day(day));
        assert_eq!(read(&Cell::Number(19_491_231.0), false), Said::Day(day));
        assert_eq!(read(&Cell::Text("18263".into()), false), Said::Day(day));
        assert_eq!(read(&Cell::Date(day), true), Said::Day(day));
    }

    #[test]
    fn what_is_only_a_part_and_what_is_none() {
        let part = |year, month| Said::Part { year, month };
        for (cell, said) in [
            (Cell::Text("1949年12月".into()), part(1949, Some(12))),
            (Cell::Text("1949.12".into()), part(1949, Some(12))),
            (Cell::Text("194912".into()), part(1949, Some(12))),
            (Cell::Text("1949".into()), part(1949, None)),
            (Cell::Text("19491200".into()), part(1949, Some(12))),
            (Cell::Number(1949.12), part(1949, Some(12))),
            (Cell::Number(1949.1), part(1949, None)),
            (Cell::Number(1949.0), part(1949, None)),
            (Cell::Text("1/2/1949".into()), Said::Not),
            (Cell::Text("1949-02-30".into()), Said::Not),
            (Cell::Text("不详".into()), Said::Not),
            (Cell::Flag(true), Said::Not),
        ] {
            assert_eq!(read(&cell, false), said, "{cell:?}");
        }
    }
}

//! What a step does to the deadline: it counts anew, runs on, stops, goes on with what was left, or is set.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Duration, NaiveTime, Utc};
use jizuo_standards::calendar::Calendar;
use jizuo_standards::period::{self, Length};

use crate::clock::{china_date, china_instant};
use crate::rules;

/// What a step does to the matter's deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The rule of the step that is waited for next counts from now.
    #[default]
    Anew,
    /// The deadline stays what it is.
    Keep,
    /// The matter rests: nothing becomes overdue, and what is left of the deadline is kept.
    Stop,
    /// What was left when the clock stopped counts from now.
    GoOn,
    /// It is due then.
    Until(DateTime<Utc>),
}

/// What was left of a deadline when it was stopped, in the unit that it is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    WorkingDays(u32),
    Days(u32),
    Seconds(i64),
    /// It had passed; resting does not undo that.
    Passed(DateTime<Utc>),
}

impl Left {
    /// Of a deadline that a rule of this kind set.
    pub(super) fn of(kind: rules::Kind, due: DateTime<Utc>, now: DateTime<Utc>, calendar: &Calendar) -> Left {
        let (today, last) = (china_date(now), china_date(due));
        let between = || today.iter_days().skip(1).take_while(|day| *day <= last);
        let count = |days: usize| u32::try_from(days).unwrap_or(u32::MAX);
        match kind {
            _ if due < now => Left::Passed(due),
            rules::Kind::WorkingDays => {
                Left::WorkingDays(count(between().filter(|day| calendar.is_working_day(*day)).count()))
            }
            rules::Kind::Days | rules::Kind::Months | rules::Kind::Years => Left::Days(count(between().count())),
            _ => Left::Seconds((due - now).num_seconds()),
        }
    }

    /// When it is due if it goes on now.
    pub(super) fn from(self, now: DateTime<Utc>, calendar: &Calendar, closes: NaiveTime) -> DateTime<Utc> {
        let today = china_date(now);
        let last = match self {
            Left::Passed(due) => return due,
            Left::Seconds(seconds) => return now + Duration::seconds(seconds),
            Left::WorkingDays(0) | Left::Days(0) => calendar.next_working_day(today),
            Left::WorkingDays(n) => calendar.add_working_days(today, n),
            Left::Days(n) => period::end(today, Length::Days(n), calendar).last_day,
        };
        let due = china_instant(last, closes);
        // It stopped on its last day, and goes on after the office has closed.
        if due < now { china_instant(calendar.add_working_days(today, 1), closes) } else { due }
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Left::WorkingDays(n) => write!(f, "working_days {n}"),
            Left::Days(n) => write!(f, "days {n}"),
            Left::Seconds(n) => write!(f, "seconds {n}"),
            Left::Passed(at) => write!(f, "passed {}", at.timestamp_micros()),
        }
    }
}

impl FromStr for Left {
    type Err = ();

    fn from_str(text: &str) -> Result<Left, ()> {
        let (unit, number) = text.split_once(' ').ok_or(())?;
        let number: i64 = number.parse().map_err(|_| ())?;
        let days = || u32::try_from(number).map_err(|_| ());
        match unit {
            "working_days" => Ok(Left::WorkingDays(days()?)),
            "days" => Ok(Left::Days(days()?)),
            "seconds" => Ok(Left::Seconds(number)),
            "passed" => DateTime::from_timestamp_micros(number).map(Left::Passed).ok_or(()),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_reads_back_as_it_was_written() {
        let at = "2026-09-30T10:00:00Z".parse().unwrap();
        for left in [Left::WorkingDays(3), Left::Days(0), Left::Seconds(7_200), Left::Passed(at)] {
            assert_eq!(left.to_string().parse(), Ok(left));
        }
        for wrong in ["", "working_days", "days -1", "weeks 2"] {
            assert_eq!(wrong.parse::<Left>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn what_was_left_runs_after_the_rest_over_the_holidays_of_2026() {
        use rules::Kind::{Days, Hours, WorkingDays};
        let calendar = Calendar::builtin();
        let closes = NaiveTime::from_hms_opt(18, 0, 0).unwrap();
        let at = |text: &str| format!("{text}:00+08:00").parse::<DateTime<Utc>>().unwrap();
        for (kind, due, stopped, goes_on, then) in [
            // 1 to 7 October are off, Saturday the 10th is worked.
            (WorkingDays, "2026-10-09T18:00", "2026-09-30T10:00", "2026-10-10T09:00", "2026-10-13T18:00"),
            (WorkingDays, "2026-10-09T18:00", "2026-09-30T10:00", "2026-10-03T09:00", "2026-10-09T18:00"),
            // On its last day; and then after the office has closed, or on a day off.
            (WorkingDays, "2026-09-30T18:00", "2026-09-30T10:00", "2026-10-08T09:00", "2026-10-08T18:00"),
            (WorkingDays, "2026-09-30T18:00", "2026-09-30T10:00", "2026-10-08T19:00", "2026-10-09T18:00"),
            (WorkingDays, "2026-09-30T18:00", "2026-09-30T10:00", "2026-10-05T09:00", "2026-10-08T18:00"),
            // Twenty days are left: they end within the holidays, and so after them.
            (Days, "2026-09-21T18:00", "2026-09-01T10:00", "2026-09-11T10:00", "2026-10-08T18:00"),
            (Hours, "2026-09-30T20:00", "2026-09-30T10:00", "2026-10-08T09:00", "2026-10-08T19:00"),
            // What had passed has passed.
            (WorkingDays, "2026-09-29T18:00", "2026-09-30T10:00", "2026-10-08T09:00", "2026-09-29T18:00"),
        ] {
            let left = Left::of(kind, at(due), at(stopped), &calendar);
            assert_eq!(left.from(at(goes_on), &calendar, closes), at(then), "{kind:?} {due} {stopped} {goes_on}");
        }
    }
}

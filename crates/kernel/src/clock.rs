//! Where time and ids come from. They are handed in, so that a test moves the clock and a failure can be replayed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveTime, Offset, Timelike, Utc};
use rand::Rng;
use uuid::Uuid;

/// Seconds east of Greenwich of China Standard Time, the one official time.
const CHINA: i32 = 8 * 3600;

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place where time enters the platform")]
        Clock(Arc::new(Utc::now))
    }

    /// Any other source of time.
    pub fn from_fn(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Clock(Arc::new(now))
    }

    /// Now, cut to microseconds: SQLite keeps nanoseconds and PostgreSQL does not, and a value must survive both.
    pub fn now(&self) -> DateTime<Utc> {
        let now = (self.0)();
        now.with_nanosecond(now.nanosecond() / 1_000 * 1_000).unwrap_or(now)
    }
}

/// A new UUID v7 for this moment: sorts by time, so that lists are read newest first by their key. Ids made by one
/// process in one millisecond sort in the order of their making (RFC 9562, method 1: a counter of 34 bits). The counter
/// never starts again, because requests that began in different milliseconds make their ids in turn.
pub fn id_at(now: DateTime<Utc>) -> Uuid {
    // From the lower half, so that it does not run over while the process lives.
    static COUNTER: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(rand::rng().random_range(0..1 << 33)));
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    let counter = COUNTER.fetch_add(1, Ordering::Relaxed);
    let mut bytes = [0u8; 10];
    rand::rng().fill(&mut bytes);
    // 12 bits beside the version, 6 beside the variant, and two bytes more.
    bytes[..2].copy_from_slice(&(counter >> 22 & 0x0fff).to_be_bytes()[6..]);
    bytes[2..5].copy_from_slice(&(counter & 0x3f_ffff).to_be_bytes()[5..]);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

/// Less than every id that is made on a day in China or later, and more than those made before.
pub fn first_id(day: NaiveDate) -> Uuid {
    let midnight = china_instant(day, NaiveTime::MIN);
    // An id has 48 bits for them.
    let millis = u64::try_from(midnight.timestamp_millis()).unwrap_or_default().min((1 << 48) - 1);
    Uuid::from_u128(u128::from(millis) << 80)
}

/// The calendar date in China.
pub fn china_date(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&china()).date_naive()
}

/// A China wall-clock time as an instant.
pub fn china_instant(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    (date.and_time(time) - Duration::seconds(i64::from(CHINA))).and_utc()
}

/// First instant of the quarter of the year that `at` lies in, in China.
pub fn quarter_start(at: DateTime<Utc>) -> DateTime<Utc> {
    let date = china_date(at);
    let month = (date.month0() / 3) * 3 + 1;
    let first = NaiveDate::from_ymd_opt(date.year(), month, 1).unwrap_or(date);
    china_instant(first, NaiveTime::MIN)
}

/// The minute in China, as people write it.
pub fn china_minute(at: DateTime<Utc>) -> String {
    at.with_timezone(&china()).format("%Y-%m-%d %H:%M").to_string()
}

pub(crate) fn china() -> FixedOffset {
    FixedOffset::east_opt(CHINA).unwrap_or_else(|| Utc.fix())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn a_day_in_china_begins_eight_hours_earlier() {
        let at = Utc.with_ymd_and_hms(2026, 4, 9, 16, 0, 0).unwrap();
        assert_eq!(china_date(at), NaiveDate::from_ymd_opt(2026, 4, 10).unwrap());
        assert_eq!(china_instant(china_date(at), NaiveTime::MIN), at);
        assert_eq!(quarter_start(at), Utc.with_ymd_and_hms(2026, 3, 31, 16, 0, 0).unwrap());
    }

    #[test]
    fn ids_sort_by_their_moment() {
        let early = id_at(Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap());
        let late = id_at(Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 1).unwrap());
        assert!(early < late);
        let moment = Utc.with_ymd_and_hms(2026, 2, 1, 0, 0, 0).unwrap();
        let many: Vec<Uuid> = (0..100).map(|_| id_at(moment)).collect();
        assert!(many.is_sorted());
        let turns: Vec<Uuid> = (0..9_000)
            .map(|_| {
                id_at(moment + chrono::Duration::milliseconds(1));
                id_at(moment)
            })
            .collect();
        assert!(turns.is_sorted(), "other requests' ids in between change nothing");
        assert_eq!(early.get_version_num(), 7);
    }
}

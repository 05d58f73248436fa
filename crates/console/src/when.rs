//! Times as people say them: days and hours in China, and how long is left or has passed.

use chrono::{DateTime, FixedOffset, Utc};
use jizuo_kernel::Lang;

const CHINA: FixedOffset = match FixedOffset::east_opt(8 * 3_600) {
    Some(offset) => offset,
    None => panic!("eight hours fit into a day"),
};

/// `2026-11-24 18:00`
pub(crate) fn minute(at: DateTime<Utc>) -> String {
    at.with_timezone(&CHINA).format("%Y-%m-%d %H:%M").to_string()
}

/// `2026-11-24`
pub(crate) fn day(at: DateTime<Utc>) -> String {
    at.with_timezone(&CHINA).format("%Y-%m-%d").to_string()
}

/// What `<input type="datetime-local">` sends, read as a time in China: RFC 3339.
pub(crate) fn from_local(text: &str) -> Option<String> {
    let padded = if text.len() == 16 { format!("{text}:00") } else { text.to_owned() };
    let stated = format!("{padded}+08:00");
    DateTime::parse_from_rfc3339(&stated).ok().map(|_| stated)
}

/// What it shows of an RFC 3339 time.
pub(crate) fn to_local(text: &str) -> Option<String> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    Some(at.with_timezone(&CHINA).format("%Y-%m-%dT%H:%M").to_string())
}

/// How a deadline stands: its colour is never alone, the words say the same.
pub(crate) struct Deadline {
    pub(crate) words: String,
    pub(crate) at: String,
    /// `overdue`, `soon`, `later`
    pub(crate) class: &'static str,
}

/// "还剩 3 小时", "超期 2 天", and the minute itself.
pub(crate) fn deadline(due: DateTime<Utc>, now: DateTime<Utc>, lang: Lang) -> Deadline {
    let left = due - now;
    let (amount, late) = (span(left.abs(), lang), left < chrono::Duration::zero());
    let words = match (lang, late) {
        (Lang::Zh, true) => format!("超期 {amount}"),
        (Lang::Zh, false) => format!("还剩 {amount}"),
        (Lang::En, true) => format!("{amount} overdue"),
        (Lang::En, false) => format!("{amount} left"),
    };
    let class = match (late, left.num_hours()) {
        (true, _) => "overdue",
        (false, hours) if hours < 24 => "soon",
        _ => "later",
    };
    Deadline { words, at: minute(due), class }
}

fn span(time: chrono::Duration, lang: Lang) -> String {
    let (n, zh, en) = match (time.num_days(), time.num_hours(), time.num_minutes()) {
        (days, _, _) if days >= 2 => (days, "天", "day"),
        (_, hours, _) if hours >= 1 => (hours, "小时", "hour"),
        (_, _, minutes) => (minutes.max(1), "分钟", "minute"),
    };
    match lang {
        Lang::Zh => format!("{n} {zh}"),
        Lang::En if n == 1 => format!("{n} {en}"),
        Lang::En => format!("{n} {en}s"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;
    use chrono::{Duration, TimeZone};

    #[test]
    fn a_deadline_says_how_long_and_on_which_side() {
        let now = Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).unwrap();
        for (shift, zh, en, class) in [
            (Duration::days(-2), "超期 2 天", "2 days overdue", "overdue"),
            (Duration::hours(3), "还剩 3 小时", "3 hours left", "soon"),
            (Duration::hours(47), "还剩 47 小时", "47 hours left", "later"),
            (Duration::seconds(20), "还剩 1 分钟", "1 minute left", "soon"),
            (Duration::days(9), "还剩 9 天", "9 days left", "later"),
        ] {
            let zh_said = deadline(now + shift, now, Lang::Zh);
            assert_eq!((zh_said.words.as_str(), zh_said.class), (zh, class));
            assert_eq!(deadline(now + shift, now, Lang::En).words, en);
        }
        assert_eq!(minute(now), "2026-03-02 09:00");
        assert_eq!(from_local("2026-03-02T09:00").as_deref(), Some("2026-03-02T09:00:00+08:00"));
        assert_eq!(to_local("2026-03-02T01:00:00Z").as_deref(), Some("2026-03-02T09:00"));
        assert_eq!(from_local("soon"), None);
    }
}

//! Who is under 14: their guardian consents, and their data is shown to nobody who does not need it (PIPL 31).

use chrono::{Datelike, NaiveDate};

use crate::Text;
use crate::error::{Basis, FieldError};

/// The law that protects them.
pub(crate) const SOURCE: Basis =
    Text::new("个人信息保护法第三十一条", "Personal Information Protection Law, Article 31");

/// Whether somebody born on this day is under 14 today; the fourteenth birthday ends it.
pub(crate) fn is_minor(born: Option<NaiveDate>, today: NaiveDate) -> bool {
    born.is_some_and(|born| {
        let (years, before) = (today.year() - born.year(), (today.month(), today.day()) < (born.month(), born.day()));
        years - i32::from(before) < 14
    })
}

/// The fault of a consent for a minor that names no guardian.
pub(crate) fn guardian_missing(field: &str) -> FieldError {
    let why = Text::new(
        "本人不满十四周岁，请填写同意的监护人姓名和关系",
        "this person is under 14: name the guardian who consents, and the relation",
    );
    let mut fault = FieldError::new(field, "base.minor.guardian", why);
    fault.source = Some(SOURCE);
    fault
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn the_fourteenth_birthday_ends_it() {
        let born = NaiveDate::from_ymd_opt(2012, 3, 2);
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert!(minors::is_minor(born, day(2026, 3, 1)));
        assert!(!minors::is_minor(born, day(2026, 3, 2)));
        assert!(!minors::is_minor(None, day(2026, 3, 1)));
        assert!(minors::is_minor(NaiveDate::from_ymd_opt(2012, 2, 29), day(2026, 2, 28)));
    }
}

//! Who is under 14: their guardian consents, and their data is shown to nobody who does not need it (PIPL 31).

use crate::Text;
use crate::error::FieldError;

/// The fault of a consent for a minor that names no guardian.
pub(crate) fn guardian_missing(field: &str) -> FieldError {
    let why = Text::new(
        "本人不满十四周岁，请填写同意的监护人姓名和关系",
        "this person is under 14: name the guardian who consents, and the relation",
    );
    let mut fault = FieldError::new(field, "base.minor.guardian", why);
    fault.source = Some(Text::new("个人信息保护法第三十一条", "Personal Information Protection Law, Article 31"));
    fault
}

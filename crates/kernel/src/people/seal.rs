//! What must not lie open in the database is sealed; what is looked up by has a mark; what is shown is masked.

use jizuo_standards::codelist;
use jizuo_standards::element::{self, Element, Kind, Sensitivity};
use jizuo_standards::mask;
use uuid::Uuid;

use super::entity::fact;
use crate::error::internal;
use crate::{App, Ctx, Result, Text};

/// See sensitive elements in lists and forms.
pub const SENSITIVE: &str = "base.person.sensitive";

const PURPOSE: &str = "fact";
const IDENTITY_NUMBER: &str = "person.identity_number";
const DOCUMENT_NUMBER: &str = "person.document_number";

/// Whether values of an element are encrypted at rest.
pub fn is_sealed(element: &Element) -> bool {
    let numbered = matches!(element.kind, Kind::IdentityNumber | Kind::Phone | Kind::BankCard);
    element.sensitivity == Sensitivity::Sensitive
        || (numbered && element.sensitivity >= Sensitivity::Personal)
        || element.id == DOCUMENT_NUMBER
}

/// Whether a keyed hash is kept, so that a value can be found again.
fn is_marked(element: &Element) -> bool {
    matches!(element.kind, Kind::IdentityNumber | Kind::Phone | Kind::BankCard) && is_sealed(element)
        || element.id == DOCUMENT_NUMBER
}

/// The keyed hash of a value in its normal form.
pub fn mark(app: &App, element: &str, normal: &str) -> Result<String> {
    app.keyring.mark(&format!("mark:{element}"), normal.as_bytes())
}

/// The keyed hashes that a value may stand under while the master key is being changed.
pub fn marks(app: &App, element: &str, normal: &str) -> Result<Vec<String>> {
    app.keyring.marks(&format!("mark:{element}"), normal.as_bytes())
}

/// The same of an identity number.
pub fn identity_marks(app: &App, normal: &str) -> Result<Vec<String>> {
    marks(app, IDENTITY_NUMBER, normal)
}

/// The keyed hash of an identity number.
pub fn identity_mark(app: &App, normal: &str) -> Result<String> {
    mark(app, IDENTITY_NUMBER, normal)
}

fn owner(subject: Uuid, element: &str) -> Vec<u8> {
    [subject.as_bytes(), element.as_bytes()].concat()
}

/// A value as its row holds it: open or sealed, with its mark.
pub(super) struct Kept {
    pub(super) value: Option<String>,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) mark: Option<String>,
}

pub(super) fn keep(app: &App, subject: Uuid, element: &Element, normal: &str) -> Result<Kept> {
    if !is_sealed(element) {
        return Ok(Kept { value: Some(normal.to_owned()), sealed: None, mark: None });
    }
    let sealed = app.keyring.seal(PURPOSE, &owner(subject, &element.id), normal.as_bytes())?;
    let mark = is_marked(element).then(|| mark(app, &element.id, normal)).transpose()?;
    Ok(Kept { value: None, sealed: Some(sealed), mark })
}

/// Seals a value anew: for another subject, or under another key.
pub fn seal(app: &App, subject: Uuid, element: &str, normal: &str) -> Result<Vec<u8>> {
    app.keyring.seal(PURPOSE, &owner(subject, element), normal.as_bytes())
}

/// The plain normal form. Whoever calls this answers for where it goes.
pub fn open(ctx: &Ctx, fact: &fact::Model) -> Result<String> {
    match (&fact.value, &fact.sealed) {
        (Some(value), _) => Ok(value.clone()),
        (None, Some(sealed)) => {
            let plain = ctx.app.keyring.open(PURPOSE, &owner(fact.subject, &fact.element), sealed)?;
            String::from_utf8(plain).map_err(internal)
        }
        (None, None) => Ok(String::new()),
    }
}

/// What stands where a sensitive value is not shown.
pub const RECORDED: Text = Text::new("已登记", "recorded");

/// The value as pages and lists show it: numbers masked; a sensitive value only to who may see those.
pub fn shown(ctx: &Ctx, fact: &fact::Model) -> Result<String> {
    shown_of(ctx, fact, false)
}

/// The same of somebody who may be under fourteen: their sensitive values are shown to nobody here.
pub fn shown_of(ctx: &Ctx, fact: &fact::Model, minor: bool) -> Result<String> {
    let Some(element) = element::find(&fact.element) else { return Ok(RECORDED.read(ctx.lang).to_owned()) };
    if element.sensitivity == Sensitivity::Sensitive {
        let may = !minor && ctx.place().is_ok_and(|place| ctx.holds(SENSITIVE, None, place));
        if !may {
            return Ok(RECORDED.read(ctx.lang).to_owned());
        }
    }
    Ok(masked(element, &open(ctx, fact)?))
}

/// A value masked by what it is; what need not be masked is returned as it is.
pub fn masked(element: &Element, normal: &str) -> String {
    match element.kind {
        Kind::IdentityNumber => mask::identity(normal),
        Kind::Phone if is_sealed(element) => mask::phone(normal),
        Kind::BankCard => mask::bank_card(normal),
        _ if element.id == DOCUMENT_NUMBER || element.id == "person.disability_certificate" => mask::document(normal),
        _ => normal.to_owned(),
    }
}

/// What a code, a place or a yes stands for, where the value is one.
pub fn label(ctx: &Ctx, element: &Element, normal: &str) -> Option<Text> {
    match element.kind {
        Kind::Code => {
            let entry = codelist::find(element.code_list.as_deref()?)?.get(normal)?;
            Some(Text::owned(entry.zh.clone(), entry.en.clone()))
        }
        Kind::Place => {
            let name = &ctx.snapshot.places.resolve(normal)?.place.name;
            Some(Text::owned(name.clone(), name.clone()))
        }
        Kind::Boolean => Some(if normal == "true" { Text::new("是", "yes") } else { Text::new("否", "no") }),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_marked_and_masked() {
        let cases = [
            ("person.identity_number", "530102188001010016", true, true, "530102********0016"),
            ("person.phone", "13800000016", true, true, "138****0016"),
            ("person.document_number", "E12345678", true, true, "*****5678"),
            ("person.bank_card", "4111111111111111", true, true, "************1111"),
            ("person.health", "3", true, false, "3"),
            ("person.disability_certificate", "53010218800101001643", true, false, "****************1643"),
            ("household.subsistence_allowance", "true", true, false, "true"),
            ("person.name", "李阿诗", false, false, "李阿诗"),
            ("person.birth_date", "1880-01-01", false, false, "1880-01-01"),
            ("organisation.phone", "0871-63000016", false, false, "0871-63000016"),
            ("household.number", "001", false, false, "001"),
        ];
        for (id, value, sealed, marked, shown) in cases {
            let element = element::find(id).unwrap();
            assert_eq!((is_sealed(element), is_marked(element)), (sealed, marked), "{id}");
            assert_eq!(masked(element, value), shown, "{id}");
        }
    }
}

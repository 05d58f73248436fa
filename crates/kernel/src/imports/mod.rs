//! Imports of persons and households from somebody's sheet: looked through whole before anything is written, written in
//! pieces that a crash does not lose, and taken back if need be.

pub(crate) mod api;
mod apply;
mod batch;
mod check;
mod copy;
mod judge;
mod line;
mod take_back;
mod template;
mod work;

pub(crate) use work::go_on;

use jizuo_standards::element::Element;

/// Rows of one transaction.
pub(crate) const CHUNK: usize = 500;

/// The data elements that a column of the sheet may hold.
pub(crate) fn elements() -> Vec<&'static Element> {
    // A death is recorded by its own operation, and what is not kept with a household has no place of its own here.
    let others = ["person.deceased", "person.death_date"];
    let mut all = crate::sheets::clean::of_persons();
    all.retain(|element| {
        !others.contains(&element.id.as_str()) && (!element.id.starts_with("address.") || element.id == "address.text")
    });
    all
}

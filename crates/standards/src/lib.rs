//! The data standards of grassroots governance in China as a pure library: codes, identity numbers, code lists,
//! periods, thresholds and masks, with no database, no network and no clock (today comes in as an argument).
//!
//! Everything a person may have mistyped is refused with one type, [`Fault`], which says in Chinese and English
//! what is wrong and what to do, and names the standard or the article of law it rests on.
//!
//! ```
//! use jizuo_standards::{Calendar, DivisionCode, Level, Threshold, period};
//! # fn main() -> Result<(), jizuo_standards::Fault> {
//! let village = DivisionCode::parse("53.01.02.001.001")?;
//! assert_eq!(village.ancestor(Level::County), Some(DivisionCode::parse("530102")?));
//! assert_eq!(Threshold::parse("≥2/3")?.smallest(45), 30);
//!
//! let served = "2026-09-01".parse().expect("a date");
//! let end = period::end(served, period::Length::Days(30), &Calendar::builtin());
//! assert_eq!(end.last_day.to_string(), "2026-10-08"); // after National Day
//! # Ok(())
//! # }
//! ```

pub mod bank_card;
pub mod below_village;
pub mod calendar;
pub mod codelist;
pub mod credit_code;
pub mod division;
pub mod element;
mod fault;
pub mod identity;
pub mod iso7064;
pub mod licence;
pub mod mask;
pub mod name;
pub mod period;
pub mod phone;
pub mod threshold;
mod typed;

pub use calendar::Calendar;
pub use credit_code::CreditCode;
pub use division::{DivisionCode, Level};
pub use fault::{Checked, Fault};
pub use identity::IdentityNumber;
pub use threshold::Threshold;

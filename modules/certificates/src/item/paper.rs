//! What an item says of the paper that is issued under it: for how long and for what it is valid, how it is verified, who signs.

use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::{Result, Text, Tx, say};
use jizuo_standards::licence::LicenceIdentifier;

use super::entity::Model;
use super::kind::{StatusKind, Verification};
use crate::paper::template;

/// What is said of a paper.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) validity_days: Option<i32>,
    pub(crate) purposes: Vec<String>,
    pub(crate) two_persons: bool,
    pub(crate) wet_signature: bool,
    pub(crate) verification: Option<Verification>,
    pub(crate) body: Option<String>,
    pub(crate) licence_type: Option<String>,
}

/// Longer than this no paper of a village says anything true.
const MOST_DAYS: i32 = 3_650;

impl Terms {
    fn says_something(&self) -> bool {
        self.validity_days.is_some()
            || !self.purposes.is_empty()
            || self.two_persons
            || self.wet_signature
            || self.verification.is_some()
            || self.body.is_some()
            || self.licence_type.is_some()
    }

    pub(super) fn checked(self, faults: &mut Faults, kind: StatusKind) -> Terms {
        if kind != StatusKind::Retained && self.says_something() {
            faults.add(
                "status_kind",
                "certificates.item.paper",
                Text::new(
                    "只有保留的事项才出具证明：有效期、用途、核实方式、正文等不填",
                    "only a retained item issues a paper: leave out validity, purposes, verification, text",
                ),
            );
        }
        if self.validity_days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
            let why = say!("有效期为 1 至 {MOST_DAYS} 天", "a paper is valid for 1 to {MOST_DAYS} days");
            faults.add("validity_days", "certificates.item.validity", why);
        }
        if self.purposes.len() > 20 {
            faults.add("purposes", "certificates.item.purposes", Text::new("最多 20 项用途", "at most 20 purposes"));
        }
        let mut purposes = Vec::new();
        for (n, purpose) in self.purposes.iter().enumerate().take(20) {
            let purpose = faults.text(&format!("purposes.{n}"), purpose, 60);
            if !purposes.contains(&purpose) {
                purposes.push(purpose);
            }
        }
        let body = faults.said("body", self.body.as_deref(), 2_000);
        if let Some(why) = body.as_deref().and_then(template::wrong) {
            faults.add("body", "certificates.item.body", why);
        }
        let licence_type = faults.said("licence_type", self.licence_type.as_deref(), 21);
        if let Some(code) = &licence_type {
            faults.take("licence_type", LicenceIdentifier::compose(code, "0", "0", 1));
        }
        Terms { purposes, body, licence_type, ..self }
    }
}

/// Papers that no electronic signature makes valid are signed by hand (rule `CERT.WET`: Electronic Signature Law, Article 3).
pub(super) fn is_signed_by_hand_where_law_wants_it(tx: &Tx, row: &Model) -> Result<()> {
    if row.wet_signature {
        return Ok(());
    }
    let rule = tx.rule("CERT.WET")?;
    let said = [vec![row.name.clone()], row.aliases(), row.purposes()].concat();
    let Some(word) = rule.list().into_iter().find(|word| said.iter().any(|text| text.contains(word))) else {
        return Ok(());
    };
    Err(refuse(
        "certificates.item.wet_signature",
        say!(
            "涉及“{word}”的文书不适用电子签名，须手写签名：请设 wet_signature 为 true",
            "a paper that concerns {word} is not signed electronically but by hand: set wet_signature to true"
        ),
    )
    .rule(rule.id)
    .source(rule.basis)
    .who(Text::new("改为须手写签名后，原提出人", "whoever proposed it, with a signature by hand"))
    .into())
}

//! What whoever did a work does not do as well: see whether it was done, approve it, close it.

use uuid::Uuid;

use crate::error::refuse;
use crate::{Result, Text, Tx};

/// A step for another person than the one whose work it is about.
pub struct Other {
    /// The switch that says so: a county may let them where its rule is off.
    pub rule: &'static str,
    /// Who does it instead: the holders of this.
    pub permission: &'static str,
    pub code: &'static str,
    pub message: Text,
}

/// Refuses the one whose own work it is.
pub fn only_another_person(tx: &Tx, own: Option<Uuid>, what: Other) -> Result<()> {
    let rule = tx.rule(what.rule)?;
    if !rule.is_on() || own.is_none() || own != tx.actor.account {
        return Ok(());
    }
    let refusal = refuse(what.code, what.message).rule(rule.id).source(rule.basis);
    Err(refusal.who(tx.app.registry.holders(what.permission)).into())
}

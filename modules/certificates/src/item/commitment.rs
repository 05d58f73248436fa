//! Which papers no written commitment stands in for: those marked as touching national security, public safety, financial
//! prudence, ecology, direct health and property risk, or important foreign matters (国办发〔2020〕42号（四）).

use jizuo_kernel::error::refuse;
use jizuo_kernel::{Ctx, Result, Text};

use super::entity::Model;
use super::kind::Replacement;

/// Why a commitment does not stand in for a marked paper.
pub(crate) const MARKED: Text = Text::new(
    "这一项已标明涉及国家安全、公共安全、金融审慎监管、生态环境、人身健康和财产安全或者重要涉外，不适用告知承诺；请选其他替代方式",
    "this one is marked as touching national security, public safety, financial prudence, ecology, health, property or foreign \
     matters: no commitment stands in for it, so choose another way",
);

/// Refuses that a commitment replaces a marked paper (rule `CERT.COMMITMENT.SCOPE`).
pub(super) fn is_open_to_it(ctx: &Ctx, row: &Model) -> Result<()> {
    let rule = ctx.rule("CERT.COMMITMENT.SCOPE")?;
    let committed = row.replacement.as_deref() == Some(Replacement::Commitment.as_str());
    if !(rule.is_on() && row.no_commitment && committed) {
        return Ok(());
    }
    Err(refuse("certificates.item.no_commitment", MARKED)
        .rule(rule.id)
        .source(rule.basis)
        .who(Text::new("改为其他替代方式后，原提出人", "whoever proposed it, with another way"))
        .into())
}

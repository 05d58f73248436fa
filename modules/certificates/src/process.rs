//! The way of a catalogue item into force: proposed → in force, or withdrawn before anybody relied on it. The proposal is
//! the matter and ends there; that an item in force is retired one day is an act of its own (`item::service::retire`).
//! And the life of a paper: applied → verified → approved → issued, or refused, withdrawn; and revoked. That a paper has expired
//! is no state: its dates say so.

use jizuo_kernel::Text;
use jizuo_kernel::process::{Phase, Process, Skip, State, Step};

pub(crate) const IN_FORCE: &str = "in_force";

pub(crate) static ITEM: Process = Process {
    id: "certificates.item",
    title: Text::new("证明事项目录流程", "The life of a catalogue item"),
    start: "proposed",
    states: &[
        State { id: "proposed", title: Text::new("待公布", "Proposed"), phase: Phase::Waiting },
        // An item in force is no open matter: it stands in nobody's inbox and in no switch's way.
        State { id: IN_FORCE, title: Text::new("现行", "In force"), phase: Phase::Done },
        State { id: "withdrawn", title: Text::new("已撤回", "Withdrawn"), phase: Phase::Done },
    ],
    steps: &[
        Step {
            action: "certificates.item.publish",
            title: Text::new("公布", "Publish"),
            from: &["proposed"],
            to: IN_FORCE,
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "优化营商环境条例第四十四条：证明事项清单须公布",
                "Regulation on Optimising the Business Environment, Article 44: the list is published",
            )),
            reason: false,
        },
        Step {
            action: "certificates.item.withdraw",
            title: Text::new("撤回", "Withdraw"),
            from: &["proposed"],
            to: "withdrawn",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：不公布的须说明理由",
                "platform rule: what is not published says why",
            )),
            reason: true,
        },
    ],
};

pub(crate) const PUBLISHED: &str = "published";

/// A reform is carried out whole when it is published.
pub(crate) static REFORM: Process = Process {
    id: "certificates.reform",
    title: Text::new("证明事项清理流程", "The life of a reform of the catalogue"),
    start: "proposed",
    states: &[
        State { id: "proposed", title: Text::new("待公布", "Proposed"), phase: Phase::Waiting },
        State { id: PUBLISHED, title: Text::new("已公布", "Published"), phase: Phase::Done },
        State { id: "withdrawn", title: Text::new("已撤回", "Withdrawn"), phase: Phase::Done },
    ],
    steps: &[
        Step {
            action: "certificates.reform.publish",
            title: Text::new("公布清理方案", "Publish the reform"),
            from: &["proposed"],
            to: PUBLISHED,
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "优化营商环境条例第四十四条：证明事项清单须公布",
                "Regulation on Optimising the Business Environment, Article 44: the list is published",
            )),
            reason: false,
        },
        Step {
            action: "certificates.reform.withdraw",
            title: Text::new("撤回清理方案", "Withdraw the reform"),
            from: &["proposed"],
            to: "withdrawn",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：不公布的须说明理由",
                "platform rule: what is not published says why",
            )),
            reason: true,
        },
    ],
};

pub(crate) const VERIFY: &str = "certificates.paper.verify";
pub(crate) const APPROVE: &str = "certificates.paper.approve";
pub(crate) const PASS: &str = "certificates.paper.pass";
pub(crate) const ISSUE: &str = "certificates.paper.issue";
pub(crate) const REFUSE: &str = "certificates.paper.refuse";
pub(crate) const WITHDRAW: &str = "certificates.paper.withdraw";
pub(crate) const REVOKE: &str = "certificates.paper.revoke";

pub(crate) const ISSUED: &str = "issued";
pub(crate) const REVOKED: &str = "revoked";

/// As long as nothing has been issued.
const OPEN: &[&str] = &["applied", "verified", "approved"];

pub(crate) static PAPER: Process = Process {
    id: "certificates.paper",
    title: Text::new("证明办理流程", "The life of a paper"),
    start: "applied",
    states: &[
        State { id: "applied", title: Text::new("待核实", "Applied for"), phase: Phase::Waiting },
        State { id: "verified", title: Text::new("待审批", "Verified, to be approved"), phase: Phase::Working },
        State { id: "approved", title: Text::new("待出具", "To be issued"), phase: Phase::Working },
        State { id: ISSUED, title: Text::new("已出具", "Issued"), phase: Phase::Done },
        State { id: "refused", title: Text::new("不予出具", "Refused"), phase: Phase::Done },
        State { id: "withdrawn", title: Text::new("已撤回", "Withdrawn"), phase: Phase::Done },
        State { id: REVOKED, title: Text::new("已撤销", "Revoked"), phase: Phase::Done },
    ],
    steps: &[
        Step {
            action: VERIFY,
            title: Text::new("核实", "Verify"),
            from: &["applied"],
            to: "verified",
            deadline: Some("CERT.PAPER.WORK"),
            needs: None,
            skip: Skip::Never(Text::new(
                "优化营商环境条例第四十四条：开具单位无法调查核实的，不得出具",
                "Regulation on Optimising the Business Environment, Article 44: what the issuer cannot verify is not issued",
            )),
            reason: false,
        },
        Step {
            action: APPROVE,
            title: Text::new("审批", "Approve"),
            from: &["verified"],
            to: "approved",
            deadline: Some("CERT.PAPER.WORK"),
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：目录写明须两人办理的，由他人审批",
                "platform rule: where the catalogue says two persons, the other one approves",
            )),
            reason: false,
        },
        // The one way around the approval, taken by itself where the catalogue asks for one person only.
        Step {
            action: PASS,
            title: Text::new("目录未要求审批", "The catalogue asks for no approval"),
            from: &["verified"],
            to: "approved",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：只适用于目录写明一人即可办理的",
                "platform rule: only where the catalogue lets one person do it",
            )),
            reason: false,
        },
        Step {
            action: ISSUE,
            title: Text::new("出具", "Issue"),
            from: &["approved"],
            to: ISSUED,
            deadline: Some("CERT.PAPER.WORK"),
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：编号、有效期和签名在出具时生成",
                "platform rule: number, validity and signature are made when it is issued",
            )),
            reason: false,
        },
        Step {
            action: REFUSE,
            title: Text::new("不予出具", "Refuse"),
            from: OPEN,
            to: "refused",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：不予出具须说明理由和到哪里办",
                "platform rule: a refusal says why, and where to go instead",
            )),
            reason: true,
        },
        Step {
            action: WITHDRAW,
            title: Text::new("本人撤回", "Take back"),
            from: OPEN,
            to: "withdrawn",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：申请人随时可以撤回",
                "platform rule: whoever applied may take it back",
            )),
            reason: false,
        },
        Step {
            action: REVOKE,
            title: Text::new("撤销", "Revoke"),
            from: &[ISSUED],
            to: REVOKED,
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：撤销须说明理由，查验时如实显示",
                "platform rule: a revocation says why, and whoever checks the paper sees it",
            )),
            reason: true,
        },
    ],
};

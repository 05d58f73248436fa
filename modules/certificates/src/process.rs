//! The way of a catalogue item into force: proposed → in force, or withdrawn before anybody relied on it. The proposal is
//! the matter and ends there; that an item in force is retired one day is an act of its own (`item::service::retire`).

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

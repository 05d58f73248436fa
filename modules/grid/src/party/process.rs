//! The life of a co-operating party: asked → joined → finished, or objected, which the dispatcher answers.

use jizuo_kernel::Text;
use jizuo_kernel::process::{Phase, Process, Skip, State, Step};

const CO_OPERATE: Skip = Skip::Never(Text::new(
    "北京市接诉即办工作条例第十四条：首接单位牵头，相关单位配合",
    "Beijing Regulation on Handling Complaints at Once, Article 14: the first unit leads, the others co-operate",
));
const OBJECTION: Skip = Skip::Never(Text::new(
    "北京市接诉即办工作条例第十二条：对派单有异议的，由派单单位审核",
    "Beijing Regulation on Handling Complaints at Once, Article 12: who dispatched it looks at an objection",
));

pub(crate) static PARTY: Process = Process {
    id: "grid.party",
    title: Text::new("协同单位流程", "The life of a co-operating party"),
    start: "asked",
    states: &[
        State { id: "asked", title: Text::new("待回应", "Asked"), phase: Phase::Waiting },
        State { id: "joined", title: Text::new("协同处置中", "Co-operating"), phase: Phase::Working },
        State { id: "objected", title: Text::new("有异议待答复", "Objected"), phase: Phase::Working },
        State { id: "finished", title: Text::new("协同完成", "Its part is done"), phase: Phase::Done },
        State { id: "replaced", title: Text::new("已改请其他单位", "Replaced by another"), phase: Phase::Done },
        State { id: "released", title: Text::new("不再协同", "Let go"), phase: Phase::Done },
    ],
    steps: &[
        Step {
            action: "grid.party.join",
            title: Text::new("接受协同", "Join"),
            from: &["asked"],
            to: "joined",
            deadline: Some("GRID.PARTY.ANSWER"),
            needs: None,
            skip: CO_OPERATE,
            reason: false,
        },
        Step {
            action: "grid.party.finish",
            title: Text::new("协同完成", "Say that its part is done"),
            from: &["asked", "joined"],
            to: "finished",
            deadline: None,
            needs: None,
            skip: CO_OPERATE,
            reason: true,
        },
        Step {
            action: "grid.party.object",
            title: Text::new("提出异议", "Object"),
            from: &["asked", "joined"],
            to: "objected",
            deadline: None,
            needs: None,
            skip: OBJECTION,
            reason: true,
        },
        Step {
            action: "grid.party.ask_again",
            title: Text::new("说明理由再请", "Ask again"),
            from: &["objected"],
            to: "asked",
            deadline: Some("GRID.DISPATCH"),
            needs: None,
            skip: OBJECTION,
            reason: true,
        },
        Step {
            action: "grid.party.replace",
            title: Text::new("改请其他单位", "Replace by another"),
            from: &["asked", "objected"],
            to: "replaced",
            deadline: None,
            needs: None,
            skip: OBJECTION,
            reason: true,
        },
        Step {
            action: "grid.party.release",
            title: Text::new("不再协同", "Let go"),
            from: &["asked", "joined", "objected"],
            to: "released",
            deadline: None,
            needs: None,
            skip: OBJECTION,
            reason: true,
        },
    ],
};

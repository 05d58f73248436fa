//! The life of a request: asked → being answered → done, or refused with the reason and the way to complain.

use crate::Text;
use crate::process::{Phase, Process, Skip, State, Step};

const ANSWERED: Text = Text::new(
    "个人信息保护法第五十条：应当建立便捷的申请受理和处理机制，拒绝的应当说明理由",
    "Personal Information Protection Law, Article 50: requests are taken and dealt with; a refusal says why",
);

pub static REQUEST: Process = Process {
    id: "base.request",
    title: Text::new("个人信息权利申请", "A request on one's own data"),
    start: "asked",
    states: &[
        State { id: "asked", title: Text::new("已提出", "Asked"), phase: Phase::Waiting },
        State { id: "answering", title: Text::new("办理中", "Being answered"), phase: Phase::Working },
        State { id: "done", title: Text::new("已办结", "Done"), phase: Phase::Done },
        State { id: "refused", title: Text::new("已拒绝", "Refused"), phase: Phase::Done },
        State { id: "withdrawn", title: Text::new("已撤回", "Withdrawn"), phase: Phase::Done },
    ],
    steps: &[
        Step {
            action: "base.request.take_up",
            title: Text::new("受理", "Take up"),
            from: &["asked"],
            to: "answering",
            deadline: Some("PLATFORM.REQUEST.TAKE_UP"),
            needs: None,
            skip: Skip::Never(ANSWERED),
            reason: false,
        },
        Step {
            action: "base.request.answer",
            title: Text::new("答复", "Answer"),
            from: &["answering"],
            to: "done",
            deadline: Some("PLATFORM.REQUEST.ANSWER"),
            needs: None,
            skip: Skip::Never(ANSWERED),
            reason: false,
        },
        Step {
            action: "base.request.refuse",
            title: Text::new("拒绝", "Refuse"),
            from: &["answering"],
            to: "refused",
            deadline: None,
            needs: None,
            skip: Skip::Never(ANSWERED),
            reason: true,
        },
        Step {
            action: "base.request.withdraw",
            title: Text::new("撤回申请", "Withdraw"),
            from: &["asked", "answering"],
            to: "withdrawn",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new("平台规则：本人可以改主意", "platform rule: people may change their minds")),
            reason: false,
        },
    ],
};

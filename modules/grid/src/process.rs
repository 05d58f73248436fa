//! The life of an incident: report → accept → dispatch → handle → verify → close, returned with reason.

use jizuo_kernel::Text;
use jizuo_kernel::places::Kind as Level;
use jizuo_kernel::process::{Phase, Process, Skip, State, Step};

/// It goes on in another module; this one waits for the outcome.
pub(crate) const HANDED_OVER: &str = "handed_over";

pub(crate) static INCIDENT: Process = Process {
    id: "grid.incident",
    title: Text::new("网格事件流程", "The life of an incident"),
    start: "reported",
    states: &[
        State { id: "reported", title: Text::new("待受理", "Reported"), phase: Phase::Waiting },
        State { id: "accepted", title: Text::new("待派单", "Accepted"), phase: Phase::Waiting },
        State { id: "dispatched", title: Text::new("待处置", "Dispatched"), phase: Phase::Working },
        State { id: HANDED_OVER, title: Text::new("已移交", "Handed over"), phase: Phase::Working },
        State { id: "handled", title: Text::new("待核查", "Handled"), phase: Phase::Working },
        State { id: "verified", title: Text::new("待结案", "Verified"), phase: Phase::Working },
        State { id: "closed", title: Text::new("已结案", "Closed"), phase: Phase::Done },
        State { id: "rejected", title: Text::new("不予受理", "Declined"), phase: Phase::Done },
    ],
    steps: &[
        Step {
            action: "grid.incident.accept",
            title: Text::new("受理", "Accept"),
            from: &["reported"],
            to: "accepted",
            deadline: Some("GRID.ACCEPT"),
            needs: None,
            // Whether a report is taken up without a look at it is for the whole province to decide.
            skip: Skip::From(Level::Province),
            reason: false,
        },
        Step {
            action: "grid.incident.reject",
            title: Text::new("不予受理", "Decline"),
            from: &["reported"],
            to: "rejected",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：不属于职责的须说明",
                "platform rule: what is not ours must be said",
            )),
            reason: true,
        },
        Step {
            action: "grid.incident.dispatch",
            title: Text::new("派单", "Dispatch"),
            from: &["accepted"],
            to: "dispatched",
            deadline: Some("GRID.DISPATCH"),
            needs: None,
            skip: Skip::Never(Text::new("平台规则：须有明确的处置人", "platform rule: somebody must be responsible")),
            reason: false,
        },
        Step {
            action: "grid.incident.handle",
            title: Text::new("处置", "Handle"),
            from: &["dispatched"],
            to: "handled",
            deadline: Some("GRID.HANDLE"),
            needs: None,
            skip: Skip::Never(Text::new("平台规则：未处置不得结案", "platform rule: nothing is closed unhandled")),
            reason: true,
        },
        Step {
            action: "grid.incident.hand_over",
            title: Text::new("移交调解", "Hand over to mediation"),
            from: &["accepted"],
            to: HANDED_OVER,
            deadline: None,
            needs: Some(crate::incident::DISPUTE),
            skip: Skip::Never(Text::new(
                "平台规则：群众的纠纷由能解决的人接手",
                "platform rule: a dispute goes to who can settle it",
            )),
            reason: false,
        },
        Step {
            action: "grid.incident.settle",
            title: Text::new("移交事项已解决", "Settled where it was handed to"),
            from: &[HANDED_OVER],
            to: "handled",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：移交的事也要有结果",
                "platform rule: what is handed over has an end",
            )),
            reason: true,
        },
        Step {
            action: "grid.incident.take_back",
            title: Text::new("收回", "Take back"),
            from: &[HANDED_OVER],
            to: "accepted",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：移交未解决的，由原单位继续办",
                "platform rule: what was not settled elsewhere goes on here",
            )),
            reason: true,
        },
        Step {
            action: "grid.incident.return",
            title: Text::new("退回", "Return"),
            from: &["dispatched"],
            to: "accepted",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "滨州市社会治理网格化服务管理条例第十一条：无权处置的应当说明",
                "Binzhou Regulation on Grid Governance, Article 11: a unit that is not competent says so",
            )),
            reason: true,
        },
        Step {
            action: "grid.incident.verify",
            title: Text::new("核查", "Verify"),
            from: &["handled"],
            to: "verified",
            deadline: Some("GRID.VERIFY"),
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：办结须经处置人以外的人核查",
                "platform rule: what is said to be done is seen by somebody else",
            )),
            reason: false,
        },
        Step {
            action: "grid.incident.redo",
            title: Text::new("核查不通过", "Send back"),
            from: &["handled"],
            to: "dispatched",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new("平台规则：不属实的须重办", "platform rule: what was not done is done again")),
            reason: true,
        },
        Step {
            action: "grid.incident.close",
            title: Text::new("结案", "Close"),
            from: &["verified"],
            to: "closed",
            deadline: None,
            needs: None,
            // A county may let verification close the incident.
            skip: Skip::From(Level::County),
            reason: false,
        },
    ],
};

//! The life of an incident: report → accept → dispatch → handle → verify → close, returned with reason.

use jizuo_kernel::Text;
use jizuo_kernel::places::Kind as Level;
use jizuo_kernel::process::{Phase, Process, Skip, State, Step};

/// It goes on in another module; this one waits for the outcome.
pub(crate) const HANDED_OVER: &str = "handed_over";

/// It rests, with its clock stopped.
pub(crate) const SUSPENDED: &str = "suspended";

pub(crate) static INCIDENT: Process = Process {
    id: "grid.incident",
    title: Text::new("网格事件流程", "The life of an incident"),
    start: "reported",
    states: &[
        State { id: "reported", title: Text::new("待受理", "Reported"), phase: Phase::Waiting },
        State { id: "accepted", title: Text::new("待派单", "Accepted"), phase: Phase::Waiting },
        State { id: "dispatched", title: Text::new("待处置", "Dispatched"), phase: Phase::Working },
        State { id: HANDED_OVER, title: Text::new("已移交", "Handed over"), phase: Phase::Working },
        State { id: SUSPENDED, title: Text::new("已挂起", "Suspended"), phase: Phase::Working },
        State { id: "extension_asked", title: Text::new("待批延期", "Extension asked"), phase: Phase::Working },
        State { id: "handled", title: Text::new("待核查", "Handled"), phase: Phase::Working },
        State { id: "verified", title: Text::new("待结案", "Verified"), phase: Phase::Working },
        State { id: "closed", title: Text::new("已结案", "Closed"), phase: Phase::Done },
        State { id: "called_back", title: Text::new("已回访", "Closed and called back"), phase: Phase::Done },
        State { id: "solved", title: Text::new("就地办结", "Solved on the spot"), phase: Phase::Done },
        State { id: "merged", title: Text::new("已并案", "Merged into another"), phase: Phase::Done },
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
            action: "grid.incident.extend",
            title: Text::new("同意延期", "Grant the extension"),
            from: &["extension_asked"],
            to: "dispatched",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：延期由处置人以外的人批准",
                "platform rule: somebody else than the handler grants more time",
            )),
            reason: false,
        },
        Step {
            action: "grid.incident.refuse_extension",
            title: Text::new("不同意延期", "Refuse the extension"),
            from: &["extension_asked"],
            to: "dispatched",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：不同意延期的须说明理由",
                "platform rule: who refuses more time says why",
            )),
            reason: true,
        },
        Step {
            action: "grid.incident.handle",
            title: Text::new("处置", "Handle"),
            from: &["dispatched", "extension_asked"],
            to: "handled",
            deadline: Some("GRID.HANDLE"),
            needs: None,
            skip: Skip::Never(Text::new("平台规则：未处置不得结案", "platform rule: nothing is closed unhandled")),
            reason: true,
        },
        Step {
            action: "grid.incident.solve",
            title: Text::new("就地办结", "Solved on the spot"),
            from: &["reported", "accepted"],
            to: "handled",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "滨州市社会治理网格化服务管理条例第十一条：网格员能解决的当场解决",
                "Binzhou Regulation on Grid Governance, Article 11: a grid worker solves what she can",
            )),
            reason: true,
        },
        Step {
            action: "grid.incident.solve_small",
            title: Text::new("小事就地办结", "Solved on the spot, small"),
            from: &["reported", "accepted"],
            to: "solved",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：是否免核查由县级规则 GRID.SOLVE.VERIFY 决定",
                "platform rule: whether it ends there is for the rule GRID.SOLVE.VERIFY",
            )),
            reason: true,
        },
        Step {
            action: "grid.incident.ask_extension",
            title: Text::new("申请延期", "Ask for an extension"),
            from: &["dispatched"],
            to: "extension_asked",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "北京市接诉即办工作条例第十五条：延期须说明理由并告知",
                "Beijing Regulation on Handling Complaints at Once, Article 15: more time needs a reason, which is told",
            )),
            reason: true,
        },
        Step {
            action: "grid.incident.suspend",
            title: Text::new("挂起", "Suspend"),
            from: &["dispatched"],
            to: SUSPENDED,
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new("平台规则：挂起须说明理由", "platform rule: a matter rests only for a reason")),
            reason: true,
        },
        Step {
            action: "grid.incident.resume",
            title: Text::new("恢复", "Resume"),
            from: &[SUSPENDED],
            to: "dispatched",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new("平台规则：挂起的须恢复办理", "platform rule: what was suspended goes on")),
            reason: false,
        },
        Step {
            action: "grid.incident.merge",
            title: Text::new("并案", "Merge"),
            from: &["reported", "accepted", "dispatched"],
            to: "merged",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：重复事件并入一件办理，不算办结",
                "platform rule: duplicates go on as one, and none counts as solved",
            )),
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
        Step {
            action: "grid.incident.call_back",
            title: Text::new("回访", "Call back"),
            from: &["closed"],
            to: "called_back",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "北京市接诉即办工作条例第二十三条：办理期满后回访",
                "Beijing Regulation on Handling Complaints at Once, Article 23: call-back when the time is over",
            )),
            reason: false,
        },
        Step {
            action: "grid.incident.reopen",
            title: Text::new("重办", "Reopen"),
            from: &["called_back"],
            to: "dispatched",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：回访不满意的可以重办",
                "platform rule: what did not satisfy may be done again",
            )),
            reason: true,
        },
    ],
};

/// A plan serves somebody until it ends; what it waits for is the next visit.
const SERVING: &[State] = &[
    State { id: "serving", title: Text::new("服务中", "Serving"), phase: Phase::Working },
    State { id: "ended", title: Text::new("已结束", "Ended"), phase: Phase::Done },
];

/// The life of a plan for somebody in care.
pub(crate) static CARE: Process = Process {
    id: "grid.care",
    title: Text::new("关爱服务计划", "A plan of care"),
    start: "serving",
    states: SERVING,
    steps: &[
        Step {
            action: "grid.care.visit",
            title: Text::new("走访", "Visit"),
            from: &["serving"],
            to: "serving",
            deadline: Some("GRID.CARE.VISIT_DAYS"),
            needs: None,
            skip: Skip::Never(Text::new("平台规则：计划就是为了走访帮助", "platform rule: the plan is for the visits")),
            reason: false,
        },
        Step {
            action: "grid.care.adjust",
            title: Text::new("调整计划", "Adjust the plan"),
            from: &["serving"],
            to: "serving",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "个人信息保护法第八条：避免因信息不准确造成不利影响",
                "Personal Information Protection Law, Article 8: what is kept is kept right",
            )),
            reason: false,
        },
        Step {
            action: "grid.care.end",
            title: Text::new("结束服务", "End the plan"),
            from: &["serving"],
            to: "ended",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "个人信息保护法第十九条：为实现处理目的所必要的最短时间",
                "Personal Information Protection Law, Article 19: no longer than the purpose needs",
            )),
            reason: true,
        },
    ],
};

/// The life of a plan for somebody under management.
pub(crate) static MANAGED: Process = Process {
    id: "grid.managed",
    title: Text::new("特殊人群服务管理计划", "A plan of management"),
    start: "serving",
    states: SERVING,
    steps: &[
        Step {
            action: "grid.managed.visit",
            title: Text::new("走访帮教", "Visit and help"),
            from: &["serving"],
            to: "serving",
            deadline: Some("GRID.MANAGED.VISIT_DAYS"),
            needs: None,
            skip: Skip::Never(Text::new("平台规则：计划就是为了走访帮助", "platform rule: the plan is for the visits")),
            reason: false,
        },
        Step {
            action: "grid.managed.adjust",
            title: Text::new("调整计划", "Adjust the plan"),
            from: &["serving"],
            to: "serving",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "个人信息保护法第八条：避免因信息不准确造成不利影响",
                "Personal Information Protection Law, Article 8: what is kept is kept right",
            )),
            reason: false,
        },
        Step {
            action: "grid.managed.end",
            title: Text::new("结束服务管理", "End the plan of management"),
            from: &["serving"],
            to: "ended",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "个人信息保护法第十九条：为实现处理目的所必要的最短时间",
                "Personal Information Protection Law, Article 19: no longer than the purpose needs",
            )),
            reason: true,
        },
    ],
};

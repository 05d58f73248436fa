//! The life of a meeting: called → studied by the Party organisation → held → decided → published; cancelled, or not valid
//! for want of a quorum.

use jizuo_kernel::Text;
use jizuo_kernel::process::{Phase, Process, Skip, State, Step};

pub(crate) const STUDY: &str = "consultation.meeting.study";
pub(crate) const EXEMPT: &str = "consultation.meeting.exempt";
pub(crate) const ATTEND: &str = "consultation.meeting.attend";
pub(crate) const VOTE: &str = "consultation.meeting.vote";
pub(crate) const LAPSE: &str = "consultation.meeting.lapse";
pub(crate) const CANCEL: &str = "consultation.meeting.cancel";

pub(crate) static MEETING: Process = Process {
    id: "consultation.meeting",
    title: Text::new("会议议决流程", "The life of a meeting"),
    start: "called",
    states: &[
        State { id: "called", title: Text::new("已召集", "Called"), phase: Phase::Waiting },
        State { id: "ready", title: Text::new("待开会", "Ready to be held"), phase: Phase::Waiting },
        State { id: "held", title: Text::new("待表决", "Held, to be voted"), phase: Phase::Working },
        State { id: "decided", title: Text::new("待公布", "Decided, to be published"), phase: Phase::Working },
        State { id: "done", title: Text::new("已公布", "Published"), phase: Phase::Done },
        State { id: "not_valid", title: Text::new("流会", "Not valid"), phase: Phase::Done },
        State { id: "cancelled", title: Text::new("已取消", "Cancelled"), phase: Phase::Done },
    ],
    steps: &[
        Step {
            action: STUDY,
            title: Text::new("党组织研究讨论", "Study by the Party organisation"),
            from: &["called"],
            to: "ready",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "村民委员会组织法第二十八条第三款；城市居民委员会组织法第三十条第四款；农村集体经济组织法第二十六条第二款",
                "Villagers' Committee Organisation Law, Article 28, paragraph 3; Urban Residents' Committee Organisation Law, Article 30, paragraph 4; Rural Collective Economic Organisation Law, Article 26, paragraph 2",
            )),
            reason: false,
        },
        // The one way around the study, taken by itself and for those bodies only of which no law asks it.
        Step {
            action: EXEMPT,
            title: Text::new("法律未要求先经党组织研究", "No law asks for a study"),
            from: &["called"],
            to: "ready",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：只适用于村民小组会议（村民委员会组织法第三十二条）",
                "platform rule: for meetings of villagers' groups alone (Villagers' Committee Organisation Law, Article 32)",
            )),
            reason: false,
        },
        Step {
            action: ATTEND,
            title: Text::new("登记到会", "Record attendance"),
            from: &["ready"],
            to: "held",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "村民委员会组织法第二十六条、第三十条、第三十二条；城市居民委员会组织法第二十七条、第二十九条；农村集体经济组织法第二十七条",
                "Villagers' Committee Organisation Law, Articles 26, 30 and 32; Urban Residents' Committee Organisation Law, Articles 27 and 29; Rural Collective Economic Organisation Law, Article 27",
            )),
            reason: false,
        },
        Step {
            action: VOTE,
            title: Text::new("登记表决", "Record the vote"),
            from: &["held"],
            to: "decided",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：有会议就有表决结果，或者流会",
                "platform rule: a meeting that was held has a result, or was not valid",
            )),
            reason: false,
        },
        Step {
            action: "consultation.meeting.publish",
            title: Text::new("公布决定", "Publish the decision"),
            from: &["decided"],
            to: "done",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "村民委员会组织法第三十五条第二款第一项；城市居民委员会组织法第三十四条第二款第一项；农村集体经济组织法第四十五条",
                "Villagers' Committee Organisation Law, Article 35, paragraph 2 (1); Urban Residents' Committee Organisation Law, Article 34, paragraph 2 (1); Rural Collective Economic Organisation Law, Article 45",
            )),
            reason: false,
        },
        Step {
            action: LAPSE,
            title: Text::new("流会", "Declare not valid"),
            from: &["held"],
            to: "not_valid",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：不足法定人数的会议也要留记录",
                "platform rule: a meeting without its quorum is recorded as well",
            )),
            reason: true,
        },
        Step {
            action: CANCEL,
            title: Text::new("取消", "Cancel"),
            from: &["called", "ready"],
            to: "cancelled",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new(
                "平台规则：通知了的会议不开，须说明理由",
                "platform rule: a meeting that was announced and not held says why",
            )),
            reason: true,
        },
    ],
};

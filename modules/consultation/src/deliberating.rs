//! The life of a deliberation: raised → topic fixed → told → held → carried out; decided by a meeting, unsettled, or declined.

use jizuo_kernel::Text;
use jizuo_kernel::process::{Phase, Process, Skip, State, Step};

pub(crate) const FIX: &str = "consultation.deliberation.fix";
pub(crate) const TELL: &str = "consultation.deliberation.tell";
pub(crate) const HOLD: &str = "consultation.deliberation.hold";
pub(crate) const CARRY_OUT: &str = "consultation.deliberation.carry_out";
pub(crate) const REFER: &str = "consultation.deliberation.refer";
pub(crate) const DECIDE: &str = "consultation.deliberation.decide";
pub(crate) const RESUME: &str = "consultation.deliberation.resume";
pub(crate) const UNSETTLE: &str = "consultation.deliberation.unsettle";
pub(crate) const DECLINE: &str = "consultation.deliberation.decline";

pub(crate) const TO_BE_DECIDED: &str = "to_be_decided";
pub(crate) const CARRIED_OUT: &str = "carried_out";
pub(crate) const RESOLVED: &str = "resolved";

/// A step that nobody may leave out: each rests on the law or on the opinions of 2015.
const fn step(
    action: &'static str,
    title: Text,
    from: &'static [&'static str],
    to: &'static str,
    deadline: Option<&'static str>,
    never: Text,
    reason: bool,
) -> Step {
    Step { action, title, from, to, deadline, needs: None, skip: Skip::Never(never), reason }
}

pub(crate) static DELIBERATION: Process = Process {
    id: "consultation.deliberation",
    title: Text::new("协商流程", "The life of a deliberation"),
    start: "raised",
    states: &[
        State { id: "raised", title: Text::new("待定题", "Raised"), phase: Phase::Waiting },
        State { id: "fixed", title: Text::new("待告知", "Topic fixed, to be told"), phase: Phase::Waiting },
        State { id: "told", title: Text::new("待协商", "Told, to be held"), phase: Phase::Waiting },
        State {
            id: "talked_over", title: Text::new("待落实反馈", "Held, to be carried out"), phase: Phase::Working
        },
        State {
            id: TO_BE_DECIDED,
            title: Text::new("待会议决定", "To be decided by a meeting"),
            phase: Phase::Working,
        },
        State { id: CARRIED_OUT, title: Text::new("已落实反馈", "Carried out and fed back"), phase: Phase::Done },
        State { id: RESOLVED, title: Text::new("会议已决定", "Decided by a meeting"), phase: Phase::Done },
        State { id: "unsettled", title: Text::new("未解决", "Unsettled"), phase: Phase::Done },
        State { id: "declined", title: Text::new("不列入协商", "Declined"), phase: Phase::Done },
    ],
    steps: &[
        step(
            FIX,
            Text::new("定题和参加方", "Fix topic and parties"),
            &["raised"],
            "fixed",
            Some("CONSULTATION.FIX"),
            Text::new(
                "中办发〔2015〕41号：征求意见，研究提出协商议题，确定参与协商的各类主体",
                "Zhongbanfa [2015] No. 41: opinions are asked for, the topic and those who take part are fixed",
            ),
            false,
        ),
        step(
            TELL,
            Text::new("告知", "Tell beforehand"),
            &["fixed"],
            "told",
            None,
            Text::new(
                "中办发〔2015〕41号：向参与协商的各方提前通报协商内容和相关信息",
                "Zhongbanfa [2015] No. 41: those who take part are told beforehand what it is about",
            ),
            false,
        ),
        step(
            HOLD,
            Text::new("登记协商意见", "Record what was said"),
            &["told"],
            "talked_over",
            None,
            Text::new(
                "村民委员会组织法第三十三条、城市居民委员会组织法第三十二条：切身利益、矛盾纠纷等事项开展协商",
                "Villagers' Committee Organisation Law, Article 33; Urban Residents' Committee Organisation Law, Article 32: what \
                 touches people's interests, difficulties and disputes are talked over",
            ),
            false,
        ),
        step(
            CARRY_OUT,
            Text::new("落实反馈", "Carry out and feed back"),
            &["talked_over"],
            CARRIED_OUT,
            None,
            Text::new(
                "村民委员会组织法第三十三条、第三十五条第二款第四项；城市居民委员会组织法第三十四条第二款第五项：落实或者督促落实，并公布",
                "Villagers' Committee Organisation Law, Article 33 and Article 35, paragraph 2 (4); Urban Residents' Committee \
                 Organisation Law, Article 34, paragraph 2 (5): agreed matters are carried out, and made public",
            ),
            false,
        ),
        step(
            REFER,
            Text::new("提交会议决定", "Refer to a meeting"),
            &["talked_over"],
            TO_BE_DECIDED,
            None,
            Text::new(
                "中办发〔2015〕41号：协商中难以解决或者意见分歧较大的，提交村（居）民会议或者代表会议决定",
                "Zhongbanfa [2015] No. 41: what cannot be solved or is very contested goes to the assembly or its representatives",
            ),
            false,
        ),
        step(
            DECIDE,
            Text::new("会议已决定", "Decided by a meeting"),
            &[TO_BE_DECIDED],
            RESOLVED,
            None,
            Text::new("平台规则：提交的事项也要有结果", "platform rule: what was referred has an end"),
            true,
        ),
        step(
            RESUME,
            Text::new("继续协商", "Go on with it"),
            &[TO_BE_DECIDED],
            "talked_over",
            None,
            Text::new("平台规则：会议没有决定的，回到协商", "platform rule: what no meeting decided goes on here"),
            true,
        ),
        step(
            "consultation.deliberation.postpone",
            Text::new("改期", "Put to another day"),
            &["told"],
            "fixed",
            None,
            Text::new("平台规则：改期的须重新告知", "platform rule: another day is told anew"),
            true,
        ),
        step(
            UNSETTLE,
            Text::new("未解决", "Record that it is unsettled"),
            &["fixed", "told", "talked_over"],
            "unsettled",
            None,
            Text::new(
                "平台规则：协商形成意见，不是决议；达不成一致的如实登记",
                "platform rule: a deliberation makes opinions, not resolutions; that nobody agreed is said as it is",
            ),
            true,
        ),
        step(
            DECLINE,
            Text::new("不列入协商", "Decline"),
            &["raised"],
            "declined",
            None,
            Text::new(
                "平台规则：不列入协商的须说明理由和去处",
                "platform rule: what is not taken up is told why, and where to go",
            ),
            true,
        ),
    ],
};

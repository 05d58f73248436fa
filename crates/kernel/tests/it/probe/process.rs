//! The probe's two processes: one short enough to overlay in every way, and one of the law.

use jizuo_kernel::Text;
use jizuo_kernel::places::Kind as Level;
use jizuo_kernel::process::{Phase, Process, Skip, State, Step};

/// Short enough to overlay in every way.
pub(crate) static NOTE: Process = Process {
    id: "probe.note",
    title: Text::new("便条", "Note"),
    start: "open",
    states: &[
        State { id: "open", title: Text::new("待核对", "Open"), phase: Phase::Waiting },
        State { id: "checked", title: Text::new("待办结", "Checked"), phase: Phase::Working },
        State { id: "closed", title: Text::new("已办结", "Closed"), phase: Phase::Done },
        State { id: "dropped", title: Text::new("已作废", "Dropped"), phase: Phase::Done },
    ],
    steps: &[
        Step {
            action: "probe.note.check",
            title: Text::new("核对", "Check"),
            from: &["open"],
            to: "checked",
            deadline: Some("PROBE.CHECK"),
            needs: None,
            skip: Skip::From(Level::County),
            reason: false,
        },
        Step {
            action: "probe.note.close",
            title: Text::new("办结", "Close"),
            from: &["checked"],
            to: "closed",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new("平台规则：有始有终", "platform rule: what begins ends")),
            reason: false,
        },
        Step {
            action: "probe.note.drop",
            title: Text::new("作废", "Drop"),
            from: &["open", "checked"],
            to: "dropped",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new("平台规则：错的可以作废", "platform rule: a mistake can be dropped")),
            reason: true,
        },
    ],
};

const LAW: Text =
    Text::new("村民委员会组织法第二十八条第三款", "Villagers' Committee Organisation Law, Article 28 paragraph 3");
const PARTY: Text =
    Text::new("中国共产党农村基层组织工作条例第十九条", "Regulations on Rural Party Organisations, Article 19");

const fn step(action: &'static str, title: Text, from: &'static [&'static str], to: &'static str, skip: Skip) -> Step {
    Step { action, title, from, to, deadline: None, needs: None, skip, reason: false }
}

/// 四议两公开 (DOMAIN §4.3).
pub(crate) static DECISION: Process = Process {
    id: "probe.decision",
    title: Text::new("四议两公开", "Four deliberations, two publications"),
    start: "raised",
    states: &[
        State { id: "raised", title: Text::new("待提议", "Raised"), phase: Phase::Waiting },
        State { id: "proposed", title: Text::new("待商议", "Proposed"), phase: Phase::Working },
        State { id: "deliberated", title: Text::new("待审议", "Deliberated"), phase: Phase::Working },
        State { id: "examined", title: Text::new("待决议", "Examined"), phase: Phase::Working },
        State { id: "decided", title: Text::new("待公开", "Decided"), phase: Phase::Working },
        State { id: "published", title: Text::new("实施中", "Published"), phase: Phase::Working },
        State { id: "reported", title: Text::new("已公开结果", "Reported"), phase: Phase::Done },
    ],
    steps: &[
        step(
            "probe.decision.propose",
            Text::new("党组织提议", "The Party branch studies and proposes"),
            &["raised"],
            "proposed",
            Skip::Never(LAW),
        ),
        step(
            "probe.decision.deliberate",
            Text::new("两委商议", "The two committees deliberate"),
            &["proposed"],
            "deliberated",
            // One meeting where the secretary is the director: for the whole province to allow.
            Skip::From(Level::Province),
        ),
        step(
            "probe.decision.examine",
            Text::new("党员大会审议", "Party members examine"),
            &["deliberated"],
            "examined",
            Skip::Never(PARTY),
        ),
        step(
            "probe.decision.decide",
            Text::new("村民决议", "Villagers decide"),
            &["examined"],
            "decided",
            Skip::Never(LAW),
        ),
        step(
            "probe.decision.publish",
            Text::new("决议公开", "The resolution is public"),
            &["decided"],
            "published",
            Skip::Never(PARTY),
        ),
        step(
            "probe.decision.report",
            Text::new("实施结果公开", "The result is public"),
            &["published"],
            "reported",
            Skip::Never(PARTY),
        ),
    ],
};

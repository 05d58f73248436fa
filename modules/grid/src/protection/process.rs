//! The life of a mandatory report: the police take it up at once; after a written warning both sides are visited.

use jizuo_kernel::Text;
use jizuo_kernel::process::{Phase, Process, Skip, State, Step};

const REPORT: Skip = Skip::Never(Text::new(
    "反家庭暴力法第十四条：发现无、限制民事行为能力人遭受或者疑似遭受家庭暴力的，及时向公安机关报案",
    "Anti-Domestic-Violence Law, Article 14: suspected violence against persons without or with limited capacity goes to the police without delay",
));
const VISIT: Skip = Skip::Never(Text::new(
    "反家庭暴力法第十七条：居（村）民委员会、公安派出所对收到告诫书的加害人、受害人进行查访",
    "Anti-Domestic-Violence Law, Article 17: the committee and the police visit both sides after a written warning",
));

pub(crate) static PROTECTION: Process = Process {
    id: "grid.protection",
    title: Text::new("强制报告流程", "The life of a mandatory report"),
    start: "notified",
    states: &[
        State { id: "notified", title: Text::new("待公安接收", "Waits for the police"), phase: Phase::Waiting },
        State { id: "taken_up", title: Text::new("公安已接收", "Taken up by the police"), phase: Phase::Working },
        State {
            id: "warned",
            title: Text::new("已告诫，待查访", "Warned; both sides to be visited"),
            phase: Phase::Working,
        },
        State { id: "both_visited", title: Text::new("已查访", "Both sides visited"), phase: Phase::Working },
        State {
            id: "concluded_by_police",
            title: Text::new("公安已办结", "Concluded by the police"),
            phase: Phase::Done,
        },
    ],
    steps: &[
        Step {
            action: "grid.protection.receive",
            title: Text::new("接收", "Take up"),
            from: &["notified"],
            to: "taken_up",
            deadline: Some("GRID.PROTECTION.RECEIVE"),
            needs: None,
            skip: REPORT,
            reason: false,
        },
        Step {
            action: "grid.protection.visit",
            title: Text::new("登记已查访双方", "Record that both sides were visited"),
            from: &["warned"],
            to: "both_visited",
            deadline: Some("GRID.PROTECTION.VISIT"),
            needs: None,
            skip: VISIT,
            reason: false,
        },
        Step {
            action: "grid.protection.conclude",
            title: Text::new("办结", "Conclude"),
            from: &["taken_up", "both_visited"],
            to: "concluded_by_police",
            deadline: None,
            needs: None,
            skip: REPORT,
            reason: true,
        },
        Step {
            action: "grid.protection.warn",
            title: Text::new("登记告诫书", "Record a written warning"),
            from: &["taken_up"],
            to: "warned",
            deadline: None,
            needs: None,
            skip: VISIT,
            reason: false,
        },
    ],
};

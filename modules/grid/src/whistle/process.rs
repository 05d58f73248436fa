//! The life of a whistle, and that of each department's answer to it.

use jizuo_kernel::Text;
use jizuo_kernel::process::{Phase, Process, Skip, State, Step};

const COMMAND: Skip = Skip::Never(Text::new(
    "北京市街道办事处条例第五条：街道统筹协调、指挥调度区政府工作部门",
    "Beijing Sub-district Regulation, Article 5: the sub-district co-ordinates and commands the district's departments",
));
const ANSWERABLE: Skip = Skip::Never(Text::new(
    "北京市街道办事处条例第四十四条：部门拒不履行的予以追究，并纳入年度考核",
    "Beijing Sub-district Regulation, Article 44: a department that refuses is looked into, and it counts in its yearly appraisal",
));
const RATED: Skip = Skip::Never(Text::new(
    "山东省乡镇人民政府工作条例第十八条：乡镇对派驻机构和县级部门进行评价",
    "Shandong Regulation on the Work of Township Governments, Article 18: the township rates the county's departments",
));

pub(crate) static WHISTLE: Process = Process {
    id: "grid.whistle",
    title: Text::new("吹哨报到流程", "The life of a whistle"),
    start: "blown",
    states: &[
        State { id: "blown", title: Text::new("已吹哨", "Departments are called"), phase: Phase::Working },
        State { id: "concluded", title: Text::new("待评价", "Waits for the ratings"), phase: Phase::Working },
        State { id: "rated", title: Text::new("已评价", "Rated"), phase: Phase::Done },
        State { id: "called_off", title: Text::new("已撤哨", "Called off"), phase: Phase::Done },
    ],
    steps: &[
        Step {
            action: "grid.whistle.conclude",
            title: Text::new("登记共同处置结果", "Record the joint result"),
            from: &["blown"],
            to: "concluded",
            deadline: None,
            needs: None,
            skip: COMMAND,
            reason: true,
        },
        Step {
            action: "grid.whistle.rate",
            title: Text::new("评价部门", "Rate the departments"),
            from: &["concluded"],
            to: "rated",
            deadline: Some("GRID.WHISTLE.RATE"),
            needs: None,
            skip: RATED,
            reason: false,
        },
        Step {
            action: "grid.whistle.call_off",
            title: Text::new("撤哨", "Call it off"),
            from: &["blown"],
            to: "called_off",
            deadline: None,
            needs: None,
            skip: COMMAND,
            reason: true,
        },
    ],
};

pub(crate) static CALL: Process = Process {
    id: "grid.call",
    title: Text::new("部门报到流程", "A department's answer to a whistle"),
    start: "called",
    states: &[
        State { id: "called", title: Text::new("待报到", "To arrive"), phase: Phase::Waiting },
        State { id: "declined", title: Text::new("拒绝报到", "Declined to come"), phase: Phase::Working },
        State { id: "absent", title: Text::new("逾期未报到", "Did not come in time"), phase: Phase::Working },
        State { id: "arrived", title: Text::new("已报到", "Arrived"), phase: Phase::Done },
        State { id: "examined", title: Text::new("县级已核实", "Looked into by the county"), phase: Phase::Done },
        State { id: "stood_down", title: Text::new("已撤哨，不再报到", "Called off"), phase: Phase::Done },
    ],
    steps: &[
        // What a department that did not come waits for is the county.
        Step {
            action: "grid.call.examine",
            title: Text::new("县级核实", "Look into it"),
            from: &["declined", "absent"],
            to: "examined",
            deadline: Some("GRID.WHISTLE.EXAMINE"),
            needs: None,
            skip: ANSWERABLE,
            reason: true,
        },
        Step {
            action: "grid.call.arrive",
            title: Text::new("报到", "Arrive"),
            from: &["called", "declined", "absent"],
            to: "arrived",
            deadline: Some("GRID.WHISTLE.ARRIVE"),
            needs: None,
            skip: COMMAND,
            reason: false,
        },
        Step {
            action: "grid.call.decline",
            title: Text::new("拒绝报到", "Decline to come"),
            from: &["called"],
            to: "declined",
            deadline: None,
            needs: None,
            skip: ANSWERABLE,
            reason: true,
        },
        Step {
            action: "grid.call.miss",
            title: Text::new("登记逾期未报到", "Record that it did not come"),
            from: &["called"],
            to: "absent",
            deadline: None,
            needs: None,
            skip: ANSWERABLE,
            reason: false,
        },
        Step {
            action: "grid.call.stand_down",
            title: Text::new("撤哨，不必报到", "Stand down"),
            from: &["called"],
            to: "stood_down",
            deadline: None,
            needs: None,
            skip: COMMAND,
            reason: false,
        },
    ],
};

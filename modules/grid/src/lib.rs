//! Grid governance (网格治理): what a grid worker sees in the village, from report to close.

pub mod care;
pub mod figures;
mod forms;
pub mod incident;
pub mod net;
pub mod party;
mod process;
pub mod protection;
pub mod report;
mod roles;
mod statistics;
pub mod subcategory;
mod tables;
pub mod whistle;

use jizuo_kernel::Text;
use jizuo_kernel::module::{MenuEntry, Module, Permission, Sealed, Subscription, Timer, Topic};

pub static MODULE: Module = Module {
    id: "grid",
    title: Text::new("网格治理", "Grid governance"),
    about: Text::new(
        "网格员上报、乡镇派单、部门处置、他人核查的事件闭环",
        "Incidents from a grid worker's report through dispatch and handling to verification by another person",
    ),
    permissions: &[
        Permission::matters("grid.incident.read", Text::new("查看事件", "See incidents")),
        Permission::matters("grid.incident.report", Text::new("上报事件", "Report an incident")),
        Permission::matters("grid.incident.attach", Text::new("添加、撤下照片和附件", "Add and take back attachments")),
        Permission::matters("grid.incident.accept", Text::new("受理", "Accept")),
        Permission::matters("grid.incident.reject", Text::new("不予受理", "Decline")),
        Permission::matters("grid.incident.dispatch", Text::new("派单", "Dispatch")),
        Permission::matters("grid.incident.hand_over", Text::new("移交", "Hand over")),
        Permission::matters("grid.incident.settle", Text::new("登记移交结果", "Record that it was settled elsewhere")),
        Permission::matters("grid.incident.take_back", Text::new("收回移交", "Take back what was handed over")),
        Permission::matters("grid.incident.handle", Text::new("处置", "Handle")),
        Permission::matters("grid.incident.return", Text::new("退回派单人", "Return to the dispatcher")),
        Permission::matters("grid.incident.verify", Text::new("核查", "Verify")),
        Permission::matters("grid.incident.redo", Text::new("核查不通过", "Send back after verification")),
        Permission::matters("grid.incident.close", Text::new("结案", "Close")),
        Permission::matters("grid.incident.solve", Text::new("就地办结", "Solve on the spot")),
        Permission::matters("grid.incident.solve_small", Text::new("小事就地办结", "Solve small matters on the spot")),
        Permission::matters("grid.incident.suspend", Text::new("挂起", "Suspend")),
        Permission::matters("grid.incident.resume", Text::new("恢复", "Resume")),
        Permission::matters("grid.incident.ask_extension", Text::new("申请延期", "Ask for an extension")),
        Permission::matters("grid.incident.extend", Text::new("同意延期", "Grant an extension")),
        Permission::matters("grid.incident.refuse_extension", Text::new("不同意延期", "Refuse an extension")),
        Permission::matters("grid.incident.supervise", Text::new("督办", "Supervise")),
        Permission::matters("grid.incident.merge", Text::new("并案", "Merge")),
        Permission::matters("grid.incident.call_back", Text::new("回访", "Call back")),
        Permission::matters("grid.incident.reopen", Text::new("重办", "Reopen")),
        Permission::everything("grid.net.read", Text::new("查看网格", "See the grids")),
        Permission::everything("grid.net.draw", Text::new("划分和调整网格", "Draw and change grids")),
        Permission::everything("grid.net.staff", Text::new("配备网格人员", "Staff the grids")),
        Permission::matters("grid.party.read", Text::new("查看协同单位", "See co-operating parties")),
        Permission::matters("grid.party.ask", Text::new("请求协同", "Ask to co-operate")),
        Permission::matters("grid.party.join", Text::new("接受协同", "Join")),
        Permission::matters("grid.party.finish", Text::new("协同完成", "Say that one's part is done")),
        Permission::matters("grid.party.object", Text::new("提出异议", "Object")),
        Permission::matters("grid.party.ask_again", Text::new("说明理由再请", "Ask again")),
        Permission::matters("grid.party.replace", Text::new("改请其他单位", "Replace by another")),
        Permission::matters("grid.party.release", Text::new("不再协同", "Let go")),
        Permission::matters("grid.whistle.read", Text::new("查看吹哨", "See whistles")),
        Permission::matters("grid.whistle.blow", Text::new("吹哨", "Blow the whistle")),
        Permission::matters("grid.whistle.conclude", Text::new("登记共同处置结果", "Record the joint result")),
        Permission::matters("grid.whistle.rate", Text::new("评价部门", "Rate the departments")),
        Permission::matters("grid.whistle.call_off", Text::new("撤哨", "Call a whistle off")),
        Permission::matters("grid.call.read", Text::new("查看部门报到", "See which departments came")),
        Permission::matters("grid.call.arrive", Text::new("登记报到", "Record an arrival")),
        Permission::matters("grid.call.decline", Text::new("拒绝报到", "Decline to come")),
        Permission::matters("grid.call.miss", Text::new("登记逾期未报到", "Record that a department did not come")),
        Permission::matters("grid.call.stand_down", Text::new("撤哨，不必报到", "Stand down")),
        Permission::matters("grid.call.examine", Text::new("核实拒绝和未报到", "Look into refusals and absences")),
        Permission::matters("grid.protection.read", Text::new("查看强制报告", "See mandatory reports")),
        Permission::matters("grid.protection.report", Text::new("强制报告", "Make a mandatory report")),
        Permission::matters("grid.protection.receive", Text::new("接收强制报告", "Take up a mandatory report")),
        Permission::matters("grid.protection.warn", Text::new("登记告诫书", "Record a written warning")),
        Permission::matters("grid.protection.visit", Text::new("登记查访", "Record that both sides were visited")),
        Permission::matters("grid.protection.conclude", Text::new("办结强制报告", "Conclude a mandatory report")),
        Permission::matters("grid.protection.oversee", Text::new("查看全部强制报告", "See all mandatory reports")),
        Permission::everything("grid.category.manage", Text::new("管理事件小类", "Manage the county's own categories")),
        Permission::matters("grid.incident.withdraw", Text::new("反映人撤回", "Withdrawn by the reporter")),
        Permission::matters("grid.care.read", Text::new("查看关爱服务", "See people in care")),
        Permission::matters("grid.care.begin", Text::new("建立关爱服务计划", "Begin a plan of care")),
        Permission::matters("grid.care.visit", Text::new("走访", "Visit")),
        Permission::matters("grid.care.adjust", Text::new("调整服务计划", "Adjust the plan")),
        Permission::matters("grid.care.end", Text::new("结束服务", "End the plan")),
        Permission::narrow("grid.managed.read", Text::new("查看特殊人群服务管理", "See people under management")),
        Permission::narrow("grid.managed.begin", Text::new("建立服务管理计划", "Begin a plan of management")),
        Permission::narrow("grid.managed.visit", Text::new("走访帮教", "Visit and help")),
        Permission::narrow("grid.managed.adjust", Text::new("调整服务管理计划", "Adjust the plan of management")),
        Permission::narrow("grid.managed.end", Text::new("结束服务管理", "End the plan of management")),
    ],
    roles: roles::ROLES,
    migrations: tables::MIGRATIONS,
    api: || {
        incident::routes()
            .merge(net::routes())
            .merge(figures::routes())
            .merge(party::routes())
            .merge(whistle::routes())
            .merge(protection::routes())
            .merge(subcategory::routes())
            .merge(care::routes())
            .merge(report::routes())
    },
    public: report::PUBLIC,
    menu: &[
        MenuEntry {
            id: "grid.incidents", title: Text::new("网格事件", "Incidents"), operation: "grid_incident_list"
        },
        MenuEntry { id: "grid.grids", title: Text::new("网格", "Grids"), operation: "grid_grid_list" },
        MenuEntry { id: "grid.coverage", title: Text::new("网格覆盖", "Coverage"), operation: "grid_net_coverage" },
        MenuEntry { id: "grid.zeros", title: Text::new("五零", "Five zeros"), operation: "grid_figures_zeros" },
        MenuEntry { id: "grid.hotspots", title: Text::new("热点", "Hot spots"), operation: "grid_figures_hotspots" },
        MenuEntry { id: "grid.map", title: Text::new("网格图", "Map of grids"), operation: "grid_net_map" },
        MenuEntry {
            id: "grid.parties", title: Text::new("联合处置", "Joint handling"), operation: "grid_party_list"
        },
        MenuEntry {
            id: "grid.subcategories",
            title: Text::new("事件小类", "The county's own categories"),
            operation: "grid_subcategory_list",
        },
        MenuEntry {
            id: "grid.paper",
            title: Text::new("录入纸质反映单", "Type in paper reports"),
            operation: "grid_report_paper",
        },
        MenuEntry { id: "grid.form", title: Text::new("纸质反映单", "Paper form"), operation: "grid_report_form" },
        MenuEntry { id: "grid.care", title: Text::new("走访关爱", "Visits and care"), operation: "grid_care_list" },
        MenuEntry {
            id: "grid.managed",
            title: Text::new("特殊人群服务管理", "People under management"),
            operation: "grid_managed_list",
        },
    ],
    settings: || {
        Some(serde_json::json!({
            "type": "object",
            "properties": {
                "supervision_phone": {
                    "type": "string",
                    "title": "监督电话 / supervision telephone, posted with every grid",
                    "x-words": { "zh": "监督电话", "en": "Supervision telephone" },
                    "x-hint": { "zh": "随每个网格一起公布", "en": "Posted with every grid" }
                }
            }
        }))
    },
    processes: &[
        &process::INCIDENT,
        &party::PARTY,
        &whistle::WHISTLE,
        &whistle::CALL,
        &protection::PROTECTION,
        &process::CARE,
        &process::MANAGED,
    ],
    rules: include_str!("../rules.toml"),
    capabilities: &[],
    events: &[
        Topic {
            id: "grid.incident.reported",
            title: Text::new("事件已上报", "An incident was reported"),
            sample: SAMPLE,
        },
        Topic {
            id: "grid.net.imported",
            title: Text::new("网格已导入", "Grids were imported"),
            sample: r#"{"place":"530102001","drawn":12}"#,
        },
        Topic {
            id: "grid.net.changed", title: Text::new("网格已调整", "The net of grids was changed"), sample: NET
        },
        Topic {
            id: "grid.incident.dispatched",
            title: Text::new("事件已派单", "An incident was dispatched"),
            sample: SAMPLE,
        },
        Topic {
            id: "grid.incident.reopened",
            title: Text::new("事件已重办", "An incident was reopened"),
            sample: SAMPLE,
        },
        Topic {
            id: "grid.incident.closed", title: Text::new("事件已结案", "An incident was closed"), sample: SAMPLE
        },
        Topic {
            id: "grid.whistle.blown",
            title: Text::new("乡镇已吹哨", "A township called departments"),
            sample: CALLED,
        },
        Topic {
            id: "grid.call.declined",
            title: Text::new("部门拒绝报到", "A department declined to come"),
            sample: CALLED,
        },
    ],
    subscriptions: &[
        Subscription {
            id: "grid.incident.came_back",
            topic: "base.handover.ended",
            run: |tx, payload| Box::pin(incident::handing_over::came_back(tx, payload)),
        },
        Subscription {
            id: "grid.party.let_go",
            topic: "grid.incident.closed",
            run: |tx, payload| Box::pin(party::service::let_go(tx, payload)),
        },
        Subscription {
            id: "grid.care.died",
            topic: "base.person.died",
            run: |tx, payload| Box::pin(care::gone(tx, payload, "本人已去世")),
        },
        Subscription {
            id: "grid.care.moved",
            topic: "base.person.moved",
            run: |tx, payload| Box::pin(care::gone(tx, payload, "本人已在县内迁居，由现居住地安排")),
        },
        Subscription {
            id: "grid.care.moved_out",
            topic: "base.person.moved_out",
            run: |tx, payload| Box::pin(care::gone(tx, payload, "本人已迁出本县")),
        },
    ],
    timers: &[
        Timer {
            id: "grid.incident.suspension_over",
            every_seconds: 60,
            run: |tx| Box::pin(incident::rest::resume_due(tx)),
        },
        Timer { id: "grid.care.over", every_seconds: 60, run: |tx| Box::pin(care::end_due(tx)) },
    ],
    statistics: statistics::STATISTICS,
    words: include_str!("../words.toml"),
    forms: &[&forms::REPORTER, &forms::CARE],
    sealed: &[
        Sealed::for_its_row("grid_incident", "reporter_phone", "grid.phone"),
        Sealed::for_its_row("grid_protection", "account", "grid.protection"),
        Sealed::for_its_row("grid_report", "word", "grid.report.word"),
        Sealed::for_its_row("grid_care_visit", "purpose", "grid_care_visit"),
        Sealed::for_its_row("grid_care_visit", "found", "grid_care_visit"),
        Sealed::for_its_row("grid_care_visit", "to_do", "grid_care_visit"),
        Sealed::for_its_row("grid_managed_visit", "purpose", "grid_managed_visit"),
        Sealed::for_its_row("grid_managed_visit", "found", "grid_managed_visit"),
        Sealed::for_its_row("grid_managed_visit", "to_do", "grid_managed_visit"),
    ],
    held: Some(|ctx, person| {
        Box::pin(async move {
            let mut held = incident::service::held(ctx, person).await?;
            held.extend(care::held(ctx, person).await?);
            Ok(held)
        })
    }),
};

/// What changed: drawn, renamed, redrawn, split, merged, ended.
const NET: &str =
    r#"{"id":"0192f0c0-0000-7000-8000-000000000002","place":"530102001001001","kind":"basic","change":"drawn"}"#;

/// No name, no telephone: who may read the feed is not always who may read the incident.
const SAMPLE: &str = r#"{"id":"0192f0c0-0000-7000-8000-000000000001","code":"WG530102001001-0192F0C0","place":"530102001001","category":"04","severity":"ordinary","state":"reported"}"#;
const CALLED: &str =
    r#"{"id":"0192f0c0-0000-7000-8000-000000000001","code":"CS530102001000-0192F0C00000","place":"530102001"}"#;

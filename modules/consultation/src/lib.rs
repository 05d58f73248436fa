//! Consultation and decision (民主协商): people talk a matter over and form opinions; or a body of the village meets, and the
//! rules in force on its date say whether it may decide, whether enough came, and what was decided.

mod deliberating;
pub mod deliberation;
pub mod meeting;
mod process;
mod statistics;
mod tables;

use jizuo_kernel::Text;
use jizuo_kernel::module::{Capability, MenuEntry, Module, Permission, RoleTemplate, Subscription, Topic};

pub static MODULE: Module = Module {
    id: "consultation",
    title: Text::new("民主协商", "Consultation and decision"),
    about: Text::new(
        "大家的事大家议：协商从定题、告知到落实反馈；村（居）民会议、代表会议、小组会议和集体经济组织成员大会该由谁定、到会够不够、通过没通过，按当日有效的法律规定计算",
        "Deliberations from topic to feedback; assemblies, representatives, groups and collectives: who may decide, whether enough came and what was passed, by the law in force that day",
    ),
    permissions: &[
        Permission::matters("consultation.meeting.read", Text::new("查看会议", "See meetings")),
        Permission::matters("consultation.meeting.call", Text::new("召集会议", "Call a meeting")),
        Permission::matters("consultation.meeting.study", Text::new("登记党组织研究", "Record the Party's study")),
        Permission::matters("consultation.meeting.exempt", Text::new("登记无需研究", "Record that no study is needed")),
        Permission::matters("consultation.meeting.attend", Text::new("登记到会", "Record attendance")),
        Permission::matters("consultation.meeting.vote", Text::new("登记表决", "Record the vote")),
        Permission::matters("consultation.meeting.publish", Text::new("公布决定", "Publish the decision")),
        Permission::matters("consultation.meeting.lapse", Text::new("登记流会", "Record that it was not valid")),
        Permission::matters("consultation.meeting.cancel", Text::new("取消会议", "Cancel a meeting")),
        Permission::matters("consultation.deliberation.read", Text::new("查看协商事项", "See deliberations")),
        Permission::matters(
            "consultation.deliberation.raise",
            Text::new("提出协商事项", "Raise a matter to be talked over"),
        ),
        Permission::matters("consultation.deliberation.fix", Text::new("确定议题和参加方", "Fix topic and parties")),
        Permission::matters(
            "consultation.deliberation.tell",
            Text::new("登记协商告知", "Record that people were told"),
        ),
        Permission::matters("consultation.deliberation.hold", Text::new("登记协商意见", "Record what was said")),
        Permission::matters(
            "consultation.deliberation.carry_out",
            Text::new("登记落实反馈", "Record that it is carried out"),
        ),
        Permission::matters("consultation.deliberation.refer", Text::new("提交会议决定", "Refer to a meeting")),
        Permission::matters(
            "consultation.deliberation.decide",
            Text::new("登记会议决定", "Record what a meeting decided"),
        ),
        Permission::matters("consultation.deliberation.resume", Text::new("继续协商", "Go on with a deliberation")),
        Permission::matters("consultation.deliberation.postpone", Text::new("协商改期", "Put to another day")),
        Permission::matters(
            "consultation.deliberation.unsettle",
            Text::new("登记协商未解决", "Record that it is unsettled"),
        ),
        Permission::matters("consultation.deliberation.decline", Text::new("不列入协商", "Decline to talk it over")),
    ],
    roles: &[
        RoleTemplate {
            id: "consultation.clerk",
            title: Text::new("村（社区）文书", "Village clerk"),
            permissions: &[
                "consultation.meeting.read",
                "consultation.meeting.call",
                "consultation.meeting.exempt",
                "consultation.meeting.attend",
                "consultation.meeting.vote",
                "consultation.meeting.publish",
                "consultation.meeting.lapse",
                "consultation.meeting.cancel",
                "consultation.deliberation.read",
                "consultation.deliberation.raise",
                "consultation.deliberation.fix",
                "consultation.deliberation.tell",
                "consultation.deliberation.hold",
                "consultation.deliberation.carry_out",
                "consultation.deliberation.refer",
                "consultation.deliberation.decide",
                "consultation.deliberation.resume",
                "consultation.deliberation.postpone",
                "consultation.deliberation.unsettle",
                "consultation.deliberation.decline",
            ],
        },
        RoleTemplate {
            id: "consultation.secretary",
            title: Text::new("村（社区）党组织书记", "Secretary of the village's Party organisation"),
            permissions: &[
                "consultation.meeting.read",
                "consultation.meeting.study",
                "consultation.deliberation.read",
                "consultation.deliberation.fix",
                "consultation.deliberation.decline",
            ],
        },
        RoleTemplate {
            id: "consultation.township",
            title: Text::new("乡镇（街道）指导员", "Township officer who supervises"),
            permissions: &["consultation.meeting.read", "consultation.deliberation.read"],
        },
    ],
    migrations: tables::MIGRATIONS,
    api: || deliberation::routes().merge(meeting::routes()),
    public: &[],
    menu: &[
        MenuEntry {
            id: "consultation.deliberations",
            title: Text::new("协商事项", "Deliberations"),
            operation: "consultation_deliberation_list",
        },
        MenuEntry {
            id: "consultation.meetings",
            title: Text::new("会议", "Meetings"),
            operation: "consultation_meeting_list",
        },
        MenuEntry {
            id: "consultation.matters",
            title: Text::new("该由谁定", "Who decides what"),
            operation: "consultation_matter_list",
        },
    ],
    settings: || None,
    processes: &[&deliberating::DELIBERATION, &process::MEETING],
    rules: include_str!("../rules.toml"),
    capabilities: &[Capability {
        id: "consultation.intake",
        title: Text::new("接收协商议题", "Takes matters to be talked over"),
        take: |tx, what| Box::pin(deliberation::service::take_over(tx, what)),
    }],
    events: &[
        Topic {
            id: "consultation.deliberation.raised",
            title: Text::new("已提出协商事项", "A matter was raised to be talked over"),
            sample: RAISED,
        },
        Topic {
            id: "consultation.deliberation.held",
            title: Text::new("已协商", "A deliberation was held"),
            sample: DELIBERATED,
        },
        Topic {
            id: "consultation.deliberation.ended",
            title: Text::new("协商事项已办结", "A deliberation has ended"),
            sample: DELIBERATED,
        },
        Topic {
            id: "consultation.meeting.called",
            title: Text::new("会议已召集", "A meeting was called"),
            sample: SAMPLE,
        },
        Topic {
            id: "consultation.meeting.decided",
            title: Text::new("会议已作出表决", "A meeting voted"),
            sample: SAMPLE,
        },
        Topic {
            id: "consultation.meeting.lapsed",
            title: Text::new("会议流会或者取消", "A meeting was not valid or was cancelled"),
            sample: SAMPLE,
        },
    ],
    subscriptions: &[Subscription {
        id: "consultation.deliberation.came_back",
        topic: "base.handover.ended",
        run: |tx, payload| Box::pin(deliberation::came_back(tx, payload)),
    }],
    timers: &[],
    statistics: statistics::STATISTICS,
    words: include_str!("../words.toml"),
    forms: &[],
    sealed: &[],
    held: None,
};

const RAISED: &str = r#"{"id":"0192f0c0-0000-7000-8000-000000000003","code":"XS530426001205-0192F0C0","case":"AJ530426-20260302-5F3A9C21B0K","place":"530426001205","origin":"handed_over","form":null,"state":"raised"}"#;
const DELIBERATED: &str = r#"{"id":"0192f0c0-0000-7000-8000-000000000003","code":"XS530426001205-0192F0C0","case":"AJ530426-20260302-5F3A9C21B0K","place":"530426001205","origin":"suggestion","form":"council","state":"carried_out"}"#;
/// No title, no names.
const SAMPLE: &str = r#"{"id":"0192f0c0-0000-7000-8000-000000000001","code":"YS530426001205-0192F0C0","place":"530426001205","body":"villagers_representatives","matter":"public_welfare","held_on":"2026-03-20","result":"passed"}"#;

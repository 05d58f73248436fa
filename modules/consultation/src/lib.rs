//! Consultation and decision (民主协商): a body of a village meets, and the rules in force on its date say whether it may
//! decide, whether enough came, and what was decided.

pub mod meeting;
mod process;
mod statistics;
mod tables;

use jizuo_kernel::Text;
use jizuo_kernel::module::{MenuEntry, Module, Permission, RoleTemplate, Topic};

pub static MODULE: Module = Module {
    id: "consultation",
    title: Text::new("民主协商", "Consultation and decision"),
    about: Text::new(
        "村（居）民会议、代表会议、小组会议和集体经济组织成员大会：该由谁定、到会够不够、通过没通过，按当日有效的法律规定计算",
        "Assemblies, representatives, groups and collectives: who may decide, whether enough came and what was passed, by the law in force that day",
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
            ],
        },
        RoleTemplate {
            id: "consultation.secretary",
            title: Text::new("村（社区）党组织书记", "Secretary of the village's Party organisation"),
            permissions: &["consultation.meeting.read", "consultation.meeting.study"],
        },
        RoleTemplate {
            id: "consultation.township",
            title: Text::new("乡镇（街道）指导员", "Township officer who supervises"),
            permissions: &["consultation.meeting.read"],
        },
    ],
    migrations: tables::MIGRATIONS,
    api: meeting::routes,
    public: &[],
    menu: &[
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
    processes: &[&process::MEETING],
    rules: include_str!("../rules.toml"),
    capabilities: &[],
    events: &[
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
    subscriptions: &[],
    timers: &[],
    statistics: statistics::STATISTICS,
    words: include_str!("../words.toml"),
    forms: &[],
    sealed: &[],
    held: None,
};

/// No title, no names.
const SAMPLE: &str = r#"{"id":"0192f0c0-0000-7000-8000-000000000001","code":"YS530426001205-0192F0C0","place":"530426001205","body":"villagers_representatives","matter":"public_welfare","held_on":"2026-03-20","result":"passed"}"#;

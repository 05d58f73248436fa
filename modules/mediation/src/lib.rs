//! Mediation records (人民调解): a dispute from application to agreement, its effect, and what courts make of it.

pub mod case;
mod forms;
mod process;
mod statistics;
mod tables;

use jizuo_kernel::Text;
use jizuo_kernel::module::{Capability, MenuEntry, Module, Permission, RoleTemplate, Sealed, Topic};

pub static MODULE: Module = Module {
    id: "mediation",
    title: Text::new("人民调解", "Mediation records"),
    about: Text::new(
        "纠纷从申请、受理、达成协议到生效、履行；提示司法确认期限，法院不受理的指明去处",
        "Disputes from application to an agreement in effect and performed; the last day for judicial confirmation, and \
         where to go when courts do not accept it",
    ),
    permissions: &[
        Permission::matters("mediation.case.read", Text::new("查看案件", "See cases")),
        Permission::matters("mediation.case.register", Text::new("登记案件", "Register a case")),
        Permission::matters("mediation.case.accept", Text::new("受理", "Accept")),
        Permission::matters("mediation.case.decline", Text::new("不予受理", "Decline")),
        Permission::matters("mediation.case.prolong", Text::new("延长调解期限", "Prolong")),
        Permission::matters("mediation.case.agree_orally", Text::new("登记口头协议", "Record an oral agreement")),
        Permission::matters(
            "mediation.case.agree_in_writing",
            Text::new("登记书面协议", "Record an agreement in writing"),
        ),
        Permission::matters("mediation.case.take_effect", Text::new("登记签字盖章", "Record signatures and seal")),
        Permission::matters("mediation.case.write_down", Text::new("补做书面协议", "Write an oral agreement down")),
        Permission::matters(
            "mediation.case.apply_for_confirmation",
            Text::new("登记司法确认申请", "Record the application for confirmation"),
        ),
        Permission::matters("mediation.case.perform", Text::new("登记履行", "Record that it is performed")),
        Permission::matters("mediation.case.breach", Text::new("登记未履行", "Record that it is not performed")),
        Permission::matters("mediation.case.end", Text::new("终止调解", "End without agreement")),
        Permission::matters("mediation.party.add", Text::new("登记当事人", "Name a party")),
        Permission::matters("mediation.party.refuse", Text::new("登记拒绝调解", "Record a party's refusal")),
    ],
    roles: &[
        RoleTemplate {
            id: "mediation.mediator",
            title: Text::new("人民调解员", "Mediator"),
            permissions: &[
                "mediation.case.read",
                "mediation.case.register",
                "mediation.case.prolong",
                "mediation.case.agree_orally",
                "mediation.case.agree_in_writing",
                "mediation.case.take_effect",
                "mediation.case.write_down",
                "mediation.case.apply_for_confirmation",
                "mediation.case.perform",
                "mediation.case.breach",
                "mediation.case.end",
                "mediation.party.add",
                "mediation.party.refuse",
                "base.person.read",
                "base.form.use",
            ],
        },
        RoleTemplate {
            id: "mediation.head",
            title: Text::new("调委会主任", "Head of the mediation committee"),
            permissions: &[
                "mediation.case.read",
                "mediation.case.register",
                "mediation.case.accept",
                "mediation.case.decline",
                "mediation.case.take_effect",
                "mediation.case.perform",
                "mediation.case.breach",
                "mediation.case.end",
                "mediation.party.add",
                "mediation.party.refuse",
                "base.person.read",
                "base.form.use",
            ],
        },
        RoleTemplate {
            id: "mediation.justice_office",
            title: Text::new("司法所", "Justice office"),
            permissions: &["mediation.case.read"],
        },
    ],
    migrations: tables::MIGRATIONS,
    api: case::routes,
    public: &[],
    menu: &[MenuEntry {
        id: "mediation.cases",
        title: Text::new("调解案件", "Mediation cases"),
        operation: "mediation_case_list",
    }],
    settings: || None,
    processes: &[&process::CASE],
    rules: include_str!("../rules.toml"),
    capabilities: &[Capability {
        id: "dispute.intake",
        title: Text::new("接收纠纷", "Takes disputes"),
        take: |tx, what| Box::pin(case::service::take_over(tx, what)),
    }],
    events: &[
        Topic {
            id: "mediation.case.accepted", title: Text::new("案件已受理", "A case was accepted"), sample: SAMPLE
        },
        Topic { id: "mediation.case.agreed", title: Text::new("达成协议", "The parties agreed"), sample: SAMPLE },
        Topic {
            id: "mediation.case.effective",
            title: Text::new("协议已生效", "An agreement took effect"),
            sample: EFFECTIVE,
        },
        Topic {
            id: "mediation.case.ended", title: Text::new("案件已办结", "A case was closed"), sample: EFFECTIVE
        },
    ],
    subscriptions: &[],
    timers: &[],
    statistics: statistics::STATISTICS,
    words: include_str!("../words.toml"),
    forms: &[&forms::PARTY],
    sealed: &[Sealed::for_its_row("mediation_party", "phone", "mediation.phone")],
    held: Some(|ctx, person| Box::pin(case::held(ctx, person))),
};

const SAMPLE: &str = r#"{"id":"0192f0c0-0000-7000-8000-000000000002","code":"TJ530102001001-0192F0C0","case":"AJ530102-20260302-5F3A9C21B0K","place":"530102001001","dispute_type":"02","source":"application","state":"mediating","effective_on":null}"#;
const EFFECTIVE: &str = r#"{"id":"0192f0c0-0000-7000-8000-000000000002","code":"TJ530102001001-0192F0C0","case":"AJ530102-20260302-5F3A9C21B0K","place":"530102001001","dispute_type":"02","source":"application","state":"effective","effective_on":"2026-03-05"}"#;

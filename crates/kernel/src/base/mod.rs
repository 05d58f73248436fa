//! The kernel handed over as a module like any other: id `base`, always on, through no private door.

mod menu;
mod tables;

use utoipa_axum::router::OpenApiRouter;

use crate::identity::grants::{AUDIT_ADMIN, SECURITY_ADMIN, SYSTEM_ADMIN};
use crate::module::{Labels, Mark, Owner, Permission, RoleTemplate, Sealed, Statistic, Timer, Topic};
use crate::people::{consents, held, requests, retention};
use crate::{App, Module, Text};
use crate::{
    audit, cases, counties, events, exports, forms, idempotency, identity, imports, inventory, people, places, process,
    rules, standards, statistics,
};

pub static MODULE: Module = Module {
    id: "base",
    title: Text::new("基座", "Base"),
    about: Text::new("区划、人员、模块、规则、流程、审计", "Places, people, modules, rules, processes, audit"),
    permissions: PERMISSIONS,
    roles: ROLES,
    migrations: tables::MIGRATIONS,
    api,
    public: &[
        "base_session_start",
        "base_place_roots",
        "base_place_show",
        "base_place_children",
        "base_place_search",
        "base_openapi",
        "base_codelist_list",
        "base_codelist_file",
        "base_element_catalogue",
        "base_element_list",
        "base_element_file",
    ],
    menu: menu::MENU,
    settings: || None,
    processes: &[&requests::REQUEST],
    rules: include_str!("../../../../data/rules/national.toml"),
    capabilities: &[],
    events: &[
        Topic {
            id: "base.module.switched",
            title: Text::new("模块启停", "A module was switched"),
            sample: r#"{"place":"530102000000","module":"grid","state":"on","effective_at":"2026-03-02T01:00:00Z"}"#,
        },
        Topic {
            id: "base.place.merged",
            title: Text::new("区划合并", "A place was merged into another"),
            sample: r#"{"from":"530102001001","into":"530102001002","on":"2026-03-02"}"#,
        },
        Topic {
            id: "base.task.overdue",
            title: Text::new("事项超期", "A deadline has passed"),
            sample: r#"{"module":"grid","kind":"grid.incident","matter":"0192f0c0-0000-7000-8000-000000000001","action":"grid.incident.handle","due_at":"2026-03-02T10:00:00Z"}"#,
        },
        Topic {
            id: "base.person.registered",
            title: Text::new("人员登记", "A person was registered"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000001","place":"530102001001","elements":["person.name","person.phone"]}"#,
        },
        Topic {
            id: "base.person.changed",
            title: Text::new("人员信息变动", "Something recorded of a person changed"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000001","elements":["person.phone"]}"#,
        },
        Topic {
            id: "base.person.died",
            title: Text::new("死亡登记", "A death was recorded"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000001","place":"530102001001","on":"2026-03-02"}"#,
        },
        Topic {
            id: "base.person.death_withdrawn",
            title: Text::new("撤销死亡登记", "A death was recorded by mistake and taken back"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000001","place":"530102001001"}"#,
        },
        Topic {
            id: "base.person.moved",
            title: Text::new("县内迁移", "A person moved within the county"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000001","from":"530102001001","to":"530102001002","on":"2026-03-02"}"#,
        },
        Topic {
            id: "base.person.moved_out",
            title: Text::new("迁出本县", "A person moved to another county"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000001","from":"530102001001","to":"530103000000","on":"2026-03-02"}"#,
        },
        Topic {
            id: "base.person.arrived",
            title: Text::new("迁入本县", "A person who moved here was taken in"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000001","place":"530103001001","on":"2026-03-02","was_here":false}"#,
        },
        Topic {
            id: "base.person.merged",
            title: Text::new("人员合并", "Two records of one person were merged"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000003","kept":"0192f0c0-0000-7000-8000-000000000001","merged":"0192f0c0-0000-7000-8000-000000000002"}"#,
        },
        Topic {
            id: "base.person.unmerged",
            title: Text::new("撤销人员合并", "A merge of two records was undone"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000003","kept":"0192f0c0-0000-7000-8000-000000000001","merged":"0192f0c0-0000-7000-8000-000000000002"}"#,
        },
        Topic {
            id: "base.handover.ended",
            title: Text::new("移交事项已办结", "A matter that was handed over has ended"),
            sample: r#"{"case":"AJ530102-20260302-5F3A9C21B0K","capability":"dispute.intake","outcome":"settled","from":{"kind":"grid.incident","id":"0192f0c0-0000-7000-8000-000000000001"},"to":{"kind":"mediation.case","id":"0192f0c0-0000-7000-8000-000000000002"}}"#,
        },
    ],
    subscriptions: &[],
    timers: &[
        Timer { id: "base.task.overdue", every_seconds: 60, run: process::tell_overdue },
        Timer { id: "base.idempotency.forget", every_seconds: 3_600, run: idempotency::forget },
        Timer { id: "base.import.go_on", every_seconds: 60, run: imports::go_on },
        Timer { id: "base.session.forget", every_seconds: 3_600, run: identity::sessions::forget },
        Timer { id: "base.person.retention", every_seconds: 3_600, run: retention::erase_persons },
        Timer { id: "base.import.retention", every_seconds: 3_600, run: retention::delete_files },
    ],
    words: concat!(
        include_str!("words.toml"),
        include_str!("words/administration.toml"),
        include_str!("words/people.toml"),
        include_str!("words/forms.toml"),
    ),
    statistics: &[
        Statistic {
            id: "base.persons.present",
            title: Text::new("登记人口", "Persons registered"),
            unit: Text::new("人", "persons"),
            labels: Labels::Values("standing"),
            count: people::count_present,
        },
        Statistic {
            id: "base.elements.reused",
            title: Text::new("免填次数（按数据元）", "Values that nobody had to type, by element"),
            unit: Text::new("次", "times"),
            labels: Labels::Elements,
            count: |ctx, period| Box::pin(forms::reused(ctx, period)),
        },
    ],
    forms: forms::FORMS,
    sealed: SEALED,
    held: Some(held::of_the_base),
};

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(places::api::routes())
        .merge(identity::api::routes())
        .merge(identity::holders::routes())
        .merge(counties::api::routes())
        .merge(rules::api::routes())
        .merge(process::api::routes())
        .merge(statistics::api::routes())
        .merge(audit::api::routes())
        .merge(cases::api::routes())
        .merge(cases::choosing::routes())
        .merge(events::api::routes())
        .merge(exports::api::routes())
        .merge(imports::api::routes())
        .merge(standards::routes())
        .merge(people::households::routes())
        .merge(people::organisations::routes())
        .merge(people::moves::routes())
        .merge(people::merges::routes())
        .merge(people::api::routes())
        .merge(people::addresses::routes())
        .merge(forms::api::routes())
        .merge(consents::routes())
        .merge(requests::api::routes())
        .merge(held::routes())
        .merge(inventory::api::routes())
}

/// What of the base's own lies sealed in the database.
const SEALED: &[Sealed] = &[
    Sealed::for_its_row("base_account", "totp", "totp"),
    Sealed {
        table: "base_fact",
        column: "sealed",
        purpose: "fact",
        owner: Owner::UuidThenText("subject", "element"),
        key: &["id"],
        mark: Some(Mark { column: "mark", by: "element" }),
    },
    Sealed::for_its_row("base_arrival", "parcel", "arrival"),
    Sealed::for_its_row("base_attachment_content", "sealed_key", "base.attachment"),
    Sealed {
        table: "base_import_file",
        column: "sealed",
        purpose: "import",
        owner: Owner::UuidThenInt("import", "number"),
        key: &["import", "number"],
        mark: None,
    },
];

const PERMISSIONS: &[Permission] = &[
    Permission::everything("base.place.change", Text::new("调整区划", "Change places")),
    Permission::everything("base.module.read", Text::new("查看模块", "See modules")),
    Permission::everything("base.module.switch", Text::new("启停模块", "Switch modules")),
    Permission::everything("base.county.apply", Text::new("套用县级方案", "Apply a county's file")),
    Permission::everything("base.rule.read", Text::new("查看规则", "See rules")),
    Permission::everything("base.rule.overlay", Text::new("调整规则", "Adapt rules")),
    Permission::everything("base.process.read", Text::new("查看流程", "See processes")),
    Permission::everything("base.process.overlay", Text::new("调整流程", "Adapt processes")),
    Permission::everything("base.holidays.import", Text::new("导入放假安排", "Import holidays")),
    Permission::everything("base.account.manage", Text::new("管理账号", "Manage accounts")),
    Permission::everything("base.grant.manage", Text::new("管理授权", "Manage grants")),
    Permission::everything("base.audit.read", Text::new("查看审计", "Read the audit")),
    Permission::everything("base.statistics.read", Text::new("查看统计", "See figures")),
    Permission::matters(
        "base.archive.read",
        Text::new("查阅停用模块的档案", "Read the archive of modules that are off"),
    ),
    Permission::matters("base.case.read", Text::new("按案件编码查看关联事项", "See the matters of a case by its code")),
    Permission::matters("base.request.read", Text::new("查看权利申请", "See requests on one's own data")),
    Permission::matters("base.request.open", Text::new("提出权利申请", "Make a request on one's own data")),
    Permission::matters("base.request.take_up", Text::new("受理权利申请", "Take up such a request")),
    Permission::matters("base.request.answer", Text::new("答复权利申请", "Answer such a request")),
    Permission::matters("base.request.refuse", Text::new("拒绝权利申请", "Refuse such a request")),
    Permission::matters("base.request.withdraw", Text::new("撤回权利申请", "Withdraw such a request")),
    Permission::everything("base.inventory.read", Text::new("导出系统清单", "Draw up the system inventory")),
    Permission::matters("base.event.read", Text::new("读取事件流", "Read the event feed")),
    Permission::matters("base.person.read", Text::new("查看人员", "See persons")),
    Permission::matters("base.person.write", Text::new("登记人员", "Register persons and record values")),
    Permission::matters("base.person.reveal", Text::new("查看完整号码", "Reveal masked values")),
    Permission::matters(
        "base.minor.reveal",
        Text::new("查看未成年人完整信息", "Reveal values of minors under fourteen"),
    ),
    Permission::matters("base.person.sensitive", Text::new("查看敏感信息", "See sensitive values")),
    Permission::matters("base.person.settle", Text::new("裁定不一致的信息", "Decide between sources that differ")),
    Permission::matters("base.person.merge", Text::new("合并重复人员", "Merge persons recorded twice")),
    Permission::matters("base.person.move", Text::new("办理迁移", "Move persons")),
    Permission::matters("base.person.record_death", Text::new("登记死亡", "Record deaths")),
    Permission::matters("base.person.held", Text::new("导出本人全部信息", "Export all that is held on a person")),
    Permission::matters("base.person.erase", Text::new("删除个人信息", "Erase personal information")),
    Permission::matters("base.household.read", Text::new("查看户", "See households")),
    Permission::matters("base.household.write", Text::new("登记户", "Register households")),
    Permission::matters("base.organisation.read", Text::new("查看组织机构", "See organisations")),
    Permission::matters("base.organisation.write", Text::new("登记组织机构", "Register organisations")),
    Permission::matters("base.form.use", Text::new("使用表单", "Use forms")),
    Permission::everything(
        "base.element.use",
        Text::new("查看数据元使用统计", "See how often elements are asked and reused"),
    ),
    Permission::matters("base.consent.write", Text::new("登记同意", "Record consents")),
    Permission::matters("base.import.run", Text::new("导入表格", "Import sheets")),
    Permission::matters("base.import.undo", Text::new("撤回导入", "Take imports back")),
    Permission::matters("base.list.export", Text::new("导出清单", "Export lists to files")),
];

const ROLES: &[RoleTemplate] = &[
    RoleTemplate {
        id: SYSTEM_ADMIN,
        title: Text::new("系统管理员", "System administrator"),
        permissions: &[
            "base.place.change",
            "base.module.read",
            "base.module.switch",
            "base.county.apply",
            "base.rule.read",
            "base.rule.overlay",
            "base.process.read",
            "base.process.overlay",
            "base.holidays.import",
            "base.statistics.read",
            "base.inventory.read",
        ],
    },
    RoleTemplate {
        id: SECURITY_ADMIN,
        title: Text::new("安全管理员", "Security administrator"),
        permissions: &["base.account.manage", "base.grant.manage"],
    },
    RoleTemplate {
        id: AUDIT_ADMIN,
        title: Text::new("审计管理员", "Audit administrator"),
        permissions: &["base.audit.read"],
    },
    RoleTemplate {
        id: "base.viewer",
        title: Text::new("查看员", "Viewer of figures"),
        permissions: &["base.module.read", "base.rule.read", "base.process.read", "base.statistics.read"],
    },
    RoleTemplate {
        id: "base.archivist",
        title: Text::new("档案员", "Archivist"),
        permissions: &["base.archive.read", "base.list.export", "base.module.read"],
    },
    RoleTemplate {
        id: "base.case_clerk",
        title: Text::new("综治中心窗口人员", "Clerk of the governance centre"),
        permissions: &["base.case.read", "base.list.export"],
    },
    RoleTemplate {
        id: "base.list_exporter",
        title: Text::new("清单导出人员", "Exporter of lists"),
        permissions: &["base.list.export"],
    },
    RoleTemplate {
        id: "base.integrator",
        title: Text::new("对接程序", "Connected system"),
        permissions: &["base.event.read", "base.module.read"],
    },
    RoleTemplate {
        id: "base.village_clerk",
        title: Text::new("村（社区）文书", "Clerk of the village or community"),
        permissions: &[
            "base.person.read",
            "base.person.write",
            "base.person.reveal",
            "base.person.move",
            "base.person.record_death",
            "base.household.read",
            "base.household.write",
            "base.organisation.read",
            "base.form.use",
            "base.consent.write",
            "base.import.run",
            "base.list.export",
            "base.request.read",
            "base.request.open",
            "base.request.withdraw",
        ],
    },
    RoleTemplate {
        id: "base.data_officer",
        title: Text::new("数据管理员", "Data officer"),
        permissions: &[
            "base.person.read",
            "base.person.write",
            "base.person.reveal",
            "base.minor.reveal",
            "base.person.sensitive",
            "base.person.settle",
            "base.person.merge",
            "base.person.move",
            "base.person.record_death",
            "base.person.held",
            "base.household.read",
            "base.household.write",
            "base.organisation.read",
            "base.organisation.write",
            "base.form.use",
            "base.element.use",
            "base.consent.write",
            "base.import.run",
            "base.import.undo",
            "base.list.export",
            "base.request.read",
            "base.request.open",
            "base.request.take_up",
            "base.request.answer",
            "base.request.refuse",
            "base.request.withdraw",
        ],
    },
    RoleTemplate {
        id: "base.data_protection",
        title: Text::new("个人信息保护负责人", "Personal information protection officer"),
        permissions: &[
            "base.person.read",
            "base.person.held",
            "base.person.erase",
            "base.element.use",
            "base.request.read",
            "base.request.take_up",
            "base.request.answer",
            "base.request.refuse",
            "base.minor.reveal",
        ],
    },
];

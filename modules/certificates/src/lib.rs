//! Certificate catalogue (证明事项目录): which papers may be asked of a resident, which not, and where to go instead; and what is
//! issued under it.

pub mod breach;
mod catalogue;
mod connector;
pub mod data_check;
pub mod demand;
mod forms;
pub mod item;
pub mod notice;
pub mod paper;
mod process;
pub mod reform;
pub mod source;
mod statistics;
mod tables;

use jizuo_kernel::module::{Mark, MenuEntry, Module, Permission, RoleTemplate, Sealed, Subscription, Timer, Topic};
use jizuo_kernel::{App, Text};
use utoipa_axum::router::OpenApiRouter;

pub static MODULE: Module = Module {
    id: "certificates",
    title: Text::new("证明事项目录", "Certificate catalogue"),
    about: Text::new(
        "哪些证明不用开、到哪里办；清单外索要有记录、有提醒；保留的当场出具，谁都能查验",
        "Which papers nobody needs and where to go instead; off-list demands are recorded and told to the county office; what is kept is issued on the spot and checked by anybody",
    ),
    permissions: &[
        Permission::everything("certificates.item.read", Text::new("查看目录", "See the catalogue")),
        Permission::everything("certificates.item.propose", Text::new("提出事项", "Propose an item")),
        Permission::everything("certificates.item.publish", Text::new("公布事项", "Publish an item")),
        Permission::everything("certificates.item.retire", Text::new("取消事项", "Retire an item")),
        Permission::everything("certificates.item.withdraw", Text::new("撤回事项", "Withdraw a proposal")),
        Permission::everything("certificates.reform.read", Text::new("查看清理方案", "See reforms")),
        Permission::everything("certificates.reform.propose", Text::new("提出清理方案", "Propose a reform")),
        Permission::everything("certificates.reform.publish", Text::new("公布清理方案", "Publish a reform")),
        Permission::everything("certificates.reform.withdraw", Text::new("撤回清理方案", "Withdraw a reform")),
        Permission::matters("certificates.demand.record", Text::new("登记索要", "Record a demand")),
        Permission::matters("certificates.demand.read", Text::new("查看索要和提醒", "See demands and notices")),
        Permission::matters("certificates.demand.commit", Text::new("登记告知承诺", "Record a commitment")),
        Permission::matters("certificates.breach.read", Text::new("查看虚假承诺记录", "See false commitments")),
        Permission::matters("certificates.breach.record", Text::new("记录虚假承诺", "Record a false commitment")),
        Permission::matters("certificates.breach.repair", Text::new("登记信用修复", "Record that it is repaired")),
        Permission::matters("certificates.paper.apply", Text::new("受理证明申请", "Take an application for a paper")),
        Permission::matters("certificates.paper.read", Text::new("查看和打印证明", "See and print papers")),
        Permission::matters("certificates.paper.verify", Text::new("核实证明", "Verify a paper")),
        Permission::matters("certificates.paper.pass", Text::new("登记无须审批", "Record that no approval is asked")),
        Permission::matters("certificates.paper.approve", Text::new("审批证明", "Approve a paper")),
        Permission::matters("certificates.paper.issue", Text::new("出具证明", "Issue a paper")),
        Permission::matters("certificates.paper.refuse", Text::new("不予出具", "Refuse a paper")),
        Permission::matters(
            "certificates.paper.withdraw",
            Text::new("登记本人撤回", "Record that an application is taken back"),
        ),
        Permission::matters("certificates.paper.revoke", Text::new("撤销证明", "Revoke a paper")),
        Permission::everything("certificates.source.read", Text::new("查看数据来源", "See sources of data")),
        Permission::everything("certificates.source.manage", Text::new("管理数据来源", "Keep sources of data")),
        Permission::matters("certificates.check.run", Text::new("核验数据", "Check data")),
        Permission::matters("certificates.check.read", Text::new("查看核验记录", "See data checks")),
    ],
    roles: &[
        RoleTemplate {
            id: "certificates.clerk",
            title: Text::new("窗口办事员", "Counter clerk"),
            permissions: &[
                "certificates.item.read",
                "certificates.demand.record",
                "certificates.demand.read",
                "certificates.demand.commit",
                "certificates.paper.apply",
                "certificates.paper.read",
                "certificates.paper.verify",
                "certificates.paper.pass",
                "certificates.paper.issue",
                "certificates.paper.refuse",
                "certificates.paper.withdraw",
                "certificates.check.run",
                "certificates.check.read",
                "base.person.read",
                "base.form.use",
            ],
        },
        RoleTemplate {
            id: "certificates.head",
            title: Text::new("村（社区）负责人（证明审批）", "Head of the village, who approves papers"),
            permissions: &[
                "certificates.item.read",
                "certificates.paper.read",
                "certificates.paper.approve",
                "certificates.paper.refuse",
            ],
        },
        RoleTemplate {
            id: "certificates.editor",
            title: Text::new("目录管理员", "Catalogue editor"),
            permissions: &[
                "certificates.item.read",
                "certificates.item.propose",
                "certificates.item.withdraw",
                "certificates.reform.read",
                "certificates.reform.propose",
                "certificates.reform.withdraw",
            ],
        },
        RoleTemplate {
            id: "certificates.reviewer",
            title: Text::new("目录审核员", "Catalogue reviewer"),
            permissions: &[
                "certificates.item.read",
                "certificates.item.publish",
                "certificates.item.retire",
                "certificates.item.withdraw",
                "certificates.reform.read",
                "certificates.reform.publish",
                "certificates.reform.withdraw",
            ],
        },
        RoleTemplate {
            id: "certificates.office",
            title: Text::new("县级主管科室", "County office in charge"),
            permissions: &[
                "certificates.item.read",
                "certificates.demand.read",
                "certificates.breach.read",
                "certificates.breach.record",
                "certificates.breach.repair",
                "certificates.paper.read",
                "certificates.paper.revoke",
                "certificates.source.read",
                "certificates.check.read",
                "base.person.read",
                "base.form.use",
            ],
        },
        RoleTemplate {
            id: "certificates.source_keeper",
            title: Text::new("数据来源管理员", "Keeper of data sources"),
            permissions: &["certificates.item.read", "certificates.source.read", "certificates.source.manage"],
        },
    ],
    migrations: tables::MIGRATIONS,
    api,
    public: &[
        "certificates_lookup",
        "certificates_paper_check",
        "certificates_negative_list",
        "certificates_poster",
        "certificates_catalogue",
        "certificates_catalogue_file",
        "certificates_comparison",
        "certificates_key_list",
    ],
    menu: &[
        MenuEntry {
            id: "certificates.lookup",
            title: Text::new("查证明", "Look up a paper"),
            operation: "certificates_lookup",
        },
        MenuEntry {
            id: "certificates.items",
            title: Text::new("证明事项目录", "Catalogue"),
            operation: "certificates_item_list",
        },
        MenuEntry {
            id: "certificates.reforms",
            title: Text::new("证明事项清理", "Reforms of the catalogue"),
            operation: "certificates_reform_list",
        },
        MenuEntry {
            id: "certificates.comparison",
            title: Text::new("清理前后对比", "Before and after"),
            operation: "certificates_comparison",
        },
        MenuEntry {
            id: "certificates.poster",
            title: Text::new("公开栏海报", "Poster for the board"),
            operation: "certificates_poster",
        },
        MenuEntry {
            id: "certificates.demands",
            title: Text::new("索要登记", "Demands"),
            operation: "certificates_demand_list",
        },
        MenuEntry {
            id: "certificates.papers",
            title: Text::new("证明办理", "Papers"),
            operation: "certificates_paper_list",
        },
        MenuEntry {
            id: "certificates.checks",
            title: Text::new("数据核验", "Data checks"),
            operation: "certificates_check_list",
        },
        MenuEntry {
            id: "certificates.sources",
            title: Text::new("数据来源", "Sources of data"),
            operation: "certificates_source_list",
        },
        MenuEntry {
            id: "certificates.check",
            title: Text::new("查验证明", "Check a paper"),
            operation: "certificates_paper_check",
        },
        MenuEntry {
            id: "certificates.bodies",
            title: Text::new("清单外索要单位", "Bodies that demand off the list"),
            operation: "certificates_body_list",
        },
        MenuEntry {
            id: "certificates.breaches",
            title: Text::new("虚假承诺记录", "False commitments"),
            operation: "certificates_breach_list",
        },
        MenuEntry {
            id: "certificates.notices",
            title: Text::new("清单外索要提醒", "Notices of off-list demands"),
            operation: "certificates_notice_list",
        },
    ],
    settings: || {
        Some(serde_json::json!({
            "type": "object",
            "properties": {
                "certificate_free": {
                    "type": "boolean",
                    "title": "无证明县：村（社区）一律不出具证明 / no village issues any paper; whoever wants one looks into it itself",
                    "x-words": { "zh": "无证明县：村（社区）一律不出具证明", "en": "No village issues any paper" },
                    "x-hint": {
                        "zh": "打开后，依法保留的证明也改由索要单位自行核查；关掉就恢复",
                        "en": "Also what law keeps is then looked into by whoever wants it; switched off, all is as before"
                    }
                },
                "window": {
                    "type": "string",
                    "title": "便民服务窗口的地址、电话 / address and telephone of the service window, told to who asks for an unknown paper",
                    "x-words": { "zh": "便民服务窗口的地址、电话", "en": "Address and telephone of the service window" },
                    "x-hint": {
                        "zh": "群众问到没有收录的证明时，告诉他到这里问",
                        "en": "Told to whoever asks for a paper that no list knows"
                    }
                },
                "issuer_code": {
                    "type": "string",
                    "pattern": "^([0-9A-Z]{1,18})?$",
                    "title": "出具单位的统一社会信用代码 / credit code of the issuing body, for the identifiers of electronic licences",
                    "x-words": { "zh": "出具单位的统一社会信用代码", "en": "Credit code of the issuing body" },
                    "x-hint": {
                        "zh": "写入电子证照标识；不填则用县级行政区划代码",
                        "en": "Goes into the identifiers of electronic licences; without it the code of the county does"
                    }
                }
            }
        }))
    },
    processes: &[&process::ITEM, &process::REFORM, &process::PAPER],
    rules: include_str!("../rules.toml"),
    capabilities: &[],
    events: &[
        Topic {
            id: "certificates.item.published",
            title: Text::new("事项已公布", "An item was published"),
            sample: ITEM,
        },
        Topic {
            id: "certificates.item.retired", title: Text::new("事项已取消", "An item was retired"), sample: ITEM
        },
        Topic {
            id: "certificates.reform.published",
            title: Text::new("清理方案已公布", "A reform was published"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000004","place":"530102000000","cancelled":42,"before":54,"after":12}"#,
        },
        Topic {
            id: "certificates.demand.off_list",
            title: Text::new("清单外索要证明", "A paper was demanded off the list"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000001","place":"530102001001","item":"being_alive","requesting_body":"县社会保险中心","at":"2026-03-02T01:00:00Z"}"#,
        },
        Topic {
            id: "certificates.notice.opened",
            title: Text::new("清单外索要达到提醒件数", "Off-list demands reached the number for a notice"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000002","place":"530102000000","quarter":"2026-Q1"}"#,
        },
        Topic {
            id: "certificates.paper.issued", title: Text::new("证明已出具", "A paper was issued"), sample: PAPER
        },
        Topic {
            id: "certificates.paper.revoked",
            title: Text::new("证明已撤销", "A paper was revoked"),
            sample: PAPER,
        },
        Topic {
            id: "certificates.check.made",
            title: Text::new("数据已核验", "Data was checked"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000005","place":"530102001001","item":"disability","source":"0192f0c0-0000-7000-8000-000000000006","outcome":"confirmed","at":"2026-03-02T01:00:00Z"}"#,
        },
    ],
    subscriptions: &[Subscription {
        id: "certificates.demand.count",
        topic: "certificates.demand.off_list",
        run: notice::service::count,
    }],
    timers: &[
        Timer { id: "certificates.check.forget", every_seconds: 60, run: |tx| Box::pin(paper::check::forget(tx)) },
        Timer {
            id: "certificates.query.forget",
            every_seconds: 60,
            run: |tx| Box::pin(data_check::service::forget(tx)),
        },
    ],
    statistics: statistics::STATISTICS,
    words: include_str!("../words.toml"),
    forms: &[
        &forms::DEMAND,
        &forms::COMMITMENT,
        &forms::BREACH,
        &forms::HOLDER,
        &forms::HOLDER_IN_FULL,
        &forms::CHECK_BY_DUTY,
        &forms::CHECK_BY_CONSENT,
    ],
    sealed: &[
        Sealed::for_its_row("certificates_demand", "commitment", "certificates.commitment"),
        Sealed::for_its_row("certificates_paper", "content", "certificates.paper"),
        Sealed::for_its_row("certificates_paper", "code", "certificates.code"),
        Sealed::for_its_row("certificates_key", "secret", "certificates.key"),
        Sealed::for_its_row("certificates_source", "secret", "certificates.source"),
        Sealed::for_its_row("certificates_query", "answer", "certificates.query"),
        Sealed::for_its_row("certificates_table_row", "content", "certificates.table_row"),
        Sealed {
            mark: Some(Mark { column: "mark", by: "marked_as" }),
            ..Sealed::for_its_row("certificates_table_row", "number", "certificates.table_number")
        },
    ],
    held: Some(|ctx, person| {
        Box::pin(async move {
            let mut held = demand::service::held(ctx, person).await?;
            held.extend(breach::service::held(ctx, person).await?);
            held.extend(paper::service::held(ctx, person).await?);
            held.extend(data_check::service::held(ctx, person).await?);
            Ok(held)
        })
    }),
};

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(catalogue::routes())
        .merge(item::routes())
        .merge(reform::routes())
        .merge(demand::routes())
        .merge(notice::routes())
        .merge(breach::routes())
        .merge(paper::routes())
        .merge(source::routes())
        .merge(data_check::routes())
}

const ITEM: &str = r#"{"id":"0192f0c0-0000-7000-8000-000000000001","code":"income","edition":1,"name":"收入证明","status_kind":"replaced","place":"530102000000"}"#;
const PAPER: &str = r#"{"id":"0192f0c0-0000-7000-8000-000000000003","number":"ZM530102-2026-000001","item":"hardship","edition":1,"place":"530102001001","valid_until":"2026-08-29"}"#;

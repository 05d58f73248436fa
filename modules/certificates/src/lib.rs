//! Certificate catalogue (证明事项目录): which papers may be asked of a resident, which not, and where to go instead.

mod catalogue;
pub mod demand;
mod forms;
pub mod item;
pub mod notice;
mod process;
mod statistics;
mod tables;

use jizuo_kernel::module::{MenuEntry, Module, Permission, RoleTemplate, Subscription, Topic};
use jizuo_kernel::{App, Text};
use utoipa_axum::router::OpenApiRouter;

pub static MODULE: Module = Module {
    id: "certificates",
    title: Text::new("证明事项目录", "Certificate catalogue"),
    about: Text::new(
        "哪些证明不用开、到哪里办；清单外索要有记录、有提醒",
        "Which papers nobody needs and where to go instead; off-list demands are recorded and told to the county office",
    ),
    permissions: &[
        Permission::everything("certificates.item.read", Text::new("查看目录", "See the catalogue")),
        Permission::everything("certificates.item.propose", Text::new("提出事项", "Propose an item")),
        Permission::everything("certificates.item.publish", Text::new("公布事项", "Publish an item")),
        Permission::everything("certificates.item.retire", Text::new("取消事项", "Retire an item")),
        Permission::everything("certificates.item.withdraw", Text::new("撤回事项", "Withdraw a proposal")),
        Permission::matters("certificates.demand.record", Text::new("登记索要", "Record a demand")),
        Permission::matters("certificates.demand.read", Text::new("查看索要和提醒", "See demands and notices")),
    ],
    roles: &[
        RoleTemplate {
            id: "certificates.clerk",
            title: Text::new("窗口办事员", "Counter clerk"),
            permissions: &[
                "certificates.item.read",
                "certificates.demand.record",
                "certificates.demand.read",
                "base.person.read",
                "base.form.use",
            ],
        },
        RoleTemplate {
            id: "certificates.editor",
            title: Text::new("目录管理员", "Catalogue editor"),
            permissions: &["certificates.item.read", "certificates.item.propose", "certificates.item.withdraw"],
        },
        RoleTemplate {
            id: "certificates.reviewer",
            title: Text::new("目录审核员", "Catalogue reviewer"),
            permissions: &[
                "certificates.item.read",
                "certificates.item.publish",
                "certificates.item.retire",
                "certificates.item.withdraw",
            ],
        },
        RoleTemplate {
            id: "certificates.office",
            title: Text::new("县级主管科室", "County office in charge"),
            permissions: &["certificates.item.read", "certificates.demand.read"],
        },
    ],
    migrations: tables::MIGRATIONS,
    api,
    public: &["certificates_lookup", "certificates_negative_list"],
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
            id: "certificates.demands",
            title: Text::new("索要登记", "Demands"),
            operation: "certificates_demand_list",
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
                "window": {
                    "type": "string",
                    "title": "便民服务窗口的地址、电话 / address and telephone of the service window, told to who asks for an unknown paper",
                    "x-words": { "zh": "便民服务窗口的地址、电话", "en": "Address and telephone of the service window" },
                    "x-hint": {
                        "zh": "群众问到没有收录的证明时，告诉他到这里问",
                        "en": "Told to whoever asks for a paper that no list knows"
                    }
                }
            }
        }))
    },
    processes: &[&process::ITEM],
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
            id: "certificates.demand.off_list",
            title: Text::new("清单外索要证明", "A paper was demanded off the list"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000001","place":"530102001001","item":"being_alive","requesting_body":"县社会保险中心","at":"2026-03-02T01:00:00Z"}"#,
        },
        Topic {
            id: "certificates.notice.opened",
            title: Text::new("清单外索要达到提醒件数", "Off-list demands reached the number for a notice"),
            sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000002","place":"530102000000","quarter":"2026-Q1"}"#,
        },
    ],
    subscriptions: &[Subscription {
        id: "certificates.demand.count",
        topic: "certificates.demand.off_list",
        run: notice::service::count,
    }],
    timers: &[],
    statistics: statistics::STATISTICS,
    words: include_str!("../words.toml"),
    forms: &[&forms::DEMAND],
    sealed: &[],
    held: Some(|ctx, person| Box::pin(demand::service::held(ctx, person))),
};

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(catalogue::routes())
        .merge(item::routes())
        .merge(demand::routes())
        .merge(notice::routes())
}

const ITEM: &str = r#"{"id":"0192f0c0-0000-7000-8000-000000000001","code":"income","edition":1,"name":"收入证明","status_kind":"replaced","place":"530102000000"}"#;

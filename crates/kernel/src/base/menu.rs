//! The lines of the menu that lead to what is the base's own.

use crate::Text;
use crate::module::MenuEntry;

pub(super) const MENU: &[MenuEntry] = &[
    MenuEntry { id: "base.inbox", title: Text::new("待办", "Inbox"), operation: "base_inbox" },
    MenuEntry { id: "base.persons", title: Text::new("人员", "Persons"), operation: "base_person_list" },
    MenuEntry { id: "base.households", title: Text::new("家庭户", "Households"), operation: "base_household_list" },
    MenuEntry {
        id: "base.organisations",
        title: Text::new("组织", "Organisations"),
        operation: "base_organisation_list",
    },
    MenuEntry { id: "base.forms", title: Text::new("填表", "Forms"), operation: "base_form_list" },
    MenuEntry { id: "base.imports", title: Text::new("导入表格", "Imports"), operation: "base_import_list" },
    MenuEntry { id: "base.arrivals", title: Text::new("迁入待接收", "Arrivals"), operation: "base_arrival_list" },
    MenuEntry { id: "base.merges", title: Text::new("合并记录", "Merges"), operation: "base_merge_list" },
    MenuEntry {
        id: "base.requests",
        title: Text::new("个人信息权利申请", "Requests on one's own data"),
        operation: "base_request_list",
    },
    MenuEntry { id: "base.statistics", title: Text::new("统计", "Figures"), operation: "base_statistic_list" },
    MenuEntry { id: "base.modules", title: Text::new("模块", "Modules"), operation: "base_module_list" },
    MenuEntry { id: "base.overview", title: Text::new("各县一览", "All counties"), operation: "base_overview" },
    MenuEntry { id: "base.processes", title: Text::new("流程", "Processes"), operation: "base_process_list" },
    MenuEntry { id: "base.rules", title: Text::new("规则", "Rules"), operation: "base_rule_list" },
    MenuEntry {
        id: "base.accounts",
        title: Text::new("账号与授权", "Accounts and grants"),
        operation: "base_account_list",
    },
    MenuEntry { id: "base.inventory", title: Text::new("备案清单", "Inventory"), operation: "base_inventory_show" },
    MenuEntry { id: "base.audit", title: Text::new("审计", "Audit"), operation: "base_audit_list" },
    MenuEntry { id: "base.places", title: Text::new("区划", "Places"), operation: "base_place_show" },
    MenuEntry {
        id: "base.standards", title: Text::new("数据标准", "Data standards"), operation: "base_codelist_list"
    },
];

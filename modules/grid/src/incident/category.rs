//! The provincial base list of incident categories. Codes are fixed; no national list exists (a synthesis of GB/T 31000
//! practice, the 12345 hotline and Yunnan's needs).

use jizuo_kernel::{Result, Text, invalid, say};

pub struct Category {
    pub code: &'static str,
    pub title: Text,
}

const fn category(code: &'static str, zh: &'static str, en: &'static str) -> Category {
    Category { code, title: Text::new(zh, en) }
}

pub const CATEGORIES: &[Category] = &[
    category("01", "矛盾纠纷", "Disputes"),
    category("02", "公共安全隐患", "Public safety hazards"),
    category("03", "社会治安", "Public order"),
    category("04", "人居环境", "Environment and sanitation"),
    category("05", "民生诉求", "Livelihood requests"),
    category("06", "政策咨询与代办", "Advice and errands"),
    category("07", "特殊群体服务", "Care visits"),
    category("08", "突发事件", "Emergencies and disasters"),
    category("09", "违法线索", "Leads on unlawful acts, handed to the competent office"),
    category("10", "边境与民族事务", "Border and ethnic matters"),
    category("99", "其他", "Other"),
];

pub(crate) fn find(code: &str) -> Option<&'static Category> {
    CATEGORIES.iter().find(|category| category.code == code)
}

/// Refuses a code that is none.
pub(crate) fn known(code: &str) -> Result<()> {
    match find(code) {
        Some(_) => Ok(()),
        None => Err(invalid("category", "grid.incident.category", unknown(code))),
    }
}

pub(crate) fn unknown(code: &str) -> Text {
    say!("没有“{code}”这一类，见 GET …/grid/categories", "there is no category {code}; see GET …/grid/categories")
}

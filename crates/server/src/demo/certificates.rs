//! Weeks of certificate work: a county's own catalogue items in every state, and papers that offices demanded of residents.

use axum::http::Method;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::DAYS;
use super::people::{Ground, Stage};
use super::script::{Script, in_office};

pub(super) fn write(stage: &Stage, start: DateTime<Utc>, end: DateTime<Utc>, script: &mut Script) {
    for (number, county) in stage.counties_with("certificates").enumerate() {
        let Ok(ground) = stage.ground(county.code) else { continue };
        let Some(people) = People::of(stage, &ground) else { continue };
        let items = if number == 0 { ITEMS.len() } else { 3 };
        for (at, item) in ITEMS.iter().take(items).enumerate() {
            local_item(item, at, &people, &ground, start, script);
        }
        let demands = [DEMANDS.len(), 10, 6].get(number).copied().unwrap_or(4);
        for (at, demand) in DEMANDS.iter().take(demands).enumerate() {
            record(demand, at, &people, &ground, end, script);
        }
    }
}

struct People {
    /// In a village and at a township's window.
    clerks: Vec<String>,
    editor: String,
    reviewer: String,
}

impl People {
    fn of(stage: &Stage, ground: &Ground) -> Option<People> {
        let login = |role, place| stage.holding(role, place).ok().map(|person| person.login.clone());
        Some(People {
            clerks: vec![
                login("certificates.clerk", ground.villages.first()?)?,
                login("certificates.clerk", ground.townships.first()?)?,
            ],
            editor: login("certificates.editor", &ground.county)?,
            reviewer: login("certificates.reviewer", &ground.county)?,
        })
    }
}

/// What becomes of a proposed item.
#[derive(Clone, Copy)]
enum Fate {
    InForce,
    Proposed,
    Withdrawn,
    Retired,
}

struct Item {
    code: &'static str,
    name: &'static str,
    aliases: &'static [&'static str],
    /// How it is checked instead; nothing where nobody here issues it.
    replacement: Option<&'static str>,
    requesting_body: &'static str,
    next_door: &'static str,
    fate: Fate,
}

/// Nothing here is retained: that needs a law behind it (see `papers.rs`).
const ITEMS: [Item; 6] = [
    Item {
        code: "income",
        name: "收入证明",
        aliases: &["工资证明", "挣多少钱"],
        replacement: Some("data_check"),
        requesting_body: "民政局",
        next_door: "不用开：民政局通过居民家庭经济状况核对系统核对",
        fate: Fate::InForce,
    },
    Item {
        code: "residence",
        name: "居住情况证明",
        aliases: &["住在哪里的证明", "入学居住证明"],
        replacement: Some("self_check"),
        requesting_body: "教育体育局",
        next_door: "不用开：学校凭房产证、租赁备案或居住证核对，必要时上门查看",
        fate: Fate::InForce,
    },
    Item {
        code: "hardship",
        name: "家庭经济困难学生证明",
        aliases: &["贫困生证明"],
        replacement: Some("commitment"),
        requesting_body: "学校",
        next_door: "不用开：学生填写承诺书，学校与民政、乡村振兴数据比对",
        fate: Fate::Proposed,
    },
    Item {
        code: "house_safety",
        name: "自建房安全证明",
        aliases: &["房子安全证明"],
        replacement: None,
        requesting_body: "供电所",
        next_door: "到住房和城乡建设局申请房屋安全鉴定",
        fate: Fate::InForce,
    },
    Item {
        code: "good_conduct",
        name: "思想品德证明",
        aliases: &["表现好的证明"],
        replacement: None,
        requesting_body: "用人单位",
        next_door: "用人单位自行考察，村（社区）不出具",
        fate: Fate::Withdrawn,
    },
    Item {
        code: "land_use",
        name: "临时用地情况证明",
        aliases: &[],
        replacement: Some("other_document"),
        requesting_body: "自然资源局",
        next_door: "凭临时用地批准文件办理",
        fate: Fate::Retired,
    },
];

fn local_item(item: &Item, at: usize, people: &People, ground: &Ground, start: DateTime<Utc>, script: &mut Script) {
    let county = &ground.county.code;
    let day = i64::try_from(at).unwrap_or_default() * 2 + 1;
    let name = format!("item-{county}-{}", item.code);
    let path = format!("/places/{county}/certificates/items");
    let mut body = json!({
        "code": item.code,
        "name": item.name,
        "aliases": item.aliases,
        "status_kind": if item.replacement.is_some() { "replaced" } else { "negative" },
        "requesting_body": item.requesting_body,
        "next_door": item.next_door,
    });
    if let Some(replacement) = item.replacement {
        body["replacement"] = json!(replacement);
    }
    let proposed = in_office(start, day, 10, 15);
    script.add_kept(proposed, &people.editor, path.clone(), body, name.clone());
    let mut later = |days: i64, who: &str, step: &str, body: Value| {
        let at = in_office(proposed, days, 15, 30);
        script.add(at, who, Method::POST, format!("{path}/{{{name}}}/{step}"), body);
    };
    match item.fate {
        Fate::Proposed => {}
        Fate::InForce => later(3, &people.reviewer, "publish", json!({ "reason": "政府常务会议审定" })),
        Fate::Withdrawn => later(2, &people.editor, "withdraw", json!({ "reason": "不属证明事项，无须列入" })),
        Fate::Retired => {
            later(3, &people.reviewer, "publish", json!({}));
            later(12, &people.reviewer, "retire", json!({ "reason": "主管部门已实现系统内核验" }));
        }
    }
}

struct Demand {
    what: &'static str,
    requesting_body: &'static str,
    matter: &'static str,
    resident: &'static str,
}

const fn demand(
    what: &'static str,
    requesting_body: &'static str,
    matter: &'static str,
    resident: &'static str,
) -> Demand {
    Demand { what, requesting_body, matter, resident }
}

const DEMANDS: [Demand; 14] = [
    demand("还活着的证明", "社会保险中心", "领取养老金", "李阿奶"),
    demand("证明我是我妈的女儿", "银行", "取回已故亲属存款", "杨春花"),
    demand("收入证明", "民政局", "申请最低生活保障", "普老三"),
    demand("单身证明", "银行", "办理住房贷款", "段志强"),
    demand("没有犯罪的证明", "物业公司", "应聘保安", "马小军"),
    demand("狗证", "小区物业", "养犬登记", "和丽"),
    demand("身份证丢了的证明", "通信营业厅", "补办手机卡", "熊二"),
    demand("住在哪里的证明", "第一小学", "子女入学", "陶阿秀"),
    demand("残疾证明", "公交公司", "办理优惠乘车卡", "王大爷"),
    demand("有没有房子的证明", "住房公积金中心", "提取公积金", "刀玉"),
    demand("死亡证明", "保险公司", "理赔", "赵家宝"),
    demand("没有工作的证明", "人力资源服务中心", "申领失业补助", "余付生"),
    demand("铺面地址证明", "市场监督管理所", "办理营业执照", "纳文"),
    demand("祖传手艺的证明", "文化馆", "申报传承人", "白木匠"),
];

fn record(demand: &Demand, at: usize, people: &People, ground: &Ground, end: DateTime<Utc>, script: &mut Script) {
    let village = at.is_multiple_of(2);
    let (clerk, place) = match (people.clerks.as_slice(), ground.villages.first(), ground.townships.first()) {
        ([of_village, _], Some(place), _) if village => (of_village, place),
        ([_, of_township], _, Some(place)) => (of_township, place),
        _ => return,
    };
    let start = end - Duration::days(DAYS);
    let number = i64::try_from(at).unwrap_or_default();
    let minute = u32::try_from(at * 11 % 60).unwrap_or_default();
    let at = in_office(start, 2 + number * 5 / 2, 11, minute);
    if at >= end - Duration::hours(1) {
        return;
    }
    let body = json!({
        "what": demand.what,
        "requesting_body": demand.requesting_body,
        "matter": demand.matter,
        "on_behalf_of": demand.resident,
    });
    script.add(at, clerk, Method::POST, format!("/places/{}/certificates/demands", place.code), body);
}

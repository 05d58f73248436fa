//! The system inventory: what the filing form for government apps asks, answered by the platform itself as far as it knows
//! (国办函〔2026〕12号; the eight blocks of the form of 2026-02-28).

pub(crate) mod api;
mod functions;

use sea_orm::DbBackend;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::settings::SecondFactor;
use crate::{Ctx, Result, Text, say};

/// The eight blocks, filled as far as is known.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = SystemInventory)]
pub struct Inventory {
    /// Code of the place that it is drawn up for.
    #[schema(example = "530102000000")]
    pub place: String,
    pub place_name: String,
    pub version: String,
    /// Eight, in the order of the form.
    pub blocks: Vec<Block>,
    /// Settings that the operator has still to fill in.
    pub missing: Vec<String>,
}

/// One block of the form.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = InventoryBlock)]
pub struct Block {
    pub number: i32,
    pub title: Text,
    pub answers: Vec<Answer>,
}

/// One answer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = InventoryAnswer)]
pub struct Answer {
    pub title: Text,
    pub known_by: KnownBy,
    pub lines: Vec<Text>,
    /// The setting that holds it, where only the operator knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "inventory.unit")]
    pub key: Option<String>,
}

/// Who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = InventoryKnownBy)]
pub enum KnownBy {
    /// Read off the running platform.
    Platform,
    /// Written into the settings by the operator.
    Operator,
    /// Still to be written there.
    Nobody,
}

impl Answer {
    fn platform(title: Text, lines: Vec<Text>) -> Answer {
        Answer { title, known_by: KnownBy::Platform, lines, key: None }
    }

    /// What only the operator knows, from `inventory.<key>`.
    fn operator(title: Text, key: &str, value: &str) -> Answer {
        let key = format!("inventory.{key}");
        if value.trim().is_empty() {
            let lines = vec![say!("待运营单位填写：{key}", "to be filled by the operator: {key}")];
            return Answer { title, known_by: KnownBy::Nobody, lines, key: Some(key) };
        }
        let lines = value.trim().lines().map(|line| Text::owned(line, line)).collect();
        Answer { title, known_by: KnownBy::Operator, lines, key: Some(key) }
    }
}

/// Draws it up for the operation's place.
pub fn of(ctx: &Ctx) -> Result<Inventory> {
    let place = ctx.place()?;
    let own = &ctx.app.settings.inventory;
    let (name, address) = (&place.name, &ctx.app.settings.server.public_url);
    let mut blocks = Vec::new();
    let mut block = |title: Text, answers: Vec<Answer>| {
        blocks.push(Block { number: i32::try_from(blocks.len()).unwrap_or(0) + 1, title, answers });
    };
    block(
        Text::new("单位", "Unit"),
        vec![
            Answer::operator(Text::new("备案单位", "Unit that files"), "unit", &own.unit),
            Answer::operator(Text::new("统一社会信用代码", "Unified social credit code"), "unit_code", &own.unit_code),
            Answer::platform(Text::new("使用范围", "Where it is used"), vec![say!("{name}及以下", "{name} and below")]),
        ],
    );
    block(
        Text::new("应用程序名称", "Name of the app"),
        vec![
            Answer::operator(Text::new("名称", "Name"), "app_name", &own.app_name),
            Answer::platform(
                Text::new("形式", "Kind"),
                vec![
                    Text::new(
                        "网页应用，无需下载安装；不设安装率、活跃度统计",
                        "a web application; nothing is downloaded or installed, and neither installs nor activity are counted",
                    ),
                    say!("访问地址：{address}", "address: {address}"),
                ],
            ),
        ],
    );
    block(
        Text::new("经办人", "Handler"),
        vec![
            Answer::operator(Text::new("姓名、职务", "Name and post"), "handler", &own.handler),
            Answer::operator(Text::new("联系电话", "Telephone"), "handler_phone", &own.handler_phone),
        ],
    );
    block(
        Text::new("项目审批", "Project approval"),
        vec![Answer::operator(
            Text::new("立项批复文号、日期", "Number and date of the approval"),
            "project_approval",
            &own.project_approval,
        )],
    );
    block(Text::new("功能设置", "Functions"), functions::answers(ctx)?);
    block(Text::new("运行和安全", "Operation and security"), security(ctx));
    block(
        Text::new("验收", "Acceptance test"),
        vec![
            Answer::operator(Text::new("验收结论、日期", "Result and date"), "acceptance", &own.acceptance),
            Answer::platform(
                Text::new("程序版本", "Version of the program"),
                vec![Text::new(env!("CARGO_PKG_VERSION"), env!("CARGO_PKG_VERSION"))],
            ),
        ],
    );
    block(
        Text::new("同类应用、承诺和盖章", "Similar apps, commitment and seal"),
        vec![
            Answer::operator(Text::new("已在使用的同类应用", "Similar apps in use"), "similar_apps", &own.similar_apps),
            Answer::operator(Text::new("承诺", "Commitment"), "commitment", &own.commitment),
            Answer::operator(Text::new("盖章", "Seal"), "seal", &own.seal),
        ],
    );
    let missing = blocks
        .iter()
        .flat_map(|block| &block.answers)
        .filter(|answer| answer.known_by == KnownBy::Nobody)
        .filter_map(|answer| answer.key.clone())
        .collect();
    Ok(Inventory {
        place: place.code.clone(),
        place_name: place.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        blocks,
        missing,
    })
}

fn security(ctx: &Ctx) -> Vec<Answer> {
    let own = &ctx.app.settings.inventory;
    let settings = &ctx.app.settings;
    let sign_in = &settings.sign_in;
    let (failures, minutes, length) = (sign_in.failures, sign_in.lock_minutes, sign_in.password_length);
    let (idle, hours) = (sign_in.idle_minutes, sign_in.session_hours);
    let factor = match sign_in.second_factor {
        SecondFactor::Optional => Text::new("双因素登录：可选", "second factor: optional"),
        SecondFactor::Administrators => {
            Text::new("双因素登录：管理员必须", "second factor: administrators must use one")
        }
        SecondFactor::Everyone => Text::new("双因素登录：全员必须", "second factor: everyone must use one"),
    };
    let columns: usize = ctx.app.registry.modules().iter().map(|module| module.sealed.len()).sum();
    let store = match ctx.app.db.backend() {
        DbBackend::Postgres => Text::new(
            "数据库：PostgreSQL，县与县之间由数据库行级策略隔离",
            "database: PostgreSQL; the database itself keeps counties apart, row by row",
        ),
        _ => Text::new("数据库：SQLite（单机）", "database: SQLite, on one machine"),
    };
    vec![
        Answer::operator(Text::new("运维单位", "Who operates it"), "operator", &own.operator),
        Answer::operator(Text::new("网络安全等级保护：定级", "MLPS: level"), "mlps_level", &own.mlps_level),
        Answer::operator(
            Text::new("网络安全等级保护：备案证明编号", "MLPS: filing number"),
            "mlps_filing",
            &own.mlps_filing,
        ),
        Answer::operator(
            Text::new(
                "网络安全等级保护：最近一次测评（机构、日期、结论）",
                "MLPS: last evaluation (by whom, when, result)",
            ),
            "mlps_evaluation",
            &own.mlps_evaluation,
        ),
        Answer::platform(
            Text::new("安全措施", "Security measures"),
            vec![
                store,
                factor,
                say!(
                    "连续 {failures} 次密码错误锁定 {minutes} 分钟；密码至少 {length} 个字；闲置 {idle} 分钟、最长 {hours} 小时退出",
                    "{failures} wrong passwords lock an account for {minutes} minutes; passwords of {length} characters at least; \
                     sessions end after {idle} idle minutes and {hours} hours"
                ),
                say!(
                    "身份号码、电话、银行卡和敏感信息加密存放（AES-256-GCM，{columns} 处），默认脱敏显示，查看原文须有权限、说明用途并留痕",
                    "identity numbers, telephones, bank cards and sensitive data are sealed at rest (AES-256-GCM, {columns} columns), \
                     shown masked, and revealed only with a permission, a purpose and an audit line"
                ),
                Text::new(
                    "每次写入留审计记录，逐条链式校验，不可修改、删除；系统、安全、审计三员分立",
                    "every write leaves an audit line in a chain that shows any change; system, security and audit administrators \
                     are separate",
                ),
            ],
        ),
    ]
}

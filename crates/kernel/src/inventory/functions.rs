//! The block on functions: what is switched on here, who uses it, which data it collects, what for and on what ground; and
//! what the platform has no function for.

use super::Answer;
use crate::forms::{Form, Ground};
use crate::{Ctx, Module, Result, Text, counties, say};

pub(super) fn answers(ctx: &Ctx) -> Result<Vec<Answer>> {
    let mut alive = Vec::new();
    for module in ctx.app.registry.modules() {
        if counties::is_alive_here(ctx, module.id)? {
            alive.push(*module);
        }
    }
    let list = |line: fn(&Module) -> Option<Text>| alive.iter().filter_map(|module| line(module)).collect::<Vec<_>>();
    Ok(vec![
        Answer::platform(Text::new("已启用的功能和用途", "Functions that are on, and what for"), list(purpose)),
        Answer::platform(Text::new("各功能由谁使用", "Who uses them"), list(users)),
        Answer::operator(
            Text::new("基层使用的功能及理由", "Functions used by the grassroots, and why"),
            "grassroots_reasons",
            &ctx.app.settings.inventory.grassroots_reasons,
        ),
        Answer::platform(
            Text::new("权限", "Permissions"),
            list(|module| (!module.permissions.is_empty()).then(|| permissions(module))),
        ),
        Answer::platform(
            Text::new("收集和使用的个人信息：表单、目的、依据", "Personal data: forms, purposes, grounds"),
            alive.iter().flat_map(|module| module.forms).map(|form| data(form)).collect(),
        ),
        Answer::platform(
            Text::new("没有的功能（国办函〔2026〕12号）", "What it has no function for (国办函〔2026〕12号)"),
            BANNED.to_vec(),
        ),
    ])
}

fn purpose(module: &Module) -> Option<Text> {
    Some(Text::owned(
        format!("{}：{}", module.title.zh, module.about.zh),
        format!("{}: {}", module.title.en, module.about.en),
    ))
}

fn users(module: &Module) -> Option<Text> {
    let roles = |f: fn(&Text) -> &str| module.roles.iter().map(|role| f(&role.title)).collect::<Vec<_>>();
    (!module.roles.is_empty()).then(|| {
        Text::owned(
            format!("{}：{}", module.title.zh, roles(|t| &t.zh).join("、")),
            format!("{}: {}", module.title.en, roles(|t| &t.en).join(", ")),
        )
    })
}

fn permissions(module: &Module) -> Text {
    let titles = |f: fn(&Text) -> &str| module.permissions.iter().map(|p| f(&p.title)).collect::<Vec<_>>();
    Text::owned(
        format!("{}：{}", module.title.zh, titles(|t| &t.zh).join("、")),
        format!("{}: {}", module.title.en, titles(|t| &t.en).join(", ")),
    )
}

fn data(form: &Form) -> Text {
    let fields = |f: fn(&Text) -> &str| {
        let titles: Vec<Text> = form.fields.iter().map(|field| field.title()).collect();
        titles.iter().map(|title| f(title).to_owned()).collect::<Vec<_>>()
    };
    let ground = match &form.ground {
        Ground::StatutoryDuty(article) => article.clone(),
        Ground::Consent => Text::new("本人同意", "the person's consent"),
    };
    let (zh, en) = (fields(|t| &t.zh).join("、"), fields(|t| &t.en).join(", "));
    let (title, purpose) = (&form.title, &form.purpose);
    let (title_zh, title_en, purpose_zh, purpose_en) = (&title.zh, &title.en, &purpose.zh, &purpose.en);
    let (ground_zh, ground_en) = (&ground.zh, &ground.en);
    say!(
        "{title_zh}：{zh}。目的：{purpose_zh}。依据：{ground_zh}",
        "{title_en}: {en}. Purpose: {purpose_en}. Ground: {ground_en}"
    )
}

/// True of every build: `tests/stories/banned_functions.rs` looks for them in every document, setting, rule and figure.
const BANNED: &[Text] = &[
    Text::new(
        "没有签到打卡、积分排名、在线时长统计",
        "no check-in, no points or ranking of staff, no counting of time online",
    ),
    Text::new("没有轨迹采集；上报不要求定位、照片、视频", "no tracks; a report asks for no location, photo or video"),
    Text::new("没有点赞、转发、学习时长", "no likes, forwards or study time"),
    Text::new(
        "统计数字由办件产生，不按工作人员个人统计",
        "figures are counted from the work, and never by the person who did it",
    ),
    Text::new(
        "已有的信息不再要求填写；表单超出目录须说明理由",
        "what is known is not asked again; what is not in the catalogue must say why it is asked",
    ),
];

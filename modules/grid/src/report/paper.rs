//! The paper form: one page A4, black on white, for who would rather write than type.

use std::fmt::Write;

use jizuo_kernel::places::Place;
use jizuo_kernel::{Ctx, Lang, escaped};

use crate::incident::CATEGORIES;

const STYLE: &str = "@page{size:A4;margin:18mm}body{font:12pt/1.7 \"Songti SC\",SimSun,\"Noto Serif CJK SC\",serif;color:#000;\
    background:#fff;max-width:174mm;margin:0 auto}h1{font-size:20pt;text-align:center;margin:0 0 4mm}h2{font-size:12pt;\
    margin:4mm 0 1mm}ul{list-style:none;margin:0;padding:0;columns:2}.line{border-bottom:1px solid #000;height:9mm}\
    .notice{border:1px solid #000;padding:2mm 4mm;margin-top:6mm;font-size:10.5pt}.cut{border-top:1px dashed #000;\
    margin-top:8mm;padding-top:3mm}";

/// The form of a place, as HTML.
pub(super) fn form(ctx: &Ctx, place: &Place) -> String {
    let say = |zh: &'static str, en: &'static str| if ctx.lang == Lang::Zh { zh } else { en };
    let name = escaped(&place.name);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{name} · {title}</title>\
         <style>{STYLE}</style></head><body>\n<h1>{name}{title}</h1>\n<h2>{kind}</h2><ul>",
        say("zh-CN", "en"),
        title = say("反映单", " · Report"),
        kind = say("一、哪一类事（请在方框内打勾）", "1. What kind of matter (tick one)"),
    );
    for category in CATEGORIES {
        let _ = write!(html, "<li>☐ {} {}</li>", category.code, category.title.read(ctx.lang));
    }
    html.push_str("</ul>\n");
    for (heading, lines) in [
        (say("二、什么事", "2. What it is about"), 5),
        (say("三、具体在哪里", "3. Where exactly"), 1),
        (say("四、您的姓名（可以不填）", "4. Your name (may be left out)"), 1),
        (say("五、您的电话（可以不填）", "5. Your telephone (may be left out)"), 1),
    ] {
        let _ = writeln!(html, "<h2>{heading}</h2>{}", "<div class=\"line\"></div>".repeat(lines));
    }
    let _ = writeln!(
        html,
        "<p>{} {}/console/{}/m/grid/reports</p>",
        say("也可以网上反映，不用注册：", "Or report online, without an account:"),
        escaped(&ctx.app.settings.server.public_url),
        place.code,
    );
    let _ = writeln!(
        html,
        "<p class=\"notice\">{}</p>\n<div class=\"cut\"><p>{}</p><p>{}</p></div></body></html>",
        say(
            "姓名和电话只用于答复您，不公开，不填也会办理（个人信息保护法第十七条）。紧急危险请直接拨打 110、119、120。",
            "Name and telephone are used to answer you and for nothing else; without them it is dealt with all the same (Personal Information Protection Law, Article 17). In danger call 110, 119 or 120.",
        ),
        say(
            "回执（由工作人员填写后交给您）　　收到日期：＿＿＿＿＿＿",
            "Receipt (filled in by staff and given to you)　　Received on: ＿＿＿＿＿＿",
        ),
        say(
            "事件编号：＿＿＿＿＿＿＿＿＿＿＿＿＿　　查询码：＿＿＿＿＿＿＿＿＿",
            "Incident number: ＿＿＿＿＿＿＿＿＿＿＿＿＿　　Word: ＿＿＿＿＿＿＿＿＿",
        ),
    );
    html
}

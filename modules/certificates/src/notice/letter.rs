//! A letter to a body that demands papers off the list: what it demanded in the quarter, counted by item, and which articles say
//! that it may not. It names no resident.

use std::fmt::Write;

use chrono::{Datelike, Duration};
use jizuo_kernel::clock::china_date;
use jizuo_kernel::{Ctx, Result, escaped};

use super::entity::Model;
use crate::catalogue::in_force_at;
use crate::demand::Body;

const STYLE: &str = "@page{size:A4;margin:26mm 24mm}body{font:16pt/1.8 FangSong,\"Songti SC\",SimSun,\"Noto Serif CJK SC\",serif;\
    color:#000;background:#fff;max-width:162mm;margin:0 auto}h1{font-size:22pt;text-align:center;margin:0 0 8mm}p{margin:0;\
    text-indent:2em}.to,.sign p{text-indent:0}table{border-collapse:collapse;width:100%;margin:3mm 0;font-size:13pt;\
    line-height:1.5}td,th{border:1px solid #000;padding:1mm 2mm;text-align:left;vertical-align:top}.num{text-align:center;\
    width:12%}.sign{text-align:right;margin-top:14mm}";

/// One side A4, as letters between offices look.
pub(super) async fn page(ctx: &Ctx, notice: &Model, body: &Body) -> Result<String> {
    let county = ctx.snapshot.places.place(notice.county)?;
    let entries = in_force_at(ctx, &county).await?;
    let (from, to) = (china_date(notice.since), china_date(notice.until - Duration::microseconds(1)));
    let mut html = format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>关于停止索要清单外证明的函 {who}</title>\
         <style>{STYLE}</style></head><body>\n<h1>关于停止索要清单外证明的函</h1>\n<p class=\"to\">{who}：</p>\n\
         <p>{fy}年{fm}月{fd}日至{ty}年{tm}月{td}日，{county}各村（社区）、便民服务窗口登记到你单位向群众索要清单之外的证明{n}件，\
         按证明事项统计如下：</p>\n<table><tr><th>证明事项</th><th class=\"num\">件数</th><th>依据和替代办法</th></tr>",
        who = escaped(&body.requesting_body),
        county = escaped(&county.name),
        n = body.demands,
        fy = from.year(),
        fm = from.month(),
        fd = from.day(),
        ty = to.year(),
        tm = to.month(),
        td = to.day(),
    );
    for item in &body.items {
        let listed = item.code.as_ref().and_then(|code| entries.iter().find(|entry| entry.code == *code));
        let why = match listed {
            Some(entry) => format!("{}。{}", entry.basis.zh, entry.next_door.zh),
            None => "不在公布的证明事项清单内（优化营商环境条例第四十四条）".to_owned(),
        };
        let (name, n) = (escaped(&item.name.zh), item.demands);
        let _ = write!(html, "<tr><td>{name}</td><td class=\"num\">{n}</td><td>{}</td></tr>", escaped(&why));
    }
    let today = ctx.today();
    let _ = write!(
        html,
        "</table>\n<p>《优化营商环境条例》第四十四条规定，设定证明事项应当有法律、法规或者国务院决定依据；证明事项清单之外，政府部门、\
         公用企事业单位和服务机构不得索要证明。民政部等六部门《关于改进和规范基层群众性自治组织出具证明工作的指导意见》\
         （民发〔2020〕20号）规定，清单所列事项村（居）民委员会不出具证明。</p>\n\
         <p>请你单位停止索要上列证明，改用上列替代办法办理，并告知经办窗口。确有法律、法规或者国务院决定依据的，请函告具体条款。</p>\n\
         <div class=\"sign\"><p>{county}人民政府（主管部门盖章）</p><p>{y}年{m}月{d}日</p></div>\n</body></html>",
        county = escaped(&county.name),
        y = today.year(),
        m = today.month(),
        d = today.day(),
    );
    Ok(html)
}

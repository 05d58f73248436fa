//! The commitment as a page to print and to sign: A4, black on white. What is told, then what is committed to
//! (国办发〔2020〕42号（六）: item, basis, content, way, liability, the right to check, whether it is public).

use std::fmt::Write;

use chrono::Datelike;
use jizuo_kernel::escaped;

use super::commitment::{Content, Sheet};

const STYLE: &str = "@page{size:A4;margin:20mm}body{font:12pt/1.6 \"Songti SC\",SimSun,\"Noto Serif CJK SC\",serif;color:#000;\
    background:#fff;max-width:170mm;margin:0 auto}h1{font-size:22pt;text-align:center;margin:0 0 4mm}h2{font-size:14pt;\
    margin:4mm 0 1mm}table{border-collapse:collapse;width:100%}td,th{border:1px solid #000;padding:1mm 3mm;text-align:left;\
    vertical-align:top}th{width:24%;font-weight:normal}p,ol{margin:0}ol{padding-left:2em}.sign{margin-top:8mm;\
    text-align:right;line-height:2.4}";

const LINE: &str = "＿＿＿＿＿＿＿＿";

pub(super) fn page(sheet: &Sheet) -> String {
    match sheet {
        Sheet::Commitment(said) => commitment(said),
        Sheet::OtherWay { item, next_door, basis } => format!(
            "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>证明事项告知单</title><style>{STYLE}</style></head>\
             <body>\n<h1>证明事项告知单</h1>\n<p>证明事项：{}</p>\n<p>{}</p>\n<p>依据：{}</p>\n</body></html>",
            escaped(item),
            escaped(&next_door.zh),
            escaped(&basis.zh),
        ),
    }
}

fn commitment(said: &Content) -> String {
    let matter = said.matter.as_deref().unwrap_or(LINE);
    let what = match &said.commits {
        Some(commits) => commits.clone(),
        None => format!("本人的情况符合“{}”所要证明的内容", said.item),
    };
    let body = &said.requesting_body;
    let told: [(&str, String); 9] = [
        ("证明事项", said.item.clone()),
        ("要求证明的单位", body.clone()),
        ("用于办理", matter.to_owned()),
        ("设定依据", said.basis.clone()),
        ("证明内容", what.clone()),
        ("承诺方式", "书面承诺，由本人在本承诺书上签字；签字后不再要求提供这份证明".to_owned()),
        (
            "不实承诺的责任",
            "承诺不实的，依法终止办理、责令限期整改、撤销决定或者予以行政处罚，记入信用记录，信用修复前不再适用告知承诺；\
             给他人造成损失的承担民事责任，构成犯罪的依法追究刑事责任"
                .to_owned(),
        ),
        ("核查的权力", format!("{body}有权通过数据核验、现场核查等方式核查承诺的内容，承诺人应当配合")),
        ("是否公开", format!("本承诺书不向社会公开，由{body}存档")),
    ];
    let mut html = format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>告知承诺书 {item}</title>\
         <style>{STYLE}</style></head><body>\n<h1>证明事项告知承诺书</h1>\n<h2>一、告知</h2>\n\
         <p>您可以自主选择是否承诺。不愿承诺或者无法承诺的，可以提交法律、法规规定的证明材料，办理不受影响\
         （国办发〔2020〕42号（五））。</p>\n<table>",
        item = escaped(&said.item),
    );
    for (name, text) in &told {
        let _ = write!(html, "<tr><th>{name}</th><td>{}</td></tr>", escaped(text));
    }
    let _ = write!(
        html,
        "</table>\n<h2>二、承诺</h2>\n<p>承诺人：{holder}　公民身份号码：{number}</p>\n<ol><li>已经知晓、理解以上告知的全部内容；</li>\
         <li>{what}；</li><li>以上承诺真实，是本人自愿作出的；</li><li>愿意配合核查，并承担不实承诺的责任。</li></ol>\n\
         <div class=\"sign\"><p>承诺人（签字）：{LINE}</p><p>{day}</p><p>{place}　经办人：{LINE}</p></div>\n</body></html>",
        holder = escaped(said.holder.as_deref().unwrap_or(LINE)),
        number = escaped(said.number.as_deref().unwrap_or(LINE)),
        what = escaped(&what),
        day = said.on.map_or_else(
            || "　　　　年　　月　　日".to_owned(),
            |day| format!("{}年{}月{}日", day.year(), day.month(), day.day())
        ),
        place = escaped(&said.place),
    );
    html
}

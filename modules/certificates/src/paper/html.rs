//! A paper as a page to print: one side A4, black on white, with the square code drawn as SVG.

use std::fmt::Write;

use jizuo_kernel::escaped;

use super::document::{Document, Picture};

const STYLE: &str = "@page{size:A4;margin:22mm}body{font:15pt/1.9 \"Songti SC\",SimSun,\"Noto Serif CJK SC\",serif;color:#000;\
    background:#fff;max-width:166mm;margin:0 auto}h1{font-size:24pt;text-align:center;margin:0 0 2mm}.number{text-align:right;\
    font-size:11pt}.notice{border:2px solid #000;font-size:18pt;text-align:center;padding:2mm}.body p{text-indent:2em;margin:0}\
    .purpose{border:2px solid #000;padding:1mm 4mm;font-weight:bold;display:inline-block}.lines{font-size:11pt;margin:4mm 0}\
    .sign{text-align:right;margin-top:10mm}.check{display:flex;gap:5mm;align-items:center;border-top:1px dashed #000;\
    margin-top:10mm;padding-top:4mm;font-size:10.5pt;overflow-wrap:anywhere}.check svg{width:46mm;height:46mm;flex:none}\
    p{margin:0}";

pub(super) fn page(paper: &Document) -> String {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{title} {number}</title><style>{STYLE}</style>\
         </head><body>\n<p class=\"number\">编号：{number}</p>\n<h1>{title}</h1>\n",
        title = escaped(&paper.title),
        number = escaped(&paper.number),
    );
    if let Some(notice) = paper.notice {
        let _ = writeln!(html, "<p class=\"notice\">{notice}</p>");
    }
    html.push_str("<div class=\"body\">");
    for paragraph in &paper.paragraphs {
        let _ = write!(html, "<p>{}</p>", escaped(paragraph));
    }
    let _ = writeln!(html, "</div>\n<p class=\"purpose\">{}</p>\n<div class=\"lines\">", escaped(&paper.purpose));
    for line in &paper.lines {
        let _ = write!(html, "<p>{}</p>", escaped(line));
    }
    html.push_str("</div>\n");
    if let Some(by_hand) = paper.by_hand {
        let _ = writeln!(html, "<p class=\"wet\">{by_hand}</p>");
    }
    let _ = writeln!(
        html,
        "<div class=\"sign\"><p>{}（盖章）</p><p>{}</p></div>\n<div class=\"check\">{}<div>",
        escaped(&paper.issuer),
        escaped(&paper.day),
        svg(&paper.picture)
    );
    for line in &paper.how {
        let _ = write!(html, "<p>{}</p>", escaped(line));
    }
    html.push_str("</div></div>\n</body></html>");
    html
}

fn svg(picture: &Picture) -> String {
    let size = picture.size;
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| picture.is_dark(*x, y)) {
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"查验码\" \
         shape-rendering=\"crispEdges\"><path d=\"{path}\"/></svg>"
    )
}

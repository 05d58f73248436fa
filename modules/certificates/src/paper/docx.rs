//! A paper as a file for a word processor (ECMA-376): one page, with the square code as a picture.

use std::io::{Cursor, Write};

use jizuo_kernel::error::internal;
use jizuo_kernel::{Result, escaped};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::document::{Document, Picture};

pub(super) const CONTENT_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="bmp" ContentType="image/bmp"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;

const PACKAGE: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;

const PARTS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/code.bmp"/></Relationships>"#;

const OPEN: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body>"#;

const CLOSE: &str = r#"<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1247" w:right="1247" w:bottom="1247" w:left="1247" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>"#;

/// 46 mm, in the unit of drawings.
const SIDE: u32 = 46 * 36_000;

/// How a paragraph looks: alignment, half points, whether it is bold, whether its first line is indented by two characters.
#[derive(Clone, Copy)]
struct Look(&'static str, u32, bool, bool);

pub(super) fn file(paper: &Document) -> Result<Vec<u8>> {
    let parts: [(&str, Vec<u8>); 5] = [
        ("[Content_Types].xml", TYPES.into()),
        ("_rels/.rels", PACKAGE.into()),
        ("word/document.xml", document(paper).into()),
        ("word/_rels/document.xml.rels", PARTS.into()),
        ("word/media/code.bmp", bitmap(&paper.picture)),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(name, SimpleFileOptions::default()).map_err(internal)?;
        archive.write_all(&bytes).map_err(internal)?;
    }
    Ok(archive.finish().map_err(internal)?.into_inner())
}

fn document(paper: &Document) -> String {
    let mut xml = OPEN.to_owned();
    let mut say = |look: Look, text: &str| xml.push_str(&paragraph(look, text));
    say(Look("right", 22, false, false), &format!("编号：{}", paper.number));
    say(Look("center", 48, true, false), &paper.title);
    if let Some(notice) = paper.notice {
        say(Look("center", 36, true, false), notice);
    }
    for text in &paper.paragraphs {
        say(Look("both", 30, false, true), text);
    }
    say(Look("left", 30, true, false), &paper.purpose);
    for line in &paper.lines {
        say(Look("left", 22, false, false), line);
    }
    if let Some(by_hand) = paper.by_hand {
        say(Look("left", 24, true, false), by_hand);
    }
    say(Look("right", 30, false, false), &format!("{}（盖章）", paper.issuer));
    say(Look("right", 30, false, false), &paper.day);
    for line in &paper.how {
        say(Look("left", 21, false, false), line);
    }
    xml.push_str(&picture());
    xml.push_str(CLOSE);
    xml
}

fn paragraph(Look(align, size, bold, indent): Look, text: &str) -> String {
    let indent = if indent { r#"<w:ind w:firstLineChars="200" w:firstLine="600"/>"# } else { "" };
    let bold = if bold { "<w:b/>" } else { "" };
    format!(
        r#"<w:p><w:pPr>{indent}<w:jc w:val="{align}"/></w:pPr><w:r><w:rPr><w:rFonts w:ascii="SimSun" w:hAnsi="SimSun" w:eastAsia="SimSun"/>{bold}<w:sz w:val="{size}"/></w:rPr><w:t xml:space="preserve">{}</w:t></w:r></w:p>"#,
        escaped(text)
    )
}

fn picture() -> String {
    format!(
        r#"<w:p><w:r><w:drawing><wp:inline><wp:extent cx="{SIDE}" cy="{SIDE}"/><wp:docPr id="1" name="code" descr="查验码"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="code.bmp"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="r1"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{SIDE}" cy="{SIDE}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#
    )
}

/// Points of the picture for one square.
const SCALE: usize = 4;

/// Two colours, a bit a point, the lowest row first, rows filled up to four bytes.
fn bitmap(picture: &Picture) -> Vec<u8> {
    let side = picture.size * SCALE;
    let row = side.div_ceil(32) * 4;
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    let head = 14 + 40 + 8;
    let mut bytes = Vec::with_capacity(head + row * side);
    bytes.extend(b"BM");
    for word in [small(head + row * side), small(0), small(head), small(40), small(side), small(side)] {
        bytes.extend(word);
    }
    // One plane, one bit.
    bytes.extend([1, 0, 1, 0]);
    for word in [small(0), small(row * side), small(2_835), small(2_835), small(2), small(2)] {
        bytes.extend(word);
    }
    // White is 0, black is 1.
    bytes.extend([255, 255, 255, 0, 0, 0, 0, 0]);
    for y in (0..side).rev() {
        let mut line = vec![0u8; row];
        for x in (0..side).filter(|x| picture.is_dark(x / SCALE, y / SCALE)) {
            line[x / 8] |= 0x80 >> (x % 8);
        }
        bytes.extend(line);
    }
    bytes
}

//! Reading a code table: every line that can be taken, and every one that cannot with its number and the reason.

use std::collections::{BTreeMap, HashMap, HashSet};

use jizuo_standards::division::{DivisionCode, Level};

use crate::{Text, say};

/// A line that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// 1 is the header.
    pub line: u64,
    pub text: String,
    pub why: Text,
}

/// A place as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub code: DivisionCode,
    pub name: String,
    pub parent: Option<DivisionCode>,
}

fn records(bytes: &[u8], columns: &[&str], bad: &mut Vec<BadLine>) -> Vec<(u64, Vec<String>)> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let wrong_header = |bad: &mut Vec<BadLine>, text: String| {
        let wanted = columns.join(",");
        bad.push(BadLine {
            line: 1,
            text,
            why: say!("第一行须有列名 {wanted}", "the first line must name the columns {wanted}"),
        });
    };
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_lowercase).collect(),
        Err(error) => {
            wrong_header(bad, error.to_string());
            return Vec::new();
        }
    };
    let mut at = Vec::new();
    for column in columns {
        match header.iter().position(|name| name == column) {
            Some(index) => at.push(index),
            None => {
                wrong_header(bad, header.join(","));
                return Vec::new();
            }
        }
    }
    let mut found = Vec::new();
    let mut record = csv::ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return found,
            Ok(true) => {}
            Err(error) => {
                bad.push(BadLine {
                    line: error.position().map_or(0, csv::Position::line),
                    text: String::new(),
                    why: Text::new("这一行无法读取", "this line cannot be read"),
                });
                return found;
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        let text = || String::from_utf8_lossy(record.as_slice()).into_owned();
        let fields: Option<Vec<&[u8]>> = at.iter().map(|index| record.get(*index)).collect();
        let Some(fields) = fields else {
            bad.push(BadLine { line, text: text(), why: Text::new("列数不够", "there are columns missing") });
            continue;
        };
        match fields.into_iter().map(|field| std::str::from_utf8(field).map(str::to_owned)).collect() {
            Ok(fields) => found.push((line, fields)),
            Err(_) => {
                let why = Text::new("不是 UTF-8 编码，请另存为 UTF-8", "this is not UTF-8; save the file as UTF-8");
                bad.push(BadLine { line, text: text(), why });
            }
        }
    }
}

pub(super) fn read(table: &[u8], bad: &mut Vec<BadLine>) -> BTreeMap<DivisionCode, Row> {
    let mut rows: BTreeMap<DivisionCode, Row> = BTreeMap::new();
    let mut lines: HashMap<DivisionCode, u64> = HashMap::new();
    for (line, fields) in records(table, &["code", "name", "level"], bad) {
        let [code, name, level] = fields.as_slice() else { continue };
        let mut fail = |why: Text| bad.push(BadLine { line, text: fields.join(","), why });
        let code = match DivisionCode::parse(code) {
            Ok(code) => code,
            Err(fault) => {
                fail(Text::owned(fault.zh, fault.en));
                continue;
            }
        };
        let stated = level.parse::<i64>().ok().and_then(Level::from_number);
        if stated != Some(code.level()) {
            let is = code.level().number();
            fail(say!("层级写的是“{level}”，按编码应为 {is}", "the level says '{level}'; by the code it is {is}"));
            continue;
        }
        let length = name.chars().count();
        if length == 0 || length > 100 || name.chars().any(char::is_control) {
            fail(Text::new("名称为空、过长或含控制字符", "the name is empty, too long, or has control characters"));
            continue;
        }
        if let Some(first) = lines.insert(code, line) {
            fail(say!("编码与第 {first} 行重复", "the code stands in line {first} already"));
            continue;
        }
        rows.insert(code, Row { code, name: name.clone(), parent: None });
    }
    let codes: HashSet<DivisionCode> = rows.keys().copied().collect();
    let top = codes.iter().map(DivisionCode::level).min();
    for (code, row) in &mut rows {
        // In some cities a level is missing: the nearest ancestor that is there is the parent (DOMAIN §1.1).
        let mut parent = code.parent();
        while let Some(up) = parent.filter(|up| !codes.contains(up)) {
            parent = up.parent();
        }
        row.parent = parent;
        if parent.is_none() && Some(code.level()) != top {
            let line = lines.get(code).copied().unwrap_or_default();
            let why = Text::new("文件中没有它的上级", "the file has no place above it");
            bad.push(BadLine { line, text: format!("{},{}", code.padded(), row.name), why });
        }
    }
    bad.sort_by_key(|b| b.line);
    rows
}

pub(super) enum Told {
    Moved(DivisionCode),
    Merged(DivisionCode),
}

pub(super) fn read_changes(
    bytes: &[u8],
    rows: &BTreeMap<DivisionCode, Row>,
    bad: &mut Vec<BadLine>,
) -> BTreeMap<String, Told> {
    let mut told = BTreeMap::new();
    for (line, fields) in records(bytes, &["old", "new", "kind"], bad) {
        let [old, new, kind] = fields.as_slice() else { continue };
        let mut fail = |why: Text| bad.push(BadLine { line, text: fields.join(","), why });
        let (Ok(old), Ok(new)) = (DivisionCode::parse(old), DivisionCode::parse(new)) else {
            fail(Text::new("编码不对", "a code is wrong"));
            continue;
        };
        if !rows.contains_key(&new) {
            fail(Text::new("新编码不在区划表中", "the new code is not in the table"));
            continue;
        }
        match kind.as_str() {
            "move" => told.insert(old.padded().to_owned(), Told::Moved(new)),
            "merge" => told.insert(old.padded().to_owned(), Told::Merged(new)),
            _ => {
                fail(Text::new("kind 只能是 move 或 merge", "kind is move or merge"));
                continue;
            }
        };
    }
    told
}

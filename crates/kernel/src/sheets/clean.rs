//! A cell becomes the normal form of a data element, or a reason that the clerk understands.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use jizuo_standards::element::{self, Element, Kind};
use jizuo_standards::{Fault, IdentityNumber};
use serde::{Deserialize, Serialize};

use super::cell::{Cell, Row, plain, prose, tidy};
use super::dates::{self, Said};
use super::header::Layout;
use super::read::Format;
use super::synonyms;
use crate::Text;

/// How the cells of one file are read.
#[derive(Clone, Copy, Debug)]
pub struct Cleaner {
    /// Beyond it nobody is born.
    pub today: NaiveDate,
    pub since_1904: bool,
    /// A CSV file does not say which of its cells were numbers.
    pub format: Format,
}

/// One row, as far as it could be read: an empty cell is in neither part.
#[derive(Clone, Debug, Default)]
pub struct Cleaned {
    pub values: BTreeMap<&'static str, String>,
    pub wrong: Vec<Wrong>,
}

/// Why one cell was not taken. It never repeats a personal value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// None where the row as a whole is meant.
    pub element: Option<String>,
    pub code: Cow<'static, str>,
    pub message: Text,
}

impl Wrong {
    pub fn new(element: Option<&str>, code: impl Into<Cow<'static, str>>, message: Text) -> Wrong {
        Wrong { element: element.map(str::to_owned), code: code.into(), message }
    }
}

const IDENTITY: &str = "person.identity_number";
const BIRTH: &str = "person.birth_date";
const SEX: &str = "person.sex";

impl Cleaner {
    /// Reads all columns of a row that are mapped, then sets the identity number beside what else the row says.
    pub fn row(&self, layout: &Layout, row: &Row) -> Cleaned {
        let mut cleaned = Cleaned::default();
        for (index, element) in layout.elements() {
            match self.cell(element, row.cell(index)) {
                Ok(None) => {}
                Ok(Some(value)) => {
                    cleaned.values.insert(element.id.as_str(), value);
                }
                Err(fault) => cleaned.wrong.push(wrong(element, fault)),
            }
        }
        let number = cleaned.values.get(IDENTITY).and_then(|number| IdentityNumber::parse(number, self.today).ok());
        if let Some(number) = number {
            self.compare(&number, layout, row, &mut cleaned);
        }
        cleaned
    }

    /// The identity number knows the day of birth and the sex: it completes what is partial and contradicts what differs.
    fn compare(&self, number: &IdentityNumber, layout: &Layout, row: &Row, cleaned: &mut Cleaned) {
        let birth = number.birth_date();
        let said = layout.index_of(BIRTH).map(|index| dates::read(row.cell(index), self.since_1904));
        if let Some(Said::Part { year, month }) = said
            && year == birth.year()
            && month.is_none_or(|month| month == birth.month())
        {
            cleaned.wrong.retain(|wrong| wrong.element.as_deref() != Some(BIRTH));
            cleaned.values.insert(BIRTH, birth.to_string());
        }
        if cleaned.values.get(BIRTH).is_some_and(|value| *value != birth.to_string()) {
            let message = Text::new(
                "出生日期与身份证号中的不一致，请对照证件核对",
                "the date of birth is not that of the identity number; compare both with the card",
            );
            cleaned.wrong.push(Wrong::new(Some(BIRTH), "base.sheet.birth_differs", message));
        }
        if cleaned.values.get(SEX).is_some_and(|sex| matches!(sex.as_str(), "1" | "2") && sex != number.sex().code()) {
            let message = Text::new(
                "性别与身份证号中的不一致，请对照证件核对",
                "the sex is not that of the identity number; compare both with the card",
            );
            cleaned.wrong.push(Wrong::new(Some(SEX), "base.sheet.sex_differs", message));
        }
    }

    /// The normal form of one cell; none where nothing is written.
    pub fn cell(&self, element: &Element, cell: &Cell) -> Result<Option<String>, Fault> {
        let text = match cell {
            Cell::Empty => return Ok(None),
            Cell::Broken(shown) => {
                return Err(fault(
                    "base.sheet.formula",
                    format!("单元格里的公式出错（{shown}），请改成值"),
                    format!("the formula in this cell failed ({shown}); write the value itself"),
                ));
            }
            Cell::Text(text) => Cow::Borrowed(text.trim().trim_start_matches('\'')),
            Cell::Number(number) => Cow::Owned(plain(*number)),
            Cell::Date(date) => Cow::Owned(date.to_string()),
            Cell::Flag(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
        };
        let tidied = tidy(&text);
        let truth = element.kind == Kind::Boolean;
        let word = element.code_list.as_deref().and_then(|list| synonyms::get().code(list, &tidied));
        if tidied.is_empty() || (!truth && word.is_none() && synonyms::get().is_nothing(&tidied)) {
            return Ok(None);
        }
        if text.contains('\u{fffd}') {
            return Err(fault(
                "base.sheet.unreadable",
                "有无法辨认的字符，请按 UTF-8 或 GB 18030 编码另存后再上传",
                "has unreadable characters; save the file in UTF-8 or GB 18030 and send it again",
            ));
        }
        match element.kind {
            Kind::IdentityNumber => self.identity(cell, &tidied).map(Some),
            Kind::Date => self.date(cell).map(Some),
            Kind::Code => {
                let code = word.map(str::to_owned).or_else(|| padded(element, &tidied)).unwrap_or(tidied);
                element.check(&code, self.today).map(Some)
            }
            Kind::Boolean => {
                let truth = synonyms::get().truth(&tidied).map_or(tidied, |truth| truth.to_string());
                element.check(&truth, self.today).map(Some)
            }
            Kind::Place => {
                // Dotted in any way: 53.01.02.001.001, 530102.001.001.
                let digits = tidied.replace([' ', '-', '_', '.'], "");
                element.check(&digits, self.today).map(Some)
            }
            Kind::Phone => element.check(first_phone(&tidied), self.today).map(Some),
            // A code that was typed in full width, ０１２: prose keeps its punctuation.
            Kind::Text if tidied.is_ascii() => element.check(&tidied, self.today).map(Some),
            Kind::Text if matches!(cell, Cell::Text(_)) => {
                let said = prose(&text);
                // Line breaks inside a short value are the cell's, not the value's.
                let said =
                    if element.max_length <= 200 { said.replace("\r\n", "\n").replace(['\n', '\r'], "") } else { said };
                element.check(&said, self.today).map(Some)
            }
            Kind::PersonName => element.check(&unspaced(&prose(&text)), self.today).map(Some),
            Kind::Number | Kind::MoneyFen => element.check(&tidied.replace(',', ""), self.today).map(Some),
            _ => element.check(&tidied, self.today).map(Some),
        }
    }

    fn identity(&self, cell: &Cell, text: &str) -> Result<String, Fault> {
        let text: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\'')).collect();
        let text = text.to_ascii_uppercase();
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let number = matches!(cell, Cell::Number(_));
        // Excel keeps 15 digits of a number. What is left of an identity number ends in zeros, or is a power of ten.
        let powers = text.contains("E+") && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'E' | b'+'));
        let rounded = digits && text.len() == 18 && text.ends_with("000");
        let doubtful = rounded && (self.format == Format::Csv || IdentityNumber::parse(&text, self.today).is_err());
        if powers || (number && text.len() > 15) || doubtful {
            return Err(fault(
                "base.sheet.identity_rounded",
                "Excel 把身份证号存成了数字，末三位已丢失。请把这一列设为“文本”格式，重新填写号码后再上传",
                "Excel stored the identity number as a number and its last three digits are lost; format the column as \
                 text, type the number again and send the file",
            ));
        }
        // A number of before 1999 has one lawful long form; the card was void from 2013 on, the person was not.
        let number = if text.len() == 15 && digits {
            IdentityNumber::from_fifteen(&text, self.today)?
        } else {
            IdentityNumber::parse(&text, self.today)?
        };
        Ok(number.expose().to_owned())
    }

    fn date(&self, cell: &Cell) -> Result<String, Fault> {
        match dates::read(cell, self.since_1904) {
            Said::Day(date) if date > self.today => {
                Err(fault("base.sheet.date_future", "日期晚于今天，请核对", "the date is later than today; check it"))
            }
            Said::Day(date) => Ok(date.to_string()),
            Said::Part { .. } => Err(fault(
                "base.sheet.date_partial",
                "只有年或年月，不是完整的日期。请补上日，或填写身份证号",
                "this is only a year or a month; add the day, or fill in the identity number, which says it",
            )),
            Said::Not => Err(fault(
                "base.sheet.date",
                "认不出日期，请写成 1949-12-31 的样子",
                "this is no date that can be read; write it like 1949-12-31",
            )),
        }
    }
}

/// 1 or 1.0 for 01, 汉族(01) for 01.
fn padded(element: &Element, text: &str) -> Option<String> {
    let list = jizuo_standards::codelist::find(element.code_list.as_deref()?)?;
    let digits = text.strip_suffix(".0").unwrap_or(text);
    let longest = list.entries.iter().map(|entry| entry.code.len()).max()?;
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        let code = format!("{digits:0>longest$}");
        return list.get(digits).or_else(|| list.get(&code)).map(|entry| entry.code.clone());
    }
    // `01 汉族`, `01-汉族`: what a template of ours, or another system, puts before the word.
    let code: String = digits.chars().take_while(char::is_ascii_digit).collect();
    let rest = digits[code.len()..].trim_start_matches([' ', '-', '.', ':', '、']);
    let entry = list.get(&code)?;
    (synonyms::get().code(&list.id, rest) == Some(entry.code.as_str())).then(|| entry.code.clone())
}

/// The first of several numbers in one cell: 138…、139….
fn first_phone(text: &str) -> &str {
    let first = text.split(['/', ',', ';', '、', '\n', '\r']).map(str::trim).find(|part| !part.is_empty());
    first.unwrap_or(text)
}

/// 李  明 for 李明: blanks between Chinese characters are there for the looks.
fn unspaced(name: &str) -> String {
    let han = |c: char| ('\u{3400}'..='\u{9fff}').contains(&c) || c >= '\u{20000}';
    if name.chars().all(|c| han(c) || c.is_whitespace()) {
        name.chars().filter(|c| !c.is_whitespace()).collect()
    } else {
        name.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn fault(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault::new(code, zh, en, "data/elements.csv")
}

pub(crate) fn wrong(element: &Element, fault: Fault) -> Wrong {
    Wrong::new(Some(&element.id), fault.code, Text::owned(fault.zh, fault.en))
}

/// The elements that a list of persons with their households may hold.
pub fn of_persons() -> Vec<&'static Element> {
    let nouns = ["person.", "household.", "address."];
    element::all().iter().filter(|element| nouns.iter().any(|noun| element.id.starts_with(noun))).collect()
}

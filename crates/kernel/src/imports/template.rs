//! The empty sheet that a village fills in, made from the data elements.

use jizuo_standards::codelist;
use jizuo_standards::element::{self, Element, Kind};

use crate::sheets::{Field, Format, Sheet};
use crate::{Lang, Result, Text};

/// The columns of the template, in the order in which a household register has them.
const COLUMNS: [&str; 17] = [
    "household.number",
    "household.head_name",
    "person.name",
    "person.identity_number",
    "household.relationship",
    "person.sex",
    "person.birth_date",
    "person.nationality",
    "person.phone",
    "person.education",
    "person.political_status",
    "person.marital_status",
    "person.employment",
    "person.health",
    "household.subsistence_allowance",
    "household.place",
    "address.text",
];

const NOTES: [Text; 8] = [
    Text::new(
        "一行一人；同一户的人户号相同。",
        "One person a row; those of one household have the same household number.",
    ),
    Text::new(
        "红色的列必须填写，其余的知道多少填多少。",
        "Red columns must be filled in; of the others, what is known.",
    ),
    Text::new(
        "身份证号列已设为文本，请直接填写18位号码；Excel会把数字格式的号码末三位变成0。",
        "The identity numbers are text cells: type all 18 characters. In a number cell Excel turns the last three into 0.",
    ),
    Text::new(
        "日期写成1949-12-31；有身份证号时出生日期和性别可以不填。",
        "Dates like 1949-12-31; with an identity number, sex and date of birth may be left out.",
    ),
    Text::new(
        "与户主关系、民族、学历等请从下拉列表选择；写“长子”“汉”“小学”也能认。",
        "Choose relationship, nationality, education and so on from the list; common words are understood too.",
    ),
    Text::new(
        "在乡镇或县导入时，请填写所在村（社区）的名称或12位代码；在村里导入可以不填。",
        "For an import at a township or county, name the village or give its 12 digits; at the village leave it out.",
    ),
    Text::new(
        "不认识的列不会导入；表头的名称可以不同，如“姓名”写成“名字”。",
        "Unknown columns are left out; titles may differ, such as 名字 for 姓名.",
    ),
    Text::new(
        "同一张表可以重复导入：没有变化的行不会改动任何内容。",
        "The same sheet may be imported again: rows without change change nothing.",
    ),
];

pub(super) fn write(format: Format, lang: Lang) -> Result<Vec<u8>> {
    let fields: Vec<Field> =
        COLUMNS.iter().filter_map(|id| element::find(id)).map(|element| field(element, lang)).collect();
    let sheet = Sheet::new(format, if lang == Lang::Zh { "人员和户" } else { "Residents" }, &fields)?;
    let notes: Vec<String> = NOTES.iter().map(|note| note.read(lang).to_owned()).collect();
    sheet.finish(Some((if lang == Lang::Zh { "填写说明" } else { "Notes" }, &notes)))
}

fn field(element: &Element, lang: Lang) -> Field {
    let title = if lang == Lang::Zh { &element.zh } else { &element.en };
    let list = element.code_list.as_deref().and_then(codelist::find);
    let choices = match (list, element.kind) {
        (Some(list), _) => {
            let word = |entry: &codelist::Entry| if lang == Lang::Zh { entry.zh.clone() } else { entry.en.clone() };
            list.entries.iter().map(word).collect()
        }
        (None, Kind::Boolean) if lang == Lang::Zh => vec!["是".to_owned(), "否".to_owned()],
        (None, Kind::Boolean) => vec!["yes".to_owned(), "no".to_owned()],
        _ => Vec::new(),
    };
    let width = match element.kind {
        Kind::IdentityNumber => 22,
        Kind::Text if element.max_length >= 200 => 32,
        _ => 14,
    };
    Field { width, choices, required: element.id == "person.name", ..Field::new(title) }
}

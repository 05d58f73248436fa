//! Who lives in the villages of the demonstration: invented people of many nationalities of Yunnan, as a village keeps them in a sheet.

use jizuo_kernel::Error;
use jizuo_kernel::sheets::{Field, Format, Sheet};

/// Somebody of a household, as a row of the sheet has them.
#[derive(Clone)]
pub(super) struct Resident {
    pub(super) household: String,
    pub(super) head: String,
    pub(super) name: String,
    pub(super) number: String,
    relation: &'static str,
    nationality: &'static str,
    pub(super) phone: String,
    education: &'static str,
    politics: &'static str,
}

/// A nationality with surnames and given names for men and for women.
struct People {
    nationality: &'static str,
    surnames: &'static [&'static str],
    men: &'static [&'static str],
    women: &'static [&'static str],
}

const PEOPLES: [People; 10] = [
    People {
        nationality: "汉族",
        surnames: &["张", "王", "赵", "陈", "刘", "孙", "周", "吴", "郑"],
        men: &["建华", "国强", "文斌", "志明", "云飞", "永福", "家俊", "学文", "国强", "建华", "家富", "云生"],
        women: &["秀英", "桂兰", "丽华", "晓燕", "美芬", "思雨", "春梅", "玉珍", "金凤", "玉兰", "学芬", "雪梅"],
    },
    People {
        nationality: "彝族",
        surnames: &["普", "罗", "鲁", "李", "毕"],
        men: &["正才", "老四", "光明", "阿鲁", "文学", "国强", "建华", "家富", "云生"],
        women: &["阿诗", "红英", "绍芬", "阿玛", "琼仙", "金凤", "玉兰", "学芬", "雪梅"],
    },
    People {
        nationality: "白族",
        surnames: &["段", "杨", "董", "赵", "尹"],
        men: &["四海", "汝昌", "金宝", "润生", "应科", "国强", "建华", "家富", "云生"],
        women: &["银花", "金花", "月仙", "学珍", "雪妹", "金凤", "玉兰", "学芬", "雪梅"],
    },
    People {
        nationality: "傣族",
        surnames: &["岩", "刀", "玉"],
        men: &["温", "罕勒", "香", "光胜", "三宝", "国强", "建华", "家富", "云生"],
        women: &["波", "罕娇", "香囡", "金凤", "应", "金凤", "玉兰", "学芬", "雪梅"],
    },
    People {
        nationality: "回族",
        surnames: &["马", "纳", "沙", "保"],
        men: &["忠义", "国良", "绍祖", "子云", "国强", "建华", "家富", "云生"],
        women: &["晓云", "兰芬", "金莲", "桂仙", "金凤", "玉兰", "学芬", "雪梅"],
    },
    People {
        nationality: "纳西族",
        surnames: &["和", "木"],
        men: &["志坚", "文光", "树荣", "丽军", "国强", "建华", "家富", "云生"],
        women: &["丽芬", "春花", "学梅", "秀莲", "金凤", "玉兰", "学芬", "雪梅"],
    },
    People {
        nationality: "壮族",
        surnames: &["侬", "陆", "韦"],
        men: &["世光", "绍辉", "永才", "朝海", "国强", "建华", "家富", "云生"],
        women: &["桂花", "彩云", "春柳", "美艳", "金凤", "玉兰", "学芬", "雪梅"],
    },
    People {
        nationality: "苗族",
        surnames: &["熊", "陶", "古"],
        men: &["绍文", "正明", "开文", "兴福", "国强", "建华", "家富", "云生"],
        women: &["阿秀", "美英", "光珍", "彩妹", "金凤", "玉兰", "学芬", "雪梅"],
    },
    People {
        nationality: "傈僳族",
        surnames: &["余", "欧", "胡"],
        men: &["付四", "学忠", "阿普", "三多", "国强", "建华", "家富", "云生"],
        women: &["阿妹", "四妹", "秀花", "玛丽", "金凤", "玉兰", "学芬", "雪梅"],
    },
    People {
        nationality: "哈尼族",
        surnames: &["白", "车", "龙"],
        men: &["批斗", "克者", "永发", "者沙", "国强", "建华", "家富", "云生"],
        women: &["玛", "批娘", "阿玉", "秀琴", "金凤", "玉兰", "学芬", "雪梅"],
    },
];

/// Households of one village.
pub(super) const HOUSEHOLDS: usize = 20;

/// How a household is made up: relation to the head, year of birth before or after the head's, woman or man.
const SHAPES: [&[(&str, i32, bool)]; 5] = [
    &[("户主", 0, false), ("妻", 2, true), ("长子", 26, false)],
    &[("户主", 0, false), ("妻", 1, true), ("长女", 24, true), ("长子", 27, false)],
    &[("户主", 0, true), ("母亲", -25, true)],
    &[("户主", 0, false), ("妻", 3, true)],
    &[("户主", 0, false), ("妻", -1, true), ("独生子", 25, false), ("父亲", -24, false)],
];

/// The residents of a village; `village` makes those of one differ from those of another.
pub(super) fn of(village: usize) -> Vec<Resident> {
    let mut found: Vec<Resident> = Vec::new();
    for household in 0..HOUSEHOLDS {
        // Two of three are of one people, as villages are.
        let people = &PEOPLES
            [if household % 3 == 2 { (household + village * 3) % PEOPLES.len() } else { [0, 1, 2][village % 3] }];
        let surname = people.surnames[(household + village) % people.surnames.len()];
        let year = 1952 + i32::try_from(household * 7 % 36).unwrap_or_default();
        let mut head = String::new();
        for (place, (relation, years, woman)) in SHAPES[household % SHAPES.len()].iter().enumerate() {
            let n = household * 5 + place * 3 + village * 7;
            let given = if *woman { people.women } else { people.men };
            // Whoever married in brought another surname.
            let own = !matches!(*relation, "妻" | "母亲");
            let married = people.surnames[(household + village + 1 + place) % people.surnames.len()];
            let mut name = format!("{}{}", if own { surname } else { married }, given[n % given.len()]);
            for extra in 1..given.len() {
                if !found.iter().any(|known| known.name == name) {
                    break;
                }
                name = format!("{}{}", if own { surname } else { married }, given[(n + extra) % given.len()]);
            }
            if relation == &"户主" {
                head.clone_from(&name);
            }
            let born = year + years;
            let serial = village * 200 + household * 10 + place * 2;
            let person = Resident {
                household: format!("{:04}", household + 1),
                head: head.clone(),
                number: number(born, n, serial, *woman),
                relation,
                nationality: people.nationality,
                phone: if born < 2006 && n % 7 != 3 {
                    format!("1{}88{:07}", 3 + n % 6, 1_000_000 + n * 7_919 % 8_999_999)
                } else {
                    String::new()
                },
                education: education(born),
                politics: if n.is_multiple_of(9) && born < 2000 { "中共党员" } else { "" },
                name,
            };
            found.push(person);
        }
    }
    found
}

fn education(born: i32) -> &'static str {
    match born {
        ..1946 => "",
        1946..1965 => "小学教育",
        1965..1985 => "初级中学教育",
        1985..2000 => "普通高级中学教育",
        2000..2005 => "大学专科教育",
        _ => "",
    }
}

/// A number of an area that is not assigned, so that it is nobody's, with the check character of the standard.
fn number(born: i32, n: usize, serial: usize, woman: bool) -> String {
    let body = format!(
        "5399{:02}{born}{:02}{:02}{:03}",
        1 + n % 9,
        1 + n % 12,
        1 + n * 3 % 28,
        serial % 499 * 2 + usize::from(!woman)
    );
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = body.bytes().zip(weights).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    format!("{body}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum % 11])
}

const TITLES: [&str; 10] =
    ["户号", "户主姓名", "姓名", "身份证号码", "与户主关系", "民族", "联系电话", "文化程度", "政治面貌", "备注"];

fn row(one: &Resident) -> [&str; 10] {
    [
        &one.household,
        &one.head,
        &one.name,
        &one.number,
        one.relation,
        one.nationality,
        &one.phone,
        one.education,
        one.politics,
        "",
    ]
}

/// The village's list as a workbook.
pub(super) fn workbook(residents: &[Resident]) -> Result<Vec<u8>, Error> {
    written(residents.iter().map(row))
}

fn written<'a>(rows: impl Iterator<Item = [&'a str; 10]>) -> Result<Vec<u8>, Error> {
    let fields: Vec<Field> = TITLES.iter().map(|title| Field::new(*title)).collect();
    let mut sheet = Sheet::new(Format::Xlsx, "花名册", &fields)?;
    for row in rows {
        sheet.texts(row)?;
    }
    sheet.finish(None)
}

/// A list to try the import with: a few households, three rows of which are wrong in the ways that lists are.
pub(crate) fn sample() -> Result<Vec<u8>, Error> {
    let mut residents = of(7);
    residents.truncate(24);
    for one in &mut residents {
        one.household = format!("9{}", &one.household[1..]);
    }
    // A digit mistyped, a telephone too short, a name left out.
    if let Some(one) = residents.get_mut(4) {
        let last = if one.number.ends_with('1') { "2" } else { "1" };
        one.number.replace_range(17.., last);
    }
    if let Some(one) = residents.get_mut(9) {
        one.phone = "1388712".to_owned();
    }
    if let Some(one) = residents.get_mut(13) {
        one.name.clear();
    }
    workbook(&residents)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use std::collections::BTreeSet;

    use chrono::NaiveDate;
    use jizuo_standards::identity::IdentityNumber;

    use super::{HOUSEHOLDS, of};

    #[test]
    fn everybody_has_a_number_that_is_well_formed_and_nobodys() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        let mut numbers = BTreeSet::new();
        for village in [0, 1, 2, 7] {
            let residents = of(village);
            assert!(residents.len() >= HOUSEHOLDS * 5 / 2, "{}", residents.len());
            let names: BTreeSet<&str> = residents.iter().map(|one| one.name.as_str()).collect();
            assert!(names.len() * 10 >= residents.len() * 9, "most names are of one person");
            for one in residents {
                IdentityNumber::parse(&one.number, today).unwrap();
                assert!(one.number.starts_with("5399"));
                assert!(numbers.insert(one.number.clone()), "{} has another's number", one.name);
            }
        }
    }
}

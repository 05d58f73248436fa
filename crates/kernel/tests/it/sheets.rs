//! Ugly sheets, as villages keep them: what is read of them, and what is refused with a reason.

use std::borrow::Cow;
use std::ops::ControlFlow;

use chrono::NaiveDate;
use jizuo_kernel::sheets::clean::of_persons;
use jizuo_kernel::sheets::{Book, Cell, Cleaned, Cleaner, Field, Format, Row, Sheet};
use rust_xlsxwriter::{Format as Style, Workbook, Worksheet};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 25).unwrap()
}

fn rows_from(book: &Book, from: u32) -> Vec<Row> {
    let mut rows = Vec::new();
    book.rows(from, |row| {
        rows.push(row);
        ControlFlow::Continue(())
    })
    .unwrap();
    rows
}

fn cleaned(book: &Book) -> Vec<(u32, Cleaned)> {
    let cleaner = Cleaner { today: today(), since_1904: book.layout.since_1904, format: book.format };
    rows_from(book, 1).iter().map(|row| (row.number, cleaner.row(&book.layout, row))).collect()
}

fn open(bytes: Vec<u8>) -> Book {
    Book::open(bytes, &of_persons()).unwrap()
}

fn workbook(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet());
    workbook.save_to_buffer().unwrap()
}

fn texts(sheet: &mut Worksheet, row: u32, texts: &[&str]) {
    for (column, text) in (0u16..).zip(texts) {
        if !text.is_empty() {
            sheet.write_string(row, column, *text).unwrap();
        }
    }
}

fn value<'a>(cleaned: &'a Cleaned, id: &str) -> &'a str {
    cleaned.values.get(id).map_or("", String::as_str)
}

fn codes(cleaned: &Cleaned) -> Vec<&str> {
    cleaned.wrong.iter().map(|wrong| wrong.code.as_ref()).collect()
}

#[test]
fn a_household_list_with_titles_merged_cells_blank_rows_and_a_closing_note() {
    let bytes = workbook(|sheet| {
        let plain = Style::new();
        sheet.merge_range(0, 0, 0, 7, "五华区护国街道某某村户籍人口登记表（2026年）", &plain).unwrap();
        sheet.merge_range(1, 0, 1, 7, "填报单位：某某村委会    联系电话：0871-63000016", &plain).unwrap();
        // Two lines of header: 户编号 runs over both, 家庭成员信息 stands above the rest.
        sheet.merge_range(2, 0, 3, 0, "序号", &plain).unwrap();
        sheet.merge_range(2, 1, 3, 1, "户编号", &plain).unwrap();
        sheet.merge_range(2, 2, 3, 2, "户主", &plain).unwrap();
        sheet.merge_range(2, 3, 2, 7, "家庭成员信息", &plain).unwrap();
        texts(sheet, 3, &["", "", "", "姓 名", "身份证号码（18位）", "与户主\n关系", "民族", "出生年月"]);
        sheet.merge_range(4, 1, 6, 1, "０１２", &plain).unwrap();
        sheet.merge_range(4, 2, 6, 2, "李 明", &plain).unwrap();
        sheet.write_number(4, 0, 1).unwrap();
        texts(sheet, 4, &["", "", "", "李　明", "'530102188001010016", "户主", "汉", "1880.1"]);
        texts(sheet, 5, &["", "", "", "\u{200b}王芳\u{a0}", "11010519491231002x", "老婆", "彝", "1949年12月31日"]);
        texts(sheet, 6, &["", "", "", "李小明", "", "长子", "汉族", "2015.6"]);
        // row 7 is blank, though a merged cell lies over it
        sheet.merge_range(7, 0, 8, 0, "", &plain).unwrap();
        texts(sheet, 9, &["序号", "户编号", "户主", "姓 名", "身份证号码（18位）", "与户主\n关系", "民族", "出生年月"]);
        texts(sheet, 10, &["", "013", "阿依古丽•买买提", "阿依古丽•买买提", "", "本人", "维吾尔族", "1975/3/8"]);
        texts(sheet, 11, &["合 计", "", "4人"]);
        texts(sheet, 12, &["填表人：张某", "", "", "审核人：李某"]);
    });
    let book = open(bytes);
    assert_eq!(book.layout.header_row, 4);
    let read: Vec<_> =
        book.layout.columns.iter().map(|c| (c.title.as_str(), c.element.as_deref(), c.ignored)).collect();
    assert_eq!(
        read,
        [
            ("序号", None, true),
            ("户编号", Some("household.number"), false),
            ("户主", Some("household.head_name"), false),
            ("姓 名", Some("person.name"), false),
            ("身份证号码(18位)", Some("person.identity_number"), false),
            ("与户主关系", Some("household.relationship"), false),
            ("民族", Some("person.nationality"), false),
            ("出生年月", Some("person.birth_date"), false),
        ]
    );
    let rows = cleaned(&book);
    assert_eq!(rows.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [5, 6, 7, 11]);
    let (li, wang, child, aygul) = (&rows[0].1, &rows[1].1, &rows[2].1, &rows[3].1);
    for member in [li, wang, child] {
        assert_eq!((value(member, "household.number"), value(member, "household.head_name")), ("012", "李明"));
    }
    assert_eq!(value(li, "person.identity_number"), "530102188001010016");
    assert_eq!(value(li, "household.relationship"), "02");
    assert_eq!(value(li, "person.nationality"), "01");
    assert_eq!(value(li, "person.birth_date"), "1880-01-01", "the identity number says the day");
    assert_eq!(value(wang, "person.identity_number"), "11010519491231002X");
    assert_eq!((value(wang, "person.name"), value(wang, "household.relationship")), ("王芳", "12"));
    assert_eq!((value(wang, "person.nationality"), value(wang, "person.birth_date")), ("07", "1949-12-31"));
    assert_eq!(codes(li), Vec::<&str>::new());
    assert_eq!(value(child, "household.relationship"), "22");
    assert_eq!(codes(child), ["base.sheet.date_partial"], "nothing says the day");
    assert_eq!(value(aygul, "person.name"), "阿依古丽·买买提");
    assert_eq!(value(aygul, "person.birth_date"), "1975-03-08");
    assert_eq!(rows_from(&book, 7).iter().map(|row| row.number).collect::<Vec<_>>(), [7, 11]);
    assert_eq!(rows_from(&book, 7)[0].cells[1], Cell::Text("０１２".into()), "merged cells are known further down too");
}

#[test]
fn identity_numbers_and_dates_that_excel_made_numbers() {
    let bytes = workbook(|sheet| {
        let date = Style::new().set_num_format("yyyy/m/d");
        texts(sheet, 0, &["姓名", "身份证", "生日", "手机", "是否死亡"]);
        let numbers: [(f64, f64); 6] = [
            (530_102_188_001_010_000.0, 18_263.0),
            (530_102_800_101_001.0, 29_221.0),
            (53_010_218_800_101_001.0, 19_491_231.0),
            (1.0, 1949.12),
            (2.0, 194_912.0),
            (3.0, 50_000.0),
        ];
        for (row, (identity, birth)) in (1..).zip(numbers) {
            sheet.write_string(row, 0, "李明").unwrap();
            sheet.write_number(row, 1, identity).unwrap();
            sheet.write_number(row, 2, birth).unwrap();
        }
        sheet.write_number_with_format(1, 2, 18_263.0, &date).unwrap();
        sheet.write_number(1, 3, 13_800_000_016.0).unwrap();
        sheet.write_boolean(1, 4, true).unwrap();
        sheet.write_string(2, 3, "+86 138-0000-0016、13900000017").unwrap();
        sheet.write_string(2, 4, "×").unwrap();
        sheet.write_formula(3, 3, rust_xlsxwriter::Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
        texts(sheet, 7, &["某某", "5.30102E+17", "不详", "/", "√"]);
    });
    let rows: Vec<Cleaned> = cleaned(&open(bytes)).into_iter().map(|(_, row)| row).collect();
    assert_eq!(codes(&rows[0]), ["base.sheet.identity_rounded"]);
    assert!(rows[0].wrong[0].message.zh.contains("末三位已丢失"));
    assert_eq!(value(&rows[0], "person.birth_date"), "1949-12-31");
    assert_eq!((value(&rows[0], "person.phone"), value(&rows[0], "person.deceased")), ("13800000016", "true"));
    assert_eq!(value(&rows[1], "person.identity_number"), "530102198001010015", "15 digits have one lawful long form");
    assert_eq!((value(&rows[1], "person.phone"), value(&rows[1], "person.deceased")), ("13800000016", "false"));
    assert_eq!(codes(&rows[2])[0], "base.sheet.identity_rounded", "17 digits of a number are rounded as well");
    assert_eq!(value(&rows[2], "person.birth_date"), "1949-12-31");
    assert!(codes(&rows[3]).contains(&"base.sheet.date_partial"));
    assert!(codes(&rows[4]).contains(&"base.sheet.date_partial"));
    assert!(
        codes(&rows[5]).contains(&"base.sheet.date_future") || value(&rows[5], "person.birth_date") == "2036-11-21"
    );
    assert_eq!(codes(&rows[6]), ["base.sheet.identity_rounded"]);
    assert_eq!((value(&rows[6], "person.phone"), value(&rows[6], "person.deceased")), ("", "true"));
}

#[test]
fn a_workbook_that_counts_from_1904_reads_other_days() {
    let cleaner = Cleaner { today: today(), since_1904: true, format: Format::Xlsx };
    let birth = jizuo_standards::element::find("person.birth_date").unwrap();
    assert_eq!(cleaner.cell(birth, &Cell::Number(27_759.0)).unwrap().as_deref(), Some("1980-01-01"));
}

#[test]
fn words_for_codes() {
    let cleaner = Cleaner { today: today(), since_1904: false, format: Format::Xlsx };
    let cases = [
        ("person.sex", "男性", "1"),
        ("person.sex", "m", "1"),
        ("person.sex", "女", "2"),
        ("person.nationality", "1", "01"),
        ("person.nationality", "01 汉族", "01"),
        ("person.nationality", "傣", "18"),
        ("person.political_status", "党员", "01"),
        ("person.political_status", "群众", "13"),
        ("person.education", "小学", "80"),
        ("person.education", "初中毕业", "71"),
        ("person.education", "大专", "30"),
        ("person.education", "文盲", "90"),
        ("person.marital_status", "离异", "40"),
        ("household.relationship", "儿子", "20"),
        ("household.relationship", "长子", "22"),
        ("household.relationship", "配偶", "10"),
        ("household.relationship", "妻子", "12"),
        ("household.relationship", "户主", "02"),
        ("household.place", "530102.001.001", "530102001001"),
        ("household.place", "53.01.02.001.001", "530102001001"),
        ("household.subsistence_allowance", "√", "true"),
        ("household.subsistence_allowance", "无", "false"),
        ("address.text", "翠湖北路（东）\u{200b}１号", "翠湖北路（东）１号"),
    ];
    for (id, said, expected) in cases {
        let element = jizuo_standards::element::find(id).unwrap();
        let read = cleaner.cell(element, &Cell::Text(said.into()));
        assert_eq!(read.as_ref().ok().and_then(Option::as_deref), Some(expected), "{id} {said}: {read:?}");
    }
    let sex = jizuo_standards::element::find("person.sex").unwrap();
    assert!(cleaner.cell(sex, &Cell::Text("也许".into())).is_err());
    assert_eq!(cleaner.cell(sex, &Cell::Text(" — ".into())).unwrap(), None);
    let name = jizuo_standards::element::find("person.name").unwrap();
    assert_eq!(cleaner.cell(name, &Cell::Text("李\u{fffd}".into())).unwrap_err().code, "base.sheet.unreadable");
}

#[test]
fn what_the_number_contradicts_is_told() {
    let text = "姓名,身份证号,性别,出生日期\r\n李明,530102188001010016,女,1880-01-02\r\n";
    let rows = cleaned(&open(text.as_bytes().to_vec()));
    assert_eq!(codes(&rows[0].1), ["base.sheet.birth_differs", "base.sheet.sex_differs"]);
}

#[test]
fn csv_in_every_encoding_and_with_every_delimiter() {
    let text = "某村花名册;;\r\n\r\n姓名;公民身份号码;\"家庭\r\n住址\"\r\n李明;530102188001010016;翠湖北路；1号\r\n\r\n王芳;;\"第一行\r\n第二行\"\r\n合计;2;\r\n";
    let (gb, _, _) = encoding_rs::GB18030.encode(text);
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let files = [
        text.as_bytes().to_vec(),
        format!("\u{feff}{text}").into_bytes(),
        gb.into_owned(),
        wide,
        text.replace('；', ",").replace(';', "\t").into_bytes(),
        text.replace(';', ",").replace('\r', "").into_bytes(),
    ];
    for (nth, file) in files.into_iter().enumerate() {
        let book = open(file);
        assert_eq!(book.format, Format::Csv);
        assert_eq!(book.layout.known(), 3, "{nth}: {:?}", book.layout);
        assert_eq!(book.layout.header_row, 3, "{nth}");
        let rows = cleaned(&book);
        // Excel shows the header's cell of two lines as one row.
        assert_eq!(rows.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [4, 6], "{nth}");
        assert_eq!(value(&rows[0].1, "person.identity_number"), "530102188001010016", "{nth}");
        assert!(value(&rows[0].1, "address.text").starts_with("翠湖北路"), "{nth}");
        assert_eq!(value(&rows[1].1, "address.text"), "第一行第二行", "{nth}");
    }
    // A village name with a rare character, which GB 2312 does not have.
    let (rare, _, _) = encoding_rs::GB18030.encode("姓名,性别\n𠮷祥,男\n");
    assert_eq!(value(&cleaned(&open(rare.into_owned()))[0].1, "person.name"), "𠮷祥");
}

#[test]
fn in_csv_a_number_that_ends_in_zeros_is_doubted() {
    let rounded = "姓名,身份证号\n李明,530102188001010000\n王芳,\"5.30102E+17\"\n";
    let rows = cleaned(&open(rounded.as_bytes().to_vec()));
    assert_eq!(codes(&rows[0].1), ["base.sheet.identity_rounded"]);
    assert_eq!(codes(&rows[1].1), ["base.sheet.identity_rounded"]);
}

#[test]
fn what_is_no_table_is_refused_with_what_to_do() {
    let elements = of_persons();
    let refused = |bytes: &[u8]| Book::open(bytes.to_vec(), &elements).map(|_| ()).unwrap_err().to_string();
    assert!(refused(b"").contains("empty"));
    assert!(refused(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]).contains("save it as .xlsx"));
    assert!(refused(b"<html><table>").contains("no spreadsheet"));
    assert!(refused(b"%PDF-1.7").contains("no spreadsheet"));
    assert!(refused(b"PK\x03\x04 but no archive").contains("damaged"));
    assert!(refused(b"MZ\0\0\0").contains("not recognised"));
    let nothing = Book::open(b"a,b,c\n1,2,3\n".to_vec(), &elements).unwrap();
    assert_eq!((nothing.layout.known(), nothing.layout.header_row), (0, 0));
}

#[test]
fn a_file_that_unpacks_to_too_much_is_refused_before_it_is_kept() {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let piece = vec![b' '; 1024 * 1024];
    for _ in 0..130 {
        archive.write_all(&piece).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(bytes.len() < 1024 * 1024);
    assert!(Book::open(bytes, &of_persons()).map(|_| ()).unwrap_err().to_string().contains("too much"));
}

#[test]
fn columns_can_be_given_other_meanings() {
    let mut book = open("姓名,电话2,备用,身份证\n李明,13800000016,女,\n".as_bytes().to_vec());
    let elements = of_persons();
    book.layout
        .set([("电话2", Some("person.phone")), ("备用", Some("person.sex")), ("身份证", None)], &elements)
        .unwrap();
    let rows = cleaned(&book);
    assert_eq!((value(&rows[0].1, "person.phone"), value(&rows[0].1, "person.sex")), ("13800000016", "2"));
    for (title, meaning, code) in [
        ("没有这列", Some("person.sex"), "base.sheet.column"),
        ("备用", Some("incident.number"), "base.sheet.element"),
        ("备用", Some("person.phone"), "base.sheet.twice"),
    ] {
        let error = book.layout.set([(title, meaning)], &elements).unwrap_err();
        let jizuo_kernel::Error::Invalid(errors) = error else { panic!("{error}") };
        assert_eq!(errors[0].code, code);
    }
}

#[test]
fn what_is_written_is_text_and_reads_back() {
    let mut fields = [Field::new("姓名"), Field::new("身份证号"), Field::new("性别"), Field::new("地址")];
    fields[2].choices = vec!["男".into(), "女".into()];
    for format in [Format::Xlsx, Format::Csv] {
        let mut sheet = Sheet::new(format, "村/花名册", &fields).unwrap();
        sheet.texts(["李明", "530102188001010016", "男", "=1+1"]).unwrap();
        sheet
            .row(
                [
                    Cow::Owned(Cell::Text("王芳".into())),
                    Cow::Owned(Cell::Empty),
                    Cow::Owned(Cell::Empty),
                    Cow::Owned(Cell::Text("@SUM(A1)".into())),
                ],
                true,
            )
            .unwrap();
        let notes = ["说明一".to_owned()];
        let bytes = sheet.finish(Some(("说明", &notes))).unwrap();
        if format == Format::Csv {
            let text = String::from_utf8(bytes.clone()).unwrap();
            assert!(text.starts_with('\u{feff}') && text.contains(",'=1+1\r\n") && text.contains(",'@SUM(A1)"));
        }
        let book = open(bytes);
        assert_eq!(book.format, format);
        let rows = rows_from(&book, 1);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].cells[1], Cell::Text("530102188001010016".into()), "no identity number becomes a number");
        let read = cleaned(&book);
        assert_eq!(value(&read[0].1, "address.text"), "=1+1");
        assert_eq!(value(&read[1].1, "address.text"), "@SUM(A1)");
    }
}

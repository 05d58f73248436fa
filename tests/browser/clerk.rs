//! A village clerk at her desk: the list of households comes out of Excel, and a form knows the person already.

use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::VILLAGE;
use rust_xlsxwriter::Workbook;
use serde_json::json;

use super::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_with_three_bad_rows_tells_each_and_takes_in_the_others() {
    let Some(desk) = Desk::with(TestApp::with(MODULES).await).await else { return };
    let clerk = desk.test.role(VILLAGE, "base.village_clerk").await;
    let rows = [
        ["姓名", "公民身份号码", "出生日期", "户号", "与户主关系"],
        ["李阿诗", "530102188001010024", "", "1", "户主"],
        ["杨秀英", "", "1985-02-30", "2", "户主"],
        ["", "", "1990-01-01", "3", "户主"],
        ["王建华", "530102188001010025", "", "4", "户主"],
        ["段永胜", "", "1978-03-04", "5", "户主"],
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("户籍花名册.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    book.save(&file).unwrap();

    desk.enter_as(&clerk).await;
    desk.go(&format!("/console/{VILLAGE}")).await;
    desk.click("导入户籍花名册").await;
    desk.field("表格文件").await.send_keys(file.to_str().unwrap()).await.unwrap();
    desk.click("上传并核对").await;
    desk.expect("户籍花名册.xlsx").await;
    desk.expect("3 行有问题").await;
    for row in [3, 4, 5] {
        let told = format!(
            "return [...document.querySelectorAll('#faults td.num')].filter(e => e.innerText == '{row}').length"
        );
        assert!(desk.script(&told, Vec::new()).await.as_u64() > Some(0), "nothing is said of row {row}");
    }
    desk.click("确认导入这 2 行").await;
    desk.expect("已导入").await;
    desk.go(&format!("/console/{VILLAGE}/persons")).await;
    let shown = desk.text().await;
    assert!(shown.contains("李阿诗") && shown.contains("段永胜") && !shown.contains("王建华"), "{shown}");
    desk.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_knows_the_person_and_asks_the_one_thing_that_is_missing() {
    let Some(desk) = Desk::with(TestApp::with(MODULES).await).await else { return };
    let clerk = desk.test.role(VILLAGE, "base.village_clerk").await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": {
        "person.name": "李阿诗", "person.identity_number": "530102188001010024", "person.nationality": "01",
        "person.education": "70", "person.marital_status": "20", "person.phone": "13888800001",
        "person.registered_place": VILLAGE,
    } });
    clerk.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201);

    desk.enter_as(&clerk).await;
    desk.go(&format!("/console/{VILLAGE}/forms")).await;
    desk.click("居民信息核对").await;
    desk.fill_in("input[name=\"person.q\"]", "las").await;
    desk.click("查找").await;
    desk.tick("李阿诗").await;
    desk.click("打开表单").await;
    desk.expect("138****0001").await;
    let open = "return document.querySelectorAll('main form .field:not(details .field)').length";
    assert_eq!(desk.script(open, Vec::new()).await.as_u64(), Some(1), "more than one thing is asked");
    desk.field("从业状况").await.select_by_value("24").await.unwrap();
    desk.click("保存表单").await;
    desk.expect("已有的，没有再问").await;
    desk.leave().await;
}

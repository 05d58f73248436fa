//! A village brings its household list in: looked through, mended, taken over, taken over again, taken back.

use std::ops::ControlFlow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jizuo_kernel::Scoped;
use jizuo_kernel::people::entity::{fact, household, member, person};
use jizuo_kernel::sheets::{Book, Cell, Row};
use jizuo_testing::places::{HUASHAN, PANLONG, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::{Value, json};

const LIST: &str = "某某村户籍登记表,,,,,,\n户号,户主,姓名,身份证号,与户主关系,民族,联系电话\n\
    001,李明,李明,530102188001010016,户主,汉,13800000016\n\
    001,李明,王芳,11010519491231002X,妻子,彝族,\n\
    001,李明,李小明,,长子,汉,\n\
    002,张伟,张伟,530102188001010017,户主,汉,\n\
    002,张伟,张丽,,女儿,火星,123\n\
    合计,5人,,,,,\n";

fn upload(content: &[u8]) -> Value {
    json!({ "kind": "residents", "source": "village_import", "basis": "statutory_duty", "file_name": "户籍登记表.csv",
        "content": STANDARD.encode(content) })
}

async fn bring(user: &User<'_>, place: &str, content: &[u8]) -> Answer {
    user.post(&format!("/places/{place}/imports"), upload(content)).await.expect(201)
}

async fn persons(test: &TestApp) -> Vec<person::Model> {
    let ctx = test.system(WUHUA);
    let mut rows = person::Entity::within(&ctx.scope).all(ctx.db()).await.unwrap();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows
}

fn rows(bytes: &[u8]) -> Vec<Row> {
    let book = Book::open(bytes.to_vec(), &[]).unwrap();
    let mut rows = Vec::new();
    book.rows(1, |row| {
        rows.push(row);
        ControlFlow::Continue(())
    })
    .unwrap();
    rows
}

#[tokio::test]
async fn a_list_is_looked_through_taken_over_twice_and_taken_back() {
    let test = TestApp::with(&[]).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let officer = test.role(WUHUA, "base.data_officer").await;
    let imports = format!("/places/{VILLAGE}/imports");

    let template = clerk.get(&format!("{imports}/template")).await.expect(200);
    let empty = Book::open(template.bytes.clone(), &jizuo_kernel::sheets::clean::of_persons()).unwrap();
    assert_eq!(empty.layout.known(), 17, "the template reads as itself");
    clerk.get(&format!("{imports}/template?format=csv&kind=residents")).await.expect(200);

    // The dry run.
    let brought = bring(&clerk, VILLAGE, LIST.as_bytes()).await;
    let id = brought.text("id");
    assert_eq!(brought.text("state"), "checked");
    assert_eq!(
        (&brought.body["rows"], &brought.body["bad_rows"], &brought.body["header_row"]),
        (&json!(5), &json!(2), &json!(2))
    );
    assert_eq!(persons(&test).await.len(), 0, "nothing is written before somebody says so");
    let faults = clerk.get(&format!("{imports}/{id}/faults?limit=2")).await.expect(200);
    let next = faults.text("next");
    let rest = clerk.get(&format!("{imports}/{id}/faults?limit=2&after={next}")).await.expect(200);
    let all: Vec<(i64, String)> = faults
        .items()
        .iter()
        .chain(rest.items())
        .map(|fault| (fault["row"].as_i64().unwrap(), fault["column"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(all, [(6, "身份证号".to_owned()), (7, "民族".to_owned()), (7, "联系电话".to_owned())]);
    for format in ["xlsx", "csv"] {
        let body = json!({ "format": format });
        let copy = rows(&clerk.post(&format!("{imports}/{id}/file"), body).await.expect(200).bytes);
        assert_eq!(copy.len(), 6, "a header and every row");
        assert!(matches!(&copy[4].cells[7], Cell::Text(why) if why.contains("身份证号") && why.contains("校验码")));
        assert_eq!(copy[1].cells[3], Cell::Text("530102188001010016".into()));
    }

    // Taken over.
    let run = clerk.post(&format!("{imports}/{id}/run"), json!({})).await.expect(200);
    assert_eq!((run.text("state").as_str(), &run.body["created"]), ("done", &json!(3)));
    let people = persons(&test).await;
    let names: Vec<&str> = people.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["李小明", "李明", "王芳"]);
    let home = people[0].household.unwrap();
    assert!(people.iter().all(|row| row.household == Some(home)));
    assert_eq!(people[1].sex.as_deref(), Some("1"), "the identity number says it");
    let ctx = test.system(WUHUA);
    let homes = household::Entity::within(&ctx.scope).all(ctx.db()).await.unwrap();
    let first = homes.iter().find(|row| row.id == home).unwrap();
    assert_eq!(
        (first.number.as_deref(), first.head, first.head_name.as_str()),
        (Some("001"), Some(people[1].id), "李明")
    );
    let sealed = fact::Entity::within(&ctx.scope)
        .filter(fact::Column::Element.eq("person.identity_number"))
        .all(ctx.db())
        .await
        .unwrap();
    assert!(sealed.len() == 2 && sealed.iter().all(|fact| fact.value.is_none() && fact.import.is_some()));
    drop(ctx);
    clerk.post(&format!("{imports}/{id}/run"), json!({})).await.refused(409, "base.import.state");

    // The same file again changes nothing, and says that it is the same.
    let again = bring(&clerk, VILLAGE, LIST.as_bytes()).await;
    assert_eq!(again.text("same_file_as"), id);
    let rerun = clerk.post(&format!("{imports}/{}/run", again.text("id")), json!({})).await.expect(200);
    assert_eq!(
        [&rerun.body["created"], &rerun.body["changed"], &rerun.body["unchanged"], &rerun.body["disputed"]],
        [&json!(0), &json!(0), &json!(3), &json!(0)]
    );
    assert_eq!(persons(&test).await.iter().map(|row| row.version).max(), people.iter().map(|row| row.version).max());

    // Taken back by whoever may.
    clerk.post(&format!("{imports}/{id}/undo"), json!({})).await.refused(403, "base.gate.forbidden");
    let undone = officer.post(&format!("{imports}/{id}/undo"), json!({})).await.expect(200);
    assert_eq!(undone.text("state"), "undone");
    let people = persons(&test).await;
    assert!(people.iter().all(|row| row.standing == "withdrawn" && row.identity_mark.is_none()), "{people:?}");
    let ctx = test.system(WUHUA);
    let bonds = member::Entity::within(&ctx.scope).all(ctx.db()).await.unwrap();
    assert!(bonds.len() == 3 && bonds.iter().all(|bond| bond.until.is_some()), "nothing is deleted");
    drop(ctx);
    // And brought in anew.
    let third = bring(&clerk, VILLAGE, LIST.as_bytes()).await;
    let run = clerk.post(&format!("{imports}/{}/run", third.text("id")), json!({})).await.expect(200);
    assert_eq!(run.body["created"], json!(3));
    assert_eq!(clerk.get(&imports).await.expect(200).items().len(), 3);
    clerk.get(&format!("{imports}/{id}")).await.expect(200);
}

#[tokio::test]
async fn what_an_import_replaced_is_in_force_again_when_it_is_taken_back() {
    let test = TestApp::with(&[]).await;
    let officer = test.role(WUHUA, "base.data_officer").await;
    let first = "户号,姓名,身份证号,民族\n001,李明,530102188001010016,汉\n";
    let second =
        "户号,姓名,身份证号,民族,文化程度\n001,李明,530102188001010016,彝,小学\n001,王芳,11010519491231002X,汉,\n";
    let mut ids = Vec::new();
    for text in [first, second] {
        let id = bring(&officer, VILLAGE, text.as_bytes()).await.text("id");
        officer.post(&format!("/places/{VILLAGE}/imports/{id}/run"), json!({})).await.expect(200);
        ids.push(id);
        test.pass(chrono::Duration::minutes(5));
    }
    let nationality = async || {
        let ctx = test.system(WUHUA);
        let facts = fact::Entity::within(&ctx.scope)
            .filter(fact::Column::Element.is_in(["person.nationality", "person.education"]))
            .filter(fact::Column::Standing.eq("in_force"))
            .all(ctx.db())
            .await
            .unwrap();
        let mut values: Vec<String> = facts.into_iter().filter_map(|fact| fact.value).collect();
        values.sort();
        values
    };
    assert_eq!(nationality().await, ["01", "07", "80"]);
    officer.post(&format!("/places/{VILLAGE}/imports/{}/undo", ids[1]), json!({})).await.expect(200);
    assert_eq!(nationality().await, ["01"]);
    let standing: Vec<_> = persons(&test).await.into_iter().map(|row| (row.name, row.standing)).collect();
    assert_eq!(standing, [("李明".to_owned(), "present".to_owned()), ("王芳".to_owned(), "withdrawn".to_owned())]);
}

#[tokio::test]
async fn who_cannot_be_told_apart_is_left_to_a_human_and_villages_are_named() {
    let test = TestApp::with(&[]).await;
    let officer = test.role(HUASHAN, "base.data_officer").await;
    let tree = test.app.snapshot();
    let name = tree.places.by_code(&format!("{VILLAGE:0<12}")).unwrap().name.clone();
    let text = format!(
        "所在村（社区）,姓名,身份证号,出生日期\n{name},李明,530102188001010016,\n530103001001,王芳,,1980-01-01\n,张伟,,\n{VILLAGE},赵六,,1990-05-05\n{VILLAGE},赵六,,1990-05-05\n"
    );
    let brought = bring(&officer, HUASHAN, text.as_bytes()).await;
    let id = brought.text("id");
    let faults = officer.get(&format!("/places/{HUASHAN}/imports/{id}/faults")).await.expect(200);
    let codes: Vec<_> =
        faults.items().iter().map(|f| (f["row"].as_i64().unwrap(), f["code"].as_str().unwrap())).collect();
    assert_eq!(codes, [(3, "base.place.foreign"), (4, "base.import.village"), (6, "base.import.twice")]);
    officer.post(&format!("/places/{HUASHAN}/imports/{id}/run"), json!({})).await.expect(200);
    assert_eq!(persons(&test).await.len(), 2);
    // 李明 without a number might be the one who is registered.
    let bare = bring(&officer, VILLAGE, "姓名\n李明\n".as_bytes()).await;
    let bare = bare.text("id");
    let faults = officer.get(&format!("/places/{VILLAGE}/imports/{bare}/faults")).await.expect(200);
    assert_eq!(faults.items()[0]["code"], "base.person.candidates");
    // Another county sees nothing of it.
    let other = test.role(PANLONG, "base.data_officer").await;
    assert!(other.get(&format!("/places/{PANLONG}/imports")).await.expect(200).items().is_empty());
    other.get(&format!("/places/{PANLONG}/imports/{id}")).await.expect(404);
}

#[tokio::test]
async fn what_cannot_be_looked_through_is_refused() {
    let test = TestApp::with(&[]).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let imports = format!("/places/{VILLAGE}/imports");
    for (content, field) in [(&b"\xd0\xcf\x11\xe0"[..], "file"), (b"a,b\n1,2\n", "content"), (b"<html>", "file")] {
        assert_eq!(clerk.post(&imports, upload(content)).await.expect(422).fields(), [field]);
    }
    let mut body = upload(LIST.as_bytes());
    body["content"] = json!("no base64!");
    body["source"] = json!("rumour");
    assert_eq!(clerk.post(&imports, body).await.expect(422).fields(), ["source", "content"]);
    let mut body = upload(LIST.as_bytes());
    body["columns"] = json!({ "民族": null, "联系电话": "person.former_name" });
    let brought = clerk.post(&imports, body).await.expect(201);
    assert_eq!(brought.body["columns"][6]["element"], "person.former_name");
    let mut large = upload(b"x");
    large["content"] = json!("A".repeat(29 * 1024 * 1024));
    clerk.post(&imports, large).await.expect(413);
}

/// A sheet larger than one piece, beside the request.
#[tokio::test]
async fn a_large_sheet_is_dealt_with_in_pieces_and_goes_on_after_a_stop() {
    let test = TestApp::with(&[]).await;
    let officer = test.role(VILLAGE, "base.data_officer").await.at_once();
    let text = sheet_of(1_201);
    let imports = format!("/places/{VILLAGE}/imports");
    let id = bring(&officer, VILLAGE, text.as_bytes()).await.text("id");
    wait(&officer, &format!("{imports}/{id}"), "checked").await;
    officer.post(&format!("{imports}/{id}/run"), json!({})).await.expect(200);
    let done = wait(&officer, &format!("{imports}/{id}"), "done").await;
    assert_eq!(
        (&done.body["rows"], &done.body["bad_rows"], &done.body["created"]),
        (&json!(1201), &json!(0), &json!(1201))
    );
    officer.post(&format!("{imports}/{id}/undo"), json!({})).await.expect(200);
    wait(&officer, &format!("{imports}/{id}"), "undone").await;
    assert!(persons(&test).await.iter().all(|row| row.standing == "withdrawn"));
}

fn sheet_of(rows: usize) -> String {
    let mut text = "户号,姓名,身份证号,与户主关系,民族,联系电话\n".to_owned();
    for nth in 0..rows {
        let (day, sequence) =
            (chrono::NaiveDate::from_ymd_opt(1950, 1, 1).unwrap() + chrono::Days::new((nth / 900) as u64), nth % 900);
        let body = format!("530102{}{sequence:03}", day.format("%Y%m%d"));
        let check = jizuo_standards::iso7064::mod_11_2(&body).unwrap();
        let relation = if nth % 3 == 0 { "户主" } else { "其他亲属" };
        text.push_str(&format!("{:06},王{nth},{body}{check},{relation},汉,138{nth:08}\n", nth / 3));
    }
    text
}

async fn wait(user: &User<'_>, path: &str, state: &str) -> Answer {
    for _ in 0..30_000 {
        let answer = user.get(path).await.expect(200);
        if answer.body["state"] == state {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{path} did not become {state}");
}

/// `cargo test -p jizuo-kernel --test it a_hundred_thousand -- --ignored --nocapture`
#[tokio::test]
#[ignore = "takes minutes; tells the time and the memory that 100,000 rows take"]
async fn a_hundred_thousand_rows() {
    let test = TestApp::with(&[]).await;
    let officer = test.role(VILLAGE, "base.data_officer").await.at_once();
    let imports = format!("/places/{VILLAGE}/imports");
    let text = sheet_of(100_000);
    let started = std::time::Instant::now();
    println!("before: {}", peak());
    let id = bring(&officer, VILLAGE, text.as_bytes()).await.text("id");
    wait(&officer, &format!("{imports}/{id}"), "checked").await;
    println!("looked through after {:?}: {}", started.elapsed(), peak());
    let started = std::time::Instant::now();
    officer.post(&format!("{imports}/{id}/run"), json!({})).await.expect(200);
    let done = wait(&officer, &format!("{imports}/{id}"), "done").await;
    println!("taken over after {:?}: {}", started.elapsed(), peak());
    assert_eq!(done.body["created"], json!(100_000));
}

fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS")).collect::<Vec<_>>().join(", ")
}

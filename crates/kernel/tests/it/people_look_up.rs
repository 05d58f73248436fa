//! Finding persons without a number in any log, seeing masks, revealing with a purpose, and telling who had access.

use jizuo_testing::TestApp;
use jizuo_testing::places::{HUASHAN, OTHER_VILLAGE, VILLAGE, WUHUA};
use serde_json::json;

use crate::people::{at, body, clerk, number, officer, registered, value};

#[tokio::test]
async fn a_list_is_read_by_name_by_initials_and_page_by_page() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test).await;
    let names = ["张三", "张三丰", "曾阿牛", "张晓云", "李四", "阿依古丽·买买提", "John Smith", "单于"];
    for name in names {
        registered(&clerk, VILLAGE, json!({ "person.name": name })).await;
    }
    let neighbour = test.role(OTHER_VILLAGE, "base.village_clerk").await;
    registered(&neighbour, OTHER_VILLAGE, json!({ "person.name": "张三" })).await;
    let found = async |place: &str, query: &str| -> Vec<String> {
        let township = test.role(HUASHAN, "base.data_officer").await;
        let page = township.get(&at(place, query)).await.expect(200);
        page.items().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found(VILLAGE, "").await.len(), names.len());
    assert_eq!(found(VILLAGE, "").await[0], "单于", "newest first");
    assert_eq!(found(HUASHAN, "?q=张三").await, ["张三", "张三", "张三丰"]);
    assert_eq!(found(VILLAGE, "?q=张三").await, ["张三", "张三丰"]);
    assert_eq!(found(VILLAGE, "?q=ZS").await, ["张三", "张三丰"]);
    assert_eq!(found(VILLAGE, "?q=z").await, ["曾阿牛", "张三", "张三丰", "张晓云"]);
    assert_eq!(found(VILLAGE, "?q=john").await, ["John Smith"]);
    assert_eq!(found(VILLAGE, "?q=阿依•买").await, Vec::<String>::new());
    assert_eq!(found(VILLAGE, "?q=阿依古丽•买").await, ["阿依古丽·买买提"]);
    assert_eq!(found(VILLAGE, "?q=cy").await, ["单于"]);
    assert_eq!(found(VILLAGE, "?standing=dead").await, Vec::<String>::new());
    for query in ["?q=z&", "?q=张&", "?"] {
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let page = clerk.get(&at(VILLAGE, &format!("{query}limit=2{after}"))).await.expect(200);
            seen.extend(page.items().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            let Some(next) = page.body["next"].as_str() else { break };
            after = format!("&after={}", urlencoded(next));
        }
        let all = clerk.get(&at(VILLAGE, &format!("{query}limit=100"))).await.expect(200);
        let all: Vec<_> = all.items().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(seen, all, "{query}");
    }
    clerk.get(&at(VILLAGE, "?q=530102188001010024")).await.refused(422, "base.request.invalid");
    clerk.get(&at(VILLAGE, "?after=x&q=z")).await.expect(422);
    clerk.get(&at(VILLAGE, "?after=x")).await.expect(422);
}

fn urlencoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[tokio::test]
async fn a_number_finds_its_person_and_the_look_is_on_the_record() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test).await;
    let number = number("19700102", 2);
    let phone = "13888800001";
    let facts = json!({ "person.name": "李阿诗", "person.identity_number": number, "person.phone": phone });
    let id = registered(&clerk, VILLAGE, facts).await;
    let second = registered(&clerk, VILLAGE, json!({ "person.name": "李建国", "person.phone": phone })).await;
    let find = at(VILLAGE, "/find");
    let found = clerk.post(&find, json!({ "identity_number": number })).await.expect(200);
    assert_eq!(found.text("/items/0/id"), id);
    assert!(!found.body.to_string().contains(&number));
    let found = clerk.post(&find, json!({ "phone": "138 8880 0001" })).await.expect(200);
    let ids: Vec<_> = found.items().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [id.as_str(), second.as_str()]);
    let nobody = clerk.post(&find, json!({ "phone": "13888800009" })).await.expect(200);
    assert_eq!(nobody.items().len(), 0);
    assert_eq!(clerk.post(&find, json!({ "phone": "12" })).await.expect(422).fields(), ["phone"]);
    clerk.post(&find, json!({})).await.expect(422);
    clerk.post(&find, json!({ "phone": phone, "identity_number": number })).await.expect(422);
    let neighbour = test.role(OTHER_VILLAGE, "base.village_clerk").await;
    let found = neighbour.post(&at(OTHER_VILLAGE, "/find"), json!({ "identity_number": number })).await.expect(200);
    assert_eq!(found.items().len(), 0, "who serves another village finds nobody of this one");
}

#[tokio::test]
async fn what_is_masked_is_revealed_for_a_purpose_and_the_person_can_be_told() {
    let test = TestApp::bare(&[]).await;
    let (clerk, officer) = (clerk(&test).await, officer(&test).await);
    let number = number("19700102", 2);
    let facts = json!({ "person.name": "李阿诗", "person.identity_number": number, "person.health": "3",
        "person.phone": "13888800001", "person.bank_card": "4111 1111 1111 1111" });
    let id = registered(&clerk, VILLAGE, facts).await;
    let shown = clerk.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    assert_eq!(value(&shown, "person.health").unwrap()["value"], "已登记");
    assert_eq!(value(&shown, "person.health").unwrap()["label"], json!(null));
    assert_eq!(value(&shown, "person.bank_card").unwrap()["value"], "已登记");
    let shown = officer.header("accept-language", "en").get(&at(VILLAGE, &format!("/{id}"))).await.expect(200);
    assert_eq!(value(&shown, "person.health").unwrap()["label"]["zh"], "有慢性病");
    assert_eq!(value(&shown, "person.bank_card").unwrap()["value"], "************1111");

    let reveal = at(VILLAGE, &format!("/{id}/reveal"));
    let asked = json!({ "elements": ["person.phone", "person.identity_number"], "purpose": "电话通知体检" });
    let plain = clerk.header("idempotency-key", "reveal-1").post(&reveal, asked.clone()).await.expect(200);
    assert_eq!((plain.text("/values/0/value"), plain.text("/values/1/value")), ("13888800001".into(), number.clone()));
    // Asked again with the same key, what was shown once is not kept anywhere.
    let kept = crate::sql::texts(
        &test,
        "SELECT hex_or_text FROM (SELECT coalesce(CAST(body AS text), '') AS hex_or_text FROM base_idempotency) AS k",
    )
    .await;
    assert!(kept.iter().all(|text| !text.contains("13888800001")), "{kept:?}");
    let refused = clerk.post(&reveal, json!({ "elements": ["person.health"], "purpose": "体检" })).await;
    assert_eq!(refused.refused(403, "base.gate.forbidden").text("rule"), "base.person.sensitive");
    let health = json!({ "elements": ["person.health"], "purpose": "家庭医生签约" });
    assert_eq!(officer.post(&reveal, health).await.expect(200).text("/values/0/label/zh"), "有慢性病");
    for wrong in [
        json!({ "elements": ["person.phone"], "purpose": " " }),
        json!({ "elements": [], "purpose": "通知" }),
        json!({ "elements": ["household.number"], "purpose": "通知" }),
        json!({ "elements": ["person.shoe"], "purpose": "通知" }),
    ] {
        clerk.post(&reveal, wrong).await.expect(422);
    }

    clerk.post(&at(VILLAGE, "/find"), json!({ "phone": "13888800001" })).await.expect(200);
    let phone = json!({ "person.phone": "13888800002" });
    clerk.post(&at(VILLAGE, &format!("/{id}/facts")), body("the_person", phone)).await.expect(200);
    let log = clerk.get(&at(VILLAGE, &format!("/{id}/accesses"))).await.expect(200);
    let actions: Vec<_> = log.items().iter().map(|line| line["action"].as_str().unwrap()).collect();
    let expected =
        ["base.person.write", "base.person.read", "base.person.reveal", "base.person.reveal", "base.person.write"];
    assert_eq!(actions, expected);
    let told = &log.items()[3];
    assert_eq!((told["who"].as_str(), told["purpose"].as_str()), (Some(clerk.name.as_str()), Some("电话通知体检")));
    assert_eq!(told["elements"], json!(["person.phone", "person.identity_number"]));
    assert_eq!(log.items()[0]["elements"], json!(["person.phone"]));
    assert!(!log.body.to_string().contains("13888800001"));
}

#[tokio::test]
async fn an_address_lies_in_a_village_and_keeps_its_datum() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test).await;
    let addresses = format!("/places/{VILLAGE}/addresses");
    let point = json!({ "text": "翠湖北路1号", "house_number": "1号", "longitude": "102.7035", "latitude": "25.0491", "datum": "GCJ-02" });
    let made = clerk.post(&addresses, point).await.expect(201);
    assert_eq!((made.text("datum"), made.text("place")), ("GCJ-02".into(), VILLAGE.into()));
    let shown = clerk.get(made.header("location").unwrap()).await.expect(200);
    assert_eq!(shown.body, made.body);
    for text in ["翠湖北路10号", "翠湖南路1号", "翠湖北路2号"] {
        clerk.post(&addresses, json!({ "text": text })).await.expect(201);
    }
    let page = clerk.get(&format!("{addresses}?q=翠湖北&limit=2")).await.expect(200);
    let next = urlencoded(&page.text("next"));
    let rest = clerk.get(&format!("{addresses}?q=翠湖北&limit=2&after={next}")).await.expect(200);
    let texts: Vec<_> = page.items().iter().chain(rest.items()).map(|a| a["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["翠湖北路10号", "翠湖北路1号", "翠湖北路2号"]);
    let cases = [
        (json!({ "text": " " }), vec!["text"]),
        (json!({ "text": "路", "longitude": "102.7", "latitude": "25.0" }), vec!["datum"]),
        (
            json!({ "text": "路", "longitude": "25.0", "latitude": "102.7", "datum": "BD-09" }),
            vec!["longitude", "latitude"],
        ),
        (json!({ "text": "路", "longitude": "east", "latitude": "25", "datum": "BD-09" }), vec!["longitude"]),
        (json!({ "text": "路", "place": OTHER_VILLAGE }), vec!["place"]),
    ];
    for (wrong, fields) in cases {
        assert_eq!(clerk.post(&addresses, wrong.clone()).await.expect(422).fields(), fields, "{wrong}");
    }
    let officer = officer(&test).await;
    let own = format!("/places/{WUHUA}/addresses");
    clerk.get(&own).await.expect(200);
    let county = test.user(WUHUA, &["base.household.write"]).await;
    assert_eq!(county.post(&own, json!({ "text": "路" })).await.expect(422).fields(), ["place"]);
    officer.get(&format!("{own}/0192f0c0-0000-7000-8000-00000000dead")).await.expect(404);
}

#[tokio::test]
async fn who_is_registered_is_counted_by_place() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test).await;
    for name in ["张三", "李四", "王五"] {
        registered(&clerk, VILLAGE, json!({ "person.name": name })).await;
    }
    let viewer = test.role(WUHUA, "base.viewer").await;
    let figures = viewer.get(&format!("/places/{WUHUA}/statistics/base.persons.present")).await.expect(200);
    assert!(figures.body.to_string().contains("\"value\":3"), "{:#}", figures.body);
}

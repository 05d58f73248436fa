//! Persons as a village clerk and a data officer deal with them: registered once, every value with its source, nothing
//! overwritten in silence.

use jizuo_standards::iso7064::mod_11_2;
use jizuo_testing::places::{HUASHAN, OTHER_VILLAGE, PANLONG, PANLONG_VILLAGE, PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use crate::sql;

/// A number that nobody has: area 530102, born on a day (`18800101`), the n-th of it.
pub(crate) fn number(born: &str, n: u32) -> String {
    let body = format!("530102{born}{n:03}");
    let check = mod_11_2(&body).unwrap();
    format!("{body}{check}")
}

pub(crate) async fn clerk<'a>(test: &'a TestApp) -> User<'a> {
    test.role(VILLAGE, "base.village_clerk").await
}

pub(crate) async fn officer<'a>(test: &'a TestApp) -> User<'a> {
    test.role(WUHUA, "base.data_officer").await
}

pub(crate) fn at(place: &str, rest: &str) -> String {
    format!("/places/{place}/persons{rest}")
}

pub(crate) fn body(source: &str, facts: Value) -> Value {
    json!({ "source": source, "basis": "statutory_duty", "facts": facts })
}

/// Registers somebody in the village, and answers their id.
pub(crate) async fn registered(user: &User<'_>, place: &str, facts: Value) -> String {
    user.post(&at(place, ""), body("document_seen", facts)).await.expect(201).text("id")
}

async fn record(user: &User<'_>, id: &str, source: &str, facts: Value) -> Answer {
    user.post(&at(VILLAGE, &format!("/{id}/facts")), body(source, facts)).await
}

fn outcomes(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    answer.body["facts"].as_array().unwrap().iter().map(|f| (text(&f["element"]), text(&f["outcome"]))).collect()
}

/// The value in force of an element, as the page shows it.
pub(crate) fn value<'a>(person: &'a Answer, element: &str) -> Option<&'a Value> {
    person.body["facts"].as_array().unwrap().iter().find(|fact| fact["element"] == element)
}

async fn show(user: &User<'_>, id: &str) -> Answer {
    user.get(&at(VILLAGE, &format!("/{id}"))).await.expect(200)
}

#[tokio::test]
async fn somebody_is_registered_once_and_the_number_says_birth_and_sex() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test).await;
    let number = number("19700102", 2);
    let facts = json!({
        "person.name": " 李　阿诗 ", "person.identity_number": number.to_lowercase(), "person.phone": "+86 138 8880 0001",
    });
    let answer = clerk.post(&at(VILLAGE, ""), body("document_seen", facts.clone())).await.expect(201);
    assert_eq!(answer.text("name"), "李阿诗");
    assert_eq!(answer.text("identity_number"), format!("530102********{}", &number[14..]));
    assert_eq!(answer.text("birth_year"), "1970");
    assert_eq!(answer.text("age"), "56");
    assert_eq!(answer.text("sex"), "2");
    assert_eq!(answer.text("standing"), "present");
    let id = answer.text("id");
    assert!(answer.header("location").unwrap().ends_with(&id));
    let shown = show(&clerk, &id).await;
    let born = value(&shown, "person.birth_date").unwrap();
    assert_eq!((born["value"].as_str(), born["source"].as_str()), (Some("1970-01-02"), Some("document_seen")));
    assert_eq!(value(&shown, "person.phone").unwrap()["value"], "138****0001");
    assert_eq!(value(&shown, "person.phone").unwrap()["masked"], true);
    // Where they live need not be typed: it is where they are registered.
    assert_eq!(value(&shown, "person.residence").unwrap()["value"], VILLAGE);
    assert_eq!(value(&shown, "person.residence").unwrap()["valid_until"], "2027-03-02");

    let again = clerk.post(&at(VILLAGE, ""), body("the_person", facts)).await.refused(409, "base.person.registered");
    assert_eq!(again.text("/current/id"), id);
    assert_eq!(again.text("/current/name"), "李阿诗");
    assert_eq!(sql::number(&test, "SELECT COUNT(*) FROM base_person").await, 1);
}

#[tokio::test]
async fn numbers_and_sensitive_values_do_not_lie_open_in_the_database() {
    let test = TestApp::bare(&[]).await;
    let officer = officer(&test).await;
    let number = number("19700102", 2);
    let facts = json!({
        "person.name": "李阿诗", "person.identity_number": number, "person.phone": "13888800001", "person.health": "3",
        "person.bank_card": "4111111111111111", "person.document_number": "E12345678",
    });
    registered(&officer, VILLAGE, facts).await;
    let open = sql::texts(&test, "SELECT coalesce(value, '-') FROM base_fact ORDER BY element").await;
    assert_eq!(open, ["-", "1970-01-02", "-", "-", "-", "李阿诗", "-", VILLAGE, "2"]);
    let audit = sql::texts(&test, "SELECT changes FROM base_audit").await.join("\n");
    let events = sql::texts(&test, "SELECT CAST(payload AS text) FROM base_event").await.join("\n");
    for secret in [number.as_str(), "13888800001", "4111111111111111", "E12345678", "李阿诗"] {
        assert!(!audit.contains(secret) && !events.contains(secret), "{secret}");
    }
    assert_eq!(sql::number(&test, "SELECT COUNT(*) FROM base_fact WHERE sealed IS NOT NULL AND mark IS NULL").await, 1);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test).await;
    let facts = json!({
        "person.name": "", "person.identity_number": "530102197001020017", "person.shoe_size": "43", "household.number": "1",
        "person.deceased": "true", "person.phone": "123",
    });
    let mut wrong = body("a_neighbour", facts);
    wrong["observed_on"] = json!("2026-03-03");
    let answer = clerk.post(&at(VILLAGE, ""), wrong).await.refused(422, "base.request.invalid");
    let expected = [
        "source",
        "observed_on",
        "facts.household.number",
        "facts.person.deceased",
        "facts.person.identity_number",
        "facts.person.name",
        "facts.person.phone",
        "facts.person.shoe_size",
    ];
    assert_eq!(answer.fields(), expected);
    let facts = json!({
        "person.name": "李阿诗", "person.identity_number": number("19700102", 2), "person.birth_date": "1970-01-03", "person.sex": "1",
    });
    let answer = clerk.post(&at(VILLAGE, ""), body("the_person", facts)).await.expect(422);
    assert_eq!(answer.fields(), ["facts.person.birth_date", "facts.person.sex"]);
    let nameless = json!({ "person.phone": "13888800001" });
    let answer = clerk.post(&at(VILLAGE, ""), body("the_person", nameless)).await.expect(422);
    assert_eq!(answer.fields(), ["facts.person.name"]);
    // A county is no village.
    let officer = officer(&test).await;
    let named = json!({ "person.name": "李阿诗" });
    let answer = officer.post(&at(WUHUA, ""), body("the_person", named.clone())).await.expect(422);
    assert_eq!(answer.fields(), ["place"]);
    let mut placed = body("the_person", named);
    placed["place"] = json!(VILLAGE);
    let answer = officer.post(&at(WUHUA, ""), placed.clone()).await.expect(201);
    assert_eq!(answer.text("place"), VILLAGE);
    placed["place"] = json!(PANLONG_VILLAGE);
    assert_eq!(officer.post(&at(WUHUA, ""), placed).await.expect(422).fields(), ["place"]);
}

#[tokio::test]
async fn who_may_be_registered_already_is_shown_to_a_human() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test).await;
    let first =
        registered(&clerk, VILLAGE, json!({ "person.name": "李阿诗", "person.birth_date": "1970-01-02" })).await;
    let same = json!({ "person.name": "李阿诗", "person.identity_number": number("19700102", 2) });
    let asked = clerk.post(&at(VILLAGE, ""), body("the_person", same.clone())).await;
    let asked = asked.refused(409, "base.person.candidates");
    assert_eq!(asked.text("/current/0/id"), first);
    assert_eq!(asked.text("/current/0/why"), "name_and_birth_date");
    let mut other = body("the_person", same);
    other["not"] = json!([first]);
    let second = clerk.post(&at(VILLAGE, ""), other).await.expect(201).text("id");
    let may_be = clerk.get(&at(VILLAGE, &format!("/{second}/candidates"))).await.expect(200);
    assert_eq!(
        (may_be.items().len(), may_be.text("/0/id"), may_be.text("/0/why")),
        (1, first, "name_and_birth_date".into())
    );
    // Somebody of that name and another day is somebody else.
    registered(&clerk, VILLAGE, json!({ "person.name": "李阿诗", "person.birth_date": "1971-01-02" })).await;
    // In another village of the county they are hinted at, without the name in full.
    let neighbour = test.role(OTHER_VILLAGE, "base.village_clerk").await;
    let theirs = json!({ "person.name": "李阿诗", "person.identity_number": number("19700102", 2) });
    let refused = neighbour.post(&at(OTHER_VILLAGE, ""), body("the_person", theirs.clone())).await;
    let refused = refused.refused(409, "base.person.registered");
    assert_eq!((refused.text("/current/name"), refused.text("/current/place")), ("李**".into(), VILLAGE.into()));
    // Another county has its own register, and learns nothing of this one's.
    let foreign = test.role(PANLONG_VILLAGE, "base.village_clerk").await;
    registered(&foreign, PANLONG_VILLAGE, theirs).await;
}

#[tokio::test]
async fn two_who_register_one_number_at_once_make_one_person() {
    let test = TestApp::bare(&[]).await;
    let (a, b) = (clerk(&test).await.at_once(), test.role(OTHER_VILLAGE, "base.village_clerk").await.at_once());
    for n in 1..8 {
        let facts = json!({ "person.name": format!("张{n}"), "person.identity_number": number("19800101", n) });
        let body = body("the_person", facts);
        let (here, there) = (at(VILLAGE, ""), at(OTHER_VILLAGE, ""));
        let (first, second) = tokio::join!(a.post(&here, body.clone()), b.post(&there, body));
        let (won, lost) = if first.status == 201 { (first, second) } else { (second, first) };
        let lost = lost.refused(409, "base.person.registered");
        assert_eq!(lost.text("/current/id"), won.expect(201).text("id"));
    }
    assert_eq!(sql::number(&test, "SELECT COUNT(*) FROM base_person").await, 7);
    assert_eq!(sql::number(&test, "SELECT COUNT(DISTINCT subject) FROM base_fact").await, 7);
}

#[tokio::test]
async fn what_sources_say_differently_stands_side_by_side_until_somebody_decides() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test).await;
    let id = registered(&clerk, VILLAGE, json!({ "person.name": "李阿诗", "person.birth_date": "1970-01-02" })).await;
    let one = |outcome: &str| vec![("person.marital_status".to_owned(), outcome.to_owned())];
    let status = |code: &str| json!({ "person.marital_status": code });
    assert_eq!(outcomes(&record(&clerk, &id, "village_visit", status("10")).await.expect(200)), one("new"));
    assert_eq!(outcomes(&record(&clerk, &id, "village_visit", status("10")).await.expect(200)), one("unchanged"));
    assert_eq!(outcomes(&record(&clerk, &id, "village_visit", status("20")).await.expect(200)), one("replaced"));
    assert_eq!(outcomes(&record(&clerk, &id, "civil_affairs", status("40")).await.expect(200)), one("won"));
    assert_eq!(outcomes(&record(&clerk, &id, "the_person", status("30")).await.expect(200)), one("disputed"));
    let shown = show(&clerk, &id).await;
    let current = value(&shown, "person.marital_status").unwrap();
    assert_eq!((current["value"].as_str(), current["source"].as_str()), (Some("40"), Some("civil_affairs")));
    assert_eq!(current["label"]["zh"], "离婚");
    let conflict = &shown.body["conflicts"][0];
    let said: Vec<_> = conflict["values"].as_array().unwrap().iter().map(|v| v["value"].as_str().unwrap()).collect();
    assert_eq!(said, ["40", "20", "30"]);
    assert!(
        !shown.body["actions"].as_array().unwrap().contains(&json!("base.person.settle")),
        "a clerk does not decide"
    );

    let officer = officer(&test).await;
    let shown = show(&officer, &id).await;
    assert!(shown.body["actions"].as_array().unwrap().contains(&json!("base.person.settle")));
    let said_by_herself = conflict["values"][2]["id"].clone();
    let settle = at(WUHUA, &format!("/{id}/settle"));
    let decision = json!({ "fact": said_by_herself, "reason": "丧偶，已看死亡证明" });
    clerk.post(&at(VILLAGE, &format!("/{id}/settle")), decision.clone()).await.refused(403, "base.gate.forbidden");
    let settled = officer.post(&settle, decision.clone()).await.expect(200);
    assert_eq!(value(&settled, "person.marital_status").unwrap()["value"], "30");
    assert_eq!(settled.body["conflicts"], json!([]));
    officer.post(&settle, decision).await.refused(409, "base.fact.no_conflict");
    let history = clerk.get(&at(VILLAGE, &format!("/{id}/facts?element=person.marital_status"))).await.expect(200);
    let told: Vec<_> =
        history.items().iter().map(|f| (f["value"].as_str().unwrap(), f["standing"].as_str().unwrap())).collect();
    assert_eq!(told, [("30", "in_force"), ("40", "past"), ("20", "past"), ("10", "past")]);
    assert_eq!(history.text("/items/1/ended_why"), "丧偶，已看死亡证明");
    assert_eq!(history.text("/items/1/ended_by"), officer.name);
    let first = clerk.get(&at(VILLAGE, &format!("/{id}/facts?limit=1"))).await.expect(200);
    let rest =
        clerk.get(&at(VILLAGE, &format!("/{id}/facts?limit=100&after={}", first.text("next")))).await.expect(200);
    assert_eq!(rest.items().len(), 6);
}

#[tokio::test]
async fn what_is_in_force_is_what_lists_show_and_a_number_belongs_to_one() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test).await;
    let id = registered(&clerk, VILLAGE, json!({ "person.name": "李阿诗" })).await;
    let other =
        registered(&clerk, VILLAGE, json!({ "person.name": "王五", "person.identity_number": number("19600101", 1) }))
            .await;
    let taken = json!({ "person.identity_number": number("19600101", 1) });
    let refused = record(&clerk, &id, "document_seen", taken).await.refused(409, "base.person.registered");
    assert_eq!(refused.text("/current/id"), other);
    let facts = json!({ "person.identity_number": number("19700102", 2), "person.name": "李阿施" });
    let told = outcomes(&record(&clerk, &id, "public_security", facts).await.expect(200));
    assert_eq!(told.iter().map(|(_, outcome)| outcome.as_str()).collect::<Vec<_>>(), ["new", "won"]);
    let page = clerk.get(&at(VILLAGE, "?q=las")).await.expect(200);
    assert_eq!(page.text("/items/0/name"), "李阿施");
    assert_eq!(page.text("/items/0/birth_year"), "1970");
    assert_eq!(page.text("/items/0/sex"), "2");
    let version = sql::number(&test, "SELECT MAX(version) FROM base_person").await;
    assert_eq!(version, 2);
}

#[tokio::test]
async fn a_stale_value_is_shown_so_and_gives_way() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test).await;
    let facts = json!({ "person.name": "李阿诗", "person.phone": "13888800001" });
    let id = clerk.post(&at(VILLAGE, ""), body("the_person", facts)).await.expect(201).text("id");
    test.pass(chrono::Duration::days(3 * 366));
    let shown = show(&clerk, &id).await;
    assert_eq!(value(&shown, "person.phone").unwrap()["freshness"], "stale");
    assert_eq!(value(&shown, "person.name").unwrap()["freshness"], "fresh");
    let phone = json!({ "person.phone": "13888800002" });
    assert_eq!(outcomes(&record(&clerk, &id, "village_visit", phone.clone()).await.expect(200))[0].1, "won");
    let shown = show(&clerk, &id).await;
    assert_eq!(shown.body["conflicts"], json!([]));
    assert_eq!(value(&shown, "person.phone").unwrap()["freshness"], "fresh");
    // Confirmed long after, it is fresh again.
    test.pass(chrono::Duration::days(3 * 366));
    assert_eq!(outcomes(&record(&clerk, &id, "village_visit", phone).await.expect(200))[0].1, "replaced");
    assert_eq!(value(&show(&clerk, &id).await, "person.phone").unwrap()["freshness"], "fresh");
}

#[tokio::test]
async fn somebody_under_fourteen_consents_through_a_guardian() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test).await;
    let facts =
        json!({ "person.name": "李小诗", "person.identity_number": number("20150601", 4), "person.health": "1" });
    let mut child = json!({ "source": "the_person", "basis": "consent", "facts": facts });
    let refused = clerk.post(&at(VILLAGE, ""), child.clone()).await.expect(422);
    assert_eq!(refused.fields(), ["guardian"]);
    assert!(refused.text("/errors/0/source").contains("三十一"), "{:#}", refused.body);
    child["guardian"] = json!({ "name": "李建国", "relation": "父亲" });
    let answer = clerk.post(&at(VILLAGE, ""), child).await.expect(201);
    assert_eq!(answer.body["minor"], true);
    let id = answer.text("id");
    let consents = sql::texts(&test, "SELECT guardian || guardian_relation || purpose FROM base_consent").await;
    assert_eq!(consents, ["李建国父亲base.collection"]);

    // Nobody sees a sensitive value of a child on a page, and it takes its own permission to reveal anything.
    let officer = officer(&test).await;
    assert_eq!(value(&show(&officer, &id).await, "person.health").unwrap()["value"], "已登记");
    let reveal = at(VILLAGE, &format!("/{id}/reveal"));
    let asked = json!({ "elements": ["person.identity_number"], "purpose": "办理入学" });
    let refused = clerk.post(&reveal, asked.clone()).await.refused(403, "base.gate.forbidden");
    assert_eq!(refused.text("rule"), "base.minor.reveal");
    let plain = officer.post(&reveal, asked).await.expect(200);
    assert_eq!(plain.text("/values/0/value"), number("20150601", 4));
    let actions = show(&clerk, &id).await.body["actions"].clone();
    assert!(!actions.as_array().unwrap().contains(&json!("base.person.reveal")), "{actions}");
    // Grown up, she is asked herself.
    test.pass(chrono::Duration::days(366 * 6));
    let later = json!({ "source": "the_person", "basis": "consent", "facts": { "person.phone": "13888800001" } });
    clerk.post(&at(VILLAGE, &format!("/{id}/facts")), later).await.expect(200);
}

#[tokio::test]
async fn nobody_of_another_place_and_nobody_above_sees_a_person() {
    let test = TestApp::bare(&[]).await;
    let clerk = clerk(&test).await;
    let id = registered(&clerk, VILLAGE, json!({ "person.name": "李阿诗" })).await;
    let township = test.role(HUASHAN, "base.data_officer").await;
    township.get(&at(HUASHAN, &format!("/{id}"))).await.expect(200);
    let neighbour = test.role(OTHER_VILLAGE, "base.village_clerk").await;
    let foreign = test.role(PANLONG, "base.data_officer").await;
    let above = test.role(PROVINCE, "base.data_officer").await;
    for rest in ["", "/facts", "/accesses", "/candidates"] {
        neighbour.get(&at(OTHER_VILLAGE, &format!("/{id}{rest}"))).await.expect(404);
        foreign.get(&at(PANLONG, &format!("/{id}{rest}"))).await.expect(404);
        above.get(&at(PROVINCE, &format!("/{id}{rest}"))).await.refused(403, "base.gate.figures_only");
    }
    let body = json!({ "elements": ["person.name"], "purpose": "看看" });
    neighbour.post(&at(OTHER_VILLAGE, &format!("/{id}/reveal")), body).await.expect(404);
    let facts = json!({ "person.phone": "13888800001" });
    foreign.post(&at(PANLONG, &format!("/{id}/facts")), self::body("the_person", facts)).await.expect(404);
}

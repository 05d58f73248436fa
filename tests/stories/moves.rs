//! A person moves between counties and neither county sees more than it should: told by the clerks of both, by their auditors
//! and their connected systems, and by the province.

use chrono::Duration;
use jizuo_server::MODULES;
use jizuo_testing::places::{PANLONG, PANLONG_VILLAGE, PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{TestApp, User};
use serde_json::{Value, json};

const NUMBER: &str = "530102188001010024";
const PHONE: &str = "13888800001";
const NEW_PHONE: &str = "13999900002";

fn persons(place: &str, rest: &str) -> String {
    format!("/places/{place}/persons{rest}")
}

async fn ids(user: &User<'_>, path: &str) -> Vec<String> {
    let page = user.get(path).await.expect(200);
    page.items().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn feed(test: &TestApp, county: &str) -> Vec<Value> {
    test.pass(Duration::seconds(5));
    let reader = test.role(county, "base.integrator").await;
    reader.get(&format!("/places/{county}/events?limit=100")).await.expect(200).items().to_vec()
}

async fn audit(test: &TestApp, county: &str) -> String {
    let auditor = test.role(county, "base.audit_admin").await;
    auditor.get(&format!("/places/{county}/audit?limit=100")).await.expect(200).body["items"].to_string()
}

async fn found(user: &User<'_>, place: &str, number: &str) -> Vec<String> {
    let body = json!({ "identity_number": number });
    let page = user.post(&persons(place, "/find"), body).await.expect(200);
    page.items().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn elements(shown: &Value) -> Vec<&str> {
    shown["facts"].as_array().unwrap().iter().map(|fact| fact["element"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_person_moves_between_counties_and_neither_county_sees_more_than_it_should() {
    let test = TestApp::with(MODULES).await;
    let old = test.role(VILLAGE, "base.village_clerk").await;
    let new = test.role(PANLONG_VILLAGE, "base.village_clerk").await;

    // 李阿诗 is known in 五华区: her number, her telephone, her health, her party, a household on an allowance.
    let facts = json!({
        "person.name": "李阿诗", "person.identity_number": NUMBER, "person.phone": PHONE, "person.health": "6",
        "person.political_status": "01", "person.education": "61",
    });
    let body = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": facts });
    let her = old.post(&persons(VILLAGE, ""), body).await.expect(201).text("id");
    let home = json!({ "head": her, "number": "0017", "source": "village_visit" });
    let home = old.post(&format!("/places/{VILLAGE}/households"), home).await.expect(201).text("id");
    let allowance = json!({ "source": "civil_affairs", "facts": { "household.subsistence_allowance": "是" } });
    old.post(&format!("/places/{VILLAGE}/households/{home}/facts"), allowance).await.expect(200);
    let worker = test.role(VILLAGE, "grid.worker").await;
    let matter = json!({ "category": "04", "title": "李阿诗家门前积水" });
    worker.post(&format!("/places/{VILLAGE}/grid/incidents"), matter).await.expect(201);

    // Nobody in 盘龙区 knows of her, by name, by number or by id.
    assert!(ids(&new, &persons(PANLONG_VILLAGE, "?q=李")).await.is_empty());
    assert!(found(&new, PANLONG_VILLAGE, NUMBER).await.is_empty());
    new.get(&persons(PANLONG_VILLAGE, &format!("/{her}"))).await.expect(404);
    new.get(&persons(VILLAGE, &format!("/{her}"))).await.expect(404);

    // She marries into 盘龙区. The clerk says where to; her household is left without a head.
    let away = json!({ "to": PANLONG_VILLAGE, "reason": "婚嫁迁出", "on": "2026-03-02" });
    let moved = old.post(&persons(VILLAGE, &format!("/{her}/move_out")), away).await.expect(200);
    assert_eq!((moved.text("standing"), moved.text("/left/head_vacant")), ("moved_out".into(), "true".into()));

    // 盘龙区 is told who comes and from where; the numbers are masked, and of the rest there is nothing.
    let arrivals = format!("/places/{PANLONG_VILLAGE}/arrivals");
    let list = new.get(&arrivals).await.expect(200);
    let told = list.items()[0].clone();
    assert_eq!((&told["name"], &told["reason"]), (&json!("李阿诗"), &json!("婚嫁迁出")));
    let text = told.to_string();
    for kept_back in [NUMBER, PHONE, "health", "political_status", "allowance", "积水", "0017"] {
        assert!(!text.contains(kept_back), "{kept_back}: {text}");
    }
    assert!(feed(&test, PANLONG).await.iter().all(|event| !event.to_string().contains(&her)), "no event yet");
    assert!(!audit(&test, PANLONG).await.contains(&her), "no audit line there is of what another county did");
    let other = test.role("530103001002", "base.village_clerk").await;
    assert!(ids(&other, "/places/530103001002/arrivals").await.is_empty(), "nor is the next village told");

    // She is taken in, and is somebody of 盘龙区 now, with what came along.
    let take = format!("{arrivals}/{}/take_in", told["id"].as_str().unwrap());
    let she = new.post(&take, json!({})).await.expect(200).text("person");
    assert_ne!(she, her);
    let shown = new.get(&persons(PANLONG_VILLAGE, &format!("/{she}"))).await.expect(200).body;
    for element in ["person.identity_number", "person.name", "person.phone", "person.education"] {
        assert!(elements(&shown).contains(&element), "{element}: {:?}", elements(&shown));
    }
    for element in ["person.health", "person.political_status"] {
        assert!(!elements(&shown).contains(&element), "{element}");
    }
    assert!(shown.get("household").is_none(), "no household came along");
    assert_eq!(found(&new, PANLONG_VILLAGE, NUMBER).await, [she.as_str()]);
    let reveal = json!({ "elements": ["person.identity_number"], "purpose": "核对身份证" });
    let revealed = new.post(&persons(PANLONG_VILLAGE, &format!("/{she}/reveal")), reveal.clone()).await.expect(200);
    assert!(revealed.body.to_string().contains(NUMBER));
    let history = new.get(&persons(PANLONG_VILLAGE, &format!("/{she}/facts?limit=100"))).await.expect(200);
    let before_the_move =
        history.items().iter().filter(|fact| fact["source"] != "transfer" && fact["element"] != "person.residence");
    assert_eq!(before_the_move.count(), 0, "the history begins with what came along");

    // In 盘龙区 life goes on: another telephone, a husband's household.
    test.pass(Duration::days(20));
    let phone = json!({ "source": "the_person", "basis": "statutory_duty", "facts": { "person.phone": NEW_PHONE } });
    new.post(&persons(PANLONG_VILLAGE, &format!("/{she}/facts")), phone).await.expect(200);
    let marriage = json!({
        "source": "civil_affairs", "basis": "statutory_duty", "facts": { "person.marital_status": "20" },
    });
    new.post(&persons(PANLONG_VILLAGE, &format!("/{she}/facts")), marriage).await.expect(200);

    // 五华区 sees nothing of it. Its lists show her no more; its record of her stands as it was on the day she left.
    assert!(ids(&old, &persons(VILLAGE, "?q=李")).await.is_empty());
    assert_eq!(ids(&old, &persons(VILLAGE, "?standing=moved_out")).await, [her.as_str()]);
    let record = old.get(&persons(VILLAGE, &format!("/{her}"))).await.expect(200).body;
    assert_eq!((&record["standing"], &record["moved_to"]), (&json!("moved_out"), &json!(PANLONG_VILLAGE)));
    assert!(elements(&record).contains(&"person.health") && !elements(&record).contains(&"person.marital_status"));
    let history = old.get(&persons(VILLAGE, &format!("/{her}/facts?limit=100"))).await.expect(200).body.to_string();
    assert!(
        !history.contains("139****0002") && !history.contains(NEW_PHONE) && !history.contains("transfer"),
        "{history}"
    );
    old.get(&persons(VILLAGE, &format!("/{she}"))).await.expect(404);
    old.get(&persons(PANLONG_VILLAGE, &format!("/{she}"))).await.expect(404);
    old.get(&arrivals).await.expect(404);
    let more = json!({ "source": "village_visit", "basis": "statutory_duty", "facts": { "person.education": "21" } });
    old.post(&persons(VILLAGE, &format!("/{her}/facts")), more).await.expect(409);

    // The feeds and the audits: each county has its own half.
    let (here, there) = (feed(&test, WUHUA).await, feed(&test, PANLONG).await);
    let tells = |feed: &[Value], topic: &str| feed.iter().filter(|event| event["type"] == topic).count();
    assert_eq!((tells(&here, "base.person.moved_out"), tells(&there, "base.person.moved_out")), (1, 0));
    assert_eq!((tells(&here, "base.person.arrived"), tells(&there, "base.person.arrived")), (0, 1));
    assert!(here.iter().all(|event| !event.to_string().contains(&she)));
    assert!(there.iter().all(|event| !event.to_string().contains(&her)));
    let (here, there) = (audit(&test, WUHUA).await, audit(&test, PANLONG).await);
    assert!(here.contains(&her) && !here.contains(&she), "the old county's lines end with the move");
    assert!(there.contains(&she) && !there.contains(&her), "the new county's begin with taking her in");
    for lines in [&here, &there] {
        for number in [NUMBER, PHONE, NEW_PHONE] {
            assert!(!lines.contains(number), "no audit line holds a number in full");
        }
    }
    let accesses = new.get(&persons(PANLONG_VILLAGE, &format!("/{she}/accesses"))).await.expect(200);
    assert!(accesses.items().iter().any(|access| access["action"] == "base.person.reveal"));
    assert!(accesses.items().iter().all(|access| !access.to_string().contains("五华")));

    // The province sees figures, and neither her nor her move.
    let province = test.role(PROVINCE, "base.data_officer").await;
    for path in [persons(PROVINCE, ""), persons(WUHUA, ""), format!("/places/{PROVINCE}/arrivals")] {
        province.get(&path).await.refused(403, "base.gate.figures_only");
    }
    let ask = json!({ "identity_number": NUMBER });
    province.post(&persons(PROVINCE, "/find"), ask).await.refused(403, "base.gate.figures_only");
    province.post(&persons(PANLONG, &format!("/{she}/reveal")), reveal).await.refused(403, "base.gate.figures_only");

    // She comes home again: her old record is hers, with what it knew, and what 盘龙区 learnt of the basic elements.
    let home_again = json!({ "to": VILLAGE, "reason": "返乡" });
    new.post(&persons(PANLONG_VILLAGE, &format!("/{she}/move_out")), home_again).await.expect(200);
    let list = format!("/places/{VILLAGE}/arrivals");
    let waiting = ids(&old, &list).await.remove(0);
    assert_eq!(old.post(&format!("{list}/{waiting}/take_in"), json!({})).await.expect(200).text("person"), her);
    let back = old.get(&persons(VILLAGE, &format!("/{her}"))).await.expect(200).body;
    assert!(elements(&back).contains(&"person.health") && elements(&back).contains(&"person.marital_status"));
    let phone = back["facts"].as_array().unwrap().iter().find(|fact| fact["element"] == "person.phone").unwrap();
    assert_eq!(phone["value"], "139****0002");

    test.settle().await;
    let report = jizuo_kernel::audit::verify(&test.app, |_| {}).await.unwrap();
    assert!(report.broken.is_empty(), "{report:?}");
}

//! The net of grids: drawn once, staffed, split and merged with what is open in it, looked through for holes, taken from a file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use jizuo_grid::MODULE;
use jizuo_testing::places::{HUASHAN, OTHER_VILLAGE, VILLAGE, WUHUA};
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use super::{people, report};

fn net(place: &str, rest: &str) -> String {
    format!("/places/{place}/grid{rest}")
}

/// A square of GeoJSON with its south-west corner there, in hundredths of a degree.
fn square(east: f64, north: f64) -> String {
    let (west, south) = (102.70 + east / 100.0, 25.00 + north / 100.0);
    let (east, north) = (west + 0.01, south + 0.01);
    json!({ "type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]] })
        .to_string()
}

async fn draw(keeper: &User<'_>, name: &str) -> Answer {
    keeper.post(&net(VILLAGE, "/grids"), json!({ "name": name })).await.expect(201)
}

async fn household(clerk: &User<'_>, number: &str, name: &str) -> String {
    let person = json!({
        "source": "document_seen", "basis": "statutory_duty",
        "facts": { "person.name": name, "person.birth_date": "1980-01-01" },
    });
    let person = clerk.post(&format!("/places/{VILLAGE}/persons"), person).await.expect(201).text("id");
    let body = json!({ "source": "village_visit", "number": number, "head": person });
    clerk.post(&format!("/places/{VILLAGE}/households"), body).await.expect(201).text("id")
}

async fn clerk(test: &TestApp) -> User<'_> {
    test.user(WUHUA, &["base.person.write", "base.person.read", "base.household.write", "base.household.read"]).await
}

#[tokio::test]
async fn a_grid_has_a_number_of_its_village_and_can_be_served_in_reported_in_and_granted_at() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let keeper = test.role(WUHUA, "grid.keeper").await;
    let grid = draw(&keeper, "第一网格").await;
    assert_eq!(grid.text("place"), format!("{VILLAGE}001"));
    assert_eq!(draw(&keeper, "第二网格").await.text("place"), format!("{VILLAGE}002"));
    let special = json!({ "name": "农贸市场", "kind": "special" });
    let special = keeper.post(&net(VILLAGE, "/grids"), special).await.expect(201);
    assert_eq!(special.text("place"), format!("{VILLAGE}901"), "special grids are numbered apart");
    let micro = json!({ "place": grid.text("place"), "name": "1 栋", "kind": "micro" });
    let micro = keeper.post(&net(VILLAGE, "/grids"), micro).await.expect(201);
    assert_eq!(micro.text("place"), format!("{VILLAGE}001001"));

    let worker = test.role(&grid.text("place"), "grid.worker").await;
    let id = report(&worker, &micro.text("place")).await;
    let shown = people.dispatcher.get(&net(WUHUA, &format!("/incidents/{id}"))).await.expect(200);
    assert_eq!(shown.text("place_name"), "1 栋");
    report(&people.worker, VILLAGE).await;
    let own = worker.get(&net(VILLAGE, "/incidents")).await.expect(200);
    assert_eq!(own.items().len(), 1, "who serves one grid sees that grid");

    for (body, code) in [
        (json!({ "name": "第一网格" }), "grid.net.name"),
        (json!({ "name": "栋", "kind": "micro" }), "grid.net.parent"),
        (json!({ "name": "x", "place": HUASHAN }), "grid.net.parent"),
        (json!({ "name": "x", "place": grid.text("place") }), "grid.net.parent"),
        (json!({ "name": "x", "boundary": "{}" }), "grid.net.boundary"),
    ] {
        let place = if body["place"] == HUASHAN { WUHUA } else { VILLAGE };
        let wrong = keeper.post(&net(place, "/grids"), body.clone()).await.expect(422);
        assert_eq!(wrong.text("/errors/0/code"), code, "{body}");
    }
    people.worker.post(&net(VILLAGE, "/grids"), json!({ "name": "自划网格" })).await.expect(403);
    let neighbour = test.role(OTHER_VILLAGE, "grid.keeper").await;
    neighbour.post(&net(HUASHAN, "/grids"), json!({ "place": VILLAGE, "name": "越界" })).await.expect(422);
}

#[tokio::test]
async fn there_is_one_net_and_boundaries_of_other_systems_are_not_mixed_into_it() {
    let test = TestApp::with(&[&MODULE]).await;
    let keeper = test.role(WUHUA, "grid.keeper").await;
    let grids = net(VILLAGE, "/grids");
    let first = json!({ "name": "第一网格", "boundary": square(0.0, 0.0), "area": "翠湖以东" });
    let first = keeper.post(&grids, first).await.expect(201);
    let beside = json!({ "name": "第二网格", "boundary": square(1.0, 0.0) });
    keeper.post(&grids, beside).await.expect(201);
    let over = json!({ "name": "城管网格", "boundary": square(0.5, 0.5) });
    let refused = keeper.post(&grids, over).await.expect(422);
    assert_eq!(refused.text("/errors/0/code"), "grid.net.overlap");
    assert!(refused.text("/errors/0/message").contains("第六条"), "{:#}", refused.body);
    let neighbour = json!({ "place": OTHER_VILLAGE, "name": "越界网格", "boundary": square(0.5, 0.5) });
    keeper.post(&net(WUHUA, "/grids"), neighbour).await.expect(422);
    let elsewhere = json!({ "name": "高德网格", "boundary": square(0.5, 0.5), "datum": "GCJ-02" });
    keeper.post(&grids, elsewhere).await.expect(201);
    let outside =
        json!({ "place": first.text("place"), "name": "1 栋", "kind": "micro", "boundary": square(0.9, 0.0) });
    let outside = keeper.post(&grids, outside).await.expect(422);
    assert_eq!(outside.text("/errors/0/code"), "grid.net.outside");

    let map = keeper.get(&net(VILLAGE, "/map")).await.expect(200);
    assert_eq!(map.body["features"].as_array().unwrap().len(), 2);
    assert_eq!(map.body["elsewhere"], 1);
    assert_eq!(keeper.get(&net(HUASHAN, "/overlaps")).await.expect(200).body, json!([]));
    assert_eq!(keeper.get(&net(WUHUA, "/overlaps")).await.expect(200).body, json!([]));

    // Drawn anew: what was is kept.
    let path = net(VILLAGE, &format!("/grids/{}", first.text("id")));
    keeper.post(&format!("{path}/redraw"), json!({ "boundary": square(1.5, 0.0) })).await.expect(422);
    keeper.post(&format!("{path}/redraw"), json!({})).await.expect(422);
    test.pass(Duration::days(1));
    keeper.post(&format!("{path}/redraw"), json!({ "boundary": square(0.0, 1.0) })).await.expect(200);
    let shown = keeper.get(&path).await.expect(200);
    assert_eq!(shown.text("/past_boundaries/0/until"), "2026-03-03");
    assert!(shown.body["square_metres"].as_i64().unwrap() > 1_000_000);
    assert_eq!(shown.text("area"), "翠湖以东");
    keeper.post(&grids, json!({ "name": "新网格", "boundary": square(0.0, 0.0) })).await.expect(201);
}

#[tokio::test]
async fn a_grid_has_one_leader_at_a_time_and_who_stands_in_is_whom_people_reach() {
    let test = TestApp::with(&[&MODULE]).await;
    let keeper = test.role(WUHUA, "grid.keeper").await;
    let grid = draw(&keeper, "第一网格").await;
    let path = net(VILLAGE, &format!("/grids/{}", grid.text("id")));
    let staff = format!("{path}/staff");
    let leader = json!({ "role": "leader", "name": "李阿诗", "phone": "13888800001" });
    let leader = keeper.post(&staff, leader).await.expect(200);
    let second = keeper.post(&staff, json!({ "role": "leader", "name": "王二" })).await.expect(422);
    assert_eq!(second.fields(), ["role"]);
    let id = leader.text("id");
    for (body, field) in [
        (json!({ "role": "full_time" }), "name"),
        (json!({ "role": "full_time", "name": "王二", "phone": "123" }), "phone"),
        (json!({ "role": "full_time", "name": "王二", "until": "2020-01-01" }), "until"),
        (json!({ "role": "leader", "name": "王二", "stands_in_for": id }), "until"),
        (
            json!({ "role": "leader", "name": "王二", "until": "2026-03-09", "stands_in_for": grid.text("id") }),
            "stands_in_for",
        ),
    ] {
        assert_eq!(keeper.post(&staff, body.clone()).await.expect(422).fields(), [field], "{body}");
    }
    let stand_in = json!({ "role": "leader", "name": "王二", "until": "2026-03-09", "stands_in_for": id });
    assert_eq!(keeper.post(&staff, stand_in).await.expect(200).text("stands_in_for"), "李阿诗");
    let listed = keeper.get(&net(VILLAGE, "/grids")).await.expect(200);
    assert_eq!(listed.items()[0]["leader"], "王二");
    test.pass(Duration::days(10));
    let listed = keeper.get(&net(VILLAGE, "/grids")).await.expect(200);
    assert_eq!(
        (&listed.items()[0]["leader"], &listed.items()[0]["leader_phone"]),
        (&json!("李阿诗"), &json!("13888800001"))
    );
    keeper.post(&format!("{staff}/{id}/end"), json!({ "until": "2026-03-31" })).await.expect(200);
    keeper.post(&staff, json!({ "role": "leader", "name": "王二", "since": "2026-04-01" })).await.expect(200);
    let account = test.role(VILLAGE, "grid.worker").await;
    let known = json!({ "role": "full_time", "account": account.id });
    assert!(keeper.post(&staff, known).await.expect(200).text("name").starts_with("测试人员"));
}

#[tokio::test]
async fn a_split_grid_goes_on_in_its_parts_with_what_is_open() {
    let test = TestApp::with(&[&MODULE]).await;
    let people = people(&test).await;
    let keeper = test.role(WUHUA, "grid.keeper").await;
    let clerk = clerk(&test).await;
    let grid = keeper.post(&net(VILLAGE, "/grids"), json!({ "name": "第一网格", "boundary": square(0.0, 0.0) })).await;
    let grid = grid.expect(201);
    let path = net(VILLAGE, &format!("/grids/{}", grid.text("id")));
    keeper.post(&format!("{path}/staff"), json!({ "role": "leader", "name": "李阿诗" })).await.expect(200);
    let first = household(&clerk, "0001", "李阿诗").await;
    let second = household(&clerk, "0002", "张三").await;
    let joined = keeper.post(&format!("{path}/households"), json!({ "from": VILLAGE })).await.expect(200);
    assert_eq!(joined.body["joined"], 2);
    assert_eq!(
        keeper.post(&format!("{path}/households"), json!({ "from": VILLAGE })).await.expect(200).body["joined"],
        0
    );
    let incident = async |longitude: f64| {
        let body = json!({
            "category": "04", "title": "路面积水", "place": grid.text("place"), "longitude": longitude, "latitude": 25.005
        });
        people.worker.post(&net(VILLAGE, "/incidents"), body).await.expect(201).text("id")
    };
    let (west, east) = (incident(102.702).await, incident(102.708).await);
    let nowhere = report(&people.worker, &grid.text("place")).await;
    test.pass(Duration::days(1));

    let half = |from: f64, to: f64| {
        json!({ "type": "Polygon", "coordinates": [[[from, 25.0], [to, 25.0], [to, 25.01], [from, 25.01], [from, 25.0]]] })
            .to_string()
    };
    let parts = |second: &str| {
        json!({ "parts": [
            { "name": "第一网格", "boundary": half(102.70, 102.705) },
            { "name": "第三网格", "boundary": half(102.705, 102.71), "households": [second] },
        ] })
    };
    let stranger = keeper.post(&format!("{path}/split"), parts(&grid.text("id"))).await.expect(422);
    assert_eq!(stranger.fields(), ["parts.1.households"]);
    let one = keeper.post(&format!("{path}/split"), json!({ "parts": [{ "name": "x" }] })).await.expect(422);
    assert_eq!(one.fields(), ["parts"]);
    let split = keeper.post(&format!("{path}/split"), parts(&second)).await.expect(200);
    assert_eq!(split.text("/0/place"), format!("{VILLAGE}002"), "no number is given twice");
    assert_eq!(split.text("/1/place"), format!("{VILLAGE}003"));

    let listed = keeper.get(&net(VILLAGE, "/grids")).await.expect(200);
    let of = |name: &str| listed.items().iter().find(|grid| grid["name"] == name).cloned().unwrap();
    assert_eq!(listed.items().len(), 2);
    assert_eq!((&of("第一网格")["households"], &of("第一网格")["leader"]), (&json!(1), &json!("李阿诗")));
    assert_eq!(of("第三网格")["households"], 1);
    assert_eq!(keeper.get(&net(VILLAGE, "/grids?ended=true")).await.expect(200).items().len(), 3);

    let seen = async |place: &str| {
        let listed = people.dispatcher.get(&net(place, "/incidents")).await.expect(200);
        let mut ids: Vec<String> = listed.items().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    let sorted = |mut ids: Vec<&String>| {
        ids.sort();
        ids.into_iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(seen(&split.text("/0/place")).await, sorted(vec![&west, &nowhere]), "they stay with the first part");
    assert_eq!(seen(&split.text("/1/place")).await, vec![east.clone()]);
    assert_eq!(seen(&grid.text("place")).await.len(), 2, "the old code means the part that took over");
    let shown = people.dispatcher.get(&net(WUHUA, &format!("/incidents/{east}"))).await.expect(200);
    assert_eq!(shown.text("place_name"), "第三网格");
    assert!(shown.body["steps"].as_array().unwrap().iter().any(|step| step["action"] == "grid.incident.move"));
    let accept = net(&split.text("/1/place"), &format!("/incidents/{east}/accept"));
    people.dispatcher.post(&accept, json!({})).await.expect(200);
    keeper.post(&format!("{path}/rename"), json!({ "name": "旧" })).await.refused(409, "grid.net.ended");
    let _ = first;
}

#[tokio::test]
async fn merged_grids_are_one_and_a_grid_with_households_does_not_just_end() {
    let test = TestApp::with(&[&MODULE]).await;
    let keeper = test.role(WUHUA, "grid.keeper").await;
    let clerk = clerk(&test).await;
    let drawn = async |name: &str, east: f64| {
        let body = json!({ "name": name, "boundary": square(east, 0.0) });
        keeper.post(&net(VILLAGE, "/grids"), body).await.expect(201)
    };
    let (first, second) = (drawn("第一网格", 0.0).await, drawn("第二网格", 1.0).await);
    household(&clerk, "0001", "李阿诗").await;
    let path = net(VILLAGE, &format!("/grids/{}", first.text("id")));
    keeper.post(&format!("{path}/households"), json!({ "from": VILLAGE })).await.expect(200);
    keeper.post(&format!("{path}/staff"), json!({ "role": "full_time", "name": "李阿诗" })).await.expect(200);
    keeper.post(&format!("{path}/end"), json!({})).await.refused(409, "grid.net.with_households");
    let itself = keeper.post(&format!("{path}/merge"), json!({ "into": first.text("id") })).await.expect(422);
    assert_eq!(itself.fields(), ["into"]);
    test.pass(Duration::days(1));
    keeper.post(&format!("{path}/merge"), json!({ "into": second.text("id") })).await.expect(200);
    let now = keeper.get(&net(VILLAGE, &format!("/grids/{}", second.text("id")))).await.expect(200);
    assert_eq!(now.body["households"], 1);
    assert!(now.body["square_metres"].as_i64().unwrap() > 2_000_000, "both boundaries are one");
    assert_eq!(
        test.stranger().get(&format!("/places/{VILLAGE}001")).await.expect(200).text("code"),
        format!("{VILLAGE}002")
    );
    let empty = drawn("市场", 3.0).await;
    test.pass(Duration::days(1));
    let path = net(VILLAGE, &format!("/grids/{}", empty.text("id")));
    keeper.post(&format!("{path}/end"), json!({})).await.expect(204);
    assert_eq!(keeper.get(&path).await.expect(200).text("ended_on"), "2026-03-04");
}

#[tokio::test]
async fn holes_in_the_net_are_counted() {
    let test = TestApp::with(&[&MODULE]).await;
    let keeper = test.role(WUHUA, "grid.keeper").await;
    let clerk = clerk(&test).await;
    household(&clerk, "0001", "李阿诗").await;
    let of = async || {
        let listed = keeper.get(&net(HUASHAN, "/coverage?limit=100")).await.expect(200);
        listed.items().iter().find(|row| row["place"] == VILLAGE).cloned().unwrap()
    };
    let before = of().await;
    assert_eq!((&before["grids"], &before["outside"], &before["complete"]), (&json!(0), &json!(1), &json!(false)));
    let grid = draw(&keeper, "第一网格").await;
    let path = net(VILLAGE, &format!("/grids/{}", grid.text("id")));
    keeper.post(&format!("{path}/households"), json!({ "from": VILLAGE })).await.expect(200);
    assert_eq!(of().await["without_leader"], 1);
    keeper.post(&format!("{path}/staff"), json!({ "role": "leader", "name": "李阿诗" })).await.expect(200);
    let after = of().await;
    assert_eq!((&after["undrawn"], &after["outside"], &after["complete"]), (&json!(1), &json!(0), &json!(true)));
    let gaps = keeper.get(&net(HUASHAN, "/coverage?gaps=true&limit=100")).await.expect(200);
    assert!(gaps.items().iter().all(|row| row["place"] != VILLAGE) && !gaps.items().is_empty());
    let page = keeper.get(&net(WUHUA, "/coverage?limit=2")).await.expect(200);
    assert_eq!(page.items().len(), 2);
    let next = page.text("next");
    let next = keeper.get(&net(WUHUA, &format!("/coverage?limit=2&after={next}"))).await.expect(200);
    assert!(next.items()[0]["place"].as_str() > page.items()[1]["place"].as_str());
}

#[tokio::test]
async fn a_file_of_grids_comes_in_whole_or_not_at_all_and_twice_changes_nothing() {
    let test = TestApp::with(&[&MODULE]).await;
    let keeper = test.role(WUHUA, "grid.keeper").await;
    let send = async |content: &str, dry_run: bool| {
        let body = json!({ "content": STANDARD.encode(content), "dry_run": dry_run });
        keeper.post(&net(VILLAGE, "/grids/import"), body).await
    };
    let sheet = "网格台账\n网格名称,类型,所属网格,四至,网格长,联系电话\n第一网格,基础,,翠湖以东,李阿诗,13888800001\n1 栋,微,第一网格,,,\n";
    let wrong = format!("{sheet}第二网格,什么,,,,123\n第一网格,基础,,,,\n2 栋,微,没有的,,,\n");
    let judged = send(&wrong, false).await.expect(200);
    let faults: Vec<(i64, &str)> = judged.body["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["row"].as_i64().unwrap(), fault["field"].as_str().unwrap()))
        .collect();
    assert_eq!(faults, [(5, "kind"), (5, "phone"), (6, "name"), (7, "grid")]);
    assert!(keeper.get(&net(VILLAGE, "/grids")).await.expect(200).items().is_empty(), "nothing was written");
    let look = send(sheet, true).await.expect(200);
    assert_eq!((&look.body["drawn"], &look.body["faults"]), (&json!(2), &json!([])));
    assert!(keeper.get(&net(VILLAGE, "/grids")).await.expect(200).items().is_empty());
    assert_eq!(send(sheet, false).await.expect(200).body["drawn"], 2);
    let listed = keeper.get(&net(VILLAGE, "/grids?kind=basic")).await.expect(200);
    assert_eq!((&listed.items()[0]["leader"], &listed.items()[0]["area"]), (&json!("李阿诗"), &json!("翠湖以东")));
    let again = send(sheet, false).await.expect(200);
    assert_eq!((&again.body["drawn"], &again.body["known"]), (&json!(0), &json!(2)));

    let feature = |name: &str, east: f64| {
        let geometry: Value = serde_json::from_str(&square(east, 0.0)).unwrap();
        json!({ "type": "Feature", "geometry": geometry, "properties": { "village": VILLAGE, "name": name } })
    };
    let collection = |features: Value| json!({ "type": "FeatureCollection", "features": features }).to_string();
    let over = collection(json!([feature("甲", 5.0), feature("乙", 5.5)]));
    let judged = send(&over, false).await.expect(200);
    assert_eq!(
        (judged.body["faults"][0]["row"].as_i64(), judged.text("/faults/0/field").as_str()),
        (Some(2), "boundary")
    );
    let apart = collection(json!([feature("甲", 5.0), feature("乙", 6.0)]));
    assert_eq!(send(&apart, false).await.expect(200).body["drawn"], 2);
    send("{\"type\":\"Point\"}", false).await.expect(422);
    send("a,b\n1,2\n", false).await.expect(422);
}

#[tokio::test]
async fn a_file_of_thousands_comes_in_at_once_and_is_told_once() {
    let test = TestApp::with(&[&MODULE]).await;
    let keeper = test.user(WUHUA, &["grid.net.draw", "grid.net.read", "base.event.read"]).await;
    let mut sheet = "网格名称,类型,所属网格\n".to_owned();
    for grid in 1..=7 {
        sheet += &format!("第{grid}网格,基础,\n");
        for micro in 1..=950 {
            sheet += &format!("{micro} 栋,微,第{grid}网格\n");
        }
    }
    let body = json!({ "content": STANDARD.encode(sheet) });
    let imported = keeper.post(&net(VILLAGE, "/grids/import"), body).await.expect(200);
    assert_eq!((&imported.body["drawn"], &imported.body["faults"]), (&json!(7 * 951), &json!([])));
    test.pass(Duration::seconds(3));
    let told = keeper.get(&format!("/places/{WUHUA}/events?topic=grid.net.imported")).await.expect(200);
    assert_eq!(told.items().len(), 1, "one for the file");
    assert_eq!(keeper.get(&net(&format!("{VILLAGE}007"), "/grids")).await.expect(200).items().len(), 20);
}

//! Scenario 19: nobody can be made to prove that they are alive; and nobody is sent away because a department's interface fails.

use chrono::Duration;
use jizuo_server::MODULES;
use jizuo_testing::places::{PROVINCE, VILLAGE, WUHUA};
use jizuo_testing::{Department, TestApp, Turn};
use serde_json::json;

#[tokio::test]
async fn a_demand_for_proof_of_being_alive_gets_the_next_door_and_the_fifth_one_tells_the_county() {
    let test = TestApp::with(MODULES).await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let here = format!("/places/{WUHUA}/certificates");

    for words in ["健在证明", "还活着", "生存证明"] {
        let found = test.stranger().get(&format!("{here}/lookup?q={words}")).await.expect(200).body.to_string();
        assert!(found.contains("being_alive") && found.contains("社"), "{words}: {found}");
    }

    // No role and no path makes such an item.
    let all: Vec<&str> = test.app.registry.modules().iter().flat_map(|m| m.permissions).map(|p| p.id).collect();
    for place in [WUHUA, PROVINCE] {
        let mighty = test.user(place, &all).await;
        for (slug, name) in [("being_alive", "养老金资格证明"), ("pension_proof", "健在证明")] {
            let item = json!({
                "code": slug, "name": name, "status_kind": "retained", "issuer": "村民委员会", "purpose": "领取养老金",
                "basis": { "kind": "law", "law": "某某规定", "article": "第一条" }, "next_door": "村民委员会",
            });
            let refused = mighty.post(&format!("/places/{place}/certificates/items"), item).await.expect(409);
            assert_eq!(refused.text("rule"), "CERT.NEG", "{:#}", refused.body);
            assert!(refused.text("source").contains("民发〔2020〕20号"), "{:#}", refused.body);
        }
        // A list that leaves the item out, as one province's does, changes nothing: the national one still blocks.
        let shorter = json!({ "value": ["kinship"], "reason": "省清单" });
        let admin = test.role(place, "base.system_admin").await;
        let answer = admin.put(&format!("/places/{place}/rules/CERT.NEG"), shorter).await;
        if answer.status.is_success() {
            let rule = admin.get(&format!("/places/{WUHUA}/rules/CERT.NEG")).await.expect(200);
            assert!(rule.body["value"].as_array().unwrap().iter().any(|id| id == "being_alive"));
        }
    }

    // And no role and no path issues such a paper.
    let mighty = test.user(WUHUA, &all).await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": { "person.name": "李阿奶" } });
    let person = mighty.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id");
    for place in [VILLAGE, WUHUA] {
        for words in ["健在证明", "being_alive", "还活着的证明"] {
            let body = json!({ "item": words, "person": person, "purpose": "领取养老金" });
            let refused = mighty.post(&format!("/places/{place}/certificates/papers"), body).await;
            let refused = refused.refused(409, "certificates.paper.negative");
            assert!(refused.text("source").contains("民发〔2020〕20号附件第10项"), "{:#}", refused.body);
            assert!(refused.text("detail").contains("社会保险"), "{:#}", refused.body);
        }
    }

    let demands = format!("/places/{VILLAGE}/certificates/demands");
    let county = test.user(WUHUA, &["certificates.demand.read"]).await;
    for n in 1..=5 {
        let body = json!({ "what": "健在证明", "requesting_body": if n == 5 { "某保险公司" } else { "某某银行" }, "matter": "领取养老金" });
        let answer = clerk.post(&demands, body).await.expect(201);
        assert_eq!(answer.text("outcome"), "off_list");
        assert!(answer.body.to_string().contains("社"), "the answer names the next door: {:#}", answer.body);
        test.settle().await;
        let notices = county.get(&format!("{here}/notices")).await.expect(200);
        assert_eq!(notices.items().len(), usize::from(n == 5), "after {n} demands");
    }
    let notices = county.get(&format!("{here}/notices")).await.expect(200);
    let id = notices.items()[0]["id"].as_str().unwrap();
    let notice = county.get(&format!("{here}/notices/{id}")).await.expect(200);
    let text = notice.body.to_string();
    assert!(text.contains("某某银行") && text.contains("某保险公司"), "{text}");
}

#[tokio::test]
async fn a_department_that_does_not_answer_holds_nobody_up() {
    let test = TestApp::with_departments(MODULES).await;
    let department = Department::open(|_| Turn::Silence).await;
    let keeper = test.role(WUHUA, "certificates.source_keeper").await;
    let source = json!({
        "kind": "http", "title": "婚姻登记核验", "department": "县民政局", "ground": "statutory_duty",
        "basis": "国务院令第716号第七条", "purposes": ["办理住房补贴"], "items": ["marital_status"],
        "http": { "url": department.url, "method": "get", "authentication": "none", "timeout_ms": 100, "retries": 2 },
        "request": [{ "element": "person.identity_number", "field": "idcard" }],
        "verdict": { "pointer": "/state", "confirmed": ["married"] },
        "fallback": "commitment", "next_door": "签署告知承诺书，当场受理；住建部门事后核对",
    });
    keeper.post(&format!("/places/{WUHUA}/certificates/sources"), source).await.expect(201);
    let village = test.role(VILLAGE, "base.village_clerk").await;
    let facts = json!({ "person.name": "李阿诗", "person.identity_number": "530102188001010016" });
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": facts });
    let person = village.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id");

    // She needs no paper, her number is not asked of her again, and the interface is silent.
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let checks = format!("/places/{VILLAGE}/certificates/checks");
    let made = clerk.post(&checks, json!({ "item": "单身证明", "person": person })).await.expect(201);
    assert_eq!((made.text("outcome"), made.text("failure")), ("failed".into(), "timeout".into()));
    assert_eq!(made.text("fallback"), "commitment");
    assert!(made.text("/says/zh").contains("不影响办事") && made.text("/says/zh").contains("当场受理"));
    assert!(!made.text("/says/zh").contains("证明材料"), "and nobody asks for the paper instead");
    assert_eq!(department.asked().len(), 1, "silence is waited for once, and no longer than the source says");
    test.settle().await;
    let listed = clerk.get(&format!("{checks}?outcome=failed")).await.expect(200);
    assert_eq!(listed.items()[0]["id"], made.body["id"], "that it was tried is on the record");
    let program = test.role(WUHUA, "base.integrator").await;
    // The feed holds the newest facts back for two seconds.
    test.pass(Duration::seconds(3));
    let told = program.get(&format!("/places/{WUHUA}/events?topic=certificates.check.made")).await.expect(200);
    assert_eq!(told.items().len(), 1);
    let told = told.body.to_string();
    assert!(told.contains("failed") && !told.contains("李阿诗") && !told.contains(&person), "{told}");
}

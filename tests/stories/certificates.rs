//! Scenario 19: nobody can be made to prove that they are alive.

use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::{PROVINCE, VILLAGE, WUHUA};
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

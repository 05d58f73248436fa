//! Oral and written agreements, and when they take effect. The worked examples are in `tests/stories/mediation.rs`.

use jizuo_testing::places::{VILLAGE, WUHUA};
use serde_json::{Value, json};

use crate::{at, people, platform};

#[tokio::test]
async fn an_oral_agreement_is_acknowledged_by_everybody_and_by_parties_only() {
    let test = platform().await;
    let people = people(&test).await;
    let id = people.accepted().await;
    let parties = people.parties(&id).await;
    let oral = |by: Value| json!({ "content": "当场赔偿三百元", "settles": [], "acknowledged_by": by });
    let refused = people.take(&id, "agree_orally", oral(json!([parties[0]]))).await;
    let refused = refused.refused(409, "mediation.agreement.unacknowledged");
    assert!(refused.text("detail").contains("段永胜") && !refused.text("detail").contains("李阿诗"));
    assert!(refused.text("source").contains("第三十条"));
    let body = oral(json!([parties[0], people.mediator.id]));
    assert_eq!(people.take(&id, "agree_orally", body).await.expect(422).fields(), ["acknowledged_by.1"]);
    let mut body = oral(json!(parties));
    body["content"] = json!("");
    body["amount"] = json!(0);
    body["reached_at"] = json!("2026-03-02T01:00:01Z");
    let refused = people.take(&id, "agree_orally", body).await.expect(422);
    assert_eq!(refused.fields(), ["content", "amount", "reached_at"]);
    let mut body = oral(json!(parties));
    body.as_object_mut().unwrap().remove("settles");
    assert_eq!(
        people.take(&id, "agree_orally", body).await.expect(422).fields(),
        ["settles"],
        "it may be empty, not absent"
    );

    // Recorded later, it is in effect since the day it was reached.
    let mut body = oral(json!(parties));
    body["reached_at"] = json!("2026-02-28T16:30:00Z");
    // A whole number of fen, as a client without integers writes it.
    body["amount"] = json!(30000.0);
    let agreed = people.take(&id, "agree_orally", body).await.expect(200);
    assert_eq!((agreed.text("effective_on"), agreed.text("form")), ("2026-03-01".into(), "oral".into()));
    assert_eq!(people.offered(&id).await, ["perform", "breach"]);
}

#[tokio::test]
async fn only_an_oral_agreement_in_effect_is_written_down_and_once() {
    let test = platform().await;
    let people = people(&test).await;
    let id = people.accepted().await;
    let ask = json!({ "asked_by": people.parties(&id).await[0] });
    people.take(&id, "write_down", ask.clone()).await.refused(409, "mediation.agreement.not_oral");
    people.agree_orally(&id).await.expect(200);
    let nobody = json!({ "asked_by": people.mediator.id });
    assert_eq!(people.take(&id, "write_down", nobody).await.expect(422).fields(), ["asked_by"]);
    // Even after it was performed: paper can be wanted later.
    people.take(&id, "perform", json!({ "reason": "当场付清" })).await.expect(200);
    people.take(&id, "write_down", ask.clone()).await.expect(200);
    let twice = people.take(&id, "write_down", ask).await.refused(409, "mediation.agreement.not_oral");
    assert_eq!(twice.text("/current/written"), "true");
}

#[tokio::test]
async fn a_written_agreement_waits_for_everything_that_is_missing() {
    let test = platform().await;
    let people = people(&test).await;
    let id = people.accepted().await;
    let written = json!({ "content": "乙方付二千元", "amount": 200_000, "settles": [] });
    let drafted = people.take(&id, "agree_in_writing", written).await.expect(200);
    assert_eq!((drafted.text("state"), drafted.body.get("effective_on")), ("signing".into(), None));
    assert!(people.show(&id).await.body.get("confirmation").is_none(), "nothing to confirm before it is in effect");
    assert_eq!(people.mediator.get("/me/inbox").await.expect(200).items()[0]["action"], "mediation.case.take_effect");

    let nothing = people.take(&id, "take_effect", json!({})).await.refused(409, "mediation.agreement.unsigned");
    for missing in ["李阿诗", "段永胜", "调解员签名", "印章"] {
        assert!(nothing.text("detail").contains(missing), "{missing}: {:#}", nothing.body);
    }
    assert!(nothing.text("source").contains("第二十九条"));
    let all = people.signed(&id, "2026-03-02").await;
    for (field, named) in [("sealed_on", "印章"), ("mediator_signed_on", "调解员签名")] {
        let mut body = all.clone();
        body.as_object_mut().unwrap().remove(field);
        let refused = people.take(&id, "take_effect", body).await.refused(409, "mediation.agreement.unsigned");
        assert!(refused.text("detail").contains(named) && !refused.text("detail").contains("李阿诗"));
    }
    let mut wrong = all.clone();
    wrong["signatures"][0]["on"] = json!("2026-03-01");
    wrong["signatures"][1]["party"] = json!(people.mediator.id);
    wrong["sealed_on"] = json!("2026-03-03");
    let refused = people.take(&id, "take_effect", wrong).await.expect(422);
    assert_eq!(refused.fields(), ["signatures.1", "signatures.0.on", "sealed_on"]);
    let effective = people.take(&id, "take_effect", all).await.expect(200);
    assert_eq!((effective.text("state"), effective.text("form")), ("effective".into(), "written".into()));
    people.take(&id, "take_effect", json!({})).await.expect(409);
}

#[tokio::test]
async fn a_draft_can_be_replaced_until_it_is_signed() {
    let test = platform().await;
    let people = people(&test).await;
    let id = people.accepted().await;
    let draft = |content: &str, settles: Value| json!({ "content": content, "settles": settles });
    people.take(&id, "agree_in_writing", draft("坡地归李家", json!(["property_ownership"]))).await.expect(200);
    let anew = draft("只谈补偿", json!([]));
    people.take(&id, "agree_in_writing", anew.clone()).await.refused(409, "base.process.again");
    let etag = people.show(&id).await.header("etag").unwrap().to_owned();
    people.take_seen(&id, "agree_in_writing", anew.clone(), &etag).await.expect(200);
    people.take_seen(&id, "agree_in_writing", anew, &etag).await.refused(409, "base.process.again");
    let effective = people.signed(&id, "2026-03-02").await;
    people.take(&id, "take_effect", effective).await.expect(200);
    let shown = people.show(&id).await;
    let agreements = shown.body["agreements"].as_array().unwrap();
    assert_eq!(agreements.len(), 2);
    assert!(agreements[0].get("replaced_at").is_some() && agreements[0].get("effective_on").is_none());
    assert_eq!(
        (agreements[1]["content"].as_str(), agreements[1]["effective_on"].as_str()),
        (Some("只谈补偿"), Some("2026-03-02"))
    );
    assert_eq!(shown.text("/confirmation/standing"), "open", "the draft that was replaced does not count");
    assert!(shown.body["agreements"][1].get("amount").is_none());
}

#[tokio::test]
async fn what_is_not_performed_goes_to_court() {
    let test = platform().await;
    let people = people(&test).await;
    let id = people.accepted().await;
    people.agree_orally(&id).await.expect(200);
    assert_eq!(people.take(&id, "breach", json!({})).await.expect(422).fields(), ["reason"]);
    let breached = people.take(&id, "breach", json!({ "reason": "催告两次仍未付款" })).await.expect(200);
    assert_eq!(breached.text("state"), "breached");
    assert!(breached.text("/other_ways/0/basis/zh").contains("第三十二条"));
    assert!(people.show(&id).await.body["actions"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn of_two_who_change_a_case_at_once_one_is_told_to_read_it_again() {
    let test = platform().await;
    let people = people(&test).await;
    let id = people.accepted().await;
    let parties = people.parties(&id).await;
    let (first, second) = (people.mediator.at_once(), people.head.at_once());
    let refuse = at(VILLAGE, &format!("/{id}/parties/{}/refuse", parties[0]));
    let add = at(WUHUA, &format!("/{id}/parties"));
    let (refused, added) = tokio::join!(
        first.post(&refuse, json!({})),
        second.post(&add, json!({ "name": "王五", "side": "respondent" }))
    );
    // One after the other both may happen, or one is told to read again; never a party added unseen by the refusal.
    let happened = [refused.status, added.status].iter().filter(|status| status.is_success()).count();
    assert!(happened >= 1);
    let shown = people.show(&id).await;
    assert_eq!(shown.body["parties"].as_array().unwrap().len(), 2 + usize::from(added.status == 201));
    for answer in [refused, added] {
        if !answer.status.is_success() {
            answer.expect(409);
        }
    }
}

#[tokio::test]
async fn of_those_who_agree_at_the_same_moment_one_succeeds_and_the_others_learn_it() {
    let test = platform().await;
    let people = people(&test).await;
    let id = people.accepted().await;
    let parties = people.parties(&id).await;
    let path = format!("/places/{VILLAGE}/mediation/cases/{id}");
    let oral = json!({ "content": "互相道歉", "settles": [], "acknowledged_by": parties });
    let written = json!({ "content": "付二千元", "settles": [] });
    let agree = |step: &'static str, body: &Value| {
        let (mediator, path, body) = (people.mediator.at_once(), format!("{path}/{step}"), body.clone());
        async move { mediator.post(&path, body).await }
    };
    let (a, b, c, d) = tokio::join!(
        agree("agree_orally", &oral),
        agree("agree_in_writing", &written),
        agree("agree_orally", &oral),
        agree("agree_in_writing", &written),
    );
    let (won, lost): (Vec<_>, Vec<_>) = [a, b, c, d].into_iter().partition(|answer| answer.status.is_success());
    assert_eq!(won.len(), 1);
    let state = won[0].text("state");
    for answer in lost {
        assert_eq!((answer.status.as_u16(), answer.text("/current/state")), (409, state.clone()), "{}", answer.body);
    }
    assert_eq!(people.show(&id).await.body["agreements"].as_array().unwrap().len(), 1);
}

//! From a suggestion to feedback: what people talk over, with whom, what they agree on, and what becomes of what they do not.

use chrono::Duration;
use jizuo_testing::{Answer, TestApp, User};
use serde_json::{Value, json};

use crate::{VILLAGE, at, platform};

/// 双江街道, above the village.
const TOWNSHIP: &str = "530426001";

struct Talk<'a> {
    clerk: User<'a>,
}

async fn talk(test: &TestApp) -> Talk<'_> {
    Talk { clerk: test.role(VILLAGE, "consultation.clerk").await }
}

fn topic() -> Value {
    json!({
        "form": "council",
        "parties": [
            { "kind": "residents", "name": "李阿诗" }, { "kind": "non_registered_residents", "name": "租户段永胜" },
            { "kind": "property_firm", "name": "双江物业" },
        ],
    })
}

impl Talk<'_> {
    async fn raise(&self) -> String {
        let body = json!({ "title": "巷道夜间停车", "origin": "suggestion", "suggested_by": "李阿诗" });
        self.clerk.post(&at(VILLAGE, "/deliberations"), body).await.expect(201).text("id")
    }

    async fn take(&self, id: &str, step: &str, body: Value) -> Answer {
        self.clerk.post(&at(VILLAGE, &format!("/deliberations/{id}/{step}")), body).await
    }

    async fn show(&self, id: &str) -> Answer {
        self.clerk.get(&at(VILLAGE, &format!("/deliberations/{id}"))).await.expect(200)
    }

    async fn told(&self, held_on: &str) -> String {
        let id = self.raise().await;
        self.take(&id, "fix", topic()).await.expect(200);
        self.take(&id, "tell", json!({ "held_on": held_on, "venue": "村文化活动室" })).await.expect(200);
        id
    }

    async fn held(&self, said: Value) -> String {
        let id = self.told("2026-03-02").await;
        self.take(&id, "hold", said).await.expect(200);
        id
    }

    fn actions(shown: &Answer) -> Vec<&str> {
        let all = shown.body["actions"].as_array().unwrap().iter();
        all.map(|step| step["action"].as_str().unwrap().rsplit('.').next().unwrap()).collect()
    }
}

#[tokio::test]
async fn a_suggestion_is_talked_over_carried_out_and_fed_back() {
    let test = platform().await;
    let talk = talk(&test).await;
    let id = talk.raise().await;
    let inbox = talk.clerk.get("/me/inbox").await.expect(200);
    assert_eq!(inbox.items()[0]["action"], "consultation.deliberation.fix");
    assert!(inbox.items()[0]["due_at"].is_string(), "whoever suggests something is answered in time");
    let fixed = talk.take(&id, "fix", topic()).await.expect(200);
    assert_eq!((fixed.text("state"), fixed.text("form")), ("fixed".into(), "council".into()));
    // Told on Monday for Wednesday.
    let notice = json!({ "held_on": "2026-03-04", "venue": "村文化活动室" });
    talk.take(&id, "tell", notice).await.expect(200);
    let said = json!({ "opinions": "住户要求留出消防通道", "agreed": ["东侧停车", "西侧留空"] });
    let early = talk.take(&id, "hold", said.clone()).await.refused(409, "consultation.deliberation.too_early");
    assert!(early.text("source").contains("41号") && !early.text("who").is_empty());
    test.pass(Duration::days(2));
    talk.take(&id, "hold", said).await.expect(200);
    test.pass(Duration::days(7));
    let done = talk.take(&id, "carry_out", json!({ "carried_out": "已划线，张贴公告" })).await.expect(200);
    assert_eq!((done.text("state"), done.text("phase")), ("carried_out".into(), "done".into()));
    let shown = talk.show(&id).await;
    assert_eq!(
        (shown.text("told_on"), shown.text("held_on"), shown.text("fed_back_on")),
        ("2026-03-02".into(), "2026-03-04".into(), "2026-03-11".into())
    );
    assert_eq!(shown.text("suggested_by"), "李阿诗");
    assert_eq!(shown.body["agreed"], json!(["东侧停车", "西侧留空"]));
    assert_eq!(shown.text("/parties/1/kind"), "non_registered_residents", "who lives here takes part");
    assert!(shown.body["actions"].as_array().unwrap().is_empty());
    let line: Vec<_> = shown.body["steps"].as_array().unwrap().iter().map(|s| s["to"].as_str().unwrap()).collect();
    assert_eq!(line, ["raised", "fixed", "told", "talked_over", "carried_out"]);
}

#[tokio::test]
async fn the_topic_may_be_put_in_other_words_and_the_inbox_calls_it_so() {
    let test = platform().await;
    let talk = talk(&test).await;
    let id = talk.raise().await;
    let mut other = topic();
    other["title"] = json!("巷道停车和消防通道");
    assert_eq!(talk.take(&id, "fix", other).await.expect(200).text("title"), "巷道停车和消防通道");
    let inbox = talk.clerk.get("/me/inbox").await.expect(200);
    assert!(inbox.items()[0]["label"].as_str().unwrap().contains("消防通道"), "{:#}", inbox.body);
}

#[tokio::test]
async fn another_day_is_told_anew() {
    let test = platform().await;
    let talk = talk(&test).await;
    let id = talk.told("2026-03-06").await;
    let back = talk.take(&id, "postpone", json!({ "reason": "当天下大雨" })).await.expect(200);
    assert_eq!(back.text("state"), "fixed");
    talk.take(&id, "hold", json!({ "opinions": "x" })).await.refused(409, "base.process.not_now");
    talk.take(&id, "tell", json!({ "held_on": "2026-03-02", "venue": "村口" })).await.expect(200);
    assert_eq!(talk.show(&id).await.text("venue"), "村口");
    talk.take(&id, "hold", json!({ "opinions": "提前开了" })).await.expect(200);
}

#[tokio::test]
async fn who_differs_is_told_why_before_it_ends() {
    let test = platform().await;
    let talk = talk(&test).await;
    let said = json!({ "opinions": "多数同意", "agreed": ["装监控"], "dissent": "两户认为侵犯隐私" });
    for (step, mut body) in [
        ("carry_out", json!({ "carried_out": "已安装" })),
        ("unsettle", json!({ "reason": "暂缓" })),
        (
            "refer",
            json!({
                "body": "villagers_assembly_persons", "matter": "village_other", "held_on": "2026-03-20",
                "notice_on": "2026-03-02", "figures": { "adults": 900 },
            }),
        ),
    ] {
        let id = talk.held(said.clone()).await;
        assert_eq!(talk.take(&id, step, body.clone()).await.expect(422).fields(), ["explanation"], "{step}");
        assert_eq!(talk.show(&id).await.text("state"), "talked_over");
        body["explanation"] = json!("镜头只对公共巷道");
        talk.take(&id, step, body).await.expect(200);
        assert_eq!(talk.show(&id).await.text("explanation"), "镜头只对公共巷道", "{step}");
    }
    // Said at once, it is not asked again.
    let mut told = said;
    told["explanation"] = json!("当场说明");
    let id = talk.held(told).await;
    talk.take(&id, "carry_out", json!({ "carried_out": "已安装" })).await.expect(200);
    assert_eq!(talk.show(&id).await.text("explanation"), "当场说明");
}

#[tokio::test]
async fn what_nobody_agreed_on_is_not_carried_out() {
    let test = platform().await;
    let talk = talk(&test).await;
    let id = talk.held(json!({ "opinions": "各说各的" })).await;
    let shown = talk.show(&id).await;
    assert_eq!(Talk::actions(&shown), ["refer", "unsettle"]);
    let refused = talk.take(&id, "carry_out", json!({ "carried_out": "已办" })).await;
    refused.refused(409, "consultation.deliberation.nothing_agreed");
    let ended = talk.take(&id, "unsettle", json!({ "reason": "差距过大" })).await.expect(200);
    assert_eq!((ended.text("state"), ended.text("phase")), ("unsettled".into(), "done".into()));
}

#[tokio::test]
async fn what_is_declined_says_why_and_where_to_go() {
    let test = platform().await;
    let talk = talk(&test).await;
    let id = talk.raise().await;
    let silent = talk.take(&id, "decline", json!({ "reason": " ", "next_door": " " })).await.expect(422);
    assert_eq!(silent.fields(), ["next_door"]);
    let why = json!({ "reason": " ", "next_door": "村人民调解委员会" });
    assert_eq!(talk.take(&id, "decline", why).await.expect(422).fields(), ["reason"]);
    let why = json!({ "reason": "个人之间的欠款", "next_door": "村人民调解委员会" });
    let declined = talk.take(&id, "decline", why).await.expect(200);
    assert_eq!((declined.text("state"), declined.text("next_door")), ("declined".into(), "村人民调解委员会".into()));
}

#[tokio::test]
async fn a_meeting_is_called_with_the_words_of_the_deliberation_and_tells_it_how_it_ended() {
    let test = platform().await;
    let talk = talk(&test).await;
    let secretary = test.role(VILLAGE, "consultation.secretary").await;
    let body = json!({ "title": "修路占地", "description": "六户占地不一", "origin": "committee" });
    let id = talk.clerk.post(&at(VILLAGE, "/deliberations"), body).await.expect(201).text("id");
    talk.take(&id, "fix", topic()).await.expect(200);
    talk.take(&id, "tell", json!({ "held_on": "2026-03-02", "venue": "村口" })).await.expect(200);
    talk.take(&id, "hold", json!({ "opinions": "补偿标准分歧大" })).await.expect(200);
    let referral = json!({
        "body": "villagers_assembly_persons", "matter": "village_planning", "held_on": "2026-03-02",
        "notice_on": "2026-02-20", "figures": { "adults": 900 },
    });
    // Refused as the calling of a meeting is, and then nothing has happened.
    let mut wrong = referral.clone();
    wrong["matter"] = json!("land_compensation");
    talk.take(&id, "refer", wrong).await.refused(409, "consultation.meeting.body");
    assert_eq!(talk.show(&id).await.text("state"), "talked_over");

    let call = async || {
        let referred = talk.take(&id, "refer", referral.clone()).await.expect(200);
        assert_eq!(referred.text("state"), "to_be_decided");
        let listed = talk.clerk.get(&at(VILLAGE, "/meetings")).await.expect(200);
        listed.items()[0].clone()
    };
    let meeting = call().await;
    let shown = talk.show(&id).await;
    let path = at(VILLAGE, &format!("/meetings/{}", meeting["id"].as_str().unwrap()));
    let full = talk.clerk.get(&path).await.expect(200);
    assert_eq!((full.text("title"), full.text("description")), ("修路占地".into(), "六户占地不一".into()));
    assert_eq!(full.text("case"), shown.text("case"), "one case");
    assert_eq!((full.text("/deliberations/0/id"), shown.text("/meetings/0/id")), (id.clone(), full.text("id")));
    // Without its quorum nothing is decided, and it is talked over once more.
    secretary.post(&format!("{path}/study"), json!({ "studied_on": "2026-03-01" })).await.expect(200);
    talk.clerk.post(&format!("{path}/attend"), json!({ "in_person": 1 })).await.expect(200);
    test.settle().await;
    let back = talk.show(&id).await;
    assert_eq!(back.text("state"), "talked_over");
    assert!(back.body["steps"].to_string().contains("没有开成"));

    for (yes, state) in [(100, "talked_over"), (451, "resolved")] {
        let meeting = call().await;
        let path = at(VILLAGE, &format!("/meetings/{}", meeting["id"].as_str().unwrap()));
        secretary.post(&format!("{path}/study"), json!({ "studied_on": "2026-03-01" })).await.expect(200);
        talk.clerk.post(&format!("{path}/attend"), json!({ "in_person": 900 })).await.expect(200);
        talk.clerk.post(&format!("{path}/vote"), json!({ "yes": yes, "no": 0 })).await.expect(200);
        test.settle().await;
        assert_eq!(talk.show(&id).await.text("state"), "to_be_decided", "it is decided once it is public");
        talk.clerk.post(&format!("{path}/publish"), json!({})).await.expect(200);
        test.settle().await;
        assert_eq!(talk.show(&id).await.text("state"), state, "{yes} of 900");
    }
    assert_eq!(talk.show(&id).await.body["meetings"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn what_was_resumed_by_hand_is_not_moved_by_an_older_meeting() {
    let test = platform().await;
    let talk = talk(&test).await;
    let id = talk.held(json!({ "opinions": "分歧大", "agreed": ["先清淤"] })).await;
    let group = json!({
        "body": "collective_assembly", "matter": "investment", "held_on": "2026-03-20", "notice_on": "2026-03-02",
        "figures": { "members": 300 },
    });
    talk.take(&id, "refer", group).await.expect(200);
    assert_eq!(talk.take(&id, "resume", json!({})).await.expect(422).fields(), ["reason"]);
    talk.take(&id, "resume", json!({ "reason": "又谈拢了" })).await.expect(200);
    let listed = talk.clerk.get(&at(VILLAGE, "/meetings")).await.expect(200);
    let meeting = listed.items()[0]["id"].as_str().unwrap().to_owned();
    let cancel = at(VILLAGE, &format!("/meetings/{meeting}/cancel"));
    talk.clerk.post(&cancel, json!({ "reason": "不用开了" })).await.expect(200);
    test.settle().await;
    let shown = talk.show(&id).await;
    assert_eq!(shown.text("state"), "talked_over");
    assert_eq!(Talk::actions(&shown), ["carry_out", "refer", "unsettle"]);
}

fn wrong(answer: &Answer) -> Vec<&str> {
    let mut fields = answer.fields();
    fields.sort_unstable();
    fields
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let test = platform().await;
    let talk = talk(&test).await;
    let county = test.role("530426", "consultation.clerk").await;
    let new = json!({ "title": " ", "origin": "suggestion", "suggested_by": "a\u{0007}b" });
    assert_eq!(
        wrong(&county.post(&at("530426", "/deliberations"), new).await.expect(422)),
        ["place", "suggested_by", "title"]
    );
    let township = test.role(TOWNSHIP, "consultation.clerk").await;
    let across = json!({ "title": "两村共用水源", "origin": "committee" });
    let across = township.post(&at(TOWNSHIP, "/deliberations"), across).await.expect(201).text("id");

    let id = talk.raise().await;
    let alone = json!({ "form": "talk", "parties": [{ "kind": "expert", "name": " " }] });
    assert_eq!(talk.take(&id, "fix", alone).await.expect(422).fields(), ["parties", "parties.0.name"]);
    talk.take(&id, "fix", topic()).await.expect(200);
    let late = json!({ "held_on": "2026-03-01", "told_on": "2026-03-02", "venue": " " });
    assert_eq!(wrong(&talk.take(&id, "tell", late).await.expect(422)), ["told_on", "venue"]);
    let far = json!({ "held_on": "2027-06-01", "venue": "村口" });
    assert_eq!(talk.take(&id, "tell", far).await.expect(422).fields(), ["held_on"]);
    talk.take(&id, "tell", json!({ "held_on": "2026-03-02", "venue": "村口" })).await.expect(200);
    let many = json!({ "opinions": " ", "agreed": vec!["一"; 21] });
    assert_eq!(wrong(&talk.take(&id, "hold", many).await.expect(422)), ["agreed", "opinions"]);
    talk.take(&id, "hold", json!({ "opinions": "好", "agreed": ["修"] })).await.expect(200);
    let before = json!({ "carried_out": "已修", "fed_back_on": "2026-03-01" });
    assert_eq!(talk.take(&id, "carry_out", before).await.expect(422).fields(), ["fed_back_on"]);

    // A township's own goes to the meeting of one of its villages, which it names.
    let path = at(TOWNSHIP, &format!("/deliberations/{across}"));
    township.post(&format!("{path}/fix"), topic()).await.expect(200);
    let notice = json!({ "held_on": "2026-03-02", "venue": "街道" });
    township.post(&format!("{path}/tell"), notice).await.expect(200);
    township.post(&format!("{path}/hold"), json!({ "opinions": "分歧大" })).await.expect(200);
    let mut referral = json!({
        "body": "villagers_assembly_persons", "matter": "village_other", "held_on": "2026-03-20",
        "notice_on": "2026-03-02", "figures": { "adults": 900 },
    });
    let unnamed = township.post(&format!("{path}/refer"), referral.clone()).await.expect(422);
    assert_eq!(unnamed.fields(), ["place"]);
    referral["place"] = json!(VILLAGE);
    township.post(&format!("{path}/refer"), referral).await.expect(200);
    let listed = talk.clerk.get(&at(VILLAGE, "/meetings")).await.expect(200);
    assert_eq!(listed.items()[0]["place"], VILLAGE);
}

#[tokio::test]
async fn figures_count_what_was_raised_and_how_it_ended_and_the_feed_names_nobody() {
    let test = platform().await;
    let talk = talk(&test).await;
    let open = talk.raise().await;
    let id = talk.raise().await;
    let why = json!({ "reason": "个人之间的欠款", "next_door": "村人民调解委员会" });
    talk.take(&id, "decline", why).await.expect(200);
    let reader = test.user("530426", &["base.statistics.read", "base.event.read"]).await;
    let figure = async |id: &str| reader.get(&format!("/places/530426/statistics/{id}")).await.expect(200);
    let raised = figure("consultation.deliberations.by_origin").await;
    assert_eq!((raised.text("total"), raised.text("/rows/0/label")), ("2".into(), "suggestion".into()));
    let ended = figure("consultation.deliberations.by_end").await;
    assert_eq!((ended.text("total"), ended.text("/rows/0/label")), ("1".into(), "declined".into()));
    test.pass(Duration::seconds(5));
    let feed = reader.get("/places/530426/events").await.expect(200);
    let told: Vec<_> = feed.items().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(told.iter().filter(|topic| **topic == "consultation.deliberation.raised").count(), 2);
    assert!(told.contains(&"consultation.deliberation.ended"), "{told:?}");
    let text = feed.body.to_string();
    assert!(!text.contains("李阿诗") && !text.contains("停车"), "{text}");
    let _ = open;
}

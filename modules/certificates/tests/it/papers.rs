//! A paper from application to issue: few steps, the law's limits, two persons where the catalogue says so.

use jizuo_testing::places::{HUASHAN, KUNMING, OTHER_VILLAGE, PANLONG_VILLAGE, PROVINCE, VILLAGE, WUHUA};
use serde_json::json;

use crate::{application, at, hardship, income, issued, platform, poverty, publish, resident};

#[tokio::test]
async fn a_paper_is_applied_for_verified_and_issued_in_two_clicks_with_nothing_typed_twice() {
    let test = platform().await;
    let item = publish(&test, WUHUA, hardship()).await;
    let person = resident(&test, "李阿诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let applied = clerk.post(&at(VILLAGE, "/papers"), application("hardship", &person)).await.expect(201);
    assert_eq!((applied.text("state"), applied.text("phase")), ("approved".into(), "working".into()));
    assert!(applied.body.get("number").is_none() && applied.body.get("validity").is_none());
    let path = at(VILLAGE, &format!("/papers/{}", applied.text("id")));
    clerk.get(&format!("{path}/print")).await.refused(404, "base.gate.not_found");
    let paper = clerk.post(&format!("{path}/issue"), json!({})).await.expect(200);
    assert_eq!(paper.text("number"), "ZM530102-2026-000001");
    assert_eq!((paper.text("state"), paper.text("validity")), ("issued".into(), "valid".into()));
    assert_eq!(paper.text("valid_until"), "2026-04-01", "thirty days, the day of issue not counted");
    let shown = clerk.get(&path).await.expect(200);
    assert_eq!(
        shown.text("body"),
        "兹证明李阿诗是华山西路社区居委会居民，家庭经济困难。\n本证明用于申请法律援助，2026年3月2日出具。"
            .replace("华山西路社区居委会", &shown.text("place_name"))
    );
    assert_eq!((shown.text("item"), shown.text("item_edition")), (item, "1".into()));
    assert_eq!(shown.text("/basis/zh"), "法律援助条例第十七条");
    let line: Vec<_> = shown.body["steps"].as_array().unwrap().iter().map(|s| s["to"].as_str().unwrap()).collect();
    assert_eq!(line, ["applied", "verified", "approved", "issued"]);
    assert!(
        shown.body["actions"].as_array().unwrap().is_empty(),
        "a clerk revokes nothing: {:#}",
        shown.body["actions"]
    );
    clerk.post(&format!("{path}/issue"), json!({})).await.refused(409, "base.process.not_now");
    assert_eq!(clerk.get(&at(VILLAGE, "/papers?number=zm530102-2026-000001")).await.expect(200).items().len(), 1);
    assert_eq!(clerk.get(&at(VILLAGE, "/papers?item=income")).await.expect(200).items().len(), 0);

    let protection = test.role(WUHUA, "base.data_protection").await;
    let why = json!({ "purpose": "本人查询" });
    let held = protection.post(&format!("/places/{VILLAGE}/persons/{person}/held"), why).await.expect(200);
    assert!(held.body.to_string().contains("ZM530102-2026-000001"), "{:#}", held.body);
}

#[tokio::test]
async fn the_printed_paper_says_for_what_it_is_good_and_how_it_is_checked() {
    let test = platform().await;
    let mut item = hardship();
    item["licence_type"] = json!("11100000000013338W011");
    publish(&test, WUHUA, item).await;
    let person = resident(&test, "李<阿>诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let paper = issued(&clerk, application("家庭经济困难证明", &person)).await;
    let path = at(VILLAGE, &format!("/papers/{}", paper.text("id")));
    let page = clerk.get(&format!("{path}/print")).await.expect(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let html = crate::page(&page);
    for says in [
        "家庭经济困难证明",
        "ZM530102-2026-000001",
        "仅限用于：申请法律援助",
        "有效期：2026年3月2日至2026年4月1日",
        "法律援助条例第十七条",
        "“hardship”第1版",
        &paper.text("check_code"),
        "/console/530102/m/certificates/check",
        "<svg ",
        "李&lt;阿&gt;诗",
        &paper.text("/licence/identifier"),
    ] {
        assert!(html.contains(says), "{says} is not in {html}");
    }
    assert!(!html.contains("手写签名") && !html.contains("已撤销"));
    assert!(
        paper
            .text("/licence/identifier")
            .starts_with("1.2.156.3005.2.11100000000013338W011.530102.ZM5301022026000001.001.")
    );
    let file = clerk.get(&format!("{path}/docx")).await.expect(200);
    assert!(file.header("content-disposition").unwrap().contains("ZM530102-2026-000001.docx"));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file.bytes)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("word/document.xml").unwrap(), &mut text).unwrap();
    assert!(text.contains("仅限用于：申请法律援助") && text.contains("李&lt;阿&gt;诗"));
    let mut picture = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_name("word/media/code.bmp").unwrap(), &mut picture).unwrap();
    assert_eq!(u32::from_le_bytes(picture[2..6].try_into().unwrap()) as usize, picture.len());
}

/// DOMAIN §10, scenario 19, with papers: whatever a county tries.
#[tokio::test]
async fn whatever_a_county_lays_down_the_negative_list_is_not_issued() {
    let test = platform().await;
    let person = resident(&test, "李阿诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let editor = test.role(WUHUA, "certificates.editor").await;
    let admin = test.role(WUHUA, "base.system_admin").await;
    let apply = |what: &'static str| clerk_applies(&clerk, what, &person);
    // A list that leaves it out takes nothing away, and a proposal under another code or name is refused.
    let rule = format!("/places/{WUHUA}/rules/CERT.NEG");
    admin.put(&rule, json!({ "value": ["hardship_x"], "reason": "县里要用" })).await.expect(204);
    for (code, name) in [("being_alive", "生活证明书"), ("alive", "老人健在证明"), ("pension", "生存证明")]
    {
        let mut item = hardship();
        (item["code"], item["name"]) = (json!(code), json!(name));
        editor.post(&at(WUHUA, "/items"), item).await.refused(409, "certificates.item.negative");
    }
    for what in ["健在证明", "还活着的证明", "being_alive", "老人健在证明"] {
        let refused = apply(what).await.refused(409, "certificates.paper.negative");
        assert!(refused.text("detail").contains("社会保险"), "{what}: {:#}", refused.body);
        assert!(refused.text("source").contains("民发〔2020〕20号附件第10项"));
    }

    // What is in force is issued; what a level above blocks meanwhile is not, though it was applied for and verified before.
    publish(&test, WUHUA, hardship()).await;
    let before = apply("hardship").await.expect(201).text("id");
    let item = json!({
        "code": "no_hardship", "name": "贫困证明", "status_kind": "negative", "next_door": "由民政部门核对",
        "aliases": ["家庭经济困难证明"],
    });
    publish(&test, PROVINCE, item).await;
    let issue = at(VILLAGE, &format!("/papers/{before}/issue"));
    let refused = clerk.post(&issue, json!({})).await.refused(409, "certificates.paper.negative");
    assert!(refused.text("detail").contains("由民政部门核对"), "{:#}", refused.body);
    apply("hardship").await.expect(409);
    apply("家庭经济困难证明").await.refused(409, "certificates.paper.negative");
    let shown = clerk.get(&at(VILLAGE, &format!("/papers/{before}"))).await.expect(200);
    assert_eq!(shown.text("state"), "approved", "nothing was issued, and no number taken");
    assert!(shown.body.get("number").is_none());
}

async fn clerk_applies(clerk: &jizuo_testing::User<'_>, what: &str, person: &str) -> jizuo_testing::Answer {
    clerk.post(&at(VILLAGE, "/papers"), application(what, person)).await
}

#[tokio::test]
async fn the_rule_of_a_level_above_stops_a_paper_on_its_way_too() {
    let test = platform().await;
    publish(&test, WUHUA, hardship()).await;
    let person = resident(&test, "李阿诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let id = clerk.post(&at(VILLAGE, "/papers"), application("hardship", &person)).await.expect(201).text("id");
    let admin = test.role(KUNMING, "base.system_admin").await;
    let rule = format!("/places/{KUNMING}/rules/CERT.NEG");
    admin.put(&rule, json!({ "value": ["hardship"], "reason": "市清单" })).await.expect(204);
    // At the county's path the same catalogue holds: that of the paper's own village.
    let mighty = test.role(WUHUA, "certificates.clerk").await;
    let refused = mighty.post(&at(WUHUA, &format!("/papers/{id}/issue")), json!({})).await;
    assert!(refused.refused(409, "certificates.paper.negative").text("source").contains("市清单"));
}

#[tokio::test]
async fn what_is_replaced_unknown_or_not_quite_called_so_is_not_issued() {
    let test = platform().await;
    publish(&test, WUHUA, hardship()).await;
    publish(&test, WUHUA, income()).await;
    let replaced =
        json!({ "code": "residence", "name": "居住证明", "status_kind": "replaced", "replacement": "commitment" });
    publish(&test, WUHUA, replaced).await;
    let person = resident(&test, "李阿诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    for (what, code) in [
        ("居住证明", "certificates.paper.replaced"),
        ("养鹅资格证明", "certificates.paper.unknown"),
        ("工资证明", "certificates.paper.negative"),
    ] {
        let refused = clerk_applies(&clerk, what, &person).await.refused(409, code);
        assert!(!refused.text("/current/next_door/zh").is_empty(), "{what}");
        assert!(!refused.text("source").is_empty());
    }
    let inexact = clerk_applies(&clerk, "经济困难", &person).await.expect(422);
    assert_eq!(inexact.fields(), ["item"]);
    assert!(inexact.body.to_string().contains("家庭经济困难证明"));
    let retired = {
        let id = clerk_applies(&clerk, "hardship", &person).await.expect(201).text("id");
        let reviewer = test.role(WUHUA, "certificates.reviewer").await;
        let items = reviewer.get(&at(WUHUA, "/items?code=hardship")).await.expect(200);
        let path = at(WUHUA, &format!("/items/{}/retire", items.items()[0]["id"].as_str().unwrap()));
        reviewer.post(&path, json!({ "reason": "出新版" })).await.expect(200);
        at(VILLAGE, &format!("/papers/{id}/issue"))
    };
    clerk.post(&retired, json!({})).await.refused(409, "certificates.paper.not_in_force");
    publish(&test, WUHUA, hardship()).await;
    let refused = clerk.post(&retired, json!({})).await.refused(409, "certificates.paper.not_in_force");
    assert!(refused.text("detail").contains("现行版次"), "{:#}", refused.body);
}

#[tokio::test]
async fn where_two_persons_are_needed_the_other_one_approves() {
    let test = platform().await;
    let mut item = hardship();
    item["two_persons"] = json!(true);
    publish(&test, WUHUA, item).await;
    let person = resident(&test, "李阿诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    clerk.also(VILLAGE, "certificates.head").await;
    let head = test.role(VILLAGE, "certificates.head").await;
    let applied = clerk_applies(&clerk, "hardship", &person).await.expect(201);
    assert_eq!(applied.text("state"), "verified");
    let path = at(VILLAGE, &format!("/papers/{}", applied.text("id")));
    assert_eq!(head.get("/me/inbox").await.expect(200).items()[0]["action"], "certificates.paper.approve");
    let refused = clerk.post(&format!("{path}/approve"), json!({})).await.refused(409, "certificates.paper.own_work");
    assert_eq!(refused.text("rule"), "CERT.APPROVE.OTHER_PERSON");
    clerk.post(&format!("{path}/pass"), json!({})).await.refused(409, "certificates.paper.two_persons");
    clerk.post(&format!("{path}/issue"), json!({})).await.refused(409, "base.process.not_now");
    let offered = clerk.get(&path).await.expect(200).body["actions"].to_string();
    assert!(!offered.contains("paper.approve") && !offered.contains("paper.pass"), "{offered}");
    let off = json!({ "value": false, "reason": "人手不够" });
    let admin = test.role(WUHUA, "base.system_admin").await;
    admin
        .put(&format!("/places/{WUHUA}/rules/CERT.APPROVE.OTHER_PERSON"), off)
        .await
        .refused(409, "base.rule.direction");
    head.post(&format!("{path}/approve"), json!({})).await.expect(200);
    head.post(&format!("{path}/issue"), json!({})).await.expect(403);
    clerk.post(&format!("{path}/issue"), json!({})).await.expect(200);
    let shown = clerk.get(&path).await.expect(200);
    assert_eq!((shown.text("approved_by"), shown.text("verified_by")), (head.name.clone(), clerk.name.clone()));
}

#[tokio::test]
async fn a_refusal_is_never_bare_and_an_application_may_be_taken_back() {
    let test = platform().await;
    publish(&test, WUHUA, hardship()).await;
    let person = resident(&test, "李阿诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let mut plain = application("hardship", &person);
    plain.as_object_mut().unwrap().remove("verified");
    let paper = |id: String| at(VILLAGE, &format!("/papers/{id}"));
    let path = paper(clerk.post(&at(VILLAGE, "/papers"), plain.clone()).await.expect(201).text("id"));
    assert_eq!(clerk.get("/me/inbox").await.expect(200).items()[0]["action"], "certificates.paper.verify");
    let bare = clerk.post(&format!("{path}/refuse"), json!({ "reason": " ", "next_door": "" })).await.expect(422);
    assert_eq!(bare.fields(), ["next_door", "reason"]);
    let why = json!({ "reason": "入户核实，情况不符", "next_door": "街道社会救助窗口" });
    let refused = clerk.post(&format!("{path}/refuse"), why).await.expect(200);
    assert_eq!(refused.text("state"), "refused");
    let shown = clerk.get(&path).await.expect(200);
    assert_eq!(
        (shown.text("ended_because"), shown.text("next_door")),
        ("入户核实，情况不符".into(), "街道社会救助窗口".into())
    );
    let path = paper(clerk.post(&at(VILLAGE, "/papers"), plain).await.expect(201).text("id"));
    let body = json!({ "method": "data", "seen": "查了系统" });
    assert_eq!(clerk.post(&format!("{path}/verify"), body).await.expect(422).fields(), ["method"]);
    clerk.post(&format!("{path}/withdraw"), json!({})).await.expect(200);
    clerk.post(&format!("{path}/verify"), json!({ "seen": "看了" })).await.refused(409, "base.process.not_now");
    test.settle().await;
    let viewer = test.role(WUHUA, "base.viewer").await;
    let refused = viewer.get(&format!("/places/{WUHUA}/statistics/certificates.papers.refused")).await.expect(200);
    assert_eq!(
        (&refused.body["rows"][0]["label"], &refused.body["rows"][0]["value"]),
        (&json!("家庭经济困难证明"), &json!(1))
    );
}

#[tokio::test]
async fn base_data_fills_the_blanks_and_only_the_rest_is_asked() {
    let test = platform().await;
    let mut item = hardship();
    item["body"] = json!("兹证明【姓名】（【性别】，【公民身份号码】）：【家庭情况】。");
    publish(&test, WUHUA, item).await;
    let village = test.role(VILLAGE, "base.village_clerk").await;
    let known = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": {
        "person.name": "李阿诗", "person.identity_number": "530102188001010024",
    } });
    let person = village.post(&format!("/places/{VILLAGE}/persons"), known).await.expect(201).text("id");
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let mut body = application("hardship", &person);
    assert_eq!(clerk.post(&at(VILLAGE, "/papers"), body.clone()).await.expect(422).fields(), ["answers"]);
    body["answers"] = json!([{ "blank": "家庭情况", "text": "无固定收入" }, { "blank": "职业", "text": "务农" }]);
    assert_eq!(clerk.post(&at(VILLAGE, "/papers"), body.clone()).await.expect(422).fields(), ["answers.1.blank"]);
    // What is known is not asked again.
    body["answers"] = json!([{ "blank": "家庭情况", "text": "无固定收入" }, { "blank": "姓名", "text": "李四" }]);
    assert_eq!(clerk.post(&at(VILLAGE, "/papers"), body.clone()).await.expect(422).fields(), ["answers.name"]);
    body["answers"] = json!([{ "blank": "家庭情况", "text": "无固定收入" }]);
    let first = clerk.post(&at(VILLAGE, "/papers"), body.clone()).await;
    if first.status != 201 {
        assert_eq!(first.expect(422).fields(), ["answers"], "the sex is not known");
        body["answers"] = json!([{ "blank": "家庭情况", "text": "无固定收入" }, { "blank": "性别", "text": "2" }]);
        clerk.post(&at(VILLAGE, "/papers"), body.clone()).await.expect(201);
        body["answers"] = json!([{ "blank": "家庭情况", "text": "无固定收入" }]);
    }
    let paper = issued(&clerk, body).await;
    assert_eq!(paper.text("body"), "兹证明李阿诗（女，530102********0024）：无固定收入。");
}

#[tokio::test]
async fn a_paper_that_no_electronic_signature_makes_valid_is_signed_by_hand() {
    let test = platform().await;
    let editor = test.role(WUHUA, "certificates.editor").await;
    let mut item = hardship();
    (item["code"], item["name"], item["aliases"]) = (json!("heating"), json!("停热住户证明"), json!([]));
    let refused = editor.post(&at(WUHUA, "/items"), item.clone()).await.refused(409, "certificates.item.wet_signature");
    assert_eq!(refused.text("rule"), "CERT.WET");
    assert!(refused.text("source").contains("电子签名法第三条"));
    item["wet_signature"] = json!(true);
    publish(&test, WUHUA, item).await;
    let person = resident(&test, "李阿诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let paper = issued(&clerk, application("heating", &person)).await;
    let page = clerk.get(&at(VILLAGE, &format!("/papers/{}/print", paper.text("id")))).await.expect(200);
    assert!(crate::page(&page).contains("须经手写签名"));
    let checked = test.stranger().post(&at(WUHUA, "/check"), json!({ "code": paper.text("check_code") })).await;
    assert_eq!(checked.expect(200).text("wet_signature"), "true");
}

#[tokio::test]
async fn only_a_retained_item_says_what_its_paper_is_and_says_it_well() {
    let test = platform().await;
    let editor = test.role(WUHUA, "certificates.editor").await;
    let mut item = income();
    item["validity_days"] = json!(30);
    assert_eq!(editor.post(&at(WUHUA, "/items"), item).await.expect(422).fields(), ["status_kind"]);
    let mut item = poverty();
    item["validity_days"] = json!(0);
    item["purposes"] = json!(["", "好"]);
    item["body"] = json!("【姓名】的电话是【联系电话】");
    item["licence_type"] = json!("123");
    let answer = editor.post(&at(WUHUA, "/items"), item).await.expect(422);
    assert_eq!(answer.fields(), ["validity_days", "purposes.0", "body", "licence_type"]);
    assert!(answer.body.to_string().contains("person.phone"));
    // An item of before papers were issued names one purpose, or none: then nothing is issued.
    let mut item = poverty();
    item.as_object_mut().unwrap().remove("purpose");
    publish(&test, WUHUA, item).await;
    let person = resident(&test, "李阿诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    clerk_applies(&clerk, "hardship", &person).await.refused(409, "certificates.paper.no_purpose");
}

#[tokio::test]
async fn a_purpose_is_one_of_the_items_and_papers_are_seen_where_one_serves() {
    let test = platform().await;
    publish(&test, WUHUA, hardship()).await;
    let person = resident(&test, "李阿诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let mut body = application("hardship", &person);
    body["purpose"] = json!("贷款");
    assert_eq!(clerk.post(&at(VILLAGE, "/papers"), body.clone()).await.expect(422).fields(), ["purpose"]);
    body.as_object_mut().unwrap().remove("purpose");
    assert_eq!(clerk.post(&at(VILLAGE, "/papers"), body).await.expect(422).fields(), ["purpose"]);
    let id = issued(&clerk, application("hardship", &person)).await.text("id");
    let other = test.role(OTHER_VILLAGE, "certificates.clerk").await;
    for path in ["", "/print", "/docx"] {
        other.get(&at(VILLAGE, &format!("/papers/{id}{path}"))).await.expect(404);
        test.role(HUASHAN, "certificates.clerk")
            .await
            .get(&at(HUASHAN, &format!("/papers/{id}{path}")))
            .await
            .expect(200);
    }
    test.role(PANLONG_VILLAGE, "certificates.clerk")
        .await
        .get(&at(VILLAGE, &format!("/papers/{id}")))
        .await
        .expect(404);
}

#[tokio::test]
async fn the_audit_of_a_paper_names_nobody_in_full() {
    let test = platform().await;
    publish(&test, WUHUA, hardship()).await;
    let person = resident(&test, "李阿诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    issued(&clerk, application("hardship", &person)).await;
    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let audit = auditor.get(&format!("/places/{WUHUA}/audit?action=certificates.paper.apply")).await.expect(200);
    assert_eq!(audit.items()[0]["on_behalf_of"], "李**");
    assert!(!audit.body.to_string().contains("李阿诗"), "{}", audit.body);
}

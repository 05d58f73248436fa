//! DOMAIN §10, scenario 22, its second half: what the village knows is filled in, and a second office that wants the same is
//! not given the question.

use jizuo_kernel::forms::{Ask, Field, Form, Ground, OwnKind};
use jizuo_kernel::people::SubjectKind;
use jizuo_kernel::registry::Registry;
use jizuo_kernel::{Module, Text};
use jizuo_server::MODULES;
use jizuo_testing::TestApp;
use jizuo_testing::places::{VILLAGE, WUHUA};
use serde_json::json;

#[tokio::test]
async fn what_is_known_once_is_typed_by_nobody_again() {
    let test = TestApp::with(MODULES).await;
    let clerk = test.role(VILLAGE, "base.village_clerk").await;
    let here = format!("/places/{VILLAGE}");
    let household_book = json!({ "source": "document_seen", "basis": "statutory_duty", "facts": {
        "person.name": "李阿诗", "person.identity_number": "530102188001010024", "person.nationality": "01",
        "person.education": "70", "person.marital_status": "20", "person.phone": "13888800001",
        "person.registered_place": VILLAGE,
    } });
    let person = clerk.post(&format!("{here}/persons"), household_book).await.expect(201).text("id");

    // The form opens nearly full: the number says birth date and sex, the registration says where she lives.
    let opened = clerk.post(&format!("{here}/forms/base.resident/open"), json!({ "person": person })).await.expect(200);
    assert_eq!((opened.text("known"), opened.text("to_ask")), ("10".into(), "1".into()), "{:#}", opened.body);
    let rest = json!({ "person": person, "answers": { "employment": "24" } });
    clerk.post(&format!("{here}/forms/base.resident/answers"), rest).await.expect(200);
    let opened = clerk.post(&format!("{here}/forms/base.resident/open"), json!({ "person": person })).await.expect(200);
    assert_eq!((opened.text("known"), opened.text("to_ask")), ("11".into(), "0".into()));

    // Three offices want her name and telephone, and nobody asks her.
    let mediator = test.role(VILLAGE, "mediation.mediator").await;
    let cases = format!("{here}/mediation/cases");
    let case = mediator.post(
        &cases,
        json!({
            "dispute_type": "02", "source": "application", "summary": "排水沟走向",
            "parties": [{ "person": person, "side": "applicant" }, { "name": "段永胜", "side": "respondent" }],
        }),
    );
    let case = case.await.expect(201).text("id");
    let shown = mediator.get(&format!("{here}/mediation/cases/{case}")).await.expect(200);
    assert_eq!(
        (shown.text("/parties/0/name"), shown.text("/parties/0/phone")),
        ("李阿诗".into(), "138****0001".into())
    );
    assert_eq!(shown.text("/parties/0/person"), person);
    let worker = test.role(VILLAGE, "grid.worker").await;
    let report = json!({ "category": "04", "title": "垃圾堆放", "channel": "resident", "reporter": person });
    worker.post(&format!("{here}/grid/incidents"), report).await.expect(201);
    let counter = test.role(VILLAGE, "certificates.clerk").await;
    let demand = json!({ "what": "还活着的证明", "requesting_body": "县社会保险中心", "person": person });
    let demand = counter.post(&format!("{here}/certificates/demands"), demand).await.expect(201);
    assert_eq!(demand.text("on_behalf_of"), "李阿诗");

    // Typed all the same, it is refused with where it is, how old, and by which law.
    let twice = json!({ "category": "04", "title": "垃圾", "reporter": person, "reporter_phone": "13888800009" });
    let twice = worker.post(&format!("{here}/grid/incidents"), twice).await.expect(422);
    assert_eq!(twice.fields(), ["reporter_phone"]);
    assert!(twice.body["errors"][0].to_string().contains("第十九条"), "{:#}", twice.body);

    let officer = test.role(WUHUA, "base.data_officer").await;
    let used = officer.get(&format!("/places/{WUHUA}/elements/use")).await.expect(200);
    let phone =
        used.body["elements"].as_array().unwrap().iter().find(|one| one["id"] == "person.phone").unwrap().clone();
    assert_eq!((&phone["reused"], &phone["typed"]), (&json!(3), &json!(0)), "resident form, case, incident");

    // She asks what is held on her: the matters are there; her data is not erased while they are open.
    let protection = test.role(WUHUA, "base.data_protection").await;
    let held = format!("{here}/persons/{person}/held");
    let held = protection.post(&held, json!({ "purpose": "本人申请查阅" })).await.expect(200);
    let kinds: Vec<_> = held.body["matters"].as_array().unwrap().iter().map(|m| m["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["grid.incident", "certificates.demand", "mediation.case"]);
    let erase = format!("{here}/persons/{person}/erase");
    let code = held.body["matters"][0]["label"].as_str().unwrap().to_owned();
    for reason in ["本人申请", &code] {
        protection.post(&erase, json!({ "reason": reason })).await.refused(409, "base.person.erase.open");
    }
}

#[test]
fn a_second_form_that_asks_the_same_under_another_name_is_not_built() {
    static AGAIN: Form = Form {
        id: "venue.again",
        title: Text::new("再问一遍", "Once more"),
        subject: SubjectKind::Person,
        purpose: Text::new("登记", "To record"),
        ground: Ground::Consent,
        fields: &[Field {
            name: "mobile",
            ask: Ask::Own {
                title: Text::new("您的手机号码", "Your mobile"),
                kind: OwnKind::Text,
                max_length: 20,
                why: Text::new("要用", "it is needed"),
            },
            required: true,
        }],
    };
    static FORMS: &[&Form] = &[&AGAIN];
    let modules: Vec<&'static Module> = MODULES
        .iter()
        .map(|module| -> &'static Module {
            if module.id != "venue" {
                return module;
            }
            let (title, about) = (module.title.clone(), module.about.clone());
            Box::leak(Box::new(Module { title, about, forms: FORMS, ..**module }))
        })
        .collect();
    let refused = Registry::build(&modules).err().map(|unservable| unservable.to_string()).unwrap_or_default();
    assert!(refused.contains("venue.again.mobile") && refused.contains("person.phone"), "{refused}");
    assert!(refused.contains("cannot be asked again under another name"), "{refused}");
}

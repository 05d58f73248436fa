//! Numbers of papers: consecutive, without gap or double, however many are issued at once.

use std::collections::BTreeSet;

use jizuo_certificates::paper::entity::{ActiveModel, Column, Entity};
use jizuo_kernel::{Reply, Scope, Scoped, Subject};
use jizuo_testing::TestApp;
use jizuo_testing::places::{PROVINCE, VILLAGE, WUHUA};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use crate::{application, at, hardship, issued, platform, publish, resident};

/// As many applications more as one that is ready to be issued: rows like any other, written past the API to save time.
async fn twins(test: &TestApp, like: &str, many: usize) -> Vec<Uuid> {
    let ctx = test.system(WUHUA);
    let tx = ctx.begin().await.unwrap();
    let county = Scope::counties(vec![ctx.place().unwrap().chain()]);
    let like: Uuid = like.parse().unwrap();
    let row = Entity::within(&county).filter(Column::Id.eq(like)).one(tx.db()).await.unwrap().unwrap();
    let content = test.app.keyring.open("certificates.paper", like.as_bytes(), row.content.as_ref().unwrap()).unwrap();
    let mut ids = Vec::new();
    let rows: Vec<ActiveModel> = (0..many)
        .map(|_| {
            let id = tx.id();
            ids.push(id);
            let sealed = test.app.keyring.seal("certificates.paper", id.as_bytes(), &content).unwrap();
            ActiveModel { id: Set(id), content: Set(Some(sealed)), ..row.clone().into_active_model() }
        })
        .collect();
    for some in rows.chunks(100) {
        Entity::insert_many(some.to_vec()).exec_without_returning(tx.db()).await.unwrap();
    }
    tx.commit("certificates.paper.apply", Subject::new("certificates.paper", like), Reply::none()).await.unwrap();
    ids
}

const AT_ONCE: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_papers_issued_at_once_each_gets_a_number_of_its_own_and_none_is_left_out() {
    const MANY: usize = 1_000;
    let test = platform().await;
    publish(&test, WUHUA, hardship()).await;
    let person = resident(&test, "李阿诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let first = clerk.post(&at(VILLAGE, "/papers"), application("hardship", &person)).await.expect(201).text("id");
    let ids = twins(&test, &first, MANY).await;
    let clerk = clerk.at_once();
    let began = std::time::Instant::now();
    let mut numbers = BTreeSet::new();
    for some in ids.chunks(AT_ONCE) {
        let issue = some.iter().map(|id| {
            let clerk = clerk.clone();
            async move {
                clerk.post(&at(VILLAGE, &format!("/papers/{id}/issue")), json!({})).await.expect(200).text("number")
            }
        });
        numbers.extend(crate::together(issue).await);
    }
    eprintln!("{MANY} papers issued, {AT_ONCE} at once, in {:?}", began.elapsed());
    let wanted: BTreeSet<String> = (1..=MANY).map(|n| format!("ZM530102-2026-{n:06}")).collect();
    assert_eq!(numbers, wanted);
    let shown = clerk.get(&at(VILLAGE, &format!("/papers/{first}"))).await.expect(200);
    assert_eq!(shown.text("state"), "approved", "nobody asked for this one");
}

#[tokio::test]
async fn a_paper_that_is_not_issued_gives_its_number_back_and_a_year_begins_anew() {
    let test = platform().await;
    publish(&test, WUHUA, hardship()).await;
    let person = resident(&test, "李阿诗").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let apply =
        || async { clerk.post(&at(VILLAGE, "/papers"), application("hardship", &person)).await.expect(201).text("id") };
    assert_eq!(issued(&clerk, application("hardship", &person)).await.text("number"), "ZM530102-2026-000001");
    // Of twenty who issue one paper one succeeds: the others took no number.
    let id = apply().await;
    let many = clerk.at_once();
    let issue = (0..20).map(|_| {
        let many = many.clone();
        let path = at(VILLAGE, &format!("/papers/{id}/issue"));
        async move { many.post(&path, json!({})).await.status.as_u16() }
    });
    let answers = crate::together(issue).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    // What the negative list blocks takes none either.
    let blocked = apply().await;
    let item = json!({ "code": "none", "name": "贫困证明", "status_kind": "negative", "next_door": "民政部门" });
    let province = publish(&test, PROVINCE, item).await;
    clerk
        .post(&at(VILLAGE, &format!("/papers/{blocked}/issue")), json!({}))
        .await
        .refused(409, "certificates.paper.negative");
    let reviewer = test.role(PROVINCE, "certificates.reviewer").await;
    let back = at(PROVINCE, &format!("/items/{province}/retire"));
    reviewer.post(&back, json!({ "reason": "列入有误" })).await.expect(200);
    let third = clerk.post(&at(VILLAGE, &format!("/papers/{blocked}/issue")), json!({})).await.expect(200);
    assert_eq!(third.text("number"), "ZM530102-2026-000003");
    // Midnight in China begins the year.
    test.set_now("2026-12-31T16:00:00Z".parse().unwrap());
    assert_eq!(issued(&clerk, application("hardship", &person)).await.text("number"), "ZM530102-2027-000001");
}

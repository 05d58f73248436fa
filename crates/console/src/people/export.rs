//! A list as a file: the purpose is asked first, then the file is handed on.

use std::collections::HashMap;

use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use jizuo_kernel::{Path, Query};
use serde_json::{Map, Value, json};

use super::acts::given;
use super::ask::Ask;
use super::plan::Plan;
use crate::answer::Answered;
use crate::client::{Answer, quoted};
use crate::frame::short;
use crate::home::PlacePath;
use crate::sent::Sent;
use crate::visit::{Visit, safe};

/// Parameters of the page itself; everything else is the list's.
const OWN: [&str; 9] = ["list", "from", "format", "purpose", "csrf", "back", "once", "_find", "version"];

fn plan(visit: &Visit, place: &str, sent: &Sent) -> Plan {
    let lang = visit.lang;
    let list = sent.text("list");
    let back = match list {
        "base_household_list" => "households",
        "base_organisation_list" => "organisations",
        _ => "persons",
    };
    let back = format!("/console/{}/{back}", short(place));
    let back = safe(sent.text("from")).map_or(back, str::to_owned);
    let title = ("导出清单", "Export a list");
    let path = format!("/places/{}/exports", quoted(place));
    let mut plan = Plan::new(visit, title, ("生成文件", "Make the file"), path, back);
    plan.lead = visit
        .t(
            "文件里的内容和您在页面上看到的一样：同样的范围，号码同样遮盖。用途会记入审计。",
            "The file holds what you see on the page: the same rows, the same masks. What it is for is kept in the audit.",
        )
        .to_owned();
    let query: Vec<(String, String)> = sent
        .under("")
        .filter(|(name, value)| !OWN.contains(name) && !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let asked: Map<String, Value> = query.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    plan.also = json!({ "list": list, "query": asked });
    plan.keep = query;
    plan.keep.push(("list".to_owned(), list.to_owned()));
    plan.keep.push(("from".to_owned(), plan.back.clone()));
    let formats = [("xlsx", "Excel 表格（.xlsx）", "Excel (.xlsx)"), ("csv", "CSV 文本（.csv）", "CSV (.csv)")];
    let formats = formats.map(|(code, zh, en)| (code.to_owned(), visit.t(zh, en).to_owned())).to_vec();
    plan.asks.push(Ask::one(lang, "format", ("格式", "Format"), formats).worth("xlsx"));
    plan.asks.push(
        Ask::line(lang, "purpose", ("用途", "What for"), 200)
            .hinted(("例如：村民代表会议签到", "For instance: the meeting of villagers")),
    );
    plan
}

pub(crate) async fn form(
    visit: Visit,
    Path(PlacePath { place }): Path<PlacePath>,
    Query(query): Query<HashMap<String, String>>,
) -> Answered {
    let sent = given(query);
    plan(&visit, &place, &sent).show(&visit, &place, &Sent::default()).await
}

pub(crate) async fn send(visit: Visit, Path(PlacePath { place }): Path<PlacePath>, sent: Sent) -> Answered {
    match plan(&visit, &place, &sent).carry_out(&visit, &place, &sent).await? {
        Ok(answer) => Ok(hand_on(answer)),
        Err(page) => Ok(page),
    }
}

/// The API's file, with what a browser needs to save it.
pub(crate) fn hand_on(answer: Answer) -> Response {
    let mut response = answer.body.into_response();
    for name in [header::CONTENT_TYPE, header::CONTENT_DISPOSITION] {
        if let Some(value) = answer.headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

/// A file that is read, not written.
pub(crate) async fn file(visit: &Visit, path: &str) -> Answered {
    Ok(hand_on(visit.api.call(Method::GET, path, Default::default()).await?))
}

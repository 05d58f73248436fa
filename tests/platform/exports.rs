//! Every list becomes a file, with the rows and the masks that its reader has on the wire.

use std::ops::ControlFlow;

use jizuo_kernel::registry::Access;
use jizuo_kernel::sheets::{Book, Cell, Row};
use jizuo_testing::places::{PANLONG, VILLAGE, WUHUA};
use serde_json::{Value, json};

use super::{described, document, everything, parameters};

/// Whether an operation answers a list, by its document: an array, or a page with `items`.
fn is_list(app: &jizuo_kernel::App, operation: &jizuo_kernel::registry::Operation) -> bool {
    let schema = described(app, operation);
    let Some(schema) = schema.pointer("/responses/200/content/application~1json/schema").cloned() else { return false };
    let schema = match schema["$ref"].as_str() {
        Some(to) => document(app, operation.module)["components"]["schemas"][to.rsplit('/').next().unwrap()].clone(),
        None => schema,
    };
    schema["type"] == "array" || schema["properties"]["items"]["type"] == "array"
}

fn rows(bytes: &[u8]) -> Vec<Row> {
    let book = Book::open(bytes.to_vec(), &[]).unwrap();
    let mut rows = Vec::new();
    book.rows(1, |row| {
        rows.push(row);
        ControlFlow::Continue(())
    })
    .unwrap();
    rows
}

#[tokio::test]
async fn every_list_can_be_exported_by_who_may_read_it_and_by_nobody_else() {
    let test = everything().await;
    let all: Vec<&str> = test.app.registry.modules().iter().flat_map(|m| m.permissions).map(|p| p.id).collect();
    let user = test.user(WUHUA, &all).await;
    let exporter = test.role(WUHUA, "base.list_exporter").await;
    let operations: Vec<_> = test.app.registry.operations().into_iter().cloned().collect();
    let mut exported = 0;
    for operation in operations.iter().filter(|o| o.method.as_str() == "GET" && is_list(&test.app, o)) {
        let known: serde_json::Map<String, Value> = parameters(&test.app, operation)
            .into_iter()
            .filter(|(name, _)| name != "place")
            .map(|(name, example)| (name, Value::from(example)))
            .collect();
        let asked = described(&test.app, operation);
        let needed = asked["parameters"].as_array().into_iter().flatten();
        let needed = needed.filter(|p| p["in"] == "query" && p["required"] == true && p["name"] != "place");
        let mut query = known.clone();
        query.extend(needed.map(|p| {
            let example = if p["example"].is_null() { p["schema"]["example"].clone() } else { p["example"].clone() };
            let id = p["schema"]["format"] == "uuid";
            let made_up = if id { "0192f0c0-0000-7000-8000-00000000dead" } else { "x" };
            (p["name"].as_str().unwrap().to_owned(), if example.is_null() { made_up.into() } else { example })
        }));
        let body = json!({ "list": operation.id, "query": query, "format": "csv", "purpose": "试" });
        let answer = user.post(&format!("/places/{WUHUA}/exports"), body.clone()).await;
        let direct = user.get(&super::path_of(&test.app, operation, WUHUA)).await;
        // What the list itself does not find is not found by its export either.
        let due = if direct.status == 404 { 404 } else { 200 };
        assert_eq!(answer.status, due, "{}: {:#}", operation.id, answer.body);
        if due == 200 {
            assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
            let listed = direct.items().len();
            let lines = rows(&answer.bytes).len();
            assert!(lines > listed.min(1) || listed == 0, "{}: {lines} lines for {listed} rows", operation.id);
            exported += 1;
        }
        if matches!(operation.access, Access::Permission(_)) {
            exporter.post(&format!("/places/{WUHUA}/exports"), body).await.refused(403, "base.gate.forbidden");
        }
    }
    assert!(exported > 15, "{exported}");
}

#[tokio::test]
async fn an_export_has_the_rows_of_its_reader_and_leaves_one_line_without_names() {
    let test = everything().await;
    let worker = test.role(VILLAGE, "grid.worker").await;
    for nth in 0..130 {
        let body = json!({ "category": "04", "title": format!("=路面积水{nth:03}") });
        worker.post(&format!("/places/{VILLAGE}/grid/incidents"), body).await.expect(201);
    }
    let dispatcher = test.role(WUHUA, "grid.dispatcher").await;
    dispatcher.also(WUHUA, "base.list_exporter").await;
    let exports = format!("/places/{WUHUA}/exports");
    let body = json!({ "list": "grid_incident_list", "format": "xlsx", "purpose": "月度例会" });
    let answer = dispatcher.post(&exports, body.clone()).await.expect(200);
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"grid_incident_list-20260302.xlsx\""));
    let rows_written = rows(&answer.bytes);
    assert_eq!(rows_written.len(), 131, "a header, and more rows than one page has");
    let title =
        |row: &Row| row.cells.iter().any(|cell| matches!(cell, Cell::Text(text) if text.starts_with("=路面积水")));
    assert!(rows_written.iter().skip(1).all(title), "what begins like a formula is text");

    let csv = json!({ "list": "grid_incident_list", "format": "csv", "purpose": "月度例会" });
    let text = dispatcher.post(&exports, csv).await.expect(200).bytes;
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with('\u{feff}') && text.contains(",'=路面积水") && !text.contains(",=路面积水"));

    let auditor = test.role(WUHUA, "base.audit_admin").await;
    let lines = auditor.get(&format!("/places/{WUHUA}/audit?action=base.list.export")).await.expect(200);
    let line = lines.items()[0].to_string();
    assert!(line.contains("grid_incident_list") && line.contains("130") && line.contains("月度例会"), "{line}");

    // A retry says that it is done, and hands out nothing a second time.
    let careful = dispatcher.header("idempotency-key", "export-1");
    careful.post(&exports, body.clone()).await.expect(200);
    careful.post(&exports, body).await.expect(204);
}

#[tokio::test]
async fn what_cannot_be_exported_says_why() {
    let test = everything().await;
    let user = test.role(WUHUA, "base.viewer").await;
    user.also(WUHUA, "base.list_exporter").await;
    let exports = format!("/places/{WUHUA}/exports");
    let body = |list: &str, query: Value| json!({ "list": list, "query": query, "format": "csv", "purpose": "试" });
    for (list, query, field) in [
        ("base_no_such_list", json!({}), "list"),
        ("base_rule_show", json!({}), "list"),
        ("base_rule_list", json!({ "limit": 5 }), "query.limit"),
        ("base_rule_list", json!({ "place": "530103" }), "query.place"),
        ("base_rule_list", json!({ "on": ["2026-01-01"] }), "query.on"),
        ("base_rule_list", json!({ "nobody": "knows" }), "query.nobody"),
    ] {
        let refused = user.post(&exports, body(list, query)).await.expect(422);
        assert_eq!(refused.fields(), [field], "{list}");
    }
    let blank = json!({ "list": "base_rule_list", "format": "csv", "purpose": "  " });
    assert_eq!(user.post(&exports, blank).await.expect(422).fields(), ["purpose"]);
    // The list's own refusal is the answer.
    user.post(&exports, body("base_rule_list", json!({ "on": "no day" }))).await.expect(422);
    user.post(&exports, body("base_audit_list", json!({}))).await.refused(403, "base.gate.forbidden");
    user.post(&format!("/places/{PANLONG}/exports"), body("base_rule_list", json!({}))).await.expect(404);
}

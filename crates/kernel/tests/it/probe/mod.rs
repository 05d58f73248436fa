//! A small module that stands for any: notes that go through a process, a fact that is told and heard, a timer, a figure.

pub(crate) mod note;
mod process;

use chrono::{DateTime, Utc};
use jizuo_kernel::error::internal;
use jizuo_kernel::module::{
    Capability, Labels, MenuEntry, Permission, RoleTemplate, Statistic, Subscription, Timer, Topic, Work,
};
use jizuo_kernel::schema::{Migration, Schema};
use jizuo_kernel::statistics::count_by;
use jizuo_kernel::{Module, Result, Text, Tx};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

use note::heard;
pub(crate) use process::{DECISION, NOTE};

pub(crate) static PROBE: Module = Module {
    id: "probe",
    title: Text::new("探针", "Probe"),
    about: Text::new("只为测试基座", "Only to test the base"),
    permissions: &[
        Permission::matters("probe.note.read", Text::new("查看", "Read")),
        Permission::matters("probe.note.write", Text::new("填写", "Write")),
        Permission::matters("probe.note.step", Text::new("办理", "Take steps")),
        Permission::matters("probe.note.check", Text::new("核对", "Check")),
        Permission::matters("probe.note.drop", Text::new("作废", "Drop")),
        Permission::matters("probe.note.close", Text::new("办结", "Close")),
        Permission::matters("probe.decision.propose", Text::new("党组织提议", "The Party branch proposes")),
        Permission::matters("probe.decision.deliberate", Text::new("两委商议", "The two committees deliberate")),
        Permission::matters("probe.decision.examine", Text::new("党员大会审议", "Party members examine")),
        Permission::matters("probe.decision.decide", Text::new("村民决议", "Villagers decide")),
        Permission::matters("probe.decision.publish", Text::new("决议公开", "The resolution is public")),
        Permission::matters("probe.decision.report", Text::new("结果公开", "The result is public")),
    ],
    roles: &[
        RoleTemplate {
            id: "probe.writer",
            title: Text::new("填写员", "Writer"),
            permissions: &["probe.note.read", "probe.note.write", "probe.note.step", "probe.note.drop"],
        },
        RoleTemplate {
            id: "probe.checker",
            title: Text::new("核对员", "Checker"),
            permissions: &["probe.note.read", "probe.note.step", "probe.note.check"],
        },
        RoleTemplate {
            id: "probe.head",
            title: Text::new("负责人", "Head"),
            permissions: &["probe.note.read", "probe.note.step", "probe.note.check", "probe.note.close"],
        },
        RoleTemplate {
            id: "probe.committee",
            title: Text::new("村两委", "The village committees"),
            permissions: &[
                "probe.decision.propose",
                "probe.decision.deliberate",
                "probe.decision.examine",
                "probe.decision.decide",
                "probe.decision.publish",
                "probe.decision.report",
            ],
        },
    ],
    migrations: &[Migration { name: "m0001_note", up: tables }],
    api: note::routes,
    public: &["probe_greeting"],
    menu: &[MenuEntry { id: "probe.notes", title: Text::new("便条", "Notes"), operation: "probe_note_list" }],
    settings: || {
        Some(json!({
            "type": "object",
            "properties": {
                "greeting": { "type": "string" },
                "limit": { "type": "integer", "minimum": 1, "maximum": 10 },
                "loud": { "type": "boolean" },
                "tone": { "type": "string", "enum": ["plain", "warm"] }
            }
        }))
    },
    processes: &[&NOTE, &DECISION],
    rules: RULES,
    capabilities: &[Capability {
        id: "note.intake",
        title: Text::new("接收便条", "Takes notes"),
        take: |tx, what| Box::pin(note::take_over(tx, what)),
    }],
    events: &[Topic {
        id: "probe.note.written",
        title: Text::new("写了便条", "A note was written"),
        sample: r#"{"id":"0192f0c0-0000-7000-8000-000000000001","text":"x"}"#,
    }],
    subscriptions: &[
        Subscription { id: "probe.note.hear", topic: "probe.note.written", run: hear },
        Subscription { id: "probe.note.echo", topic: "probe.note.written", run: echo },
    ],
    timers: &[Timer { id: "probe.note.remind", every_seconds: 3_600, run: remind }],
    statistics: &[Statistic {
        id: "probe.notes.written",
        title: Text::new("便条数", "Notes written"),
        unit: Text::new("张", "notes"),
        labels: Labels::States("probe.note"),
        count: |ctx, period| {
            Box::pin(count_by::<note::Entity>(ctx, note::Column::OpenedAt, period, note::Column::State, None))
        },
    }],
    words: "",
    forms: &[],
    sealed: &[],
    held: None,
};

const RULES: &str = r#"
[[rule]]
id = "PROBE.CHECK"
title = { zh = "核对时限", en = "Time to check" }
kind = "working_days"
value = 3
overlay = "MAX"
levels = ["province", "prefecture", "county"]
from = "2026-01-01"
basis = { zh = "平台默认值", en = "platform default" }
confidence = "sure"

[[rule]]
id = "PROBE.TITLE"
title = { zh = "抬头", en = "Heading" }
kind = "text"
value = "便条"
overlay = "FREE"
levels = ["county"]
from = "2026-01-01"
to = "2026-06-30"
basis = { zh = "平台默认值", en = "platform default" }
confidence = "sure"

[[rule]]
id = "PROBE.TITLE"
title = { zh = "抬头", en = "Heading" }
kind = "text"
value = "新便条"
overlay = "FREE"
levels = ["county"]
from = "2026-07-01"
basis = { zh = "平台默认值", en = "platform default" }
confidence = "sure"

[[rule]]
id = "PROBE.SIZE"
title = { zh = "张数", en = "Sheets" }
kind = "count"
value = 5
range = [1, 9]
overlay = "FREE"
levels = ["county"]
from = "2026-01-01"
basis = { zh = "平台默认值", en = "platform default" }
confidence = "sure"
"#;

fn tables(s: &mut Schema) {
    s.tenant("probe_note", |t| {
        t.id().places().matter().text("text").index(&["phase", "id"]);
    });
    s.tenant("probe_heard", |t| {
        t.id().places().text("what");
    });
}

async fn put_down(tx: &Tx, what: String) -> Result<()> {
    let place = tx.place()?;
    let row = heard::ActiveModel {
        county: Set(place.chain()),
        id: Set(tx.id()),
        prefecture: Set(place.prefecture),
        township: Set(place.township),
        village: Set(place.village),
        place: Set(place.id),
        what: Set(what),
    };
    heard::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Writes first and fails afterwards, so that a half-done delivery would show.
fn hear<'a>(tx: &'a mut Tx, payload: &'a Value) -> Work<'a, ()> {
    Box::pin(async move {
        put_down(tx, format!("heard {}", payload["text"].as_str().unwrap_or_default())).await?;
        let until = payload["fail_until"].as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
        if until.is_some_and(|until| tx.now < until) { Err(internal("told to fail")) } else { Ok(()) }
    })
}

fn echo<'a>(tx: &'a mut Tx, payload: &'a Value) -> Work<'a, ()> {
    Box::pin(async move { put_down(tx, format!("echoed {}", payload["text"].as_str().unwrap_or_default())).await })
}

fn remind(tx: &mut Tx) -> Work<'_, u64> {
    Box::pin(async move {
        put_down(tx, "reminded".to_owned()).await?;
        Ok(1)
    })
}

/// Under the probe's operations at a place.
pub(crate) fn at(place: &str, rest: &str) -> String {
    format!("/places/{place}/probe{rest}")
}

/// Writes a note; its id.
pub(crate) async fn written(by: &jizuo_testing::User<'_>, place: &str, text: &str) -> String {
    by.post(&at(place, "/notes"), json!({ "text": text })).await.expect(201).text("id")
}

/// The texts of the notes that somebody sees at a place, oldest first.
pub(crate) async fn seen(by: &jizuo_testing::User<'_>, place: &str) -> Vec<String> {
    let answer = by.get(&at(place, "/notes?limit=100")).await.expect(200);
    answer.items().iter().rev().map(|n| n["text"].as_str().unwrap().to_owned()).collect()
}

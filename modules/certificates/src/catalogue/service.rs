//! What may be asked for at a place, what not, and where to go instead.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_kernel::clock::china_date;
use jizuo_kernel::places::{Kind, Place};
use jizuo_kernel::rules::{self, InForce};
use jizuo_kernel::{Ctx, Error, Result, Scope, Scoped, Text, counties, say};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::negative;
use super::words::{self, Fit};
use crate::item::entity::{Column, Entity, Model};
use crate::item::{Replacement, StatusKind, Verification};
use crate::process::IN_FORCE;

/// What somebody who asks for a paper is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::Answer)]
pub(crate) enum Answer {
    /// Nobody here issues it, and nobody may demand it here: go next door.
    NotNeeded,
    /// Something else is taken instead.
    Replaced,
    /// It rests on law and is issued here.
    IssuedHere,
    /// On no list. It may not be demanded off the list.
    Unknown,
}

impl Answer {
    pub(crate) fn title(self) -> Text {
        match self {
            Answer::NotNeeded => Text::new("不用开", "Not needed"),
            Answer::Replaced => Text::new("已有替代办法", "Replaced"),
            Answer::IssuedHere => Text::new("在这里开", "Issued here"),
            Answer::Unknown => Text::new("不在目录", "On no list"),
        }
    }
}

/// One paper, as the catalogue in force at a place has it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) code: String,
    pub(crate) name: Text,
    pub(crate) aliases: Vec<String>,
    pub(crate) answer: Answer,
    /// What is done instead, where it is replaced.
    pub(crate) replacement: Option<Replacement>,
    /// No commitment stands in for it.
    pub(crate) no_commitment: bool,
    /// What is committed to, where a commitment replaces it.
    pub(crate) commits: Option<String>,
    pub(crate) next_door: Text,
    /// `likely` where the next door comes from general knowledge.
    pub(crate) confidence: &'static str,
    pub(crate) reason: Option<Text>,
    pub(crate) basis: Text,
    /// Who put it on the list; `None` for the nation.
    pub(crate) set_by: Option<Arc<Place>>,
    /// What it is issued for.
    pub(crate) purposes: Vec<String>,
    pub(crate) verification: Option<Verification>,
    pub(crate) validity_days: Option<i32>,
    /// The local item behind it.
    pub(crate) item: Option<Uuid>,
    /// Name and aliases in normal form.
    keys: Vec<String>,
    /// What it is wanted for and by whom, in normal form.
    uses: Vec<String>,
}

/// An entry that fits what was asked.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) entry: Entry,
    pub(crate) exact: bool,
}

/// Everything on the lists at the operation's place today. Negative entries come first, and nothing stands beside them: a
/// level adds, and never takes away (rule `CERT.NEG`).
pub(crate) async fn in_force(ctx: &Ctx) -> Result<Vec<Entry>> {
    in_force_at(ctx, ctx.place()?).await
}

/// The same at another place that the operation may act for.
pub(crate) async fn in_force_at(ctx: &Ctx, place: &Place) -> Result<Vec<Entry>> {
    at(ctx, place, ctx.now).await
}

/// The same as it was at a moment.
pub(crate) async fn at(ctx: &Ctx, place: &Place, moment: DateTime<Utc>) -> Result<Vec<Entry>> {
    let mut entries = negative_list(ctx, place, china_date(moment))?;
    let mut items = local_items(ctx, place, moment).await?;
    let (negative, other): (Vec<_>, Vec<_>) =
        items.drain(..).partition(|(row, _)| row.status_kind == StatusKind::Negative.as_str());
    // The farthest first, so that in the end the nearest place speaks in front.
    for (row, place) in negative.into_iter().rev() {
        let local = entry_of(ctx, &row, place)?;
        match entries.iter_mut().find(|entry| entry.code == local.code) {
            // A place that says more about an item of the list says it in front of what is known already.
            Some(listed) => listed.tell_more(local),
            None => entries.push(local),
        }
    }
    let mut taken: BTreeSet<String> = entries.iter().map(|entry| entry.code.clone()).collect();
    for (row, place) in other {
        let entry = entry_of(ctx, &row, place)?;
        let blocked = entry.answer == Answer::IssuedHere && blocked_by(&entries, &entry.code, &entry.keys).is_some();
        // Of two levels with the same item the nearer one speaks: rows come nearest first.
        if !blocked && taken.insert(entry.code.clone()) {
            entries.push(entry);
        }
    }
    if counties::settings_of(&ctx.snapshot, place, "certificates").get("certificate_free") == Some(&Value::Bool(true)) {
        entries.iter_mut().filter(|entry| entry.answer == Answer::IssuedHere).for_each(Entry::is_looked_into);
    }
    Ok(entries)
}

/// The entry of the negative list that a paper of this code or these names is. `keys` in normal form.
pub(crate) fn blocked_by<'a>(entries: &'a [Entry], code: &str, keys: &[String]) -> Option<&'a Entry> {
    entries.iter().filter(|entry| entry.answer == Answer::NotNeeded).find(|entry| {
        entry.code == code || keys.iter().any(|name| entry.keys.iter().any(|key| words::is_called(name, key)))
    })
}

/// At most this many answers to one question.
const ANSWERS: usize = 5;

/// What fits the words, the code or the id, best first. Never empty: what nobody knows is an answer too.
pub(crate) fn look_up(ctx: &Ctx, entries: &[Entry], asked: &str) -> Result<Vec<Found>> {
    let asked = asked.trim();
    let plain = words::plain(asked);
    let sound = words::may_be_sound(&plain);
    let mut fitting: Vec<(Fit, &Entry)> = Vec::new();
    for entry in entries {
        let named = entry.code == asked || entry.item.is_some_and(|id| id.to_string() == asked);
        let by_words = entry.keys.iter().filter_map(|key| words::fit(&plain, key));
        let by_sound = entry.keys.iter().filter(|_| sound).filter_map(|key| words::sounds_like(&plain, key));
        let best = by_words.chain(by_sound).min();
        if let Some(fit) = if named { Some(Fit::Same) } else { best } {
            fitting.push((fit, entry));
        }
    }
    // The sort is stable, so that of equals the negative list speaks first.
    fitting.sort_by_key(|(fit, _)| *fit);
    fitting.truncate(ANSWERS);
    if fitting.is_empty() {
        return Ok(vec![Found { entry: unknown(ctx, asked)?, exact: false }]);
    }
    Ok(fitting.into_iter().map(|(fit, entry)| Found { entry: entry.clone(), exact: fit == Fit::Same }).collect())
}

/// The same for somebody who may have said what they want to do, and not what paper: 法律援助 asks for what is wanted for it.
/// What is recorded of a demand never rests on this.
pub(crate) fn advise(ctx: &Ctx, entries: &[Entry], asked: &str) -> Result<Vec<Found>> {
    let mut found = look_up(ctx, entries, asked)?;
    let plain = words::plain(asked);
    let wanted = entries.iter().filter(|entry| entry.uses.iter().any(|key| words::fit(&plain, key).is_some()));
    let more: Vec<&Entry> =
        wanted.filter(|entry| !found.iter().any(|known| known.entry.code == entry.code)).take(ANSWERS).collect();
    if !more.is_empty() {
        found.retain(|known| known.entry.answer != Answer::Unknown);
        found.extend(more.into_iter().map(|entry| Found { entry: entry.clone(), exact: false }));
        found.truncate(ANSWERS);
    }
    Ok(found)
}

impl Entry {
    /// Where a county has abolished every paper of its villages (无证明): whoever wants one looks into it itself.
    fn is_looked_into(&mut self) {
        self.answer = Answer::Replaced;
        self.replacement = Some(Replacement::SelfCheck);
        self.next_door = Text::new(
            "本县已实行“无证明”：由要这份证明的单位自行核查或者向村里了解，不用您跑",
            "This county has abolished papers of villages: whoever wants it looks into it, or asks the village itself",
        );
    }

    fn tell_more(&mut self, local: Entry) {
        let (zh, en) = (&self.next_door.zh, &self.next_door.en);
        let (near_zh, near_en) = (&local.next_door.zh, &local.next_door.en);
        self.next_door = say!("{near_zh}；{zh}", "{near_en}; {en}");
        self.item = local.item;
        self.aliases.extend(local.aliases);
        self.keys.extend(local.keys);
        self.uses.extend(local.uses);
    }
}

fn negative_list(ctx: &Ctx, place: &Place, day: NaiveDate) -> Result<Vec<Entry>> {
    let rule = rules::in_force(&ctx.app.registry, &ctx.snapshot, place, "CERT.NEG", day)?;
    Ok(rule.list().into_iter().map(|id| blocked(ctx, &rule, id)).collect())
}

/// One id of the negative list, described as far as anybody described it.
fn blocked(ctx: &Ctx, rule: &InForce, id: &str) -> Entry {
    let described = negative::describe(id);
    let baseline = ctx.app.registry.rules.on(&rule.id, ctx.today());
    let national = baseline.and_then(|rule| rule.value.as_array()).is_some_and(|list| list.iter().any(|v| v == id));
    let laid =
        rule.trail.iter().filter(|_| !national).find(|laid| {
            laid.ignored.is_none() && laid.value.as_array().is_some_and(|list| list.iter().any(|v| v == id))
        });
    let set_by = laid.and_then(|laid| ctx.snapshot.places.get(laid.place)).cloned();
    let basis = match (laid, &set_by) {
        (Some(laid), Some(place)) => {
            let (name, reason, zh, en) = (&place.name, &laid.reason, &rule.basis.zh, &rule.basis.en);
            say!("{name}清单（{reason}），依{zh}", "the list of {name} ({reason}), under {en}")
        }
        _ => match described {
            Some(known) => {
                let (n, zh, en) = (known.number, &rule.basis.zh, &rule.basis.en);
                say!("{zh}第{n}项", "{en}, item {n}")
            }
            None => rule.basis.clone(),
        },
    };
    let (name, aliases) = match described {
        Some(known) => (known.name.clone(), known.aliases.clone()),
        None => (Text::owned(id, id), Vec::new()),
    };
    Entry {
        code: id.to_owned(),
        keys: described.map_or_else(|| negative::keys(&name, &aliases), |known| known.keys.clone()),
        name,
        aliases,
        answer: Answer::NotNeeded,
        replacement: None,
        no_commitment: false,
        commits: None,
        next_door: described.map_or(
            Text::new(
                "村（社区）不出具；请问要这份证明的单位改用什么材料，或拨打12345",
                "No village or community issues it; ask whoever wants it what else they take, or call 12345",
            ),
            |known| known.instead.clone(),
        ),
        confidence: if described.is_some() { negative::confidence() } else { "sure" },
        reason: described.map(|known| known.reason.clone()),
        basis,
        set_by,
        purposes: Vec::new(),
        verification: None,
        validity_days: None,
        item: None,
        uses: Vec::new(),
    }
}

/// Local items in force at a place and above it at a moment, nearest first.
async fn local_items(ctx: &Ctx, place: &Place, moment: DateTime<Utc>) -> Result<Vec<(Model, Arc<Place>)>> {
    let tree = &ctx.snapshot.places;
    let rows = Entity::within(&Scope::upward(tree, place))
        .filter(Column::State.eq(IN_FORCE))
        .filter(Column::InForceFrom.lte(moment))
        .filter(Column::InForceUntil.is_null().or(Column::InForceUntil.gt(moment)))
        .order_by_asc(Column::Id)
        .all(ctx.db())
        .await?;
    let mut items: Vec<(Model, Arc<Place>)> =
        rows.into_iter().map(|row| tree.place(row.place).map(|place| (row, place))).collect::<Result<_, Error>>()?;
    items.sort_by_key(|(_, place)| std::cmp::Reverse(place.kind));
    Ok(items)
}

fn entry_of(ctx: &Ctx, row: &Model, place: Arc<Place>) -> Result<Entry> {
    let name = Text::owned(row.name.clone(), row.name_en.clone().unwrap_or_else(|| row.name.clone()));
    let aliases = row.aliases();
    let purposes = row.purposes();
    let kind = StatusKind::parse(&row.status_kind);
    let basis = match row.basis() {
        Some(basis) => basis,
        None => ctx.rule("CERT.BASIS")?.basis,
    };
    Ok(Entry {
        code: row.code.clone(),
        keys: negative::keys(&name, &aliases),
        name,
        aliases,
        answer: match kind {
            StatusKind::Negative => Answer::NotNeeded,
            StatusKind::Replaced => Answer::Replaced,
            StatusKind::Retained => Answer::IssuedHere,
        },
        next_door: row.next_door(),
        confidence: "sure",
        reason: None,
        basis,
        replacement: row.replacement.as_deref().and_then(Replacement::parse),
        no_commitment: row.no_commitment,
        commits: row.commits.clone(),
        set_by: Some(place),
        uses: purposes.iter().chain(&row.purpose).chain(&row.requesting_body).map(|one| words::plain(one)).collect(),
        purposes,
        verification: row.verification.as_deref().and_then(Verification::parse),
        validity_days: row.validity_days,
        item: Some(row.id),
    })
}

/// On no list: said honestly, and still with a next door.
fn unknown(ctx: &Ctx, asked: &str) -> Result<Entry> {
    let place = ctx.place()?;
    let township = ctx.snapshot.places.lineage(place.id).into_iter().find(|p| p.kind == Kind::Township);
    let settings = counties::settings_of(&ctx.snapshot, place, "certificates");
    let name = township.map_or("乡镇（街道）".to_owned(), |p| p.name.clone());
    let window = match settings.get("window").and_then(Value::as_str) {
        Some(window) if !window.trim().is_empty() => format!("{name}便民服务窗口（{window}）"),
        _ => format!("{name}便民服务窗口"),
    };
    Ok(Entry {
        code: String::new(),
        name: Text::owned(asked, asked),
        aliases: Vec::new(),
        answer: Answer::Unknown,
        replacement: None,
        no_commitment: false,
        commits: None,
        next_door: say!(
            "请要这份证明的单位说明依据哪条法律、法规；也可以到{window}问，或拨打12345",
            "Ask whoever wants it which law they rest on; or ask at the township's service window ({window}), or call 12345"
        ),
        confidence: "sure",
        reason: Some(Text::new(
            "目录里没有这份证明：清单之外不得索要",
            "We do not know this paper: it may not be demanded off the list",
        )),
        basis: ctx.rule("CERT.BASIS")?.basis,
        set_by: None,
        purposes: Vec::new(),
        verification: None,
        validity_days: None,
        item: None,
        keys: Vec::new(),
        uses: Vec::new(),
    })
}

//! What may be done with a booking, and when not.

use chrono::Days;
use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::places::Kind;
use jizuo_kernel::process::{self, Move, Opening};
use jizuo_kernel::{Result, Scope, Scoped, Subject, Text, Tx, say};
use jizuo_standards::{name::Name, phone::Phone};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use utoipa::ToSchema;

use super::entity::{ActiveModel, Column, Entity, Model, Purpose, Room};
use crate::process::BOOKING;

/// Which room, on which day, and who asks.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = venue::NewBooking, example = json!({
    "room": "hall", "day": "2026-04-18", "purpose": "wedding", "asker_name": "李阿诗", "asker_phone": "13888800001"
}))]
pub(crate) struct NewBooking {
    room: Room,
    day: chrono::NaiveDate,
    purpose: Purpose,
    /// A person, or a group by its name.
    #[schema(min_length = 1, max_length = 100)]
    asker_name: String,
    #[serde(default)]
    #[schema(max_length = 30)]
    asker_phone: Option<String>,
}

/// What its code begins with.
const CODE: &str = "JY";

/// Asks for a room. Nothing is taken before the village confirms it.
pub(crate) async fn ask(tx: &mut Tx, new: NewBooking) -> Result<Model> {
    let place = tx.place()?.clone();
    let mut faults = Faults::default();
    if place.kind < Kind::Village {
        let why = Text::new("请选择到村（社区）", "choose the village or community that lends the room");
        faults.add("place", "venue.booking.place", why);
    }
    if new.day < tx.today() {
        faults.add("day", "venue.booking.past", Text::new("日期已过", "this day is over"));
    }
    let ahead = tx.rule("VENUE.AHEAD")?.number()?;
    if new.day > tx.today() + Days::new(ahead.into()) {
        let why = say!("最多提前 {ahead} 天预约", "a room is booked at most {ahead} days ahead");
        faults.add("day", "venue.booking.ahead", why);
    }
    let name = faults.take("asker_name", Name::parse(&new.asker_name));
    let phone = new.asker_phone.as_deref().and_then(|text| faults.take("asker_phone", Phone::parse(text)));
    faults.check()?;
    tx.require("venue.booking.ask", &place)?;
    let label = |opening: &Opening| format!("{} {} {}", opening.code(CODE), new.room.title().zh, new.day);
    let opening = process::open(tx, &BOOKING, &place, label, Move::default()).await?;
    let seal = |phone: Phone| tx.app.keyring.seal("venue.phone", opening.id.as_bytes(), phone.expose().as_bytes());
    let row = ActiveModel {
        code: Set(opening.code(CODE)),
        room: Set(new.room),
        day: Set(new.day),
        purpose: Set(new.purpose),
        asker_name: Set(name.map(|name| name.expose().to_owned()).unwrap_or_default()),
        asker_phone: Set(phone.map(seal).transpose()?),
        ..ActiveModel::opened(&opening)
    };
    Ok(Entity::insert(row).exec_with_returning(tx.db()).await?)
}

/// Takes one of the steps. What a step asks for beyond a reason is checked here.
pub(crate) async fn step(tx: &mut Tx, row: &Model, action: &str, reason: Option<String>) -> Result<Model> {
    match action {
        "venue.booking.confirm" => only_a_free_room(tx, row).await?,
        "venue.booking.hand_back" => not_before_the_day(tx, row)?,
        _ => {}
    }
    let row = process::advance::<Entity>(tx, row, action, Move { reason, ..Move::default() }).await?;
    if action == "venue.booking.confirm" {
        let place = tx.snapshot.places.place(row.place)?;
        // No name, no telephone: who may read the feed is not always who may read the booking.
        let payload = serde_json::json!({
            "id": row.id, "code": row.code, "place": place.code, "room": row.room, "day": row.day, "purpose": row.purpose,
        });
        tx.emit("venue.booking.confirmed", &Subject::new("venue.booking", row.id), &payload)?;
    }
    Ok(row)
}

/// One room, one day, one user.
async fn only_a_free_room(tx: &Tx, row: &Model) -> Result<()> {
    if row.day < tx.today() {
        return Err(refuse("venue.booking.past", Text::new("日期已过，不能再确认", "this day is over")).into());
    }
    // Everybody who wants the room that day is locked, always in the same order: of two clerks who confirm at once the second
    // waits here, and then sees what the first did. All of the village, not only what the clerk's scope covers.
    let rivals = Entity::within(&Scope::counties(vec![row.county]))
        .filter(Column::Village.eq(row.village))
        .filter(Column::Room.eq(row.room))
        .filter(Column::Day.eq(row.day))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    let Some(by) = rivals.iter().find(|other| other.id != row.id && other.phase == "working") else { return Ok(()) };
    let (room, day, code) = (by.room.title(), by.day, &by.code);
    let (zh, en) = (&room.zh, &room.en);
    Err(refuse("venue.booking.taken", say!("{day}的{zh}已借给 {code}", "the {en} on {day} is taken by {code}"))
        .source(Text::new("平台规则：一间房一天只借一家", "platform rule: one room, one day, one user"))
        .who(Text::new("改日子或换一间；或待对方取消后再确认", "another day or room; or once the other is cancelled"))
        .current(serde_json::json!({ "id": by.id, "code": code }))
        .into())
}

/// It may be handed back on the evening of the day itself.
fn not_before_the_day(tx: &Tx, row: &Model) -> Result<()> {
    if row.day <= tx.today() {
        return Ok(());
    }
    let day = row.day;
    let why = say!("{day}还没到；不用了请取消", "{day} is still to come; cancel it if it is not wanted");
    Err(refuse("venue.booking.early", why).into())
}

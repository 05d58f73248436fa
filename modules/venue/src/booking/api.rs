//! The JSON face of bookings.

use chrono::NaiveDate;
use jizuo_kernel::module::Work;
use jizuo_kernel::page::{Page, Paging};
use jizuo_kernel::process::{self, Course, Face, Head, MatterPath, Wanted};
use jizuo_kernel::{App, Ctx, Json, Path, Query, Reply, Result, Tx};
use jizuo_standards::mask;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::entity::{Column, Entity, Model, Purpose, Room};
use super::service::{self, NewBooking};
use crate::process::BOOKING;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, ask)).routes(routes!(show)).merge(process::steps::<Entity>(&BOOKING, &[]))
}

/// A booking as lists show it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = venue::Booking)]
pub struct Booking {
    #[serde(flatten)]
    #[schema(inline)]
    head: Head,
    /// What people quote.
    #[schema(example = "JY530102001001-0192F0C0")]
    code: String,
    room: Room,
    day: NaiveDate,
    purpose: Purpose,
    asker_name: String,
}

impl Face for Entity {
    type Wire = Booking;
    const PATH: &'static str = "bookings";

    fn wire(ctx: &Ctx, row: &Model) -> Booking {
        Booking {
            head: Head::of::<Entity>(ctx, row),
            code: row.code.clone(),
            room: row.room,
            day: row.day,
            purpose: row.purpose,
            asker_name: row.asker_name.clone(),
        }
    }

    fn step<'a>(tx: &'a mut Tx, row: &'a Model, action: &'a str, reason: Option<String>) -> Work<'a, Model> {
        Box::pin(service::step(tx, row, action, reason))
    }
}

/// A booking with all that is known of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = venue::BookingInFull)]
pub(crate) struct InFull {
    #[serde(flatten)]
    #[schema(inline)]
    booking: Booking,
    /// Masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "138****5678")]
    asker_phone: Option<String>,
    #[serde(flatten)]
    #[schema(inline)]
    course: Course,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only what is asked for on this day.
    day: Option<NaiveDate>,
}

/// Bookings here and below, newest first.
#[utoipa::path(get, path = "/bookings", operation_id = "venue_booking_list",
    security(("token" = ["venue.booking.read"])),
    params(("place" = String, Path, example = "530102"), ListQuery, Wanted, Paging),
    responses((status = 200, body = Page<Booking>)))]
async fn list(
    ctx: Ctx,
    Query(own): Query<ListQuery>,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Booking>>> {
    let page = process::list::<Entity>(&ctx, &wanted, &paging, |query| match own.day {
        Some(day) => query.filter(Column::Day.eq(day)),
        None => query,
    });
    Ok(Json(page.await?))
}

/// Asks for a room of the village, for oneself or for somebody else. Nothing is taken before the village confirms it.
#[utoipa::path(post, path = "/bookings", operation_id = "venue_booking_ask",
    security(("token" = ["venue.booking.ask"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewBooking, responses((status = 201, body = Booking)))]
async fn ask(ctx: Ctx, Json(new): Json<NewBooking>) -> Result<Reply<Booking>> {
    let mut tx = ctx.begin().await?;
    let row = service::ask(&mut tx, new).await?;
    process::opened::<Entity>(&ctx, tx, "venue.booking.ask", &row).await
}

/// One booking, with its time line and what the caller may do now.
#[utoipa::path(get, path = "/bookings/{id}", operation_id = "venue_booking_show",
    security(("token" = ["venue.booking.read"])),
    params(("place" = String, Path, example = "530102"), ("id" = Uuid, Path)), responses((status = 200, body = InFull)))]
async fn show(ctx: Ctx, path: Path<MatterPath>) -> Result<Reply<InFull>> {
    let row = process::find::<Entity>(&ctx, path.id).await?;
    let open = |sealed: &Vec<u8>| ctx.app.keyring.open("venue.phone", row.id.as_bytes(), sealed);
    let phone = row.asker_phone.as_ref().map(open).transpose()?;
    let full = InFull {
        booking: Entity::wire(&ctx, &row),
        asker_phone: phone.map(|plain| mask::phone(&String::from_utf8_lossy(&plain))),
        course: Course::of::<Entity>(&ctx, &row).await?,
    };
    Ok(Reply::ok(full).version(row.version))
}

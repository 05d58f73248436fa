//! The table of bookings.

use jizuo_kernel::schema::{Migration, Schema};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration { name: "m0001_booking", up: m0001_booking }];

fn m0001_booking(s: &mut Schema) {
    s.tenant("venue_booking", |t| {
        t.id().places().matter();
        t.text("code").text("room").date("day").text("purpose").text("asker_name").bytes_null("asker_phone");
        t.unique(&["code"]);
        // Who else wants the room that day: asked at every confirmation.
        t.index(&["village", "day"]);
        // Lists are newest first, in one village or in all of a county or township.
        t.index(&["village", "id"]).index(&["township", "id"]).index(&["phase", "id"]);
        // Figures are counted by when it was asked; a prefecture's are not led by a county.
        t.index(&["opened_at"]).index_across(&["prefecture", "id"]);
    });
}

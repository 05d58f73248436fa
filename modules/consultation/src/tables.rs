//! The tables of consultation and decision.

use jizuo_kernel::schema::{Migration, Schema};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration { name: "m0001_meeting", up: m0001_meeting }];

fn m0001_meeting(s: &mut Schema) {
    s.tenant("consultation_meeting", |t| {
        t.id().places().matter();
        t.text("code").text("body").text("matter").text("title").text("description").text_null("venue");
        t.date("held_on").date_null("notice_on").text_null("short_notice").text_null("delegation");
        t.text("called_by_name").date_null("studied_on");
        t.int_null("adults").int_null("households").int_null("committee").int_null("representatives");
        t.int_null("women_representatives").int_null("members");
        t.int_null("in_person").int_null("online").int_null("by_proxy");
        t.int_null("yes").int_null("no").int_null("abstain").int_null("yes_of_representatives");
        t.text("result").json("convening").json("quorum").json("pass");
        t.unique(&["code"]);
        // Lists are newest first, at every level, all or in one phase.
        t.index(&["phase", "id"]);
        t.index(&["township", "id"]).index(&["township", "phase", "id"]);
        t.index(&["village", "id"]).index(&["village", "phase", "id"]);
        // A prefecture's list and figures are not led by a county.
        t.index_across(&["prefecture", "id"]);
        t.index(&["opened_at"]);
    });
}

//! The tables of consultation and decision.

use jizuo_kernel::schema::{Migration, Schema, text_null};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { name: "m0001_meeting", up: m0001_meeting },
    Migration { name: "m0002_deliberation", up: m0002_deliberation },
];

/// Deliberations, and the case by which a meeting is known to follow from one.
fn m0002_deliberation(s: &mut Schema) {
    s.add_column("consultation_meeting", text_null("case_code"));
    s.add_index("consultation_meeting", &["county", "case_code"]);
    s.tenant("consultation_deliberation", |t| {
        t.id().places().matter();
        t.text("code").text("case_code").text("origin").text("title").text("description").text_null("suggested_by");
        t.text("raised_by_name").text_null("form").json("parties");
        t.date_null("told_on").date_null("held_on").text_null("venue");
        t.text_null("opinions").json("agreed").text_null("dissent").text_null("explanation");
        t.text_null("carried_out").date_null("fed_back_on").text_null("next_door");
        t.unique(&["code"]);
        t.index(&["case_code"]);
        // Lists are newest first, at every level, all or in one phase.
        t.index(&["phase", "id"]);
        t.index(&["township", "id"]).index(&["township", "phase", "id"]);
        t.index(&["village", "id"]).index(&["village", "phase", "id"]);
        // A prefecture's list and figures are not led by a county.
        t.index_across(&["prefecture", "id"]);
        t.index(&["opened_at"]).index(&["closed_at"]);
    });
}

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

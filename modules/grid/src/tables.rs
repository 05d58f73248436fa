//! The tables of grid governance.

use jizuo_kernel::schema::{Migration, Schema, flag_off, instant_null, int_zero, text_null, uuid_null};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { name: "m0001_incident", up: m0001_incident },
    Migration { name: "m0002_incident_case", up: |s| s.add_column("grid_incident", text_null("case_code")) },
    Migration { name: "m0003_incident_reporter", up: m0003_incident_reporter },
    Migration { name: "m0004_incident_life", up: m0004_incident_life },
    Migration { name: "m0015_plans", up: m0015_plans },
    Migration { name: "m0016_report", up: m0016_report },
];

/// Suspension, extension, supervision, merging, call-back.
fn m0004_incident_life(s: &mut Schema) {
    for column in [
        instant_null("suspended_until"),
        int_zero("extensions"),
        int_zero("extension_days"),
        flag_off("supervised"),
        text_null("supervision"),
        text_null("merged_into"),
        text_null("satisfaction"),
        instant_null("called_back_at"),
    ] {
        s.add_column("grid_incident", column);
    }
    // The timer that lets them go on.
    s.add_index("grid_incident", &["county", "suspended_until"]);
    s.add_index("grid_incident", &["county", "supervised", "id"]);
    s.add_index("grid_incident", &["county", "merged_into"]);
    // What is like a new report: of one village and category, open, newest first.
    s.add_index("grid_incident", &["county", "village", "category", "phase", "id"]);
}

/// A reporter whom the base data knows.
fn m0003_incident_reporter(s: &mut Schema) {
    s.add_column("grid_incident", uuid_null("reporter"));
    s.add_index("grid_incident", &["county", "reporter"]);
}

fn m0001_incident(s: &mut Schema) {
    s.tenant("grid_incident", |t| {
        t.id().places().matter();
        t.text("code").text("category").text("severity").text("title").text("description").text("channel");
        t.text_null("location").text_null("reporter_name").bytes_null("reporter_phone").text_null("on_behalf_of");
        t.uuid_null("reported_by").text("reported_by_name").uuid_null("assignee").uuid_null("handled_by");
        t.text_null("outcome");
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

/// What residents without an account follow an incident by.
fn m0016_report(s: &mut Schema) {
    s.tenant("grid_report", |t| {
        t.id().int("village").bytes_null("word").text_null("key").text("body").instant("at");
        // The same report is filed once.
        t.unique(&["key"]);
        // How many came in lately.
        t.index(&["village", "at"]);
        t.belongs_to("id", "grid_incident");
    });
}

/// Plans and visits: two tables for people in care, two for people under management.
fn m0015_plans(s: &mut Schema) {
    for (plans, visits) in [("grid_care_plan", "grid_care_visit"), ("grid_managed_plan", "grid_managed_visit")] {
        s.tenant(plans, |t| {
            t.id().places().matter();
            t.text("code").uuid("person").text("kind").text("purpose").int_null("every_days").uuid_null("assignee");
            t.date("since").date_null("until");
            t.unique(&["code"]);
            // Lists are newest first, all, in one phase or of one kind.
            t.index(&["phase", "id"]).index(&["kind", "id"]);
            t.index(&["township", "id"]).index(&["township", "phase", "id"]).index(&["township", "kind", "id"]);
            t.index(&["village", "id"]).index(&["village", "phase", "id"]).index(&["village", "kind", "id"]);
            // What is held on somebody; who has a plan already.
            t.index(&["person", "kind"]);
            // The timer that ends them.
            t.index(&["until"]);
            // A prefecture's figures are not led by a county.
            t.index_across(&["prefecture", "id"]);
        });
        s.tenant(visits, |t| {
            t.id().uuid("plan").date("visited_on").bytes_null("purpose").bytes_null("found").bytes_null("to_do");
            t.date("next_by").text_null("incident").text("recorded_by").instant("at");
            t.index(&["plan", "id"]).belongs_to("plan", plans);
        });
    }
}

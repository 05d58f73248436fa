//! The tables of grid governance.

use jizuo_kernel::schema::{
    Columns, Migration, Schema, flag_off, instant_null, int_null, int_zero, text_null, uuid_null,
};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { name: "m0001_incident", up: m0001_incident },
    Migration { name: "m0002_incident_case", up: |s| s.add_column("grid_incident", text_null("case_code")) },
    Migration { name: "m0003_incident_reporter", up: m0003_incident_reporter },
    Migration { name: "m0004_incident_life", up: m0004_incident_life },
    Migration { name: "m0005_net", up: m0005_net },
    Migration { name: "m0006_incident_point", up: m0006_incident_point },
    Migration { name: "m0010_subcategory", up: m0010_subcategory },
    Migration { name: "m0011_party", up: m0011_party },
    Migration { name: "m0012_whistle", up: m0012_whistle },
    Migration { name: "m0013_protection", up: m0013_protection },
    Migration { name: "m0014_filtered_lists", up: m0014_filtered_lists },
    Migration { name: "m0015_plans", up: m0015_plans },
    Migration { name: "m0016_report", up: m0016_report },
    Migration { name: "m0017_tally", up: m0017_tally },
    Migration { name: "m0018_above_counties", up: m0018_above_counties },
    Migration { name: "m0019_overdue_above", up: m0019_overdue_above },
];

/// Lists above the counties, newest first: what is late, told by the index alone; what is in one state or supervised; grids that have
/// not ended.
fn m0019_overdue_above(s: &mut Schema) {
    s.add_index_while_null("grid_incident", &["id", "due_at"], "closed_at");
    s.add_index_while_null("grid_incident", &["prefecture", "id", "due_at"], "closed_at");
    for columns in [&["state", "id"][..], &["prefecture", "state", "id"], &["supervised", "id"]] {
        s.add_index("grid_incident", columns);
    }
    s.add_index_while_null("grid_grid", &["id"], "ended_on");
    s.add_index_while_null("grid_grid", &["prefecture", "id"], "ended_on");
}

/// Lists and figures that no county leads, for prefectures and, where the province lets itself see matters, for it.
fn m0018_above_counties(s: &mut Schema) {
    for columns in [
        &["id"][..],
        &["phase", "id"],
        &["prefecture", "phase", "id"],
        // Few are: a province sorts them.
        &["supervised", "prefecture", "id"],
        // What is late now, counted by the index alone.
        &["closed_at", "due_at", "state", "prefecture", "opened_at", "county"],
    ] {
        s.add_index("grid_incident", columns);
    }
    let counted = ["reported", "ended", "on_time", "solved", "near", "void", "reopened"];
    s.add_index("grid_tally", &[&["day", "prefecture", "category", "county"][..], &counted].concat());
    s.add_index("grid_grid", &["ended_on", "id"]);
}

/// What is counted from incidents, without reading them above the county, and within one by an index alone.
fn m0017_tally(s: &mut Schema) {
    for column in [int_null("on_time"), int_null("near"), int_zero("reopened")] {
        s.add_column("grid_incident", column);
    }
    // A county's figures by township, a township's by village.
    let counted = ["ending", "on_time", "near", "reopened"];
    s.add_index("grid_incident", &[&["county", "opened_at", "category", "township"][..], &counted].concat());
    s.add_index("grid_incident", &[&["county", "township", "opened_at", "category", "village"][..], &counted].concat());
    // What is late now.
    s.add_index("grid_incident", &["county", "closed_at", "due_at", "state"]);
    s.tenant("grid_tally", |t| {
        t.date("day").text("category").int_null("prefecture").int("reported").int("ended").int("on_time");
        t.int("solved").int("near").int("void").int("reopened");
        t.key(&["day", "category"]);
    });
}

/// Where something was seen, in millionths of a degree.
fn m0006_incident_point(s: &mut Schema) {
    for column in [int_null("longitude"), int_null("latitude"), text_null("datum")] {
        s.add_column("grid_incident", column);
    }
    // What lies in a grid, at whatever time.
    s.add_index("grid_incident", &["county", "place", "id"]);
    s.add_index("grid_incident", &["county", "place", "phase", "id"]);
}

/// Grids with their boundaries, households and staff.
fn m0005_net(s: &mut Schema) {
    s.tenant("grid_grid", |t| {
        t.id().places().text("kind").text("area").text_null("boundary").text_null("datum");
        t.int_null("west").int_null("south").int_null("east").int_null("north");
        t.date_null("drawn_on").date_null("ended_on").int("version").instant("created_at");
        t.unique(&["place"]);
        // Lists are newest first, at every level, mostly of what has not ended.
        t.index(&["ended_on", "id"]).index(&["township", "ended_on", "id"]).index(&["village", "ended_on", "id"]);
        // A prefecture's list is not led by a county.
        t.index_across(&["prefecture", "ended_on", "id"]);
    });
    s.tenant("grid_boundary", |t| {
        t.id().uuid("grid").text("boundary").text("datum").date_null("since").date("until").text("replaced_by");
        t.belongs_to("grid", "grid_grid").index(&["grid", "id"]);
    });
    s.tenant("grid_household", |t| {
        t.id().places().uuid("grid").uuid("household").date("since").date_null("until").int_null("current");
        // A household is in one grid at a time.
        t.unique(&["household", "current"]);
        t.belongs_to("grid", "grid_grid").index(&["grid", "current"]).index(&["village", "current"]);
    });
    s.tenant("grid_staff", |t| {
        t.id().places().uuid("grid").text("role").text("name").text_null("phone").uuid_null("account");
        t.date("since").date_null("until").uuid_null("stands_in_for");
        t.belongs_to("grid", "grid_grid").index(&["grid", "since"]).index(&["village", "role"]);
    });
}

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

/// A county's own categories below the provincial ones, and lists by either.
fn m0010_subcategory(s: &mut Schema) {
    s.tenant("grid_subcategory", |t| {
        t.id().text("code").text("title").date("since").date_null("until");
        t.unique(&["code"]);
    });
    s.add_column("grid_incident", text_null("subcategory"));
    s.add_column("grid_incident", text_null("subcategory_title"));
    s.add_index("grid_incident", &["county", "category", "id"]);
    s.add_index("grid_incident", &["county", "township", "category", "id"]);
    s.add_index("grid_incident", &["county", "subcategory", "id"]);
    s.add_index("grid_incident", &["county", "township", "subcategory", "id"]);
    s.add_index("grid_incident", &["county", "village", "subcategory", "id"]);
}

/// Who leads, who co-operates, and how it ended.
fn m0011_party(s: &mut Schema) {
    s.tenant("grid_party", |t| {
        t.id().places().matter();
        t.uuid("incident").text("code").text("title").text("severity");
        t.uuid_null("organisation").text("name").uuid("contact").text("contact_name");
        t.text_null("objection").text_null("outcome");
        t.index(&["incident", "id"]);
        lists(t);
    });
    s.add_column("grid_incident", uuid_null("organisation"));
    s.add_column("grid_incident", text_null("organisation_name"));
    s.add_column("grid_incident", text_null("ending"));
    s.add_index("grid_incident", &["county", "ending", "id"]);
    s.add_index("grid_incident", &["county", "township", "ending", "id"]);
    s.add_index("grid_incident", &["county", "village", "ending", "id"]);
}

/// A township's calls to departments, and what each answered.
fn m0012_whistle(s: &mut Schema) {
    s.tenant("grid_whistle", |t| {
        t.id().places().matter();
        t.text("code").text("occasion").text("severity").text("title").text("description");
        t.uuid_null("incident").text_null("incident_code").uuid_null("blown_by").text("blown_by_name");
        t.text_null("result").unique(&["code"]).index(&["occasion", "id"]);
        lists(t);
    });
    s.tenant("grid_call", |t| {
        t.id().places().matter();
        t.uuid("whistle").text("code").text("title");
        t.uuid_null("organisation").text("name").uuid("contact").text("contact_name");
        t.instant("arrive_by").instant_null("arrived_at").text_null("arrived").text_null("refusal");
        t.text_null("finding").text_null("rating").text_null("rating_note");
        t.index(&["whistle", "id"]);
        lists(t);
    });
}

/// Mandatory reports, which few may see: lists of those who made or received them.
fn m0013_protection(s: &mut Schema) {
    s.tenant("grid_protection", |t| {
        t.id().places().matter();
        t.text("code").text("capacity").bytes_null("account").uuid_null("reported_by").text("reported_by_name");
        t.uuid("officer").text("officer_name");
        t.date_null("warned_on").date_null("victim_visited_on").date_null("offender_visited_on");
        t.unique(&["code"]).index(&["reported_by", "id"]).index(&["officer", "id"]);
        lists(t);
    });
}

/// What a list is filtered by leads to its newest rows at every level.
fn m0014_filtered_lists(s: &mut Schema) {
    s.add_index("grid_incident", &["county", "village", "category", "id"]);
    s.add_index("grid_whistle", &["county", "township", "occasion", "id"]);
    s.add_index("grid_whistle", &["county", "village", "occasion", "id"]);
}

/// Lists are newest first, at every level, all or in one phase; a prefecture's is not led by a county.
fn lists(t: &mut Columns) {
    t.index(&["phase", "id"]);
    t.index(&["township", "id"]).index(&["township", "phase", "id"]);
    t.index(&["village", "id"]).index(&["village", "phase", "id"]);
    t.index_across(&["prefecture", "id"]);
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

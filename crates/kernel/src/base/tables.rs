//! The kernel's tables.

mod people;

use crate::schema::{Migration, Schema, big_zero, text_null};

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration { name: "m0001_base", up: m0001_base },
    Migration { name: "m0002_cases", up: m0002_cases },
    Migration { name: "m0003_people", up: people::m0003_people },
    Migration { name: "m0004_time_left", up: |s| s.add_column("base_task", text_null("time_left")) },
    Migration { name: "m0005_place_stamp", up: m0005_place_stamp },
    Migration { name: "m0006_attachments", up: m0006_attachments },
];

/// Photographs and papers that go with a matter.
fn m0006_attachments(s: &mut Schema) {
    s.tenant("base_attachment", |t| {
        t.id().text("kind").uuid("matter").int_null("slot").text("media").text("digest").text_null("note");
        t.text("added_by_name").instant("added_at");
        t.instant_null("taken_back_at").text_null("taken_back_by_name").text_null("taken_back_because");
        t.unique(&["kind", "matter", "slot"]);
    });
    s.tenant("base_attachment_content", |t| {
        t.id().bytes("sealed_key").bytes("content");
    });
}

/// What of the places a process has not seen yet; places below villages.
fn m0005_place_stamp(s: &mut Schema) {
    s.add_column("base_place", big_zero("stamp"));
    s.add_index("base_place", &["stamp"]);
    // The numbers that are taken below a place.
    s.add_index("base_place_version", &["parent"]);
}

fn m0002_cases(s: &mut Schema) {
    s.tenant("base_case_part", |t| {
        t.id().places().text("code").text("module").text("kind").uuid("matter").text("label").instant("joined_at");
        t.text_null("capability").text_null("from_kind").uuid_null("from_matter");
        t.instant_null("ended_at").text_null("outcome");
        t.unique(&["kind", "matter"]).index(&["code", "id"]).index(&["from_matter", "id"]);
    });
}

fn m0001_base(s: &mut Schema) {
    s.reference("base_revision", |t| {
        t.text("part").big("number").key(&["part"]);
    });
    s.reference("base_timer", |t| {
        t.text("id").instant("due_at").key(&["id"]);
    });
    places(s);
    identity(s);
    adaptation(s);
    work(s);
    record(s);
}

fn places(s: &mut Schema) {
    s.reference("base_place", |t| {
        t.int("id").text("kind").int_null("successor").key(&["id"]);
    });
    s.reference("base_place_version", |t| {
        t.int("place").date("since").date_null("until").text("code").text("name").int_null("parent");
        t.key(&["place", "since"]).index(&["code"]);
    });
}

fn identity(s: &mut Schema) {
    s.reference("base_account", |t| {
        t.id().text("login").text("name").int("home").text("password").instant("password_at").flag("must_change");
        t.int("failures").instant_null("locked_until").instant_null("disabled_at");
        t.bytes_null("totp").flag("totp_confirmed").big("totp_step").instant("created_at").int("version");
        t.key(&["id"]).unique(&["login"]).index(&["home", "id"]);
    });
    s.reference("base_session", |t| {
        t.text("fingerprint").uuid("id").uuid("account").text("kind").text("label").json_null("permissions");
        t.instant("created_at").instant("seen_at").instant("expires_at");
        t.key(&["fingerprint"]).unique(&["id"]).index(&["account"]).index(&["expires_at"]);
        t.belongs_to("account", "base_account");
    });
    s.reference("base_grant", |t| {
        t.id().uuid("account").text("role").int("place").instant_null("until");
        t.text("granted_by").instant("granted_at").instant_null("revoked_at");
        t.key(&["id"]).index(&["account"]).index(&["role", "place"]);
        t.belongs_to("account", "base_account");
    });
    s.reference("base_role", |t| {
        t.text("id").int("place").text("title").json("permissions").key(&["id"]);
    });
}

fn adaptation(s: &mut Schema) {
    s.reference("base_module_switch", |t| {
        t.id().int("place").text("module").text("state").flag("locked").text("reason").text("actor");
        t.instant("at").instant("effective_at").key(&["id"]);
    });
    s.reference("base_module_setting", |t| {
        t.int("place").text("module").json("value").text("actor").instant("at").int("version");
        t.key(&["place", "module"]);
    });
    s.reference("base_rule_overlay", |t| {
        t.id().int("place").text("rule").json("value").date("since").date_null("until");
        t.text("reason").text("actor").instant("at").key(&["id"]).index(&["place", "rule"]);
    });
    s.reference("base_holidays", |t| {
        t.int("year").text("source").key(&["year"]);
    });
    s.reference("base_process_overlay", |t| {
        t.int("place").text("process").json("value").text("reason").text("actor").instant("at");
        t.key(&["place", "process"]);
    });
    s.reference("base_process_version", |t| {
        t.text("id").text("process").json("definition").key(&["id"]);
    });
}

fn work(s: &mut Schema) {
    s.tenant("base_task", |t| {
        t.id().places().text("module").text("kind").uuid("matter").text("label");
        t.text("action").text("permission").text_null("role").uuid_null("assignee");
        t.instant_null("due_at").instant("sort_at").instant("opened_at").instant_null("done_at").text_null("done_by");
        t.flag("overdue_told");
        t.index(&["done_at", "sort_at", "id"]).index(&["matter"]);
        t.index(&["township", "done_at", "sort_at", "id"]).index(&["village", "done_at", "sort_at", "id"]);
    });
    s.tenant("base_step", |t| {
        t.id().text("kind").uuid("matter").int("number").text("action").text("title_zh").text("title_en");
        t.text_null("from_state").text("to_state").uuid_null("actor").text("actor_name").text_null("on_behalf_of");
        t.text_null("reason").instant("at").instant_null("due_at");
        t.unique(&["kind", "matter", "number"]);
    });
    s.tenant("base_idempotency", |t| {
        t.id().uuid("actor").text("key").text("fingerprint").int("status").text_null("location");
        t.int_null("version").bytes_null("body").instant("at");
        t.unique(&["actor", "key"]).index(&["at"]);
    });
}

fn record(s: &mut Schema) {
    s.tenant("base_audit", |t| {
        t.id().instant("at").int("place").uuid_null("actor").text("actor_name").text_null("on_behalf_of");
        t.text("action").text("subject_kind").text("subject").text("changes").text("trace");
        t.index(&["subject", "id"]).index(&["actor_name", "id"]);
        // The verification walks all lines by id; the province's audit list is newest first.
        t.index_across(&["id"]);
    });
    s.tenant("base_audit_unsealed", |t| {
        t.id();
    });
    s.tenant("base_audit_seal", |t| {
        t.big("number").uuid("line").text("hash").key(&["number"]).unique(&["line"]);
    });
    s.tenant("base_event", |t| {
        t.id().places().text("topic").text("subject").json("payload").instant("at");
        t.index(&["topic", "id"]);
    });
    s.tenant("base_delivery", |t| {
        t.id().uuid("event").text("subscriber").text("state").int("attempts").instant("next_at").text_null("error");
        t.unique(&["event", "subscriber"]);
        t.belongs_to("event", "base_event");
        // The dispatcher looks for what is due in any county.
        t.index_across(&["state", "next_at"]);
    });
}

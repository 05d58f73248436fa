//! Tables of the base data: persons, households, organisations, what is known of them and from whom.

use crate::schema::Schema;

pub(super) fn m0003_people(s: &mut Schema) {
    subjects(s);
    bonds(s);
    facts(s);
    rights(s);
    imports(s);
}

fn subjects(s: &mut Schema) {
    s.tenant("base_person", |t| {
        t.id().places().text_by_prefix("name").text_by_prefix("initials").text_null("sex").date_null("birth_date");
        t.text_null("identity_mark").text("standing").date("standing_since").uuid_null("merged_into");
        t.int_null("moved_to").uuid_null("household").text_null("relation").uuid_null("import");
        t.int("version").instant("created_at").instant("changed_at");
        // One person, one row: two people who register the same number at once do not both succeed.
        t.unique(&["identity_mark"]).index(&["name", "id"]).index(&["initials", "id"]).index(&["import"]);
        t.index(&["standing", "id"]).index(&["township", "standing", "id"]).index(&["village", "standing", "id"]);
        t.index(&["village", "name", "id"]).index(&["village", "initials", "id"]);
        t.index(&["merged_into"]).index(&["household"]);
    });
    s.tenant("base_address", |t| {
        t.id().places().text_by_prefix("text").text_null("house_number").text_null("real_estate_unit");
        t.text_null("longitude").text_null("latitude").text_null("datum").instant("created_at");
        t.index(&["village", "id"]).index(&["village", "text", "id"]).index(&["text", "id"]);
    });
    s.tenant("base_household", |t| {
        t.id().places().text_null("number").uuid_null("head").text_by_prefix("head_name").uuid_null("address");
        t.text("standing").date("standing_since").uuid_null("import");
        t.int("version").instant("created_at").instant("changed_at");
        t.index(&["number"]).index(&["head_name", "id"]);
        t.unique(&["village", "number"]).index(&["standing", "id"]).index(&["import"]).index(&["head"]);
        t.index(&["township", "standing", "id"]).index(&["village", "standing", "id"]);
        t.belongs_to("address", "base_address");
    });
    s.tenant("base_organisation", |t| {
        t.id().places().text("kind").text_by_prefix("name").text_by_prefix("initials").text_null("credit_code");
        t.uuid_null("address");
        t.text("standing").date("standing_since").uuid_null("import");
        t.int("version").instant("created_at").instant("changed_at");
        t.unique(&["credit_code"]).index(&["name", "id"]).index(&["kind", "id"]).index(&["initials", "id"]);
        t.index(&["township", "id"]).index(&["village", "id"]);
        t.belongs_to("address", "base_address");
    });
}

fn bonds(s: &mut Schema) {
    s.tenant("base_member", |t| {
        t.id()
            .uuid("household")
            .uuid("person")
            .text("relation")
            .uuid_null("relation_to")
            .date("since")
            .date_null("until")
            .text_null("why_left");
        t.text("source").text("collector").instant("recorded_at").uuid_null("import");
        t.index(&["household", "until"]).index(&["person", "until"]).index(&["import"]);
        t.belongs_to("household", "base_household").belongs_to("person", "base_person");
    });
    s.tenant("base_post", |t| {
        t.id().uuid("organisation").uuid("person").text("title").date("since").date_null("until");
        t.text("collector").instant("recorded_at");
        t.index(&["organisation", "until"]).index(&["person", "until"]);
        t.belongs_to("organisation", "base_organisation").belongs_to("person", "base_person");
    });
    s.tenant("base_merge", |t| {
        t.id().places().uuid("kept").uuid("merged").text("reason").text("actor").instant("at").json("moved");
        t.instant_null("undone_at").text_null("undone_by");
        t.index(&["kept"]).index(&["merged"]).index(&["village", "id"]);
    });
    // Told to the county that somebody moves to: a row of the county that reads it.
    s.tenant("base_arrival", |t| {
        t.id().places().text("name").text("from_name").int("from_place").uuid("from_person").bytes_null("parcel");
        t.text_null("identity_mark").date("moved_on").text("reason").text("state").uuid_null("person");
        t.text_null("decided_by").instant_null("decided_at").text_null("answer").instant("told_at").int("version");
        t.index(&["state", "id"]).index(&["township", "state", "id"]).index(&["village", "state", "id"]);
    });
}

fn facts(s: &mut Schema) {
    s.tenant("base_fact", |t| {
        t.id().text("subject_kind").uuid("subject").text("element").text_null("value").bytes_null("sealed");
        t.text_null("mark").text("source").int("rank").text("collector").text_null("on_behalf_of").text("basis");
        t.instant("recorded_at").date("observed_on").date_null("valid_until").text("standing");
        t.instant_null("ended_at").text_null("ended_by").text_null("ended_why").uuid_null("import");
        t.index(&["subject", "element", "standing"]).index(&["element", "mark"]).index(&["import"]);
        t.index(&["standing", "id"]);
    });
    s.tenant("base_element_use", |t| {
        t.text("element").text("form").date("month").big("asked").big("reused").big("typed");
        t.key(&["element", "form", "month"]).index(&["month"]);
    });
    s.tenant("base_consent", |t| {
        t.id().uuid("person").text("purpose").json("elements").text("given_by").text_null("guardian");
        t.text_null("guardian_relation").text("how").text("collector").instant("given_at").instant_null("withdrawn_at");
        t.index(&["person", "purpose"]);
        t.belongs_to("person", "base_person");
    });
}

fn rights(s: &mut Schema) {
    s.tenant("base_request", |t| {
        t.id().places().matter().text("code").uuid("person").text("person_name").text("right").json("elements");
        t.text("detail").text("asked_by").text_null("on_behalf_of").text_null("outcome").text_null("answer");
        t.index(&["phase", "id"]).index(&["township", "phase", "id"]).index(&["village", "phase", "id"]);
        t.index(&["person"]);
        t.belongs_to("person", "base_person");
    });
}

fn imports(s: &mut Schema) {
    s.tenant("base_import", |t| {
        t.id().places().text("kind").text("source").text("file_name").text("file_digest").big("file_size");
        t.json("mapping").text("state").int("rows").int("next_row").int("bad_rows");
        t.int("created").int("changed").int("unchanged").int("disputed").text("actor").instant("at");
        t.instant_null("finished_at").instant_null("undone_at").text_null("undone_by").int("version");
        t.index(&["file_digest"]).index(&["village", "id"]).index(&["township", "id"]);
    });
    s.tenant("base_import_file", |t| {
        t.uuid("import").int("number").bytes_null("sealed").key(&["import", "number"]);
        t.belongs_to("import", "base_import");
    });
    s.tenant("base_import_fault", |t| {
        t.uuid("import").int("row").int("number").text("column_name").text("code").text("zh").text("en");
        t.key(&["import", "row", "number"]);
        t.belongs_to("import", "base_import");
    });
}

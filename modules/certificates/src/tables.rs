//! The tables of the certificate catalogue.

use jizuo_kernel::schema::{
    Migration, Schema, bytes_null, date_null, flag_off, int_null, json_null, text_null, uuid_null,
};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { name: "m0001_catalogue", up: m0001_catalogue },
    Migration { name: "m0002_demand_person", up: m0002_demand_person },
    Migration { name: "m0003_paper", up: m0003_paper },
    Migration { name: "m0004_reform", up: m0004_reform },
    Migration { name: "m0020_data_check", up: m0020_data_check },
    Migration { name: "m0030_answers", up: m0030_answers },
    Migration { name: "m0040_verified_by_data", up: m0040_verified_by_data },
    Migration { name: "m0041_many_papers", up: m0041_many_papers },
];

/// Lists and figures of papers that stay quick with millions of them (`crates/bench`, `--bin province`).
fn m0041_many_papers(s: &mut Schema) {
    const PAPER: &str = "certificates_paper";
    // Of a prefecture or the province, where the province lets itself see matters, no county leads them.
    for level in [&["county", "township"][..], &["county"], &["prefecture"], &[]] {
        for by in ["phase", "state", "item_code"] {
            // A county's by state are there.
            if (level, by) != (&["county"], "state") {
                s.add_index(PAPER, &[level, &[by, "id"]].concat());
            }
        }
        // What is late, told by the index alone.
        s.add_index_while_null(PAPER, &[level, &["id", "due_at"]].concat(), "closed_at");
    }
    s.add_index(PAPER, &["id"]);
    s.add_index(PAPER, &["number"]);
    // Figures, counted by an index alone: by what lies one level below.
    for at in ["issued_at", "refused_at"] {
        s.add_index(PAPER, &["county", at, "item_name", "township"]);
        s.add_index(PAPER, &["county", "township", at, "item_name", "village"]);
        s.add_index(PAPER, &["county", "village", at, "item_name", "place"]);
        s.add_index(PAPER, &["prefecture", at, "item_name", "county"]);
        s.add_index(PAPER, &[at, "item_name", "prefecture", "county"]);
    }
}

/// What departments let the county check, what they handed over, and what was asked.
fn m0020_data_check(s: &mut Schema) {
    s.tenant("certificates_source", |t| {
        t.id().int("version").text("kind").text("title").text("department").text("ground").text("basis");
        t.json("purposes").json("items").json("mapping").json_null("http").bytes_null("secret");
        t.text("fallback").text("next_door").date_null("handed_over_on").int_null("handed_over_rows");
        t.instant("changed_at").text("changed_by_name").instant_null("ended_at").text_null("ended_because");
    });
    s.tenant("certificates_table_row", |t| {
        t.id().uuid("source").text("marked_as").text("mark").bytes("number").bytes("content");
        t.unique(&["source", "mark"]);
    });
    s.tenant("certificates_query", |t| {
        t.id().places().instant("at");
        t.uuid("person").text("holder").text("item").text("item_name").text("purpose");
        t.uuid("source").text("source_title").text("department").text("ground").text("basis").date_null("data_of");
        t.text("outcome").text_null("failure").int("took_ms").bytes_null("answer");
        t.text("fallback").text("next_door").uuid_null("asked_by").text("asked_by_name");
        t.index(&["person"]).index(&["at"]).index(&["outcome", "at"]).index(&["outcome", "id"]);
        t.index(&["township", "id"]).index(&["village", "id"]);
        // A prefecture's figures are not led by a county.
        t.index_across(&["prefecture", "id"]);
    });
}

/// A paper names the query that verified it, and a query the paper that it was made for.
fn m0040_verified_by_data(s: &mut Schema) {
    s.add_column("certificates_paper", uuid_null("query"));
    s.add_column("certificates_query", uuid_null("paper"));
    s.add_index("certificates_query", &["county", "paper"]);
}

/// What is done instead of a paper that is demanded: the way, the commitment, and false commitments.
fn m0030_answers(s: &mut Schema) {
    s.add_column("certificates_item", flag_off("no_commitment"));
    s.add_column("certificates_item", text_null("commits"));
    s.add_column("certificates_demand", text_null("way"));
    s.add_column("certificates_demand", date_null("committed_on"));
    s.add_column("certificates_demand", text_null("committed_by_name"));
    s.add_column("certificates_demand", bytes_null("commitment"));
    s.add_index("certificates_demand", &["county", "way", "id"]);
    s.add_index("certificates_demand", &["county", "requesting_body", "id"]);
    s.tenant("certificates_breach", |t| {
        t.id().places().uuid("person").text("holder").uuid_null("demand").text("reason");
        t.instant("opened_at").text("recorded_by_name");
        t.instant_null("closed_at").text_null("repaired_by_name").text_null("repaired_because");
        t.index(&["person"]);
    });
}

/// Many papers cancelled at once.
fn m0004_reform(s: &mut Schema) {
    s.tenant("certificates_reform", |t| {
        t.id().places().matter();
        t.text("title").text("reason").json("changes").int("cancelled").text("proposed_by_name");
        t.int_null("retained_before").int_null("retained_after");
        t.index(&["phase", "id"]);
    });
}

/// Papers that are issued, and what an item says of its paper.
fn m0003_paper(s: &mut Schema) {
    s.add_column("certificates_item", int_null("validity_days"));
    s.add_column("certificates_item", json_null("purposes"));
    s.add_column("certificates_item", flag_off("two_persons"));
    s.add_column("certificates_item", flag_off("wet_signature"));
    s.add_column("certificates_item", text_null("verification"));
    s.add_column("certificates_item", text_null("body"));
    s.add_column("certificates_item", text_null("licence_type"));
    s.tenant("certificates_paper", |t| {
        t.id().places().matter();
        t.uuid("item").int("item_county").text("item_code").int("item_edition").text("item_name");
        t.flag("two_persons").flag("wet_signature").text_null("issuer").text("purpose");
        t.uuid("person").text("holder").text_null("agent").bytes_null("content");
        t.text_null("verification").text_null("seen").uuid_null("verified_by").text_null("verified_by_name");
        t.text_null("approved_by_name").text_null("issued_by_name").instant_null("issued_at");
        t.text_null("number").text_null("mark").bytes_null("code").text_null("signed");
        t.date_null("valid_from").date_null("valid_until").text_null("licence_type");
        t.text_null("ended_because").text_null("ended_by_name").instant_null("refused_at").text_null("next_door");
        t.instant_null("revoked_at");
        // No number twice; and what is checked is found among millions by the mark of its code.
        t.unique(&["number"]).unique(&["mark"]);
        t.index(&["person"]).index(&["state", "id"]).index(&["issued_at"]).index(&["refused_at"]);
        t.index(&["township", "id"]).index(&["village", "id"]);
        // A prefecture's figures are not led by a county.
        t.index_across(&["prefecture", "id"]);
    });
    s.tenant("certificates_counter", |t| {
        t.int("year").int("last").key(&["year"]);
    });
    s.tenant("certificates_key", |t| {
        t.id().text("kid").text("algorithm").json("public").bytes_null("secret").instant("since");
        t.unique(&["kid"]);
    });
    s.tenant("certificates_check", |t| {
        t.id().instant("at").uuid_null("paper");
        t.index(&["paper", "at"]).index(&["at"]);
    });
}

/// A resident whom the base data knows.
fn m0002_demand_person(s: &mut Schema) {
    s.add_column("certificates_demand", uuid_null("person"));
    s.add_index("certificates_demand", &["county", "person"]);
}

fn m0001_catalogue(s: &mut Schema) {
    s.tenant("certificates_item", |t| {
        t.id().places().matter();
        t.text("code").int("edition").text("name").text_null("name_en").json("aliases").text("status_kind");
        t.text_null("basis_kind").text_null("basis_law").text_null("basis_article").text_null("basis_text");
        t.text_null("purpose").text_null("requesting_body").text_null("issuer").text_null("replacement");
        t.text_null("next_door").text_null("next_door_en");
        t.text("proposed_by_name").instant_null("in_force_from").instant_null("in_force_until");
        t.text_null("retired_by_name").text_null("retired_because");
        t.unique(&["code", "edition"]);
        // A county's list is read with those of the places above it: newest first, all or one state.
        t.index(&["state", "id"]);
    });
    s.tenant("certificates_demand", |t| {
        t.id().places().instant("at");
        t.text("what").text_null("item").text("name").text("outcome").json("told");
        t.text("requesting_body").text_null("matter").text_null("on_behalf_of");
        t.uuid_null("recorded_by").text("recorded_by_name");
        t.index(&["outcome", "at"]).index(&["at"]);
        t.index(&["township", "id"]).index(&["village", "id"]);
        // A prefecture's figures are not led by a county.
        t.index_across(&["prefecture", "id"]);
    });
    s.tenant("certificates_notice", |t| {
        t.id().text("quarter").instant("since").instant("until").instant("opened_at").int("threshold");
        t.unique(&["quarter"]);
    });
}

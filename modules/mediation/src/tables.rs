//! The tables of mediation records.

use jizuo_kernel::schema::{Migration, Schema, uuid_null};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { name: "m0001_case", up: m0001_case },
    Migration { name: "m0002_party_person", up: m0002_party_person },
];

/// A party that the base data knows.
fn m0002_party_person(s: &mut Schema) {
    s.add_column("mediation_party", uuid_null("person"));
    s.add_index("mediation_party", &["county", "person"]);
}

fn m0001_case(s: &mut Schema) {
    s.tenant("mediation_case", |t| {
        t.id().places().matter();
        t.text("code").text("case_code").text("dispute_type").text("source").text_null("organ").text("prior");
        t.text("summary").text_null("told_by").text_null("on_behalf_of");
        t.uuid_null("registered_by").text("registered_by_name").uuid_null("mediator");
        t.uuid_null("refused_by").date_null("refused_on");
        t.text_null("form").date_null("effective_on").text_null("end_reason");
        t.date_null("confirmation_on").text_null("confirmation_court");
        t.unique(&["code"]);
        // Lists are newest first, at every level, all or in one phase.
        t.index(&["phase", "id"]);
        t.index(&["township", "id"]).index(&["township", "phase", "id"]);
        t.index(&["village", "id"]).index(&["village", "phase", "id"]);
        // A prefecture's list and figures are not led by a county.
        t.index_across(&["prefecture", "id"]);
        t.index(&["opened_at"]).index(&["closed_at"]);
    });
    s.tenant("mediation_party", |t| {
        t.id().places();
        t.uuid("case_id").text("side").text("name").bytes_null("phone").instant("added_at");
        t.belongs_to("case_id", "mediation_case");
        t.index(&["case_id", "id"]);
    });
    s.tenant("mediation_agreement", |t| {
        t.id().places();
        t.uuid("case_id").text("form").text("content").big("amount").json("settles").instant("reached_at");
        t.json("signatures").date_null("mediator_signed_on").date_null("sealed_on").date_null("effective_on");
        t.uuid_null("written_from").instant_null("replaced_at").text("recorded_by_name").instant("recorded_at");
        t.belongs_to("case_id", "mediation_case");
        t.index(&["case_id", "id"]);
    });
}

//! The tables of the certificate catalogue.

use jizuo_kernel::schema::{Migration, Schema, uuid_null};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { name: "m0001_catalogue", up: m0001_catalogue },
    Migration { name: "m0002_demand_person", up: m0002_demand_person },
];

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

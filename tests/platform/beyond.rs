//! What random work does not come to, each with the reason.

/// Writes that random work cannot do with success, each with the reason. To let it grow is a decision.
pub(super) const BEYOND: &[(&str, &str)] = &[
    ("grid_incident_merge", "names another incident by a code that no example knows"),
    ("grid_subcategory_end", "only what was added and has not ended"),
    ("grid_party_join", CO_OPERATES),
    ("grid_party_finish", CO_OPERATES),
    ("grid_party_object", CO_OPERATES),
    ("grid_party_ask_again", CO_OPERATES),
    ("grid_party_replace", CO_OPERATES),
    ("grid_party_release", CO_OPERATES),
    ("grid_whistle_conclude", "only once every department has answered"),
    ("grid_whistle_rate", "only after the joint result"),
    ("grid_call_examine", CALLED),
    ("grid_call_arrive", CALLED),
    ("grid_call_decline", CALLED),
    ("grid_call_miss", CALLED),
    ("grid_call_stand_down", CALLED),
    ("grid_incident_ask_extension", LATE),
    ("grid_incident_extend", LATE),
    ("grid_incident_refuse_extension", LATE),
    ("grid_incident_call_back", LATE),
    ("grid_incident_reopen", LATE),
    ("grid_report_follow", WORD),
    ("grid_report_rate", WORD),
    ("grid_report_withdraw", WORD),
    ("grid_grid_appoint", NET),
    ("grid_grid_dismiss", NET),
    ("grid_grid_draw", NET),
    ("grid_grid_end", NET),
    ("grid_grid_import", NET),
    ("grid_grid_join", NET),
    ("grid_grid_merge", NET),
    ("grid_grid_redraw", NET),
    ("grid_grid_rename", NET),
    ("grid_grid_split", NET),
    ("certificates_paper_pass", "taken by itself, unless a county has put a step before it"),
    ("grid_incident_take_back_attachment", "names an attachment by an id that no example knows"),
    ("certificates_reform_propose", REFORM),
    ("certificates_reform_publish", REFORM),
    ("certificates_reform_withdraw", REFORM),
    ("certificates_item_import", "the same sheet is proposed once; the module's own tests do it"),
    ("certificates_item_publish_several", "names proposals by ids that no example knows"),
    ("certificates_source_change", "an edit of what random work seldom describes; the module's own tests do it"),
    ("certificates_paper_verify_by_data", "only where a department's data is described; the module's own tests do it"),
    ("certificates_check_run", "only where a department's data is described and at hand; the module's own tests do it"),
    ("certificates_demand_commit", "only where an item says that a commitment does; the module's own tests do it"),
    ("venue_booking_hand_back", "not before the day of the booking"),
    ("consultation_deliberation_decide", LATE),
    ("consultation_deliberation_resume", LATE),
    ("consultation_meeting_exempt", "taken by itself, unless a county has put a step before it"),
    ("consultation_meeting_publish", "only what a body has decided"),
    ("mediation_case_agree_orally", PARTIES),
    ("mediation_case_prolong", PARTIES),
    ("mediation_case_take_effect", PARTIES),
    ("mediation_case_write_down", PARTIES),
    ("mediation_case_perform", AGREED),
    ("mediation_case_breach", AGREED),
    ("mediation_case_apply_for_confirmation", AGREED),
];
const REFORM: &str = "cancels what is issued here, and no example lays that down; the module's own tests do it";
const CO_OPERATES: &str = "what is asked within an incident is begun by nothing else";
const CALLED: &str = "what a whistle calls is begun by nothing else";
const LATE: &str = "so late in a life that random work seldom comes there; `at_once.rs` takes it";
const NET: &str = "one net has room for one grid of a name, and once split it is another; the module's own tests do it";
const WORD: &str = "asks for a word that no example knows";
const PARTIES: &str = "names the parties by ids that no example knows";
const AGREED: &str = "only after an agreement, which names the parties";

/// Tables that only deeds of [`BEYOND`] write to: what a grid has. And checks are counted of who has no account.
pub(super) const UNWRITTEN: &[&str] = &[
    "certificates_check",
    "certificates_query",
    "certificates_reform",
    "certificates_table_row",
    "grid_boundary",
    "grid_household",
    "grid_staff",
];

/// What asks by POST, so that a secret stands in no address, and begins nothing.
pub(super) const ASKS: &[&str] = &["certificates_paper_check"];

/// What there can be only so many of.
pub(super) const FEW: &[&str] = &["grid_subcategory_add", "grid_grid_draw", "grid_grid_import"];

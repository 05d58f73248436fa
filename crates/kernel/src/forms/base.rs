//! The base's own forms.

use super::form::{Ask, Field, Form, Ground, OwnKind};
use crate::Text;
use crate::people::SubjectKind;

pub const FORMS: &[&Form] = &[&RESIDENT, &VOLUNTEER];

const fn needed(name: &'static str, element: &'static str) -> Field {
    Field { name, ask: Ask::Element(element), required: true }
}

const fn wanted(name: &'static str, element: &'static str) -> Field {
    Field { name, ask: Ask::Element(element), required: false }
}

/// What a village goes through with a resident once in a while: what is known is only confirmed.
static RESIDENT: Form = Form {
    id: "base.resident",
    title: Text::new("居民信息核对", "Going through a resident's data"),
    subject: SubjectKind::Person,
    purpose: Text::new(
        "核对村（社区）服务和管理所需的居民基本信息",
        "To go through the basic data that the village needs to serve its residents",
    ),
    ground: Ground::StatutoryDuty(Text::new(
        "村民委员会组织法第二条、个人信息保护法第十三条第一款第三项",
        "Villagers' Committee Organisation Law, Article 2; Personal Information Protection Law, Article 13(3)",
    )),
    fields: &[
        needed("name", "person.name"),
        wanted("identity_number", "person.identity_number"),
        wanted("sex", "person.sex"),
        wanted("birth_date", "person.birth_date"),
        wanted("nationality", "person.nationality"),
        wanted("education", "person.education"),
        wanted("marital_status", "person.marital_status"),
        wanted("employment", "person.employment"),
        wanted("phone", "person.phone"),
        wanted("residence", "person.residence"),
        wanted("registered_place", "person.registered_place"),
        wanted("health", "person.health"),
    ],
};

/// Nobody has to be a volunteer, so nothing is used without consent.
static VOLUNTEER: Form = Form {
    id: "base.volunteer",
    title: Text::new("志愿者登记", "Registration of a volunteer"),
    subject: SubjectKind::Person,
    purpose: Text::new("联系和安排本人参加的志愿服务", "To reach volunteers and to plan what they do"),
    ground: Ground::Consent,
    fields: &[
        needed("name", "person.name"),
        Field { name: "phone", ask: Ask::Fresh { element: "person.phone", days: 365 }, required: true },
        wanted("education", "person.education"),
        wanted("employment", "person.employment"),
        Field {
            name: "skills",
            ask: Ask::Own {
                title: Text::new("特长", "Skills"),
                kind: OwnKind::Text,
                max_length: 200,
                why: Text::new(
                    "按特长安排服务，数据元目录中没有",
                    "what they can do decides where they help; no element says it",
                ),
            },
            required: false,
        },
    ],
};

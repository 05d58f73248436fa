//! What grid governance asks of people: who reported and how to reach them; a report can also be anonymous.

use jizuo_kernel::Text;
use jizuo_kernel::forms::{Ask, Field, Form, Ground};
use jizuo_kernel::people::SubjectKind;

pub(crate) static REPORTER: Form = Form {
    id: "grid.reporter",
    title: Text::new("事件反映人", "Who reported an incident"),
    subject: SubjectKind::Person,
    purpose: Text::new("回访和答复反映人", "To answer whoever reported it"),
    ground: Ground::StatutoryDuty(Text::new(
        "村民委员会组织法第二条、个人信息保护法第十三条第一款第三项",
        "Villagers' Committee Organisation Law, Article 2; Personal Information Protection Law, Article 13(3)",
    )),
    fields: &[
        Field { name: "reporter_name", ask: Ask::Element("person.name"), required: true },
        Field { name: "reporter_phone", ask: Ask::Element("person.phone"), required: false },
    ],
};

/// Care that no law puts on the village rests on the person's consent. It asks for nothing but who it is.
pub(crate) static CARE: Form = Form {
    id: "grid.care",
    title: Text::new("走访关爱", "Visits and care"),
    subject: SubjectKind::Person,
    purpose: Text::new("上门看望，了解困难，提供帮助", "To visit, learn what is hard, and help"),
    ground: Ground::Consent,
    fields: &[Field { name: "person", ask: Ask::Element("person.name"), required: true }],
};

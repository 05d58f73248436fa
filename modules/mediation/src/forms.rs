//! What mediation asks of people: who a party is and how to reach them, and nothing that is known already.

use jizuo_kernel::Text;
use jizuo_kernel::forms::{Ask, Field, Form, Ground};
use jizuo_kernel::people::SubjectKind;

pub(crate) static PARTY: Form = Form {
    id: "mediation.party",
    title: Text::new("调解当事人", "A party to mediation"),
    subject: SubjectKind::Person,
    purpose: Text::new("登记调解当事人并与其联系", "To record who the parties are and to reach them"),
    ground: Ground::StatutoryDuty(Text::new(
        "人民调解法第二十七条（调解登记、立卷归档）",
        "People's Mediation Law, Article 27 (register and files)",
    )),
    fields: &[
        Field { name: "name", ask: Ask::Element("person.name"), required: true },
        Field { name: "phone", ask: Ask::Element("person.phone"), required: false },
    ],
};

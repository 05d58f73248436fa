//! What the certificate catalogue asks of people: of whom a paper was demanded, whose paper is issued, whose data is checked, and who
//! commits instead.

use jizuo_kernel::Text;
use jizuo_kernel::forms::{Ask, Field, Form, Ground};
use jizuo_kernel::people::SubjectKind;

pub(crate) static DEMAND: Form = Form {
    id: "certificates.demand",
    title: Text::new("被索要证明的居民", "The resident of whom a paper is demanded"),
    subject: SubjectKind::Person,
    purpose: Text::new("登记清单外索要证明的情况", "To record papers that are demanded off the list"),
    ground: Ground::StatutoryDuty(Text::new(
        "优化营商环境条例第四十四条；民发〔2020〕20号",
        "Regulations on Optimising the Business Environment, Article 44; 民发〔2020〕20号",
    )),
    fields: &[Field { name: "on_behalf_of", ask: Ask::Element("person.name"), required: true }],
};

const ISSUING: Ground = Ground::StatutoryDuty(Text::new(
    "民发〔2020〕20号；个人信息保护法第十三条第一款第三项",
    "民发〔2020〕20号; Personal Information Protection Law, Article 13(1)(3)",
));

const fn known(name: &'static str, element: &'static str) -> Field {
    Field { name, ask: Ask::Element(element), required: false }
}

/// Whose paper it is, where its text says no more than the name.
pub(crate) static HOLDER: Form = Form {
    id: "certificates.holder",
    title: Text::new("证明持有人", "Whose paper it is"),
    subject: SubjectKind::Person,
    purpose: Text::new("出具目录保留的证明", "To issue a paper that the catalogue retains"),
    ground: ISSUING,
    fields: &[Field { name: "name", ask: Ask::Element("person.name"), required: true }],
};

/// The same, where the text says more.
pub(crate) static HOLDER_IN_FULL: Form = Form {
    id: "certificates.holder_in_full",
    title: Text::new("证明持有人（写明身份信息的）", "Whose paper it is, with particulars"),
    subject: SubjectKind::Person,
    purpose: Text::new("出具写明身份信息的证明", "To issue a paper that states particulars"),
    ground: ISSUING,
    fields: &[
        Field { name: "name", ask: Ask::Element("person.name"), required: true },
        known("identity_number", "person.identity_number"),
        known("sex", "person.sex"),
        known("birth_date", "person.birth_date"),
        known("nationality", "person.nationality"),
        known("residence", "person.residence"),
        known("registered_place", "person.registered_place"),
    ],
};

/// What may be sent to a department that checks its data; a source names which of it goes.
const CHECKED: &[Field] = &[
    Field { name: "name", ask: Ask::Element("person.name"), required: true },
    known("identity_number", "person.identity_number"),
    known("sex", "person.sex"),
    known("birth_date", "person.birth_date"),
    known("nationality", "person.nationality"),
    known("residence", "person.residence"),
    known("registered_place", "person.registered_place"),
];

const CHECKING: Text =
    Text::new("向部门核验数据，代替证明", "To check a department's data instead of asking for a paper");

/// Whose data is checked, where law lets the county do so.
pub(crate) static CHECK_BY_DUTY: Form = Form {
    id: "certificates.check_by_duty",
    title: Text::new("数据核验（依法定职责）", "Data check by statutory duty"),
    subject: SubjectKind::Person,
    purpose: CHECKING,
    ground: Ground::StatutoryDuty(Text::new(
        "国务院令第716号第七条；个人信息保护法第十三条第一款第三项",
        "State Council Order No. 716, Article 7; Personal Information Protection Law, Article 13(1)(3)",
    )),
    fields: CHECKED,
};

/// The same, where the person has to agree.
pub(crate) static CHECK_BY_CONSENT: Form = Form {
    id: "certificates.check_by_consent",
    title: Text::new("数据核验（经本人同意）", "Data check by consent"),
    subject: SubjectKind::Person,
    purpose: CHECKING,
    ground: Ground::Consent,
    fields: CHECKED,
};

const COMMITTING: Ground = Ground::StatutoryDuty(Text::new(
    "国办发〔2020〕42号；个人信息保护法第十三条第一款第三项",
    "国办发〔2020〕42号; Personal Information Protection Law, Article 13(1)(3)",
));

/// Who commits in writing, instead of bringing a paper.
pub(crate) static COMMITMENT: Form = Form {
    id: "certificates.commitment",
    title: Text::new("承诺人", "Who commits"),
    subject: SubjectKind::Person,
    purpose: Text::new("填写告知承诺书", "To fill in a commitment"),
    ground: COMMITTING,
    fields: &[
        Field { name: "name", ask: Ask::Element("person.name"), required: true },
        known("identity_number", "person.identity_number"),
    ],
};

/// Who committed falsely.
pub(crate) static BREACH: Form = Form {
    id: "certificates.breach",
    title: Text::new("作出虚假承诺的人", "Who committed falsely"),
    subject: SubjectKind::Person,
    purpose: Text::new("记录虚假承诺，信用修复前不适用告知承诺", "To record a false commitment until it is repaired"),
    ground: COMMITTING,
    fields: &[Field { name: "name", ask: Ask::Element("person.name"), required: true }],
};

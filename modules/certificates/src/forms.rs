//! What the certificate catalogue asks of people: of whom a paper was demanded.

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

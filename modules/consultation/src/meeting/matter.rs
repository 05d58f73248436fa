//! What may be decided (议题), as data: which body it belongs to, whether it may be delegated, by which article, and what
//! people call it.
//!
//! Article numbers and items were read in the full texts: village law and urban law as amended on 2025-10-28, collective
//! economic organisations' law of 2024-06-28, land contracting law as amended in 2018. The titles follow the law's wording;
//! the everyday words are general knowledge.

use jizuo_kernel::Text;

use super::body::{BODIES, Body, Law, Tier};

/// Whose matter it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Villagers,
    Group,
    Residents,
    Collective,
}

pub(crate) struct Subject {
    pub(crate) code: &'static str,
    pub(crate) title: Text,
    owner: Owner,
    /// Whether representatives may decide it in the place of the assembly.
    pub(crate) delegable: bool,
    pub(crate) basis: Text,
    /// What people call it.
    pub(crate) words: &'static [&'static str],
    /// A body of another law that may decide it as well, and the rule by which it does.
    also: Option<(&'static str, &'static str)>,
    /// A stricter rule that counts beside the body's own.
    stricter: Option<&'static str>,
}

impl Subject {
    /// The bodies that may decide it, the usual one first.
    pub(crate) fn bodies(&'static self) -> impl Iterator<Item = &'static Body> {
        BODIES.iter().filter(|body| self.is_for(body))
    }

    pub(crate) fn is_for(&self, body: &Body) -> bool {
        let own = match (self.owner, body.law, body.tier) {
            (Owner::Group, Law::Villages, tier) => tier == Tier::Group,
            (Owner::Villagers, Law::Villages, tier) => tier == Tier::Assembly || self.may_be_delegated_to(tier),
            (Owner::Residents, Law::Communities, tier) | (Owner::Collective, Law::Collectives, tier) => {
                tier == Tier::Assembly || self.may_be_delegated_to(tier)
            }
            _ => false,
        };
        own || self.also.is_some_and(|(id, _)| id == body.id)
    }

    fn may_be_delegated_to(&self, tier: Tier) -> bool {
        self.delegable && tier == Tier::Representatives
    }

    /// Every rule that a decision of this body on it has to meet.
    pub(crate) fn pass_rules(&self, body: &Body) -> Vec<&'static str> {
        match self.also {
            Some((id, rule)) if id == body.id => vec![body.pass, rule],
            _ => std::iter::once(body.pass).chain(self.stricter).collect(),
        }
    }

    /// Where the assembly decides itself, and why.
    pub(crate) fn undelegable(&self) -> Option<Text> {
        match self.owner {
            _ if self.delegable => None,
            Owner::Collective => Some(Text::new(
                "不得由成员代表大会行使（农村集体经济组织法第二十八条第四款）",
                "the members' representatives may not decide it (Rural Collective Economic Organisation Law, Article 28, paragraph 4)",
            )),
            Owner::Villagers => Some(Text::new(
                "法律没有规定可以授权村民代表会议（村民委员会组织法第二十七条第二款、第二十八条第二款）",
                "the law does not let it be delegated to the representatives (Villagers' Committee Organisation Law, Article 27, paragraph 2, and Article 28, paragraph 2)",
            )),
            Owner::Residents => Some(Text::new(
                "只能由居民会议行使（城市居民委员会组织法第三十条第三款）",
                "the residents' assembly alone may do it (Urban Residents' Committee Organisation Law, Article 30, paragraph 3)",
            )),
            Owner::Group => None,
        }
    }

    /// Without a collective of its own, a village decides in the collective's place and by the collective's law.
    pub(crate) fn is_the_collectives(&self) -> bool {
        self.owner == Owner::Collective
    }

    fn is_called(&self, words: &str) -> bool {
        let known = |text: &str| text.contains(words) || (text.chars().count() > 1 && words.contains(text));
        self.code == words
            || known(&self.title.zh)
            || self.title.en.to_lowercase().contains(&words.to_lowercase())
            || self.words.iter().any(|word| known(word))
    }
}

pub(crate) fn find(code: &str) -> Option<&'static Subject> {
    SUBJECTS.iter().find(|subject| subject.code == code)
}

/// Subjects that people call so; all of them where nothing is asked for.
pub(crate) fn called(words: &str) -> impl Iterator<Item = &'static Subject> {
    let words = words.trim().to_owned();
    SUBJECTS.iter().filter(move |subject| words.is_empty() || subject.is_called(&words))
}

const fn subject(
    code: &'static str,
    owner: Owner,
    delegable: bool,
    title: Text,
    basis: Text,
    words: &'static [&'static str],
) -> Subject {
    Subject { code, title, owner, delegable, basis, words, also: None, stricter: None }
}

const fn strict(mut subject: Subject, rule: &'static str) -> Subject {
    subject.stricter = Some(rule);
    subject
}

const fn also(mut subject: Subject, body: &'static str, rule: &'static str) -> Subject {
    subject.also = Some((body, rule));
    subject
}

macro_rules! village {
    ($zh:literal, $en:literal) => {
        Text::new(concat!("村民委员会组织法", $zh), concat!("Villagers' Committee Organisation Law, ", $en))
    };
}
macro_rules! urban {
    ($zh:literal, $en:literal) => {
        Text::new(
            concat!("城市居民委员会组织法", $zh),
            concat!("Urban Residents' Committee Organisation Law, ", $en),
        )
    };
}
macro_rules! collective {
    ($zh:literal, $en:literal) => {
        Text::new(
            concat!("农村集体经济组织法", $zh),
            concat!("Rural Collective Economic Organisation Law, ", $en),
        )
    };
}

#[rustfmt::skip]
pub(crate) static SUBJECTS: &[Subject] = &[
    // ── Village law, Article 28, paragraph 1: the six matters ──
    subject("village_planning", Owner::Villagers, true,
        Text::new("村庄规划、建设等乡村建设重要事项", "Village planning, building and other important rural construction"),
        village!("第二十八条第一款第一项", "Article 28, paragraph 1 (1)"),
        &["村庄规划", "修路", "村道", "建房规划", "人居环境建设"]),
    subject("village_subsidies", Owner::Villagers, true,
        Text::new("享受误工补贴的人员及补贴标准", "Who is paid for missed work, and at which rates"),
        village!("第二十八条第一款第二项", "Article 28, paragraph 1 (2)"),
        &["误工补贴", "误工费", "干部补贴"]),
    subject("collective_proceeds_use", Owner::Villagers, true,
        Text::new("从村集体经济所得资金和物资的使用", "Use of funds and goods obtained from the collective"),
        village!("第二十八条第一款第三项", "Article 28, paragraph 1 (3)"),
        &["集体资金使用", "村集体给的钱怎么用"]),
    // The State Council's measures on case-by-case funds and labour (一事一议筹资筹劳) may ask for more: not confirmed.
    subject("public_welfare", Owner::Villagers, true,
        Text::new("公益事业的兴办和筹资筹劳方案及建设承包方案", "Public-welfare works, raising of funds and labour, and contracting of the works"),
        village!("第二十八条第一款第四项", "Article 28, paragraph 1 (4)"),
        &["筹资筹劳", "一事一议", "集资", "投工投劳", "工程发包", "修水池", "公益事业"]),
    subject("key_assistance", Owner::Villagers, true,
        Text::new("重点帮扶人员、帮扶方案", "Persons to be helped first, and how"),
        village!("第二十八条第一款第五项", "Article 28, paragraph 1 (5)"),
        &["帮扶对象", "帮扶方案", "困难户"]),
    subject("village_other", Owner::Villagers, true,
        Text::new("涉及村民利益的其他事项", "Other matters that touch the villagers' interests"),
        village!("第二十八条第一款第六项", "Article 28, paragraph 1 (6)"),
        &["其他"]),
    // ── Village law, Articles 27 and 31 ──
    subject("village_report", Owner::Villagers, true,
        Text::new("审议村民委员会年度工作报告，评议其成员的工作", "Annual report of the villagers' committee, and appraisal of its members"),
        village!("第二十七条", "Article 27"),
        &["年度报告", "述职", "民主评议"]),
    subject("committee_decision", Owner::Villagers, true,
        Text::new("撤销或者变更村民委员会不适当的决定", "Annulling or changing an improper decision of the villagers' committee"),
        village!("第二十七条", "Article 27"),
        &["撤销村委会决定"]),
    subject("representatives_decision", Owner::Villagers, false,
        Text::new("撤销或者变更村民代表会议不适当的决定", "Annulling or changing an improper decision of the representatives' meeting"),
        village!("第二十七条第一款", "Article 27, paragraph 1"),
        &["撤销代表会议决定"]),
    // Article 31 names the villagers' assembly, and no article lets it delegate this. Whether a province's measures do could
    // not be confirmed.
    subject("village_charter", Owner::Villagers, false,
        Text::new("制定和修改村民自治章程、村规民约", "Village charter and village rules"),
        village!("第三十一条第一款", "Article 31, paragraph 1"),
        &["村规民约", "自治章程", "红白喜事规定"]),
    // ── Village law, Article 32: groups. A group that acts as collective decides by the collective's law (paragraph 4). ──
    subject("group_affairs", Owner::Group, false,
        Text::new("本村民小组的重要事项", "Important matters of the villagers' group"),
        village!("第三十二条第一款", "Article 32, paragraph 1"),
        &["小组的事", "组内事务"]),
    subject("group_leader", Owner::Group, false,
        Text::new("推选村民小组组长", "Choosing the leader of the group"),
        village!("第三十二条第三款", "Article 32, paragraph 3"),
        &["选组长", "推选组长"]),
    // ── Urban law, Article 30 ──
    subject("residents_charter", Owner::Residents, true,
        Text::new("制定或者修改居民自治章程、居民公约", "Residents' charter and residents' pact"),
        urban!("第三十条第一款、第二款", "Article 30, paragraphs 1 and 2"),
        &["居民公约", "自治章程", "养犬公约"]),
    subject("residents_report", Owner::Residents, true,
        Text::new("审议居民委员会年度工作报告，评议其成员的工作", "Annual report of the residents' committee, and appraisal of its members"),
        urban!("第三十条第一款、第二款", "Article 30, paragraphs 1 and 2"),
        &["年度报告", "述职", "民主评议"]),
    subject("residents_other", Owner::Residents, true,
        Text::new("其他涉及全体居民利益的重要事项", "Other important matters that touch all residents"),
        urban!("第三十条第一款、第二款", "Article 30, paragraphs 1 and 2"),
        &["社区事务", "停车", "加装电梯选址", "其他"]),
    subject("residents_committee_decision", Owner::Residents, true,
        Text::new("撤销或者变更居民委员会不适当的决定", "Annulling or changing an improper decision of the residents' committee"),
        urban!("第三十条第三款", "Article 30, paragraph 3"),
        &["撤销居委会决定"]),
    subject("residents_representatives_decision", Owner::Residents, false,
        Text::new("撤销或者变更居民代表会议不适当的决定", "Annulling or changing an improper decision of the representatives' meeting"),
        urban!("第三十条第三款", "Article 30, paragraph 3"),
        &["撤销代表会议决定"]),
    // ── Collective law, Article 26, paragraph 1: the powers of the members' assembly ──
    subject("collective_articles", Owner::Collective, false,
        Text::new("制定、修改集体经济组织章程", "Articles of the collective"),
        collective!("第二十六条第一款第一项", "Article 26, paragraph 1 (1)"),
        &["集体经济组织章程", "合作社章程"]),
    subject("collective_management_rules", Owner::Collective, true,
        Text::new("制定、修改集体经济组织内部管理制度", "Internal management rules of the collective"),
        collective!("第二十六条第一款第二项", "Article 26, paragraph 1 (2)"),
        &["管理制度", "财务制度"]),
    subject("collective_membership", Owner::Collective, false,
        Text::new("确认集体经济组织成员", "Confirming who is a member of the collective"),
        collective!("第二十六条第一款第三项", "Article 26, paragraph 1 (3)"),
        &["成员确认", "成员资格", "外嫁女", "入股资格"]),
    subject("collective_officers", Owner::Collective, true,
        Text::new("选举、罢免理事会成员、监事会成员或者监事", "Electing and dismissing directors and supervisors"),
        collective!("第二十六条第一款第四项", "Article 26, paragraph 1 (4)"),
        &["选举理事", "罢免理事", "监事"]),
    subject("collective_reports", Owner::Collective, true,
        Text::new("审议理事会、监事会或者监事的工作报告", "Reports of directors and supervisors"),
        collective!("第二十六条第一款第五项", "Article 26, paragraph 1 (5)"),
        &["理事会报告", "监事会报告"]),
    subject("collective_pay", Owner::Collective, true,
        Text::new("决定理事、监事的报酬及主要经营管理人员的聘任、解聘和报酬", "Pay of directors and supervisors; managers' appointment, dismissal and pay"),
        collective!("第二十六条第一款第六项", "Article 26, paragraph 1 (6)"),
        &["理事报酬", "聘经理"]),
    subject("collective_plans", Owner::Collective, true,
        Text::new("批准集体经济发展规划、业务经营计划、年度财务预决算、收益分配方案", "Development and business plans, annual budget and accounts, distribution of proceeds"),
        collective!("第二十六条第一款第七项", "Article 26, paragraph 1 (7)"),
        &["分红", "收益分配", "预算", "决算", "经营计划"]),
    strict(subject("land_contracting", Owner::Collective, false,
        Text::new("农村土地承包方案", "Plan for contracting out the collective's land"),
        Text::new("农村集体经济组织法第二十六条第一款第八项；农村土地承包法第十九条第三项", "Rural Collective Economic Organisation Law, Article 26, paragraph 1 (8); Rural Land Contracting Law, Article 19 (3)"),
        &["土地承包", "承包方案", "分地", "延包"]), "L.LAND.MEMBERS"),
    // The land law lets two thirds of the villagers' representatives agree; whether Article 28, paragraph 4 of the later
    // law takes that away for adjustments and outsiders could not be confirmed, so both ways stay open.
    also(strict(subject("land_adjustment", Owner::Collective, false,
        Text::new("承包期内个别调整承包地", "Adjusting contracted land during the term"),
        Text::new("农村土地承包法第二十八条第二款", "Rural Land Contracting Law, Article 28, paragraph 2"),
        &["调整承包地", "调地"]), "L.LAND.MEMBERS"), "villagers_representatives", "L.LAND.REPRESENTATIVES"),
    also(strict(subject("land_to_outsiders", Owner::Collective, false,
        Text::new("将土地发包给本集体以外的单位或者个人", "Contracting land out to outsiders"),
        Text::new("农村土地承包法第五十二条第一款", "Rural Land Contracting Law, Article 52, paragraph 1"),
        &["对外发包", "外来老板承包"]), "L.LAND.MEMBERS"), "villagers_representatives", "L.LAND.REPRESENTATIVES"),
    subject("homestead_use", Owner::Collective, false,
        Text::new("宅基地使用方案", "Plan for the use of homesteads"),
        collective!("第二十六条第一款第八项", "Article 26, paragraph 1 (8)"),
        &["宅基地", "宅基地分配"]),
    subject("proceeds_shares", Owner::Collective, false,
        Text::new("集体经营性财产收益权份额量化方案", "Plan for shares in the proceeds of the collective's business assets"),
        collective!("第二十六条第一款第八项", "Article 26, paragraph 1 (8)"),
        &["股份量化", "折股", "份额"]),
    subject("construction_land", Owner::Collective, true,
        Text::new("集体经营性建设用地使用、出让、出租方案", "Use, sale and lease of collective business construction land"),
        collective!("第二十六条第一款第九项", "Article 26, paragraph 1 (9)"),
        &["建设用地出租", "集体土地入市"]),
    subject("land_compensation", Owner::Collective, false,
        Text::new("土地补偿费等的分配、使用办法", "Distribution and use of land compensation"),
        collective!("第二十六条第一款第十项", "Article 26, paragraph 1 (10)"),
        &["土地补偿费分配", "土地补偿款", "征地款", "征地补偿", "占地补偿"]),
    subject("investment", Owner::Collective, true,
        Text::new("投资等重大事项", "Investment and other major matters"),
        collective!("第二十六条第一款第十一项", "Article 26, paragraph 1 (11)"),
        &["投资", "办企业", "入股"]),
    subject("merger_or_division", Owner::Collective, false,
        Text::new("集体经济组织合并、分立等重大事项", "Merger, division and the like of the collective"),
        collective!("第二十六条第一款第十二项", "Article 26, paragraph 1 (12)"),
        &["合并", "分立", "并社"]),
    subject("collective_other", Owner::Collective, true,
        Text::new("法律法规和章程规定的其他职权", "Other powers by law or the collective's articles"),
        collective!("第二十六条第一款第十三项", "Article 26, paragraph 1 (13)"),
        &["其他"]),
    strict(subject("outsiders_rights", Owner::Collective, false,
        Text::new("非成员享有部分成员权利", "Some of a member's rights for a person who is no member"),
        collective!("第十五条", "Article 15"),
        &["非成员分红", "聘请人员待遇"]), "C.ASM.PASS.OUTSIDERS"),
];

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_one_matters_and_every_matter_has_a_body() {
        let codes: BTreeSet<&str> = SUBJECTS.iter().map(|subject| subject.code).collect();
        assert_eq!(codes.len(), SUBJECTS.len());
        for subject in SUBJECTS {
            assert!(subject.bodies().next().is_some(), "{}", subject.code);
            assert!(!subject.words.is_empty() && !subject.basis.zh.is_empty(), "{}", subject.code);
        }
    }

    #[test]
    fn five_powers_of_the_members_assembly_are_never_the_representatives() {
        let kept: Vec<&str> = SUBJECTS
            .iter()
            .filter(|s| {
                s.basis.zh.contains("第二十六条第一款") && !s.bodies().any(|b| b.id == "collective_representatives")
            })
            .flat_map(|s| {
                ["第一项", "第三项", "第八项", "第十项", "第十二项"]
                    .into_iter()
                    .filter(|item| s.basis.zh.contains(&format!("款{item}")))
            })
            .collect();
        assert_eq!(kept, ["第一项", "第三项", "第八项", "第八项", "第八项", "第十项", "第十二项"]);
        assert_eq!(SUBJECTS.iter().filter(|s| s.basis.zh.contains("第二十六条第一款")).count(), 15);
    }

    #[test]
    fn everyday_words_lead_to_one_code() {
        for words in ["土地补偿费分配", "征地款", "村里征地补偿怎么分", "land compensation", "land_compensation"]
        {
            let found: Vec<&str> = called(words).map(|subject| subject.code).collect();
            assert_eq!(found, ["land_compensation"], "{words}");
        }
        assert_eq!(called("").count(), SUBJECTS.len());
        assert_eq!(called("火星").count(), 0);
    }
}

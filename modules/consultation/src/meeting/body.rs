//! The bodies that decide in a village or community, as data: whom they consist of, and by which rules they are called,
//! held and decide. No number stands here.

use jizuo_kernel::places::{Kind, Place, Tree};
use jizuo_kernel::{Text, say};
use jizuo_standards::division::{DivisionCode, VillageKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose law a body rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = consultation::Law)]
pub(crate) enum Law {
    /// Villagers' Committee Organisation Law (村民委员会组织法)
    Villages,
    /// Urban Residents' Committee Organisation Law (城市居民委员会组织法)
    Communities,
    /// Rural Collective Economic Organisation Law (农村集体经济组织法)
    Collectives,
}

/// Whether everybody decides, or those they chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = consultation::Tier)]
pub(crate) enum Tier {
    Assembly,
    /// Decides what was delegated to it.
    Representatives,
    /// A villagers' group.
    Group,
}

/// A figure of a body that whoever calls it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = consultation::Figure)]
pub(crate) enum Figure {
    /// Aged 18 or over, of the village, community or group.
    Adults,
    Households,
    /// Members of the villagers' or residents' committee: they belong to the representatives' meeting and vote.
    Committee,
    Representatives,
    /// Women among the representatives.
    WomenRepresentatives,
    /// Members of the collective with full legal capacity.
    Members,
}

impl Figure {
    /// The name of its field.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Figure::Adults => "adults",
            Figure::Households => "households",
            Figure::Committee => "committee",
            Figure::Representatives => "representatives",
            Figure::WomenRepresentatives => "women_representatives",
            Figure::Members => "members",
        }
    }
}

/// What must hold when a body is called.
pub(crate) struct Notice {
    pub(crate) rule: &'static str,
    /// Whether the law lets people be told at short notice in special circumstances.
    pub(crate) short: bool,
}

pub(crate) struct Body {
    pub(crate) id: &'static str,
    zh: &'static str,
    en: &'static str,
    pub(crate) law: Law,
    pub(crate) tier: Tier,
    /// The figures that together are everybody who may attend.
    pub(crate) whole: &'static [Figure],
    /// Figures that are asked for besides.
    pub(crate) besides: &'static [Figure],
    pub(crate) composition: &'static [(&'static str, Figure)],
    /// Where the law fixes one.
    pub(crate) notice: Option<Notice>,
    /// Where the law fixes one: of the collective's representatives it only says how many must agree.
    pub(crate) quorum: Option<&'static str>,
    pub(crate) pass: &'static str,
    /// The rule by which the Party organisation studies the matter first; the law does not ask it of a group.
    pub(crate) study: Option<&'static str>,
    pub(crate) online: &'static str,
    pub(crate) proxy: &'static str,
}

impl Body {
    pub(crate) fn title(&self) -> Text {
        Text::new(self.zh, self.en)
    }

    pub(crate) fn needs(&self) -> impl Iterator<Item = Figure> {
        self.whole.iter().chain(self.besides).copied()
    }

    /// Every rule it is called, held and decides by.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &'static str> {
        let composition = self.composition.iter().map(|(rule, _)| *rule);
        let notice = self.notice.as_ref().map(|notice| notice.rule);
        let once = [self.study, notice, self.quorum, Some(self.pass), Some(self.online), Some(self.proxy)];
        composition.chain(once.into_iter().flatten())
    }

    /// Everybody who may attend.
    pub(crate) fn size(&self, figure: impl Fn(Figure) -> Option<u32>) -> Option<u32> {
        self.whole.iter().try_fold(0_u32, |sum, part| sum.checked_add(figure(*part)?))
    }

    /// The number a rule's share is of, by the rule's own word for it.
    pub(crate) fn counted(
        &self,
        of: &str,
        figure: impl Fn(Figure) -> Option<u32>,
        present: Option<u32>,
    ) -> Option<u32> {
        match of {
            "present" => present,
            "adults" | "group_adults" => figure(Figure::Adults),
            "households" | "group_households" => figure(Figure::Households),
            "members" | "all_members" => self.size(figure),
            "representatives" => figure(Figure::Representatives),
            _ => None,
        }
    }

    /// Whether others than the representatives vote in it as well.
    pub(crate) fn is_mixed(&self) -> bool {
        self.whole.len() > 1
    }

    /// Of a whole village, or also of a part that has a group or a collective of its own.
    pub(crate) fn sits_at(&self, kind: Kind) -> bool {
        match kind {
            Kind::Village => true,
            Kind::NaturalVillage | Kind::VillagerGroup => self.tier == Tier::Group || self.law == Law::Collectives,
            _ => false,
        }
    }

    /// The law of the other kind of place, where the place's code says that this body's law is not its own. Unknown kinds
    /// are not guessed at: there every body is taken.
    pub(crate) fn foreign_at(&self, tree: &Tree, place: &Place) -> Option<Text> {
        let village = place.village.and_then(|id| tree.get(id))?;
        let kind = DivisionCode::parse(&village.code).ok()?.village_kind()?;
        let name = &village.name;
        match (self.law, kind) {
            (Law::Villages, VillageKind::ResidentsCommittee) => Some(say!(
                "{name}设居民委员会，适用城市居民委员会组织法，请选择居民会议或者居民代表会议",
                "{name} has a residents' committee and is under the urban law: choose the residents' assembly or representatives' meeting"
            )),
            (Law::Communities, VillageKind::VillagersCommittee) => Some(say!(
                "{name}设村民委员会，适用村民委员会组织法，请选择村民会议或者村民代表会议",
                "{name} has a villagers' committee and is under the village law: choose the villagers' assembly or representatives' meeting"
            )),
            _ => None,
        }
    }
}

const VILLAGES: Body = Body {
    id: "",
    zh: "",
    en: "",
    law: Law::Villages,
    tier: Tier::Assembly,
    whole: &[],
    besides: &[],
    composition: &[],
    notice: None,
    quorum: None,
    pass: "V.ASM.PASS",
    study: Some("V.PARTY.FIRST"),
    online: "V.MEETING.ONLINE",
    proxy: "V.MEETING.PROXY",
};

const COMMUNITIES: Body = Body {
    law: Law::Communities,
    pass: "U.ASM.PASS",
    study: Some("U.PARTY.FIRST"),
    online: "U.MEETING.ONLINE",
    proxy: "U.MEETING.PROXY",
    ..VILLAGES
};

const COLLECTIVES: Body = Body {
    law: Law::Collectives,
    pass: "C.ASM.PASS",
    study: Some("C.PARTY.FIRST"),
    online: "C.ASM.ONLINE",
    proxy: "C.ASM.PROXY",
    ..VILLAGES
};

pub(crate) static BODIES: &[Body] = &[
    Body {
        id: "villagers_assembly_persons",
        zh: "村民会议（按人）",
        en: "Villagers' assembly, by persons",
        whole: &[Figure::Adults],
        notice: Some(Notice { rule: "V.ASM.NOTICE", short: true }),
        quorum: Some("V.ASM.QUORUM.PERSONS"),
        ..VILLAGES
    },
    Body {
        id: "villagers_assembly_households",
        zh: "村民会议（按户）",
        en: "Villagers' assembly, by households",
        whole: &[Figure::Households],
        notice: Some(Notice { rule: "V.ASM.NOTICE", short: true }),
        quorum: Some("V.ASM.QUORUM.HOUSEHOLDS"),
        ..VILLAGES
    },
    Body {
        id: "villagers_representatives",
        zh: "村民代表会议",
        en: "Villagers' representatives' meeting",
        tier: Tier::Representatives,
        whole: &[Figure::Committee, Figure::Representatives],
        besides: &[Figure::WomenRepresentatives],
        composition: &[
            ("V.REP.COMPOSE.REPRESENTATIVES", Figure::Representatives),
            ("V.REP.COMPOSE.WOMEN", Figure::WomenRepresentatives),
        ],
        quorum: Some("V.REP.QUORUM"),
        pass: "V.REP.PASS",
        ..VILLAGES
    },
    Body {
        id: "group_persons",
        zh: "村民小组会议（按人）",
        en: "Villagers' group meeting, by persons",
        tier: Tier::Group,
        whole: &[Figure::Adults],
        quorum: Some("V.GRP.QUORUM.PERSONS"),
        pass: "V.GRP.PASS",
        study: None,
        ..VILLAGES
    },
    Body {
        id: "group_households",
        zh: "村民小组会议（按户）",
        en: "Villagers' group meeting, by households",
        tier: Tier::Group,
        whole: &[Figure::Households],
        quorum: Some("V.GRP.QUORUM.HOUSEHOLDS"),
        pass: "V.GRP.PASS",
        study: None,
        ..VILLAGES
    },
    Body {
        id: "residents_assembly_persons",
        zh: "居民会议（按人）",
        en: "Residents' assembly, by persons",
        whole: &[Figure::Adults],
        notice: Some(Notice { rule: "U.ASM.NOTICE", short: true }),
        quorum: Some("U.ASM.QUORUM.PERSONS"),
        ..COMMUNITIES
    },
    Body {
        id: "residents_assembly_households",
        zh: "居民会议（按户）",
        en: "Residents' assembly, by households",
        whole: &[Figure::Households],
        notice: Some(Notice { rule: "U.ASM.NOTICE", short: true }),
        quorum: Some("U.ASM.QUORUM.HOUSEHOLDS"),
        ..COMMUNITIES
    },
    Body {
        id: "residents_representatives",
        zh: "居民代表会议",
        en: "Residents' representatives' meeting",
        tier: Tier::Representatives,
        whole: &[Figure::Committee, Figure::Representatives],
        composition: &[("U.REP.COMPOSE.REPRESENTATIVES", Figure::Representatives)],
        quorum: Some("U.REP.QUORUM"),
        pass: "U.REP.PASS",
        ..COMMUNITIES
    },
    Body {
        id: "collective_assembly",
        zh: "集体经济组织成员大会",
        en: "Members' assembly of the collective",
        whole: &[Figure::Members],
        // The law knows no short notice here.
        notice: Some(Notice { rule: "C.NOTICE", short: false }),
        quorum: Some("C.ASM.QUORUM"),
        ..COLLECTIVES
    },
    Body {
        id: "collective_representatives",
        zh: "集体经济组织成员代表大会",
        en: "Members' representatives' assembly of the collective",
        tier: Tier::Representatives,
        whole: &[Figure::Representatives],
        composition: &[("C.REP.SIZE", Figure::Representatives)],
        pass: "C.REP.PASS",
        online: "C.REP.ONLINE",
        proxy: "C.REP.PROXY",
        ..COLLECTIVES
    },
];

pub(crate) fn find(id: &str) -> Option<&'static Body> {
    BODIES.iter().find(|body| body.id == id)
}

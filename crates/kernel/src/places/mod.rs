//! Places: the tree from the province to the household, with stable ids and dated codes, names and parents.

pub mod api;
mod change;
mod code_table;
pub mod entity;
mod find;
mod found;
pub mod import;
mod tree;

pub use change::{abolish, hold, merge, rename, transfer};
pub use found::{New, found};
pub(crate) use tree::follow;
pub use tree::{Place, Resolved, Tree, load};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a place is. The first five have national codes (GB/T 2260, GB/T 10114, NBS statistical codes); grids and
/// villagers' groups are parallel children of a village.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Province,
    Prefecture,
    County,
    Township,
    Village,
    NaturalVillage,
    VillagerGroup,
    Grid,
    MicroGrid,
    Household,
}

impl Kind {
    const ALL: [Kind; 10] = [
        Kind::Province,
        Kind::Prefecture,
        Kind::County,
        Kind::Township,
        Kind::Village,
        Kind::NaturalVillage,
        Kind::VillagerGroup,
        Kind::Grid,
        Kind::MicroGrid,
        Kind::Household,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Province => "province",
            Kind::Prefecture => "prefecture",
            Kind::County => "county",
            Kind::Township => "township",
            Kind::Village => "village",
            Kind::NaturalVillage => "natural_village",
            Kind::VillagerGroup => "villager_group",
            Kind::Grid => "grid",
            Kind::MicroGrid => "micro_grid",
            Kind::Household => "household",
        }
    }

    /// What people call the level.
    pub const fn title(self) -> crate::Text {
        use crate::Text;
        match self {
            Kind::Province => Text::new("省级", "province"),
            Kind::Prefecture => Text::new("州（市）", "prefecture"),
            Kind::County => Text::new("县（市、区）", "county"),
            Kind::Township => Text::new("乡镇（街道）", "township"),
            Kind::Village => Text::new("村（社区）", "village"),
            Kind::NaturalVillage => Text::new("自然村", "natural village"),
            Kind::VillagerGroup => Text::new("村民小组", "villagers' group"),
            Kind::Grid => Text::new("网格", "grid"),
            Kind::MicroGrid => Text::new("微网格", "micro-grid"),
            Kind::Household => Text::new("户", "household"),
        }
    }

    pub fn parse(text: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn above_county(self) -> bool {
        self < Kind::County
    }
}

impl From<jizuo_standards::division::Level> for Kind {
    fn from(level: jizuo_standards::division::Level) -> Self {
        use jizuo_standards::division::Level;
        match level {
            Level::Province => Kind::Province,
            Level::Prefecture => Kind::Prefecture,
            Level::County => Kind::County,
            Level::Township => Kind::Township,
            Level::Village => Kind::Village,
        }
    }
}

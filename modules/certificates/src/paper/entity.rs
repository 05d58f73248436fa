//! The rows of papers, of the numbers they take, of the keys that sign them, and of checks by strangers.

use chrono::{DateTime, NaiveDate, Utc};
use jizuo_standards::mask;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "certificates_paper")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub prefecture: Option<i32>,
    pub township: Option<i32>,
    pub village: Option<i32>,
    pub place: i32,
    pub state: String,
    pub phase: String,
    pub process: String,
    pub version: i32,
    pub due_at: Option<DateTime<Utc>>,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    /// The edition of the catalogue item that it is issued under.
    pub item: Uuid,
    /// Under which `county` that item lies: its own, or that of a level above.
    pub item_county: i32,
    pub item_code: String,
    pub item_edition: i32,
    pub item_name: String,
    /// As that edition says.
    pub two_persons: bool,
    pub wet_signature: bool,
    pub issuer: Option<String>,
    /// The one purpose for which it is good.
    pub purpose: String,
    /// Whom it is about, in the base data.
    pub person: Uuid,
    pub holder: String,
    /// Who came for the holder.
    pub agent: Option<String>,
    /// Sealed: what stands in the blanks, and once it is issued the whole text.
    pub content: Option<Vec<u8>>,
    /// `visit`, `record`, `data`
    pub verification: Option<String>,
    /// What was seen.
    pub seen: Option<String>,
    /// The data check that verified it.
    pub query: Option<Uuid>,
    pub verified_by: Option<Uuid>,
    pub verified_by_name: Option<String>,
    pub approved_by_name: Option<String>,
    pub issued_by_name: Option<String>,
    pub issued_at: Option<DateTime<Utc>>,
    /// `ZM530102-2026-000001`
    pub number: Option<String>,
    /// Fingerprint of the code that it is checked by.
    pub mark: Option<String>,
    /// That code, sealed.
    pub code: Option<Vec<u8>>,
    /// What a program checks without asking.
    pub signed: Option<String>,
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it is valid.
    pub valid_until: Option<NaiveDate>,
    pub licence_type: Option<String>,
    /// Why it was refused or revoked, and by whom.
    pub ended_because: Option<String>,
    pub ended_by_name: Option<String>,
    pub refused_at: Option<DateTime<Utc>>,
    /// Where somebody goes who was refused.
    pub next_door: Option<String>,
    pub revoked_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::matter!("certificates.paper", |row| label(&row.item_name, &row.holder));

/// What it is called in an inbox: the holder's name in full stands in the paper alone.
pub(crate) fn label(item: &str, holder: &str) -> String {
    format!("{item}（{}）", mask::name(holder))
}

pub mod counter {
    //! The last number of a county in a year. Whoever issues holds the row until the paper is written, or gives the number back.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificates_counter")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i32,
        pub last: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    jizuo_kernel::scoped!(Entity, county);
}

pub mod key {
    //! A key that signs a county's papers. The newest of the province's algorithm signs; every one goes on being published.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificates_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kid: String,
        pub algorithm: String,
        /// As it is published.
        #[sea_orm(column_type = "JsonBinary")]
        pub public: Json,
        /// Sealed: it stays the same key when the master key changes.
        pub secret: Option<Vec<u8>>,
        pub since: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    jizuo_kernel::scoped!(Entity, county);
}

pub mod seen {
    //! A check by somebody without an account: kept for a day, to be counted.
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificates_check")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub county: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: DateTime<Utc>,
        /// None where the code was of no paper.
        pub paper: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
    jizuo_kernel::scoped!(Entity, county);
}

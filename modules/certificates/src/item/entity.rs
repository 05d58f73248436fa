//! The row of a catalogue item. A province's items have the province as their `county`.

use chrono::{DateTime, Utc};
use jizuo_kernel::{Text, say};
use sea_orm::entity::prelude::*;

/// What a state that the process does not have is called on the wire.
pub(crate) const RETIRED: &str = "retired";

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "certificates_item")]
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
    /// Names the paper across places and editions: `income`.
    pub code: String,
    /// 1 for the first item of this code at the place, and so on: an item is never rewritten, it is followed.
    pub edition: i32,
    pub name: String,
    pub name_en: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub aliases: Json,
    /// `retained`, `replaced`, `negative`
    pub status_kind: String,
    /// `law`, `regulation`, `state_council_decision`
    pub basis_kind: Option<String>,
    pub basis_law: Option<String>,
    pub basis_article: Option<String>,
    pub basis_text: Option<String>,
    pub purpose: Option<String>,
    /// 索要单位
    pub requesting_body: Option<String>,
    /// 开具单位
    pub issuer: Option<String>,
    /// `abolish`, `data_check`, `commitment`, `self_check`, `licence`, `other_document`
    pub replacement: Option<String>,
    pub next_door: Option<String>,
    pub next_door_en: Option<String>,
    pub proposed_by_name: String,
    pub in_force_from: Option<DateTime<Utc>>,
    /// Set when it is retired.
    pub in_force_until: Option<DateTime<Utc>>,
    pub retired_by_name: Option<String>,
    pub retired_because: Option<String>,
    /// For how long its paper is valid.
    pub validity_days: Option<i32>,
    /// What its paper may be used for.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub purposes: Option<Json>,
    /// Whether somebody else than who verified approves it.
    pub two_persons: bool,
    /// Whether only a signature by hand makes it valid (Electronic Signature Law, Article 3).
    pub wet_signature: bool,
    /// `visit`, `record`, `data`
    pub verification: Option<String>,
    /// The text of its paper, with blanks: `【姓名】`.
    pub body: Option<String>,
    /// 证照类型代码, 21 characters (GB/T 36904-2018).
    pub licence_type: Option<String>,
    /// Whether it touches what no commitment stands in for (国办发〔2020〕42号（四）).
    pub no_commitment: bool,
    /// What is committed to, where a commitment replaces it.
    pub commits: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
jizuo_kernel::matter!("certificates.item", |row| row.name.clone());

impl Model {
    /// The process ends with publication; a retired item says so by its dates.
    pub(crate) fn state(&self) -> &str {
        if self.in_force_until.is_some() { RETIRED } else { &self.state }
    }

    pub(crate) fn aliases(&self) -> Vec<String> {
        self.aliases.as_array().into_iter().flatten().filter_map(|v| v.as_str()).map(str::to_owned).collect()
    }

    /// What its paper may be used for. An item of before papers were issued names one purpose at most.
    pub(crate) fn purposes(&self) -> Vec<String> {
        let named = self.purposes.as_ref().and_then(Json::as_array).into_iter().flatten();
        let named: Vec<String> = named.filter_map(|v| v.as_str()).map(str::to_owned).collect();
        if named.is_empty() { self.purpose.iter().cloned().collect() } else { named }
    }

    /// The law it rests on, as people cite it.
    pub(crate) fn basis(&self) -> Option<Text> {
        let (law, article) = (self.basis_law.as_ref()?, self.basis_article.as_ref()?);
        Some(match &self.basis_text {
            Some(text) => say!("{law}{article}：{text}", "{law} {article}: {text}"),
            None => say!("{law}{article}", "{law} {article}"),
        })
    }

    /// Where to go. An item that names no door of its own still has one: its issuer, or what is done instead.
    pub(crate) fn next_door(&self) -> Text {
        if let Some(zh) = &self.next_door {
            return Text::owned(zh.clone(), self.next_door_en.clone().unwrap_or_else(|| zh.clone()));
        }
        let body = self.requesting_body.as_deref();
        let (who, who_en) = (body.unwrap_or("要这份证明的单位"), body.unwrap_or("whoever asks for it"));
        match (&self.issuer, self.replacement.as_deref()) {
            (_, Some("data_check")) => {
                say!("不用开：由{who}通过数据核验办理", "No paper needed: {who_en} checks the data")
            }
            (_, Some("commitment")) => {
                say!(
                    "不用开：向{who}书面承诺即可（告知承诺）",
                    "No paper needed: a written commitment to {who_en} is enough"
                )
            }
            (_, Some("self_check")) => {
                say!("不用开：由{who}自行调查核实", "No paper needed: {who_en} looks into it itself")
            }
            (_, Some("licence")) => {
                say!("不用开：向{who}出示已有的法定证照", "No paper needed: show {who_en} the licence or card you have")
            }
            (_, Some("other_document")) => {
                say!("不用开：{who}已有的其他材料可以代替", "No paper needed: another document covers it for {who_en}")
            }
            (_, Some(_)) => say!("已取消：{who}不得再要", "Abolished: {who_en} may not ask for it any more"),
            (Some(issuer), None) => say!("到{issuer}开具", "{issuer} issues it"),
            (None, None) => say!("请问{who}，或拨打12345", "Ask {who_en}, or call 12345"),
        }
    }
}

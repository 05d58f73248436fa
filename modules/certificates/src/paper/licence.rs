//! A paper as an electronic licence: its identifier and metadata (GB/T 36903-2018, GB/T 36904-2018), where its item has a type code.

use chrono::NaiveDate;
use jizuo_kernel::{Ctx, counties};
use jizuo_standards::licence::LicenceIdentifier;
use jizuo_standards::mask;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check::Validity;
use super::entity::Model;

/// What the standards say of an electronic licence.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::Licence)]
pub(crate) struct Licence {
    /// 证照标识
    #[schema(example = "1.2.156.3005.2.11100000000013338W011.530102.ZM5301022026000001.001.7")]
    pub(crate) identifier: String,
    /// 证照类型名称
    pub(crate) type_name: String,
    /// 证照类型代码
    pub(crate) type_code: String,
    /// 证照编号
    pub(crate) number: String,
    /// 颁发机构
    pub(crate) issuer: String,
    /// 颁发机构代码: the credit code that the county has set, or the code of the county.
    pub(crate) issuer_code: String,
    /// 颁发日期
    pub(crate) issued_on: NaiveDate,
    /// 持证主体, masked.
    pub(crate) holder: String,
    pub(crate) valid_from: NaiveDate,
    pub(crate) valid_until: NaiveDate,
    pub(crate) validity: Validity,
}

/// Of an issued paper with a type code.
pub(super) fn of(ctx: &Ctx, row: &Model) -> Option<Licence> {
    let (type_code, number) = (row.licence_type.clone()?, row.number.clone()?);
    let (from, until) = (row.valid_from?, row.valid_until?);
    let county = ctx.snapshot.places.get(row.county)?;
    let settings = counties::settings_of(&ctx.snapshot, county, "certificates");
    let set = settings.get("issuer_code").and_then(serde_json::Value::as_str).map(str::trim);
    let issuer_code = set.filter(|code| !code.is_empty()).or_else(|| county.code.get(..6))?.to_owned();
    let serial: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
    let identifier = LicenceIdentifier::compose(&type_code, &issuer_code, &serial, 1).ok()?;
    Some(Licence {
        identifier: identifier.to_string(),
        type_name: row.item_name.clone(),
        type_code,
        number,
        issuer: issuer(ctx, row),
        issuer_code,
        issued_on: from,
        holder: mask::name(&row.holder),
        valid_from: from,
        valid_until: until,
        validity: Validity::of(ctx, row)?,
    })
}

/// Who issued it: the place, and the body that its item names.
pub(super) fn issuer(ctx: &Ctx, row: &Model) -> String {
    let name = ctx.snapshot.places.name(row.place);
    match &row.issuer {
        // A village whose name says it already is not named twice.
        Some(issuer) if !name.ends_with(issuer.as_str()) => format!("{name}（{issuer}）"),
        _ => name.to_owned(),
    }
}

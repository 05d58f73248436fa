//! Addresses, each tied to the place it lies in. Coordinates keep the datum they were measured in: it is recorded, never mixed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use jizuo_standards::element;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::entity::address::{Column, Entity, Model};
use super::look_up::{after, asked, beyond};
use crate::error::Faults;
use crate::json::{Path, Query};
use crate::page::{Page, Paging, bad_cursor};
use crate::places::{Kind, Place};
use crate::{App, Ctx, Error, Json, Reply, Result, Scoped, Subject, Text, Tx};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(show))
}

/// In what coordinates were measured. Maps of companies are shifted by up to 500 metres.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Datum {
    /// The national one, EPSG:4490.
    #[default]
    #[serde(rename = "CGCS2000")]
    Cgcs2000,
    #[serde(rename = "WGS84")]
    Wgs84,
    #[serde(rename = "GCJ-02")]
    Gcj02,
    #[serde(rename = "BD-09")]
    Bd09,
}

impl Datum {
    pub fn parse(text: &str) -> Option<Datum> {
        [Datum::Cgcs2000, Datum::Wgs84, Datum::Gcj02, Datum::Bd09].into_iter().find(|datum| datum.as_str() == text)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Datum::Cgcs2000 => "CGCS2000",
            Datum::Wgs84 => "WGS84",
            Datum::Gcj02 => "GCJ-02",
            Datum::Bd09 => "BD-09",
        }
    }
}

/// An address.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Address {
    pub id: Uuid,
    /// Code of the village or community, or of a place in it.
    #[schema(example = "530102001001")]
    pub place: String,
    pub place_name: String,
    #[schema(example = "翠湖北路1号")]
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub house_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub real_estate_unit: Option<String>,
    /// Degrees east.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<String>,
    /// Degrees north.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<String>,
    /// `CGCS2000`, `WGS84`, `GCJ-02`, `BD-09`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datum: Option<String>,
    pub created_at: DateTime<Utc>,
}

impl Address {
    fn of(ctx: &Ctx, row: Model) -> Address {
        let tree = &ctx.snapshot.places;
        Address {
            id: row.id,
            place: tree.get(row.place).map(|place| place.code.clone()).unwrap_or_default(),
            place_name: tree.name(row.place).to_owned(),
            text: row.text,
            house_number: row.house_number,
            real_estate_unit: row.real_estate_unit,
            longitude: row.longitude,
            latitude: row.latitude,
            datum: row.datum,
            created_at: row.created_at,
        }
    }
}

/// An address that is to be recorded.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAddress, example = json!({
    "text": "翠湖北路1号", "house_number": "1号", "longitude": "102.7035", "latitude": "25.0491", "datum": "CGCS2000"
}))]
pub struct NewAddress {
    /// The village or community, or a place in it; the place of the path unless given.
    #[serde(default)]
    #[schema(max_length = 30)]
    place: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    text: String,
    #[serde(default)]
    #[schema(max_length = 50)]
    house_number: Option<String>,
    /// 28 characters (GB/T 37346).
    #[serde(default)]
    #[schema(max_length = 28)]
    real_estate_unit: Option<String>,
    /// Degrees east.
    #[serde(default)]
    #[schema(max_length = 12)]
    longitude: Option<String>,
    /// Degrees north.
    #[serde(default)]
    #[schema(max_length = 12)]
    latitude: Option<String>,
    /// Goes with the coordinates.
    #[serde(default)]
    datum: Option<Datum>,
}

/// Degrees in which China lies (with its seas), east and north.
const EAST: std::ops::RangeInclusive<f64> = 73.0..=136.0;
const NORTH: std::ops::RangeInclusive<f64> = 3.0..=54.0;

/// Records an address.
pub async fn create(tx: &mut Tx, place: &Arc<Place>, new: &NewAddress) -> Result<Model> {
    let mut faults = Faults::default();
    let today = tx.today();
    if place.kind < Kind::Village {
        let why = Text::new("地址须落到村（社区）", "an address lies in a village or community; choose it");
        faults.add("place", "base.address.place", why);
    }
    let mut take = |field: &str, text: Option<&str>| {
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        let element = element::find(&format!("address.{field}"))?;
        faults.take(field, element.check(text, today))
    };
    let text = take("text", Some(&new.text));
    let house_number = take("house_number", new.house_number.as_deref());
    let real_estate_unit = take("real_estate_unit", new.real_estate_unit.as_deref());
    let longitude = take("longitude", new.longitude.as_deref());
    let latitude = take("latitude", new.latitude.as_deref());
    if new.text.trim().is_empty() {
        faults.add("text", "base.field.missing", Text::new("请填写地址", "give the address"));
    }
    for (field, value, range) in [("longitude", &longitude, EAST), ("latitude", &latitude, NORTH)] {
        let degrees = value.as_deref().map(|text| text.parse::<f64>().unwrap_or(f64::NAN));
        if degrees.is_some_and(|degrees| !range.contains(&degrees)) {
            let why = Text::new(
                "不在我国范围内，请核对经度和纬度是否填反",
                "this is not in China; check whether the two are swapped",
            );
            faults.add(field, "base.address.range", why);
        }
    }
    let given = [longitude.is_some(), latitude.is_some(), new.datum.is_some()];
    if faults.is_empty() && given.contains(&true) && given.contains(&false) {
        let why = Text::new(
            "经度、纬度和坐标系须一起填写（坐标系决定位置，最多可差500米）",
            "longitude, latitude and datum go together: the datum moves a point by up to 500 metres",
        );
        faults.add("datum", "base.address.datum", why);
    }
    faults.check()?;
    tx.require("base.household.write", place)?;
    let row = Model {
        county: place.chain(),
        id: tx.id(),
        prefecture: place.prefecture,
        township: place.township,
        village: place.village,
        place: place.id,
        text: text.unwrap_or_default(),
        house_number,
        real_estate_unit,
        longitude,
        latitude,
        datum: new.datum.map(|datum| datum.as_str().to_owned()),
        created_at: tx.now,
    };
    Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(row)
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// The beginning of the address.
    #[param(max_length = 100)]
    q: Option<String>,
}

/// Addresses here and below, in the order of their text.
#[utoipa::path(get, path = "/places/{place}/addresses", operation_id = "base_address_list",
    security(("token" = ["base.household.read"])),
    params(("place" = String, Path, example = "530102001001"), ListQuery, Paging),
    responses((status = 200, body = Page<Address>)))]
async fn list(ctx: Ctx, Query(own): Query<ListQuery>, Query(paging): Query<Paging>) -> Result<Json<Page<Address>>> {
    let limit = paging.limit()?;
    let mut query = Entity::within(&ctx.scope).limit(limit + 1);
    if let Some(q) = asked(own.q.as_deref())? {
        let begins = Condition::all().add(Column::Text.gte(&q)).add_option(after(&q).map(|to| Column::Text.lt(to)));
        query = query.filter(begins);
    }
    if let Some([id, text]) = paging.after_parts::<2>()? {
        query = query.filter(beyond(Column::Text, text, Column::Id, id.parse().map_err(|_| bad_cursor())?));
    }
    let rows = query.order_by_asc(Column::Text).order_by_asc(Column::Id).all(ctx.db()).await?;
    let page = Page::cut(rows, limit, |row| format!("{}~{}", row.id, row.text));
    Ok(Json(page.map(|row| Address::of(&ctx, row))))
}

#[derive(Debug, Deserialize)]
struct AddressPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
}

/// One address.
#[utoipa::path(get, path = "/places/{place}/addresses/{id}", operation_id = "base_address_show",
    security(("token" = ["base.household.read"])),
    params(("place" = String, Path, example = "530102001001"), ("id" = Uuid, Path)),
    responses((status = 200, body = Address)))]
async fn show(ctx: Ctx, path: Path<AddressPath>) -> Result<Json<Address>> {
    let row = Entity::within(&ctx.scope).filter(Column::Id.eq(path.id)).one(ctx.db()).await?;
    Ok(Json(Address::of(&ctx, row.ok_or(Error::NotFound("address"))?)))
}

/// Records an address, tied to its village or a place in it.
#[utoipa::path(post, path = "/places/{place}/addresses", operation_id = "base_address_add",
    security(("token" = ["base.household.write"])), params(("place" = String, Path, example = "530102001001")),
    request_body = NewAddress, responses((status = 201, body = Address)))]
async fn add(ctx: Ctx, Json(new): Json<NewAddress>) -> Result<Reply<Address>> {
    let place = match &new.place {
        Some(code) => ctx.resolve_below("place", code)?,
        None => ctx.place()?.clone(),
    };
    let mut tx = ctx.begin().await?;
    let row = create(&mut tx, &place, &new).await?;
    let location = format!("/api/v1/places/{}/addresses/{}", ctx.place()?.code, row.id);
    let subject = Subject::new("base.address", row.id);
    let address = Address::of(&ctx, row);
    tx.commit("base.household.write", subject, Reply::created(location, address)).await
}

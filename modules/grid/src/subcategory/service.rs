//! What a county may do with its own categories.

use jizuo_kernel::error::{Faults, refuse};
use jizuo_kernel::places::Place;
use jizuo_kernel::{Ctx, Error, Result, Scope, Scoped, Text, Tx, counties, db, invalid, say};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Select};
use uuid::Uuid;

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::incident::category;

pub(super) const MANAGE: &str = "grid.category.manage";

/// The county's own categories, by code.
pub(crate) async fn of_county(ctx: &Ctx, place: &Place, ended: bool) -> Result<Vec<Model>> {
    let query = within(place).order_by_asc(Column::Code);
    let query = if ended { query } else { query.filter(Column::Until.is_null()) };
    Ok(query.all(ctx.db()).await?)
}

pub(super) async fn find(ctx: &Ctx, id: Uuid) -> Result<Model> {
    let found = within(ctx.place()?).filter(Column::Id.eq(id)).one(ctx.db()).await?;
    found.ok_or(Error::NotFound("subcategory"))
}

fn within(place: &Place) -> Select<Entity> {
    Entity::within(&Scope::counties(vec![place.chain()]))
}

/// The county's category of this code, where something can be filed under it now.
pub(crate) async fn known(
    ctx: &Ctx,
    faults: &mut Faults,
    place: &Place,
    category: &str,
    code: &str,
) -> Result<Option<Model>> {
    let open = within(place).filter(Column::Code.eq(code)).filter(Column::Until.is_null());
    let found = open.one(ctx.db()).await?.filter(|row| row.category() == category);
    if found.is_none() {
        faults.add(
            "subcategory",
            "grid.subcategory.unknown",
            say!(
                "本县在类别 {category} 下没有在用的小类“{code}”，见 GET …/grid/subcategories",
                "the county has no category {code} in use below {category}; see GET …/grid/subcategories"
            ),
        );
    }
    Ok(found)
}

/// Adds one below a provincial category.
pub(super) async fn add(tx: &mut Tx, code: &str, title: &str) -> Result<Model> {
    let place = tx.place()?.clone();
    counties::takes_new(tx, &place, "grid")?;
    let mut faults = Faults::default();
    if place.above_county() || place.chain() != place.id {
        let why = Text::new("小类由县（市、区）增设", "a county adds categories of its own");
        faults.add("place", "grid.subcategory.place", why);
    }
    let digits = code.len() == 4 && code.bytes().all(|b| b.is_ascii_digit());
    if !digits || code.ends_with("00") {
        let why = Text::new("编码为四位数字，后两位为 01 至 99", "four digits, the last two from 01 to 99");
        faults.add("code", "grid.subcategory.code", why);
    } else if category::find(&code[..2]).is_none() {
        faults.add("code", "grid.subcategory.code", category::unknown(&code[..2]));
    }
    let title = faults.text("title", title, 30);
    faults.check()?;
    tx.require(MANAGE, &place)?;
    let row = ActiveModel {
        county: Set(place.id),
        id: Set(tx.id()),
        code: Set(code.to_owned()),
        title: Set(title),
        since: Set(tx.today()),
        until: Set(None),
    };
    tx.note("code", code);
    match Entity::insert(row).exec_with_returning(tx.db()).await {
        Ok(row) => Ok(row),
        Err(error) if db::is_duplicate(&error) => {
            let why = Text::new(
                "这个编码用过了；停用的编码也不再使用，以免旧事件换了含义",
                "this code has been used; one that has ended is not used again, so that old incidents keep their meaning",
            );
            Err(invalid("code", "grid.subcategory.taken", why))
        }
        Err(error) => Err(error.into()),
    }
}

/// Ends one: what was filed under it stays there, and nothing more is.
pub(super) async fn end(tx: &mut Tx, row: &Model) -> Result<Model> {
    tx.require(MANAGE, &*tx.snapshot.places.place(row.county)?)?;
    let ended = Entity::update_within(&Scope::counties(vec![row.county]))
        .col_expr(Column::Until, Expr::value(Some(tx.today())))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Until.is_null())
        .exec_with_returning(tx.db())
        .await?
        .pop();
    tx.note("code", &row.code);
    ended.ok_or_else(|| {
        refuse("grid.subcategory.ended", Text::new("已经停用", "it has ended already"))
            .source(Text::new(
                "平台规则：停用以首次登记的日期为准",
                "platform rule: it ended when that was first recorded",
            ))
            .who(Text::new("需要时另设新的编码", "add a new code where one is needed"))
            .into()
    })
}

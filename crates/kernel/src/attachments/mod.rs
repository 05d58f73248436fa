//! Photographs and papers that go with a matter: few, small, sealed, and without what the camera wrote into them.

mod api;
pub mod entity;
mod media;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub(crate) use api::shared;
pub use api::{Attachment, NewAttachment, routes, several};
use entity::{Column, Entity, Model, content};
pub use media::Media;

use crate::error::{Faults, refuse};
use crate::process::Matter;
use crate::sheets::{body_of, sent};
use crate::{Ctx, Error, Result, Scope, Scoped, Text, Tx, db, say};

/// The most that a matter holds at once.
pub const MOST: usize = 6;
/// The largest, in bytes.
pub const LARGEST: usize = 2 << 20;
/// What a body with as many as a matter may hold weighs, in bytes.
pub const BODY: usize = body_of(MOST * LARGEST);

/// For what they are sealed.
const PURPOSE: &str = "base.attachment";

/// What is to go with a matter, looked at.
pub struct Checked {
    media: Media,
    bytes: Vec<u8>,
    note: Option<String>,
}

impl Checked {
    /// Reads a file from base64; what is wrong is told of `field`.
    pub fn read(faults: &mut Faults, field: &str, text: &str, note: Option<&str>) -> Option<Checked> {
        let note = faults.said("note", note, 60);
        let bytes = sent(field, text, LARGEST).map_err(|fault| faults.push(*fault)).ok()?;
        let Some((media, bytes)) = media::read(bytes) else {
            let why = Text::new(
                "只收 JPEG、PNG 图片和 PDF；这个文件不是，或者已损坏",
                "JPEG and PNG pictures and PDF are taken; this is none, or it is broken",
            );
            faults.add(field, "base.attachment.media", why);
            return None;
        };
        Some(Checked { media, bytes, note })
    }
}

/// Reads the files of a form that takes several at once.
pub fn read_all(faults: &mut Faults, field: &str, texts: &[String]) -> Vec<Checked> {
    if texts.len() > MOST {
        faults.add(field, "base.attachment.too_many", too_many());
        return Vec::new();
    }
    let each = texts.iter().enumerate();
    each.filter_map(|(n, text)| Checked::read(faults, &format!("{field}[{n}]"), text, None)).collect()
}

fn too_many() -> Text {
    say!("一件事最多 {MOST} 个附件", "a matter holds at most {MOST} attachments")
}

/// Puts them with a matter, in their order.
pub async fn add_all<E: Matter>(tx: &mut Tx, row: &E::Model, new: Vec<Checked>) -> Result<()> {
    for one in new {
        add::<E>(tx, row, one).await?;
    }
    Ok(())
}

/// Puts one with a matter. The same one sent again is the one that is there.
pub async fn add<E: Matter>(tx: &mut Tx, row: &E::Model, new: Checked) -> Result<Attachment> {
    let facts = E::facts(row);
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&new.bytes));
    let there: Vec<Model> = rows::<E>(tx, row).await?.into_iter().filter(|one| one.slot.is_some()).collect();
    if let Some(known) = there.iter().find(|one| one.digest == digest) {
        tx.note("attachment", known.id);
        return Ok(Attachment::of(known.clone()));
    }
    let slot = (1..=MOST).filter_map(|n| i32::try_from(n).ok()).find(|n| there.iter().all(|one| one.slot != Some(*n)));
    let Some(slot) = slot else {
        return Err(refuse("base.attachment.too_many", too_many())
            .who(Text::new("撤下不需要的，再添加", "whoever takes back one that is not needed"))
            .into());
    };
    let id = tx.id();
    let row = entity::ActiveModel {
        county: Set(facts.county),
        id: Set(id),
        kind: Set(E::KIND.to_owned()),
        matter: Set(facts.id),
        slot: Set(Some(slot)),
        media: Set(new.media.as_str().to_owned()),
        digest: Set(digest),
        note: Set(new.note),
        added_by_name: Set(tx.actor.name.clone()),
        added_at: Set(tx.now),
        taken_back_at: Set(None),
        taken_back_by_name: Set(None),
        taken_back_because: Set(None),
    };
    let added = match Entity::insert(row).exec_with_returning(tx.db()).await {
        Err(error) if db::is_duplicate(&error) => {
            let why = Text::new("有人正在同时添加附件，请再试一次", "somebody is adding one at this moment; try again");
            return Err(refuse("base.attachment.at_once", why).into());
        }
        other => other?,
    };
    let (key, sealed) = tx.app.keyring.seal_large(PURPOSE, id.as_bytes(), &new.bytes)?;
    let inside =
        content::ActiveModel { county: Set(facts.county), id: Set(id), sealed_key: Set(key), content: Set(sealed) };
    content::Entity::insert(inside).exec_without_returning(tx.db()).await?;
    tx.note("attachment", id);
    Ok(Attachment::of(added))
}

/// Takes one back: what was in it is gone, and that there was one stays.
async fn take_back<E: Matter>(tx: &mut Tx, row: &E::Model, id: Uuid, reason: &str) -> Result<Attachment> {
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, 500);
    faults.check()?;
    let county = Scope::counties(vec![E::facts(row).county]);
    let found = rows::<E>(tx, row).await?.into_iter().find(|one| one.id == id);
    let found = found.ok_or(Error::NotFound("attachment"))?;
    if found.slot.is_none() {
        let why = Text::new("这个附件已经撤下", "this attachment was taken back already");
        return Err(refuse("base.attachment.taken_back", why).into());
    }
    content::Entity::delete_within(&county).filter(content::Column::Id.eq(id)).exec(tx.db()).await?;
    let changed = Entity::update_within(&county)
        .col_expr(Column::Slot, Expr::value(None::<i32>))
        .col_expr(Column::TakenBackAt, Expr::value(Some(tx.now)))
        .col_expr(Column::TakenBackByName, Expr::value(Some(tx.actor.name.clone())))
        .col_expr(Column::TakenBackBecause, Expr::value(Some(reason)))
        .filter(Column::Id.eq(id))
        .filter(Column::Slot.is_not_null())
        .exec_with_returning(tx.db())
        .await?
        .pop();
    tx.note("attachment", id);
    changed.map(Attachment::of).ok_or_else(|| crate::error::stale().into())
}

/// What goes with a matter, in the order in which it came.
pub async fn of<E: Matter>(ctx: &Ctx, row: &E::Model) -> Result<Vec<Attachment>> {
    Ok(rows::<E>(ctx, row).await?.into_iter().map(Attachment::of).collect())
}

async fn rows<E: Matter>(ctx: &Ctx, row: &E::Model) -> Result<Vec<Model>> {
    let facts = E::facts(row);
    let rows = Entity::within(&Scope::counties(vec![facts.county]))
        .filter(Column::Kind.eq(E::KIND))
        .filter(Column::Matter.eq(facts.id))
        .order_by_asc(Column::Id);
    Ok(rows.all(ctx.db()).await?)
}

/// What is in one, with its media type.
async fn opened<E: Matter>(ctx: &Ctx, row: &E::Model, id: Uuid) -> Result<(Media, Vec<u8>)> {
    let county = Scope::counties(vec![E::facts(row).county]);
    let found = rows::<E>(ctx, row).await?.into_iter().find(|one| one.id == id);
    let media = found.and_then(|one| Media::parse(&one.media)).ok_or(Error::NotFound("attachment"))?;
    let inside = content::Entity::within(&county).filter(content::Column::Id.eq(id)).one(ctx.db()).await?;
    let inside = inside.ok_or(Error::NotFound("attachment"))?;
    let plain = ctx.app.keyring.open_large(PURPOSE, id.as_bytes(), &inside.sealed_key, &inside.content)?;
    Ok((media, plain))
}

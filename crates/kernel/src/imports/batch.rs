//! The row of an import and its file, sealed in pieces until the retention has passed.

use std::sync::Arc;

use chrono::NaiveDate;
use jizuo_standards::element;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{internal, refuse};
use crate::people::entity::{batch, file};
use crate::people::facts::{Basis, Provenance};
use crate::people::sources;
use crate::sheets::{Book, Format, Layout};
use crate::{Ctx, Error, Result, Scope, Scoped, Text, Tx};

pub(super) use crate::people::entity::batch::Model as Batch;

/// Being looked through; nothing of the register is touched.
pub(super) const CHECKING: &str = "checking";
pub(super) const CHECKED: &str = "checked";
pub(super) const RUNNING: &str = "running";
pub(super) const DONE: &str = "done";
pub(super) const UNDOING: &str = "undoing";
pub(super) const UNDONE: &str = "undone";

/// What is kept of how the file is read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Mapping {
    pub(super) format: Format,
    pub(super) layout: Layout,
    pub(super) basis: Basis,
    pub(super) observed_on: NaiveDate,
}

impl Batch {
    pub(super) fn read_mapping(&self) -> Result<Mapping> {
        Ok(serde_json::from_value(self.mapping.clone())?)
    }

    pub(super) fn provenance(&self, mapping: &Mapping) -> Result<Provenance> {
        let source = sources::find(&self.source)
            .ok_or_else(|| internal(format!("the import {} names the unknown source {}", self.id, self.source)))?;
        Ok(Provenance {
            source,
            observed_on: mapping.observed_on,
            basis: mapping.basis,
            import: Some(self.id),
            valid_until: None,
            rank: None,
        })
    }

    /// Its rows and no others.
    pub(super) fn chain(&self) -> Scope {
        Scope::counties(vec![self.county])
    }
}

/// An import, where the operation may see it.
pub(super) async fn find(ctx: &Ctx, id: Uuid) -> Result<Batch> {
    batch::Entity::within(&ctx.scope)
        .filter(batch::Column::Id.eq(id))
        .one(ctx.db())
        .await?
        .ok_or(Error::NotFound("import"))
}

/// Another import of the very same file here, the latest.
pub(super) async fn same_file(ctx: &Ctx, digest: &str) -> Result<Option<Uuid>> {
    let row = batch::Entity::within(&ctx.scope)
        .filter(batch::Column::FileDigest.eq(digest))
        .order_by_desc(batch::Column::Id)
        .one(ctx.db())
        .await?;
    Ok(row.map(|row| row.id))
}

/// Writes the row back, one version further, unless somebody else was quicker.
pub(super) async fn save(tx: &Tx, batch: &mut Batch) -> Result<()> {
    let seen = batch.version;
    batch.version += 1;
    let written = batch::Entity::update_within(&batch.chain())
        .set(batch.clone().into_active_model().reset_all())
        .filter(batch::Column::Id.eq(batch.id))
        .filter(batch::Column::Version.eq(seen))
        .exec(tx.db())
        .await?;
    if written.rows_affected == 1 {
        return Ok(());
    }
    let why = Text::new("这批导入正在处理，请刷新后再看", "this import is being worked on; read it again");
    Err(refuse("base.import.busy", why).into())
}

/// A piece of a file as it is sealed.
const PIECE: usize = 256 * 1024;
/// Pieces of one statement.
const PIECES: usize = 16;

fn owner(id: Uuid, number: i32) -> Vec<u8> {
    [id.as_bytes().as_slice(), &number.to_be_bytes()].concat()
}

/// Seals a file.
pub(super) async fn keep_file(tx: &Tx, batch: &Batch, bytes: &[u8]) -> Result<()> {
    let pieces: Vec<(i32, &[u8])> = (0..).zip(bytes.chunks(PIECE)).collect();
    for some in pieces.chunks(PIECES) {
        let mut rows = Vec::with_capacity(some.len());
        for (number, piece) in some {
            let sealed = tx.app.keyring.seal("import", &owner(batch.id, *number), piece)?;
            rows.push(file::ActiveModel {
                county: Set(batch.county),
                import: Set(batch.id),
                number: Set(*number),
                sealed: Set(Some(sealed)),
            });
        }
        file::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// The file, opened.
pub(super) async fn file_of(ctx: &Ctx, batch: &Batch) -> Result<Arc<[u8]>> {
    let pieces = file::Entity::within(&batch.chain())
        .filter(file::Column::Import.eq(batch.id))
        .order_by_asc(file::Column::Number)
        .all(ctx.db())
        .await?;
    let mut bytes = Vec::with_capacity(usize::try_from(batch.file_size).unwrap_or_default());
    for piece in pieces {
        let sealed = piece.sealed.unwrap_or_default();
        bytes.extend(ctx.app.keyring.open("import", &owner(batch.id, piece.number), &sealed)?);
    }
    if bytes.is_empty() {
        let why =
            Text::new("原文件已过保存期并删除，请重新上传", "the file was deleted after its retention; send it again");
        return Err(refuse("base.import.file_gone", why).into());
    }
    Ok(bytes.into())
}

pub(super) fn book(bytes: Arc<[u8]>, mapping: &Mapping) -> Result<Book> {
    Book::reopen(bytes, mapping.layout.clone())
}

/// What a column is called in the file.
pub(super) fn title_of(layout: &Layout, element: Option<&str>) -> String {
    let Some(id) = element else { return String::new() };
    let column = layout.columns.iter().find(|column| column.element.as_deref() == Some(id));
    column.map_or_else(|| element::find(id).map_or(id, |element| &element.zh).to_owned(), |column| column.title.clone())
}

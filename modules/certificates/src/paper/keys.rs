//! The keys that sign a county's papers: made when the first paper is issued, and again when the province signs by another
//! algorithm; sealed, and published for whoever checks without us.

use jizuo_kernel::signing::{self, PublicKey, Signer};
use jizuo_kernel::{Ctx, Result, Scope, Scoped, Tx};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::entity::key::{ActiveModel, Column, Entity, Model};

/// For what the secret is sealed.
const KEY: &str = "certificates.key";

/// What signs the papers of a county: its newest key of the algorithm that the province signs by. The caller holds the county's
/// counter, so that no two make the first key.
pub(super) async fn signer(tx: &Tx, county: i32) -> Result<Box<dyn Signer>> {
    let algorithm = tx.app.settings.signing.algorithm;
    let newest = Entity::within(&Scope::counties(vec![county]))
        .filter(Column::Algorithm.eq(algorithm.as_str()))
        .order_by_desc(Column::Since)
        .order_by_desc(Column::Id)
        .one(tx.db())
        .await?;
    if let Some(row) = newest {
        let secret = tx.app.keyring.open(KEY, row.id.as_bytes(), row.secret.as_deref().unwrap_or_default())?;
        return signing::signer(&row.algorithm, &secret);
    }
    let secret = signing::generate(algorithm);
    let signer = signing::signer(algorithm.as_str(), &secret)?;
    let public = signer.public_key();
    let id = tx.id();
    let row = ActiveModel {
        county: Set(county),
        id: Set(id),
        kid: Set(public.kid.clone()),
        algorithm: Set(algorithm.to_string()),
        public: Set(serde_json::to_value(&public)?),
        secret: Set(Some(tx.app.keyring.seal(KEY, id.as_bytes(), &secret)?)),
        since: Set(tx.now),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(signer)
}

/// Every key that signed papers of the counties in this scope, newest first.
pub(super) async fn published(ctx: &Ctx, scope: &Scope) -> Result<Vec<PublicKey>> {
    let rows: Vec<Model> = Entity::within(scope).order_by_desc(Column::Since).all(ctx.db()).await?;
    rows.into_iter().map(|row| Ok(serde_json::from_value(row.public)?)).collect()
}

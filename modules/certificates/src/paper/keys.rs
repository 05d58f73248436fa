//! The keys that sign a county's papers: made when the first paper is issued, sealed, and published for whoever checks without us.

use jizuo_kernel::signing::{self, PublicKey, Signer};
use jizuo_kernel::{Ctx, Result, Scope, Scoped, Tx};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryOrder};

use super::entity::key::{ActiveModel, Column, Entity, Model};

/// For what the secret is sealed.
const KEY: &str = "certificates.key";

/// What signs the papers of a county. The caller holds the county's counter, so that no two make the first key.
pub(super) async fn signer(tx: &Tx, county: i32) -> Result<Box<dyn Signer>> {
    let scope = Scope::counties(vec![county]);
    let newest = Entity::within(&scope).order_by_desc(Column::Since).order_by_desc(Column::Id).one(tx.db()).await?;
    if let Some(row) = newest {
        let secret = tx.app.keyring.open(KEY, row.id.as_bytes(), row.secret.as_deref().unwrap_or_default())?;
        return signing::signer(&row.algorithm, &secret);
    }
    let secret = signing::generate(signing::ED25519)?;
    let signer = signing::signer(signing::ED25519, &secret)?;
    let public = signer.public_key();
    let id = tx.id();
    let row = ActiveModel {
        county: Set(county),
        id: Set(id),
        kid: Set(public.kid.clone()),
        algorithm: Set(signer.algorithm().to_owned()),
        public: Set(serde_json::to_value(&public)?),
        secret: Set(Some(tx.app.keyring.seal("certificates.key", id.as_bytes(), &secret)?)),
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

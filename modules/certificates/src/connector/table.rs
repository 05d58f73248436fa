//! A table that a department handed over: found by a keyed mark of the identity number, without opening any other row.

use jizuo_kernel::module::Work;
use jizuo_kernel::{Ctx, Scope, Scoped};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::{Connector, Failure, Said, Whom};
use crate::source::entity::{Model, row};
use crate::source::file;

/// Asks the rows that were handed over.
pub(super) struct Table {
    ctx: Ctx,
    county: Scope,
    source: Uuid,
    there: bool,
}

impl Table {
    pub(super) fn of(ctx: &Ctx, source: &Model) -> Table {
        let county = Scope::counties(vec![source.county]);
        let there = source.handed_over_on.is_some();
        Table { ctx: ctx.clone(), county, source: source.id, there }
    }
}

impl Connector for Table {
    fn ask<'a>(&'a self, whom: &'a Whom) -> Work<'a, Result<Said, Failure>> {
        Box::pin(async move {
            if !self.there {
                return Ok(Err(Failure::NoTable));
            }
            let Some(number) = whom.get("person.identity_number") else { return Ok(Err(Failure::Person)) };
            // Circumstances of their own, whose transaction ends here: the request that asks has none open beside it.
            let ctx = self.ctx.clone().within(self.county.clone());
            let marks = file::marks(&ctx.app, number)?;
            let found = row::Entity::within(&self.county)
                .filter(row::Column::Source.eq(self.source))
                .filter(row::Column::Mark.is_in(marks))
                .one(ctx.db())
                .await?;
            let Some(found) = found else { return Ok(Ok(Said::Nobody)) };
            let kept = file::open(&ctx.app, &found)?;
            let same = kept.name.is_none() || kept.name.as_ref() == whom.get("person.name");
            Ok(Ok(if same { Said::Values(kept.values.into()) } else { Said::SomebodyElse }))
        })
    }
}

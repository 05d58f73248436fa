//! Changing the master key: every sealed value of every module is sealed anew, in small steps beside a running server, and may
//! be stopped and begun again at any time.

use std::collections::BTreeSet;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, QueryFilter, QueryResult};
use uuid::Uuid;

use crate::module::{Owner, Sealed};
use crate::people::entity::{arrival, person};
use crate::schema::{Class, declared};
use crate::wall::Wall;
use crate::{App, Result, Scope, Scoped};

/// Rows dealt with in one transaction: few, so that a running server never waits long for them.
const CHUNK: u64 = 200;

/// One column, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub module: &'static str,
    pub table: &'static str,
    pub column: &'static str,
    /// Sealed values in it.
    pub values: u64,
    /// Of these, sealed with an earlier key; after [`rotate`], those sealed anew.
    pub earlier: u64,
}

/// Counts what still needs an earlier key. Changes nothing.
pub async fn check(app: &App, mut progress: impl FnMut(u64)) -> Result<Vec<Column>> {
    walk(app, false, &mut progress).await
}

/// Seals anew what an earlier key has sealed, and makes its keyed hashes anew. What is done already is passed over.
pub async fn rotate(app: &App, mut progress: impl FnMut(u64)) -> Result<Vec<Column>> {
    walk(app, true, &mut progress).await
}

async fn walk(app: &App, change: bool, progress: &mut impl FnMut(u64)) -> Result<Vec<Column>> {
    let mut columns = Vec::new();
    for module in app.registry.modules() {
        let tables = declared(module.migrations);
        let tenant: BTreeSet<_> = tables.iter().filter(|t| t.class == Class::Tenant).map(|t| t.name).collect();
        for sealed in module.sealed {
            let table = Table { app, sealed, tenant: tenant.contains(sealed.table) };
            let mut column =
                Column { module: module.id, table: sealed.table, column: sealed.column, values: 0, earlier: 0 };
            let mut after = None;
            loop {
                let (rows, earlier, last) = table.chunk(after.as_ref(), change).await?;
                column.values += rows;
                column.earlier += earlier;
                progress(rows);
                match last {
                    Some(last) => after = Some(last),
                    None => break,
                }
            }
            columns.push(column);
        }
    }
    Ok(columns)
}

/// One part of a primary key.
#[derive(Clone, Debug)]
enum Part {
    Int(i32),
    Uuid(Uuid),
}

impl Part {
    fn read(row: &QueryResult, column: &str) -> Result<Part> {
        match row.try_get::<Uuid>("", column) {
            Ok(id) => Ok(Part::Uuid(id)),
            Err(_) => Ok(Part::Int(row.try_get("", column)?)),
        }
    }

    fn value(&self) -> Expr {
        match self {
            Part::Int(n) => Expr::val(*n),
            Part::Uuid(id) => Expr::val(*id),
        }
    }
}

struct Table<'a> {
    app: &'a App,
    sealed: &'static Sealed,
    tenant: bool,
}

impl Table<'_> {
    fn key(&self) -> Vec<&'static str> {
        self.tenant.then_some("county").into_iter().chain(self.sealed.key.iter().copied()).collect()
    }

    /// Deals with the rows after a key: how many there were, how many of an earlier key, and the last key if there are more.
    async fn chunk(&self, after: Option<&Vec<Part>>, change: bool) -> Result<(u64, u64, Option<Vec<Part>>)> {
        let Sealed { table, column, owner, mark, .. } = self.sealed;
        let key = self.key();
        let mut wanted: BTreeSet<&str> = key.iter().copied().chain([*column]).collect();
        match owner {
            Owner::Uuid(one) => wanted.extend([*one]),
            Owner::UuidThenText(one, two) | Owner::UuidThenInt(one, two) => wanted.extend([*one, *two]),
        }
        if let Some(mark) = mark {
            wanted.extend([mark.column, mark.by]);
        }
        let mut query = Query::select();
        query.from(Alias::new(*table)).columns(wanted.iter().map(|name| Alias::new(*name)));
        query.and_where(Expr::col(Alias::new(*column)).is_not_null()).limit(CHUNK);
        for part in &key {
            query.order_by(Alias::new(*part), Order::Asc);
        }
        if let Some(after) = after {
            let columns = Expr::tuple(key.iter().map(|part| Expr::col(Alias::new(*part))).collect::<Vec<_>>());
            query.and_where(columns.gt(Expr::tuple(after.iter().map(Part::value).collect::<Vec<_>>())));
        }
        let tx = self.app.db.begin(&Wall::platform()).await?;
        let rows = tx.query_all(&query).await?;
        let mut earlier = 0;
        for row in &rows {
            if self.row(&tx, row, change).await? {
                earlier += 1;
            }
        }
        tx.commit().await?;
        let last = match rows.last() {
            Some(row) if rows.len() as u64 == CHUNK => {
                Some(key.iter().map(|part| Part::read(row, part)).collect::<Result<_>>()?)
            }
            _ => None,
        };
        Ok((rows.len() as u64, earlier, last))
    }

    /// Whether this row is of an earlier key.
    async fn row(&self, tx: &DatabaseTransaction, row: &QueryResult, change: bool) -> Result<bool> {
        let Sealed { table, column, purpose, owner, mark, .. } = self.sealed;
        let keyring = &self.app.keyring;
        let sealed: Vec<u8> = row.try_get("", column)?;
        let owner = match owner {
            Owner::Uuid(one) => row.try_get::<Uuid>("", one)?.as_bytes().to_vec(),
            Owner::UuidThenText(one, two) => {
                [row.try_get::<Uuid>("", one)?.as_bytes().as_slice(), row.try_get::<String>("", two)?.as_bytes()]
                    .concat()
            }
            Owner::UuidThenInt(one, two) => [
                row.try_get::<Uuid>("", one)?.as_bytes().as_slice(),
                row.try_get::<i32>("", two)?.to_be_bytes().as_slice(),
            ]
            .concat(),
        };
        let (plain, current) = keyring.opened(purpose, &owner, &sealed)?;
        if current {
            return Ok(false);
        }
        if !change {
            return Ok(true);
        }
        let mut update = Query::update();
        update.table(Alias::new(*table)).value(Alias::new(*column), keyring.seal(purpose, &owner, &plain)?);
        if let Some(mark) = mark
            && row.try_get::<Option<String>>("", mark.column)?.is_some()
        {
            let by: String = row.try_get("", mark.by)?;
            update.value(Alias::new(mark.column), keyring.mark(&format!("mark:{by}"), &plain)?);
        }
        for part in self.key() {
            update.and_where(Expr::col(Alias::new(part)).eq(Part::read(row, part)?.value()));
        }
        // A server that runs beside may have written something newer meanwhile.
        update.and_where(Expr::col(Alias::new(*column)).eq(sealed));
        tx.execute(&update).await?;
        self.copies(tx, row, &plain).await?;
        Ok(true)
    }

    /// The base keeps the keyed hash of an identity number also where persons and arrivals are looked up.
    async fn copies(&self, tx: &DatabaseTransaction, row: &QueryResult, plain: &[u8]) -> Result<()> {
        let keyring = &self.app.keyring;
        let anew = |number: &[u8]| -> Result<(String, Vec<String>)> {
            let mut marks = keyring.marks(IDENTITY, number)?;
            let now = marks.remove(0);
            Ok((now, marks))
        };
        if self.sealed.table == "base_fact" && row.try_get::<String>("", "element")? == "person.identity_number" {
            let (now, before) = anew(plain)?;
            let county = Scope::counties(vec![row.try_get("", "county")?]);
            person::Entity::update_within(&county)
                .col_expr(person::Column::IdentityMark, Expr::value(now))
                .filter(person::Column::Id.eq(row.try_get::<Uuid>("", "subject")?))
                .filter(person::Column::IdentityMark.is_in(before))
                .exec(tx)
                .await?;
        }
        if self.sealed.table == "base_arrival" {
            let parcel: serde_json::Value = serde_json::from_slice(plain)?;
            if let Some(number) = identity_number(&parcel) {
                let (now, before) = anew(number.as_bytes())?;
                let county = Scope::counties(vec![row.try_get("", "county")?]);
                arrival::Entity::update_within(&county)
                    .col_expr(arrival::Column::IdentityMark, Expr::value(now))
                    .filter(arrival::Column::Id.eq(row.try_get::<Uuid>("", "id")?))
                    .filter(arrival::Column::IdentityMark.is_in(before))
                    .exec(tx)
                    .await?;
            }
        }
        Ok(())
    }
}

const IDENTITY: &str = "mark:person.identity_number";

/// Wherever the parcel holds it.
fn identity_number(parcel: &serde_json::Value) -> Option<&str> {
    match parcel {
        serde_json::Value::Object(fields) => fields.iter().find_map(|(name, value)| match value.as_str() {
            Some(text) if name == "person.identity_number" => Some(text),
            _ => identity_number(value),
        }),
        serde_json::Value::Array(items) => items.iter().find_map(|item| {
            let named = item["element"] == "person.identity_number";
            named.then(|| item["value"].as_str()).flatten().or_else(|| identity_number(item))
        }),
        _ => None,
    }
}

//! A request's way to its rows: one transaction inside the second wall, opened by the first query and shared by all of them,
//! also by the write that the request may begin.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use tokio::sync::Mutex;

use crate::error::internal;
use crate::wall::Wall;
use crate::{Db, Result};

/// Runs queries wherever they belong now: in the write that is in progress; else, on PostgreSQL, in a transaction inside
/// the wall; else, on SQLite, on the reading pool. One request holds one connection at most, so that none waits for
/// another while it holds one.
pub struct Rows {
    db: Db,
    wall: Wall,
    open: Mutex<Option<Arc<DatabaseTransaction>>>,
}

impl Rows {
    pub(crate) fn new(db: Db, wall: Wall) -> Arc<Rows> {
        Arc::new(Rows { db, wall, open: Mutex::default() })
    }

    pub(crate) fn wall(&self) -> &Wall {
        &self.wall
    }

    async fn inside(&self) -> Result<Option<Arc<DatabaseTransaction>>, DbErr> {
        let mut open = self.open.lock().await;
        if open.is_none() && self.db.backend() == DbBackend::Postgres {
            *open = Some(Arc::new(self.db.begin(&self.wall).await?));
        }
        Ok(open.clone())
    }

    /// Begins a write. What was read in this request before was read in the same transaction on PostgreSQL.
    pub(crate) async fn write(self: &Arc<Rows>) -> Result<Write> {
        let mut open = self.open.lock().await;
        let tx = match open.clone() {
            Some(tx) => tx,
            None => Arc::new(self.db.begin(&self.wall).await?),
        };
        *open = Some(tx.clone());
        Ok(Write { rows: self.clone(), tx: Some(tx) })
    }
}

/// A write in progress on a request's rows. Dropped without a commit, it takes everything back.
pub(crate) struct Write {
    rows: Arc<Rows>,
    /// `None` only while it is being committed.
    tx: Option<Arc<DatabaseTransaction>>,
}

impl Write {
    pub(crate) fn tx(&self) -> &DatabaseTransaction {
        self.tx.as_deref().expect("a write has its transaction until it is committed")
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        self.rows.open.lock().await.take();
        let tx = self.tx.take().and_then(Arc::into_inner);
        // A query that still runs would be cut off in the middle.
        Ok(tx.ok_or_else(|| internal("a write was committed while a query of it was running"))?.commit().await?)
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        // Not to be had while a query of the same request runs: then the transaction ends with the request.
        if let (Some(_), Ok(mut open)) = (self.tx.take(), self.rows.open.try_lock()) {
            *open = None;
        }
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl ConnectionTrait for Rows {
    fn get_database_backend(&self) -> DbBackend {
        self.db.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self.inside().await? {
            Some(tx) => tx.execute_raw(statement).await,
            None => self.db.reader().execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self.inside().await? {
            Some(tx) => tx.execute_unprepared(sql).await,
            None => self.db.reader().execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self.inside().await? {
            Some(tx) => tx.query_one_raw(statement).await,
            None => self.db.reader().query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self.inside().await? {
            Some(tx) => tx.query_all_raw(statement).await,
            None => self.db.reader().query_all_raw(statement).await,
        }
    }
}

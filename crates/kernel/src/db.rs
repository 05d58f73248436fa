//! The database: one reading pool, one writing pool, and everything that differs between SQLite and PostgreSQL.

use std::time::Duration;

use sea_orm::sea_query::{CommonTableExpression, Expr, InsertStatement, Query as SeaQuery, WithClause};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{MigratorTraitSelf, SchemaManager};

use crate::schema::Ledger;
use crate::wall::{self, Wall};
use crate::{Module, Result};

/// Connections to one database. On SQLite there is one writer, because several give second-long waits and lock errors.
#[derive(Clone)]
pub struct Db {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
}

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct Location {
    /// `sqlite:///path/file.sqlite` or `postgres://…`.
    pub url: String,
    /// Connections of the reading pool (PostgreSQL: of the one pool), about 4 × cores.
    pub pool: u32,
    /// SQLite: sync on every commit, so that a power failure loses nothing that was answered.
    pub durable: bool,
    /// How long a request waits for a connection before it gives up.
    pub acquire: Duration,
}

impl Db {
    pub async fn connect(location: &Location) -> Result<Db> {
        if location.url.starts_with("sqlite:") {
            let writer = Database::connect(sqlite(location, 1, WRITER_CACHE)).await?;
            let reader = Database::connect(sqlite(location, location.pool, READER_CACHE)).await?;
            Ok(Db { reader, writer })
        } else {
            // One connection holds the turn to migrate while others migrate.
            let mut options = pool(location, location.pool.max(2));
            // The driver keeps 100 prepared statements a connection unless told; the platform has more.
            options.map_sqlx_postgres_opts(|o| {
                // "already exists, skipping" is no news.
                o.statement_cache_capacity(500).options([("client_min_messages", "warning")])
            });
            let both = Database::connect(options).await?;
            Ok(Db { reader: both.clone(), writer: both })
        }
    }

    /// For reference tables, which every county reads. On PostgreSQL tenant tables show no row here: those are read
    /// through [`crate::Ctx::db`].
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Only [`crate::Ctx::begin`] and the kernel's own upkeep begin a write.
    pub(crate) async fn begin(&self, wall: &Wall) -> Result<DatabaseTransaction, DbErr> {
        #[expect(clippy::disallowed_methods, reason = "the one place where a transaction begins")]
        let tx = self
            .writer
            .begin_with_options(TransactionOptions {
                // Without it SQLite takes the lock at the first write and fails where two have read before.
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            })
            .await?;
        wall.around(&tx).await?;
        Ok(tx)
    }

    pub fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// Brings every module's tables to this build's shape. Repeatable.
    pub async fn migrate(&self, modules: &[&'static Module]) -> Result<()> {
        wall::refuse_superuser(&self.writer).await?;
        let turn = self.turn_to_migrate().await?;
        for module in modules {
            Ledger { module: module.id, migrations: module.migrations }.up(&self.writer, None).await?;
        }
        wall::raise(&self.writer, modules).await?;
        match turn {
            Some(turn) => Ok(turn.commit().await?),
            None => Ok(()),
        }
    }

    /// PostgreSQL: several processes that start at once migrate one after the other. SQLite has one process.
    async fn turn_to_migrate(&self) -> Result<Option<DatabaseTransaction>> {
        /// Any number; the same in every build.
        const MIGRATING: i64 = 0x006a_697a_756f;
        if self.backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let turn = self.begin(&Wall::default()).await?;
        turn.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATING})")).await?;
        Ok(Some(turn))
    }

    /// Modules with migrations that have not been applied.
    pub async fn pending(&self, modules: &[&'static Module]) -> Result<Vec<&'static str>> {
        // Asking makes the ledgers, and they are their maker's.
        wall::refuse_superuser(&self.writer).await?;
        let mut pending = Vec::new();
        for module in modules {
            let ledger = Ledger { module: module.id, migrations: module.migrations };
            if !ledger.get_pending_migrations(&self.writer).await?.is_empty() {
                pending.push(module.id);
            }
        }
        Ok(pending)
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<()> {
        self.reader.ping().await?;
        Ok(())
    }

    /// SQLite: brings everything from the write-ahead log into the one file, so that it can be copied.
    pub async fn checkpoint(&self) -> Result<()> {
        self.writer.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        Ok(())
    }

    pub async fn close(self) {
        // Nothing is left to do for either when closing fails: the process ends.
        let _ = self.reader.close().await;
        let _ = self.writer.close().await;
    }
}

fn pool(location: &Location, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(location.url.clone());
    options
        .max_connections(connections)
        .acquire_timeout(location.acquire)
        .connect_timeout(location.acquire)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .test_before_acquire_if_idle_for(Duration::from_secs(30));
    options
}

/// Page caches of one SQLite connection, in KiB, as the pragma wants them. Readers share the operating system's cache.
const WRITER_CACHE: &str = "-32768";
const READER_CACHE: &str = "-4096";

fn sqlite(location: &Location, connections: u32, cache: &'static str) -> ConnectOptions {
    let mut options = pool(location, connections);
    let synchronous = if location.durable { "FULL" } else { "NORMAL" };
    options.map_sqlx_sqlite_opts(move |o| {
        o.foreign_keys(true)
            .create_if_missing(true)
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", synchronous)
            .pragma("cache_size", cache)
            .busy_timeout(Duration::from_secs(10))
    });
    options
}

/// Inserts rows of several tables: on PostgreSQL in one statement, so in one round trip.
pub(crate) async fn insert_all(tx: &DatabaseTransaction, rows: Vec<InsertStatement>) -> Result<(), DbErr> {
    if tx.get_database_backend() != DbBackend::Postgres {
        for statement in &rows {
            tx.execute(statement).await?;
        }
        return Ok(());
    }
    let mut with = WithClause::new();
    for (n, statement) in rows.into_iter().enumerate() {
        with.cte(CommonTableExpression::new().table_name(format!("w{n}")).query(statement).to_owned());
    }
    tx.execute(&SeaQuery::select().expr(Expr::cust("1")).to_owned().with(with)).await?;
    Ok(())
}

/// PostgreSQL sorts texts by the language of the database unless told; SQLite sorts them by their bytes.
pub(crate) async fn sort_bytewise(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let sql = format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE text COLLATE \"C\"");
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Whether a write failed because the key is there already.
pub fn is_duplicate(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
}

/// Whether a column is one of these ids. Many of them stand in the statement itself: the number of parameters is limited.
pub(crate) fn one_of(column: impl ColumnTrait, ids: Vec<i32>) -> Expr {
    const FEW: usize = 1_000;
    if ids.len() <= FEW {
        return column.is_in(ids);
    }
    let literally = ids.into_iter().map(|id| Expr::cust(id.to_string()));
    sea_orm::sea_query::ExprTrait::is_in(Expr::col(column.as_column_ref()), literally)
}

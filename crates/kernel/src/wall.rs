//! The second wall: on PostgreSQL the database itself gives a transaction no row of a county that it was not opened for,
//! however the query is written. SQLite has no such wall; there the first one, [`crate::Scoped`], stands alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement};

use crate::error::refuse;
use crate::schema::{Class, declared};
use crate::{Module, Result, Text, say};

/// The counties whose rows a transaction may read, and those whose rows it may write. The default is none at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wall {
    pub(crate) reads: Counties,
    pub(crate) writes: Counties,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Counties {
    All,
    These(BTreeSet<i32>),
}

impl Default for Counties {
    fn default() -> Counties {
        Counties::These(BTreeSet::new())
    }
}

impl Counties {
    pub(crate) fn and(self, more: impl IntoIterator<Item = i32>) -> Counties {
        match self {
            Counties::All => Counties::All,
            Counties::These(mut ids) => {
                ids.extend(more);
                Counties::These(ids)
            }
        }
    }

    pub(crate) fn or(self, other: Counties) -> Counties {
        match other {
            Counties::All => Counties::All,
            Counties::These(ids) => self.and(ids),
        }
    }

    pub(crate) fn holds(&self, county: i32) -> bool {
        match self {
            Counties::All => true,
            Counties::These(ids) => ids.contains(&county),
        }
    }
}

/// No place has this id: in a list it stands for every county.
const ALL: i32 = -1;

impl fmt::Display for Counties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Counties::All => write!(f, "{ALL}"),
            Counties::These(ids) => {
                for (n, id) in ids.iter().enumerate() {
                    write!(f, "{}{id}", if n > 0 { "," } else { "" })?;
                }
                Ok(())
            }
        }
    }
}

impl Wall {
    /// One county, to read and to write.
    pub(crate) fn county(id: i32) -> Wall {
        let one = Counties::default().and([id]);
        Wall { reads: one.clone(), writes: one }
    }

    /// One county to write, none to read: for what one county tells another.
    pub(crate) fn to_write_in(id: i32) -> Wall {
        Wall { reads: Counties::default(), writes: Counties::default().and([id]) }
    }

    /// Every county: for the platform's own upkeep, never for a request.
    pub(crate) fn platform() -> Wall {
        Wall { reads: Counties::All, writes: Counties::All }
    }

    /// Puts the wall round a transaction. `SET LOCAL` ends with it, so that a pooled connection carries nothing over.
    pub(crate) async fn around(&self, tx: &DatabaseTransaction) -> Result<(), DbErr> {
        if tx.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let Wall { reads, writes } = self;
        let mut sql = format!("SET LOCAL jizuo.reads = '{reads}'");
        if *writes != Counties::default() {
            sql.push_str(&format!("; SET LOCAL jizuo.writes = '{writes}'"));
        }
        tx.execute_unprepared(&sql).await?;
        Ok(())
    }
}

/// The policies of a tenant table: name, command, and whether it asks for what is there and for what is written.
const POLICIES: [(&str, &str, bool, bool); 4] = [
    ("jizuo_1_select", "SELECT", true, false),
    ("jizuo_1_insert", "INSERT", false, true),
    ("jizuo_1_update", "UPDATE", true, true),
    ("jizuo_1_delete", "DELETE", true, false),
];

/// Raises the wall on every tenant table of these modules where it does not stand yet: forced, so that it holds for the
/// tables' owner too. A changed policy gets a new name above, and replaces the old one here.
pub(crate) async fn raise(db: &DatabaseConnection, modules: &[&'static Module]) -> Result<()> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let standing = standing(db).await?;
    let names: BTreeSet<&str> = POLICIES.iter().map(|(name, ..)| *name).collect();
    let tenant = modules.iter().flat_map(|m| declared(m.migrations)).filter(|table| table.class == Class::Tenant);
    for table in tenant.map(|table| table.name) {
        let (forced, policies) = standing.get(table).cloned().unwrap_or_default();
        if forced && policies.iter().map(String::as_str).collect::<BTreeSet<_>>() == names {
            continue;
        }
        let mut sql: Vec<String> = policies.iter().map(|name| format!("DROP POLICY {name} ON {table}")).collect();
        sql.push(format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"));
        for (name, command, there, written) in POLICIES {
            let within = within(if command == "SELECT" { "reads" } else { "writes" });
            let using = if there { format!(" USING ({within})") } else { String::new() };
            let check = if written { format!(" WITH CHECK ({within})") } else { String::new() };
            sql.push(format!("CREATE POLICY {name} ON {table} FOR {command}{using}{check}"));
        }
        // One message, so one transaction: a table is never between two walls.
        db.execute_unprepared(&sql.join("; ")).await?;
    }
    Ok(())
}

/// Whether a row's county is in the list of the transaction. The list is read once per query, not once per row; without a
/// setting it is null or empty, and no row is in it.
fn within(setting: &str) -> String {
    // The cast outside makes it an array to be compared with; inside it would be a subquery of rows.
    let list = format!("(SELECT string_to_array(current_setting('jizuo.{setting}', true), ','))::int[]");
    format!("county = ANY ({list}) OR {ALL} = ANY ({list})")
}

/// The tables of the schema with whether row security is forced on them, and their policies of ours.
async fn standing(db: &DatabaseConnection) -> Result<BTreeMap<String, (bool, Vec<String>)>> {
    let sql = "SELECT c.relname::text, c.relrowsecurity AND c.relforcerowsecurity, coalesce(p.polname::text, '') \
               FROM pg_class AS c LEFT JOIN pg_policy AS p ON p.polrelid = c.oid AND p.polname LIKE 'jizuo\\_%' \
               WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace";
    let mut found: BTreeMap<String, (bool, Vec<String>)> = BTreeMap::new();
    for row in db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await? {
        let (table, forced, policy): (String, bool, String) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let entry = found.entry(table).or_default();
        entry.0 = forced;
        entry.1.extend(Some(policy).filter(|name| !name.is_empty()));
    }
    Ok(found)
}

/// Superusers walk through every policy: the platform does not serve as one.
pub(crate) async fn refuse_superuser(db: &DatabaseConnection) -> Result<()> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let sql = "SELECT rolname::text FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)";
    match db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await? {
        None => Ok(()),
        Some(row) => {
            let role: String = row.try_get_by_index(0)?;
            Err(refuse(
                "base.database.superuser",
                say!(
                    "数据库角色“{role}”可以绕过行级安全，县与县之间的隔离将失效。请用普通角色：CREATE ROLE jizuo LOGIN PASSWORD '…'; CREATE DATABASE jizuo OWNER jizuo;",
                    "the database role '{role}' walks through row-level security, so that counties would not be kept apart. Use an ordinary role: CREATE ROLE jizuo LOGIN PASSWORD '…'; CREATE DATABASE jizuo OWNER jizuo;"
                ),
            )
            .who(Text::new("数据库管理员", "the database's administrator"))
            .into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_wall_lets_nothing_through() {
        assert_eq!(Wall::default().reads.to_string(), "");
        assert!(!Counties::default().holds(1));
    }

    #[test]
    fn lists_are_written_as_the_policies_read_them() {
        assert_eq!(Counties::default().and([3, 1, 3]).to_string(), "1,3");
        assert_eq!(Counties::default().and([7]).or(Counties::All).to_string(), "-1");
        assert!(Counties::All.and([5]).holds(9));
    }
}

//! How a module's tables are declared. Every table is *tenant* (keys led by `county`, so that it can be distributed by
//! county) or *reference* (small, the same everywhere); the builder lets nothing else be written.

use sea_orm::sea_query::{
    ColumnDef, ColumnType, ConditionalStatement, Expr, ExprTrait, ForeignKey, Index, IndexCreateStatement, IntoIden,
    Table, TableCreateStatement,
};
use sea_orm::{DbErr, DynIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTraitSelf, SchemaManager};

/// One step of a module's schema. Never edited after a release; a change is a new step.
#[derive(Clone, Copy)]
pub struct Migration {
    /// `m0001_incident`: sorts in the order of application.
    pub name: &'static str,
    pub up: fn(&mut Schema),
}

/// Collects what one migration creates.
#[derive(Default)]
pub struct Schema {
    statements: Vec<Statement>,
    tables: Vec<Declared>,
    bytes: Vec<(&'static str, String)>,
}

enum Statement {
    Table(Box<TableCreateStatement>),
    Index(IndexCreateStatement),
    Alter(sea_orm::sea_query::TableAlterStatement),
    Bytewise { table: &'static str, column: &'static str },
}

/// A table as declared, for the test that reads the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    pub name: &'static str,
    pub class: Class,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Tenant,
    Reference,
}

impl Schema {
    /// A table of a county's rows: primary key `(county, id)`, every key led by `county`.
    pub fn tenant(&mut self, name: &'static str, columns: impl FnOnce(&mut Columns)) {
        self.table(name, Class::Tenant, columns);
    }

    /// A table that every county reads: places, accounts, switches.
    pub fn reference(&mut self, name: &'static str, columns: impl FnOnce(&mut Columns)) {
        self.table(name, Class::Reference, columns);
    }

    /// Adds a column to a table of an earlier migration. It must be nullable or have a default.
    pub fn add_column(&mut self, table: &'static str, column: ColumnDef) {
        self.note_bytes(table, &column);
        self.statements.push(Statement::Alter(Table::alter().table(table).add_column(column).to_owned()));
    }

    /// Adds an index to a table of an earlier migration; on a tenant table name `county` first, or say why not.
    pub fn add_index(&mut self, table: &'static str, columns: &[&'static str]) {
        let mut index = Index::create().name(format!("{table}_{}_idx", columns.join("_"))).table(table).to_owned();
        for column in columns {
            index.col(*column);
        }
        self.statements.push(Statement::Index(index));
    }

    /// Adds an index over the rows whose column `null` is null alone: few are open, however many there were.
    pub fn add_index_while_null(&mut self, table: &'static str, columns: &[&'static str], null: &'static str) {
        let name = format!("{table}_{}_while_{null}_null_idx", columns.join("_"));
        let mut index = Index::create().name(name).table(table).and_where(Expr::col(null).is_null()).to_owned();
        for column in columns {
            index.col(*column);
        }
        self.statements.push(Statement::Index(index));
    }

    fn note_bytes(&mut self, table: &'static str, column: &ColumnDef) {
        if column.get_column_type() == Some(&ColumnType::Blob) {
            self.bytes.push((table, column.get_column_name().to_string()));
        }
    }

    fn table(&mut self, name: &'static str, class: Class, columns: impl FnOnce(&mut Columns)) {
        let mut built = Columns {
            name,
            class,
            table: Table::create().table(name).to_owned(),
            bytewise: Vec::new(),
            indexes: Vec::new(),
            keyed: false,
        };
        if class == Class::Tenant {
            built.int("county");
        }
        columns(&mut built);
        if class == Class::Tenant && !built.keyed {
            built.key(&["id"]);
        }
        let Columns { table, bytewise, indexes, .. } = built;
        for column in table.get_columns() {
            self.note_bytes(name, column);
        }
        self.statements.push(Statement::Table(Box::new(table)));
        let bytewise = bytewise.into_iter().map(|column| Statement::Bytewise { table: name, column });
        self.statements.extend(bytewise);
        self.statements.extend(indexes.into_iter().map(Statement::Index));
        self.tables.push(Declared { name, class });
    }
}

/// The columns and keys of one table.
pub struct Columns {
    name: &'static str,
    class: Class,
    table: TableCreateStatement,
    bytewise: Vec<&'static str>,
    indexes: Vec<IndexCreateStatement>,
    keyed: bool,
}

impl Columns {
    fn column(&mut self, name: &'static str, kind: ColumnType, null: bool) -> &mut Self {
        let mut column = ColumnDef::new_with_type(name, kind);
        if null {
            column.null();
        } else {
            column.not_null();
        }
        self.table.col(column);
        self
    }

    pub fn id(&mut self) -> &mut Self {
        self.column("id", ColumnType::Uuid, false)
    }
    pub fn uuid(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::Uuid, false)
    }
    pub fn uuid_null(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::Uuid, true)
    }
    pub fn text(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::Text, false)
    }
    /// A text that is listed and looked up by its beginning: it sorts by its bytes on both engines, whatever the language of
    /// the database, so that what begins with a prefix is a range of an index.
    pub fn text_by_prefix(&mut self, name: &'static str) -> &mut Self {
        self.bytewise.push(name);
        self.text(name)
    }
    pub fn text_null(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::Text, true)
    }
    pub fn int(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::Integer, false)
    }
    pub fn int_null(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::Integer, true)
    }
    pub fn big(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::BigInteger, false)
    }
    pub fn flag(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::Boolean, false)
    }
    pub fn date(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::Date, false)
    }
    pub fn date_null(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::Date, true)
    }
    /// An instant, UTC in store.
    pub fn instant(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::TimestampWithTimeZone, false)
    }
    pub fn instant_null(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::TimestampWithTimeZone, true)
    }
    pub fn json(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::JsonBinary, false)
    }
    pub fn json_null(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::JsonBinary, true)
    }
    pub fn bytes(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::Blob, false)
    }

    pub fn bytes_null(&mut self, name: &'static str) -> &mut Self {
        self.column(name, ColumnType::Blob, true)
    }

    /// The level columns below the county, filled with stable place ids ([`crate::scoped!`]).
    pub fn places(&mut self) -> &mut Self {
        self.int_null("prefecture").int_null("township").int_null("village").int("place")
    }

    /// The columns of a matter that a process carries ([`crate::matter!`]).
    pub fn matter(&mut self) -> &mut Self {
        self.text("state").text("phase").text("process").int("version");
        self.instant_null("due_at").instant("opened_at").instant_null("closed_at")
    }

    /// The primary key; on a tenant table `county` leads it by itself.
    pub fn key(&mut self, columns: &[&'static str]) -> &mut Self {
        let mut key = Index::create().to_owned();
        for column in self.led(columns) {
            key.col(column);
        }
        self.table.primary_key(&mut key);
        self.keyed = true;
        self
    }

    /// A unique key; on a tenant table `county` leads it by itself.
    pub fn unique(&mut self, columns: &[&'static str]) -> &mut Self {
        self.keyed_index(columns, true)
    }

    /// An index; on a tenant table `county` leads it by itself.
    pub fn index(&mut self, columns: &[&'static str]) -> &mut Self {
        self.keyed_index(columns, false)
    }

    /// An index that county does not lead, for lists above the county. Say why at the call.
    pub fn index_across(&mut self, columns: &[&'static str]) -> &mut Self {
        self.push_index(columns.to_vec(), false)
    }

    fn keyed_index(&mut self, columns: &[&'static str], unique: bool) -> &mut Self {
        let columns = self.led(columns);
        self.push_index(columns, unique)
    }

    fn push_index(&mut self, columns: Vec<&'static str>, unique: bool) -> &mut Self {
        let name = format!("{}_{}{}", self.name, columns.join("_"), if unique { "_key" } else { "_idx" });
        let mut index = Index::create().name(name).table(self.name).to_owned();
        if unique {
            index.unique();
        }
        for column in columns {
            index.col(column);
        }
        self.indexes.push(index);
        self
    }

    /// A foreign key to a table of the same class; between tenant tables it is `(county, column) → (county, id)`.
    pub fn belongs_to(&mut self, column: &'static str, table: &'static str) -> &mut Self {
        let mut key = ForeignKey::create().to_owned();
        key.name(format!("{}_{column}_fkey", self.name)).from_tbl(self.name).to_tbl(table);
        if self.class == Class::Tenant {
            key.from_col("county").to_col("county");
        }
        key.from_col(column).to_col("id");
        self.table.foreign_key(&mut key);
        self
    }

    fn led(&self, columns: &[&'static str]) -> Vec<&'static str> {
        let led = self.class == Class::Tenant && columns.first() != Some(&"county");
        led.then_some("county").into_iter().chain(columns.iter().copied()).collect()
    }
}

/// A text that may be missing, for [`Schema::add_column`].
pub fn text_null(name: &'static str) -> ColumnDef {
    ColumnDef::new_with_type(name, ColumnType::Text).null().to_owned()
}

/// A JSON value that may be missing, for [`Schema::add_column`].
pub fn json_null(name: &'static str) -> ColumnDef {
    ColumnDef::new_with_type(name, ColumnType::JsonBinary).null().to_owned()
}

/// An instant that may be missing, for [`Schema::add_column`].
pub fn instant_null(name: &'static str) -> ColumnDef {
    ColumnDef::new_with_type(name, ColumnType::TimestampWithTimeZone).null().to_owned()
}

/// A day that may be missing, for [`Schema::add_column`].
pub fn date_null(name: &'static str) -> ColumnDef {
    ColumnDef::new_with_type(name, ColumnType::Date).null().to_owned()
}

/// Bytes that may be missing, for [`Schema::add_column`].
pub fn bytes_null(name: &'static str) -> ColumnDef {
    ColumnDef::new_with_type(name, ColumnType::Blob).null().to_owned()
}

/// A whole number that is 0 in the rows that are there, for [`Schema::add_column`].
pub fn int_zero(name: &'static str) -> ColumnDef {
    ColumnDef::new_with_type(name, ColumnType::Integer).not_null().default(0).to_owned()
}

/// A whole number that may be missing, for [`Schema::add_column`].
pub fn int_null(name: &'static str) -> ColumnDef {
    ColumnDef::new_with_type(name, ColumnType::Integer).null().to_owned()
}

/// A large whole number that is 0 in the rows that are there, for [`Schema::add_column`].
pub fn big_zero(name: &'static str) -> ColumnDef {
    ColumnDef::new_with_type(name, ColumnType::BigInteger).not_null().default(0).to_owned()
}

/// A flag that is off in the rows that are there, for [`Schema::add_column`].
pub fn flag_off(name: &'static str) -> ColumnDef {
    ColumnDef::new_with_type(name, ColumnType::Boolean).not_null().default(false).to_owned()
}

/// Every column of bytes, by table: sealed values, unless a test says why not.
pub fn byte_columns(migrations: &[Migration]) -> Vec<(&'static str, String)> {
    let mut schema = Schema::default();
    for migration in migrations {
        (migration.up)(&mut schema);
    }
    schema.bytes
}

/// A uuid that may be missing, for [`Schema::add_column`].
pub fn uuid_null(name: &'static str) -> ColumnDef {
    ColumnDef::new_with_type(name, ColumnType::Uuid).null().to_owned()
}

/// Every table that these migrations declare.
pub fn declared(migrations: &[Migration]) -> Vec<Declared> {
    let mut schema = Schema::default();
    for migration in migrations {
        (migration.up)(&mut schema);
    }
    schema.tables
}

/// A module's migrations with a ledger of their own, so that a module joins a living system in any order and a build
/// without a module still starts.
pub(crate) struct Ledger {
    pub(crate) module: &'static str,
    pub(crate) migrations: &'static [Migration],
}

impl MigratorTraitSelf for Ledger {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        self.migrations.iter().map(|m| Box::new(Applied(*m)) as Box<dyn MigrationTrait>).collect()
    }

    fn migration_table_name(&self) -> DynIden {
        format!("{}_migrations", self.module).into_iden()
    }
}

struct Applied(Migration);

impl MigrationName for Applied {
    fn name(&self) -> &str {
        self.0.name
    }
}

#[async_trait]
impl MigrationTrait for Applied {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut schema = Schema::default();
        (self.0.up)(&mut schema);
        for statement in schema.statements {
            match statement {
                Statement::Table(table) => manager.create_table(*table).await?,
                Statement::Index(index) => manager.create_index(index).await?,
                Statement::Alter(alter) => manager.alter_table(alter).await?,
                Statement::Bytewise { table, column } => crate::db::sort_bytewise(manager, table, column).await?,
            }
        }
        Ok(())
    }
}

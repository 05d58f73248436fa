//! Whether the tables of a database are what the modules declared: tenant or reference, every key of a tenant table led by
//! `county`, so that it can be distributed by county.

use std::collections::{BTreeMap, BTreeSet};

use jizuo_kernel::App;
use jizuo_kernel::schema::{Class, declared};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// Fails the test where [`wrong_tables`] finds anything.
pub async fn check_tables(app: &App) {
    let wrong = wrong_tables(app).await;
    assert!(wrong.is_empty(), "the tables are not as declared:\n- {}", wrong.join("\n- "));
}

/// Everything that is wrong with the tables of the app's database, read from the database itself.
pub async fn wrong_tables(app: &App) -> Vec<String> {
    let mut classes = BTreeMap::new();
    let mut ledgers = BTreeSet::new();
    let mut wrong = Vec::new();
    for module in app.registry.modules() {
        ledgers.insert(format!("{}_migrations", module.id));
        for table in declared(module.migrations) {
            if !table.name.starts_with(&format!("{}_", module.id)) {
                wrong.push(format!("{} of {} does not begin with {}_", table.name, module.id, module.id));
            }
            if classes.insert(table.name.to_owned(), table.class).is_some() {
                wrong.push(format!("{} is declared twice", table.name));
            }
        }
    }
    let present = tables(app).await;
    for name in classes.keys().filter(|name| !present.contains(*name)) {
        wrong.push(format!("{name} is declared and not there"));
    }
    for name in &present {
        match classes.get(name) {
            None if ledgers.contains(name) => {}
            None => wrong.push(format!("{name} is declared by no module")),
            Some(class) => check_keys(app, name, *class, &classes, &mut wrong).await,
        }
    }
    if !is_sqlite(app) {
        check_walls(app, &classes, &mut wrong).await;
    }
    wrong
}

/// Row security is forced on every tenant table and on no other, with one policy for each command.
async fn check_walls(app: &App, classes: &BTreeMap<String, Class>, wrong: &mut Vec<String>) {
    let sql = "SELECT c.relname::text, CASE WHEN c.relrowsecurity AND c.relforcerowsecurity THEN 'forced' ELSE 'open' END, \
               coalesce(string_agg(p.polcmd::text, '' ORDER BY p.polcmd), '') \
               FROM pg_class AS c LEFT JOIN pg_policy AS p ON p.polrelid = c.oid \
               WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace GROUP BY c.oid";
    for row in rows(app, sql).await {
        let [table, forced, commands] = row.try_into().expect("three columns");
        let stands = (forced.as_str(), commands.as_str());
        let expected = if classes.get(&table) == Some(&Class::Tenant) { ("forced", "adrw") } else { ("open", "") };
        if stands != expected {
            wrong.push(format!("row security of {table} is {stands:?}, not {expected:?}"));
        }
    }
}

async fn check_keys(app: &App, table: &str, class: Class, classes: &BTreeMap<String, Class>, wrong: &mut Vec<String>) {
    let keys = unique_keys(app, table).await;
    if !keys.iter().any(|key| key.primary) {
        wrong.push(format!("{table} has no primary key"));
    }
    for reference in foreign_keys(app, table).await {
        if classes.get(&reference.to) != Some(&class) {
            wrong.push(format!("{table} refers to {}, which is of the other class", reference.to));
        }
        let led = |columns: &[String]| columns.first().is_some_and(|column| column == "county");
        if class == Class::Tenant && !(led(&reference.columns) && led(&reference.foreign)) {
            wrong.push(format!("a foreign key of {table} is not led by county: {}", reference.columns.join(", ")));
        }
    }
    if class == Class::Tenant {
        for key in keys.iter().filter(|key| key.columns.first().is_none_or(|column| column != "county")) {
            wrong.push(format!("a key of {table} is not led by county: {}", key.columns.join(", ")));
        }
    }
}

struct Key {
    primary: bool,
    columns: Vec<String>,
}

struct Foreign {
    columns: Vec<String>,
    to: String,
    foreign: Vec<String>,
}

async fn rows(app: &App, sql: &str) -> Vec<Vec<String>> {
    let db = app.db.reader();
    let found = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("the schema");
    found
        .iter()
        .map(|row| (0..row.column_names().len()).map(|n| row.try_get_by_index(n).expect("text")).collect())
        .collect()
}

fn is_sqlite(app: &App) -> bool {
    app.db.backend() == DbBackend::Sqlite
}

async fn tables(app: &App) -> BTreeSet<String> {
    let sql = if is_sqlite(app) {
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    } else {
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
    };
    rows(app, sql).await.into_iter().flatten().collect()
}

async fn unique_keys(app: &App, table: &str) -> Vec<Key> {
    // Name of the key, whether it is the primary one, column; in the order of the columns.
    let sql = if is_sqlite(app) {
        format!(
            "SELECT l.name, l.origin, i.name FROM pragma_index_list('{table}') AS l, pragma_index_info(l.name) AS i \
             WHERE l.\"unique\" = 1 ORDER BY l.name, i.seqno"
        )
    } else {
        format!(
            "SELECT c.relname::text, CASE WHEN x.indisprimary THEN 'pk' ELSE 'u' END, a.attname::text \
             FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indexrelid \
             CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS k(number, position) \
             JOIN pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = k.number \
             WHERE x.indisunique AND x.indrelid = to_regclass('{table}') ORDER BY c.relname, k.position"
        )
    };
    let mut keys: BTreeMap<String, Key> = BTreeMap::new();
    for row in rows(app, &sql).await {
        let [name, origin, column] = row.try_into().expect("three columns");
        let key = keys.entry(name).or_insert(Key { primary: origin == "pk", columns: Vec::new() });
        key.columns.push(column);
    }
    // SQLite keeps an integer primary key without an index.
    if is_sqlite(app) && !keys.values().any(|key| key.primary) {
        let sql = format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk");
        let columns: Vec<String> = rows(app, &sql).await.into_iter().flatten().collect();
        if !columns.is_empty() {
            keys.insert(String::new(), Key { primary: true, columns });
        }
    }
    keys.into_values().collect()
}

async fn foreign_keys(app: &App, table: &str) -> Vec<Foreign> {
    // Name of the key, other table, column, other table's column; in the order of the columns.
    let sql = if is_sqlite(app) {
        format!(
            "SELECT CAST(id AS TEXT), \"table\", \"from\", COALESCE(\"to\", '') FROM pragma_foreign_key_list('{table}') \
             ORDER BY id, seq"
        )
    } else {
        format!(
            "SELECT c.conname::text, c.confrelid::regclass::text, a.attname::text, b.attname::text FROM pg_constraint AS c \
             CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS k(mine, theirs, position) \
             JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.mine \
             JOIN pg_attribute AS b ON b.attrelid = c.confrelid AND b.attnum = k.theirs \
             WHERE c.contype = 'f' AND c.conrelid = to_regclass('{table}') ORDER BY c.conname, k.position"
        )
    };
    let mut keys: BTreeMap<String, Foreign> = BTreeMap::new();
    for row in rows(app, &sql).await {
        let [name, to, mine, theirs] = row.try_into().expect("four columns");
        let key = keys.entry(name).or_insert(Foreign { columns: Vec::new(), to, foreign: Vec::new() });
        key.columns.push(mine);
        key.foreign.push(theirs);
    }
    keys.into_values().collect()
}

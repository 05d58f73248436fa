//! A database of its own for every test: a copy of one template that was migrated once. SQLite by default; PostgreSQL where
//! `JIZUO_TEST_DATABASE` names a server (`postgres://postgres@127.0.0.1:5432/postgres`).

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jizuo_kernel::db::Location;
use jizuo_kernel::places::import;
use jizuo_kernel::{Clock, Ctx, Db, Keyring, Module, Platform, Reply, Subject};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tokio::sync::Mutex;

/// The database of one test; gone when it is dropped.
pub struct TestDatabase(Arc<Owned>);

struct Owned {
    url: String,
    place: Place,
}

enum Place {
    /// The folder, removed with the value.
    Sqlite {
        _folder: tempfile::TempDir,
    },
    Postgres {
        server: String,
        name: String,
    },
}

/// Templates by the modules in them. Kept for the life of the test binary.
static TEMPLATES: Mutex<Option<HashMap<String, Template>>> = Mutex::const_new(None);
static NEXT: AtomicU32 = AtomicU32::new(0);

#[derive(Clone)]
enum Template {
    Sqlite(PathBuf),
    Postgres(String),
}

impl TestDatabase {
    /// A copy of the template for these modules.
    pub async fn fresh(modules: &[&'static Module]) -> TestDatabase {
        let server = std::env::var("JIZUO_TEST_DATABASE").ok().filter(|url| !url.is_empty());
        let key: String = modules.iter().map(|m| m.id).collect::<Vec<_>>().join("+");
        let mut templates = TEMPLATES.lock().await;
        if templates.is_none()
            && let Some(server) = &server
        {
            sweep(server).await;
        }
        let known = templates.get_or_insert_default();
        let template = match known.get(&key) {
            Some(template) => template.clone(),
            None => {
                if let Some(server) = &server {
                    ordinary_role(server).await;
                }
                let template = build(server.as_deref(), modules).await;
                known.insert(key, template.clone());
                template
            }
        };
        // PostgreSQL copies a template only while nobody else does.
        let owned = match (template, server) {
            (Template::Sqlite(path), _) => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let file = folder.path().join("test.sqlite");
                std::fs::copy(path, &file).expect("a copy of the template");
                Owned { url: format!("sqlite://{}", file.display()), place: Place::Sqlite { _folder: folder } }
            }
            (Template::Postgres(template), Some(server)) => {
                let name = unique("jizuo_test");
                admin(&server)
                    .await
                    .execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template} OWNER {ROLE}"))
                    .await
                    .expect("a database");
                Owned { url: as_ordinary_role(&server, &name), place: Place::Postgres { server, name } }
            }
            (Template::Postgres(_), None) => unreachable!("a PostgreSQL template without a server"),
        };
        TestDatabase(Arc::new(owned))
    }

    /// One without any table: what an installation begins with.
    pub async fn empty() -> TestDatabase {
        let owned = match std::env::var("JIZUO_TEST_DATABASE").ok().filter(|url| !url.is_empty()) {
            None => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let url = format!("sqlite://{}", folder.path().join("test.sqlite").display());
                Owned { url, place: Place::Sqlite { _folder: folder } }
            }
            Some(server) => {
                let name = unique("jizuo_test");
                ordinary_role(&server).await;
                let sql = format!("CREATE DATABASE {name} OWNER {ROLE}");
                admin(&server).await.execute_unprepared(&sql).await.expect("a database");
                Owned { url: as_ordinary_role(&server, &name), place: Place::Postgres { server, name } }
            }
        };
        TestDatabase(Arc::new(owned))
    }

    pub(crate) fn shared(&self) -> TestDatabase {
        TestDatabase(self.0.clone())
    }

    pub(crate) async fn connect(&self) -> Db {
        connect(&self.0.url).await
    }

    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Past the platform and past the second wall: as the file's owner, or as the server's superuser.
    pub async fn behind(&self) -> DatabaseConnection {
        match &self.0.place {
            Place::Sqlite { .. } => one_connection(self.0.url.clone()).await,
            Place::Postgres { server, name } => one_connection(with_database(server, name)).await,
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        let Place::Postgres { server, name } = &self.place else { return };
        let (server, name) = (server.clone(), name.clone());
        // The test's own runtime may be going down: dropping takes a runtime of its own. What is left over is swept.
        let gone = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(async {
                let db = Database::connect(server).await.ok()?;
                db.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.ok()
            })
        });
        let _ = gone.join();
    }
}

pub(crate) fn location(url: &str) -> Location {
    Location { url: url.to_owned(), pool: 6, durable: false, acquire: Duration::from_secs(20) }
}

async fn connect(url: &str) -> Db {
    Db::connect(&location(url)).await.expect("a test database")
}

/// Who the platform is to the server in tests: an ordinary role, because superusers walk through row-level security.
const ROLE: &str = "jizuo_test";

async fn ordinary_role(server: &str) {
    // Several test binaries may make it at once.
    let sql = format!(
        "DO $$ BEGIN CREATE ROLE {ROLE} LOGIN PASSWORD '{ROLE}'; \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    );
    admin(server).await.execute_unprepared(&sql).await.expect("a role");
}

/// `postgres://postgres@host:port/postgres` → `postgres://jizuo_test:jizuo_test@host:port/NAME`
fn as_ordinary_role(server: &str, name: &str) -> String {
    let (scheme, rest) = server.split_once("://").expect("postgres://host/database");
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    with_database(&format!("{scheme}://{ROLE}:{ROLE}@{host}"), name)
}

async fn one_connection(url: String) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("the test's database, or the server of JIZUO_TEST_DATABASE")
}

async fn admin(server: &str) -> DatabaseConnection {
    one_connection(server.to_owned()).await
}

fn with_database(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').expect("postgres://host/database");
    format!("{base}/{name}")
}

fn unique(prefix: &str) -> String {
    format!("{prefix}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst))
}

/// Databases whose test process is gone.
async fn sweep(server: &str) {
    let db = admin(server).await;
    let sql = "SELECT datname FROM pg_database WHERE datname LIKE 'jizuo\\_test\\_%'";
    let rows =
        db.query_all_raw(sea_orm::Statement::from_string(db.get_database_backend(), sql)).await.expect("the databases");
    for row in rows {
        let name: String = row.try_get("", "datname").expect("a name");
        let process = name.split('_').find_map(|part| part.parse::<u32>().ok());
        if process.is_some_and(|id| !PathBuf::from(format!("/proc/{id}")).exists()) {
            // Two binaries may sweep at once.
            let _ = db.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

async fn build(server: Option<&str>, modules: &[&'static Module]) -> Template {
    let (url, template) = match server {
        None => {
            let folder = tempfile::Builder::new().prefix("jizuo-template").tempdir().expect("a temporary folder");
            let file = folder.keep().join("template.sqlite");
            (format!("sqlite://{}", file.display()), Template::Sqlite(file))
        }
        Some(server) => {
            let name = unique("jizuo_test_template");
            admin(server)
                .await
                .execute_unprepared(&format!("CREATE DATABASE {name} OWNER {ROLE}"))
                .await
                .expect("a template");
            (as_ordinary_role(server, &name), Template::Postgres(name))
        }
    };
    let db = connect(&url).await;
    let keyring = Keyring::from_base64(crate::TEST_KEY).expect("a key");
    let clock = Clock::from_fn(crate::monday);
    let (app, _) = Platform::start(crate::settings(), keyring, clock, db.clone(), modules).await.expect("a platform");
    let ctx = Ctx::system(&app, "test", "base", None);
    let mut tx = ctx.begin().await.expect("a write");
    let plan = import::plan(&tx.snapshot.places, crate::divisions().as_bytes(), None);
    assert!(plan.bad.is_empty(), "{:?}", plan.bad);
    let since = chrono::NaiveDate::from_ymd_opt(2023, 6, 30).expect("a date");
    import::apply(&mut tx, &plan, since, &|_| {}).await.expect("an import");
    tx.commit("base.place.import", Subject::new("base.place", "test"), Reply::none()).await.expect("committed");
    app.upkeep().await.expect("upkeep");
    drop(app);
    if url.starts_with("sqlite:") {
        // Everything into the one file that is copied.
        db.checkpoint().await.expect("a checkpoint");
    }
    db.close().await;
    template
}

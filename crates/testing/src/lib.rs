//! A whole platform for one test: real router, real database, a clock that the test moves. Every request that is sent
//! here is also checked for what holds for all: a write that succeeds leaves exactly one audit line, a read none, a
//! refusal explains itself, and every JSON answer fits its document.

mod answer;
mod browser;
mod database;
mod department;
mod document;
mod tables;
mod user;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use chrono::{DateTime, Duration, TimeZone, Utc};
use jizuo_kernel::outbound::{Authority, Network};
use jizuo_kernel::settings::{Outbound, Settings};

use jizuo_kernel::db::Location;
use jizuo_kernel::{App, Clock, Ctx, Db, Keyring, Module, Platform, Reply, Subject};

use sea_orm::DatabaseConnection;
use tokio::sync::OnceCell;

pub use answer::Answer;
pub use browser::{Browser, Page};
pub use database::TestDatabase;
pub use department::{Department, Turn};
pub use tables::{check_tables, wrong_tables};
pub use user::User;

/// A province with two prefectures, three counties and some of their villages: real codes and names of Yunnan.
pub mod places {
    /// 云南省
    pub const PROVINCE: &str = "530000";
    /// 昆明市
    pub const KUNMING: &str = "530100";
    /// 五华区, where tests switch everything on.
    pub const WUHUA: &str = "530102";
    /// 盘龙区
    pub const PANLONG: &str = "530103";
    /// 峨山彝族自治县, in 玉溪市
    pub const ESHAN: &str = "530426";
    /// 华山街道, in 五华区
    pub const HUASHAN: &str = "530102001";
    /// A community of 华山街道
    pub const VILLAGE: &str = "530102001001";
    /// Another one there
    pub const OTHER_VILLAGE: &str = "530102001002";
    /// A community of 盘龙区
    pub const PANLONG_VILLAGE: &str = "530103001001";
}

const YUNNAN: &str = include_str!("../../../data/yunnan-divisions.csv");

/// The rows of the test province.
pub fn divisions() -> String {
    let kept = ["530102001", "530102002", "530103001", "530426"];
    let above = ["530000000000", "530100000000", "530102000000", "530103000000", "530400000000"];
    let mut lines: Vec<&str> = YUNNAN.lines().take(1).collect();
    lines.extend(YUNNAN.lines().filter(|line| {
        kept.iter().any(|code| line.starts_with(code)) || above.iter().any(|code| line.starts_with(code))
    }));
    lines.join("\n")
}

/// A platform that lives as long as its test.
pub struct TestApp {
    pub app: App,
    pub router: Router,
    clock: Arc<AtomicI64>,
    /// Operations that were answered with success, by id.
    pub(crate) succeeded: Mutex<BTreeSet<String>>,
    /// Compiled schemas of answers, by operation and status.
    pub(crate) schemas: Mutex<BTreeMap<(String, u16), Option<jsonschema::Validator>>>,
    behind: OnceCell<DatabaseConnection>,
    // Dropped last: the database goes when nobody uses it any more.
    database: TestDatabase,
}

impl TestApp {
    /// The base with these modules, on in 五华区 (and off elsewhere), on a Monday morning in March 2026.
    pub async fn with(modules: &[&'static Module]) -> TestApp {
        TestApp::bare(modules).await.all_on().await
    }

    /// The same, where the platform may connect to departments on this machine.
    pub async fn with_departments(modules: &[&'static Module]) -> TestApp {
        TestApp::trusting(modules, Vec::new()).await
    }

    /// The same, where it trusts these authorities besides those of the web.
    pub async fn trusting(modules: &[&'static Module], authorities: Vec<Authority>) -> TestApp {
        let here = Network::try_from("127.0.0.1".to_owned()).expect("an address");
        let outbound = Outbound { allowed_networks: vec![here], ca_files: authorities };
        TestApp::configured(modules, |settings| settings.outbound = outbound).await.all_on().await
    }

    async fn all_on(self) -> TestApp {
        let test = self;
        for module in test.app.registry.optional().map(|m| m.id).collect::<Vec<_>>() {
            test.switch(places::WUHUA, module, "on").await;
        }
        test
    }

    /// The same with every optional module off.
    pub async fn bare(modules: &[&'static Module]) -> TestApp {
        TestApp::configured(modules, |_| {}).await
    }

    /// The same with other settings.
    pub async fn configured(modules: &[&'static Module], change: impl FnOnce(&mut Settings)) -> TestApp {
        let mut all = vec![&jizuo_kernel::MODULE];
        all.extend(modules.iter().copied().filter(|m| m.id != "base"));
        let database = TestDatabase::fresh(&all).await;
        let mut settings = settings();
        change(&mut settings);
        let clock = Arc::new(AtomicI64::new(monday().timestamp_micros()));
        let (app, router) = start(settings, &clock, database.connect().await, &all).await;
        TestApp {
            app,
            router,
            clock,
            succeeded: Mutex::default(),
            schemas: Mutex::default(),
            behind: OnceCell::new(),
            database,
        }
    }

    /// Now, as the test has it.
    pub fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    pub fn pass(&self, time: Duration) {
        self.clock.fetch_add(time.num_microseconds().expect("a short enough time"), Ordering::SeqCst);
    }

    pub fn set_now(&self, now: DateTime<Utc>) {
        self.clock.store(now.timestamp_micros(), Ordering::SeqCst);
    }

    /// The operations that nobody has called with success yet.
    pub fn untried(&self) -> Vec<String> {
        let done = self.succeeded.lock().expect("no panic while held");
        self.app.registry.operations().into_iter().map(|o| o.id.clone()).filter(|id| !done.contains(id)).collect()
    }

    /// Runs timers, deliveries and seals until there is nothing left to do.
    pub async fn settle(&self) {
        self.app.upkeep().await.expect("upkeep");
    }

    /// Switches a module as the platform, past the API.
    pub async fn switch(&self, place: &str, module: &str, state: &str) {
        let ctx = self.system(place);
        let mut tx = ctx.begin().await.expect("a write");
        let module = self.app.registry.module(module).expect("a module of this build");
        let wish = serde_json::from_value(serde_json::json!({
            "state": state, "reason": "test", "leave_open_matters": true,
        }));
        jizuo_kernel::counties::switch(&mut tx, module, wish.expect("a switch")).await.expect("switched");
        tx.commit("base.module.switch", Subject::new("base.module", module.id), Reply::none())
            .await
            .expect("committed");
    }

    /// The platform itself at a place.
    pub fn system(&self, place: &str) -> Ctx {
        let found = self.app.snapshot().places.resolve(place).expect("a place of the test province");
        Ctx::system(&self.app, "test", "base", Some(found.place))
    }

    /// Somebody who holds these permissions at a place, signed in by token.
    pub async fn user(&self, place: &str, permissions: &[&str]) -> User<'_> {
        user::make(self, place, permissions).await
    }

    /// Somebody with a module's role at a place.
    pub async fn role(&self, place: &str, role: &str) -> User<'_> {
        user::with_role(self, place, role).await
    }

    /// Somebody who has not signed in.
    pub fn stranger(&self) -> User<'_> {
        User::stranger(self)
    }

    /// The database past the platform and past both walls: what an intruder does, and what no operation shows.
    pub async fn behind(&self) -> &DatabaseConnection {
        self.behind.get_or_init(|| self.database.behind()).await
    }

    /// How the platform reaches the test's database.
    pub fn location(&self) -> Location {
        database::location(self.database.url())
    }

    /// A second process on the same database.
    pub async fn second_process(&self) -> TestApp {
        self.process_with(self.database.connect().await).await
    }

    /// A second process with connections of its own.
    pub async fn process_with(&self, db: Db) -> TestApp {
        self.process_of(db, Keyring::from_base64(TEST_KEY).expect("a key"), self.app.settings.clone()).await
    }

    /// A second process with other settings: the platform after a restart.
    pub async fn process_configured(&self, change: impl FnOnce(&mut Settings)) -> TestApp {
        let mut settings = self.app.settings.clone();
        change(&mut settings);
        let keyring = Keyring::from_base64(TEST_KEY).expect("a key");
        self.process_of(self.database.connect().await, keyring, settings).await
    }

    /// A second process whose master key has been changed; it knows the one of before.
    pub async fn process_with_a_new_key(&self) -> TestApp {
        let keyring =
            Keyring::from_base64(&Keyring::generate()).and_then(|ring| ring.with_previous(&[TEST_KEY.to_owned()]));
        self.process_of(self.database.connect().await, keyring.expect("two keys"), self.app.settings.clone()).await
    }

    async fn process_of(&self, db: Db, keyring: Keyring, settings: Settings) -> TestApp {
        let modules = self.app.registry.modules().to_vec();
        let (app, router) = start_with(keyring, settings, &self.clock, db, &modules).await;
        TestApp {
            app,
            router,
            clock: self.clock.clone(),
            succeeded: Mutex::default(),
            schemas: Mutex::default(),
            behind: OnceCell::new(),
            database: self.database.shared(),
        }
    }
}

/// 2026-03-02 09:00 in China, a working Monday.
pub fn monday() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).single().expect("a date")
}

fn settings() -> Settings {
    jizuo_kernel::settings::load(None, Vec::new(), &[]).expect("the defaults").settings
}

/// Any 32 random bytes.
pub(crate) const TEST_KEY: &str = "3q2+796tvu/erb7v3q2+78r+ur4BI0VniavN7xIjNEU=";

async fn start(settings: Settings, clock: &Arc<AtomicI64>, db: Db, modules: &[&'static Module]) -> (App, Router) {
    start_with(Keyring::from_base64(TEST_KEY).expect("a key"), settings, clock, db, modules).await
}

async fn start_with(
    keyring: Keyring,
    settings: Settings,
    clock: &Arc<AtomicI64>,
    db: Db,
    modules: &[&'static Module],
) -> (App, Router) {
    let clock = clock.clone();
    let clock =
        Clock::from_fn(move || DateTime::from_timestamp_micros(clock.load(Ordering::SeqCst)).expect("a time in range"));
    Platform::start(settings, keyring, clock, db, modules).await.expect("a platform")
}

/// What an authenticator shows for a secret (base32) at this moment.
pub fn one_time_code(secret: &str, now: DateTime<Utc>) -> String {
    let secret = totp_rs::Secret::Encoded(secret.to_owned()).to_bytes().expect("base32");
    let totp = totp_rs::TOTP::new(totp_rs::Algorithm::SHA1, 6, 1, 30, secret).expect("a good secret");
    totp.generate(u64::try_from(now.timestamp()).expect("after 1970"))
}

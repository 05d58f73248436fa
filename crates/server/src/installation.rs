//! One installation as its settings describe it, opened for a command: the platform, and how to leave it properly.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use jizuo_kernel::db::{Db, Location};
use jizuo_kernel::identity::entity::grant;
use jizuo_kernel::identity::{accounts, grants};
use jizuo_kernel::places::Place;
use jizuo_kernel::settings::{self, Loaded, Settings};
use jizuo_kernel::{App, Clock, Ctx, Error, Keyring, Platform, Reference, Reply, Subject, audit};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::MODULES;
use crate::failure::{Failure, Outcome};

/// The file that is read when none is named.
const USUAL: &str = "jizuo.toml";

/// Reads the layers of settings: the defaults, `--config` or `./jizuo.toml`, the environment, the command line.
pub(crate) fn settings(file: Option<&Path>, overrides: &[(&str, String)]) -> Outcome<Loaded> {
    let usual = PathBuf::from(USUAL);
    let file = match file {
        Some(named) if !named.is_file() => {
            return Err(Failure::wrong(
                format!("there is no settings file {}", named.display()),
                "name another file with --config, or leave it out to use the defaults and the environment",
            ));
        }
        Some(named) => Some(named),
        None => usual.is_file().then_some(usual.as_path()),
    };
    Ok(settings::load(file, std::env::vars(), overrides)?)
}

/// Connects to the database of the settings.
pub(crate) async fn connect(settings: &Settings) -> Outcome<Db> {
    let location = Location {
        url: settings.database.url.clone(),
        pool: settings.database.pool,
        durable: settings.database.durable,
        acquire: Duration::from_secs(settings.database.acquire_seconds),
    };
    Db::connect(&location).await.map_err(|error| {
        let cause = match error {
            Error::Internal(cause) => cause.to_string(),
            other => other.to_string(),
        };
        Failure::failed(
            format!("the database cannot be opened: {cause}"),
            "check database.url: sqlite://FILE in a folder that exists, or postgres://USER:PASSWORD@HOST/NAME",
        )
    })
}

/// The key that sealed data needs. Missing or well-known keys stop the start.
pub(crate) fn keyring(settings: &Settings) -> Outcome<Keyring> {
    let keyring = Keyring::from_base64(&settings.secrets.master_key).map_err(|bad| {
        Failure::wrong(
            bad.to_string(),
            "export JIZUO__SECRETS__MASTER_KEY=\"$(openssl rand -base64 32)\"   # once, and keep it\n\
             or put it into jizuo.toml under [secrets]; `jizuo demo` needs none of this",
        )
    })?;
    keyring.with_previous(&settings.secrets.previous_keys).map_err(|bad| {
        Failure::wrong(
            format!("a key of secrets.previous_keys cannot be used: {bad}"),
            "name the earlier keys as they were, 32 bytes in base64 each, or leave the list empty",
        )
    })
}

/// The platform of these settings, with the routes of its API.
pub(crate) async fn start(settings: Settings, clock: Clock) -> Outcome<(App, Router)> {
    let keyring = keyring(&settings)?;
    let db = connect(&settings).await?;
    Ok(Platform::start(settings, keyring, clock, db, MODULES).await?)
}

/// An installation that a command works on.
pub(crate) struct Installation {
    pub(crate) app: App,
}

impl Installation {
    pub(crate) async fn open(config: Option<&Path>) -> Outcome<Installation> {
        let loaded = settings(config, &[])?;
        let (app, _) = start(loaded.settings, Clock::system()).await?;
        Ok(Installation { app })
    }

    /// The place with this code, now or before.
    pub(crate) fn place(&self, code: &str) -> Outcome<Arc<Place>> {
        let snapshot = self.app.snapshot();
        if snapshot.places.is_empty() {
            return Err(Failure::bad_input(
                "there are no places yet",
                "begin with the code table of the province: jizuo places import data/yunnan-divisions.csv",
            ));
        }
        snapshot.places.resolve(code).map(|found| found.place).ok_or_else(|| {
            Failure::bad_input(
                format!("no place has the code {code}"),
                "use a division code of 2, 4, 6, 9 or 12 digits, for example 530102",
            )
        })
    }

    /// The top of the tree, if there is one.
    pub(crate) fn root(&self) -> Option<Arc<Place>> {
        let snapshot = self.app.snapshot();
        snapshot.places.roots().first().and_then(|id| snapshot.places.get(*id).cloned())
    }

    /// The command line at work at a place; audit lines name the command.
    pub(crate) fn at(&self, command: &str, place: Option<Arc<Place>>) -> Ctx {
        Ctx::system(&self.app, command, "base", place)
    }

    /// Seals what was written and closes the database. A server that runs beside would seal it as well.
    pub(crate) async fn leave(self) -> Outcome {
        audit::seal(&self.app).await?;
        self.app.db.clone().close().await;
        Ok(())
    }
}

/// An account that was just opened, with the password that is shown once.
pub(crate) struct Opened {
    pub(crate) role: String,
    pub(crate) login: String,
    pub(crate) password: String,
}

/// The accounts an installation begins with: role, login, name.
pub(crate) const FIRST: [(&str, &str, &str); 3] = [
    (grants::SYSTEM_ADMIN, "sysadmin", "系统管理员"),
    (grants::SECURITY_ADMIN, "secadmin", "安全管理员"),
    (grants::AUDIT_ADMIN, "auditor", "审计管理员"),
];

/// Opens the three administrators at the top in one transaction, unless there is one already.
pub(crate) async fn open_first_administrators(ctx: &Ctx) -> Outcome<Vec<Opened>> {
    let place = ctx.place()?.clone();
    if place.parent.is_some() {
        return Err(Failure::bad_input(
            format!("{} is not at the top", place.name),
            "the first administrators belong to the province; they open the accounts of all others",
        ));
    }
    if has_administrators(ctx).await? {
        return Err(Failure::bad_input(
            "there are administrators already",
            "`jizuo user list` shows them; `jizuo user reset LOGIN` gives one a new password",
        ));
    }
    let mut tx = ctx.begin().await?;
    let mut opened = Vec::new();
    for (role, login, name) in FIRST {
        let new = accounts::New { login: login.to_owned(), name: name.to_owned(), place: place.id };
        let (account, password) = accounts::open(&mut tx, new).await?;
        let new = grants::New { account: account.id, role: role.to_owned(), place: place.id, until: None };
        grants::give(&mut tx, new).await?;
        opened.push(Opened { role: role.to_owned(), login: login.to_owned(), password });
    }
    tx.note("administrators", FIRST.map(|(role, login, _)| format!("{login}: {role}")));
    tx.commit("base.account.manage", Subject::new("base.place", place.id), Reply::none()).await?;
    Ok(opened)
}

/// Whether somebody at the top can open accounts.
pub(crate) async fn has_administrators(ctx: &Ctx) -> Outcome<bool> {
    let found = grant::Entity::all()
        .filter(grant::Column::Role.eq(grants::SECURITY_ADMIN))
        .filter(grant::Column::Place.is_in(ctx.snapshot.places.roots().iter().copied()))
        .filter(grant::Column::RevokedAt.is_null())
        .one(ctx.db())
        .await
        .map_err(Error::from)?;
    Ok(found.is_some())
}

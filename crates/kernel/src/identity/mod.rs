//! Identity: accounts, sign-in, sessions and tokens, roles and grants.

pub mod accounts;
pub mod api;
pub mod entity;
pub mod grants;
pub mod holders;
pub mod password;
mod recognise;
pub mod roles;
pub mod sessions;
mod totp;

pub use grants::{LocalRoles, load_roles};
pub(crate) use recognise::{Blocked, recognise};

use uuid::Uuid;

/// Name of the session cookie.
pub const COOKIE: &str = "jizuo_session";

/// Who is at work.
#[derive(Clone, Debug)]
pub struct Actor {
    /// `None` for strangers and for the platform itself.
    pub account: Option<Uuid>,
    /// What the audit line says.
    pub login: String,
    /// What stands beside what they did: their name, as colleagues know it.
    pub name: String,
    pub home: Option<i32>,
    pub grants: Vec<Held>,
    pub by_cookie: bool,
    /// What has to be done before anything else.
    pub(crate) blocked: Option<Blocked>,
    /// The permissions that the token is limited to, where it is.
    pub(crate) only: Option<Vec<String>>,
    /// Fingerprint of the session or token that was shown.
    pub(crate) credential: Option<String>,
}

/// A role at a place, with what it allows today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub place: i32,
    pub role: String,
    pub permissions: Vec<String>,
}

impl Held {
    pub fn allows(&self, permission: &str) -> bool {
        self.permissions.iter().any(|held| held == permission)
    }
}

impl Actor {
    pub fn anonymous() -> Actor {
        Actor::named("anonymous", "匿名")
    }

    /// The platform itself: upkeep and the command line.
    pub fn system(name: &str) -> Actor {
        Actor::named(&format!("system:{name}"), "系统自动")
    }

    /// Somebody the platform does not know, let in by a public operation alone; called so in the records.
    pub fn stranger(role: &str, name: &str) -> Actor {
        Actor::named(&format!("system:{role}"), name)
    }

    fn named(login: &str, name: &str) -> Actor {
        Actor {
            account: None,
            login: login.to_owned(),
            name: name.to_owned(),
            home: None,
            grants: Vec::new(),
            by_cookie: false,
            blocked: None,
            only: None,
            credential: None,
        }
    }

    /// Whether this is the platform itself.
    pub fn is_system(&self) -> bool {
        self.account.is_none() && self.login.starts_with("system:")
    }
}

//! What asks a department about somebody: its interface, or the table that it handed over.

pub(crate) mod breaker;
mod client;
mod http;
mod table;

use std::collections::BTreeMap;

use jizuo_kernel::module::Work;
use jizuo_kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub(crate) use http::{Authentication, Http, Method, check_url};

use crate::source::entity::Model;

/// The data elements of the person, in their normal form: only what the source's mapping sends.
pub(crate) type Whom = BTreeMap<String, String>;

/// What a department says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Said {
    Values(Value),
    /// It has nobody by that identity number.
    Nobody,
    /// It has somebody else by that identity number.
    SomebodyElse,
}

/// Why a department said nothing that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = certificates::CheckFailure)]
pub(crate) enum Failure {
    /// It did not answer in time.
    Timeout,
    /// There is no connection.
    Unreachable,
    /// Its certificate is not trusted: of an unknown authority, of another name, or not of today.
    Untrusted,
    /// Its address lies where the platform must not connect to.
    Address,
    /// It sends elsewhere, which is not followed.
    Redirect,
    /// It refuses or is broken.
    Status,
    /// Its answer is too long.
    TooLarge,
    /// Its answer is not JSON.
    NotJson,
    /// Its answer lacks what was agreed.
    Answer,
    /// It failed so often that it is left alone for a while.
    Resting,
    /// The base data lacks what it has to be asked with.
    Person,
    /// It has handed over nothing yet.
    NoTable,
}

impl Failure {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Failure::Timeout => "timeout",
            Failure::Unreachable => "unreachable",
            Failure::Untrusted => "untrusted",
            Failure::Address => "address",
            Failure::Redirect => "redirect",
            Failure::Status => "status",
            Failure::TooLarge => "too_large",
            Failure::NotJson => "not_json",
            Failure::Answer => "answer",
            Failure::Resting => "resting",
            Failure::Person => "person",
            Failure::NoTable => "no_table",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Failure> {
        serde_json::from_value(Value::from(text)).ok()
    }
}

/// Asks about one person. The outer result is the platform's own trouble, the inner one the department's.
pub(crate) trait Connector: Send + Sync {
    fn ask<'a>(&'a self, whom: &'a Whom) -> Work<'a, Result<Said, Failure>>;
}

/// The connector of a source. It holds no transaction of the request, so that none is open while a department thinks.
pub(crate) fn of(ctx: &Ctx, source: &Model) -> Result<Box<dyn Connector>> {
    match source.http()? {
        Some(http) => {
            let secret = source.secret(ctx)?;
            let mapping = source.mapping()?;
            let (clock, outbound) = (ctx.app.clock.clone(), ctx.app.settings.outbound.clone());
            Ok(Box::new(http::Asking {
                source: source.id,
                http,
                secret,
                mapping,
                clock,
                outbound,
                jitter: http::random,
            }))
        }
        None => Ok(Box::new(table::Table::of(ctx, source))),
    }
}

//! `jizuo user`: accounts and grants from the operator's terminal; how an installation gets its first administrators.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{Args, Subcommand};
use jizuo_kernel::identity::entity::{account, grant};
use jizuo_kernel::identity::{accounts, grants};
use jizuo_kernel::page::Paging;
use jizuo_kernel::{Ctx, Reference, Reply, Subject, clock};
use sea_orm::{ColumnTrait, ExprTrait, QueryFilter};
use uuid::Uuid;

use super::Circumstances;
use crate::failure::{Failure, Outcome};
use crate::installation::Installation;
use crate::table;
use crate::terminal::tell_line;

#[derive(Debug, Subcommand)]
pub(super) enum User {
    FirstAdministrators(FirstAdministrators),
    Add(Add),
    Grant(Grant),
    Reset(Reset),
    List(List),
}

/// Opens the three accounts an installation begins with: system, security and audit administrator.
///
/// Nothing is known in advance: the one-time passwords are shown here, once, and must be changed at the first sign-in.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  jizuo user first-administrators --place 53

Hand each line to a different person: the three are kept apart (GB/T 22239-2019 8.1.4.2).")]
pub(super) struct FirstAdministrators {
    /// Code of the place at the top
    #[arg(long, value_name = "CODE")]
    place: String,
}

/// Opens an account and prints its one-time password, once.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jizuo user add yangxiu --name 杨秀 --place 530102001001
  jizuo user add yangxiu --name 杨秀 --place 530102001001 --role grid.worker --at 530102001001")]
pub(super) struct Add {
    /// What is typed at sign-in: 3 to 40 of a–z, 0–9 and . - _ @
    login: String,
    /// The name people know
    #[arg(long)]
    name: String,
    /// Code of the place the account belongs to
    #[arg(long, value_name = "CODE")]
    place: String,
    /// A role to begin with
    #[arg(long)]
    role: Option<String>,
    /// Where the role is held; the account's place unless given
    #[arg(long, value_name = "CODE", requires = "role")]
    at: Option<String>,
}

/// Gives an account a role at a place.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jizuo user grant yangxiu grid.worker --at 530102001001
  jizuo user grant yangxiu grid.worker --at 530102001001 --until 2026-12-31")]
pub(super) struct Grant {
    login: String,
    /// For example grid.worker or base.security_admin
    role: String,
    /// Where the role is held
    #[arg(long, value_name = "CODE")]
    at: String,
    /// The last day
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<NaiveDate>,
}

/// Prints a new one-time password; unlocks the account and ends its sessions.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jizuo user reset yangxiu
  jizuo user reset yangxiu --second-factor      # the telephone with the authenticator is lost")]
pub(super) struct Reset {
    login: String,
    /// Also remove the second factor
    #[arg(long)]
    second_factor: bool,
}

/// Lists accounts with their roles.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  jizuo user list\n  jizuo user list --place 530102")]
pub(super) struct List {
    /// Only accounts that belong here or below
    #[arg(long, value_name = "CODE")]
    place: Option<String>,
}

impl User {
    pub(super) async fn run(self, with: &Circumstances) -> Outcome {
        let installation = Installation::open(with.config.as_deref()).await?;
        match &self {
            User::FirstAdministrators(first) => first.run(&installation).await?,
            User::Add(add) => add.run(&installation).await?,
            User::Grant(grant) => grant.run(&installation).await?,
            User::Reset(reset) => reset.run(&installation).await?,
            User::List(list) => list.run(&installation).await?,
        }
        installation.leave().await
    }
}

impl FirstAdministrators {
    async fn run(&self, installation: &Installation) -> Outcome {
        let place = installation.place(&self.place)?;
        let ctx = installation.at("first-administrators", Some(place));
        let opened = crate::installation::open_first_administrators(&ctx).await?;
        let rows: Vec<Vec<String>> = opened.into_iter().map(|one| vec![one.role, one.login, one.password]).collect();
        tell_line!("The first administrators of {}. These passwords are shown once:\n", ctx.place()?.name);
        table::print(&["ROLE", "LOGIN", "ONE-TIME PASSWORD"], &rows);
        tell_line!("\nEach person changes the password at the first sign-in (PUT /api/v1/me/password).");
        Ok(())
    }
}

impl Add {
    async fn run(&self, installation: &Installation) -> Outcome {
        let home = installation.place(&self.place)?;
        let at = self.at.as_deref().map(|code| installation.place(code)).transpose()?;
        let ctx = installation.at("user-add", Some(home.clone()));
        let mut tx = ctx.begin().await?;
        let new = accounts::New { login: self.login.clone(), name: self.name.clone(), place: home.id };
        let (account, password) = accounts::open(&mut tx, new).await?;
        if let Some(role) = &self.role {
            let place = at.as_ref().unwrap_or(&home).id;
            grants::give(&mut tx, grants::New { account: account.id, role: role.clone(), place, until: None }).await?;
        }
        tx.commit("base.account.manage", Subject::new("base.account", account.id), Reply::none()).await?;
        tell_line!("{} ({}) at {} {}", account.login, account.name, home.code, home.name);
        if let Some(role) = &self.role {
            let place = at.as_ref().unwrap_or(&home);
            tell_line!("role {role} at {} {}", place.code, place.name);
        }
        tell_line!("one-time password, shown once: {password}");
        Ok(())
    }
}

impl Grant {
    async fn run(&self, installation: &Installation) -> Outcome {
        let place = installation.place(&self.at)?;
        let ctx = installation.at("user-grant", Some(place.clone()));
        let account = by_login(&ctx, &self.login).await?;
        // "Until the 31st" means that the 31st still counts.
        let until: Option<DateTime<Utc>> =
            self.until.and_then(|day| day.succ_opt()).map(|next| clock::china_instant(next, NaiveTime::MIN));
        let mut tx = ctx.begin().await?;
        let new = grants::New { account: account.id, role: self.role.clone(), place: place.id, until };
        let row = grants::give(&mut tx, new).await?;
        tx.commit("base.grant.manage", Subject::new("base.grant", row.id), Reply::none()).await?;
        tell_line!("{} ({}) holds {} at {} {}", account.login, account.name, row.role, place.code, place.name);
        Ok(())
    }
}

impl Reset {
    async fn run(&self, installation: &Installation) -> Outcome {
        let ctx = installation.at("user-reset", installation.root());
        let account = by_login(&ctx, &self.login).await?;
        let home = ctx.snapshot.places.place(account.home)?;
        let ctx = ctx.standing_at(home);
        let mut tx = ctx.begin().await?;
        let account = if self.second_factor { accounts::reset_factor(&mut tx, &account).await? } else { account };
        let password = accounts::reset_password(&mut tx, &account).await?;
        tx.note("second_factor", self.second_factor);
        tx.commit("base.account.manage", Subject::new("base.account", account.id), Reply::none()).await?;
        tell_line!("{} ({}): one-time password, shown once: {password}", account.login, account.name);
        Ok(())
    }
}

async fn by_login(ctx: &Ctx, login: &str) -> Outcome<account::Model> {
    let found = account::Entity::all()
        .filter(account::Column::Login.eq(login.trim().to_lowercase()))
        .one(ctx.db())
        .await
        .map_err(jizuo_kernel::Error::from)?;
    found.ok_or_else(|| Failure::bad_input(format!("there is no account {login}"), "`jizuo user list` shows them all"))
}

impl List {
    async fn run(&self, installation: &Installation) -> Outcome {
        let place = match &self.place {
            Some(code) => Some(installation.place(code)?),
            None => installation.root(),
        };
        let ctx = installation.at("user-list", place);
        let mut rows = Vec::new();
        let mut after = None;
        loop {
            let page = accounts::list(&ctx, &accounts::Wanted::default(), &Paging { limit: Some(100), after }).await?;
            let ids: Vec<Uuid> = page.items.iter().map(|account| account.id).collect();
            let roles = roles_of(&ctx, ids).await?;
            rows.extend(page.items.iter().map(|account| line(&ctx, account, &roles)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        table::print(&["LOGIN", "NAME", "HOME", "STATE", "ROLES"], &rows);
        Ok(())
    }
}

async fn roles_of(ctx: &Ctx, accounts: Vec<Uuid>) -> Outcome<HashMap<Uuid, Vec<String>>> {
    let rows = grant::Entity::all()
        .filter(grant::Column::Account.is_in(accounts))
        .filter(grant::Column::RevokedAt.is_null())
        .filter(grant::Column::Until.is_null().or(grant::Column::Until.gt(ctx.now)))
        .all(ctx.db())
        .await
        .map_err(jizuo_kernel::Error::from)?;
    let mut roles: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in rows {
        let place = ctx.snapshot.places.name(row.place);
        roles.entry(row.account).or_default().push(format!("{} @ {place}", row.role));
    }
    Ok(roles)
}

fn line(ctx: &Ctx, account: &account::Model, roles: &HashMap<Uuid, Vec<String>>) -> Vec<String> {
    let state = match (account.disabled_at, account.locked_until) {
        (Some(_), _) => "disabled",
        (None, Some(until)) if until > ctx.now => "locked",
        _ if account.must_change => "new",
        _ => "open",
    };
    vec![
        account.login.clone(),
        account.name.clone(),
        ctx.snapshot.places.name(account.home).to_owned(),
        state.to_owned(),
        roles.get(&account.id).map(|list| list.join(", ")).unwrap_or_default(),
    ]
}

//! `jizuo demo`: a province to try, built once in a folder of its own and served.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use jizuo_kernel::settings::{self, Loaded};
use jizuo_kernel::{Clock, Lang};

use super::{Circumstances, serve};
use crate::demo::{self, Folder, SignIn, State};
use crate::failure::Outcome;
use crate::terminal::tell_line;
use crate::{installation, log, table};

/// Builds a demonstration in a folder of its own, prints who can sign in, and serves it.
///
/// The first start imports the whole of Yunnan and lets some weeks of work happen, which takes a little while; later
/// starts only serve. Everything is invented but the places. Remove the folder to begin anew.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jizuo demo
  jizuo demo --dir /tmp/try --listen 127.0.0.1:9000

The folder holds the database, its key and signins.txt. The key and the passwords are random, and yet this is for
trying only: it serves without TLS.")]
pub(super) struct Demo {
    /// The folder; made when it is not there
    #[arg(long, value_name = "DIR", default_value = "jizuo-demo")]
    dir: PathBuf,
    /// Address and port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
}

impl Demo {
    pub(super) async fn run(self, with: &Circumstances) -> Outcome {
        let (folder, state) = Folder::open(&self.dir)?;
        let listener = serve::listen(&self.listen).await?;
        let key = folder.key()?;
        let loaded = |database: String| -> Outcome<Loaded> {
            let overrides = [
                ("database.url", database),
                ("database.durable", "false".to_owned()),
                ("secrets.master_key", key.clone()),
                ("server.secure_cookies", "false".to_owned()),
                ("server.listen", self.listen.clone()),
                ("sign_in.second_factor", "optional".to_owned()),
            ];
            // Not ./jizuo.toml: it belongs to the installation that somebody runs from here.
            Ok(settings::load(with.config.as_deref(), std::env::vars(), &overrides)?)
        };
        let serving = loaded(folder.database())?;
        log::serving(&quieter(&serving))?;
        if state == State::Empty {
            let began = Instant::now();
            tell_line!("Building the demonstration in {} (once):", folder.path().display());
            let sign_ins = demo::build(loaded(folder.building())?.settings).await?;
            folder.finish(&sign_ins)?;
            tell_line!("  built in {:.1} s", began.elapsed().as_secs_f64());
        }
        let sign_ins = folder.sign_ins()?;
        let settings = serve::with_address(serving, &listener).settings;
        let (app, api) = installation::start(settings, Clock::system()).await?;
        welcome(&format!("http://{}", app.settings.server.listen), &sign_ins, with.lang);
        serve::until_told(app, api, listener, serve::stop_signal()).await
    }
}

/// A line for every request would push the sign-ins off the screen.
fn quieter(loaded: &Loaded) -> settings::Log {
    let mut log = loaded.settings.log.clone();
    if loaded.origins.iter().any(|origin| origin.key == "log.filter" && origin.from == "built-in default") {
        log.filter = "warn".to_owned();
    }
    log
}

fn welcome(address: &str, sign_ins: &[SignIn], lang: Lang) {
    let rows: Vec<Vec<String>> = sign_ins
        .iter()
        .map(|one| vec![one.place.clone(), one.role.clone(), one.name.clone(), one.login.clone(), one.password.clone()])
        .collect();
    tell_line!();
    match lang {
        Lang::Zh => table::print(&["地方", "角色", "姓名", "登录名", "密码"], &rows),
        Lang::En => table::print(&["PLACE", "ROLE", "NAME", "LOGIN", "PASSWORD"], &rows),
    }
    let say = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
    tell_line!();
    for (name, path) in [
        (say("首页", "start page"), "/"),
        (say("接口文档", "documentation"), "/docs/"),
        (say("接口", "API"), "/api/v1"),
        (say("指标", "metrics"), "/metrics"),
    ] {
        tell_line!("{} {address}{path}", table::padded(name, 14));
    }
    // The system administrator of the county that lacks the grid module: what to try first is to switch it on.
    let lacking = sign_ins.iter().find(|one| one.place == "大理市" && one.role.ends_with("base.system_admin"));
    if let Some(admin) = lacking {
        let (login, password) = (&admin.login, &admin.password);
        tell_line!();
        tell_line!("{}", say("大理市还没有网格模块，试试开通它：", "Dali has no grid module yet. Switch it on:"));
        tell_line!(
            "  TOKEN=$(curl -s {address}/api/v1/sessions -H 'content-type: application/json' \
             -d '{{\"login\":\"{login}\",\"password\":\"{password}\"}}' | sed 's/.*\"token\":\"\\([^\"]*\\)\".*/\\1/')"
        );
        tell_line!(
            "  curl -s -X PUT {address}/api/v1/places/532901/modules/grid -H \"authorization: Bearer $TOKEN\" \
             -H 'content-type: application/json' -d '{{\"state\":\"on\",\"reason\":\"试点\"}}'"
        );
        tell_line!("  curl -s {address}/api/v1/places/532901/openapi.json | grep -o '\"grid_[a-z_]*\"'");
    }
    tell_line!();
    tell_line!("{}", say("按 Ctrl-C 停止。", "Ctrl-C stops it."));
}

//! The demonstration: a province with counties of different module sets, people of every role and some weeks of their
//! work, all of it done through the API, by a clock that is moved forward to today.

mod caller;
mod certificates;
mod checks;
mod consultation;
mod deliberation;
mod folder;
mod grid;
mod joint;
mod mediation;
mod names;
mod net;
mod papers;
mod people;
mod people_data;
mod residents;
mod script;
mod venue;
mod visits;

use std::time::Instant;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use jizuo_kernel::places::import;
use jizuo_kernel::settings::Settings;
use jizuo_kernel::{App, Clock, Ctx, Error, Reply, Subject, audit, events};

use crate::failure::{Failure, Outcome};
use crate::installation;
use crate::terminal::tell_line;
use caller::{Caller, HandClock};
pub(crate) use folder::{Folder, State};
use people::Stage;
pub(crate) use residents::sample;
use script::Script;

/// The whole of Yunnan, in the binary: the demonstration needs no other file.
const YUNNAN: &[u8] = include_bytes!("../../../data/yunnan-divisions.csv");
/// The day the code table describes.
const AS_OF: NaiveDate = match NaiveDate::from_ymd_opt(2023, 6, 30) {
    Some(day) => day,
    None => NaiveDate::MIN,
};
/// How long before today the story begins.
const DAYS: i64 = 36;

/// A county of the demonstration and the modules it chose.
pub(crate) struct County {
    pub(crate) code: &'static str,
    pub(crate) modules: &'static [&'static str],
    pub(crate) reason: &'static str,
}

pub(crate) const COUNTIES: [County; 4] = [
    County {
        code: "530102",
        modules: &["grid", "certificates", "consultation", "mediation", "venue"],
        reason: "区委常委会 2026 年第 8 次会议决定",
    },
    County { code: "530426", modules: &["grid", "consultation"], reason: "县委办 2026 年第 12 号文" },
    // Lacks the grid module on purpose: to be switched on by whoever tries the demonstration.
    County {
        code: "532901", modules: &["certificates", "mediation"], reason: "市政务服务局 2026 年第 5 号文"
    },
    County { code: "533102", modules: &["grid", "certificates"], reason: "市委办 2026 年第 3 号文" },
];

/// The county that is letting its grid module run out.
const DRAINING: &str = "533102";

/// Who can sign in, as it is written into the folder and printed.
pub(crate) struct SignIn {
    pub(crate) place: String,
    pub(crate) role: String,
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) password: String,
}

/// Builds the demonstration in the database of the settings, and closes it.
pub(crate) async fn build(mut settings: Settings) -> Outcome<Vec<SignIn>> {
    let end = Clock::system().now();
    let start = end - Duration::days(DAYS);
    let clock = HandClock::at(start);
    // The story takes weeks by its own clock: nobody shall be signed out in the middle of it.
    settings.sign_in.idle_minutes = DAYS * 24 * 60 * 2;
    settings.sign_in.session_hours = DAYS * 24 * 2;
    let (app, router) = installation::start(settings, clock.clock()).await?;
    let caller = Caller::new(router);

    let began = Instant::now();
    import_yunnan(&app).await?;
    step("places", app.snapshot().places.len(), began);

    let began = Instant::now();
    let mut stage = Stage::new(app.clone(), caller);
    stage.fill().await?;
    step("people", stage.people.len(), began);

    let began = Instant::now();
    let mut script = Script::default();
    people_data::write(&stage, start, &mut script)?;
    grid::write(&stage, start, end, &mut script);
    joint::write(&stage, start, end, &mut script);
    net::write(&stage, start, &mut script);
    visits::write(&stage, start, &mut script);
    certificates::write(&stage, start, end, &mut script);
    papers::write(&stage, start, &mut script);
    checks::write(&stage, start, &mut script);
    consultation::write(&stage, end, &mut script);
    deliberation::write(&stage, start, end, &mut script);
    mediation::write(&stage, start, end, &mut script);
    venue::write(&stage, start, end, &mut script);
    let steps = script.len();
    play(&app, &stage, &clock, script).await?;
    clock.set(end);
    for person in &stage.people {
        stage.caller.delete(Some(&person.token), "/sessions").await?;
    }
    app.upkeep().await?;
    step("steps of work", steps, began);

    app.db.clone().close().await;
    Ok(stage.sign_ins())
}

fn step(what: &str, count: usize, began: Instant) {
    tell_line!("  {count:>6} {what:<16} {:.1} s", began.elapsed().as_secs_f64());
}

async fn import_yunnan(app: &App) -> Outcome {
    let ctx = Ctx::system(app, "places-import", "base", None);
    let plan = import::plan(&ctx.snapshot.places, YUNNAN, None);
    if !plan.bad.is_empty() {
        return Err(Failure::failed("the code table in this binary has bad lines", "report this"));
    }
    let mut tx = ctx.begin().await?;
    import::apply(&mut tx, &plan, AS_OF, &|_| {}).await?;
    let subject = Subject::new("base.place", "yunnan-divisions.csv");
    tx.commit("base.place.import", subject, Reply::none()).await?;
    Ok(())
}

/// Does one thing after another, each at its time; deliveries and seals go on day by day, timers week by week.
async fn play(app: &App, stage: &Stage, clock: &HandClock, script: Script) -> Outcome {
    let bar = indicatif::ProgressBar::new(script.len() as u64);
    let mut day: Option<DateTime<Utc>> = None;
    let mut week: Option<DateTime<Utc>> = None;
    let mut known = script::Known::default();
    for scene in script.in_order() {
        clock.set(scene.at);
        if day.is_none_or(|day| scene.at - day > Duration::days(1)) {
            day = Some(scene.at);
            events::deliver(app).await?;
            audit::seal(app).await?;
        }
        if week.is_none_or(|week| scene.at - week > Duration::days(7)) {
            week = Some(scene.at);
            app.upkeep().await?;
        }
        let token = stage.token(&scene.login).ok_or(Error::NotFound("account"))?;
        let answer = stage
            .caller
            .call(scene.method.clone(), Some(token), &known.fill(&scene.path), known.fill_body(scene.body))
            .await?;
        known.learn(scene.keep, &answer);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

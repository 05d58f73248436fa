//! The two switches of the top bar: language and the elders' version. Cookies of this browser, known to nobody else.

use axum::response::Response;
use jizuo_kernel::Lang;

use crate::answer::{see_other, set_cookie};
use crate::sent::Sent;
use crate::visit::{ELDERS, LANGUAGE, Visit};

/// A year, in seconds.
const KEPT: u32 = 31_536_000;

pub(crate) async fn language(visit: Visit, sent: Sent) -> Response {
    let other = if visit.lang == Lang::Zh { "en" } else { "zh" };
    let chosen = match sent.text("lang") {
        "zh" => "zh",
        "en" => "en",
        _ => other,
    };
    keep(&sent, LANGUAGE, chosen)
}

pub(crate) async fn elders(visit: Visit, sent: Sent) -> Response {
    keep(&sent, ELDERS, if visit.elders { "0" } else { "1" })
}

fn keep(sent: &Sent, name: &str, value: &str) -> Response {
    let mut response = see_other(sent.back("back").unwrap_or("/console"));
    set_cookie(&mut response, &format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={KEPT}"));
    response
}

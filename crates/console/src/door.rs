//! The door for everybody: what can be done at a place without an account.

use askama::Template;
use jizuo_kernel::page::Page;
use jizuo_kernel::places::api::Place;

use crate::answer::{Answered, page as answer};
use crate::client::quoted;
use crate::frame::Frame;
use crate::home::Further;
use crate::places::Found;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "door.html")]
struct DoorPage {
    f: Frame,
    /// Where one lives may lie below.
    below: Vec<Found>,
    next: Option<String>,
}

pub(crate) async fn page(visit: &Visit, place: &str, further: &Further) -> Answered {
    let title = visit.t("不用登录就能办", "Without signing in");
    let children = format!("/places/{}/children?limit=100{}", quoted(place), further.as_query());
    let (f, below) = tokio::try_join!(Frame::open(visit, place, title), visit.api.read::<Page<Place>>(&children))?;
    let next = below.next.as_deref().map(|next| format!("{}?after={}", f.base(), quoted(next)));
    // What lies below a village is its own net of grids, and nobody's address.
    let below = below.items.iter().filter(|place| place.code.len() == 12).map(Found::from).collect();
    answer(&DoorPage { f, below, next })
}

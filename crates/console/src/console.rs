//! What all pages of this process share: the platform's clock, keys and places, and the router of its API.

use std::sync::Arc;

use axum::Router;
use jizuo_kernel::App;

/// The state of every handler.
#[derive(Clone)]
pub(crate) struct Console {
    pub(crate) app: App,
    pub(crate) api: Router,
}

pub(crate) type Shared = Arc<Console>;

impl Console {
    pub(crate) fn new(app: &App, api: Router) -> Shared {
        Arc::new(Console { app: app.clone(), api })
    }
}

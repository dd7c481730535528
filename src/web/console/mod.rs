//! The console: pages at `/`, rendered by the server from the templates in `templates/`, over the same actions as the API.
//! `docs/CONSOLE.md` says how a page is added.
//!
//! # Who is who
//! * [`frame`] is what every page is given, [`navigation`] the rail in it, [`flash`] the line that the last act left.
//! * [`parts`] are what a page is put together from, [`words`] how times, amounts and long values are written; [`filters`] are
//!   what templates do to a value.
//! * [`forms`] reads what is sent and puts faults at their fields; [`security`] says what comes from our own pages, and what
//!   every page bears.
//! * [`render`] makes an answer of a template; [`errors`] are the pages of refusals.
//! * [`assets`] are embedded, `serving` hands them out; [`ui`] shows every part on one page.
//!
//! A page must not know more than the API could say, and must not decide a rule: it asks the actions.

pub mod assets;
pub mod errors;
pub mod filters;
pub mod flash;
pub mod forms;
pub mod frame;
pub mod navigation;
pub mod parts;
pub mod render;
pub mod security;
mod serving;
pub mod ui;
pub mod words;

use actix_web::web::ServiceConfig;

/// Registers the console.
pub fn routes(config: &mut ServiceConfig) {
    config.configure(serving::routes);
}

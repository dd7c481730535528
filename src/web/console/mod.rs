//! The console: pages at `/`, rendered by the server from the templates in `templates/`, over the same actions as the API.
//! `docs/CONSOLE.md` says how a page is added.
//!
//! # Who is who
//! * [`frame`] is what every page is given, [`navigation`] the rail in it, [`flash`] the line that the last act left.
//! * [`parts`] are what a page is put together from, [`words`] how times, amounts and long values are written; [`filters`] are
//!   what templates do to a value.
//! * [`forms`] reads what is sent, [`faults`] puts what is wrong at its fields; [`security`] says what comes from our own pages,
//!   and what every page bears.
//! * `page_request` is what a handler is given: who is signed in, the token of its forms, the last act's line. `pages` is done
//!   around every page: refusals become pages, and whoever is not signed in is led there and back (`way_back`); `guest` is
//!   whoever fills in the forms that lead to a session.
//! * [`render`] makes an answer of a template; [`errors`] are the pages of refusals.
//! * The pages: `sign_in`, `join`; `home` with `needs` (for those who keep many) and `app_line`; `lookup`, one `delivery`; the lists
//!   `apps`, `deliveries`, `completions`, `replays`, whose filters stand in an `address`, and of all but deliveries are read by
//!   `list_query`; `new_app` with `dialect_choice` and `publisher_choice`; `account`, `people`, `egress`, `dialects`; of an app, which
//!   `sections` lists, `overview`, `callback` with its `preview`, `secrets`, `testing`, `doctor`, `receiver`, `settings`, and `credit`. `place`
//!   is the endpoint that one is about, `confirm` what is asked before an act.
//! * `problems` says what the `type` of a problem means, to everybody; `unknown` answers where nothing lies. [`assets`] are
//!   embedded, `serving` hands them out; [`ui`] shows every part on one page.
//!
//! A page must not know more than the API could say, and must not decide a rule: it asks the actions.

mod account;
mod address;
mod app_line;
mod app_why;
mod apps;
pub mod assets;
mod callback;
mod completions;
mod confirm;
pub mod counts;
mod credit;
mod deliveries;
mod delivery;
mod dialect_choice;
mod dialects;
mod doctor;
mod egress;
pub mod errors;
pub mod faults;
pub mod filters;
pub mod flash;
pub mod forms;
pub mod frame;
mod guest;
mod home;
mod join;
pub mod kinds;
mod list_query;
mod lookup;
pub mod navigation;
mod needs;
mod new_app;
mod overview;
mod page_request;
mod pages;
pub mod parts;
mod pausing;
mod people;
mod place;
mod preview;
mod problems;
mod publisher_choice;
mod receiver;
pub mod render;
mod replays;
mod secrets;
mod sections;
pub mod security;
mod serving;
mod settings;
mod sign_in;
mod testing;
pub mod ui;
pub(super) mod unknown;
mod way_back;
pub mod words;

use actix_web::web::ServiceConfig;

/// Registers the console.
pub fn routes(config: &mut ServiceConfig) {
    config.configure(serving::routes).configure(ui::routes);
    config.configure(sign_in::routes).configure(join::routes).configure(home::routes);
    config.configure(apps::routes);
    config.configure(new_app::routes).configure(callback::routes);
    config.configure(overview::routes).configure(pausing::routes).configure(secrets::routes).configure(testing::routes);
    config.configure(doctor::routes).configure(receiver::routes).configure(account::routes);
    config.configure(deliveries::routes).configure(delivery::routes).configure(lookup::routes);
    config.configure(people::routes).configure(problems::routes).configure(egress::routes);
    config.configure(replays::routes).configure(completions::routes);
    config.configure(settings::routes).configure(credit::routes).configure(dialects::routes);
}

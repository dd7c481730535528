//! `/dialects`: how callbacks can look and be signed, and what each dialect asks of a receiver. Publishers read here what a vendor's page
//! would tell them; nobody needs the recipe's own text for that.
//!
//! # Who is who
//! * `known` says which dialects somebody may know of, and what of each is said in a word.
//! * `list` is all of them, `one` the page of one, `sampled` the callback on it, `macros` what its placeholders stand for.
//! * `receiver` is the program that takes its callbacks, before there is an app.

mod known;
mod list;
mod macros;
mod one;
mod receiver;
mod sampled;

use actix_web::web::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.configure(list::routes).configure(one::routes).configure(receiver::routes);
}

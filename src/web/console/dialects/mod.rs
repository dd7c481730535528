//! `/dialects`: how callbacks can look and be signed, and what each dialect asks of a receiver. Publishers read here what a vendor's page
//! would tell them; nobody needs the recipe's own text for that.
//!
//! # Who is who
//! * `known` says which dialects somebody may know of, and what of each is said in a word.
//! * `list` is all of them, `one` the page of one, `sampled` the callback on it, `macros` what its placeholders stand for.
//! * `file` is the recipe's text, and `draft` a text before it is published, for those who write some; `checked` what a check found.
//! * `receiver` is the program that takes its callbacks, before there is an app.

mod checked;
mod draft;
mod file;
mod known;
mod list;
mod macros;
mod one;
mod receiver;
mod sampled;

use actix_web::web::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.configure(list::routes).configure(one::routes).configure(receiver::routes).configure(draft::routes);
}

//! `/completions`: what was recorded, listed and exported by the API's filters; one completion with how its amounts came about and
//! what became of its callbacks; and taking it back by hand.

mod computed;
mod facts;
mod filters;
mod list;
mod one;
mod reverse;
mod reverse_form;
mod row;

use actix_web::web::ServiceConfig;

use super::pages;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(pages::resource("/completions").get(list::show))
        .service(pages::resource("/completions/export").get(list::export))
        .service(pages::resource("/completions/{completion}").get(one::show))
        .service(pages::resource("/completions/{completion}/reverse").get(reverse::ask).post(reverse::reverse));
}

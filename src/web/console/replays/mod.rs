//! `/replays`: what was sent again after an outage, what is being sent again, and by `/replays/new` what is to be: counted first,
//! then begun.

mod asked;
mod counted;
mod line;
mod list;
mod new;
mod one;

use actix_web::web::ServiceConfig;

use super::pages;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(pages::resource("/replays").get(list::show))
        .service(pages::resource("/replays/new").get(new::show).post(new::begin))
        .service(pages::resource("/replays/{replay}").get(one::show))
        .service(pages::resource("/replays/{replay}/cancel").get(one::ask_cancel).post(one::cancel));
}

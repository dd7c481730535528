//! `/dialects/{draft}/draft`: a recipe before it is published, for those who write some: its text, what a check finds, a test by it, and
//! what becomes of it.
//!
//! # Who is who
//! * `form` is the text with its vectors, `new` makes one, `edit` replaces it.
//! * `check` shows what the engine makes of it, `test` sends one callback by it.
//! * `ending` asks before it is published or given up, and before a published version is withdrawn.

mod check;
mod edit;
mod ending;
mod form;
mod new;
mod test;

use actix_web::web::ServiceConfig;

use super::known::{self, draft_path};
use crate::web::console::frame::{Frame, Section};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::lines::Link;

/// Whoever may not make this call has none of the pages.
const READS: &str = "GET /v1/dialects/{name}/draft";

/// The pages of a draft: label, and the end of the path.
const SECTIONS: [(&str, &str); 3] = [("Text", ""), ("Check", "check"), ("Test", "test")];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.configure(new::routes).configure(edit::routes).configure(check::routes);
    config.configure(test::routes).configure(ending::routes);
}

/// The frame of the page with this label.
fn frame(page: &PageRequest, name: &str, label: &str) -> Frame {
    let sections = SECTIONS
        .into_iter()
        .map(|(other, end)| Section { link: Link::new(other, &draft_path(name, end)), current: other == label });
    Frame {
        crumbs: vec![Link::new("Dialects", "/dialects")],
        sections: sections.collect(),
        ..page.frame(&format!("Draft of {name}"))
    }
}

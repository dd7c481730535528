//! The page that shows a link, this once.

use askama::Template;

use super::PATH;
use crate::actions::people::links::MadeLink;
use crate::domain::person::Purpose;
use crate::web::Answer;
use crate::web::console::frame::Frame;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::lines::Link;
use crate::web::console::words::instants;

/// What somebody is told whose form was sent before.
pub(super) const USED: &str = "This link was shown already. If nobody has it, make another one.";

/// The page.
#[derive(Template)]
#[template(path = "link_made.html")]
struct LinkPage {
    frame: Frame,
    link: String,
    said: String,
    next: String,
}

/// Shows a link that was just made: for whom it is, in words, and where the reader goes on.
pub(super) fn shown(page: &PageRequest, made: &MadeLink, whom: &str, next: &str) -> Answer {
    let until = instants::listed(made.invitation.expires_at, page.web.node.clock.now()).shown;
    let heading = if made.invitation.purpose == Purpose::Reset { "Password link" } else { "Invitation" };
    page.page(&LinkPage {
        frame: Frame { crumbs: vec![Link::new("People", PATH)], ..page.frame(heading) },
        link: made.link.expose().to_owned(),
        said: format!("{whom} It opens once, until {until} UTC. Hand it over in a way that nobody else reads."),
        next: next.to_owned(),
    })
}

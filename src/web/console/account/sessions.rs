//! Where a person is signed in, and signing out there.

use actix_web::web::Path;

use super::{LARGEST, PATH};
use crate::web::Answer;
use crate::web::console::flash::Kind as FlashKind;
use crate::web::console::page_request::PageRequest;
use crate::web::console::render;
use crate::web::console::words::cuts::{self, Long};
use crate::web::console::words::instants::{self, Moment};
use crate::web::error::Problem;
use crate::web::json::Body;

/// Characters of a browser's name that are shown.
const OF_AN_AGENT: usize = 60;

/// A session of the list.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: String,
    /// The browser or program, as it called itself.
    pub(super) agent: Long,
    pub(super) address: String,
    pub(super) since: Moment,
    pub(super) seen: Moment,
    /// Whether it is the one that looks at the page.
    pub(super) is_this: bool,
}

pub(super) async fn rows(page: &PageRequest) -> Result<Vec<Row>, Problem> {
    let now = page.web.node.clock.now();
    let own = page.web.actions.own_sessions(page.caller()).await?;
    let row = |session: crate::domain::session::Session| Row {
        is_this: page.caller().session_id() == Some(session.id.as_str()),
        agent: cuts::text(session.user_agent.as_deref().unwrap_or("a program without a name"), OF_AN_AGENT),
        address: session.address,
        since: instants::listed(session.created_at, now),
        seen: instants::listed(session.last_seen_at, now),
        id: session.id,
    };
    Ok(own.into_iter().map(row).collect())
}

pub(super) async fn end(page: PageRequest, session: Path<String>, body: Body<LARGEST>) -> Answer {
    page.form(body.bytes(), &[])?.check()?;
    let is_this = page.caller().session_id() == Some(session.as_str());
    let ends = page.web.actions.end_own_session(page.caller(), &session);
    page.perform("DELETE /v1/me/sessions/{id}", &[session.as_str()], ends).await?;
    if is_this {
        return Ok(render::go_on(crate::web::console::way_back::SIGNED_OUT, []));
    }
    Ok(page.go_on(PATH, FlashKind::Done, "Signed out there."))
}

pub(super) async fn end_others(page: PageRequest, body: Body<LARGEST>) -> Answer {
    page.form(body.bytes(), &[])?.check()?;
    page.perform("DELETE /v1/me/sessions", &[], page.web.actions.end_other_sessions(page.caller())).await?;
    Ok(page.go_on(PATH, FlashKind::Done, "Signed out everywhere else."))
}

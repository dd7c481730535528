//! The list of replays. While one runs, it is asked for again; those that began meanwhile are told of and never put in.

use askama::Template;

use super::line::{self, Window};
use crate::actions::app_names::Namesakes;
use crate::actions::replays::ReplayInList;
use crate::domain::replay::ReplayState;
use crate::domain::time::Timestamp;
use crate::store::page::Page;
use crate::web::Answer;
use crate::web::console::address::LIVE;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::list_query::ListQuery;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::page_of::PageOf;
use crate::web::console::parts::state::State;
use crate::web::console::words::amounts;
use crate::web::console::words::cuts::{self, Long, OF_A_NAME};
use crate::web::console::words::instants::{self, Moment};
use crate::web::error::Problem;
use crate::web::list;

const SHAPE: &Shape<'_> = &[("cursor", Kind::Text), (LIVE, Kind::Text), ("newest", Kind::Text), ("part", Kind::Text)];
/// Rows of a page.
const ROWS: usize = 50;

/// A row.
#[derive(Clone, Debug)]
struct Row {
    id: String,
    started: Moment,
    app: Long,
    window: Window,
    states: String,
    state: State,
    progress: String,
    skipped: String,
    /// By reason.
    skipped_why: Option<String>,
    by: Long,
}

/// The table with what stands around it.
#[derive(Clone, Debug)]
struct Rows {
    rows: Vec<Row>,
    /// How many began since the page was opened, and where they are.
    newer: Option<(String, String)>,
    pager: PageOf,
    /// Where the same is asked for again, while one of them runs.
    again: Option<String>,
}

#[derive(Template)]
#[template(path = "replays.html")]
struct ReplaysPage {
    frame: Frame,
    list: Rows,
}

#[derive(Template)]
#[template(path = "replay_rows.html")]
struct RowsPart {
    list: Rows,
}

pub(super) async fn show(page: PageRequest) -> Answer {
    let mut query = ListQuery::of(&page, "/replays", SHAPE)?;
    let asked = query.take(|query| list::page_of("rpl", query));
    query.take(|query| query.word("part", &["rows"], |word| word));
    let Some(asked) = asked.filter(|_| query.is_good()) else { return Err(query.faults.into()) };
    let list = rows(&page, &query, asked).await?;
    if query.text("part") == Some("rows") {
        return page.part(&RowsPart { list });
    }
    // The switch stands where something is asked for again, or would be.
    let live = (list.again.is_some() || !query.is_live()).then(|| query.live());
    page.page(&ReplaysPage { frame: Frame { live, ..page.frame("Replays") }, list })
}

/// Of the first page, more than are shown: as many as may have begun since it was opened.
async fn rows(page: &PageRequest, query: &ListQuery, asked: Page) -> Result<Rows, Problem> {
    let now = page.web.node.clock.now();
    let is_first = asked.before.is_none();
    let limit = if is_first { 2 * ROWS } else { ROWS };
    let listed = page.web.actions.replays(page.caller(), None, Page { limit, ..asked }).await?;
    let seen = query.text("newest").filter(|_| is_first);
    let is_new = |one: &ReplayInList| seen.is_some_and(|seen| one.replay.id.as_str() > seen);
    let newer = listed.items.iter().take_while(|one| is_new(one)).count();
    let has_more = listed.next.is_some() || listed.items.len() > newer + ROWS;
    let shown: Vec<&ReplayInList> = listed.items.iter().skip(newer).take(ROWS).collect();
    let last = shown.last().filter(|_| has_more).map(|one| one.replay.id.as_str());
    let runs = shown.iter().any(|one| one.replay.state == ReplayState::Running);
    let newest = seen.or(shown.first().filter(|_| is_first).map(|one| one.replay.id.as_str())).unwrap_or_default();
    let cursor = query.text("cursor").unwrap_or_default();
    let again = || query.address(&[("part", "rows"), ("cursor", cursor), ("newest", newest)]);
    let namesakes = page.web.actions.namesakes(page.caller());
    let told = |newer: usize| format!("{newer}{}", if newer == 2 * ROWS { "+" } else { "" });
    Ok(Rows {
        rows: shown.iter().map(|one| row(one, &namesakes, now)).collect(),
        newer: (newer > 0).then(|| (told(newer), query.address(&[]))),
        pager: PageOf {
            newest: (!is_first).then(|| query.address(&[])),
            older: last.map(|last| query.address(&[("cursor", last)])),
            note: None,
        },
        again: (runs && query.is_live()).then(again),
    })
}

fn row(one: &ReplayInList, namesakes: &Namesakes, now: Timestamp) -> Row {
    let replay = &one.replay;
    Row {
        id: replay.id.clone(),
        started: instants::listed(replay.created_at, now),
        app: cuts::name(&one.app_name, namesakes.beside(&replay.app_id), OF_A_NAME),
        window: Window::of(&replay.selection.range, now),
        states: line::states(&replay.selection),
        state: line::state(replay),
        progress: line::progress(replay),
        skipped: amounts::count(replay.skipped.sum()),
        skipped_why: line::skipped(&replay.skipped),
        by: cuts::text(&replay.begun_by.name, OF_A_NAME),
    }
}

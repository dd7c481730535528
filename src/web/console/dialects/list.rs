//! `/dialects`: all of them, a line each, found by a word of their names.

use actix_web::web::ServiceConfig;
use askama::Template;

use super::known::{self, draft_path};
use crate::actions::dialects::Dialect;
use crate::domain::dialect::listed::DraftHead;
use crate::domain::time::Timestamp;
use crate::web::Answer;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::list_query::ListQuery;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::parts::page_of::PageOf;
use crate::web::console::parts::state::State;
use crate::web::console::words::instants::Moment;
use crate::web::console::words::{dialects, instants};
use crate::web::console::{faults, pages, render};
use crate::web::error::Problem;

const PATH: &str = "/dialects";
const CURSOR: &str = "cursor";
const SHAPE: &Shape<'_> = &[("q", Kind::Text), (CURSOR, Kind::Text)];
/// Rows of a page: all that are built in, and some more.
const ROWS: usize = 60;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource(PATH).get(show));
}

#[derive(Template)]
#[template(path = "dialects.html")]
struct DialectsPage {
    frame: Frame,
    filters: [Field; 1],
    others: Vec<String>,
    rows: Vec<Row>,
    drafts: Vec<DraftRow>,
    /// Whether whoever looks may write one.
    may_draft: bool,
    pager: PageOf,
}

struct Row {
    state: State,
    unsigned: Option<State>,
    name: String,
    title: String,
    href: String,
    id: String,
    made_by: &'static str,
    how: String,
}

/// What is not published yet.
struct DraftRow {
    name: String,
    title: String,
    href: String,
    saved: Moment,
    by: String,
}

async fn show(page: PageRequest) -> Answer {
    let query = ListQuery::of(&page, PATH, SHAPE)?;
    let word = query.text("q").unwrap_or_default().to_lowercase();
    let holds = |title: &str, name: &str| title.to_lowercase().contains(&word) || name.to_lowercase().contains(&word);
    let mut known: Vec<Row> = page.web.actions.dialects(page.caller()).iter().map(row).collect();
    known.retain(|row| holds(&row.title, &row.name));
    known.sort_by_cached_key(|row| (row.title.to_lowercase(), row.name.clone()));
    let after = query.text(CURSOR).and_then(|last| known.iter().position(|row| row.name == last));
    let mut rows = known.split_off(after.map_or(0, |place| place + 1));
    let has_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let last = rows.last().filter(|_| has_more).map(|last| last.name.clone());
    let drafts = page.web.actions.recipe_drafts(page.caller()).await?;
    let (may_draft, now) = (drafts.is_some(), page.web.node.clock.now());
    let mut drafts: Vec<DraftRow> = drafts.unwrap_or_default().into_iter().map(|draft| draft_row(draft, now)).collect();
    drafts.retain(|draft| holds(&draft.title, &draft.name));
    let mut filters = [query.field("q", "Name").help("Of a dialect or of an offerwall.")];
    let others = faults::show(&mut filters.each_mut(), &query.faults);
    let mut shown = DialectsPage {
        frame: page.frame("Dialects"),
        filters,
        others,
        rows,
        drafts,
        may_draft,
        pager: PageOf {
            newest: after.map(|_| query.address(&[])),
            older: last.map(|last| query.address(&[(CURSOR, &last)])),
            note: None,
        },
    };
    if query.is_good() {
        return page.page(&shown);
    }
    shown.frame.mark = "Error: ".to_owned();
    render::refused(&shown, &Problem::from(query.faults))
}

fn row(dialect: &Dialect) -> Row {
    let recipe = &dialect.listed.recipe;
    Row {
        state: known::state(&dialect.listed),
        unsigned: known::unsigned(&dialect.listed),
        name: recipe.name().to_owned(),
        title: recipe.title().to_owned(),
        href: known::path(recipe.name()),
        id: recipe.id(),
        made_by: known::made_by(&dialect.listed),
        how: dialects::how(recipe),
    }
}

fn draft_row(draft: DraftHead, now: Timestamp) -> DraftRow {
    DraftRow {
        href: draft_path(&draft.name, ""),
        saved: instants::listed(draft.saved_at, now),
        by: draft.saved_by.name,
        name: draft.name,
        title: draft.title,
    }
}

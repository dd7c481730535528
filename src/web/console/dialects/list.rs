//! `/dialects`: all of them, a line each, found by a word of their names.

use actix_web::web::ServiceConfig;
use askama::Template;

use super::known::Known;
use crate::web::Answer;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::list_query::ListQuery;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::parts::page_of::PageOf;
use crate::web::console::parts::state::State;
use crate::web::console::words::dialects;
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
    is_narrowed: bool,
    rows: Vec<Row>,
    pager: PageOf,
}

struct Row {
    state: State,
    title: String,
    href: String,
    id: String,
    made_by: &'static str,
    how: String,
}

async fn show(page: PageRequest) -> Answer {
    let query = ListQuery::of(&page, PATH, SHAPE)?;
    let mut known = Known::all(&page);
    let word = query.text("q").unwrap_or_default().to_lowercase();
    known.retain(|known| {
        known.recipe.title().to_lowercase().contains(&word) || known.recipe.name().to_lowercase().contains(&word)
    });
    let after = query.text(CURSOR).and_then(|last| known.iter().position(|known| known.recipe.name() == last));
    let mut rest = known.split_off(after.map_or(0, |place| place + 1));
    let has_more = rest.len() > ROWS;
    rest.truncate(ROWS);
    let last = rest.last().filter(|_| has_more).map(|last| last.recipe.name().to_owned());
    let mut filters = [query.field("q", "Name").help("Of a dialect or of an offerwall.")];
    let others = faults::show(&mut filters.each_mut(), &query.faults);
    let mut shown = DialectsPage {
        frame: page.frame("Dialects"),
        filters,
        others,
        is_narrowed: query.text("q").is_some(),
        rows: rest.iter().map(row).collect(),
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

fn row(known: &Known) -> Row {
    Row {
        state: known.state(),
        title: known.recipe.title().to_owned(),
        href: known.path(),
        id: known.recipe.id(),
        made_by: known.made_by(),
        how: dialects::how(&known.recipe),
    }
}

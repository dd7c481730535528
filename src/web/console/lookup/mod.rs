//! `/lookup`: "Where is my reward?", one field and one answer for every role: what became of each completion, whose turn it is, and
//! what the end user may be told. A user is erased from here.

mod cards;
mod erasing;

use actix_web::web::ServiceConfig;
use askama::Template;

use super::frame::Frame;
use super::kinds::{Kind, Shape};
use super::page_request::PageRequest;
use super::parts::delivery_list::Whom;
use super::parts::field::Field;
use super::{faults, pages, render};
use crate::actions::lookup::{LookUp, LookedUp};
use crate::web::Answer;
use crate::web::error::Problem;
use cards::{Cards, Erasable};

const PATH: &str = "/lookup";
const SHAPE: &Shape<'_> = &[("q", Kind::Text)];
/// As many are told of at most; of so many there may be more.
const MOST: usize = 50;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(pages::resource(PATH).get(show))
        .service(pages::resource(erasing::PATH).get(erasing::ask).post(erasing::erase));
}

#[derive(Template)]
#[template(path = "lookup.html")]
struct LookUpPage {
    frame: Frame,
    asked: Field,
    others: Vec<String>,
    found: Option<Cards>,
    /// What it means that there is nothing.
    hint: Option<&'static str>,
    /// Whether there may be more than are told of.
    is_cut: bool,
    erasable: Vec<Erasable>,
}

async fn show(page: PageRequest) -> Answer {
    let form = page.filters(SHAPE);
    let asked = form.typed("q");
    let mut shown = LookUpPage {
        frame: page.frame("Look up"),
        asked: Field::new("q", "User, transaction or click")
            .help("A user id, transaction id or click id, or any id of ours.")
            .value(asked)
            .may_be_empty(),
        others: Vec::new(),
        found: None,
        hint: None,
        is_cut: false,
        erasable: Vec::new(),
    };
    if let Err(wrong) = form.check() {
        shown.others = faults::show(&mut [&mut shown.asked], &wrong);
        shown.frame.mark = "Error: ".to_owned();
        return render::refused(&shown, &Problem::from(wrong));
    }
    if asked.trim().is_empty() {
        return page.page(&shown);
    }
    let found = looked_up(&page, asked).await?;
    shown.hint = found.hint;
    shown.is_cut = found.completions.len() >= MOST || found.clicks.len() >= MOST;
    let cards = Cards::of(&page, found).await?;
    shown.erasable = cards.erasable();
    shown.found = Some(cards);
    page.page(&shown)
}

/// By the text as it stands, else without what was pasted around it: an id may have blanks at its ends, but hardly ever does.
async fn looked_up(page: &PageRequest, asked: &str) -> Result<LookedUp, Problem> {
    let actions = &page.web.actions;
    let found = actions.look_up(page.caller(), None, LookUp::Any(asked.to_owned())).await?;
    let pasted = asked.trim();
    if found.hint.is_some() && pasted != asked {
        return Ok(actions.look_up(page.caller(), None, LookUp::Any(pasted.to_owned())).await?);
    }
    Ok(found)
}

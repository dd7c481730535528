//! Home of account managers and operators: what needs them, worst first. It renews itself; a row changes in place and stays where it
//! is, and what comes to need somebody meanwhile is told of.

mod line;
mod summary;

use std::collections::HashSet;

use askama::Template;

use super::address::{LIVE, OFF};
use super::frame::{Frame, Live};
use super::page_request::PageRequest;
use super::parts::lines::{Figure, Link};
use crate::actions::home::Home;
use crate::actions::standing::{AppStanding, Standing};
use crate::domain::ids;
use crate::web::Answer;
use crate::web::error::Problem;
use line::Line;
use summary::{Reviews, SwitchLine};

/// Rows that are shown; the list of apps has all of them.
const MOST: usize = 20;
/// Scheduled switches that are shown.
const SWITCHES: usize = 5;
/// The ids of the rows that the page shows, as a part of it is asked for.
const SHOWN: &str = "shown";

#[derive(Template)]
#[template(path = "needs.html")]
struct NeedsPage {
    frame: Frame,
    work: Work,
}

#[derive(Template)]
#[template(path = "needs_part.html")]
struct NeedsPart {
    work: Work,
}

/// All that renews itself.
struct Work {
    /// Where it is asked for again; nothing while it is paused.
    again: Option<String>,
    /// For operators.
    figures: Vec<Figure>,
    lines: Vec<Line>,
    /// Apps that came to need somebody since the page was opened, in words.
    newer: Option<String>,
    reviews: Option<Reviews>,
    /// How many publishers are doing how.
    publishers: String,
    /// Recipes whose refusals jump, in words, each with the page that has its figures.
    recipes: Vec<Link>,
    switches: Vec<SwitchLine>,
    more_switches: usize,
    /// Whether there is any app at all.
    has_apps: bool,
}

pub(super) async fn show(page: &PageRequest) -> Answer {
    let query = page.query(&["part", SHOWN, LIVE])?;
    let is_live = query.word(LIVE, &[OFF], |word| word)?.is_none();
    let is_part = query.word("part", &["work"], |word| word)?.is_some();
    let shown = query.text(SHOWN).map(shown_ids).transpose()?.unwrap_or_default();
    let work = Work::of(page, is_part.then_some(shown), is_live).await?;
    if is_part {
        return page.part(&NeedsPart { work });
    }
    let turned = if is_live { "/?live=off" } else { "/" };
    let frame = Frame { live: Some(Live { on: is_live, turned: turned.to_owned() }), ..page.frame("Home") };
    page.page(&NeedsPage { frame, work })
}

fn shown_ids(text: &str) -> Result<Vec<String>, Problem> {
    let shown: Vec<String> = text.split(',').take(MOST).map(str::to_owned).collect();
    let are_known = shown.iter().all(|id| ids::is_id(id) && ids::key("app", id).is_some());
    if are_known { Ok(shown) } else { Err(Problem::field(SHOWN, "must be ids of apps between commas")) }
}

impl Work {
    /// The page as somebody opens it, or its part while it shows these rows.
    async fn of(page: &PageRequest, shown: Option<Vec<String>>, is_live: bool) -> Result<Self, Problem> {
        let (actions, caller, now) = (&page.web.actions, page.caller(), page.web.node.clock.now());
        let home = match shown {
            None => actions.home(caller).await?,
            Some(_) => actions.home_lately(caller).await?,
        };
        let Home { standing, jumps, reviews } = &*home;
        let rows = rows(standing, shown.as_deref());
        let ids = rows.iter().map(|one| one.app.publisher_id.as_str());
        let names = actions.names_of_publishers(caller, ids).await?;
        let namesakes = actions.namesakes(caller);
        let lines: Vec<Line> = rows.iter().map(|one| Line::of(actions, one, &names, &namesakes, now)).collect();
        let known: Vec<&str> = rows.iter().map(|one| one.app.id.as_str()).collect();
        let figures = if caller.is_operator() { summary::figures(standing, now) } else { Vec::new() };
        let switches = standing.switches.iter().take(SWITCHES).map(|switch| SwitchLine::of(switch, &namesakes, now));
        Ok(Self {
            again: is_live.then(|| format!("/?part=work&{SHOWN}={}", known.join(","))),
            figures,
            newer: shown.as_ref().and_then(|_| newer(standing, &known)),
            reviews: Reviews::of(reviews.0, reviews.1, now),
            publishers: summary::publishers(standing),
            recipes: jumps.iter().map(summary::jump).collect(),
            switches: switches.collect(),
            more_switches: standing.switches.len().saturating_sub(SWITCHES),
            has_apps: !standing.apps.is_empty(),
            lines,
        })
    }
}

/// The rows of the page: those that it shows already in their places, else the worst.
fn rows<'a>(standing: &'a Standing, shown: Option<&[String]>) -> Vec<&'a AppStanding> {
    match shown {
        None => standing.needing().take(MOST).collect(),
        Some(shown) => {
            let find = |id: &String| standing.apps.iter().find(|one| one.app.id == *id);
            shown.iter().filter_map(find).collect()
        }
    }
}

/// What needs somebody and is on no row, where it belongs among the worst.
fn newer(standing: &Standing, known: &[&str]) -> Option<String> {
    let known: HashSet<&str> = known.iter().copied().collect();
    let new = standing.needing().take(MOST).filter(|one| !known.contains(one.app.id.as_str())).count();
    match new {
        0 => None,
        1 => Some("1 more app needs somebody. Show it".to_owned()),
        more => Some(format!("{more} more apps need somebody. Show them")),
    }
}

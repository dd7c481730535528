//! One replay: how far it has come, followed until it has ended, and the way to stop it.

use super::line::{self, Window};
use crate::actions::delivery_list::DeliveryFilter;
use crate::actions::scope::Filter;
use crate::domain::app::App;
use crate::domain::delivery::{DeliveryKind, Status};
use crate::domain::replay::selection::Range;
use crate::domain::replay::{Replay, ReplayState};
use crate::web::Answer;
use crate::web::console::address::LIVE;
use crate::web::console::confirm::ConfirmPage;
use crate::web::console::flash::Kind;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{self, Shape};
use crate::web::console::list_query::ListQuery;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::lines::Link;
use crate::web::console::parts::state::State;
use crate::web::console::sections;
use crate::web::console::words::cuts::{self, Long};
use crate::web::console::words::instants::{self, Moment};
use crate::web::error::Problem;
use crate::web::json::Body;
use actix_web::web::Path;
use askama::Template;

const LARGEST: usize = 4 * 1024;
const SHAPE: &Shape<'_> = &[(LIVE, kinds::Kind::Text), ("part", kinds::Kind::Text)];
/// The call that stops one.
const CANCELS: &str = "POST /v1/replays/{id}/cancel";

/// Deliveries that are counted of each state.
const COUNTED: usize = 99;
/// What can have become of what was sent again: its word, what the list calls it, and the states that it is.
const BECAME: [(&str, &str, &[Status]); 3] = [
    ("Delivered", "delivered", &[Status::Delivered]),
    ("Waiting", "waiting", &[Status::Pending, Status::Sending, Status::Retrying, Status::Held]),
    ("Dead", "dead", &[Status::Dead]),
];

#[derive(Template)]
#[template(path = "replay.html")]
struct ReplayPage {
    frame: Frame,
    progress: Progress,
    app: Link,
    window: Window,
    states: String,
    started: Moment,
    by: String,
    id: Long,
    /// How many deliveries of its time are in which state by now, each with its list; none while it runs.
    states_now: Vec<Link>,
    /// What became of them.
    deliveries: Option<String>,
}

#[derive(Template)]
#[template(path = "replay_progress.html")]
struct ProgressPart {
    progress: Progress,
}

/// How far it has come.
#[derive(Clone, Debug)]
struct Progress {
    state: State,
    progress: String,
    /// What happens next, and who must act.
    turn: String,
    total: u64,
    looked_at: u64,
    skipped: Option<String>,
    ended: Option<Moment>,
    cancel: Option<String>,
    again: Option<String>,
}

pub(super) async fn show(page: PageRequest, id: Path<String>) -> Answer {
    let (replay, app) = of(&page, &id).await?;
    let mut query = ListQuery::of(&page, &path(&replay), SHAPE)?;
    query.take(|query| query.word("part", &["progress"], |word| word));
    if !query.is_good() {
        return Err(query.faults.into());
    }
    let progress = progress(&page, &replay, &app, &query);
    if query.text("part") == Some("progress") {
        return page.part(&ProgressPart { progress });
    }
    let now = page.web.node.clock.now();
    page.page(&ReplayPage {
        frame: Frame { live: (replay.state == ReplayState::Running).then(|| query.live()), ..frame(&page, &app) },
        progress,
        app: Link::new(&app.settings.name, &sections::path(&app, "")),
        window: Window::of(&replay.selection.range, now),
        states: line::states(&replay.selection),
        started: instants::detailed(replay.created_at, now),
        by: replay.begun_by.name.clone(),
        id: cuts::id(&replay.id),
        states_now: if replay.state == ReplayState::Running {
            Vec::new()
        } else {
            states_now(&page, &replay, &app).await?
        },
        deliveries: line::in_state(&replay.selection, &app, ""),
    })
}

fn progress(page: &PageRequest, replay: &Replay, app: &App, query: &ListQuery) -> Progress {
    let runs = replay.state == ReplayState::Running;
    let sent = line::deliveries(replay.done);
    let turn = match replay.state {
        ReplayState::Running if app.archived_at.is_some() => {
            "The app is archived: nothing more is sent again.".to_owned()
        }
        ReplayState::Running if app.settings.paused => {
            "The app is paused: what is sent again is held, and the replay goes on when the app is resumed.".to_owned()
        }
        ReplayState::Running => "Under way, a few at a time, behind what is new. Nobody has to do anything.".to_owned(),
        ReplayState::Done => format!("It has come to its end: {sent} were queued again."),
        ReplayState::Canceled => format!("It was stopped: {sent} were queued again before that, and are sent."),
    };
    Progress {
        state: line::state(replay),
        progress: line::progress(replay),
        turn,
        total: replay.total,
        looked_at: (replay.done + replay.skipped.sum()).min(replay.total),
        skipped: line::skipped(&replay.skipped),
        ended: replay.ended_at.map(|at| instants::detailed(at, page.web.node.clock.now())),
        cancel: runs.then(|| format!("{}/cancel", path(replay))),
        again: (runs && query.is_live()).then(|| query.address(&[("part", "progress")])),
    }
}

/// What became of the deliveries of its time: counted up to a cap, and only where the list can be asked for by it.
async fn states_now(page: &PageRequest, replay: &Replay, app: &App) -> Result<Vec<Link>, Problem> {
    let Range::Window { from, to } = &replay.selection.range else { return Ok(Vec::new()) };
    if app.archived_at.is_some() {
        return Ok(Vec::new());
    }
    let mut links = Vec::new();
    for (word, state, statuses) in BECAME {
        let among = Filter { app: Some(app.id.clone()), from: Some(*from), to: Some(*to), ..Filter::default() };
        let kinds = vec![DeliveryKind::Completion, DeliveryKind::Reversal];
        let filter = DeliveryFilter { among, statuses: statuses.to_vec(), kinds, ..DeliveryFilter::default() };
        let (count, more) = page.web.actions.deliveries_up_to(page.caller(), filter, COUNTED).await?;
        let count = format!("{word} {count}{}", if more { "+" } else { "" });
        links.extend(line::in_state(&replay.selection, app, state).map(|href| Link::new(&count, &href)));
    }
    Ok(links)
}

pub(super) async fn ask_cancel(page: PageRequest, id: Path<String>) -> Answer {
    page.query(&[])?;
    let (replay, app) = of(&page, &id).await?;
    if replay.state != ReplayState::Running {
        return Ok(page.go_on(&path(&replay), Kind::Partly, "The replay has ended; there is nothing to cancel."));
    }
    let left = replay.total.saturating_sub(replay.done + replay.skipped.sum());
    let left = match left {
        1 => "1 delivery that it has not come to stays as it is.".to_owned(),
        _ => format!("{} that it has not come to stay as they are.", line::deliveries(left)),
    };
    page.page(&ConfirmPage {
        frame: frame(&page, &app),
        question: "Cancel this replay?".to_owned(),
        facts: vec![
            format!("This stops what is not yet due: {left}"),
            format!("{} were queued again already, and are sent.", line::deliveries(replay.done)),
            "A new replay can take up the rest.".to_owned(),
        ],
        warning: None,
        choice: None,
        others: Vec::new(),
        hidden: None,
        path: format!("{}/cancel", path(&replay)),
        act: "Cancel replay".to_owned(),
        is_danger: true,
        back: path(&replay),
    })
}

pub(super) async fn cancel(page: PageRequest, id: Path<String>, body: Body<LARGEST>) -> Answer {
    let (replay, _) = of(&page, &id).await?;
    page.form(body.bytes(), &[])?.check()?;
    let stops = async { page.web.actions.cancel_replay(page.caller(), &replay.id).await.map(drop) };
    page.perform(CANCELS, &[&replay.id], stops).await?;
    Ok(page.go_on(&path(&replay), Kind::Done, "Canceled. Nothing more is queued again."))
}

async fn of(page: &PageRequest, id: &str) -> Result<(Replay, App), Problem> {
    let replay = page.web.actions.replay_job(page.caller(), id).await?;
    let app = page.web.actions.app_or_archived(page.caller(), &replay.app_id).await?;
    Ok((replay, app))
}

fn path(replay: &Replay) -> String {
    format!("/replays/{}", replay.id)
}

fn frame(page: &PageRequest, app: &App) -> Frame {
    let crumbs = vec![Link::new("Replays", "/replays")];
    Frame { crumbs, ..page.frame(&format!("Replay of {}", app.settings.name)) }
}

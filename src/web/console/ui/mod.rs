//! `/ui`: every part in every state, with long values, on one page. For whoever builds pages or changes the look.
//!
//! Nothing on it is real; it asks nothing of the store.

mod deliveries;
mod errors;
mod figures;
mod forms;
mod values;

use actix_web::web::ServiceConfig;
use askama::Template;

use super::filters;
use super::flash::{Flash, Kind};
use super::frame::{Frame, Live, Section};
use super::page_request::PageRequest;
use super::pages;
use super::parts::chart::{Columns, Times};
use super::parts::comparison::Comparison;
use super::parts::delivery_list::{DeliveryList, Whom};
use super::parts::lines::{Event, Figure, Link};
use super::parts::page_of::PageOf;
use super::parts::state::{State, Tone};
use super::parts::steps::Steps;
use super::sections::AppPage;
use super::words::amounts;
use crate::actions::calls::PARTS_OF_THE_CONSOLE;
use crate::web::Answer;
use errors::ErrorSample;
use forms::Forms;
use values::Values;

/// Registers it.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/ui").get(show));
}

async fn show(page: PageRequest) -> Answer {
    page.may(&PARTS_OF_THE_CONSOLE)?;
    page.page(&Ui::new(page.frame("")))
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "ui.html")]
pub struct Ui {
    frame: Frame,
    tokens: [&'static str; 21],
    icons_shown: [&'static str; 22],
    flashes: [Flash; 3],
    states: Vec<(State, &'static str)>,
    values: Values,
    forms: Forms,
    list: DeliveryList,
    page: PageOf,
    columns: Columns,
    nothing: Columns,
    times: Times,
    steps: Steps,
    figures: Vec<Figure>,
    events: Vec<Event>,
    comparison: Comparison,
    errors: Vec<ErrorSample>,
}

impl Ui {
    /// In the frame of whoever looks at it.
    pub fn new(frame: Frame) -> Self {
        let here = |label: &str, current| Section { link: Link::new(label, "/ui"), current };
        let frame = Frame {
            heading: "Parts of the console".to_owned(),
            path: "/ui".to_owned(),
            crumbs: vec![Link::new("System", "/system")],
            sections: AppPage::ALL.into_iter().map(|one| here(one.label(), one == AppPage::Overview)).collect(),
            live: Some(Live { on: true, turned: "/ui?live=off".to_owned() }),
            flash: Some(Flash {
                kind: Kind::Done,
                text: "Saved. In force now, also for the 3 callbacks that wait.".to_owned(),
            }),
            shows_planned: true,
            ..frame
        };
        let flash = |kind, text: &str| Flash { kind, text: text.to_owned() };
        Self {
            frame,
            tokens: TOKENS,
            icons_shown: ICONS,
            flashes: [
                flash(Kind::Done, "Saved. In force now."),
                flash(
                    Kind::Partly,
                    "The app was created. Its secret was not: the database could not be reached. Add one on its page.",
                ),
                flash(Kind::Failed, "You were signed out. Nothing was changed."),
            ],
            states: values::states(),
            values: Values::new(),
            forms: Forms::new(),
            list: deliveries::list(),
            page: PageOf {
                newest: Some("/ui".to_owned()),
                older: Some("/ui?cursor=older".to_owned()),
                note: Some("Kept 90 days".to_owned()),
            },
            columns: figures::columns(),
            nothing: Columns { title: "Callbacks, by hour".to_owned(), buckets: Vec::new() },
            times: figures::times(),
            steps: figures::steps(),
            figures: figures::figures(),
            events: deliveries::events(),
            comparison: Comparison::of(
                "https://kash.example/pb?user_id=u%201&tx=test-7f3a&payout=17.55",
                "https://kash.example/pb?user_id=u+1&tx=test-7f3a&payout=17.55",
            ),
            errors: errors::all(),
        }
    }
}

/// Every colour, as the stylesheet calls it.
const TOKENS: [&str; 21] = [
    "bg",
    "surface",
    "sunken",
    "line",
    "edge",
    "ink",
    "muted",
    "accent",
    "on-accent",
    "accent-soft",
    "mark",
    "ok",
    "ok-soft",
    "warn",
    "warn-soft",
    "bad",
    "bad-soft",
    "hold",
    "hold-soft",
    "idle",
    "idle-soft",
];

/// Every icon.
const ICONS: [&str; 22] = [
    "pending",
    "sending",
    "retrying",
    "held",
    "delivered",
    "dead",
    "canceled",
    "copy",
    "search",
    "menu",
    "chevron",
    "warning",
    "info",
    "lock",
    "key",
    "clock",
    "user",
    "download",
    "plus",
    "play",
    "pause",
    "bell",
];

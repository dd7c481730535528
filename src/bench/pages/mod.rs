//! `ringback bench pages`: how long the server takes for each page of the console on a store of a million deliveries.
//!
//! * The [`ground`] is hundreds of apps of several publishers, with a past, with roll-ups of a week and with callbacks that wait.
//! * The [`viewer`]s are people who are signed in, as a browser is, by a cookie: an operator, who sees all of it, and one
//!   publisher's.
//! * The [`list`] says which pages there are; each is asked for about another app, delivery or user every time.
//!
//! Pages are asked for one after the other over one connection, so a figure is the server's time and the way over loopback. A page
//! that is not answered with 200 is a failure; one that takes long is a figure.

mod ground;
mod list;
mod times;
mod viewer;

use std::process::ExitCode;

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::node::Node;
use super::place::{self, OwnStore, Place};
use super::row::{cells, table};
use super::{given, number, until_interrupted};
use crate::command::{Failure, say, switch};
use ground::Ground;
use list::PAGES;
use times::Times;
use viewer::Viewer;

/// What one person sees of a page: the whole, and what its live part is answered while nothing is new.
struct Seen {
    page: Times,
    poll: Option<Times>,
}

/// What is to be measured.
struct Pages {
    place: Place,
    ground: Ground,
    rounds: usize,
    as_json: bool,
}

pub(super) fn command() -> Command {
    Command::new("pages")
        .about("Measures the server's time for each page of the console on a large store")
        .args(place::flags())
        .arg(number("stored", "1000000", 1..=50_000_000, "Deliveries that ended"))
        .arg(number("apps", "300", 10..=2_000, "Apps, of a tenth as many publishers"))
        .arg(number("rounds", "50", 1..=10_000, "How often each page is asked for"))
        .arg(switch("json", "Prints one JSON object"))
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let first = |name: &str| given(flags, name).first().copied().unwrap_or(1);
    let pages = Pages {
        place: Place::of(flags),
        ground: Ground { stored: first("stored"), apps: usize::try_from(first("apps"))? },
        rounds: usize::try_from(first("rounds"))?,
        as_json: flags.get_flag("json"),
    };
    until_interrupted(pages.measure())
}

impl Pages {
    async fn measure(self) -> Result<(), Failure> {
        let own = self.place.new_store()?;
        self.ground.lay(&own, |line| self.tell(line)).await?;
        let measured = self.on(&own).await;
        own.remove()?;
        let (operator, publisher) = measured?;
        let seen = || PAGES.iter().zip(operator.iter().zip(&publisher));
        if self.as_json {
            let page = |(page, (operator, publisher)): (&&str, (&Seen, &Seen))| json!({ "page": page, "operator": operator.json(), "publisher": publisher.json() });
            let pages: Vec<Value> = seen().map(page).collect();
            let (stored, apps, engine) = (self.ground.stored, self.ground.apps, self.place.engine());
            let told =
                json!({ "store": engine, "stored": stored, "apps": apps, "rounds": self.rounds, "pages": pages });
            say(&told.to_string());
            return Ok(());
        }
        let mut lines = vec![cells("ms, p50 / p95", ["operator", "unchanged", "publisher", "unchanged", "KiB"])];
        for (page, (operator, publisher)) in seen() {
            let ([seen, poll], [of_publisher, its_poll]) = (operator.cells(), publisher.cells());
            let largest = operator.page.largest().max(publisher.page.largest());
            let kib = largest.div_ceil(1024).to_string();
            lines.push(cells(page, [&*seen, &*poll, &*of_publisher, &*its_poll, &*kib]));
        }
        say(&format!("\n{}, each page {} times\n{}", self.place.engine(), self.rounds, table(&lines)));
        Ok(())
    }

    /// What an operator and a publisher's person see, in the order of the pages.
    async fn on(&self, own: &OwnStore) -> Result<(Vec<Seen>, Vec<Seen>), Failure> {
        let node = Node::start(own, "error").await?;
        ground::add_by_calls(&node).await?;
        // One after the other: a connection that nobody uses for seconds is closed by the server.
        let operator = self.look(&node, Viewer::sign_in(&node, None).await?).await?;
        let publisher = self.look(&node, Viewer::sign_in(&node, Some(ground::PUBLISHER)).await?).await?;
        node.stop().await?;
        Ok((operator, publisher))
    }

    async fn look(&self, node: &Node, mut viewer: Viewer) -> Result<Vec<Seen>, Failure> {
        let samples = list::samples(node, &viewer, &self.ground, self.rounds).await?;
        let mut all = Vec::with_capacity(PAGES.len());
        for page in PAGES {
            all.push(self.page(&mut viewer, page, &samples).await?);
            self.tell(&format!("{}: {page}", viewer.name()));
        }
        Ok(all)
    }

    async fn page(&self, viewer: &mut Viewer, page: &str, samples: &[list::Sample]) -> Result<Seen, Failure> {
        let (mut times, mut polls) = (Times::default(), Times::default());
        // The first is not counted: statements are prepared in it, and what is hot comes into memory.
        for (round, sample) in samples.iter().enumerate() {
            let shown = viewer.open(&sample.path(page)).await?;
            if round > 0 {
                times.add(shown.micros, shown.body.len());
            }
            if let Some(micros) = viewer.ask_again(&shown).await? {
                polls.add(micros, 0);
            }
        }
        Ok(Seen { page: times, poll: polls.any() })
    }

    fn tell(&self, line: &str) {
        if !self.as_json {
            say(line);
        }
    }
}

impl Seen {
    fn cells(&self) -> [String; 2] {
        [self.page.cell(), self.poll.as_ref().map_or_else(|| "–".to_owned(), Times::cell)]
    }

    fn json(&self) -> Value {
        json!({ "us": self.page.json(), "unchangedUs": self.poll.as_ref().map(Times::json), "bytes": self.page.largest() })
    }
}

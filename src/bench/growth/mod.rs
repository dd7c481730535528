//! `ringback bench growth`: what recording, claiming, settling, looking up and retention cost on a store of ten thousand
//! old deliveries and on one of millions; how a server starts with a million deliveries due; and what looking for due
//! deliveries and claiming them cost beside dead rows.
//!
//! The first works on the store itself, with no server around it, since a server's other costs would hide a difference.
//! The [`ground`] is a hundred apps with deliveries waiting; a past is made around it by the database itself, and the
//! [`rounds`] are measured on it, in turns on a store of each size. The second, [`due`], is a server like any other. The third,
//! [`dead`], makes such rounds on stores that differ in what has passed through their queues.

mod dead;
mod due;
mod ground;
mod rounds;
mod work;

use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::place::{self, OwnStore, Place};
use super::row::table;
use super::{given, number, numbers, past, until_interrupted};
use crate::clock::Clock;
use crate::command::{Failure, optional, say, switch};
use crate::domain::time::Timestamp;
use crate::store::Store;
use crate::store::inspect::history;
use crate::store::inspect::{Plan, Sample, Size};
use dead::Beside;
use due::Started;
use ground::Ground;
use rounds::Rounds;
use work::{Medians, Work};

/// Parts of the measurement.
const PARTS: [&str; 3] = ["works", "due", "dead"];
/// More than any of our stores holds.
const MOST: u64 = 50_000_000;
/// One round before each so many that count: statements are prepared in it, and what is hot comes into memory.
const PER_WARM_UP: u64 = 10;

/// What is to be measured.
struct Growth {
    /// Sizes of the store, smallest first.
    stored: Vec<u64>,
    rounds: u64,
    due: usize,
    /// Deliveries that have passed through the queue and lie there as dead rows, fewest first.
    dead: Vec<u64>,
    parts: Vec<String>,
    place: Place,
    keep: bool,
    as_json: bool,
}

/// A store of one size.
struct Site {
    stored: u64,
    // Closed before it is removed: fields are dropped in this order.
    store: Store,
    own: OwnStore,
    ground: Ground,
}

/// The works of the store at each size, and how its queries are answered at the largest.
struct Works {
    sizes: Vec<(u64, Medians)>,
    plans: Vec<Plan>,
}

pub(super) fn command() -> Command {
    let parts = optional(
        "only",
        "What is measured: works (reads and writes), due (the start), dead (rows left behind); default all",
    )
    .value_delimiter(',');
    Command::new("growth")
        .about(
            "Measures what the store's reads and writes cost as it grows, a start with many deliveries due, and finding due \
             deliveries among rows that the queue has left behind",
        )
        .args(place::flags())
        .arg(numbers("stored", 1..=MOST, "Sizes of the store, in old deliveries").default_value("10000,1000000"))
        .arg(number("rounds", "100", 1..=10_000, "Rounds at each size; the median counts"))
        .arg(number("due", "1000000", 1..=MOST, "Deliveries due when the server starts"))
        .arg(numbers("dead", 1..=MOST, "Deliveries that have passed through the queue").default_value("1000,100000"))
        .arg(parts.value_parser(PossibleValuesParser::new(PARTS)))
        .arg(switch("keep", "Leaves the largest store where it is"))
        .arg(switch("json", "Prints one JSON object"))
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let first = |name: &str| given(flags, name).first().copied().unwrap_or(1);
    let sizes = |name: &str| {
        let mut sizes = given(flags, name);
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    };
    let growth = Growth {
        stored: sizes("stored"),
        rounds: first("rounds"),
        due: usize::try_from(first("due"))?,
        dead: sizes("dead"),
        parts: flags.get_many::<String>("only").unwrap_or_default().cloned().collect(),
        place: Place::of(flags),
        keep: flags.get_flag("keep"),
        as_json: flags.get_flag("json"),
    };
    until_interrupted(growth.measure())
}

impl Growth {
    async fn measure(self) -> Result<(), Failure> {
        let chosen = |part: &str| self.parts.is_empty() || self.parts.iter().any(|chosen| chosen == part);
        let works = if chosen("works") { Some(self.works().await?) } else { None };
        let tell = |line: &str| self.tell(line);
        let due = if chosen("due") { Some(due::measure(&self.place, self.due, tell).await?) } else { None };
        let dead =
            if chosen("dead") { dead::measure(&self.place, &self.dead, self.rounds, tell).await? } else { Vec::new() };
        if self.as_json {
            let [works, plans] = works.as_ref().map_or([json!([]), json!([])], Works::json);
            let due = due.as_ref().map(Started::json);
            let dead: Vec<Value> = dead.iter().map(Beside::json).collect();
            say(&json!({ "stored": self.stored, "works": works, "plans": plans, "due": due, "dead": dead }).to_string());
            return Ok(());
        }
        if let Some(works) = works {
            say(&format!("\nmedians of {} rounds\n{}\n", self.rounds, works.text()));
        }
        if let Some(due) = due {
            say(&due.line());
        }
        dead.iter().for_each(|beside| say(&beside.text(self.rounds)));
        Ok(())
    }

    /// Each round is made on all stores, one after the other: whatever else the machine does falls on all sizes alike.
    async fn works(&self) -> Result<Works, Failure> {
        let clock = Clock::system();
        let mut sites = Vec::with_capacity(self.stored.len());
        for stored in &self.stored {
            sites.push(self.site(*stored, &clock).await?);
        }
        let mut all: Vec<Rounds<'_>> =
            sites.iter().map(|site| Rounds::new(&site.store, &site.ground, &clock, site.stored)).collect();
        self.tell(&format!("measuring {} rounds", self.rounds));
        let warm_up = self.rounds.div_ceil(PER_WARM_UP);
        for round in 0..warm_up + self.rounds {
            for rounds in &mut all {
                if round == warm_up {
                    rounds.forget();
                }
                rounds.make().await?;
            }
        }
        let sizes = self.stored.iter().copied().zip(all.into_iter().map(Rounds::medians)).collect();
        let largest = sites.last().ok_or("there is no size to measure")?;
        let plans = largest.store.plans(largest.sample(clock.now()), Size::AsTheyAre).await?;
        let last = if self.keep { sites.pop() } else { None };
        for Site { store, own, .. } in sites {
            drop(store);
            own.remove()?;
        }
        if let Some(site) = last {
            self.tell(&format!("kept in {}", site.own.keep()));
        }
        Ok(Works { sizes, plans })
    }

    /// A store of this size.
    async fn site(&self, stored: u64, clock: &Clock) -> Result<Site, Failure> {
        let own = self.place.new_store()?;
        let store = Store::open(&own.access()?)?;
        let ground = Ground::lay(&store, clock).await?;
        ground.fill(&store, clock).await?;
        let made = |made| self.tell(&format!("{made} of {stored} deliveries of the past are made"));
        past::make(&store, stored, past::LONG, clock.now(), made).await?;
        Ok(Site { stored, store, own, ground })
    }

    fn tell(&self, line: &str) {
        if !self.as_json {
            say(line);
        }
    }
}

impl Site {
    /// A user and a completion from the middle of the past, and an app of it.
    fn sample(&self, now: Timestamp) -> Sample {
        let receiver = self.ground.receiver(0);
        Sample {
            app_id: receiver.app_id.clone(),
            endpoint_id: receiver.endpoint_id.clone(),
            user_id: history::user_id(past::users(self.stored) / 2),
            transaction_id: history::transaction_id(self.stored / 2),
            before: now.minus(rounds::KEPT),
            now,
            ..Sample::default()
        }
    }
}

impl Works {
    /// For people.
    fn text(&self) -> String {
        let plan = |plan: &Plan| format!("\n{}\n    {}", plan.query, plan.text.replace('\n', "\n    "));
        format!("{}\n{}", table(&work::lines(&self.sizes)), self.plans.iter().map(plan).collect::<String>())
    }

    /// The works and the plans, for machines.
    fn json(&self) -> [Value; 2] {
        let works: Vec<Value> =
            Work::ALL.iter().filter(|work| work.was_done(&self.sizes)).map(|work| work.json(&self.sizes)).collect();
        let plan = |plan: &Plan| json!({ "query": plan.query, "plan": plan.text, "walks": plan.walks() });
        [works.into(), self.plans.iter().map(plan).collect()]
    }
}

//! `ringback bench history`: what claiming, settling, recording, looking up and retention cost on an empty store, and on
//! the same store once it holds millions of old deliveries.
//!
//! It works on the store itself, with no server around it, since a server's other costs would hide a difference. The
//! [`ground`] is a few hundred apps with deliveries waiting; the [`rounds`] are measured on it, twice; in between the
//! past is made by the database itself, part by part, so that no memory grows with it.

mod ground;
mod rounds;
mod work;

use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::place::{self, Place};
use super::{number, until_interrupted};
use crate::clock::Clock;
use crate::command::{Failure, say, switch};
use crate::domain::time::Timestamp;
use crate::store::Store;
use crate::store::inspect::history::{self as past, Past};
use crate::store::inspect::{Plan, Sample, Size};
use ground::Ground;
use rounds::Rounds;
use work::{Medians, Work};

/// Deliveries of the past made in one transaction: seconds of the database's time.
const PART: u64 = 250_000;
/// Completions of each user of the past.
const OF_A_USER: u64 = 20;
/// How far back the past goes, a month longer than retention keeps it by default: so much of it is due to be removed.
const PAST: Duration = Duration::from_secs(120 * 86_400);
/// What ended before then is removed.
const KEPT: Duration = Duration::from_secs(90 * 86_400);

/// What is to be measured.
struct Plans {
    deliveries: u64,
    rounds: u64,
    place: Place,
    keep: bool,
    as_json: bool,
}

pub(super) fn command() -> Command {
    Command::new("history")
        .about("Measures claim, settlement, record, look-ups and retention without and with a long history")
        .args(place::flags())
        .arg(number("deliveries", "10000000", 100_000_000, "Deliveries of the past"))
        .arg(number("rounds", "300", 10_000, "Rounds of each measurement; the median counts"))
        .arg(switch("keep", "Leaves the tables where they are"))
        .arg(switch("json", "Prints one JSON object"))
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let number = |name: &str| flags.get_one::<u64>(name).copied().unwrap_or(1);
    let plans = Plans {
        deliveries: number("deliveries"),
        rounds: number("rounds"),
        place: Place::of(flags),
        keep: flags.get_flag("keep"),
        as_json: flags.get_flag("json"),
    };
    until_interrupted(plans.measure())
}

impl Plans {
    async fn measure(self) -> Result<(), Failure> {
        let own = self.place.new_store()?;
        let store = Store::open(&own.access()?)?;
        let clock = Clock::system();
        let ground = Ground::lay(&store, &clock).await?;
        store.tidy().await?;
        let began = clock.now();
        self.tell(&format!("measuring {} rounds without history", self.rounds));
        let mut rounds = Rounds::new(&store, &ground, &clock, began.minus(KEPT));
        let without = rounds.measure_without(self.rounds, self.past(&ground, began)).await?;
        self.make_past(&store, &ground, began).await?;
        store.tidy().await?;
        self.tell(&format!("measuring {} rounds with history", self.rounds));
        let with = rounds.measure_with(self.rounds, &self.past(&ground, began)).await?;
        let plans = store.plans(self.sample(&ground, began), Size::AsTheyAre).await?;
        drop(store);
        self.show(&without, &with, &plans);
        if self.keep {
            self.tell(&format!("kept in {}", own.keep()));
            return Ok(());
        }
        own.remove()
    }

    /// All of the past, up to now.
    fn past(&self, ground: &Ground, now: Timestamp) -> Past {
        Past {
            first: 0,
            count: self.deliveries,
            users: self.deliveries.div_ceil(OF_A_USER),
            from: now.minus(PAST),
            until: now,
            recipe: ground.recipe.clone(),
        }
    }

    async fn make_past(&self, store: &Store, ground: &Ground, now: Timestamp) -> Result<(), Failure> {
        let all = self.past(ground, now);
        let at = |number: u64| {
            let share = u128::from(number) * PAST.as_millis() / u128::from(all.count.max(1));
            all.from.plus(Duration::from_millis(u64::try_from(share).unwrap_or(u64::MAX)))
        };
        for first in (0..all.count).step_by(usize::try_from(PART)?) {
            let count = PART.min(all.count - first);
            let part = Past { first, count, from: at(first), until: at(first + count), ..all.clone() };
            store.make_past(part).await?;
            self.tell(&format!("{} of {} deliveries of the past are made", first + count, all.count));
        }
        Ok(())
    }

    /// A user and a completion from the middle of the past, and an app of it.
    fn sample(&self, ground: &Ground, now: Timestamp) -> Sample {
        let receiver = ground.receiver(0);
        Sample {
            app_id: receiver.app_id.clone(),
            endpoint_id: receiver.endpoint_id.clone(),
            user_id: past::user_id(self.past(ground, now).users / 2),
            transaction_id: past::transaction_id(self.deliveries / 2),
            before: now.minus(KEPT),
            now,
            ..Sample::default()
        }
    }

    fn tell(&self, line: &str) {
        if !self.as_json {
            say(line);
        }
    }

    fn show(&self, without: &Medians, with: &Medians, plans: &[Plan]) {
        if self.as_json {
            let works: Vec<Value> = Work::ALL.iter().map(|work| work.json(without, with)).collect();
            let plans: Vec<Value> = plans
                .iter()
                .map(|plan| json!({ "query": plan.query, "plan": plan.text, "walks": plan.walks() }))
                .collect();
            say(&json!({ "deliveries": self.deliveries, "works": works, "plans": plans }).to_string());
            return;
        }
        say(&format!("\nmedians, in milliseconds\n{}\n", work::table(without, with, self.deliveries)));
        for plan in plans {
            say(&format!("{}\n    {}", plan.query, plan.text.replace('\n', "\n    ")));
        }
    }
}

//! What is measured, and in which order.
//!
//! A round measures everything once, one after the other: whatever else the machine does meanwhile falls on all alike. The
//! loop that goes on for a minute is measured once, at the end.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches};

use super::closed::Closed;
use super::figures::OfStore;
use super::measured;
use super::open;
use super::place::{self, Place};
use super::row::line;
use super::spoken::Spoken;
use super::sustained;
use super::workload::{DIALECT, Workload};
use super::{given, number, numbers};
use crate::command::{Failure, optional, say, switch};

/// The loops that can be measured, each a part of the table.
const PARTS: [&str; 3] = ["closed", "open", "sustained"];
/// Reports a second of the open loops: quiet, busy, and what the product must bear.
const RATES_OF_SQLITE: [u64; 3] = [500, 2_000, 4_000];
const RATES_OF_POSTGRES: [u64; 2] = [500, 1_000];
/// An open loop takes this part of what the sustained one takes: ten seconds of a minute.
const OPEN_PART: u64 = 6;
/// Most nodes of a server: each has its connections to the database, of which a server admits a hundred by default.
const MOST_NODES: u64 = 6;
/// As many apps as set up one after the other in a second.
const MOST_ENDPOINTS: u64 = 200;
/// More than any of our stores holds.
const MOST_DELIVERIES: u64 = 50_000_000;
/// More than any one machine takes.
const MOST_PER_SECOND: u64 = 100_000;

/// What is measured.
pub(super) struct Plan {
    /// How many rounds.
    pub(super) rounds: u64,
    /// Deliveries of each closed loop.
    pub(super) deliveries: usize,
    /// How long the sustained loop takes.
    seconds: u64,
    parts: Vec<String>,
    places: Vec<Place>,
    nodes: Vec<usize>,
    endpoints: Vec<usize>,
    dialects: Vec<Spoken>,
    stored: u64,
    /// Instead of those of the engine.
    rates: Vec<u64>,
}

/// The flags that say what.
pub(super) fn flags() -> Vec<Arg> {
    let rates = "Reports a second of the open loops; default 500,2000,4000 on SQLite and 500,1000 on PostgreSQL";
    let nodes = "Numbers of nodes of the closed loops, as in 1,2,3; above 1 on PostgreSQL";
    let parts = optional("only", "Which loops are measured: closed, open, sustained; default all").value_delimiter(',');
    let mut flags = vec![
        number("rounds", "3", 1..=100, "Rounds; the median counts"),
        number("deliveries", "20000", 1..=MOST_DELIVERIES, "Deliveries of each closed loop in each round"),
        parts.value_parser(PossibleValuesParser::new(PARTS)),
        numbers("endpoints", 1..=MOST_ENDPOINTS, "Numbers of endpoints of the closed loops, of an app each")
            .default_value("1,20"),
        optional("dialect", "Dialects of the closed loops, measured in turn")
            .value_delimiter(',')
            .default_value(DIALECT),
        number("stored", "0", 0..=MOST_DELIVERIES, "Deliveries that a closed loop's store holds before"),
        number(
            "seconds",
            "60",
            OPEN_PART..=3_600,
            "How long the sustained loop goes on; an open one takes a sixth of it",
        ),
        numbers("rates", 1..=MOST_PER_SECOND, rates),
        numbers("nodes", 1..=MOST_NODES, nodes).default_value("1"),
        switch("sqlite", "Measures an SQLite file beside the database of --database-url"),
    ];
    flags.extend(place::flags());
    flags
}

impl Plan {
    /// As the [`flags`] have it.
    pub(super) fn of(flags: &ArgMatches) -> Result<Self, Failure> {
        let place = Place::of(flags);
        let counts = |name: &str| given(flags, name).into_iter().map(usize::try_from).collect::<Result<Vec<_>, _>>();
        let first = |name: &str| given(flags, name).first().copied().unwrap_or_default();
        let beside = (flags.get_flag("sqlite") && place.is_shared()).then(|| place.on_file());
        let plan = Self {
            rounds: first("rounds"),
            deliveries: usize::try_from(first("deliveries"))?,
            seconds: first("seconds"),
            parts: flags.get_many::<String>("only").unwrap_or_default().cloned().collect(),
            places: beside.into_iter().chain([place]).collect(),
            nodes: counts("nodes")?,
            endpoints: counts("endpoints")?,
            dialects: flags
                .get_many::<String>("dialect")
                .unwrap_or_default()
                .map(|name| name.as_str().into())
                .collect(),
            stored: first("stored"),
            rates: given(flags, "rates"),
        };
        if plan.nodes.iter().any(|nodes| *nodes > 1) && !plan.places.iter().any(Place::is_shared) {
            return Err("--nodes above 1 needs --database-url: an SQLite file is served by one process".into());
        }
        Ok(plan)
    }

    /// Measures; says so as it goes along, if it is to.
    pub(super) async fn run(&self, aloud: bool) -> Result<Vec<OfStore>, Failure> {
        let tell = |what: &str| {
            if aloud {
                say(what)
            }
        };
        let new = |place: &Place| OfStore::new(place, self.closed(place), self.rates(place));
        let mut stores = self.places.iter().map(new).collect::<Result<Vec<_>, _>>()?;
        for round in 1..=self.rounds {
            for (place, store) in self.places.iter().zip(&mut stores) {
                for series in &mut store.closed {
                    let name = format!("{}, {}", place.engine(), series.of.name());
                    let done = series.of.measure(place, self.deliveries).await;
                    let done = done.map_err(|failure| format!("{name}: {failure}"))?;
                    tell(&format!("round {round}, {name}: {}", line(&measured::ROWS, &done)));
                    series.rounds.push(done);
                }
                for series in &mut store.open {
                    let name = format!("{}, open loop, {}/s", place.engine(), series.of);
                    let done = open::measure(place, series.of, self.seconds / OPEN_PART).await;
                    let done = done.map_err(|failure| format!("{name}: {failure}"))?;
                    tell(&format!("round {round}, {name}, ms: {}", line(&open::ROWS, &done)));
                    series.rounds.push(done);
                }
            }
        }
        if self.measures("sustained") {
            for (place, store) in self.places.iter().zip(&mut stores) {
                let done = sustained::measure(place, self.seconds).await;
                let done = done.map_err(|failure| format!("{}, sustained: {failure}", place.engine()))?;
                tell(&format!("{}, {}", place.engine(), done.line()));
                store.sustained = Some(done);
            }
        }
        Ok(stores)
    }

    fn measures(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|chosen| chosen == part)
    }

    /// The closed loops: several nodes where a store can bear them.
    fn closed(&self, place: &Place) -> Vec<Closed> {
        if !self.measures("closed") {
            return Vec::new();
        }
        let nodes = if place.is_shared() { &self.nodes[..] } else { &[1] };
        let each = nodes.iter().flat_map(|nodes| Workload::ALL.map(|workload| (*nodes, workload)));
        let each = each.flat_map(|of| self.dialects.iter().map(move |dialect| (of, dialect)));
        let with = |((nodes, workload), dialect): (_, &Spoken)| {
            let dialect = dialect.clone();
            self.endpoints.iter().map(move |endpoints| Closed {
                dialect: dialect.clone(),
                nodes,
                workload,
                endpoints: *endpoints,
                stored: self.stored,
            })
        };
        each.flat_map(with).collect()
    }

    /// The rates of the open loops.
    fn rates(&self, place: &Place) -> Vec<u64> {
        match (self.measures("open"), &self.rates[..], place.is_shared()) {
            (false, ..) => Vec::new(),
            (true, [], true) => RATES_OF_POSTGRES.to_vec(),
            (true, [], false) => RATES_OF_SQLITE.to_vec(),
            (true, rates, _) => rates.to_vec(),
        }
    }
}

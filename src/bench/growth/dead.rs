//! Dead rows: what looking for due deliveries and claiming them cost on stores whose queues little or much has passed through.
//!
//! Each store holds as many deliveries and as many of them wait; they differ in how many of the others were recorded, claimed and
//! settled here, with no vacuum to come by, and how many have always been there. PostgreSQL is measured once more while
//! somebody holds an old snapshot, against which nothing helps: neither a vacuum nor what an index scan finds out by itself.

use serde_json::{Value, json};

use super::ground::{APPS, Ground};
use super::rounds::Rounds;
use super::work::{Medians, RECORDED, SENT, Work};
use crate::bench::past;
use crate::bench::place::{OwnStore, Place};
use crate::bench::row::{table, thousandths};
use crate::clock::Clock;
use crate::command::Failure;
use crate::store::Store;
use crate::store::inspect::{Buffers, OldSnapshot};

/// What is shown of the rounds.
const WORKS: [Work; 3] = [Work::Look, Work::LookAtEverything, Work::Claim];
/// Each claim makes dead rows on the store of few as well, so there is one in so many rounds of looks; and one such series of
/// rounds for warm-up.
const ROUNDS_PER_CLAIM: u64 = 5;
/// How often it is counted what is read: that differs little from one time to the next.
const COUNTED: usize = 5;
/// Passes after which it is said how far it is.
const PASSES_TOLD: u64 = 100;

/// What was measured on stores of one kind.
pub(super) struct Beside {
    engine: &'static str,
    has_old_snapshot: bool,
    /// Of each number of dead rows.
    sizes: Vec<(u64, Medians)>,
    /// What each of the works read on a store of each size, if the engine counts that.
    buffers: Option<Vec<[u64; WORKS.len()]>>,
}

/// A store through whose queue so much has passed.
struct Site {
    dead: u64,
    // Closed before it is removed: fields are dropped in this order.
    _snapshot: Option<OldSnapshot>,
    store: Store,
    own: OwnStore,
    ground: Ground,
}

/// Measures on an SQLite file, and on PostgreSQL where there is one.
pub(super) async fn measure(
    place: &Place,
    dead: &[u64],
    rounds: u64,
    tell: impl Fn(&str),
) -> Result<Vec<Beside>, Failure> {
    let mut kinds = vec![(place.on_file(), false)];
    if place.is_shared() {
        kinds.extend([false, true].map(|has_old_snapshot| (place.clone(), has_old_snapshot)));
    }
    let mut measured = Vec::with_capacity(kinds.len());
    for (place, has_old_snapshot) in kinds {
        measured.push(beside(&place, has_old_snapshot, dead, rounds, &tell).await?);
    }
    Ok(measured)
}

async fn beside(
    place: &Place,
    has_old_snapshot: bool,
    dead: &[u64],
    rounds: u64,
    tell: &impl Fn(&str),
) -> Result<Beside, Failure> {
    let (clock, most) = (Clock::system(), dead.last().copied().unwrap_or_default());
    let mut sites = Vec::with_capacity(dead.len());
    for dead in dead {
        sites.push(Site::new(place, has_old_snapshot, *dead, most, &clock).await?);
    }
    let mut all: Vec<Rounds<'_>> =
        sites.iter().map(|site| Rounds::new(&site.store, &site.ground, &clock, most)).collect();
    for (site, on_site) in sites.iter().zip(&mut all) {
        // In equal parts to all apps.
        let at_a_time = site.dead.div_ceil(APPS as u64).clamp(1, RECORDED as u64);
        for pass in 1..=site.dead.div_ceil(at_a_time) {
            on_site.pass_through(usize::try_from(at_a_time)?).await?;
            if pass % PASSES_TOLD == 0 {
                tell(&format!("{}: {} dead rows are made", place.engine(), pass * at_a_time));
            }
        }
    }
    for round in 0..ROUNDS_PER_CLAIM + rounds {
        for on_site in &mut all {
            if round == ROUNDS_PER_CLAIM {
                on_site.forget();
            }
            if round % ROUNDS_PER_CLAIM == 0 {
                on_site.pass_through(SENT).await?;
            }
            on_site.look_twice().await?;
        }
    }
    let mut buffers = Some(Vec::new());
    let mut sizes = Vec::new();
    for (site, mut on_site) in sites.iter().zip(all) {
        let counted = median_buffers(&mut on_site).await?;
        buffers = buffers.zip(counted).map(|(mut buffers, counted)| {
            buffers.push(counted);
            buffers
        });
        sizes.push((site.dead, on_site.medians()));
    }
    sites.into_iter().try_for_each(Site::remove)?;
    Ok(Beside { engine: place.engine(), has_old_snapshot, sizes, buffers })
}

/// The middle one of what each work read in a few rounds.
async fn median_buffers(rounds: &mut Rounds<'_>) -> Result<Option<[u64; WORKS.len()]>, Failure> {
    let mut counted: [Vec<u64>; WORKS.len()] = Default::default();
    for _ in 0..COUNTED {
        let Some(Buffers { due, due_from_beginning, claim }) = rounds.buffers().await? else { return Ok(None) };
        counted.iter_mut().zip([due, due_from_beginning, claim]).for_each(|(counted, buffers)| counted.push(buffers));
    }
    Ok(Some(counted.map(|mut counted| {
        counted.sort_unstable();
        counted[COUNTED / 2]
    })))
}

impl Site {
    async fn new(place: &Place, has_old_snapshot: bool, dead: u64, most: u64, clock: &Clock) -> Result<Self, Failure> {
        let own = place.new_store()?;
        let store = Store::open(&own.access()?)?;
        let ground = Ground::lay(&store, clock).await?;
        past::make(&store, most - dead, past::LONG, clock.now(), |_| ()).await?;
        store.let_dead_rows_lie().await?;
        let snapshot = if has_old_snapshot { OldSnapshot::hold(&own.location()?)? } else { None };
        // Not before: what a vacuum has seen is read with less.
        ground.fill(&store, clock).await?;
        Ok(Self { dead, _snapshot: snapshot, store, own, ground })
    }

    fn remove(self) -> Result<(), Failure> {
        let Self { _snapshot, store, own, .. } = self;
        drop((_snapshot, store));
        own.remove()
    }
}

impl Beside {
    fn title(&self) -> String {
        let snapshot = if self.has_old_snapshot { ", an old snapshot being held" } else { "" };
        format!("{}{snapshot}", self.engine)
    }

    /// What a work read on the store of each size.
    fn buffers(&self, place: usize) -> Option<Vec<u64>> {
        Some(self.buffers.as_ref()?.iter().map(|buffers| buffers[place]).collect())
    }

    /// For people.
    pub(super) fn text(&self, rounds: u64) -> String {
        let sizes = |said: &str| self.sizes.iter().map(move |(dead, _)| format!("{said}{dead}")).collect::<Vec<_>>();
        let ratios = |said: &str| sizes(said).split_off(1);
        let title = vec!["dead rows".to_owned()];
        let mut titles = [title, sizes("ms at "), ratios("ratio at ")].concat();
        if self.buffers.is_some() {
            titles.extend([sizes("buffers at "), ratios("ratio at ")].concat());
        }
        let mut lines = vec![titles];
        for (place, work) in WORKS.into_iter().enumerate() {
            let shown = |value: Option<u64>| value.map_or("–".to_owned(), thousandths);
            let mut line = vec![work.title().to_owned()];
            line.extend(self.sizes.iter().map(|(_, medians)| shown(medians.of(work))));
            line.extend(self.sizes.iter().skip(1).map(|size| shown(work.ratio(&self.sizes, size))));
            if let Some(buffers) = self.buffers(place) {
                line.extend(buffers.iter().map(u64::to_string));
                line.extend(buffers.iter().skip(1).map(|count| thousandths(ratio(*count, buffers[0]))));
            }
            lines.push(line);
        }
        format!("\n{}: medians of {rounds} rounds\n{}", self.title(), table(&lines))
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        let work = |(place, work): (usize, Work)| {
            let (mut json, buffers) = (work.json(&self.sizes), self.buffers(place));
            json["buffers"] = buffers.into();
            json
        };
        let dead: Vec<u64> = self.sizes.iter().map(|(dead, _)| *dead).collect();
        let works: Vec<Value> = WORKS.into_iter().enumerate().map(work).collect();
        json!({ "store": self.engine, "oldSnapshot": self.has_old_snapshot, "dead": dead, "works": works })
    }
}

fn ratio(count: u64, smallest: u64) -> u64 {
    count * 1000 / smallest.max(1)
}

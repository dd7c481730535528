//! The rounds: one work of the store after the other, each timed from the call to the answer, flush and all.
//!
//! A round leaves behind as many waiting deliveries as it found.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;

use super::ground::Ground;
use super::work::{Medians, RECORDED, SENT, Times, Work};
use crate::bench::backlog::record;
use crate::bench::{past, workload};
use crate::clock::Clock;
use crate::command::Failure;
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{Counters, Outcome, Told};
use crate::domain::settlement::{Next, Settlement};
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::Store;
use crate::store::inspect::Buffers;
use crate::store::inspect::history::{self, Past};
use crate::store::lookups::{CompletionCriteria, DeliveryCriteria, Scope};
use crate::store::page::Page;
use crate::store::queue::{Claimed, Settled, Unbounded, Wanted};

/// Deliveries of a step of retention.
const STEP: u64 = 500;
/// What ended before that is removed …
pub(super) const KEPT: Duration = Duration::from_secs(90 * 86_400);
/// … and began to end then.
const OLD: Duration = Duration::from_secs(120 * 86_400);
/// Walks over all users and transaction ids in no order: a prime.
const STRIDE: u64 = 7_919;

/// The first page of a list, as long as it is by default.
const PAGE: Page = Page { limit: 50, before: None };

/// The rounds that are made on one store.
pub(super) struct Rounds<'a> {
    store: &'a Store,
    ground: &'a Ground,
    clock: &'a Clock,
    /// Deliveries of the past that it holds.
    stored: u64,
    began: Timestamp,
    /// The rounds made so far.
    made: usize,
    times: Times,
}

impl<'a> Rounds<'a> {
    pub(super) fn new(store: &'a Store, ground: &'a Ground, clock: &'a Clock, stored: u64) -> Self {
        Self { store, ground, clock, stored, began: clock.now(), made: 0, times: Times::default() }
    }

    /// Forgets the times of the rounds made so far.
    pub(super) fn forget(&mut self) {
        self.times = Times::default();
    }

    pub(super) fn medians(self) -> Medians {
        self.times.medians()
    }

    /// Makes one.
    pub(super) async fn make(&mut self) -> Result<(), Failure> {
        let (store, turn, stored) = (self.store, self.made, self.stored);
        self.make_old(turn as u64).await?;
        self.pass_through(RECORDED).await?;

        let (sought, users) = (turn as u64 * STRIDE, past::users(stored));
        let user_id = Some(history::user_id(sought % users));
        let by_user = CompletionCriteria { user_id, ..CompletionCriteria::default() };
        self.look_up(Work::ByUser, by_user.clone()).await?;
        self.look_up(Work::ByUserAgain, by_user).await?;
        let transaction_id = Some(history::transaction_id(sought % stored.max(1)));
        let by_transaction_id = CompletionCriteria { transaction_id, ..CompletionCriteria::default() };
        self.look_up(Work::ByTransactionId, by_transaction_id.clone()).await?;
        self.look_up(Work::ByTransactionIdAgain, by_transaction_id).await?;
        let of_app = vec![self.ground.receiver(turn).app_id.clone()];
        let scope = Scope { app_ids: Some(of_app), ..Scope::default() };
        let of_app = DeliveryCriteria { scope, ..DeliveryCriteria::default() };
        let started = Instant::now();
        store.deliveries(of_app, PAGE).await?;
        self.times.note(Work::OfApp, started.elapsed());

        let started = Instant::now();
        let removed = store.prune(self.began.minus(KEPT)).await?;
        self.times.note(Work::Retention, started.elapsed());
        if removed as u64 != STEP {
            return Err(format!("{STEP} deliveries are old, but {removed} were removed").into());
        }
        Ok(())
    }

    /// Has a group of so many completions pass through the queue, `RECORDED` at most: as many as are recorded are claimed and
    /// settled, those first that wait for longest.
    pub(super) async fn pass_through(&mut self, count: usize) -> Result<(), Failure> {
        let (store, turn) = (self.store, self.made);
        self.made += 1;
        let first = Ground::reported() + turn * RECORDED;
        let group = self.ground.completions(turn, first..first + count, self.stored, self.clock.now());
        let started = Instant::now();
        record(store, group).await?;
        self.times.note(Work::Record, started.elapsed());

        let wanted = Wanted { at_most: count.min(SENT), ..self.look(Work::Look).await? };
        let started = Instant::now();
        let claimed = self.claim(wanted.clone()).await?;
        self.times.note(Work::Claim, started.elapsed());
        let started = Instant::now();
        self.settle(&claimed).await?;
        self.times.note(Work::Settle, started.elapsed());
        self.settle(&self.claim(Wanted { at_most: count.saturating_sub(SENT), ..wanted }).await?).await
    }

    /// Looks for what is due in both ways: from the beginning of all queues, as is done once a second, and as in between.
    pub(super) async fn look_twice(&mut self) -> Result<(), Failure> {
        self.store.look_at_everything_next();
        self.look(Work::LookAtEverything).await?;
        self.look(Work::Look).await.map(drop)
    }

    /// What looks and a claim read; `None` where the engine does not count.
    pub(super) async fn buffers(&mut self) -> Result<Option<Buffers>, Failure> {
        let wanted = self.look(Work::Look).await?;
        Ok(self.store.buffers(wanted, self.clock.now()).await?)
    }

    /// Looks for what is due; answers what is wanted then of the endpoint whose turn it is.
    async fn look(&mut self, work: Work) -> Result<Wanted, Failure> {
        let turn = self.made.saturating_sub(1);
        let started = Instant::now();
        let due = self.store.due(self.clock.now()).await?;
        self.times.note(work, started.elapsed());
        let endpoint_id = self.ground.receiver(turn).endpoint_id.clone();
        let due = due.endpoints.iter().find(|due| due.endpoint_id == endpoint_id).ok_or("nothing is due that waits")?;
        Ok(Wanted { endpoint_id, since: due.due_at(), at_most: SENT })
    }

    /// What the round's step of retention removes, older than all else and numbered from behind it.
    async fn make_old(&self, turn: u64) -> Result<(), Failure> {
        let (from, until) = (self.began.minus(OLD), self.began.minus(KEPT));
        let recipe = workload::recipe()?;
        let first = self.stored + turn * STEP;
        Ok(self.store.make_past(Past { first, count: STEP, users: STEP, from, until, recipe }).await?)
    }

    async fn look_up(&mut self, work: Work, criteria: CompletionCriteria) -> Result<(), Failure> {
        let started = Instant::now();
        let found = self.store.completions(criteria.clone(), PAGE).await?;
        self.times.note(work, started.elapsed());
        if found.items.is_empty() {
            return Err(format!("nothing was found of what must be there: {criteria:?}").into());
        }
        Ok(())
    }

    async fn claim(&self, wanted: Wanted) -> Result<Vec<Claimed>, Failure> {
        let at_most = wanted.at_most;
        let (node, token) = ("nod_measured".to_owned(), || random::new_id("clm"));
        let claimed = self.store.claim(node, vec![wanted], self.clock.now(), token, |_| Some(Unbounded)).await?;
        let claimed: Vec<Claimed> = claimed.into_iter().map(|(claimed, Unbounded)| claimed).collect();
        if claimed.len() != at_most {
            return Err(format!("{at_most} deliveries are due, but {} could be claimed", claimed.len()).into());
        }
        Ok(claimed)
    }

    async fn settle(&self, claimed: &[Claimed]) -> Result<(), Failure> {
        let now = self.clock.now();
        let settled = try_join_all(claimed.iter().map(|claimed| self.store.settle(settlement(claimed, now)))).await?;
        match settled.iter().find(|settled| **settled != Settled::Done) {
            Some(settled) => Err(format!("a claim did not stand: {settled:?}").into()),
            None => Ok(()),
        }
    }
}

/// As it is after a receiver has acknowledged.
fn settlement(claimed: &Claimed, now: Timestamp) -> Settlement {
    let url = format!("https://callbacks.example/offerwall?transaction_id={}", claimed.delivery.transaction_id);
    let attempt = Attempt {
        number: 1,
        counted: true,
        started_at: now,
        duration_ms: 180,
        egress_ip: None,
        peer: Some("203.0.113.7:443".to_owned()),
        method: Some("GET".to_owned()),
        url: Some(url),
        headers: Vec::new(),
        signature_start: Some("5a5a5a5a".to_owned()),
        secret_id: None,
        outcome: Outcome::Delivered,
        error: None,
        status_code: Some(200),
        response_headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
        response_body: Some("OK".to_owned()),
        retry_after_seconds: None,
        next_attempt_at: None,
    };
    Settlement {
        delivery_id: claimed.delivery.id.clone(),
        token: claimed.token.clone(),
        attempts: vec![attempt],
        replaces: None,
        counters: Counters { attempts_made: 1, round_attempts: 1, last_number: 1, faults: 0 },
        told: Told::Yes,
        next: Next::Delivered,
        at: now,
    }
}

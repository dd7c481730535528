//! The hot path as its callers ask for it: record, settle, and a click. Each shares a flush with whatever else is being
//! written.
//!
//! What the writer needs is made here, in the caller's task; the writer's threads do the rest ([`super::commit`]).

use super::begin::{Beginning, ClaimInLine};
use super::click::PreparedClick;
use super::record::{Candidate, NewCompletion, Recorded};
use super::settle::{PreparedSettlement, Settled};
use super::work::{Settling, Work};
use crate::domain::click::Click;
use crate::domain::settlement::Settlement;
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// Completions in one work of the writer: a batch of a thousand must not keep a settlement waiting behind all of it.
const PART: usize = 100;

impl Store {
    /// Records completions in order; each answer is on disk when this returns. The parts of a large batch share its fate
    /// only where nothing was begun.
    pub async fn record(&self, batch: Vec<NewCompletion>) -> Result<Vec<Recorded>, StoreError> {
        self.shared.writer.make_room()?;
        let mut parts = Vec::new();
        let mut rest = batch.into_iter();
        loop {
            let part: Vec<NewCompletion> = rest.by_ref().take(PART).collect();
            if part.is_empty() {
                break;
            }
            parts.push(self.record_part(part));
        }
        let mut parts = match parts.pop() {
            Some(only) if parts.is_empty() => vec![only.await],
            // All at once, so that they share a flush.
            last => futures_util::future::join_all(parts.into_iter().chain(last)).await,
        };
        if parts.iter().all(|(_, failure)| failure.is_some())
            && let Some(failure) = parts.iter_mut().find_map(|(_, failure)| failure.take())
        {
            return Err(failure);
        }
        Ok(parts.into_iter().flat_map(|(recorded, _)| recorded).collect())
    }

    async fn record_part(&self, part: Vec<NewCompletion>) -> (Vec<Recorded>, Option<StoreError>) {
        let size = part.len();
        let part: Vec<Candidate> = part.into_iter().map(|new| self.candidate(new)).collect();
        let bytes = part.iter().map(Candidate::weight).sum();
        match self.shared.writer.ask_to_record(bytes, |answer| Work::Record(part, answer)).await {
            Ok(recorded) => (recorded, None),
            Err(failure) => (vec![Recorded::Lost; size], Some(failure)),
        }
    }

    /// Settles a claimed delivery.
    pub async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError> {
        self.settle_and_begin(&settlement, None).await.map(|(settled, _)| settled)
    }

    /// Settles a claimed delivery, and in the same commit begins what waited in line for its permit; answers whether that
    /// may be sent.
    pub async fn settle_and_begin(
        &self,
        settlement: &Settlement,
        next: Option<ClaimInLine>,
    ) -> Result<(Settled, bool), StoreError> {
        let begin = next.map(|claim| Beginning::of(&claim, settlement.at));
        let settlement = PreparedSettlement::of(settlement);
        let settlement = if self.is_shared() { settlement.with_json() } else { settlement };
        let (bytes, settling) = (settlement.weight(), Box::new(Settling { settlement, begin }));
        self.shared.writer.ask_weighing(bytes, |answer| Work::Settle(settling, answer)).await
    }

    /// Begins a claim that waits in line, by itself; answers whether it may be sent.
    pub async fn begin(&self, claim: ClaimInLine, at: Timestamp) -> Result<bool, StoreError> {
        self.shared.writer.ask(|answer| Work::Begin(Beginning::of(&claim, at), answer)).await
    }

    /// Writes a click; it is on disk when this returns.
    pub async fn record_click(&self, click: Click) -> Result<(), StoreError> {
        let click = Box::new(PreparedClick::of(click, self.is_shared()));
        self.shared.writer.ask_for_click(|answer| Work::Click(click, answer)).await
    }
}

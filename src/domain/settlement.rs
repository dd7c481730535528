//! How a claimed delivery is settled: which attempts are written down, where the delivery goes, what its receiver may
//! know from then on.
//!
//! Pure, and the only place that says so: a send that ended, one that was interrupted (whoever finds that out: the sender
//! itself, or the rescue of a dead node's claims) and one that could not begin all end here. What an ending means is
//! [`decide`]'s to say; how a settlement is stored, the store's.

use super::attempt::{Attempt, Exchange, SentAttempt};
use super::decision::{AttemptPolicy, Decision, RetryPacing, decide};
use super::delivery::{Counters, Delivery, DeliveryKind, Told, WaitingFor};
use super::dialect::statuses::StatusSet;
use super::time::Timestamp;

/// What is to be stored when a claimed delivery has been dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The delivery.
    pub delivery_id: String,
    /// The claim it was sent under.
    pub token: String,
    /// The exchanges made, in order; none if nothing could be sent.
    pub attempts: Vec<Attempt>,
    /// The record of our own faults that the first of them replaces: of a run, only the latest is kept.
    pub replaces: Option<u32>,
    /// The counters from here on.
    pub counters: Counters,
    /// What the receiver may know from here on.
    pub told: Told,
    /// Where it goes.
    pub next: Next,
    /// When it was dealt with.
    pub at: Timestamp,
}

/// Where a settled delivery goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It was acknowledged.
    Delivered,
    /// It is sent again then.
    Retry(Timestamp),
    /// Nothing left; it waits as it did before it was claimed, and is due then.
    Unsent(Timestamp),
    /// It is given up.
    Dead,
    /// It waits for the publisher.
    Held(WaitingFor),
    /// It waits until its endpoint is enabled, which is disabled with it.
    Disabled {
        /// By this status of the receiver's.
        status: u16,
    },
}

impl Settlement {
    /// After these exchanges: the first one, and the one under the other key if there was one.
    pub fn sent(
        delivery: &Delivery,
        token: String,
        sent: Vec<SentAttempt>,
        policy: AttemptPolicy<'_>,
        now: Timestamp,
    ) -> Self {
        let before = delivery.counters;
        let exchanges: Vec<&Exchange> = sent.iter().map(|sent| &sent.exchange).collect();
        // Only the first exchange counts; the one under the other key is an extra chance.
        let counted = exchanges.first().is_some_and(|first| !first.is_our_fault());
        let next = match decide(before, &exchanges, policy, now) {
            Decision::Delivered => Next::Delivered,
            // A test is one attempt: whoever makes it looks at the answer, mends, and makes another.
            Decision::Retry { .. } | Decision::Disabled { .. } if delivery.kind == DeliveryKind::Test => Next::Dead,
            Decision::Retry { at } => Next::Retry(at),
            Decision::Disabled { status } => Next::Disabled { status },
            Decision::Dead => Next::Dead,
        };
        let told = exchanges.iter().map(|exchange| exchange.outcome().told()).fold(delivery.told, Ord::max);
        let replaces = (!counted && before.faults > 0).then_some(before.last_number);
        let first_number = replaces.unwrap_or(before.last_number + 1);
        let record = |(number, sent): (u32, SentAttempt)| sent.record(number, counted && number == first_number);
        let mut attempts: Vec<Attempt> = (first_number..).zip(sent).map(record).collect();
        let last_number = attempts.last().map_or(before.last_number, |last| last.number);
        if let (Next::Retry(at), Some(last)) = (next, attempts.last_mut()) {
            last.next_attempt_at = Some(at);
        }
        let counters = Counters {
            attempts_made: before.attempts_made + u32::from(counted),
            round_attempts: before.round_attempts + u32::from(counted),
            last_number,
            faults: if counted { 0 } else { before.faults + 1 },
        };
        Self { attempts, replaces, counters, told, ..Self::unsent(delivery, token, next, now) }
    }

    /// After a send of which nobody knows how it ended. Whether the request left is unknown, so the receiver may have been
    /// told; the fault is ours and burns no attempt.
    pub fn interrupted(
        delivery: &Delivery,
        token: String,
        started_at: Timestamp,
        error: &str,
        scale_thousandths: u64,
        now: Timestamp,
    ) -> Self {
        let exchange = Exchange::interrupted(started_at, now.since(started_at), error);
        let unknown = SentAttempt { request: None, secret_id: None, egress_ip: None, exchange };
        // A fault of ours knows no schedule, only its own pause.
        let pacing = RetryPacing { schedule: &[], scale_thousandths, jitter_thousandths: 0 };
        Self::sent(
            delivery,
            token,
            vec![unknown],
            AttemptPolicy { pacing, final_statuses: &StatusSet::NONE, disabling_statuses: &StatusSet::NONE },
            now,
        )
    }

    /// Whether its endpoint is disabled with it.
    pub fn disables(&self) -> bool {
        matches!(self.next, Next::Disabled { .. })
    }

    /// Where nothing was sent.
    pub fn unsent(delivery: &Delivery, token: String, next: Next, now: Timestamp) -> Self {
        Self {
            delivery_id: delivery.id.clone(),
            token,
            attempts: Vec::new(),
            replaces: None,
            counters: delivery.counters,
            told: delivery.told,
            next,
            at: now,
        }
    }
}

#[cfg(test)]
mod tests;

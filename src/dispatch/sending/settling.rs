//! From exchanges to a settlement: which attempts are written down, and what becomes of the delivery.
//!
//! Pure: the state machine's [`decide`] says what an ending means, this module only gathers what it needs to know and
//! keeps what may be kept.

use super::exchange::Exchanged;
use super::job::Job;
use crate::domain::decision::{Decision, Ending, Pace, Progress, decide};
use crate::domain::delivery::Outcome;
use crate::domain::dialect::callback::CallbackRequest;
use crate::domain::time::Timestamp;
use crate::store::deliveries::{Attempt, Delivery};
use crate::store::queue::{Counters, Next, Settlement};

/// One exchange of an attempt, with what was sent.
#[derive(Debug)]
pub struct Made {
    /// What went out.
    pub request: CallbackRequest,
    /// Which secret signed it.
    pub secret_id: Option<String>,
    /// How it ended.
    pub exchanged: Exchanged,
}

/// What of the endpoint decides about the next step.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// When to try again.
    pub pace: Pace<'a>,
    /// Statuses that the dialect takes as the last word.
    pub final_statuses: &'a [u16],
    /// Where the requests left from; `None`: the host's own route.
    pub egress_ip: Option<&'a str>,
}

/// The settlement of a job after these exchanges: the first one, and the one under the other key if there was one.
pub fn settlement(job: &Job, made: Vec<Made>, terms: Terms<'_>, now: Timestamp) -> Settlement {
    let delivery = &job.delivery;
    // Only the first exchange counts; the one under the other key is an extra chance.
    let counted = made.first().is_some_and(|first| !first.exchanged.ours);
    let next = match verdict(job, &made, counted, terms, now) {
        Decision::Delivered => Next::Delivered,
        // A test is one attempt: whoever makes it looks at the answer, mends, and makes another.
        Decision::Retry { .. } if job.test.is_some() => Next::Dead,
        Decision::Retry { at } => Next::Retry(at),
        Decision::Dead => Next::Dead,
    };
    let replaces = (!counted && delivery.faults > 0).then_some(delivery.last_number);
    let first_number = replaces.unwrap_or(delivery.last_number + 1);
    let told = made.iter().map(|made| made.exchanged.outcome.told()).fold(delivery.told, Ord::max);
    let mut attempts: Vec<Attempt> = (first_number..)
        .zip(made)
        .map(|(number, made)| record(number, counted && number == first_number, made, terms.egress_ip))
        .collect();
    let last_number = attempts.last().map_or(delivery.last_number, |last| last.number);
    if let (Next::Retry(at), Some(last)) = (next, attempts.last_mut()) {
        last.next_attempt_at = Some(at);
    }
    Settlement {
        attempts,
        replaces,
        counters: Counters {
            attempts_made: delivery.attempts_made + u32::from(counted),
            round_attempts: delivery.round_attempts + u32::from(counted),
            last_number,
            faults: if counted { 0 } else { delivery.faults + 1 },
        },
        told,
        ..without_attempt(job, next, now)
    }
}

/// The settlement of a job of which nothing was sent.
pub fn without_attempt(job: &Job, next: Next, now: Timestamp) -> Settlement {
    nothing_sent(&job.delivery, job.token.clone(), next, now)
}

/// The settlement of a claimed delivery of which nothing was sent.
pub fn nothing_sent(delivery: &Delivery, token: String, next: Next, now: Timestamp) -> Settlement {
    Settlement {
        delivery_id: delivery.id.clone(),
        token,
        attempts: Vec::new(),
        replaces: None,
        counters: Counters {
            attempts_made: delivery.attempts_made,
            round_attempts: delivery.round_attempts,
            last_number: delivery.last_number,
            faults: delivery.faults,
        },
        told: delivery.told,
        next,
        at: now,
    }
}

/// Delivered if one of the exchanges was acknowledged, else what the first one means.
fn verdict(job: &Job, made: &[Made], counted: bool, terms: Terms<'_>, now: Timestamp) -> Decision {
    let acknowledged = made.iter().any(|made| made.exchanged.outcome == Outcome::Delivered);
    let first = made.first().map_or(Outcome::Interrupted, |first| first.exchanged.outcome);
    let answers = || made.iter().filter_map(|made| made.exchanged.answer.as_ref());
    let ending = Ending {
        outcome: if acknowledged { Outcome::Delivered } else { first },
        counted,
        retry_after: answers().filter_map(|answer| answer.retry_after).max(),
        is_final: answers().any(|answer| terms.final_statuses.contains(&answer.status)),
    };
    let before = Progress { round_attempts: job.delivery.round_attempts, faults: job.delivery.faults };
    decide(before, ending, terms.pace, now)
}

/// What may be kept of an exchange.
fn record(number: u32, counted: bool, made: Made, egress_ip: Option<&str>) -> Attempt {
    let Made { request, secret_id, exchanged } = made;
    let answered = exchanged.answer.is_some();
    let answer = exchanged.answer.unwrap_or_default();
    Attempt {
        number,
        counted,
        started_at: exchanged.started_at,
        duration_ms: u64::try_from(exchanged.duration.as_millis()).unwrap_or(u64::MAX),
        egress_ip: egress_ip.map(str::to_owned),
        peer: answer.peer,
        method: Some(request.method.to_owned()),
        url: Some(request.shown_url),
        headers: request.headers.into_iter().map(|header| (header.name, header.shown)).collect(),
        signature_start: request.signature_start,
        secret_id,
        outcome: exchanged.outcome,
        error: exchanged.error,
        status_code: answered.then_some(answer.status),
        response_headers: answer.headers,
        response_body: answered.then_some(answer.body),
        retry_after_seconds: answer.retry_after.map(|asked| asked.as_secs()),
        next_attempt_at: None,
    }
}

//! What is said of a completion and of a callback in each state that they can be in.

mod callbacks;
mod completions;
mod events;
mod replies;

use super::*;
use crate::domain::amount::Decimal;
use crate::domain::delivery::{Counters, DeliveryKind, Outcome, Status, Told};
use crate::domain::reversal::{Asked, Reason};
use crate::domain::taken_back::TakenBack;

/// 2024-07-01T18:40:00Z
const NOW: Timestamp = Timestamp::from_millis(1_719_859_200_000);
const READERS: [Reader; 2] = [Reader::Publisher, Reader::Staff];

fn later(seconds: i64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() + seconds * 1000)
}

fn completion() -> Completion {
    let mut completion = crate::domain::sample_completion::from_fields(None, "app_1", "cmp_1".to_owned(), NOW).unwrap();
    completion.source_id = Some("src_1".to_owned());
    completion.external_id = "x1".to_owned();
    completion.user_reward = Decimal::parse("60");
    completion
}

fn delivery(status: Status) -> Delivery {
    Delivery {
        id: "dlv_1".to_owned(),
        app_id: "app_1".to_owned(),
        endpoint_id: "end_1".to_owned(),
        kind: DeliveryKind::Completion,
        completion_id: "cmp_1".to_owned(),
        reversal_id: None,
        transaction_id: "x1".to_owned(),
        recipe: "any@1".to_owned(),
        status,
        told: Told::Maybe,
        waiting_for: None,
        counters: Counters::default(),
        due_at: Some(NOW),
        test: None,
        created_at: NOW,
        ended_at: status.is_ended().then_some(NOW),
        ended_reason: None,
        reversed: None,
    }
}

fn attempt(number: u32, outcome: Outcome, status_code: Option<u16>) -> Attempt {
    Attempt {
        number,
        counted: true,
        started_at: NOW,
        duration_ms: 84,
        egress_ip: None,
        peer: None,
        method: None,
        url: None,
        headers: Vec::new(),
        signature_start: None,
        secret_id: Some("sec_1".to_owned()),
        outcome,
        error: None,
        status_code,
        response_headers: Vec::new(),
        response_body: None,
        retry_after_seconds: None,
        next_attempt_at: None,
    }
}

fn fault(number: u32, outcome: Outcome) -> Attempt {
    Attempt { counted: false, secret_id: None, ..attempt(number, outcome, None) }
}

/// So many attempts that were answered 500.
fn refused(times: u32) -> Vec<Attempt> {
    (1..=times).map(|number| attempt(number, Outcome::HttpStatus, Some(500))).collect()
}

/// A delivery after so many counted attempts since it was opened.
fn tried(status: Status, round_attempts: u32) -> Delivery {
    Delivery { counters: Counters { round_attempts, ..Counters::default() }, ..delivery(status) }
}

fn reversal(whole: bool) -> Reversal {
    Reversal {
        id: "rev_1".to_owned(),
        completion_id: "cmp_1".to_owned(),
        app_id: "app_1".to_owned(),
        reversal_id: None,
        asked: Asked::default(),
        reason: Reason::Chargeback,
        taken: TakenBack {
            ordinal: 1,
            whole,
            user_reward: None,
            reward_minor: None,
            payout_minor: None,
            gross_minor: None,
            reason: None,
            occurred_at: NOW,
        },
        recorded_at: NOW,
        manual: None,
    }
}

fn callback<'a>(delivery: &'a Delivery, attempts: &'a [Attempt]) -> Callback<'a> {
    Callback {
        delivery,
        attempts,
        waiting_for: delivery.waiting_for,
        plan: &[],
        reopened_at: None,
        endpoint_number: None,
        refusal: None,
    }
}

fn subject<'a>(completion: &'a Completion, reversals: &'a [Reversal]) -> Subject<'a> {
    Subject { completion, source_name: Some("Acme"), offer_name: Some("Family Island"), reversals }
}

/// What is said of a callback that stands alone, which must be plain.
fn told(callback: &Callback<'_>, reader: Reader) -> Story {
    let completion = completion();
    let story = of_callback(callback, None, Some(&subject(&completion, &[])), reader, NOW);
    is_plain(&story);
    story
}

/// Names no call, no id of ours and no instant of the API, and ends as sentences do.
#[track_caller]
pub(super) fn is_plain(story: &Story) {
    let texts = story.events.iter().map(|event| &event.text).chain([&story.next]);
    for text in texts {
        for foreign in ["/v1/", "POST", "GET ", "PATCH", "DELETE", "PUT ", "mend", "T18:", "  "] {
            assert!(!text.contains(foreign), "{foreign:?} stands in {text:?}");
        }
        names_no_id(text);
        assert!(text.ends_with('.') && text.starts_with(|first: char| first.is_uppercase()), "{text:?}");
    }
}

/// Besides: knows nothing of servers, attempts and states, and does not shout.
#[track_caller]
pub(super) fn is_for_the_end_user(reply: &str) {
    let internals =
        ["server", "callback", "attempt", "endpoint", "http", "URL", "retry", "replay", "dead", "held", "!", "node"];
    for foreign in internals.iter().chain(&["/v1/", "POST", "fraud", "publisher", "  "]) {
        assert!(!reply.contains(foreign), "{foreign:?} stands in {reply:?}");
    }
    names_no_id(reply);
    assert!(reply.ends_with('.') && reply.starts_with("You"), "{reply:?}");
}

#[track_caller]
fn names_no_id(text: &str) {
    for prefix in ["app_", "cmp_", "dlv_", "end_", "evt_", "off_", "rev_", "sec_", "src_", "clk_"] {
        assert!(!text.contains(prefix), "an id stands in {text:?}");
    }
}

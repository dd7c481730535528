//! The queue's rules, as any store must keep them: once recorded, claimed by one, settled by its claim, lost by nobody.

use std::time::Duration;

use ringback::domain::amount::Decimal;
use ringback::domain::completion::Completion;
use ringback::domain::delivery::{Counters, Delivery, DeliveryKind, EndedReason, Outcome, Status, Told, WaitingFor};
use ringback::domain::identity::ReportedFields;
use ringback::domain::new_delivery::{NewDelivery, Start};
use ringback::domain::replay::Obstacle;
use ringback::domain::settlement::{Next, Settlement};
use ringback::domain::time::Timestamp;
use ringback::random;
use ringback::store::Store;
use ringback::store::operator_actions::{Canceled, Replayed};
use ringback::store::queue::{Claimed, NewCompletion, Recorded, Settled, Unbounded, Wanted};

use crate::setup::{NOW, all, store};

/// A completion of a user, as a source would report it.
pub(crate) fn completion(external_id: &str) -> Completion {
    Completion {
        id: random::new_id("cmp"),
        source_id: Some("src_1".to_owned()),
        external_id: external_id.to_owned(),
        transaction_id: external_id.to_owned(),
        event_type: "sale".to_owned(),
        app_id: "app_1".to_owned(),
        user_id: "u1".to_owned(),
        offer_id: None,
        offer_name: None,
        goal_id: None,
        note: None,
        user_reward: Decimal::parse("0.10"),
        reward_minor: None,
        payout_minor: Some(250),
        gross_minor: None,
        currency: "USD".to_owned(),
        occurred_at: NOW,
        click_id: None,
        extra: vec![("b".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())],
        calculation: None,
        manual: None,
        review: None,
        recorded_at: NOW,
    }
}

pub(crate) fn new(external_id: &str, endpoint: &str, start: Start) -> NewCompletion {
    let recipe = "besitos@1".to_owned();
    let delivery = NewDelivery { id: random::new_id("dlv"), endpoint_id: endpoint.to_owned(), recipe, start };
    let completion = completion(external_id);
    NewCompletion { given: ReportedFields::of_completion(&completion, None), completion, deliveries: vec![delivery] }
}

/// Records one and answers its delivery's id.
pub(crate) async fn recorded(store: &Store, new: NewCompletion) -> String {
    let id = new.deliveries[0].id.clone();
    assert_eq!(store.record(vec![new]).await.unwrap(), [Recorded::Accepted]);
    id
}

pub(crate) async fn delivery(store: &Store, id: &str) -> Delivery {
    store.delivery(id.to_owned()).await.unwrap().unwrap().0
}

pub(crate) fn token() -> String {
    random::new_id("clm")
}

pub(crate) async fn claim(store: &Store, endpoint: &str, at_most: usize, now: Timestamp) -> Vec<Claimed> {
    let wanted = vec![Wanted { endpoint_id: endpoint.to_owned(), since: Timestamp::from_millis(0), at_most }];
    let claimed = store.claim("nod_1".to_owned(), wanted, now, token, |_| Some(Unbounded)).await.unwrap();
    claimed.into_iter().map(|(claimed, _)| claimed).collect()
}

pub(crate) fn settlement(claimed: &Claimed, next: Next) -> Settlement {
    Settlement {
        delivery_id: claimed.delivery.id.clone(),
        token: claimed.token.clone(),
        attempts: Vec::new(),
        replaces: None,
        counters: Counters::default(),
        told: Told::Maybe,
        next,
        at: NOW,
    }
}

#[tokio::test]
async fn a_completion_is_read_back_exactly_as_it_was_recorded() {
    let fresh = store();
    let new = new("e1", "end_1", Start::Pending);
    let written = new.completion.clone();
    recorded(&fresh.store, new).await;
    assert_eq!(fresh.store.completion(written.id.clone()).await.unwrap(), Some(written));
}

#[tokio::test]
async fn a_report_recorded_twice_in_one_batch_is_one_completion() {
    let fresh = store();
    let (first, second) = (new("e1", "end_1", Start::Pending), new("e1", "end_1", Start::Pending));
    let outcomes = fresh.store.record(vec![first.clone(), second]).await.unwrap();
    let duplicate =
        matches!(&outcomes[1], Recorded::Duplicate { completion_id, .. } if *completion_id == first.completion.id);
    assert!(outcomes[0] == Recorded::Accepted && duplicate, "{outcomes:?}");
    assert_eq!(fresh.store.completions(Default::default(), all()).await.unwrap().items.len(), 1);
    assert_eq!(fresh.store.deliveries(Default::default(), all()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_delivery_is_claimed_by_one_and_only_once_it_is_due() {
    let fresh = store();
    let id = recorded(&fresh.store, new("e1", "end_1", Start::Pending)).await;
    assert_eq!(claim(&fresh.store, "end_1", 9, NOW.minus(Duration::from_millis(1))).await, []);
    assert_eq!(claim(&fresh.store, "end_2", 9, NOW).await, []);
    let claimed = claim(&fresh.store, "end_1", 9, NOW).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!(claim(&fresh.store, "end_1", 9, NOW).await, []);
    assert_eq!(delivery(&fresh.store, &id).await.status, Status::Sending);
}

#[tokio::test]
async fn what_fell_due_first_is_claimed_first_and_no_more_than_wanted() {
    let fresh = store();
    let mut ids = Vec::new();
    for external_id in ["e1", "e2", "e3"] {
        ids.push(recorded(&fresh.store, new(external_id, "end_1", Start::Pending)).await);
    }
    let first = claim(&fresh.store, "end_1", 3, NOW).await;
    for (claimed, seconds) in first.iter().zip([30, 10, 20]) {
        let due = NOW.plus(Duration::from_secs(seconds));
        assert_eq!(fresh.store.settle(settlement(claimed, Next::Retry(due))).await.unwrap(), Settled::Done);
    }
    let later = NOW.plus(Duration::from_secs(60));
    let order: Vec<String> = claim(&fresh.store, "end_1", 2, later).await.into_iter().map(|c| c.delivery.id).collect();
    assert_eq!(order, [ids[1].clone(), ids[2].clone()]);
}

#[tokio::test]
async fn a_settlement_under_a_claim_that_was_taken_over_changes_nothing() {
    let fresh = store();
    let id = recorded(&fresh.store, new("e1", "end_1", Start::Pending)).await;
    let stale = claim(&fresh.store, "end_1", 1, NOW).await.remove(0);
    fresh.store.rescue(NOW, 1000).await.unwrap();
    let later = NOW.plus(Duration::from_secs(60));
    let current = claim(&fresh.store, "end_1", 1, later).await.remove(0);
    assert_eq!(fresh.store.settle(settlement(&stale, Next::Dead)).await.unwrap(), Settled::Stale);
    assert_eq!(delivery(&fresh.store, &id).await.status, Status::Sending);
    assert_eq!(fresh.store.settle(settlement(&current, Next::Delivered)).await.unwrap(), Settled::Done);
    assert_eq!(fresh.store.settle(settlement(&current, Next::Dead)).await.unwrap(), Settled::Stale);
    assert_eq!(delivery(&fresh.store, &id).await.status, Status::Delivered);
}

#[tokio::test]
async fn a_rescued_send_is_written_down_as_interrupted_and_only_the_latest_of_a_run_is_kept() {
    let fresh = store();
    let start = Start::Claimed { node: "nod_9".into(), token: token() };
    let id = recorded(&fresh.store, new("e1", "end_1", start)).await;
    assert_eq!(fresh.store.rescue(NOW, 1000).await.unwrap(), 1);
    let later = NOW.plus(Duration::from_secs(60));
    assert_eq!(claim(&fresh.store, "end_1", 1, later).await.len(), 1);
    assert_eq!(fresh.store.rescue(later, 1000).await.unwrap(), 1);
    let (delivery, attempts) = fresh.store.delivery(id).await.unwrap().unwrap();
    let facts: Vec<(u32, bool, Outcome)> = attempts.iter().map(|a| (a.number, a.counted, a.outcome)).collect();
    assert_eq!(facts, [(1, false, Outcome::Interrupted)]);
    assert_eq!((delivery.status, delivery.told, delivery.counters.faults), (Status::Retrying, Told::Maybe, 2));
    assert_eq!((delivery.counters.attempts_made, delivery.due_at), (0, Some(later.plus(Duration::from_secs(30)))));
    assert_eq!(fresh.store.rescue(later, 1000).await.unwrap(), 0);
}

#[tokio::test]
async fn holding_and_releasing_concern_one_endpoint_and_the_reason_that_is_mended() {
    let fresh = store();
    let store = &fresh.store;
    let waiting = recorded(store, new("e1", "end_1", Start::Pending)).await;
    let other = recorded(store, new("e2", "end_2", Start::Held(WaitingFor::Secret))).await;
    assert_eq!(store.hold("end_1".to_owned(), WaitingFor::AppPaused, NOW).await.unwrap(), 1);
    let held = store.held_endpoints().await.unwrap();
    assert_eq!(held.iter().map(|held| held.endpoint_id.as_str()).collect::<Vec<_>>(), ["end_1", "end_2"]);
    assert_eq!(store.due(NOW).await.unwrap().endpoints, []);
    assert_eq!(store.release("end_1".to_owned(), vec![WaitingFor::AppPaused], None, NOW).await.unwrap().count, 0);
    assert_eq!(store.release("end_1".to_owned(), vec![], None, NOW).await.unwrap().count, 1);
    assert_eq!(delivery(store, &waiting).await.status, Status::Pending);
    assert_eq!(delivery(store, &other).await.waiting_for, Some(WaitingFor::Secret));
    let since = NOW.plus(Duration::from_millis(1));
    assert_eq!(store.expire_held("end_2".to_owned(), since, since).await.unwrap(), 1);
    let dead = delivery(store, &other).await;
    assert_eq!((dead.status, dead.ended_reason), (Status::Dead, Some(EndedReason::Expired)));
}

#[tokio::test]
async fn what_was_released_and_is_held_again_before_it_was_sent_has_been_held_since_the_first_time() {
    let fresh = store();
    let store = &fresh.store;
    let end_1 = || "end_1".to_owned();
    let day = |day: u64| NOW.plus(Duration::from_secs(day * 24 * 3600));
    let id = recorded(store, new("e1", "end_1", Start::Held(WaitingFor::Secret))).await;
    assert_eq!(store.release(end_1(), vec![], None, day(1)).await.unwrap().count, 1);
    assert_eq!(store.hold(end_1(), WaitingFor::AppPaused, day(2)).await.unwrap(), 1);
    assert_eq!(store.release(end_1(), vec![], None, day(3)).await.unwrap().count, 1);
    let claimed = claim(store, "end_1", 1, day(4)).await.remove(0);
    let held = Settlement { at: day(4), ..settlement(&claimed, Next::Held(WaitingFor::Fields)) };
    store.settle(held).await.unwrap();
    assert_eq!(store.expire_held(end_1(), NOW, day(5)).await.unwrap(), 0);
    assert_eq!(store.expire_held(end_1(), day(1), day(5)).await.unwrap(), 1);
    assert_eq!(delivery(store, &id).await.ended_reason, Some(EndedReason::Expired));
}

#[tokio::test]
async fn what_was_sent_between_two_holds_has_been_held_since_the_second() {
    let fresh = store();
    let store = &fresh.store;
    let end_1 = || "end_1".to_owned();
    let day = |day: u64| NOW.plus(Duration::from_secs(day * 24 * 3600));
    recorded(store, new("e1", "end_1", Start::Held(WaitingFor::Secret))).await;
    store.release(end_1(), vec![], None, day(1)).await.unwrap();
    let claimed = claim(store, "end_1", 1, day(1)).await.remove(0);
    store.settle(settlement(&claimed, Next::Retry(day(2)))).await.unwrap();
    store.hold(end_1(), WaitingFor::AppPaused, day(2)).await.unwrap();
    assert_eq!(store.expire_held(end_1(), day(2), day(5)).await.unwrap(), 0);
    assert_eq!(store.expire_held(end_1(), day(3), day(5)).await.unwrap(), 1);
}

#[tokio::test]
async fn releasing_goes_on_behind_what_was_released_and_is_held_again() {
    let fresh = store();
    let store = &fresh.store;
    let end_1 = || "end_1".to_owned();
    let many = (0..1_200).map(|n| new(&format!("e{n}"), "end_1", Start::Held(WaitingFor::Fields))).collect();
    store.record(many).await.unwrap();
    let (mut behind, mut steps) = (None, Vec::new());
    loop {
        let released = store.release(end_1(), vec![], behind, NOW).await.unwrap();
        while store.hold(end_1(), WaitingFor::Fields, NOW).await.unwrap() > 0 {}
        steps.push(released.count);
        behind = released.last;
        if behind.is_none() {
            break;
        }
    }
    assert_eq!(steps, [500, 500, 200]);
}

#[tokio::test]
async fn a_replayed_delivery_begins_its_schedule_anew_and_keeps_its_count() {
    let fresh = store();
    let id = recorded(&fresh.store, new("e1", "end_1", Start::Pending)).await;
    let claimed = claim(&fresh.store, "end_1", 1, NOW).await.remove(0);
    assert_eq!(fresh.store.replay(id.clone(), NOW).await.unwrap(), Replayed::Not(Obstacle::NotEnded(Status::Sending)));
    let counters = Counters { attempts_made: 9, round_attempts: 9, last_number: 9, faults: 0 };
    let dead = Settlement { counters, ..settlement(&claimed, Next::Dead) };
    fresh.store.settle(dead).await.unwrap();
    assert_eq!(fresh.store.cancel(id.clone(), NOW).await.unwrap(), Canceled::NotFrom(Status::Dead));
    assert_eq!(fresh.store.replay(id.clone(), NOW).await.unwrap(), Replayed::Done);
    let reopened = delivery(&fresh.store, &id).await;
    assert_eq!(reopened.counters, Counters { attempts_made: 9, round_attempts: 0, last_number: 9, faults: 0 });
    assert_eq!(fresh.store.cancel(id, NOW).await.unwrap(), Canceled::Done);
    assert_eq!(fresh.store.replay("dlv_unknown".to_owned(), NOW).await.unwrap(), Replayed::Unknown);
}

#[tokio::test]
async fn retention_removes_what_ended_long_ago_and_never_the_keys_of_a_report() {
    let fresh = store();
    let ended = recorded(&fresh.store, new("e1", "end_1", Start::Pending)).await;
    let open = recorded(&fresh.store, new("e2", "end_2", Start::Pending)).await;
    let claimed = claim(&fresh.store, "end_1", 1, NOW).await.remove(0);
    fresh.store.settle(settlement(&claimed, Next::Delivered)).await.unwrap();
    assert_eq!(fresh.store.prune(NOW).await.unwrap(), 0);
    // Ids bear the real time of their making, so the bound must lie behind it.
    let future = Timestamp::from_millis(4_000_000_000_000);
    assert_eq!(fresh.store.prune(future).await.unwrap(), 1);
    assert_eq!(fresh.store.delivery(ended).await.unwrap(), None);
    assert_eq!(delivery(&fresh.store, &open).await.kind, DeliveryKind::Completion);
    let again = fresh.store.record(vec![new("e1", "end_1", Start::Pending)]).await.unwrap();
    assert!(matches!(again[0], Recorded::Duplicate { .. }), "{again:?}");
}

#[tokio::test]
async fn many_that_report_the_same_at_once_record_it_once() {
    let fresh = store();
    let reports = (0..64).map(|_| {
        let store = fresh.store.clone();
        tokio::spawn(async move { store.record(vec![new("e1", "end_1", Start::Pending)]).await.unwrap().remove(0) })
    });
    let mut accepted = 0;
    for report in reports.collect::<Vec<_>>() {
        accepted += usize::from(report.await.unwrap() == Recorded::Accepted);
    }
    assert_eq!(accepted, 1);
}

#[tokio::test]
async fn what_has_been_due_for_too_long_is_dead_and_what_fell_due_later_is_not() {
    let fresh = store();
    let old = recorded(&fresh.store, new("e1", "end_1", Start::Pending)).await;
    let elsewhere = recorded(&fresh.store, new("e2", "end_2", Start::Pending)).await;
    let since = NOW.plus(Duration::from_millis(1));
    assert_eq!(fresh.store.expire_waiting("end_1".to_owned(), NOW, NOW).await.unwrap(), 0);
    assert_eq!(fresh.store.expire_waiting("end_1".to_owned(), since, since).await.unwrap(), 1);
    let ended = delivery(&fresh.store, &old).await;
    assert_eq!((ended.status, ended.ended_reason), (Status::Dead, Some(EndedReason::Expired)));
    assert_eq!(delivery(&fresh.store, &elsewhere).await.status, Status::Pending);
}

//! What a replay job is about, on any store: which deliveries it takes in, which it passes over, and why.

use std::time::Duration;

use ringback::domain::delivery::Status;
use ringback::domain::new_delivery::Start;
use ringback::domain::replay::selection::{Range, Selection};
use ringback::domain::replay::{ReplayState, Skipped};
use ringback::domain::settlement::Next;
use ringback::store::operator_actions::Replayed;
use ringback::store::replay_steps::Stepped;

use crate::queue::{claim, delivery, new, recorded, settlement};
use crate::replays::{BEGUN, Database, begin, count, outage, part, standing, step, window};
use crate::setup::{NOW, all, key};

/// How many deliveries are older than a row of this table, whose rows have the keys of deliveries.
fn place_of(table: &str) -> String {
    format!("(SELECT count(*) FROM deliveries older WHERE older.id < {table}.id)")
}

#[tokio::test]
async fn a_window_is_half_open_and_a_range_begins_with_its_first_delivery() {
    let (fresh, app) = outage(60).await;
    // One each second.
    let at = |seconds: u64| NOW.plus(Duration::from_secs(seconds));
    let range = Range::Window { from: at(10), to: at(13) };
    assert_eq!(count(&fresh.store, &app.id, &Selection { range, ..window(&[Status::Dead]) }, true).await.0, 3);
    let listed = fresh.store.deliveries(Default::default(), all()).await.unwrap().items;
    let range = Range::Since { delivery_id: listed[6].id.clone() };
    let since = Selection { range, statuses: vec![Status::Dead] };
    assert_eq!(count(&fresh.store, &app.id, &since, true).await.0, 7);
    begin(&fresh.store, &app.id, since).await;
    step(&fresh.store, &part(&fresh.store).await, "nod_1", 10).await;
    assert_eq!(Database::of(&fresh).count(&format!("status = 0 AND id >= {}", key(&listed[6].id))), 7);
    assert_eq!(Database::of(&fresh).count("status = 0"), 7);
}

#[tokio::test]
async fn what_is_in_one_of_the_states_is_replayed_and_a_test_never() {
    for (statuses, replayed) in [
        (&[Status::Dead][..], 20),
        (&[Status::Canceled], 10),
        (&[Status::Dead, Status::Canceled], 30),
        (&[Status::Delivered], 30),
        (&[Status::Dead, Status::Delivered, Status::Canceled], 60),
    ] {
        let (fresh, app) = outage(70).await;
        let mut database = Database::of(&fresh);
        database.change(&format!("UPDATE deliveries SET status = 4 WHERE {} % 7 < 3", place_of("deliveries")));
        database.change(&format!("UPDATE deliveries SET status = 6 WHERE {} % 7 = 3", place_of("deliveries")));
        database
            .change(&format!("UPDATE deliveries SET kind = 2, test = '{{}}' WHERE {} % 7 = 4", place_of("deliveries")));
        let selection = window(statuses);
        assert_eq!(count(&fresh.store, &app.id, &selection, true).await, (replayed, Skipped::default()));
        let id = begin(&fresh.store, &app.id, selection).await;
        let part = part(&fresh.store).await;
        while !matches!(step(&fresh.store, &part, "nod_1", 25).await, Stepped::Moved { is_over: true, .. }) {
            database.send_in_vain();
        }
        database.send_in_vain();
        let counts = standing(&fresh.store, &id).await;
        assert_eq!(counts, (ReplayState::Done, replayed, replayed, Skipped::default()), "{statuses:?}");
        assert_eq!(database.count("attempts_made = 2"), i64::try_from(replayed).unwrap());
        assert_eq!(database.count("kind = 2 AND (attempts_made = 2 OR status = 0)"), 0);
    }
}

#[tokio::test]
async fn what_may_not_be_told_once_more_is_passed_over_and_counted_by_reason() {
    let (fresh, app) = outage(50).await;
    let mut database = Database::of(&fresh);
    let (completion, callback) = (place_of("completions"), place_of("deliveries"));
    database.change(&format!("UPDATE completions SET erased_at = 1 WHERE {completion} % 10 = 0"));
    database.change(&format!("UPDATE completions SET review = 0, review_until = 1 WHERE {completion} % 10 = 1"));
    database.change(&format!("UPDATE deliveries SET reversed = 0 WHERE {callback} % 10 IN (2, 3)"));
    let skipped = Skipped { reversed: 10, review: 5, erased: 5, ..Skipped::default() };
    assert_eq!(count(&fresh.store, &app.id, &window(&[Status::Dead]), true).await, (50, skipped));
    assert_eq!(count(&fresh.store, &app.id, &window(&[Status::Dead]), false).await, (50, Skipped::default()));

    let id = begin(&fresh.store, &app.id, window(&[Status::Dead])).await;
    let part = part(&fresh.store).await;
    // Somebody reopens three meanwhile, of which one has ended anew before the job comes to it.
    let newest = fresh.store.deliveries(Default::default(), all()).await.unwrap().items;
    for delivery in newest.iter().take(3) {
        assert_eq!(fresh.store.replay(delivery.id.clone(), BEGUN).await.unwrap(), Replayed::Done);
    }
    let later = BEGUN.as_millis() + 1;
    database.change(&format!(
        "UPDATE deliveries SET status = 5, due_at = NULL, ended_at = {later}
         WHERE id = (SELECT min(id) FROM deliveries WHERE status = 0)"
    ));
    while !matches!(step(&fresh.store, &part, "nod_1", 7).await, Stepped::Moved { is_over: true, .. }) {
        database.send_in_vain();
    }
    let skipped = Skipped { reopened: 3, ..skipped };
    assert_eq!(standing(&fresh.store, &id).await, (ReplayState::Done, 50, 27, skipped));
}

#[tokio::test]
async fn deliveries_of_an_archived_app_are_passed_over() {
    let (fresh, app) = outage(5).await;
    let id = begin(&fresh.store, &app.id, window(&[Status::Dead])).await;
    Database::of(&fresh).change("UPDATE apps SET archived_at = 1");
    let stepped = step(&fresh.store, &part(&fresh.store).await, "nod_1", 7).await;
    assert_eq!(stepped, Stepped::Moved { reopened: 0, is_over: true });
    let skipped = Skipped { archived: 5, ..Skipped::default() };
    assert_eq!(standing(&fresh.store, &id).await, (ReplayState::Done, 5, 0, skipped));
}

#[tokio::test]
async fn what_is_reported_for_another_app_or_later_is_no_part_of_a_job() {
    let (fresh, app) = outage(3).await;
    let others = recorded(&fresh.store, new("e1", "end_1", Start::Pending)).await;
    let claimed = claim(&fresh.store, "end_1", 1, NOW).await.remove(0);
    fresh.store.settle(settlement(&claimed, Next::Dead)).await.unwrap();
    let id = begin(&fresh.store, &app.id, window(&[Status::Dead])).await;
    step(&fresh.store, &part(&fresh.store).await, "nod_1", 7).await;
    assert_eq!(standing(&fresh.store, &id).await, (ReplayState::Done, 3, 3, Skipped::default()));
    assert_eq!(delivery(&fresh.store, &others).await.status, Status::Dead);
}

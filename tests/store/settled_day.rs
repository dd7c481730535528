//! The last day of all apps, whose settled part is remembered: it says what the roll-ups say that are added up directly, at any
//! moment and whoever writes them.

use std::collections::HashMap;
use std::time::Duration;

use ringback::domain::delivery::Outcome;
use ringback::domain::health::rollup::{Rollup, Step};
use ringback::domain::health::series::Series;
use ringback::domain::health::tally::{LastFailure, Tally};
use ringback::domain::time::Timestamp;
use ringback::store::Store;
use ringback::store::rollups::NodeRollup;

use crate::setup::{NOW, store};

const MINUTE: Duration = Duration::from_secs(60);
const FIVE: Duration = Duration::from_secs(5 * 60);
const HOUR: Duration = Duration::from_secs(3_600);

/// What an app did in the five minutes of an instant: so many delivered, and at that instant a failure with this status.
async fn write(store: &Store, node: &str, app: &str, at: Timestamp, delivered: u64, status: Option<u16>) {
    let outcome = if status.is_some() { Outcome::HttpStatus } else { Outcome::Timeout };
    let tally = Tally {
        delivered,
        dead: delivered / 3,
        failed_attempts: 1,
        last_delivered_at: (delivered > 0).then_some(at),
        last_failure: Some(LastFailure { at, outcome, status }),
    };
    let rollup = Rollup { tally, ..Rollup::default() };
    let one = NodeRollup { app_id: app.to_owned(), at: Step::FiveMinutes.begin(at), rollup };
    store.write_rollups(node, vec![one], Vec::new()).await.unwrap();
}

/// What the day says at this instant, which has to be what is added up directly, of all apps and of each of them.
async fn day(store: &Store, now: Timestamp) -> HashMap<String, Tally> {
    let remembered = store.tallies_of_the_day(now).await.unwrap();
    let direct = store.tallies(None, Series::last_day(now)).await.unwrap();
    assert_eq!(remembered, direct, "at {now}");
    let apps = Some(direct.keys().cloned().collect());
    assert_eq!(store.tallies(apps, Series::last_day(now)).await.unwrap(), direct, "at {now}");
    remembered
}

async fn delivered(store: &Store, now: Timestamp, app: &str) -> Option<u64> {
    day(store, now).await.get(app).map(|tally| tally.delivered)
}

#[tokio::test]
async fn wherever_its_bounds_lie_and_whatever_is_folded_the_day_is_that_of_the_roll_ups() {
    let fresh = store();
    let begin = Step::Hour.begin(NOW).minus(26 * HOUR);
    // An hour apart, and a moment more each time, so that they lie in other five minutes of their hours.
    for step in 0..30 {
        let at = begin.plus((HOUR + 7 * MINUTE) * step);
        write(&fresh.store, "nod_1", "app_1", at, u64::from(step), Some(500)).await;
        write(&fresh.store, "nod_2", "app_1", at, 2, None).await;
        if step % 5 == 0 {
            write(&fresh.store, "nod_2", "app_2", at, 1, Some(503)).await;
        }
    }
    let mut now = NOW;
    for round in 0..40 {
        now = now.plus(3 * MINUTE);
        assert_eq!(day(&fresh.store, now).await.len(), 2);
        if round % 4 == 0 {
            fresh.store.fold_rollups(now.minus(15 * MINUTE)).await.unwrap();
        }
    }
    while fresh.store.fold_rollups(now.minus(15 * MINUTE)).await.unwrap() {}
    day(&fresh.store, now).await;
    // A clock that was set back, and one that was away for long.
    day(&fresh.store, NOW).await;
    assert_eq!(day(&fresh.store, now.plus(72 * HOUR)).await, HashMap::new());
}

#[tokio::test]
async fn what_this_and_other_nodes_add_to_the_last_minutes_is_found_at_once() {
    let (fresh, now) = (store(), Step::FiveMinutes.begin(NOW).plus(MINUTE));
    let other = fresh.another_node();
    write(&fresh.store, "nod_1", "app_1", now.minus(2 * HOUR), 1, None).await;
    assert_eq!(delivered(&fresh.store, now, "app_1").await, Some(1));
    // Five minutes that are not settled begin up to this long ago.
    for (back, expected) in [(0, 11), (5, 21), (10, 31), (15, 41)] {
        write(&other, "nod_2", "app_1", now.minus(back * MINUTE), 10, None).await;
        assert_eq!(delivered(&fresh.store, now, "app_1").await, Some(expected));
    }
    write(&other, "nod_2", "app_1", now, 12, None).await;
    assert_eq!(
        delivered(&fresh.store, now, "app_1").await,
        Some(43),
        "over what it wrote of the same five minutes before"
    );
    for later in [4 * MINUTE, FIVE, HOUR] {
        assert_eq!(delivered(&fresh.store, now.plus(later), "app_1").await, Some(43));
    }
}

#[tokio::test]
async fn an_app_whose_only_events_are_settled_is_in_the_day_until_they_leave_it() {
    let (fresh, now) = (store(), Step::FiveMinutes.begin(NOW).plus(MINUTE));
    write(&fresh.store, "nod_1", "app_1", now, 3, Some(422)).await;
    for (later, expected) in [(HOUR, Some(3)), (24 * HOUR - FIVE, Some(3)), (24 * HOUR, None)] {
        assert_eq!(delivered(&fresh.store, now.plus(later), "app_1").await, expected, "{later:?}");
    }
}

#[tokio::test]
async fn what_is_settled_is_added_up_once_until_the_bounds_of_the_day_move() {
    let (fresh, now) = (store(), Step::FiveMinutes.begin(NOW).plus(MINUTE));
    write(&fresh.store, "nod_1", "app_1", now.minus(2 * HOUR), 1, None).await;
    assert_eq!(delivered(&fresh.store, now, "app_1").await, Some(1));
    // Two hours late, which is later than any node may write.
    write(&fresh.store, "nod_2", "app_1", now.minus(2 * HOUR), 5, None).await;
    let at = async |now| fresh.store.tallies_of_the_day(now).await.unwrap()["app_1"].delivered;
    assert_eq!([at(now).await, at(now.plus(3 * MINUTE)).await, at(now.plus(FIVE)).await], [1, 1, 6]);
}

#[tokio::test]
async fn many_who_ask_at_once_are_told_the_same() {
    let fresh = store();
    for app in ["app_1", "app_2"] {
        write(&fresh.store, "nod_1", app, NOW.minus(3 * HOUR), 2, None).await;
    }
    let asked = std::array::from_fn::<_, 8, _>(|_| {
        let store = fresh.store.clone();
        tokio::spawn(async move { store.tallies_of_the_day(NOW).await.unwrap() })
    });
    let direct = fresh.store.tallies(None, Series::last_day(NOW)).await.unwrap();
    for told in asked {
        assert_eq!(told.await.unwrap(), direct);
    }
}

#[tokio::test]
async fn the_last_failure_is_that_of_the_row_that_has_the_latest_whatever_others_say() {
    let (fresh, hour) = (store(), Step::Hour.begin(NOW).minus(5 * HOUR));
    let now = hour.plus(4 * HOUR);
    let last = async || day(&fresh.store, now).await["app_1"].last_failure;
    let said = |at, outcome, status| Some(LastFailure { at, outcome, status });
    write(&fresh.store, "nod_1", "app_1", hour.plus(7 * MINUTE), 0, Some(599)).await;
    write(&fresh.store, "nod_2", "app_1", hour.plus(8 * MINUTE), 0, None).await;
    assert_eq!(last().await, said(hour.plus(8 * MINUTE), Outcome::Timeout, None));
    let open = now.minus(MINUTE);
    write(&fresh.store, "nod_1", "app_1", open, 0, Some(401)).await;
    assert_eq!(last().await, said(open, Outcome::HttpStatus, Some(401)));
    write(&fresh.store, "nod_2", "app_1", open, 0, Some(422)).await;
    assert_eq!(last().await, said(open, Outcome::HttpStatus, Some(422)), "of two at the same instant the greater");
}

//! What processes add up of callbacks, written, read together, folded and removed.

use std::time::Duration;

use ringback::domain::health::rollup::{Rollup, Step};
use ringback::domain::health::series::Series;
use ringback::domain::time::Timestamp;
use ringback::random;
use ringback::store::Store;
use ringback::store::rollups::{NodeRollup, SecretUse};

use crate::setup::{NOW, store};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

fn of(app_id: &str, at: Timestamp, delivered: u64) -> NodeRollup {
    let mut rollup = Rollup { delivered, last_delivered_at: Some(at), ..Rollup::default() };
    (0..delivered).for_each(|_| rollup.latencies.add(7));
    NodeRollup { app_id: app_id.to_owned(), at: Step::FiveMinutes.begin(at), rollup }
}

async fn write(store: &Store, node: &str, rollup: NodeRollup) {
    store.write_rollups(node, vec![rollup], Vec::new()).await.unwrap();
}

/// The sum of an app over the last 24 hours.
async fn sum(store: &Store, app_id: &str, now: Timestamp) -> Rollup {
    let sums = store.health_sums(Some(vec![app_id.to_owned()]), Series::last_day(now)).await.unwrap();
    sums.get(app_id).cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_process_writes_over_its_own_row_and_what_several_wrote_adds_up() {
    let fresh = store();
    let (one, other) = (random::new_id("nod"), random::new_id("nod"));
    for delivered in [1, 3] {
        write(&fresh.store, &one, of("app_1", NOW, delivered)).await;
    }
    write(&fresh.another_node(), &other, of("app_1", NOW, 5)).await;
    write(&fresh.store, &one, of("app_2", NOW, 9)).await;
    let sum = sum(&fresh.store, "app_1", NOW).await;
    assert_eq!((sum.delivered, sum.latencies.quantile(990), sum.last_delivered_at), (8, Some(7), Some(NOW)));
    let all = fresh.store.health_sums(None, Series::last_day(NOW)).await.unwrap();
    assert_eq!(all["app_2"].delivered, 9);
}

#[tokio::test]
async fn a_folded_hour_says_what_its_five_minutes_said_and_each_is_read_once() {
    let fresh = store();
    let node = random::new_id("nod");
    let hour = Step::Hour.begin(NOW);
    for (minutes, delivered) in [(0, 1), (55, 2), (60, 4), (130, 8)] {
        write(&fresh.store, &node, of("app_1", hour.plus(MINUTE * minutes), delivered)).await;
    }
    let now = hour.plus(MINUTE * 140);
    let before = sum(&fresh.store, "app_1", now).await;
    // Two hours are over, the third is not.
    let mut folded = 0;
    while fresh.store.fold_rollups(now).await.unwrap() {
        folded += 1;
    }
    assert_eq!((folded, sum(&fresh.store, "app_1", now).await), (2, before));
    let series = Series { from: hour, to: hour.plus(3 * HOUR), step: HOUR };
    let hours = fresh.store.health_series(None, series).await.unwrap();
    assert_eq!(hours.values().map(|hour| hour.delivered).collect::<Vec<_>>(), [3, 4, 8]);

    // Without their five minutes the hours still tell.
    let gone = fresh.store.prune_rollups(Step::FiveMinutes, hour.plus(2 * HOUR)).await.unwrap();
    assert_eq!(gone, 3);
    assert_eq!(fresh.store.health_series(None, series).await.unwrap(), hours);
    assert_eq!(fresh.store.prune_rollups(Step::Hour, hour.plus(HOUR)).await.unwrap(), 1);
}

#[tokio::test]
async fn of_a_secret_that_several_nodes_use_the_later_instants_stand() {
    let fresh = store();
    let used = |ms, acknowledged: Option<i64>| SecretUse {
        last_used_at: Timestamp::from_millis(ms),
        last_acknowledged_at: acknowledged.map(Timestamp::from_millis),
    };
    let id = random::new_id("sec");
    for one in [used(5, Some(5)), used(9, None), used(7, Some(7))] {
        fresh.store.write_rollups(&random::new_id("nod"), Vec::new(), vec![(id.clone(), one)]).await.unwrap();
    }
    assert_eq!(fresh.store.secret_uses(vec![id.clone()]).await.unwrap()[&id], used(9, Some(7)));
}

//! What looking for due deliveries and claiming them reads on PostgreSQL: the same whatever has passed through the queue and
//! cannot be removed by a vacuum, and whatever waits in it.

use std::time::Duration;

use futures_util::future::join_all;
use ringback::domain::new_delivery::Start;
use ringback::domain::settlement::Next;
use ringback::domain::time::Timestamp;
use ringback::store::inspect::{Buffers, OldSnapshot};
use ringback::store::queue::{NewCompletion, Recorded, Settled, Wanted};
use ringback::store::{Location, Store};

use crate::queue::{claim, new, settlement};
use crate::setup::{NOW, open};

/// Reports of one group.
const GROUP: usize = 500;
/// Deliveries that wait behind those that have passed through.
const WAITING: usize = 64;

/// When number `n` falls due; all have by [`LATER`].
fn due(number: usize) -> Timestamp {
    NOW.plus(Duration::from_millis(number as u64))
}

const LATER: Timestamp = Timestamp::from_millis(NOW.as_millis() + 3_600_000);

async fn record(store: &Store, numbers: std::ops::Range<usize>) {
    let report = |number: usize| {
        let mut new: NewCompletion = new(&format!("e{number}"), "end_1", Start::Pending);
        new.completion.recorded_at = due(number);
        new
    };
    let outcomes = store.record(numbers.map(report).collect()).await.unwrap();
    assert!(outcomes.iter().all(|outcome| *outcome == Recorded::Accepted), "{outcomes:?}");
}

/// Has so many pass through the queue, of which each leaves dead rows.
async fn pass_through(store: &Store, count: usize) {
    for first in (0..count).step_by(GROUP) {
        record(store, first..first + GROUP).await;
        let claimed = claim(store, "end_1", GROUP, LATER).await;
        let settlements = claimed.iter().map(|claimed| store.settle(settlement(claimed, Next::Delivered)));
        assert!(join_all(settlements).await.into_iter().all(|settled| settled.unwrap() == Settled::Done));
    }
}

/// What is read by looks, and by a claim of what the first of them finds.
async fn read(store: &Store) -> Buffers {
    let found = store.due(LATER).await.unwrap().endpoints.remove(0);
    let wanted = Wanted { endpoint_id: found.endpoint_id.clone(), since: found.due_at(), at_most: WAITING };
    store.buffers(wanted, LATER).await.unwrap().unwrap()
}

/// The same where so many have passed through and no vacuum can remove what they left.
async fn read_beside(dead: usize) -> Buffers {
    let place = place::on_postgres();
    let store = open(&place);
    let _held = OldSnapshot::hold(&Location::parse(&place.url).unwrap()).unwrap().unwrap();
    pass_through(&store, dead).await;
    record(&store, dead..dead + WAITING).await;
    read(&store).await
}

#[tokio::test]
async fn a_look_and_a_claim_read_as_little_beside_many_dead_rows_as_beside_few() {
    let (few, many) = (read_beside(2 * GROUP).await, read_beside(20 * GROUP).await);
    let is_about = |many: u64, few: u64| many <= few + few / 5 + 2;
    assert!(is_about(many.due, few.due) && is_about(many.claim, few.claim), "{few:?}, {many:?}");
    assert!(many.due_from_beginning > few.due_from_beginning * 5, "no row is dead: {few:?}, {many:?}");
}

#[tokio::test]
async fn a_look_does_not_go_through_what_waits_though_the_planner_knows_an_empty_queue() {
    let place = place::on_postgres();
    let store = open(&place);
    pass_through(&store, 4 * GROUP).await;
    store.tidy().await.unwrap();
    record(&store, 4 * GROUP..8 * GROUP).await;
    let read = read(&store).await;
    assert!(read.due < 20 && read.due_from_beginning < 20, "{read:?}");
}

//! How often PostgreSQL is asked for a group: each time is a network round trip, which whoever reports waits for.

use futures_util::future::join_all;
use ringback::domain::new_delivery::Start;
use ringback::domain::settlement::{Next, Settlement};
use ringback::store::erasure::Erasure;
use ringback::store::queue::{ClaimInLine, NewCompletion, Recorded, Settled};
use ringback::store::{Access, FEWEST_CONNECTIONS, Location, Store};

use crate::queue::{claim, new, recorded, settlement, token};
use crate::setup::NOW;
use crate::wire::Wire;

/// Reports of one group: a batch of this size is one work of the writer.
const GROUP: usize = 64;

/// A store with one writer, its statements prepared, and the wire to it.
struct Stage {
    store: Store,
    wire: Wire,
    _place: place::Place,
}

impl Stage {
    async fn set() -> Self {
        let place = place::on_postgres();
        let wire = Wire::to(&place.url);
        let location = Location::parse(&wire.url).unwrap();
        let access = Access { location, key_file: Some(place.key_file()), pool_size: FEWEST_CONNECTIONS };
        let stage = Self { store: Store::open(&access).unwrap(), wire, _place: place };
        stage.record("first", 1).await;
        for settlement in stage.settlements(1).await {
            stage.store.settle(settlement).await.unwrap();
        }
        stage
    }

    async fn record(&self, name: &str, count: usize) {
        let outcomes = self.store.record(reports(name, count)).await.unwrap();
        assert!(outcomes.iter().all(|outcome| *outcome == Recorded::Accepted), "{outcomes:?}");
    }

    /// Of what is due.
    async fn settlements(&self, count: usize) -> Vec<Settlement> {
        let claimed = claim(&self.store, "end_1", count, NOW).await;
        assert_eq!(claimed.len(), count);
        claimed.iter().map(|claimed| settlement(claimed, Next::Delivered)).collect()
    }
}

fn reports(name: &str, count: usize) -> Vec<NewCompletion> {
    (0..count).map(|number| new(&format!("{name}-{number}"), "end_1", Start::Pending)).collect()
}

#[tokio::test]
async fn a_group_of_reports_takes_four_round_trips() {
    let stage = Stage::set().await;
    for (name, count) in [("one", 1), ("many", GROUP)] {
        assert_eq!(stage.wire.count(stage.record(name, count)).await, (1, 4), "{name}");
    }
}

#[tokio::test]
async fn a_group_of_reports_takes_no_more_of_them_where_somebody_was_erased() {
    let stage = Stage::set().await;
    let text = |text: &str| text.to_owned();
    let erasure = Erasure { app_id: text("app_1"), user_id: text("u1"), pseudonym: text("erased_u"), now: NOW };
    stage.store.erase_user(erasure).await.unwrap();
    // The first group finds out that there are erased keys.
    stage.record("second", 1).await;
    assert_eq!(stage.wire.count(stage.record("many", GROUP)).await, (1, 4));
}

#[tokio::test]
async fn a_group_of_settlements_takes_three_round_trips() {
    let stage = Stage::set().await;
    stage.record("many", GROUP + 1).await;
    let one = stage.settlements(1).await.remove(0);
    assert_eq!(stage.wire.count(stage.store.settle(one)).await, (1, 3));
    let many = stage.settlements(GROUP).await;
    let settle = join_all(many.into_iter().map(|settlement| stage.store.settle(settlement)));
    let settled = async { assert!(settle.await.into_iter().all(|settled| settled.unwrap() == Settled::Done)) };
    let (groups, round_trips) = stage.wire.count(settled).await;
    assert_eq!(round_trips, 3 * groups);
}

#[tokio::test]
async fn beginning_what_waits_in_line_takes_no_round_trip_of_its_own() {
    let stage = Stage::set().await;
    let token = token();
    let start = Start::InLine { node: "nod_1".into(), token: token.clone() };
    let delivery_id = recorded(&stage.store, new("waiting", "end_1", start)).await;
    stage.record("many", 1).await;
    let settlement = stage.settlements(1).await.remove(0);
    let next = Some(ClaimInLine { delivery_id, token });
    let settled =
        async { assert_eq!(stage.store.settle_and_begin(&settlement, next).await.unwrap(), (Settled::Done, true)) };
    assert_eq!(stage.wire.count(settled).await, (1, 3));
}

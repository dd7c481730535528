//! Slots of an app's rate: handed out one after the other, to whichever node asks.

use std::time::Duration;

use ringback::store::queue::WantedSlots;

use crate::setup::{NOW, store};

fn wanted(app_id: &str) -> WantedSlots {
    WantedSlots { app_id: app_id.to_owned(), slots: 25, per_second: 50 }
}

#[tokio::test]
async fn a_slice_begins_where_the_last_one_of_any_node_ended_and_an_app_where_it_left_off() {
    let fresh = store();
    let hand_out = async |apps: &[&str]| {
        let wanted = apps.iter().map(|app| wanted(app)).collect();
        let handed_out = fresh.store.hand_out_slots(wanted, NOW).await.unwrap();
        handed_out.into_iter().map(|(want, from)| (want.app_id, from)).collect::<Vec<_>>()
    };
    // On PostgreSQL the database's time goes on meanwhile.
    let about = |from: Duration, ms: u64| {
        from <= Duration::from_millis(ms) && from + Duration::from_millis(400) >= Duration::from_millis(ms)
    };
    let first = hand_out(&["app_1"]).await;
    assert!(about(first[0].1, 0), "{first:?}");
    let second = hand_out(&["app_2", "app_1"]).await;
    assert_eq!([&*second[0].0, &*second[1].0], ["app_1", "app_2"]);
    assert!(about(second[0].1, 500) && about(second[1].1, 0), "{second:?}");
    let third = hand_out(&["app_1"]).await;
    assert!(about(third[0].1, 1_000), "{third:?}");
}

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

fn after(ms: u64) -> Timestamp {
    NOW.plus(Duration::from_millis(ms))
}

fn limited(per_second: Option<u32>, in_flight: Option<u32>) -> Pace {
    let pace = Pace::default();
    pace.limit(Limits { per_second, in_flight });
    pace
}

/// Sends that begin within these milliseconds, each of which ends at once.
fn begun(pace: &Pace, ms: std::ops::Range<u64>) -> usize {
    ms.filter(|ms| pace.begin(after(*ms))).inspect(|_| pace.end()).count()
}

#[test]
fn an_app_without_limits_sends_at_once_and_needs_no_slots() {
    let pace = limited(None, None);
    assert!(pace.begin(NOW) && pace.is_open(NOW));
    assert_eq!((pace.needs(NOW), pace.longest_line()), (None, usize::MAX));
}

#[test]
fn a_limited_app_asks_for_slots_as_soon_as_something_is_to_be_sent_and_uses_them_in_their_time() {
    let pace = limited(Some(50), None);
    assert_eq!(pace.needs(NOW), None);
    assert!(!pace.begin(NOW));
    assert_eq!(pace.needs(NOW), Some((25, 50)));
    assert_eq!(pace.needs(NOW), None, "it was asked for already");
    pace.give(Slice { from: after(100), slots: 25, per_second: 50 });
    assert_eq!(begun(&pace, 0..100), 0);
    assert_eq!(begun(&pace, 100..300), 10);
    assert_eq!(pace.needs(after(300)), None);
    assert_eq!(begun(&pace, 300..700), 15);
    assert_eq!(pace.needs(after(700)), Some((25, 50)));
}

#[test]
fn slots_that_nobody_used_for_a_second_are_lost() {
    let pace = limited(Some(50), None);
    pace.give(Slice { from: NOW, slots: 25, per_second: 50 });
    assert_eq!(begun(&pace, 1_240..1_300), 13);
    assert_eq!(pace.next_slot(after(1_300)), None);
}

#[test]
fn one_a_second_is_one_slot_at_a_time() {
    let pace = limited(Some(1), None);
    assert!(!pace.begin(NOW));
    assert_eq!(pace.needs(NOW), Some((1, 1)));
    pace.give(Slice { from: NOW, slots: 1, per_second: 1 });
    assert_eq!(begun(&pace, 0..900), 1);
}

#[test]
fn a_slot_that_was_not_used_after_all_is_there_for_the_next_one() {
    let pace = limited(Some(2), None);
    pace.give(Slice { from: NOW, slots: 1, per_second: 2 });
    assert!(pace.begin(NOW));
    pace.give_back();
    assert!(pace.begin(NOW));
    assert!(!pace.begin(NOW));
}

#[test]
fn what_may_be_in_flight_is_shared_among_the_nodes_and_never_nothing() {
    let pace = limited(None, Some(4));
    pace.share_with(3);
    assert!(pace.begin(NOW));
    assert!(!pace.begin(NOW));
    pace.share_with(1);
    assert!(pace.begin(NOW));
    pace.share_with(9);
    pace.end();
    assert!(!pace.begin(NOW));
    pace.end();
    assert!(pace.begin(NOW));
}

#[test]
fn a_clock_that_was_set_back_does_not_stop_an_app_until_it_is_as_late_again() {
    let pace = limited(Some(50), None);
    pace.give(Slice { from: after(3_600_000), slots: 25, per_second: 50 });
    assert!(!pace.begin(NOW));
    assert_eq!(pace.needs(NOW), Some((25, 50)));
}

#[test]
fn slots_of_another_rate_are_forgotten() {
    let pace = limited(Some(50), None);
    pace.give(Slice { from: NOW, slots: 25, per_second: 50 });
    pace.limit(Limits { per_second: Some(5), in_flight: None });
    pace.give(Slice { from: NOW, slots: 25, per_second: 50 });
    assert!(!pace.begin(NOW));
}

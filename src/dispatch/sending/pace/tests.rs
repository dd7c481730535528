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
    assert_eq!(begun(&pace, 1_240..1_300), 12);
    assert_eq!(pace.next_slot(after(1_300)), None);
}

/// What the store does: each slice begins where the last one of any node ended, in microseconds from the beginning on.
fn hand_out(pace: &Pace, ends_at: &mut u64, ms: u64) {
    let Some((slots, per_second)) = pace.needs(after(ms)) else { return };
    let from = (*ends_at).max(ms * 1_000);
    *ends_at = from + u64::from(slots) * 1_000_000 / u64::from(per_second);
    pace.give(Slice { from: after(from / 1_000), slots, per_second });
}

/// When sends begin on so many nodes within so much time, each of which has always something to send, and stands still once in
/// a minute or two, as a busy machine has it.
fn begun_on_halting_nodes(per_second: u32, nodes: usize, span: Duration) -> Vec<Timestamp> {
    let paces: Vec<Pace> = (0..nodes).map(|_| limited(Some(per_second), None)).collect();
    let (mut ends_at, mut begun) = (0, Vec::new());
    // A generator of numbers that are always the same.
    let mut state = u64::from(per_second) * 31 + nodes as u64;
    let mut halts_until = vec![NOW; nodes];
    for ms in (0..u64::try_from(span.as_millis()).unwrap()).step_by(5) {
        for (node, pace) in paces.iter().enumerate() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if halts_until[node] > after(ms) {
                continue;
            }
            if (state >> 33).is_multiple_of(20_000) {
                halts_until[node] = after(ms + (state >> 40) % 1_000);
                continue;
            }
            while pace.begin(after(ms)) {
                pace.end();
                begun.push(after(ms));
            }
            hand_out(pace, &mut ends_at, ms);
        }
    }
    begun
}

#[test]
fn of_a_few_a_second_no_minute_has_more_than_one_too_many_for_each_node() {
    let minute = Duration::from_secs(60);
    for per_second in 1..FEW {
        for nodes in 1..=3 {
            let begun = begun_on_halting_nodes(per_second, nodes, minute * 60);
            let within =
                |(first, from): (usize, &Timestamp)| begun.partition_point(|at| *at < from.plus(minute)) - first;
            let most = begun.iter().enumerate().map(within).max().unwrap();
            let rate = usize::try_from(per_second).unwrap() * 60;
            assert!((rate..=rate + nodes).contains(&most), "{most} within a minute at {per_second}/s on {nodes} nodes");
        }
    }
}

#[test]
fn of_a_few_a_second_none_is_kept_until_another_one_begins() {
    for per_second in 1..FEW {
        let pace = limited(Some(per_second), None);
        pace.give(Slice { from: NOW, slots: per_second, per_second });
        // At the end of that second one is there, and the others are lost.
        assert_eq!(begun(&pace, 995..1_000), 1, "{per_second}/s");
    }
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

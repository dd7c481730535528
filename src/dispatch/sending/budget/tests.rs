use super::*;

const TOTAL: usize = 64;

fn party(publisher: &str, host: &str) -> Party {
    Party { publisher: publisher.into(), host: host.into() }
}

/// Takes all that a party is given; answers how much that is.
fn taken(budget: &Budget, party: &Party) -> usize {
    (0..).take_while(|_| budget.take(party).is_ok()).count()
}

#[test]
fn a_publisher_that_takes_all_that_it_can_leaves_a_quarter() {
    let budget = Budget::new(TOTAL);
    let (greedy, late) = (party("greedy", "a:443"), party("late", "b:443"));
    assert_eq!(taken(&budget, &greedy), TOTAL * 3 / 4);
    assert!(budget.take(&late).is_ok());
}

#[test]
fn twenty_publishers_that_take_all_that_they_can_leave_permits_to_the_next_one() {
    let budget = Budget::new(16_384);
    for number in 0..20 {
        let greedy = party(&format!("greedy {number}"), &format!("{number}:443"));
        assert!(taken(&budget, &greedy) > 0, "publisher {number} found none");
    }
    assert!(budget.take(&party("late", "b:443")).is_ok());
}

#[test]
fn while_another_publisher_waits_nobody_has_more_than_an_eighth_nor_a_host_more_than_a_sixteenth() {
    let budget = Budget::new(TOTAL);
    budget.begin_to_wait(&"other".into());
    assert_eq!(taken(&budget, &party("one", "a:443")), TOTAL / 16);
    assert_eq!(taken(&budget, &party("one", "b:443")), TOTAL / 8 - TOTAL / 16);
    budget.cease_to_wait(&"other".into());
    assert!(budget.take(&party("one", "a:443")).is_ok());
}

#[test]
fn a_permit_is_not_kept_by_whoever_has_more_than_its_share_while_another_publisher_waits() {
    let budget = Budget::new(TOTAL);
    let greedy = party("greedy", "a:443");
    taken(&budget, &greedy);
    assert!(budget.may_keep(&greedy));
    budget.begin_to_wait(&"other".into());
    assert!(!budget.may_keep(&greedy));
    assert!(budget.give_back(&greedy));
    assert!(budget.take(&party("other", "b:443")).is_ok());
}

#[test]
fn while_others_wait_the_last_quarter_goes_to_whoever_has_the_fewest_in_flight() {
    let budget = Budget::new(1_024);
    for number in 0..24 {
        let one = party(&format!("{number}"), &format!("{number}:443"));
        (0..32).for_each(|_| assert!(budget.take(&one).is_ok()));
    }
    let (none, some) = (party("none", "n:443"), party("0", "0:443"));
    assert!(budget.may_keep(&some));
    budget.begin_to_wait(&none.publisher);
    assert_eq!(budget.take(&some), Err(RefusedBy::LastQuarter));
    assert!(budget.take(&none).is_ok());
}

#[test]
fn each_refusal_counts_for_what_stood_in_the_way() {
    let budget = Budget::new(TOTAL);
    budget.begin_to_wait(&"other".into());
    taken(&budget, &party("one", "a:443"));
    taken(&budget, &party("one", "b:443"));
    taken(&budget, &party("one", "c:443"));
    budget.cease_to_wait(&"other".into());
    taken(&budget, &party("one", "a:443"));
    for number in 0..TOTAL {
        taken(&budget, &party(&format!("{number}"), &format!("{number}:443")));
    }
    assert_eq!(budget.take(&party("late", "c:443")), Err(RefusedBy::Total));
    let refused = budget.refusals.so_far();
    let of = |word: &str| refused.iter().find(|(by, _)| *by == word).unwrap().1;
    assert_eq!((of("endpoint"), of("app_limits"), of("host"), of("publisher")), (0, 0, 2, 1));
    assert!(of("last_quarter") > 0 && of("total") > 0, "{refused:?}");
}

#[test]
fn whoever_has_nothing_in_flight_is_forgotten() {
    let budget = Budget::new(TOTAL);
    let one = party("one", "a:443");
    assert!(budget.take(&one).is_ok());
    assert!(!budget.give_back(&one));
    assert_eq!((budget.in_flight(), budget.in_flight_of("one")), (0, 0));
    assert!(budget.state().of_publisher.is_empty() && budget.state().to_host.is_empty());
}

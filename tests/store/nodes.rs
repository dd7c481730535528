//! The rules of several nodes, as any store must keep them: who lives, whose claims stand, and what may be done twice.

use std::collections::HashSet;
use std::time::Duration;

use ringback::domain::delivery::{EndedReason, Outcome, Status, Told};
use ringback::domain::dialect::endpoint_settings::EndpointSettings;
use ringback::domain::new_delivery::Start;
use ringback::domain::node::NodeRole;
use ringback::random;
use ringback::store::Store;
use ringback::store::apps::{AppChange, AppSaved, Archived};
use ringback::store::queue::{Holding, OrphanedClaim, Recorded, Settled, Unbounded, Wanted};

use crate::queue::{claim, completion, delivery, new, recorded, settlement, token};
use crate::setup::{NOW, all, app, publisher, store};

fn claimed_by(node: &str) -> Start {
    Start::Claimed { node: node.into(), token: token() }
}

async fn registered(store: &Store, id: &str, role: NodeRole) {
    store.register_node(id.to_owned(), role, random::node_number).await.unwrap();
}

fn holding(egress_ip_id: &str) -> Holding {
    Holding { egress_ip_id: egress_ip_id.to_owned(), verification: "verified".to_owned() }
}

#[tokio::test]
async fn claims_of_a_node_that_lives_stand_and_those_of_one_that_is_gone_are_taken_over() {
    let fresh = store();
    registered(&fresh.store, "nod_1", NodeRole::All).await;
    let standing = recorded(&fresh.store, new("e1", "end_1", claimed_by("nod_1"))).await;
    let orphaned = recorded(&fresh.store, new("e2", "end_1", claimed_by("nod_2"))).await;
    assert_eq!(fresh.store.rescue(NOW, 1000).await.unwrap(), 1);
    assert_eq!(delivery(&fresh.store, &standing).await.status, Status::Sending);
    let rescued = delivery(&fresh.store, &orphaned).await;
    assert_eq!((rescued.status, rescued.told), (Status::Retrying, Told::Maybe));
    assert!(fresh.store.renew_node("nod_1".to_owned()).await.unwrap());
    assert!(!fresh.store.renew_node("nod_2".to_owned()).await.unwrap(), "nobody by this name lives");

    fresh.store.dismiss_node("nod_1".to_owned()).await.unwrap();
    assert_eq!(fresh.store.rescue(NOW, 1000).await.unwrap(), 1, "what a node leaves behind is taken over at once");
    assert!(!fresh.store.renew_node("nod_1".to_owned()).await.unwrap(), "it comes back as somebody else or not at all");
}

#[tokio::test]
async fn no_two_nodes_have_the_same_number() {
    let fresh = store();
    let mut numbers = HashSet::new();
    for id in ["nod_1", "nod_2", "nod_3", "nod_4"] {
        // Few enough to be proposed twice.
        let number =
            fresh.store.register_node(id.to_owned(), NodeRole::All, || random::node_number() % 4).await.unwrap();
        assert!(numbers.insert(number), "{numbers:?}");
    }
}

#[tokio::test]
async fn a_node_is_known_with_what_it_holds_now_and_not_with_what_it_held() {
    let fresh = store();
    registered(&fresh.store, "nod_1", NodeRole::Worker).await;
    registered(&fresh.store, "nod_2", NodeRole::Api).await;
    fresh.store.announce("nod_1".to_owned(), vec![holding("eip_1"), holding("eip_2")]).await.unwrap();
    fresh.store.announce("nod_1".to_owned(), vec![holding("eip_2")]).await.unwrap();
    // Declared dead in the meantime: it holds nothing.
    fresh.store.announce("nod_9".to_owned(), vec![holding("eip_9")]).await.unwrap();
    let nodes = fresh.store.live_nodes().await.unwrap();
    let facts: Vec<_> = nodes.iter().map(|node| (node.id.as_str(), node.role, node.holds.clone())).collect();
    assert_eq!(facts, [("nod_1", NodeRole::Worker, vec![holding("eip_2")]), ("nod_2", NodeRole::Api, vec![])]);
}

#[tokio::test]
async fn a_claim_that_its_own_node_forgot_is_taken_back_and_one_that_was_settled_meanwhile_is_not() {
    let fresh = store();
    registered(&fresh.store, "nod_1", NodeRole::All).await;
    let id = recorded(&fresh.store, new("e1", "end_1", Start::Pending)).await;
    recorded(&fresh.store, new("e2", "end_1", Start::Pending)).await;
    let [forgotten, settled] = &claim(&fresh.store, "end_1", 2, NOW).await[..] else { panic!("two were due") };
    let later = NOW.plus(Duration::from_secs(10));
    assert_eq!(fresh.store.claims_of("nod_1".to_owned(), NOW).await.unwrap(), [], "too young to be called forgotten");
    let mut orphaned = fresh.store.claims_of("nod_1".to_owned(), later).await.unwrap();
    orphaned.sort_by(|one, other| one.delivery_id.cmp(&other.delivery_id));
    let orphan = |claimed: &ringback::store::queue::Claimed| OrphanedClaim {
        delivery_id: claimed.delivery.id.clone(),
        token: claimed.token.clone(),
    };
    assert_eq!(orphaned, [orphan(forgotten), orphan(settled)]);
    let done = settlement(settled, ringback::domain::settlement::Next::Delivered);
    assert_eq!(fresh.store.settle(done).await.unwrap(), Settled::Done);
    assert_eq!(fresh.store.rescue_orphaned(orphaned, later, 1000).await.unwrap(), 1);
    let (delivery, attempts) = fresh.store.delivery(id).await.unwrap().unwrap();
    assert_eq!((delivery.status, attempts[0].outcome), (Status::Retrying, Outcome::Interrupted));
}

#[tokio::test]
async fn a_record_whose_answer_was_lost_can_be_made_again_and_is_one_record() {
    let fresh = store();
    let new = new("e1", "end_1", Start::Pending);
    for _ in 0..2 {
        assert_eq!(fresh.store.record(vec![new.clone()]).await.unwrap(), [Recorded::Accepted]);
    }
    assert_eq!(fresh.store.deliveries(Default::default(), all()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn nothing_is_recorded_for_an_endpoint_that_ended_or_speaks_another_dialect_by_now() {
    let fresh = store();
    let publisher = publisher(&fresh.store, None).await;
    let wall = app(&fresh.store, &publisher).await;
    let endpoint = wall.endpoints[0].id.clone();
    let for_offermaru = |external_id: &str| {
        let mut new = new(external_id, &endpoint, Start::Pending);
        new.deliveries[0].recipe = "offermaru@1".to_owned();
        new
    };
    assert_eq!(fresh.store.record(vec![for_offermaru("e1")]).await.unwrap(), [Recorded::Accepted]);
    assert_eq!(fresh.store.record(vec![new("e2", &endpoint, Start::Pending)]).await.unwrap(), [Recorded::Outdated]);

    // What stands open forbids both changes, so it is brought to its end.
    let change = AppChange {
        id: wall.id.clone(),
        read_at: wall.revision,
        settings: wall.settings.clone(),
        endpoint: Some((endpoint.clone(), EndpointSettings::new("besitos"))),
    };
    // The completions of these tests belong to another app, so nothing of this one is open.
    assert_eq!(fresh.store.change_app(change).await.unwrap(), AppSaved::Saved);
    assert_eq!(fresh.store.record(vec![for_offermaru("e3")]).await.unwrap(), [Recorded::Outdated]);
    assert_eq!(fresh.store.archive_app(&wall.id, NOW).await.unwrap(), Archived::Archived);
    let outcomes = fresh.store.record(vec![for_offermaru("e4"), new("e5", "end_other", Start::Pending)]).await.unwrap();
    assert_eq!(outcomes, [Recorded::Outdated, Recorded::Accepted], "only what is outdated is left out");
}

#[tokio::test]
async fn a_test_that_another_node_must_send_is_claimed_by_its_id_alone_and_by_one() {
    let fresh = store();
    let new = new("e1", "end_1", Start::Pending);
    let test = new.deliveries[0].clone();
    fresh.store.record_test(completion("e1"), test.clone(), "{}".to_owned()).await.unwrap();
    assert_eq!(claim(&fresh.store, "end_1", 9, NOW).await, [], "an endpoint's queue passes it over");
    let due = fresh.store.due(NOW).await.unwrap();
    assert_eq!(due.tests.iter().map(|test| test.delivery_id.as_str()).collect::<Vec<_>>(), [test.id.as_str()]);
    let claim = || fresh.store.claim_test("nod_1".to_owned(), test.id.clone(), NOW, token);
    assert_eq!(claim().await.unwrap().map(|claimed| claimed.delivery.id), Some(test.id.clone()));
    assert_eq!(claim().await.unwrap(), None);
    assert_eq!(fresh.store.due(NOW).await.unwrap().tests, []);
}

#[tokio::test]
async fn a_test_that_nobody_could_send_ends_and_stands_in_nobodys_way() {
    let fresh = store();
    let new = new("e1", "end_1", Start::Pending);
    fresh.store.record_test(completion("e1"), new.deliveries[0].clone(), "{}".to_owned()).await.unwrap();
    recorded(&fresh.store, self::new("e2", "end_1", Start::Pending)).await;
    assert_eq!(fresh.store.expire_tests(NOW, NOW).await.unwrap(), 0, "somebody may still wait for it");
    let later = NOW.plus(Duration::from_secs(1));
    assert_eq!(fresh.store.expire_tests(later, later).await.unwrap(), 1);
    let ended = delivery(&fresh.store, &new.deliveries[0].id).await;
    assert_eq!((ended.status, ended.ended_reason), (Status::Dead, Some(EndedReason::Expired)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_many_nodes_claim_at_once_is_claimed_once() {
    let fresh = store();
    for number in 0..40 {
        recorded(&fresh.store, new(&format!("e{number}"), "end_1", Start::Pending)).await;
    }
    let claims = (1..9).map(|node| {
        let store = fresh.store.clone();
        tokio::spawn(async move {
            let wanted = vec![Wanted { endpoint_id: "end_1".to_owned(), since: NOW, at_most: 10 }];
            store.claim(format!("nod_{node}"), wanted, NOW, token, |_| Some(Unbounded)).await.unwrap()
        })
    });
    let mut claimed = Vec::new();
    for claims in claims.collect::<Vec<_>>() {
        claimed.extend(claims.await.unwrap().into_iter().map(|(claimed, _)| claimed.delivery.id));
    }
    let total = claimed.len();
    claimed.sort();
    claimed.dedup();
    assert_eq!((total, claimed.len()), (40, 40), "each went to one node");
}

//! What waits in its node's line: claimed and not begun, so that nothing of it can have been told.

use ringback::domain::delivery::{Outcome, Status, Told, WaitingFor};
use ringback::domain::new_delivery::Start;
use ringback::domain::settlement::Next;
use ringback::store::Store;
use ringback::store::operator_actions::Canceled;
use ringback::store::queue::{ClaimInLine, ClaimSeat, Settled, Wanted};

use crate::queue::{claim, delivery, new, recorded, settlement, token};
use crate::setup::{NOW, store};

/// Records a delivery that waits in the line of a node that is not registered.
async fn in_line(store: &Store, external_id: &str) -> ClaimInLine {
    let token = token();
    let start = Start::InLine { node: "nod_1".into(), token: token.clone() };
    ClaimInLine { delivery_id: recorded(store, new(external_id, "end_1", start)).await, token }
}

async fn status(store: &Store, claim: &ClaimInLine) -> Status {
    delivery(store, &claim.delivery_id).await.status
}

#[tokio::test]
async fn it_is_pending_and_nobody_elses_until_it_is_begun_under_its_token() {
    let fresh = store();
    let waiting = in_line(&fresh.store, "e1").await;
    assert_eq!(status(&fresh.store, &waiting).await, Status::Pending);
    assert_eq!(fresh.store.due(NOW).await.unwrap().endpoints, []);
    assert_eq!(claim(&fresh.store, "end_1", 9, NOW).await, []);
    let stranger = ClaimInLine { token: token(), ..waiting.clone() };
    assert!(!fresh.store.begin(stranger, NOW).await.unwrap());
    assert!(fresh.store.begin(waiting.clone(), NOW).await.unwrap());
    let begun = delivery(&fresh.store, &waiting.delivery_id).await;
    assert_eq!((begun.status, begun.due_at), (Status::Sending, None));
    assert!(fresh.store.begin(waiting, NOW).await.unwrap(), "asked again after a lost answer");
}

#[tokio::test]
async fn it_is_begun_in_the_commit_that_settles_what_frees_its_permit() {
    let fresh = store();
    let waiting = in_line(&fresh.store, "e1").await;
    recorded(&fresh.store, new("e2", "end_1", Start::Pending)).await;
    let first = claim(&fresh.store, "end_1", 1, NOW).await.remove(0);
    let answer = fresh.store.settle_and_begin(&settlement(&first, Next::Delivered), Some(waiting.clone())).await;
    assert_eq!(answer.unwrap(), (Settled::Done, true));
    assert_eq!(status(&fresh.store, &waiting).await, Status::Sending);
    // A settlement whose claim is gone frees its permit as well.
    let next = in_line(&fresh.store, "e3").await;
    let answer = fresh.store.settle_and_begin(&settlement(&first, Next::Dead), Some(next)).await;
    assert_eq!(answer.unwrap(), (Settled::Stale, true));
}

#[tokio::test]
async fn what_was_canceled_in_line_is_not_begun() {
    let fresh = store();
    let waiting = in_line(&fresh.store, "e1").await;
    assert_eq!(fresh.store.cancel(waiting.delivery_id.clone(), NOW).await.unwrap(), Canceled::Done);
    assert!(!fresh.store.begin(waiting.clone(), NOW).await.unwrap());
    assert_eq!(status(&fresh.store, &waiting).await, Status::Canceled);
    assert_eq!(fresh.store.give_back(vec![waiting]).await.unwrap(), 0);
}

#[tokio::test]
async fn of_a_dead_node_what_was_in_line_is_due_at_once_and_what_was_begun_is_interrupted() {
    let fresh = store();
    let (waiting, begun) = (in_line(&fresh.store, "e1").await, in_line(&fresh.store, "e2").await);
    assert!(fresh.store.begin(begun.clone(), NOW).await.unwrap());
    assert_eq!(fresh.store.rescue(NOW, 1000).await.unwrap(), 2);
    let (rescued, attempts) = fresh.store.delivery(waiting.delivery_id.clone()).await.unwrap().unwrap();
    assert_eq!((rescued.status, rescued.told, rescued.due_at), (Status::Pending, Told::Never, Some(NOW)));
    assert_eq!(attempts, []);
    let (rescued, attempts) = fresh.store.delivery(begun.delivery_id).await.unwrap().unwrap();
    assert_eq!((rescued.status, rescued.told), (Status::Retrying, Told::Maybe));
    assert_eq!(attempts.iter().map(|attempt| attempt.outcome).collect::<Vec<_>>(), [Outcome::Interrupted]);
    assert!(!fresh.store.begin(waiting.clone(), NOW).await.unwrap(), "taken over");
    let claimed = claim(&fresh.store, "end_1", 9, NOW).await;
    assert_eq!(claimed.iter().map(|one| &one.delivery.id).collect::<Vec<_>>(), [&waiting.delivery_id]);
}

#[tokio::test]
async fn what_is_given_back_is_due_and_can_be_held() {
    let fresh = store();
    let waiting = in_line(&fresh.store, "e1").await;
    assert_eq!(fresh.store.hold("end_1".to_owned(), WaitingFor::AppPaused, NOW).await.unwrap(), 0, "it is claimed");
    assert_eq!(fresh.store.give_back(vec![waiting.clone()]).await.unwrap(), 1);
    assert_eq!(fresh.store.due(NOW).await.unwrap().endpoints.len(), 1);
    assert_eq!(fresh.store.hold("end_1".to_owned(), WaitingFor::AppPaused, NOW).await.unwrap(), 1);
    assert!(!fresh.store.begin(waiting, NOW).await.unwrap());
}

/// The first is a permit, the others are places in line.
#[derive(Debug)]
struct Numbered(usize);

impl ClaimSeat for Numbered {
    fn begins(&self) -> bool {
        self.0 == 0
    }
}

#[tokio::test]
async fn of_what_is_due_as_much_is_claimed_as_there_are_seats_and_what_gets_a_permit_is_begun() {
    let fresh = store();
    for external_id in ["e1", "e2", "e3", "e4"] {
        recorded(&fresh.store, new(external_id, "end_1", Start::Pending)).await;
    }
    let wanted = vec![Wanted { endpoint_id: "end_1".to_owned(), since: NOW, at_most: 4 }];
    let mut seats = [Numbered(0), Numbered(1), Numbered(2)].into_iter();
    let claimed = fresh.store.claim("nod_1".to_owned(), wanted, NOW, token, move |_| seats.next()).await.unwrap();
    assert_eq!(claimed.iter().map(|(one, _)| one.is_begun).collect::<Vec<_>>(), [true, false, false]);
    for (one, _) in claimed {
        let expected = if one.is_begun { Status::Sending } else { Status::Pending };
        assert_eq!(delivery(&fresh.store, &one.delivery.id).await.status, expected);
    }
    assert_eq!(claim(&fresh.store, "end_1", 9, NOW).await.len(), 1);
}

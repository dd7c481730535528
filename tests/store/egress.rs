//! Egress IPs: issued, assigned, replaced without a gap, taken away.

use std::net::IpAddr;
use std::time::Duration;

use ringback::domain::egress::{Assignment, Bind, EgressIp, Route, route};
use ringback::domain::time::Timestamp;
use ringback::random;
use ringback::store::Store;
use ringback::store::assignments::{Assigned, Holder};
use ringback::store::egress::{EgressDeleted, EgressSaved};

use crate::setup::{NOW, all, app, publisher, store};

const HOUR: Duration = Duration::from_secs(3_600);

async fn issue(store: &Store, last: u8) -> EgressIp {
    let address = IpAddr::from([192, 0, 2, last]);
    let bind = Bind::Proxy("socks5://user:hunter2@10.0.0.1".to_owned());
    let egress_ip = EgressIp { id: random::new_id("eip"), address, bind };
    assert_eq!(store.create_egress_ip(egress_ip.clone(), NOW).await.unwrap(), EgressSaved::Saved);
    egress_ip
}

async fn assign(store: &Store, egress_ip: &EgressIp, holder: Holder) -> Assigned {
    store.assign_egress_ip(&random::new_id("ega"), &egress_ip.id, holder, NOW).await.unwrap()
}

fn assigned(outcome: Assigned) -> Assignment {
    match outcome {
        Assigned::Assigned(assignment) => assignment,
        other => panic!("{other:?}"),
    }
}

/// Where the only app of the store leaves from.
async fn leaves_from(store: &Store, now: Timestamp) -> Route {
    let configuration = store.configuration_since(-1).await.unwrap().unwrap();
    let (of_apps, of_publishers): (Vec<Assignment>, Vec<Assignment>) =
        configuration.assignments.into_iter().partition(|assignment| assignment.app_id.is_some());
    let find = |id: &str| configuration.egress_ips.iter().find(|egress_ip| egress_ip.id == id);
    route(&of_apps, &of_publishers, now, find)
}

#[tokio::test]
async fn an_address_is_issued_once_and_assigned_to_who_has_none() {
    let fresh = store();
    let store = &fresh.store;
    let owner = publisher(store, Some("acme")).await;
    let wall = app(store, &owner).await;
    let (one, other) = (issue(store, 1).await, issue(store, 2).await);
    let again = EgressIp { id: random::new_id("eip"), ..one.clone() };
    assert_eq!(store.create_egress_ip(again, NOW).await.unwrap(), EgressSaved::AddressTaken);
    let by_ref = assigned(assign(store, &one, Holder::Publisher("acme".to_owned())).await);
    assert_eq!(by_ref.publisher_id, Some(owner.id.clone()));
    assert_eq!(assign(store, &other, Holder::Publisher(owner.id.clone())).await, Assigned::AlreadyAssigned);
    assigned(assign(store, &other, Holder::App(wall.id.clone())).await);
    assert_eq!(leaves_from(store, NOW).await, Route::Egress(other.clone()));
    assert_eq!(assign(store, &one, Holder::App("nowhere".to_owned())).await, Assigned::UnknownHolder);
    assert_eq!(store.delete_egress_ip(&one.id, NOW).await.unwrap(), EgressDeleted::Assigned);
}

#[tokio::test]
async fn an_app_whose_egress_ip_was_taken_away_does_not_leave_by_the_hosts_own_route() {
    let fresh = store();
    let store = &fresh.store;
    let wall = app(store, &publisher(store, None).await).await;
    let one = issue(store, 1).await;
    assert_eq!(leaves_from(store, NOW).await, Route::Host);
    let assignment = assigned(assign(store, &one, Holder::App(wall.id.clone())).await);
    assert!(store.unassign_egress_ip(&one.id, &assignment.id, NOW).await.unwrap());
    assert!(!store.unassign_egress_ip(&one.id, &assignment.id, NOW).await.unwrap());
    assert_eq!(store.delete_egress_ip(&one.id, NOW).await.unwrap(), EgressDeleted::Deleted);
    assert_eq!(leaves_from(store, NOW).await, Route::Removed);
}

#[tokio::test]
async fn a_scheduled_replacement_takes_over_at_its_instant_and_can_be_called_off_before() {
    let fresh = store();
    let store = &fresh.store;
    let wall = app(store, &publisher(store, None).await).await;
    let (old, new) = (issue(store, 1).await, issue(store, 2).await);
    assigned(assign(store, &old, Holder::App(wall.id.clone())).await);
    let later = NOW.plus(HOUR);
    let replace = async || {
        let id = random::new_id("ega");
        assigned(store.replace_egress_ip(&id, &new.id, &wall.id, later, NOW).await.unwrap())
    };
    let scheduled = replace().await;
    assert_eq!(leaves_from(store, NOW).await, Route::Egress(old.clone()));
    assert_eq!(leaves_from(store, later).await, Route::Egress(new.clone()));
    assert!(store.unassign_egress_ip(&new.id, &scheduled.id, NOW).await.unwrap());
    assert_eq!(leaves_from(store, later).await, Route::Egress(old.clone()));
    // Taken over, the new one can be taken away without the old one coming back.
    let scheduled = replace().await;
    assert!(store.unassign_egress_ip(&new.id, &scheduled.id, later).await.unwrap());
    assert_eq!(leaves_from(store, later).await, Route::Removed);
}

#[tokio::test]
async fn a_publisher_finds_the_addresses_of_its_own_and_of_its_apps() {
    let fresh = store();
    let store = &fresh.store;
    let (owner, stranger) = (publisher(store, None).await, publisher(store, None).await);
    let wall = app(store, &owner).await;
    let (one, other) = (issue(store, 1).await, issue(store, 2).await);
    assigned(assign(store, &one, Holder::Publisher(stranger.id.clone())).await);
    assigned(assign(store, &one, Holder::App(wall.id.clone())).await);
    let own = store.egress_ips(Some(&owner.id), all(), NOW).await.unwrap().items;
    assert_eq!(own.len(), 1);
    assert_eq!((&own[0].egress_ip, own[0].assignments.len()), (&one, 1));
    assert!(store.egress_ip(Some(&owner.id), &other.id, NOW).await.unwrap().is_none());
    assert_eq!(store.egress_ips(None, all(), NOW).await.unwrap().items.len(), 2);
}

//! What waits of apps and endpoints in one look: the same as is counted one by one, whether endpoints are named or found.

use std::collections::HashMap;
use std::time::Duration;

use ringback::domain::delivery::{Status, WaitingFor};
use ringback::domain::health::Capped;
use ringback::domain::identity::ReportedFields;
use ringback::domain::new_delivery::{NewDelivery, Start};
use ringback::domain::settlement::Next;
use ringback::domain::time::Timestamp;
use ringback::random;
use ringback::store::Store;
use ringback::store::delivery_counts::EndpointBacklog;
use ringback::store::delivery_counts::one_look::{AskedAbout, Work};
use ringback::store::queue::{NewCompletion, Settled};

use crate::queue::{claim, completion, recorded, settlement, token};
use crate::setup::{NOW, store};

const APPS: [&str; 4] = ["app_1", "app_2", "app_3", "app_4"];
const ENDPOINTS: [&str; 5] = ["end_1", "end_2", "end_3", "end_4", "end_5"];

fn new(app: &str, endpoint: &str, start: Start) -> NewCompletion {
    let (id, recipe) = (random::new_id("dlv"), "besitos@1".to_owned());
    let delivery = NewDelivery { id, endpoint_id: endpoint.to_owned(), recipe, start };
    let mut completion = completion(&random::new_id("x"));
    completion.app_id = app.to_owned();
    NewCompletion { given: ReportedFields::of_completion(&completion, None), completion, deliveries: vec![delivery] }
}

/// Records a delivery that is claimed and then settled so.
async fn settled(store: &Store, app: &str, endpoint: &str, next: Next) {
    recorded(store, new(app, endpoint, Start::Pending)).await;
    let claimed = claim(store, endpoint, 1, NOW).await.remove(0);
    assert_eq!(store.settle(settlement(&claimed, next)).await.unwrap(), Settled::Done);
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn look(store: &Store, apps: &[&str], endpoints: Option<&[&str]>) -> Work {
    let looked = AskedAbout { app_ids: names(apps), endpoint_ids: endpoints.map(names) };
    store.work_of(looked, NOW).await.unwrap()
}

/// Of what something waits.
fn any(backlogs: HashMap<String, EndpointBacklog>) -> HashMap<String, EndpointBacklog> {
    backlogs.into_iter().filter(|(_, backlog)| *backlog != EndpointBacklog::default()).collect()
}

async fn counted(store: &Store, statuses: &[Status]) -> HashMap<String, Capped> {
    let mut counted: HashMap<String, Capped> = HashMap::new();
    for status in statuses {
        for (app, count) in store.count_by_app(names(&APPS), *status, None).await.unwrap() {
            let sum = counted.entry(app).or_default();
            *sum = sum.and(count);
        }
    }
    counted
}

#[tokio::test]
async fn one_look_finds_what_is_counted_state_by_state_and_endpoint_by_endpoint() {
    let fresh = store();
    let (store, later) = (&fresh.store, NOW.plus(Duration::from_secs(60)));
    settled(store, "app_1", "end_1", Next::Delivered).await;
    settled(store, "app_1", "end_1", Next::Retry(later)).await;
    // An app of which nothing waits, and whose dead deliveries stand in the same index.
    settled(store, "app_2", "end_2", Next::Dead).await;
    let token = token();
    for (app, endpoint, start) in [
        ("app_1", "end_1", Start::Pending),
        ("app_1", "end_3", Start::Pending),
        ("app_3", "end_4", Start::Held(WaitingFor::Secret)),
        ("app_3", "end_4", Start::InReview(later)),
        ("app_3", "end_5", Start::Claimed { node: "nod_1".into(), token: token.clone() }),
    ] {
        recorded(store, new(app, endpoint, start)).await;
    }
    let mut test = new("app_4", "end_5", Start::Pending);
    store.record_test(test.completion, test.deliveries.remove(0), "{}".to_owned()).await.unwrap();

    let (named, found) = (look(store, &APPS, Some(&ENDPOINTS)).await, look(store, &APPS, None).await);
    let backlogs = store.backlogs(names(&ENDPOINTS), None, NOW).await.unwrap();
    assert_eq!(named.backlogs, backlogs);
    assert_eq!(any(found.backlogs), any(backlogs));
    let waiting = counted(store, &[Status::Pending, Status::Retrying, Status::Held]).await;
    assert_eq!((&named.waiting, &found.waiting), (&waiting, &waiting));
    let waits = |app: &str| waiting[app].count;
    assert_eq!(APPS.map(waits), [3, 0, 2, 0]);
    assert_eq!((named.sending, found.sending), (Capped::of(1), Capped::of(1)));
    assert_eq!(look(store, &APPS[..2], None).await.sending, Capped::default());
}

#[tokio::test]
async fn nothing_waits_where_nothing_was_recorded() {
    let fresh = store();
    for (apps, endpoints) in [(&APPS[..], Some(&ENDPOINTS[..])), (&APPS, None), (&[], Some(&[])), (&[], None)] {
        let found = look(&fresh.store, apps, endpoints).await;
        assert_eq!((any(found.backlogs), found.sending), (HashMap::new(), Capped::default()));
        assert!(found.waiting.values().all(|count| *count == Capped::default()));
    }
}

#[tokio::test]
async fn what_waits_is_counted_up_to_the_cap_over_all_states_together() {
    let fresh = store();
    let cap = Capped::CAP;
    let held = (0..cap / 2).map(|_| new("app_1", "end_1", Start::Held(WaitingFor::Secret)));
    let pending = (0..cap / 2).map(|_| new("app_1", "end_2", Start::Pending));
    fresh.store.record(held.chain(pending).collect()).await.unwrap();
    assert_eq!(look(&fresh.store, &APPS, None).await.waiting["app_1"], Capped { count: cap, more: false });
    recorded(&fresh.store, new("app_1", "end_2", Start::Pending)).await;
    let found = look(&fresh.store, &APPS, None).await;
    assert_eq!(found.waiting["app_1"], Capped { count: cap, more: true });
    assert_eq!(found.backlogs["end_1"].held, Capped::of(cap / 2));
    assert_eq!(found.backlogs["end_2"].first_due_at, Some(Timestamp::from_millis(NOW.as_millis())));
}

#[tokio::test]
async fn what_is_being_sent_of_an_app_is_counted_however_much_is_sent_of_others() {
    let fresh = store();
    let sent = |app: &str| new(app, "end_1", Start::Claimed { node: "nod_1".into(), token: token() });
    let of_another = (0..=Capped::CAP).map(|_| sent("app_1"));
    fresh.store.record(of_another.chain([sent("app_2"), sent("app_2")]).collect()).await.unwrap();
    let of_many = Capped { count: Capped::CAP, more: true };
    for (apps, sending) in [(&["app_2"][..], Capped::of(2)), (&["app_3"], Capped::default()), (&APPS, of_many)] {
        assert_eq!(look(&fresh.store, apps, None).await.sending, sending, "{apps:?}");
    }
}

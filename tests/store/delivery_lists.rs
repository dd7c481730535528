//! Lists of deliveries: every criterion alone and beside others, of one app, of several and of all, page by page, and what is
//! shown beside each.

use ringback::domain::amount::Decimal;
use ringback::domain::app::App;
use ringback::domain::attempt::Attempt;
use ringback::domain::delivery::{Counters, DeliveryKind, Outcome, Status, Told, WaitingFor};
use ringback::domain::identity::ReportedFields;
use ringback::domain::new_delivery::{NewDelivery, Start};
use ringback::domain::settlement::{Next, Settlement};
use ringback::domain::time::Timestamp;
use ringback::random;
use ringback::store::Store;
use ringback::store::delivery_lists::{Entry, LastAttempt, ToldOf};
use ringback::store::erasure::{Erased, Erasure};
use ringback::store::lookups::{AttemptCriteria, DeliveryCriteria, Scope, Waiting, WaitingEndpoint};
use ringback::store::page::Page;
use ringback::store::queue::{NewCompletion, Settled};

use crate::queue::{completion, recorded, token};
use crate::setup::{Fresh, NOW, all, new_app, publisher, store};

const LATER: Timestamp = Timestamp::from_millis(NOW.as_millis() + 60_000);
const OUR_IP: &str = "203.0.113.7";
const OTHER_IP: &str = "203.0.113.70";

/// Deliveries in every state, each known by its transaction id, the oldest first: of two apps of ours and of a foreign one.
struct Lists {
    fresh: Fresh,
    /// Ours, ours as well, and the foreign one.
    apps: [App; 3],
}

fn attempt(number: u32, outcome: Outcome, status_code: Option<u16>, egress_ip: Option<&str>) -> Attempt {
    Attempt {
        number,
        counted: true,
        started_at: NOW,
        duration_ms: 84,
        egress_ip: egress_ip.map(str::to_owned),
        peer: None,
        method: Some("GET".to_owned()),
        url: None,
        headers: Vec::new(),
        signature_start: None,
        secret_id: None,
        outcome,
        error: None,
        status_code,
        response_headers: Vec::new(),
        response_body: None,
        retry_after_seconds: None,
        next_attempt_at: None,
    }
}

fn new(app: &App, name: &str, user: &str, start: Start) -> NewCompletion {
    let endpoint_id = app.first_endpoint().unwrap().id.clone();
    let delivery = NewDelivery { id: random::new_id("dlv"), endpoint_id, recipe: "offermaru@1".to_owned(), start };
    let mut completion = completion(name);
    completion.external_id = format!("{name} of {}", app.id);
    completion.app_id = app.id.clone();
    completion.user_id = user.to_owned();
    completion.offer_name = Some("Family Island".to_owned());
    NewCompletion { given: ReportedFields::of_completion(&completion, None), completion, deliveries: vec![delivery] }
}

/// Records one that was tried like this.
async fn tried(store: &Store, app: &App, name: &str, user: &str, attempts: Vec<Attempt>, next: Next) -> String {
    let token = token();
    let id = recorded(store, new(app, name, user, Start::Claimed { node: "nod_1".into(), token: token.clone() })).await;
    let last_number = attempts.last().unwrap().number;
    let counters = Counters { attempts_made: last_number, round_attempts: last_number, last_number, faults: 0 };
    let (delivery_id, replaces, told, at) = (id.clone(), None, Told::Maybe, NOW);
    let settled = Settlement { delivery_id, token, attempts, replaces, counters, told, next, at };
    assert_eq!(store.settle(settled).await.unwrap(), Settled::Done);
    id
}

impl Lists {
    async fn made() -> Self {
        let fresh = store();
        let (us, others) = (publisher(&fresh.store, Some("us")).await, publisher(&fresh.store, Some("others")).await);
        let mut apps = Vec::new();
        for (publisher, name) in [(&us, "Kash wall"), (&us, "Zen wall"), (&others, "Foreign wall")] {
            let mut new = new_app(publisher, None);
            new.settings.name = name.to_owned();
            let id = new.id.clone();
            fresh.store.create_app(new).await.unwrap();
            apps.push(fresh.store.app(&id).await.unwrap().unwrap());
        }
        let apps: [App; 3] = apps.try_into().unwrap();
        for app in [&apps[2], &apps[0], &apps[1]] {
            Self::add(&fresh.store, app).await;
        }
        Self { fresh, apps }
    }

    async fn add(store: &Store, app: &App) {
        let ok = attempt(1, Outcome::Delivered, Some(200), Some(OUR_IP));
        tried(store, app, "delivered", "u1", vec![ok], Next::Delivered).await;
        let refused = || attempt(1, Outcome::HttpStatus, Some(500), Some(OTHER_IP));
        tried(store, app, "dead", "u2", vec![refused(), attempt(2, Outcome::Timeout, None, None)], Next::Dead).await;
        tried(store, app, "retrying", "u1", vec![refused()], Next::Retry(LATER)).await;
        for (name, user, start) in [
            ("pending", "u2", Start::Pending),
            ("no secret", "u1", Start::Held(WaitingFor::Secret)),
            ("in review", "u2", Start::InReview(NOW)),
            ("sending", "u1", Start::Claimed { node: "nod_1".into(), token: token() }),
            ("canceled", "u2", Start::Pending),
        ] {
            let id = recorded(store, new(app, name, user, start)).await;
            if name == "canceled" {
                store.cancel(id, NOW).await.unwrap();
            }
        }
        let mut test = new(app, "test-1", "u1", Start::Pending);
        store.record_test(test.completion, test.deliveries.remove(0), "{}".to_owned()).await.unwrap();
    }

    fn scope(&self, apps: &[usize]) -> Scope {
        Scope { app_ids: Some(apps.iter().map(|app| self.apps[*app].id.clone()).collect()), ..Scope::default() }
    }

    async fn found(&self, criteria: DeliveryCriteria, page: Page) -> (Vec<(usize, String)>, Option<String>) {
        let listed = self.fresh.store.deliveries(criteria, page).await.unwrap();
        let place = |id: &str| self.apps.iter().position(|app| app.id == id).unwrap();
        (listed.items.into_iter().map(|one| (place(&one.app_id), one.transaction_id)).collect(), listed.next)
    }

    /// Holds what is found by criteria against the names of what should be, newest first: of an app, of both of ours, and of
    /// all apps.
    async fn finds(&self, criteria: DeliveryCriteria, names: &[&str]) {
        for (apps, expected) in [(Some(&[0][..]), vec![0]), (Some(&[0, 1]), vec![1, 0]), (None, vec![1, 0, 2])] {
            let scope = apps.map_or_else(Scope::default, |apps| self.scope(apps));
            let criteria = DeliveryCriteria {
                scope: Scope { app_ids: scope.app_ids, ..criteria.scope.clone() },
                ..criteria.clone()
            };
            let expected: Vec<(usize, String)> =
                expected.iter().flat_map(|app| names.iter().map(|name| (*app, (*name).to_owned()))).collect();
            assert_eq!(self.found(criteria.clone(), all()).await, (expected.clone(), None), "{criteria:?}");
            let (mut paged, mut before) = (Vec::new(), None);
            loop {
                let (page, next) = self.found(criteria.clone(), Page { limit: 2, before }).await;
                paged.extend(page);
                before = next;
                if before.is_none() {
                    break;
                }
            }
            assert_eq!(paged, expected, "{criteria:?}");
        }
    }

    /// What waits for this, where of each app's endpoint that is due or that is due later does.
    fn waiting(&self, reason: WaitingFor, due: bool, later: bool) -> Option<Waiting> {
        let endpoint = |app: &App| {
            let (app_id, endpoint_id) = (app.id.clone(), app.first_endpoint().unwrap().id.clone());
            WaitingEndpoint { app_id, endpoint_id, due, later }
        };
        let endpoints = if due || later { self.apps.iter().map(endpoint).collect() } else { Vec::new() };
        Some(Waiting { reason, endpoints, now: NOW })
    }
}

const ALL: [&str; 9] =
    ["test-1", "canceled", "sending", "in review", "no secret", "pending", "retrying", "dead", "delivered"];

#[tokio::test]
async fn deliveries_are_found_by_their_states() {
    let lists = Lists::made().await;
    let of = |statuses: &[Status]| DeliveryCriteria { statuses: statuses.to_vec(), ..DeliveryCriteria::default() };
    lists.finds(of(&[]), &ALL).await;
    for (statuses, names) in [
        (&[Status::Pending][..], &["test-1", "pending"][..]),
        (&[Status::Sending], &["sending"]),
        (&[Status::Retrying], &["retrying"]),
        (&[Status::Held], &["in review", "no secret"]),
        (&[Status::Delivered], &["delivered"]),
        (&[Status::Dead], &["dead"]),
        (&[Status::Canceled], &["canceled"]),
        (&[Status::Held, Status::Dead], &["in review", "no secret", "dead"]),
        (&[Status::Sending, Status::Retrying, Status::Pending], &["test-1", "sending", "pending", "retrying"]),
        (&[Status::Delivered, Status::Dead], &["dead", "delivered"]),
    ] {
        lists.finds(of(statuses), names).await;
    }
}

#[tokio::test]
async fn what_somebody_has_to_fix_is_found_and_what_was_given_up_since_then() {
    let lists = Lists::made().await;
    let since = |at: i64| DeliveryCriteria {
        needing_attention: Some(Timestamp::from_millis(at)),
        ..DeliveryCriteria::default()
    };
    lists.finds(since(0), &["no secret", "dead"]).await;
    lists.finds(since(NOW.as_millis() + 1), &["no secret"]).await;
    lists.finds(DeliveryCriteria { statuses: vec![Status::Dead], ..since(0) }, &["dead"]).await;
    lists.finds(DeliveryCriteria { statuses: vec![Status::Delivered], ..since(0) }, &[]).await;
}

#[tokio::test]
async fn deliveries_are_found_by_what_they_tell_and_where_they_go() {
    let lists = Lists::made().await;
    let any = DeliveryCriteria::default();
    let kinds = |kinds: &[DeliveryKind]| DeliveryCriteria { kinds: kinds.to_vec(), ..any.clone() };
    lists.finds(kinds(&[DeliveryKind::Test]), &["test-1"]).await;
    lists.finds(kinds(&[DeliveryKind::Reversal]), &[]).await;
    lists.finds(kinds(&[DeliveryKind::Completion, DeliveryKind::Reversal]), &ALL[1..]).await;
    let of_user = |user: &str| DeliveryCriteria { user_id: Some(user.to_owned()), ..any.clone() };
    lists.finds(of_user("u1"), &["sending", "no secret", "retrying", "delivered"]).await;
    lists.finds(of_user("u2"), &["canceled", "in review", "pending", "dead"]).await;
    lists.finds(of_user("u3"), &[]).await;
    let about = |text: &str| DeliveryCriteria { about: Some(text.to_owned()), ..any.clone() };
    lists.finds(about("u2"), &["canceled", "in review", "pending", "dead"]).await;
    lists.finds(about("DEAD"), &["dead"]).await;
    lists.finds(about("nobody"), &[]).await;
    lists.finds(DeliveryCriteria { statuses: vec![Status::Held], ..about("u1") }, &["no secret"]).await;
    let named = |id: &str| DeliveryCriteria { transaction_id: Some(id.to_owned()), ..any.clone() };
    lists.finds(named("DEAD"), &["dead"]).await;
    lists.finds(named("test-1"), &["test-1"]).await;
    lists.finds(named("test-2"), &[]).await;
    // What only tests have, no user has.
    lists.finds(DeliveryCriteria { user_id: Some("u1".to_owned()), ..named("test-1") }, &[]).await;
    lists.finds(DeliveryCriteria { user_id: Some("u1".to_owned()), ..named("delivered") }, &["delivered"]).await;
    lists.finds(DeliveryCriteria { user_id: Some("u2".to_owned()), ..named("delivered") }, &[]).await;
    lists.finds(DeliveryCriteria { statuses: vec![Status::Dead], ..of_user("u2") }, &["dead"]).await;

    // An endpoint and a completion are one app's.
    let one = |criteria: DeliveryCriteria| async { lists.found(criteria, all()).await.0 };
    let of_app = |app: usize, criteria: DeliveryCriteria| DeliveryCriteria { scope: lists.scope(&[app]), ..criteria };
    let endpoint_id = Some(lists.apps[0].first_endpoint().unwrap().id.clone());
    let to_endpoint = DeliveryCriteria { endpoint_id, ..any.clone() };
    assert_eq!(one(to_endpoint.clone()).await, ALL.map(|name| (0, name.to_owned())));
    assert_eq!(one(of_app(1, to_endpoint.clone())).await, []);
    let dead = DeliveryCriteria { statuses: vec![Status::Dead], ..to_endpoint };
    assert_eq!(one(of_app(0, dead)).await, [(0, "dead".to_owned())]);
    let found = lists.fresh.store.deliveries(of_app(0, named("dead")), all()).await.unwrap().items.remove(0);
    let told = DeliveryCriteria { completion_id: Some(found.completion_id), ..any.clone() };
    assert_eq!(one(told.clone()).await, [(0, "dead".to_owned())]);
    assert_eq!(one(of_app(2, told.clone())).await, []);
    for (user, count) in [("u2", 1), ("u1", 0)] {
        assert_eq!(one(DeliveryCriteria { user_id: Some(user.to_owned()), ..told.clone() }).await.len(), count);
    }
    let of_another = DeliveryCriteria { transaction_id: Some("pending".to_owned()), ..told };
    assert_eq!(one(of_another).await, []);
}

#[tokio::test]
async fn deliveries_are_found_by_their_last_attempt_and_no_earlier_one() {
    let lists = Lists::made().await;
    let any = DeliveryCriteria::default();
    let ended = |outcome| AttemptCriteria { outcome: Some(outcome), ..AttemptCriteria::default() };
    let answered = |status| AttemptCriteria { status_code: Some(status), ..AttemptCriteria::default() };
    let from = |address: &str| AttemptCriteria { egress_ip: Some(address.to_owned()), ..AttemptCriteria::default() };
    for (last_attempt, names) in [
        (ended(Outcome::Delivered), &["delivered"][..]),
        (ended(Outcome::Timeout), &["dead"]),
        (ended(Outcome::HttpStatus), &["retrying"]),
        (ended(Outcome::Dns), &[]),
        (answered(200), &["delivered"]),
        (answered(500), &["retrying"]),
        (answered(404), &[]),
        (from(OUR_IP), &["delivered"]),
        (from(OTHER_IP), &["retrying"]),
        (from("203.0.113.71"), &[]),
        (AttemptCriteria { status_code: Some(500), ..from(OTHER_IP) }, &["retrying"]),
        (AttemptCriteria { status_code: Some(200), ..from(OTHER_IP) }, &[]),
        (
            AttemptCriteria {
                status_code: Some(500),
                egress_ip: Some(OTHER_IP.to_owned()),
                ..ended(Outcome::HttpStatus)
            },
            &["retrying"],
        ),
    ] {
        lists.finds(DeliveryCriteria { last_attempt: last_attempt.clone(), ..any.clone() }, names).await;
        let of_user = DeliveryCriteria { user_id: Some("u1".to_owned()), last_attempt, ..any.clone() };
        let theirs: Vec<&str> = names.iter().copied().filter(|name| *name != "dead").collect();
        lists.finds(of_user, &theirs).await;
    }
    let dead = DeliveryCriteria { statuses: vec![Status::Dead], last_attempt: ended(Outcome::Delivered), ..any };
    lists.finds(dead, &[]).await;
}

#[tokio::test]
async fn deliveries_are_found_by_what_they_wait_for_as_their_rows_and_their_endpoints_say_it() {
    let lists = Lists::made().await;
    let of = |waiting| DeliveryCriteria { waiting, ..DeliveryCriteria::default() };
    for (waiting, names) in [
        (lists.waiting(WaitingFor::Review, false, false), &["in review"][..]),
        (lists.waiting(WaitingFor::Secret, false, false), &["no secret"]),
        // What waits to be sent counts as well, for the moment until it is held.
        (lists.waiting(WaitingFor::Secret, true, true), &["test-1", "no secret", "pending", "retrying"]),
        (lists.waiting(WaitingFor::Retry, false, true), &["retrying"]),
        (lists.waiting(WaitingFor::Permit, true, false), &["test-1", "pending"]),
        (lists.waiting(WaitingFor::Permit, false, false), &[]),
        (lists.waiting(WaitingFor::Fields, false, false), &[]),
    ] {
        lists.finds(of(waiting), names).await;
    }
    let permit = lists.waiting(WaitingFor::Permit, true, false);
    lists.finds(DeliveryCriteria { user_id: Some("u2".to_owned()), ..of(permit.clone()) }, &["pending"]).await;
    lists.finds(DeliveryCriteria { kinds: vec![DeliveryKind::Test], ..of(permit.clone()) }, &["test-1"]).await;
    lists.finds(DeliveryCriteria { statuses: vec![Status::Retrying, Status::Dead], ..of(permit) }, &[]).await;
}

#[tokio::test]
async fn what_is_newer_than_a_row_is_listed_newest_first_and_paged_down_to_it() {
    let lists = Lists::made().await;
    let newest = |apps: &[usize]| DeliveryCriteria { scope: lists.scope(apps), ..DeliveryCriteria::default() };
    let shown = lists.fresh.store.deliveries(newest(&[0]), all()).await.unwrap().items;
    let after = |criteria: DeliveryCriteria, place: usize| {
        let after = Some(shown[place].id.clone());
        DeliveryCriteria { scope: Scope { after, ..criteria.scope }, ..criteria }
    };
    let names = |found: &[&str]| -> Vec<(usize, String)> { found.iter().map(|name| (0, (*name).to_owned())).collect() };
    assert_eq!(lists.found(after(newest(&[0]), 0), all()).await, (vec![], None));
    assert_eq!(lists.found(after(newest(&[0]), 3), all()).await, (names(&ALL[..3]), None));
    let page = |before| Page { limit: 2, before };
    let (first, next) = lists.found(after(newest(&[0]), 3), page(None)).await;
    assert_eq!(first, names(&ALL[..2]));
    assert_eq!(lists.found(after(newest(&[0]), 3), page(next)).await, (names(&ALL[2..3]), None));
    for (statuses, expected) in [
        (vec![Status::Held, Status::Dead], &["in review", "no secret"][..]),
        (vec![Status::Sending], &["sending"]),
        (vec![Status::Dead], &[]),
    ] {
        let criteria = DeliveryCriteria { statuses, ..newest(&[0]) };
        assert_eq!(lists.found(after(criteria, 6), all()).await, (names(expected), None));
    }
    let of_user = DeliveryCriteria { user_id: Some("u1".to_owned()), ..newest(&[0]) };
    assert_eq!(lists.found(after(of_user, 4), all()).await, (names(&["sending"]), None));
}

#[tokio::test]
async fn beside_a_delivery_stand_its_app_what_it_tells_of_and_its_last_attempt() {
    let lists = Lists::made().await;
    let store = &lists.fresh.store;
    let dead =
        DeliveryCriteria { scope: lists.scope(&[0]), statuses: vec![Status::Dead], ..DeliveryCriteria::default() };
    let entry = store.listed_deliveries(dead.clone(), all()).await.unwrap().items.remove(0);
    let Entry { delivery, app, told_of, last_attempt } = entry;
    assert_eq!((delivery.transaction_id.as_str(), app.name.as_str()), ("dead", "Kash wall"));
    assert_eq!(app.publisher_id, lists.apps[0].publisher_id);
    let told = |user_id: Option<&str>| ToldOf {
        user_id: user_id.map(str::to_owned),
        offer_name: Some("Family Island".to_owned()),
        user_reward: Decimal::parse("0.10"),
    };
    assert_eq!(told_of, Some(told(Some("u2"))));
    let timeout =
        LastAttempt { number: 2, started_at: NOW, duration_ms: 84, outcome: Outcome::Timeout, status_code: None };
    assert_eq!(last_attempt, Some(timeout));

    let every = store.listed_deliveries(DeliveryCriteria::default(), all()).await.unwrap().items;
    assert_eq!(every.len(), 3 * ALL.len());
    assert!(every.iter().all(|entry| {
        lists.apps.iter().any(|app| app.id == entry.delivery.app_id && app.settings.name == entry.app.name)
    }));
    let untried = ["pending", "no secret", "in review", "sending", "canceled", "test-1"];
    for entry in &every {
        let name = entry.delivery.transaction_id.as_str();
        assert_eq!(entry.last_attempt.is_none(), untried.contains(&name), "{name}");
        assert_eq!(entry.told_of.is_none(), name == "test-1", "{name}");
    }

    // What is open of the user's keeps it from being erased.
    for name in ["in review", "pending"] {
        let criteria = DeliveryCriteria {
            scope: lists.scope(&[0]),
            transaction_id: Some(name.to_owned()),
            ..DeliveryCriteria::default()
        };
        let id = store.deliveries(criteria, all()).await.unwrap().items.remove(0).id;
        store.cancel(id, NOW).await.unwrap();
    }
    let (user_id, pseudonym) = ("u2".to_owned(), "erased_1".to_owned());
    let erasure = Erasure { app_id: lists.apps[0].id.clone(), user_id, pseudonym, now: NOW };
    assert_eq!(store.erase_user(erasure).await.unwrap(), Erased::Completions(4));
    let erased = store.listed_deliveries(dead, all()).await.unwrap().items.remove(0);
    assert_eq!(erased.told_of, Some(told(None)));
    let of_user =
        DeliveryCriteria { scope: lists.scope(&[0]), user_id: Some("u2".to_owned()), ..DeliveryCriteria::default() };
    assert_eq!(store.deliveries(of_user, all()).await.unwrap().items, []);
}

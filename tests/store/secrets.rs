//! The life of a secret: next, active, retired, and back.

use std::time::Duration;

use ringback::domain::app::App;
use ringback::domain::app::Secret;
use ringback::domain::secret::{SecretState, SecretText};
use ringback::random;
use ringback::store::Store;
use ringback::store::secrets::{NewSecret, SecretDeleted};

use crate::setup::{NOW, app, publisher, store};

const HOUR: Duration = Duration::from_secs(3_600);

async fn add(store: &Store, app: &App, activate: Option<Duration>) -> (String, SecretState) {
    let new = NewSecret {
        id: random::new_id("sec"),
        app_id: app.id.clone(),
        endpoint_id: app.first_endpoint().unwrap().id.clone(),
        text: SecretText::known("hunter2".to_owned()),
        activate,
        created_at: NOW,
    };
    let id = new.id.clone();
    (id, store.create_secret(new).await.unwrap().unwrap())
}

async fn activate(store: &Store, app: &App, id: &str, overlap: Duration) -> bool {
    let endpoint = &app.first_endpoint().unwrap().id;
    store.activate_secret(&app.id, endpoint, id, overlap, NOW).await.unwrap()
}

async fn read(store: &Store, app: &App, id: &str) -> Secret {
    let app = store.app(&app.id).await.unwrap().unwrap();
    app.first_endpoint().unwrap().secrets.iter().find(|secret| secret.id == id).unwrap().clone()
}

#[tokio::test]
async fn the_first_secret_signs_at_once_and_a_later_one_waits() {
    let fresh = store();
    let app = app(&fresh.store, &publisher(&fresh.store, None).await).await;
    let (first, state) = add(&fresh.store, &app, None).await;
    assert_eq!(state, SecretState::Active);
    let (second, state) = add(&fresh.store, &app, None).await;
    assert_eq!(state, SecretState::Next);
    assert!(activate(&fresh.store, &app, &second, HOUR).await);
    let retired = read(&fresh.store, &app, &first).await;
    assert_eq!((retired.state, retired.overlap_until), (SecretState::Retired, Some(NOW.plus(HOUR))));
    assert_eq!(read(&fresh.store, &app, &second).await.state, SecretState::Active);
    assert_eq!(retired.text.expose(), "hunter2");
}

#[tokio::test]
async fn after_a_leak_neither_the_leaked_secret_nor_an_older_one_overlaps() {
    let fresh = store();
    let app = app(&fresh.store, &publisher(&fresh.store, None).await).await;
    let (first, _) = add(&fresh.store, &app, None).await;
    let (second, _) = add(&fresh.store, &app, Some(HOUR)).await;
    assert!(read(&fresh.store, &app, &first).await.overlap_until.is_some());
    let (third, _) = add(&fresh.store, &app, None).await;
    assert!(activate(&fresh.store, &app, &third, Duration::ZERO).await);
    for id in [&first, &second] {
        let retired = read(&fresh.store, &app, id).await;
        assert_eq!((retired.state, retired.overlap_until), (SecretState::Retired, None));
    }
}

#[tokio::test]
async fn a_retired_secret_can_be_activated_again_and_the_active_one_never_be_deleted() {
    let fresh = store();
    let app = app(&fresh.store, &publisher(&fresh.store, None).await).await;
    let endpoint = app.first_endpoint().unwrap().id.clone();
    let (first, _) = add(&fresh.store, &app, None).await;
    let (second, _) = add(&fresh.store, &app, Some(HOUR)).await;
    assert!(activate(&fresh.store, &app, &first, HOUR).await);
    assert!(!activate(&fresh.store, &app, "sec_none", HOUR).await);
    let delete = |id: String| {
        let (store, app, endpoint) = (fresh.store.clone(), app.id.clone(), endpoint.clone());
        async move { store.delete_secret(&app, &endpoint, &id).await.unwrap() }
    };
    assert_eq!(delete(first).await, SecretDeleted::Active);
    assert_eq!(delete(second.clone()).await, SecretDeleted::Deleted);
    assert_eq!(delete(second).await, SecretDeleted::Unknown);
}

//! What is remembered of an endpoint's tests: for the dialect and the secret that were tested, and beside the configuration.

use std::time::Duration;

use ringback::domain::app::App;
use ringback::domain::secret::SecretText;
use ringback::domain::setup::{Setup, TestResult, Tested};
use ringback::domain::time::Timestamp;
use ringback::random;
use ringback::store::Store;
use ringback::store::secrets::NewSecret;

use crate::setup::{NOW, app, publisher, store};

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

async fn secret(store: &Store, app: &App) -> String {
    let id = random::new_id("sec");
    let new = NewSecret {
        id: id.clone(),
        app_id: app.id.clone(),
        endpoint_id: app.first_endpoint().unwrap().id.clone(),
        text: SecretText::known("hunter2".to_owned()),
        activate: Some(Duration::ZERO),
        created_at: NOW,
    };
    store.create_secret(new).await.unwrap().unwrap();
    id
}

/// What is tested of the app's first endpoint while this secret is active.
fn tested(app: &App, secret_id: Option<&String>) -> Tested {
    let endpoint = app.first_endpoint().unwrap();
    let dialect = endpoint.config.settings.dialect.clone();
    Tested { endpoint_id: endpoint.id.clone(), dialect, secret_id: secret_id.cloned() }
}

async fn shown(store: &Store, app: &App) -> Setup {
    store.app(&app.id).await.unwrap().unwrap().first_endpoint().unwrap().setup
}

#[tokio::test]
async fn what_tests_have_shown_is_read_with_the_endpoint_until_another_secret_signs() {
    let fresh = store();
    let store = &fresh.store;
    let app = app(store, &publisher(store, None).await).await;
    let first = secret(store, &app).await;
    assert_eq!(shown(store, &app).await, Setup::default());

    store.remember_test(tested(&app, Some(&first)), TestResult::Acknowledged, NOW).await.unwrap();
    assert_eq!(shown(store, &app).await, Setup { tested_at: Some(NOW), verified_at: None });
    store.remember_test(tested(&app, Some(&first)), TestResult::WrongRefused, later(1)).await.unwrap();
    let verified = Setup { tested_at: Some(NOW), verified_at: Some(later(1)) };
    assert_eq!(shown(store, &app).await, verified);

    let second = secret(store, &app).await;
    assert_eq!(shown(store, &app).await, Setup::default(), "the new secret was never tested");
    store.remember_test(tested(&app, Some(&second)), TestResult::WrongRefused, later(2)).await.unwrap();
    assert_eq!(shown(store, &app).await, Setup::default(), "what the first secret showed says nothing of the second");
    store.remember_test(tested(&app, Some(&second)), TestResult::Acknowledged, later(3)).await.unwrap();
    assert_eq!(shown(store, &app).await, Setup { tested_at: Some(later(3)), verified_at: None });
}

#[tokio::test]
async fn a_receiver_that_takes_a_wrong_signature_is_verified_no_more() {
    let fresh = store();
    let store = &fresh.store;
    let app = app(store, &publisher(store, None).await).await;
    for (seconds, result) in
        [TestResult::Acknowledged, TestResult::WrongRefused, TestResult::WrongAccepted].into_iter().enumerate()
    {
        store.remember_test(tested(&app, None), result, later(seconds as u64)).await.unwrap();
    }
    assert_eq!(shown(store, &app).await, Setup { tested_at: Some(NOW), verified_at: None });
}

#[tokio::test]
async fn a_test_is_remembered_of_its_endpoint_alone_and_is_no_change_of_the_app() {
    let fresh = store();
    let store = &fresh.store;
    let publisher = publisher(store, None).await;
    let (own, other) = (app(store, &publisher).await, app(store, &publisher).await);
    let before = store.app(&own.id).await.unwrap().unwrap();
    store.remember_test(tested(&own, None), TestResult::Acknowledged, NOW).await.unwrap();
    let after = store.app(&own.id).await.unwrap().unwrap();
    assert_eq!(
        after.revision, before.revision,
        "whoever changes the app meanwhile must not be told that it was changed"
    );
    assert_eq!(shown(store, &own).await.tested_at, Some(NOW));
    assert_eq!(shown(store, &other).await, Setup::default());
    let stranger = Tested { dialect: "cpx".to_owned(), ..tested(&own, None) };
    store.remember_test(stranger, TestResult::Acknowledged, later(1)).await.unwrap();
    assert_eq!(shown(store, &own).await, Setup::default(), "a test of another dialect says nothing of this one");
}

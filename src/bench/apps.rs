//! The apps of a measurement, and what is due for them: made in the store while no server works on it.
//!
//! A thousand endpoints made by calls would take longer than what is measured. Everything is as the calls would have left it.

use futures_util::future::try_join_all;

use crate::bench::backlog::{new_completion, record};
use crate::bench::workload::{self, DIALECT, Setting};
use crate::clock::Clock;
use crate::command::Failure;
use crate::domain::account::Publisher;
use crate::domain::app_settings::AppSettings;
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::limits::Limits;
use crate::domain::secret::SecretText;
use crate::domain::source::Source;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::Store;
use crate::store::apps::{AppSaved, NewApp};
use crate::store::secrets::NewSecret;

/// Completions recorded in one group: a batch at its largest.
const GROUP: usize = 1_000;

/// An app and its endpoints.
#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) id: String,
    pub(super) endpoint_ids: Vec<String>,
}

/// Makes a publisher with these apps: each is a list of the callback URLs of its endpoints, one at least.
pub(super) async fn publisher(store: &Store, apps: Vec<Vec<String>>) -> Result<Vec<App>, Failure> {
    limited(store, apps, Limits::default()).await
}

/// The same with apps that are limited.
pub(super) async fn limited(store: &Store, apps: Vec<Vec<String>>, limits: Limits) -> Result<Vec<App>, Failure> {
    let (id, created_at) = (random::new_id("pub"), Clock::system().now());
    let publisher = Publisher { id, reference: None, name: "Measured".to_owned(), created_at };
    all(store, publisher, apps, limits).await
}

/// The same of a publisher that is given.
pub(super) async fn of(store: &Store, publisher: Publisher, apps: Vec<Vec<String>>) -> Result<Vec<App>, Failure> {
    all(store, publisher, apps, Limits::default()).await
}

async fn all(store: &Store, publisher: Publisher, apps: Vec<Vec<String>>, limits: Limits) -> Result<Vec<App>, Failure> {
    let (id, now) = (publisher.id.clone(), publisher.created_at);
    store.create_publisher(publisher).await?;
    // Side by side, since what waits at the same time is flushed together.
    try_join_all(apps.iter().map(|urls| app(store, &id, urls, limits, now))).await
}

async fn app(
    store: &Store,
    publisher_id: &str,
    urls: &[String],
    limits: Limits,
    now: Timestamp,
) -> Result<App, Failure> {
    let settings = |url: &String| {
        let callback_url = Some(CallbackUrl::new(url));
        EndpointSettings { callback_url, ..EndpointSettings::new(DIALECT) }
    };
    let [first, others @ ..] = urls else { return Err("an app needs an endpoint".into()) };
    let mut app = App { id: random::new_id("app"), endpoint_ids: vec![random::new_id("end")] };
    let new = NewApp {
        id: app.id.clone(),
        publisher_id: publisher_id.to_owned(),
        settings: AppSettings { limits, ..AppSettings::new("Measured") },
        endpoint_id: app.endpoint_ids[0].clone(),
        endpoint: settings(first),
        created_at: now,
    };
    saved(store.create_app(new).await?)?;
    for url in others {
        let id = random::new_id("end");
        saved(store.create_endpoint(&app.id, &id, settings(url), now).await?)?;
        app.endpoint_ids.push(id);
    }
    for endpoint_id in &app.endpoint_ids {
        let new = NewSecret {
            id: random::new_id("sec"),
            app_id: app.id.clone(),
            endpoint_id: endpoint_id.clone(),
            text: secret(),
            activate: None,
            created_at: now,
        };
        store.create_secret(new).await?.ok_or("an endpoint that was made is not there")?;
    }
    Ok(app)
}

/// Makes a source that reports for these apps in turns.
pub(super) async fn source(store: &Store, apps: &[App]) -> Result<Setting, Failure> {
    let (surface_id, source_secret) = (random::new_id("srf"), secret());
    let source = Source {
        id: random::new_id("src"),
        surface_id: surface_id.clone(),
        name: "Measuring".to_owned(),
        app_ids: None,
        transaction_prefix: None,
        secret: source_secret.clone(),
        previous: None,
        created_at: Clock::system().now(),
    };
    store.create_source(source).await?;
    Ok(Setting { app_ids: apps.iter().map(|app| app.id.clone()).collect(), surface_id, source_secret })
}

/// Records so many completions of each app, which are due to all of its endpoints.
pub(super) async fn record_due(store: &Store, apps: &[App], completions: usize) -> Result<(), Failure> {
    let (recipe, now) = (workload::recipe()?, Clock::system().now());
    let mut group = Vec::new();
    for number in 0..apps.len() * completions {
        let App { id, endpoint_ids } = &apps[number % apps.len()];
        group.push(new_completion(workload::completion(number, now), id, endpoint_ids, &recipe));
        if group.len() == GROUP {
            record(store, std::mem::take(&mut group)).await?;
        }
    }
    if !group.is_empty() {
        record(store, group).await?;
    }
    Ok(())
}

/// It signs for seconds, on loopback; any text serves.
fn secret() -> SecretText {
    SecretText::known(random::claim_token())
}

fn saved(saved: AppSaved) -> Result<(), Failure> {
    match saved {
        AppSaved::Saved => Ok(()),
        refused => Err(format!("an app was not made: {refused:?}").into()),
    }
}

//! A whole Ringback in the test's own process: the real service on a real database and real sockets, with a clock that
//! the test turns. The only file of the tests that reaches into the service.

use std::ops::Deref;
use std::sync::Arc;

use ringback::clock::{Clock, ManualClock};
use ringback::dispatch::dispatcher::Dispatcher;
use ringback::domain::time::Timestamp;
use ringback::service::{NotStarted, Service};
use ringback::store::{Store, StoreError};
use serde_json::Value;

use super::{Api, Home, Wall, found};

/// Where the clock stands: 2024-07-01T18:40:00Z.
const START: Timestamp = Timestamp::from_millis(1_719_859_200_000);

/// A running Ringback, and its operator's [`Api`].
pub(crate) struct Ringback {
    pub(crate) clock: ManualClock,
    service: Service,
    home: Home,
    now: Clock,
    api: Api,
}

impl Deref for Ringback {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl Ringback {
    /// Starts one on an empty store, that may call back to loopback addresses over HTTP.
    pub(crate) async fn start() -> Self {
        Home::new().start().await
    }

    /// Starts one at this place with these settings.
    pub(super) async fn start_at(home: Home) -> Self {
        let (now, clock) = Clock::manual(START);
        let (service, api) = serve(&home, &now).await;
        Self { clock, service, home, now, api }
    }

    /// Stops it as SIGTERM does and starts it again on the same store.
    pub(crate) async fn restart(self) -> Self {
        let home = self.home.clone();
        self.restart_as(home).await
    }

    /// The same with another setting from here on.
    pub(crate) async fn restart_with(self, name: &str, value: &str) -> Self {
        let home = self.home.clone().with(name, value);
        self.restart_as(home).await
    }

    async fn restart_as(self, home: Home) -> Self {
        self.service.stop().await;
        let (service, api) = serve(&home, &self.now).await;
        Self { service, api, home, ..self }
    }

    /// Where its data is.
    pub(crate) fn database_url(&self) -> String {
        self.home.database_url()
    }

    /// The link for the first operator that it printed when it started, if it did.
    pub(crate) fn first_operator_link(&self) -> Option<String> {
        self.service.first_operator.as_ref().map(|link| link.expose().to_owned())
    }

    /// What it keeps, for what no answer shows.
    pub(crate) fn store(&self) -> &Store {
        &self.service.dispatcher.node.store
    }

    /// Everything behind its web floor.
    pub(crate) fn dispatcher(&self) -> Arc<Dispatcher> {
        Arc::clone(&self.service.dispatcher)
    }

    /// Whatever is due has been begun once this returns.
    pub(crate) async fn step(&self) {
        self.service.dispatcher.step().await.unwrap();
    }

    /// Whatever could be released, is over or is too old has been looked at once this returns.
    pub(crate) async fn tidy(&self) {
        self.service.dispatcher.node.reconfigure().await.unwrap();
        self.service.dispatcher.tidy().await.unwrap();
    }
}

/// A fresh Ringback and a wall in this dialect.
pub(crate) async fn calling(dialect: &str, settings: Value) -> (Ringback, Wall) {
    let ringback = Ringback::start().await;
    let wall = ringback.wall(dialect, settings).await;
    (ringback, wall)
}

async fn serve(home: &Home, now: &Clock) -> (Service, Api) {
    // Another test's child holds every open file of this process until it has become a program of its own, and with the file
    // the lock of a service that has ended meanwhile.
    let service = found("nobody holds the lock of the database", || async {
        match Service::start(&home.settings(), now.clone()).await {
            Err(NotStarted::Store(StoreError::AlreadyServed { .. })) => None,
            started => Some(started.unwrap()),
        }
    })
    .await;
    let api = Api::new(format!("http://{}", service.address), now.clone());
    (service, api)
}

//! A whole Ringback in a test: the real service on a real file and real sockets, with a clock that the test turns.

use std::ops::Deref;

use ringback::clock::{Clock, ManualClock};
use ringback::domain::time::Timestamp;
use ringback::service::Service;
use ringback::settings::Settings;

use crate::place::{self, Place};

pub(crate) use crate::api::{Api, App, Source, TOKEN, conversion, faults, only_delivery, text};

/// A running Ringback, and its [`Api`].
pub(crate) struct Ringback {
    pub(crate) service: Service,
    pub(crate) clock: ManualClock,
    place: Place,
    now: Clock,
    api: Api,
    settings: Vec<(String, String)>,
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
        Self::with(&[]).await
    }

    /// The same, with further settings.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let place = place::fresh();
        let mut all = vec![
            ("RINGBACK_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
            ("RINGBACK_DATABASE_URL".to_owned(), place.url.clone()),
            ("RINGBACK_MASTER_KEY_FILE".to_owned(), place.key_file().display().to_string()),
            ("RINGBACK_POOL_SIZE".to_owned(), "8".to_owned()),
            ("RINGBACK_BOOTSTRAP_TOKEN".to_owned(), TOKEN.to_owned()),
            ("RINGBACK_ALLOW_HTTP".to_owned(), "true".to_owned()),
            ("RINGBACK_ALLOW_TARGETS".to_owned(), "127.0.0.0/8".to_owned()),
        ];
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let start = Timestamp::from_millis(1_719_859_200_000);
        let (now, clock) = Clock::manual(start);
        let (service, api) = serve(&all, &now).await;
        Self { service, clock, place, now, api, settings: all }
    }

    /// Where its data is.
    pub(crate) fn database_url(&self) -> String {
        self.place.url.clone()
    }

    /// Stops it as SIGTERM does and starts it again on the same file.
    pub(crate) async fn restart(self) -> Self {
        self.restart_with(&[]).await
    }

    /// The same, with other settings from here on.
    pub(crate) async fn restart_with(mut self, settings: &[(&str, &str)]) -> Self {
        self.service.stop().await;
        self.settings.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let (service, api) = serve(&self.settings, &self.now).await;
        Self { service, api, ..self }
    }
}

async fn serve(settings: &[(String, String)], now: &Clock) -> (Service, Api) {
    let service = Service::start(&read(settings), now.clone()).await.unwrap();
    let api = Api::at(format!("http://{}", service.address), now.clone());
    (service, api)
}

fn read(settings: &[(String, String)]) -> Settings {
    Settings::from_env(|name| settings.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
        .unwrap()
}

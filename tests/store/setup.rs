//! A fresh store that goes away with the test, and the few objects that most tests begin with.

use ringback::domain::account::Publisher;
use ringback::domain::app::App;
use ringback::domain::app_settings::AppSettings;
use ringback::domain::dialect::endpoint_settings::EndpointSettings;
use ringback::domain::headers::Headers;
use ringback::domain::ids;
use ringback::domain::time::Timestamp;
use ringback::random;
use ringback::store::apps::{AppSaved, NewApp};
use ringback::store::page::Page;
use ringback::store::publishers::PublisherSaved;
use ringback::store::{Access, Location, Store};

use place::Place;

/// A store and the place that it lies in.
pub(crate) struct Fresh {
    pub(crate) store: Store,
    place: Place,
}

impl Fresh {
    /// `RINGBACK_DATABASE_URL`.
    pub(crate) fn url(&self) -> &str {
        &self.place.url
    }

    /// The same store as another process has it, which knows only what it reads there.
    pub(crate) fn another_node(&self) -> Store {
        open(&self.place)
    }
}

/// Connections to PostgreSQL: several tests run at a time.
const POOL_SIZE: u32 = 8;

/// An empty store.
pub(crate) fn store() -> Fresh {
    let place = place::fresh();
    Fresh { store: open(&place), place }
}

pub(crate) fn open(place: &Place) -> Store {
    let location = Location::parse(&place.url).unwrap();
    Store::open(&Access { location, key_file: Some(place.key_file()), pool_size: POOL_SIZE }).unwrap()
}

/// What the columns hold of an id.
pub(crate) fn key(id: &str) -> i64 {
    ids::key(&id[..3], id).unwrap()
}

/// The instant at which every test begins.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// The whole of a list.
pub(crate) fn all() -> Page {
    Page { limit: 1_000, before: None }
}

/// A publisher with this `ref`.
pub(crate) async fn publisher(store: &Store, reference: Option<&str>) -> Publisher {
    let publisher = Publisher {
        id: random::new_id("pub"),
        reference: reference.map(str::to_owned),
        name: "Acme".to_owned(),
        created_at: NOW,
    };
    assert!(matches!(store.create_publisher(publisher.clone()).await.unwrap(), PublisherSaved::Saved(_)));
    publisher
}

/// An app that is not saved yet.
pub(crate) fn new_app(publisher: &Publisher, reference: Option<&str>) -> NewApp {
    let mut endpoint = EndpointSettings::new("offermaru");
    endpoint.headers = Headers(vec![("Authorization".to_owned(), "Bearer hunter2".to_owned())]);
    endpoint.dialect_settings = [("surfaceId".to_owned(), "s1".to_owned())].into();
    endpoint.retry_schedule = Some(ringback::domain::retry::RetrySchedule::from_seconds(vec![1, 2]));
    NewApp {
        id: random::new_id("app"),
        publisher_id: publisher.id.clone(),
        settings: AppSettings { reference: reference.map(str::to_owned), ..AppSettings::new("Wall") },
        endpoint_id: random::new_id("end"),
        endpoint,
        created_at: NOW,
    }
}

/// An app that is saved.
pub(crate) async fn app(store: &Store, publisher: &Publisher) -> App {
    let new = new_app(publisher, None);
    let id = new.id.clone();
    assert_eq!(store.create_app(new).await.unwrap(), AppSaved::Saved);
    store.app(&id).await.unwrap().unwrap()
}

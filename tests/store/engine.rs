//! What an engine says of itself, for measurements.

use ringback::store::Location;
use ringback::store::inspect::engine::{settings, written};

use crate::setup::{publisher, store};

#[tokio::test]
async fn every_change_is_counted_as_a_commit() {
    let fresh = store();
    let location = Location::parse(fresh.url()).unwrap();
    let before = written(&location).unwrap();
    for _ in 0..3 {
        publisher(&fresh.store, None).await;
    }
    let after = written(&location).unwrap();
    let commits = after.commits.unwrap() - before.commits.unwrap();
    // Other tests change other databases of the same PostgreSQL server meanwhile.
    assert!(if fresh.store.is_shared() { commits >= 3 } else { commits == 3 }, "{before:?} {after:?}");
    assert_eq!(after.log_bytes.is_some(), fresh.store.is_shared());
    assert!(after.log_bytes > before.log_bytes || !fresh.store.is_shared(), "{before:?} {after:?}");
    assert!(after.stored_bytes > 0, "{after:?}");
}

#[tokio::test]
async fn a_store_is_opened_so_that_a_commit_waits_for_its_flush() {
    let fresh = store();
    let settings = settings(&Location::parse(fresh.url()).unwrap()).unwrap();
    let flushing = if fresh.store.is_shared() { ("synchronous_commit", "on") } else { ("synchronous", "FULL") };
    assert!(settings.contains(&(flushing.0, flushing.1.to_owned())), "{settings:?}");
}

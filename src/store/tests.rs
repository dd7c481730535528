//! Of the connections: what people read harms nothing else.

use std::sync::{Arc, Barrier, mpsc};

use place::Place;
use tokio::task::JoinHandle;

use super::backend::PoolShares;
use super::*;
use crate::domain::time::Timestamp;

const POOL_SIZE: u32 = 8;

fn open(place: &Place) -> Store {
    let location = Location::parse(&place.url).unwrap();
    Store::open(&Access { location, key_file: Some(place.key_file()), pool_size: POOL_SIZE }).unwrap()
}

/// Takes every connection that people's reads have, until the answered end is dropped.
async fn occupy(place: &Place, store: &Store) -> (mpsc::Sender<()>, Vec<JoinHandle<Result<(), StoreError>>>) {
    let location = Location::parse(&place.url).unwrap();
    let size = PoolShares::of(&location, POOL_SIZE).readers as usize;
    let (end, ended) = mpsc::channel::<()>();
    let (ended, all_begun) = (Arc::new(std::sync::Mutex::new(ended)), Arc::new(Barrier::new(size + 1)));
    let reads = (0..size).map(|_| {
        let (store, ended, all_begun) = (store.clone(), Arc::clone(&ended), Arc::clone(&all_begun));
        let read = move |_: &mut Conn| {
            all_begun.wait();
            ended.lock().unwrap().recv().ok();
            Ok(())
        };
        tokio::spawn(async move { store.read(read).await })
    });
    let reads = reads.collect();
    tokio::task::spawn_blocking(move || all_begun.wait()).await.unwrap();
    (end, reads)
}

#[tokio::test]
async fn the_queue_the_configuration_and_callers_are_looked_up_though_people_read_with_all_that_they_have() {
    let place = place::fresh();
    let store = open(&place);
    let (end, reads) = occupy(&place, &store).await;
    store.due(Timestamp::from_millis(0)).await.unwrap();
    store.held_endpoints().await.unwrap();
    store.configuration_since(-1).await.unwrap();
    store.token_by_text("a token").await.unwrap();
    store.ping().await.unwrap();
    let too_many = store.read(|_| Ok(())).await;
    assert!(matches!(too_many, Err(StoreError::Unreachable(_))), "one more than there are connections");
    drop(end);
    for read in reads {
        read.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn whether_the_store_answers_is_found_out_without_writing() {
    let place = place::fresh();
    let store = open(&place);
    let (end, ended) = mpsc::channel::<()>();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let writing = store.clone();
    let write = tokio::spawn(async move {
        let work = move |_: &mut Conn| {
            begun.send(()).ok();
            ended.recv().ok();
            Ok(())
        };
        writing.write(work).await
    });
    has_begun.await.unwrap();
    store.ping().await.unwrap();
    assert_eq!(store.write_backlog(), 0);
    drop(end);
    write.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_persons_statement_that_goes_on_for_too_long_is_ended_by_postgresql() {
    let place = place::on_postgres();
    let store = open(&place);
    let slow = |conn: &mut Conn| diesel::sql_query("SELECT pg_sleep(40)").execute(conn);
    // No more at a time than connections that read.
    let (read, snapshot) = tokio::join!(store.read(slow), store.snapshot(slow));
    let (by_index, snapshot_by_index) = tokio::join!(store.read_by_index(slow), store.snapshot_by_index(slow));
    for ended in [read, snapshot, by_index, snapshot_by_index] {
        assert!(matches!(ended, Err(StoreError::TookTooLong)), "{ended:?}");
    }
    let looked = store.look(|conn| diesel::sql_query("SELECT pg_sleep(0)").execute(conn)).await;
    assert!(looked.is_ok(), "{looked:?}");
    assert!(store.deliveries(Default::default(), page::Page { limit: 1, before: None }).await.is_ok());
    assert!(store.release_overdue(Timestamp::from_millis(0)).await.is_ok());
}

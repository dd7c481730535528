//! How the SQLite in this binary is compiled.

use crate::setup::store;

/// `.cargo/config.toml` sets the flags; where it was not read, every page and every allocation takes a shared lock.
#[tokio::test]
async fn sqlite_takes_no_lock_for_a_connection_that_one_thread_uses() {
    let fresh = store();
    if fresh.store.is_shared() {
        return;
    }
    let options = fresh.store.sqlite_compile_options().await.unwrap();
    let has = |option: &str| options.iter().any(|one| one == option);
    assert!(has("THREADSAFE=2") && has("DEFAULT_MEMSTATUS=0"), "{options:?}");
    assert!(!has("ENABLE_MEMORY_MANAGEMENT") && !has("ENABLE_API_ARMOR"), "{options:?}");
}

//! What waits for a lock that another node holds: on PostgreSQL, where a node may vanish with one, no report or settlement waits
//! behind it.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use ringback::domain::account::Publisher;
use ringback::domain::new_delivery::Start;
use ringback::domain::settlement::Next;
use ringback::random;
use ringback::store::queue::Settled;
use ringback::store::role_scope::RoleScope;
use ringback::store::{Access, FEWEST_CONNECTIONS, Location, Store};

use crate::queue::{claim, new, recorded, settlement};
use crate::setup::NOW;

/// As the nodes of a cluster number them among themselves.
const CONFIGURATION: i64 = 7_220_002;
const RETENTION: i64 = 7_220_004;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Another node's session.
struct Other(PgConnection);

impl Other {
    fn says(&mut self, statement: &str) {
        diesel::sql_query(statement).execute(&mut self.0).unwrap();
    }

    /// Returns once somebody waits for this lock.
    async fn is_waited_for(&mut self, lock: i64) {
        let waiting = format!(
            "SELECT count(*) AS count FROM pg_locks WHERE locktype = 'advisory' AND objid = {lock} AND NOT granted"
        );
        let seen = async {
            while diesel::sql_query(&waiting).get_result::<Count>(&mut self.0).unwrap().count == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), seen).await.unwrap();
    }
}

async fn change_something(store: Store) {
    let publisher = Publisher { id: random::new_id("pub"), reference: None, name: "Other".to_owned(), created_at: NOW };
    store.create_publisher(publisher).await.unwrap();
}

async fn take_a_second_factor(store: Store) {
    assert!(!store.remove_second_factor("usr_nobody", RoleScope::All).await.unwrap());
}

async fn remove_what_is_old(store: Store) {
    assert_eq!(store.prune(NOW).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_change_waits_for_a_lock_reports_are_recorded_and_settled() {
    let place = place::on_postgres();
    let location = Location::parse(&place.url).unwrap();
    // So few connections that one alone commits groups.
    let access = Access { location, key_file: Some(place.key_file()), pool_size: FEWEST_CONNECTIONS };
    let store = Store::open(&access).unwrap();
    let mut other = Other(PgConnection::establish(&place.url).unwrap());
    for (name, lock) in [("change", CONFIGURATION), ("factor", CONFIGURATION), ("prune", RETENTION)] {
        other.says(&format!("SELECT pg_advisory_lock({lock})"));
        let waiting = match name {
            "change" => tokio::spawn(change_something(store.clone())),
            "factor" => tokio::spawn(take_a_second_factor(store.clone())),
            _ => tokio::spawn(remove_what_is_old(store.clone())),
        };
        other.is_waited_for(lock).await;
        recorded(&store, new(name, "end_1", Start::Pending)).await;
        let claimed = claim(&store, "end_1", 1, NOW).await.remove(0);
        assert_eq!(store.settle(settlement(&claimed, Next::Delivered)).await.unwrap(), Settled::Done);
        assert!(!waiting.is_finished(), "{name} did not wait");
        other.says(&format!("SELECT pg_advisory_unlock({lock})"));
        waiting.await.unwrap();
    }
}

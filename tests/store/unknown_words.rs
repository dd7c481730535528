//! Words that this version does not know, as a newer node may write them in a rolling upgrade: whoever reads such a row gets
//! an error, the queue leaves it alone, and everything else goes on.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, SqliteConnection};
use ringback::domain::delivery::{Status, WaitingFor};
use ringback::domain::new_delivery::Start;
use ringback::domain::node::NodeRole;
use ringback::domain::settlement::Next;
use ringback::store::StoreError;
use ringback::store::lookups::DeliveryCriteria;
use ringback::store::queue::Settled;

use crate::queue::{claim, completion, delivery, new, recorded, settlement, token};
use crate::setup::{Fresh, NOW, all, key, store};

/// The code of a word of a version to come.
const UNKNOWN: &str = "99";

#[derive(QueryableByName)]
struct Shown {
    #[diesel(sql_type = Text)]
    row: String,
}

impl Fresh {
    /// Changes something behind the back of the store, and of the CHECKs that admit the words of this version alone.
    pub(crate) fn change(&self, statement: &str) {
        match self.url().strip_prefix("sqlite://") {
            Some(path) => {
                let unchecked = "PRAGMA busy_timeout = 10000; PRAGMA ignore_check_constraints = 1;";
                SqliteConnection::establish(path).unwrap().batch_execute(&format!("{unchecked} {statement}")).unwrap();
            }
            None => {
                let unchecked = "DO $$ DECLARE one record; BEGIN
                    FOR one IN SELECT conrelid::regclass AS of, conname FROM pg_constraint WHERE contype = 'c'
                        AND conrelid IN ('deliveries'::regclass, 'completions'::regclass, 'nodes'::regclass)
                    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.of, one.conname); END LOOP;
                    END $$;";
                PgConnection::establish(self.url())
                    .unwrap()
                    .batch_execute(&format!("{unchecked} {statement}"))
                    .unwrap();
            }
        }
    }

    /// A delivery as it is stored.
    fn row(&self, id: &str) -> String {
        let columns = "kind status told waiting_for claim_token ended_reason reversed last_number faults due_at claimed_at \
                       held_since ended_at";
        let shown = |column| format!("'{column} ' || coalesce(CAST({column} AS TEXT), '-')");
        let columns = columns.split(' ').map(shown).collect::<Vec<_>>().join(" || ', ' || ");
        let query = diesel::sql_query(format!("SELECT {columns} AS \"row\" FROM deliveries WHERE id = {}", key(id)));
        let shown: Shown = match self.url().strip_prefix("sqlite://") {
            Some(path) => query.get_result(&mut SqliteConnection::establish(path).unwrap()).unwrap(),
            None => query.get_result(&mut PgConnection::establish(self.url()).unwrap()).unwrap(),
        };
        shown.row
    }

    /// Gives a delivery an unknown code in this column; answers it as it is stored from then on.
    fn unread(&self, id: &str, column: &str) -> String {
        self.change(&format!("UPDATE deliveries SET {column} = {UNKNOWN} WHERE id = {}", key(id)));
        self.row(id)
    }
}

fn is_unreadable<T>(read: &Result<T, StoreError>) -> bool {
    matches!(read, Err(StoreError::Unreadable { place }) if place.contains(&format!("{UNKNOWN} is no ")))
}

#[tokio::test]
async fn what_waits_under_an_unknown_word_is_an_error_to_read_and_stands_in_nobodys_way() {
    for column in ["status", "kind", "told"] {
        let fresh = store();
        let unread = recorded(&fresh.store, new("e1", "end_1", Start::Pending)).await;
        let mut others = Vec::new();
        for external_id in ["e2", "e3"] {
            others.push(recorded(&fresh.store, new(external_id, "end_1", Start::Pending)).await);
        }
        let before = fresh.unread(&unread, column);

        // It fell due first, and one place must be enough for each of the others.
        fresh.change(&format!("UPDATE deliveries SET due_at = due_at + 1 WHERE id <> {}", key(&unread)));
        let later = NOW.plus(Duration::from_secs(1));
        let mut settled = Vec::new();
        for _ in &others {
            let claimed = claim(&fresh.store, "end_1", 1, later).await;
            assert_eq!(claimed.len(), 1, "{column}");
            assert_eq!(fresh.store.settle(settlement(&claimed[0], Next::Delivered)).await.unwrap(), Settled::Done);
            assert_eq!(delivery(&fresh.store, &claimed[0].delivery.id).await.status, Status::Delivered);
            settled.push(claimed[0].delivery.id.clone());
        }
        settled.sort();
        assert_eq!(settled, others, "{column}");
        assert_eq!(claim(&fresh.store, "end_1", 9, later).await, [], "{column}");
        assert_eq!(fresh.row(&unread), before, "{column}");

        assert!(is_unreadable(&fresh.store.delivery(unread.clone()).await), "{column}");
        assert!(is_unreadable(&fresh.store.deliveries(DeliveryCriteria::default(), all()).await), "{column}");
        assert!(is_unreadable(&fresh.store.cancel(unread.clone(), NOW).await), "{column}");
    }
}

#[tokio::test]
async fn what_is_held_or_to_be_held_under_an_unknown_word_stays_as_it_is() {
    for column in ["kind", "told"] {
        let fresh = store();
        let unread = recorded(&fresh.store, new("e1", "end_1", Start::Pending)).await;
        let other = recorded(&fresh.store, new("e2", "end_1", Start::Pending)).await;
        let before = fresh.unread(&unread, column);
        assert_eq!(fresh.store.hold("end_1".to_owned(), WaitingFor::Secret, NOW).await.unwrap(), 1, "{column}");
        assert_eq!(delivery(&fresh.store, &other).await.status, Status::Held);
        assert_eq!(fresh.row(&unread), before, "{column}");
    }
    for column in ["kind", "told", "waiting_for"] {
        let fresh = store();
        let unread = recorded(&fresh.store, new("e1", "end_1", Start::Held(WaitingFor::Secret))).await;
        let other = recorded(&fresh.store, new("e2", "end_1", Start::Held(WaitingFor::Secret))).await;
        let before = fresh.unread(&unread, column);
        let (end_1, later) = (|| "end_1".to_owned(), NOW.plus(Duration::from_secs(1)));
        assert_eq!(fresh.store.rename_reason(end_1(), WaitingFor::CallbackUrl).await.unwrap(), 1, "{column}");
        assert_eq!(fresh.store.release(end_1(), vec![], None, NOW).await.unwrap().count, 1, "{column}");
        assert_eq!(delivery(&fresh.store, &other).await.status, Status::Pending);
        assert_eq!(fresh.store.expire_held(end_1(), later, later).await.unwrap(), 0, "{column}");
        let endpoints = fresh.store.held_endpoints().await.unwrap();
        assert_eq!(endpoints.iter().map(|held| held.endpoint_id.as_str()).collect::<Vec<_>>(), ["end_1"]);
        assert_eq!(fresh.row(&unread), before, "{column}");
    }
}

#[tokio::test]
async fn of_a_dead_nodes_claims_those_that_can_be_read_are_rescued() {
    for column in ["kind", "told"] {
        let fresh = store();
        let claimed = || Start::Claimed { node: "nod_9".into(), token: token() };
        let unread = recorded(&fresh.store, new("e1", "end_1", claimed())).await;
        let other = recorded(&fresh.store, new("e2", "end_1", claimed())).await;
        let before = fresh.unread(&unread, column);
        assert_eq!(fresh.store.rescue(NOW, 1000).await.unwrap(), 1, "{column}");
        assert_eq!(delivery(&fresh.store, &other).await.status, Status::Retrying);
        assert_eq!(fresh.store.rescue(NOW, 1000).await.unwrap(), 0, "{column}");
        let claims = fresh.store.claims_of("nod_9".to_owned(), NOW.plus(Duration::from_secs(1))).await.unwrap();
        assert_eq!(fresh.store.rescue_orphaned(claims, NOW, 1000).await.unwrap(), 0, "{column}");
        assert_eq!(fresh.row(&unread), before, "{column}");
    }
}

#[tokio::test]
async fn a_test_under_an_unknown_word_is_neither_claimed_nor_ended() {
    let fresh = store();
    let test = new("e1", "end_1", Start::Pending).deliveries.remove(0);
    fresh.store.record_test(completion("e1"), test.clone(), "{}".to_owned()).await.unwrap();
    let before = fresh.unread(&test.id, "told");
    assert_eq!(fresh.store.claim_test("nod_1".to_owned(), test.id.clone(), NOW, token).await.unwrap(), None);
    let later = NOW.plus(Duration::from_secs(1));
    assert_eq!(fresh.store.expire_tests(later, later).await.unwrap(), 0);
    assert_eq!(fresh.row(&test.id), before);
}

#[tokio::test]
async fn retention_removes_what_ended_and_can_be_read() {
    let fresh = store();
    let mut ended = Vec::new();
    for external_id in ["e1", "e2"] {
        ended.push(recorded(&fresh.store, new(external_id, "end_1", Start::Pending)).await);
        let claimed = claim(&fresh.store, "end_1", 1, NOW).await.remove(0);
        fresh.store.settle(settlement(&claimed, Next::Delivered)).await.unwrap();
    }
    let before = fresh.unread(&ended[0], "status");
    // Ids bear the real time of their making, so the bound must lie behind it.
    let future = ringback::domain::time::Timestamp::from_millis(4_000_000_000_000);
    assert_eq!(fresh.store.prune(future).await.unwrap(), 1);
    assert_eq!(fresh.store.delivery(ended[1].clone()).await.unwrap(), None);
    assert_eq!(fresh.row(&ended[0]), before);
}

#[tokio::test]
async fn a_delivery_whose_completion_cannot_be_read_is_left_alone_too() {
    let fresh = store();
    let first = new("e1", "end_1", Start::Pending);
    let completion_id = first.completion.id.clone();
    let unread = recorded(&fresh.store, first).await;
    let other = recorded(&fresh.store, new("e2", "end_1", Start::Pending)).await;
    fresh.change(&format!(
        "UPDATE completions SET review = {UNKNOWN}, review_until = 1 WHERE id = {}",
        key(&completion_id)
    ));
    fresh.change(&format!("UPDATE deliveries SET due_at = due_at + 1 WHERE id = {}", key(&other)));
    let before = fresh.row(&unread);
    let claimed = claim(&fresh.store, "end_1", 1, NOW.plus(Duration::from_secs(1))).await;
    assert_eq!(claimed.iter().map(|one| &one.delivery.id).collect::<Vec<_>>(), [&other]);
    assert_eq!(fresh.row(&unread), before);
    assert!(is_unreadable(&fresh.store.completion(completion_id).await));
}

#[tokio::test]
async fn a_node_that_does_what_is_not_known_counts_for_nothing() {
    let fresh = store();
    for id in ["nod_1", "nod_2"] {
        fresh.store.register_node(id.to_owned(), NodeRole::All, ringback::random::node_number).await.unwrap();
    }
    fresh.change("UPDATE nodes SET role = 'escalated' WHERE id = 'nod_1'");
    let nodes = fresh.store.live_nodes().await.unwrap();
    assert_eq!(nodes.iter().map(|node| node.id.as_str()).collect::<Vec<_>>(), ["nod_2"]);
}

#[tokio::test]
async fn a_send_is_settled_though_a_newer_node_marked_its_reversal_in_an_unknown_word_meanwhile() {
    let fresh = store();
    let id = recorded(&fresh.store, new("e1", "end_1", Start::Pending)).await;
    let claimed = claim(&fresh.store, "end_1", 1, NOW).await.remove(0);
    fresh.unread(&id, "reversed");
    assert_eq!(fresh.store.settle(settlement(&claimed, Next::Delivered)).await.unwrap(), Settled::Done);
    let delivered = "status 4, ";
    assert!(fresh.row(&id).contains(delivered), "{}", fresh.row(&id));
}

#[tokio::test]
async fn settings_that_cannot_be_read_are_an_error_and_never_the_defaults() {
    let fresh = store();
    let publisher = crate::setup::publisher(&fresh.store, None).await;
    let app = crate::setup::app(&fresh.store, &publisher).await;
    fresh.change("UPDATE apps SET settings = '{\"rewardRounding\":\"escalated\"}'");
    let place = format!("apps/{}/settings", app.id);
    let read = fresh.store.app(&app.id).await;
    assert!(matches!(&read, Err(StoreError::Unreadable { place: named }) if *named == place), "{read:?}");
    let loaded = fresh.store.configuration_since(-1).await.map(drop);
    assert!(matches!(&loaded, Err(StoreError::Unreadable { place: named }) if *named == place), "{loaded:?}");
}

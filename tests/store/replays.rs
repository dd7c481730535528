//! Replay jobs, as any store must do them: each delivery once, none left out, whatever is killed; one node at a time, and never
//! more waiting than may.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::{PgConnection, SqliteConnection};
use ringback::domain::app::App;
use ringback::domain::delivery::Status;
use ringback::domain::dialect::endpoint_settings::EndpointSettings;
use ringback::domain::made_by::MadeBy;
use ringback::domain::node::NodeRole;
use ringback::domain::replay::selection::{Range, Selection};
use ringback::domain::replay::{Replay, ReplayState, Skipped};
use ringback::domain::time::Timestamp;
use ringback::random;
use ringback::store::Store;
use ringback::store::inspect::history::Past;
use ringback::store::replay_range::Counted;
use ringback::store::replay_steps::{ReplayPart, Stepped};
use ringback::store::replays::{ReplayBegun, ReplayStopped};

use crate::queue::delivery;
use crate::setup::{Fresh, NOW, all, app, key, publisher, store};

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
/// When jobs begin: all that they are about has ended by then.
pub(crate) const BEGUN: Timestamp = Timestamp::from_millis(NOW.as_millis() + 3_600_000);

/// A store with an app of one endpoint, and so many deliveries to it that were given up within a minute.
pub(crate) async fn outage(deliveries: u64) -> (Fresh, App) {
    let fresh = store();
    let app = app(&fresh.store, &publisher(&fresh.store, None).await).await;
    let recipe = "offermaru@1".to_owned();
    let past = Past { first: 0, count: deliveries, users: 9, from: NOW, until: NOW.plus(MINUTE), recipe };
    fresh.store.make_past(past).await.unwrap();
    Database::of(&fresh).change("UPDATE deliveries SET status = 5, told = 1");
    (fresh, app)
}

/// The database behind the back of the store.
pub(crate) enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Database {
    pub(crate) fn of(fresh: &Fresh) -> Self {
        match fresh.url().strip_prefix("sqlite://") {
            Some(path) => {
                let mut conn = SqliteConnection::establish(path).unwrap();
                conn.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
                Self::Sqlite(conn)
            }
            None => Self::Postgres(PgConnection::establish(fresh.url()).unwrap()),
        }
    }

    pub(crate) fn change(&mut self, statement: &str) {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(statement).unwrap(),
            Self::Postgres(conn) => conn.batch_execute(statement).unwrap(),
        }
    }

    pub(crate) fn count(&mut self, condition: &str) -> i64 {
        let query = diesel::sql_query(format!("SELECT count(*) AS count FROM deliveries WHERE {condition}"));
        let count: Count = match self {
            Self::Sqlite(conn) => query.get_result(conn).unwrap(),
            Self::Postgres(conn) => query.get_result(conn).unwrap(),
        };
        count.count
    }

    /// Whatever waits is sent and given up once more, after the job began; each counts an attempt.
    pub(crate) fn send_in_vain(&mut self) {
        let later = BEGUN.as_millis() + 1;
        self.change(&format!(
            "UPDATE deliveries SET status = 5, due_at = NULL, ended_at = {later}, attempts_made = attempts_made + 1
             WHERE status = 0"
        ));
    }
}

pub(crate) fn window(statuses: &[Status]) -> Selection {
    Selection { statuses: statuses.to_vec(), range: Range::Window { from: NOW, to: NOW.plus(MINUTE) } }
}

pub(crate) async fn count(store: &Store, app: &str, selection: &Selection, by_reason: bool) -> (u64, Skipped) {
    match store.count_replay(app, selection.clone(), by_reason, BEGUN).await.unwrap() {
        Counted::All { total, skipped } => (total, skipped),
        Counted::TooMany => panic!("there are not that many"),
    }
}

/// A job of the app that has not begun.
pub(crate) async fn job(store: &Store, app: &str, selection: Selection) -> Replay {
    Replay {
        id: random::new_id("rpl"),
        app_id: app.to_owned(),
        total: count(store, app, &selection, false).await.0,
        selection,
        state: ReplayState::Running,
        done: 0,
        skipped: Skipped::default(),
        begun_by: MadeBy { token_id: Some("tok_1".to_owned()), user_id: None, name: "theirs".to_owned() },
        created_at: BEGUN,
        ended_at: None,
    }
}

pub(crate) async fn begin(store: &Store, app: &str, selection: Selection) -> String {
    let job = job(store, app, selection).await;
    let id = job.id.clone();
    assert_eq!(store.begin_replay(job).await.unwrap(), ReplayBegun::Begun);
    id
}

/// The only part of a job that there is.
pub(crate) async fn part(store: &Store) -> ReplayPart {
    let [part] = &store.open_replays("nod_1".to_owned()).await.unwrap()[..] else { panic!("not one part") };
    part.clone()
}

pub(crate) async fn step(store: &Store, part: &ReplayPart, node: &str, at_most: usize) -> Stepped {
    store.step_replay(part.clone(), node.to_owned(), at_most, BEGUN).await.unwrap()
}

/// State, total and how many were reopened, and what was passed over.
pub(crate) async fn standing(store: &Store, id: &str) -> (ReplayState, u64, u64, Skipped) {
    let job = store.replay_job(id.to_owned()).await.unwrap().unwrap();
    (job.state, job.total, job.done, job.skipped)
}

#[tokio::test]
async fn of_fifty_thousand_each_is_reopened_once_though_every_process_that_works_on_it_is_gone_after_a_few_steps() {
    const ALL: u64 = 50_000;
    let (fresh, app) = outage(ALL).await;
    let mut database = Database::of(&fresh);
    let id = begin(&fresh.store, &app.id, window(&[Status::Dead])).await;
    let part = part(&fresh.store).await;
    let mut lives = 0;
    'job: loop {
        // A process that knows only what it reads, and that nobody hears of any more after this.
        let (process, node) = (fresh.another_node(), random::new_id("nod"));
        lives += 1;
        for _ in 0..11 {
            if let Stepped::Moved { is_over: true, .. } = step(&process, &part, &node, 700).await {
                break 'job;
            }
            database.send_in_vain();
        }
    }
    database.send_in_vain();
    assert!(lives > 5, "{lives}");
    assert_eq!(standing(&fresh.store, &id).await, (ReplayState::Done, ALL, ALL, Skipped::default()));
    assert_eq!(
        database.count("attempts_made = 2"),
        50_000,
        "each was sent once before the job, and once because of it"
    );
    assert_eq!(fresh.store.open_replays("nod_1".to_owned()).await.unwrap(), []);
}

#[tokio::test]
async fn no_more_wait_than_may_whether_they_are_due_in_line_or_held() {
    let (fresh, app) = outage(100).await;
    let (mut database, id) = (Database::of(&fresh), begin(&fresh.store, &app.id, window(&[Status::Dead])).await);
    let part = part(&fresh.store).await;
    let moved = |reopened| Stepped::Moved { reopened, is_over: false };
    assert_eq!(step(&fresh.store, &part, "nod_1", 10).await, moved(10));
    assert_eq!(step(&fresh.store, &part, "nod_1", 10).await, Stepped::Waits);
    database.change("UPDATE deliveries SET claimed_by = 1, claim_token = 1, claimed_at = 1 WHERE status = 0");
    assert_eq!(step(&fresh.store, &part, "nod_1", 10).await, Stepped::Waits, "in line");
    database.change(
        "UPDATE deliveries SET claimed_by = NULL, claim_token = NULL, claimed_at = NULL, status = 2, waiting_for = 1,
             held_since = 1 WHERE status = 0",
    );
    assert_eq!(step(&fresh.store, &part, "nod_1", 10).await, Stepped::Waits, "held");
    // Three are begun.
    database.change(
        "UPDATE deliveries SET claimed_by = 1, claim_token = 1, claimed_at = 1, status = 3, waiting_for = NULL,
             held_since = NULL, due_at = NULL
         WHERE id IN (SELECT id FROM deliveries WHERE status = 2 ORDER BY id LIMIT 3)",
    );
    assert_eq!(step(&fresh.store, &part, "nod_1", 10).await, moved(3));
    // As many of the endpoint's own are due.
    database.change("UPDATE deliveries SET status = 1, waiting_for = NULL, held_since = NULL WHERE status IN (0, 2)");
    assert_eq!(step(&fresh.store, &part, "nod_1", 10).await, Stepped::Waits, "due");
    assert_eq!(standing(&fresh.store, &id).await, (ReplayState::Running, 100, 13, Skipped::default()));
}

#[tokio::test]
async fn an_endpoint_that_takes_nothing_holds_up_no_other_of_the_app() {
    let fresh = store();
    let app = app(&fresh.store, &publisher(&fresh.store, None).await).await;
    let settings = EndpointSettings::new("besitos");
    fresh.store.create_endpoint(&app.id, &random::new_id("end"), settings, NOW).await.unwrap();
    let recipe = "offermaru@1".to_owned();
    let past = Past { first: 0, count: 60, users: 9, from: NOW, until: NOW.plus(MINUTE), recipe };
    fresh.store.make_past(past).await.unwrap();
    let mut database = Database::of(&fresh);
    database.change("UPDATE deliveries SET status = 5, told = 1");
    let id = begin(&fresh.store, &app.id, window(&[Status::Dead])).await;
    let parts = fresh.store.open_replays("nod_1".to_owned()).await.unwrap();
    let [stuck, other] = &parts[..] else { panic!("a part for each endpoint: {parts:?}") };
    assert_eq!(step(&fresh.store, stuck, "nod_1", 5).await, Stepped::Moved { reopened: 5, is_over: false });
    for _ in 0..6 {
        assert_eq!(step(&fresh.store, stuck, "nod_1", 5).await, Stepped::Waits);
        assert!(matches!(step(&fresh.store, other, "nod_1", 5).await, Stepped::Moved { reopened: 5, .. }));
        let endpoint = key(&other.endpoint_id);
        database.change(&format!(
            "UPDATE deliveries SET status = 4, due_at = NULL, ended_at = {} WHERE status = 0
            AND endpoint_id = {endpoint}",
            BEGUN.as_millis() + 1
        ));
    }
    assert_eq!(fresh.store.open_replays("nod_1".to_owned()).await.unwrap(), std::slice::from_ref(stuck));
    assert_eq!(standing(&fresh.store, &id).await, (ReplayState::Running, 60, 35, Skipped::default()));
}

#[tokio::test]
async fn one_node_works_on_a_job_and_another_takes_it_over_when_that_one_lives_no_longer() {
    let (fresh, app) = outage(100).await;
    let other = fresh.another_node();
    for node in ["nod_1", "nod_2"] {
        fresh.store.register_node(node.to_owned(), NodeRole::All, random::node_number).await.unwrap();
    }
    begin(&fresh.store, &app.id, window(&[Status::Dead])).await;
    let part = part(&fresh.store).await;
    assert!(matches!(step(&fresh.store, &part, "nod_1", 10).await, Stepped::Moved { .. }));
    assert_eq!(other.open_replays("nod_2".to_owned()).await.unwrap(), []);
    assert_eq!(step(&other, &part, "nod_2", 20).await, Stepped::NotOurs);
    fresh.store.dismiss_node("nod_1".to_owned()).await.unwrap();
    assert_eq!(other.open_replays("nod_2".to_owned()).await.unwrap(), std::slice::from_ref(&part));
    assert!(matches!(step(&other, &part, "nod_2", 20).await, Stepped::Moved { reopened: 10, .. }));
    assert_eq!(step(&fresh.store, &part, "nod_3", 30).await, Stepped::NotOurs);
}

#[tokio::test]
async fn an_app_has_one_job_that_runs_and_one_that_is_stopped_reopens_nothing_any_more() {
    let (fresh, app) = outage(100).await;
    let first = begin(&fresh.store, &app.id, window(&[Status::Dead])).await;
    let second = job(&fresh.store, &app.id, window(&[Status::Dead])).await;
    let begun = fresh.store.begin_replay(second).await.unwrap();
    assert_eq!(begun, ReplayBegun::AnotherRuns(first.clone()));
    let part = part(&fresh.store).await;
    step(&fresh.store, &part, "nod_1", 10).await;
    assert_eq!(fresh.store.stop_replay(first.clone(), BEGUN).await.unwrap(), ReplayStopped::Stopped);
    assert_eq!(step(&fresh.store, &part, "nod_1", 20).await, Stepped::NotOurs);
    assert_eq!(fresh.store.stop_replay(first.clone(), BEGUN).await.unwrap(), ReplayStopped::HadEnded);
    assert_eq!(standing(&fresh.store, &first).await, (ReplayState::Canceled, 100, 10, Skipped::default()));
    begin(&fresh.store, &app.id, window(&[Status::Dead])).await;
    let of_nobody = job(&fresh.store, "app_nowhere", window(&[Status::Dead])).await;
    assert_eq!(fresh.store.begin_replay(of_nobody).await.unwrap(), ReplayBegun::UnknownApp);
    let listed = fresh.store.replays(Some(vec![app.id.clone()]), all()).await.unwrap().items;
    let states: Vec<ReplayState> = listed.iter().map(|job| job.state).collect();
    assert_eq!(states, [ReplayState::Running, ReplayState::Canceled]);
    assert_eq!(fresh.store.replays(Some(vec![]), all()).await.unwrap().items, []);
}

#[tokio::test]
async fn a_reopened_delivery_is_as_one_that_was_replayed_by_hand() {
    let (fresh, app) = outage(2).await;
    let listed = fresh.store.deliveries(Default::default(), all()).await.unwrap().items;
    fresh.store.replay(listed[0].id.clone(), BEGUN).await.unwrap();
    let by_hand = delivery(&fresh.store, &listed[0].id).await;
    begin(&fresh.store, &app.id, window(&[Status::Dead])).await;
    step(&fresh.store, &part(&fresh.store).await, "nod_1", 7).await;
    let by_job = delivery(&fresh.store, &listed[1].id).await;
    assert_eq!((by_job.status, by_job.due_at), (Status::Pending, Some(BEGUN)));
    let same = |delivery: &ringback::domain::delivery::Delivery| {
        (delivery.status, delivery.due_at, delivery.ended_at, delivery.ended_reason, delivery.counters, delivery.told)
    };
    assert_eq!(same(&by_job), same(&by_hand));
}

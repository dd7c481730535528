//! Replay jobs, as any store must do them: each delivery once, none left out, whatever is killed; one node at a time, and never
//! more waiting than may.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::{PgConnection, SqliteConnection};
use ringback::domain::app::App;
use ringback::domain::app_settings::EndpointSettings;
use ringback::domain::delivery::Status;
use ringback::domain::new_delivery::Start;
use ringback::domain::node::NodeRole;
use ringback::domain::replay::selection::{Range, Selection};
use ringback::domain::replay::{BegunBy, Replay, ReplayState, Skipped};
use ringback::domain::settlement::Next;
use ringback::domain::time::Timestamp;
use ringback::random;
use ringback::store::Store;
use ringback::store::inspect::history::Past;
use ringback::store::operator_actions::ActionOutcome;
use ringback::store::replay_range::Counted;
use ringback::store::replay_steps::{ReplayPart, Stepped};
use ringback::store::replays::{ReplayBegun, ReplayStopped};

use crate::queue::{claim, delivery, new, recorded, settlement};
use crate::setup::{Fresh, NOW, all, app, key, publisher, store};

const MINUTE: Duration = Duration::from_secs(60);
/// When jobs begin: all that they are about has ended by then.
const BEGUN: Timestamp = Timestamp::from_millis(NOW.as_millis() + 3_600_000);

/// A store with an app of one endpoint, and so many deliveries to it that were given up within a minute.
async fn outage(deliveries: u64) -> (Fresh, App) {
    let fresh = store();
    let app = app(&fresh.store, &publisher(&fresh.store, None).await).await;
    let recipe = "offermaru@1".to_owned();
    let past = Past { first: 0, count: deliveries, users: 9, from: NOW, until: NOW.plus(MINUTE), recipe };
    fresh.store.make_past(past).await.unwrap();
    Database::of(&fresh).change("UPDATE deliveries SET status = 5, told = 1");
    (fresh, app)
}

/// The database behind the back of the store.
enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Database {
    fn of(fresh: &Fresh) -> Self {
        match fresh.url().strip_prefix("sqlite://") {
            Some(path) => {
                let mut conn = SqliteConnection::establish(path).unwrap();
                conn.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
                Self::Sqlite(conn)
            }
            None => Self::Postgres(PgConnection::establish(fresh.url()).unwrap()),
        }
    }

    fn change(&mut self, statement: &str) {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(statement).unwrap(),
            Self::Postgres(conn) => conn.batch_execute(statement).unwrap(),
        }
    }

    fn count(&mut self, condition: &str) -> i64 {
        let query = diesel::sql_query(format!("SELECT count(*) AS count FROM deliveries WHERE {condition}"));
        let count: Count = match self {
            Self::Sqlite(conn) => query.get_result(conn).unwrap(),
            Self::Postgres(conn) => query.get_result(conn).unwrap(),
        };
        count.count
    }

    /// Whatever waits is sent and given up once more, after the job began; each counts an attempt.
    fn send_in_vain(&mut self) {
        let later = BEGUN.as_millis() + 1;
        self.change(&format!(
            "UPDATE deliveries SET status = 5, due_at = NULL, ended_at = {later}, attempts_made = attempts_made + 1
             WHERE status = 0"
        ));
    }
}

/// How many deliveries are older than a row of this table, whose rows have the keys of deliveries.
fn place_of(table: &str) -> String {
    format!("(SELECT count(*) FROM deliveries older WHERE older.id < {table}.id)")
}

fn window(statuses: &[Status]) -> Selection {
    Selection { statuses: statuses.to_vec(), range: Range::Window { from: NOW, to: NOW.plus(MINUTE) } }
}

async fn count(store: &Store, app: &str, selection: &Selection, by_reason: bool) -> (u64, Skipped) {
    match store.count_replay(app, selection.clone(), by_reason, BEGUN).await.unwrap() {
        Counted::All { total, skipped } => (total, skipped),
        Counted::TooMany => panic!("there are not that many"),
    }
}

/// A job of the app that has not begun.
async fn job(store: &Store, app: &str, selection: Selection) -> Replay {
    Replay {
        id: random::new_id("rpl"),
        app_id: app.to_owned(),
        total: count(store, app, &selection, false).await.0,
        selection,
        state: ReplayState::Running,
        done: 0,
        skipped: Skipped::default(),
        begun_by: BegunBy { token_id: "tok_1".to_owned(), name: "theirs".to_owned() },
        created_at: BEGUN,
        ended_at: None,
    }
}

async fn begin(store: &Store, app: &str, selection: Selection) -> String {
    let job = job(store, app, selection).await;
    let id = job.id.clone();
    assert_eq!(store.begin_replay(job).await.unwrap(), ReplayBegun::Begun);
    id
}

/// The only part of a job that there is.
async fn part(store: &Store) -> ReplayPart {
    let [part] = &store.open_replays("nod_1".to_owned()).await.unwrap()[..] else { panic!("not one part") };
    part.clone()
}

async fn step(store: &Store, part: &ReplayPart, node: &str, at_most: usize) -> Stepped {
    store.step_replay(part.clone(), node.to_owned(), at_most, BEGUN).await.unwrap()
}

/// State, total and how many were reopened, and what was passed over.
async fn standing(store: &Store, id: &str) -> (ReplayState, u64, u64, Skipped) {
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
async fn a_window_is_half_open_and_a_range_begins_with_its_first_delivery() {
    let (fresh, app) = outage(60).await;
    // One each second.
    let at = |seconds: u64| NOW.plus(Duration::from_secs(seconds));
    let range = Range::Window { from: at(10), to: at(13) };
    assert_eq!(count(&fresh.store, &app.id, &Selection { range, ..window(&[Status::Dead]) }, true).await.0, 3);
    let listed = fresh.store.deliveries(Default::default(), all()).await.unwrap().items;
    let range = Range::Since { delivery_id: listed[6].id.clone() };
    let since = Selection { range, statuses: vec![Status::Dead] };
    assert_eq!(count(&fresh.store, &app.id, &since, true).await.0, 7);
    begin(&fresh.store, &app.id, since).await;
    step(&fresh.store, &part(&fresh.store).await, "nod_1", 10).await;
    assert_eq!(Database::of(&fresh).count(&format!("status = 0 AND id >= {}", key(&listed[6].id))), 7);
    assert_eq!(Database::of(&fresh).count("status = 0"), 7);
}

#[tokio::test]
async fn what_is_in_one_of_the_states_is_replayed_and_a_test_never() {
    for (statuses, replayed) in [
        (&[Status::Dead][..], 20),
        (&[Status::Canceled], 10),
        (&[Status::Dead, Status::Canceled], 30),
        (&[Status::Delivered], 30),
        (&[Status::Dead, Status::Delivered, Status::Canceled], 60),
    ] {
        let (fresh, app) = outage(70).await;
        let mut database = Database::of(&fresh);
        database.change(&format!("UPDATE deliveries SET status = 4 WHERE {} % 7 < 3", place_of("deliveries")));
        database.change(&format!("UPDATE deliveries SET status = 6 WHERE {} % 7 = 3", place_of("deliveries")));
        database
            .change(&format!("UPDATE deliveries SET kind = 2, test = '{{}}' WHERE {} % 7 = 4", place_of("deliveries")));
        let selection = window(statuses);
        assert_eq!(count(&fresh.store, &app.id, &selection, true).await, (replayed, Skipped::default()));
        let id = begin(&fresh.store, &app.id, selection).await;
        let part = part(&fresh.store).await;
        while !matches!(step(&fresh.store, &part, "nod_1", 25).await, Stepped::Moved { is_over: true, .. }) {
            database.send_in_vain();
        }
        database.send_in_vain();
        let counts = standing(&fresh.store, &id).await;
        assert_eq!(counts, (ReplayState::Done, replayed, replayed, Skipped::default()), "{statuses:?}");
        assert_eq!(database.count("attempts_made = 2"), i64::try_from(replayed).unwrap());
        assert_eq!(database.count("kind = 2 AND (attempts_made = 2 OR status = 0)"), 0);
    }
}

#[tokio::test]
async fn what_may_not_be_told_once_more_is_passed_over_and_counted_by_reason() {
    let (fresh, app) = outage(50).await;
    let mut database = Database::of(&fresh);
    let (completion, callback) = (place_of("completions"), place_of("deliveries"));
    database.change(&format!("UPDATE completions SET erased_at = 1 WHERE {completion} % 10 = 0"));
    database.change(&format!("UPDATE completions SET review = 0, review_until = 1 WHERE {completion} % 10 = 1"));
    database.change(&format!("UPDATE deliveries SET reversed = 0 WHERE {callback} % 10 IN (2, 3)"));
    let skipped = Skipped { reversed: 10, review: 5, erased: 5, ..Skipped::default() };
    assert_eq!(count(&fresh.store, &app.id, &window(&[Status::Dead]), true).await, (50, skipped));
    assert_eq!(count(&fresh.store, &app.id, &window(&[Status::Dead]), false).await, (50, Skipped::default()));

    let id = begin(&fresh.store, &app.id, window(&[Status::Dead])).await;
    let part = part(&fresh.store).await;
    // Somebody reopens three meanwhile, of which one has ended anew before the job comes to it.
    let newest = fresh.store.deliveries(Default::default(), all()).await.unwrap().items;
    for delivery in newest.iter().take(3) {
        assert_eq!(fresh.store.replay(delivery.id.clone(), BEGUN).await.unwrap(), ActionOutcome::Done);
    }
    let later = BEGUN.as_millis() + 1;
    database.change(&format!(
        "UPDATE deliveries SET status = 5, due_at = NULL, ended_at = {later}
         WHERE id = (SELECT min(id) FROM deliveries WHERE status = 0)"
    ));
    while !matches!(step(&fresh.store, &part, "nod_1", 7).await, Stepped::Moved { is_over: true, .. }) {
        database.send_in_vain();
    }
    let skipped = Skipped { reopened: 3, ..skipped };
    assert_eq!(standing(&fresh.store, &id).await, (ReplayState::Done, 50, 27, skipped));
}

#[tokio::test]
async fn deliveries_of_an_archived_app_are_passed_over() {
    let (fresh, app) = outage(5).await;
    let id = begin(&fresh.store, &app.id, window(&[Status::Dead])).await;
    Database::of(&fresh).change("UPDATE apps SET archived_at = 1");
    let stepped = step(&fresh.store, &part(&fresh.store).await, "nod_1", 7).await;
    assert_eq!(stepped, Stepped::Moved { reopened: 0, is_over: true });
    let skipped = Skipped { archived: 5, ..Skipped::default() };
    assert_eq!(standing(&fresh.store, &id).await, (ReplayState::Done, 5, 0, skipped));
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

#[tokio::test]
async fn what_is_reported_for_another_app_or_later_is_no_part_of_a_job() {
    let (fresh, app) = outage(3).await;
    let others = recorded(&fresh.store, new("e1", "end_1", Start::Pending)).await;
    let claimed = claim(&fresh.store, "end_1", 1, NOW).await.remove(0);
    fresh.store.settle(settlement(&claimed, Next::Dead)).await.unwrap();
    let id = begin(&fresh.store, &app.id, window(&[Status::Dead])).await;
    step(&fresh.store, &part(&fresh.store).await, "nod_1", 7).await;
    assert_eq!(standing(&fresh.store, &id).await, (ReplayState::Done, 3, 3, Skipped::default()));
    assert_eq!(delivery(&fresh.store, &others).await.status, Status::Dead);
}

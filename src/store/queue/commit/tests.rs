//! A group on a disk that is full, and on one that has room again.

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use place::Place;
use tokio::sync::oneshot;
use tracing::Span;

use super::*;
use crate::domain::click::Click;
use crate::domain::time::Timestamp;
use crate::store::queue::click::PreparedClick;
use crate::store::vault::KeyedDigest;

type Told = oneshot::Receiver<Result<(), StoreError>>;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn session(place: &Place) -> Session {
    let location = Location::parse(&place.url).unwrap();
    backend::migrate(&mut backend::connect(&location).unwrap()).unwrap();
    Session::open(location, Arc::new(ErasedKeys::new(KeyedDigest::under(&[0; 32])))).unwrap()
}

fn number(conn: &mut Conn, query: &str) -> i64 {
    diesel::sql_query(query).get_result::<Number>(conn).unwrap().number
}

/// Lets the file grow by so many pages and no further: what SQLite does then is what it does on a full disk.
fn leave_room_for(session: &mut Session, pages: i64) {
    let used = number(&mut session.conn, "SELECT page_count AS number FROM pragma_page_count");
    session.conn.batch_execute(&format!("PRAGMA max_page_count = {}", used + pages)).unwrap();
}

fn asked(work: impl FnOnce(crate::store::writer::Reply<()>) -> Work) -> (Asked<Work>, Told) {
    let (tell, told) = oneshot::channel();
    (Asked { work: work(tell), span: Span::none(), held: Vec::new() }, told)
}

/// A change that writes down a subject of so many bytes.
fn change(id: &'static str, bytes: usize) -> (Asked<Work>, Told) {
    let insert = move |conn: &mut Conn| -> QueryResult<()> {
        let insertion = format!(
            "INSERT INTO audit (id, at, name, role, action, subject) VALUES ('{id}', 1, '', '', '', hex(zeroblob({bytes})))"
        );
        diesel::sql_query(insertion).execute(conn).map(drop)
    };
    asked(|tell| Work::change(insert, tell))
}

fn click(id: &str) -> (Asked<Work>, Told) {
    let text = |text: &str| text.to_owned();
    let click = Click {
        id: text(id),
        offer_id: text("ofr_1"),
        app_id: text("app_1"),
        user_id: text("u1"),
        sub: None,
        clicked_at: Timestamp::from_millis(1),
    };
    asked(|tell| Work::Click(Box::new(PreparedClick::of(click, false)), tell))
}

/// Commits these as one group; answers what each was told.
fn commit(session: &mut Session, works: Vec<(Asked<Work>, Told)>) -> Vec<Result<(), StoreError>> {
    let (works, told): (Vec<_>, Vec<_>) = works.into_iter().unzip();
    session.commit(works);
    told.into_iter().map(|mut told| told.try_recv().expect("everybody is told")).collect()
}

const MUCH: usize = 4 * 1024 * 1024;

#[test]
fn on_a_full_disk_whoever_is_told_of_success_is_on_it_and_whoever_is_not_is_not() {
    let place = place::on_sqlite();
    let mut session = session(&place);
    leave_room_for(&mut session, 8);
    let told =
        commit(&mut session, vec![click("c1"), change("small-1", 1), change("large", MUCH), change("small-2", 1)]);
    assert!(matches!(told[2], Err(StoreError::Full)), "{told:?}");
    let written = [
        number(&mut session.conn, "SELECT count(*) AS number FROM clicks WHERE id = 'c1'"),
        number(&mut session.conn, "SELECT count(*) AS number FROM audit WHERE id = 'small-1'"),
        number(&mut session.conn, "SELECT count(*) AS number FROM audit WHERE id = 'large'"),
        number(&mut session.conn, "SELECT count(*) AS number FROM audit WHERE id = 'small-2'"),
    ];
    let expected: Vec<i64> = told.iter().map(|told| i64::from(told.is_ok())).collect();
    assert_eq!(written.to_vec(), expected, "{told:?}");
}

#[test]
fn everything_goes_on_by_itself_once_there_is_room_again() {
    let place = place::on_sqlite();
    let mut session = session(&place);
    leave_room_for(&mut session, 0);
    for _ in 0..3 {
        let told = commit(&mut session, vec![change("large", MUCH), change("other", MUCH)]);
        assert!(told.iter().all(|told| matches!(told, Err(StoreError::Full))), "{told:?}");
    }
    leave_room_for(&mut session, 10_000);
    let told = commit(&mut session, vec![click("c1"), click("c2"), change("large", MUCH), change("other", 1)]);
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    assert_eq!(number(&mut session.conn, "SELECT count(*) AS number FROM clicks"), 2);
    assert_eq!(number(&mut session.conn, "SELECT count(*) AS number FROM audit"), 2);
}

//! A long history, made where it is stored: what years of deliveries leave behind, for measuring that it costs nothing.
//!
//! Rows as the product leaves them: a completion, its two keys, a delivered delivery, its one attempt; ids in the order
//! of time, users and transaction ids scattered all over their indexes, as publishers' are. One statement makes each
//! table's rows, so that no row travels and this process holds none.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::domain::delivery::{DeliveryKind, Outcome, Status, Told};
use crate::domain::time::Timestamp;
use crate::store::attempts::Detail;
use crate::store::backend::{Conn, on_backend};
use crate::store::codes::Coded;
use crate::store::keys::{AppKey, EndpointKey, SourceKey};
use crate::store::schema::endpoints;
use crate::store::{Store, StoreError};

/// Some deliveries of the past, in equal parts to all endpoints that there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// The number of the first; no number may be used twice.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// By so many users.
    pub users: u64,
    /// The first was recorded then …
    pub from: Timestamp,
    /// … and the last before then.
    pub until: Timestamp,
    /// name@version under which they were accepted.
    pub recipe: String,
}

/// The transaction id of the delivery of this number.
pub fn transaction_id(number: u64) -> String {
    format!("tx-{}-{number}", scattered(number))
}

/// The user of this number; there are users of as many numbers as a [`Past`] says.
pub fn user_id(number: u64) -> String {
    format!("user-{}", scattered(number))
}

/// Knuth's multiplier: consecutive numbers end up far apart.
const SCATTER: u64 = 2_654_435_761;
/// Of eight hexadecimal digits.
const SCATTERED: u64 = 1 << 32;

fn scattered(number: u64) -> String {
    format!("{:08x}", number.wrapping_mul(SCATTER) % SCATTERED)
}

impl Store {
    /// Makes a part of the past. Of up to some hundred thousand deliveries at a time: it is one transaction.
    pub async fn make_past(&self, past: Past) -> Result<(), StoreError> {
        self.write(move |conn| {
            let places: Vec<(String, String)> =
                endpoints::table.order(endpoints::id).select((endpoints::id, endpoints::app_id)).load(conn)?;
            tables(&Spelling::of(conn), &past, &places).into_iter().try_for_each(|sql| conn.batch_execute(&sql))
        })
        .await
    }

    /// Gives PostgreSQL's planner what its own housekeeping would give it in time. SQLite plans without.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        let tables = "VACUUM (ANALYZE) reported, transaction_ids, completions, deliveries, attempts";
        self.look(move |conn| on_backend!(conn, sqlite(_) => Ok(()), postgres(conn) => conn.batch_execute(tables)))
            .await
    }
}

/// What the two engines spell differently here.
struct Spelling {
    /// Numbers from one to another.
    numbers: fn(u64, u64) -> String,
    /// A number in so many hexadecimal digits.
    hex: fn(&str, usize) -> String,
    /// So many bytes.
    bytes: fn(usize) -> String,
    /// A text in hexadecimal digits.
    in_hex: fn(&str) -> String,
    /// Bytes from their hexadecimal digits.
    from_hex: fn(&str) -> String,
}

impl Spelling {
    fn of(conn: &Conn) -> Self {
        on_backend!(conn,
            sqlite(_) => Self {
                numbers: |first, last| {
                    format!("SELECT {first} AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}")
                },
                hex: |number, digits| format!("printf('%0{digits}x', {number})"),
                bytes: |count| format!("zeroblob({count})"),
                in_hex: |text| format!("hex({text})"),
                from_hex: |digits| format!("unhex({digits})"),
            },
            postgres(_) => Self {
                numbers: |first, last| format!("SELECT generate_series({first}::bigint, {last}) AS n"),
                hex: |number, digits| format!("lpad(to_hex({number}), {digits}, '0')"),
                bytes: |count| format!("decode(repeat('5a', {count}), 'hex')"),
                in_hex: |text| format!("encode(convert_to({text}, 'UTF8'), 'hex')"),
                from_hex: |digits| format!("decode({digits}, 'hex')"),
            },
        )
    }

    /// As [`scattered`] has it.
    fn scattered(&self, number: &str) -> String {
        (self.hex)(&format!("({number} * {SCATTER} % {SCATTERED})"), 8)
    }

    /// An attempt's detail, around a URL of the row's own. The encoding says how long the URL is, so all of them are of one
    /// length, and name in place of the transaction id, which differs in length, the row's number in as many digits.
    fn detail(&self) -> String {
        let user = user_id(0);
        let digits = "0".repeat(ID_DIGITS);
        let [before, between, after] = [
            "https://callbacks.example/offerwall?user_id=",
            "&transaction_id=",
            "&reward=0.00&payout=17.55&offer_id=Zd&goal_id=Zd_0",
        ];
        let sample = format!("{before}{user}{between}{digits}{after}");
        let detail = Detail {
            peer: Some("203.0.113.7:443"),
            method: Some("GET"),
            url: Some(&sample),
            signature_start: Some("5a5a5a5a"),
            response_headers: vec![("content-type", "text/plain")],
            response_body: Some("OK"),
            ..Detail::default()
        };
        let url = (self.in_hex)(&format!("'{before}' || user_id || '{between}' || digits || '{after}'"));
        let around = hex::encode(detail.encode()).replace(&hex::encode(&sample), &format!("' || {url} || '"));
        (self.from_hex)(&format!("'{around}'"))
    }
}

/// Bytes of the digests of a report that gave ten fields.
const DIGESTS: usize = 62;
/// Digits that stand for a transaction id in a URL.
const ID_DIGITS: usize = 32;
/// Bits of a key behind its time.
const BEHIND_TIME: u32 = 22;

/// The statements, a table each.
fn tables(spelling: &Spelling, past: &Past, places: &[(String, String)]) -> [String; 5] {
    let Past { first, count, users, from, until, recipe } = past;
    let numbers = (spelling.numbers)(*first, (first + count).saturating_sub(1));
    let (from, span) = (from.as_millis(), until.as_millis() - from.as_millis());
    let (users, user) = (users.max(&1), spelling.scattered("(n % users)"));
    let digits = (spelling.hex)("n", ID_DIGITS);
    // As a key of ours: the time, then what tells those of one instant apart.
    let key = format!("at * {} + n % {}", 1 << BEHIND_TIME, 1 << BEHIND_TIME);
    let place = |(place, (endpoint, app)): (usize, &(String, String))| {
        format!("({place}, {}, {})", EndpointKey::of(endpoint).as_ref(), AppKey::of(app).as_ref())
    };
    let places: Vec<String> = places.iter().enumerate().map(place).collect();
    let places = places.join(", ");
    let source = SourceKey::of("src_past");
    let source = source.as_ref();
    let transaction = spelling.scattered("n");
    // SQLite takes CROSS JOIN as an order: places are looked up for each number, and not all numbers for each place.
    let past = format!(
        "WITH RECURSIVE numbers AS ({numbers}),
         places (place, endpoint_id, app_id) AS (VALUES {places}),
         instants AS (SELECT n, {from} + (n - {first}) * {span} / {count} AS at, {users} AS users FROM numbers),
         past AS (
             SELECT n, at, app_id, endpoint_id, {key} AS id, {digits} AS digits, 'user-' || {user} AS user_id,
                    'tx-' || {transaction} || '-' || n AS external_id
             FROM instants CROSS JOIN places WHERE place = n % (SELECT count(*) FROM places)
         )"
    );
    let digests = (spelling.bytes)(DIGESTS);
    let insert = |into: &str, columns: &str, values: &str| {
        format!("{past} INSERT INTO {into} ({columns}) SELECT {values} FROM past ORDER BY n")
    };
    [
        insert(
            "reported",
            "source_id, external_id, completion_id, digests",
            &format!("{source}, external_id, id, {digests}"),
        ),
        insert("transaction_ids", "transaction_key, app_id, completion_id", "external_id, app_id, id"),
        insert(
            "completions",
            "id, source_id, external_id, app_id, transaction_id, event_type, user_id, offer_id, offer_name, goal_id, note,
             user_reward, payout_minor, currency, occurred_at, recorded_at",
            &format!(
                "id, {source}, external_id, app_id, external_id, 'install', user_id, 'Zd', 'Family Island', 'Zd_0',
                 'Successfully installed the app', '60', 1755, 'USD', at, at"
            ),
        ),
        insert(
            "deliveries",
            "id, app_id, endpoint_id, kind, completion_id, transaction_id, recipe, status, told, attempts_made,
             round_attempts, last_number, created_at, ended_at",
            &format!(
                "id, app_id, endpoint_id, {}, id, external_id, '{recipe}', {}, {}, 1, 1, 1,
                 at, at + 200",
                DeliveryKind::Completion.as_sql(),
                Status::Delivered.as_sql(),
                Told::Yes.as_sql(),
            ),
        ),
        insert(
            "attempts",
            "delivery_id, number, counted, started_at, duration_ms, outcome, status_code, detail",
            &format!(
                "id, 1, TRUE, at, 180, {}, 200, {}",
                Outcome::Delivered.as_sql(),
                spelling.detail(),
            ),
        ),
    ]
}

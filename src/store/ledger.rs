//! The ledger's figures, read from the records themselves: there is no second copy of the truth that could differ.
//!
//! Completions and reversals are never removed, so their pages can be read one after the other. Deliveries change and,
//! once they have ended, go; so they are counted together with what retention remembers of those that went, at one and
//! the same instant, a few days at a time.

use std::time::Duration;

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, SmallInt, Text};

use super::backend::{Conn, Engine};
use super::id_range::{self, Span};
use super::keys::AppKey;
use super::schema::{completions, deliveries, ended_deliveries, reversals};
use super::walk::{Reach, Walk, edge_of};
use super::{Store, StoreError};
use crate::domain::amount::Decimal;
use crate::domain::day::Day;
use crate::domain::delivery::{DeliveryKind, Status};
use crate::domain::ledger::{Account, Amounts, Ledger};
use crate::domain::time::Timestamp;

/// Records that are read at a time: some hundred kilobytes.
const PAGE: i64 = 2_000;
/// Deliveries are counted for a week at a time, so that no single read goes on for long.
const AT_A_TIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// A completion or a reversal, as far as the ledger knows of it.
#[derive(Clone, Debug, Queryable)]
struct Posting {
    key: i64,
    app_id: AppKey,
    recorded_at: Timestamp,
    currency: String,
    payout_minor: Option<i64>,
    reward_minor: Option<i64>,
    user_reward: Option<Decimal>,
}

impl Posting {
    fn account(&self) -> Account {
        Account { day: Day::of(self.recorded_at), app_id: self.app_id.id(), currency: self.currency.clone() }
    }

    fn amounts(&self) -> Amounts {
        Amounts::of(self.payout_minor, self.reward_minor, self.user_reward.as_ref())
    }
}

/// Deliveries of an app, a day, a currency and a state, in this order, and how many.
type Counted = (AppKey, i64, String, Status, i64);

/// What is read: of an app, or of all; recorded from one instant until before another.
type Scope = (Option<AppKey>, Timestamp, Timestamp);

impl Store {
    /// The ledger of these apps (`None`: of all) over what was recorded from `from` until before `to`.
    pub async fn ledger(
        &self,
        app_ids: Option<Vec<String>>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Ledger, StoreError> {
        let apps = app_ids.map_or_else(|| vec![None], |ids| ids.iter().map(|id| Some(AppKey::of(id))).collect());
        let mut ledger = Ledger::default();
        for app_id in apps {
            let scope = (app_id, from, to);
            self.each(&scope, completions_after, |line| ledger.completion(line.account(), &line.amounts())).await?;
            self.each(&scope, reversals_after, |line| ledger.reversal(line.account(), &line.amounts())).await?;
            let mut start = from;
            while start < to {
                let end = start.plus(AT_A_TIME).min(to);
                let scope = (app_id, start, end);
                for (app_id, day, currency, status, count) in
                    self.walk_at_once(move |conn| counts(conn, &scope)).await?
                {
                    let account = Account { day: Day::from_number(day), app_id: app_id.id(), currency };
                    ledger.deliveries(account, status, count);
                }
                start = end;
            }
        }
        Ok(ledger)
    }

    async fn each(
        &self,
        scope: &Scope,
        page: fn(&mut Conn, &Scope, Option<i64>) -> QueryResult<Vec<Posting>>,
        mut enter: impl FnMut(&Posting),
    ) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let (scope, last) = (*scope, after);
            let read = self.walk(move |conn| page(conn, &scope, last)).await?;
            read.iter().for_each(&mut enter);
            after = read.last().map(|posting| posting.key);
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

fn completions_after(conn: &mut Conn, scope: &Scope, after: Option<i64>) -> QueryResult<Vec<Posting>> {
    let (app_id, from, to) = *scope;
    let span = id_range::of_completions(conn, Some(from), Some(to))?;
    let mut query = completions::table
        .filter(completions::recorded_at.ge(from))
        .filter(completions::recorded_at.lt(to))
        .into_boxed::<Engine>();
    if let Some(app_id) = app_id {
        query = query.filter(completions::app_id.eq(app_id));
    }
    query = match (after, span.lower) {
        (Some(after), _) => query.filter(completions::id.gt(after)),
        (None, Some(lower)) => query.filter(completions::id.ge(lower)),
        (None, None) => query,
    };
    if let Some(upper) = span.upper {
        query = query.filter(completions::id.lt(upper));
    }
    let query = query.order(completions::id).limit(PAGE);
    query
        .select((
            completions::id,
            completions::app_id,
            completions::recorded_at,
            completions::currency,
            completions::payout_minor,
            completions::reward_minor,
            completions::user_reward,
        ))
        .load(conn)
}

fn reversals_after(conn: &mut Conn, scope: &Scope, after: Option<i64>) -> QueryResult<Vec<Posting>> {
    let (app_id, from, to) = *scope;
    let span = id_range::of_reversals(conn, Some(from), Some(to))?;
    let mut query = reversals::table
        .inner_join(completions::table.on(completions::id.eq(reversals::completion_id)))
        .filter(reversals::recorded_at.ge(from))
        .filter(reversals::recorded_at.lt(to))
        .into_boxed::<Engine>();
    if let Some(app_id) = app_id {
        query = query.filter(reversals::app_id.eq(app_id));
    }
    query = match (after, span.lower) {
        (Some(after), _) => query.filter(reversals::id.gt(after)),
        (None, Some(lower)) => query.filter(reversals::id.ge(lower)),
        (None, None) => query,
    };
    if let Some(upper) = span.upper {
        query = query.filter(reversals::id.lt(upper));
    }
    let query = query.order(reversals::id).limit(PAGE);
    query
        .select((
            reversals::id,
            reversals::app_id,
            reversals::recorded_at,
            completions::currency,
            reversals::payout_minor,
            reversals::reward_minor,
            reversals::user_reward,
        ))
        .load(conn)
}

/// The deliveries that are there and those that are gone.
fn counts(conn: &mut Conn, scope: &Scope) -> QueryResult<Vec<Counted>> {
    let (app_id, from, to) = *scope;
    let span = id_range::of_deliveries(conn, Some(from), Some(to))?;
    let edge = |conn: &mut Conn, span: &Span| {
        let mut query = deliveries::table.into_boxed::<Engine>();
        if let Some(app_id) = app_id {
            query = query.filter(deliveries::app_id.eq(app_id));
        }
        edge_of!(deliveries, span, conn, query)
    };
    let within = |conn: &mut Conn, span: &Span, _| count_within(conn, scope, span);
    // What lies in several windows is counted in each of them, and added up by whoever asked.
    let mut counted: Vec<Counted> = Walk::begin(Reach::InTime).down(conn, &span, usize::MAX, edge, within)?;
    // A day is counted where it begins, by whoever asks for its first instant.
    let days = Day::of(from.plus(Duration::from_millis(86_399_999)))..=Day::of(to.minus(Duration::from_millis(1)));
    let mut query = ended_deliveries::table
        .filter(ended_deliveries::day.ge(days.start().number()))
        .filter(ended_deliveries::day.le(days.end().number()))
        .into_boxed::<Engine>();
    if let Some(app_id) = app_id {
        query = query.filter(ended_deliveries::app_id.eq(app_id));
    }
    counted.extend(query.load::<Counted>(conn)?);
    Ok(counted)
}

/// The deliveries of a span of keys that are there.
fn count_within(conn: &mut Conn, scope: &Scope, span: &Span) -> QueryResult<Vec<Counted>> {
    let (app_id, from, to) = *scope;
    let mut query = deliveries::table
        .inner_join(completions::table.on(completions::id.eq(deliveries::completion_id)))
        .group_by(by_account())
        .select(counted_by_account())
        .filter(deliveries::kind.ne(DeliveryKind::Test))
        .filter(deliveries::created_at.ge(from))
        .filter(deliveries::created_at.lt(to))
        .into_boxed::<Engine>();
    if let Some(app_id) = app_id {
        query = query.filter(deliveries::app_id.eq(app_id));
    }
    if let Some(lower) = span.lower {
        query = query.filter(deliveries::id.ge(lower));
    }
    if let Some(upper) = span.upper {
        query = query.filter(deliveries::id.lt(upper));
    }
    query.load(conn)
}

/// What deliveries are counted by, beside their completions: app, day, currency and state.
pub(super) const ACCOUNT: &str =
    "deliveries.app_id, deliveries.created_at / 86400000, completions.currency, deliveries.status";

/// The same as an expression. As text, because Diesel cannot see that columns of two tables are grouped by.
fn by_account() -> SqlLiteral<(BigInt, BigInt, Text, SmallInt)> {
    sql(ACCOUNT)
}

/// The same, and how many there are.
fn counted_by_account() -> SqlLiteral<(BigInt, BigInt, Text, SmallInt, BigInt)> {
    sql(&format!("{ACCOUNT}, count(*)"))
}

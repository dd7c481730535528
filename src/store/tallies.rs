//! How each app is doing, added up by the database: a tally for each app that has roll-ups within a series.
//!
//! Answer times are left out. No word or list shows them, and a day of a few hundred apps has a megabyte of them.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::backend::{Conn, Statement};
use super::codes::Coded;
use super::health_reads::{each_part, keys};
use super::keys::AppKey;
use super::rollups::{folded_until, stored};
use super::{Store, StoreError};
use crate::domain::delivery::Outcome;
use crate::domain::health::series::{Piece, Series};
use crate::domain::health::tally::{LastFailure, Tally};
use crate::domain::time::Timestamp;

/// The last failure of an app is one row's: instant, outcome and status of the row that has the latest instant. No function that
/// both engines know answers several columns of such a row, so each row says them as one number, with the instant in its highest
/// digits, and the greatest number is that of the last failure. The CHECK of `last_outcome` ends at 31, and no answer has a status
/// beyond 999; what is left for the instant lasts for nine thousand years.
const OUTCOMES: i64 = 32;
/// One more than a status may be; 0 is none.
const STATUSES: i64 = 1_001;

/// The tally of one app.
#[derive(QueryableByName)]
struct OfApp {
    #[diesel(sql_type = BigInt)]
    app_id: AppKey,
    #[diesel(sql_type = BigInt)]
    delivered: i64,
    #[diesel(sql_type = BigInt)]
    dead: i64,
    #[diesel(sql_type = BigInt)]
    failed_attempts: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    last_delivered_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<BigInt>)]
    last_failure: Option<i64>,
}

impl OfApp {
    fn tally(&self) -> Tally {
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        Tally {
            delivered: count(self.delivered),
            dead: count(self.dead),
            failed_attempts: count(self.failed_attempts),
            last_delivered_at: self.last_delivered_at,
            last_failure: self.last_failure.and_then(failure),
        }
    }
}

/// The failure that a number says; none where a newer version wrote an outcome that has no name here.
fn failure(number: i64) -> Option<LastFailure> {
    let (rest, status) = (number.div_euclid(STATUSES), number.rem_euclid(STATUSES));
    let (at, outcome) = (rest.div_euclid(OUTCOMES), rest.rem_euclid(OUTCOMES));
    Some(LastFailure {
        at: Timestamp::from_millis(at),
        outcome: Outcome::of_code(i16::try_from(outcome).ok()?)?,
        status: u16::try_from(status - 1).ok(),
    })
}

impl Store {
    /// What became of the callbacks of each of these apps, or of all, within a series.
    pub async fn tallies(
        &self,
        app_ids: Option<Vec<String>>,
        series: Series,
    ) -> Result<HashMap<String, Tally>, StoreError> {
        let apps = keys(app_ids);
        let found = self.snapshot_by_index(move |conn| {
            let pieces = series.sum_pieces(folded_until(conn)?);
            added_up(conn, apps.as_deref(), &pieces)
        });
        let found = found.await?;
        Ok(found.into_iter().map(|(app, tally)| (app.id(), tally)).collect())
    }
}

/// The tally of each of these apps, or of all, that has roll-ups of these pieces.
pub(super) fn added_up(
    conn: &mut Conn,
    apps: Option<&[AppKey]>,
    pieces: &[Piece],
) -> QueryResult<HashMap<AppKey, Tally>> {
    let mut tallies: HashMap<AppKey, Tally> = HashMap::new();
    each_part(apps, pieces, |some, part| {
        for of in of_piece(some, part).all::<OfApp>(conn)? {
            tallies.entry(of.app_id).or_default().merge(&of.tally());
        }
        Ok(())
    })?;
    Ok(tallies)
}

/// The query of a piece, of these apps or of all.
pub(super) fn of_piece(apps: Option<&[AppKey]>, piece: &Piece) -> Statement {
    let (step, is_theirs) = (stored(piece.step), if apps.is_some() { " AND app_id :among" } else { "" });
    let sum = |column: &str| format!("CAST(sum({column}) AS BIGINT) AS {column}");
    let [delivered, dead, failed_attempts] = ["delivered", "dead", "failed_attempts"].map(sum);
    let text = format!(
        "SELECT app_id, {delivered}, {dead}, {failed_attempts}, max(last_delivered_at) AS last_delivered_at,
             max((last_failed_at * {OUTCOMES} + last_outcome) * {STATUSES} + coalesce(last_status_code, -1) + 1) AS last_failure
         FROM rollups WHERE step = {step} AND at >= :from AND at < :to{is_theirs} GROUP BY app_id"
    );
    let (from, to) = (piece.from.as_millis(), piece.to.as_millis());
    Statement::of(text).keys(apps.unwrap_or_default()).number("from", from).number("to", to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_read_back_from_its_number_and_a_later_one_has_a_greater_number_whatever_it_was() {
        let number = |at: i64, outcome: Outcome, status: i64| {
            (at * OUTCOMES + i64::from(*outcome.as_code())) * STATUSES + status + 1
        };
        let (early, late) =
            (number(1_700_000_000_000, Outcome::Interrupted, 999), number(1_700_000_000_001, Outcome::Timeout, -1));
        let said = |ms, outcome, status| Some(LastFailure { at: Timestamp::from_millis(ms), outcome, status });
        assert_eq!(failure(early), said(1_700_000_000_000, Outcome::Interrupted, Some(999)));
        assert_eq!(failure(late), said(1_700_000_000_001, Outcome::Timeout, None));
        assert!(early < late);
    }
}

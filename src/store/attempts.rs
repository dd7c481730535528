//! Attempts as rows, and back.
//!
//! What is asked about many attempts stands in columns. All else is only ever read as a whole, and is one value, whose
//! bytes no query looks into: how they are laid out is known in [`detail`] alone.

mod detail;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, SmallInt};
use serde::{Serialize, Serializer};

use super::backend::{Read, insertion};
use super::codes::in_code;
use super::columns::{in_millis, read_as_row};
use super::deliveries::{count, stored_count};
use super::keys::DeliveryKey;
use super::schema::{attempts, deliveries};
use crate::domain::attempt::Attempt;
use crate::domain::delivery::Outcome;
use crate::domain::time::Timestamp;
pub(super) use detail::Detail;
use detail::Undecodable;

/// A row of `attempts`.
#[derive(Clone, Debug, Queryable, Selectable, Serialize)]
#[diesel(table_name = attempts)]
pub struct AttemptRow {
    delivery_id: DeliveryKey,
    #[serde(serialize_with = "in_millis")]
    started_at: Timestamp,
    duration_ms: i64,
    number: i32,
    #[serde(serialize_with = "in_code")]
    outcome: Outcome,
    counted: bool,
    status_code: Option<i32>,
    #[serde(serialize_with = "in_hex")]
    detail: Vec<u8>,
}

impl AttemptRow {
    /// Bytes that it holds, roughly.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.detail.len()
    }
}

insertion! {
    /// An attempt.
    pub(super) AttemptInsertion of AttemptRow, "INSERT INTO attempts" {
        delivery_id: BigInt,
        started_at: BigInt,
        duration_ms: BigInt,
        number: Integer,
        outcome: SmallInt,
        counted: Bool,
        status_code: Nullable<Integer>,
        detail: Binary,
    }
}

read_as_row!(Attempt, AttemptRow);

impl AttemptRow {
    pub(super) fn new(delivery_id: DeliveryKey, attempt: &Attempt) -> Self {
        Self {
            delivery_id,
            started_at: attempt.started_at,
            duration_ms: i64::try_from(attempt.duration_ms).unwrap_or(i64::MAX),
            number: stored_count(attempt.number),
            outcome: attempt.outcome,
            counted: attempt.counted,
            status_code: attempt.status_code.map(i32::from),
            detail: Detail::of(attempt).encode(),
        }
    }
}

impl<'a> Detail<'a> {
    /// What of an attempt has no column.
    fn of(attempt: &'a Attempt) -> Self {
        fn pairs(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
        }
        Self {
            egress_ip: attempt.egress_ip.as_deref(),
            peer: attempt.peer.as_deref(),
            method: attempt.method.as_deref(),
            url: attempt.url.as_deref(),
            headers: pairs(&attempt.headers),
            signature_start: attempt.signature_start.as_deref(),
            secret_id: attempt.secret_id.as_deref(),
            error: attempt.error.as_deref(),
            response_headers: pairs(&attempt.response_headers),
            response_body: attempt.response_body.as_deref(),
            retry_after_seconds: attempt.retry_after_seconds,
            next_attempt_at: attempt.next_attempt_at,
        }
    }
}

impl TryFrom<AttemptRow> for Attempt {
    type Error = Undecodable;

    fn try_from(row: AttemptRow) -> Result<Self, Undecodable> {
        let detail = Detail::decode(&row.detail)?;
        let text = |text: Option<&str>| text.map(str::to_owned);
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Ok(Self {
            number: count(row.number),
            counted: row.counted,
            started_at: row.started_at,
            duration_ms: u64::try_from(row.duration_ms).unwrap_or(0),
            egress_ip: text(detail.egress_ip),
            peer: text(detail.peer),
            method: text(detail.method),
            url: text(detail.url),
            headers: detail.headers.into_iter().map(pair).collect(),
            signature_start: text(detail.signature_start),
            secret_id: text(detail.secret_id),
            outcome: row.outcome,
            error: text(detail.error),
            status_code: row.status_code.and_then(|status| u16::try_from(status).ok()),
            response_headers: detail.response_headers.into_iter().map(pair).collect(),
            response_body: text(detail.response_body),
            retry_after_seconds: detail.retry_after_seconds,
            next_attempt_at: detail.next_attempt_at,
        })
    }
}

/// What is told of a delivery's last attempt where there is no room for all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastAttempt {
    /// Its number.
    pub number: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration_ms: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// The receiver's status.
    pub status_code: Option<u16>,
}

/// The columns of [`LastAttempt`].
#[derive(Clone, Copy, Debug, Queryable, Selectable)]
#[diesel(table_name = attempts)]
pub struct LastAttemptRow {
    number: i32,
    started_at: Timestamp,
    duration_ms: i64,
    outcome: Outcome,
    status_code: Option<i32>,
}

impl From<LastAttemptRow> for LastAttempt {
    fn from(row: LastAttemptRow) -> Self {
        Self {
            number: count(row.number),
            started_at: row.started_at,
            duration_ms: u64::try_from(row.duration_ms).unwrap_or(0),
            outcome: row.outcome,
            status_code: row.status_code.and_then(|status| u16::try_from(status).ok()),
        }
    }
}

read_as_row!(LastAttempt, LastAttemptRow);

/// The last attempt of each of these deliveries that was tried.
pub(super) fn last_of(keys: &[DeliveryKey]) -> impl Read<'_, (DeliveryKey, LastAttempt)> {
    let is_last = deliveries::id.eq(attempts::delivery_id).and(deliveries::last_number.eq(attempts::number));
    deliveries::table
        .inner_join(attempts::table.on(is_last))
        .filter(deliveries::id.eq_any(keys))
        .select((attempts::delivery_id, LastAttempt::as_select()))
}

/// Which stored details are of attempts that left from an address: those from the first bytes on, and before the second ones.
pub(super) fn left_from(egress_ip: &str) -> (Vec<u8>, Vec<u8>) {
    let first = Detail { egress_ip: Some(egress_ip), ..Detail::default() }.encode();
    let behind = [&first[..], &[detail::BEHIND_TAGS]].concat();
    (first, behind)
}

/// A stored detail without what may name the user that the callback told of: what was asked for, and whatever was said of it
/// or answered. Where it went, and which secret signed it, stays.
pub(super) fn without_user(detail: &[u8]) -> QueryResult<Vec<u8>> {
    let unreadable = |error: Undecodable| diesel::result::Error::DeserializationError(error.into());
    let kept = Detail {
        url: None,
        headers: Vec::new(),
        error: None,
        response_headers: Vec::new(),
        response_body: None,
        ..Detail::decode(detail).map_err(unreadable)?
    };
    Ok(kept.encode())
}

/// Bytes as PostgreSQL reads them from text, for statements over many rows.
fn in_hex<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    format!("\\x{}", hex::encode(bytes)).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option::of;
    use proptest::prelude::*;

    use super::*;

    fn attempt() -> impl Strategy<Value = Attempt> {
        let texts = vec(of(any::<String>()), 8);
        let pairs = || vec(any::<(String, String)>(), 0..4);
        let answer = any::<(Option<u16>, Option<u64>, Option<i64>)>();
        (texts, pairs(), pairs(), answer).prop_map(|(texts, headers, response_headers, answer)| {
            let mut texts = texts.into_iter();
            let mut text = || texts.next().flatten();
            Attempt {
                number: 3,
                counted: true,
                started_at: Timestamp::from_millis(5),
                duration_ms: 7,
                egress_ip: text(),
                peer: text(),
                method: text(),
                url: text(),
                headers,
                signature_start: text(),
                secret_id: text(),
                outcome: Outcome::HttpStatus,
                error: text(),
                status_code: answer.0,
                response_headers,
                response_body: text(),
                retry_after_seconds: answer.1,
                next_attempt_at: answer.2.map(Timestamp::from_millis),
            }
        })
    }

    proptest! {
        #[test]
        fn an_attempt_is_read_back_exactly_as_it_was_written(attempt in attempt()) {
            prop_assert_eq!(Attempt::try_from(AttemptRow::new(DeliveryKey::of("dlv_1"), &attempt)), Ok(attempt));
        }

        #[test]
        fn of_an_erased_users_attempt_nothing_that_was_asked_said_or_answered_stays(attempt in attempt()) {
            let row = AttemptRow::new(DeliveryKey::of("dlv_1"), &attempt);
            let row = AttemptRow { detail: without_user(&row.detail).unwrap(), ..row };
            let erased = Attempt {
                url: None,
                headers: Vec::new(),
                error: None,
                response_headers: Vec::new(),
                response_body: None,
                ..attempt
            };
            prop_assert_eq!(Attempt::try_from(row), Ok(erased));
        }
    }

    proptest! {
        #[test]
        fn the_details_of_attempts_from_an_address_lie_together_and_no_others_among_them(
            attempt in attempt(), egress_ip in of("[0-9.]{1,3}"),
        ) {
            let attempt = Attempt { egress_ip, ..attempt };
            let detail = Detail::of(&attempt).encode();
            for address in ["1", "1.", "10", "1.1", "::1"] {
                let (first, behind) = left_from(address);
                let lies_there = first <= detail && detail < behind;
                prop_assert_eq!(lies_there, attempt.egress_ip.as_deref() == Some(address), "{}", address);
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_said_to_be_without_the_user() {
        assert!(without_user(b"\x02ann").is_err());
    }
}

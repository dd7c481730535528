//! Recording: a completion and its deliveries, once and for ever, in one commit.

use diesel::prelude::*;
use diesel::result::OptionalExtension;

use crate::domain::completion::Completion;
use crate::domain::delivery::{Kind, Status, Told, WaitingFor};
use crate::domain::identity::{COMPARED, FIELDS, field_name, texts};
use crate::domain::time::Timestamp;
use crate::store::backend::Conn;
use crate::store::deliveries::{Delivery, Row};
use crate::store::schema::{completions, deliveries, reported, transaction_ids};
use crate::store::vault::keyed_digest;
use crate::store::{Store, StoreError, completions as completion_rows};

/// Bytes kept of each field's digest: enough that two values agree by accident once in 2^64.
const DIGEST_BYTES: usize = 8;

/// Completions in one change of the writer: a batch of a thousand must not keep a settlement waiting behind all of it.
const PART: usize = 100;

/// A validated completion, with the deliveries that its app's endpoints want.
#[derive(Clone, Debug)]
pub struct NewCompletion {
    /// What was completed.
    pub completion: Completion,
    /// `occurredAt` where the report gave it.
    pub occurred_at_given: Option<Timestamp>,
    /// One per endpoint that is to be called back.
    pub deliveries: Vec<NewDelivery>,
}

/// A delivery to be accepted along with its completion.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// Its id.
    pub id: String,
    /// The endpoint.
    pub endpoint_id: String,
    /// name@version.
    pub recipe: String,
    /// How it begins.
    pub start: Start,
}

impl NewDelivery {
    /// The delivery of this completion as it will stand in the store.
    pub fn of(&self, completion: &Completion) -> Delivery {
        Delivery::from(delivery_row(completion, self, Kind::Completion, None))
    }
}

/// How a delivery begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Sent at once by this node, which holds a permit for it.
    Claimed {
        /// The node.
        node: String,
        /// The claim's token.
        token: String,
    },
    /// Due at once, by whoever claims it.
    Pending,
    /// Waits for this to be mended.
    Held(WaitingFor),
}

/// What became of one report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is on disk, with its deliveries.
    Accepted,
    /// The same was recorded before.
    Duplicate {
        /// The first record.
        completion_id: String,
        /// Its transaction id.
        transaction_id: String,
        /// Fields in which this report differs, without consequence.
        ignored: Vec<&'static str>,
        /// The first record's deliveries, as they are now.
        deliveries: Vec<Delivery>,
    },
    /// Another completion bears this `externalId`.
    Conflict {
        /// The fields that differ.
        fields: Vec<&'static str>,
    },
    /// Another completion of the app bears this transaction id.
    TransactionIdTaken,
}

impl Store {
    /// Records completions in order; each answer is on disk when this returns.
    pub async fn record(&self, batch: Vec<NewCompletion>) -> Result<Vec<Recorded>, StoreError> {
        let key = self.shared.digest_key;
        let mut parts = Vec::new();
        let mut rest = batch.into_iter();
        loop {
            let part: Vec<NewCompletion> = rest.by_ref().take(PART).collect();
            if part.is_empty() {
                break;
            }
            let record_part =
                move |conn: &mut Conn| part.iter().map(|new| record(conn, &key, new, Write::Yes)).collect();
            parts.push(self.shared.writer.write_unless_overloaded(record_part));
        }
        // All at once, so that they share a flush.
        let recorded: Vec<Vec<Recorded>> = futures_util::future::try_join_all(parts).await?;
        Ok(recorded.into_iter().flatten().collect())
    }

    /// Stores a test's delivery, and nothing else of the test; answers it as it stands then. `test` is kept with it.
    pub async fn record_test(
        &self,
        completion: Completion,
        delivery: NewDelivery,
        test: String,
    ) -> Result<Delivery, StoreError> {
        self.write(move |conn| {
            let row = delivery_row(&completion, &delivery, Kind::Test, Some(test));
            diesel::insert_into(deliveries::table).values(row.clone()).execute(conn)?;
            Ok(Delivery::from(row))
        })
        .await
    }

    /// What [`record`](Self::record) would answer, without recording.
    pub async fn would_record(&self, new: NewCompletion) -> Result<Recorded, StoreError> {
        let key = self.shared.digest_key;
        self.read(move |conn| record(conn, &key, &new, Write::No)).await
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Write {
    Yes,
    No,
}

fn record(conn: &mut Conn, key: &[u8; 32], new: &NewCompletion, write: Write) -> QueryResult<Recorded> {
    let completion = &new.completion;
    let source_id = completion.source_id.as_deref().unwrap_or_default();
    let digests = digests(key, completion, new.occurred_at_given);
    let known: Option<(String, Vec<u8>)> = reported::table
        .find((source_id, &completion.external_id))
        .select((reported::completion_id, reported::digests))
        .first(conn)
        .optional()?;
    if let Some((completion_id, known)) = known {
        return compare(conn, completion_id, &known, &digests);
    }
    let transaction_key = completion.transaction_id.to_ascii_lowercase();
    let taken: Option<String> = transaction_ids::table
        .find((&transaction_key, &completion.app_id))
        .select(transaction_ids::completion_id)
        .first(conn)
        .optional()?;
    if taken.is_some() {
        return Ok(Recorded::TransactionIdTaken);
    }
    if write == Write::Yes {
        diesel::insert_into(reported::table)
            .values((
                reported::source_id.eq(source_id),
                reported::external_id.eq(&completion.external_id),
                reported::completion_id.eq(&completion.id),
                reported::digests.eq(&digests),
            ))
            .execute(conn)?;
        diesel::insert_into(transaction_ids::table)
            .values((
                transaction_ids::transaction_key.eq(&transaction_key),
                transaction_ids::app_id.eq(&completion.app_id),
                transaction_ids::completion_id.eq(&completion.id),
            ))
            .execute(conn)?;
        diesel::insert_into(completions::table).values(completion_rows::Row::from(completion)).execute(conn)?;
        for delivery in &new.deliveries {
            let row = delivery_row(completion, delivery, Kind::Completion, None);
            diesel::insert_into(deliveries::table).values(row).execute(conn)?;
        }
    }
    Ok(Recorded::Accepted)
}

fn compare(conn: &mut Conn, completion_id: String, known: &[u8], digests: &[u8]) -> QueryResult<Recorded> {
    let differs = |position: &usize| {
        let field = position * DIGEST_BYTES..(position + 1) * DIGEST_BYTES;
        known.get(field.clone()) != digests.get(field)
    };
    let fields: Vec<&str> = (0..COMPARED.len()).filter(differs).map(field_name).collect();
    if !fields.is_empty() {
        return Ok(Recorded::Conflict { fields });
    }
    let ignored = (COMPARED.len()..FIELDS).filter(differs).map(field_name).collect();
    let rows: Vec<Row> = deliveries::table
        .filter(deliveries::completion_id.eq(&completion_id))
        .select(Row::as_select())
        .order(deliveries::id)
        .load(conn)?;
    let transaction_id = completions::table.find(&completion_id).select(completions::transaction_id).first(conn)?;
    let deliveries = rows.into_iter().map(Delivery::from).collect();
    Ok(Recorded::Duplicate { completion_id, transaction_id, ignored, deliveries })
}

fn digests(key: &[u8; 32], completion: &Completion, occurred_at_given: Option<Timestamp>) -> Vec<u8> {
    let mut digests = Vec::with_capacity(FIELDS * DIGEST_BYTES);
    for (position, text) in texts(completion, occurred_at_given).into_iter().enumerate() {
        // The position keeps equal texts of different fields apart; an absent field is all zeros.
        let digest = text.map(|text| keyed_digest(key, format!("{position}:{text}").as_bytes()));
        digests.extend_from_slice(&digest.unwrap_or_default()[..DIGEST_BYTES]);
    }
    digests
}

/// A new row of `deliveries`.
fn delivery_row(completion: &Completion, new: &NewDelivery, kind: Kind, test: Option<String>) -> Row {
    let now = completion.recorded_at.as_millis();
    let (status, waiting_for, claim) = match &new.start {
        Start::Claimed { node, token } => (Status::Sending, None, Some((node.clone(), token.clone()))),
        Start::Pending => (Status::Pending, None, None),
        Start::Held(reason) => (Status::Held, Some(reason.as_str().to_owned()), None),
    };
    let (claimed_by, claim_token) = claim.unzip();
    Row {
        id: new.id.clone(),
        app_id: completion.app_id.clone(),
        endpoint_id: new.endpoint_id.clone(),
        kind: kind.as_str().to_owned(),
        completion_id: completion.id.clone(),
        reversal_id: String::new(),
        transaction_id: completion.transaction_id.clone(),
        recipe: new.recipe.clone(),
        status: status.as_str().to_owned(),
        told: Told::Never.as_str().to_owned(),
        waiting_for,
        attempts_made: 0,
        round_attempts: 0,
        last_number: 0,
        faults: 0,
        due_at: (status == Status::Pending).then_some(now),
        claimed_at: claim_token.is_some().then_some(now),
        claimed_by,
        claim_token,
        held_since: (status == Status::Held).then_some(now),
        test,
        created_at: now,
        ended_at: None,
        ended_reason: None,
    }
}

//! Recording one report, and telling a duplicate from a conflict by the digests that the first record left.

use diesel::prelude::*;
use diesel::result::OptionalExtension;

use super::candidate::{Candidate, DIGEST_BYTES};
use super::{Recorded, at_once, conversion, delivery_rows, source};
use crate::domain::delivery::Delivery;
use crate::domain::identity::{COMPARED, FIELDS, field_name};
use crate::store::backend::{Conn, Read, on_backend};
use crate::store::completions as completion_rows;
use crate::store::deliveries::Row;
use crate::store::erased_keys::{self, ErasedKeys, ErasedKind};
use crate::store::schema::{click_conversions, completions, deliveries, reported, transaction_ids};

/// Whether a report is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Write {
    /// It is, if nothing forbids it.
    Yes,
    /// Only the answer is wanted.
    No,
}

/// Records one report.
pub(super) fn record(
    conn: &mut Conn,
    erased: &ErasedKeys,
    candidate: &Candidate<'_>,
    write: Write,
) -> QueryResult<Recorded> {
    let completion = &candidate.new.completion;
    // First the keys of those who stand, then the erased ones: erasure takes keys from there to here.
    let mut first = known(source(completion), &completion.external_id).get_result(conn).optional()?;
    if first.is_none() {
        first = known_erased(conn, erased, candidate, ErasedKind::ExternalId)?;
    }
    if let Some((completion_id, known)) = first {
        // This very call recorded it before, and its answer was lost.
        let is_this = completion_id == completion.id;
        return if is_this { Ok(Recorded::Accepted) } else { compare(conn, completion_id, &known, candidate) };
    }
    let transaction_key = completion.transaction_id.to_ascii_lowercase();
    if taken(&transaction_key, &completion.app_id).get_result(conn).optional()?.is_some()
        || known_erased(conn, erased, candidate, ErasedKind::TransactionId)?.is_some()
    {
        return Ok(Recorded::TransactionIdTaken);
    }
    if let Some((click_id, goal_id)) = conversion(completion)
        && (converted(click_id, goal_id).get_result(conn).optional()?.is_some()
            || known_erased(conn, erased, candidate, ErasedKind::ClickId)?.is_some())
    {
        return Ok(Recorded::ClickConverted);
    }
    if write == Write::Yes {
        let is_recorded = on_backend!(conn,
            // By the engine's own connection: the one of either engine writes each statement's text anew.
            sqlite(conn) => insert(conn, candidate, &transaction_key).map(|()| true)?,
            postgres(conn) => !at_once::insert(conn, &[candidate])?.is_empty(),
        );
        // Another node was faster with a key, and has committed it: from now on it is seen.
        if !is_recorded {
            return record(conn, erased, candidate, write);
        }
    }
    Ok(Recorded::Accepted)
}

/// What a key of a report leads to, if whoever it was about was erased: a completion, and the digests of its report.
fn known_erased(
    conn: &mut Conn,
    erased: &ErasedKeys,
    candidate: &Candidate<'_>,
    kind: ErasedKind,
) -> QueryResult<Option<(String, Vec<u8>)>> {
    if !erased.has_any(conn)? {
        return Ok(None);
    }
    for name in candidate.erased_names(erased).iter().filter(|name| name.kind == kind) {
        let key = erased_keys::at(&name.digest, candidate.scope(kind), kind);
        let known: Option<(String, Option<Vec<u8>>)> = key.first(conn).optional()?;
        if let Some((completion_id, digests)) = known {
            return Ok(Some((completion_id, digests.unwrap_or_default())));
        }
    }
    Ok(None)
}

fn insert(conn: &mut SqliteConnection, candidate: &Candidate<'_>, transaction_key: &str) -> QueryResult<()> {
    let completion = &candidate.new.completion;
    diesel::insert_into(reported::table)
        .values((
            reported::source_id.eq(source(completion)),
            reported::external_id.eq(&completion.external_id),
            reported::completion_id.eq(&completion.id),
            reported::digests.eq(&candidate.digests),
        ))
        .execute(conn)?;
    diesel::insert_into(transaction_ids::table)
        .values((
            transaction_ids::transaction_key.eq(transaction_key),
            transaction_ids::app_id.eq(&completion.app_id),
            transaction_ids::completion_id.eq(&completion.id),
        ))
        .execute(conn)?;
    if let Some((click_id, goal_id)) = conversion(completion) {
        diesel::insert_into(click_conversions::table)
            .values((
                click_conversions::click_id.eq(click_id),
                click_conversions::goal_id.eq(goal_id),
                click_conversions::completion_id.eq(&completion.id),
            ))
            .execute(conn)?;
    }
    diesel::insert_into(completions::table).values(completion_rows::Row::from(completion)).execute(conn)?;
    for row in delivery_rows(candidate.new) {
        diesel::insert_into(deliveries::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// The completion that a source calls so, with its digests.
pub(in crate::store) fn known<'a>(source_id: &'a str, external_id: &'a str) -> impl Read<'a, (String, Vec<u8>)> {
    reported::table.find((source_id, external_id)).select((reported::completion_id, reported::digests))
}

/// The completion of an app that bears a transaction id, given in lower case.
pub(in crate::store) fn taken<'a>(transaction_key: &'a str, app_id: &'a str) -> impl Read<'a, String> {
    transaction_ids::table.find((transaction_key, app_id)).select(transaction_ids::completion_id)
}

/// The completion that a click became for a goal.
pub(in crate::store) fn converted<'a>(click_id: &'a str, goal_id: &'a str) -> impl Read<'a, String> {
    click_conversions::table.find((click_id, goal_id)).select(click_conversions::completion_id)
}

fn compare(conn: &mut Conn, completion_id: String, known: &[u8], candidate: &Candidate<'_>) -> QueryResult<Recorded> {
    let differs = |position: &usize| {
        let field = position * DIGEST_BYTES..(position + 1) * DIGEST_BYTES;
        known.get(field.clone()) != candidate.digests.get(field)
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
    // The report's own transaction id: the record of an erased user has none.
    let transaction_id = candidate.new.completion.transaction_id.clone();
    let deliveries = rows.into_iter().map(Delivery::from).collect();
    Ok(Recorded::Duplicate { completion_id, transaction_id, ignored, deliveries })
}

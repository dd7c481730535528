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
pub(super) fn record(conn: &mut Conn, candidate: &Candidate<'_>, write: Write) -> QueryResult<Recorded> {
    let completion = &candidate.new.completion;
    for external_id in [&completion.external_id, &candidate.erased_external_id] {
        let known = known(source(completion), external_id).get_result(conn).optional()?;
        if let Some((completion_id, known)) = known {
            // This very call recorded it before, and its answer was lost.
            let is_this = completion_id == completion.id;
            return if is_this { Ok(Recorded::Accepted) } else { compare(conn, completion_id, &known, candidate) };
        }
    }
    let transaction_key = completion.transaction_id.to_ascii_lowercase();
    for transaction_key in [&transaction_key, &candidate.erased_transaction_id] {
        if taken(transaction_key, &completion.app_id).get_result(conn).optional()?.is_some() {
            return Ok(Recorded::TransactionIdTaken);
        }
    }
    if let Some((click_id, goal_id)) = conversion(completion) {
        for click_id in [Some(click_id), candidate.erased_click_id.as_deref()].into_iter().flatten() {
            if converted(click_id, goal_id).get_result(conn).optional()?.is_some() {
                return Ok(Recorded::ClickConverted);
            }
        }
    }
    if write == Write::Yes {
        let is_recorded = on_backend!(conn,
            // By the engine's own connection: the one of either engine writes each statement's text anew.
            sqlite(conn) => insert(conn, candidate, &transaction_key).map(|()| true)?,
            postgres(conn) => !at_once::insert(conn, std::slice::from_ref(candidate))?.is_empty(),
        );
        // Another node was faster with a key, and has committed it: from now on it is seen.
        if !is_recorded {
            return record(conn, candidate, write);
        }
    }
    Ok(Recorded::Accepted)
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

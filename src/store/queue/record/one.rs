//! Recording one report, and telling a duplicate from a conflict by the digests that the first record left.

use diesel::prelude::*;
use diesel::result::OptionalExtension;
use diesel::sql_types::{BigInt, Binary, Text};

use super::candidate::Candidate;
use super::digests::differing;
use super::{Recorded, at_once};
use crate::domain::delivery::Delivery;
use crate::domain::identity::{COMPARED, field_name};
use crate::store::backend::{Conn, Read, insertion, on_backend};
use crate::store::completions::CompletionInsertion;
use crate::store::deliveries::{DeliveryInsertion, Row};
use crate::store::erased_keys::{self, ErasedKeys, ErasedKind};
use crate::store::keys::{AppKey, CompletionKey, SourceKey};
use crate::store::schema::{click_conversions, deliveries, reported, transaction_ids};

/// What is done first to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    /// It is inserted: almost nothing ever forbids that, and what was recorded before is looked at only where a key is taken.
    Insert,
    /// What was recorded before is looked at, because a key may be an erased one, which no insertion notices, or is taken.
    Look,
}

/// Records one report, if nothing forbids it.
pub(super) fn record(
    conn: &mut Conn,
    erased: &ErasedKeys,
    candidate: &Candidate,
    mut first: First,
) -> QueryResult<Recorded> {
    loop {
        if first == First::Look
            && let Some(answer) = examine(conn, erased, candidate)?
        {
            return Ok(answer);
        }
        let is_recorded = on_backend!(conn,
            // By the engine's own connection: the one of either engine writes each statement's text anew.
            sqlite(conn) => insert(conn, candidate)?,
            postgres(conn) => !at_once::insert(conn, &[candidate])?.is_empty(),
        );
        if is_recorded {
            return Ok(Recorded::Accepted);
        }
        // Somebody was faster with a key; on PostgreSQL perhaps another node, whose commit is seen from now on.
        first = First::Look;
    }
}

/// What there is to say of a report because of what was recorded before; `None`: nothing, it may be recorded.
pub(super) fn examine(conn: &mut Conn, erased: &ErasedKeys, candidate: &Candidate) -> QueryResult<Option<Recorded>> {
    let completion = &candidate.completion;
    // First the keys of those who stand, then the erased ones: erasure takes keys from there to here.
    let mut named = known(completion.source_id, &completion.external_id).get_result(conn).optional()?;
    let has_erased = named.is_none() && erased.has_any(conn)?;
    if has_erased {
        named = known_erased(conn, erased, candidate, ErasedKind::External)?;
    }
    if let Some((completion_id, known)) = named {
        // This very call recorded it before, and its answer was lost.
        let is_this = completion_id == completion.id;
        let answer = if is_this { Recorded::Accepted } else { compare(conn, completion_id, &known, candidate)? };
        return Ok(Some(answer));
    }
    if taken(&candidate.transaction_key, completion.app_id).get_result(conn).optional()?.is_some()
        || (has_erased && known_erased(conn, erased, candidate, ErasedKind::Transaction)?.is_some())
    {
        return Ok(Some(Recorded::TransactionIdTaken));
    }
    if let Some((click_id, goal_id)) = candidate.conversion()
        && (converted(click_id, goal_id).get_result(conn).optional()?.is_some()
            || (has_erased && known_erased(conn, erased, candidate, ErasedKind::Click)?.is_some()))
    {
        return Ok(Some(Recorded::ClickConverted));
    }
    Ok(None)
}

/// What a key of a report leads to among the erased ones: a completion, and the digests of its report.
fn known_erased(
    conn: &mut Conn,
    erased: &ErasedKeys,
    candidate: &Candidate,
    kind: ErasedKind,
) -> QueryResult<Option<(CompletionKey, Vec<u8>)>> {
    let scope = candidate.scope(kind);
    for name in candidate.erased_names(erased).iter().filter(|name| name.kind == kind) {
        let key = erased_keys::at(&name.digest, &scope, kind);
        let known: Option<(CompletionKey, Option<Vec<u8>>)> = key.first(conn).optional()?;
        if let Some((completion_id, digests)) = known {
            return Ok(Some((completion_id, digests.unwrap_or_default())));
        }
    }
    Ok(None)
}

/// Inserts a report; false: one of its keys was taken, and nothing of it is left.
fn insert(conn: &mut SqliteConnection, candidate: &Candidate) -> QueryResult<bool> {
    let completion = &candidate.completion;
    let external_id = ExternalId {
        source_id: completion.source_id,
        completion_id: completion.id,
        external_id: &completion.external_id,
        digests: &candidate.digests,
    };
    if ExternalIdInsertion(&external_id).execute(conn)? == 0 {
        return Ok(false);
    }
    let transaction_id = TransactionId {
        transaction_key: &candidate.transaction_key,
        app_id: completion.app_id,
        completion_id: completion.id,
    };
    if TransactionIdInsertion(&transaction_id).execute(conn)? == 0 {
        diesel::delete(reported::table.find((completion.source_id, &completion.external_id))).execute(conn)?;
        return Ok(false);
    }
    if let Some((click_id, goal_id)) = candidate.conversion() {
        let conversion = diesel::insert_or_ignore_into(click_conversions::table).values((
            click_conversions::click_id.eq(click_id),
            click_conversions::goal_id.eq(goal_id),
            click_conversions::completion_id.eq(completion.id),
        ));
        if conversion.execute(conn)? == 0 {
            let transaction_id = transaction_ids::table.find((&candidate.transaction_key, completion.app_id));
            diesel::delete(transaction_id).execute(conn)?;
            diesel::delete(reported::table.find((completion.source_id, &completion.external_id))).execute(conn)?;
            return Ok(false);
        }
    }
    CompletionInsertion(completion).execute(conn)?;
    for row in &candidate.deliveries {
        DeliveryInsertion(row).execute(conn)?;
    }
    Ok(true)
}

/// The first of a report's keys.
struct ExternalId<'a> {
    source_id: SourceKey,
    completion_id: CompletionKey,
    external_id: &'a str,
    digests: &'a [u8],
}

/// The second.
struct TransactionId<'a> {
    transaction_key: &'a str,
    app_id: AppKey,
    completion_id: CompletionKey,
}

insertion! {
    /// Unless the key is taken: of rows without any CHECK, in which every column is given, nothing else is ignored.
    ExternalIdInsertion of ExternalId<'a>, "INSERT OR IGNORE INTO reported" {
        source_id: BigInt,
        completion_id: BigInt,
        external_id: Text,
        digests: Binary,
    }
}

insertion! {
    /// Likewise.
    TransactionIdInsertion of TransactionId<'a>, "INSERT OR IGNORE INTO transaction_ids" {
        transaction_key: Text,
        app_id: BigInt,
        completion_id: BigInt,
    }
}

/// The completion that a source calls so, with its digests.
pub(in crate::store) fn known(source_id: SourceKey, external_id: &str) -> impl Read<'_, (CompletionKey, Vec<u8>)> {
    reported::table.find((source_id, external_id)).select((reported::completion_id, reported::digests))
}

/// The completion of an app that bears a transaction id, given in lower case.
pub(in crate::store) fn taken(transaction_key: &str, app_id: AppKey) -> impl Read<'_, CompletionKey> {
    transaction_ids::table.find((transaction_key, app_id)).select(transaction_ids::completion_id)
}

/// The completion that a click became for a goal.
pub(in crate::store) fn converted<'a>(click_id: &'a str, goal_id: &'a str) -> impl Read<'a, CompletionKey> {
    click_conversions::table.find((click_id, goal_id)).select(click_conversions::completion_id)
}

fn compare(
    conn: &mut Conn,
    completion_key: CompletionKey,
    known: &[u8],
    candidate: &Candidate,
) -> QueryResult<Recorded> {
    let (compared, noted): (Vec<usize>, Vec<usize>) =
        differing(known, &candidate.digests).into_iter().partition(|position| *position < COMPARED.len());
    let named = |positions: Vec<usize>| positions.into_iter().map(field_name).collect();
    if !compared.is_empty() {
        return Ok(Recorded::Conflict { fields: named(compared) });
    }
    let ignored = named(noted);
    let rows: Vec<Row> = deliveries::table
        .filter(deliveries::completion_id.eq(completion_key))
        .select(Row::as_select())
        .order(deliveries::id)
        .load(conn)?;
    // The report's own transaction id: the record of an erased user has none.
    let transaction_id = candidate.completion.transaction_id.clone();
    let (completion_id, deliveries) = (completion_key.id(), rows.into_iter().map(Delivery::from).collect());
    Ok(Recorded::Duplicate { completion_id, transaction_id, ignored, deliveries })
}

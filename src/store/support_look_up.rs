//! "Where is my reward?": completions with all that belongs to them, found by one of their ids or by any text that may be one.
//! It changes nothing.
//!
//! Whatever a text may be is looked for by an index of its own, and what belongs to other apps than those asked for is not
//! found.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use diesel::prelude::*;

use super::backend::{Conn, Read};
use super::callback_records::{CallbackRecord, records};
use super::completion_lists::reversals_of;
use super::completions as completion_rows;
use super::criteria::CompletionCriteria;
use super::erased_keys::{self, ErasedKeys, ErasedKind};
use super::finding::completion_queries::{self, Lead};
use super::finding::{self, Part};
use super::id_range::Span;
use super::keys::{CompletionKey, DeliveryKey, ReversalKey, SourceKey};
use super::page::Page;
use super::schema::{deliveries, reported, reversals};
use super::{Store, StoreError, sources};
use crate::domain::completion::Completion;
use crate::domain::delivery::Delivery;
use crate::domain::reversal::Reversal;

/// A completion with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The completion.
    pub completion: Completion,
    /// Whether its user was erased.
    pub is_erased: bool,
    /// Its reversals, oldest first.
    pub reversals: Vec<Reversal>,
    /// Its deliveries, oldest first.
    pub deliveries: Vec<CallbackRecord>,
    /// What the source is called that reported it.
    pub source_name: Option<String>,
}

impl Store {
    /// Completions with all that belongs to them, newest first.
    pub async fn found(&self, criteria: CompletionCriteria, page: Page) -> Result<Vec<Found>, StoreError> {
        let erased = Arc::clone(&self.shared.erased);
        self.walk_at_once(move |conn| {
            let found = finding::completions::find(conn, &erased, &criteria, &page, Part::First)?;
            whole(conn, page.cut(found, |completion: &Completion| &completion.id).items)
        })
        .await
    }

    /// One completion with all that belongs to it.
    pub async fn found_by_id(&self, id: String) -> Result<Option<Found>, StoreError> {
        self.read(move |conn| {
            let completions = completion_rows::by_keys(conn, &[CompletionKey::of(&id)])?;
            Ok(whole(conn, completions)?.pop())
        })
        .await
    }

    /// The same by a text that may be a user, a transaction, a click, what a source calls a completion, or an id of ours: of a
    /// completion, a delivery or a reversal.
    pub async fn found_by_any(
        &self,
        text: String,
        within: CompletionCriteria,
        page: Page,
    ) -> Result<Vec<Found>, StoreError> {
        let erased = Arc::clone(&self.shared.erased);
        self.walk_at_once(move |conn| {
            let named = named(conn, &erased, &text)?;
            let at_most = page.limit.saturating_add(1);
            let mut found: Vec<Completion> = match named.is_empty() {
                true => Vec::new(),
                false => {
                    let lead = Lead::Keys(named);
                    let keys: Vec<i64> =
                        completion_queries::within(&within, &lead, &Span::default(), at_most).load(conn)?;
                    completion_queries::of_keys(&keys).load(conn)?
                }
            };
            for criteria in [
                CompletionCriteria { user_id: Some(text.clone()), ..within.clone() },
                CompletionCriteria { transaction_id: Some(text.clone()), ..within.clone() },
                CompletionCriteria { click_id: Some(text.clone()), ..within.clone() },
            ] {
                found.extend(finding::completions::find(conn, &erased, &criteria, &page, Part::First)?);
            }
            // By key, which is by age; what was found in several ways is one.
            let found: BTreeMap<CompletionKey, Completion> =
                found.into_iter().map(|completion| (CompletionKey::of(&completion.id), completion)).collect();
            whole(conn, found.into_values().rev().take(page.limit).collect())
        })
        .await
    }
}

/// These completions with all that belongs to them.
fn whole(conn: &mut Conn, completions: Vec<Completion>) -> QueryResult<Vec<Found>> {
    let keys: Vec<CompletionKey> = completions.iter().map(|completion| CompletionKey::of(&completion.id)).collect();
    let of_them: Vec<Delivery> = deliveries::table
        .filter(deliveries::completion_id.eq_any(&keys))
        .order(deliveries::id)
        .select(Delivery::as_select())
        .load(conn)?;
    let mut deliveries: HashMap<String, Vec<CallbackRecord>> = HashMap::new();
    for record in records(conn, of_them)? {
        deliveries.entry(record.delivery.completion_id.clone()).or_default().push(record);
    }
    let mut reversals = reversals_of(conn, &keys)?;
    let erased = completion_rows::erased(conn, &keys)?;
    let names = sources::names(conn, completions.iter().filter_map(|completion| completion.source_id.as_deref()))?;
    let found = |completion: Completion| Found {
        is_erased: erased.contains(&CompletionKey::of(&completion.id)),
        reversals: reversals.remove(&completion.id).unwrap_or_default(),
        deliveries: deliveries.remove(&completion.id).unwrap_or_default(),
        source_name: completion.source_id.as_ref().and_then(|id| names.get(id)).cloned(),
        completion,
    };
    Ok(completions.into_iter().map(found).collect())
}

/// The completions that an id of ours leads to, or what any source calls one, or called it until its user was erased.
fn named(conn: &mut Conn, erased: &ErasedKeys, text: &str) -> QueryResult<Vec<CompletionKey>> {
    let mut found = match text.split_once('_') {
        Some(("cmp", _)) => vec![CompletionKey::of(text)],
        Some(("dlv", _)) => of_delivery(text).load(conn)?,
        Some(("rev", _)) => of_reversal(text).load(conn)?,
        _ => Vec::new(),
    };
    // Sources are few, and each of them is asked by the key of its reports.
    let ids = sources::ids(conn)?;
    let keys: Vec<SourceKey> = ids.iter().map(|id| SourceKey::of(id)).chain([SourceKey::NONE]).collect();
    found.extend(called(&keys, text).load(conn)?);
    // Looked for behind the others, because erasure takes keys from there to here.
    if erased.has_any(conn)? {
        let by_hand = [String::new()];
        let digests: Vec<String> =
            ids.iter().chain(&by_hand).flat_map(|id| erased_keys::names(erased.external_id(id, text), text)).collect();
        found.extend(erased_keys::with_any_digest(&digests, ErasedKind::External).load(conn)?);
    }
    Ok(found)
}

/// The completion that a delivery belongs to.
pub(super) fn of_delivery(id: &str) -> impl Read<'_, CompletionKey> {
    deliveries::table.filter(deliveries::id.eq(DeliveryKey::of(id))).select(deliveries::completion_id)
}

/// The completion that a reversal takes back.
pub(super) fn of_reversal(id: &str) -> impl Read<'_, CompletionKey> {
    reversals::table.filter(reversals::id.eq(ReversalKey::of(id))).select(reversals::completion_id)
}

/// The completions that these sources call so.
pub(super) fn called<'a>(sources: &'a [SourceKey], external_id: &'a str) -> impl Read<'a, CompletionKey> {
    reported::table
        .filter(reported::source_id.eq_any(sources))
        .filter(reported::external_id.eq(external_id))
        .select(reported::completion_id)
}

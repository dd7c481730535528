//! Looking completions and deliveries up. It changes nothing.

use std::sync::Arc;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::result::OptionalExtension;

use super::backend::{Conn, Engine, Read};
use super::completions as completion_rows;
use super::deliveries::is;
use super::erased_keys::{self, ErasedKeys, ErasedKind};
use super::keys::{AppKey, CompletionKey, DeliveryKey, SourceKey};
use super::page::{Listed, Page};
use super::schema::{attempts, completions, deliveries, reported, transaction_ids};
use super::{Store, StoreError, id_range};
use crate::domain::attempt::Attempt;
use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, DeliveryKind, Status};
use crate::domain::sample_completion;
use crate::domain::time::Timestamp;

/// Which completions or deliveries are looked for; absent criteria do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Criteria {
    /// Of these apps; `None`: of any.
    pub app_ids: Option<Vec<String>>,
    /// Of this user (completions only).
    pub user_id: Option<String>,
    /// With this transaction id, ignoring case.
    pub transaction_id: Option<String>,
    /// Of this offer (completions only).
    pub offer_id: Option<String>,
    /// Attributed by this click (completions only).
    pub click_id: Option<String>,
    /// Whether something was taken back (completions only).
    pub reversed: Option<bool>,
    /// In this state; of a completion, one of its own callbacks.
    pub status: Option<Status>,
    /// Recorded at or after.
    pub from: Option<Timestamp>,
    /// Recorded before.
    pub to: Option<Timestamp>,
}

impl Store {
    /// A completion by its id.
    pub async fn completion(&self, id: String) -> Result<Option<Completion>, StoreError> {
        self.read(move |conn| Ok(completion_rows::by_keys(conn, &[CompletionKey::of(&id)])?.pop())).await
    }

    /// A completion by what its source calls it, or whoever credited it by hand.
    pub async fn reported_completion(
        &self,
        source_id: Option<&str>,
        external_id: String,
    ) -> Result<Option<Completion>, StoreError> {
        let (source, source_id) = (SourceKey::of_any(source_id), source_id.unwrap_or_default().to_owned());
        let erased = Arc::clone(&self.shared.erased);
        self.read(move |conn| {
            let key = reported::table.find((source, &external_id)).select(reported::completion_id);
            let mut found: Option<CompletionKey> = key.first(conn).optional()?;
            // Looked for behind it, because erasure takes it from there to here.
            if found.is_none() && erased.has_any(conn)? {
                for name in erased_keys::names(erased.external_id(&source_id, &external_id), &external_id) {
                    let key = erased_keys::at(&name, &source_id, ErasedKind::External);
                    let known: Option<(CompletionKey, Option<Vec<u8>>)> = key.first(conn).optional()?;
                    found = found.or(known.map(|(completion_id, _)| completion_id));
                }
            }
            let Some(key) = found else { return Ok(None) };
            Ok(completion_rows::by_keys(conn, &[key])?.pop())
        })
        .await
    }

    /// Deliveries, newest first.
    pub async fn deliveries(&self, criteria: Criteria, page: Page) -> Result<Listed<Delivery>, StoreError> {
        let erased = Arc::clone(&self.shared.erased);
        self.read(move |conn| {
            let found = deliveries_page(conn, &erased, &criteria, &page)?.load(conn)?;
            Ok(page.cut(found, |delivery: &Delivery| &delivery.id))
        })
        .await
    }

    /// The deliveries of a completion, oldest first.
    pub async fn deliveries_of(&self, completion_id: String) -> Result<Vec<Delivery>, StoreError> {
        self.read(move |conn| of_completion(&completion_id).load(conn)).await
    }

    /// A delivery with its attempts, oldest first.
    pub async fn delivery(&self, id: String) -> Result<Option<(Delivery, Vec<Attempt>)>, StoreError> {
        self.read(move |conn| {
            let delivery: Option<Delivery> =
                deliveries::table.find(DeliveryKey::of(&id)).select(Delivery::as_select()).first(conn).optional()?;
            delivery.map(|delivery| Ok((delivery, attempts_of(&id).load(conn)?))).transpose()
        })
        .await
    }
}

/// A page of completions, as a query.
pub(super) fn completions_page<'a>(
    conn: &mut Conn,
    erased: &ErasedKeys,
    criteria: &'a Criteria,
    page: &'a Page,
) -> QueryResult<impl Read<'a, Completion> + use<'a>> {
    let mut query = completions::table.select(Completion::as_select()).into_boxed::<Engine>();
    if let Some(transaction_id) = &criteria.transaction_id {
        query = query.filter(completions::id.eq_any(bearing(conn, erased, transaction_id)?));
    }
    match criteria.app_ids.as_deref() {
        // A user has few completions, an app all of them: the sum keeps SQLite from entering the app's index instead.
        Some([app_id]) if criteria.user_id.is_some() => {
            query = query.filter((completions::app_id + 0).eq(AppKey::of(app_id)));
        }
        // Along the app's own index, newest first; of a list, even of one, PostgreSQL would sort all that there is.
        Some([app_id]) => query = query.filter(completions::app_id.eq(AppKey::of(app_id))),
        Some(app_ids) => query = query.filter(completions::app_id.eq_any(app_ids.iter().map(|id| AppKey::of(id)))),
        None => {}
    }
    if let Some(user_id) = &criteria.user_id {
        query = query.filter(completions::user_id.eq(user_id));
    }
    if let Some(offer_id) = &criteria.offer_id {
        query = query.filter(completions::offer_id.eq(offer_id));
    }
    if let Some(click_id) = &criteria.click_id {
        query = query.filter(completions::click_id.eq(click_id));
    }
    query = match criteria.reversed {
        Some(true) => query.filter(completions::reversals.gt(0)),
        Some(false) => query.filter(completions::reversals.eq(0)),
        None => query,
    };
    if let Some(status) = criteria.status {
        let callbacks = deliveries::table.filter(deliveries::completion_id.eq(completions::id));
        let callbacks = callbacks.filter(deliveries::kind.eq(DeliveryKind::Completion)).filter(is(status));
        query = query.filter(exists(callbacks));
    }
    let span = id_range::of_completions(conn, criteria.from, criteria.to)?;
    if let Some(lower) = span.lower {
        query = query.filter(completions::id.ge(lower));
    }
    if let Some(upper) = span.upper {
        query = query.filter(completions::id.lt(upper));
    }
    if let Some(from) = criteria.from {
        query = query.filter(completions::recorded_at.ge(from));
    }
    if let Some(to) = criteria.to {
        query = query.filter(completions::recorded_at.lt(to));
    }
    if let Some(before) = &page.before {
        query = query.filter(completions::id.lt(CompletionKey::of(before)));
    }
    Ok(query.order(completions::id.desc()).limit(page.rows()))
}

/// A page of deliveries, as a query.
pub(super) fn deliveries_page<'a>(
    conn: &mut Conn,
    erased: &ErasedKeys,
    criteria: &'a Criteria,
    page: &'a Page,
) -> QueryResult<impl Read<'a, Delivery> + use<'a>> {
    let mut query = deliveries::table.select(Delivery::as_select()).into_boxed::<Engine>();
    if let Some(transaction_id) = &criteria.transaction_id {
        // A test leaves no completion that could be found by it.
        query = if transaction_id.starts_with(sample_completion::PREFIX) {
            query.filter(deliveries::transaction_id.eq(transaction_id))
        } else {
            query.filter(deliveries::completion_id.eq_any(bearing(conn, erased, transaction_id)?))
        };
    }
    match criteria.app_ids.as_deref() {
        // Along the app's own index, newest first; of a list, even of one, PostgreSQL would sort all that there is.
        Some([app_id]) => query = query.filter(deliveries::app_id.eq(AppKey::of(app_id))),
        Some(app_ids) => query = query.filter(deliveries::app_id.eq_any(app_ids.iter().map(|id| AppKey::of(id)))),
        None => {}
    }
    if let Some(status) = criteria.status {
        query = query.filter(is(status));
    }
    if let Some(from) = criteria.from {
        query = query.filter(deliveries::created_at.ge(from));
    }
    if let Some(to) = criteria.to {
        query = query.filter(deliveries::created_at.lt(to));
    }
    if let Some(before) = &page.before {
        query = query.filter(deliveries::id.lt(DeliveryKey::of(before)));
    }
    Ok(query.order(deliveries::id.desc()).limit(page.rows()))
}

/// The deliveries of a completion, oldest first.
pub(super) fn of_completion<'a>(completion_id: &'a str) -> impl Read<'a, Delivery> {
    deliveries::table
        .filter(deliveries::completion_id.eq(CompletionKey::of(completion_id)))
        .order(deliveries::id)
        .select(Delivery::as_select())
}

/// The attempts of a delivery, oldest first.
pub(super) fn attempts_of<'a>(delivery_id: &'a str) -> impl Read<'a, Attempt> {
    attempts::table
        .filter(attempts::delivery_id.eq(DeliveryKey::of(delivery_id)))
        .order(attempts::number)
        .select(Attempt::as_select())
}

/// The completions that bear a transaction id, whatever its case, or bore it until their user was erased.
fn bearing(conn: &mut Conn, erased: &ErasedKeys, transaction_id: &str) -> QueryResult<Vec<CompletionKey>> {
    let transaction_key = transaction_id.to_ascii_lowercase();
    let mut found: Vec<CompletionKey> = bearing_now(&transaction_key).load(conn)?;
    // Looked for behind the others, because erasure takes keys from there to here.
    if erased.has_any(conn)? {
        for name in erased_keys::names(erased.transaction_id(transaction_id), &transaction_key) {
            found.extend(bore(&name).load(conn)?);
        }
    }
    Ok(found)
}

/// The completions that bear a transaction id, given in lower case.
pub(super) fn bearing_now(transaction_key: &str) -> impl Read<'_, CompletionKey> {
    transaction_ids::table
        .filter(transaction_ids::transaction_key.eq(transaction_key))
        .select(transaction_ids::completion_id)
}

/// The completions that bore the transaction id of this digest.
pub(super) fn bore(digest: &str) -> impl Read<'_, CompletionKey> {
    erased_keys::with_digest(digest, ErasedKind::Transaction)
}

//! Looking completions and deliveries up. It changes nothing.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::result::OptionalExtension;

use super::backend::Read;
use super::completions as completion_rows;
pub use super::criteria::{AttemptCriteria, CompletionCriteria, DeliveryCriteria, Scope, Waiting, WaitingEndpoint};
use super::erased_keys::{self, ErasedKind};
use super::keys::{AppKey, CompletionKey, DeliveryKey, SourceKey};
use super::page::{Listed, Page};
use super::schema::{attempts, completions, deliveries, reported};
use super::{Store, StoreError, finding};
use crate::domain::attempt::Attempt;
use crate::domain::completion::Completion;
use crate::domain::delivery::Delivery;

impl Store {
    /// A completion by its id.
    pub async fn completion(&self, id: String) -> Result<Option<Completion>, StoreError> {
        self.read(move |conn| Ok(completion_rows::by_keys(conn, &[CompletionKey::of(&id)])?.pop())).await
    }

    /// Whether the user's name has been taken out of a completion.
    pub async fn is_erased(&self, completion_id: String) -> Result<bool, StoreError> {
        self.read(move |conn| completion_rows::is_erased(conn, &completion_id)).await
    }

    /// The newest completion of an app; nothing where its user's name has been taken out of it.
    pub async fn newest_completion(&self, app_id: String) -> Result<Option<Completion>, StoreError> {
        let found = self.read(move |conn| newest_of(AppKey::of(&app_id)).get_result(conn).optional()).await?;
        Ok(found.filter(|(_, is_erased)| !is_erased).map(|(completion, _)| completion))
    }

    /// A completion by what its source calls it, or whoever credited it by hand.
    pub async fn reported_completion(
        &self,
        source_id: Option<&str>,
        external_id: String,
    ) -> Result<Option<Completion>, StoreError> {
        let (source, source_id) = (SourceKey::of_any(source_id), source_id.unwrap_or_default().to_owned());
        let erased = Arc::clone(&self.shared.erased);
        self.look(move |conn| {
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
    pub async fn deliveries(&self, criteria: DeliveryCriteria, page: Page) -> Result<Listed<Delivery>, StoreError> {
        let erased = Arc::clone(&self.shared.erased);
        self.walk_at_once(move |conn| {
            let found = finding::deliveries::find(conn, &erased, &criteria, &page)?;
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

/// The newest completion of an app, and whether its user's name has been taken out of it.
pub(super) fn newest_of(app: AppKey) -> impl Read<'static, (Completion, bool)> {
    completions::table
        .filter(completions::app_id.eq(app))
        .order(completions::id.desc())
        .select((Completion::as_select(), completions::erased_at.is_not_null()))
        .limit(1)
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

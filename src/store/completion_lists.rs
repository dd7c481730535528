//! Completions with what became of them: for lists, for exports that go on page by page, and for the question where a
//! reward is. It changes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use super::app_labels;
use super::backend::Conn;
use super::criteria::CompletionCriteria;
use super::finding::{self, Part};
use super::keys::{CompletionKey, DeliveryKey};
use super::page::{Listed, Page};
use super::schema::{attempts, deliveries};
use super::{Store, StoreError, reversals as reversal_rows};
use crate::domain::attempt::Attempt;
use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, DeliveryKind, Status};
use crate::domain::reversal::Reversal;

/// A completion and what a list shows beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The completion.
    pub completion: Completion,
    /// What its app is called.
    pub app_name: String,
    /// Its reversals, oldest first.
    pub reversals: Vec<Reversal>,
    /// Where its callback to the first endpoint that it had one for stands.
    pub callback: Option<Status>,
}

/// A completion with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The completion.
    pub completion: Completion,
    /// Its reversals, oldest first.
    pub reversals: Vec<Reversal>,
    /// Its deliveries, oldest first, each with its attempts.
    pub deliveries: Vec<(Delivery, Vec<Attempt>)>,
}

impl Store {
    /// Completions with what was taken back of them, newest first.
    pub async fn completions(&self, criteria: CompletionCriteria, page: Page) -> Result<Listed<Entry>, StoreError> {
        self.entries(criteria, page, Part::First).await
    }

    /// A page that an export goes on with: as many rows may be looked through as there is time for.
    pub async fn rest_of_completions(
        &self,
        criteria: CompletionCriteria,
        page: Page,
    ) -> Result<Listed<Entry>, StoreError> {
        self.entries(criteria, page, Part::Rest).await
    }

    async fn entries(&self, criteria: CompletionCriteria, page: Page, part: Part) -> Result<Listed<Entry>, StoreError> {
        let erased = Arc::clone(&self.shared.erased);
        let (mut listed, apps) = self
            .walk_at_once(move |conn| {
                let found = finding::completions::find(conn, &erased, &criteria, &page, part)?;
                let Listed { items: completions, next } = page.cut(found, |completion: &Completion| &completion.id);
                let keys: Vec<CompletionKey> =
                    completions.iter().map(|completion| CompletionKey::of(&completion.id)).collect();
                let mut callbacks = first_callbacks(conn, &keys)?;
                let mut reversals = reversals_of(conn, &keys)?;
                let apps = app_labels::of(conn, completions.iter().map(|completion| completion.app_id.as_str()))?;
                let entry = |completion: Completion| Entry {
                    reversals: reversals.remove(&completion.id).unwrap_or_default(),
                    callback: callbacks.remove(&completion.id),
                    app_name: String::new(),
                    completion,
                };
                Ok((Listed { items: completions.into_iter().map(entry).collect::<Vec<_>>(), next }, apps))
            })
            .await?;
        let labels = apps.read()?;
        for entry in &mut listed.items {
            entry.app_name = labels.get(&entry.completion.app_id).map(|app| app.name.clone()).unwrap_or_default();
        }
        Ok(listed)
    }

    /// Completions with all that belongs to them, newest first.
    pub async fn found(&self, criteria: CompletionCriteria, page: Page) -> Result<Vec<Found>, StoreError> {
        let erased = Arc::clone(&self.shared.erased);
        self.walk_at_once(move |conn| {
            let found = finding::completions::find(conn, &erased, &criteria, &page, Part::First)?;
            let completions = page.cut(found, |completion: &Completion| &completion.id).items;
            let keys: Vec<CompletionKey> =
                completions.iter().map(|completion| CompletionKey::of(&completion.id)).collect();
            let mut deliveries = deliveries_of(conn, &keys)?;
            let mut reversals = reversals_of(conn, &keys)?;
            let found = |completion: Completion| Found {
                reversals: reversals.remove(&completion.id).unwrap_or_default(),
                deliveries: deliveries.remove(&completion.id).unwrap_or_default(),
                completion,
            };
            Ok(completions.into_iter().map(found).collect())
        })
        .await
    }
}

/// Each completion's reversals, oldest first.
pub(super) fn reversals_of(conn: &mut Conn, keys: &[CompletionKey]) -> QueryResult<HashMap<String, Vec<Reversal>>> {
    let mut found: HashMap<String, Vec<Reversal>> = HashMap::new();
    for reversal in reversal_rows::of_completions(conn, keys)? {
        found.entry(reversal.completion_id.clone()).or_default().push(reversal);
    }
    Ok(found)
}

/// Where the first of each completion's own callbacks stands: they were made in the order of the app's endpoints.
fn first_callbacks(conn: &mut Conn, keys: &[CompletionKey]) -> QueryResult<HashMap<String, Status>> {
    let rows: Vec<(CompletionKey, Status)> = deliveries::table
        .filter(deliveries::completion_id.eq_any(keys))
        .filter(deliveries::kind.eq(DeliveryKind::Completion))
        .order(deliveries::id)
        .select((deliveries::completion_id, deliveries::status))
        .load(conn)?;
    let mut first = HashMap::new();
    for (completion_id, status) in rows {
        first.entry(completion_id.id()).or_insert(status);
    }
    Ok(first)
}

type WithAttempts = Vec<(Delivery, Vec<Attempt>)>;

fn deliveries_of(conn: &mut Conn, keys: &[CompletionKey]) -> QueryResult<HashMap<String, WithAttempts>> {
    let of_them: Vec<Delivery> = deliveries::table
        .filter(deliveries::completion_id.eq_any(keys))
        .order(deliveries::id)
        .select(Delivery::as_select())
        .load(conn)?;
    let delivery_keys = of_them.iter().map(|delivery| DeliveryKey::of(&delivery.id));
    let made: Vec<(DeliveryKey, Attempt)> = attempts::table
        .filter(attempts::delivery_id.eq_any(delivery_keys))
        .order((attempts::delivery_id, attempts::number))
        .select((attempts::delivery_id, Attempt::as_select()))
        .load(conn)?;
    let mut attempts_of: HashMap<DeliveryKey, Vec<Attempt>> = HashMap::new();
    for (delivery_id, attempt) in made {
        attempts_of.entry(delivery_id).or_default().push(attempt);
    }
    let mut found: HashMap<String, WithAttempts> = HashMap::new();
    for delivery in of_them {
        let attempts = attempts_of.remove(&DeliveryKey::of(&delivery.id)).unwrap_or_default();
        found.entry(delivery.completion_id.clone()).or_default().push((delivery, attempts));
    }
    Ok(found)
}

//! Completions with what became of them: for lists, and for exports that go on page by page. It changes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use super::app_labels;
use super::backend::Conn;
use super::criteria::CompletionCriteria;
use super::finding::{self, Part};
use super::keys::CompletionKey;
use super::page::{Listed, Page};
use super::schema::deliveries;
use super::{Store, StoreError, completions as completion_rows, reversals as reversal_rows};
use crate::domain::completion::Completion;
use crate::domain::delivery::{DeliveryKind, Status};
use crate::domain::reversal::Reversal;

/// A completion and what a list shows beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The completion.
    pub completion: Completion,
    /// Whether its user was erased.
    pub is_erased: bool,
    /// What its app is called.
    pub app_name: String,
    /// Its reversals, oldest first.
    pub reversals: Vec<Reversal>,
    /// Where its callback to the first endpoint that it had one for stands.
    pub callback: Option<Status>,
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
                let erased = completion_rows::erased(conn, &keys)?;
                let apps = app_labels::of(conn, completions.iter().map(|completion| completion.app_id.as_str()))?;
                let entry = |completion: Completion| Entry {
                    is_erased: erased.contains(&CompletionKey::of(&completion.id)),
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

//! Completions: what was recorded, read by whoever may know of its app, page by page or all at once.

use super::Actions;
use super::caller::Caller;
use super::reads::Reading;
use super::refusal::Refusal;
use super::scope::Filter;
use crate::domain::completion::{Completion, ReviewState};
use crate::domain::delivery::{Delivery, Status};
use crate::domain::report;
use crate::domain::reversal::Reversal;
use crate::store::completion_lists::Entry;
use crate::store::lookups::CompletionCriteria;
use crate::store::page::{Listed, Page};
use crate::store::{Store, StoreError};

/// Completions that an export reads at a time: about half a megabyte.
const EXPORTED_AT_A_TIME: usize = 1_000;

/// What completions are listed by; what is absent does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompletionFilter {
    /// Among these.
    pub among: Filter,
    /// Of this user.
    pub user_id: Option<String>,
    /// With this transaction id, ignoring case.
    pub transaction_id: Option<String>,
    /// Of this offer.
    pub offer_id: Option<String>,
    /// Of this type.
    pub event_type: Option<String>,
    /// Whether something was taken back.
    pub reversed: Option<bool>,
    /// Whether it was credited by hand.
    pub manual: Option<bool>,
    /// Whose review stands there.
    pub review: Option<ReviewState>,
    /// With a callback of its own, not of a reversal, in this state.
    pub callback: Option<Status>,
}

/// A completion with its deliveries and its reversals, oldest first.
#[derive(Clone, Debug)]
pub struct CompletionRecord {
    /// The completion.
    pub completion: Completion,
    /// Its deliveries.
    pub deliveries: Vec<Delivery>,
    /// What was taken back of it.
    pub reversals: Vec<Reversal>,
}

impl Actions {
    /// Completions, newest first.
    pub async fn completions(
        &self,
        caller: &Caller,
        filter: CompletionFilter,
        page: Page,
    ) -> Result<Listed<Entry>, Refusal> {
        let criteria = self.completion_criteria(caller, filter).await?;
        let _reading = self.reads.begin(caller)?;
        Ok(self.node.store.completions(criteria, page).await?)
    }

    /// All completions, newest first, as an export that has read its first page. It is one read of its caller until it is
    /// dropped.
    pub async fn export(&self, caller: &Caller, filter: CompletionFilter) -> Result<Export, Refusal> {
        let criteria = self.completion_criteria(caller, filter).await?;
        let reading = self.reads.begin(caller)?;
        let page = Page { limit: EXPORTED_AT_A_TIME, before: None };
        let first = self.node.store.completions(criteria.clone(), page).await?;
        Ok(Export { store: self.node.store.clone(), criteria, next: Next::Read(first), _reading: reading })
    }

    async fn completion_criteria(
        &self,
        caller: &Caller,
        filter: CompletionFilter,
    ) -> Result<CompletionCriteria, Refusal> {
        let CompletionFilter {
            among,
            user_id,
            transaction_id,
            offer_id,
            event_type,
            reversed,
            manual,
            review,
            callback,
        } = filter;
        if let Some(Err(reason)) = event_type.as_deref().map(report::check_event_type) {
            return Err(Refusal::field("eventType", reason));
        }
        let (scope, click_id) = (self.scope(caller, among).await?, None);
        Ok(CompletionCriteria {
            scope,
            user_id,
            transaction_id,
            offer_id,
            click_id,
            event_type,
            reversed,
            manual,
            review,
            callback,
        })
    }

    /// The completion with this id and all that belongs to it, if the caller may know of its app.
    pub async fn completion(&self, caller: &Caller, id: &str) -> Result<CompletionRecord, Refusal> {
        Ok(self.record_of(self.known_completion(caller, id).await?).await?)
    }

    /// The completion with this id, if the caller may know of its app.
    pub(super) async fn known_completion(&self, caller: &Caller, id: &str) -> Result<Completion, Refusal> {
        let unknown = Refusal::Unknown("completion");
        let Some(found) = self.node.store.completion(id.to_owned()).await? else { return Err(unknown) };
        if self.may_know_of(caller, &found.app_id).await? { Ok(found) } else { Err(unknown) }
    }

    /// What belongs to a completion, as it is at this moment.
    pub async fn record_of(&self, completion: Completion) -> Result<CompletionRecord, StoreError> {
        let deliveries = self.node.store.deliveries_of(completion.id.clone()).await?;
        let reversals = self.node.store.reversals_of(completion.id.clone()).await?;
        Ok(CompletionRecord { completion, deliveries, reversals })
    }
}

/// Everything that a filter matches, read page by page, so that no size of history needs more memory than a page.
#[derive(Debug)]
pub struct Export {
    store: Store,
    criteria: CompletionCriteria,
    next: Next,
    _reading: Reading,
}

/// What an export goes on with.
#[derive(Debug)]
enum Next {
    /// A page that has been read.
    Read(Listed<Entry>),
    /// The page before this id.
    Before(String),
    /// Nothing more.
    End,
}

impl Export {
    /// The next page; `None` at the end.
    pub async fn page(&mut self) -> Result<Option<Vec<Entry>>, StoreError> {
        let listed = match std::mem::replace(&mut self.next, Next::End) {
            Next::Read(first) => first,
            Next::Before(id) => {
                let page = Page { limit: EXPORTED_AT_A_TIME, before: Some(id) };
                self.store.rest_of_completions(self.criteria.clone(), page).await?
            }
            Next::End => return Ok(None),
        };
        self.next = listed.next.map_or(Next::End, Next::Before);
        Ok(Some(listed.items))
    }
}

//! "Where is my reward?", asked by the user, the transaction or the click: what is known of it, to whoever may know.

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use super::scope::Filter;
use crate::domain::click::Click;
use crate::domain::time::Timestamp;
use crate::store::clicks::{ClickCriteria, ClickKey};
use crate::store::completion_lists::Found;
use crate::store::lookups::CompletionCriteria;
use crate::store::page::Page;

/// Most completions, and most clicks, that are told of: a person reads them.
const PAGE: Page = Page { limit: 50, before: None };

/// What is looked for.
#[derive(Clone, Debug)]
pub enum LookUp {
    /// Whatever is a user's.
    User(String),
    /// What bears this transaction id.
    Transaction(String),
    /// What this click became.
    Click(String),
}

/// What is known of it, newest first.
#[derive(Debug)]
pub struct LookedUp {
    /// Completions with all that belongs to them.
    pub completions: Vec<Found>,
    /// Clicks that no report has named, each with the instant until which it counts; `None` where its app is archived.
    pub clicks: Vec<(Click, Option<Timestamp>)>,
}

impl Actions {
    /// Looks it up in the app that is named, else in all that the caller sees.
    pub async fn look_up(&self, caller: &Caller, app: Option<&str>, by: LookUp) -> Result<LookedUp, Refusal> {
        let scope = self.scope(caller, Filter { app: app.map(str::to_owned), ..Filter::default() }).await?;
        let app_ids = scope.app_ids.clone();
        let all = CompletionCriteria { scope, ..CompletionCriteria::default() };
        let (criteria, click_key) = match by {
            LookUp::User(id) => (CompletionCriteria { user_id: Some(id.clone()), ..all }, Some(ClickKey::User(id))),
            LookUp::Transaction(id) => (CompletionCriteria { transaction_id: Some(id), ..all }, None),
            LookUp::Click(id) => (CompletionCriteria { click_id: Some(id.clone()), ..all }, Some(ClickKey::Id(id))),
        };
        let _reading = self.reads.begin(caller)?;
        let completions = self.node.store.found(criteria, PAGE).await?;
        let mut clicks = Vec::new();
        if let Some(by) = click_key {
            for click in self.node.store.unconverted_clicks(ClickCriteria { app_ids, by }, PAGE).await? {
                let app = self.node.directory.find_app(&click.app_id).await?;
                let counts_until = app.map(|app| click.expires_at(app.settings.click_days));
                clicks.push((click, counts_until));
            }
        }
        Ok(LookedUp { completions, clicks })
    }
}

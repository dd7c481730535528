//! "Where is my reward?", asked by the user, the transaction, the click or any id: what is known of it, to whoever may know.

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use super::scope::Filter;
use crate::domain::click::Click;
use crate::domain::story::{ClickOutlook, Story};
use crate::store::clicks::{ClickCriteria, ClickKey};
use crate::store::lookups::CompletionCriteria;
use crate::store::page::Page;
use crate::store::support_look_up::Found;

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
    /// Whatever this may be: one of the above, what a source calls a completion, or an id of ours.
    Any(String),
}

/// What is known of it, newest first.
#[derive(Debug)]
pub struct LookedUp {
    /// Completions with all that belongs to them.
    pub completions: Vec<CompletionFound>,
    /// Clicks that no report has named.
    pub clicks: Vec<ClickFound>,
    /// What it means that there is nothing, and whom to ask.
    pub hint: Option<&'static str>,
}

/// A completion, and what is told of it.
#[derive(Debug)]
pub struct CompletionFound {
    /// The completion with all that belongs to it.
    pub found: Found,
    /// What happened, whose turn it is, and what comes next.
    pub story: Story,
    /// What the end user may be told.
    pub reply: String,
}

/// A click, and what is told of it.
#[derive(Debug)]
pub struct ClickFound {
    /// The click.
    pub click: Click,
    /// What is told of it.
    pub outlook: ClickOutlook,
}

impl Actions {
    /// Looks it up in the app that is named, else in all that the caller sees.
    pub async fn look_up(&self, caller: &Caller, app: Option<&str>, by: LookUp) -> Result<LookedUp, Refusal> {
        let scope = self.scope(caller, Filter { app: app.map(str::to_owned), ..Filter::default() }).await?;
        let app_ids = scope.app_ids.clone();
        let all = CompletionCriteria { scope, ..CompletionCriteria::default() };
        let hint = by.hint();
        let _reading = self.reads.begin(caller)?;
        let store = &self.node.store;
        let (completions, click_keys) = match by {
            LookUp::User(id) => {
                let criteria = CompletionCriteria { user_id: Some(id.clone()), ..all };
                (store.found(criteria, PAGE).await?, vec![ClickKey::User(id)])
            }
            LookUp::Transaction(id) => {
                (store.found(CompletionCriteria { transaction_id: Some(id), ..all }, PAGE).await?, Vec::new())
            }
            LookUp::Click(id) => {
                let criteria = CompletionCriteria { click_id: Some(id.clone()), ..all };
                (store.found(criteria, PAGE).await?, vec![ClickKey::Id(id)])
            }
            LookUp::Any(text) => {
                let keys = vec![ClickKey::Id(text.clone()), ClickKey::User(text.clone())];
                (store.found_by_any(text, all, PAGE).await?, keys)
            }
        };
        let completions: Vec<CompletionFound> = completions.into_iter().map(|found| self.told(caller, found)).collect();
        let mut clicks: Vec<ClickFound> = Vec::new();
        for by in click_keys {
            for click in store.unconverted_clicks(ClickCriteria { app_ids: app_ids.clone(), by }, PAGE).await? {
                // Somebody may call a user as one of their clicks is called.
                if clicks.iter().all(|known| known.click.id != click.id) {
                    let app = self.node.directory.find_app(&click.app_id).await?;
                    let counts_until = app.map(|app| click.expires_at(app.settings.click_days));
                    clicks.push(ClickFound { outlook: self.outlook_of_click(&click, counts_until), click });
                }
            }
        }
        clicks.truncate(PAGE.limit);
        let is_nothing = completions.is_empty() && clicks.is_empty();
        Ok(LookedUp { completions, clicks, hint: is_nothing.then_some(hint) })
    }
}

impl Actions {
    /// The completion with this id, and what is told of it, if the caller may know of its app.
    pub async fn completion_told(&self, caller: &Caller, id: &str) -> Result<CompletionFound, Refusal> {
        let unknown = Refusal::Unknown("completion");
        let Some(found) = self.node.store.found_by_id(id.to_owned()).await? else { return Err(unknown) };
        if !self.may_know_of(caller, &found.completion.app_id).await? {
            return Err(unknown);
        }
        Ok(self.told(caller, found))
    }

    fn told(&self, caller: &Caller, found: Found) -> CompletionFound {
        let (story, reply) = self.story_of_completion(caller, &found);
        CompletionFound { found, story, reply }
    }
}

impl LookUp {
    /// What it means that there is nothing, and whom to ask.
    fn hint(&self) -> &'static str {
        match self {
            Self::User(_) => {
                "Nothing was reported for this user: ask the offer system whether it has reported the completion, and under \
                 which user id. User ids are compared exactly, upper and lower case included."
            }
            Self::Transaction(_) => {
                "No completion bears this transaction id: ask the offer system whether it has reported it, and whether this \
                 is its own id, before which the source's prefix may stand here."
            }
            Self::Click(_) => {
                "No such click is known, or not any more: clicks that nothing came of are kept as long as they count. \
                 Otherwise ask the offer system with which clickId it has reported the completion."
            }
            Self::Any(_) => {
                "No user, transaction, click or record is known by this: ask the offer system whether it has reported the \
                 completion, and under which ids. Ids are compared exactly, upper and lower case included, but for transaction \
                 ids. Tests are not looked up."
            }
        }
    }
}

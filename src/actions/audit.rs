//! The audit of what is done: an entry is written before the act and completed after it. What cannot be written down is
//! not done.
//!
//! Nothing that was sent along is kept but a recipe, and of what a call names only ids: other names may be a secret or a person's.

use std::iter;

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use super::standalone::Standalone;
use crate::domain::audit::{Actor, AuditEntry, Left, Outcome};
use crate::domain::dialect::naming::dialect_name;
use crate::domain::ids;
use crate::random;
use crate::store::StoreError;
use crate::store::audit::AuditCriteria;
use crate::store::page::{Listed, Page};

/// What is about to be done.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who does it.
    pub actor: Actor,
    /// Its call or command.
    pub action: String,
    /// What it is done to: ids, and what the first of them is called.
    pub subject: Option<(String, Option<String>)>,
}

impl Entry {
    /// Something that is done to nothing that has an id.
    pub fn of(actor: Actor, action: &str) -> Self {
        Self { actor, action: action.to_owned(), subject: None }
    }
}

impl Standalone {
    /// Writes down that this caller is about to do something, which is named by its call or its command, to what is named by
    /// id or `ref`. Answers the entry's id.
    pub async fn begin_audit(&self, caller: &Caller, action: &str, named: &[String]) -> Result<String, StoreError> {
        let subject = self.subject(action, named).await?;
        self.begin_audit_of(Entry { subject, ..Entry::of(caller.actor(), action) }).await
    }

    /// The same of somebody who is no caller (yet).
    pub async fn begin_audit_of(&self, entry: Entry) -> Result<String, StoreError> {
        let id = random::new_id("aud");
        let (subject, subject_name) = entry.subject.map_or((None, None), |(ids, name)| (Some(ids), name));
        let begun = AuditEntry {
            id: id.clone(),
            at: self.clock.now(),
            actor: entry.actor,
            action: entry.action,
            subject,
            subject_name,
            created_id: None,
            outcome: None,
            recipe: None,
        };
        self.store.begin_audit(begun).await?;
        Ok(id)
    }

    /// Completes an entry with how the act ended. What was done stays done where that cannot be written.
    pub async fn end_audit(&self, entry: String, outcome: Outcome, left: Left) {
        if let Err(error) = self.store.end_audit(entry.clone(), outcome, left).await {
            tracing::warn!(entry, %error, "how an audited call ended was not written down");
        }
    }

    /// The ids among what is named, and what the first is called. What has the form of none may be anything.
    async fn subject(&self, action: &str, named: &[String]) -> Result<Option<(String, Option<String>)>, StoreError> {
        let Some((first, rest)) = named.split_first() else { return Ok(None) };
        let Some((first, name)) = self.found(action, first).await? else { return Ok(None) };
        let rest = rest.iter().filter(|named| ids::is_id(named)).cloned();
        Ok(Some((iter::once(first).chain(rest).collect::<Vec<_>>().join("/"), name)))
    }

    /// The id of what a call names by its id or ref, and what it is called where people gave it a name.
    async fn found(&self, action: &str, named: &str) -> Result<Option<(String, Option<String>)>, StoreError> {
        let store = &self.store;
        let path = action.split_once(' ').map_or("", |(_, path)| path);
        let found = if path.starts_with("/v1/apps/") {
            store.app_brief(named).await?.map(|app| (app.id, app.name))
        } else if path.starts_with("/v1/publishers/") {
            store.publisher(named).await?.map(|publisher| (publisher.id, publisher.name))
        } else if path.starts_with("/v1/offers/") {
            store.offer(named).await?.map(|record| (record.offer.id, record.offer.name))
        } else if path.starts_with("/v1/users/") {
            store.person(named).await?.map(|person| (person.id, person.name))
        } else if path.starts_with("/v1/dialects/") {
            let name = dialect_name(named);
            let is_there = store.knows_dialect(name).await?;
            is_there.then(|| (named.to_owned(), name.to_owned()))
        } else {
            None
        };
        let (id, name) = found.map_or((None, None), |(id, name)| (Some(id), Some(name)));
        Ok(id.or_else(|| ids::is_id(named).then(|| named.to_owned())).map(|id| (id, name)))
    }
}

impl Actions {
    /// What was done, newest first, whoever did it and however it ended.
    pub async fn audited(
        &self,
        caller: &Caller,
        criteria: AuditCriteria,
        page: Page,
    ) -> Result<Listed<AuditEntry>, Refusal> {
        let _reading = self.reads.begin(caller)?;
        Ok(self.node.store.audit(criteria, page).await?)
    }
}

/// How an act ended that was answered so.
pub fn outcome<T>(done: &Result<T, Refusal>) -> Outcome {
    match done {
        Ok(_) => Outcome::Done,
        Err(Refusal::Store(_)) => Outcome::Failed,
        Err(_) => Outcome::Refused,
    }
}

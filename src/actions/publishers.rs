//! Publishers: the accounts that own apps. Account managers keep them; a publisher knows of itself alone.

use std::collections::{HashMap, HashSet};

use super::Actions;
use super::admission::Created;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::account::Publisher;
use crate::domain::invalid::Invalid;
use crate::domain::naming;
use crate::domain::patch::Patch;
use crate::random;
use crate::store::page::{Listed, Page};
use crate::store::publishers::{PublisherChange, PublisherSaved};

impl Actions {
    /// All publishers that the caller may know of.
    pub async fn publishers(&self, caller: &Caller, page: Page) -> Result<Listed<Publisher>, Refusal> {
        Ok(match caller.limited_to() {
            None => self.node.store.publishers(page).await?,
            Some(own) => Listed { items: vec![self.publisher(caller, own).await?], next: None },
        })
    }

    /// The publisher that somebody names as people do: by its `ref` or id, or by a name that no other one has.
    pub async fn publisher_meant(&self, caller: &Caller, named: &str) -> Result<Publisher, Refusal> {
        match self.publisher(caller, named).await {
            Err(Refusal::Unknown(_)) => {}
            known => return known,
        }
        let called = self.node.store.publishers_called(named.trim(), 2).await?;
        let mut called: Vec<Publisher> = called.into_iter().filter(|found| caller.sees(&found.id)).collect();
        let more = called.len() > 1;
        match called.pop() {
            Some(_) if more => {
                Err(Refusal::field("publisherId", "is the name of several publishers; give a ref or id"))
            }
            Some(only) => Ok(only),
            None => Err(Refusal::unknown_publisher()),
        }
    }

    /// What publishers are called, by id, as far as the caller knows of them.
    pub async fn names_of_publishers<'a>(
        &self,
        caller: &Caller,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<HashMap<String, String>, Refusal> {
        let known: HashSet<&str> = ids.filter(|id| caller.sees(id)).collect();
        if known.is_empty() {
            return Ok(HashMap::new());
        }
        Ok(self.node.store.publisher_names(known.into_iter().map(str::to_owned).collect()).await?)
    }

    /// Creates a publisher.
    pub async fn create_publisher(&self, name: &str, reference: Option<&str>) -> Result<Created<Publisher>, Refusal> {
        let mut invalid = Invalid::none();
        let name = invalid.take(naming::name(name));
        let reference = invalid.take(reference.map(naming::reference).transpose());
        invalid.into_result()?;
        let publisher = Publisher {
            id: random::new_id("pub"),
            reference: reference.flatten(),
            name: name.unwrap_or_default(),
            created_at: self.node.clock.now(),
        };
        let publisher = saved(self.node.store.create_publisher(publisher).await?)?;
        Ok(Created::new(publisher.id.clone(), publisher))
    }

    /// Changes a publisher's name or `ref`.
    pub async fn change_publisher(
        &self,
        caller: &Caller,
        id_or_ref: &str,
        name: Patch<String>,
        reference: Patch<String>,
    ) -> Result<Publisher, Refusal> {
        let publisher = self.publisher(caller, id_or_ref).await?;
        let mut invalid = Invalid::none();
        let name = match name {
            Patch::Kept => None,
            Patch::Reset => invalid.take(Err(Invalid::field("name", "must not be null"))),
            Patch::Set(text) => invalid.take(naming::name_over(Some(&publisher.name), &text)),
        };
        let reference = match reference {
            Patch::Kept => None,
            Patch::Reset => Some(None),
            Patch::Set(text) => invalid.take(naming::reference(&text)).map(Some),
        };
        invalid.into_result()?;
        let change = PublisherChange { name, reference };
        let publisher = saved(self.node.store.change_publisher(&publisher.id, change).await?)?;
        self.in_force().await?;
        Ok(publisher)
    }
}

fn saved(outcome: PublisherSaved) -> Result<Publisher, Refusal> {
    match outcome {
        PublisherSaved::Saved(publisher) => Ok(publisher),
        PublisherSaved::Unknown => Err(Refusal::Unknown("publisher")),
        PublisherSaved::RefTaken => Err(Refusal::ref_taken()),
    }
}

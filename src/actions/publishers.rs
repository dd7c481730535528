//! Publishers: the accounts that own apps. Account managers keep them; a publisher knows of itself alone.

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
            Patch::Set(text) => invalid.take(naming::name(&text)),
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

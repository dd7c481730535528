//! People, as others see and change them: operators all, account managers those of publishers, a publisher's people see their
//! colleagues.

use super::another;
use crate::actions::Actions;
use crate::actions::caller::Caller;
use crate::actions::refusal::Refusal;
use crate::actions::roles::AskedRole;
use crate::domain::account::{Role, RoleWord};
use crate::domain::invalid::Invalid;
use crate::domain::naming;
use crate::domain::patch::Patch;
use crate::domain::person::Person;
use crate::store::page::{Listed, Page};
use crate::store::people::{PersonChange, PersonChanged};

/// What is to be changed of a person.
#[derive(Clone, Debug, Default)]
pub struct ChangePerson {
    /// The name.
    pub name: Patch<String>,
    /// The role; of `publisher` with its publisher, unless the person belongs to one already.
    pub role: Patch<RoleWord>,
    /// Of which publisher, by id or ref.
    pub publisher: Patch<String>,
    /// Whether it may not sign in; by default it may.
    pub disabled: Patch<bool>,
}

impl Actions {
    /// The people whom the caller reaches, newest first.
    pub async fn people(&self, caller: &Caller, page: Page) -> Result<Listed<Person>, Refusal> {
        Ok(self.node.store.people(caller.scope(), page).await?)
    }

    /// The person with this id, if the caller reaches it.
    pub async fn person(&self, caller: &Caller, id: &str) -> Result<Person, Refusal> {
        let found = self.node.store.person(id).await?;
        found.filter(|person| caller.scope().holds(&person.role)).ok_or(Refusal::Unknown("user"))
    }

    /// Changes a person. A person who is disabled is signed out everywhere.
    pub async fn change_person(&self, caller: &Caller, id: &str, given: ChangePerson) -> Result<Person, Refusal> {
        let person = self.person(caller, id).await?;
        let mut invalid = Invalid::none();
        let name = invalid.take(new_name(given.name)).flatten();
        let word = invalid.take(given.role.never_null("role")).flatten();
        invalid.into_result()?;
        let role = self.changed_role(caller, &person, word, given.publisher).await?;
        let change = PersonChange { name, role, disabled: given.disabled.or_default(false) };
        changed(self.node.store.change_person(id, change, caller.scope(), self.node.clock.now()).await?)
    }

    async fn changed_role(
        &self,
        caller: &Caller,
        person: &Person,
        role: Option<RoleWord>,
        publisher: Patch<String>,
    ) -> Result<Option<Role>, Refusal> {
        if role.is_none() && publisher.is_kept() {
            return Ok(None);
        }
        let word = role.unwrap_or(person.role.word());
        let stays = || person.role.publisher_id().filter(|_| word == RoleWord::Publisher).map(str::to_owned);
        let publisher = match publisher {
            Patch::Kept => stays(),
            Patch::Reset => None,
            Patch::Set(publisher) => Some(publisher),
        };
        let asked = AskedRole { word, publisher };
        self.given_role(caller, asked, "Only an operator may give this role.").await.map(Some)
    }

    /// Deletes a person, and signs it out everywhere. What it did stays under its name.
    pub async fn delete_person(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        changed(self.node.store.delete_person(id, caller.scope()).await?).map(drop)
    }

    /// Takes the second factor of somebody else away who has lost it.
    pub async fn remove_second_factor_of(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        another::than(caller, id)?;
        let is_removed = self.node.store.remove_second_factor(id, caller.scope()).await?;
        if is_removed { Ok(()) } else { Err(Refusal::Unknown("user")) }
    }
}

/// A new name, which cannot be taken away.
pub(super) fn new_name(given: Patch<String>) -> Result<Option<String>, Invalid> {
    given.never_null("name")?.as_deref().map(naming::name).transpose()
}

fn changed(changed: PersonChanged) -> Result<Person, Refusal> {
    match changed {
        PersonChanged::Done(person) => Ok(person),
        PersonChanged::Unknown => Err(Refusal::Unknown("user")),
        PersonChanged::UnknownPublisher => Err(Refusal::unknown_publisher()),
        PersonChanged::LastOperator => {
            Err(Refusal::conflict("This is the last operator who can sign in; make somebody else one before."))
        }
    }
}

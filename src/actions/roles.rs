//! Which roles are a caller's to give: to a token, to somebody who is invited, to a person.

use super::caller::Caller;
use super::refusal::Refusal;
use super::standalone::Standalone;
use crate::domain::account::{Role, RoleWord};

/// A role, as somebody asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedRole {
    /// The role.
    pub word: RoleWord,
    /// Of which publisher, by id or ref; a publisher's people need not say so.
    pub publisher: Option<String>,
}

impl Standalone {
    /// The role that was asked for, if it is the caller's to give: operators give each, others those of publishers that they
    /// know of. `forbidden` says so to whoever asked for more.
    pub async fn given_role(&self, caller: &Caller, asked: AskedRole, forbidden: &str) -> Result<Role, Refusal> {
        refuse_role(caller, &asked, forbidden)?;
        let publisher = asked.publisher.or_else(|| {
            let own = caller.limited_to().filter(|_| asked.word == RoleWord::Publisher);
            own.map(str::to_owned)
        });
        match (asked.word, publisher) {
            (RoleWord::Operator, None) => Ok(Role::Operator),
            (RoleWord::AccountManager, None) => Ok(Role::AccountManager),
            (RoleWord::Publisher, Some(publisher)) => {
                Ok(Role::Publisher { publisher_id: self.publisher_in_body(caller, &publisher).await? })
            }
            (RoleWord::Publisher, None) => Err(Refusal::field("publisherId", "is required for the role publisher")),
            (_, Some(_)) => Err(Refusal::field("publisherId", "belongs to the role publisher alone")),
        }
    }
}

/// Refuses a role that is not the caller's to give, before anything else is looked at.
pub fn refuse_role(caller: &Caller, asked: &AskedRole, forbidden: &str) -> Result<(), Refusal> {
    let may = asked.word == RoleWord::Publisher || caller.is_operator();
    if may { Ok(()) } else { Err(Refusal::forbidden(forbidden)) }
}

//! A person's own second factor: begun with a new key, in force once a code shows that the phone has it, and taken away by the
//! password.
//!
//! Whoever finds a browser open must not be able to shut its person out: a new key takes the password, unless that was given a
//! moment ago. One that comes into force ends the other sessions, which were begun without it.

use super::account::signed_in;
use crate::actions::Actions;
use crate::actions::caller::Caller;
use crate::actions::refusal::Refusal;
use crate::domain::password::Password;
use crate::domain::person::Person;
use crate::domain::secret::SecretText;
use crate::domain::totp::TotpKey;
use crate::random;
use crate::store::role_scope::RoleScope;

/// Under which name apps on phones list the codes.
const ISSUER: &str = "Ringback";

/// A second factor that was begun: shown in this answer alone.
#[derive(Clone, Debug)]
pub struct SecondFactorBegun {
    /// The key, as people type it.
    pub key: SecretText,
    /// The same as an app reads it from a picture.
    pub uri: SecretText,
}

impl Actions {
    /// Makes a key for the caller. It is in force once [`confirm_second_factor`](Self::confirm_second_factor) has seen a code.
    /// The password is not needed in a session that has just begun.
    pub async fn begin_second_factor(
        &self,
        caller: &Caller,
        password: Option<Password>,
    ) -> Result<SecondFactorBegun, Refusal> {
        let (user_id, session_id) = signed_in(caller)?;
        let proofs = self.proofs(user_id).await?;
        if proofs.person.has_second_factor {
            return Err(Refusal::conflict("You have a second factor; remove it before you add another one."));
        }
        self.prove(&proofs, password, "password", session_id).await?;
        let person = proofs.person;
        let key = TotpKey::of(random::bytes());
        self.node.store.begin_second_factor(user_id, &key).await?;
        let uri = SecretText::known(key.uri(ISSUER, person.email.as_str()));
        Ok(SecondFactorBegun { key: SecretText::known(key.as_base32()), uri })
    }

    /// Puts the key in force that was begun, by a code of it, and ends the caller's other sessions.
    pub async fn confirm_second_factor(&self, caller: &Caller, code: &str) -> Result<Person, Refusal> {
        let (user_id, session_id) = signed_in(caller)?;
        let proofs = self.proofs(user_id).await?;
        let not_begun = || Refusal::conflict("No second factor was begun, or it is in force already.");
        let key = proofs.next_second_factor.ok_or_else(not_begun)?;
        let step = key.accepts(code, self.node.clock.now(), None);
        let step = step.ok_or_else(|| Refusal::field("code", "is not the code that the app shows at this moment"))?;
        if !self.node.store.confirm_second_factor(user_id, &key, step, session_id).await? {
            return Err(not_begun());
        }
        Ok(Person { has_second_factor: true, ..proofs.person })
    }

    /// Takes the caller's second factor away, by its password.
    pub async fn remove_second_factor(&self, caller: &Caller, password: Password) -> Result<Person, Refusal> {
        let (user_id, session_id) = signed_in(caller)?;
        let proofs = self.proofs(user_id).await?;
        self.prove(&proofs, Some(password), "password", session_id).await?;
        self.node.store.remove_second_factor(user_id, RoleScope::All).await?;
        Ok(Person { has_second_factor: false, ..proofs.person })
    }
}

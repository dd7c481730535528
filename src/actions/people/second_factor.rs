//! A person's own second factor: begun with a new key, in force once a code shows that the phone has it, and taken away by the
//! password.

use super::account::signed_in;
use crate::actions::Actions;
use crate::actions::caller::Caller;
use crate::actions::refusal::Refusal;
use crate::domain::password::Password;
use crate::domain::person::Person;
use crate::domain::secret::SecretText;
use crate::domain::totp::TotpKey;
use crate::random;

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
    pub async fn begin_second_factor(&self, caller: &Caller) -> Result<SecondFactorBegun, Refusal> {
        let (user_id, _) = signed_in(caller)?;
        let person = self.proofs(user_id).await?.person;
        if person.has_second_factor {
            return Err(Refusal::conflict("You have a second factor; remove it before you add another one."));
        }
        let key = TotpKey::of(random::bytes());
        self.node.store.begin_second_factor(user_id, &key).await?;
        let uri = SecretText::known(key.uri(ISSUER, person.email.as_str()));
        Ok(SecondFactorBegun { key: SecretText::known(key.as_base32()), uri })
    }

    /// Puts the key in force that was begun, by a code of it.
    pub async fn confirm_second_factor(&self, caller: &Caller, code: &str) -> Result<Person, Refusal> {
        let (user_id, _) = signed_in(caller)?;
        let proofs = self.proofs(user_id).await?;
        let Some(key) = proofs.next_second_factor else {
            return Err(Refusal::conflict("No second factor was begun, or it is in force already."));
        };
        let step = key.accepts(code, self.node.clock.now(), None);
        let step = step.ok_or_else(|| Refusal::field("code", "is not the code that the app shows at this moment"))?;
        self.node.store.confirm_second_factor(user_id, &key, step).await?;
        Ok(Person { has_second_factor: true, ..proofs.person })
    }

    /// Takes the caller's second factor away, by its password.
    pub async fn remove_second_factor(&self, caller: &Caller, password: Password) -> Result<Person, Refusal> {
        let (user_id, session_id) = signed_in(caller)?;
        let proofs = self.proofs(user_id).await?;
        self.prove(&proofs, Some(password), "password", session_id).await?;
        self.node.store.remove_second_factor(user_id).await?;
        Ok(Person { has_second_factor: false, ..proofs.person })
    }
}

//! Forms that work once: the answer to them shows a secret, and whoever sends one twice must not make a second one unseen.
//!
//! A form bears a key that is used up before the act. It works once more where the form was refused and nothing was made.

use super::Actions;
use super::caller::Caller;
use super::people::account::signed_in;
use super::refusal::Refusal;
use crate::random;

/// Bytes of a key: nobody meets one by chance.
const LENGTH: usize = 16;

impl Actions {
    /// The key of a new form.
    pub fn new_form_key(&self) -> String {
        hex::encode(random::bytes::<LENGTH>())
    }

    /// Uses a form's key up, in the caller's own session; false: it was used before.
    pub async fn use_form_key(&self, caller: &Caller, key: &str) -> Result<bool, Refusal> {
        let (_, session_id) = signed_in(caller)?;
        if key.len() != 2 * LENGTH || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Refusal::field("formKey", "is not the key of a form"));
        }
        Ok(self.node.store.use_form_key(session_id, key).await?)
    }

    /// Has a form's key work once more: the form was refused, and nothing was made. Whoever goes back to it in the browser and
    /// corrects it sends the same key.
    pub async fn free_form_key(&self, caller: &Caller, key: &str) -> Result<(), Refusal> {
        let (_, session_id) = signed_in(caller)?;
        Ok(self.node.store.free_form_key(session_id, key).await?)
    }
}

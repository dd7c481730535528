//! Forms that work once, by a key that they bear: whoever sends one twice must not make a second secret unseen, nor begin a second
//! replay. What a form asks for is not known here.

use super::Actions;
use super::caller::Caller;
use super::people::account::signed_in;
use super::refusal::Refusal;
use crate::random;

/// Bytes of a key: nobody meets one by chance.
const LENGTH: usize = 16;

/// What became of a form that works once.
#[derive(Debug)]
pub enum Once<T> {
    /// It was done.
    Done(T),
    /// The form was sent before: nothing was done now.
    SentBefore,
    /// It was not done, or nobody knows.
    Refused(Refusal),
}

impl Actions {
    /// The key of a new form.
    pub fn new_form_key(&self) -> String {
        hex::encode(random::bytes::<LENGTH>())
    }

    /// Does what a form asks for, unless the form was sent before: its key is used up before the act, in the caller's own session.
    /// Where it is certain that nothing was done, the key works once more: whoever goes back in the browser and corrects the form
    /// sends the same one. Where the database's answer was lost, it may have been done, and must not be done again.
    pub async fn once<T>(
        &self,
        caller: &Caller,
        key: &str,
        act: impl Future<Output = Result<T, Refusal>>,
    ) -> Result<Once<T>, Refusal> {
        let (_, session_id) = signed_in(caller)?;
        if key.len() != 2 * LENGTH || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Refusal::field("formKey", "is not the key of a form"));
        }
        if !self.node.store.use_form_key(session_id, key).await? {
            return Ok(Once::SentBefore);
        }
        match act.await {
            Ok(done) => Ok(Once::Done(done)),
            Err(refusal) => {
                if refusal.is_certain() {
                    self.node.store.free_form_key(session_id, key).await?;
                }
                Ok(Once::Refused(refusal))
            }
        }
    }
}

//! What is done for somebody who has lost a password or a phone is done by another one: whoever finds a browser open, or made a token
//! there, would get in by it.

use crate::actions::caller::Caller;
use crate::actions::refusal::Refusal;

/// Refuses a caller that is this person, or a token that this person made.
pub(super) fn than(caller: &Caller, user_id: &str) -> Result<(), Refusal> {
    let own = "Your own password and second factor are changed in your account, with your password.";
    if caller.is_of(user_id) { Err(Refusal::conflict(own)) } else { Ok(()) }
}

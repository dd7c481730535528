//! People: how somebody comes to be known, and what a person may do about itself and others.
//!
//! # Who is who
//! * [`links`] makes what leads to `/join/…`: for the first operator of a store without a person (`serve` prints it), for
//!   somebody who is invited, for a new password. It must not give a role that is not the caller's to give.
//! * [`join`] makes a person of a link, or gives one a new password. It must not let anybody in who has a second factor.
//! * [`sign_in`] checks e-mail, password and code, and begins a session. It must not tell an unknown address from a wrong
//!   password, in words or in time, and looks at nothing once too many attempts have failed.
//! * [`known`] finds out who shows a bearer's text, a token's or a session's: the one way to a caller for API and pages.
//! * [`users`] is what callers do to others: whom they do not reach does not exist for them. The last operator who can sign in
//!   is neither removed nor disabled nor made anything else.
//! * [`account`], [`own_sessions`] and [`second_factor`] are what a person does about itself. No token does any of it.
//! * [`hasher`] is the only one who hashes a password, a few at a time.
//!
//! Texts that open something (sessions, links) leave here once, in the answer that makes them; the store keeps digests. What a
//! person typed to prove who it is stands in no log, no audit and no refusal.

pub mod account;
mod another;
pub mod hasher;
pub mod join;
pub mod known;
pub mod links;
pub mod own_sessions;
pub mod second_factor;
pub mod sign_in;
mod texts;
pub mod users;

use hasher::Hasher;

use super::uses::Uses;

/// What the actions about people share.
#[derive(Debug, Default)]
pub struct People {
    hasher: Hasher,
    uses: Uses,
}

//! Texts that open something: sessions and links. The prefix of one tells what it opens.

use crate::actions::generate;
use crate::domain::secret::SecretText;
use crate::domain::session;

/// What the text in a link begins with.
const LINK: &str = "rbj_";

/// A new session's text.
pub(super) fn session() -> SecretText {
    generate::secret(session::PREFIX)
}

/// A new link's text.
pub(super) fn link() -> SecretText {
    generate::secret(LINK)
}

/// Whether a bearer shows a session.
pub(super) fn is_session(text: &str) -> bool {
    text.starts_with(session::PREFIX)
}

//! A URL that carries its own signature, taken apart at that.

use super::signature::Signature;
use crate::domain::encoding::decode;

pub(super) fn no_parameter(name: &str) -> String {
    format!("It has no parameter {name}, so nothing is signed (or it was dropped on the way).")
}

/// A URL that carries its own signature.
pub(super) struct SignedUrl {
    /// What stands before the signature: what is signed, if it stands last.
    pub(super) before: String,
    pub(super) claimed: String,
    /// What stands after it.
    pub(super) after: String,
}

impl SignedUrl {
    pub(super) fn read(signature: &Signature, url: &str) -> Result<Self, String> {
        let name = signature.query_parameter().unwrap_or_default();
        let (at, _) = url
            .match_indices(name)
            .filter(|(at, _)| stands_as_name(url, *at, name))
            .last()
            .ok_or_else(|| no_parameter(name))?;
        let rest = &url[at + name.len() + 1..];
        let end = rest.find('&').unwrap_or(rest.len());
        let after = rest[end..].trim_start_matches('&').to_owned();
        Ok(Self { before: url[..at - 1].to_owned(), claimed: decode(&rest[..end]), after })
    }
}

fn stands_as_name(url: &str, at: usize, name: &str) -> bool {
    let opens = at > 0 && matches!(url.as_bytes()[at - 1], b'?' | b'&');
    opens && url[at + name.len()..].starts_with('=')
}

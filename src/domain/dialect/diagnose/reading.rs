//! A reading: a request as it may have been when it was signed, and the pieces of a URL that are distorted one by one.

use super::code::Mistake;
use crate::domain::dialect::query::split_origin;
use crate::domain::dialect::received::Received;
use crate::domain::dialect::signature::Signature;
use crate::domain::dialect::signed_url::SignedUrl;

/// A request, and what is wrong if it is this one that was signed.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) received: Received,
    /// The time that is signed, where it is not the one that the request carries.
    pub(super) time: Option<String>,
    pub(super) mistake: Option<Mistake>,
}

/// A URL in the pieces that are distorted one by one; what carries the signature stands apart.
#[derive(Clone, Debug)]
pub(super) struct Pieces {
    pub(super) origin: String,
    pub(super) path: String,
    /// Without its `?`.
    pub(super) query: String,
    /// The signature at the URL's end, with what joins it.
    pub(super) tail: String,
    /// What stands behind that.
    pub(super) after: String,
}

impl Pieces {
    pub(super) fn of(signature: &Signature, url: &str) -> Self {
        let (before, tail, after) = match signature.query_parameter().map(|_| SignedUrl::read(signature, url)) {
            Some(Ok(signed)) => {
                let end = url.len() - if signed.after.is_empty() { 0 } else { signed.after.len() + 1 };
                let tail = url[signed.before.len()..end].trim_end_matches('&').to_owned();
                (signed.before, tail, signed.after)
            }
            _ => (url.to_owned(), String::new(), String::new()),
        };
        let (origin, rest) = split_origin(&before);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Self { origin: origin.to_owned(), path: path.to_owned(), query: query.to_owned(), tail, after }
    }

    /// The URL of these pieces, without what stood behind the signature.
    pub(super) fn url(&self) -> String {
        let query = if self.query.is_empty() { String::new() } else { format!("?{}", self.query) };
        format!("{}{}{query}{}", self.origin, self.path, self.tail)
    }
}

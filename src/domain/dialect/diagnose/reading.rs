//! A reading: a request as it may have been when it was signed, with what happened to it since.
//!
//! It holds what may differ from the request that came, and not that request's headers: thousands of readings are tried.

use super::code::{Code, Mistake};
use crate::domain::dialect::query::split_origin;
use crate::domain::dialect::signature::Signature;
use crate::domain::dialect::signed_url::SignedUrl;

/// A request as it may have been.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) url: Pieces,
    /// The body, where it is not the one that came.
    pub(super) body: Option<String>,
    /// The time that is signed, where it is not the one that the request carries.
    pub(super) time: Option<String>,
    /// What happened, if it is this that was signed.
    pub(super) mistakes: Vec<Mistake>,
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
}

impl Reading {
    /// The request as it came; where something stands behind the signature that is to stand last, without that, and with
    /// it where it may belong.
    pub(super) fn roots(signature: &Signature, url: &str) -> Vec<Self> {
        let (url, after) = Pieces::of(signature, url);
        let plain = Self { url, body: None, time: None, mistakes: Vec::new() };
        if after.is_empty() {
            return vec![plain];
        }
        let moved = "The signature does not stand last in the URL: parameters were reordered.";
        let whole = [plain.url.query.as_str(), &after].join("&");
        let moved = plain.with_query(whole, Mistake::new(Code::Reordered, moved));
        if !signature.signs_url() {
            return vec![plain, moved];
        }
        let added = format!("Something was added after the signature: {after}. Check the URL as it was sent.");
        vec![plain.with(Mistake::new(Code::ParameterAdded, added)), moved]
    }

    /// The same if this happened besides.
    pub(super) fn with(&self, mistake: Mistake) -> Self {
        let mut mistakes = self.mistakes.clone();
        mistakes.push(mistake);
        Self { mistakes, ..self.clone() }
    }

    /// The same with the query that stood there before this happened.
    pub(super) fn with_query(&self, query: String, mistake: Mistake) -> Self {
        let reading = self.with(mistake);
        Self { url: Pieces { query, ..reading.url }, ..reading }
    }

    /// The parameters of its query as they stand there.
    pub(super) fn pairs(&self) -> Vec<&str> {
        self.url.query.split('&').filter(|pair| !pair.is_empty()).collect()
    }
}

impl Pieces {
    /// The pieces of a URL, and what stands behind its signature.
    fn of(signature: &Signature, url: &str) -> (Self, String) {
        // Where single values are signed, they may stand behind the signature as well.
        let is_last = signature.signs.needs_whole_query() && signature.query_parameter().is_some();
        let (before, tail, after) = match is_last.then(|| SignedUrl::read(signature, url)) {
            Some(Ok(signed)) => {
                let end = url.len() - if signed.after.is_empty() { 0 } else { signed.after.len() + 1 };
                let tail = url[signed.before.len()..end].trim_end_matches('&').to_owned();
                (signed.before, tail, signed.after)
            }
            _ => (url.to_owned(), String::new(), String::new()),
        };
        let (origin, rest) = split_origin(&before);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        (Self { origin: origin.to_owned(), path: path.to_owned(), query: query.to_owned(), tail }, after)
    }

    /// Writes the URL of these pieces.
    pub(super) fn write(&self, url: &mut String) {
        url.clear();
        url.push_str(&self.origin);
        url.push_str(&self.path);
        if !self.query.is_empty() {
            url.push('?');
            url.push_str(&self.query);
        }
        url.push_str(&self.tail);
    }
}

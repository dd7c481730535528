//! What is known of the request that a received callback was sent as: composed again, and what its attempt keeps of it.

use super::claims;
use super::code::{Code, Mistake};
use crate::domain::dialect::callback::{CallbackConfig, CallbackRequest};
use crate::domain::dialect::digest::Digest;
use crate::domain::dialect::query::split_origin;
use crate::domain::dialect::received::Received;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::signature::Signature;
use crate::domain::time::Timestamp;

/// What is known of the delivery that a received callback belongs to.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// The request, composed again from the endpoint as it is now; nothing where it cannot be.
    pub request: Option<CallbackRequest>,
    /// What its attempt keeps of it.
    pub kept: Kept,
    /// Whether the endpoint has the secret that signed it.
    pub has_secret: bool,
    /// A test whose signature was to be wrong.
    pub is_wrong: bool,
    /// The last of further attempts that went out with the same signature.
    pub again: Option<(u32, Timestamp)>,
}

/// What an attempt keeps of its request.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Without its signature.
    pub url: Option<String>,
    /// As they may be shown.
    pub headers: Vec<(String, String)>,
    /// The first 8 characters of the signature that went out.
    pub signature_start: Option<String>,
}

/// The request as it went out, as far as it is known.
pub(super) struct WentOut {
    pub(super) received: Received,
    /// Whether it is what the attempt keeps, because the endpoint changed since.
    pub(super) is_kept: bool,
}

impl Sent {
    /// The request that went out. The one that is composed again is it where it begins with the signature that the attempt
    /// keeps, or differs in nothing else: the endpoint may have changed since, or may have lost the secret.
    pub(super) fn went_out(&self, recipe: &Recipe, config: &CallbackConfig) -> Option<WentOut> {
        let Kept { url, headers, signature_start } = &self.kept;
        let carriers = recipe.owned_headers(&config.settings.dialect_settings);
        let is_same = |request: &&CallbackRequest| {
            let is_owned = |name: &str| carriers.iter().any(|own| own.eq_ignore_ascii_case(name));
            let shown = request.headers.iter().map(|header| (&header.name, &header.shown));
            let shown: Vec<_> = shown.filter(|(name, _)| !is_owned(name)).collect();
            let kept: Vec<_> =
                headers.iter().map(|(name, value)| (name, value)).filter(|(name, _)| !is_owned(name)).collect();
            match (signature_start, url) {
                (Some(start), _) if request.signature_start.as_ref() == Some(start) => true,
                (_, Some(url)) => request.shown_url() == url && shown == kept && !self.has_secret,
                (start, None) => start.is_none(),
            }
        };
        if let Some(request) = self.request.as_ref().filter(is_same) {
            let CallbackRequest { method, url, headers, body, .. } = request;
            let headers = headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect();
            let received = Received { method: (*method).to_owned(), url: url.clone(), headers, body: body.clone() };
            return Some(WentOut { received, is_kept: false });
        }
        let url = with_a_signature(recipe, url.as_ref()?);
        let received = Received { method: recipe.method().to_owned(), url, headers: headers.clone(), body: None };
        Some(WentOut { received, is_kept: true })
    }

    /// Where it went, as origin and path.
    pub(super) fn place(&self, recipe: &Recipe, config: &CallbackConfig) -> Option<(String, String)> {
        let url = self.went_out(recipe, config)?.received.url;
        let (origin, rest) = split_origin(&url);
        Some((origin.to_owned(), rest.split('?').next().unwrap_or_default().to_owned()))
    }

    /// What is signed of a request, where it may be another origin than the one that was called.
    pub(super) fn origins(config: &CallbackConfig, url: &str) -> Vec<String> {
        let signed = config.settings.signed_origin.iter();
        let signed = signed.map(|origin| format!("{origin}{}", split_origin(url).1));
        signed.chain([url.to_owned()]).collect()
    }

    /// What stands in a signature's place although the text that it signs arrived as it was sent; `claimed` is what came.
    pub(super) fn wrong_signature(&self, signature: &Signature, claimed: &[String]) -> Mistake {
        if self.is_wrong {
            let words = "It is a test with a wrong signature, as it was asked for: your server is to refuse it.";
            return Mistake::new(Code::WrongTest, words);
        }
        if let Some(mistake) = of_length(signature, claimed) {
            return mistake;
        }
        let start = self.kept.signature_start.as_deref();
        let is_ours = start.is_some_and(|start| claimed.iter().any(|claimed| claimed.starts_with(start)));
        match (start, is_ours, self.has_secret) {
            (Some(_), false, _) => Mistake::new(
                Code::SignatureChanged,
                "What is signed arrived as it was sent, but the signature is not the one that was sent with it.",
            ),
            (_, _, true) => Mistake::new(
                Code::SignatureChanged,
                "What is signed arrived as it was sent, and its secret is known: the signature begins as it was sent, and was \
                 changed behind that.",
            ),
            _ => Mistake::new(
                Code::AnotherSecret,
                "What is signed arrived as it was sent, and was signed with another secret, which this endpoint no longer has.",
            ),
        }
    }
}

/// So many `=` may end a signature in base64, and may be left out.
const MOST_PADDING: usize = 2;

/// What is wrong with a signature by its length alone.
pub(super) fn of_length(signature: &Signature, claimed: &[String]) -> Option<Mistake> {
    let length = claimed.iter().map(|claimed| claimed.chars().count()).max()?;
    let whole = claims::length(signature);
    let padding = if signature.digest == Digest::Hex { 0 } else { MOST_PADDING };
    match length {
        _ if length + padding < whole => {
            let words =
                format!("The signature is cut off: it has {length} {}, and {whole} were sent.", characters(length));
            Some(Mistake::new(Code::SignatureCut, words))
        }
        _ if length > whole => {
            let words = format!(
                "The signature is not as it was sent: it has {length} {}, and {whole} were sent. Something stands behind \
                 it or within it.",
                characters(length)
            );
            Some(Mistake::new(Code::SignatureChanged, words))
        }
        _ => None,
    }
}

fn characters(length: usize) -> &'static str {
    if length == 1 { "character" } else { "characters" }
}

/// A URL that is kept without its signature, with something in place of it, so that it can be read like any other.
fn with_a_signature(recipe: &Recipe, url: &str) -> String {
    let Some(name) = recipe.signature().and_then(|signature| signature.query_parameter()) else {
        return url.to_owned();
    };
    let is_there = url.contains(&format!("?{name}=")) || url.contains(&format!("&{name}="));
    let joined = if url.contains('?') { '&' } else { '?' };
    if is_there { url.to_owned() } else { format!("{}{joined}{name}=-", url.trim_end_matches(['?', '&'])) }
}

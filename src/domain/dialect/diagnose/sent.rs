//! A received callback beside the one that was sent: what changed on the way, even where no usual distortion explains it.

use super::code::{Code, Mistake};
use super::pieces::{Piece, URL, pieces};
use super::{Found, SignedPart, Text};
use crate::domain::amount::Decimal;
use crate::domain::dialect::callback::{CallbackConfig, CallbackRequest};
use crate::domain::dialect::query::split_origin;
use crate::domain::dialect::received::{Received, Seen};
use crate::domain::dialect::recipe::Recipe;
use crate::domain::encoding::decode;
use crate::domain::secret::SecretText;

/// What is known of the delivery that a received callback belongs to.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The request, composed again.
    pub request: CallbackRequest,
    /// The first 8 characters of the signature that went out, as its attempt keeps them.
    pub signature_start: Option<String>,
    /// A test whose signature was to be wrong.
    pub is_wrong: bool,
}

impl Sent {
    /// The request as its receiver was to see it.
    fn as_signed(&self, config: &CallbackConfig) -> Received {
        let CallbackRequest { method, url, headers, body, .. } = &self.request;
        let url = match &config.settings.signed_origin {
            Some(origin) => format!("{origin}{}", split_origin(url).1),
            None => url.clone(),
        };
        let headers = headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect();
        Received { method: (*method).to_owned(), url, headers, body: body.clone() }
    }
}

/// What differs from what was sent; nothing if that cannot be told.
pub(super) fn compared(
    recipe: &Recipe,
    config: &CallbackConfig,
    received: &Received,
    keys: &[(String, SecretText)],
    sent: &Sent,
) -> Option<Found> {
    let signature = recipe.signature()?;
    let as_sent = sent.as_signed(config);
    let seen = Seen::new(recipe, config, &as_sent);
    let text = signature.signs.render(&seen).ok()?;
    let seen_there = Seen::new(recipe, config, received);
    let claimed = seen_there.claimed(signature).ok()?;
    let key = keys.iter().find(|(_, key)| signature.verifies(key, &text, &claimed)).map(|(label, _)| label.clone());
    let theirs = super::plain_text(recipe, config, received);
    let signed = Text::of(&text);
    let mistake = match &theirs {
        Some(theirs) if theirs.shown == signed.shown => unchanged(sent, &claimed, key.is_some())?,
        Some(theirs) => pieces(&theirs.parts, &signed.parts).iter().find(|piece| piece.differs).map(named)?,
        None => of_queries(received, &as_sent, &seen_there.signature_carriers(signature))?,
    };
    Some(Found { verifies: false, key, mistake, text: Some(signed) })
}

/// The text is the one that was sent, so it is the signature that is not ours.
fn unchanged(sent: &Sent, claimed: &[String], is_known: bool) -> Option<Mistake> {
    if is_known {
        return None;
    }
    if sent.is_wrong {
        let words = "It is a test with a wrong signature, as it was asked for: your server is to refuse it.";
        return Some(Mistake::new(Code::WrongTest, words));
    }
    let whole = sent.request.signature.as_ref().map_or(0, String::len);
    if let Some(part) = claimed.iter().map(String::len).max().filter(|part| *part < whole) {
        let words = format!("The signature is cut off: it has {part} characters, and {whole} were sent.");
        return Some(Mistake::new(Code::SignatureCut, words));
    }
    let start = sent.signature_start.as_deref();
    let is_ours = start.is_some_and(|start| claimed.iter().any(|claimed| claimed.starts_with(start)));
    Some(match (start, is_ours) {
        (Some(_), false) => Mistake::new(
            Code::SignatureChanged,
            "What is signed arrived as it was sent, but the signature is not the one that was sent with it.",
        ),
        _ => Mistake::new(
            Code::AnotherSecret,
            "What is signed arrived as it was sent, and was signed with another secret, which this endpoint no longer has.",
        ),
    })
}

/// The first parameter of a query that is not as it was sent, where what is signed cannot even be rebuilt. What carries the
/// signature is none of them: the right one is told to nobody.
fn of_queries(received: &Received, sent: &Received, carriers: &[String]) -> Option<Mistake> {
    let pairs = |url: &str| {
        let query = url.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
        let part = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            SignedPart { text: value.to_owned(), name: Some(name.to_owned()) }
        };
        let is_signature =
            |part: &SignedPart| part.name.as_deref().is_some_and(|name| carriers.contains(&decode(name)));
        let parts = query.split('&').filter(|pair| !pair.is_empty()).map(part);
        parts.filter(|part| !is_signature(part)).collect::<Vec<_>>()
    };
    pieces(&pairs(&received.url), &pairs(&sent.url)).iter().find(|piece| piece.differs).map(named)
}

/// What happened to a value, in words.
fn named(piece: &Piece) -> Mistake {
    let name = &piece.name;
    match (&piece.signed, &piece.received) {
        (Some(sent), Some(received)) if name == URL => of_urls(received, sent),
        (Some(_), Some(_)) if name == "body" => {
            Mistake::new(Code::BodyChanged, "The body is not the one that was sent: something rewrote it on the way.")
        }
        (Some(sent), Some(received)) => of_values(name, received, sent),
        (Some(sent), None) if sent.is_empty() => Mistake::new(
            Code::EmptyDropped,
            format!("{name} was sent empty and did not arrive: an empty value was turned to nothing."),
        ),
        (Some(_), None) => Mistake::new(Code::ParameterDropped, format!("{name} was sent and did not arrive.")),
        (None, _) => Mistake::new(Code::ParameterAdded, format!("{name} was not sent: it was added on the way.")),
    }
}

fn of_values(name: &str, received: &str, sent: &str) -> Mistake {
    let number = |text: &str| {
        let text = decode(text);
        let digits = text.strip_prefix('-').unwrap_or(&text);
        Decimal::parse(digits).map(|number| (digits.len() < text.len(), number.billionths()))
    };
    let words = || format!("{name} was sent as {sent} but received as {received}");
    if received.is_empty() {
        Mistake::new(Code::ValueEmptied, format!("{name} was sent as {sent} but arrived empty."))
    } else if decode(received) == decode(sent) {
        Mistake::new(Code::EncodedDifferently, format!("{}: it was encoded differently on the way.", words()))
    } else if number(received).is_some() && number(received) == number(sent) {
        Mistake::new(Code::NumberReformatted, format!("{}: keep numbers as text.", words()))
    } else {
        Mistake::new(Code::ValueChanged, format!("{}: a value was changed on the way.", words()))
    }
}

/// What happened to a URL before its query.
fn of_urls(received: &str, sent: &str) -> Mistake {
    let (received, sent) = (received.trim_end_matches('?'), sent.trim_end_matches('?'));
    let ((origin, path), (sent_origin, sent_path)) = (split_origin(received), split_origin(sent));
    if path == sent_path {
        return Mistake::new(
            Code::OriginChanged,
            format!("It was signed for {sent_origin}, but your server sees {origin}."),
        );
    }
    let prefix =
        |long: &str, short: &str| long.strip_suffix(short).filter(|prefix| !prefix.is_empty()).map(str::to_owned);
    if let Some(prefix) = prefix(path, sent_path) {
        let words =
            format!("It was sent to the path {sent_path}, but your server sees {path}: the prefix {prefix} was added.");
        return Mistake::new(Code::PathPrefix, words);
    }
    if let Some(prefix) = prefix(sent_path, path) {
        let words = format!(
            "It was sent to the path {sent_path}, but your server sees {path}: the prefix {prefix} was cut off."
        );
        return Mistake::new(Code::PathPrefix, words);
    }
    Mistake::new(Code::PathChanged, format!("It was sent to the path {sent_path}, but your server sees {path}."))
}

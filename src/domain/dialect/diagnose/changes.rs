//! What happened to one piece of a callback, in words: what was sent, and what was received.

use serde_json::Value;

use super::code::{Code, Mistake};
use super::paths::of_paths;
use super::pieces::{Piece, Place};
use crate::domain::amount::Decimal;
use crate::domain::dialect::query::split_origin;
use crate::domain::encoding::decode;
use crate::domain::json::check_depth;

/// So much of a value is told in a sentence; both texts have all of it.
const LONGEST: usize = 200;

/// What happened to a piece that differs.
pub(super) fn change(piece: &Piece) -> Mistake {
    let name = &piece.name;
    match (&piece.signed, &piece.received) {
        (Some(sent), Some(received)) if piece.place == Place::Start => of_urls(received, sent),
        (Some(_), Some(received)) if piece.place == Place::Body && received.is_empty() => Mistake::new(
            Code::BodyEmpty,
            "The body did not arrive: it was read before it was checked, or dropped on the way.",
        ),
        (Some(sent), Some(received)) if piece.place == Place::Body && is_same_json(sent, received) => Mistake::new(
            Code::BodyRewritten,
            "The body was parsed and written again, its fields in another order: sign its raw bytes, before any JSON parser.",
        ),
        (Some(_), Some(_)) if piece.place == Place::Body => {
            Mistake::new(Code::BodyChanged, "The body is not the one that was sent: something rewrote it on the way.")
        }
        (Some(sent), Some(received)) => of_values(name, received, sent),
        (Some(sent), None) if sent.is_empty() => Mistake::new(
            Code::EmptyDropped,
            format!("{name} was sent empty and did not arrive: an empty value was turned to nothing."),
        ),
        (Some(sent), None) => {
            Mistake::new(Code::ParameterDropped, format!("{name} was sent and did not arrive; it was {}.", cut(sent)))
        }
        (None, _) => Mistake::new(Code::ParameterAdded, format!("{name} was not sent: it was added on the way.")),
    }
}

/// Whether two texts are the same JSON, whatever the order of its fields.
fn is_same_json(sent: &str, received: &str) -> bool {
    let read = |text: &str| {
        check_depth(text.as_bytes()).ok()?;
        serde_json::from_str::<Value>(text).ok()
    };
    read(sent).is_some_and(|sent| read(received) == Some(sent))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn of_values(name: &str, received: &str, sent: &str) -> Mistake {
    let number = |text: &str| {
        let text = decode(text);
        let digits = text.strip_prefix('-').unwrap_or(&text);
        Decimal::parse(digits).map(|number| (digits.len() < text.len(), number.billionths()))
    };
    let words = || format!("{name} was sent as {} but received as {}", cut(sent), cut(received));
    if received.is_empty() {
        Mistake::new(Code::ValueEmptied, format!("{name} was sent as {} but arrived empty.", cut(sent)))
    } else if decode(received) == decode(sent) {
        Mistake::new(Code::EncodedDifferently, format!("{}: it was encoded differently on the way.", words()))
    } else if number(received).is_some() && number(received) == number(sent) {
        Mistake::new(Code::NumberReformatted, format!("{}: keep numbers as text.", words()))
    } else if !received.is_empty() && decode(sent).starts_with(&decode(received)) {
        Mistake::new(Code::ValueChanged, format!("{}: it was cut off on the way.", words()))
    } else if decode(received).eq_ignore_ascii_case(&decode(sent)) {
        Mistake::new(Code::ValueChanged, format!("{}: its letters were changed to capital or small ones.", words()))
    } else {
        Mistake::new(Code::ValueChanged, format!("{}: a value was changed on the way.", words()))
    }
}

/// What happened to a URL before its query.
fn of_urls(received: &str, sent: &str) -> Mistake {
    let (received, sent) = (received.trim_end_matches('?'), sent.trim_end_matches('?'));
    let ((origin, path), (sent_origin, sent_path)) = (split_origin(received), split_origin(sent));
    if path == sent_path {
        let words = format!("It was signed for {sent_origin}, but your server sees {origin}.");
        return Mistake::new(Code::OriginChanged, words);
    }
    of_paths(sent_path, path)
}

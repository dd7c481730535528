//! A finding as it is shown: the verdict, the first thing that differs, then pieces, bytes and both texts.

use crate::actions::diagnosis::Diagnosed;
use crate::domain::dialect::diagnose::Diagnosis;
use crate::domain::secret::SecretState;
use crate::web::console::parts::comparison::Comparison;
use crate::web::console::parts::lines::Link;
use crate::web::console::parts::state::{State, Tone};
use crate::web::console::place::Place;
use crate::web::console::words::bytes;
use crate::web::console::words::cuts;

/// What was found.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) verdict: State,
    /// With which secret, where one was found.
    pub(super) secret: Option<String>,
    pub(super) finding: String,
    pub(super) advice: String,
    /// What it was compared with, where that is not what would be sent now.
    pub(super) note: Option<String>,
    pub(super) age: Option<String>,
    pub(super) pieces: Vec<Row>,
    pub(super) texts: Option<Comparison>,
    /// The one text that there is, where there is no other to compare it with.
    pub(super) text: Option<String>,
    /// What it belongs to.
    pub(super) sent_as: Option<String>,
    pub(super) receiver: Option<Link>,
}

/// A value that was signed and read.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) signed: String,
    pub(super) read: String,
    pub(super) differs: bool,
}

impl Finding {
    pub(super) fn of(place: &Place, diagnosed: Diagnosed) -> Self {
        let Diagnosed { diagnosis, secret, delivery } = diagnosed;
        let Diagnosis { verifies, finding, advice, note, age, received_text, signed_text, is_signed, pieces, .. } =
            diagnosis;
        let (word, icon, tone) =
            if verifies { ("It verifies", "delivered", Tone::Ok) } else { ("It does not verify", "dead", Tone::Bad) };
        let (texts, text) = match (signed_text, received_text) {
            // A text that nobody signed is no other one to compare with.
            (Some(signed), Some(received)) if is_signed || signed != received => {
                (Some(Comparison::of(&signed, &received)), None)
            }
            (one, other) => (None, one.or(other)),
        };
        let drawn = |value: &Option<String>| value.as_deref().map_or_else(|| "(not there)".to_owned(), bytes::drawn);
        let row = |piece: &crate::domain::dialect::diagnose::Piece| Row {
            name: piece.name.clone(),
            signed: drawn(&piece.signed),
            read: drawn(&piece.received),
            differs: piece.differs,
        };
        Self {
            verdict: State { word: word.to_owned(), icon, tone, under: None },
            secret: secret.map(|(id, state)| format!("{} ({})", cuts::id(&id).shown, word_of(state))),
            finding,
            advice,
            note,
            age,
            pieces: pieces.iter().map(row).collect(),
            texts,
            text,
            sent_as: delivery.map(|(id, attempt)| match attempt {
                Some(number) => format!("Sent as {}, attempt {number}.", cuts::id(&id).shown),
                None => format!("Sent as {}.", cuts::id(&id).shown),
            }),
            receiver: (!verifies).then(|| Link::new("Receiver code for this ›", &place.path("receiver"))),
        }
    }
}

fn word_of(state: SecretState) -> &'static str {
    match state {
        SecretState::Next => "next",
        SecretState::Active => "active",
        SecretState::Retired => "retired",
    }
}

//! Small parts: a figure, a value with its label, an item of a timeline, a link.

use super::state::Tone;
use crate::web::console::words::instants::Moment;

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its words.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

impl Link {
    /// A link with these words.
    pub fn new(label: &str, href: &str) -> Self {
        Self { label: label.to_owned(), href: href.to_owned() }
    }
}

/// A large number with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What is counted.
    pub name: String,
    /// How much.
    pub value: String,
    /// Beside it, such as a goal.
    pub note: Option<String>,
    /// How it stands.
    pub tone: Tone,
}

impl Figure {
    /// A figure that is as it should be.
    pub fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned(), note: None, tone: Tone::Idle }
    }

    /// Whether it bears a warning beside its colour.
    pub fn is_trouble(&self) -> bool {
        matches!(self.tone, Tone::Warn | Tone::Bad)
    }
}

/// What happened once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Option<Moment>,
    /// The icon's name.
    pub icon: &'static str,
    /// The icon's colour.
    pub tone: Tone,
    /// What it was.
    pub title: String,
    /// What came of it.
    pub text: String,
    /// What was sent and answered, where that is kept.
    pub detail: Option<String>,
    /// Whether it is only planned.
    pub planned: bool,
}

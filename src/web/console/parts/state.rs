//! The state of a delivery as a word, an icon whose shape tells it apart, and a colour; below it the small line that says why.

/// A colour's meaning. Every part that has one takes it from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Well.
    Ok,
    /// Look at it.
    Warn,
    /// Broken.
    Bad,
    /// Stopped on purpose or until something is set.
    Hold,
    /// Nothing to do.
    Idle,
    /// Under way.
    Accent,
}

impl Tone {
    /// The class in the stylesheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Hold => "hold",
            Self::Idle => "idle",
            Self::Accent => "accent",
        }
    }
}

/// A state as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// `Retrying 3 of 6`
    pub word: String,
    /// The icon's name.
    pub icon: &'static str,
    /// The colour.
    pub tone: Tone,
    /// The small line under it.
    pub under: Option<Under>,
}

/// A small line under a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Under {
    /// `in line`
    pub text: String,
    /// `Bad` where somebody has to act at once.
    pub tone: Tone,
}

impl State {
    /// The state of this name in the API. A word that this version does not know is shown as it is.
    pub fn of(status: &str) -> Self {
        let (word, icon, tone) = match status {
            "pending" => ("Pending", "pending", Tone::Idle),
            "sending" => ("Sending", "sending", Tone::Accent),
            "retrying" => ("Retrying", "retrying", Tone::Warn),
            "held" => ("Held", "held", Tone::Hold),
            "delivered" => ("Delivered", "delivered", Tone::Ok),
            "dead" => ("Dead", "dead", Tone::Bad),
            "canceled" => ("Canceled", "canceled", Tone::Idle),
            other => (other, "info", Tone::Idle),
        };
        Self { word: word.to_owned(), icon, tone, under: None }
    }

    /// The same, with how far its attempts are.
    #[must_use]
    pub fn attempt(mut self, number: u32, of: u32) -> Self {
        self.word = format!("{} {number} of {of}", self.word);
        self
    }

    /// The same with a small line under it.
    #[must_use]
    pub fn because(mut self, text: impl Into<String>) -> Self {
        self.under = Some(Under { text: text.into(), tone: Tone::Idle });
        self
    }

    /// The same with a small line under it that asks somebody to act.
    #[must_use]
    pub fn because_of_trouble(mut self, text: impl Into<String>) -> Self {
        self.under = Some(Under { text: text.into(), tone: Tone::Bad });
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_of_the_seven_states_has_an_icon_of_its_own() {
        let words = ["pending", "sending", "retrying", "held", "delivered", "dead", "canceled"];
        let icons: HashSet<&str> = words.iter().map(|word| State::of(word).icon).collect();
        assert_eq!(icons.len(), words.len());
    }

    #[test]
    fn a_state_that_is_not_known_is_shown_as_it_is() {
        assert_eq!(State::of("parked").word, "parked");
        assert_eq!(State::of("retrying").attempt(3, 6).word, "Retrying 3 of 6");
    }
}

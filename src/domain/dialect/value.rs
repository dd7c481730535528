//! Where a value of a callback comes from and how it is written: the half of the recipe language that placeholders,
//! body fields and headers share.
//!
//! It only says; `super::values` looks the values up. It must not know any offerwall's names: those stand in recipes.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::format::{Format, Kind};

/// A fact that a callback can tell, by the name of the report's field where there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ValueSource {
    /// One that every callback has, or may have.
    Fact(Fact),
    /// A pair of `extra`, by its name.
    Extra(String),
    /// A setting of the endpoint, by its name.
    Setting(String),
}

macro_rules! facts {
    ($($(#[$doc:meta])* $fact:ident = $name:literal, $field:literal, $kind:ident;)+) => {
        /// A fact that every callback has, or may have.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fact { $($(#[$doc])* $fact,)+ }

        impl Fact {
            const ALL: &[Self] = &[$(Self::$fact),+];

            /// As a recipe writes it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$fact => $name),+ }
            }

            /// The report's field that it comes from, as the reporter wrote it.
            pub fn field(self) -> &'static str {
                match self { $(Self::$fact => $field),+ }
            }

            fn kind(self) -> Kind {
                match self { $(Self::$fact => Kind::$kind),+ }
            }
        }
    };
}

facts! {
    /// The publisher's own id of its user.
    UserId = "userId", "userId", Text;
    /// What receivers deduplicate on; a reversal's may carry a prefix.
    TransactionId = "transactionId", "transactionId", Text;
    /// The completion's transaction id, on a reversal as well.
    OriginalTransactionId = "originalTransactionId", "transactionId", Text;
    /// The app's id.
    AppId = "appId", "appId", Text;
    /// The app's ref where it has one, else its id.
    AppLabel = "appLabel", "appId", Text;
    /// The offer's id.
    OfferId = "offerId", "offerId", Text;
    /// The offer's name.
    OfferName = "offerName", "offerName", Text;
    /// The goal's id.
    GoalId = "goalId", "goalId", Text;
    /// A remark.
    Note = "note", "note", Text;
    /// The user's reward in the app's currency, digit for digit.
    UserReward = "userReward", "userReward", Decimal;
    /// The user's reward in the payout currency.
    RewardMinor = "rewardMinor", "rewardMinor", Minor;
    /// The publisher's payout.
    PayoutMinor = "payoutMinor", "payoutMinor", Minor;
    /// The gross amount.
    GrossMinor = "grossMinor", "grossMinor", Minor;
    /// The currency of the minor-unit amounts.
    Currency = "currency", "currency", Text;
    /// The report's event type.
    EventType = "eventType", "eventType", Text;
    /// When what is told occurred.
    OccurredAt = "occurredAt", "occurredAt", Instant;
    /// `occurredAt`, or the attempt's instant where the endpoint chose that.
    Timestamp = "timestamp", "occurredAt", Instant;
    /// The click.
    ClickId = "clickId", "clickId", Text;
    /// Why a completion is taken back.
    Reason = "reason", "reason", Text;
    /// All extra pairs.
    Pairs = "extra", "extra", Pairs;
    /// The same on every attempt.
    EventId = "eventId", "externalId", Text;
    /// The event id in the form of a UUID.
    RequestUuid = "requestUuid", "externalId", Text;
    /// When the delivery was created: the same on every attempt.
    CreatedAt = "createdAt", "occurredAt", Instant;
    /// When this attempt is made.
    AttemptedAt = "attemptedAt", "occurredAt", Instant;
    /// The secret itself, in clear.
    Secret = "secret", "secret", Text;
}

/// The facts that an amount may be told by.
pub(crate) const AMOUNTS: [Fact; 4] = [Fact::UserReward, Fact::RewardMinor, Fact::PayoutMinor, Fact::GrossMinor];

/// The rule by which one value is found and written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueRule {
    pub(crate) source: Option<ValueSource>,
    /// Taken where the source has nothing.
    pub(super) otherwise: Option<ValueSource>,
    pub(crate) format: Format,
    /// In JSON: the digits as they are, unquoted.
    pub(crate) number: bool,
    /// Written where neither has anything.
    pub(super) absent: Option<String>,
    pub(crate) words: Words,
}

/// Fixed words, which go before the source: a test's before a reversal's, a reversal's before a completion's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    pub(crate) test: Option<String>,
    pub(crate) reversed: Option<String>,
    /// By the report's event type, of completions.
    pub(crate) event: BTreeMap<String, String>,
    pub(crate) completed: Option<String>,
}

impl ValueSource {
    /// The report's field that it comes from, as the reporter wrote it.
    pub fn field(&self) -> String {
        match self {
            Self::Fact(fact) => fact.field().to_owned(),
            Self::Extra(name) => format!("extra.{name}"),
            Self::Setting(name) => format!("settings.{name}"),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Fact(fact) => fact.kind(),
            Self::Extra(_) | Self::Setting(_) => Kind::Text,
        }
    }
}

impl fmt::Display for ValueSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact(fact) => f.write_str(fact.name()),
            Self::Extra(name) => write!(f, "extra.{name}"),
            Self::Setting(name) => write!(f, "setting.{name}"),
        }
    }
}

impl From<ValueSource> for String {
    fn from(source: ValueSource) -> Self {
        source.to_string()
    }
}

impl TryFrom<String> for ValueSource {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let named = |prefix: &str| text.strip_prefix(prefix).filter(|name| !name.is_empty()).map(str::to_owned);
        let fact = Fact::ALL.iter().find(|fact| fact.name() == text).map(|fact| Self::Fact(*fact));
        let source = fact.or_else(|| named("extra.").map(Self::Extra)).or_else(|| named("setting.").map(Self::Setting));
        source.ok_or_else(|| {
            let known: Vec<&str> = Fact::ALL.iter().map(|fact| fact.name()).collect();
            format!("there is no value {text:?}; known are {}, extra.NAME and setting.NAME", known.join(", "))
        })
    }
}

impl Words {
    /// All of them, each once.
    pub(super) fn all(&self) -> Vec<&str> {
        let fixed = [&self.completed, &self.reversed, &self.test].into_iter().flatten();
        let mut words: Vec<&str> = fixed.chain(self.event.values()).map(String::as_str).collect();
        words.sort_unstable();
        words.dedup();
        words
    }
}

impl ValueRule {
    /// Every fixed word that it may write.
    pub(super) fn fixed(&self) -> impl Iterator<Item = &str> {
        self.words.all().into_iter().chain(self.absent.as_deref())
    }

    /// What is wrong with the rule, if anything.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let Some(source) = &self.source else {
            return self.words.all().is_empty().then_some("has neither a value nor a fixed word");
        };
        if self.otherwise.as_ref().is_some_and(|other| other.kind() != source.kind()) {
            return Some("falls back on a value of another kind");
        }
        if self.number && !source.kind().is_number(&self.format) {
            return Some("is written as a number, which its value is not");
        }
        (!self.format.fits(source.kind())).then_some("has a format that its value cannot be written in")
    }

    /// Whether it needs text, not pairs: all but a body field do.
    pub(super) fn is_text(&self) -> bool {
        self.source.as_ref().is_none_or(|source| source.kind() != Kind::Pairs)
    }

    /// The field to name when this value cannot be sent.
    pub(super) fn field(&self) -> String {
        self.source.as_ref().map_or_else(|| "eventType".to_owned(), ValueSource::field)
    }

    /// Whether it takes its value from there.
    pub(crate) fn uses(&self, fact: Fact) -> bool {
        self.sources().any(|source| *source == ValueSource::Fact(fact))
    }

    /// Where its value may come from.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &ValueSource> {
        self.source.iter().chain(&self.otherwise)
    }
}

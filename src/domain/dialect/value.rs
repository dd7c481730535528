//! Where a value of a callback comes from and how it is written: the half of the recipe language that placeholders,
//! body fields and headers share.
//!
//! It only says; `super::values` looks the values up. It must not know any offerwall's names: those stand in recipes.

use serde::{Deserialize, Serialize};

/// A fact that a callback can tell. The names are those of the report's fields where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ValueSource {
    /// The publisher's own id of its user.
    UserId,
    /// What receivers deduplicate on; a reversal's may carry a prefix.
    TransactionId,
    /// The completion's transaction id, on a reversal as well.
    OriginalTransactionId,
    /// The app's id.
    AppId,
    /// The app's ref where it has one, else its id.
    AppLabel,
    /// The offer's id.
    OfferId,
    /// The offer's name.
    OfferName,
    /// The goal's id.
    GoalId,
    /// A remark.
    Note,
    /// The user's reward in the app's currency, digit for digit.
    UserReward,
    /// The user's reward in the payout currency.
    RewardMinor,
    /// The publisher's payout.
    PayoutMinor,
    /// The gross amount.
    GrossMinor,
    /// The currency of the minor-unit amounts.
    Currency,
    /// The report's event type.
    EventType,
    /// When what is told occurred.
    OccurredAt,
    /// [`OccurredAt`](Self::OccurredAt), or the attempt's instant where the endpoint chose that.
    Timestamp,
    /// The click.
    ClickId,
    /// All extra pairs.
    Extra,
    /// The same on every attempt.
    EventId,
    /// When the delivery was created: the same on every attempt.
    CreatedAt,
    /// When this attempt is made.
    AttemptedAt,
    /// The remote surface of the endpoint.
    SurfaceId,
}

/// What kind of thing a source gives, which decides how it can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Amount,
    Instant,
    Pairs,
}

/// How a value is written. Texts and decimals have one form: their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A text as it is, an amount as an integer of minor units, an instant as Unix milliseconds.
    #[default]
    Plain,
    /// An amount as major units with so many decimals.
    Major(u32),
    /// An instant as whole Unix seconds.
    Seconds,
    /// An instant as RFC 3339 in UTC with milliseconds.
    Rfc3339,
}

/// The rule by which one value is found and written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueRule {
    pub(super) source: Option<ValueSource>,
    /// Taken where the source has nothing.
    pub(super) otherwise: Option<ValueSource>,
    pub(super) format: Format,
    /// Written where neither has anything.
    pub(super) absent: Option<String>,
    /// Fixed words, which go before the source.
    pub(super) when_completed: Option<String>,
    pub(super) when_reversed: Option<String>,
}

impl ValueSource {
    /// The report's field that it comes from, as the reporter wrote it.
    pub fn field(self) -> &'static str {
        match self {
            Self::UserId => "userId",
            Self::TransactionId | Self::OriginalTransactionId => "transactionId",
            Self::AppId | Self::AppLabel => "appId",
            Self::OfferId => "offerId",
            Self::OfferName => "offerName",
            Self::GoalId => "goalId",
            Self::Note => "note",
            Self::UserReward => "userReward",
            Self::RewardMinor => "rewardMinor",
            Self::PayoutMinor => "payoutMinor",
            Self::GrossMinor => "grossMinor",
            Self::Currency => "currency",
            Self::EventType => "eventType",
            Self::OccurredAt | Self::Timestamp | Self::CreatedAt | Self::AttemptedAt => "occurredAt",
            Self::ClickId => "clickId",
            Self::Extra => "extra",
            Self::EventId => "externalId",
            Self::SurfaceId => "surfaceId",
        }
    }

    fn kind(self) -> Kind {
        match self {
            Self::RewardMinor | Self::PayoutMinor | Self::GrossMinor => Kind::Amount,
            Self::OccurredAt | Self::Timestamp | Self::CreatedAt | Self::AttemptedAt => Kind::Instant,
            Self::Extra => Kind::Pairs,
            _ => Kind::Text,
        }
    }
}

impl ValueRule {
    /// What is wrong with the rule, if anything.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let Some(source) = self.source else {
            let says_something = self.when_completed.is_some() || self.when_reversed.is_some();
            return (!says_something).then_some("has neither a value nor a fixed word");
        };
        if self.otherwise.is_some_and(|other| other.kind() != source.kind()) {
            return Some("falls back on a value of another kind");
        }
        let fits = match self.format {
            Format::Plain => true,
            Format::Major(_) => source.kind() == Kind::Amount,
            Format::Seconds | Format::Rfc3339 => source.kind() == Kind::Instant,
        };
        (!fits).then_some("has a format that its value cannot be written in")
    }

    /// Whether it needs text, not pairs: all but a body field do.
    pub(super) fn is_text(&self) -> bool {
        self.source.is_none_or(|source| source.kind() != Kind::Pairs)
    }

    /// The field to name when this value cannot be sent.
    pub(super) fn field(&self) -> &'static str {
        self.source.map_or("eventType", ValueSource::field)
    }

    /// Whether it takes its value from there.
    pub(super) fn uses(&self, source: ValueSource) -> bool {
        self.source == Some(source) || self.otherwise == Some(source)
    }
}

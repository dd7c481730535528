//! The values of one callback: looks up what a recipe's rules ask for, in the completion, the event and the endpoint.
//!
//! Digits and texts are passed on as reported. It must not encode: that depends on where a value goes. What only an
//! attempt knows is named here ([`Late`]) and known when the attempt is made.

use std::borrow::Cow;

use super::callback::{CallbackConfig, CallbackEvent, Message, TakenBack, TimestampSource};
use super::recipe::{Recipe, ReversedId, Tells};
use super::value::{Format, ValueRule, ValueSource};
use crate::domain::amount::{Decimal, Minor, minor_as_major};
use crate::domain::time::Timestamp;

/// Everything that one callback can tell.
pub(super) struct Values<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) config: &'a CallbackConfig,
    pub(super) message: &'a Message<'a>,
}

/// A value that only an attempt knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    /// The id that is the same on every attempt of a delivery.
    EventId,
    /// When the attempt is made.
    AttemptedAt(Format),
}

/// What only an attempt knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct AttemptFacts<'a> {
    pub(super) event_id: &'a str,
    pub(super) attempted_at: Timestamp,
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    Integer(i64),
    Pairs(&'a [(String, String)]),
    Late(Late),
}

enum Found<'a> {
    Text(Cow<'a, str>),
    Amount(Minor),
    Instant(Timestamp),
    Pairs(&'a [(String, String)]),
    EventId,
    AttemptedAt,
}

impl Late {
    /// The value, now that the attempt is made.
    pub(super) fn value(self, facts: AttemptFacts<'_>) -> Value<'_> {
        match self {
            Self::EventId => Value::Text(facts.event_id.into()),
            Self::AttemptedAt(format) => Found::Instant(facts.attempted_at).written(format),
        }
    }
}

impl<'a> Values<'a> {
    /// What the rule asks for; `None` if there is nothing. An empty text is nothing.
    pub(super) fn value(&self, rule: &'a ValueRule) -> Option<Value<'a>> {
        let fixed = match self.message.event {
            CallbackEvent::Completed => &rule.when_completed,
            CallbackEvent::Reversed(_) => &rule.when_reversed,
        };
        if let Some(word) = fixed {
            return Some(Value::Text(word.into()));
        }
        let found = rule.source.and_then(|source| self.find(source));
        let found = found.or_else(|| rule.otherwise.and_then(|source| self.find(source)));
        found
            .map(|found| found.written(rule.format))
            .or_else(|| rule.absent.as_ref().map(|word| Value::Text(word.into())))
    }

    /// The same where a text is needed, as in URLs and headers: pairs are none.
    pub(super) fn text(&self, rule: &'a ValueRule) -> Option<Value<'a>> {
        self.value(rule).filter(|value| !matches!(value, Value::Pairs(_)))
    }

    /// The value of a placeholder by its name, `extra.…` included.
    pub(super) fn named(&self, name: &str) -> Option<Value<'a>> {
        match name.strip_prefix("extra.") {
            Some(key) => self.message.completion.extra(key).map(|text| Value::Text(text.into())),
            None => self.recipe.placeholder(name).and_then(|placeholder| self.text(&placeholder.rule)),
        }
    }

    fn find(&self, source: ValueSource) -> Option<Found<'a>> {
        let completion = self.message.completion;
        match source {
            ValueSource::UserId => text(Some(&completion.user_id)),
            ValueSource::TransactionId => Some(Found::Text(self.transaction_id())),
            ValueSource::OriginalTransactionId => text(Some(&completion.transaction_id)),
            ValueSource::AppId => text(Some(&completion.app_id)),
            ValueSource::AppLabel => text(Some(&self.config.app_label)),
            ValueSource::OfferId => text(completion.offer_id.as_ref()),
            ValueSource::OfferName => text(completion.offer_name.as_ref()),
            ValueSource::GoalId => text(completion.goal_id.as_ref()),
            ValueSource::Note => text(completion.note.as_ref()),
            ValueSource::UserReward => self.user_reward(),
            ValueSource::RewardMinor => self.amount(completion.reward_minor, |taken| taken.reward_minor),
            ValueSource::PayoutMinor => self.amount(completion.payout_minor, |taken| taken.payout_minor),
            ValueSource::GrossMinor => self.amount(completion.gross_minor, |taken| taken.gross_minor),
            ValueSource::Currency => text(Some(&completion.currency)),
            ValueSource::EventType => text(Some(&completion.event_type)),
            ValueSource::OccurredAt => Some(Found::Instant(self.occurred_at())),
            ValueSource::Timestamp => Some(match self.config.timestamp_source {
                TimestampSource::Completion => Found::Instant(self.occurred_at()),
                TimestampSource::Attempt => Found::AttemptedAt,
            }),
            ValueSource::ClickId => text(completion.click_id.as_ref()),
            ValueSource::Extra => (!completion.extra.is_empty()).then_some(Found::Pairs(&completion.extra)),
            ValueSource::EventId => Some(Found::EventId),
            ValueSource::CreatedAt => Some(Found::Instant(self.message.created_at)),
            ValueSource::AttemptedAt => Some(Found::AttemptedAt),
            ValueSource::SurfaceId => text(self.config.settings.get(source.field())),
        }
    }

    /// What is taken back, where this callback tells that rather than the completion once more.
    fn taken_back(&self) -> Option<(&'a TakenBack, Tells)> {
        match (self.message.event, self.recipe.reversal()) {
            (CallbackEvent::Reversed(taken), Some(reversal)) if reversal.tells != Tells::Completion => {
                Some((taken, reversal.tells))
            }
            _ => None,
        }
    }

    fn transaction_id(&self) -> Cow<'a, str> {
        let id = &self.message.completion.transaction_id;
        match (self.message.event, self.recipe.reversal()) {
            (CallbackEvent::Reversed(taken), Some(reversal)) if reversal.transaction_id == ReversedId::Prefixed => {
                match taken.ordinal {
                    0 | 1 => format!("r-{id}").into(),
                    ordinal => format!("r{ordinal}-{id}").into(),
                }
            }
            _ => id.into(),
        }
    }

    fn occurred_at(&self) -> Timestamp {
        self.taken_back().map_or(self.message.completion.occurred_at, |(taken, _)| taken.occurred_at)
    }

    /// An amount that the completion never had is not taken back either; of one that a part leaves alone, zero is.
    fn amount(&self, given: Option<Minor>, taken_of: fn(&TakenBack) -> Option<Minor>) -> Option<Found<'a>> {
        let given = given?;
        let amount = match self.taken_back() {
            None => given,
            Some((taken, tells)) => {
                let amount = taken_of(taken).unwrap_or(if taken.whole { given } else { 0 });
                if tells == Tells::TakenBackNegative { amount.checked_neg()? } else { amount }
            }
        };
        Some(Found::Amount(amount))
    }

    fn user_reward(&self) -> Option<Found<'a>> {
        let given = self.message.completion.user_reward.as_ref()?;
        let written = match self.taken_back() {
            None => given.to_string(),
            Some((taken, tells)) => {
                let whole = taken.whole.then_some(given);
                match taken.user_reward.as_ref().or(whole) {
                    None => "0".to_owned(),
                    Some(amount) if tells == Tells::TakenBackNegative => negative(amount),
                    Some(amount) => amount.to_string(),
                }
            }
        };
        Some(Found::Text(written.into()))
    }
}

/// The digits behind a minus sign; there is no negative zero.
fn negative(amount: &Decimal) -> String {
    if amount.is_zero() { amount.to_string() } else { format!("-{amount}") }
}

fn text(text: Option<&String>) -> Option<Found<'_>> {
    text.filter(|text| !text.is_empty()).map(|text| Found::Text(text.into()))
}

impl<'a> Found<'a> {
    fn written(self, format: Format) -> Value<'a> {
        match (self, format) {
            (Self::Text(text), _) => Value::Text(text),
            (Self::Pairs(pairs), _) => Value::Pairs(pairs),
            (Self::Amount(amount), Format::Major(decimals)) => Value::Text(minor_as_major(amount, decimals).into()),
            (Self::Amount(amount), _) => Value::Integer(amount),
            (Self::Instant(instant), Format::Seconds) => Value::Integer(instant.as_seconds()),
            (Self::Instant(instant), Format::Rfc3339) => Value::Text(instant.to_string().into()),
            (Self::Instant(instant), _) => Value::Integer(instant.as_millis()),
            (Self::EventId, _) => Value::Late(Late::EventId),
            (Self::AttemptedAt, format) => Value::Late(Late::AttemptedAt(format)),
        }
    }
}

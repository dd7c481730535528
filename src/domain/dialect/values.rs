//! The values of one callback: looks up what a recipe's rules ask for, in the completion, the event and the endpoint.
//!
//! Digits and texts are passed on as reported. It must not encode: that depends on where a value goes. What only an
//! attempt knows is named here ([`Late`]) and known when the attempt is made.

use std::borrow::Cow;

use super::callback::{CallbackConfig, CallbackEvent, Message};
use super::endpoint_settings::TimestampSource;
use super::format::Written;
use super::recipe::{Recipe, ReversedId, Tells};
use super::value::{Fact, ValueRule, ValueSource, Words};
use super::written_value::{Late, Value, is_json_number};
use crate::domain::amount::{Decimal, Minor};
use crate::domain::invalid::Invalid;
use crate::domain::taken_back::TakenBack;
use crate::domain::time::Timestamp;

/// Everything that one callback can tell.
pub(super) struct Values<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) config: &'a CallbackConfig,
    pub(super) message: &'a Message<'a>,
}

enum Found<'a> {
    Text(Cow<'a, str>),
    Decimal(Cow<'a, str>),
    Amount(Minor),
    Instant(Timestamp),
    Pairs(&'a [(String, String)]),
    Late(Late),
    AttemptedAt,
}

impl<'a> Values<'a> {
    /// What the rule asks for; `None` if there is nothing. An empty text is nothing.
    pub(super) fn value(&self, rule: &'a ValueRule) -> Option<Value<'a>> {
        if let Some(word) = self.word(&rule.words) {
            return Some(fixed(word, rule));
        }
        let absent = || rule.absent.as_ref().map(|word| fixed(word, rule));
        self.found(rule).map(|found| found.written(rule)).or_else(absent)
    }

    /// The same where a text is needed, as in URLs and headers: pairs are none.
    pub(super) fn text(&self, rule: &'a ValueRule) -> Option<Value<'a>> {
        self.value(rule).filter(|value| !matches!(value, Value::Pairs(_)))
    }

    /// The value of a placeholder by its name, `extra.…` and the signature's included.
    pub(super) fn named(&self, name: &str) -> Option<Value<'a>> {
        if let Some(placeholder) = self.recipe.placeholder(name) {
            return self.text(&placeholder.rule);
        }
        if self.recipe.signature().is_some_and(|signature| signature.stands_for(name)) {
            return Some(Value::Late(Late::Signature));
        }
        let key = name.strip_prefix("extra.")?;
        self.message.completion.extra(key).map(|text| Value::Text(text.into()))
    }

    /// What of these placeholders the format of each cannot write.
    pub(super) fn unfit<'n>(&self, names: impl Iterator<Item = &'n str>) -> Invalid {
        let mut invalid = Invalid::none();
        let named = names.filter_map(|name| self.recipe.placeholder(name));
        for placeholder in named.filter(|placeholder| placeholder.rule.format.may_refuse()) {
            let rule = &placeholder.rule;
            let fault = match self.found(rule).filter(|_| self.word(&rule.words).is_none()) {
                Some(Found::Decimal(digits)) => rule.format.decimal(&digits).err(),
                _ => None,
            };
            // A placeholder may stand in a template more than once.
            if let Some(fault) = fault.filter(|_| !invalid.0.iter().any(|known| known.field == rule.field())) {
                invalid.push(rule.field(), format!("{fault} for {}", self.recipe.title()));
            }
        }
        invalid
    }

    fn found(&self, rule: &ValueRule) -> Option<Found<'a>> {
        rule.sources().find_map(|source| self.find(source))
    }

    fn word<'w>(&self, words: &'w Words) -> Option<&'w String> {
        let of_event = || match self.message.event {
            CallbackEvent::Completed => {
                words.event.get(&self.message.completion.event_type).or(words.completed.as_ref())
            }
            CallbackEvent::Reversed(_) => words.reversed.as_ref(),
        };
        words.test.as_ref().filter(|_| self.message.is_test).or_else(of_event)
    }

    fn find(&self, source: &ValueSource) -> Option<Found<'a>> {
        match source {
            ValueSource::Fact(fact) => self.fact(*fact),
            ValueSource::Extra(name) => self.message.completion.extra(name).and_then(text),
            ValueSource::Setting(name) => self.config.settings.dialect_settings.get(name).and_then(|value| text(value)),
        }
    }

    fn fact(&self, fact: Fact) -> Option<Found<'a>> {
        let completion = self.message.completion;
        let optional = |value: &'a Option<String>| value.as_deref().and_then(text);
        match fact {
            Fact::UserId => text(&completion.user_id),
            Fact::TransactionId => Some(Found::Text(self.transaction_id())),
            Fact::OriginalTransactionId => text(&completion.transaction_id),
            Fact::AppId => text(&completion.app_id),
            Fact::AppLabel => text(&self.config.app_label),
            Fact::OfferId => optional(&completion.offer_id),
            Fact::OfferName => optional(&completion.offer_name),
            Fact::GoalId => optional(&completion.goal_id),
            Fact::Note => optional(&completion.note),
            Fact::UserReward => self.user_reward(),
            Fact::RewardMinor => self.amount(completion.reward_minor, |taken| taken.reward_minor),
            Fact::PayoutMinor => self.amount(completion.payout_minor, |taken| taken.payout_minor),
            Fact::GrossMinor => self.amount(completion.gross_minor, |taken| taken.gross_minor),
            Fact::Currency => text(&completion.currency),
            Fact::EventType => text(&completion.event_type),
            Fact::OccurredAt => Some(Found::Instant(self.occurred_at())),
            Fact::Timestamp => Some(match self.config.settings.timestamp_source {
                TimestampSource::Completion => Found::Instant(self.occurred_at()),
                TimestampSource::Attempt => Found::AttemptedAt,
            }),
            Fact::ClickId => optional(&completion.click_id),
            Fact::Reason => match self.message.event {
                CallbackEvent::Reversed(taken) => optional(&taken.reason),
                CallbackEvent::Completed => None,
            },
            Fact::Pairs => (!completion.extra.is_empty()).then_some(Found::Pairs(&completion.extra)),
            Fact::EventId => Some(Found::Late(Late::EventId)),
            Fact::RequestUuid => Some(Found::Late(Late::RequestUuid)),
            Fact::CreatedAt => Some(Found::Instant(self.message.created_at)),
            Fact::AttemptedAt => Some(Found::AttemptedAt),
            Fact::Secret => Some(Found::Late(Late::Secret)),
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
                match tells {
                    Tells::TakenBackNegative => amount.checked_neg()?,
                    Tells::Zero => 0,
                    Tells::Completion | Tells::TakenBack => amount,
                }
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
                    _ if tells == Tells::Zero => "0".to_owned(),
                    None => "0".to_owned(),
                    Some(amount) if tells == Tells::TakenBackNegative => negative(amount),
                    Some(amount) => amount.to_string(),
                }
            }
        };
        Some(Found::Decimal(written.into()))
    }
}

/// The digits behind a minus sign; there is no negative zero.
fn negative(amount: &Decimal) -> String {
    if amount.is_zero() { amount.to_string() } else { format!("-{amount}") }
}

/// A fixed word as it is written: unquoted where the field is a number and the word is one.
fn fixed<'a>(word: &'a str, rule: &ValueRule) -> Value<'a> {
    if rule.number && is_json_number(word) { Value::Number(word.into()) } else { Value::Text(word.into()) }
}

fn text(text: &str) -> Option<Found<'_>> {
    (!text.is_empty()).then_some(Found::Text(text.into()))
}

impl<'a> Found<'a> {
    fn written(self, rule: &ValueRule) -> Value<'a> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Decimal(digits) => {
                // What a format cannot write was refused when the report came in; a reversal's part is cut nowhere.
                let digits = rule.format.decimal(&digits).map_or(digits, Cow::Owned);
                if rule.number { Value::Number(digits) } else { Value::Text(digits) }
            }
            Self::Amount(amount) => match rule.format.minor(amount) {
                Written::Text(digits) if rule.number => Value::Number(digits.into()),
                written => written.into(),
            },
            Self::Instant(instant) => rule.format.instant(instant).into(),
            Self::Pairs(pairs) => Value::Pairs(pairs),
            Self::Late(late) => Value::Late(late),
            Self::AttemptedAt => Value::Late(Late::AttemptedAt(rule.format.clone())),
        }
    }
}

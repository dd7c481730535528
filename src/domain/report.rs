//! A report as an offer system sends it, parsed once: after this no one checks a field's form again.
//!
//! This module knows the form of each field; what the app's dialects need besides,
//! and whether app and click exist, is the intake's to check. All faults of a report are told at once.

use super::amount::{Decimal, Minor};
use super::fields::{Fields, Instants};
use super::invalid::Invalid;
use super::json::Object;
use super::reversal::{Asked, Reason, ReversalReport};
use super::time::Timestamp;

/// Longest `externalId`, `transactionId`, `userId` and other ids, in characters.
pub const ID: usize = 128;
/// Longest `offerName`, in characters.
pub const NAME: usize = 255;
/// Longest `note`, in characters.
pub const NOTE: usize = 500;
/// Longest `eventType`, in characters.
const EVENT_TYPE: usize = 32;
/// Of a report that names none.
const DEFAULT_CURRENCY: &str = "USD";
/// Event types that take the completion of that `externalId` back, and for which reason.
pub const REVERSALS: [(&str, Reason); 3] =
    [("refund", Reason::Refund), ("reversal", Reason::Other), ("chargeback", Reason::Chargeback)];

const FIELDS: [&str; 17] = [
    "externalId",
    "transactionId",
    "eventType",
    "appId",
    "userId",
    "offerId",
    "offerName",
    "goalId",
    "note",
    "userReward",
    "rewardMinor",
    "payoutMinor",
    "grossMinor",
    "currency",
    "occurredAt",
    "clickId",
    "extra",
];

/// A report whose every field has its documented form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The source's stable id.
    pub external_id: String,
    /// What receivers see, where the report chose it.
    pub transaction_id: Option<String>,
    /// `sale`, `install`, …
    pub event_type: String,
    /// By id or ref.
    pub app_id: Option<String>,
    /// The publisher's user.
    pub user_id: Option<String>,
    /// The offer.
    pub offer_id: Option<String>,
    /// The offer's name.
    pub offer_name: Option<String>,
    /// The goal.
    pub goal_id: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// Reward in the app's currency.
    pub user_reward: Option<Decimal>,
    /// Reward in the payout currency.
    pub reward_minor: Option<Minor>,
    /// Payout.
    pub payout_minor: Option<Minor>,
    /// Gross.
    pub gross_minor: Option<Minor>,
    /// ISO 4217, where the report names it.
    pub currency: Option<String>,
    /// When the user completed the offer, where the report says so.
    pub occurred_at: Option<Timestamp>,
    /// A click of the tracking link.
    pub click_id: Option<String>,
    /// Further pairs, in their order.
    pub extra: Vec<(String, String)>,
}

impl Report {
    /// Checks every field of a report; `now` bounds `occurredAt`.
    pub fn parse(object: &Object, now: Timestamp) -> Result<Self, Invalid> {
        Self::read(object, Instants::Until(now))
    }

    /// Reads a report that is refused by now, to be looked for among those that were recorded: when `occurredAt` may lie has
    /// changed with time, and is no part of what makes two reports the same one.
    pub fn parse_told_again(object: &Object) -> Result<Self, Invalid> {
        Self::read(object, Instants::Any)
    }

    fn read(object: &Object, instants: Instants) -> Result<Self, Invalid> {
        let mut fields = Fields::of(object);
        fields.refuse_unknown(&FIELDS);
        let report = Self {
            external_id: fields.required_text("externalId", ID),
            transaction_id: fields.text("transactionId", ID),
            event_type: fields.required_text("eventType", EVENT_TYPE),
            app_id: fields.text("appId", ID),
            user_id: fields.text("userId", ID),
            offer_id: fields.text("offerId", ID),
            offer_name: fields.text("offerName", NAME),
            goal_id: fields.text("goalId", ID),
            note: fields.text("note", NOTE),
            user_reward: fields.decimal("userReward"),
            reward_minor: fields.minor("rewardMinor"),
            payout_minor: fields.minor("payoutMinor"),
            gross_minor: fields.minor("grossMinor"),
            currency: fields.text("currency", 3),
            occurred_at: fields.instant("occurredAt", instants),
            click_id: fields.text("clickId", ID),
            extra: fields.pairs("extra"),
        };
        let mut faults = fields.into_faults();
        report.check_words(&mut faults);
        faults.into_result().map(|()| report)
    }

    fn check_words(&self, faults: &mut Invalid) {
        // That it is there, and how long it may be, was checked as it was read.
        if !self.event_type.is_empty()
            && let Err(reason) = check_event_type(&self.event_type)
        {
            faults.push("eventType", reason);
        }
        let is_code = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if !self.currency.as_deref().is_none_or(is_code) {
            faults.push("currency", "must be an ISO 4217 code of three capital letters, such as USD");
        }
        if let Some(id) = &self.transaction_id
            && let Err(reason) = check_transaction_id(id)
        {
            faults.push("transactionId", reason);
        }
    }

    /// The whole reversal that it reports, where its event type says that it is none of a completion. Whatever else it
    /// says is not compared with the completion.
    pub fn as_reversal(&self) -> Option<ReversalReport> {
        let (_, reason) = REVERSALS.into_iter().find(|(event_type, _)| *event_type == self.event_type)?;
        Some(ReversalReport {
            external_id: self.external_id.clone(),
            reversal_id: None,
            asked: Asked::default(),
            reason,
            occurred_at: self.occurred_at,
        })
    }

    /// The currency of its amounts, by default where it names none.
    pub fn currency(&self) -> &str {
        self.currency.as_deref().unwrap_or(DEFAULT_CURRENCY)
    }

    /// The transaction id that receivers will see: the report's own, else its `externalId` behind the source's prefix.
    pub fn transaction_id(&self, prefix: Option<&str>) -> Result<String, Invalid> {
        if let Some(id) = &self.transaction_id {
            return Ok(id.clone());
        }
        let id = format!("{}{}", prefix.unwrap_or_default(), self.external_id);
        check_transaction_id(&id).map(|()| id.clone()).map_err(|reason| {
            let message = format!("missing, and the default {id:?} made from externalId cannot serve: {reason}");
            Invalid::field("transactionId", message)
        })
    }
}

/// What a type of completions may not be, in words.
pub fn check_event_type(event_type: &str) -> Result<(), &'static str> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-".contains(&byte);
    let is_one = (1..=EVENT_TYPE).contains(&event_type.len()) && event_type.bytes().all(fits);
    if is_one { Ok(()) } else { Err("must match [a-z0-9_.-]{1,32}") }
}

/// What a transaction id may not be, in words.
fn check_transaction_id(id: &str) -> Result<(), &'static str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
    if id.is_empty() || id.len() > ID || !id.bytes().all(fits) {
        return Err("must match [A-Za-z0-9._~-]{1,128}");
    }
    let lower = id.to_ascii_lowercase();
    let ordinal_reversal = lower.strip_prefix('r').and_then(|rest| rest.split_once('-'));
    let is_reversal = ordinal_reversal.is_some_and(|(digits, _)| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if is_reversal || lower.starts_with("test-") {
        return Err("must not begin with r-, r<digits>- or test-, which mark reversals and tests");
    }
    Ok(())
}

//! A reversal as an offer system sends it, parsed once; all its faults are told at once.

use super::{Asked, Reason};
use crate::domain::fields::{Fields, Instants};
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::domain::time::Timestamp;

/// Longest `externalId` and `reversalId`, in characters.
const ID: usize = 128;

/// A reversal as it is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReversalReport {
    /// Which completion.
    pub external_id: String,
    /// The reporter's name for the reversal.
    pub reversal_id: Option<String>,
    /// How much.
    pub asked: Asked,
    /// Why.
    pub reason: Reason,
    /// When, where the report says so.
    pub occurred_at: Option<Timestamp>,
}

impl ReversalReport {
    /// Checks every field of a report; `now` bounds `occurredAt`.
    pub fn parse(object: &Object, now: Timestamp) -> Result<Self, Invalid> {
        Self::read(object, Instants::Until(now))
    }

    /// Reads a report that is refused by now, to be looked for among the reversals that were recorded: when `occurredAt` may
    /// lie has changed with time.
    pub fn parse_told_again(object: &Object) -> Result<Self, Invalid> {
        Self::read(object, Instants::Any)
    }

    fn read(object: &Object, instants: Instants) -> Result<Self, Invalid> {
        let mut fields = Fields::of(object);
        fields.refuse_unknown(&[
            "externalId",
            "reversalId",
            "payoutMinor",
            "rewardMinor",
            "userReward",
            "reason",
            "occurredAt",
        ]);
        let mut report = Self {
            external_id: fields.required_text("externalId", ID),
            reversal_id: fields.text("reversalId", ID),
            asked: Asked {
                payout_minor: fields.minor("payoutMinor"),
                reward_minor: fields.minor("rewardMinor"),
                user_reward: fields.decimal("userReward"),
            },
            reason: Reason::Other,
            occurred_at: fields.instant("occurredAt", instants),
        };
        let reason = fields.text("reason", ID);
        let mut faults = fields.into_faults();
        if let Some(given) = reason {
            match Reason::parse(&given) {
                Some(reason) => report.reason = reason,
                None => {
                    let words: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
                    faults.push("reason", format!("must be one of {}", words.join(", ")));
                }
            }
        }
        faults.into_result().map(|()| report)
    }
}

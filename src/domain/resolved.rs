//! From a report to its completion: what the names in it were found to mean.
//!
//! Looking them up is the intake's; nothing here asks whether app, user or click exist.

use super::attribution::Attribution;
use super::completion::Completion;
use super::manual::Manual;
use super::report::Report;
use super::time::Timestamp;

/// What a report's names were resolved to.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The completion's new id.
    pub id: String,
    /// The reporting source.
    pub source_id: Option<String>,
    /// The app's id.
    pub app_id: String,
    /// The user.
    pub user_id: String,
    /// What receivers see.
    pub transaction_id: String,
    /// The click that the conversion came of, with its offer.
    pub attribution: Option<Attribution>,
    /// Who credited it by hand.
    pub manual: Option<Manual>,
}

impl Report {
    /// The completion that this report becomes. App and user were resolved by the caller. The offer of a click is known to
    /// receivers by one name, whichever the report used.
    pub fn into_completion(self, resolved: Resolved, now: Timestamp) -> Completion {
        let offer = resolved.attribution.as_ref().map(|attribution| &attribution.offer);
        let currency = self.currency().to_owned();
        Completion {
            id: resolved.id,
            source_id: resolved.source_id,
            external_id: self.external_id,
            transaction_id: resolved.transaction_id,
            event_type: self.event_type,
            app_id: resolved.app_id,
            user_id: resolved.user_id,
            offer_id: offer.map(|offer| offer.label().to_owned()).or(self.offer_id),
            offer_name: self.offer_name.or_else(|| offer.map(|offer| offer.name.clone())),
            goal_id: self.goal_id,
            note: self.note,
            user_reward: self.user_reward,
            reward_minor: self.reward_minor,
            payout_minor: self.payout_minor,
            gross_minor: self.gross_minor,
            currency,
            occurred_at: self.occurred_at.unwrap_or(now),
            click_id: self.click_id,
            extra: self.extra,
            calculation: None,
            manual: resolved.manual,
            review: None,
            recorded_at: now,
        }
    }
}

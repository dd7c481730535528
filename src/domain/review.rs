//! Reviews: completions that are not called back before somebody has had the time to look at them.
//!
//! An app's rule says which ones and for how long; then they are released, by hand or because the time is over, or
//! rejected. Pure: who may decide, and what becomes of the callbacks, is not known here.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::amount::{Decimal, LARGEST_MINOR, Minor};
use super::completion::{Completion, Review, ReviewState};
use super::invalid::Invalid;

const HOUR: Duration = Duration::from_secs(3600);
/// At least so long that somebody can look, at most a month: until then the user waits for a reward.
const HOURS: RangeInclusive<u32> = 1..=720;
/// Most event types and offers that a rule names: each report is compared with all of them.
const MOST_NAMES: usize = 1_000;
/// Longest event type and offer id, as in a report.
const LONGEST_NAME: usize = 128;

/// Which of an app's completions are reviewed: those that meet any one of these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReviewRule {
    /// For so many hours.
    #[schema(minimum = 1, maximum = 720)]
    pub hours: u32,
    /// A payout of more than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    pub payout_above_minor: Option<Minor>,
    /// A reward, in the app's currency, of more than this: a decimal, as a number or a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub user_reward_above: Option<Decimal>,
    /// One of these event types.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1_000)]
    pub event_types: Vec<String>,
    /// One of these offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1_000)]
    pub offer_ids: Vec<String>,
}

impl ReviewRule {
    /// The review that a completion begins with; none if it meets nothing.
    pub fn review_of(&self, completion: &Completion) -> Option<Review> {
        let until = completion.recorded_at.plus(HOUR * self.hours);
        self.concerns(completion).then_some(Review { state: ReviewState::Waiting, until })
    }

    fn concerns(&self, completion: &Completion) -> bool {
        let payout = completion.payout_minor.zip(self.payout_above_minor);
        let reward = completion.user_reward.as_ref().zip(self.user_reward_above.as_ref());
        payout.is_some_and(|(payout, above)| payout > above)
            || reward.is_some_and(|(reward, above)| reward.billionths() > above.billionths())
            || self.event_types.contains(&completion.event_type)
            || completion.offer_id.as_ref().is_some_and(|offer_id| self.offer_ids.contains(offer_id))
    }

    /// Checks what was set.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut invalid = Invalid::none();
        if !HOURS.contains(&self.hours) {
            let message = format!("must be a number of hours from {} to {}", HOURS.start(), HOURS.end());
            invalid.push("review.hours", message);
        }
        let is_amount = |above: Minor| u64::try_from(above).is_ok_and(|above| above <= LARGEST_MINOR);
        if !self.payout_above_minor.is_none_or(is_amount) {
            let message = format!("must be an integer of minor units, from 0 to {LARGEST_MINOR}");
            invalid.push("review.payoutAboveMinor", message);
        }
        for (field, names) in [("review.eventTypes", &self.event_types), ("review.offerIds", &self.offer_ids)] {
            let fits = |name: &String| (1..=LONGEST_NAME).contains(&name.chars().count());
            if names.len() > MOST_NAMES || !names.iter().all(fits) {
                invalid.push(field, format!("must be at most {MOST_NAMES} texts of 1 to {LONGEST_NAME} characters"));
            }
        }
        let names_nothing = self.event_types.is_empty() && self.offer_ids.is_empty();
        if names_nothing && self.payout_above_minor.is_none() && self.user_reward_above.is_none() {
            let message = "needs one or more of payoutAboveMinor, userRewardAbove, eventTypes and offerIds";
            invalid.push("review", message);
        }
        invalid.into_result()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::trial::completion;

    #[test]
    fn a_completion_that_meets_any_one_criterion_is_reviewed_and_an_amount_has_to_be_above() {
        let completion = completion();
        let (payout, reward) = (completion.payout_minor.unwrap(), Decimal::parse("100.00"));
        let met = |rule: ReviewRule| ReviewRule { hours: 2, ..rule }.review_of(&completion).is_some();
        assert!(met(ReviewRule { payout_above_minor: Some(payout - 1), ..ReviewRule::default() }));
        assert!(!met(ReviewRule { payout_above_minor: Some(payout), ..ReviewRule::default() }));
        assert!(met(ReviewRule { user_reward_above: Decimal::parse("99.999999999"), ..ReviewRule::default() }));
        assert!(!met(ReviewRule { user_reward_above: reward.clone(), ..ReviewRule::default() }));
        assert!(met(ReviewRule { event_types: vec!["goal".to_owned()], ..ReviewRule::default() }));
        let offer_ids = vec!["o1".to_owned()];
        assert!(met(ReviewRule { offer_ids, user_reward_above: reward, ..ReviewRule::default() }));
        assert!(!met(ReviewRule::default()));
    }

    #[test]
    fn a_review_lasts_its_hours_from_the_record_on() {
        let completion = completion();
        let rule = ReviewRule { hours: 3, payout_above_minor: Some(0), ..ReviewRule::default() };
        let review = rule.review_of(&completion).unwrap();
        assert_eq!(review.until.since(completion.recorded_at), 3 * HOUR);
        assert_eq!(review.state, ReviewState::Waiting);
    }

    #[test]
    fn a_rule_has_bounds_and_something_to_go_by() {
        let faults = |rule: ReviewRule| {
            let invalid = rule.check().err().into_iter().flat_map(|invalid| invalid.0);
            invalid.map(|fault| fault.field).collect::<Vec<String>>()
        };
        let good = ReviewRule { hours: 720, payout_above_minor: Some(0), ..ReviewRule::default() };
        assert_eq!(faults(good.clone()), [""; 0]);
        assert_eq!(faults(ReviewRule { hours: 1, ..ReviewRule::default() }), ["review"]);
        let more_than_any = Some(1_000_000_000_000_000_000);
        assert_eq!(
            faults(ReviewRule { payout_above_minor: more_than_any, ..good.clone() }),
            ["review.payoutAboveMinor"]
        );
        let bad = ReviewRule {
            hours: 721,
            payout_above_minor: Some(-1),
            event_types: vec![String::new()],
            offer_ids: vec!["x".repeat(129)],
            ..good
        };
        assert_eq!(faults(bad), ["review.hours", "review.payoutAboveMinor", "review.eventTypes", "review.offerIds"]);
    }
}

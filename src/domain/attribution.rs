//! Attribution: what a click says of the conversion that names it.
//!
//! The click knows app, user and offer; a report need not repeat them, but must not say otherwise.

use std::sync::Arc;

use super::click::Click;
use super::invalid::Invalid;
use super::offer::{Goal, Offer};
use super::report::Report;

/// The click that a conversion came of, with its offer as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribution {
    /// The click.
    pub click: Click,
    /// What was clicked.
    pub offer: Arc<Offer>,
}

impl Attribution {
    /// What a report says that the click does not. `app_id` is the app that the report itself names.
    pub fn contradictions(&self, report: &Report, app_id: Option<&str>) -> Invalid {
        let mut invalid = Invalid::none();
        if app_id.is_some_and(|app_id| app_id != self.click.app_id) {
            invalid.push("appId", "contradicts the click, which belongs to another app");
        }
        if report.user_id.as_ref().is_some_and(|user_id| *user_id != self.click.user_id) {
            invalid.push("userId", "contradicts the click, which is another user's");
        }
        if report.offer_id.as_deref().is_some_and(|offer_id| !self.offer.is_called(offer_id)) {
            invalid.push("offerId", "contradicts the click, which is of another offer");
        }
        if let Some(goal_id) = &report.goal_id
            && !self.offer.goals.is_empty()
            && self.offer.goal(goal_id).is_none()
        {
            let known: Vec<&str> = self.offer.goals.iter().map(|goal| goal.id.as_str()).collect();
            invalid.push("goalId", format!("is none of the offer's goals; it has {}", known.join(", ")));
        }
        invalid
    }

    /// The goal that was reached, where the offer has goals and the report names one of them.
    pub fn goal(&self, goal_id: Option<&str>) -> Option<&Goal> {
        goal_id.and_then(|goal_id| self.offer.goal(goal_id))
    }
}

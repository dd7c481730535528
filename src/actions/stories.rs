//! What is told of deliveries, completions and clicks: gathers what the words need to know of this moment, from the
//! configuration in memory. The words are the domain's.

use super::Actions;
use super::caller::Caller;
use crate::domain::click::Click;
use crate::domain::completion::Completion;
use crate::domain::decision::RetryPacing;
use crate::domain::delivery::{Delivery, DeliveryKind, WaitingFor};
use crate::domain::plan::{Planned, plan};
use crate::domain::story::{Callback, ClickOutlook, ClickSubject, Story, Subject, of_callback, of_completion, reply};
use crate::domain::time::Timestamp;
use crate::store::callback_records::{CallbackRecord, DeliveryRecord};
use crate::store::support_look_up::Found;

/// What is to be known of a delivery beside its record.
struct Outlook {
    waiting_for: Option<WaitingFor>,
    plan: Vec<Planned>,
    endpoint_number: Option<usize>,
}

impl Actions {
    /// What is planned of a delivery, and its story.
    pub(super) fn story_of_delivery(&self, caller: &Caller, record: &DeliveryRecord) -> (Vec<Planned>, Story) {
        let outlook = self.outlook(&record.callback.delivery);
        let follows = record.follows.as_ref().map(|first| (first, self.outlook(&first.delivery)));
        let follows = follows.as_ref().map(|(first, outlook)| callback(first, outlook));
        let offer_name = record.completion.as_ref().and_then(|completion| self.offer_name(completion));
        let subject = record.completion.as_ref().map(|completion| Subject {
            completion,
            source_name: record.source_name.as_deref(),
            offer_name: offer_name.as_deref(),
            reversals: &record.reversals,
        });
        let own = callback(&record.callback, &outlook);
        let story = of_callback(&own, follows.as_ref(), subject.as_ref(), caller.reader(), self.node.now());
        (outlook.plan, story)
    }

    /// The story of a completion, and what its user may be told.
    pub(super) fn story_of_completion(&self, caller: &Caller, found: &Found) -> (Story, String) {
        let outlooks: Vec<Outlook> = found.deliveries.iter().map(|record| self.outlook(&record.delivery)).collect();
        let callbacks: Vec<Callback<'_>> =
            found.deliveries.iter().zip(&outlooks).map(|(record, outlook)| callback(record, outlook)).collect();
        let offer_name = self.offer_name(&found.completion);
        let subject = Subject {
            completion: &found.completion,
            source_name: found.source_name.as_deref(),
            offer_name: offer_name.as_deref(),
            reversals: &found.reversals,
        };
        let now = self.node.now();
        (of_completion(&subject, &callbacks, caller.reader(), now), reply(&subject, &callbacks, now))
    }

    /// What is to be said of a click that nothing has come of.
    pub(super) fn outlook_of_click(&self, click: &Click, counts_until: Option<Timestamp>) -> ClickOutlook {
        let offer = self.node.directory.offer(&click.offer_id);
        let offer_name = offer.as_ref().map(|offer| offer.name.as_str());
        ClickOutlook::of(&ClickSubject { click, offer_name, counts_until }, self.node.now())
    }

    /// As it was reported, else as one of our own offers is called now.
    fn offer_name(&self, completion: &Completion) -> Option<String> {
        let of_ours = || {
            let offer = self.node.directory.offer(completion.offer_id.as_deref()?)?;
            Some(offer.name.clone())
        };
        completion.offer_name.clone().or_else(of_ours)
    }

    fn outlook(&self, delivery: &Delivery) -> Outlook {
        let waiting_for = self.node.waiting_for(delivery);
        let app = self.node.directory.app_of_endpoint(&delivery.endpoint_id);
        let endpoint_number = app.and_then(|app| app.endpoint_number(&delivery.endpoint_id));
        Outlook { waiting_for, plan: self.plan(delivery, waiting_for).unwrap_or_default(), endpoint_number }
    }

    /// How many attempts a delivery has since it was last opened, by the schedule in force; unknown where its endpoint is archived.
    pub(super) fn most_attempts(&self, delivery: &Delivery) -> Option<u32> {
        if delivery.kind == DeliveryKind::Test {
            return Some(1);
        }
        let waits = self.by_schedule(delivery, |schedule| schedule.len())?;
        u32::try_from(waits).ok()?.checked_add(1)
    }

    /// By the schedule in force; nothing of an endpoint that is archived.
    fn plan(&self, delivery: &Delivery, waiting_for: Option<WaitingFor>) -> Option<Vec<Planned>> {
        self.by_schedule(delivery, |schedule| {
            let scale_thousandths = self.node.retry_scale_thousandths;
            let pacing = RetryPacing { schedule, scale_thousandths, jitter_thousandths: 0 };
            plan(delivery, waiting_for, pacing, self.node.now())
        })
    }

    fn by_schedule<T>(&self, delivery: &Delivery, say: impl FnOnce(&[u64]) -> T) -> Option<T> {
        let app = self.node.directory.app_of_endpoint(&delivery.endpoint_id)?;
        let endpoint = app.endpoint(&delivery.endpoint_id)?;
        let recipe = self.dispatcher.previews.recipe(endpoint, Some(delivery)).ok()?;
        let schedule = endpoint.config.settings.retry_schedule.as_ref().unwrap_or(recipe.retry());
        Some(say(schedule.as_seconds()))
    }
}

fn callback<'a>(record: &'a CallbackRecord, outlook: &'a Outlook) -> Callback<'a> {
    Callback {
        delivery: &record.delivery,
        attempts: &record.attempts,
        waiting_for: outlook.waiting_for,
        plan: &outlook.plan,
        reopened_at: record.reopened_at,
        endpoint_number: outlook.endpoint_number,
        refusal: record.refusal,
    }
}

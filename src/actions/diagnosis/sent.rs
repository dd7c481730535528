//! Which delivery a received callback belongs to, and what its attempts keep of what was sent.

use crate::actions::Actions;
use crate::actions::refusal::Refusal;
use crate::dispatch::sending::job::delivery_of_event;
use crate::dispatch::sending::preview::Wanted;
use crate::dispatch::sending::stored_test::StoredTest;
use crate::domain::app::{App, Endpoint};
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::dialect::diagnose::{Kept, NamedIds, Sent, told_at};
use crate::domain::dialect::received::Received;
use crate::domain::ids;
use crate::domain::time::Timestamp;
use crate::store::lookups::{DeliveryCriteria, Scope};
use crate::store::page::Page;

/// So many deliveries of a transaction are looked at: its completion's and its reversals'.
const MOST_DELIVERIES: usize = 8;
/// So many of the newest deliveries are looked at for a signature, where nothing else says which it is.
const MOST_NEWEST: usize = 20;
/// Longest transaction id of ours, with what marks a reversal's.
const LONGEST_TRANSACTION: usize = 160;

/// What was sent, with the delivery and the attempt of it.
pub(super) struct Known {
    pub(super) delivery: Delivery,
    /// The attempt that was received, and when it began, where that is certain: several may have had one signature.
    pub(super) attempt: Option<u32>,
    /// When it began, or the first of those that it may be.
    pub(super) sent_at: Option<Timestamp>,
    pub(super) sent: Option<Sent>,
}

impl Actions {
    /// What was sent to this endpoint under the ids that a callback names, or under its signature.
    pub(super) async fn what_was_sent(
        &self,
        app: &App,
        endpoint: &Endpoint,
        named: &NamedIds,
    ) -> Result<Option<Known>, Refusal> {
        let mut found: Option<(Delivery, Vec<Attempt>)> = None;
        for id in self.named_deliveries(app, endpoint, named).await? {
            let own = self.node.store.delivery(id).await?;
            let Some(own) = own.filter(|(own, _)| own.app_id == app.id && own.endpoint_id == endpoint.id) else {
                continue;
            };
            if own.1.iter().any(|attempt| is_signed_so(attempt, named)) {
                found = Some(own);
                break;
            }
            found = found.or(Some(own));
        }
        if found.is_none() && named.signature_start.is_some() {
            found = self.newest_signed_so(app, endpoint, named).await?;
        }
        let Some((delivery, attempts)) = found else { return Ok(None) };
        let signed_so: Vec<&Attempt> = attempts.iter().filter(|attempt| is_signed_so(attempt, named)).collect();
        let only = attempts.first().filter(|_| attempts.len() == 1);
        let first = signed_so.first().copied().or(only);
        let certain = first.filter(|_| signed_so.len() < 2).map(|attempt| attempt.number);
        let again = signed_so.last().filter(|_| signed_so.len() > 1).map(|last| (last.number, last.started_at));
        let sent = self.sent(endpoint, &delivery, first.or(attempts.last())).await?;
        let sent = sent.map(|sent| Sent { again, ..sent });
        Ok(Some(Known { attempt: certain, sent_at: first.map(|attempt| attempt.started_at), sent, delivery }))
    }

    /// The deliveries that are named, by event or by transaction.
    async fn named_deliveries(&self, app: &App, endpoint: &Endpoint, named: &NamedIds) -> Result<Vec<String>, Refusal> {
        let of_event = named.event.as_deref().and_then(delivery_of_event).filter(|id| ids::is_id(id));
        let mut ids: Vec<String> = of_event.into_iter().collect();
        for transaction_id in &named.transactions {
            // PostgreSQL's texts hold no NUL, and no transaction id is longer.
            if transaction_id.len() > LONGEST_TRANSACTION || transaction_id.contains('\0') {
                continue;
            }
            let criteria =
                DeliveryCriteria { transaction_id: Some(transaction_id.clone()), ..of_endpoint(app, endpoint) };
            let page = Page { limit: MOST_DELIVERIES, before: None };
            ids.extend(self.node.store.deliveries(criteria, page).await?.items.into_iter().map(|delivery| delivery.id));
        }
        let mut known = std::collections::HashSet::new();
        ids.retain(|id| known.insert(id.clone()));
        ids.truncate(MOST_DELIVERIES);
        Ok(ids)
    }

    /// The newest delivery of which an attempt went out with this signature: what names a delivery may be what was lost.
    async fn newest_signed_so(
        &self,
        app: &App,
        endpoint: &Endpoint,
        named: &NamedIds,
    ) -> Result<Option<(Delivery, Vec<Attempt>)>, Refusal> {
        let page = Page { limit: MOST_NEWEST, before: None };
        for delivery in self.node.store.deliveries(of_endpoint(app, endpoint), page).await?.items {
            let own = self.node.store.delivery(delivery.id).await?;
            if let Some(own) = own.filter(|(_, attempts)| attempts.iter().any(|attempt| is_signed_so(attempt, named))) {
                return Ok(Some(own));
            }
        }
        Ok(None)
    }

    /// What is known of an attempt's request: what is kept of it, and the same composed again where that can still be done.
    async fn sent(
        &self,
        endpoint: &Endpoint,
        delivery: &Delivery,
        attempt: Option<&Attempt>,
    ) -> Result<Option<Sent>, Refusal> {
        let recipe = self.dispatcher.previews.recipe(endpoint, Some(delivery))?;
        let secret_id = attempt.and_then(|attempt| attempt.secret_id.as_deref());
        let secret_id = secret_id.filter(|id| endpoint.secrets.iter().any(|secret| secret.id == *id));
        let kept = attempt.map(|attempt| Kept {
            url: attempt.url.clone(),
            headers: attempt.headers.clone(),
            signature_start: attempt.signature_start.clone(),
        });
        let kept = kept.unwrap_or_default();
        let as_kept = Received {
            url: kept.url.clone().unwrap_or_default(),
            headers: kept.headers.clone(),
            ..Received::default()
        };
        // The instant that is told is not quite the one at which the attempt began.
        let told = told_at(&recipe, &endpoint.config, &as_kept);
        let told_by = self.dispatcher.previews.told_by(delivery).await?;
        let composed = told_by.and_then(|(completion, event)| {
            let wanted = Wanted {
                endpoint,
                completion: &completion,
                event: &event,
                delivery: Some(delivery),
                attempted_at: told.or(attempt.map(|attempt| attempt.started_at)),
                secret_id,
                is_test: delivery.kind == DeliveryKind::Test,
                recipe: None,
            };
            self.dispatcher.previews.compose(&wanted).ok()
        });
        let test: Option<StoredTest> = delivery.test.as_deref().and_then(|test| serde_json::from_str(test).ok());
        Ok(Some(Sent {
            request: composed,
            kept,
            has_secret: secret_id.is_some(),
            is_wrong: test.is_some_and(|test| test.options.tamper),
            again: None,
        }))
    }
}

fn of_endpoint(app: &App, endpoint: &Endpoint) -> DeliveryCriteria {
    DeliveryCriteria {
        scope: Scope { app_ids: Some(vec![app.id.clone()]), ..Scope::default() },
        endpoint_id: Some(endpoint.id.clone()),
        ..DeliveryCriteria::default()
    }
}

fn is_signed_so(attempt: &Attempt, named: &NamedIds) -> bool {
    attempt.signature_start.is_some() && attempt.signature_start == named.signature_start
}

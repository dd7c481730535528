//! Lists of deliveries: what is asked for, and what is shown of each without another look.

use std::net::IpAddr;

use super::Actions;
use super::caller::Caller;
use super::health::OF_LATE;
use super::refusal::Refusal;
use super::scope::Filter;
use crate::dispatch::sending::stored_test::StoredTest;
use crate::domain::amount::Decimal;
use crate::domain::delivery::{Delivery, DeliveryKind, Outcome, Status, WaitingFor};
use crate::domain::egress::Route;
use crate::domain::ids;
use crate::domain::time::Timestamp;
use crate::store::app_labels::AppLabel;
use crate::store::delivery_lists::{Entry, LastAttempt};
use crate::store::lookups::{AttemptCriteria, DeliveryCriteria, Waiting, WaitingEndpoint};
use crate::store::page::{Listed, Page};

/// What deliveries are listed by; what is absent does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Among these.
    pub among: Filter,
    /// In one of these states; none given: in any.
    pub statuses: Vec<Status>,
    /// Of one of these kinds; none given: of any.
    pub kinds: Vec<DeliveryKind>,
    /// That tell of a completion of this user.
    pub user_id: Option<String>,
    /// With this transaction id, ignoring case.
    pub transaction_id: Option<String>,
    /// Of this user or with this transaction id; where only tests are asked for, with this transaction id.
    pub about: Option<String>,
    /// That tell of this completion, by id.
    pub completion_id: Option<String>,
    /// To this endpoint, by id.
    pub endpoint_id: Option<String>,
    /// Whose last attempt ended like this.
    pub outcome: Option<Outcome>,
    /// Whose last attempt the receiver answered like this.
    pub status_code: Option<u16>,
    /// Whose last attempt left from this address.
    pub egress_ip: Option<IpAddr>,
    /// That wait for this at the moment.
    pub waiting_for: Option<WaitingFor>,
    /// That are held until somebody fixes something, or were created in the last 7 days and given up. Tests never need it.
    pub needs_attention: bool,
}

/// A delivery as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// The delivery.
    pub delivery: Delivery,
    /// What it waits for at the moment.
    pub waiting_for: Option<WaitingFor>,
    /// Its app.
    pub app: AppLabel,
    /// The user of the completion that it tells of; none of a test, and none once the user is erased.
    pub user_id: Option<String>,
    /// What the offer of its completion is called.
    pub offer_name: Option<String>,
    /// What the user was to be credited with for that.
    pub user_reward: Option<Decimal>,
    /// How it was tried last.
    pub last_attempt: Option<LastAttempt>,
    /// How many attempts the schedule in force has; unknown where its endpoint is archived.
    pub most_attempts: Option<u32>,
    /// Which of its app's endpoints it goes to, where there are several.
    pub endpoint_number: Option<usize>,
    /// The address that no node holds, where it waits for that.
    pub awaited_address: Option<IpAddr>,
}

impl Actions {
    /// Deliveries, newest first.
    pub async fn deliveries(
        &self,
        caller: &Caller,
        filter: DeliveryFilter,
        page: Page,
    ) -> Result<Listed<DeliveryRow>, Refusal> {
        let asked_for = filter.waiting_for;
        let criteria = self.delivery_criteria(caller, filter).await?;
        let _reading = self.reads.begin(caller)?;
        let listed = self.node.store.listed_deliveries(criteria, page).await?;
        // What was asked for is so as of the moment when it was asked.
        Ok(listed.map(|entry| self.row(entry, asked_for)))
    }

    /// How many deliveries a list has, counted up to a limit, and whether there are more.
    pub async fn deliveries_up_to(
        &self,
        caller: &Caller,
        filter: DeliveryFilter,
        limit: usize,
    ) -> Result<(usize, bool), Refusal> {
        let criteria = self.delivery_criteria(caller, filter).await?;
        let _reading = self.reads.begin(caller)?;
        let listed = self.node.store.deliveries(criteria, Page { limit, before: None }).await?;
        Ok((listed.items.len(), listed.next.is_some()))
    }

    /// Those of these deliveries that the caller may know of, as a list shows them, newest first.
    pub async fn deliveries_by_id(&self, caller: &Caller, ids: Vec<String>) -> Result<Vec<DeliveryRow>, Refusal> {
        let found = self.node.store.deliveries_by_id(ids).await?;
        let is_known = |entry: &Entry| caller.sees(&entry.app.publisher_id);
        Ok(found.into_iter().filter(is_known).map(|entry| self.row(entry, None)).collect())
    }

    async fn delivery_criteria(&self, caller: &Caller, filter: DeliveryFilter) -> Result<DeliveryCriteria, Refusal> {
        let mut filter = filter;
        let is_named_beside =
            filter.user_id.is_some() || filter.transaction_id.is_some() || filter.completion_id.is_some();
        if filter.about.is_some() && is_named_beside {
            return Err(Refusal::field("q", "cannot be given beside userId, transactionId or completionId"));
        }
        if filter.kinds == [DeliveryKind::Test] {
            filter.transaction_id = filter.about.take().or(filter.transaction_id);
        }
        if filter.needs_attention && filter.kinds.is_empty() {
            filter.kinds = vec![DeliveryKind::Completion, DeliveryKind::Reversal];
        }
        if filter.completion_id.as_deref().is_some_and(|id| ids::key("cmp", id).is_none()) {
            return Err(Refusal::field("completionId", "must be the id of a completion, such as cmp_1b3f5h7j9l1n3"));
        }
        let mut scope = self.scope(caller, filter.among).await?;
        if let Some(endpoint_id) = &filter.endpoint_id {
            let app_id = self.app_of_endpoint(caller, endpoint_id).await?;
            if scope.app_ids.as_ref().is_some_and(|app_ids| !app_ids.contains(&app_id)) {
                return Err(Refusal::Unknown("endpoint"));
            }
            scope.app_ids = Some(vec![app_id]);
        }
        let waiting = filter.waiting_for.map(|reason| self.waiting(scope.app_ids.as_deref(), reason, scope.asked_at));
        let needing_attention = filter.needs_attention.then(|| scope.asked_at.minus(OF_LATE));
        Ok(DeliveryCriteria {
            scope,
            statuses: filter.statuses,
            kinds: filter.kinds,
            user_id: filter.user_id,
            transaction_id: filter.transaction_id,
            about: filter.about,
            completion_id: filter.completion_id,
            endpoint_id: filter.endpoint_id,
            last_attempt: AttemptCriteria {
                outcome: filter.outcome,
                status_code: filter.status_code,
                egress_ip: filter.egress_ip.map(|address| address.to_canonical().to_string()),
            },
            waiting,
            needing_attention,
        })
    }

    /// The endpoints of these apps whose deliveries wait for this while they wait to be sent, as this node sees it now.
    fn waiting(&self, app_ids: Option<&[String]>, reason: WaitingFor, now: Timestamp) -> Waiting {
        let routing = self.node.routing();
        let mut endpoints = Vec::new();
        for app in self.node.directory.apps() {
            if app_ids.is_some_and(|app_ids| !app_ids.contains(&app.id)) {
                continue;
            }
            for endpoint in &app.endpoints {
                let waits = routing.waits(&app, endpoint);
                let (due, later) = (waits.due == reason, waits.later == reason);
                if due || later {
                    let (app_id, endpoint_id) = (app.id.clone(), endpoint.id.clone());
                    endpoints.push(WaitingEndpoint { app_id, endpoint_id, due, later });
                }
            }
        }
        Waiting { reason, endpoints, now }
    }

    fn row(&self, entry: Entry, waiting_for: Option<WaitingFor>) -> DeliveryRow {
        let Entry { delivery, app, told_of, last_attempt } = entry;
        let (user_id, offer_name, user_reward) = match told_of {
            Some(told_of) => (told_of.user_id, told_of.offer_name, told_of.user_reward),
            None => invented(&delivery),
        };
        let waiting_for = waiting_for.or_else(|| self.node.waiting_for(&delivery));
        let most_attempts = self.most_attempts(&delivery);
        let awaited_address = (waiting_for == Some(WaitingFor::EgressIp)).then(|| self.address_of(&delivery)).flatten();
        let app_now = self.node.directory.app_of_endpoint(&delivery.endpoint_id);
        let endpoint_number = app_now.and_then(|app| app.endpoint_number(&delivery.endpoint_id));
        DeliveryRow {
            delivery,
            waiting_for,
            app,
            user_id,
            offer_name,
            user_reward,
            last_attempt,
            most_attempts,
            endpoint_number,
            awaited_address,
        }
    }

    /// Where it is to leave from.
    fn address_of(&self, delivery: &Delivery) -> Option<IpAddr> {
        let app = self.node.directory.app_of_endpoint(&delivery.endpoint_id)?;
        match self.node.route(&app, None) {
            Route::Egress(egress_ip) => Some(egress_ip.address),
            Route::Host | Route::Removed => None,
        }
    }
}

/// What a test tells of: an invented completion, by nobody.
fn invented(delivery: &Delivery) -> (Option<String>, Option<String>, Option<Decimal>) {
    let test: Option<StoredTest> = delivery.test.as_deref().and_then(|test| serde_json::from_str(test).ok());
    test.map_or((None, None, None), |test| (None, test.completion.offer_name, test.completion.user_reward))
}

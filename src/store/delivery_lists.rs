//! Deliveries with what a list shows beside them: whose app it is, what each tells of, and how its last attempt ended. A few
//! statements, however many deliveries a page has. It changes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use super::app_labels::{self, AppLabel};
pub use super::attempts::LastAttempt;
use super::attempts::last_of;
use super::backend::{Conn, Read};
use super::criteria::DeliveryCriteria;
use super::finding;
use super::keys::{CompletionKey, DeliveryKey};
use super::page::{Listed, Page};
use super::schema::completions;
use super::{Store, StoreError};
use crate::domain::amount::Decimal;
use crate::domain::delivery::Delivery;
use crate::domain::time::Timestamp;

/// A delivery and what a list shows beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The delivery.
    pub delivery: Delivery,
    /// Its app.
    pub app: AppLabel,
    /// Of the completion that it tells of; a test tells of none.
    pub told_of: Option<ToldOf>,
    /// How it was tried last.
    pub last_attempt: Option<LastAttempt>,
}

/// What a list says of a completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldOf {
    /// The user; none, once that is erased.
    pub user_id: Option<String>,
    /// What the offer is called.
    pub offer_name: Option<String>,
    /// What the user was to be credited with.
    pub user_reward: Option<Decimal>,
}

/// The columns of a completion that are told of, behind its key: user, offer's name, reward, and when the user was erased.
type Told = (CompletionKey, String, Option<String>, Option<Decimal>, Option<Timestamp>);

impl Store {
    /// Deliveries with what a list shows beside them, newest first.
    pub async fn listed_deliveries(&self, criteria: DeliveryCriteria, page: Page) -> Result<Listed<Entry>, StoreError> {
        let erased = Arc::clone(&self.shared.erased);
        let (listed, beside) = self
            .walk_at_once(move |conn| {
                let found = finding::deliveries::find(conn, &erased, &criteria, &page)?;
                let listed = page.cut(found, |delivery: &Delivery| &delivery.id);
                let beside = Beside::of(conn, &listed.items)?;
                Ok((listed, beside))
            })
            .await?;
        beside.each(listed)
    }

    /// Those of these deliveries that are there, with the same beside them, newest first.
    pub async fn deliveries_by_id(&self, ids: Vec<String>) -> Result<Vec<Entry>, StoreError> {
        let keys: Vec<i64> = ids.iter().map(|id| *DeliveryKey::of(id).as_ref()).collect();
        let (items, beside) = self
            .snapshot_by_index(move |conn| {
                let found: Vec<Delivery> = finding::delivery_queries::of_keys(&keys).load(conn)?;
                let beside = Beside::of(conn, &found)?;
                Ok((found, beside))
            })
            .await?;
        Ok(beside.each(Listed { items, next: None })?.items)
    }
}

/// What is shown beside some deliveries.
struct Beside {
    apps: app_labels::Unread,
    told: HashMap<CompletionKey, ToldOf>,
    attempts: HashMap<DeliveryKey, LastAttempt>,
}

impl Beside {
    fn of(conn: &mut Conn, deliveries: &[Delivery]) -> QueryResult<Self> {
        let keys: Vec<DeliveryKey> = deliveries.iter().map(|delivery| DeliveryKey::of(&delivery.id)).collect();
        Ok(Self {
            apps: app_labels::of(conn, deliveries.iter().map(|delivery| delivery.app_id.as_str()))?,
            told: told_by(conn, deliveries)?,
            attempts: last_of(&keys).load(conn)?.into_iter().collect(),
        })
    }

    fn each(mut self, listed: Listed<Delivery>) -> Result<Listed<Entry>, StoreError> {
        let labels = self.apps.read()?;
        Ok(listed.map(|delivery| Entry {
            app: labels.get(&delivery.app_id).cloned().unwrap_or_default(),
            told_of: self.told.get(&CompletionKey::of(&delivery.completion_id)).cloned(),
            last_attempt: self.attempts.remove(&DeliveryKey::of(&delivery.id)),
            delivery,
        }))
    }
}

/// What these deliveries tell of, by completion.
fn told_by(conn: &mut Conn, deliveries: &[Delivery]) -> QueryResult<HashMap<CompletionKey, ToldOf>> {
    let keys: Vec<CompletionKey> =
        deliveries.iter().map(|delivery| CompletionKey::of(&delivery.completion_id)).collect();
    let told = |(key, user_id, offer_name, user_reward, erased_at): Told| {
        let user_id = erased_at.is_none().then_some(user_id);
        (key, ToldOf { user_id, offer_name, user_reward })
    };
    Ok(told_of(&keys).load::<Told>(conn)?.into_iter().map(told).collect())
}

/// What is told of these completions.
pub(super) fn told_of(keys: &[CompletionKey]) -> impl Read<'_, Told> {
    completions::table.filter(completions::id.eq_any(keys)).select((
        completions::id,
        completions::user_id,
        completions::offer_name,
        completions::user_reward,
        completions::erased_at,
    ))
}

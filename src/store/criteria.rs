//! What completions and deliveries are looked for by, and the queries that this makes over a span of keys.
//!
//! Which span to read, and how much of it, is for [`super::finding`] to say.

use diesel::dsl::{exists, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::backend::{Engine, Read};
use super::deliveries::{is, is_a_test};
use super::id_range::Span;
use super::keys::{AppKey, CompletionKey};
use super::schema::{completions, deliveries};
use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, DeliveryKind, Status};
use crate::domain::sample_completion;
use crate::domain::time::Timestamp;

/// Which completions or deliveries are looked for; absent criteria do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Criteria {
    /// Of these apps; `None`: of any.
    pub app_ids: Option<Vec<String>>,
    /// Of this user (completions only).
    pub user_id: Option<String>,
    /// With this transaction id, ignoring case.
    pub transaction_id: Option<String>,
    /// Of this offer (completions only).
    pub offer_id: Option<String>,
    /// Attributed by this click (completions only).
    pub click_id: Option<String>,
    /// Whether something was taken back (completions only).
    pub reversed: Option<bool>,
    /// In this state; of a completion, one of its own callbacks.
    pub status: Option<Status>,
    /// Recorded at or after.
    pub from: Option<Timestamp>,
    /// Recorded before.
    pub to: Option<Timestamp>,
    /// When this is asked: a time without an end goes on until then.
    pub asked_at: Timestamp,
}

impl Criteria {
    /// The app, if it is one.
    pub(super) fn only_app(&self) -> Option<AppKey> {
        match self.app_ids.as_deref() {
            Some([app_id]) => Some(AppKey::of(app_id)),
            _ => None,
        }
    }

    /// Whether completions are read along the index of those of which something was taken back.
    pub(super) fn follows_reversed(&self) -> bool {
        self.reversed == Some(true) && self.user_id.is_none() && self.only_app().is_some()
    }

    /// Whether deliveries are read along the index of those that are neither delivered nor under way. Of a time, it would
    /// lead to all of them.
    pub(super) fn follows_unsettled(&self) -> bool {
        self.only_app().is_some()
            && self.from.is_none()
            && self.to.is_none()
            && self.status.is_some_and(|status| !matches!(status, Status::Delivered | Status::Sending))
    }

    /// Whether completions are left out that the index leads to.
    pub(super) fn filters_completions(&self) -> bool {
        let apps_of_user = self.user_id.is_some() && self.app_ids.is_some();
        let by_time = self.from.is_some() || self.to.is_some();
        let by_reversals = self.reversed.is_some() && !self.follows_reversed();
        self.offer_id.is_some() || self.status.is_some() || by_reversals || apps_of_user || by_time
    }

    /// Whether deliveries are left out that the index leads to.
    pub(super) fn filters_deliveries(&self) -> bool {
        let by_status = self.status.is_some() && !self.follows_unsettled();
        by_status || self.from.is_some() || self.to.is_some()
    }
}

/// Whether something was taken back, as the index says it.
pub(super) fn is_reversed() -> SqlLiteral<Bool> {
    sql("completions.reversals > 0")
}

/// Completions of a span of keys, newest first; `bearing`: only those, which bear the transaction id.
pub(super) fn completions_within<'a>(
    criteria: &'a Criteria,
    bearing: Option<&[CompletionKey]>,
    span: &Span,
    at_most: usize,
) -> impl Read<'a, Completion> + use<'a> {
    let mut query = completions::table.select(Completion::as_select()).into_boxed::<Engine>();
    if let Some(keys) = bearing {
        query = query.filter(completions::id.eq_any(keys.to_vec()));
    }
    match criteria.app_ids.as_deref() {
        // A user has few completions, an app all of them: the sum keeps SQLite from entering the app's index instead.
        Some([app_id]) if criteria.user_id.is_some() => {
            query = query.filter((completions::app_id + 0).eq(AppKey::of(app_id)));
        }
        // Along the app's own index, newest first; of a list, even of one, PostgreSQL would sort all that there is.
        Some([app_id]) => query = query.filter(completions::app_id.eq(AppKey::of(app_id))),
        Some(app_ids) => query = query.filter(completions::app_id.eq_any(app_ids.iter().map(|id| AppKey::of(id)))),
        None => {}
    }
    if let Some(user_id) = &criteria.user_id {
        query = query.filter(completions::user_id.eq(user_id));
    }
    if let Some(offer_id) = &criteria.offer_id {
        query = query.filter(completions::offer_id.eq(offer_id));
    }
    if let Some(click_id) = &criteria.click_id {
        query = query.filter(completions::click_id.eq(click_id));
    }
    query = match criteria.reversed {
        Some(true) => query.filter(is_reversed()),
        Some(false) => query.filter(completions::reversals.eq(0)),
        None => query,
    };
    if let Some(status) = criteria.status {
        let callbacks = deliveries::table.filter(deliveries::completion_id.eq(completions::id));
        let callbacks = callbacks.filter(deliveries::kind.eq(DeliveryKind::Completion)).filter(is(status));
        query = query.filter(exists(callbacks));
    }
    if let Some(lower) = span.lower {
        query = query.filter(completions::id.ge(lower));
    }
    if let Some(upper) = span.upper {
        query = query.filter(completions::id.lt(upper));
    }
    if let Some(from) = criteria.from {
        query = query.filter(completions::recorded_at.ge(from));
    }
    if let Some(to) = criteria.to {
        query = query.filter(completions::recorded_at.lt(to));
    }
    query.order(completions::id.desc()).limit(rows(at_most))
}

/// Deliveries of a span of keys, newest first; `bearing`: only those of these completions, which bear the transaction id.
pub(super) fn deliveries_within<'a>(
    criteria: &'a Criteria,
    bearing: Option<&[CompletionKey]>,
    span: &Span,
    at_most: usize,
) -> impl Read<'a, Delivery> + use<'a> {
    let mut query = deliveries::table.select(Delivery::as_select()).into_boxed::<Engine>();
    if let Some(transaction_id) = &criteria.transaction_id {
        // A test leaves no completion that could be found by it.
        query = if transaction_id.starts_with(sample_completion::PREFIX) {
            query.filter(is_a_test()).filter(deliveries::transaction_id.eq(transaction_id))
        } else {
            query.filter(deliveries::completion_id.eq_any(bearing.unwrap_or_default().to_vec()))
        };
    }
    match criteria.app_ids.as_deref() {
        // Along the app's own index, newest first; of a list, even of one, PostgreSQL would sort all that there is.
        Some([app_id]) => query = query.filter(deliveries::app_id.eq(AppKey::of(app_id))),
        Some(app_ids) => query = query.filter(deliveries::app_id.eq_any(app_ids.iter().map(|id| AppKey::of(id)))),
        None => {}
    }
    if let Some(status) = criteria.status {
        query = query.filter(is(status));
    }
    // Bounded on both sides, SQLite enters the index of all deliveries of the app instead.
    if let Some(lower) = span.lower.filter(|_| !criteria.follows_unsettled()) {
        query = query.filter(deliveries::id.ge(lower));
    }
    if let Some(upper) = span.upper {
        query = query.filter(deliveries::id.lt(upper));
    }
    if let Some(from) = criteria.from {
        query = query.filter(deliveries::created_at.ge(from));
    }
    if let Some(to) = criteria.to {
        query = query.filter(deliveries::created_at.lt(to));
    }
    query.order(deliveries::id.desc()).limit(rows(at_most))
}

fn rows(at_most: usize) -> i64 {
    i64::try_from(at_most).unwrap_or(i64::MAX)
}

//! The queries of deliveries: what an index leads to, and which of it is asked for.

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::delivery_conditions::{Condition, had, needs_attention, one_of, waits};
use super::rows;
use crate::domain::delivery::{Delivery, Status};
use crate::domain::ids::Tick;
use crate::store::backend::{Engine, Read};
use crate::store::criteria::DeliveryCriteria;
use crate::store::deliveries::{is, is_a_test};
use crate::store::id_range::{SLACK, Span};
use crate::store::keys::{AppKey, CompletionKey, EndpointKey};
use crate::store::schema::{completions, deliveries};
use crate::store::walk::WINDOW;

/// What leads to deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) enum Lead {
    /// The primary key: all of them.
    Everything,
    /// Those of an app.
    App(AppKey),
    /// Those of an app in one of the states that an index lists.
    InState(AppKey, Status),
    /// The tests of an app.
    Tests(AppKey),
    /// Those that a node has claimed and is sending, in no order: no more than all nodes send at a time.
    Sending,
    /// Those that tell of these completions, in no order.
    Of(Vec<CompletionKey>),
}

impl Lead {
    /// The app, where it is one's.
    fn app(&self) -> Option<AppKey> {
        match self {
            Self::App(app) | Self::InState(app, _) | Self::Tests(app) => Some(*app),
            Self::Everything | Self::Sending | Self::Of(_) => None,
        }
    }

    /// Whether the rows are read and then put in order, instead of being read in order.
    fn is_sorted(&self) -> bool {
        matches!(self, Self::Sending | Self::Of(_))
    }

    /// The condition that its index is entered by.
    fn condition(&self) -> Option<Condition<'static>> {
        Some(match self {
            Self::Everything => return None,
            Self::App(app) => Box::new(deliveries::app_id.eq(*app)),
            Self::InState(app, status) => Box::new(deliveries::app_id.eq(*app).and(is(*status))),
            Self::Tests(app) => Box::new(deliveries::app_id.eq(*app).and(is_a_test())),
            // That a claim names a node, which it always does, has the index of claims entered.
            Self::Sending => {
                let is_claimed = deliveries::claim_token.is_not_null().and(deliveries::claimed_by.is_not_null());
                Box::new(is_claimed.and(is(Status::Sending)))
            }
            Self::Of(completions) => Box::new(deliveries::completion_id.eq_any(completions.clone())),
        })
    }
}

impl DeliveryCriteria {
    /// Whether deliveries are left out that the lead leads to.
    pub(super) fn filters(&self, lead: &Lead) -> bool {
        let statuses = self.possible_statuses().is_some() && !matches!(lead, Lead::InState(..));
        let follows_tests = self.is_about_tests() && matches!(lead, Lead::Tests(_));
        let kinds = !(self.kinds.is_empty() || follows_tests);
        let names = self.transaction_id.is_some() || self.endpoint_id.is_some();
        let stands = self.waiting.is_some() || self.needing_attention.is_some();
        statuses || kinds || names || self.last_attempt.asks() || stands || self.scope.has_time()
    }

    /// What of a span can be asked for of this lead: what was given up long ago needs nobody's attention, and is not walked over.
    pub(super) fn part_of(&self, lead: &Lead, span: &Span) -> Span {
        let mut part = span.clone();
        if let (Lead::InState(_, Status::Dead), Some(since)) = (lead, self.needing_attention) {
            let first = Tick::first_of(since.minus(SLACK)).key(0);
            part.lower = Some(part.lower.map_or(first, |lower| lower.max(first)));
        }
        part
    }

    /// What is asked for and the lead does not decide. Of columns that other indexes hold, sums keep either planner from these.
    fn conditions<'a>(&'a self, lead: &Lead) -> Vec<Condition<'a>> {
        let mut all: Vec<Condition<'a>> = Vec::new();
        if lead.app().is_none()
            && let Some(apps) = self.scope.apps()
        {
            all.push(Box::new((deliveries::app_id + 0).eq_any(apps)));
        }
        if let Some(statuses) = self.possible_statuses().filter(|_| !matches!(lead, Lead::InState(..))) {
            all.push(Box::new(sql::<Bool>(&one_of("deliveries.status + 0", &statuses))));
        }
        if !self.kinds.is_empty() {
            all.push(Box::new(sql::<Bool>(&one_of("deliveries.kind + 0", &self.kinds))));
        }
        // Of what tells of completions, those were found by it. A test has its own.
        if let Some(transaction_id) = self.transaction_id.as_deref().filter(|_| self.names_a_test()) {
            all.push(Box::new(is_a_test().and(deliveries::transaction_id.eq(transaction_id))));
        }
        if let Some(endpoint_id) = self.endpoint_id.as_deref() {
            all.push(Box::new((deliveries::endpoint_id + 0).eq(EndpointKey::of(endpoint_id))));
        }
        if self.last_attempt.asks() {
            all.push(had(&self.last_attempt));
        }
        if let Some(waiting) = &self.waiting {
            all.push(Box::new(sql::<Bool>(&waits(waiting, lead.app()))));
        }
        if let Some(since) = self.needing_attention {
            all.push(Box::new(sql::<Bool>(&needs_attention(since))));
        }
        if let Some(from) = self.scope.from {
            all.push(Box::new(deliveries::created_at.ge(from)));
        }
        if let Some(to) = self.scope.to {
            all.push(Box::new(deliveries::created_at.lt(to)));
        }
        all
    }
}

/// The keys of those of a lead that are asked for and lie in a span, newest first.
pub(in crate::store) fn within<'a>(
    criteria: &'a DeliveryCriteria,
    lead: &Lead,
    span: &Span,
    at_most: usize,
) -> impl Read<'a, i64> + use<'a> {
    let mut query = deliveries::table.select(deliveries::id).into_boxed::<Engine>();
    for condition in lead.condition().into_iter().chain(criteria.conditions(lead)) {
        query = query.filter(condition);
    }
    if lead.is_sorted() {
        if let Some(lower) = span.lower {
            query = query.filter((deliveries::id + 0).ge(lower));
        }
        if let Some(upper) = span.upper {
            query = query.filter((deliveries::id + 0).lt(upper));
        }
        return query.order((deliveries::id + 0).desc()).limit(rows(at_most));
    }
    query = match (span.lower, span.upper) {
        (None, None) => query,
        // Of two bounds that stand apart, SQLite would enter the index of all deliveries of the app, whatever their state.
        (Some(lower), Some(upper)) => query.filter(deliveries::id.between(lower, upper.saturating_sub(1))),
        (Some(lower), None) => query.filter(deliveries::id.ge(lower)),
        (None, Some(upper)) => query.filter(deliveries::id.lt(upper)),
    };
    query.order(deliveries::id.desc()).limit(rows(at_most))
}

/// The deliveries of these keys, newest first.
pub(in crate::store) fn of_keys(keys: &[i64]) -> impl Read<'_, Delivery> {
    // In the order of the table's own key PostgreSQL might look for a few rows from its end down.
    deliveries::table
        .filter(deliveries::id.eq_any(keys))
        .order((deliveries::id + 0).desc())
        .select(Delivery::as_select())
}

/// The key of the one that is [`WINDOW`] of a lead below the end of a span: the index alone says it.
pub(in crate::store) fn edge(lead: &Lead, span: &Span) -> impl Read<'static, i64> + use<> {
    let mut query = deliveries::table.select(deliveries::id).into_boxed::<Engine>();
    if let Some(condition) = lead.condition() {
        query = query.filter(condition);
    }
    if let Some(lower) = span.lower {
        query = query.filter(deliveries::id.ge(lower));
    }
    if let Some(upper) = span.upper {
        query = query.filter(deliveries::id.lt(upper));
    }
    query.order(deliveries::id.desc()).offset(rows(WINDOW) - 1).limit(1)
}

/// How many of a lead lie in a span, which is less than a window.
pub(in crate::store) fn size(lead: &Lead, span: &Span) -> impl Read<'static, i64> + use<> {
    let mut query = deliveries::table.select(count_star()).into_boxed::<Engine>();
    if let Some(condition) = lead.condition() {
        query = query.filter(condition);
    }
    if let Some(lower) = span.lower {
        query = query.filter(deliveries::id.ge(lower));
    }
    if let Some(upper) = span.upper {
        query = query.filter(deliveries::id.lt(upper));
    }
    query
}

/// The completions of a user in a span of their keys: the index alone says them.
pub(in crate::store) fn completions_of<'a>(user_id: &'a str, span: &Span) -> impl Read<'a, CompletionKey> + use<'a> {
    let mut query = completions::table.select(completions::id).into_boxed::<Engine>();
    query = query.filter(completions::user_id.eq(user_id));
    if let Some(lower) = span.lower {
        query = query.filter(completions::id.ge(lower));
    }
    if let Some(upper) = span.upper {
        query = query.filter(completions::id.lt(upper));
    }
    query.order(completions::id.desc())
}

/// The key of the completion that is [`WINDOW`] of a user's below the end of a span.
pub(in crate::store) fn edge_of_completions<'a>(user_id: &'a str, span: &Span) -> impl Read<'a, i64> + use<'a> {
    let mut query = completions::table.select(completions::id).into_boxed::<Engine>();
    query = query.filter(completions::user_id.eq(user_id));
    if let Some(upper) = span.upper {
        query = query.filter(completions::id.lt(upper));
    }
    query.order(completions::id.desc()).offset(rows(WINDOW) - 1).limit(1)
}

//! The queries of completions: what an index leads to, and which of it is asked for.

use diesel::dsl::{count_star, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{NOT_JOINED, rows};
use crate::domain::completion::Completion;
use crate::domain::delivery::DeliveryKind;
use crate::store::backend::{Engine, Read};
use crate::store::codes;
use crate::store::completions::is_in_review;
use crate::store::criteria::CompletionCriteria;
use crate::store::id_range::Span;
use crate::store::keys::{AppKey, CompletionKey};
use crate::store::schema::completions;
use crate::store::walk::WINDOW;

/// What leads to completions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) enum Lead {
    /// The primary key: all of them.
    Everything,
    /// Those of an app.
    App(AppKey),
    /// Those of an app of which something was taken back.
    TakenBack(AppKey),
    /// Those of the user that is asked about.
    User,
    /// The one of the click that is asked about, and those of its other goals.
    Click,
    /// Those that wait for a decision, in no order.
    InReview,
    /// These.
    Keys(Vec<CompletionKey>),
}

type Condition<'a> = Box<dyn BoxableExpression<completions::table, Engine, SqlType = Bool> + 'a>;

/// Whether something was taken back, as the index says it.
pub(super) fn is_reversed() -> SqlLiteral<Bool> {
    sql("completions.reversals > 0")
}

impl Lead {
    /// Whether the rows are read and then put in order, instead of being read in order.
    fn is_sorted(&self) -> bool {
        matches!(self, Self::InReview)
    }

    /// The condition that its index is entered by.
    fn condition<'a>(&self, criteria: &'a CompletionCriteria) -> Option<Condition<'a>> {
        Some(match self {
            Self::Everything => return None,
            Self::App(app) => Box::new(completions::app_id.eq(*app)),
            Self::TakenBack(app) => Box::new(completions::app_id.eq(*app).and(is_reversed())),
            Self::User => Box::new(completions::user_id.eq(criteria.user_id.as_deref().unwrap_or_default())),
            Self::Click => {
                let click_id = criteria.click_id.as_deref().unwrap_or_default();
                Box::new(completions::click_id.eq(click_id).assume_not_null())
            }
            // That the time is there, which it always is, has the index of those in review entered.
            Self::InReview => Box::new(is_in_review().and(completions::review_until.is_not_null())),
            Self::Keys(keys) => Box::new(completions::id.eq_any(keys.clone())),
        })
    }
}

impl CompletionCriteria {
    /// Whether completions are left out that the lead leads to.
    pub(super) fn filters(&self, lead: &Lead) -> bool {
        let apps = self.scope.app_ids.is_some() && !matches!(lead, Lead::App(_) | Lead::TakenBack(_));
        let reversed = self.reversed.is_some() && !matches!(lead, Lead::TakenBack(_));
        let texts = self.offer_id.is_some() || self.event_type.is_some();
        let states = self.callback.is_some() || self.review.is_some() || self.manual.is_some();
        apps || reversed || texts || states || self.scope.has_time()
    }

    /// What is asked for and the lead does not decide.
    fn conditions<'a>(&'a self, lead: &Lead) -> Vec<Condition<'a>> {
        let mut all: Vec<Condition<'a>> = Vec::new();
        if !matches!(lead, Lead::App(_) | Lead::TakenBack(_))
            && let Some(apps) = self.scope.apps()
        {
            // What else leads there has few rows, an app all of them: the sum keeps either planner from the app's index.
            all.push(Box::new((completions::app_id + 0).eq_any(apps)));
        }
        if let Some(user_id) = self.user_id.as_deref().filter(|_| *lead != Lead::User) {
            all.push(Box::new(completions::user_id.eq(user_id)));
        }
        if let Some(click_id) = self.click_id.as_deref().filter(|_| *lead != Lead::Click) {
            all.push(Box::new(completions::click_id.eq(click_id).assume_not_null()));
        }
        if let Some(offer_id) = self.offer_id.as_deref() {
            all.push(Box::new(completions::offer_id.eq(offer_id).assume_not_null()));
        }
        if let Some(event_type) = self.event_type.as_deref() {
            all.push(Box::new(completions::event_type.eq(event_type)));
        }
        match self.reversed {
            Some(true) => all.push(Box::new(is_reversed())),
            Some(false) => all.push(Box::new(completions::reversals.eq(0))),
            None => {}
        }
        match self.manual {
            Some(true) => all.push(Box::new(completions::manual.is_not_null())),
            Some(false) => all.push(Box::new(completions::manual.is_null())),
            None => {}
        }
        if let Some(review) = self.review {
            // The sum keeps PostgreSQL from the index of those in review, where that holds too many.
            all.push(Box::new(sql::<Bool>(&codes::is("completions.review + 0", review))));
        }
        if let Some(status) = self.callback {
            let (is_callback, is_it) = (codes::is("d.kind", DeliveryKind::Completion), codes::is("d.status", status));
            all.push(Box::new(sql::<Bool>(&format!(
                "EXISTS (SELECT 1 FROM deliveries d WHERE d.completion_id = completions.id AND {is_callback} AND {is_it}{NOT_JOINED}"
            ))));
        }
        if let Some(from) = self.scope.from {
            all.push(Box::new(completions::recorded_at.ge(from)));
        }
        if let Some(to) = self.scope.to {
            all.push(Box::new(completions::recorded_at.lt(to)));
        }
        all
    }
}

/// The keys of those of a lead that are asked for and lie in a span, newest first.
pub(in crate::store) fn within<'a>(
    criteria: &'a CompletionCriteria,
    lead: &Lead,
    span: &Span,
    at_most: usize,
) -> impl Read<'a, i64> + use<'a> {
    let mut query = completions::table.select(completions::id).into_boxed::<Engine>();
    for condition in lead.condition(criteria).into_iter().chain(criteria.conditions(lead)) {
        query = query.filter(condition);
    }
    if lead.is_sorted() {
        if let Some(lower) = span.lower {
            query = query.filter((completions::id + 0).ge(lower));
        }
        if let Some(upper) = span.upper {
            query = query.filter((completions::id + 0).lt(upper));
        }
        return query.order((completions::id + 0).desc()).limit(rows(at_most));
    }
    if let Some(lower) = span.lower {
        query = query.filter(completions::id.ge(lower));
    }
    if let Some(upper) = span.upper {
        query = query.filter(completions::id.lt(upper));
    }
    query.order(completions::id.desc()).limit(rows(at_most))
}

/// The completions of these keys, newest first.
pub(in crate::store) fn of_keys(keys: &[i64]) -> impl Read<'_, Completion> {
    // In the order of the table's own key PostgreSQL might look for a few rows from its end down.
    completions::table
        .filter(completions::id.eq_any(keys))
        .order((completions::id + 0).desc())
        .select(Completion::as_select())
}

/// The key of the one that is [`WINDOW`] of a lead below the end of a span: the index alone says it.
pub(in crate::store) fn edge<'a>(
    criteria: &'a CompletionCriteria,
    lead: &Lead,
    span: &Span,
) -> impl Read<'a, i64> + use<'a> {
    let mut query = completions::table.select(completions::id).into_boxed::<Engine>();
    if let Some(condition) = lead.condition(criteria) {
        query = query.filter(condition);
    }
    if let Some(lower) = span.lower {
        query = query.filter(completions::id.ge(lower));
    }
    if let Some(upper) = span.upper {
        query = query.filter(completions::id.lt(upper));
    }
    query.order(completions::id.desc()).offset(rows(WINDOW) - 1).limit(1)
}

/// How many of a lead lie in a span, which is less than a window.
pub(in crate::store) fn size<'a>(
    criteria: &'a CompletionCriteria,
    lead: &Lead,
    span: &Span,
) -> impl Read<'a, i64> + use<'a> {
    let mut query = completions::table.select(count_star()).into_boxed::<Engine>();
    if let Some(condition) = lead.condition(criteria) {
        query = query.filter(condition);
    }
    if let Some(lower) = span.lower {
        query = query.filter(completions::id.ge(lower));
    }
    if let Some(upper) = span.upper {
        query = query.filter(completions::id.lt(upper));
    }
    query
}

/// The last of so many that wait for a decision that it is worth reading all of them to have them in order.
pub(in crate::store) fn last_of_few_in_review() -> impl Read<'static, CompletionKey> {
    completions::table
        .filter(is_in_review())
        .filter(completions::review_until.is_not_null())
        .order(completions::review_until)
        .offset(rows(WINDOW) - 1)
        .limit(1)
        .select(completions::id)
}

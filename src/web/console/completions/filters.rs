//! The filters of the list, which are the API's.

use crate::actions::completions::CompletionFilter;
use crate::actions::scope;
use crate::domain::completion::ReviewState;
use crate::domain::delivery::Status;
use crate::domain::invalid::Invalid;
use crate::web::console::address::LIVE;
use crate::web::console::faults;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::list_query::{self, ListQuery, among_apps};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::parts::state::State;
use crate::web::list;

/// When a list without rows was opened: what is asked for by this is what came since then.
pub(super) const SINCE: &str = "since";
pub(super) const SHAPE: &Shape<'_> = &[
    ("app", Kind::Text),
    ("userId", Kind::Text),
    ("transactionId", Kind::Text),
    ("from", Kind::Utc),
    ("to", Kind::Utc),
    ("offerId", Kind::Text),
    ("eventType", Kind::Text),
    ("deliveryStatus", Kind::Text),
    ("reversed", Kind::Text),
    ("manual", Kind::Text),
    ("review", Kind::Text),
    (LIVE, Kind::Text),
    ("after", Kind::Text),
    (SINCE, Kind::Utc),
    ("cursor", Kind::Text),
    ("part", Kind::Text),
];
/// An export has no pages and no parts: the last two are not for it.
pub(super) const OF_EXPORT: &Shape<'_> = SHAPE.split_at(SHAPE.len() - 2).0;

/// The controls.
#[derive(Clone, Debug)]
pub(super) struct Filters {
    /// Without choices it is typed.
    pub(super) app: Field,
    pub(super) user: Field,
    pub(super) transaction: Field,
    pub(super) from: Field,
    pub(super) to: Field,
    pub(super) offer: Field,
    pub(super) event: Field,
    pub(super) callback: Field,
    pub(super) reversed: Field,
    pub(super) manual: Field,
    pub(super) review: Field,
    /// Whether one of the further ones is used or wrong.
    pub(super) is_open: bool,
}

/// What is asked for, as far as it could be read.
pub(super) fn filter(query: &mut ListQuery) -> CompletionFilter {
    let from = query.take(|query| query.instant("from")).flatten();
    let to = query.take(|query| query.instant("to")).flatten();
    if from.zip(to).is_some_and(|(from, to)| to <= from) {
        query.faults.push("to", "must be later than From");
    }
    let since = query.take(|query| query.instant(SINCE)).flatten();
    CompletionFilter {
        among: scope::Filter {
            app: query.owned("app"),
            publisher: None,
            from: from.max(since),
            to,
            after: query.take(|query| list::after("cmp", query)).flatten(),
        },
        user_id: query.owned("userId"),
        transaction_id: query.owned("transactionId"),
        offer_id: query.owned("offerId"),
        event_type: query.owned("eventType"),
        reversed: query.take(|query| query.truth("reversed")).flatten(),
        manual: query.take(|query| query.truth("manual")).flatten(),
        review: query.take(|query| query.word("review", ReviewState::ALL, ReviewState::as_str)).flatten(),
        callback: query.take(|query| query.word("deliveryStatus", Status::ALL, Status::as_str)).flatten(),
    }
}

impl Filters {
    pub(super) fn of(page: &PageRequest, query: &ListQuery) -> Self {
        let any = |field: Field| field.choice("", "Any");
        let states = |field, status: &Status| Field::choice(field, status.as_str(), &State::of(status.as_str()).word);
        let further = ["offerId", "eventType", "deliveryStatus", "reversed", "manual", "review"];
        Self {
            app: among_apps(page, query.field("app", "App"), Some("All")),
            user: query.field("userId", "User"),
            transaction: query.field("transactionId", "Transaction"),
            from: query.field("from", "From (UTC)"),
            to: query.field("to", "To (UTC)"),
            offer: query.field("offerId", "Offer id"),
            event: query.field("eventType", "Event type"),
            callback: Status::ALL.iter().fold(any(query.field("deliveryStatus", "Callback")), states),
            reversed: any(query.field("reversed", "Reversed"))
                .choice("true", "Reversed")
                .choice("false", "Not reversed"),
            manual: any(query.field("manual", "By hand"))
                .choice("true", "Credited by hand")
                .choice("false", "Reported"),
            review: any(query.field("review", "Review"))
                .choice("waiting", "In review")
                .choice("released", "Released")
                .choice("rejected", "Rejected"),
            is_open: further.iter().any(|name| query.text(name).is_some()),
        }
    }

    /// Puts what is wrong at its fields; answers what belongs to none.
    pub(super) fn wrong(&mut self, wrong: &Invalid) -> Vec<String> {
        let mut wrong = wrong.clone();
        wrong.0.iter_mut().filter(|fault| fault.field == "appId").for_each(|fault| fault.field = "app".to_owned());
        let others = faults::show(&mut self.all_mut(), &wrong);
        self.is_open = self.is_open || self.further().iter().any(|field| !field.faults.is_empty());
        others
    }

    pub(super) fn all(&self) -> Vec<&Field> {
        let first = [&self.app, &self.user, &self.transaction, &self.from, &self.to];
        first.into_iter().chain(self.further()).collect()
    }

    /// What the list is filtered by, in a few words.
    pub(super) fn said(&self) -> String {
        list_query::said(self.all())
    }

    fn further(&self) -> [&Field; 6] {
        [&self.offer, &self.event, &self.callback, &self.reversed, &self.manual, &self.review]
    }

    fn all_mut(&mut self) -> [&mut Field; 11] {
        [
            &mut self.app,
            &mut self.user,
            &mut self.transaction,
            &mut self.from,
            &mut self.to,
            &mut self.offer,
            &mut self.event,
            &mut self.callback,
            &mut self.reversed,
            &mut self.manual,
            &mut self.review,
        ]
    }
}

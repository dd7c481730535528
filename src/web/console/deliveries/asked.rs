//! What a list is asked for, read out of its address: every filter that is wrong is told of at its field, and the others hold.

use serde_json::{Map, Value};

use crate::actions::delivery_list::DeliveryFilter;
use crate::actions::scope::Filter;
use crate::domain::delivery::{DeliveryKind, Outcome, Status, WaitingFor};
use crate::domain::ids;
use crate::domain::invalid::Invalid;
use crate::domain::time::Timestamp;
use crate::web::console::address::{Address, LIVE, OFF};
use crate::web::console::forms::Form;
use crate::web::console::kinds::{Kind, Shape};

pub(super) const SHAPE: &Shape<'_> = &[
    ("state", Kind::Text),
    ("app", Kind::Text),
    ("q", Kind::Text),
    ("from", Kind::Utc),
    ("to", Kind::Utc),
    ("kind", Kind::Text),
    ("answer", Kind::Text),
    ("waitingFor", Kind::Text),
    ("publisher", Kind::Text),
    ("endpoint", Kind::Text),
    ("egressIp", Kind::Text),
    (LIVE, Kind::Text),
    ("cursor", Kind::Text),
    ("part", Kind::Text),
    ("ids", Kind::Text),
    ("after", Kind::Text),
];
/// What says which deliveries are listed, and whether the list renews itself.
pub(super) const KEPT: [&str; 12] =
    ["state", "app", "q", "from", "to", "kind", "answer", "waitingFor", "publisher", "endpoint", "egressIp", LIVE];
/// Rows of a page; a part names those that it renews.
pub(super) const ROWS: usize = 50;

/// The states that a list is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum States {
    All,
    Attention,
    Waiting,
    One(Status),
    /// Those that a link names, with commas between: nobody chooses several in the form.
    These(Vec<Status>),
}

/// Words of the states that are several, and what they are called.
pub(super) const SEVERAL: [(&str, States, &str); 3] = [
    ("attention", States::Attention, "Needs attention"),
    ("waiting", States::Waiting, "Waiting"),
    ("all", States::All, "All"),
];
/// What waits to be sent, or is being sent.
const OPEN: [Status; 4] = [Status::Pending, Status::Sending, Status::Retrying, Status::Held];

/// What a list is asked for.
pub(super) struct Asked {
    pub(super) address: Address,
    pub(super) states: States,
    pub(super) filter: DeliveryFilter,
    /// The page begins behind this one.
    pub(super) cursor: Option<String>,
    /// The rows that a part renews.
    pub(super) ids: Vec<String>,
    /// What a part without rows tells of is newer than this.
    pub(super) after: Option<String>,
    pub(super) is_part: bool,
    pub(super) is_live: bool,
    pub(super) wrong: Invalid,
}

impl Asked {
    pub(super) fn read(form: &Form) -> Self {
        let (given, wrong) = form.clone().into_parts(&[]);
        let mut reading = Reading { given, wrong };
        let states = reading.states();
        let filter = reading.filter(&states);
        let (cursor, after) = (reading.id("cursor"), reading.id("after"));
        let ids = reading.text("ids").map(|ids| ids.split(',').map(str::to_owned).collect::<Vec<_>>());
        let ids = ids.unwrap_or_default();
        if ids.len() > ROWS || ids.iter().any(|id| ids::key("dlv", id).is_none()) {
            reading.wrong.push("ids", "must be the ids of the rows of a page");
        }
        let live = reading.word("live", &[OFF], |word| word);
        let part = reading.word("part", &["list"], |word| word);
        let address = Address::of(form, KEPT);
        Self {
            address,
            states,
            filter,
            cursor,
            ids,
            after,
            is_part: part.is_some(),
            is_live: live.is_none(),
            wrong: reading.wrong,
        }
    }

    /// Whether deliveries are left out that are not of another app or publisher.
    pub(super) fn narrows(&self) -> bool {
        !self.states_alone() || self.states != States::All
    }

    /// Whether no filter is given but of the state, an app or a publisher.
    pub(super) fn states_alone(&self) -> bool {
        self.address.has_only(&["state", "app", "publisher", LIVE])
    }
}

struct Reading {
    given: Map<String, Value>,
    wrong: Invalid,
}

impl Reading {
    fn text(&self, name: &str) -> Option<String> {
        self.given.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    fn states(&mut self) -> States {
        let Some(word) = self.text("state") else { return States::All };
        if let Some((_, states, _)) = SEVERAL.iter().find(|(known, ..)| *known == word) {
            return states.clone();
        }
        let named: Option<Vec<Status>> = word.split(',').map(Status::parse).collect();
        match named.as_deref() {
            Some([status]) => States::One(*status),
            Some(statuses) => States::These(statuses.to_vec()),
            None => {
                self.wrong.push("state", "must be one of those to choose from");
                States::All
            }
        }
    }

    fn filter(&mut self, states: &States) -> DeliveryFilter {
        let (from, to) = (self.instant("from"), self.instant("to"));
        if from.zip(to).is_some_and(|(from, to)| to <= from) {
            self.wrong.push("to", "must be later than From");
        }
        let kind = self.word("kind", DeliveryKind::ALL, DeliveryKind::as_str);
        let (outcome, status_code) = self.answer();
        let egress_ip = self.text("egressIp").and_then(|text| match text.parse() {
            Ok(address) => Some(address),
            Err(_) => {
                self.wrong.push("egressIp", "must be an IPv4 or IPv6 address, such as 203.0.113.7");
                None
            }
        });
        DeliveryFilter {
            among: Filter { app: self.text("app"), publisher: self.text("publisher"), from, to, after: None },
            statuses: match states {
                States::All | States::Attention => Vec::new(),
                States::Waiting => OPEN.to_vec(),
                States::One(status) => vec![*status],
                States::These(statuses) => statuses.clone(),
            },
            // Tests stand in the ledger as little as here, unless they are asked for.
            kinds: kind.map_or_else(|| vec![DeliveryKind::Completion, DeliveryKind::Reversal], |kind| vec![kind]),
            about: self.text("q"),
            endpoint_id: self.text("endpoint"),
            outcome,
            status_code,
            egress_ip,
            waiting_for: self.word("waitingFor", WaitingFor::ALL, WaitingFor::as_str),
            needs_attention: *states == States::Attention,
            ..DeliveryFilter::default()
        }
    }

    /// A status, or how an attempt ended.
    fn answer(&mut self) -> (Option<Outcome>, Option<u16>) {
        let Some(text) = self.text("answer") else { return (None, None) };
        let text = text.trim();
        if let Some(status) = text.parse().ok().filter(|status| (100..=999).contains(status)) {
            return (None, Some(status));
        }
        let outcome = Outcome::parse(&text.to_lowercase());
        if outcome.is_none() {
            self.wrong.push("answer", "must be a status such as 500, or a word such as timeout");
        }
        (outcome, None)
    }

    fn word<T: Copy>(&mut self, name: &str, all: &[T], as_str: impl Fn(T) -> &'static str) -> Option<T> {
        let text = self.text(name)?;
        let known = all.iter().copied().find(|word| as_str(*word) == text);
        if known.is_none() {
            let words: Vec<&str> = all.iter().map(|word| as_str(*word)).collect();
            self.wrong.push(name, format!("must be one of {}", words.join(", ")));
        }
        known
    }

    fn instant(&self, name: &str) -> Option<Timestamp> {
        Timestamp::parse_rfc3339(&self.text(name)?)
    }

    fn id(&mut self, name: &str) -> Option<String> {
        let id = self.text(name)?;
        if ids::is_id(&id) && ids::key("dlv", &id).is_some() {
            return Some(id);
        }
        self.wrong.push(name, "is none of this list; begin it anew");
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Asked {
        Asked::read(&Form::read(query.as_bytes(), SHAPE))
    }

    #[test]
    fn what_is_wrong_is_told_at_its_field_and_all_else_holds() {
        let asked = asked("state=lost&state=dead&q=u1&from=2026-11-28T14:03&to=soon&kind=lead&answer=2xx&ap=1");
        let fields: Vec<&str> = asked.wrong.0.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["state", "ap", "to", "state", "kind", "answer"]);
        assert_eq!((asked.filter.about.as_deref(), asked.filter.among.from.is_some()), (Some("u1"), true));
        assert_eq!(asked.address.get("state"), Some("lost"));
    }

    #[test]
    fn tests_are_listed_only_where_they_are_asked_for() {
        assert_eq!(asked("").filter.kinds, [DeliveryKind::Completion, DeliveryKind::Reversal]);
        assert_eq!(asked("kind=test").filter.kinds, [DeliveryKind::Test]);
    }

    #[test]
    fn an_answer_is_a_status_or_a_word() {
        let of = |text: &str| {
            let asked = asked(&format!("answer={text}"));
            (asked.filter.status_code, asked.filter.outcome, asked.wrong.0.len())
        };
        assert_eq!(of("500"), (Some(500), None, 0));
        assert_eq!(of("Timeout"), (None, Some(Outcome::Timeout), 0));
        assert_eq!(of("99"), (None, None, 1));
    }

    #[test]
    fn an_app_alone_narrows_nothing_that_a_first_visitor_would_miss() {
        for (query, narrows) in
            [("", false), ("app=a&live=off", false), ("state=all", false), ("state=dead", true), ("app=a&q=u", true)]
        {
            assert_eq!(asked(query).narrows(), narrows, "{query}");
        }
    }
}

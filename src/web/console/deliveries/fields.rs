//! The form above the list: the filters that most come for, and the others behind *More filters*.

use super::asked::{Asked, SEVERAL, States};
use crate::actions::app_names::NamedApp;
use crate::domain::delivery::{DeliveryKind, Outcome, Status, WaitingFor};
use crate::domain::invalid::Invalid;
use crate::web::console::faults;
use crate::web::console::list_query::{self, FEW_APPS};
use crate::web::console::parts::field::Field;
use crate::web::console::parts::state::State;
use crate::web::console::words::{cuts, sentences, waits};

/// Characters of an app's name to choose.
const OF_A_NAME: usize = 48;

/// Statuses that servers answer often, to choose.
const OFTEN: [&str; 12] = ["301", "400", "401", "403", "404", "405", "422", "429", "500", "502", "503", "504"];

/// The controls.
pub(super) struct Fields {
    pub(super) state: Field,
    /// Where there are several apps.
    pub(super) app: Option<Field>,
    pub(super) about: Field,
    pub(super) from: Field,
    pub(super) to: Field,
    pub(super) kind: Field,
    pub(super) answer: Field,
    pub(super) waiting_for: Field,
    /// Of account managers and operators.
    pub(super) publisher: Option<Field>,
    pub(super) endpoint: Field,
    pub(super) egress_ip: Field,
    /// Whether what is behind *More filters* is open.
    pub(super) is_open: bool,
}

impl Fields {
    /// As they were given; `endpoints` are those of the app that is asked for, where it has several.
    pub(super) fn new(asked: &Asked, apps: &[NamedApp], endpoints: &[(String, String)], sees_all: bool) -> Self {
        let holds = |field: Field| {
            let value = asked.address.get(&field.name).unwrap_or_default().to_owned();
            field.value(value).may_be_empty()
        };
        let more = ["kind", "answer", "waitingFor", "publisher", "endpoint", "egressIp"];
        Self {
            state: states(asked),
            app: app(asked, apps).map(|field| field.may_be_empty()),
            about: holds(Field::new("q", "User or transaction")),
            from: holds(Field::new("from", "From (UTC)")),
            to: holds(Field::new("to", "To (UTC)")),
            kind: holds(kinds()),
            answer: holds(answers(asked.address.get("answer").unwrap_or_default())),
            waiting_for: holds(reasons()),
            publisher: sees_all.then(|| holds(Field::new("publisher", "Publisher").help("By ref or id."))),
            endpoint: holds(endpoint(endpoints)),
            egress_ip: holds(Field::new("egressIp", "Egress IP").help("That the last attempt left from.")),
            is_open: more.iter().any(|name| asked.address.get(name).is_some()),
        }
    }

    /// Puts what is wrong at its field; answers what belongs to none.
    pub(super) fn show(&mut self, wrong: &Invalid) -> Vec<String> {
        let first = [&mut self.state, &mut self.about, &mut self.from, &mut self.to, &mut self.kind, &mut self.answer];
        let others = [&mut self.waiting_for, &mut self.endpoint, &mut self.egress_ip];
        let mut all: Vec<&mut Field> = first.into_iter().chain(others).collect();
        all.extend(self.app.as_mut());
        all.extend(self.publisher.as_mut());
        faults::show(&mut all, wrong)
    }

    pub(super) fn all(&self) -> Vec<&Field> {
        let first = [Some(&self.state), self.app.as_ref(), Some(&self.about), Some(&self.from), Some(&self.to)];
        let more = [Some(&self.kind), Some(&self.answer), Some(&self.waiting_for), self.publisher.as_ref()];
        let last = [Some(&self.endpoint), Some(&self.egress_ip)];
        first.into_iter().chain(more).chain(last).flatten().collect()
    }

    /// What the list is filtered by, in a few words.
    pub(super) fn said(&self) -> String {
        list_query::said(self.all())
    }

    /// What is behind *More filters*.
    pub(super) fn more(&self) -> Vec<&Field> {
        let first = [Some(&self.kind), Some(&self.answer), Some(&self.waiting_for), self.publisher.as_ref()];
        first.into_iter().chain([Some(&self.endpoint), Some(&self.egress_ip)]).flatten().collect()
    }
}

fn states(asked: &Asked) -> Field {
    let mut field = Field::new("state", "State").choice("", "All").may_be_empty();
    for (word, _, label) in SEVERAL.iter().filter(|(word, ..)| *word != "all") {
        field = field.choice(word, label);
    }
    for status in Status::ALL {
        field = field.choice(status.as_str(), &State::of(status.as_str()).word);
    }
    let given = asked.address.get("state").unwrap_or_default();
    if let States::These(statuses) = &asked.states {
        let words: Vec<String> = statuses.iter().map(|status| State::of(status.as_str()).word).collect();
        field = field.choice(given, &words.join(", "));
    }
    field.value(if given == "all" { "" } else { given })
}

/// A choice of few apps, else what one is called; none where there is but one.
fn app(asked: &Asked, apps: &[NamedApp]) -> Option<Field> {
    let given = asked.address.get("app").unwrap_or_default();
    if apps.len() > FEW_APPS {
        return Some(Field::new("app", "App").help("By ref or id.").value(given));
    }
    let known = apps.iter().find(|app| app.is_called(given));
    if apps.len() < 2 && (given.is_empty() || known.is_some()) {
        return None;
    }
    let mut field = Field::new("app", "App").choice("", "All");
    for app in apps {
        field = field.choice(app.called(), &cuts::name(&app.name, app.beside(), OF_A_NAME).shown);
    }
    if known.is_none() && !given.is_empty() {
        // An archived one, or none at all.
        field = field.choice(given, &cuts::text(given, OF_A_NAME).shown);
    }
    Some(field.value(known.map_or(given, NamedApp::called)))
}

fn kinds() -> Field {
    let label = |kind: &DeliveryKind| match kind {
        DeliveryKind::Completion => "Completions",
        DeliveryKind::Reversal => "Reversals",
        DeliveryKind::Test => "Tests",
    };
    let field = Field::new("kind", "Kind").choice("", "Completions and reversals");
    DeliveryKind::ALL.iter().fold(field, |field, kind| field.choice(kind.as_str(), label(kind)))
}

fn answers(given: &str) -> Field {
    let field = Field::new("answer", "Last answer").choice("", "Any");
    let word = |one: &Outcome| sentences::label(waits::outcome(*one));
    let field = Outcome::ALL.iter().fold(field, |field, one| field.choice(one.as_str(), &word(one)));
    let field = OFTEN.iter().fold(field, |field, status| field.choice(status, status));
    // One that few servers answer is asked for by the address, and stays chosen.
    if given.is_empty() || field.choices.iter().any(|choice| choice.value == given) {
        return field;
    }
    field.choice(given, &cuts::text(given, OF_A_NAME).shown)
}

fn reasons() -> Field {
    let field = Field::new("waitingFor", "Waiting for").choice("", "Anything");
    WaitingFor::ALL.iter().fold(field, |field, one| field.choice(one.as_str(), waits::reason(*one)))
}

fn endpoint(endpoints: &[(String, String)]) -> Field {
    let field = Field::new("endpoint", "Endpoint");
    if endpoints.is_empty() {
        return field.help("Its id, as the app's settings show it.");
    }
    let field = field.choice("", "All");
    endpoints.iter().fold(field, |field, (id, label)| field.choice(id, label))
}

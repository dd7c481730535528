//! An app as lists and Home show it: how it is doing, what it lacks and whose turn that is.

use super::parts::lines::Link;
use super::parts::state::{State, Tone};
use super::parts::steps::Step;
use super::sections;
use super::words::amounts;
use super::words::cuts::{self, Long, OF_A_NAME};
use crate::actions::Actions;
use crate::actions::app_list::AppInList;
use crate::actions::setup_steps::SetupStep;
use crate::domain::account::Role;
use crate::domain::health::{Capped, Condition};

/// An app of a list.
#[derive(Clone, Debug)]
pub(super) struct AppLine {
    pub(super) href: String,
    pub(super) name: Long,
    pub(super) publisher: Long,
    pub(super) state: State,
    pub(super) steps: Vec<Step>,
    /// What is next, in one sentence; nothing where all steps are done.
    pub(super) next: Option<&'static str>,
    /// Where that is done, if the page is there.
    pub(super) act: Option<Link>,
    pub(super) delivered: String,
    pub(super) dead: String,
    pub(super) waiting: String,
}

impl AppLine {
    /// For somebody of this role.
    pub(super) fn of(actions: &Actions, role: &Role, shown: &AppInList) -> Self {
        let AppInList { app, publisher_name, health, condition } = shown;
        let callback = sections::path(app, "callback");
        let steps = actions.setup_steps(app);
        let lacks = |step| steps.contains(&(step, false));
        let order = [
            SetupStep::CallbackUrl,
            SetupStep::Secret,
            SetupStep::EgressIp,
            SetupStep::TestAnswered,
            SetupStep::Verified,
        ];
        let next = order.into_iter().find(|step| lacks(*step));
        let act = match next {
            Some(SetupStep::CallbackUrl) => Some(Link::new("Set callback URL", &callback)),
            Some(SetupStep::Secret) => Some(Link::new("Add secret", &sections::path(app, "secrets"))),
            Some(SetupStep::TestAnswered | SetupStep::Verified) => {
                Some(Link::new("Send test callback", &sections::path(app, "test")))
            }
            Some(SetupStep::EgressIp) | None => None,
        };
        Self {
            href: sections::path(app, ""),
            name: cuts::text(&app.settings.name, OF_A_NAME),
            publisher: cuts::text(publisher_name, OF_A_NAME),
            state: if app.archived_at.is_some() { archived() } else { state(*condition) },
            steps: steps.iter().map(|(step, done)| Step { name: name(*step).to_owned(), done: *done }).collect(),
            next: next.map(|step| sentence(step, role)),
            act,
            delivered: amounts::count(health.delivered),
            dead: amounts::count(health.dead),
            waiting: capped(health.waiting),
        }
    }

    /// How many steps are done.
    pub(super) fn done(&self) -> usize {
        self.steps.iter().filter(|step| step.done).count()
    }
}

/// `1,000+` where nobody counted further.
pub(super) fn capped(number: Capped) -> String {
    format!("{}{}", amounts::count(number.count), if number.more { "+" } else { "" })
}

fn name(step: SetupStep) -> &'static str {
    match step {
        SetupStep::CallbackUrl => "Callback URL",
        SetupStep::Secret => "Secret",
        SetupStep::EgressIp => "IP address",
        SetupStep::TestAnswered => "Test answered",
        SetupStep::Verified => "Verified",
    }
}

fn sentence(step: SetupStep, role: &Role) -> &'static str {
    let is_publisher = matches!(role, Role::Publisher { .. });
    match step {
        SetupStep::CallbackUrl => "Next: set the callback URL.",
        SetupStep::Secret => "Next: add a secret. Callbacks wait until there is one.",
        SetupStep::EgressIp if is_publisher => {
            "Next: an account manager assigns an IP address. Until then callbacks leave by the host's own route."
        }
        SetupStep::EgressIp => "Next: assign an egress IP. Until then callbacks leave by the host's own route.",
        SetupStep::TestAnswered => "Next: send a test callback.",
        SetupStep::Verified => "Next: send a test callback with a wrong signature, which has to be refused.",
    }
}

fn archived() -> State {
    State { word: "Archived".to_owned(), icon: "lock", tone: Tone::Idle, under: None }
}

/// The word for how an app is doing, with an icon of its own shape.
pub(super) fn state(condition: Condition) -> State {
    let (word, icon, tone) = match condition {
        Condition::Failing => ("Failing", "dead", Tone::Bad),
        Condition::Waiting => ("Waiting", "clock", Tone::Warn),
        Condition::NotSetUp => ("Not set up", "pending", Tone::Idle),
        Condition::Quiet => ("Quiet", "pause", Tone::Idle),
        Condition::Fine => ("Fine", "delivered", Tone::Ok),
    };
    State { word: word.to_owned(), icon, tone, under: None }
}

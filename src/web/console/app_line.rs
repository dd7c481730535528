//! An app as lists and Home show it: how it is doing, what it lacks and whose turn that is.

use super::app_why;
use super::parts::lines::Link;
use super::parts::state::{State, Tone};
use super::parts::steps::Step;
use super::sections;
use super::words::amounts;
use super::words::cuts::{self, Long, OF_A_NAME};
use super::words::setup;
use crate::actions::Actions;
use crate::actions::app_list::AppInList;
use crate::actions::app_names::Namesakes;
use crate::actions::caller::Caller;
use crate::actions::setup_steps::SetupStep;
use crate::domain::account::Role;
use crate::domain::app::App;
use crate::domain::health::{AppHealth, Condition};
use crate::domain::time::Timestamp;

/// What a publisher reads of the address, which others assign.
const ASSIGNED_BY_OTHERS: &str =
    "Egress IP: an account manager assigns one. Until then callbacks leave by the host's own route.";

/// An app of a list.
#[derive(Clone, Debug)]
pub(super) struct AppLine {
    pub(super) href: String,
    pub(super) name: Long,
    pub(super) publisher: Long,
    pub(super) state: State,
    pub(super) steps: Vec<Step>,
    /// How far it is: `2 of 5: egress IP`; of an archived one nothing.
    pub(super) set_up: String,
    /// What is next of what whoever reads it can do, in one sentence; nothing where that is all done.
    pub(super) next: Option<&'static str>,
    /// What somebody else does meanwhile.
    pub(super) aside: Option<&'static str>,
    /// Where the next step is done, if the page is there.
    pub(super) act: Option<Link>,
    /// Why it needs somebody, where it does.
    pub(super) why: Option<String>,
    /// The cause alone, for lists.
    pub(super) cause: Option<String>,
    /// Where what fails is looked at, while something does.
    pub(super) failed: Option<Link>,
    /// Where it is resumed, while it is paused.
    pub(super) resume: Option<String>,
    /// Whether its act is the page's filled button.
    pub(super) leads: bool,
    pub(super) delivered: String,
    pub(super) dead: String,
    pub(super) waiting: String,
}

impl AppLine {
    /// For this caller, who sees these apps of one name.
    pub(super) fn of(
        actions: &Actions,
        caller: &Caller,
        namesakes: &Namesakes,
        shown: &AppInList,
        now: Timestamp,
    ) -> Self {
        let role = caller.role();
        let AppInList { app, publisher_name, health, condition } = shown;
        let is_living = app.archived_at.is_none();
        let callback = sections::path(app, "callback");
        let steps = if is_living { actions.setup_steps(app) } else { Vec::new() };
        let lacking = || steps.iter().filter(|(_, done)| !done).map(|(step, _)| *step);
        // Whoever cannot assign an address is not kept from the steps behind it.
        let is_others = |step: &SetupStep| *step == SetupStep::EgressIp && matches!(role, Role::Publisher { .. });
        let next = lacking().find(|step| !is_others(step));
        let others = lacking().any(|step| is_others(&step));
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
            name: cuts::name(&app.settings.name, namesakes.beside(&app.id), OF_A_NAME),
            publisher: cuts::text(publisher_name, OF_A_NAME),
            state: state(app, *condition),
            set_up: if is_living { set_up(&steps) } else { String::new() },
            steps: steps
                .iter()
                .map(|(step, done)| Step { name: setup::of(*step).name.to_owned(), done: *done })
                .collect(),
            next: next.map(|step| setup::of(step).next),
            aside: others.then_some(ASSIGNED_BY_OTHERS),
            act,
            why: app_why::sentence(actions, app, health, *condition, now).filter(|_| is_living),
            cause: app_why::short(actions, app, health, *condition).filter(|_| is_living),
            failed: failed(app, health).filter(|_| is_living && *condition == Condition::Failing),
            resume: (is_living && app.settings.paused).then(|| sections::path(app, "resume")),
            leads: false,
            delivered: amounts::count(health.delivered),
            dead: amounts::count(health.dead),
            waiting: amounts::capped(health.waiting),
        }
    }

    /// How many steps are done.
    pub(super) fn done(&self) -> usize {
        self.steps.iter().filter(|step| step.done).count()
    }

    /// Whether there is anything to be done here.
    pub(super) fn has_act(&self) -> bool {
        self.resume.is_some() || self.failed.is_some() || self.act.is_some()
    }
}

/// `2 of 5: egress IP`
fn set_up(steps: &[(SetupStep, bool)]) -> String {
    let done = steps.iter().filter(|(_, done)| *done).count();
    let lacking = steps.iter().find(|(_, done)| !done).map(|(step, _)| format!(": {}", setup::of(*step).lacking));
    format!("{done} of {}{}", steps.len(), lacking.unwrap_or_default())
}

/// Where the deliveries are that a failing app failed with: those that were given up, else those that still wait.
fn failed(app: &App, health: &AppHealth) -> Option<Link> {
    let list = |state| format!("/deliveries?app={}&state={state}", app.called());
    if health.dead > 0 {
        Some(Link::new("See dead deliveries", &list("dead")))
    } else {
        (health.waiting.count > 0).then(|| Link::new("See waiting deliveries", &list("waiting")))
    }
}

/// The word for how an app is doing, with an icon of its own shape. Of a paused one that word stands below: until it is resumed
/// nothing else helps.
pub(super) fn state(app: &App, condition: Condition) -> State {
    let of_condition = of_condition(condition);
    if app.archived_at.is_some() {
        State { word: "Archived".to_owned(), icon: "lock", tone: Tone::Idle, under: None }
    } else if app.settings.paused {
        let below = of_condition.word.to_lowercase();
        State { word: "Paused".to_owned(), icon: "held", tone: Tone::Hold, under: None }.because(below)
    } else {
        of_condition
    }
}

fn of_condition(condition: Condition) -> State {
    let (word, icon, tone) = match condition {
        Condition::Failing => ("Failing", "dead", Tone::Bad),
        Condition::Waiting => ("Waiting", "clock", Tone::Warn),
        Condition::NotSetUp => ("Not set up", "pending", Tone::Idle),
        Condition::Quiet => ("Quiet", "pause", Tone::Idle),
        Condition::Fine => ("Fine", "delivered", Tone::Ok),
    };
    State { word: word.to_owned(), icon, tone, under: None }
}

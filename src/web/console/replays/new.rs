//! `/replays/new`: what is to be sent again, counted first. The form asks by its address, so that a count can be looked at again;
//! only what was counted is begun, once.

use actix_web::HttpResponse;
use askama::Template;

use super::asked::{address, asked, back, renamed};
use super::counted::{self, CountedPage};
use crate::actions::form_keys::Once;
use crate::actions::refusal::Refusal;
use crate::domain::delivery::Status;
use crate::domain::invalid::Invalid;
use crate::domain::replay::selection::ENDED;
use crate::domain::time::Timestamp;
use crate::web::Answer;
use crate::web::console::flash;
use crate::web::console::forms::Form;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::list_query::among_apps;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::parts::lines::Link;
use crate::web::console::parts::state::State;
use crate::web::console::words::instants;
use crate::web::console::{faults, render};
use crate::web::error::Problem;
use crate::web::json::Body;

const LARGEST: usize = 16 * 1024;
const HEADING: &str = "New replay";
/// What the form asks for by its address.
const ASKED: &Shape<'_> = &[
    ("app", Kind::Text),
    ("from", Kind::Utc),
    ("to", Kind::Utc),
    ("state", Kind::Several),
    ("since", Kind::Text),
    ("count", Kind::Text),
];
/// What was counted, to the millisecond.
const COUNTED: &Shape<'_> = &[
    ("app", Kind::Text),
    ("from", Kind::Text),
    ("to", Kind::Text),
    ("state", Kind::Several),
    ("since", Kind::Text),
    ("counted", Kind::Text),
    ("formKey", Kind::Text),
];
/// The call that begins one.
const BEGINS: &str = "POST /v1/replays";
/// What somebody is told whose form was sent before.
const USED: &str = "This form was sent before, and nothing is sent twice because of it.";

#[derive(Template)]
#[template(path = "replay_new.html")]
struct NewPage {
    frame: Frame,
    app: Field,
    from: Field,
    to: Field,
    state: Field,
    /// The delivery that it begins with, and the way to choose a time instead.
    since: Option<(Field, String)>,
    others: Vec<String>,
}

impl NewPage {
    fn of(page: &PageRequest, form: &Form) -> Self {
        let chosen = Field::new("app", "App").value(form.typed("app"));
        let states = form.all_typed("state");
        let is_fresh = states.is_empty() && form.typed("count").is_empty();
        let said = if is_fresh { Status::Dead.as_str().to_owned() } else { states.join(" ") };
        let state = |field: Field, status: Status| {
            let help = match status {
                Status::Dead => "Given up: what an outage leaves behind.",
                Status::Delivered => "Acknowledged: for a server that took it and lost it. It is told twice.",
                _ => "Ended by hand.",
            };
            field.explained_choice(status.as_str(), &State::of(status.as_str()).word, help)
        };
        let since = form.typed("since");
        let time = |name: &str| {
            let typed = form.typed(name);
            Timestamp::parse_rfc3339(typed).map_or_else(|| typed.to_owned(), instants::typed)
        };
        Self {
            frame: frame(page, HEADING),
            app: among_apps(page, chosen, page.web.actions.sees_several_apps(page.caller()).then_some("Choose one")),
            from: Field::new("from", "From (UTC)")
                .help("When they were created. At most 31 days before the end.")
                .value(time("from")),
            to: Field::new("to", "To (UTC)").help("Left empty: until now.").value(time("to")).may_be_empty(),
            state: ENDED.into_iter().fold(Field::new("state", "State").value(said), state),
            since: (!since.is_empty())
                .then(|| (Field::new("since", "Since").value(since), address(&[("app", form.typed("app"))], states))),
            others: Vec::new(),
        }
    }

    fn all(&self) -> Vec<&Field> {
        let since = self.since.iter().map(|(since, _)| since);
        [&self.app].into_iter().chain(since).chain([&self.from, &self.to, &self.state]).collect()
    }

    /// What is wrong at its fields, and the status of the problem; one that is about none of them is a page of its own.
    fn refused(mut self, (wrong, problem): (Invalid, Problem)) -> Answer {
        if wrong.0.is_empty() {
            return Err(problem);
        }
        let since = self.since.iter_mut().map(|(since, _)| since);
        let mut fields: Vec<&mut Field> =
            since.chain([&mut self.app, &mut self.from, &mut self.to, &mut self.state]).collect();
        self.others = faults::show(&mut fields, &renamed(wrong));
        self.frame.mark = "Error: ".to_owned();
        render::refused(&self, &problem)
    }
}

pub(super) async fn show(page: PageRequest) -> Answer {
    let form = page.filters(ASKED);
    if let Some(leads) = with_its_app(&page, &form).await? {
        return Ok(leads);
    }
    let shown = NewPage::of(&page, &form);
    if !form.typed("app").is_empty()
        && let Err(refusal) = page.web.actions.app(page.caller(), form.typed("app")).await
    {
        return shown.refused(faults::told(refusal));
    }
    if form.typed("count").is_empty() {
        return match form.check() {
            Ok(()) => page.page(&shown),
            Err(wrong) => shown.refused(of_form(wrong)),
        };
    }
    let back = back(&form);
    let counted = match asked(form) {
        Ok((app, asked)) => page.web.actions.count_replay(page.caller(), &app, asked).await,
        Err(wrong) => Err(wrong.into()),
    };
    match counted {
        Ok(plan) => page.page(&CountedPage::of(&page, plan, None, frame(&page, HEADING), back).await?),
        Err(refusal) => shown.refused(faults::told(refusal)),
    }
}

fn of_form(wrong: Invalid) -> (Invalid, Problem) {
    (wrong.clone(), Problem::from(wrong))
}

/// Whoever names a delivery alone means its app.
async fn with_its_app(page: &PageRequest, form: &Form) -> Result<Option<HttpResponse>, Problem> {
    let since = form.typed("since");
    if since.is_empty() || !form.typed("app").is_empty() || form.check().is_err() {
        return Ok(None);
    }
    let app_id = page.web.actions.delivery(page.caller(), since).await?.delivery.app_id;
    let address = address(&[("app", &app_id), ("since", since)], form.all_typed("state"));
    Ok(Some(render::go_on(&address, [])))
}

/// Begins what was counted.
pub(super) async fn begin(page: PageRequest, body: Body<LARGEST>) -> Answer {
    let form = page.form(body.bytes(), COUNTED)?;
    form.check()?;
    let (app, asked) = asked(form.clone())?;
    let app = page.web.actions.app(page.caller(), &app).await?;
    let actions = &page.web.actions;
    let mut changed = None;
    let begins = async {
        let plan = actions.count_replay(page.caller(), &app.id, asked.clone()).await?;
        if counted::sent(&plan).to_string() != form.typed("counted") {
            changed = Some(plan);
            return Err(Refusal::conflict("What was counted has changed."));
        }
        page.perform(BEGINS, &[], actions.begin_replay(page.caller(), &app.id, asked)).await
    };
    match page.once(&form, begins).await? {
        Once::Done(begun) => {
            let path = format!("/replays/{}", begun.made.id);
            Ok(page.go_on(&path, flash::Kind::Done, "The replay has begun. This page follows it."))
        }
        Once::SentBefore => Ok(page.go_on("/replays", flash::Kind::Partly, USED)),
        Once::Refused(refusal) => match changed {
            Some(plan) => {
                let before = form.typed("counted").parse().ok();
                let shown = CountedPage::of(&page, plan, before, frame(&page, HEADING), back(&form)).await?;
                render::refused(&shown, &refusal.into())
            }
            None => NewPage::of(&page, &form).refused(faults::with_problem(refusal)?),
        },
    }
}

fn frame(page: &PageRequest, heading: &str) -> Frame {
    Frame { crumbs: vec![Link::new("Replays", "/replays")], ..page.frame(heading) }
}

//! What a publisher sets of its app: its name, whether and how fast it is called back, and for how long callbacks are held. Whether it
//! is paused is not among them: that is an act of its own.

use actix_web::web::Path;
use serde_json::{Map, Value};

use super::changed::{self, SHOWN};
use super::{CREDITS, LARGEST, SAVES, SettingsPage};
use crate::domain::app::App;
use crate::domain::app_settings::Callbacks;
use crate::domain::invalid::Invalid;
use crate::web::Answer;
use crate::web::console::flash;
use crate::web::console::forms::Form;
use crate::web::console::kinds::Kind;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::{faults, sections};
use crate::web::json::Body;

const SHAPE: [(&str, Kind); 7] = [
    ("name", Kind::Text),
    (SHOWN, Kind::Text),
    ("callbacks", Kind::Text),
    ("maxHeldDays", Kind::ResettableWhole),
    ("limits.perSecond", Kind::Whole),
    ("limits.inFlight", Kind::Whole),
    // Last: the operator's or account manager's to set.
    ("ref", Kind::Resettable),
];
const LIMITS: &str = "limits";

/// The controls.
#[derive(Clone, Debug)]
pub(super) struct General {
    pub(super) name: Field,
    pub(super) reference: Option<Field>,
    pub(super) callbacks: Field,
    pub(super) held: Field,
    pub(super) per_second: Field,
    pub(super) in_flight: Field,
}

impl General {
    pub(super) fn of(app: &App, with_ref: bool) -> Self {
        let settings = &app.settings;
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        let callbacks = if settings.callbacks == Callbacks::On { "on" } else { "off" };
        Self {
            name: Field::new("name", "Name").value(&settings.name),
            reference: with_ref.then(|| {
                let field = Field::new("ref", "Ref").value(settings.reference.clone().unwrap_or_default());
                field.help("A name of your own, which works wherever the id does. Reports may use it.").may_be_empty()
            }),
            callbacks: Field::new("callbacks", "Callbacks")
                .explained_choice("on", "On", "Each completion is called back.")
                .explained_choice("off", "Off", "Completions are recorded, and nobody is called back.")
                .value(callbacks),
            held: Field::new("maxHeldDays", "Held for at most, in days")
                .help("What still waits after that is dead. 1 to 365; left empty: 30.")
                .value(settings.max_held_days.to_string())
                .may_be_empty(),
            per_second: Field::new("limits.perSecond", "Callbacks per second")
                .help("Over all endpoints. Left empty: no limit.")
                .value(number(settings.limits.per_second))
                .may_be_empty(),
            in_flight: Field::new("limits.inFlight", "Callbacks at a time")
                .help("In flight together. Left empty: no limit.")
                .value(number(settings.limits.in_flight))
                .may_be_empty(),
        }
    }

    pub(super) fn all(&self) -> Vec<&Field> {
        let first = [&self.name].into_iter().chain(&self.reference);
        first.chain([&self.callbacks, &self.held, &self.per_second, &self.in_flight]).collect()
    }

    pub(super) fn all_mut(&mut self) -> Vec<&mut Field> {
        let behind = [&mut self.callbacks, &mut self.held, &mut self.per_second, &mut self.in_flight];
        [&mut self.name].into_iter().chain(&mut self.reference).chain(behind).collect()
    }

    fn typed(mut self, form: &Form) -> Self {
        for field in self.all_mut() {
            field.value = form.typed(&field.name).to_owned();
        }
        self
    }
}

pub(super) async fn save(page: PageRequest, app: Path<String>, body: Body<LARGEST>) -> Answer {
    let app = page.web.actions.app(page.caller(), &app).await?;
    let shape = if page.can(CREDITS) { &SHAPE[..] } else { &SHAPE[..SHAPE.len() - 1] };
    let form = page.form(body.bytes(), shape)?;
    let done = match changed::since_shown(&form, shape, given) {
        Ok(given) if given.is_empty() => return Ok(changed::nothing(&page, &app)),
        Ok(given) => page.perform(SAVES, &[&app.id], page.web.actions.change_app(page.caller(), &app.id, &given)).await,
        Err(wrong) => Err(wrong.into()),
    };
    match done {
        Ok(app) => Ok(page.go_on(&sections::path(&app, "settings"), flash::Kind::Done, "Saved. In force now.")),
        Err(refusal) => {
            let (wrong, problem) = faults::with_problem(refusal)?;
            let mut shown = SettingsPage::of(&page, &app);
            shown.general = shown.general.typed(&form);
            shown.shown.general = form.typed(SHOWN).to_owned();
            shown.refused(&wrong, &problem)
        }
    }
}

/// Limits are replaced whole: where both are left empty, there is none. A name that was emptied is not left as it was.
fn given(form: &Form) -> Result<Map<String, Value>, Invalid> {
    let mut given = form.clone().into_object(&[SHOWN])?;
    given.entry(LIMITS).or_insert(Value::Null);
    given.entry("name").or_insert_with(|| "".into());
    Ok(given)
}

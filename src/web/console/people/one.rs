//! `/people/{person}`: who somebody is, and what may be changed of that.

use actix_web::web::Path;
use askama::Template;

use super::role_fields::{self, ROLE, RoleFields};
use super::rows::Row;
use super::{LARGEST, PATH, once};
use crate::actions::form_keys::Once;
use crate::actions::people::users::ChangePerson;
use crate::actions::refusal::Refusal;
use crate::domain::patch::Patch;
use crate::domain::person::Person;
use crate::web::Answer;
use crate::web::console::flash::Kind as FlashKind;
use crate::web::console::forms::Form;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::parts::lines::Link;
use crate::web::console::words::instants::{self, Moment};
use crate::web::console::{faults, publisher_choice, render};
use crate::web::error::Problem;
use crate::web::json::Body;

/// The call that changes a person.
pub(super) const CHANGES: &str = "PATCH /v1/users/{id}";
/// The call that makes a link to a new password.
const RESETS: &str = "POST /v1/users/{id}/reset";
const SHOWN_ROLE: &str = "shownRole";
const SHOWN_PUBLISHER: &str = "shownPublisherId";
const SHAPE: &Shape<'_> = &[
    ("name", Kind::Text),
    (ROLE, Kind::Text),
    (publisher_choice::NAME, Kind::Text),
    (SHOWN_ROLE, Kind::Text),
    (SHOWN_PUBLISHER, Kind::Text),
];

/// The role as the form showed it when it was opened. What was not changed since is not sent: somebody else may have given another one
/// meanwhile, which would be taken back, and with it what the person made.
#[derive(Debug, Default)]
struct Shown {
    role: String,
    publisher: String,
}

impl Shown {
    fn on(roles: &RoleFields) -> Self {
        let value = |field: &Option<Field>| field.as_ref().map_or_else(String::new, |field| field.value.clone());
        Self { role: value(&roles.role), publisher: value(&roles.publisher) }
    }

    fn of(form: &Form) -> Self {
        Self { role: form.typed(SHOWN_ROLE).to_owned(), publisher: form.typed(SHOWN_PUBLISHER).to_owned() }
    }
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    path: String,
    row: Row,
    joined: Moment,
    has_second_factor: bool,
    /// What may be changed; nothing where that is not the reader's.
    form: Option<(Field, RoleFields)>,
    shown: Shown,
    form_key: String,
    others: Vec<String>,
}

impl PersonPage {
    async fn new(page: &PageRequest, person: &Person) -> Result<Self, Problem> {
        let (actions, now) = (&page.web.actions, page.web.node.clock.now());
        let of = person.role.publisher_id();
        let names = actions.names_of_publishers(page.caller(), of.into_iter()).await?;
        let form = if page.may_perform(CHANGES).is_ok() {
            let roles = RoleFields::of(page).await?;
            let publisher = of.and_then(|id| names.get(id)).map_or("", String::as_str);
            let name = Field::new("name", "Name").help("As colleagues know them.").value(&person.name);
            Some((name, roles.holding(&person.role, publisher)))
        } else {
            None
        };
        let shown = form.as_ref().map(|(_, roles)| Shown::on(roles)).unwrap_or_default();
        Ok(Self {
            frame: frame(page, person),
            path: format!("{PATH}/{}", person.id),
            row: Row::of(person, &names, page.caller().user_id(), now),
            joined: instants::listed(person.created_at, now),
            has_second_factor: person.has_second_factor,
            form,
            shown,
            form_key: actions.new_form_key(),
            others: Vec::new(),
        })
    }

    fn all(&self) -> Vec<&Field> {
        self.form.iter().flat_map(|(name, roles)| [name].into_iter().chain(roles.all())).collect()
    }
}

/// The frame of the pages about a person.
pub(super) fn frame(page: &PageRequest, person: &Person) -> Frame {
    Frame { crumbs: vec![Link::new("People", PATH)], ..page.frame(&person.name) }
}

pub(super) async fn show(page: PageRequest, id: Path<String>) -> Answer {
    page.query(&[])?;
    let person = page.web.actions.person(page.caller(), &id).await?;
    page.page(&PersonPage::new(&page, &person).await?)
}

pub(super) async fn save(page: PageRequest, id: Path<String>, body: Body<LARGEST>) -> Answer {
    let person = page.web.actions.person(page.caller(), &id).await?;
    let form = page.form(body.bytes(), SHAPE)?;
    let done = match form.check() {
        Ok(()) => changed(&page, &person, &form).await,
        Err(wrong) => Err(wrong.into()),
    };
    let path = format!("{PATH}/{}", person.id);
    let wrong = match done {
        Ok(()) => return Ok(page.go_on(&path, FlashKind::Done, "Saved.")),
        Err(refusal) => faults::faults_of(refusal)?,
    };
    let mut shown = PersonPage::new(&page, &person).await?;
    if let Some((name, roles)) = &mut shown.form {
        name.value = form.typed("name").to_owned();
        roles.typed(&form);
        shown.shown = Shown::of(&form);
        shown.others = faults::show(&mut [name].into_iter().chain(roles.all_mut()).collect::<Vec<_>>(), &wrong);
    }
    shown.frame.mark = "Error: ".to_owned();
    render::refused(&shown, &Problem::from(wrong))
}

async fn changed(page: &PageRequest, person: &Person, form: &Form) -> Result<(), Refusal> {
    let changes = async {
        let (shown, name) = (Shown::of(form), Patch::Set(form.typed("name").to_owned()));
        let has_other_role = form.typed(ROLE) != shown.role;
        let mut change = ChangePerson { name, ..ChangePerson::default() };
        if has_other_role || form.typed(publisher_choice::NAME) != shown.publisher {
            let role = role_fields::asked(page, form).await?;
            change.publisher = role.publisher.map_or(Patch::Reset, Patch::Set);
            if has_other_role {
                change.role = Patch::Set(role.word);
            }
        }
        page.web.actions.change_person(page.caller(), &person.id, change).await.map(drop)
    };
    page.perform(CHANGES, &[&person.id], changes).await
}

/// Makes a link to a new password, and shows it this once.
pub(super) async fn reset(page: PageRequest, id: Path<String>, body: Body<LARGEST>) -> Answer {
    let actions = &page.web.actions;
    let person = actions.person(page.caller(), &id).await?;
    let form = page.form(body.bytes(), &[("formKey", Kind::Text)])?;
    form.check()?;
    page.may_perform(RESETS)?;
    let path = format!("{PATH}/{}", person.id);
    let named = [person.id.as_str()];
    let resets = page.perform(RESETS, &named, actions.reset(page.caller(), &person.id));
    let made = match page.once(&form, resets).await? {
        Once::Done(made) => made,
        Once::SentBefore => return Ok(page.go_on(&path, FlashKind::Partly, once::USED)),
        Once::Refused(refusal) => return Err(refusal.into()),
    };
    let whom = format!(
        "With this link {} chooses a new password. One that was made before opens nothing any more.",
        person.name
    );
    once::shown(&page, &made, &whom, &path)
}

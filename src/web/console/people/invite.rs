//! `/people/invite`: whom somebody invites, and in which role. The answer shows the link, so the form works once.

use askama::Template;

use super::role_fields::{self, ROLE, RoleFields};
use super::{LARGEST, PATH, once};
use crate::actions::form_keys::Once;
use crate::actions::people::links::{Invite, MadeLink};
use crate::actions::refusal::Refusal;
use crate::web::Answer;
use crate::web::console::flash::Kind as FlashKind;
use crate::web::console::forms::Form;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::parts::lines::Link;
use crate::web::console::words::roles;
use crate::web::console::{faults, publisher_choice, render};
use crate::web::error::Problem;
use crate::web::json::Body;

/// The call that makes one.
const MAKES: &str = "POST /v1/invitations";
const SHAPE: &Shape<'_> = &[
    ("email", Kind::Text),
    ("name", Kind::Text),
    (ROLE, Kind::Text),
    (publisher_choice::NAME, Kind::Text),
    ("formKey", Kind::Text),
];

#[derive(Template)]
#[template(path = "invite.html")]
struct InvitePage {
    frame: Frame,
    email: Field,
    name: Field,
    roles: RoleFields,
    form_key: String,
    others: Vec<String>,
}

impl InvitePage {
    async fn new(page: &PageRequest) -> Result<Self, Problem> {
        Ok(Self {
            frame: Frame { crumbs: vec![Link::new("People", PATH)], ..page.frame("Invite") },
            email: Field::new("email", "E-mail").help("They sign in with it. No mail is sent: you hand the link over."),
            name: Field::new("name", "Name").help("As colleagues know them. Left empty, they say it.").may_be_empty(),
            roles: RoleFields::of(page).await?,
            form_key: page.web.actions.new_form_key(),
            others: Vec::new(),
        })
    }

    fn all(&self) -> Vec<&Field> {
        [&self.email, &self.name].into_iter().chain(self.roles.all()).collect()
    }
}

pub(super) async fn show(page: PageRequest) -> Answer {
    page.query(&[])?;
    page.page(&InvitePage::new(&page).await?)
}

pub(super) async fn send(page: PageRequest, body: Body<LARGEST>) -> Answer {
    let form = page.form(body.bytes(), SHAPE)?;
    form.check()?;
    let refusal = match page.once(&form, invited(&page, &form)).await? {
        Once::Done(made) => return once::shown(&page, &made, &whom(&page, &made).await?, PATH),
        Once::SentBefore => return Ok(page.go_on(PATH, FlashKind::Partly, once::USED)),
        Once::Refused(refusal) => refusal,
    };
    let wrong = faults::faults_of(refusal)?;
    let mut shown = InvitePage::new(&page).await?;
    shown.roles.typed(&form);
    for field in [&mut shown.email, &mut shown.name] {
        field.value = form.typed(&field.name).to_owned();
    }
    let fields = [&mut shown.email, &mut shown.name].into_iter().chain(shown.roles.all_mut());
    shown.others = faults::show(&mut fields.collect::<Vec<_>>(), &wrong);
    shown.frame.mark = "Error: ".to_owned();
    render::refused(&shown, &Problem::from(wrong))
}

async fn invited(page: &PageRequest, form: &Form) -> Result<MadeLink, Refusal> {
    let name = form.typed("name");
    let given = Invite {
        email: form.typed("email").to_owned(),
        name: (!name.is_empty()).then(|| name.to_owned()),
        role: role_fields::asked(page, form).await?,
    };
    page.perform(MAKES, &[], page.web.actions.invite(page.caller(), given)).await
}

/// For whom the link is.
async fn whom(page: &PageRequest, made: &MadeLink) -> Result<String, Problem> {
    let role = &made.invitation.role;
    let names = page.web.actions.names_of_publishers(page.caller(), role.publisher_id().into_iter()).await?;
    let publisher = role.publisher_id().and_then(|id| names.get(id)).map(String::as_str);
    let email = made.invitation.email.as_ref().map_or("", |email| email.as_str());
    Ok(format!("With this link {email} joins as {}.", roles::somebody(role, publisher)))
}

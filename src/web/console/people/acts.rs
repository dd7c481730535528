//! What is asked before it is done to a person: being disabled, losing the second factor, being deleted.

use actix_web::web::Path;

use super::one::{CHANGES, frame};
use super::{LARGEST, PATH};
use crate::actions::people::users::ChangePerson;
use crate::actions::refusal::Refusal;
use crate::domain::patch::Patch;
use crate::domain::person::Person;
use crate::web::Answer;
use crate::web::console::confirm::ConfirmPage;
use crate::web::console::flash::Kind;
use crate::web::console::page_request::PageRequest;
use crate::web::console::{faults, render};
use crate::web::error::Problem;
use crate::web::json::Body;

const DELETES: &str = "DELETE /v1/users/{id}";
const REMOVES: &str = "DELETE /v1/users/{id}/second-factor";
/// What ends with a person, or with its leave to sign in: it has seen their texts.
const ENDS: &str = "The invitations that this person made and nobody has used and the API tokens that this person made end with \
                    that, because this person has seen them. What was made with those tokens stays.";

/// What may be asked.
#[derive(Clone, Copy)]
enum Act {
    Disable,
    RemoveSecondFactor,
    Delete,
}

impl Act {
    fn page(self, page: &PageRequest, person: &Person) -> ConfirmPage {
        let name = &person.name;
        let (end, question, first, others, act) = match self {
            Self::Disable => (
                "disable",
                format!("Disable {name}?"),
                format!("{name} is signed out everywhere, and cannot sign in until somebody enables the account."),
                vec![ENDS],
                "Disable",
            ),
            Self::RemoveSecondFactor => (
                "second-factor",
                format!("Remove the second factor of {name}?"),
                format!("{name} signs in by the password alone until another second factor is added."),
                vec!["For somebody who has lost the phone. Make sure that it is that person who asks."],
                "Remove second factor",
            ),
            Self::Delete => (
                "delete",
                format!("Delete {name}?"),
                format!("{name} is signed out everywhere and cannot sign in any more."),
                vec![ENDS, "What this person did stays in the audit, under the name. It cannot be undone."],
                "Delete person",
            ),
        };
        let path = format!("{PATH}/{}", person.id);
        ConfirmPage {
            frame: frame(page, person),
            question,
            facts: [first].into_iter().chain(others.into_iter().map(str::to_owned)).collect(),
            warning: None,
            choice: None,
            others: Vec::new(),
            hidden: None,
            path: format!("{path}/{end}"),
            act: act.to_owned(),
            is_danger: true,
            back: path,
        }
    }

    fn call(self) -> &'static str {
        match self {
            Self::Disable => CHANGES,
            Self::RemoveSecondFactor => REMOVES,
            Self::Delete => DELETES,
        }
    }

    /// Shows what is asked, to whoever may do it.
    async fn ask(self, page: &PageRequest, id: &str) -> Answer {
        page.query(&[])?;
        let person = page.web.actions.person(page.caller(), id).await?;
        page.may_perform(self.call())?;
        page.page(&self.page(page, &person))
    }

    /// Where it was done, on to the next page; the question once more with the reason where it was not.
    async fn answered(
        self,
        page: &PageRequest,
        person: &Person,
        done: Result<(), Refusal>,
        to: &str,
        said: &str,
    ) -> Answer {
        let refusal = match done {
            Ok(()) => return Ok(page.go_on(to, Kind::Done, format!("{} {said}", person.name))),
            Err(refusal) => refusal,
        };
        let wrong = faults::faults_of(refusal)?;
        let mut shown = self.page(page, person);
        shown.others = faults::show(&mut [], &wrong);
        shown.frame.mark = "Error: ".to_owned();
        let problem = shown.others.first().map_or_else(|| Problem::from(wrong), |said| Problem::conflict(said.clone()));
        render::refused(&shown, &problem)
    }
}

/// The person that a form is about, if the form is ours.
async fn of_form(page: &PageRequest, id: &str, body: &Body<LARGEST>) -> Result<Person, Problem> {
    let person = page.web.actions.person(page.caller(), id).await?;
    page.form(body.bytes(), &[])?.check()?;
    Ok(person)
}

async fn set_disabled(page: &PageRequest, person: &Person, disabled: bool) -> Result<(), Refusal> {
    let change = ChangePerson { disabled: Patch::Set(disabled), ..ChangePerson::default() };
    let changes = async { page.web.actions.change_person(page.caller(), &person.id, change).await.map(drop) };
    page.perform(CHANGES, &[&person.id], changes).await
}

pub(super) async fn ask_disable(page: PageRequest, id: Path<String>) -> Answer {
    Act::Disable.ask(&page, &id).await
}

pub(super) async fn disable(page: PageRequest, id: Path<String>, body: Body<LARGEST>) -> Answer {
    let person = of_form(&page, &id, &body).await?;
    let done = set_disabled(&page, &person, true).await;
    let to = format!("{PATH}/{}", person.id);
    Act::Disable.answered(&page, &person, done, &to, "is disabled and signed out everywhere.").await
}

pub(super) async fn enable(page: PageRequest, id: Path<String>, body: Body<LARGEST>) -> Answer {
    let person = of_form(&page, &id, &body).await?;
    set_disabled(&page, &person, false).await?;
    Ok(page.go_on(&format!("{PATH}/{}", person.id), Kind::Done, format!("{} can sign in again.", person.name)))
}

pub(super) async fn ask_remove(page: PageRequest, id: Path<String>) -> Answer {
    Act::RemoveSecondFactor.ask(&page, &id).await
}

pub(super) async fn remove(page: PageRequest, id: Path<String>, body: Body<LARGEST>) -> Answer {
    let person = of_form(&page, &id, &body).await?;
    let removes = page.web.actions.remove_second_factor_of(page.caller(), &person.id);
    let done = page.perform(REMOVES, &[&person.id], removes).await;
    let to = format!("{PATH}/{}", person.id);
    Act::RemoveSecondFactor.answered(&page, &person, done, &to, "signs in by the password alone now.").await
}

pub(super) async fn ask_delete(page: PageRequest, id: Path<String>) -> Answer {
    Act::Delete.ask(&page, &id).await
}

pub(super) async fn delete(page: PageRequest, id: Path<String>, body: Body<LARGEST>) -> Answer {
    let person = of_form(&page, &id, &body).await?;
    let deletes = page.web.actions.delete_person(page.caller(), &person.id);
    let done = page.perform(DELETES, &[&person.id], deletes).await;
    Act::Delete.answered(&page, &person, done, PATH, "is deleted.").await
}

//! What is asked before a secret signs from now on, or is deleted.

use actix_web::web::Path;
use serde_json::{Map, Value};

use super::{LARGEST, place_of};
use crate::actions::refusal::Refusal;
use crate::domain::app::Secret;
use crate::domain::secret::SecretState;
use crate::web::Answer;
use crate::web::console::confirm::ConfirmPage;
use crate::web::console::flash::Kind;
use crate::web::console::kinds::{self, Shape};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::place::Place;
use crate::web::console::sections::AppPage;
use crate::web::console::words::{cuts, instants};
use crate::web::console::{faults, render, sections};
use crate::web::error::Problem;
use crate::web::json::Body;

const USES: &str = "POST /v1/apps/{id}/endpoints/{endpointId}/secrets/{secretId}/activate";
const DELETES: &str = "DELETE /v1/apps/{id}/endpoints/{endpointId}/secrets/{secretId}";
const OVERLAP: &str = "overlapMinutes";
const USE_SHAPE: &Shape<'_> = &[(OVERLAP, kinds::Kind::Whole)];

/// A secret of an endpoint, and the endpoint.
struct One {
    place: Place,
    secret: Secret,
}

impl One {
    async fn of(page: &PageRequest, path: &(String, String)) -> Result<Self, Problem> {
        let place = place_of(page, &path.0).await?;
        let secret = place.endpoint.secrets.iter().find(|secret| secret.id == path.1).cloned();
        Ok(Self { secret: secret.ok_or(Refusal::Unknown("secret"))?, place })
    }

    fn named(&self) -> [&str; 3] {
        [&self.place.app.id, &self.place.endpoint.id, &self.secret.id]
    }

    fn short(&self) -> String {
        cuts::id(&self.secret.id).shown
    }

    fn use_page(&self, page: &PageRequest) -> ConfirmPage {
        let active = self.place.endpoint.active_secret().is_some();
        let choice = active.then(|| {
            Field::new(OVERLAP, "After a refusal, try the old one for")
                .explained_choice("60", "1 hour", "A server that still has the old secret is called once more with it.")
                .explained_choice("1440", "24 hours", "For a server that is changed by hand.")
                .explained_choice("10080", "7 days", "For servers that are changed one by one.")
                .explained_choice("0", "Not at all: it leaked", "Nothing is signed with the old one any more.")
                .value("60")
        });
        let is_tested = self.secret.setup.tested_at.is_some();
        let fact = if active {
            "From now on this secret signs; the active one is retired. Nothing is sent again, and nothing is lost."
        } else {
            "From now on this secret signs."
        };
        ConfirmPage {
            frame: sections::frame(page, &self.place.app, AppPage::Secrets),
            question: format!("Use {} from now on?", self.short()),
            facts: vec![fact.to_owned()],
            warning: (!is_tested && self.secret.state == SecretState::Next).then(|| {
                "No test signed with it was acknowledged yet. Where the server does not have it, callbacks are refused."
                    .to_owned()
            }),
            choice,
            others: Vec::new(),
            hidden: None,
            path: self.place.path(&format!("secrets/{}/use", self.secret.id)),
            act: "Use from now on".to_owned(),
            is_danger: false,
            back: self.place.path("secrets"),
        }
    }
}

pub(super) async fn ask_use(page: PageRequest, path: Path<(String, String)>) -> Answer {
    page.page(&One::of(&page, &path).await?.use_page(&page))
}

pub(super) async fn use_it(page: PageRequest, path: Path<(String, String)>, body: Body<LARGEST>) -> Answer {
    let one = One::of(&page, &path).await?;
    let form = page.form(body.bytes(), USE_SHAPE)?;
    let done = match form.clone().into_object(&[]) {
        Ok(given) => activated(&page, &one, &given).await,
        Err(wrong) => Err(wrong.into()),
    };
    match done {
        Ok(text) => Ok(page.go_on(&one.place.path("secrets"), Kind::Done, text)),
        Err(refusal) => {
            let wrong = faults::faults_of(refusal)?;
            let mut shown = one.use_page(&page);
            shown.others = faults::show(&mut shown.choice.iter_mut().collect::<Vec<_>>(), &wrong);
            shown.frame.mark = "Error: ".to_owned();
            render::refused(&shown, &Problem::from(wrong))
        }
    }
}

/// Says until when the old one is tried.
async fn activated(page: &PageRequest, one: &One, given: &Map<String, Value>) -> Result<String, Refusal> {
    let before = one.place.endpoint.active_secret().map(|secret| secret.id.clone());
    let actions = &page.web.actions;
    let act = async {
        actions.activate_secret(page.caller(), one.place.secrets(), &one.secret.id, given).await?;
        Ok(())
    };
    page.perform(USES, &one.named(), act).await?;
    let now = page.web.node.clock.now();
    let secrets = actions.secrets(page.caller(), one.place.secrets()).await?;
    let old = secrets.iter().find(|secret| Some(&secret.id) == before.as_ref()).and_then(|secret| secret.overlap_until);
    Ok(match old.filter(|until| *until > now) {
        Some(until) => {
            let until = instants::listed(until, now).shown;
            format!("{} signs from now on. The old one is tried after a refusal until {until} UTC.", one.short())
        }
        None => format!("{} signs from now on.", one.short()),
    })
}

pub(super) async fn ask_delete(page: PageRequest, path: Path<(String, String)>) -> Answer {
    let one = One::of(&page, &path).await?;
    let overlaps = one.secret.overlap_until.is_some_and(|until| until > page.web.node.clock.now());
    let fact = match one.secret.state {
        SecretState::Active => "It signs. Use another one from now on before you delete it.",
        SecretState::Retired if overlaps => {
            "It signs nothing by itself, and is not tried after a refusal any more once it is deleted."
        }
        _ => "It signs nothing. What was sent with it stays in the deliveries.",
    };
    page.page(&ConfirmPage {
        frame: sections::frame(&page, &one.place.app, AppPage::Secrets),
        question: format!("Delete {}?", one.short()),
        facts: vec![fact.to_owned(), "It cannot be undone.".to_owned()],
        warning: None,
        choice: None,
        others: Vec::new(),
        hidden: None,
        path: one.place.path(&format!("secrets/{}/delete", one.secret.id)),
        act: "Delete secret".to_owned(),
        is_danger: true,
        back: one.place.path("secrets"),
    })
}

pub(super) async fn delete(page: PageRequest, path: Path<(String, String)>, body: Body<LARGEST>) -> Answer {
    let one = One::of(&page, &path).await?;
    page.form(body.bytes(), &[])?.check()?;
    let deletes = page.web.actions.delete_secret(page.caller(), one.place.secrets(), &one.secret.id);
    page.perform(DELETES, &one.named(), deletes).await?;
    Ok(page.go_on(&one.place.path("secrets"), Kind::Done, format!("{} is deleted.", one.short())))
}

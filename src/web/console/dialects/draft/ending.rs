//! What becomes of a draft and of what was published, each asked once: a version that is published never changes, and one that is
//! withdrawn stays so.

use actix_web::web::{Path, ServiceConfig};
use serde_json::{Map, Value};

use super::form::REVISION;
use super::{draft_path, frame, known};
use crate::actions::refusal::Refusal;
use crate::domain::dialect::listed::RecipeDraft;
use crate::domain::dialect::naming::named;
use crate::web::Answer;
use crate::web::console::confirm::ConfirmPage;
use crate::web::console::flash::Kind;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{self, Shape};
use crate::web::console::page_request::PageRequest;
use crate::web::console::pages;
use crate::web::console::parts::lines::Link;
use crate::web::error::Problem;
use crate::web::json::Body;

const LARGEST: usize = 4 * 1024;
const PUBLISHES: &str = "POST /v1/dialects/{name}/publish";
const DELETES: &str = "DELETE /v1/dialects/{name}/draft";
const WITHDRAWS: &str = "POST /v1/dialects/{name}/withdraw";
const OF_PUBLISHING: &Shape<'_> = &[(REVISION, kinds::Kind::Whole)];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/dialects/{draft}/draft/publish").get(ask_publish).post(publish));
    config.service(pages::resource("/dialects/{draft}/draft/delete").get(ask_delete).post(delete));
    config.service(pages::resource("/dialects/{version}/withdraw").get(ask_withdraw).post(withdraw));
}

fn who_may(draft: &RecipeDraft) -> String {
    match draft.publishers.as_ref().map(Vec::len) {
        None => "Every publisher may choose it.".to_owned(),
        Some(1) => "One publisher may choose it; nobody else learns of it.".to_owned(),
        Some(many) => format!("{many} publishers may choose it; nobody else learns of it."),
    }
}

/// What it is called once it is published.
async fn next_id(page: &PageRequest, name: &str) -> Result<String, Refusal> {
    let versions = match page.web.actions.dialect(page.caller(), name).await {
        Ok(dialect) => dialect.versions,
        Err(Refusal::Unknown(_)) => Vec::new(),
        Err(refusal) => return Err(refusal),
    };
    let last = versions.iter().map(|one| one.recipe.version()).max().unwrap_or_default();
    Ok(named(name, last.saturating_add(1)))
}

async fn ask_publish(page: PageRequest, name: Path<String>) -> Answer {
    page.may_perform(PUBLISHES)?;
    page.query(&[])?;
    let actions = &page.web.actions;
    let draft = actions.recipe_draft(&name).await?;
    let checked = actions.check_recipe_draft(&name).await?;
    let id = next_id(&page, &name).await?;
    let warning = match checked.findings.len() {
        0 => checked.warnings.first().map(ToString::to_string),
        many => Some(format!("It is refused as it stands: there are {many} things to mend, which Check names.")),
    };
    page.page(&ConfirmPage {
        frame: frame(&page, &draft.name, "Publish"),
        question: format!("Publish {id}?"),
        facts: vec![
            format!("The draft becomes {id}. From then on it never changes and is never deleted; what is to be mended later is a new version."),
            "Endpoints of earlier versions stay as they are until each is switched.".to_owned(),
            who_may(&draft),
        ],
        warning,
        choice: None,
        others: Vec::new(),
        hidden: Some((REVISION, draft.revision.to_string())),
        path: draft_path(&draft.name, "publish"),
        act: format!("Publish {id}"),
        is_danger: false,
        back: draft_path(&draft.name, "check"),
    })
}

async fn publish(page: PageRequest, name: Path<String>, body: Body<LARGEST>) -> Answer {
    page.may_perform(PUBLISHES)?;
    let actions = &page.web.actions;
    actions.recipe_draft(&name).await?;
    let form = page.form(body.bytes(), OF_PUBLISHING)?;
    form.check()?;
    let given: Map<String, Value> = form.into_object(&[])?;
    match page.perform(PUBLISHES, &[&name], actions.publish_dialect(page.caller(), &name, &given)).await {
        Ok(changed) => {
            let id = changed.0.listed.recipe.id();
            let text = format!("{id} is published. Move one endpoint to it first, and watch what its server answers.");
            Ok(page.go_on(&known::path(&name), Kind::Done, text))
        }
        Err(Refusal::Invalid(_)) => {
            let text = "Not published: there are things to mend.";
            Ok(page.go_on(&draft_path(&name, "check"), Kind::Failed, text))
        }
        Err(Refusal::Conflict(text)) => Ok(page.go_on(&draft_path(&name, "check"), Kind::Failed, text)),
        Err(refusal) => Err(refusal.into()),
    }
}

async fn ask_delete(page: PageRequest, name: Path<String>) -> Answer {
    page.may_perform(DELETES)?;
    page.query(&[])?;
    let draft = page.web.actions.recipe_draft(&name).await?;
    page.page(&ConfirmPage {
        frame: frame(&page, &draft.name, "Delete"),
        question: format!("Delete the draft of {}?", draft.name),
        facts: vec!["Its text is gone. What was published of it stays as it is.".to_owned()],
        warning: None,
        choice: None,
        others: Vec::new(),
        hidden: None,
        path: draft_path(&draft.name, "delete"),
        act: "Delete draft".to_owned(),
        is_danger: true,
        back: draft_path(&draft.name, ""),
    })
}

async fn delete(page: PageRequest, name: Path<String>, body: Body<LARGEST>) -> Answer {
    page.may_perform(DELETES)?;
    page.form(body.bytes(), &[])?.check()?;
    page.perform(DELETES, &[&name], page.web.actions.delete_recipe_draft(&name)).await?;
    Ok(page.go_on("/dialects", Kind::Done, format!("The draft of {} is deleted.", *name)))
}

async fn ask_withdraw(page: PageRequest, name: Path<String>) -> Answer {
    page.may_perform(WITHDRAWS)?;
    page.query(&[])?;
    let dialect = known::named(&page, &name).await?;
    let (recipe, id) = (&dialect.listed.recipe, dialect.listed.recipe.id());
    if dialect.listed.publication.is_none() {
        return Err(Problem::conflict("This dialect ships with Ringback and cannot be withdrawn."));
    }
    if dialect.listed.is_withdrawn() {
        return Err(Problem::conflict(format!("{id} is withdrawn already.")));
    }
    let speaking = match page.web.actions.endpoints_speaking(page.caller(), &id).len() {
        0 => "No endpoint speaks it.".to_owned(),
        1 => "1 endpoint speaks it and goes on; what waits is still sent by it.".to_owned(),
        many => format!("{many} endpoints speak it and go on; what waits is still sent by it."),
    };
    page.page(&ConfirmPage {
        frame: Frame {
            crumbs: vec![Link::new("Dialects", "/dialects"), Link::new(recipe.title(), &known::path(recipe.name()))],
            ..page.frame("Withdraw")
        },
        question: format!("Withdraw {id}?"),
        facts: vec!["No endpoint can choose it any more.".to_owned(), speaking, "It stays withdrawn.".to_owned()],
        warning: None,
        choice: None,
        others: Vec::new(),
        hidden: None,
        path: format!("/dialects/{id}/withdraw"),
        act: format!("Withdraw {id}"),
        is_danger: true,
        back: known::path(&id),
    })
}

async fn withdraw(page: PageRequest, name: Path<String>, body: Body<LARGEST>) -> Answer {
    page.may_perform(WITHDRAWS)?;
    page.form(body.bytes(), &[])?.check()?;
    // Whoever names no version means the one that the page has shown.
    let id = known::named(&page, &name).await?.listed.recipe.id();
    page.perform(WITHDRAWS, &[&id], page.web.actions.withdraw_dialect(page.caller(), &id)).await?;
    Ok(page.go_on(&known::path(&id), Kind::Done, format!("{id} is withdrawn. What waits is still sent by it.")))
}

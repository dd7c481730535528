//! `/dialects/{draft}/draft`: the draft's text, replaced as a whole.

use actix_web::web::{Path, ServiceConfig};

use super::form::{self, Fields, LARGEST, SHAPE};
use super::new::DraftPage;
use super::{READS, draft_path, frame};
use crate::domain::dialect::listed::RecipeDraft;
use crate::web::Answer;
use crate::web::console::flash::Kind;
use crate::web::console::page_request::PageRequest;
use crate::web::console::words::instants;
use crate::web::console::{faults, pages, render};
use crate::web::json::Body;

const SAVES: &str = "PUT /v1/dialects/{name}/draft";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/dialects/{draft}/draft").get(show).post(send));
}

fn page_of(page: &PageRequest, draft: &RecipeDraft, fields: Fields) -> DraftPage {
    let saved = instants::detailed(draft.saved_at, page.web.node.clock.now()).shown;
    DraftPage {
        frame: frame(page, &draft.name, "Text"),
        path: draft_path(&draft.name, ""),
        fields,
        others: Vec::new(),
        revision: Some(draft.revision),
        saved: Some(format!("Saved {saved}, by {}.", draft.saved_by.name)),
        delete: Some(draft_path(&draft.name, "delete")),
    }
}

async fn show(page: PageRequest, name: Path<String>) -> Answer {
    page.may_perform(READS)?;
    page.query(&[])?;
    let draft = page.web.actions.recipe_draft(&name).await?;
    page.page(&page_of(&page, &draft, Fields::of(&draft)))
}

async fn send(page: PageRequest, name: Path<String>, body: Body<LARGEST>) -> Answer {
    page.may_perform(SAVES)?;
    let actions = &page.web.actions;
    let draft = actions.recipe_draft(&name).await?;
    let form = page.form(body.bytes(), SHAPE)?;
    let saved = match form::given(&form) {
        Ok(given) => page.perform(SAVES, &[&name], actions.replace_recipe_draft(page.caller(), &name, &given)).await,
        Err(wrong) => Err(wrong.into()),
    };
    match saved {
        Ok(_) => {
            let end = if form::asks_for_check(&form) { "check" } else { "" };
            Ok(page.go_on(&draft_path(&name, end), Kind::Done, "Saved."))
        }
        Err(refusal) => {
            let (wrong, problem) = faults::with_problem(refusal)?;
            let mut shown = page_of(&page, &draft, Fields::typed(&form));
            // Whoever has seen an older one goes on refusing to overwrite what is there.
            shown.revision = form.typed(form::REVISION).parse().ok().or(shown.revision);
            shown.others = shown.fields.wrong(&wrong);
            shown.frame.mark = "Error: ".to_owned();
            render::refused(&shown, &problem)
        }
    }
}

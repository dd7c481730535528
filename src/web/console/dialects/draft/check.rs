//! `/dialects/{draft}/draft/check`: what the engine makes of a draft as it is saved. Checking changes nothing, so that it can be looked at
//! again; what is to be mended is mended in the text.

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::{READS, draft_path, frame};
use crate::web::Answer;
use crate::web::console::dialects::checked::{self, CaseShown, Found, VectorShown};
use crate::web::console::filters;
use crate::web::console::frame::Frame;
use crate::web::console::page_request::PageRequest;
use crate::web::console::pages;
use crate::web::console::parts::state::{State, Tone};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/dialects/{draft}/draft/check").get(show));
}

#[derive(Template)]
#[template(path = "dialect_check.html")]
struct CheckPage {
    frame: Frame,
    state: State,
    findings: Vec<Found>,
    warnings: Vec<Found>,
    /// What its signature covers, and what not.
    coverage: Option<Coverage>,
    cases: Vec<CaseShown>,
    vectors: Vec<VectorShown>,
    text: String,
    test: String,
    /// Where it is published, by whom that may be done.
    publish: Option<String>,
    /// Whether somebody else has to publish it.
    is_others_turn: bool,
}

struct Coverage {
    whole: bool,
    covered: Vec<String>,
    not_covered: Vec<String>,
    gaps: Vec<&'static str>,
}

async fn show(page: PageRequest, name: Path<String>) -> Answer {
    page.may_perform(READS)?;
    page.query(&[])?;
    let actions = &page.web.actions;
    let draft = actions.recipe_draft(&name).await?;
    let checked = actions.check_recipe_draft(&name).await?;
    let state = |word: &str, icon, tone| State { word: word.to_owned(), icon, tone, under: None };
    let state = match (checked.publishable, checked.findings.len()) {
        (true, _) => state("Can be published", "delivered", Tone::Ok),
        (false, 1) => state("1 thing to mend", "dead", Tone::Bad),
        (false, many) => state(&format!("{many} things to mend"), "dead", Tone::Bad),
    };
    let may_publish = page.can("POST /v1/dialects/{name}/publish");
    page.page(&CheckPage {
        frame: frame(&page, &draft.name, "Check"),
        state,
        findings: checked::found(&draft.text, &checked.findings),
        warnings: checked::found(&draft.text, &checked.warnings),
        cases: checked::cases(&checked),
        vectors: checked::vectors(&checked),
        coverage: checked.coverage.map(|coverage| Coverage {
            whole: coverage.whole,
            covered: coverage.covered,
            not_covered: coverage.not_covered,
            gaps: coverage.gaps,
        }),
        text: draft_path(&draft.name, ""),
        test: draft_path(&draft.name, "test"),
        publish: (checked.publishable && may_publish).then(|| draft_path(&draft.name, "publish")),
        is_others_turn: checked.publishable && !may_publish,
    })
}

//! `/apps/{app}/receiver`: the program that takes an endpoint's callbacks, in a language that is a link, ready to be pasted.

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::frame::Frame;
use super::page_request::PageRequest;
use super::parts::lines::Link;
use super::place::{self, Place};
use super::sections::AppPage;
use super::{faults, filters, pages, render, sections};
use crate::domain::receiver_code::Language;
use crate::web::Answer;

/// The parameter that names the language.
const LANGUAGE: &str = "lang";
const PARAMETERS: [&str; 3] = [place::PARAMETER, LANGUAGE, "download"];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/apps/{app}/receiver").get(show));
}

#[derive(Template)]
#[template(path = "receiver.html")]
struct ReceiverPage {
    frame: Frame,
    endpoints: Vec<(Link, bool)>,
    languages: Vec<(Link, bool)>,
    file_name: &'static str,
    code: String,
    run: &'static str,
    notes: Vec<String>,
    download: String,
    /// Where callbacks come from, where that is fixed.
    address: Option<String>,
    test: String,
}

#[derive(Template)]
#[template(path = "no_receiver.html")]
struct NoReceiverPage {
    frame: Frame,
    endpoints: Vec<(Link, bool)>,
    why: Vec<String>,
    callback: String,
}

async fn show(page: PageRequest, app: Path<String>) -> Answer {
    let query = page.query(&PARAMETERS)?;
    let place = Place::of(&page, &app, query.text(place::PARAMETER)).await?;
    let language = query.word(LANGUAGE, &Language::ALL, Language::name)?.unwrap_or(Language::Php);
    let actions = &page.web.actions;
    let of_endpoint = Some(place.endpoint.id.as_str());
    let made = match actions.receiver_code(page.caller(), &place.app.id, of_endpoint, Some(language.name())).await {
        Ok(made) => made,
        Err(refusal) => {
            let wrong = faults::faults_of(refusal)?;
            return page.page(&NoReceiverPage {
                frame: sections::frame(&page, &place.app, AppPage::ReceiverCode),
                endpoints: place.switcher("receiver"),
                why: wrong.0.into_iter().map(|fault| fault.message).collect(),
                callback: place.path("callback"),
            });
        }
    };
    if query.text("download").is_some() {
        return Ok(render::file(made.file_name, made.code));
    }
    let link = |one: Language| {
        let link = Link::new(one.title(), &place.path_with("receiver", &[(LANGUAGE, one.name())]));
        (link, one.name() == made.language)
    };
    page.page(&ReceiverPage {
        frame: sections::frame(&page, &place.app, AppPage::ReceiverCode),
        endpoints: place.switcher("receiver"),
        languages: Language::ALL.map(link).into(),
        download: place.path_with("receiver", &[(LANGUAGE, made.language), ("download", "1")]),
        file_name: made.file_name,
        code: made.code,
        run: made.run,
        notes: made.notes,
        address: actions.leaves_from(&place.app).0.map(|address| address.to_string()),
        test: place.path("test"),
    })
}

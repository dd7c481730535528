//! `/dialects/{dialect}/receiver`: the program that takes a dialect's callbacks, for a URL that is tried or for one that the dialect would
//! have. Who has an app finds its own below the app.

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::known;
use super::sampled::URL;
use crate::actions::dialect_samples::SampleFor;
use crate::domain::receiver_code::Language;
use crate::web::Answer;
use crate::web::console::frame::Frame;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::lines::Link;
use crate::web::console::{faults, filters, pages, render};

/// The parameter that names the language.
const LANGUAGE: &str = "lang";
const DOWNLOAD: &str = "download";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/dialects/{dialect}/receiver").get(show));
}

#[derive(Template)]
#[template(path = "dialect_receiver.html")]
struct DialectReceiverPage {
    frame: Frame,
    languages: Vec<(Link, bool)>,
    /// The program, and how it is started.
    made: Option<Made>,
    /// Why there is none.
    why: Vec<String>,
    download: String,
    back: Link,
}

struct Made {
    file_name: &'static str,
    code: String,
    run: &'static str,
    notes: Vec<String>,
}

async fn show(page: PageRequest, name: Path<String>) -> Answer {
    let query = page.query(&[URL, LANGUAGE, DOWNLOAD])?;
    let dialect = known::named(&page, &name).await?;
    let recipe = &dialect.listed.recipe;
    let language = query.word(LANGUAGE, &Language::ALL, Language::name)?.unwrap_or(Language::Php);
    let tried = query.text(URL);
    let wanted = tried.map_or(SampleFor::Nobody, SampleFor::Url);
    let (made, why) = match page.web.actions.dialect_receiver(recipe, wanted, language) {
        Ok(made) if query.text(DOWNLOAD).is_some() => return Ok(render::file(made.file_name, made.code)),
        Ok(made) => {
            let (file_name, code, run, notes) = (made.file_name, made.code, made.run, made.notes);
            (Some(Made { file_name, code, run, notes }), Vec::new())
        }
        Err(refusal) => {
            let wrong = faults::faults_of(refusal)?;
            (None, wrong.0.into_iter().map(|fault| faults::said("The URL", &fault).message).collect())
        }
    };
    let path = known::path(&name);
    let address = |end: &str, more: &[(&str, &str)]| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(tried.map(|url| (URL, url)));
        query.extend_pairs(more);
        match query.finish() {
            query if query.is_empty() => format!("{path}{end}"),
            query => format!("{path}{end}?{query}"),
        }
    };
    let link =
        |one: Language| (Link::new(one.title(), &address("/receiver", &[(LANGUAGE, one.name())])), one == language);
    let title = recipe.title();
    let crumbs = vec![Link::new("Dialects", "/dialects"), Link::new(title, &address("", &[]))];
    page.page(&DialectReceiverPage {
        frame: Frame { crumbs, ..page.frame("Receiver code") },
        languages: Language::ALL.map(link).into(),
        made,
        why,
        download: address("/receiver", &[(LANGUAGE, language.name()), (DOWNLOAD, "1")]),
        back: Link::new(&format!("Back to {title}"), &address("", &[])),
    })
}

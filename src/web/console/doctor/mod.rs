//! `/apps/{app}/doctor`: why a callback did not verify, from whatever was pasted. Nothing that is pasted is kept, so the answer to the form
//! is the finding itself.

mod finding;

use std::collections::BTreeMap;

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::forms::Form;
use super::frame::Frame;
use super::kinds::{Kind, Shape};
use super::page_request::PageRequest;
use super::parts::field::Field;
use super::parts::lines::Link;
use super::place::{self, Place};
use super::sections::AppPage;
use super::words::instants;
use super::{faults, filters, pages, render, sections};
use crate::actions::deliveries::DeliveryDetail;
use crate::actions::diagnosis::Given;
use crate::actions::previews::PreviewAsked;
use crate::actions::refusal::Refusal;
use crate::domain::dialect::diagnose::looked_for;
use crate::domain::dialect::received::Received;
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::web::Answer;
use crate::web::error::Problem;
use crate::web::json::Body;
use finding::Finding;

/// Largest form: what is read of a paste, escaped threefold, and of a body as well.
const LARGEST: usize = 512 * 1024;
const SHAPE: &Shape<'_> = &[
    ("pasted", Kind::Text),
    ("method", Kind::Text),
    ("url", Kind::Text),
    ("headers", Kind::Pairs),
    ("body", Kind::Text),
];
const EXAMPLE: &str = "example";
const DELIVERY: &str = "delivery";
const PARAMETERS: [&str; 3] = [place::PARAMETER, EXAMPLE, DELIVERY];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/apps/{app}/doctor").get(show).post(diagnose));
}

#[derive(Template)]
#[template(path = "doctor.html")]
struct DoctorPage {
    frame: Frame,
    path: String,
    endpoints: Vec<(Link, bool)>,
    /// What is looked for in a paste.
    looked_for: String,
    /// What it is about, where somebody came from a test.
    about: Option<String>,
    example: String,
    fields: Fields,
    others: Vec<String>,
    finding: Option<Finding>,
}

struct Fields {
    pasted: Field,
    apart: Vec<Field>,
    headers: Field,
    body: Field,
    /// Whether what was taken apart is open.
    is_open: bool,
}

impl Fields {
    fn new() -> Self {
        let help = "A URL, lines of a log, a whole request, a printed dictionary or JSON, or a curl command, as copied; at most 64 KiB. \
             Nothing of it is kept.";
        Self {
            pasted: Field::new("pasted", "What your server received").help(help).may_be_empty(),
            apart: vec![
                Field::new("method", "Method").help("Left empty: as the dialect sends.").may_be_empty(),
                Field::new("url", "URL").help("Path and query will do.").may_be_empty(),
            ],
            headers: Field::new("headers", "Headers").help("One a line, such as X-Signature: 0f3a.").may_be_empty(),
            body: Field::new("body", "Body").help("Raw, as received.").may_be_empty(),
            is_open: false,
        }
    }

    fn typed(mut self, form: &Form) -> Self {
        for field in self.all_mut() {
            field.value = form.typed(&field.name).to_owned();
        }
        self.is_open = ["method", "url", "headers", "body"].iter().any(|name| !form.typed(name).is_empty());
        self
    }

    fn all(&self) -> Vec<&Field> {
        [&self.pasted].into_iter().chain(&self.apart).chain([&self.headers, &self.body]).collect()
    }

    fn all_mut(&mut self) -> Vec<&mut Field> {
        let first = [&mut self.pasted].into_iter().chain(&mut self.apart);
        first.chain([&mut self.headers, &mut self.body]).collect()
    }
}

impl DoctorPage {
    async fn new(page: &PageRequest, place: &Place, fields: Fields) -> Result<Self, Problem> {
        let query = page.query(&PARAMETERS)?;
        let recipe = place.recipe(page)?;
        let about = match query.text(DELIVERY) {
            Some(id) => about(page, place, id).await?,
            None => None,
        };
        Ok(Self {
            frame: sections::frame(page, &place.app, AppPage::Doctor),
            path: place.path("doctor"),
            endpoints: place.switcher("doctor"),
            looked_for: looked_for(&recipe, &place.endpoint.config),
            about,
            example: place.path_with("doctor", &[(EXAMPLE, "1")]),
            fields,
            others: Vec::new(),
            finding: None,
        })
    }
}

async fn show(page: PageRequest, app: Path<String>) -> Answer {
    let query = page.query(&PARAMETERS)?;
    let place = Place::of(&page, &app, query.text(place::PARAMETER)).await?;
    let mut fields = Fields::new();
    if query.text(EXAMPLE).is_some() {
        fields.pasted.value = example(&page, &place).await?;
    }
    page.page(&DoctorPage::new(&page, &place, fields).await?)
}

async fn diagnose(page: PageRequest, app: Path<String>, body: Body<LARGEST>) -> Answer {
    let query = page.query(&PARAMETERS)?;
    let place = Place::of(&page, &app, query.text(place::PARAMETER)).await?;
    let form = page.form(body.bytes(), SHAPE)?;
    let mut shown = DoctorPage::new(&page, &place, Fields::new().typed(&form)).await?;
    let actions = &page.web.actions;
    let done = match given(&form) {
        Ok(given) => actions.diagnose(page.caller(), &place.app, Some(&place.endpoint.id), given).await,
        Err(wrong) => Err(wrong.into()),
    };
    match done {
        Ok(diagnosed) => {
            shown.finding = Some(Finding::of(&place, diagnosed));
            page.page(&shown)
        }
        Err(Refusal::TooMany(text)) => {
            shown.frame.mark = "Error: ".to_owned();
            shown.others = vec![text.clone()];
            render::refused(&shown, &Problem::from(Refusal::TooMany(text)))
        }
        Err(refusal) => {
            let wrong = faults::faults_of(refusal)?;
            shown.others = faults::show(&mut shown.fields.all_mut(), &wrong);
            shown.frame.mark = "Error: ".to_owned();
            render::refused(&shown, &Problem::from(wrong))
        }
    }
}

/// What a form gives, whole or taken apart.
fn given(form: &Form) -> Result<Given, Invalid> {
    form.check()?;
    let pasted = form.typed("pasted");
    let object = form.clone().into_object(&[])?;
    let is_apart = ["method", "url", "headers", "body"].iter().any(|name| object.contains_key(*name));
    if !pasted.trim().is_empty() {
        return match is_apart {
            true => {
                Err(Invalid::field("pasted", "must be empty where method, URL, headers or body are given one by one"))
            }
            false => Ok(Given::Pasted(pasted.to_owned())),
        };
    }
    let headers: BTreeMap<String, String> =
        object.get("headers").cloned().and_then(|headers| serde_json::from_value(headers).ok()).unwrap_or_default();
    if !object.contains_key("url") && headers.is_empty() {
        return Err(Invalid::field("pasted", "is required, or else URL, headers and body one by one"));
    }
    Ok(Given::Received(Received {
        method: form.typed("method").trim().to_owned(),
        url: form.typed("url").trim().to_owned(),
        headers: headers.into_iter().collect(),
        body: Some(form.typed("body").to_owned()).filter(|body| !body.is_empty()),
    }))
}

/// The test that somebody comes from, in a sentence.
async fn about(page: &PageRequest, place: &Place, id: &str) -> Result<Option<String>, Problem> {
    let DeliveryDetail { delivery, attempts, .. } = page.web.actions.delivery(page.caller(), id).await?;
    if delivery.endpoint_id != place.endpoint.id {
        return Err(Refusal::Unknown("delivery").into());
    }
    let now = page.web.node.clock.now();
    Ok(attempts.last().map(|(attempt, _)| {
        let at = instants::listed(attempt.started_at, now).shown;
        format!("Paste what your server received of {}, which was sent at {at} UTC.", delivery.transaction_id)
    }))
}

/// What an invented callback looks like to the endpoint's server; nothing where it cannot be composed yet.
async fn example(page: &PageRequest, place: &Place) -> Result<String, Problem> {
    let invented = Some(Object(Vec::new()));
    let asked =
        PreviewAsked { completion: invented, endpoint_id: Some(place.endpoint.id.clone()), ..PreviewAsked::default() };
    let request = match page.web.actions.preview(page.caller(), &place.app, asked).await {
        Ok(previewed) => previewed.request,
        Err(refusal) => {
            faults::faults_of(refusal)?;
            return Ok(String::new());
        }
    };
    // Where the secret itself travels, an example holds a mark in its place.
    let url = if request.shows_secret { request.shown_url() } else { request.url.as_str() };
    let path = url.splitn(4, '/').nth(3).map_or_else(|| "/".to_owned(), |path| format!("/{path}"));
    let headers = request.headers.iter().map(|header| {
        let value = if request.shows_secret { &header.shown } else { &header.value };
        format!("{}: {value}\n", header.name)
    });
    let head = format!("{} {path} HTTP/1.1\n{}", request.method, headers.collect::<String>());
    let body = request.body.as_deref().filter(|body| !body.is_empty() && !request.shows_secret);
    Ok(match body {
        Some(body) => format!("{head}\n{body}"),
        None => head.trim_end().to_owned(),
    })
}

//! `/apps/{app}/test`: a real callback that means nothing, and beside it one with a wrong signature, which has to be refused. The form
//! sends, and leads to the page that shows what came of it: a reload sends nothing twice.

mod form;
mod outcome;
mod sequence;

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::flash::Kind;
use super::forms::Form;
use super::frame::Frame;
use super::page_request::PageRequest;
use super::parts::lines::Link;
use super::place::{self, Place};
use super::sections::AppPage;
use super::{faults, filters, pages, render, sections};
use crate::actions::refusal::Refusal;
use crate::actions::sequences::Sequence;
use crate::actions::testing::TestAsked;
use crate::dispatch::sending::stored_test::TestOptions;
use crate::web::Answer;
use crate::web::error::Problem;
use crate::web::json::Body;
use form::{Asked, Fields};
use outcome::Outcome;
use sequence::Shown;

const LARGEST: usize = 16 * 1024;
/// The call that sends.
const SENDS: &str = "POST /v1/apps/{id}/test";
/// The call that sends a sequence.
const SENDS_SEQUENCE: &str = "POST /v1/apps/{id}/test/sequence";
/// The parameters that name what was sent …
const SENT: &str = "sent";
/// … and what was sent with a wrong signature.
const WRONG: &str = "wrong";
/// The parameters of the page; the last ones name the steps of a sequence.
const PARAMETERS: [&str; 8] = [place::PARAMETER, "secret", SENT, WRONG, "part", "completion", "repetition", "reversal"];

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(pages::resource("/apps/{app}/test").get(show).post(send))
        .service(pages::resource("/apps/{app}/test/sequence").post(send_sequence));
}

#[derive(Template)]
#[template(path = "test.html")]
struct TestPage {
    frame: Frame,
    path: String,
    sequence_path: String,
    endpoints: Vec<(Link, bool)>,
    /// The saved URL that is called.
    url: Option<String>,
    callback: String,
    fields: Fields,
    others: Vec<String>,
    outcome: Option<Outcome>,
    sequence: Option<Shown>,
}

#[derive(Template)]
#[template(path = "test_outcome.html")]
struct OutcomePart<'a> {
    outcome: &'a Outcome,
}

impl TestPage {
    fn new(page: &PageRequest, place: &Place, fields: Fields, outcome: Option<Outcome>) -> Self {
        Self {
            frame: sections::frame(page, &place.app, AppPage::Test),
            path: place.path("test"),
            sequence_path: place.path("test/sequence"),
            endpoints: place.switcher("test"),
            url: place.settings().callback_url.clone().map(String::from),
            callback: place.path("callback"),
            fields,
            others: Vec::new(),
            outcome,
            sequence: None,
        }
    }
}

async fn show(page: PageRequest, app: Path<String>) -> Answer {
    let query = page.query(&PARAMETERS)?;
    let place = Place::of(&page, &app, query.text(place::PARAMETER)).await?;
    let outcome = match query.text(SENT) {
        Some(sent) => Some(Outcome::of(&page, &place, sent, query.text(WRONG)).await?),
        None => None,
    };
    match (&outcome, query.text("part")) {
        (Some(outcome), Some("outcome")) => page.part(&OutcomePart { outcome }),
        _ => {
            let fields = Fields::new(&page, &place, query.text("secret")).await?;
            let sequence = Shown::asked(&page, &place, |step| query.text(step.as_str()).map(str::to_owned)).await?;
            page.page(&TestPage { sequence, ..TestPage::new(&page, &place, fields, outcome) })
        }
    }
}

async fn send(page: PageRequest, app: Path<String>, body: Body<LARGEST>) -> Answer {
    let query = page.query(&PARAMETERS)?;
    let place = Place::of(&page, &app, query.text(place::PARAMETER)).await?;
    let form = page.form(body.bytes(), form::SHAPE)?;
    let sent = match form::asked(&form) {
        Ok(asked) => sent(&page, &place, asked).await,
        Err(wrong) => Err(wrong.into()),
    };
    match sent {
        Ok((sent, wrong)) => {
            let (wrong, not_sent) = match wrong {
                Ok(wrong) => (wrong, None),
                Err(refusal) => (None, Some(refusal.of_a_part())),
            };
            let parameters: Vec<(&str, &str)> = [(SENT, Some(sent.as_str())), (WRONG, wrong.as_deref())]
                .into_iter()
                .filter_map(|(name, id)| Some((name, id?)))
                .collect();
            let shown = place.path_with("test", &parameters);
            // Straight to the result, unless a flash above it has more to say.
            Ok(match not_sent {
                Some(why) => page.go_on(&shown, Kind::Failed, format!("The wrong signature was not sent. {why}")),
                None => render::go_on(&format!("{shown}#outcome"), []),
            })
        }
        Err(refusal) => refused(&page, &place, &form, refusal).await,
    }
}

/// Sends a sequence; its fields are those of the test, but for what happened, which is the sequence's own.
async fn send_sequence(page: PageRequest, app: Path<String>, body: Body<LARGEST>) -> Answer {
    let query = page.query(&PARAMETERS)?;
    let place = Place::of(&page, &app, query.text(place::PARAMETER)).await?;
    let form = page.form(body.bytes(), form::SHAPE)?;
    let sent = match form::asked(&form) {
        Ok(asked) => sequence_of(&page, &place, asked).await,
        Err(wrong) => Err(wrong.into()),
    };
    match sent {
        Ok(sent) => {
            let shown = place.path_with("test", &sequence::parameters(&sent));
            Ok(match sequence::not_sent(&sent) {
                Some(why) => page.go_on(&shown, Kind::Failed, why.to_owned()),
                None => render::go_on(&format!("{shown}#sequence"), []),
            })
        }
        Err(refusal) => refused(&page, &place, &form, refusal).await,
    }
}

/// The form once more, with what is wrong in it.
async fn refused(page: &PageRequest, place: &Place, form: &Form, refusal: Refusal) -> Answer {
    let mut shown = TestPage::new(page, place, Fields::new(page, place, None).await?.typed(form), None);
    shown.frame.mark = "Error: ".to_owned();
    if let Refusal::TooMany(text) = refusal {
        shown.others = vec![text.clone()];
        return render::refused(&shown, &Problem::from(Refusal::TooMany(text)));
    }
    let wrong = faults::faults_of(refusal)?;
    shown.others = faults::show(&mut shown.fields.all_mut(), &form::renamed(&wrong));
    render::refused(&shown, &Problem::from(wrong))
}

async fn sequence_of(page: &PageRequest, place: &Place, asked: Asked) -> Result<Sequence, Refusal> {
    let (completion, endpoint_id) = (asked.completion(), Some(place.endpoint.id.clone()));
    let options = TestOptions { reversal: false, ..asked.options };
    let test = TestAsked { completion, endpoint_id, recipe: None, options };
    let mut sent = None;
    let sends = async {
        sent = Some(page.web.actions.test_sequence(page.caller(), place.app.clone(), test).await?);
        Ok(())
    };
    page.perform(SENDS_SEQUENCE, &[&place.app.id], sends).await?;
    sent.ok_or(Refusal::Unknown("delivery"))
}

/// The deliveries of a test and of the one with a wrong signature behind it. That one may be refused when the first has been sent.
type Sent = (String, Result<Option<String>, Refusal>);

/// Sends the right one and, behind it, the wrong one where that was asked for.
async fn sent(page: &PageRequest, place: &Place, asked: Asked) -> Result<Sent, Refusal> {
    let options = |tamper| TestOptions { tamper, ..asked.options.clone() };
    let right = one(page, place, &asked, options(false)).await?;
    if !asked.also_wrong {
        return Ok((right, Ok(None)));
    }
    let wrong = one(page, place, &asked, options(true)).await;
    Ok((right, wrong.map(Some)))
}

async fn one(page: &PageRequest, place: &Place, asked: &Asked, options: TestOptions) -> Result<String, Refusal> {
    let endpoint_id = Some(place.endpoint.id.clone());
    let test = TestAsked { completion: asked.completion(), endpoint_id, recipe: None, options };
    let mut id = String::new();
    let sends = async {
        let sent = page.web.actions.test(page.caller(), place.app.clone(), test).await?;
        id = sent.delivery.0.id;
        Ok(())
    };
    page.perform(SENDS, &[&place.app.id], sends).await?;
    Ok(id)
}

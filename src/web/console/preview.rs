//! The preview beside a form: the callback that these settings would send, in parts, and what becomes of the answer. Nothing is
//! sent or saved.
//!
//! What is wrong with the settings stands at their fields; here is only said that the preview waits for it. That a sample cannot
//! be told is no fault of a field.

use actix_web::http::header::{HeaderName, HeaderValue};
use askama::Template;

use super::faults;
use super::filters;
use super::page_request::PageRequest;
use super::parts::field::Field;
use super::parts::lines::Link;
use super::words::{outcomes, sentences};
use crate::actions::previews::{NOT_SIGNED, Previewed};
use crate::domain::dialect::callback::{CallbackRequest, Header};
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::marked::Marked;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::invalid::Invalid;
use crate::web::Answer;

/// Says which part of the page an answer takes the place of.
const RETARGET: HeaderName = HeaderName::from_static("hx-retarget");
/// Where the API says that a setting stands which is not saved.
const UNSAVED: &str = "endpoint.";

/// What is said before there is a callback URL.
pub(super) const NO_URL: &str = "Write a callback URL, and the callback is shown here.";

/// What stands in the panel.
#[derive(Clone, Debug, Default)]
pub(super) struct Preview {
    /// The callback; nothing while there is none.
    pub(super) shown: Option<Shown>,
    /// The fields that have to be fixed before it follows.
    pub(super) behind: Vec<Link>,
    /// What is wrong with no field of the form.
    pub(super) others: Vec<String>,
    /// Why the sample cannot be told.
    pub(super) refused: Vec<String>,
    /// Why there is nothing yet.
    pub(super) empty: Option<&'static str>,
}

/// A callback.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) method: &'static str,
    pub(super) url: Vec<Piece>,
    pub(super) body: Vec<Piece>,
    pub(super) headers: Vec<HeaderLine>,
    pub(super) signed_text: Option<String>,
    pub(super) then: String,
    pub(super) warnings: Vec<String>,
    /// What of it is not as it would be sent.
    pub(super) note: Option<&'static str>,
}

/// A part of what is sent.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    /// `part` for a value, `signed`, `ours`.
    pub(super) class: String,
    /// What it stands for.
    pub(super) title: Option<String>,
}

/// A header that is sent.
#[derive(Clone, Debug)]
pub(super) struct HeaderLine {
    pub(super) name: String,
    pub(super) value: String,
    /// Whether it carries the signature.
    pub(super) is_ours: bool,
}

/// What a callback tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// A completion that was made up: its signature is of no worth to anybody.
    Invented,
    /// One that was recorded: with its signature somebody could credit it again.
    Recorded,
    /// A sample of a dialect: even its secret is nobody's.
    Sample,
}

/// The panel, or only why it does not follow, and the faults of these fields, for a script.
#[derive(Template)]
#[template(path = "preview.html")]
pub(super) struct PreviewPart<'a> {
    pub(super) preview: Preview,
    /// Those that were looked at.
    pub(super) fields: Vec<&'a Field>,
    /// What can be inserted into a field, where that depends on what is chosen.
    pub(super) inserts: Option<(&'a Field, &'a [String])>,
}

/// The panel for a script, and the faults of the fields that were looked at, each for its own place.
pub(super) fn part(page: &PageRequest, part: &PreviewPart<'_>) -> Answer {
    let is_behind = part.preview.is_behind();
    let mut answer = page.part(part)?;
    if is_behind {
        answer.headers_mut().insert(RETARGET, HeaderValue::from_static("#preview-faults"));
    }
    Ok(answer)
}

impl Preview {
    /// What is told of this callback.
    pub(super) fn of(recipe: &Recipe, settings: &EndpointSettings, previewed: Previewed, told: Told) -> Self {
        let Previewed { request, parts, warnings } = previewed;
        let (url, body) = if request.shows_secret && told != Told::Sample {
            // The secret itself travels in it, and stays hidden even here.
            let whole = Piece { text: request.shown_url().to_owned(), class: String::new(), title: None };
            (vec![whole], Vec::new())
        } else {
            let mut parts = parts.into_iter().map(|part| piece(recipe, part, &request, told));
            match request.body {
                Some(_) => (parts.by_ref().take(1).collect(), parts.collect()),
                None => (parts.collect(), Vec::new()),
            }
        };
        let is_unsigned = request.signed_text.is_none() && recipe.signature().is_some();
        let note = match told {
            _ if is_unsigned => Some("Not signed yet: there is no secret."),
            Told::Recorded if recipe.signature().is_some() => {
                Some("The signature of a recorded completion is not shown whole: it would be good for a second credit.")
            }
            _ => None,
        };
        let success = settings.success.as_ref().unwrap_or_else(|| recipe.success());
        let retry = settings.retry_schedule.as_ref().unwrap_or_else(|| recipe.retry());
        let shown = Shown {
            method: request.method,
            url,
            body,
            headers: headers(&request, told),
            signed_text: request.signed_text,
            then: outcomes::then(success, retry),
            // The note says it.
            warnings: warnings.iter().filter(|one| *one != NOT_SIGNED).map(|one| sentences::of(one)).collect(),
            note,
        };
        Self { shown: Some(shown), ..Self::default() }
    }

    /// Why the sample cannot be told. A fault of the report's fields is named by them.
    pub(super) fn refused(wrong: &Invalid) -> Self {
        let told = wrong.0.iter().map(|fault| match fault.field.as_str() {
            "callbackUrl" | "reversalUrl" | "secret" => sentences::of(&fault.message),
            _ => faults::said(&fault.field, fault).message,
        });
        Self { refused: told.collect(), ..Self::default() }
    }

    /// The same, which does not follow before these fields are fixed, those without a fault apart, and what else is wrong.
    pub(super) fn behind(self, fields: &[&Field], others: Vec<String>) -> Self {
        let faulty = fields.iter().filter(|field| !field.faults.is_empty());
        let behind = faulty.map(|field| Link::new(&field.label, &format!("#{}", field.id())));
        Self { behind: behind.collect(), others, ..self }
    }

    /// Whether something has to be fixed before it follows.
    pub(super) fn is_behind(&self) -> bool {
        !self.behind.is_empty() || !self.others.is_empty()
    }

    /// Nothing yet.
    pub(super) fn empty(why: &'static str) -> Self {
        Self { empty: Some(why), ..Self::default() }
    }
}

/// Parts what the API says of unsaved settings, named as they are, from what it says of the sample.
pub(super) fn of_settings(wrong: Invalid) -> (Invalid, Invalid) {
    let (mut of_settings, of_sample): (Vec<_>, Vec<_>) =
        wrong.0.into_iter().partition(|fault| fault.field.starts_with(UNSAVED));
    for fault in &mut of_settings {
        fault.field.drain(..UNSAVED.len());
    }
    (Invalid(of_settings), Invalid(of_sample))
}

fn piece(recipe: &Recipe, marked: Marked, request: &CallbackRequest, told: Told) -> Piece {
    let Marked { text, placeholder, signed } = marked;
    let signature = recipe.signature();
    let is_ours = placeholder.as_deref().is_some_and(|name| {
        signature.is_some_and(|signature| {
            signature.query_parameter() == Some(name) || signature.placeholder().iter().any(|own| own == name)
        })
    });
    let classes = [(placeholder.is_some(), "part"), (signed, "signed"), (is_ours, "ours")];
    let class = classes.iter().filter(|(is, _)| *is).map(|(_, class)| *class).collect::<Vec<_>>().join(" ");
    let text = match told {
        Told::Invented | Told::Sample => text,
        Told::Recorded if is_ours => format!("{}…", request.signature_start.as_deref().unwrap_or_default()),
        Told::Recorded => request.without_secrets(text.into()).into_owned(),
    };
    Piece { text, class, title: placeholder }
}

/// All headers but those of the HTTP client; the publisher's own are never shown again.
fn headers(request: &CallbackRequest, told: Told) -> Vec<HeaderLine> {
    let signature = request.signature.as_deref().filter(|signature| !signature.is_empty());
    let line = |header: &Header| {
        let is_ours = signature.is_some_and(|signature| header.value.contains(signature));
        let is_whole = told == Told::Sample || is_ours && told == Told::Invented;
        let value = if is_whole { &header.value } else { &header.shown };
        HeaderLine { name: header.name.clone(), value: value.clone(), is_ours }
    };
    request.headers.iter().map(line).collect()
}

//! The preview beside a form: the callback that these settings would send, in parts, and what becomes of the answer. Nothing is
//! sent or saved.

use actix_web::http::header::{HeaderName, HeaderValue};
use askama::Template;

use super::faults;
use super::filters;
use super::page_request::PageRequest;
use super::parts::field::Fault;
use super::words::outcomes;
use crate::actions::previews::Previewed;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::marked::Marked;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::invalid::Invalid;
use crate::web::Answer;

/// Says which part of the page an answer takes the place of.
const RETARGET: HeaderName = HeaderName::from_static("hx-retarget");

/// What stands in the panel.
#[derive(Clone, Debug, Default)]
pub(super) struct Preview {
    /// The callback; nothing while a fault is in its way.
    pub(super) shown: Option<Shown>,
    /// What is wrong.
    pub(super) faults: Vec<PlacedFault>,
    /// Why there is nothing yet.
    pub(super) empty: Option<&'static str>,
    /// What can be inserted into the callback URL, where the form does not say it.
    pub(super) inserts: Vec<String>,
}

/// A fault and the control that it is about.
#[derive(Clone, Debug)]
pub(super) struct PlacedFault {
    pub(super) fault: Fault,
    pub(super) control: String,
}

/// A callback.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) method: &'static str,
    pub(super) url: Vec<Piece>,
    pub(super) body: Vec<Piece>,
    pub(super) signed_text: Option<String>,
    pub(super) then: String,
    pub(super) warnings: Vec<String>,
    /// Why it is not signed.
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

/// The panel, or only its faults, for a script.
#[derive(Template)]
#[template(path = "preview.html")]
struct PreviewPart {
    preview: Preview,
}

/// The panel for a script. While something is wrong, its faults alone take their place, so that the last good state stays.
pub(super) fn part(page: &PageRequest, preview: Preview) -> Answer {
    let is_wrong = !preview.faults.is_empty();
    let mut answer = page.part(&PreviewPart { preview })?;
    if is_wrong {
        answer.headers_mut().insert(RETARGET, HeaderValue::from_static("#preview-faults"));
    }
    Ok(answer)
}

impl Preview {
    /// What is told of this callback.
    pub(super) fn of(recipe: &Recipe, settings: &EndpointSettings, previewed: Previewed) -> Self {
        let Previewed { request, parts, warnings } = previewed;
        let is_signed = request.signed_text.is_some();
        let (url, body) = if request.shows_secret {
            // The secret itself travels in it, and stays hidden even here.
            let whole = Piece { text: request.shown_url().to_owned(), class: String::new(), title: None };
            (vec![whole], Vec::new())
        } else {
            let mut parts = parts.into_iter().map(|part| piece(recipe, part));
            match request.body {
                Some(_) => (parts.by_ref().take(1).collect(), parts.collect()),
                None => (parts.collect(), Vec::new()),
            }
        };
        let success = settings.success.as_ref().unwrap_or_else(|| recipe.success());
        let retry = settings.retry_schedule.as_ref().unwrap_or_else(|| recipe.retry());
        let shown = Shown {
            method: request.method,
            url,
            body,
            signed_text: request.signed_text,
            then: outcomes::then(success, retry),
            warnings: warnings.into_iter().map(|warning| upper(&warning)).collect(),
            note: (!is_signed && recipe.signature().is_some()).then_some("Not signed yet: there is no secret."),
        };
        Self { shown: Some(shown), ..Self::default() }
    }

    /// Why there is no callback to show. `label` is what the form calls a field of the API, with the id of its control.
    pub(super) fn refused(wrong: &Invalid, label: impl Fn(&str) -> Option<(String, String)>) -> Self {
        let placed = wrong.0.iter().map(|fault| {
            let mut fault = fault.clone();
            fault.field = fault.field.trim_start_matches("endpoint.").to_owned();
            let (label, control) = label(&fault.field).unwrap_or_else(|| (fault.field.clone(), String::new()));
            PlacedFault { fault: faults::said(&label, &fault), control }
        });
        Self { faults: placed.collect(), ..Self::default() }
    }

    /// Nothing yet.
    pub(super) fn empty() -> Self {
        Self { empty: Some("Write a callback URL, and the callback is shown here."), ..Self::default() }
    }

    /// The same with what can be inserted.
    pub(super) fn inserting(self, inserts: Vec<String>) -> Self {
        Self { inserts, ..self }
    }
}

fn piece(recipe: &Recipe, marked: Marked) -> Piece {
    let Marked { text, placeholder, signed } = marked;
    let signature = recipe.signature();
    let is_ours = placeholder.as_deref().is_some_and(|name| {
        signature.is_some_and(|signature| {
            signature.query_parameter() == Some(name) || signature.placeholder().iter().any(|own| own == name)
        })
    });
    let classes = [(placeholder.is_some(), "part"), (signed, "signed"), (is_ours, "ours")];
    let class = classes.iter().filter(|(is, _)| *is).map(|(_, class)| *class).collect::<Vec<_>>().join(" ");
    Piece { text, class, title: placeholder }
}

/// A warning of the API as a sentence.
fn upper(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    let sentence = format!("{first}{}", characters.as_str());
    if sentence.ends_with('.') { sentence } else { format!("{sentence}.") }
}

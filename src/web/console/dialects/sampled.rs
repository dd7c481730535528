//! The callback of a sample on a dialect's page: for one of the reader's endpoints, for a URL that is typed, or for nobody's.

use std::collections::HashMap;
use std::sync::Arc;

use crate::actions::app_names::Namesakes;
use crate::actions::dialect_samples::SampleFor;
use crate::actions::previews::Previewed;
use crate::actions::refusal::Refusal;
use crate::domain::app::{App, Endpoint};
use crate::domain::dialect::compose::ComposeError;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::sample::{Sample, Told};
use crate::domain::invalid::Invalid;
use crate::web::console::faults;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::preview::{self, Preview, Shown};
use crate::web::console::words::{cuts, sentences};
use crate::web::error::Problem;
use crate::web::query::Query;

/// The parameters that say for whom.
pub(super) const URL: &str = "url";
pub(super) const ENDPOINT: &str = "endpoint";
/// Endpoints to choose from; whoever keeps more types a URL.
const MOST: usize = 50;
/// Characters of an app's name among them.
const OF_A_NAME: usize = 40;

/// What a sample was asked for by, and what came of it.
#[derive(Debug)]
pub(super) struct Sampled {
    pub(super) sample: Sample,
    /// The reader's endpoint that it goes to.
    pub(super) whose: Option<(Arc<App>, Endpoint)>,
    /// The choice of one; without any to choose from, nothing.
    pub(super) endpoint: Option<Field>,
    /// The URL that is tried.
    pub(super) url: Field,
    /// What deserves a look about it.
    pub(super) warnings: Vec<String>,
    /// What is wrong with what was asked for. The sample is nobody's then.
    pub(super) wrong: Invalid,
}

impl Sampled {
    pub(super) async fn of(page: &PageRequest, recipe: &Arc<Recipe>, query: &Query) -> Result<Self, Problem> {
        let actions = &page.web.actions;
        let (typed, chosen) = (query.text(URL), query.text(ENDPOINT));
        let speaking = actions.endpoints_speaking(page.caller(), &recipe.id());
        let whose = chosen.and_then(|id| {
            let (app, _) = speaking.iter().find(|(_, speaking)| speaking == id)?;
            Some((Arc::clone(app), app.endpoint(id)?.clone()))
        });
        let mut wrong = Invalid::none();
        if chosen.is_some() && whose.is_none() {
            wrong.push(ENDPOINT, "must be one of yours that speaks this dialect");
        }
        let wanted = match (typed, &whose) {
            (Some(url), _) => SampleFor::Url(url),
            (None, Some((_, endpoint))) => SampleFor::Endpoint(endpoint),
            (None, None) => SampleFor::Nobody,
        };
        let made = match actions.dialect_sample(recipe, wanted) {
            Err(refusal @ (Refusal::Invalid(_) | Refusal::Conflict(_))) if !matches!(wanted, SampleFor::Nobody) => {
                let mut told = faults::faults_of(refusal)?;
                // What is wrong with the settings of an endpoint stands at the choice of it.
                let at = if typed.is_some() { URL } else { ENDPOINT };
                told.0.iter_mut().for_each(|fault| fault.field = at.to_owned());
                wrong.extend(told);
                actions.dialect_sample(recipe, SampleFor::Nobody)?
            }
            made => made?,
        };
        let (sample, warnings) = made;
        // Whoever sees those of one publisher alone need not be told whose they are.
        let several = speaking.iter().filter(|_| page.caller().limited_to().is_none() && speaking.len() <= MOST);
        let publishers = several.map(|(app, _)| app.publisher_id.as_str());
        let names = actions.names_of_publishers(page.caller(), publishers).await?;
        Ok(Self {
            endpoint: choice(&speaking, &names, &actions.namesakes(page.caller()), chosen),
            url: url_field(recipe, typed),
            whose: whose.filter(|_| typed.is_none() && wrong.0.is_empty()),
            warnings: warnings.iter().map(|warning| sentences::of(warning)).collect(),
            sample,
            wrong,
        })
    }

    /// The address of a page about the same sample.
    pub(super) fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        match &self.whose {
            Some((_, endpoint)) => drop(query.append_pair(ENDPOINT, &endpoint.id)),
            None if !self.url.value.is_empty() && self.wrong.0.is_empty() => {
                query.append_pair(URL, &self.url.value);
            }
            None => {}
        }
        query.extend_pairs(more);
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
}

fn choice(
    speaking: &[(Arc<App>, String)],
    publishers: &HashMap<String, String>,
    namesakes: &Namesakes,
    chosen: Option<&str>,
) -> Option<Field> {
    if speaking.is_empty() || speaking.len() > MOST {
        return None;
    }
    let field = Field::new(ENDPOINT, "Your app").may_be_empty().value(chosen.unwrap_or_default());
    let field = field.choice("", "None of them: the URL below, or one that is made up");
    Some(speaking.iter().fold(field, |field, (app, id)| {
        let name = cuts::name(&app.settings.name, namesakes.beside(&app.id), OF_A_NAME).shown;
        let name = match publishers.get(&app.publisher_id) {
            Some(publisher) => format!("{name} ({})", cuts::text(publisher, OF_A_NAME).shown),
            None => name,
        };
        let number = app.endpoints.iter().position(|endpoint| endpoint.id == *id).unwrap_or_default();
        let label = if number == 0 { name } else { format!("{name}, endpoint {}", number + 1) };
        field.choice(id, &label)
    }))
}

fn url_field(recipe: &Recipe, typed: Option<&str>) -> Field {
    let form = match (recipe.body().is_some(), recipe.has_parameter_list()) {
        (true, _) => "Where your server takes callbacks.",
        (false, true) => {
            "A URL of yours, with placeholders of this dialect; one without a query gets the dialect's own list."
        }
        (false, false) => "A URL of yours, with placeholders of this dialect.",
    };
    Field::new(URL, "A callback URL to try")
        .help(&format!("{form} Nothing is sent or saved."))
        .may_be_empty()
        .value(typed.unwrap_or_default())
}

/// A callback of the sample, as it is shown.
pub(super) fn shown(recipe: &Recipe, told: &Told) -> Option<Shown> {
    let Told { request, parts } = told.clone();
    let previewed = Previewed { request, parts, warnings: Vec::new() };
    Preview::of(recipe, &EndpointSettings::default(), previewed, preview::Told::Sample).shown
}

/// Why a reversal is not sent to this URL; nothing where the dialect sends none at all.
pub(super) fn not_told(recipe: &Recipe, why: &ComposeError) -> Option<String> {
    let marks: Vec<String> = recipe.reversal_marks().into_iter().map(|name| recipe.written(name)).collect();
    Some(match why {
        ComposeError::ReversalNotTold => return None,
        ComposeError::ReversalUnmarked => format!("Not sent to this URL: add {}.", marks.join(" or ")),
        ComposeError::NoReversalUrl => "Not sent: this endpoint has no reversal URL.".to_owned(),
        other => format!("Not sent: {other}."),
    })
}

//! What a dialect sends: a sample for one of the caller's endpoints or for a URL that is tried, and the receiver that takes it. It
//! holds no secret of an endpoint, and nothing is sent or stored.

use std::sync::Arc;

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::app::{App, Endpoint};
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::callback_url::{CallbackUrl, UrlUse};
use crate::domain::dialect::compose::ComposeError;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::naming::speaks;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::sample::{Sample, sample};
use crate::domain::headers::Headers;
use crate::domain::invalid::Invalid;
use crate::domain::receiver_code::{self, Language, Plan, ReceiverCode, sample_url};

/// What stands for the app's name where there is none.
const APP: &str = "your-app";

/// To whom a dialect's sample goes.
#[derive(Clone, Copy, Debug, Default)]
pub enum SampleFor<'a> {
    /// To a server that is nobody's.
    #[default]
    Nobody,
    /// To this callback URL.
    Url(&'a str),
    /// To this endpoint of an app.
    Endpoint(&'a Endpoint),
}

impl Actions {
    /// The endpoints that speak this version of a dialect, of apps that the caller may know of: by the apps' names.
    pub fn endpoints_speaking(&self, caller: &Caller, recipe: &str) -> Vec<(Arc<App>, String)> {
        let mut apps = self.node.directory.apps();
        apps.retain(|app| caller.sees(&app.publisher_id));
        apps.sort_by_cached_key(|app| (app.settings.name.to_lowercase(), app.id.clone()));
        let speaks = |endpoint: &&Endpoint| speaks(&endpoint.config.settings.dialect, recipe);
        let of_app = |app: Arc<App>| {
            let ids: Vec<String> = app.endpoints.iter().filter(speaks).map(|endpoint| endpoint.id.clone()).collect();
            ids.into_iter().map(move |id| (Arc::clone(&app), id)).collect::<Vec<_>>()
        };
        apps.into_iter().flat_map(of_app).collect()
    }

    /// The sample of a dialect, and what deserves a look about the URL. What is wrong with one that is tried is told by
    /// `callbackUrl`.
    pub fn dialect_sample(&self, recipe: &Arc<Recipe>, tried: SampleFor<'_>) -> Result<(Sample, Vec<String>), Refusal> {
        let (config, warnings) = self.sample_config(recipe, tried)?;
        let sample = sample(recipe, &config).map_err(|error| match error {
            ComposeError::Invalid(invalid) => Refusal::Invalid(invalid),
            other => Refusal::field("callbackUrl", format!("cannot be called: {other}")),
        })?;
        Ok((sample, warnings))
    }

    /// The receiver of a dialect in a language.
    pub fn dialect_receiver(
        &self,
        recipe: &Arc<Recipe>,
        tried: SampleFor<'_>,
        language: Language,
    ) -> Result<ReceiverCode, Refusal> {
        let config = match tried {
            // Its plan is made for a URL that the dialect would have, and says so.
            SampleFor::Nobody => CallbackConfig::default(),
            _ => self.sample_config(recipe, tried)?.0,
        };
        let endpoint = receiver_code::Endpoint { recipe, config: &config, success: config.settings.success.as_ref() };
        let plan = Plan::of(&endpoint).map_err(|why| Refusal::conflict(why.to_string()))?;
        Ok(receiver_code::receiver_code(&plan, language))
    }

    /// The endpoint that a sample goes to, with stand-ins for what is not known of it.
    fn sample_config(
        &self,
        recipe: &Arc<Recipe>,
        tried: SampleFor<'_>,
    ) -> Result<(CallbackConfig, Vec<String>), Invalid> {
        let mut warnings = Vec::new();
        let mut config = match tried {
            SampleFor::Endpoint(endpoint) => {
                // A publisher's own headers are shown to nobody.
                endpoint.config.clone().with(|settings| settings.headers = Headers::default())
            }
            SampleFor::Url(url) => {
                let url = CallbackUrl::new(url);
                warnings = url.check(recipe, UrlUse::Callback, &self.node.targets)?;
                config_of(recipe, url)
            }
            SampleFor::Nobody => config_of(recipe, sample_url(recipe)),
        };
        let settings = &mut config.settings;
        let unset = recipe.settings().iter().filter(|setting| !settings.dialect_settings.contains_key(&setting.name));
        let stand_ins: Vec<_> = unset.map(|setting| (setting.name.clone(), format!("your-{}", setting.name))).collect();
        settings.dialect_settings.extend(stand_ins);
        if settings.callback_url.is_none() {
            settings.callback_url = Some(sample_url(recipe));
        }
        Ok((config, warnings))
    }
}

/// An endpoint with this URL; reversals that go elsewhere go to the same one.
fn config_of(recipe: &Recipe, url: CallbackUrl) -> CallbackConfig {
    let settings = EndpointSettings {
        reversal_url: recipe.takes_reversal_url().then(|| url.clone()),
        callback_url: Some(url),
        ..EndpointSettings::new(recipe.name())
    };
    CallbackConfig { app_label: APP.to_owned(), settings }
}

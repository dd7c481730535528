//! Receiver code: what a publisher pastes into its server to take the callbacks of one of its endpoints.

use super::Actions;
use super::access;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::receiver_code::{Endpoint, Language, Plan, ReceiverCode, receiver_code};

impl Actions {
    /// The receiver of an app's endpoint, the first unless one is named, in a language. It is made from the endpoint as it is
    /// now, and holds neither a secret nor an address.
    pub async fn receiver_code(
        &self,
        caller: &Caller,
        app: &str,
        endpoint_id: Option<&str>,
        language: Option<&str>,
    ) -> Result<ReceiverCode, Refusal> {
        let app = self.app(caller, app).await?;
        let endpoint = access::endpoint(&app, endpoint_id)?;
        let known = || Language::ALL.map(Language::name).join(", ");
        let unknown = || Refusal::field("language", format!("must be one of {}", known()));
        let language = language.and_then(Language::named).ok_or_else(unknown)?;
        let undone = || {
            Refusal::conflict(format!("The endpoint's dialect {} is not known here.", endpoint.config.settings.dialect))
        };
        let catalog = self.node.catalog();
        let recipe = catalog.get(&endpoint.config.settings.dialect).ok_or_else(undone)?;
        let endpoint =
            Endpoint { recipe, config: &endpoint.config, success: endpoint.config.settings.success.as_ref() };
        let plan = Plan::of(&endpoint).map_err(|why| Refusal::conflict(why.to_string()))?;
        Ok(receiver_code(&plan, language))
    }
}

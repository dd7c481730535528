//! Whose apps a sum or a chart is about: one app, all of a publisher, or all that the caller sees.

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;

/// Whose apps are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// One app, by id or `ref`.
    pub app: Option<&'a str>,
    /// All of one publisher, by id or `ref`.
    pub publisher: Option<&'a str>,
}

impl Actions {
    /// The ids of the apps asked about, archived ones among them; `None`: all there are.
    pub(super) async fn asked_apps(&self, caller: &Caller, asked: Asked<'_>) -> Result<Option<Vec<String>>, Refusal> {
        Ok(match (asked.app, self.whose(caller, asked).await?) {
            (Some(app), _) => Some(vec![self.app_id_to_read(caller, app).await?]),
            (None, Some(publisher)) => Some(self.node.store.app_ids_of(&publisher).await?),
            (None, None) => None,
        })
    }

    /// The publisher whose apps are asked about; `None`: all there are.
    pub(super) async fn whose(&self, caller: &Caller, asked: Asked<'_>) -> Result<Option<String>, Refusal> {
        if asked.app.is_some() && asked.publisher.is_some() {
            return Err(Refusal::field(
                "publisherId",
                "cannot be given beside appId, which names a publisher's app already",
            ));
        }
        match asked.publisher {
            Some(named) => Ok(Some(self.publisher(caller, named).await?.id)),
            None => Ok(caller.limited_to().map(str::to_owned)),
        }
    }
}

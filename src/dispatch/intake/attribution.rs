//! Whom and what a report is about: app and user, named by itself, by its source or by a click.
//!
//! A click is looked up in the store, because there are too many to be known; nothing is written here.

use std::sync::Arc;

use super::Intake;
use crate::domain::app::App;
use crate::domain::attribution::Attribution;
use crate::domain::invalid::Invalid;
use crate::domain::manual::Reporter;
use crate::domain::pricing::Offered;
use crate::domain::report::Report;
use crate::domain::time::Timestamp;
use crate::store::StoreError;

/// What a report is about.
pub(super) struct Subject {
    pub(super) app: Arc<App>,
    pub(super) user_id: String,
    /// Where a click says so.
    pub(super) attribution: Option<Attribution>,
}

/// The app that a report or its source names, if they name one.
pub(super) type Named = Result<Option<Arc<App>>, Invalid>;

impl Intake {
    /// The app that a report names, or that its source is bound to. None need be named where a click is.
    pub(super) async fn named_app(&self, reporter: &Reporter, report: &Report) -> Result<Named, StoreError> {
        let Some(named) = report.app_id.as_deref().or_else(|| reporter.only_app()) else {
            let required = "is required, since the source is not bound to one app and no click is given";
            return Ok(report.click_id.as_ref().map(|_| None).ok_or_else(|| Invalid::field("appId", required)));
        };
        let app = self.node.directory.find_app(named).await?;
        // An app that is another source's is as unknown as one that does not exist.
        let app = app.filter(|app| reporter.may_report_for(&app.id));
        Ok(app
            .map(Some)
            .ok_or_else(|| Invalid::field("appId", format!("there is no app {named:?} that this source reports for"))))
    }

    /// What a report is about, if that can be told and nothing contradicts it.
    pub(super) async fn subject(
        &self,
        reporter: &Reporter,
        report: &Report,
        named: &Named,
        now: Timestamp,
    ) -> Result<Result<Subject, Invalid>, StoreError> {
        let Some(click_id) = &report.click_id else {
            let app = match named {
                Ok(app) => app.clone().ok_or_else(|| Invalid::field("appId", "is required")),
                Err(invalid) => Err(invalid.clone()),
            };
            let user_id = report.user_id.clone().ok_or_else(|| Invalid::field("userId", "is required"));
            return Ok(app.and_then(|app| Ok(Subject { app, user_id: user_id?, attribution: None })));
        };
        let mut faults = Invalid::none();
        let named = faults.take(named.clone()).flatten();
        let Some((app, attribution)) = self.attribution(reporter, click_id).await? else {
            faults.push("clickId", format!("there is no click {click_id:?}"));
            return Ok(Err(faults));
        };
        let days = app.settings.click_days;
        if attribution.click.expires_at(days) <= now {
            faults.push("clickId", format!("has expired; the app's clicks count for {days} days"));
        }
        faults.extend(attribution.contradictions(report, named.as_ref().map(|app| app.id.as_str())));
        let user_id = attribution.click.user_id.clone();
        Ok(faults.into_result().map(|()| Subject { app, user_id, attribution: Some(attribution) }))
    }

    /// What is promised for a completion: by the offer of its click, else by an offer that the report names.
    pub(super) fn offered(&self, report: &Report, attribution: Option<&Attribution>) -> Option<Offered> {
        let offer = match (attribution, &report.offer_id) {
            (Some(attribution), _) => Some(Arc::clone(&attribution.offer)),
            // Offer systems have names of their own for what is no offer of ours, so an unknown one is not asked for twice.
            (None, Some(named)) => self.node.directory.offer(named),
            (None, None) => None,
        };
        offer.map(|offer| offer.offered(report.goal_id.as_deref()))
    }

    /// The click of this id with its app and its offer, as far as the source may know of it.
    async fn attribution(
        &self,
        reporter: &Reporter,
        click_id: &str,
    ) -> Result<Option<(Arc<App>, Attribution)>, StoreError> {
        let Some(click) = self.node.store.click(click_id.to_owned()).await? else { return Ok(None) };
        let app = self.node.directory.find_app(&click.app_id).await?;
        let app = app.filter(|app| reporter.may_report_for(&app.id));
        let offer = self.node.directory.find_offer(&click.offer_id).await?;
        Ok(app.zip(offer).map(|(app, offer)| (app, Attribution { click, offer })))
    }
}

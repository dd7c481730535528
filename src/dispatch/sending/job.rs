//! A job: one delivery that this node has claimed, as far as sending it is concerned.

use std::sync::Arc;

use super::stored_test::{StoredTest, TestOptions};
use crate::dispatch::node::claims::Claim;
use crate::domain::app::{App, Endpoint};
use crate::domain::completion::Completion;
use crate::domain::delivery::Delivery;
use crate::domain::dialect::callback::{CallbackEvent, Message};
use crate::domain::dialect::compose::{CallbackDraft, ComposeError, draft};
use crate::domain::dialect::recipe::Recipe;
use crate::domain::time::Timestamp;
use crate::store::queue::ClaimInLine;

/// A claimed delivery with what it tells. While it waits in line for a permit it has not begun: it must not be sent before
/// the store has marked that, since after a crash what was begun may have been told, and what was in line was not.
#[derive(Debug)]
pub struct Job {
    /// The delivery, as it was when it was claimed.
    pub delivery: Delivery,
    /// The completion that it tells of.
    pub completion: Arc<Completion>,
    /// What it tells of the completion: that it is given, or taken back.
    pub event: CallbackEvent,
    /// What a test asked for besides.
    pub test: Option<TestOptions>,
    /// The callback as it was checked, where the job comes straight from its report.
    pub draft: Option<CheckedDraft>,
    /// By which this node has it.
    pub claim: Claim,
}

/// A callback that was drafted and checked when its report was taken in, by the app as it was then.
#[derive(Clone, Debug)]
pub struct CheckedDraft {
    draft: Arc<CallbackDraft>,
    app_revision: i64,
}

impl CheckedDraft {
    /// Drafted by this app.
    pub fn new(draft: CallbackDraft, app: &App) -> Self {
        Self { draft: Arc::new(draft), app_revision: app.revision }
    }

    /// The draft, if a new one by the app as it is now and by this recipe would be the same. Whoever changed the endpoint
    /// meanwhile expects that to take effect.
    fn in_force(&self, app: &App, recipe: &Arc<Recipe>) -> Option<&Arc<CallbackDraft>> {
        let is_same = self.app_revision == app.revision && Arc::ptr_eq(self.draft.recipe(), recipe);
        is_same.then_some(&self.draft)
    }
}

impl Job {
    /// The memory that it takes, more or less: its texts, and as much again for what holds them.
    pub fn bytes(&self) -> usize {
        let Completion { id, external_id, transaction_id, user_id, extra, .. } = &*self.completion;
        let texts = [&self.completion.offer_id, &self.completion.offer_name, &self.completion.note];
        let texts = texts.into_iter().flatten().chain([id, external_id, transaction_id, user_id]);
        let extra = extra.iter().flat_map(|(name, value)| [name, value]);
        size_of::<Self>() + 512 + 2 * texts.chain(extra).map(String::len).sum::<usize>()
    }

    /// Its claim as the store knows it, while it waits in line.
    pub fn in_line(&self) -> ClaimInLine {
        ClaimInLine { delivery_id: self.delivery.id.clone(), token: self.claim.token.to_string() }
    }

    /// The id that a receiver deduplicates on where the dialect has one: the same on every attempt and replay.
    pub fn event_id(&self) -> String {
        self.told_as().0
    }

    /// Under which event id it is told, and as of when it was created.
    fn told_as(&self) -> (String, Timestamp) {
        told_as(&self.delivery, self.test.as_ref())
    }

    /// The callback to be sent: what was checked when the report was taken in, as long as that is in force, else drafted
    /// anew.
    pub fn drafted(
        &self,
        app: &App,
        endpoint: &Endpoint,
        recipe: &Arc<Recipe>,
    ) -> Result<Arc<CallbackDraft>, ComposeError> {
        if let Some(draft) = self.draft.as_ref().and_then(|checked| checked.in_force(app, recipe)) {
            return Ok(Arc::clone(draft));
        }
        let (completion, event, created_at) = (&self.completion, &self.event, self.told_as().1);
        let message = Message { completion, event, created_at, is_test: self.test.is_some() };
        draft(recipe, &endpoint.config, &message).map(Arc::new)
    }
}

/// The event id of a delivery.
pub fn event_id(delivery_id: &str) -> String {
    ["evt_", delivery_id.trim_start_matches("dlv_")].concat()
}

/// Under which event id a delivery is told, and as of when it was created: a test that repeats another one is told as that.
fn told_as(delivery: &Delivery, test: Option<&TestOptions>) -> (String, Timestamp) {
    match test.and_then(|test| test.repeats.as_ref()) {
        Some(first) => (event_id(&first.delivery_id), first.created_at),
        None => (event_id(&delivery.id), delivery.created_at),
    }
}

/// The same of a delivery as it is stored.
pub fn told_as_stored(delivery: &Delivery) -> (String, Timestamp) {
    let stored = delivery.test.as_deref().and_then(|test| serde_json::from_str::<StoredTest>(test).ok());
    told_as(delivery, stored.map(|stored| stored.options).as_ref())
}

/// The delivery that an event id names.
pub fn delivery_of_event(event_id: &str) -> Option<String> {
    event_id.strip_prefix("evt_").map(|key| ["dlv_", key].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::node::claims::Claims;
    use crate::domain::app_settings::AppSettings;
    use crate::domain::dialect::callback_url::CallbackUrl;
    use crate::domain::dialect::catalog::Catalog;
    use crate::domain::dialect::requirements::check_report;
    use crate::domain::dialect::trial::{completion, config};
    use crate::domain::new_delivery::{NewDelivery, Start};
    use crate::domain::secret::SecretText;
    use crate::domain::setup::Setup;

    fn app(revision: i64, url: &str) -> App {
        let mut config = config("besitos");
        config.settings.callback_url = Some(CallbackUrl::new(url));
        let endpoint =
            Endpoint { id: "end_1".to_owned(), config, disabled: None, secrets: Vec::new(), setup: Setup::default() };
        App {
            id: "app_1".to_owned(),
            publisher_id: "pub_1".to_owned(),
            settings: AppSettings::new("Wall"),
            created_at: Timestamp::from_millis(0),
            archived_at: None,
            revision,
            endpoints: vec![endpoint],
        }
    }

    /// A job as the intake makes it by this app.
    fn job(catalog: &Catalog, app: &App) -> Job {
        let (completion, recipe) = (Arc::new(completion()), catalog.get("besitos").unwrap());
        let checked = check_report(recipe, &app.endpoints[0].config, &completion).unwrap();
        let new = NewDelivery {
            id: "dlv_1".to_owned(),
            endpoint_id: "end_1".to_owned(),
            recipe: recipe.id(),
            start: Start::Claimed { node: "nod_1".into(), token: "t".to_owned() },
        };
        Job {
            delivery: new.of(&completion),
            completion,
            event: CallbackEvent::Completed,
            test: None,
            draft: checked.map(|draft| CheckedDraft::new(draft, app)),
            claim: Arc::new(Claims::default()).work_on("nod_1".into(), "t"),
        }
    }

    fn is_what_was_checked(job: &Job, draft: &Arc<CallbackDraft>) -> bool {
        job.draft.as_ref().is_some_and(|checked| Arc::ptr_eq(&checked.draft, draft))
    }

    fn url(job: &Job, draft: &CallbackDraft) -> String {
        let key = SecretText::known("key".to_owned());
        draft.finish(&job.event_id(), Timestamp::from_millis(1), &[&key]).unwrap().url
    }

    #[test]
    fn what_was_checked_is_sent_as_it_is_while_the_app_is_what_it_was() {
        let (catalog, then) = (Catalog::builtin(), app(7, "https://pub.example/pb"));
        let (job, recipe) = (job(&catalog, &then), catalog.get("besitos").unwrap());
        // Other apps may have been changed since, and the directory may hold this one in another place.
        let now = then.clone();
        let drafted = job.drafted(&now, &now.endpoints[0], recipe).unwrap();
        assert!(is_what_was_checked(&job, &drafted));
        let anew = Job { draft: None, ..self::job(&catalog, &then) }.drafted(&now, &now.endpoints[0], recipe).unwrap();
        assert!(!is_what_was_checked(&job, &anew));
        assert_eq!(url(&job, &drafted), url(&job, &anew));
    }

    #[test]
    fn an_endpoint_that_was_changed_since_is_sent_to_as_it_is_now() {
        let (catalog, then) = (Catalog::builtin(), app(7, "https://pub.example/pb"));
        let (job, recipe) = (job(&catalog, &then), catalog.get("besitos").unwrap());
        let now = app(8, "https://mended.example/new");
        let drafted = job.drafted(&now, &now.endpoints[0], recipe).unwrap();
        assert!(!is_what_was_checked(&job, &drafted));
        assert!(url(&job, &drafted).starts_with("https://mended.example/new?user_id=u1&"));
        let lost = App { endpoints: vec![Endpoint { config: Default::default(), ..now.endpoints[0].clone() }], ..now };
        assert_eq!(job.drafted(&lost, &lost.endpoints[0], recipe).err(), Some(ComposeError::NoCallbackUrl));
    }

    #[test]
    fn another_version_of_the_recipe_drafts_anew() {
        let (catalog, app) = (Catalog::builtin(), app(7, "https://pub.example/pb"));
        let job = job(&catalog, &app);
        let other = Arc::new(Recipe::clone(catalog.get("besitos").unwrap()));
        let drafted = job.drafted(&app, &app.endpoints[0], &other).unwrap();
        assert!(!is_what_was_checked(&job, &drafted));
    }
}

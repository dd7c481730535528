//! Crediting and taking back by hand, as support does every day. Recorded, called back and told apart from what sources
//! report by its mark.
//!
//! Both are given as reports are, so that an amount keeps its digits and a misspelt one is refused.

use serde_json::value::RawValue;

use super::Actions;
use super::admission::Created;
use super::caller::Caller;
use super::recorded::{Recorded, RecordedReversal, recorded, recorded_reversal};
use super::refusal::Refusal;
use crate::dispatch::intake::reversals::NotTold;
use crate::domain::fields::Fields;
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::domain::manual::{LONGEST_REASON, Manual, Reporter};
use crate::domain::reversal::{Asked, Reason, ReversalReport};
use crate::random;
use crate::store::StoreError;

/// What a credit is called where nobody says otherwise; endpoints that chose their events choose this one or do without.
const EVENT_TYPE: &str = "credit";
/// Begins the names that nobody chose.
const PREFIX: &str = "manual";
/// What a click or a path says of a conversion, a person cannot.
const NOT_GIVEN: [&str; 2] = ["appId", "clickId"];

impl Actions {
    /// Credits a user of an app by hand. The amounts are as given, whatever the app's terms are.
    pub async fn credit(&self, caller: &Caller, app: &str, given: Object) -> Result<Created<Recorded>, Refusal> {
        let recorded = self.credited(caller, app, given, false).await?;
        tracing::info!(app, by = caller.id(), completion = recorded.id(), "a credit was made by hand");
        Ok(Created::new(recorded.id().to_owned(), recorded))
    }

    /// What a credit would record and call back; nothing is recorded.
    pub async fn check_credit(&self, caller: &Caller, app: &str, given: Object) -> Result<Recorded, Refusal> {
        self.credited(caller, app, given, true).await
    }

    async fn credited(
        &self,
        caller: &Caller,
        app: &str,
        mut given: Object,
        dry_run: bool,
    ) -> Result<Recorded, Refusal> {
        let app_id = self.app(caller, app).await?.id;
        let mark = mark(&mut given, "reason", caller)?;
        refuse(&given, &NOT_GIVEN)?;
        default(&mut given, "externalId", &random::new_id(PREFIX));
        default(&mut given, "eventType", EVENT_TYPE);
        let answers = self.dispatcher.intake.report(Reporter::Person { app_id, mark }, vec![given], dry_run).await?;
        recorded(answers.into_iter().next().ok_or(StoreError::Closed)?)
    }

    /// Takes a completion back by hand, whoever reported it. No refund window ends that.
    pub async fn take_back(
        &self,
        caller: &Caller,
        completion_id: &str,
        mut given: Object,
    ) -> Result<Created<RecordedReversal>, Refusal> {
        let completion = self.known_completion(caller, completion_id).await?;
        let mark = mark(&mut given, "note", caller)?;
        refuse(&given, &["externalId"])?;
        default(&mut given, "externalId", &completion.external_id);
        let mut report = ReversalReport::parse(&given, self.node.clock.now())?;
        if !report.asked.is_all() && report.reversal_id.is_none() {
            report.reversal_id = Some(random::new_id(PREFIX));
        }
        let outcome = self.dispatcher.reversals.take_back_of(completion, report, Some(mark), false).await?;
        let recorded = recorded_reversal(outcome)?;
        let id = recorded.taken_back.reversal.id.clone();
        tracing::info!(
            completion = completion_id,
            by = caller.id(),
            reversal = id,
            "a completion was taken back by hand"
        );
        Ok(Created::new(id, recorded))
    }
}

/// Who would not be told of a reversal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untold {
    /// Nobody would: the user was erased, so no callback can be composed.
    All,
    /// These endpoints, and why.
    Endpoints(Vec<NotTold>),
}

impl Actions {
    /// Who would not be told if all that is left of a completion were taken back.
    pub async fn untold_of_reversal(&self, caller: &Caller, completion_id: &str) -> Result<Untold, Refusal> {
        let completion = self.known_completion(caller, completion_id).await?;
        if self.node.store.is_erased(completion.id.clone()).await? {
            return Ok(Untold::All);
        }
        let (external_id, asked) = (completion.external_id.clone(), Asked::default());
        let report = ReversalReport { external_id, reversal_id: None, asked, reason: Reason::Other, occurred_at: None };
        let mark = caller.mark(String::new());
        let outcome = self.dispatcher.reversals.take_back_of(completion, report, Some(mark), true).await?;
        let recorded = recorded_reversal(outcome);
        Ok(Untold::Endpoints(recorded.map(|recorded| recorded.taken_back.not_told).unwrap_or_default()))
    }
}

/// Who does it and why; the field is taken out of the rest, which is a report.
fn mark(object: &mut Object, field: &str, caller: &Caller) -> Result<Manual, Invalid> {
    let mut fields = Fields::of(object);
    let reason = fields.required_text(field, LONGEST_REASON);
    fields.into_faults().into_result()?;
    object.0.retain(|(name, _)| name != field);
    Ok(caller.mark(reason))
}

fn refuse(object: &Object, names: &[&str]) -> Result<(), Invalid> {
    let mut faults = Invalid::none();
    for (name, _) in object.0.iter().filter(|(name, _)| names.contains(&name.as_str())) {
        faults.push(name.as_str(), "can not be given here");
    }
    faults.into_result()
}

/// Gives a field that was left out; as in a report, null and an empty text count as that.
fn default(object: &mut Object, name: &str, value: &str) {
    object.0.retain(|(given, value)| given != name || !matches!(value.get(), "null" | "\"\""));
    if object.0.iter().all(|(given, _)| given != name) {
        let value = serde_json::Value::from(value).to_string();
        object.0.push((name.to_owned(), RawValue::from_string(value).expect("a JSON text is JSON")));
    }
}

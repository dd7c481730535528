//! The form: what can be set of an endpoint, each with what holds where nothing is set.

use serde_json::{Map, Value};

use super::sample::SAMPLE;
use crate::domain::dialect::endpoint_settings::{EndpointSettings, TimestampSource};
use crate::domain::dialect::recipe::{Recipe, Setting};
use crate::domain::invalid::Invalid;
use crate::web::console::faults::SETTINGS;
use crate::web::console::forms::Form;
use crate::web::console::kinds::Kind;
use crate::web::console::parts::field::Field;
use crate::web::console::words::{dialects, durations, outcomes};

/// Fields of every endpoint.
const COMMON: [(&str, Kind); 12] = [
    ("callbackUrl", Kind::Resettable),
    ("reversalUrl", Kind::Resettable),
    ("events", Kind::Words),
    ("success.statuses", Kind::Words),
    ("success.bodyContains", Kind::Text),
    ("success.bodyIs", Kind::Lines),
    ("retrySchedule", Kind::Wholes),
    ("timeoutMs", Kind::ResettableWhole),
    ("headers", Kind::Pairs),
    ("noHeaders", Kind::Ticked),
    ("timestampSource", Kind::Resettable),
    ("signedOrigin", Kind::Resettable),
];
/// What is the form's own and no setting.
const OWN: [&str; 3] = ["act", "noHeaders", SAMPLE];

/// The controls.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) callback_url: Field,
    pub(super) placeholders: Vec<String>,
    pub(super) reversal_url: Option<Field>,
    pub(super) reversal_placeholders: Vec<String>,
    /// What the dialect wants to know of an endpoint.
    pub(super) own: Vec<Field>,
    pub(super) events: Field,
    pub(super) statuses: Field,
    pub(super) body_contains: Field,
    pub(super) body_is: Field,
    pub(super) retry: Field,
    pub(super) timeout: Field,
    pub(super) headers: Field,
    /// Only where there are headers that could be taken away.
    pub(super) no_headers: Option<Field>,
    pub(super) timestamp_source: Field,
    pub(super) signed_origin: Field,
    /// Whether *More settings* is open.
    pub(super) is_open: bool,
}

/// The fields of this dialect alone.
pub(super) fn own_names(recipe: &Recipe) -> Vec<String> {
    recipe.settings().iter().map(|setting| format!("{SETTINGS}{}", setting.name)).collect()
}

/// What may be sent, with these fields of the dialect's own.
pub(super) fn shape(own: &[String]) -> Vec<(&str, Kind)> {
    let own = own.iter().map(|name| (name.as_str(), Kind::Resettable));
    COMMON.into_iter().chain([("act", Kind::Text), (SAMPLE, Kind::Text)]).chain(own).collect()
}

/// What a dialect wants to know of an endpoint besides.
fn own(setting: &Setting, settings: &EndpointSettings) -> Field {
    let field = Field::new(&format!("{SETTINGS}{}", setting.name), dialects::setting(setting)).means(&setting.meaning);
    let field = field.value(settings.dialect_settings.get(&setting.name).cloned().unwrap_or_default());
    if setting.required { field } else { field.may_be_empty() }
}

/// The settings that a form gives, as the API's object, and what of it could not be read.
pub(super) fn settings(form: Form) -> (Map<String, Value>, Invalid) {
    let takes_headers_away = form.typed("noHeaders") == "true";
    let (mut given, mut faults) = form.into_parts(&OWN);
    if takes_headers_away && given.contains_key("headers") {
        faults.push("headers", "must be empty where no headers are to be sent any more");
    }
    if takes_headers_away {
        given.insert("headers".to_owned(), Map::new().into());
    }
    if let Some(Value::Object(success)) = given.get_mut("success") {
        success.retain(|_, value| !value.is_null());
        if success.is_empty() {
            given.insert("success".to_owned(), Value::Null);
        }
    }
    (given, faults)
}

impl Fields {
    /// As it is set.
    pub(super) fn of(recipe: &Recipe, settings: &EndpointSettings) -> Self {
        let title = recipe.title();
        let url = |url: &Option<_>| url.clone().map(String::from).unwrap_or_default();
        let success = settings.success.as_ref();
        let documented = recipe.success();
        let seconds = settings.retry_schedule.as_ref().map(|schedule| match schedule.as_seconds() {
            [] => "none".to_owned(),
            seconds => seconds.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
        });
        let names = settings.headers.names();
        let headers = match names.as_slice() {
            [] => "One a line, such as X-Api-Key: value. Values are never shown again.".to_owned(),
            names => format!("Set: {}. Values are never shown. What you write here replaces all.", names.join(", ")),
        };
        let source = match settings.timestamp_source {
            TimestampSource::Completion => "completion",
            TimestampSource::Attempt => "attempt",
        };
        Self {
            callback_url: Field::new("callbackUrl", "Callback URL")
                .help("Called when a user has completed an offer.")
                .value(url(&settings.callback_url))
                .may_be_empty(),
            placeholders: recipe.usable(false),
            reversal_url: recipe.takes_reversal_url().then(|| {
                let field = Field::new("reversalUrl", "Reversal URL").value(url(&settings.reversal_url)).may_be_empty();
                field.help("Called when a completion is taken back. Left empty, nobody is told.")
            }),
            reversal_placeholders: recipe.usable(true),
            own: recipe.settings().iter().map(|setting| own(setting, settings)).collect(),
            events: Field::new("events", "Events")
                .help("Types that are called back, such as sale, survey. Left empty: all.")
                .value(settings.events.clone().unwrap_or_default().join(", "))
                .may_be_empty(),
            statuses: Field::new("success.statuses", "Success: status")
                .help(&format!("200, several such, or 2xx. Left empty: {}, as {title} says.", outcomes::success(documented)))
                .value(success.map(|rule| rule.statuses().join(", ")).unwrap_or_default())
                .may_be_empty(),
            body_contains: Field::new("success.bodyContains", "Success: the body holds")
                .help("Only beside a status. Left empty: whatever it holds.")
                .value(success.and_then(|rule| rule.body_contains()).unwrap_or_default())
                .may_be_empty(),
            body_is: Field::new("success.bodyIs", "Success: the whole body is one of")
                .help("One a line, only beside a status. Left empty: whatever it is.")
                .value(success.map(|rule| rule.body_is().join("\n")).unwrap_or_default())
                .may_be_empty(),
            retry: Field::new("retrySchedule", "Retry schedule")
                .help(&format!(
                    "Seconds before each further attempt, such as 60, 300, 3600; none for one attempt alone. Left empty: {}, as {title} says.",
                    outcomes::schedule(recipe.retry())
                ))
                .value(seconds.unwrap_or_default())
                .may_be_empty(),
            timeout: Field::new("timeoutMs", "Time-out in milliseconds")
                .help(&format!("1000 to 60000. Left empty: {}, as {title} says.", durations::written(recipe.timeout())))
                .value(settings.timeout_ms.map(|ms| ms.to_string()).unwrap_or_default())
                .may_be_empty(),
            headers: Field::new("headers", "Headers").help(&headers).may_be_empty(),
            no_headers: (!names.is_empty()).then(|| Field::new("noHeaders", "Send no headers of your own any more")),
            timestamp_source: Field::new("timestampSource", "Timestamp")
                .help("Which instant the callback's timestamp speaks of.")
                .choice("completion", "When the offer was completed (default)")
                .choice("attempt", "When this attempt is made")
                .value(source),
            signed_origin: Field::new("signedOrigin", "Signed origin")
                .help("For a server behind a proxy: scheme://host[:port] as it sees itself. Left empty: that of the URL.")
                .value(settings.signed_origin.clone().unwrap_or_default())
                .may_be_empty(),
            is_open: false,
        }
    }

    /// The same with what was typed.
    pub(super) fn typed(mut self, form: &Form) -> Self {
        for field in self.all_mut() {
            field.value = form.typed(&field.name).to_owned();
        }
        self
    }

    /// Every control, in the order of the page.
    pub(super) fn all(&self) -> Vec<&Field> {
        let first = [Some(&self.callback_url), self.reversal_url.as_ref()].into_iter().flatten().chain(&self.own);
        first.chain(self.further()).collect()
    }

    fn further(&self) -> Vec<&Field> {
        let before = [&self.events, &self.statuses, &self.body_contains, &self.body_is, &self.retry, &self.timeout];
        let behind = [&self.timestamp_source, &self.signed_origin];
        before.into_iter().chain([&self.headers]).chain(&self.no_headers).chain(behind).collect()
    }

    pub(super) fn all_mut(&mut self) -> Vec<&mut Field> {
        let first = [Some(&mut self.callback_url), self.reversal_url.as_mut()];
        let further = [
            &mut self.events,
            &mut self.statuses,
            &mut self.body_contains,
            &mut self.body_is,
            &mut self.retry,
            &mut self.timeout,
            &mut self.headers,
            &mut self.timestamp_source,
            &mut self.signed_origin,
        ];
        let first = first.into_iter().flatten().chain(&mut self.own);
        first.chain(further).chain(&mut self.no_headers).collect()
    }

    /// Opens *More settings* where something in it is wrong.
    pub(super) fn open_where_wrong(&mut self) {
        self.is_open = self.further().iter().any(|field| !field.faults.is_empty());
    }
}

//! What the form of a new replay asks for, read out of it, and as an address; what the API says of it, in the names of the form.

use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::domain::invalid::Invalid;
use crate::domain::replay::selection::Asked;
use crate::domain::time::Timestamp;
use crate::web::console::forms::Form;
use crate::web::console::words::instants;

/// The API's names of what is asked for, and the form's.
const NAMES: [(&str, &str); 3] = [("appId", "app"), ("status", "state"), ("sinceDeliveryId", "since")];

/// What the form asks for: the app, and which of its deliveries.
pub(super) fn asked(form: Form) -> Result<(String, Asked), Invalid> {
    let (given, mut faults) = form.into_parts(&["count", "formKey", "counted"]);
    let text = |name: &str| given.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut instant = |name: &str| {
        let read = text(name).map(|text| Timestamp::parse_rfc3339(&text));
        if read == Some(None) {
            faults.push(name, "must be a time such as 2026-11-28T14:03");
        }
        read.flatten()
    };
    let (from, to) = (instant("from"), instant("to"));
    let app = text("app");
    if app.is_none() {
        faults.push("app", "is required");
    }
    faults.into_result()?;
    let asked = Asked { statuses: Some(states(&given)), from, to, since_delivery_id: text("since") };
    Ok((app.unwrap_or_default(), asked))
}

fn states(given: &Map<String, Value>) -> Vec<String> {
    let states = given.get("state").and_then(Value::as_array).into_iter().flatten();
    states.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The form as it was before it was counted.
pub(super) fn back(form: &Form) -> String {
    let time = |name: &str| {
        let typed = form.typed(name);
        Timestamp::parse_rfc3339(typed).map_or_else(|| typed.to_owned(), instants::typed_exactly)
    };
    let (from, to) = (time("from"), time("to"));
    let parameters = [("app", form.typed("app")), ("from", &from), ("to", &to), ("since", form.typed("since"))];
    address(&parameters, form.all_typed("state"))
}

pub(super) fn address(parameters: &[(&str, &str)], states: &[String]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty()));
    query.extend_pairs(states.iter().map(|state| ("state", state)));
    format!("/replays/new?{}", query.finish())
}

/// The API's faults by the names of the form, and in its words.
pub(super) fn renamed(mut wrong: Invalid) -> Invalid {
    for fault in &mut wrong.0 {
        if let Some((_, name)) = NAMES.iter().find(|(of_api, _)| *of_api == fault.field) {
            fault.field = (*name).to_owned();
        }
        if !["from", "to", "since"].contains(&fault.field.as_str()) {
            continue;
        }
        fault.message = fault
            .message
            .replace(", unless there is a `sinceDeliveryId`", "")
            .replace(
                "stands in place of `from` and `to`; give one or the other",
                "stands in place of a time; give one or the other",
            )
            .replace("`from`", "From")
            .replace("`to`", "To");
    }
    wrong
}

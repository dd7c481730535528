//! What is wrong with a form, put at its fields: the API's messages, as sentences with the fields' labels.

use super::parts::field::{Fault, Field, Suggestion};
use crate::actions::refusal::Refusal;
use crate::domain::dialect_settings::SURFACE_ID;
use crate::domain::invalid::{FieldError, Invalid};
use crate::store::StoreError;
use crate::web::error::Problem;

/// Below which the API names what a dialect wants to know of an endpoint.
pub const SETTINGS: &str = "settings.";
/// Of a filter that too much would be looked through for.
const NARROW: &str = "needs a shorter time or an app beside it: one look goes through 100,000 records or 31 days";

/// Puts faults at their fields, as sentences with the fields' labels. Answers those that belong to none of them.
pub fn show(fields: &mut [&mut Field], faults: &Invalid) -> Vec<String> {
    let mut others = Vec::new();
    for fault in &faults.0 {
        match fields.iter_mut().find(|field| is_about(&fault.field, &field.name)) {
            Some(field) => {
                field.faults.push(said(&field.label, fault));
            }
            None => others.push(sentence(&fault.field, &fault.message)),
        }
    }
    others
}

/// The same faults, those of a dialect's own settings named as a form names their fields: below `settings.`, or this instead.
pub fn of_own_settings(mut faults: Invalid, below: &str) -> Invalid {
    for fault in &mut faults.0 {
        if fault.field == SURFACE_ID {
            fault.field = format!("{below}{SURFACE_ID}");
        } else if let Some(name) = fault.field.strip_prefix(SETTINGS) {
            fault.field = format!("{below}{name}");
        }
    }
    faults
}

/// A fault as a sentence about what bears this label, with the correction that it brings.
pub fn said(label: &str, fault: &FieldError) -> Fault {
    let suggestion = fault.suggestion.as_ref().map(|value| Suggestion {
        label: meant(&fault.message).unwrap_or("the corrected text").to_owned(),
        value: value.clone(),
    });
    Fault { message: sentence(label, &fault.message), suggestion }
}

/// What a message asks whether it was meant.
fn meant(message: &str) -> Option<&str> {
    message.rsplit_once("did you mean ")?.1.strip_suffix('?').filter(|meant| !meant.contains(' '))
}

/// What a refusal says of the fields of a form, or of the form as a whole; any other refusal is a page of its own.
pub fn faults_of(refusal: Refusal) -> Result<Invalid, Problem> {
    match refusal {
        Refusal::Invalid(invalid) | Refusal::ConflictIn(_, invalid) => Ok(invalid),
        Refusal::Conflict(sentence) => Ok(Invalid::field("", sentence)),
        Refusal::TooWide { field, message } => Ok(Invalid::field(field, message)),
        other => Err(other.into()),
    }
}

/// The same with the problem that the refusal is: a conflict keeps its status on the form that is shown once more.
pub fn with_problem(refusal: Refusal) -> Result<(Invalid, Problem), Problem> {
    let conflict = match &refusal {
        Refusal::Conflict(detail) | Refusal::ConflictIn(detail, _) => Some(Problem::conflict(detail.clone())),
        _ => None,
    };
    let wrong = faults_of(refusal)?;
    let problem = conflict.unwrap_or_else(|| Problem::from(wrong.clone()));
    Ok((wrong, problem))
}

/// The same of a list's filters, which name apps and the like, with the problem that it is; where that is about no field, it is a
/// page of its own.
pub fn told(refusal: Refusal) -> (Invalid, Problem) {
    let wrong = match &refusal {
        Refusal::Unknown("app") => Invalid::field("app", "names no app that you may see"),
        Refusal::Unknown("publisher") => Invalid::field("publisher", "names no publisher that you may see"),
        Refusal::Unknown("endpoint") => Invalid::field("endpoint", "names no endpoint that you may see"),
        Refusal::Store(StoreError::TooWide { field }) => Invalid::field(*field, NARROW),
        _ => Invalid::none(),
    };
    let problem = Problem::from(refusal);
    if wrong.0.is_empty() { (Invalid(problem.faults().to_vec()), problem) } else { (wrong, problem) }
}

/// Whether a fault's path leads to this field or into it: `events[3]` is about `events`.
fn is_about(path: &str, field: &str) -> bool {
    path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
}

/// What the API says of a field begins with its verb, and is read as a sentence behind the label; what has a subject of its own
/// stands alone.
fn sentence(label: &str, message: &str) -> String {
    let first = message.chars().next();
    let text = if first.is_some_and(char::is_lowercase) { format!("{label} {message}") } else { message.to_owned() };
    if text.ends_with(['.', '?', '!', '…']) { text } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_stands_at_its_field_as_a_sentence_with_its_label() {
        let (mut name, mut events) = (Field::new("name", "Name"), Field::new("events", "Events"));
        let mut faults = Invalid::field("name", "must not be empty");
        faults.push("events[3]", "{tranaction_id} is unknown. Did you mean {transaction_id}?");
        faults.push("nameless", "is unknown");
        let others = show(&mut [&mut name, &mut events], &faults);
        assert_eq!(name.faults[0].message, "Name must not be empty.");
        assert_eq!(events.faults[0].message, "{tranaction_id} is unknown. Did you mean {transaction_id}?");
        assert_eq!(others, ["nameless is unknown."]);
        let mut invalid = Invalid::none();
        invalid.push_with("name", "has the unknown placeholder {a}; did you mean {b}?", Some("x{b}".to_owned()));
        let suggestion = said("Name", &invalid.0[0]).suggestion.unwrap();
        assert_eq!((suggestion.label.as_str(), suggestion.value.as_str()), ("{b}", "x{b}"));
    }
}

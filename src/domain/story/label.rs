//! What a callback is called where a completion has several: by the endpoint's number in its app, by which all pages call it, and as a
//! reversal's. Ids mean nothing to whoever reads a story.

use super::Callback;
use crate::domain::delivery::DeliveryKind;

/// One callback among others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// `endpoint 2`, where there are several.
    endpoint: Option<String>,
    is_reversal: bool,
}

impl Label {
    /// Of one of these callbacks, whose endpoints, where their app has them no more, are counted in the order in which they
    /// come.
    pub(super) fn among(callbacks: &[Callback<'_>], own: &Callback<'_>) -> Self {
        let mut endpoints: Vec<&str> = Vec::new();
        for callback in callbacks {
            let id = callback.delivery.endpoint_id.as_str();
            if !endpoints.contains(&id) {
                endpoints.push(id);
            }
        }
        let at = endpoints.iter().position(|id| *id == own.delivery.endpoint_id);
        let named = |at: usize| format!("endpoint {}", own.endpoint_number.unwrap_or(at + 1));
        Self {
            endpoint: at.filter(|_| endpoints.len() > 1).map(named),
            is_reversal: own.delivery.kind == DeliveryKind::Reversal,
        }
    }

    /// Of a callback that stands alone.
    pub(super) fn none() -> Self {
        Self { endpoint: None, is_reversal: false }
    }

    /// What stands before a line: `reversal, endpoint 2, `, and nothing where there is no other callback.
    pub(super) fn before(&self, line: &str) -> String {
        let reversal = self.is_reversal.then_some("reversal");
        let parts: Vec<&str> = reversal.into_iter().chain(self.endpoint.as_deref()).collect();
        if parts.is_empty() { line.to_owned() } else { format!("{}, {line}", parts.join(", ")) }
    }

    /// Says first which callback a sentence is about, unless there is no other.
    pub(super) fn about(&self, sentence: String) -> String {
        let endpoint = self.endpoint.as_deref();
        let which = match (self.is_reversal, endpoint) {
            (false, None) => return sentence,
            (true, None) => "the reversal's callback".to_owned(),
            (false, Some(endpoint)) => format!("the callback to {endpoint}"),
            (true, Some(endpoint)) => format!("the reversal's callback to {endpoint}"),
        };
        format!("This is {which}. {sentence}")
    }
}

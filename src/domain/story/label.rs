//! What a callback is called where a completion has several: by the endpoint's place among them, and as a reversal's. Ids mean
//! nothing to whoever reads a story.

use super::Callback;
use crate::domain::delivery::DeliveryKind;

const PLACES: [&str; 10] =
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/// One callback among others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// The endpoint's place, where there are several.
    endpoint: Option<String>,
    is_reversal: bool,
}

impl Label {
    /// Of one of these callbacks, whose endpoints are counted in the order in which they come.
    pub(super) fn among(callbacks: &[Callback<'_>], own: &Callback<'_>) -> Self {
        let mut endpoints: Vec<&str> = Vec::new();
        for callback in callbacks {
            let id = callback.delivery.endpoint_id.as_str();
            if !endpoints.contains(&id) {
                endpoints.push(id);
            }
        }
        let at = endpoints.iter().position(|id| *id == own.delivery.endpoint_id);
        let place = |at: usize| match PLACES.get(at) {
            Some(place) => format!("{place} endpoint"),
            None => format!("endpoint {}", at + 1),
        };
        Self {
            endpoint: at.filter(|_| endpoints.len() > 1).map(place),
            is_reversal: own.delivery.kind == DeliveryKind::Reversal,
        }
    }

    /// Of a callback that stands alone.
    pub(super) fn none() -> Self {
        Self { endpoint: None, is_reversal: false }
    }

    /// What stands before a line: `reversal, second endpoint, `, and nothing where there is no other callback.
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
            (false, Some(endpoint)) => format!("the callback to the {endpoint}"),
            (true, Some(endpoint)) => format!("the reversal's callback to the {endpoint}"),
        };
        format!("This is {which}. {sentence}")
    }
}

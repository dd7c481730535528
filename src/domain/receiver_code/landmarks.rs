//! Where a receiver reads the two things that a balance depends on: what tells a repetition, and what tells a reversal.

use super::marks::Mark;
use super::plan::Plan;
use super::planning::Endpoint;
use super::words::place;

/// Both places in words, as far as the endpoint's callbacks have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Landmarks {
    /// "the parameter tx"
    pub transaction_id: Option<String>,
    /// "the parameter status is 2"
    pub reversal: Option<String>,
}

impl Landmarks {
    /// Of the callbacks to this endpoint; of one that no receiver can be written for, none.
    pub fn of(endpoint: &Endpoint<'_>) -> Self {
        let Ok(plan) = Plan::of(endpoint) else { return Self::default() };
        Self {
            transaction_id: plan.completion.transaction_id.as_ref().map(place),
            reversal: plan.reversal.as_ref().map(|reversal| said(&reversal.mark)),
        }
    }
}

fn said(mark: &Mark) -> String {
    match mark {
        Mark::Word(reading, word) => format!("{} is {word}", place(reading)),
        Mark::Present(reading) => format!("{} is not empty", place(reading)),
        Mark::PrefixedId => "the transaction id begins with r-".to_owned(),
        Mark::Negative(reading) => format!("{} is below zero", place(reading)),
        Mark::Zero(reading) => format!("{} is zero", place(reading)),
        Mark::Path(path) => format!("the path is {path}"),
    }
}

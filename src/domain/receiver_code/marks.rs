//! Marks of a reversal: what a receiver tells it from a completion by.

use super::shape::{Reading, Shape, fields};
use crate::domain::dialect::recipe::{Recipe, ReversedId, Tells};
use crate::domain::dialect::value::{AMOUNTS, Fact, ValueRule, ValueSource};

/// What only a reversal has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// This word in place of any other.
    Word(Reading, String),
    /// A value where a completion has none.
    Present(Reading),
    /// A transaction id behind `r-`, `r2-`, and so on, which no completion has.
    PrefixedId,
    /// An amount below zero.
    Negative(Reading),
    /// Zero in place of an amount.
    Zero(Reading),
    /// Another path.
    Path(String),
}

/// What within a callback of this shape tells that something is taken back.
pub(super) fn within(recipe: &Recipe, shape: &Shape) -> Option<Mark> {
    let reversal = recipe.reversal()?;
    let rules: Vec<(Reading, &ValueRule)> = match recipe.body() {
        Some(_) => fields(recipe).into_iter().map(|(path, rule)| (Reading::Field(path), rule)).collect(),
        None => {
            let carried = recipe.placeholders().iter().filter(|known| !known.hidden());
            carried.filter_map(|known| Some((shape.carried(known.name())?, &known.rule))).collect()
        }
    };
    let word =
        || rules.iter().find_map(|(reading, rule)| Some(Mark::Word(reading.clone(), own_word(rule)?.to_owned())));
    let present = || {
        let only_then = |rule: &ValueRule| {
            let of_original = rule.uses(Fact::OriginalTransactionId) && rule.words.reversed.is_none();
            of_original && rule.words.completed.as_deref() == Some("")
        };
        rules.iter().find(|(_, rule)| only_then(rule)).map(|(reading, _)| Mark::Present(reading.clone()))
    };
    let prefixed = || (reversal.transaction_id == ReversedId::Prefixed).then_some(Mark::PrefixedId);
    let amount = || {
        let is_amount = |rule: &ValueRule| AMOUNTS.into_iter().any(|fact| rule.uses(fact));
        let amount = rules.iter().find(|(_, rule)| is_amount(rule))?.0.clone();
        match reversal.tells {
            Tells::TakenBackNegative => Some(Mark::Negative(amount)),
            Tells::Zero => Some(Mark::Zero(amount)),
            Tells::Completion | Tells::TakenBack => None,
        }
    };
    word().or_else(present).or_else(prefixed).or_else(amount)
}

/// What tells callbacks to one template from those to another.
pub(super) fn between(completion: &Shape, reversal: &Shape) -> Option<Mark> {
    if let Some(path) = reversal.fixed_path.as_ref().filter(|path| completion.fixed_path.as_ref() != Some(path)) {
        return Some(Mark::Path(path.clone()));
    }
    let fixed = reversal.fixed.iter().find(|pair| !pair.1.is_empty() && !completion.fixed.contains(pair))?;
    Some(Mark::Word(Reading::Parameter(fixed.0.clone()), fixed.1.clone()))
}

/// A word that a completion never has in its place.
fn own_word(rule: &ValueRule) -> Option<&str> {
    let words = &rule.words;
    let word = words.reversed.as_deref().filter(|word| !word.is_empty())?;
    let is_said_otherwise = words.completed.as_deref() == Some(word) || words.event.values().any(|other| other == word);
    // No report may bear the event types of reversals.
    let is_free = match &rule.source {
        None => true,
        Some(source) => words.completed.is_some() || *source == ValueSource::Fact(Fact::EventType),
    };
    (!is_said_otherwise && is_free).then_some(word)
}

//! The ids by which a received callback names what was sent: its transaction, and its event where the dialect tells one.

use serde_json::Value;

use super::wholes::wholes;
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::facts::Facts;
use crate::domain::dialect::received::{Received, Seen};
use crate::domain::dialect::recipe::{BodyField, Content, Recipe};
use crate::domain::dialect::value::Fact;

/// So many ids are worth looking up.
const MOST: usize = 4;
/// The facts that name a transaction.
const TRANSACTION: [Fact; 2] = [Fact::TransactionId, Fact::OriginalTransactionId];

/// The ids that a callback names, the likeliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedIds {
    /// Of transactions, with and without what marks a reversal's.
    pub transactions: Vec<String>,
    /// Of the event.
    pub event: Option<String>,
    /// How the signature begins: the first 8 characters, as an attempt keeps them.
    pub signature_start: Option<String>,
}

/// What a received callback names.
pub fn named_ids(recipe: &Recipe, config: &CallbackConfig, received: &Received) -> NamedIds {
    // What was escaped, or has a header under another name, names them as well.
    let wholes = wholes(recipe, config, received, None);
    let claims = |received: &Received| {
        let seen = Seen::new(recipe, config, received);
        recipe.signature().and_then(|signature| seen.claimed(signature).ok())
    };
    let readable = wholes.iter().find(|whole| claims(&whole.received).is_some());
    let received = readable.or(wholes.first()).map_or(received, |whole| &whole.received);
    let seen = Seen::new(recipe, config, received);
    let is_of = |facts: &[Fact], uses: &dyn Fn(Fact) -> bool| facts.iter().any(|fact| uses(*fact));
    let of_transaction =
        recipe.placeholders().iter().filter(|known| is_of(&TRANSACTION, &|fact| known.rule.uses(fact)));
    let in_url = of_transaction.filter_map(|known| seen.value(known.name()).ok().map(|value| value.into_owned()));
    let json: Option<Value> = received.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
    let in_body = |facts: &[Fact]| {
        let mut found = Vec::new();
        if let (Some(fields), Some(json)) = (recipe.body(), &json) {
            values(fields, json, facts, &mut found);
        }
        found
    };
    let mut transactions = Vec::new();
    for id in in_url.chain(in_body(&TRANSACTION)).filter(|id| !id.is_empty()) {
        let plain = without_mark(&id).map(str::to_owned);
        for id in plain.into_iter().chain([id]) {
            if !transactions.contains(&id) && transactions.len() < MOST {
                transactions.push(id);
            }
        }
    }
    let event = seen.event_id().ok().map(|id| id.into_owned());
    let claimed = claims(received).unwrap_or_default();
    NamedIds {
        transactions,
        event: event.or_else(|| in_body(&[Fact::EventId]).into_iter().next()),
        signature_start: claimed.first().map(|claimed| claimed.chars().take(8).collect()),
    }
}

/// The texts of a body's fields that tell one of these facts.
fn values(fields: &[BodyField], json: &Value, facts: &[Fact], found: &mut Vec<String>) {
    for field in fields {
        let Some(value) = json.get(&field.name) else { continue };
        match &field.content {
            Content::Object(fields) => values(fields, value, facts, found),
            Content::Value(rule) if facts.iter().any(|fact| rule.uses(*fact)) => {
                found.extend(value.as_str().map(str::to_owned));
            }
            Content::Value(_) => {}
        }
    }
}

/// The transaction that a reversal's id is made of: `r-<id>`, of a part `r2-<id>`.
fn without_mark(id: &str) -> Option<&str> {
    let (ordinal, rest) = id.strip_prefix('r')?.split_once('-')?;
    ordinal.bytes().all(|byte| byte.is_ascii_digit()).then_some(rest)
}

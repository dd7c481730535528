//! Planning: an endpoint's recipe, templates and success rule become the plan of its receiver.

use super::marks;
use super::plan::{Answer, BodyPiece, Plan, Taken};
use super::sample;
use super::shape::{Reading, Shape, fields};
use super::signing::{self, NoPlan};
use super::words;
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::dialect::endpoint_settings::TimestampSource;
use crate::domain::dialect::recipe::{Recipe, ReversalUrl, ReversedId};
use crate::domain::dialect::signature::Signature;
use crate::domain::dialect::success::SuccessRule;
use crate::domain::dialect::value::{Fact, ValueSource};

/// Whose callbacks are received.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint<'a> {
    /// Its dialect.
    pub recipe: &'a Recipe,
    /// Its templates and options.
    pub config: &'a CallbackConfig,
    /// What it counts as an acknowledgement, where it replaced the dialect's rule.
    pub success: Option<&'a SuccessRule>,
}

impl Plan {
    /// The plan for an endpoint; for one without a callback URL that of a URL as the dialect would have it.
    pub fn of(endpoint: &Endpoint<'_>) -> Result<Self, NoPlan> {
        let Endpoint { recipe, config, success } = *endpoint;
        let sample = config.settings.callback_url.is_none().then(|| sample::url(recipe));
        let url =
            config.settings.callback_url.as_ref().or(sample.as_ref()).cloned().unwrap_or_else(|| CallbackUrl::new(""));
        let unread = |fault| NoPlan(format!("The endpoint's callback URL cannot be read: it {fault}."));
        let template = url.template(recipe).map_err(unread)?;
        let completion = Shape::of(recipe, &template);
        if completion.transaction_id.is_none() {
            return Err(NoPlan(no_transaction_id(recipe)));
        }
        let check = signing::check(recipe, config, &completion)?;
        let (reversal, untold) = Self::reversal(endpoint, &completion)?;
        let fresh = signing::fresh(recipe, config, &completion, &check);
        let origin = config.settings.signed_origin.clone().unwrap_or_else(|| template.origin().as_str().to_owned());
        let answer = answer(recipe, success.unwrap_or_else(|| recipe.success()), &completion);
        let mut plan = Self {
            heading: Vec::new(),
            has_numbers: fields(recipe).iter().any(|(_, rule)| rule.number),
            is_post: recipe.method() == "POST",
            meanings: completion.meanings(recipe),
            notes: Vec::new(),
            origin,
            check,
            fresh,
            completion,
            reversal,
            answer,
        };
        plan.heading = words::heading(recipe, &url, sample.is_some(), &plan);
        let stays = config.settings.timestamp_source == TimestampSource::Completion && recipe.tells(Fact::Timestamp);
        plan.notes = words::notes(recipe, &plan, untold, stays);
        Ok(plan)
    }

    /// How a reversal is told; else why it is not recognised.
    fn reversal(endpoint: &Endpoint<'_>, completion: &Shape) -> Result<(Option<Taken>, Option<&'static str>), NoPlan> {
        let Endpoint { recipe, config, .. } = *endpoint;
        let Some(reversal) = recipe.reversal() else { return Ok((None, Some("This dialect tells no reversals."))) };
        let (shape, mark) = match (reversal.url, &config.settings.reversal_url) {
            (ReversalUrl::Callback, _) => (completion.clone(), marks::within(recipe, completion)),
            (ReversalUrl::Separate, None) => {
                return Ok((None, Some("Reversals are not told: the endpoint has no reversal URL.")));
            }
            (ReversalUrl::Separate, Some(url)) => {
                let unread = |fault| NoPlan(format!("The endpoint's reversal URL cannot be read: it {fault}."));
                let shape = Shape::of(recipe, &*url.template(recipe).map_err(unread)?);
                let mark = marks::within(recipe, &shape).or_else(|| marks::between(completion, &shape));
                (shape, mark)
            }
        };
        let Some(mark) = mark.filter(|_| shape.transaction_id.is_some()) else {
            return Ok((None, Some("Nothing in a callback tells a reversal from a completion: none is recognised.")));
        };
        let is_prefixed = reversal.transaction_id == ReversedId::Prefixed;
        let told_apart_by = if reversal.part && !is_prefixed { event_id(recipe) } else { None };
        Ok((Some(Taken { mark, shape, is_prefixed, told_apart_by }), None))
    }
}

fn no_transaction_id(recipe: &Recipe) -> String {
    let own = recipe.placeholders().iter().find(|known| known.rule.uses(Fact::TransactionId));
    let add = own.map(|own| format!(": add {}", recipe.written(own.name()))).unwrap_or_default();
    format!("The endpoint's callback URL tells no transaction id, so no receiver could credit a completion once{add}.")
}

/// Where the id of the event travels, which is another one for each part that is taken back. Where something is signed, an id
/// outside of it is none: whoever sends a captured callback again could give it another one.
fn event_id(recipe: &Recipe) -> Option<Reading> {
    let ids = [Fact::EventId, Fact::RequestUuid];
    let is_id = |source: &ValueSource| ids.iter().any(|fact| *source == ValueSource::Fact(*fact));
    let signature = recipe.signature();
    let holds_for = |is_signed: fn(&Signature) -> bool| signature.is_none_or(is_signed);
    let beside = signature.into_iter().flat_map(|signature| &signature.headers);
    let header = recipe.headers().iter().chain(beside).find(|header| header.rule.sources().any(is_id));
    header
        .filter(|_| holds_for(Signature::signs_event_id))
        .map(|header| Reading::Header(header.name.clone()))
        .or_else(|| Shape::field(recipe, is_id).filter(|_| holds_for(Signature::signs_body)))
}

/// What acknowledges: the first status of the rule, and the first body that it takes.
fn answer(recipe: &Recipe, rule: &SuccessRule, completion: &Shape) -> Answer {
    let status = (200..300).find(|status| rule.accepts_status(*status)).unwrap_or(200);
    let body = rule.bodies().first().map(String::as_str).or(rule.token()).unwrap_or("OK");
    let mut pieces = Vec::new();
    let mut rest = body;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, inside)| Some((before, inside.split_once('}')?)))
    {
        let known = recipe.placeholder(name).and_then(|_| completion.reading(recipe, name));
        pieces.push(BodyPiece::Text(before.to_owned()));
        pieces.push(known.map_or_else(|| BodyPiece::Text(format!("{{{name}}}")), BodyPiece::Value));
        rest = after;
    }
    pieces.push(BodyPiece::Text(rest.to_owned()));
    pieces.retain(|piece| !matches!(piece, BodyPiece::Text(text) if text.is_empty()));
    Answer { status, body: pieces }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    #[test]
    fn parts_of_a_dialect_that_signs_are_told_apart_by_an_id_that_is_signed() {
        let catalog = Catalog::builtin();
        let told_apart_by = |dialect: &str| event_id(catalog.get(dialect).unwrap());
        assert_eq!(told_apart_by("standard-webhooks"), Some(Reading::Header("Webhook-Id".to_owned())));
        assert_eq!(told_apart_by("github-style"), None, "its header is not signed");
    }
}

//! What a dialect needs of a report, asked before the report is accepted: a completion that could never be told is
//! refused to the one who can mend it.
//!
//! It drafts the callback, so that the answer is the engine's own and what was checked can be what is sent. It must not
//! refuse what the endpoint lacks (a URL, a secret, a setting): such deliveries are held, not refused.

use std::sync::Arc;

use super::ambiguity::ambiguities;
use super::callback::{CallbackConfig, CallbackEvent, Message};
use super::compose::{CallbackDraft, ComposeError, LONGEST_BODY, LONGEST_URL, draft, told_names};
use super::recipe::{Recipe, Requirement};
use super::value::{Fact, ValueSource};
use super::values::Values;
use crate::domain::completion::Completion;
use crate::domain::invalid::Invalid;

/// Stands for the event id, which an attempt gives; as long as a real one.
const TRIAL_EVENT: &str = "evt_00000000000000000000000000000000";
/// Stands for a setting that the endpoint is yet to have.
const TRIAL_SETTING: &str = "trial";

/// Checks a report for one endpoint's dialect. Answers the callback that was drafted for it, unless the endpoint lacks what
/// every callback of its dialect holds.
pub fn check_report(
    recipe: &Arc<Recipe>,
    config: &CallbackConfig,
    completion: &Completion,
) -> Result<Option<CallbackDraft>, Invalid> {
    let mut invalid = lacking(recipe, completion);
    let complete = with_all_settings(recipe, config);
    let lacks_settings = complete.is_some();
    let config = complete.as_ref().unwrap_or(config);
    let message =
        Message { completion, event: &CallbackEvent::Completed, created_at: completion.recorded_at, is_test: false };
    let drafted = draft(recipe, config, &message)
        .and_then(|draft| draft.check(TRIAL_EVENT, completion.recorded_at).map(|()| draft));
    let drafted = match drafted {
        Ok(draft) => Some(draft),
        Err(error) => {
            invalid.extend(faults(error, &Values { recipe, config, message: &message }));
            None
        }
    };
    invalid.into_result().map(|()| drafted.filter(|_| !lacks_settings))
}

/// What a completion lacks for this dialect, whatever the endpoint.
pub(super) fn lacking(recipe: &Recipe, completion: &Completion) -> Invalid {
    let mut invalid = missing(recipe, completion);
    if let Some(currency) = recipe.payout_currency().filter(|currency| *currency != completion.currency) {
        let message = format!("must be {currency} for {}: amounts are not converted", recipe.title());
        invalid.push("currency", message);
    }
    invalid
}

/// The endpoint with stand-ins for the settings that it must have and lacks, if it lacks any.
fn with_all_settings(recipe: &Recipe, config: &CallbackConfig) -> Option<CallbackConfig> {
    let required = recipe.settings().iter().filter(|setting| setting.required);
    let mut lacking =
        required.filter(|setting| !config.settings.dialect_settings.contains_key(&setting.name)).peekable();
    lacking.peek()?;
    let mut complete = config.clone();
    complete.settings.dialect_settings.extend(lacking.map(|setting| (setting.name.clone(), TRIAL_SETTING.to_owned())));
    Some(complete)
}

/// What the reporter can mend of that which keeps a callback from being composed.
fn faults(error: ComposeError, values: &Values<'_>) -> Invalid {
    match error {
        ComposeError::Invalid(faults) => faults,
        ComposeError::UrlTooLong { bytes } => {
            let message = format!("expands to {bytes} bytes with these values; at most {LONGEST_URL} are sent");
            Invalid::field("callbackUrl", message)
        }
        ComposeError::BodyTooLong { bytes } => {
            Invalid::field("body", format!("has {bytes} bytes with these values; at most {LONGEST_BODY} are sent"))
        }
        // Without a URL nothing can be expanded, but what is at fault now will be at fault then.
        ComposeError::NoCallbackUrl => {
            let mut faults = ambiguities(values, None);
            faults.extend(values.unfit(told_names(values, None)));
            faults
        }
        // The endpoint's state, or about reversals.
        ComposeError::NoSecret
        | ComposeError::Unsigned(_)
        | ComposeError::NoReversalUrl
        | ComposeError::ReversalUnmarked
        | ComposeError::ReversalNotTold
        | ComposeError::PartNotTold => Invalid::none(),
    }
}

fn missing(recipe: &Recipe, completion: &Completion) -> Invalid {
    let mut invalid = Invalid::none();
    for requirement in recipe.required() {
        match requirement {
            Requirement::One(source) if !has(completion, source) => {
                invalid.push(source.field(), format!("is required by {}", recipe.title()));
            }
            Requirement::AnyOf(sources) if !sources.iter().any(|source| has(completion, source)) => {
                let names: Vec<String> = sources.iter().map(ValueSource::field).collect();
                let message = format!("one of {} is required by {}", names.join(", "), recipe.title());
                invalid.push(names.into_iter().next().unwrap_or_default(), message);
            }
            Requirement::One(_) | Requirement::AnyOf(_) => {}
        }
    }
    invalid
}

/// Whether the report holds it: zero is a value, an empty text is none.
fn has(completion: &Completion, source: &ValueSource) -> bool {
    let filled = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    let fact = match source {
        ValueSource::Fact(fact) => fact,
        ValueSource::Extra(name) => return completion.extra(name).is_some_and(|text| !text.is_empty()),
        // A setting is the endpoint's to have.
        ValueSource::Setting(_) => return true,
    };
    match fact {
        Fact::UserId => !completion.user_id.is_empty(),
        Fact::TransactionId | Fact::OriginalTransactionId => !completion.transaction_id.is_empty(),
        Fact::OfferId => filled(&completion.offer_id),
        Fact::OfferName => filled(&completion.offer_name),
        Fact::GoalId => filled(&completion.goal_id),
        Fact::Note => filled(&completion.note),
        Fact::ClickId => filled(&completion.click_id),
        Fact::UserReward => completion.user_reward.is_some(),
        Fact::RewardMinor => completion.reward_minor.is_some(),
        Fact::PayoutMinor => completion.payout_minor.is_some(),
        Fact::GrossMinor => completion.gross_minor.is_some(),
        Fact::Pairs => !completion.extra.is_empty(),
        // What the endpoint, the delivery or the attempt gives is there without the reporter's doing.
        Fact::AppId
        | Fact::AppLabel
        | Fact::Currency
        | Fact::EventType
        | Fact::OccurredAt
        | Fact::Timestamp
        | Fact::EventId
        | Fact::RequestUuid
        | Fact::CreatedAt
        | Fact::AttemptedAt
        | Fact::Reason
        | Fact::Secret => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;
    use crate::domain::dialect::trial::{completion, config};

    fn faults(dialect: &str, config: &CallbackConfig, completion: &Completion) -> Vec<String> {
        let catalog = Catalog::builtin();
        let checked = check_report(catalog.get(dialect).unwrap(), config, completion);
        checked.err().map(|invalid| invalid.0.into_iter().map(|fault| fault.field).collect()).unwrap_or_default()
    }

    #[test]
    fn a_full_report_suits_every_dialect_even_before_an_endpoint_is_set_up() {
        for dialect in ["besitos", "offermaru", "affonso", "attribloom"] {
            assert_eq!(faults(dialect, &config(dialect), &completion()), [""; 0]);
            assert_eq!(faults(dialect, &CallbackConfig::default(), &completion()), [""; 0]);
        }
    }

    #[test]
    fn what_a_dialect_needs_and_the_report_lacks_is_named() {
        let mut bare = completion();
        (bare.offer_id, bare.user_reward, bare.payout_minor) = (None, None, None);
        assert_eq!(faults("besitos", &CallbackConfig::default(), &bare), ["offerId", "payoutMinor"]);
        assert_eq!(faults("offermaru", &CallbackConfig::default(), &bare), ["offerId", "userReward", "payoutMinor"]);
        assert_eq!(faults("affonso", &CallbackConfig::default(), &bare), [""; 0]);
        assert_eq!(faults("attribloom", &CallbackConfig::default(), &bare), ["grossMinor"]);
    }

    #[test]
    fn zero_is_a_value() {
        let mut zero = completion();
        zero.payout_minor = Some(0);
        assert_eq!(faults("offermaru", &CallbackConfig::default(), &zero), [""; 0]);
    }

    #[test]
    fn another_currency_than_the_payouts_is_refused() {
        let mut euros = completion();
        euros.currency = "EUR".to_owned();
        assert_eq!(faults("besitos", &CallbackConfig::default(), &euros), ["currency"]);
        assert_eq!(faults("affonso", &CallbackConfig::default(), &euros), [""; 0]);
    }

    #[test]
    fn an_ambiguous_value_is_refused_with_a_url_and_without() {
        let mut ambiguous = completion();
        ambiguous.offer_id = Some("a&b".to_owned());
        assert_eq!(faults("offermaru", &CallbackConfig::default(), &ambiguous), ["offerId"]);
        assert_eq!(faults("offermaru", &config("offermaru"), &ambiguous), ["offerId"]);
    }

    #[test]
    fn a_report_that_expands_to_too_long_a_url_is_refused() {
        let mut long = completion();
        long.note = Some("漢".repeat(500));
        long.offer_name = Some("漢".repeat(255));
        long.user_id = "漢".repeat(128);
        assert_eq!(faults("besitos", &config("besitos"), &long), ["callbackUrl"]);
        assert_eq!(faults("besitos", &CallbackConfig::default(), &long), [""; 0]);
    }
}

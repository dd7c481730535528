//! What is known of a completion, each with its name, and whole: this is the page where whatever a list cuts can be read.

use crate::domain::completion::Completion;
use crate::domain::time::Timestamp;
use crate::web::console::words::amounts;
use crate::web::console::words::instants;

/// A value with its name.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
    /// Whether somebody takes it elsewhere.
    pub(super) is_copied: bool,
}

/// All that is there.
pub(super) fn facts(completion: &Completion, source: Option<&str>, is_erased: bool, now: Timestamp) -> Vec<Fact> {
    let fact = |name: &str, value| Fact { name: name.to_owned(), value, is_copied: false };
    let text = |name, text: &str| fact(name, text.to_owned());
    let id = |name: &str, id: &str| Fact { name: name.to_owned(), value: id.to_owned(), is_copied: true };
    let minor = |amount| amounts::minor(amount, &completion.currency);
    let instant = |at| instants::detailed(at, now).shown;
    let user = if is_erased { text("User", "erased") } else { id("User", &completion.user_id) };
    let mut facts = vec![id("Transaction", &completion.transaction_id), user];
    facts.extend(completion.offer_name.as_deref().map(|name| text("Offer", name)));
    facts.extend(completion.offer_id.as_deref().map(|offer| id("Offer id", offer)));
    facts.extend(completion.goal_id.as_deref().map(|goal| id("Goal", goal)));
    facts.push(text("Event type", &completion.event_type));
    facts.extend(completion.user_reward.as_ref().map(|reward| fact("Reward", amounts::reward(reward.as_str()))));
    facts.extend(completion.reward_minor.map(|reward| fact("Reward in the payout currency", minor(reward))));
    facts.extend(completion.payout_minor.map(|payout| fact("Payout", minor(payout))));
    facts.extend(completion.gross_minor.map(|gross| fact("Gross", minor(gross))));
    facts.push(fact("Recorded", instant(completion.recorded_at)));
    facts.push(fact("Occurred", instant(completion.occurred_at)));
    match (&completion.manual, source) {
        (Some(mark), _) => facts.push(text("Credited by hand", &mark.reason)),
        (None, Some(source)) => facts.push(text("Reported by", source)),
        (None, None) => {}
    }
    facts.push(id("Reported as", &completion.external_id));
    facts.extend(completion.click_id.as_deref().map(|click| id("Click", click)));
    facts.extend(completion.note.as_deref().map(|note| text("Note", note)));
    facts.extend(completion.extra.iter().map(|(name, value)| text(name, value)));
    facts.push(id("Completion", &completion.id));
    facts
}

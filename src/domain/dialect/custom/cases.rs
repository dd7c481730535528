//! The standard cases: what goes wrong in the field, as completions. Every recipe is asked to tell each of them before it is
//! published, so that a space, an empty field or a second part is no surprise of a publisher's.

use crate::domain::amount::Decimal;
use crate::domain::completion::Completion;
use crate::domain::dialect::callback::CallbackEvent;
use crate::domain::dialect::recipe::{Recipe, Requirement};
use crate::domain::dialect::sample_report::{REVERSED_AT, WHOLE_REWARD, completion};
use crate::domain::dialect::value::{Fact, ValueSource};
use crate::domain::taken_back::TakenBack;

/// Why the cases are taken back.
const REASON: &str = "chargeback";
/// As long as the ids of a report may be.
pub(super) const LONGEST_ID: usize = 128;

/// One case: what is told.
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) completion: Completion,
    pub(super) event: CallbackEvent,
    pub(super) is_test: bool,
}

impl Sample {
    /// The same of a completion of another type.
    pub(super) fn of_type(&self, event_type: &str) -> Self {
        let completion = Completion { event_type: event_type.to_owned(), ..self.completion.clone() };
        Self { name: self.name, completion, event: self.event.clone(), is_test: self.is_test }
    }
}

/// The twelve, in the order in which they are shown.
pub(super) fn samples(recipe: &Recipe) -> Vec<Sample> {
    let plain = completion(recipe);
    let with = |name, completion| Sample { name, completion, event: CallbackEvent::Completed, is_test: false };
    let texts = |name, text: &str| with(name, with_texts(&plain, text));
    let reversed = |name, event| Sample { name, completion: plain.clone(), event, is_test: false };
    let first = recipe.placeholders().first().map_or("user_id", |placeholder| placeholder.name());
    vec![
        with("plain", plain.clone()),
        texts("space_and_separators", "a b&c=d+e%f#g"),
        texts("quotes_and_marks", "it's \"so\" ~*'()!"),
        texts("non_ascii", "é漢🎁"),
        with("long_ids", with_long_ids(&plain)),
        with("zero", with_amounts(&plain, "0", 0)),
        with("nine_decimals", with_amounts(&plain, "0.123456789", 125)),
        with("optional_absent", bare(recipe, &plain)),
        texts("placeholder_as_value", &format!("{}{{secret}}", recipe.written(first))),
        reversed("reversal", CallbackEvent::Reversed(TakenBack::whole(&plain, Some(REASON), REVERSED_AT))),
        reversed("second_part", second_part(&plain)),
        Sample {
            name: "test",
            completion: Completion { transaction_id: "test-1001".to_owned(), ..plain.clone() },
            event: CallbackEvent::Completed,
            is_test: true,
        },
    ]
}

/// The same with this text wherever a reporter may write any.
fn with_texts(plain: &Completion, text: &str) -> Completion {
    let own = || Some(text.to_owned());
    Completion {
        user_id: text.to_owned(),
        offer_id: own(),
        offer_name: own(),
        goal_id: own(),
        note: own(),
        click_id: own(),
        extra: plain.extra.iter().map(|(name, _)| (name.clone(), text.to_owned())).collect(),
        ..plain.clone()
    }
}

/// The same with ids as long as they may be.
fn with_long_ids(plain: &Completion) -> Completion {
    let long = |letter: &str| letter.repeat(LONGEST_ID);
    Completion {
        transaction_id: long("t"),
        user_id: long("u"),
        offer_id: Some(long("o")),
        goal_id: Some(long("g")),
        click_id: Some(long("c")),
        ..plain.clone()
    }
}

fn with_amounts(plain: &Completion, reward: &str, minor: i64) -> Completion {
    Completion {
        user_reward: Decimal::parse(reward),
        reward_minor: Some(minor),
        payout_minor: Some(minor),
        gross_minor: Some(minor),
        ..plain.clone()
    }
}

/// The same without all that need not be there.
fn bare(recipe: &Recipe, plain: &Completion) -> Completion {
    let kept = recipe.required().iter().filter_map(|requirement| match requirement {
        Requirement::One(source) => Some(source),
        Requirement::AnyOf(sources) => sources.first(),
    });
    let kept: Vec<&ValueSource> = kept.collect();
    let keeps = |fact: Fact| kept.contains(&&ValueSource::Fact(fact));
    let pairs = || plain.extra.iter().filter(|(name, _)| kept.contains(&&ValueSource::Extra(name.clone()))).cloned();
    Completion {
        offer_id: plain.offer_id.clone().filter(|_| keeps(Fact::OfferId)),
        offer_name: plain.offer_name.clone().filter(|_| keeps(Fact::OfferName)),
        goal_id: plain.goal_id.clone().filter(|_| keeps(Fact::GoalId)),
        note: plain.note.clone().filter(|_| keeps(Fact::Note)),
        user_reward: plain.user_reward.clone().filter(|_| keeps(Fact::UserReward)),
        reward_minor: plain.reward_minor.filter(|_| keeps(Fact::RewardMinor)),
        payout_minor: plain.payout_minor.filter(|_| keeps(Fact::PayoutMinor)),
        gross_minor: plain.gross_minor.filter(|_| keeps(Fact::GrossMinor)),
        click_id: plain.click_id.clone().filter(|_| keeps(Fact::ClickId)),
        extra: if keeps(Fact::Pairs) { plain.extra.clone() } else { pairs().collect() },
        ..plain.clone()
    }
}

/// A second part of it taken back.
fn second_part(plain: &Completion) -> CallbackEvent {
    let part = if plain.user_reward.as_ref() == Decimal::parse(WHOLE_REWARD).as_ref() { "50" } else { "50.25" };
    let minor = |amount: Option<i64>| amount.map(|amount| amount / 5);
    CallbackEvent::Reversed(TakenBack {
        ordinal: 2,
        whole: false,
        user_reward: Decimal::parse(part),
        reward_minor: minor(plain.reward_minor),
        payout_minor: minor(plain.payout_minor),
        gross_minor: minor(plain.gross_minor),
        reason: Some(REASON.to_owned()),
        occurred_at: REVERSED_AT,
    })
}

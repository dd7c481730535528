//! What a reversal by hand asks for: all that is left, or parts of it; why; and a note for whoever looks at it later.

use serde_json::{Map, Value};

use crate::actions::refusal::Refusal;
use crate::domain::amount::Decimal;
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::domain::reversal::{Asked, Reason};
use crate::web::console::forms::Form;
use crate::web::console::kinds::{self, Kind, Shape};
use crate::web::console::parts::field::Field;
use crate::web::console::words::{amounts, sentences};

pub(super) const SHAPE: &Shape<'_> = &[
    ("extent", Kind::Text),
    ("payoutMinor", Kind::Text),
    ("rewardMinor", Kind::Text),
    ("userReward", Kind::Text),
    ("reason", Kind::Text),
    ("note", Kind::Text),
    ("reversalId", Kind::Text),
];
const ALL: &str = "all";
const PART: &str = "part";
const AMOUNTS: [&str; 3] = ["payoutMinor", "userReward", "rewardMinor"];

/// The controls.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) extent: Field,
    /// Of what the completion has.
    pub(super) amounts: Vec<Field>,
    pub(super) reason: Field,
    pub(super) note: Field,
}

impl Fields {
    pub(super) fn of(left: &Asked, currency: &str) -> Self {
        let amount = |name: &str, label: &str, left: String| {
            Field::new(name, label).help(&format!("At most {left}. Left empty: nothing of it.")).may_be_empty()
        };
        let minor = |amount| amounts::minor(amount, currency);
        let payout = left.payout_minor.map(|left| amount("payoutMinor", &format!("Payout in {currency}"), minor(left)));
        let reward =
            left.user_reward.as_ref().map(|left| amount("userReward", "Reward", amounts::reward(left.as_str())));
        let in_currency =
            left.reward_minor.map(|left| amount("rewardMinor", &format!("Reward in {currency}"), minor(left)));
        let words = Reason::ALL.iter().map(|reason| reason.as_str());
        let reason = Field::new("reason", "Reason").value(Reason::Other.as_str());
        Self {
            extent: Field::new("extent", "What is reversed")
                .choice(ALL, "All that is left")
                .choice(PART, "Parts of it, as given below")
                .value(ALL),
            amounts: payout.into_iter().chain(reward).chain(in_currency).collect(),
            reason: words.fold(reason, |field, word| field.choice(word, &sentences::label(word))),
            note: Field::new("note", "Note").help("Why, for whoever looks at it later. At most 500 characters."),
        }
    }

    /// The same with what was typed.
    pub(super) fn typed(mut self, form: &Form) -> Self {
        for field in self.all_mut() {
            field.value = form.typed(&field.name).to_owned();
        }
        self
    }

    pub(super) fn all(&self) -> Vec<&Field> {
        [&self.extent].into_iter().chain(&self.amounts).chain([&self.reason, &self.note]).collect()
    }

    pub(super) fn all_mut(&mut self) -> Vec<&mut Field> {
        let first = [&mut self.extent].into_iter().chain(&mut self.amounts);
        first.chain([&mut self.reason, &mut self.note]).collect()
    }
}

/// What is left, as it is read.
pub(super) fn shown(left: &Asked, currency: &str) -> Vec<(String, String)> {
    let minor = |name: &str, amount: Option<i64>| Some((name.to_owned(), amounts::minor(amount?, currency)));
    let reward = left.user_reward.as_ref().map(|left| ("Reward".to_owned(), amounts::reward(left.as_str())));
    let payout = minor("Payout", left.payout_minor);
    payout.into_iter().chain(reward).chain(minor("Reward in the payout currency", left.reward_minor)).collect()
}

/// The API's object. `is_known`: the very form was sent before, so that what it asked for is not left any more.
pub(super) fn given(form: &Form, left: &Asked, currency: &str, is_known: bool) -> Result<Object, Refusal> {
    let (mut given, mut faults) = form.clone().into_parts(&["extent"]);
    let typed = |name: &str| !form.typed(name).trim().is_empty();
    match form.typed("extent") {
        ALL => {
            for name in AMOUNTS.iter().filter(|name| typed(name)) {
                faults.push(*name, "must be empty where all that is left is reversed");
            }
            // The whole needs no name: there is one, whoever takes it back.
            given.remove("reversalId");
        }
        PART => {
            if !AMOUNTS.iter().any(|name| typed(name)) {
                faults.push("extent", "needs one or more amounts, where parts are reversed");
            }
            parts(&mut given, left, currency, is_known, &mut faults);
        }
        _ => faults.push("extent", "must be one of all, part"),
    }
    faults.into_result()?;
    Ok(Object::parse(Value::Object(given).to_string().as_bytes())?)
}

/// Amounts in major units become minor ones; what is more than is left is said as people write it.
fn parts(given: &mut Map<String, Value>, left: &Asked, currency: &str, is_known: bool, faults: &mut Invalid) {
    for (name, left) in [("payoutMinor", left.payout_minor), ("rewardMinor", left.reward_minor)] {
        let Some(text) = given.get(name).and_then(Value::as_str) else { continue };
        match kinds::amount(text, currency) {
            Ok(amount) => {
                if let Some(left) =
                    left.filter(|left| amount.as_i64().is_some_and(|amount| amount > *left) && !is_known)
                {
                    faults.push(name, format!("is more than the {} that are left", amounts::minor(left, currency)));
                }
                given.insert(name.to_owned(), amount);
            }
            Err(message) => faults.push(name, message),
        }
    }
    let reward = given.get("userReward").and_then(Value::as_str).and_then(Decimal::parse);
    if let Some((reward, left)) = reward.zip(left.user_reward.as_ref())
        && left.minus(&reward).is_none()
        && !is_known
    {
        faults.push("userReward", format!("is more than the {} that are left", amounts::reward(left.as_str())));
    }
}

/// What a dialect cannot tell is no fault of an amount.
pub(super) fn renamed(mut wrong: Invalid) -> Invalid {
    for fault in wrong.0.iter_mut().filter(|fault| fault.message.starts_with("the dialect ")) {
        fault.field = "extent".to_owned();
        fault.message = sentences::of(&fault.message);
    }
    wrong
}

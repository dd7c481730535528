//! A sequence of tests: a completion, the same once more, and its reversal, with what the user's balance has to be after each.
//!
//! No sender sees a balance. What it can say is what a right one is, and which fault of a receiver a wrong one comes from.

use super::amount::{Decimal, DecimalSum};
use super::receiver_code::Landmarks;
use super::words::words;

words! {
    /// What is sent, in this order.
    Step {
        /// A completion.
        Completion = "completion",
        /// The same completion once more, as after an answer that got lost: same transaction id, same event id.
        Repetition = "repetition",
        /// It is taken back.
        Reversal = "reversal",
    }
}

words! {
    /// What became of a step.
    StepState {
        /// It was sent and acknowledged.
        Acknowledged = "acknowledged",
        /// It was sent, and the answer is no acknowledgement, or there was none.
        NotAcknowledged = "not_acknowledged",
        /// It is still being sent.
        UnderWay = "under_way",
        /// It cannot be told to this endpoint.
        Skipped = "skipped",
        /// It was not sent, because of what came before it or because too much was being sent.
        NotSent = "not_sent",
    }
}

/// A balance that may be found after a step, compared with the one before the sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// By how much it is higher, in the app's reward currency: `100`, `0`, `-100`.
    pub change: String,
    /// In words: that it is right, or what a receiver does wrong whose balance this is.
    pub text: String,
}

/// What balances are said of.
#[derive(Clone, Copy, Debug)]
pub struct Reckoning<'a> {
    /// What the completion is to bring its user.
    pub reward: Option<&'a Decimal>,
    /// Where the receiver reads what it must not overlook.
    pub landmarks: &'a Landmarks,
}

impl Reckoning<'_> {
    /// The balance that is right after a step.
    pub fn right(&self, step: Step) -> Balance {
        let (change, text) = match step {
            Step::Completion => {
                (self.once(), "the reward, once; or 0 here and in every step, if your server leaves tests out")
            }
            Step::Repetition => (self.once(), "unchanged by the repetition: the reward, once"),
            Step::Reversal => ("0".to_owned(), "back to what it was before the sequence"),
        };
        Balance { change, text: text.to_owned() }
    }

    /// The balances that are wrong after a step, with what each means; none of a reward of nothing, which a right balance shows too.
    pub fn wrong(&self, step: Step) -> Vec<Balance> {
        if self.reward.is_some_and(Decimal::is_zero) {
            return Vec::new();
        }
        let transaction = self.landmarks.transaction_id.as_deref().unwrap_or("the transaction id");
        let mark = match &self.landmarks.reversal {
            Some(mark) => format!("it is a reversal where {mark}"),
            None => "look at what tells a reversal from its completion".to_owned(),
        };
        let of = |change: String, text: String| Balance { change, text };
        match step {
            Step::Completion => vec![of(
                "0".to_owned(),
                "right where your server leaves tests out, as our receiver code does, and then 0 throughout; if it credits \
                 tests, it acknowledges a completion that it does not credit: look at how it finds the user"
                    .to_owned(),
            )],
            Step::Repetition => vec![of(
                self.twice(),
                format!(
                    "credited twice: your server takes a repetition for a new completion; look at {transaction}, which is \
                     the same both times, and credit each one once"
                ),
            )],
            Step::Reversal => vec![
                of(
                    self.once(),
                    format!("not taken back: your server overlooks the reversal, or takes it for a repetition; {mark}"),
                ),
                of(
                    self.twice(),
                    format!("credited instead of taken back: your server takes the reversal for another completion; {mark}"),
                ),
                of(
                    format!("-{}", self.once()),
                    "taken back without having been credited, or taken back twice: look at what your server keeps of a \
                     completion, and take each one back once"
                        .to_owned(),
                ),
            ],
        }
    }

    fn once(&self) -> String {
        self.reward.map_or_else(|| "the reward".to_owned(), |reward| reward.as_str().to_owned())
    }

    fn twice(&self) -> String {
        let Some(reward) = self.reward else { return "twice the reward".to_owned() };
        let mut sum = DecimalSum::default();
        sum.add(reward);
        sum.add(reward);
        sum.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(balances: &[Balance]) -> Vec<&str> {
        balances.iter().map(|balance| balance.change.as_str()).collect()
    }

    #[test]
    fn a_repetition_changes_nothing_and_a_reversal_leads_back_to_the_start() {
        let reward = Decimal::parse("150.75").unwrap();
        let reckoning = Reckoning { reward: Some(&reward), landmarks: &Landmarks::default() };
        let right = [Step::Completion, Step::Repetition, Step::Reversal].map(|step| reckoning.right(step).change);
        assert_eq!(right, ["150.75", "150.75", "0"]);
        assert_eq!(changes(&reckoning.wrong(Step::Repetition)), ["301.50"]);
        assert_eq!(changes(&reckoning.wrong(Step::Reversal)), ["150.75", "301.50", "-150.75"]);
    }

    #[test]
    fn a_server_that_leaves_tests_out_is_right_with_a_balance_of_0() {
        let reward = Decimal::parse("100").unwrap();
        let reckoning = Reckoning { reward: Some(&reward), landmarks: &Landmarks::default() };
        assert!(
            reckoning
                .right(Step::Completion)
                .text
                .ends_with("or 0 here and in every step, if your server leaves tests out")
        );
        let none = reckoning.wrong(Step::Completion).remove(0);
        assert!(none.change == "0" && none.text.starts_with("right where your server leaves tests out"), "{none:?}");
    }

    #[test]
    fn of_a_reward_of_nothing_no_balance_is_wrong() {
        let reward = Decimal::parse("0").unwrap();
        let reckoning = Reckoning { reward: Some(&reward), landmarks: &Landmarks::default() };
        assert!(Step::ALL.iter().all(|step| reckoning.wrong(*step).is_empty()));
    }

    #[test]
    fn a_wrong_balance_names_where_the_receiver_has_to_look() {
        let landmarks = Landmarks {
            transaction_id: Some("the parameter tx".to_owned()),
            reversal: Some("the parameter status is 2".to_owned()),
        };
        let reckoning = Reckoning { reward: None, landmarks: &landmarks };
        let said = |step| reckoning.wrong(step).remove(0);
        assert!(said(Step::Repetition).text.contains("look at the parameter tx, which is the same both times"));
        assert!(said(Step::Reversal).text.ends_with("it is a reversal where the parameter status is 2"));
        assert_eq!(said(Step::Repetition).change, "twice the reward");
    }
}

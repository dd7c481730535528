//! What must become of a completion, worked out from the contract alone: nothing here calls the product's code.

use std::collections::BTreeMap;

/// What a dialect can do with reversals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Teller {
    /// Of the whole alone.
    Whole,
    /// Of parts as well.
    Parts,
}

/// One completion's life, as an accountant would keep it.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) app: usize,
    pub(super) id: String,
    /// In cents.
    pub(super) payout: i64,
    /// In tenths of the app's currency.
    pub(super) reward: i64,
    pub(super) reported: bool,
    /// In the order in which they were accepted.
    pub(super) reversals: Vec<Reversal>,
}

/// What was taken back at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reversal {
    /// The reporter's name for it.
    name: Option<&'static str>,
    /// As it was asked for; none: all that is left.
    asked: Option<(i64, i64)>,
    pub(super) payout: i64,
    pub(super) reward: i64,
}

/// What a source does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Report,
    /// The same with another payout.
    Contradict,
    /// With a reversal's event type.
    Refund,
    TakeBack {
        name: Option<&'static str>,
        asked: Option<(i64, i64)>,
    },
    /// Reopens a callback that has ended.
    Replay(usize),
    /// Ends a completion's callback that waits.
    Cancel(usize),
}

/// The answer that it must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Accepted,
    Duplicate,
    Refused(u16),
    /// It depends on how far the callbacks are.
    DoneOrConflict,
}

impl Case {
    /// What the act is answered with; it takes effect here as it must there.
    pub(super) fn act(&mut self, act: &Act, teller: Teller) -> Expected {
        match act {
            Act::Report if self.reported => Expected::Duplicate,
            Act::Report => {
                self.reported = true;
                Expected::Accepted
            }
            // Who reports it like that first has reported it like that.
            Act::Contradict if self.reported => Expected::Refused(409),
            Act::Contradict => {
                self.reported = true;
                self.payout += 1;
                Expected::Accepted
            }
            Act::Refund => self.take_back(None, None, teller),
            Act::TakeBack { name, asked } => self.take_back(*name, *asked, teller),
            Act::Replay(_) | Act::Cancel(_) => Expected::DoneOrConflict,
        }
    }

    fn take_back(&mut self, name: Option<&'static str>, asked: Option<(i64, i64)>, teller: Teller) -> Expected {
        if !self.reported {
            return Expected::Refused(404);
        }
        if let Some(known) = self.reversals.iter().find(|known| known.name == name) {
            return if known.asked == asked { Expected::Duplicate } else { Expected::Refused(409) };
        }
        let left = self.left();
        let (payout, reward) = asked.unwrap_or(left);
        let first = self.reversals.is_empty();
        if payout > left.0 || reward > left.1 || ((payout, reward) == (0, 0) && !(first && asked.is_none())) {
            return Expected::Refused(422);
        }
        let whole = first && (payout, reward) == left;
        let is_part = !whole && asked.is_some();
        if (is_part && name.is_none()) || (!whole && teller == Teller::Whole) {
            return Expected::Refused(422);
        }
        self.reversals.push(Reversal { name, asked, payout, reward });
        Expected::Accepted
    }

    /// What has not been taken back.
    pub(super) fn left(&self) -> (i64, i64) {
        let taken = |of: fn(&Reversal) -> i64| self.reversals.iter().map(of).sum::<i64>();
        (self.payout - taken(|one| one.payout), self.reward - taken(|one| one.reward))
    }

    /// Whether everything has been taken back, in one go or in parts.
    pub(super) fn is_whole_taken_back(&self) -> bool {
        self.left() == (0, 0) && !self.reversals.is_empty()
    }
}

/// Tenths as the reports write them.
pub(super) fn tenths(amount: i64) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{}.{}", amount.abs() / 10, amount.abs() % 10)
}

/// Sums of a ledger.
pub(super) type Sums = BTreeMap<&'static str, i64>;

/// What a ledger over these must say.
pub(super) fn sums<'a>(cases: impl Iterator<Item = &'a Case>) -> Sums {
    let mut sums = Sums::new();
    for case in cases.filter(|case| case.reported) {
        let mut add = |name, amount| *sums.entry(name).or_default() += amount;
        add("completions", 1);
        add("payout", case.payout);
        add("reward", case.reward);
        for name in ["reversals", "reversedPayout", "reversedReward"] {
            add(name, 0);
        }
        for reversal in &case.reversals {
            add("reversals", 1);
            add("reversedPayout", reversal.payout);
            add("reversedReward", reversal.reward);
        }
    }
    sums
}

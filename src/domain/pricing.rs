//! Pricing: a completion's payout and reward, from what was reported, what the offer promises and what is agreed for
//! the app.
//!
//! Exact: integers all the way, and a fraction is dropped in one place only, in the way that is stated. Pure, and it says
//! from what it computed what. It must not touch what reports are compared by: that is what was reported.

use super::amount::{Decimal, Minor};
use super::app_settings::AppSettings;
use super::calculation::{Calculation, PayoutCalculation, ReportedAmounts, RewardCalculation};
use super::completion::Completion;
use super::currency::minor_digits;
use super::invalid::Invalid;
use super::rounding::Rounding;

/// Hundredths of a percent in a whole.
const WHOLE_BPS: i128 = 10_000;
/// Digits of the billionths in which a rate is computed with.
const RATE_DIGITS: u32 = 9;

/// What the offer of a completion promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The publisher's payout for the offer.
    pub payout_minor: Minor,
    /// In this currency, as are the payouts of its goals.
    pub currency: String,
    /// The goal that was reached, and the payout for it.
    pub goal: Option<(String, Minor)>,
}

/// What a report says of amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The publisher's payout and the user's reward.
    pub amounts: ReportedAmounts,
    /// The gross amount.
    pub gross_minor: Option<Minor>,
    /// The currency, where it names one.
    pub currency_given: Option<String>,
    /// The same, after the default.
    pub currency: String,
}

/// The amounts that are recorded and called back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// The publisher's payout.
    pub payout_minor: Option<Minor>,
    /// The user's reward in the app's currency.
    pub user_reward: Option<Decimal>,
    /// The currency of the payout.
    pub currency: String,
    /// What they were computed from; `None` if both are as reported.
    pub calculation: Option<Calculation>,
}

impl Reported {
    /// What a report says that became this completion.
    pub fn of(completion: &Completion, currency_given: Option<String>) -> Self {
        let amounts =
            ReportedAmounts { payout_minor: completion.payout_minor, user_reward: completion.user_reward.clone() };
        Self { amounts, gross_minor: completion.gross_minor, currency_given, currency: completion.currency.clone() }
    }
}

impl Priced {
    /// The completion with these amounts in place of those reported.
    pub fn into_completion(self, reported: Completion) -> Completion {
        let Self { payout_minor, user_reward, currency, calculation } = self;
        Completion { payout_minor, user_reward, currency, calculation, ..reported }
    }
}

/// Prices a completion. What the offer and the app's terms decide goes before what was reported.
pub fn price(reported: Reported, offered: Option<Offered>, terms: &AppSettings) -> Result<Priced, Invalid> {
    let mut currency = reported.currency;
    if let Some(offered) = &offered {
        if let Some(other) = reported.currency_given.filter(|given| *given != offered.currency) {
            let message = format!("is {other}, but the offer pays in {}: amounts are not converted", offered.currency);
            return Err(Invalid::field("currency", message));
        }
        currency.clone_from(&offered.currency);
    }
    let amounts = reported.amounts;
    let (payout_minor, payout) = payout(offered, amounts.payout_minor, reported.gross_minor, terms)?.unzip();
    let (user_reward, reward) = reward(payout_minor, amounts.user_reward.clone(), &currency, terms)?.unzip();
    let as_reported = matches!(payout, None | Some(PayoutCalculation::Reported { .. }))
        && matches!(reward, None | Some(RewardCalculation::Reported));
    let calculation = (!as_reported).then_some(Calculation { payout, reward, reported: amounts });
    Ok(Priced { payout_minor, user_reward, currency, calculation })
}

/// The publisher's payout: the goal's, else the offer's, else as reported, else the app's share of the gross amount.
fn payout(
    offered: Option<Offered>,
    reported: Option<Minor>,
    gross: Option<Minor>,
    terms: &AppSettings,
) -> Result<Option<(Minor, PayoutCalculation)>, Invalid> {
    Ok(match (offered, reported, gross.zip(terms.revenue_share_bps)) {
        (Some(Offered { goal: Some((goal_id, payout_minor)), .. }), ..) => {
            Some((payout_minor, PayoutCalculation::Goal { goal_id, payout_minor }))
        }
        (Some(Offered { payout_minor, .. }), ..) => Some((payout_minor, PayoutCalculation::Offer { payout_minor })),
        (None, Some(payout_minor), _) => Some((payout_minor, PayoutCalculation::Reported { payout_minor })),
        (None, None, Some((gross_minor, revenue_share_bps))) => {
            let share = share_of(gross_minor, revenue_share_bps);
            let share = share.ok_or_else(|| Invalid::field("grossMinor", "is too large to take a share of"))?;
            Some((share, PayoutCalculation::RevenueShare { gross_minor, revenue_share_bps }))
        }
        (None, None, None) => None,
    })
}

/// The user's reward: the payout at the app's rate where both are there, else as reported.
fn reward(
    payout_minor: Option<Minor>,
    reported: Option<Decimal>,
    currency: &str,
    terms: &AppSettings,
) -> Result<Option<(Decimal, RewardCalculation)>, Invalid> {
    let Some((payout_minor, rate)) = payout_minor.zip(terms.reward_rate.clone()) else {
        return Ok(reported.map(|reward| (reward, RewardCalculation::Reported)));
    };
    let (decimals, rounding) = (terms.reward_decimals, terms.reward_rounding);
    let reward = reward_at(payout_minor, &rate, minor_digits(currency), decimals, rounding).ok_or_else(|| {
        let message = format!("{payout_minor} minor units of {currency} at the app's rate of {rate} are too large");
        Invalid::field("userReward", message)
    })?;
    Ok(Some((reward, RewardCalculation::Rate { payout_minor, rate, decimals, rounding })))
}

/// A share of a gross amount, half-even to the minor unit.
fn share_of(gross_minor: Minor, bps: u32) -> Option<Minor> {
    let product = i128::from(gross_minor).checked_mul(i128::from(bps))?;
    Minor::try_from(Rounding::HalfEven.divide(product, WHOLE_BPS)?).ok()
}

/// A payout at a rate per major unit, with so many digits after the point; `None` if that is no amount.
fn reward_at(
    payout_minor: Minor,
    rate: &Decimal,
    minor_digits: u32,
    decimals: u32,
    rounding: Rounding,
) -> Option<Decimal> {
    let product = i128::from(payout_minor).checked_mul(rate.billionths())?;
    // In units of the last digit: minor units times billionths, less the digits that are wanted.
    let unit = 10_i128.checked_pow((RATE_DIGITS + minor_digits).checked_sub(decimals)?)?;
    Decimal::of_units(rounding.divide(product, unit)?, decimals)
}

#[cfg(test)]
mod tests;
